"""Coordinates as people write them: every form comes back, every bad line is named, datums are undone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from analysis.coordinates import Parsed, parse, written
from geodata.crs import metres
from geodata.vocabulary import CoordinateForm, Datum

F = CoordinateForm
HERE = Polygon([(113.680123, 34.75), (113.681, 34.750456), (113.6805, 34.751)])


def read(text: str, form: F = F.AUTO, datum: Datum = Datum.CGCS2000) -> Parsed:
    return parse(text, form=form, datum=datum)


def apart_m(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """How far the outlines of two shapes in degrees lie apart, in metres."""
    a, b = metres(np.array([one, other], dtype=object))
    return float(shapely.hausdorff_distance(a.boundary, b.boundary))


def messages(found: Parsed) -> list[str]:
    assert found.shape is None
    return [fault.text() for fault in found.faults]


@st.composite
def shapes(draw: st.DrawFn) -> Polygon:
    """Quadrilaterals somewhere in the district, a few hundred metres wide."""
    lon, lat = draw(st.floats(113.6, 113.9)), draw(st.floats(34.65, 34.8))
    side = draw(st.floats(0.0002, 0.003))
    return Polygon(
        [(lon, lat), (lon + side, lat + side / 7), (lon + side, lat + side), (lon - side / 5, lat + side)]
    )


@pytest.mark.parametrize("form", [F.LON_LAT, F.LAT_LON, F.DMS, F.METRES, F.WKT, F.GEOJSON])
@pytest.mark.parametrize("datum", list(Datum))
@given(shape=shapes())
def test_every_form_and_datum_comes_back_to_a_millimetre(form: F, datum: Datum, shape: Polygon) -> None:
    found = read(written(shape, form=form, datum=datum), form, datum)
    assert found.shape is not None
    assert apart_m(found.shape, shape) < 0.001


@given(shape=shapes(), form=st.sampled_from([F.LON_LAT, F.LAT_LON, F.DMS, F.METRES, F.WKT, F.GEOJSON]))
def test_the_form_is_recognised_without_being_declared(shape: Polygon, form: F) -> None:
    found = read(written(shape, form=form, datum=Datum.CGCS2000))
    assert found.shape is not None
    assert apart_m(found.shape, shape) < 0.001


def test_a_declared_gcj02_source_moves_by_hundreds_of_metres() -> None:
    found = read("113.680123 34.75\n113.681 34.750456\n113.6805 34.751", datum=Datum.GCJ02)
    assert found.shape is not None
    assert 300 < apart_m(found.shape, HERE) < 800
    assert "GCJ-02" in found.notes[0]


def test_holes_and_parts_come_back_from_lines() -> None:
    ring = Polygon(
        box(113.68, 34.75, 113.69, 34.76).exterior, [box(113.683, 34.753, 113.686, 34.756).exterior]
    )
    both = MultiPolygon([ring, box(113.70, 34.75, 113.71, 34.76)])
    found = read(written(both, form=F.LON_LAT, datum=Datum.CGCS2000))
    assert found.shape is not None
    assert found.shape.equals(both)


def test_a_single_pair_is_a_position() -> None:
    found = read("34.75, 113.68")
    assert found.shape == Point(113.68, 34.75)


@pytest.mark.parametrize(
    "text",
    [
        "J1 3845123.10 470123.20\nJ2 3845200.00 470123.20\nJ3 3845200.00 470200.00",
        "1, 38470123.20, 3845123.10\n2, 38470123.20, 3845200.00\n3, 38470200.00, 3845200.00",
        "470123.20\t3845123.10；470123.20\t3845200.00；470200.00\t3845200.00",
    ],
)
def test_survey_tables_are_read_with_point_numbers_zone_and_either_order(text: str) -> None:
    found = read(text)
    assert found.shape is not None, messages(found)
    x, y = shapely.get_coordinates(metres(np.array([found.shape], dtype=object))[0])[0]
    assert (x, y) == pytest.approx((470123.20, 3845123.10), abs=0.001)


def test_an_order_that_was_guessed_is_said() -> None:
    swapped, plain = (
        read("34.75 113.68\n34.75 113.69\n34.76 113.69"),
        read("113.68 34.75\n113.69 34.75\n113.69 34.76"),
    )
    assert swapped.notes == ["看数值，纬度写在经度前面，已按此读取"]
    assert plain.notes == []


def test_every_bad_line_is_named_with_what_stands_there() -> None:
    found = messages(read("113.68 34.75\nabc\n113.69 34.75\n113.69\n113.68°61′ 34°45′"))
    assert found[0].startswith("第 2 行“abc”")
    assert found[1].startswith("第 4 行“113.69”")
    assert found[2].startswith("第 5 行")
    assert len(found) == 3


@pytest.mark.parametrize(
    ("text", "form", "word"),
    [
        ("", F.AUTO, "没有内容"),
        ("113.68 34.75\n113.69 34.75", F.AUTO, "至少要三个"),
        ("12 13\n12 14\n13 14", F.AUTO, "看不出"),
        ("200 34\n201 34\n201 35", F.LON_LAT, "超出范围"),
        ("113.68 34.75\n470123 3845123\n113.7 34.8", F.AUTO, "请统一"),
        ("POLYGON((113 34, 114", F.AUTO, "WKT 写法有误"),
        ("LINESTRING(113 34, 114 34)", F.WKT, "LineString"),
        ("POLYGON EMPTY", F.WKT, "没有坐标"),
        ('{"type": "Polygon", "coordinates": [[', F.AUTO, "GeoJSON 写法有误"),
        ('{"type": "Polygon", "coordinates": "x"}', F.AUTO, "没有可用的几何"),
        ('{"type": "FeatureCollection", "features": []}', F.AUTO, "0 个要素"),
        ("POLYGON((1e300 34, 114 34, 114 35, 1e300 34))", F.WKT, "超出可能的范围"),
        ("12 13\n12 14\n13 14", F.METRES, "不像本地的平面坐标"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, form: F, word: str) -> None:
    assert any(word in message for message in messages(read(text, form)))


def test_a_thousand_bad_lines_make_a_short_list() -> None:
    found = messages(read("x\n" * 1000))
    assert len(found) == 21
    assert "另有 980 行" in found[-1]


@given(st.text(max_size=60), st.sampled_from(list(F)), st.sampled_from(list(Datum)))
def test_no_text_at_all_breaks_the_reader(text: str, form: F, datum: Datum) -> None:
    found = read(text, form, datum)
    assert (found.shape is None) == bool(found.faults)
