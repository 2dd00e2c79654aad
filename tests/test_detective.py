"""The datum of a file is found where the evidence is clear, asked for where it is not, and never wrong in silence."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely.geometry import shape

from geodata.errors import BadValue
from geodata.importers.controls import controls_of, pairs_of
from geodata.importers.detective import UNDECIDED, Controls, converter, investigate
from geodata.importers.readings import READINGS, SWAPPED, said_reading
from tests.datum_cases import (
    CONTENTS,
    NOISES_M,
    OPEN,
    RIGHT,
    SIZES,
    WRONG,
    Case,
    known,
    made,
    outcome,
    solved,
)

FIXTURES = Path(__file__).parent / "fixtures"
UPRIGHT = [code for code in READINGS if not code.endswith(SWAPPED)]
PLAIN = [code for code in UPRIGHT if "+" not in code]
CELLS = [
    (contents, size, noise_m)
    for contents in CONTENTS
    for size in (1, 5, 30)
    for noise_m in (0, 10, 30)
    if size == 1 or contents != "district"
]


def fixture(name: str) -> np.ndarray:
    features = json.loads((FIXTURES / name).read_text(encoding="utf-8"))["features"]
    return np.array([shape(feature["geometry"]) for feature in features], dtype=object)


# ── the confusion matrix (the large one: `python -m bench datum`, docs/datum.md) ─────────────────────────────────


def test_no_cell_of_the_matrix_holds_a_silent_wrong_answer() -> None:
    cases = [
        Case(*cell, code=list(READINGS)[number * 7 % len(READINGS)], draw=number)
        for number, cell in enumerate(CELLS)
    ]
    found = {case: outcome(case) for case in cases}
    assert [case for case, what in found.items() if what == WRONG] == []
    assert sum(what == RIGHT for what in found.values()) > len(found) / 3


@pytest.mark.parametrize("code", PLAIN)
def test_thirty_compounds_with_names_are_told_in_every_reading(code: str) -> None:
    assert solved(Case("named", 30, 0, code=code, draw=1)).verdict == code


@pytest.mark.parametrize("code", ["gcj02", "bd09", "gk3-38", "gk-114-swapped", "mercator+gcj02"])
@pytest.mark.parametrize("contents", ["district", "streets"])
def test_outlines_of_the_district_and_its_street_offices_are_told(contents: str, code: str) -> None:
    assert solved(Case(contents, 5, 0, code=code, draw=1)).verdict == code


@pytest.mark.property
@given(
    st.builds(
        Case,
        st.sampled_from(CONTENTS),
        st.sampled_from(SIZES),
        st.sampled_from(NOISES_M),
        st.sampled_from(list(READINGS)),
        st.integers(0, 10_000),
    )
)
def test_whatever_a_file_holds_the_answer_is_right_or_a_question(case: Case) -> None:
    assert outcome(case) in (RIGHT, OPEN)


def test_one_compound_without_name_is_a_question() -> None:
    found = solved(Case("bare", 1, 0, code="gcj02", draw=3))
    assert found.verdict == UNDECIDED
    assert "请人工选定" in found.reason


def test_with_nothing_to_compare_there_is_no_fit() -> None:
    found = solved(Case("bare", 1, 0, code="gcj02", draw=3))
    bare = [one for one in found.near if not one.matched]
    assert bare
    assert {one.fit_m for one in bare} == {None}
    assert not [one.note for one in bare if "0 处" in one.note]


# ── real files ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_real_shifted_file_is_found_to_be_gcj02() -> None:
    found = investigate(fixture("guancheng_boundary_datav_gcj02_raw.geojson"), known())
    assert found.verdict == "gcj02"
    fits = {one.code: one.fit_m for one in found.near}
    assert fits["gcj02"] == pytest.approx(0, abs=0.1)
    assert fits["cgcs2000"] == pytest.approx(344, abs=5)


def test_against_a_line_that_is_off_by_hundreds_of_metres_the_file_is_right_or_a_question() -> None:
    coarse = Controls(district=fixture("guancheng_boundary_tianditu_cgcs2000.geojson"))
    found = investigate(fixture("guancheng_boundary_datav_gcj02_raw.geojson"), coarse)
    assert found.verdict in ("gcj02", UNDECIDED)
    assert found.near[0].code == "gcj02"


# ── what a file says of itself ──────────────────────────────────────────────────────────────────────────────────


def said(code: str, crs: str) -> str:
    raw, rows = made(Case("named", 30, 0, code=code, draw=1))
    return investigate(raw, known(), said_crs=crs, rows=rows).verdict


@pytest.mark.parametrize(
    ("code", "crs"),
    [
        ("cgcs2000", "EPSG:4326"),
        ("gk-114", "EPSG:4547"),
        ("gk-114-swapped", "EPSG:4547"),
        ("gk3-38", CRS(4526).to_wkt("WKT1_ESRI")),
        ("gk6-19", "EPSG:4497"),
    ],
)
def test_a_file_that_says_what_the_evidence_says_is_believed(code: str, crs: str) -> None:
    assert said(code, crs) == code


@pytest.mark.parametrize(
    ("code", "crs"), [("gcj02", "EPSG:4326"), ("gk3-38", "EPSG:4547"), ("gk-114", "EPSG:2383")]
)
def test_a_file_that_says_something_else_than_the_evidence_is_a_question(code: str, crs: str) -> None:
    raw, rows = made(Case("named", 30, 0, code=code, draw=1))
    found = investigate(raw, known(), said_crs=crs, rows=rows)
    assert found.verdict == UNDECIDED
    assert "文件自己写的是" in found.reason
    assert found.near[0].code == code


def test_what_the_format_says_by_rule_counts_for_nothing() -> None:
    raw, rows = made(Case("named", 30, 0, code="gcj02", draw=1))
    found = investigate(raw, known(), said_crs="EPSG:4326", default_crs="EPSG:4326", rows=rows)
    assert (found.verdict, found.said) == ("gcj02", None)


def test_text_that_is_no_coordinate_system_is_not_opened_as_a_file(tmp_path: Path) -> None:
    definition = tmp_path / "secret.prj"
    definition.write_text(CRS(4547).to_wkt())
    found = said_reading(str(definition))
    assert found is not None
    assert found.code is None


# ── systems that are none of ours, and files without anything to go by ──────────────────────────────────────────


@pytest.mark.parametrize("contents", ["named", "streets", "roads"])
def test_an_old_datum_a_hundred_metres_off_is_a_question(contents: str) -> None:
    raw, rows = made(Case(contents, 14, 0, code="gk-114", draw=1))
    off = shapely.transform(raw, lambda xy: xy + np.array([113.0, -6.0]))
    found = investigate(off, known(), rows=rows)
    assert found.verdict == UNDECIDED
    assert "整体还偏东" in found.reason or "超过可信的" in found.reason


def test_coarse_evidence_alone_does_not_settle_a_plane_that_an_old_datum_may_have() -> None:
    raw, rows = made(Case("new", 300, 0, code="gk-114", draw=1))
    controls = known(half=True)
    assert "北京54" in investigate(raw, controls, rows=rows).reason
    assert investigate(raw, controls, rows=rows).verdict == UNDECIDED
    assert investigate(raw, controls, rows=rows, said_crs="EPSG:4547").verdict == "gk-114"


def test_a_file_far_from_the_district_is_a_question_without_candidates() -> None:
    found = investigate(np.array([shapely.box(121.4, 31.2, 121.5, 31.3)], dtype=object), known())
    assert (found.verdict, found.near) == (UNDECIDED, ())
    assert all("公里" in one.note or "地球" in one.note for one in found.hypotheses)


def test_without_a_district_nothing_can_be_told() -> None:
    found = investigate(np.array([shapely.box(113.6, 34.7, 113.7, 34.8)], dtype=object), Controls())
    assert found.verdict == UNDECIDED
    assert "还没有区界" in found.reason


@pytest.mark.parametrize("bad", [None, shapely.Polygon(), shapely.Point(np.nan, 1), shapely.Point(1e300, 1)])
def test_shapes_that_have_no_place_count_for_nothing(bad: object) -> None:
    raw, rows = made(Case("named", 30, 0, code="gcj02", draw=1))
    more = np.append(raw, np.array([bad], dtype=object))
    assert investigate(more, known(), rows=[*rows, {"名称": "甲院"}]).verdict == "gcj02"
    assert investigate(more[-1:], known()).verdict == UNDECIDED


@pytest.mark.parametrize("corner", [(1e8, 1e8), (0, 0), (5e8, -5e8), (181, 95), (1e-300, 3e6)])
@pytest.mark.parametrize("code", ["gcj02", "gk3-38", "gk-114-swapped", "mercator"])
def test_a_stray_feature_changes_nothing(corner: tuple[float, float], code: str) -> None:
    raw, rows = made(Case("named", 30, 0, code=code, draw=1))
    stray = shapely.box(*corner, corner[0] + 10, corner[1] + 10)
    more = np.append(raw, np.array([stray], dtype=object))
    assert investigate(more, known(), rows=[*rows, {}]).verdict == code


def test_collections_points_and_heights_are_read_too() -> None:
    raw, rows = made(Case("named", 30, 0, code="gcj02", draw=1))
    points = shapely.centroid(raw)
    assert investigate(points, known(), rows=rows).verdict == "gcj02"
    collected = np.array(
        [shapely.GeometryCollection([shapely.Point(0, 0), one]) for one in shapely.force_3d(raw)],
        dtype=object,
    )
    assert investigate(collected, known(), rows=rows).verdict == "gcj02"


@st.composite
def junk(draw: st.DrawFn) -> shapely.Geometry:
    """Shapes as broken files have them: crossed, collapsed, repeated points, mixed collections, anywhere near."""
    place = st.tuples(st.floats(113.60, 113.80), st.floats(34.68, 34.80))
    points = draw(st.lists(place, min_size=4, max_size=9))
    if draw(st.booleans()):
        points = points[:2] + points[:2]
    kinds = (shapely.Polygon, shapely.LineString, shapely.MultiPoint)
    one, other = (draw(st.sampled_from(kinds))(points) for _ in range(2))
    return shapely.GeometryCollection([one, other]) if draw(st.booleans()) else one


@pytest.mark.property
@given(
    st.lists(junk(), min_size=1, max_size=6),
    st.sampled_from(["演示·东大街-01院", "东大街街道", "管城回族区"]),
)
def test_whatever_shapes_a_file_has_there_is_an_answer(shapes: list[shapely.Geometry], name: str) -> None:
    column = np.empty(len(shapes), object)
    column[:] = shapes
    found = investigate(column, known(), rows=[{"name": name} for _ in shapes])
    assert found.reason
    assert all(one.fit_m is None or np.isfinite(one.fit_m) for one in found.hypotheses)


def test_a_hundred_thousand_vertices_are_thinned_and_told() -> None:
    outline = fixture("guancheng_boundary_datav_gcj02_raw.geojson")
    dense = shapely.segmentize(outline, 1e-5)
    assert shapely.get_num_coordinates(dense[0]) > 50_000
    assert investigate(dense, known()).verdict == "gcj02"


# ── which row is whose ──────────────────────────────────────────────────────────────────────────────────────────


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


def paired(shape_m: object, values: dict[str, str]) -> str | None:
    """The stored shape of a row, among two compounds of one name, one of another, and a street office."""
    compounds = gpd.GeoDataFrame(
        {"name": ["一号院", "一号院", "平等街２号院"], "aliases": [None, None, "机床厂家属院、老院"]},
        index=pd.Index(["C1", "C2", "C3"], name="id"),
        geometry=[square(113.68, 34.75, 0.001), square(113.69, 34.75, 0.001), square(113.70, 34.75, 0.001)],
        crs=4490,
    )
    streets = gpd.GeoDataFrame(
        {"name": ["西大街街道"]},
        index=pd.Index(["S1"], name="id"),
        geometry=[square(113.6, 34.7, 0.02)],
        crs=4490,
    )
    controls = controls_of({"compound": compounds, "street_office": streets})
    found = pairs_of([values], np.array([shape_m], dtype=object), controls).get(0)
    return next(
        (key for key, one in controls.by_key.items() if found in one and key in ("C1", "C2", "C3", "S1")),
        None,
    )


HOUSE, OFFICE = square(0, 0, 100), square(0, 0, 2000)


@pytest.mark.parametrize(
    ("shape_m", "values", "record"),
    [
        (HOUSE, {"名称": "平等街2号院", "街道": "西大街"}, "C3"),
        (HOUSE, {"名称": "机床厂家属院"}, "C3"),
        (HOUSE, {"编号": "C2", "名称": "一号院"}, "C2"),
        (HOUSE, {"名称": "一号院"}, None),
        (OFFICE, {"name": "西大街街道办事处"}, "S1"),
        (HOUSE, {"街道": "西大街街道"}, None),
        (shapely.Point(0, 0), {"名称": "平等街2号院", "街道": "西大街"}, "C3"),
        (shapely.LineString([(0, 0), (900, 0)]), {"name": "西大街"}, None),
    ],
    ids=["name", "former name", "id", "name of two", "office", "size of no office", "point", "road"],
)
def test_a_row_is_whose_name_and_size_it_has(
    shape_m: object, values: dict[str, str], record: str | None
) -> None:
    assert paired(shape_m, values) == record


# ── readings ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", READINGS)
def test_every_reading_goes_there_and_back(code: str) -> None:
    places = np.array([[113.65, 34.70], [113.75, 34.78]])
    raw = shapely.points(READINGS[code].raw(places))
    back = shapely.get_coordinates(converter(code)(np.asarray(raw, dtype=object)))
    assert np.abs(back - places).max() < 1e-8


def test_an_unknown_reading_is_refused_with_those_that_exist() -> None:
    with pytest.raises(BadValue, match="可用：cgcs2000"):
        converter("mars")
