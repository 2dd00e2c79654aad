"""Upgrades of a database server: every released version becomes this one, whole, with a restorable backup of before."""

from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import StoreDamaged, StoreOlder
from geodata.schema import metadata
from geodata.store import Store, former, migrate
from geodata.store.engine import file_url, make_engine
from tests.postgres import Cluster
from tests.small_store import AUTHOR, compound
from tests.test_cli import FINE, run
from tests.test_upgrade import FIXTURES, RELEASED, content, version

pytestmark = pytest.mark.postgis


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file as that version of the product left it."""
    path = tmp_path / "released.gpkg"
    path.write_bytes(gzip.decompress((FIXTURES / f"schema-{request.param}.gpkg.gz").read_bytes()))
    return path


@pytest.fixture
def older_url(released: Path, server_url: str) -> str:
    """A server's database of that version with the rows of the file."""
    engines = make_engine(file_url(released)), make_engine(server_url)
    with engines[0].connect() as source, engines[1].connect() as plain:
        goal = plain.execution_options(writing=True)
        with goal.begin():
            migrate.upgrade(goal, to=version(released))
            for table, columns in former._stored(source):
                for rows in former.batches(source, table, columns):
                    goal.execute(table.insert(), rows)
    for engine in engines:
        engine.dispose()
    return server_url


def marks(cluster: Cluster, url: str) -> dict[str, list[str]]:
    """Hashes of all rows and changes on the server, in the words of the server itself; tables without rows left out."""
    name = url.rsplit("/", 1)[1]
    made = {row[0] for row in cluster.execute("SELECT tablename FROM pg_tables", name)}
    found = {
        f"{table.name}.{column}": sorted(
            str(row[0]) for row in cluster.execute(f"SELECT {column} FROM {table.name}", name)
        )
        for table in metadata.sorted_tables
        for column in ("row_hash", "hash")
        if table.name in made and column in table.columns
    }
    return {key: hashes for key, hashes in found.items() if hashes}


def kept_in_file(path: Path) -> dict[str, list[str]]:
    """The same of a file."""
    rows = content(path)
    return {
        f"{table.name}.{column}": sorted(str(row[column]) for row in rows[table.name])
        for table in metadata.sorted_tables
        for column in ("row_hash", "hash")
        if rows.get(table.name) and column in table.columns
    }


def stored_version(cluster: Cluster, url: str) -> str:
    return str(cluster.execute("SELECT version_num FROM alembic_version", url.rsplit("/", 1)[1])[0][0])


def test_an_upgrade_changes_no_row_finds_nothing_wrong_and_takes_saves(
    older_url: str, released: Path, cluster: Cluster, tmp_path: Path
) -> None:
    assert marks(cluster, older_url) == kept_in_file(released)
    with closing(Store.create(older_url, backups=tmp_path / "backups")) as store:
        assert store.check() == []
        assert marks(cluster, older_url) == kept_in_file(released)
        last, row = store.snapshot().revision, store.frame("compound").loc["C1"]
        with store.commit(author=AUTHOR) as save:
            save.update("compound", "C1", {"boundary_drawn_by": "张三"}, version=int(row["version"]))
            save.insert("compound", compound(id="C9"))
        assert store.snapshot().revision == last + 1
        assert store.check() == []
    assert stored_version(cluster, older_url) == migrate.newest_version()


def test_the_backup_of_before_holds_every_row_in_the_older_version_and_can_be_restored(
    older_url: str, released: Path, tmp_path: Path
) -> None:
    with closing(Store.create(older_url, backups=tmp_path / "backups")) as store:
        (kept,) = (tmp_path / "backups").iterdir()
        assert kept.name.endswith(f"-before-{version(released)}-upgrade.gpkg")
        assert version(kept) == version(released)
        assert content(kept).keys() == content(released).keys()
        assert kept_in_file(kept) == kept_in_file(released)
        with store.commit(author=AUTHOR) as save:
            save.insert("compound", compound(id="C9"))
        store.restore(kept)
        assert "C9" not in store.frame("compound").index
        assert store.check() == []


def test_without_a_place_for_the_backup_a_server_is_not_upgraded(
    older_url: str, released: Path, cluster: Cluster
) -> None:
    with pytest.raises(StoreOlder, match=r"manage\.py init.*备份"):
        Store.create(older_url)
    assert stored_version(cluster, older_url) == version(released)


def test_a_backup_that_is_not_what_the_server_holds_stops_the_upgrade(
    older_url: str, released: Path, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    among = former._among

    def with_other_names(*asked: Any) -> list[dict[str, Any]]:
        return [{**row, "name": "别的名称"} if "name" in row else dict(row) for row in among(*asked)]

    monkeypatch.setattr(former, "_among", with_other_names)
    with pytest.raises(StoreDamaged, match=r"没有升级.*没有通过核对"):
        Store.create(older_url, backups=tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
    assert stored_version(cluster, older_url) == version(released)
    assert marks(cluster, older_url) == kept_in_file(released)


def test_init_upgrades_a_server_and_says_where_the_backup_is(
    older_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    done = run(older_url, "init", "--if-missing")
    assert done.exit_code == FINE, done.output
    assert str(tmp_path / "data" / "backups") in done.output.replace("\n", "")
    assert len(list((tmp_path / "data" / "backups").iterdir())) == 1
    assert "检查通过" in run(older_url, "check").output
