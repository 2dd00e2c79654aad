"""Former states and taking back: rebuilt states equal what was read then; undoing is exact, or says why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from sqlalchemy import select

from geodata import schema
from geodata.errors import BadValue, NotFound, StaleRow
from geodata.store import Archive, Commit, Plan, Restore, SaveQuery, Store, Undo
from geodata.vocabulary import AuditAction, Obstacle
from tests.conftest import KINDS
from tests.small_store import AUTHOR, ESTATE, FIRST_SQUARE, ITEMS, SOURCED, STREET, compound, day, report

pytestmark = pytest.mark.both_stores
ON = date(2026, 11, 24)
ITEM = {"type_code": "B02", **SOURCED, **day("planned_start", "2026-03-01")}
LAYERS = ("street_office", "compound", "work_item", "progress_report")


@contextmanager
def saved(store: Store, author: str = AUTHOR) -> Iterator[Commit]:
    """One save that must change something; the newest revision is its number afterwards."""
    with store.commit(author=author) as save:
        yield save


def newest(store: Store) -> int:
    return store.snapshot().revision


def change(
    store: Store, record_id: str, *, layer: str = "compound", author: str = AUTHOR, **values: Any
) -> int:
    """Change one row as it is now; the revision of the save."""
    row = store.row(layer, record_id)
    assert row
    with saved(store, author) as save:
        save.update(layer, record_id, values, version=row["version"])
    return newest(store)


def do(store: Store, plan: Plan, *, despite_conflicts: bool = False) -> int:
    """Carry a plan out."""
    return store.carry_out(plan, author="李工", reason="填错了", on=ON, despite_conflicts=despite_conflicts)


def standing(store: Store, layer: str = "progress_report") -> dict[str, float]:
    """Progress of each works item's reports that count, by id of the works item and day."""
    rows = store.frame(layer)
    rows = rows[~rows.index.isin(rows["corrects_id"].dropna()) & ~rows["withdrawn"]]
    return {f"{row.work_item_id} {row.reported_on:%m-%d}": row.progress_pct for row in rows.itertuples()}


def content(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame without what every save changes."""
    return frame.drop(columns=["version", "revision"])


def assert_same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    if isinstance(left, gpd.GeoDataFrame):
        assert_geodataframe_equal(left, right)
    else:
        pd.testing.assert_frame_equal(left, right)


# ---- laws -------------------------------------------------------------------------------------------------

_shapes = st.sampled_from([None, FIRST_SQUARE, box(113.69, 34.75, 113.691, 34.751)])
_facts = st.fixed_dictionaries(
    {},
    optional={
        "households": st.none() | st.integers(0, 3),
        "floor_area_m2": st.none() | st.sampled_from([0.0, 1.5, 1e9]),
        "note": st.none() | st.sampled_from(["一", "二"]),
        "geometry": _shapes,
        "archived": st.booleans(),
    },
)
_step = st.one_of(
    st.tuples(st.just("add"), st.just(0), _facts),
    st.tuples(st.just("change"), st.integers(0, 5), _facts),
    st.tuples(st.just("report"), st.integers(0, 5), st.integers(0, 100)),
    st.tuples(st.just("correct"), st.integers(0, 5), st.integers(0, 100)),
)
_READ = (("compound", False), ("compound", True), ("work_item", False))
_saves = st.lists(st.lists(_step, min_size=1, max_size=4), min_size=2, max_size=6)


def run(store: Store, steps: list[tuple[str, int, Any]]) -> None:
    """One save of random steps; a step about a row that is not there is left out."""
    with store.commit(author=AUTHOR) as save:
        for kind, place, value in steps:
            layer = "compound" if kind in ("add", "change") else "progress_report"
            table = store_ids(save, layer)
            if kind == "add":
                facts = {key: one for key, one in value.items() if key != "archived"}
                made = save.insert("compound", compound(**facts))
                save.insert("work_item", {"id": f"W{made}", "compound_id": made, **ITEM})
            elif kind == "change" and place < len(table):
                version = save._stored(schema.LAYERS["compound"], table[place])["version"]
                save.restore("compound", table[place], value, version=version)
            elif kind == "report" and place < len(items := store_ids(save, "work_item")):
                save.insert("progress_report", report(items[place], "2026-11-10", value))
            elif kind == "correct" and place < len(table):
                item = save._stored(schema.LAYERS[layer], table[place])["work_item_id"]
                if not corrected(save, table[place]):
                    facts = report(item, "2026-11-11", value, corrects_id=table[place])
                    save.insert("progress_report", facts)


def store_ids(save: Commit, layer: str) -> list[str]:
    """Ids of a layer as the open save sees it, in order of entry."""
    table = schema.LAYERS[layer].table
    return list(save.connection.scalars(select(table.c.id).order_by(table.c.fid)))


def corrected(save: Commit, record_id: str) -> bool:
    """Whether another report already corrects this one."""
    table = schema.progress_report
    query = select(table.c.id).where(table.c.corrects_id == record_id)
    return save.connection.scalar(query) is not None


Fresh = Callable[[str], AbstractContextManager[Store]]


@contextmanager
def street(fresh_store: Fresh, backend: str) -> Iterator[Store]:
    """A store with one street office, for one example of a law."""
    with fresh_store(backend) as store:
        with saved(store) as save:
            save.insert("street_office", STREET)
        yield store


@pytest.mark.property
@pytest.mark.parametrize("backend", KINDS)
@given(_saves)
@settings(max_examples=5)
def test_the_state_after_any_save_is_read_again_as_it_was(
    fresh_store: Fresh, backend: str, plan: list[list[Any]]
) -> None:
    with street(fresh_store, backend) as store:
        seen: dict[int, list[pd.DataFrame]] = {}
        for steps in [[], *plan]:
            run(store, steps)
            seen[newest(store)] = [store.frame(layer, archived=hidden) for layer, hidden in _READ]
        for revision, frames in seen.items():
            again = [store.frame(layer, known_at=revision, archived=hidden) for layer, hidden in _READ]
            for now, then in zip(again, frames, strict=True):
                assert_same(now, then)


@pytest.mark.property
@pytest.mark.parametrize("backend", KINDS)
@given(_saves)
@settings(max_examples=5)
def test_undoing_the_newest_save_gives_back_what_was_and_undoing_that_what_is(
    fresh_store: Fresh, backend: str, plan: list[list[Any]]
) -> None:
    with street(fresh_store, backend) as store:
        for steps in plan[:-1]:
            run(store, steps)
        before = [content(store.frame(layer)) for layer in LAYERS[:3]], standing(store)
        last = newest(store)
        run(store, plan[-1])
        if newest(store) == last:
            return
        after = [content(store.frame(layer)) for layer in LAYERS[:3]], standing(store)
        for expected in (before, after, before):
            wanted = store.plan(Undo(newest(store)))
            assert wanted.conflicts == ()
            if wanted.steps:  # the steps of one save may cancel each other out
                do(store, wanted)
            for layer, frame in zip(LAYERS, expected[0], strict=False):
                assert_same(content(store.frame(layer)), frame)
            assert standing(store) == expected[1]
            if not wanted.steps:
                break
        assert store.check() == []


# ---- former states ----------------------------------------------------------------------------------------


def test_a_state_of_before_the_layer_is_empty_and_has_its_columns(small_store: Store) -> None:
    empty = small_store.frame("compound", known_at=0)
    assert len(empty) == 0
    assert list(empty.columns) == list(small_store.frame("compound").columns)
    assert empty.crs == small_store.frame("compound").crs


def test_a_row_that_is_archived_today_stands_in_the_state_of_before(small_store: Store) -> None:
    with saved(small_store) as save:
        save.archive("compound", "C4", version=1)
    assert "C4" in small_store.frame("compound", known_at=3).index
    assert "C4" not in small_store.frame("compound", known_at=4).index
    assert "C4" in small_store.frame("compound", known_at=4, archived=True).index


# ---- restoring a record ------------------------------------------------------------------------------------


def test_a_former_value_comes_back_as_a_new_change_and_the_old_ones_stay(small_store: Store) -> None:
    change(small_store, "C1", households=150)
    revision = do(small_store, small_store.plan(Restore("compound", "C1", 3, ("households",))))
    row = small_store.row("compound", "C1")
    assert row
    assert (row["households"], row["version"], row["revision"]) == (120, 3, revision)
    history = small_store.audit(layer="compound", record_ids=["C1"])
    assert list(history["action"]) == ["restore", "update", "insert"]
    assert history["reason"].iloc[0] == "恢复修订 3 时的值：填错了"
    assert history.iloc[0][["author", "before", "after"]].to_list() == [
        "李工",
        {"households": 150},
        {"households": 120},
    ]


def test_only_the_named_field_comes_back(small_store: Store) -> None:
    change(small_store, "C1", households=150, note="核对")
    plan = small_store.plan(Restore("compound", "C1", 3, ("households",)))
    assert [dict(step.after) for step in plan.steps] == [{"households": 120}]
    whole = small_store.plan(Restore("compound", "C1", 3))
    assert [dict(step.after) for step in whole.steps] == [{"households": 120, "note": None}]


def test_a_boundary_comes_back_with_the_status_and_the_review_it_had(small_store: Store) -> None:
    first = change(small_store, "C4", geometry=FIRST_SQUARE, boundary_status="surveyed")
    change(small_store, "C4", author="王工", boundary_review="confirmed")
    change(small_store, "C4", author="赵工", geometry=box(113.68, 34.75, 113.682, 34.751))
    do(small_store, small_store.plan(Restore("compound", "C4", first + 1, ("geometry",))))
    row = small_store.row("compound", "C4")
    assert row
    assert row["geometry"].area == pytest.approx(FIRST_SQUARE.area)
    told = [row[name] for name in ("boundary_status", "boundary_review", "boundary_reviewed_by")]
    assert told == ["surveyed", "confirmed", "王工"]
    assert row["boundary_drawn_by"] == AUTHOR
    assert small_store.check() == []


def test_the_parts_of_a_fuzzy_date_come_back_together(small_store: Store) -> None:
    change(small_store, "W1", layer="work_item", **day("planned_start", "2026-05-01"))
    plan = small_store.plan(Restore("work_item", "W1", 2, ("planned_start_from",)))
    assert dict(plan.steps[0].after) == {
        "planned_start_from": date(2026, 3, 1),
        "planned_start_to": date(2026, 3, 1),
    }


def test_a_record_cannot_be_restored_to_a_time_before_it_was(small_store: Store) -> None:
    with pytest.raises(NotFound, match="还没有编号为“W1”"):
        small_store.plan(Restore("work_item", "W1", 1))


def test_a_plan_that_no_longer_holds_is_refused(small_store: Store) -> None:
    change(small_store, "C1", households=150)
    plan = small_store.plan(Restore("compound", "C1", 3, ("households",)))
    last = change(small_store, "C1", households=160)
    with pytest.raises(StaleRow, match="重新预览"):
        do(small_store, plan)
    assert newest(small_store) == last


def test_nothing_is_taken_back_without_a_reason(small_store: Store) -> None:
    change(small_store, "C1", households=150)
    with pytest.raises(BadValue, match="原因"):
        small_store.carry_out(small_store.plan(Undo(4)), author="李工", reason=" ", on=ON)


# ---- undoing a save ----------------------------------------------------------------------------------------


def test_undoing_gives_back_every_field_of_every_record(small_store: Store) -> None:
    before = content(small_store.frame("compound"))
    with saved(small_store) as save:
        save.update("compound", "C1", {"households": 1, "note": "改"}, version=1)
        save.update("compound", "C2", {"geometry": None, "boundary_status": "missing"}, version=1)
        save.archive("compound", "C4", version=1)
    plan = small_store.plan(Undo(4))
    assert [(step.record_id, sorted(step.after)) for step in plan.steps] == [
        ("C1", ["households", "note"]),
        ("C2", ["boundary_status", "geometry"]),
        ("C4", ["archived"]),
    ]
    do(small_store, plan)
    assert_same(content(small_store.frame("compound")), before)
    assert set(small_store.audit(revisions=[5])["action"]) == {AuditAction.RESTORE}


def test_a_field_changed_since_is_named_with_both_values_and_who_did_it(small_store: Store) -> None:
    with saved(small_store) as save:
        save.update("compound", "C1", {"households": 1, "note": "改"}, version=1)
    change(small_store, "C1", author="王工", households=2)
    plan = small_store.plan(Undo(4))
    conflict = plan.conflicts[0]
    assert (conflict.kind, conflict.record_id, conflict.column) == (Obstacle.CHANGED, "C1", "households")
    assert (conflict.saved, conflict.now, conflict.revision, conflict.author) == (1, 2, 5, "王工")
    with pytest.raises(BadValue, match="1 处冲突"):
        do(small_store, plan)
    do(small_store, plan, despite_conflicts=True)
    row = small_store.row("compound", "C1")
    assert row
    assert (row["households"], row["note"]) == (2, None)


def test_a_field_that_somebody_already_put_back_is_no_conflict(small_store: Store) -> None:
    change(small_store, "C1", households=1)
    change(small_store, "C1", households=120)
    plan = small_store.plan(Undo(4))
    assert (plan.steps, plan.conflicts) == ((), ())
    with pytest.raises(BadValue, match="没有可以写入的内容"):
        do(small_store, plan)


def test_a_boundary_that_was_reviewed_since_stays(small_store: Store) -> None:
    change(small_store, "C4", geometry=FIRST_SQUARE, boundary_status="schematic")
    change(small_store, "C4", author="王工", boundary_review="confirmed")
    plan = small_store.plan(Undo(4))
    assert plan.steps == ()
    assert [one.column for one in plan.conflicts if one.kind is Obstacle.CHANGED] == [
        "boundary_review",
        "boundary_reviewed_by",
        "boundary_reviewed_on",
    ]
    stays = {one.column for one in plan.conflicts if one.kind is Obstacle.BOUND}
    assert stays == {"geometry", "boundary_status", "boundary_drawn_by", "boundary_drawn_on"}
    assert {one.author for one in plan.conflicts} == {"王工"}


def test_added_rows_are_archived_and_come_back_when_the_undo_is_undone(small_store: Store) -> None:
    before = list(small_store.frame("compound").index)
    with saved(small_store) as save:
        save.insert("estate", {**ESTATE, "id": "E2"})
        save.insert("compound", compound(id="C5", estate_id="E2"))
        save.insert("work_item", {**ITEMS[0], **SOURCED, "id": "W5", "compound_id": "C5"})
    do(small_store, small_store.plan(Undo(4)))
    assert list(small_store.frame("compound").index) == before
    assert list(small_store.frame("estate").index) == ["E1"]
    do(small_store, small_store.plan(Undo(5)))
    assert list(small_store.frame("compound").index) == [*before, "C5"]
    assert small_store.check() == []


def test_an_added_row_that_others_need_by_now_stays_with_all_it_needs(small_store: Store) -> None:
    with saved(small_store) as save:
        save.insert("estate", {**ESTATE, "id": "E2"})
        save.insert("compound", compound(id="C5", estate_id="E2"))
        save.insert("compound", compound(id="C6"))
    with saved(small_store) as save:
        save.insert("work_item", {**ITEMS[0], **SOURCED, "id": "W5", "compound_id": "C5"})
    plan = small_store.plan(Undo(4))
    assert [step.record_id for step in plan.steps] == ["C6"]
    assert {(one.record_id, one.kind, *one.needed_by.items()) for one in plan.conflicts} == {
        ("C5", Obstacle.NEEDED, ("work_item", 1)),
        ("E2", Obstacle.NEEDED, ("compound", 1)),
    }


def test_an_added_row_that_was_changed_since_stays(small_store: Store) -> None:
    with saved(small_store) as save:
        save.insert("compound", compound(id="C5"))
    change(small_store, "C5", households=9)
    plan = small_store.plan(Undo(4))
    assert plan.steps == ()
    assert [(one.kind, one.column, one.now) for one in plan.conflicts] == [
        (Obstacle.CHANGED, "households", 9)
    ]


def test_a_report_is_withdrawn_by_a_new_row_and_the_former_one_stands_again(small_store: Store) -> None:
    with saved(small_store) as save:
        save.insert("progress_report", report("W1", "2026-11-20", 60, id="R2"))
    assert standing(small_store) == {"W1 11-10": 40, "W1 11-20": 60}
    do(small_store, small_store.plan(Undo(4)))
    assert standing(small_store) == {"W1 11-10": 40}
    row = small_store.frame("progress_report").iloc[-1]
    assert (row["corrects_id"], row["recorded_by"], row["recorded_on"].date()) == ("R2", "李工", ON)
    do(small_store, small_store.plan(Undo(5)))
    assert standing(small_store) == {"W1 11-10": 40, "W1 11-20": 60}


def test_undoing_a_correction_lets_the_corrected_report_stand_again(small_store: Store) -> None:
    with saved(small_store) as save:
        save.insert("progress_report", report("W1", "2026-11-10", 45, id="R2", corrects_id="R1"))
    do(small_store, small_store.plan(Undo(4)))
    assert standing(small_store) == {"W1 11-10": 40}


def test_a_report_that_was_corrected_since_stays(small_store: Store) -> None:
    with saved(small_store, "王工") as save:
        save.insert("progress_report", report("W1", "2026-11-10", 45, id="R2", corrects_id="R1"))
    plan = small_store.plan(Undo(3))
    conflict = next(one for one in plan.conflicts if one.record_id == "R1")
    assert (conflict.kind, conflict.revision, conflict.author) == (Obstacle.CORRECTED, 4, "王工")
    assert [step.record_id for step in plan.steps] == ["V1"]


def test_a_revision_that_is_not_there_is_named(small_store: Store) -> None:
    with pytest.raises(NotFound, match="修订 99"):
        small_store.plan(Undo(99))


def test_a_large_import_is_taken_back_as_one_save(small_store: Store) -> None:
    with saved(small_store) as save:
        rows = [compound(id=f"N{number}", geometry=FIRST_SQUARE) for number in range(600)]
        save.insert_many("compound", rows, action=AuditAction.IMPORT)
    do(small_store, small_store.plan(Undo(4)))
    assert list(small_store.frame("compound").index) == ["C1", "C2", "C3", "C4"]
    assert len(small_store.audit(revisions=[5])) == 600


# ---- archiving ---------------------------------------------------------------------------------------------


def test_archiving_says_what_is_hidden_and_bringing_back_loses_nothing(small_store: Store) -> None:
    before = content(small_store.frame("compound"))
    plan = small_store.plan(Archive("compound", "C1"))
    assert dict(plan.hidden) == {"work_item": 1, "progress_report": 1, "stage_event": 1}
    do(small_store, plan)
    assert "C1" not in small_store.frame("compound").index
    do(small_store, small_store.plan(Archive("compound", "C1", back=True)))
    assert_same(content(small_store.frame("compound")), before)
    assert list(small_store.audit(record_ids=["C1"])["action"]) == ["restore", "archive", "insert"]


def test_what_is_withdrawn_is_not_counted_as_hidden(small_store: Store) -> None:
    do(small_store, small_store.plan(Undo(3)))
    assert dict(small_store.plan(Archive("compound", "C1")).hidden) == {"work_item": 1}


def test_rows_that_are_only_added_cannot_be_archived(small_store: Store) -> None:
    with pytest.raises(BadValue, match="不是可以恢复或归档的图层"):
        small_store.plan(Archive("progress_report", "R1"))


# ---- the list of saves -------------------------------------------------------------------------------------


def test_saves_are_found_by_author_layer_text_record_and_time(small_store: Store) -> None:
    change(small_store, "C1", author="王工", households=5)

    def found(**conditions: Any) -> list[int]:
        return list(small_store.saves(SaveQuery(**conditions))["number"])

    assert found() == [4, 3, 2, 1]
    assert found(author="王工") == [4]
    assert found(layer="work_item") == [2]
    assert found(text="登记") == [2, 1]
    assert found(text="%") == []
    assert found(text="王") == [4]
    assert found(text="查无此人", record_ids=("C1",)) == [4, 1]
    assert found(until=datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert found(first=datetime(2020, 1, 1, tzinfo=UTC)) == [4, 3, 2, 1]


def test_what_a_save_touched_is_counted_per_layer_and_action(small_store: Store) -> None:
    counts = small_store.touched([1, 3])
    assert counts.to_dict("split")["data"] == [
        [3, "progress_report", "insert", 1],
        [3, "stage_event", "insert", 1],
        [1, "compound", "insert", 4],
        [1, "compound", "update", 1],
        [1, "estate", "insert", 1],
        [1, "street_office", "insert", 1],
    ]


def test_a_save_is_undone_until_the_undoing_is_undone_whatever_a_reason_says(small_store: Store) -> None:
    with small_store.commit(author="王五", reason="撤销修订 99：不是撤销") as save:
        save.update("compound", "C2", {"households": 99}, version=1)
    first = newest(small_store)
    assert first not in small_store.undone()
    do(small_store, small_store.plan(Undo(first)))
    assert small_store.undone() == {first}
    do(small_store, small_store.plan(Undo(newest(small_store))))
    assert first not in small_store.undone()
