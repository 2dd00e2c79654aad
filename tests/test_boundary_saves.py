"""What the drawing editor asks for: answers on a small store, saves as one revision, nothing from a browser trusted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shapely import box, from_wkb
from shapely.geometry import mapping

from geodata.errors import BadValue
from geodata.store import Store
from tests.small_store import FIRST_SQUARE, compound
from ui import boundary_saves, data, ground

EMPTY_GROUND = box(113.685, 34.755, 113.686, 34.756)
HALF_OVER_C1 = box(113.6805, 34.750, 113.6815, 34.751)
EAST_OF_C1 = box(113.681, 34.750, 113.682, 34.751)


@pytest.fixture
def open_store(
    small_store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """The small store as the pages see it; an epoch of its own, since each test's revision 4 is another one."""
    small_store.put_setting("epoch", tmp_path.name)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "keys"))
    data.settings.cache_clear()
    data.forget()
    yield small_store
    data.forget()
    data.settings.cache_clear()


def sent(shape: Any) -> dict[str, Any]:
    """A shape as a browser sends it: lists, not tuples."""
    told = ground.sent(shape)
    assert told
    return told


def ask(shape: Any = EMPTY_GROUND, **more: Any) -> dict[str, Any]:
    wanted = {"version": 2, "status": "schematic", "reason": "踏勘", "shape": shape and sent(shape)}
    return {**wanted, **more}


def save(compound_id: str = "C3", author: str = "张三", **asked: Any) -> dict[str, Any]:
    return boundary_saves.save(data.snapshot(), compound_id, ask(**asked), author)


def row(store: Store, compound_id: str) -> dict[str, Any]:
    found = store.row("compound", compound_id)
    assert found
    return found


def check(shape: Any, compound_id: str = "C3") -> dict[str, Any]:
    return ground.check(data.snapshot(), compound_id, shape, frozenset())


# ---- answers ----------------------------------------------------------------------------------------------


def test_overlap_and_leaving_the_street_are_told_with_area_and_place(open_store: Store) -> None:
    found = check(HALF_OVER_C1)
    (overlap,) = found["overlaps"]
    assert overlap["id"] == "C1"
    assert overlap["area"] == pytest.approx(5_080, abs=30)
    assert overlap["shape"]["type"] == "MultiPolygon"
    assert found["outside"] is None
    beyond = check(box(113.6695, 34.755, 113.6705, 34.756))["outside"]
    assert (beyond["street"], beyond["status"]) == ("西大街街道", "演示")
    assert beyond["area"] == pytest.approx(5_080, abs=30)


def test_a_compound_does_not_overlap_its_own_stored_boundary(open_store: Store) -> None:
    assert check(FIRST_SQUARE, "C1")["overlaps"] == []


def test_a_crossed_boundary_comes_with_a_repair(open_store: Store) -> None:
    crossed = {"type": "Polygon", "coordinates": [[[113.685, 34.755], [113.686, 34.756], [113.686, 34.755], [113.685, 34.756], [113.685, 34.755]]]}  # fmt: skip
    found = check(ground.received(crossed))
    assert "自相交" in found["faults"][0]
    assert ground.received(found["repaired"]["shape"]).is_valid


def test_neighbours_are_told_only_near_and_without_the_compound_itself(open_store: Store) -> None:
    near = ground.neighbours(data.snapshot(), "C1", ground.padded(FIRST_SQUARE.bounds))
    assert [one["id"] for one in near] == ["C2"]
    assert ground.neighbours(data.snapshot(), "C1", (113.69, 34.76, 113.70, 34.77)) == []


def test_merging_tells_what_becomes_of_the_neighbour(open_store: Store) -> None:
    found = ground.merge(data.snapshot(), EAST_OF_C1, "C1")
    assert found["neighbour"]["holds"] == "工程项 1、进度填报 1、阶段记录 1"
    assert ground.received(found["shape"]).area == pytest.approx(FIRST_SQUARE.area + EAST_OF_C1.area)
    with pytest.raises(BadValue, match="不相接"):
        ground.merge(data.snapshot(), EMPTY_GROUND, "C1")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "POLYGON",
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]},
        {"type": "Polygon", "coordinates": [[[1e300, 2], [3, 4], [5, 6], [1e300, 2]]]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 2], [3, 4], [5, 6], [1, 2]]]},
        {"type": "Polygon", "coordinates": [[[113.0, 34.0]] * 50_001]},
    ],
)
def test_what_is_no_shape_is_refused_with_words(value: Any) -> None:
    with pytest.raises(BadValue):
        ground.received(value)


# ---- saves ------------------------------------------------------------------------------------------------


def test_a_drawn_boundary_is_one_revision_and_waits_for_review(open_store: Store) -> None:
    assert save()["kind"] == "saved"
    now = row(open_store, "C3")
    assert now["geometry"].equals(EMPTY_GROUND)
    assert (now["version"], now["boundary_review"], now["boundary_drawn_by"]) == (3, "pending", "张三")


def test_the_same_save_again_changes_nothing(open_store: Store) -> None:
    save()
    assert save()["kind"] == "nothing"
    assert row(open_store, "C3")["version"] == 3


def test_a_boundary_that_only_went_through_the_browser_is_not_drawn_anew(open_store: Store) -> None:
    status = row(open_store, "C1")["boundary_status"]
    answer = save("C1", shape=FIRST_SQUARE, version=1, status=status, uncertainty=3)
    assert answer["kind"] == "saved"
    now = row(open_store, "C1")
    assert (now["position_uncertainty_m"], now["boundary_review"]) == (3, None)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"reason": " "}, "修改原因"),
        ({"status": "uncertain"}, "不符"),
        ({"status": "best"}, "没有选择"),
        ({"shape": None, "status": "schematic"}, "不符"),
        ({"shape": None, "status": "uncertain", "uncertainty": 50}, "点出大致位置"),
        ({"shape": None, "status": "uncertain", "point": sent(box(0, 0, 1, 1).centroid)}, "不确定度"),
        ({"shape": None, "status": "uncertain", "point": sent(box(0, 0, 1, 1).centroid), "uncertainty": 9}, "50 公里"),
        ({"uncertainty": -5}, "不确定度"),
        ({"uncertainty": "wide"}, "不确定度"),
        ({"shape": box(113.68500, 34.755, 113.68501, 34.75501)}, "不到 10 m²"),
        ({"split": {"shape": sent(EAST_OF_C1)}}, "归属"),
        ({"split": {"shape": sent(EAST_OF_C1), "to": "C1"}}, "重新选择"),
        ({"absorb": [{"id": "nobody", "version": 1}]}, "不在库中"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_told_and_nothing_is_stored(
    open_store: Store, asked: dict[str, Any], word: str
) -> None:
    answer = save(**asked)
    assert answer["kind"] == "faults"
    assert any(word in fault for fault in answer["faults"])
    assert open_store.snapshot().revision == 3


def test_a_stale_save_tells_who_what_and_both_shapes_and_stores_nothing(open_store: Store) -> None:
    with open_store.commit(author="李四", reason="先到") as commit:
        commit.update("compound", "C3", {"geometry": EAST_OF_C1, "households": 9}, version=2)
    answer = save()
    assert (answer["kind"], answer["who"], answer["moved"]) == ("stale", "李四", True)
    assert answer["changed"] == ["户数：9"]
    assert answer["now"]["version"] == 3
    assert ground.received(answer["now"]["shape"]).equals_exact(row(open_store, "C3")["geometry"], 1e-9)


def test_the_other_part_of_a_split_goes_to_a_compound_without_boundary(open_store: Store) -> None:
    west, east = box(113.680, 34.750, 113.6805, 34.751), box(113.6805, 34.750, 113.681, 34.751)
    answer = save("C1", shape=west, version=1, split={"shape": sent(east), "to": "C4"})
    assert answer["kind"] == "saved"
    one, other = row(open_store, "C1"), row(open_store, "C4")
    assert one["geometry"].area + other["geometry"].area == pytest.approx(FIRST_SQUARE.area)
    assert one["revision"] == other["revision"] == 4
    assert other["boundary_review"] == "pending"


def test_a_split_is_never_done_twice(open_store: Store) -> None:
    asked = {"shape": box(113.680, 34.750, 113.6805, 34.751), "version": 1}
    part = {"shape": sent(box(113.6805, 34.750, 113.681, 34.751)), "name": "演示·新院"}
    assert save("C1", **asked, split=part)["kind"] == "saved"
    assert save("C1", **asked, split=part)["kind"] == "stale"
    assert (open_store.frame("compound")["name"] == "演示·新院").sum() == 1


def test_a_merged_neighbour_with_records_stays_and_one_without_is_archived(open_store: Store) -> None:
    with open_store.commit(author="李四") as commit:
        commit.insert("compound", compound(id="C5", name="演示院五", geometry=EAST_OF_C1))
    whole = box(113.680, 34.750, 113.682, 34.752)
    absorb = [{"id": "C1", "version": 1}, {"id": "C2", "version": 1}, {"id": "C5", "version": 1}]
    assert save(shape=whole, absorb=absorb) == {"kind": "saved", "revision": 5}
    assert [row(open_store, code)["geometry"] for code in ("C1", "C2", "C5")] == [None] * 3
    assert [row(open_store, code)["archived"] for code in ("C1", "C2", "C5")] == [False, False, True]
    former = open_store.audit(record_ids=["C1"]).iloc[0]["before"]["geometry"]
    assert from_wkb(former).equals(FIRST_SQUARE)


def test_a_merge_with_a_neighbour_that_changed_meanwhile_stores_nothing(open_store: Store) -> None:
    with open_store.commit(author="李四") as commit:
        commit.update("compound", "C2", {"households": 81}, version=1)
    answer = save(shape=box(113.680, 34.750, 113.681, 34.752), absorb=[{"id": "C2", "version": 1}])
    assert answer["kind"] == "faults"
    assert "演示·西大街-02院" in answer["faults"][0]
    assert row(open_store, "C3")["version"] == 2


# ---- review -----------------------------------------------------------------------------------------------


def review(author: str, outcome: str, **more: Any) -> dict[str, Any]:
    return boundary_saves.review("C3", {"outcome": outcome, "version": 3, **more}, author)


def test_a_review_needs_another_person_and_a_reason_to_return(open_store: Store) -> None:
    save()
    assert "不能复核自己的描绘" in review("张三", "confirmed")["faults"][0]
    assert "写明" in review("李四", "returned")["faults"][0]
    assert review("李四", "better")["kind"] == "faults"
    assert review("李四", "returned", reason="东侧少了一栋")["kind"] == "saved"
    assert "退回修改（李四" in boundary_saves.review_text(row(open_store, "C3"))


def test_a_review_of_a_boundary_that_changed_meanwhile_is_stale(open_store: Store) -> None:
    save()
    save(shape=EAST_OF_C1, version=3)
    assert review("李四", "confirmed")["kind"] == "stale"


def test_a_boundary_without_record_is_not_called_confirmed(open_store: Store) -> None:
    assert boundary_saves.review_text(row(open_store, "C1")) == "描绘人不详；没有复核记录"


def test_shapes_go_to_the_browser_as_plain_geojson() -> None:
    assert ground.sent(FIRST_SQUARE)["type"] == mapping(FIRST_SQUARE)["type"]  # type: ignore[index]
    assert ground.sent(None) is None
