"""Upgrades: a database of every released version becomes one of this version, whole, with a backup of before."""

from __future__ import annotations

import gzip
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import StoreError
from geodata.store import Store, migrate
from geodata.store.engine import file_url, sqlite
from tests import child
from tests.small_store import AUTHOR, compound

FIXTURES = Path(__file__).parent / "fixtures"
RELEASED = migrate._known_versions()[1:]
"""Every schema version but the newest, which is not released before the next one begins."""

UPGRADE_AND_STOP_BEFORE_THE_END = """
    import sys
    from geodata.store import Store, gpkg

    def stop(connection):
        print("ready", flush=True)
        sys.stdin.readline()

    gpkg.install = stop
    Store.create(sys.argv[1])
"""


@pytest.fixture(params=RELEASED)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database as that version of the product left it."""
    path = tmp_path / "renewal.gpkg"
    packed = FIXTURES / f"schema-{request.param}.gpkg.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def content(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, without fields that are empty."""
    with closing(sqlite.connect(path)) as connection:
        connection.row_factory = sqlite.Row
        kinds = "type = 'table' AND name NOT LIKE 'gpkg_%' AND name NOT LIKE 'rtree_%'"
        names = [row[0] for row in connection.execute(f"SELECT name FROM sqlite_master WHERE {kinds}")]
        return {
            name: [
                {key: row[key] for key in row.keys() if row[key] is not None}  # noqa: SIM118
                for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")
            ]
            for name in names
            if name not in ("alembic_version", "sqlite_sequence")
        }


def version(path: Path) -> str:
    """The schema version that a file says it has."""
    with closing(sqlite.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_every_released_schema_has_its_database() -> None:
    kept = {path.name for path in FIXTURES.glob("schema-*.gpkg.gz")}
    assert kept >= {f"schema-{released}.gpkg.gz" for released in RELEASED}, "see tests/fixtures/README.md"


def test_opening_an_older_database_says_what_to_do_and_changes_nothing(older: Path) -> None:
    before = older.read_bytes()
    with pytest.raises(StoreError, match=r"旧版本.*manage\.py init.*备份"):
        Store.open(file_url(older))
    assert older.read_bytes() == before


def test_an_upgrade_changes_no_row_and_finds_nothing_wrong(older: Path) -> None:
    before = content(older)
    with closing(Store.create(file_url(older))) as store:
        assert store.check() == []
        assert len(store.frame("compound")) == 4
    after = content(older)
    assert before["compound"]
    assert before["audit"]
    assert {name: after[name] for name in before} == before


def test_an_upgrade_keeps_a_backup_that_is_the_database_of_before(older: Path) -> None:
    before, was = content(older), version(older)
    Store.create(file_url(older)).close()
    (kept,) = (older.parent / "backups").iterdir()
    assert kept.name == f"renewal-before-{was}-upgrade.gpkg"
    assert version(kept) == was
    assert content(kept) == before


def test_an_upgraded_database_takes_saves_in_old_and_new_fields(older: Path) -> None:
    with closing(Store.create(file_url(older))) as store:
        last = store.snapshot().revision
        row = store.frame("compound").loc["C1"]
        with store.commit(author=AUTHOR) as save:
            save.update("compound", "C1", {"boundary_drawn_by": "张三"}, version=int(row["version"]))
            save.insert("compound", compound(id="C9"))
        assert store.snapshot().revision == last + 1
        assert store.check() == []


def test_the_backup_of_before_can_be_restored(older: Path) -> None:
    with closing(Store.create(file_url(older))) as store:
        (kept,) = (older.parent / "backups").iterdir()
        with store.commit(author=AUTHOR) as save:
            save.insert("compound", compound(id="C9"))
        store.restore(kept)
        assert "C9" not in store.frame("compound").index
        assert store.check() == []
    assert list((older.parent / "backups").iterdir()) == [kept]


def test_an_upgrade_that_is_killed_leaves_the_old_version_as_it_was(older: Path) -> None:
    before, was = content(older), version(older)
    with child.running(UPGRADE_AND_STOP_BEFORE_THE_END, file_url(older)) as upgrading:
        upgrading.send_signal(signal.SIGKILL)
    assert upgrading.returncode == -signal.SIGKILL
    assert version(older) == was
    assert content(older) == before
    with closing(sqlite.connect(older)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_an_upgrade_that_was_killed_is_done_by_the_next_try(older: Path) -> None:
    with child.running(UPGRADE_AND_STOP_BEFORE_THE_END, file_url(older)) as upgrading:
        upgrading.send_signal(signal.SIGKILL)
    with closing(Store.create(file_url(older))) as store:
        assert store.check() == []
    assert version(older) == migrate._known_versions()[0]


def test_a_history_of_before_reads_as_it_did(older: Path) -> None:
    with closing(Store.create(file_url(older))) as store:
        audit = store.audit(layer="compound", record_ids=["C3"])
    assert audit["action"].tolist() == ["update", "insert"]
    assert audit.iloc[0]["after"] == {"position_uncertainty_m": 200}
