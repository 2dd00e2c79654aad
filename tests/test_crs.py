"""Reference systems and datums: nothing is guessed, datum shifts are those published and can be undone."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geodata import crs
from geodata.errors import BadValue, NoCrs, WrongCrs
from geodata.vocabulary import Datum

MILLIMETRE = 1e-8  # degrees
SQUARE = box(113.680, 34.750, 113.681, 34.751)


def frame(reference: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": ["C1"]}, geometry=[SQUARE], crs=reference)


def array(*shapes: object) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_a_frame_without_reference_system_is_refused_everywhere() -> None:
    for function in (crs.to_metric, crs.to_stored, lambda f: crs.require_crs(f, crs.STORED_CRS)):
        with pytest.raises(NoCrs):
            function(frame(None))


def test_a_frame_in_another_reference_system_is_refused_not_reprojected() -> None:
    with pytest.raises(WrongCrs, match="compound is in EPSG:4326, needs EPSG:4490"):
        crs.require_crs(frame("EPSG:4326"), crs.STORED_CRS, what="compound")


def test_the_right_reference_system_is_accepted() -> None:
    crs.require_crs(frame("EPSG:4490"), crs.STORED_CRS)


def test_metres_are_metres() -> None:
    west, south, east, north = crs.to_metric(frame("EPSG:4490")).total_bounds
    assert east - west == pytest.approx(91.6, abs=0.5)  # a thousandth of a degree at 34.75° north
    assert north - south == pytest.approx(110.9, abs=0.5)


def test_longitude_comes_first_in_metres_too() -> None:
    x, y = crs.to_metric(frame("EPSG:4490")).geometry.iloc[0].centroid.coords[0]
    assert 400_000 < x < 500_000 < 3_800_000 < y < 3_900_000


def test_wgs84_is_stored_as_it_is() -> None:
    stored = crs.to_stored(frame("EPSG:4326"))
    assert stored.crs == "EPSG:4490"
    assert stored.geometry.iloc[0].equals_exact(SQUARE, 0)


def test_metres_are_stored_as_degrees() -> None:
    stored = crs.to_stored(crs.to_metric(frame("EPSG:4490")))
    assert stored.geometry.iloc[0].equals_exact(SQUARE, MILLIMETRE)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (crs.wgs84_to_gcj02, (116.41024449916938, 39.91640428150164)),
        (crs._gcj02_to_bd09, (116.41036949371029, 39.92133699351021)),
    ],
)
def test_shifts_are_those_of_the_published_example(shift: object, expected: tuple[float, float]) -> None:
    lon, lat = shift(np.array([116.404]), np.array([39.915]))  # type: ignore[operator]
    assert (lon[0], lat[0]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.property
@given(st.sampled_from(list(Datum)), st.floats(112.7, 114.3), st.floats(34.2, 35.1))
def test_to_a_datum_and_back_is_less_than_a_millimetre(datum: Datum, lon: float, lat: float) -> None:
    there = crs.to_datum(array(Point(lon, lat)), datum)
    back = crs.from_datum(there, datum)[0]
    assert back.x == pytest.approx(lon, abs=MILLIMETRE)
    assert back.y == pytest.approx(lat, abs=MILLIMETRE)


def published(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 of a WGS 84 position, written out as it was published."""
    a, ee, pi, sin = 6378245.0, 0.00669342162296594323, math.pi, math.sin
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    dlat += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    dlat += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    dlat += (160.0 * sin(y / 12.0 * pi) + 320 * sin(y * pi / 30.0)) * 2.0 / 3.0
    dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    dlon += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    dlon += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    dlon += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - ee * sin(math.radians(lat)) ** 2
    dlat = dlat * 180.0 / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi)
    dlon = dlon * 180.0 / (a / math.sqrt(magic) * math.cos(math.radians(lat)) * pi)
    return lon + dlon, lat + dlat


def metres_apart(lon: float, lat: float, other: tuple[np.ndarray, np.ndarray]) -> float:
    east = (other[0][0] - lon) * 111_320 * math.cos(math.radians(lat))
    return math.hypot(east, (other[1][0] - lat) * 110_900)


IN_CHINA = (st.floats(72.1, 137.7), st.floats(0.95, 55.7))


@pytest.mark.property
@given(*IN_CHINA)
def test_the_shift_to_gcj02_is_the_published_one_all_over_china(lon: float, lat: float) -> None:
    ours = crs.wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    assert (ours[0][0], ours[1][0]) == pytest.approx(published(lon, lat), abs=1e-12)


@pytest.mark.property
@given(*IN_CHINA)
def test_the_way_back_from_gcj02_is_less_than_a_millimetre_off_all_over_china(lon: float, lat: float) -> None:
    there = [np.array([one]) for one in published(lon, lat)]
    assert metres_apart(lon, lat, crs.gcj02_to_wgs84(*there)) < 0.001


@pytest.mark.property
@given(*IN_CHINA)
def test_the_way_back_from_bd09_is_less_than_a_millimetre_off_all_over_china(lon: float, lat: float) -> None:
    gcj_lon, gcj_lat = published(lon, lat)
    z = math.hypot(gcj_lon, gcj_lat) + 0.00002 * math.sin(gcj_lat * math.pi * 3000 / 180)
    theta = math.atan2(gcj_lat, gcj_lon) + 0.000003 * math.cos(gcj_lon * math.pi * 3000 / 180)
    there = np.array([Point(z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006)], dtype=object)
    back = crs.from_datum(there, Datum.BD09)[0]
    assert metres_apart(lon, lat, (np.array([back.x]), np.array([back.y]))) < 0.001


@pytest.mark.parametrize("place", [(2.35, 48.86), (139.7, 35.7), (113.7, -10.0)])
def test_outside_china_nothing_is_shifted_as_published(place: tuple[float, float]) -> None:
    lon, lat = (np.array([one]) for one in place)
    assert [one[0] for one in crs.wgs84_to_gcj02(lon, lat)] == list(place)
    assert [one[0] for one in crs.gcj02_to_wgs84(lon, lat)] == list(place)


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_shifted_datum_is_hundreds_of_metres_away_here(datum: Datum) -> None:
    moved = crs.to_datum(array(Point(113.68, 34.75)), datum)[0]
    assert 0.003 < moved.distance(Point(113.68, 34.75)) < 0.02


@pytest.mark.parametrize("datum", [Datum.CGCS2000, Datum.WGS84, "cgcs2000"])
def test_an_unshifted_datum_leaves_the_geometry_alone(datum: Datum | str) -> None:
    shapes = array(SQUARE)
    assert crs.to_datum(shapes, datum) is shapes
    assert crs.from_datum(shapes, datum) is shapes


def test_holes_parts_and_missing_shapes_survive_a_shift() -> None:
    ring = shapely.difference(SQUARE, box(113.6804, 34.7504, 113.6806, 34.7506))
    moved = crs.to_datum(array(MultiPolygon([ring]), None), Datum.GCJ02)
    assert shapely.get_num_interior_rings(moved[0].geoms[0]) == 1
    assert moved[1] is None


def test_an_unknown_datum_is_refused_with_those_that_exist() -> None:
    with pytest.raises(BadValue, match="可用：cgcs2000"):
        crs.from_datum(array(SQUARE), "mars")


def test_shapes_go_to_metres_and_back() -> None:
    there = crs.metres(array(SQUARE))
    assert there[0].equals_exact(crs.to_metric(frame("EPSG:4490")).geometry.iloc[0], 1e-6)
    assert crs.degrees(there)[0].equals_exact(SQUARE, MILLIMETRE)


def test_the_projection_told_to_the_browser_is_the_measuring_one() -> None:
    told = pyproj.Transformer.from_crs("EPSG:4490", crs.METRIC_PROJECTION, always_xy=True)
    here = crs.metres(array(Point(113.68, 34.75)))[0]
    assert told.transform(113.68, 34.75) == pytest.approx((here.x, here.y), abs=0.001)
