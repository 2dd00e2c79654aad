"""A whole database moved between file and server and back: the same rows, hashes, history and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from sqlalchemy import Connection, Table, select

from geodata import schema
from geodata.errors import BadFile, BadValue, StoreDamaged, StoreLocked, StoreOlder
from geodata.installing import restore_backup
from geodata.moving import move
from geodata.settings import Settings
from geodata.store import Store, transfer
from geodata.store.engine import file_url
from geodata.upkeep import Place, back_up, place_of
from tests.small_store import AUTHOR, STREET, compound, recorded

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
Content = dict[str, list[tuple[Any, ...]]]


def content(store: Store) -> Content:
    """Every value of every table but the mark of the database, geometry to the last bit."""
    found: Content = {}
    with store._reading() as connection:
        for table in schema.metadata.sorted_tables:
            rows = [tuple(_exact(value) for value in row) for row in connection.execute(select(table))]
            found[table.name] = sorted((row for row in rows if "epoch" not in row), key=repr)
    return found


def _exact(value: Any) -> Any:
    return value.wkb_hex if hasattr(value, "wkb_hex") else value


def epoch(store: Store) -> str:
    return store.snapshot().epoch


@pytest.fixture
def server_place(server_url: str, tmp_path: Path) -> Place:
    """A server database with the small store, with what belongs to it."""
    Store.create(server_url).close()
    settings = Settings(database_url=server_url, data_dir=tmp_path / "data")
    return place_of(settings, server_url)


def moved_in(small_store: Store, place: Place) -> Store:
    with closing(Store.open(place.url)) as target:
        small_store.copy_into(target)
    return Store.open(place.url)


# ---- moving -----------------------------------------------------------------------------------------------


def test_a_file_moved_to_a_server_and_back_is_the_same(
    small_store: Store, server_url: str, tmp_path: Path
) -> None:
    with small_store.commit(author="李四", reason="核对") as save:
        save.update("compound", "C1", {"households": 121}, version=1)
        save.note_import(file_name="a.gpkg", sha256="00", layer="compound", accepted=1, rejected=0)
    small_store.put_setting("business_date", "2026-11-24")
    assert move(small_store.url, server_url) == 4
    assert move(server_url, file_url(tmp_path / "back.gpkg")) == 4
    back_url = file_url(tmp_path / "back.gpkg")
    with closing(Store.open(server_url)) as server, closing(Store.open(back_url)) as back:
        assert content(small_store) == content(server) == content(back)
        assert len({epoch(small_store), epoch(server), epoch(back)}) == 3
        assert server.check() == back.check() == small_store.check() == []


def test_people_go_on_where_the_move_ended(small_store: Store, server_url: str) -> None:
    move(small_store.url, server_url)
    with closing(Store.open(server_url)) as server:
        with server.commit(author=AUTHOR) as save:
            save.insert("compound", compound(id="C9"))
            save.update("compound", "C1", {"households": 1}, version=1)
            save.note_import(file_name="a.gpkg", sha256="00", layer="compound", accepted=1, rejected=0)
        assert server.snapshot().revision == 4
        assert server.check() == []


def test_a_move_reports_its_progress_to_the_end(small_store: Store, server_url: str) -> None:
    seen: list[tuple[int, int, str]] = []
    move(small_store.url, server_url, on_progress=lambda *told: seen.append(told))
    assert seen[-1][0] == seen[-1][1] > 0
    assert seen[-1][2] == "核对"


def test_a_target_with_rows_or_settings_of_its_own_is_left_alone(
    small_store: Store, server_place: Place
) -> None:
    with closing(Store.open(server_place.url)) as server:
        server.put_setting("business_date", "2026-01-01")
        before = content(server)
        with pytest.raises(BadValue, match="已有数据"):
            move(small_store.url, server_place.url)
        assert content(server) == before


def test_a_file_that_exists_is_never_a_target(small_store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine.gpkg").write_text("mine")
    with pytest.raises(BadFile, match="已存在"):
        move(small_store.url, file_url(tmp_path / "mine.gpkg"))
    assert (tmp_path / "mine.gpkg").read_text() == "mine"


def test_a_target_of_an_older_version_is_not_upgraded(small_store: Store, server_place: Place) -> None:
    with closing(Store.open(server_place.url)) as server, server._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StoreOlder):
        move(small_store.url, server_place.url)


def test_a_save_during_the_move_is_not_left_behind(small_store: Store, server_url: str) -> None:
    def somebody_saves(done: int, total: int, what: str) -> None:
        if done == total:
            with closing(Store.open(small_store.url)) as other, other.commit(author="李四") as save:
                save.update("compound", "C1", {"households": 121}, version=1)

    with pytest.raises(StoreLocked, match="搬移期间"):
        move(small_store.url, server_url, on_progress=somebody_saves)
    with closing(Store.open(server_url)) as server:
        assert server.revision() is None
    assert move(small_store.url, server_url) == 4


def test_damaged_rows_do_not_move(small_store: Store, server_url: str) -> None:
    with small_store._writing() as connection:
        connection.exec_driver_sql("UPDATE compound SET households = 1 WHERE id = 'C1'")
    with pytest.raises(StoreDamaged, match="楼院 C1"):
        move(small_store.url, server_url)
    with closing(Store.open(server_url)) as server:
        assert server.revision() is None


def test_what_arrives_otherwise_than_it_left_is_not_kept(
    small_store: Store, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = transfer.batches

    def without_the_last(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
        for rows in batches(source, table):
            yield rows[:-1] if table.name == "compound" else rows

    monkeypatch.setattr(transfer, "batches", without_the_last)
    with pytest.raises(StoreDamaged, match="compound 的行"):
        move(small_store.url, server_url)


# ---- laws -------------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)
numbers = st.floats(0, 1e15, allow_subnormal=True)
corners = st.tuples(st.floats(113, 114), st.floats(34, 35))
triangles = st.lists(corners, min_size=3, max_size=5, unique=True).map(Polygon)
shapes = st.none() | st.just(MultiPolygon()) | triangles | st.lists(triangles, max_size=3).map(MultiPolygon)
rows = st.lists(
    st.fixed_dictionaries(
        {"name": words, "households": st.none() | st.integers(0, 2**31 - 1)},
        optional={"floor_area_m2": numbers, "position_lon": st.floats(-180, 180), "geometry": shapes},
    ),
    max_size=3,
)


@pytest.mark.property
@settings(max_examples=settings.default.max_examples // 3)
@given(rows=rows, author=words.filter(str.strip), percent=st.floats(0, 100))
def test_whatever_was_saved_survives_the_way_to_the_server_and_back(
    fresh_store: Callable[[str], AbstractContextManager[Store]],
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    author: str,
    percent: float,
) -> None:
    folder = tmp_path_factory.mktemp("back")
    with fresh_store("file") as start, fresh_store("postgis") as server:
        with start.commit(author=author, reason=author) as save:
            save.insert("street_office", {**STREET, "geometry": box(113, 34, 114, 35)})
            ids = save.insert_many("compound", [compound(**row) for row in rows])
            for record_id in ids:
                save.update("compound", record_id, {"note": author, "geometry": None}, version=1)
            item = save.insert("work_item", {"compound_id": save.insert("compound", compound()), "type_code": "B02", "data_status": "synthetic", "source": author})  # fmt: skip
            report = {"work_item_id": item, "reported_on": NOW.date(), "progress_pct": percent}
            save.insert("progress_report", recorded(**report))
        start.copy_into(server)
        server.backup(folder / "back.gpkg")
        with closing(Store.open(file_url(folder / "back.gpkg"))) as back:
            assert content(start) == content(server) == content(back)


# ---- backup and restore of a server -----------------------------------------------------------------------


def test_a_server_is_backed_up_into_a_file_that_opens_by_itself(
    small_store: Store, server_place: Place
) -> None:
    with closing(moved_in(small_store, server_place)) as server:
        made = back_up(server_place, now=NOW, scheduled=True)
        with closing(Store.open(file_url(made))) as copy:
            assert content(copy) == content(server)
            assert epoch(copy) == epoch(server)
            assert copy.check() == []
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_a_backup_of_a_server_breaks_off_without_a_trace(
    small_store: Store, server_place: Place, tmp_path: Path
) -> None:
    with closing(moved_in(small_store, server_place)) as server:
        with server._writing() as connection:
            connection.exec_driver_sql("UPDATE compound SET households = 1 WHERE id = 'C1'")
        with pytest.raises(StoreDamaged, match="楼院 C1"):
            server.backup(tmp_path / "copies" / "copy.gpkg")
    assert list((tmp_path / "copies").iterdir()) == []


def test_restoring_a_server_keeps_what_was_there_and_brings_the_backup_back(
    small_store: Store, server_place: Place
) -> None:
    with closing(moved_in(small_store, server_place)) as server:
        made = back_up(server_place, now=NOW)
        with server.commit(author="李四") as save:
            save.insert("compound", compound(id="C9"))
        later, mark = content(server), epoch(server)
        kept = restore_backup(server_place, made, now=NOW)
        assert content(server) == content(small_store)
        assert epoch(server) != mark
        assert server.check() == []
        assert kept
        with closing(Store.open(file_url(kept))) as copy:
            assert content(copy) == later


def test_readers_see_the_old_content_until_the_restore_is_whole(
    small_store: Store, server_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(moved_in(small_store, server_place)) as server:
        made = back_up(server_place, now=NOW)
        with server.commit(author="李四") as save:
            save.insert("compound", compound(id="C9"))
        seen: list[int] = []
        compare = transfer._compare

        def look(*_: object) -> None:
            seen.append(len(server.frame("compound")))

        def compared(*both: Connection) -> None:
            compare(*both)
            look()  # everything is written, and nothing has yet come to pass

        monkeypatch.setattr(transfer, "_compare", compared)
        server.restore(made, on_progress=look)
        assert set(seen) == {5}
        assert len(server.frame("compound")) == 4


def test_append_only_rows_stay_so_after_a_restore(small_store: Store, server_place: Place) -> None:
    with closing(moved_in(small_store, server_place)) as server:
        server.restore(back_up(server_place, now=NOW))
        with pytest.raises(BadValue, match="append-only"), server._writing() as connection:
            connection.exec_driver_sql("DELETE FROM audit")


def test_a_restore_that_breaks_off_leaves_the_server_as_it_was(
    small_store: Store, server_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: object, target: object) -> None:
        raise StoreDamaged("断了")

    with closing(moved_in(small_store, server_place)) as server:
        made, before = back_up(server_place, now=NOW), content(server)
        monkeypatch.setattr(transfer, "_compare", broken)
        with pytest.raises(StoreDamaged, match="断了"):
            server.restore(made)
        assert content(server) == before
