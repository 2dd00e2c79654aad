"""Packed compounds: what the browser reads is what the register holds, to half a step of 1e-7 degree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from cartography import map_state
from cartography.layers import drawable
from cartography.packed import pack
from geodata.errors import BadValue, WrongCrs
from geodata.store import Store
from geodata.vocabulary import Datum
from tests.packed import Packed, unpack
from tests.small_store import FIRST_SQUARE, RING_SQUARE
from tests.test_layers import frame

NEAR = 0.51e-7  # half a step of the format, and a little for the arithmetic


def read(*shapes: BaseGeometry | None, **columns: list[object]) -> list[Packed]:
    return unpack(pack(frame(geometry=list(shapes), **columns)))


def area_of(one: Packed) -> BaseGeometry:
    """What an even-odd fill of the rings covers."""
    covered: BaseGeometry = Polygon()
    for ring in one.rings:
        covered = covered.symmetric_difference(Polygon(ring))
    return covered


def test_compounds_come_back_in_the_order_of_the_codes(small_store: Store) -> None:
    rows = small_store.frame("compound")
    compounds = unpack(pack(rows))
    assert [one.id for one in compounds] == list(drawable(rows).index)
    assert [one.name for one in compounds] == list(drawable(rows)["name"])
    assert [one.households for one in compounds] == [120, 80, None]


def test_a_boundary_keeps_its_corners_without_the_closing_one() -> None:
    (one,) = read(FIRST_SQUARE)
    (ring,) = one.rings
    assert len(ring) == 4
    assert {tuple(np.round(corner, 7)) for corner in ring} == set(FIRST_SQUARE.exterior.coords)
    assert FIRST_SQUARE.contains(shapely.Point(one.spot))


def test_a_hole_stays_a_hole_and_runs_the_other_way() -> None:
    (one,) = read(RING_SQUARE)
    assert area_of(one).symmetric_difference(RING_SQUARE).area < 1e-12
    assert [shapely.is_ccw(shapely.LinearRing(ring)) for ring in one.rings] == [False, True]
    assert RING_SQUARE.contains(shapely.Point(one.spot))


def test_a_compound_of_several_parts_keeps_all_of_them() -> None:
    parts = MultiPolygon([box(0, 0, 1, 1), RING_SQUARE, box(3, 3, 4, 4)])
    first, second = read(parts, FIRST_SQUARE)
    assert len(first.rings) == 4
    assert len(second.rings) == 1
    assert area_of(first).symmetric_difference(parts).area < 1e-6


def test_a_position_has_no_rings_but_its_uncertainty_and_an_unknown_one_stays_unknown() -> None:
    where = {"position_lon": [113.69, 113.7], "position_lat": [34.76, 34.77]}
    first, second = read(None, None, **where, position_uncertainty_m=[200.5, None])
    assert (first.rings, first.uncertainty_m) == ([], 200.5)
    assert first.spot == pytest.approx((113.69, 34.76), abs=NEAR)
    assert (second.rings, second.uncertainty_m) == ([], None)


def test_nothing_at_all_and_no_households_are_told_apart() -> None:
    households = pd.array([0, None], dtype="Int64")
    zero, unknown = read(FIRST_SQUARE, FIRST_SQUARE, households=households)
    assert (zero.households, unknown.households) == (0, None)


def test_an_empty_register_is_an_empty_block(store: Store) -> None:
    assert unpack(pack(store.frame("compound"))) == []


def test_a_shifted_basemap_gets_shifted_compounds() -> None:
    rows = frame(geometry=[FIRST_SQUARE])
    here, there = (unpack(pack(rows, datum=datum))[0].spot for datum in (Datum.CGCS2000, Datum.GCJ02))
    assert 0.003 < there[0] - here[0] < 0.01


def test_another_system_is_refused() -> None:
    with pytest.raises(WrongCrs):
        pack(frame(geometry=[FIRST_SQUARE]).set_crs("EPSG:4547", allow_override=True))


degrees = st.tuples(st.floats(-179, 179), st.floats(-80, 80))
squares = st.builds(lambda at, side: box(*at, at[0] + side, at[1] + side), degrees, st.floats(1e-5, 0.5))
shapes = st.none() | squares | st.lists(squares, min_size=1, max_size=3).map(MultiPolygon)


@pytest.mark.property
@given(st.lists(st.tuples(shapes, st.text(), degrees), max_size=8))
def test_any_register_survives_to_half_a_step(
    rows: list[tuple[BaseGeometry | None, str, tuple[float, float]]],
) -> None:
    table = frame(
        geometry=[shape for shape, _, _ in rows],
        name=[name for _, name, _ in rows],
        position_lon=[at[0] for _, _, at in rows],
        position_lat=[at[1] for _, _, at in rows],
    )
    compounds = unpack(pack(table))
    assert [one.name for one in compounds] == [name for _, name, _ in rows]
    for one, (shape, _, at) in zip(compounds, rows, strict=True):
        if shape is None:
            assert one.spot == pytest.approx(at, abs=NEAR)
            continue
        parts = shapely.get_parts(shapely.orient_polygons(shape, exterior_cw=True))
        corners = [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(parts)]
        assert len(corners) == len(one.rings)
        assert all(np.abs(a - b).max() <= NEAR for a, b in zip(corners, one.rings, strict=True))


# ---- flags --------------------------------------------------------------------------------------------------


def test_empty_flags_at_the_end_do_not_travel() -> None:
    assert map_state.join_flags("0.b", "", "") == "0.b"
    assert map_state.join_flags("01", "", "10") == "01||10"


def test_the_flags_of_a_large_register_travel_in_a_fraction_of_their_length() -> None:
    codes = "".join("012345.b"[number * number % 7] for number in range(50_000))
    assert len(map_state.encode({}, map_state.join_flags(codes, "01" * 25_000, ""))) < len(codes) / 4


@pytest.mark.parametrize("flags", ['0"', "0|1", "É", "0 "])
def test_what_is_no_code_is_refused(flags: str) -> None:
    with pytest.raises(BadValue):
        map_state.join_flags(flags, "", "")
