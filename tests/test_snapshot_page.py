"""The page 出图 without a browser: extents, addresses, set-ups from addresses."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as some

from geodata.crs import STORED_CRS, to_metric
from geodata.vocabulary import Datum, SheetKind
from sheets import setup as setups
from sheets.setup import View
from ui import snapshot_setup, snapshot_state
from ui.snapshot_state import Choices

CHOICES = Choices({"C1", "C2"}, {"ours.typ"}, date(2025, 1, 1), date(2026, 11, 24))
HERE = (some.floats(113.6, 113.8), some.floats(34.65, 34.8), some.floats(1e-4, 0.1), some.floats(1e-4, 0.1))


# ---- the extent of a map ----------------------------------------------------------------------------------------


@given(*HERE)
def test_the_extent_shows_all_of_the_maps_bounds(west: float, south: float, wide: float, high: float) -> None:
    view = snapshot_setup.extent(f"{west},{south},{west + wide},{south + high}", Datum.CGCS2000)
    assert view
    shapes = [shapely.Point(view.lon, view.lat), shapely.box(west, south, west + wide, south + high)]
    centre, bounds = to_metric(gpd.GeoDataFrame(geometry=shapes, crs=STORED_CRS)).geometry
    left, bottom, right, top = bounds.bounds
    assert centre.x - view.width_m / 2 <= left + 0.2
    assert centre.x + view.width_m / 2 >= right - 0.2
    assert centre.y - view.height_m / 2 <= bottom + 0.2
    assert centre.y + view.height_m / 2 >= top - 0.2
    assert view.width_m <= right - left + 2


def test_bounds_on_a_shifted_basemap_are_brought_back() -> None:
    shifted = snapshot_setup.extent("113.67,34.75,113.68,34.76", Datum.GCJ02)
    plain = snapshot_setup.extent("113.67,34.75,113.68,34.76", Datum.CGCS2000)
    assert shifted
    assert plain
    assert 0.003 < plain.lon - shifted.lon < 0.01


@pytest.mark.parametrize(
    "bounds",
    ["", "a,b,c,d", "1,2,3", "nan,nan,nan,nan", "113,34,113,34", "-180,-90,180,90", "1e300,0,2,1", "none"],
)
def test_bounds_that_are_none_give_no_extent(bounds: str) -> None:
    assert snapshot_setup.extent(bounds, Datum.CGCS2000) is None


def test_the_maps_view_shows_the_whole_extent() -> None:
    view = View(lon=113.67, lat=34.75, width_m=1366, height_m=1106)
    lat, lon, zoom = (float(part) for part in snapshot_setup.map_view(view).split(","))
    assert (lat, lon) == (34.75, 113.67)
    metres_per_pixel = 156_543.034 * 0.8216 / 2**zoom
    assert 960 * metres_per_pixel >= 1366
    assert 780 * metres_per_pixel >= 1106
    assert 16 <= zoom <= 17


# ---- the address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("kind", "map"), ("paper", "a9"), ("scale", "1"), ("scale", "x"), ("extent", "1,2,3"), ("extent", "1,2,-3,4"),
        ("extent", "nan,34,1,1"), ("dpi", "95"), ("dpi", "1e3"), ("template", "../x.typ"), ("only", "C9~<b>"),
        ("compare", "never"), ("audience", "all"), ("labels", ""),
    ],
)  # fmt: skip
def test_what_an_address_may_not_say_is_dropped(key: str, text: str) -> None:
    default = snapshot_state.defaults()[key]
    assert snapshot_state._value(key, text, default, CHOICES) == default


@pytest.mark.parametrize("kind", list(SheetKind))
def test_each_kind_opens_on_its_usual_paper(kind: SheetKind) -> None:
    plain = snapshot_state.defaults(kind)
    assert (plain["paper"], plain["side"]) == setups.default_paper(kind)


def test_every_value_comes_back_from_its_address() -> None:
    given = {
        "kind": "wall", "paper": "a0", "side": "portrait", "scale": "5000", "extent": "113.670000,34.750000,900,700",
        "labels": "none", "blocks": "delayed~streets", "inset": "-", "qr": "-", "compare": "2026-10-01",
        "only": "C2~C1", "template": "ours.typ", "dpi": "300", "title": "<b>~&=", "audience": "public",
    }  # fmt: skip
    for key, text in given.items():
        value = snapshot_state._value(key, text, snapshot_state.defaults()[key], CHOICES)
        assert snapshot_state._text(value) == text
