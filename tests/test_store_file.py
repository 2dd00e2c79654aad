"""The database file: made, opened, upgraded, refused; what other programs may do with it while it is in use."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from geodata.errors import (
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreNewer,
    StoreReadOnly,
)
from geodata.schema import LAYERS, metadata
from geodata.store import Store, engine, gpkg, migrate
from geodata.store.engine import file_url, sqlite
from tests import child
from tests.small_store import AUTHOR, FIRST_SQUARE, STREET, compound, file_of, fill


def layout(connection: Connection) -> dict[str, list[str]]:
    """What makes each table, index and trigger: its clauses in any order, without white space, by name."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    plain = {row[0]: "".join(row[1].split()).replace('"', "").removesuffix(")") for row in rows}
    return {name: sorted(statement.split(",")) for name, statement in plain.items()}


def saved(store: Store) -> None:
    """A save that changes one row."""
    with store.commit(author=AUTHOR) as save:
        save.update("compound", "C1", {"note": "改"}, version=1)


# ---- made, opened, upgraded -------------------------------------------------------------------------------


def test_creating_twice_changes_nothing(url: str) -> None:
    with closing(Store.create(url)) as store, store._reading() as connection:
        first = layout(connection)
    with closing(Store.create(url)) as store, store._reading() as connection:
        assert layout(connection) == first
        assert gpkg.triggers().keys() <= first.keys()


def test_creating_again_keeps_the_rows(small_store: Store) -> None:
    with closing(Store.create(small_store.url)) as again:
        assert len(again.frame("compound")) == 4
        assert again.check() == []


def test_the_migrations_make_what_the_schema_declares(store: Store) -> None:
    memory = create_engine("sqlite://", module=sqlite, poolclass=StaticPool)
    with memory.connect() as connection, store._reading() as stored:
        metadata.create_all(connection)
        declared, made = layout(connection), layout(stored)
    memory.dispose()
    assert {name: made[name] for name in declared} == declared
    strange = {name for name in made.keys() - declared.keys() if not name.startswith(("gpkg_", "rtree_"))}
    assert strange == gpkg.triggers().keys() | {"alembic_version"}


def test_columns_are_never_of_a_type_that_gdal_drops(store: Store) -> None:
    with store._reading() as connection:
        made = layout(connection)
    assert "VARCHAR" not in str([made[name] for name in LAYERS]).upper()


def test_two_processes_may_create_the_same_database(url: str) -> None:
    code = """
        import sys
        from geodata.store import Store
        print("ready", flush=True)
        sys.stdin.readline()
        Store.create(sys.argv[1]).close()
    """
    with child.running(code, url) as one, child.running(code, url) as two:
        for process in (one, two):
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
    assert (one.returncode, two.returncode) == (0, 0)
    with closing(Store.open(url)) as store:
        assert store.check() == []


def test_a_database_is_durable_and_a_geopackage(store: Store) -> None:
    with store._reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "application_id", "user_version")
        }
    assert pragmas["journal_mode"] == ("wal" if engine.wal_is_safe(sqlite.sqlite_version_info) else "delete")
    assert pragmas == pragmas | {"synchronous": 2, "foreign_keys": 1, "application_id": 0x47504B47}
    assert pragmas["user_version"] == 10300


def test_an_sqlite_with_the_wal_bug_does_not_get_a_log(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "wal_is_safe", lambda version: False)
    with closing(Store.create(url)) as store, store._reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"


def test_an_upgrade_keeps_a_backup_first_and_may_be_tried_again(
    small_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(small_store)
    with small_store._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    monkeypatch.setattr(migrate, "_known_versions", lambda: ["0001", "0000"])
    monkeypatch.setattr(migrate, "upgrade", lambda connection: None)
    with pytest.raises(StoreError, match="init"):
        Store.open(small_store.url)
    for _ in range(2):
        Store.create(small_store.url).close()
    kept = sorted(found.name for found in (path.parent / "backups").iterdir())
    assert kept == ["renewal-before-0000-upgrade-2.gpkg", "renewal-before-0000-upgrade.gpkg"]


def test_a_database_of_a_newer_version_is_left_alone(small_store: Store) -> None:
    with small_store._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for enter in (Store.open, Store.create):
        with pytest.raises(StoreNewer, match="更新版本"):
            enter(small_store.url)
    assert not (file_of(small_store).parent / "backups").exists()


def test_a_database_upgraded_under_an_open_store_is_neither_read_nor_written(small_store: Store) -> None:
    code = """
        import sys
        from geodata.store import Store
        with Store.open(sys.argv[1])._writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    """
    child.run(code, small_store.url)
    before = file_of(small_store).read_bytes()
    for attempt in (
        small_store.snapshot,
        lambda: small_store.frame("compound"),
        lambda: small_store.put_setting("business_date", "2026-11-25"),
        lambda: saved(small_store),
    ):
        with pytest.raises(StoreNewer, match="升级程序"):
            attempt()
    assert file_of(small_store).read_bytes() == before


# ---- refused ----------------------------------------------------------------------------------------------


def test_a_missing_database_is_not_made_by_opening(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="init"):
        Store.open(url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"hello, this is no database " * 100, b"PK\3\4" + bytes(5000)])
def test_a_file_that_is_no_database_is_refused_and_kept(url: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "renewal.gpkg").write_bytes(content)
    for enter in (Store.open, Store.create):
        with pytest.raises(StoreDamaged, match="不是本产品的数据库"):
            enter(url)
    assert (tmp_path / "renewal.gpkg").read_bytes() == content


def test_an_empty_file_is_refused_when_opened_and_filled_when_created(url: str, tmp_path: Path) -> None:
    (tmp_path / "renewal.gpkg").touch()
    with pytest.raises(StoreDamaged, match="没有结构版本"):
        Store.open(url)
    with closing(Store.create(url)) as store:
        assert store.check() == []


def test_somebody_elses_database_is_neither_opened_nor_changed(url: str, tmp_path: Path) -> None:
    with closing(sqlite.connect(tmp_path / "renewal.gpkg")) as other:
        other.execute("CREATE TABLE theirs (name TEXT)")
    for enter in (Store.open, Store.create):
        with pytest.raises(StoreDamaged):
            enter(url)
    with closing(sqlite.connect(tmp_path / "renewal.gpkg")) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_a_network_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = [("/", "ext4"), (str(tmp_path), "cifs")]
    monkeypatch.setattr(engine, "_mounts", lambda: mounts)
    with pytest.raises(StoreError, match="网络共享"):
        Store.create(file_url(tmp_path / "renewal.gpkg"))


def test_a_link_to_a_network_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share, link = tmp_path / "share", tmp_path / "link"
    share.mkdir()
    link.symlink_to(share)
    monkeypatch.setattr(engine, "_mounts", lambda: [("/", "ext4"), (str(share), "nfs4")])
    with pytest.raises(StoreError, match="网络共享"):
        Store.create(file_url(link / "renewal.gpkg"))


def test_the_mounts_of_this_machine_are_known() -> None:
    assert engine._file_system_of(Path("/proc")) in ("proc", "")


@pytest.mark.parametrize("url", ["nonsense", "sqlite:/x", "mysql+nothing://host/db"])
def test_an_address_that_nobody_understands_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Store.open(url)


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="打不开"):
        Store.open(file_url(tmp_path))


@pytest.mark.parametrize("name", ["带 空格 的.gpkg", "a?b%20#c.gpkg", "引'号\".gpkg"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with closing(Store.create(file_url(tmp_path / name))) as store:
        assert store.path == tmp_path / name
        store.backup(tmp_path / f"copy of {name}")
    assert (tmp_path / name).exists()


def test_a_save_into_a_file_that_was_moved_away_is_refused(small_store: Store) -> None:
    assert small_store.path
    small_store.path.rename(small_store.path.with_name("moved.gpkg"))
    assert not small_store.in_place
    with pytest.raises(StoreMissing, match="移走"):
        saved(small_store)


# ---- locked and read-only ---------------------------------------------------------------------------------

HOLD_LOCK = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_a_database_that_another_process_keeps_locked_says_so(
    small_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    with closing(Store.open(small_store.url)) as hasty, child.running(HOLD_LOCK, hasty.path):
        with pytest.raises(StoreLocked, match="没有保存"):
            saved(hasty)
        assert len(hasty.frame("compound")) == 4
    saved(small_store)
    assert small_store.snapshot().revision == 4


@pytest.fixture
def locked_up(made: Path) -> Iterator[tuple[Path, int | None]]:
    """A database in a folder that may only be read, and the user to be who cannot write there."""
    folder = Path(tempfile.mkdtemp(prefix="chengyuan-readonly-"))
    shutil.copyfile(made / "small.gpkg", folder / "renewal.gpkg")
    (folder / "renewal.gpkg").chmod(0o444)
    folder.chmod(0o555)
    yield folder / "renewal.gpkg", 65534 if os.geteuid() == 0 else None
    folder.chmod(0o755)
    shutil.rmtree(folder)


AS_ANOTHER_USER = """
    import os, sys
    from geodata.errors import StoreReadOnly
    from geodata.store import Store
    url, warm, user = sys.argv[1:]
    Store.create(warm).close()  # whatever Python loads late is loaded while it may read it
    if user != "None":
        os.setuid(int(user))
"""
SAVE = """
    try:
        store = Store.{enter}(url)
        with store.commit(author="me") as save:
            save.update("compound", "C1", {{"note": "changed"}}, version=1)
    except StoreReadOnly as error:
        print(error)
"""


@pytest.mark.parametrize("enter", ["open", "create"])
def test_a_read_only_database_says_so_and_stays_as_it_was(
    locked_up: tuple[Path, int | None], tmp_path: Path, enter: str
) -> None:
    path, user = locked_up
    before = path.read_bytes()
    code = AS_ANOTHER_USER + SAVE.format(enter=enter)
    said = child.run(code, file_url(path), file_url(tmp_path / "warm.gpkg"), user)
    assert "写权限" in said
    assert path.read_bytes() == before


def test_a_read_only_file_can_be_read_while_its_folder_can_be_written(
    locked_up: tuple[Path, int | None], tmp_path: Path
) -> None:
    path, user = locked_up
    path.parent.chmod(0o777)
    code = (
        AS_ANOTHER_USER
        + """
    store = Store.open(url)
    print(store.condition().reason, len(store.frame("compound")))
    """
    )
    assert child.run(code, file_url(path), file_url(tmp_path / "warm.gpkg"), user) == (
        "数据库文件或所在文件夹没有写权限，请联系管理员 4"
    )


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreReadOnly, match="文件夹"):
        Store.create(file_url(tmp_path / "file" / "renewal.gpkg"))


# ---- other programs ---------------------------------------------------------------------------------------


def test_another_program_reads_while_the_store_is_open(small_store: Store) -> None:
    code = """
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1])
        print(connection.execute("SELECT count(*) FROM compound").fetchone()[0])
    """
    assert child.run(code, small_store.path) == "4"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compound SET households = 1",
        "DELETE FROM compound",
        "INSERT INTO setting VALUES ('a', 'b', 'c')",
        "UPDATE audit SET author = '别人'",
        "DELETE FROM revision",
        "INSERT INTO layer_revision VALUES ('compound', 99)",
    ],
)
def test_another_program_cannot_write(small_store: Store, statement: str) -> None:
    code = """
        import sqlite3, sys
        try:
            sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
        except sqlite3.OperationalError as error:
            print(error)
    """
    assert "chengyuan_writer" in child.run(code, small_store.path, statement)
    assert small_store.check() == []


@pytest.fixture(scope="module")
def seen_by_gdal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What GDAL, in another process, sees in a store that is open here."""
    path = tmp_path_factory.mktemp("gdal") / "renewal.gpkg"
    code = """
        import json, sys
        import pyogrio
        path = sys.argv[1]
        info = {name: pyogrio.read_info(path, layer=name) for name, _ in pyogrio.list_layers(path)}
        near = pyogrio.read_dataframe(path, layer="compound", bbox=(113.6802, 34.7502, 113.6808, 34.7508))
        titles = pyogrio.read_dataframe(path, sql="SELECT table_name, identifier FROM gpkg_contents")
        names = pyogrio.read_dataframe(
            path, sql="SELECT name FROM gpkg_data_columns WHERE table_name = 'compound' AND column_name = 'households'"
        )
        print(json.dumps({
            "layers": {name: kind for name, kind in pyogrio.list_layers(path).tolist()},
            "crs": info["compound"]["crs"],
            "fields": list(info["compound"]["fields"]),
            "counts": {name: one["features"] for name, one in info.items()},
            "near": list(near["id"]),
            "bounds": list(info["compound"]["total_bounds"]),
            "titles": dict(titles.itertuples(index=False)),
            "alias": names["name"].tolist(),
        }))
    """
    with closing(Store.create(file_url(path))) as store:
        fill(store)
        yield json.loads(child.run(code, path))


def test_gdal_sees_every_layer_with_its_kind_of_geometry(seen_by_gdal: dict[str, Any]) -> None:
    seen = seen_by_gdal["layers"]
    assert {name: seen[name] for name in LAYERS} == {name: layer.geometry for name, layer in LAYERS.items()}


def test_gdal_sees_the_reference_system(seen_by_gdal: dict[str, Any]) -> None:
    assert seen_by_gdal["crs"] == "EPSG:4490"


def test_gdal_sees_every_field_and_row(seen_by_gdal: dict[str, Any]) -> None:
    columns = {column.name for column in LAYERS["compound"].table.columns} - {"fid", "geometry"}
    assert set(seen_by_gdal["fields"]) == columns
    assert seen_by_gdal["counts"] == seen_by_gdal["counts"] | {
        "compound": 4,
        "work_item": 2,
        "stage_event": 1,
    }


def test_gdal_finds_rows_by_place_through_the_index(seen_by_gdal: dict[str, Any]) -> None:
    assert seen_by_gdal["near"] == ["C1"]
    assert seen_by_gdal["bounds"] == pytest.approx([113.680, 34.750, 113.681, 34.752], abs=1e-4)


def test_gdal_sees_chinese_names_of_layers_and_columns(seen_by_gdal: dict[str, Any]) -> None:
    assert seen_by_gdal["titles"]["compound"] == "楼院（compound）"
    assert seen_by_gdal["alias"] == ["户数"]


# ---- spatial index ----------------------------------------------------------------------------------------


def indexed(store: Store, west: float, south: float, east: float, north: float) -> list[str]:
    """Compounds whose R-tree entry meets a box."""
    query = (
        "SELECT c.id FROM compound c JOIN rtree_compound_geometry r ON c.fid = r.id "
        "WHERE r.maxx >= ? AND r.maxy >= ? AND r.minx <= ? AND r.miny <= ? ORDER BY c.fid"
    )
    with store._reading() as connection:
        return [row[0] for row in connection.exec_driver_sql(query, (west, south, east, north))]


def test_the_index_follows_each_change_of_a_boundary(small_store: Store) -> None:
    assert indexed(small_store, 113.67, 34.74, 113.70, 34.7509) == ["C1"]
    with small_store.commit(author=AUTHOR) as save:
        save.update("compound", "C1", {"geometry": None}, version=1)
        save.update("compound", "C4", {"geometry": FIRST_SQUARE}, version=1)
    assert indexed(small_store, 113.67, 34.74, 113.70, 34.7509) == ["C4"]


def test_creating_again_repairs_the_index(small_store: Store) -> None:
    with small_store._writing() as connection:
        connection.exec_driver_sql("DELETE FROM rtree_compound_geometry")
    assert [finding.check for finding in small_store.check()] == ["空间索引"]
    with closing(Store.create(small_store.url)) as repaired:
        assert repaired.check() == []


def test_creating_again_repairs_what_was_registered_wrongly(small_store: Store) -> None:
    with small_store._writing() as connection:
        connection.exec_driver_sql(
            "UPDATE gpkg_contents SET identifier = '别的' WHERE table_name = 'compound'"
        )
        connection.exec_driver_sql("DROP TRIGGER guard_compound_update")
    assert len(small_store.check()) == 2
    with closing(Store.create(small_store.url)) as repaired:
        assert repaired.check() == []


def test_a_fresh_row_number_is_never_reused(small_store: Store) -> None:
    with small_store._reading() as connection:
        assert (
            connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'compound'").scalar()
            == 4
        )
    with small_store.commit(author=AUTHOR) as save:
        save.insert("compound", compound(street_code=STREET["id"]))
    assert small_store.check() == []
