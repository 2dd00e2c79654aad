"""The second look at a boundary, held by the store: nobody confirms their own drawing, no change keeps an old review."""

from __future__ import annotations

from typing import Any

import pytest
from shapely import box

from geodata.errors import BadValue
from geodata.schema import REVIEW_COLUMNS
from geodata.store import Store

pytestmark = pytest.mark.both_stores

SHAPE = box(113.690, 34.760, 113.691, 34.761)
OTHER = box(113.690, 34.760, 113.692, 34.761)


def row(store: Store, record_id: str = "C3") -> dict[str, Any]:
    found = store.row("compound", record_id)
    assert found
    return found


def change(store: Store, author: str, record_id: str = "C3", **values: Any) -> dict[str, Any]:
    """One save by one person; returns the row after it."""
    with store.commit(author=author, reason="核对") as save:
        save.update("compound", record_id, values, version=row(store, record_id)["version"])
    return row(store, record_id)


@pytest.fixture
def drawn(small_store: Store) -> Store:
    """C3 drawn by 张三, waiting."""
    change(small_store, "张三", geometry=SHAPE, boundary_status="schematic")
    return small_store


def test_a_drawn_boundary_waits_and_says_who_drew_it(drawn: Store) -> None:
    now = row(drawn)
    assert (now["boundary_review"], now["boundary_drawn_by"]) == ("pending", "张三")
    assert now["boundary_drawn_on"] is not None
    assert now["boundary_reviewed_by"] is None


def test_somebody_else_confirms_and_is_named(drawn: Store) -> None:
    now = change(drawn, "李四", boundary_review="confirmed")
    assert (now["boundary_review"], now["boundary_reviewed_by"]) == ("confirmed", "李四")
    assert now["boundary_reviewed_on"] is not None
    assert now["boundary_drawn_by"] == "张三"


def test_a_confirmed_sketch_that_is_called_official_waits_again(drawn: Store) -> None:
    change(drawn, "李四", boundary_review="confirmed")
    now = change(drawn, "王五", boundary_status="official")
    assert (now["boundary_review"], now["boundary_reviewed_by"]) == ("pending", None)
    assert now["boundary_drawn_by"] == "王五"
    with pytest.raises(BadValue, match="不能复核自己的描绘"):
        change(drawn, "王五", boundary_review="confirmed")


@pytest.mark.parametrize("outcome", ["confirmed", "returned"])
def test_nobody_reviews_their_own_drawing_and_both_names_are_said(drawn: Store, outcome: str) -> None:
    with pytest.raises(BadValue, match=r"张三.*张三"):
        change(drawn, " 张三 ", boundary_review=outcome)
    assert row(drawn)["boundary_review"] == "pending"


@pytest.mark.parametrize("spelled", ["张 三Ａb", "张三ab", "张\u3000三 AB", "张三\uff21\uff42"])
def test_blanks_full_width_and_case_make_nobody_another_person(small_store: Store, spelled: str) -> None:
    change(small_store, "张三Ab", geometry=SHAPE, boundary_status="schematic")
    with pytest.raises(BadValue, match="不能复核自己的描绘"):
        change(small_store, spelled, boundary_review="confirmed")
    assert row(small_store)["boundary_review"] == "pending"


def test_changing_a_confirmed_boundary_makes_it_wait_again(drawn: Store) -> None:
    change(drawn, "李四", boundary_review="confirmed")
    now = change(drawn, "李四", geometry=OTHER)
    assert (now["boundary_review"], now["boundary_drawn_by"]) == ("pending", "李四")
    assert now["boundary_reviewed_by"] is now["boundary_reviewed_on"] is None


def test_a_change_of_the_boundary_never_brings_its_own_review(drawn: Store) -> None:
    now = change(drawn, "李四", geometry=OTHER, boundary_review="confirmed", boundary_drawn_by="王五")
    assert (now["boundary_review"], now["boundary_drawn_by"]) == ("pending", "李四")


def test_who_drew_and_who_reviewed_cannot_be_typed(drawn: Store) -> None:
    now = change(drawn, "李四", boundary_drawn_by="王五", boundary_reviewed_by="王五", note="看过")
    assert (now["boundary_drawn_by"], now["boundary_reviewed_by"], now["note"]) == ("张三", None, "看过")


def test_other_facts_leave_a_review_as_it_is(drawn: Store) -> None:
    change(drawn, "李四", boundary_review="confirmed")
    assert change(drawn, "张三", households=90)["boundary_review"] == "confirmed"


def test_a_removed_boundary_has_no_review(drawn: Store) -> None:
    now = change(drawn, "张三", geometry=None, boundary_status="missing")
    assert {now[column] for column in REVIEW_COLUMNS} == {None}


def test_there_is_nothing_to_review_without_a_boundary(small_store: Store) -> None:
    with pytest.raises(BadValue, match="没有边界"):
        change(small_store, "李四", "C4", boundary_review="confirmed")


def test_a_boundary_from_a_file_has_no_review_record_and_may_be_confirmed(small_store: Store) -> None:
    assert row(small_store, "C1")["boundary_review"] is None
    assert change(small_store, "李四", "C1", boundary_review="confirmed")["boundary_reviewed_by"] == "李四"


def test_the_review_stands_in_the_history(drawn: Store) -> None:
    change(drawn, "李四", boundary_review="returned")
    newest = drawn.audit(record_ids=["C3"]).iloc[0]
    assert newest["after"]["boundary_review"] == "returned"
    assert newest["before"]["boundary_review"] == "pending"
