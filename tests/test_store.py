"""The store as business rules, on a real file and a real server: saves, revisions, history, stale edits, append-only rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from sqlalchemy import inspect, select, update

from geodata import schema
from geodata.errors import BadValue, NotFound, StaleRow
from geodata.schema import LAYERS
from geodata.store import Commit, Store
from geodata.store.engine import file_url
from geodata.store.hashing import canonical
from tests.small_store import AUTHOR, FIRST_SQUARE, STREET, compound, fill, report

pytestmark = pytest.mark.both_stores


def counts(store: Store) -> dict[str, int]:
    """Rows of every table and R-tree, and the newest revision."""
    with store._reading() as connection:
        tables = inspect(connection).get_table_names()
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables
        }


def households(store: Store, record_id: str = "C1") -> Any:
    row = store.row("compound", record_id)
    assert row
    return row["households"]


def save_all(store: Store, *steps: Callable[[Commit], object]) -> None:
    """Several changes as one save."""
    with store.commit(author=AUTHOR) as save:
        for step in steps:
            step(save)


# ---- saves ------------------------------------------------------------------------------------------------


def test_an_empty_store_has_no_revision_and_no_rows(store: Store) -> None:
    assert store.revision() is None
    assert store.snapshot().revision == 0
    assert store.frame("compound").empty


def test_a_save_with_many_changes_is_one_revision(small_store: Store) -> None:
    newest = small_store.revision()
    assert newest
    assert (newest.number, newest.author, newest.reason) == (3, AUTHOR, "十一月填报")
    layers = small_store.layer_revisions()
    assert (layers["compound"], layers["work_item"], layers["progress_report"]) == (1, 2, 3)


def test_rows_come_back_in_order_of_entry_with_typed_columns(small_store: Store) -> None:
    frame = small_store.frame("compound")
    assert list(frame.index) == ["C1", "C2", "C3", "C4"]
    assert str(frame["households"].dtype) == "Int64"
    assert frame.crs == "EPSG:4490"
    assert frame.geometry.iloc[0].equals(FIRST_SQUARE)
    assert list(frame.geometry.isna()) == [False, False, True, True]


def test_several_layers_are_read_at_one_moment(small_store: Store) -> None:
    frames = small_store.frames(["compound", "work_item"])
    assert [len(frame) for frame in frames.values()] == [4, 2]


def test_a_column_left_out_takes_its_default(small_store: Store) -> None:
    row = small_store.row("work_item", "W1")
    assert row
    assert row["phase"] == 1


def test_a_failed_save_leaves_nothing(small_store: Store) -> None:
    before = counts(small_store)
    with pytest.raises(NotFound):
        save_all(
            small_store,
            lambda save: save.insert("compound", compound(id="C9", geometry=FIRST_SQUARE)),
            lambda save: save.archive("compound", "C77", version=1),
        )
    assert counts(small_store) == before
    assert small_store.check() == []


def test_a_save_that_the_database_refuses_leaves_nothing(small_store: Store) -> None:
    before = counts(small_store)
    with pytest.raises(BadValue, match="引用的记录不存在"):
        save_all(
            small_store,
            lambda save: save.update("compound", "C1", {"households": 1}, version=1),
            lambda save: save.insert("compound", compound(street_code="不存在")),
        )
    assert counts(small_store) == before


def test_a_caller_who_goes_on_after_a_refused_batch_keeps_none_of_it(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        with pytest.raises(Exception, match=r"(?i)unique"):
            save.insert_many("compound", [compound(id="C8"), compound(id="C1")])
        save.insert("compound", compound(id="C9"))
    assert list(small_store.frame("compound").index) == ["C1", "C2", "C3", "C4", "C9"]
    assert small_store.check() == []


def test_an_update_without_change_writes_nothing(small_store: Store) -> None:
    before = counts(small_store)
    with small_store.commit(author=AUTHOR) as save:
        assert save.update("compound", "C1", {"households": 120, "name": "演示·西大街-01院"}, version=1) == 1
    assert counts(small_store) == before
    assert small_store.snapshot().revision == 3


def test_a_save_needs_an_author(small_store: Store) -> None:
    with pytest.raises(BadValue, match="操作人"), small_store.commit(author="  "):
        pass


def test_one_row_may_be_changed_twice_in_one_save(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        version = save.update("compound", "C1", {"households": 1}, version=1)
        save.update("compound", "C1", {"households": 2}, version=version)
    assert households(small_store) == 2
    assert small_store.check() == []


def test_an_archived_row_is_hidden_and_kept(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR, reason="重复登记") as save:
        save.archive("compound", "C4", version=1)
    assert "C4" not in small_store.frame("compound").index
    assert "C4" in small_store.frame("compound", archived=True).index
    assert small_store.audit(layer="compound")["action"].iloc[0] == "archive"


def test_a_missing_record_is_reported_by_its_id(small_store: Store) -> None:
    with pytest.raises(NotFound, match="C77"), small_store.commit(author=AUTHOR) as save:
        save.update("compound", "C77", {"households": 1}, version=1)
    assert small_store.row("compound", "C77") is None


def test_the_id_of_a_record_never_changes(small_store: Store) -> None:
    with pytest.raises(BadValue, match="编号"), small_store.commit(author=AUTHOR) as save:
        save.update("compound", "C4", {"id": "C5"}, version=1)


# ---- stale edits ------------------------------------------------------------------------------------------


def test_a_stale_update_is_refused_with_both_values(small_store: Store) -> None:
    with small_store.commit(author="李四") as save:
        save.update("compound", "C1", {"households": 130}, version=1)
    with pytest.raises(StaleRow, match="别人") as refused, small_store.commit(author=AUTHOR) as save:
        save.update("compound", "C1", {"households": 140, "storeys": 6}, version=1)
    assert refused.value.mine == {"households": 140, "storeys": 6}
    assert refused.value.theirs == {"households": 130, "storeys": None}
    assert households(small_store) == 130


def test_a_stale_update_to_what_is_stored_already_is_no_conflict(small_store: Store) -> None:
    with small_store.commit(author="李四") as save:
        save.update("compound", "C1", {"households": 130}, version=1)
    with small_store.commit(author=AUTHOR) as save:
        assert save.update("compound", "C1", {"households": 130}, version=1) == 2


# ---- append-only ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["audit", "revision", "progress_report", "stage_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET revision = 9", "DELETE FROM {}"])
def test_append_only_rows_cannot_be_changed_even_by_us(small_store: Store, name: str, statement: str) -> None:
    sql = statement.format(name).replace("revision SET revision", "revision SET number")
    with pytest.raises(BadValue, match="append-only"), small_store._writing() as connection:
        connection.exec_driver_sql(sql)


def test_a_correction_is_a_new_row(small_store: Store) -> None:
    with pytest.raises(BadValue, match="只能追加"), small_store.commit(author=AUTHOR) as save:
        save.update("progress_report", "R1", {"progress_pct": 30}, version=1)
    with small_store.commit(author=AUTHOR) as save:
        save.insert("progress_report", report("W1", "2026-11-10", 30, id="R2", corrects_id="R1"))
    assert list(small_store.frame("progress_report")["progress_pct"]) == [40, 30]


def test_what_was_not_known_yet_is_left_out(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        save.insert("progress_report", report("W1", "2026-11-20", 60, id="R2"))
    assert list(small_store.frame("progress_report", known_at=3).index) == ["R1"]
    assert list(small_store.frame("progress_report", known_at=4).index) == ["R1", "R2"]


# ---- history ----------------------------------------------------------------------------------------------


def test_the_history_of_a_record_tells_every_change(small_store: Store) -> None:
    with small_store.commit(author="李四", reason="核对户数") as save:
        save.update("compound", "C1", {"households": 118}, version=1)
    history = small_store.audit(record_ids=["C1"])
    assert list(history["action"]) == ["update", "insert"]
    newest = history.iloc[0]
    assert (newest["author"], newest["reason"]) == ("李四", "核对户数")
    assert (newest["before"], newest["after"]) == ({"households": 120}, {"households": 118})
    assert newest["at"].tzinfo is not None


def test_a_record_can_be_rebuilt_from_its_history(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        version = save.update("compound", "C1", {"note": "已核", "storeys": 6}, version=1)
        save.update(
            "compound", "C1", {"note": None, "geometry": box(113.68, 34.75, 113.682, 34.751)}, version=version
        )
    rebuilt: dict[str, Any] = {}
    for after in small_store.audit(record_ids=["C1"])["after"].iloc[::-1]:
        rebuilt |= after
    row = small_store.row("compound", "C1")
    assert row
    kept = json.loads(canonical({key: row[key] for key in rebuilt if key != "geometry"}))
    assert kept == {key: value for key, value in rebuilt.items() if key != "geometry"}
    assert row["geometry"].wkb_hex == rebuilt["geometry"]


def test_settings_travel_with_the_database(store: Store) -> None:
    store.put_setting("business_date", "2026-11-24")
    store.put_setting("business_date", "2026-11-25")
    assert store.settings() == {"business_date": "2026-11-25", "epoch": store.snapshot().epoch}


def test_a_clock_that_was_set_back_is_told_as_it_was_and_the_order_stays(small_store: Store) -> None:
    set_back = datetime(2020, 1, 1, 8, tzinfo=UTC)
    small_store.clock = lambda: set_back
    with small_store.commit(author=AUTHOR) as save:
        save.update("compound", "C1", {"households": 121}, version=1)
    newest = small_store.revision()
    assert newest is not None
    assert (newest.number, newest.at, newest.clock_set_back) == (4, set_back, True)
    small_store.clock = lambda: set_back + timedelta(minutes=5)
    with small_store.commit(author=AUTHOR) as save:
        save.update("compound", "C1", {"households": 122}, version=2)
    newest = small_store.revision()
    assert newest is not None
    assert (newest.number, newest.clock_set_back) == (5, False)
    history = small_store.audit(layer="compound", record_ids=["C1"])
    assert list(history["revision"]) == [5, 4, 1]
    assert list(history["clock_set_back"]) == [False, True, False]
    assert small_store.check() == []


def test_two_new_databases_never_share_an_epoch(url: str, tmp_path: Path) -> None:
    epochs = set()
    for one in (url, file_url(tmp_path / "another.gpkg")):
        with closing(Store.create(one)) as fresh:
            epochs.add(fresh.snapshot().epoch)
    assert len(epochs) == 2
    assert "0" not in epochs


def test_an_import_is_noted_in_its_save(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        save.insert("compound", compound(id="C9"))
        save.note_import(file_name="a.gpkg", sha256="00", layer="compound", accepted=1, rejected=0)
    with small_store._reading() as connection:
        batch = connection.execute(select(schema.import_batch)).one()
    assert (batch.revision, batch.author, batch.accepted) == (4, AUTHOR, 1)


# ---- laws -------------------------------------------------------------------------------------------------

corners = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(
    lambda at: box(113.68 + at[0] / 100, 34.75 + at[1] / 100, 113.681 + at[0] / 100, 34.751 + at[1] / 100)
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
        "households": st.none() | st.integers(0, 5000),
        "floor_area_m2": st.none() | st.floats(0, 1e6),
        "geometry": st.none() | corners | st.just(MultiPolygon()) | st.just(Polygon()),
    },
)
saves = st.lists(st.lists(st.tuples(st.none() | st.integers(0, 3), facts), max_size=3), max_size=4)


@pytest.mark.property
@pytest.mark.parametrize("backend", ["file", "postgis"])
@given(saves)
def test_any_sequence_of_saves_checks_clean_and_audits_each_change(
    fresh_store: Callable[[str], AbstractContextManager[Store]],
    backend: str,
    plan: list[list[tuple[int | None, dict[str, Any]]]],
) -> None:
    with fresh_store(backend) as store:
        with store.commit(author=AUTHOR) as save:
            save.insert("street_office", STREET)
        changes = 1 + sum(_save(store, steps) for steps in plan)
        assert len(store.audit()) == changes
        assert store.check() == []


def _save(store: Store, steps: list[tuple[int | None, dict[str, Any]]]) -> int:
    """Insert where a step names no row, update that row otherwise; how many rows were really changed."""
    changed = 0
    with store.commit(author=AUTHOR) as save:
        for number, values in steps:
            known = list(
                save._connection.scalars(select(schema.compound.c.id).order_by(schema.compound.c.fid))
            )
            if number is None or number >= len(known):
                save.insert("compound", compound(**values))
                changed += 1
                continue
            version = save._stored(LAYERS["compound"], known[number])["version"]
            changed += save.update("compound", known[number], values, version=version) - version
    return changed


def test_a_row_changed_behind_our_back_no_longer_checks(small_store: Store) -> None:
    with small_store._writing() as connection:
        connection.execute(update(schema.compound).where(schema.compound.c.id == "C1").values(households=1))
    assert [finding.where for finding in small_store.check()] == ["楼院 C1"]


def test_dates_and_missing_values_come_back_as_they_were(small_store: Store) -> None:
    items = small_store.frame("work_item")
    assert items["planned_start_from"].iloc[0] == pd.Timestamp(date(2026, 3, 1))
    assert pd.isna(items["budget_cny"].iloc[0])
    assert items["name"].isna().all()


def test_an_id_that_exists_is_refused_in_plain_words(small_store: Store) -> None:
    with pytest.raises(BadValue, match="已有相同编号"):
        fill(small_store)
