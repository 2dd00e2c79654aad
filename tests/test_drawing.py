"""Boundaries being drawn: what is refused, what is told, and laws of splitting, merging and cutting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, affinity, box

from analysis import drawing
from geodata.errors import BadValue

DISTRICT = box(0, 0, 20_000, 20_000)
SQUARE = box(0, 0, 100, 100)
NEXT_DOOR = box(100, 0, 200, 100)
BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


@st.composite
def stars(draw: st.DrawFn) -> Polygon:
    """Simple polygons around a centre, 20 to 200 m wide, possibly with a bite out of them."""
    count = draw(st.integers(3, 12))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radii = np.array(draw(st.lists(st.floats(10, 100), min_size=count, max_size=count)))
    x, y = draw(st.floats(100, 180)), draw(st.floats(100, 180))
    return Polygon(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]))


# ---- faults -----------------------------------------------------------------------------------------------


def test_a_plain_square_may_be_stored() -> None:
    assert drawing.faults(SQUARE, near=DISTRICT) == []


@pytest.mark.parametrize(
    ("shape", "word"),
    [
        (Polygon(), "还没有描绘"),
        (BOW_TIE, "自相交"),
        (box(0, 0, 3, 3), "不到 10 m²"),
        (affinity.translate(SQUARE, 80_000, 0), "50 公里"),
        (LineString([(0, 0), (1, 1)]), "LineString"),
        (Point(0, 0).buffer(50, quad_segs=13_000), "顶点"),
    ],
)
def test_a_shape_that_cannot_be_stored_is_refused_with_its_reason(shape: shapely.Geometry, word: str) -> None:
    (fault,) = drawing.faults(shape, near=DISTRICT)
    assert word in fault


def test_a_coordinate_that_is_no_number_is_refused() -> None:
    with np.errstate(invalid="ignore"):
        broken = Polygon([(0, 0), (100, 0), (np.nan, 50), (0, 100)])
    assert "无效的坐标" in drawing.faults(broken, near=DISTRICT)[0]


def test_a_crossed_boundary_can_be_repaired_without_gaining_ground() -> None:
    better = drawing.repaired(BOW_TIE)
    assert better is not None
    assert better.is_valid
    assert better.area == pytest.approx(5_000)


def test_nothing_is_offered_as_repair_when_only_crumbs_would_be_left() -> None:
    assert drawing.repaired(Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])) is None


def test_size_counts_parts_holes_and_corners() -> None:
    ring = drawing.cut(SQUARE, box(40, 40, 60, 60))
    size = drawing.measure(drawing.as_one([ring, box(200, 0, 210, 10)]))
    assert (size.parts, size.holes, size.vertices) == (2, 1, 12)
    assert (size.area_m2, size.perimeter_m) == (9_700, 400 + 80 + 40)


# ---- neighbours -------------------------------------------------------------------------------------------


def covered(shape: Polygon, **others: Polygon) -> dict[str, float]:
    return drawing.overlaps(shape, pd.Series(others, dtype=object))["area_m2"].to_dict()


def test_an_overlap_is_told_with_its_area_the_largest_first() -> None:
    found = covered(SQUARE, small=box(95, 0, 200, 10), large=box(50, 0, 150, 100), far=box(500, 0, 600, 100))
    assert found == {"large": 5_000, "small": 50}
    assert list(found) == ["large", "small"]


def test_a_common_edge_is_no_overlap() -> None:
    assert covered(SQUARE, next_door=NEXT_DOOR) == {}


@given(stars(), stars())
def test_overlap_is_symmetric(one: Polygon, other: Polygon) -> None:
    assert covered(one, it=other).get("it", 0) == pytest.approx(covered(other, it=one).get("it", 0), abs=1e-6)


def test_what_leaves_the_street_office_is_told_and_inside_is_not() -> None:
    assert drawing.outside(SQUARE, box(-10, -10, 60, 110)).area == pytest.approx(4_000)
    assert drawing.outside(SQUARE, DISTRICT).is_empty


# ---- split, cut, merge ------------------------------------------------------------------------------------


@given(stars(), st.floats(0, np.pi), st.floats(-5, 5))
def test_splitting_loses_no_ground_and_counts_none_twice(shape: Polygon, angle: float, off: float) -> None:
    centre = shape.representative_point()
    along = np.array([np.cos(angle), np.sin(angle)]) * 500
    line = LineString(
        [(centre.x + off - along[0], centre.y - along[1]), (centre.x + off + along[0], centre.y + along[1])]
    )
    try:
        parts = drawing.split(shape, line)
    except BadValue:
        assume(False)
    assert len(parts) >= 2
    assert sum(part.area for part in parts) == pytest.approx(shape.area, rel=1e-9)
    assert shapely.union_all(parts).area == pytest.approx(shape.area, rel=1e-9)


def test_a_split_through_a_hole_keeps_the_hole() -> None:
    ring = drawing.cut(SQUARE, box(40, 40, 60, 60))
    parts = drawing.split(ring, LineString([(50, -10), (50, 110)]))
    assert [part.area for part in parts] == pytest.approx([4_800, 4_800])


@pytest.mark.parametrize("line", [[(10, 10), (90, 90)], [(200, 0), (200, 100)], [(5, 5), (5, 5)]])
def test_a_line_that_does_not_cut_through_is_refused(line: list[tuple[float, float]]) -> None:
    with pytest.raises(BadValue, match="分割线"):
        drawing.split(SQUARE, LineString(line))


def test_a_split_that_leaves_a_crumb_is_refused() -> None:
    with pytest.raises(BadValue, match="移动分割线"):
        drawing.split(SQUARE, LineString([(-1, 98), (2, 101)]))


@given(stars(), stars())
def test_a_cut_takes_exactly_the_common_ground(shape: Polygon, hole: Polygon) -> None:
    try:
        left = drawing.cut(shape, hole)
    except BadValue:
        assume(False)
    assert left.area == pytest.approx(shape.area - shape.intersection(hole).area, rel=1e-9, abs=1e-6)
    assert left.area < shape.area


def test_a_cut_beside_the_boundary_or_over_all_of_it_is_refused() -> None:
    with pytest.raises(BadValue, match="没有落在边界里"):
        drawing.cut(SQUARE, NEXT_DOOR)
    with pytest.raises(BadValue, match="什么也不剩"):
        drawing.cut(SQUARE, box(-1, -1, 101, 101))


@given(st.floats(1, 500), st.floats(1, 500))
def test_touching_neighbours_merge_to_the_sum_of_both(one: float, other: float) -> None:
    joined = drawing.merge(box(0, 0, one, 100), box(one, 0, one + other, 100))
    assert len(joined.geoms) == 1
    assert joined.area == pytest.approx((one + other) * 100, abs=0.5)


def test_merging_leaves_no_sliver_between_edges_half_a_millimetre_apart() -> None:
    joined = drawing.merge(SQUARE, box(100.0004, 0, 200, 100))
    assert len(joined.geoms) == 1
    assert len(joined.geoms[0].interiors) == 0
