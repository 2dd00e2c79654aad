"""What goes to the browser: GeoJSON in the order of the codes, texts as data, no other hosts, shifted datums."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.geometry import shape

from cartography import map_state, web_map
from cartography import symbology as s
from cartography.layers import PROPERTIES, drawable, extent, geojson
from geodata.errors import NoCrs, WrongCrs
from geodata.schema import LAYERS
from geodata.store import Store
from geodata.vocabulary import Datum, StageClass, Theme
from tests.small_store import AUTHOR, FIRST_SQUARE, compound
from tests.test_values import HOSTILE


def frame(**columns: Any) -> gpd.GeoDataFrame:
    """Compounds C1, C2, … with the columns given."""
    count = len(next(iter(columns.values())))
    facts = {
        "name": ["院"] * count,
        "households": pd.array([None] * count, dtype="Int64"),
        "position_lon": [None] * count,
        "position_lat": [None] * count,
        "position_uncertainty_m": [None] * count,
        **columns,
    }
    table = pd.DataFrame(facts, index=pd.Index([f"C{number + 1}" for number in range(count)], name="id"))
    shapes = gpd.GeoSeries(table.pop("geometry"), crs="EPSG:4490")
    return gpd.GeoDataFrame(table, geometry=shapes).astype(
        {"position_lon": float, "position_lat": float, "position_uncertainty_m": float}
    )


def features(layer: str, rows: gpd.GeoDataFrame, datum: Datum = Datum.CGCS2000) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(geojson(layer, rows, datum=datum))["features"]
    return found


# ---- layers -----------------------------------------------------------------------------------------------


def test_features_stand_in_the_order_of_the_drawable_rows(small_store: Store) -> None:
    rows = small_store.frame("compound")
    ids = [feature["properties"]["id"] for feature in features("compound", rows)]
    assert ids == list(drawable(rows).index) == ["C1", "C2", "C3"]


def test_a_compound_without_boundary_is_a_point_with_its_uncertainty(small_store: Store) -> None:
    uncertain = features("compound", small_store.frame("compound"))[2]
    assert uncertain["geometry"] == {"type": "Point", "coordinates": [113.69, 34.76]}
    assert uncertain["properties"]["uncertainty_m"] == 200


def test_a_compound_with_half_a_position_or_an_empty_boundary_is_not_drawn() -> None:
    rows = frame(
        geometry=[Polygon(), FIRST_SQUARE, None], position_lon=[None, None, 113.69], position_lat=[None] * 3
    )
    assert list(drawable(rows).index) == ["C2"]
    only = features("compound", rows)[0]["properties"]
    assert (only["id"], only["lon"]) == ("C2", pytest.approx(113.6805))


def test_facts_are_few_and_missing_ones_are_null(small_store: Store) -> None:
    first, *_, last = features("compound", small_store.frame("compound"))
    assert set(first["properties"]) == {"id", "name", "households", "uncertainty_m", "lon", "lat"}
    assert first["properties"]["households"] == 120
    assert last["properties"]["households"] is None


def test_the_point_of_a_label_lies_inside_even_beside_a_hole(small_store: Store) -> None:
    for feature in features("compound", small_store.frame("compound"))[:2]:
        spot = feature["properties"]
        assert (
            shape(feature["geometry"])
            .buffer(1e-6)
            .contains(shape({"type": "Point", "coordinates": [spot["lon"], spot["lat"]]}))
        )


def test_coordinates_are_rounded_to_a_tenth_of_a_metre() -> None:
    rows = frame(geometry=[box(113.12345678, 34.98765432, 113.2, 35.0)])
    text = geojson("compound", rows)
    assert "113.123457" in text
    assert max(len(digits) for digits in re.findall(r"\.(\d+)", text)) <= 6


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_data(text: str) -> None:
    body = geojson("compound", frame(name=[text], geometry=[FIRST_SQUARE]))
    assert json.loads(body)["features"][0]["properties"]["name"] == text


def test_a_shifted_basemap_gets_shifted_shapes() -> None:
    rows = frame(geometry=[FIRST_SQUARE])
    here, there = (
        shape(features("compound", rows, datum)[0]["geometry"]) for datum in (Datum.CGCS2000, Datum.GCJ02)
    )
    assert here.equals_exact(MultiPolygon([FIRST_SQUARE]).geoms[0], 1e-6)
    assert 0.004 < here.distance(there) < 0.01


@pytest.mark.parametrize(("crs", "error"), [(None, NoCrs), ("EPSG:4547", WrongCrs)])
def test_a_layer_in_another_reference_system_is_refused(crs: str | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        geojson("compound", frame(geometry=[FIRST_SQUARE]).set_crs(crs, allow_override=True))


def test_an_empty_layer_is_an_empty_collection(store: Store) -> None:
    assert features("compound", store.frame("compound")) == []
    assert extent(store.frame("compound")) is None


def test_extent_is_south_west_and_north_east_with_latitude_first(small_store: Store) -> None:
    assert extent(small_store.frame("compound")) == [[34.75, 113.68], [34.752, 113.681]]


@pytest.mark.parametrize("layer", PROPERTIES)
def test_every_fact_of_a_drawn_layer_is_a_column_of_it(layer: str) -> None:
    assert set(PROPERTIES[layer]) <= set(LAYERS[layer].table.columns.keys())
    assert layer in web_map.LAYER_LABELS


def test_layers_read_from_the_store_can_all_be_drawn(small_store: Store) -> None:
    for layer in PROPERTIES:
        assert len(features(layer, small_store.frame(layer))) == len(drawable(small_store.frame(layer)))


# ---- codes and push ---------------------------------------------------------------------------------------


def codes(*values: str | None, visible: list[bool] | None = None, hold: list[bool] | None = None) -> str:
    every = map_state.codes_for(
        Theme.STAGE, pd.Series(values, dtype=object), pd.Series(hold or [False] * len(values), dtype=bool)
    )
    return map_state.hidden(every, ~np.array(visible or [True] * len(values)))


def test_a_code_is_the_place_in_the_palette() -> None:
    palette = s.palette(Theme.STAGE)
    for place, stage in enumerate(StageClass):
        assert codes(stage.value) == str(place)
        assert palette[place]["code"] == stage.value


def test_a_filtered_compound_keeps_its_place_in_the_text() -> None:
    assert codes("preparation", "preparation", "permitting", visible=[True, False, True]) == "0.1"


def test_a_compound_under_heritage_hold_has_the_letter_of_its_code() -> None:
    assert codes("preparation", "permitting", hold=[False, True]) == "0b"


@pytest.mark.parametrize("value", [None, float("nan"), "nonsense"])
def test_what_the_theme_does_not_know_is_drawn_as_unknown(value: Any) -> None:
    assert codes(value) == str(list(StageClass).index(StageClass.UNKNOWN))


@pytest.mark.parametrize(
    ("share", "step"), [(None, None), (float("nan"), None), (0, 0), (0.2, 1), (0.79, 3), (0.8, 4), (1, 4)]
)
def test_a_share_has_a_step_and_none_has_none(share: float | None, step: int | None) -> None:
    assert map_state.choropleth_step(share) == step


@pytest.mark.property
@given(st.dictionaries(st.text(), st.none() | st.text() | st.integers()))
def test_any_push_survives_and_has_nothing_a_page_could_read_as_code(values: dict[str, Any]) -> None:
    text = map_state.encode(values, "01|1")
    assert re.fullmatch(r"[A-Za-z0-9+/=]*", text)  # so no underscore either: st_folium cuts names at it
    plain, flags = zlib.decompress(base64.b64decode(text)).decode().split("\n")
    assert (json.loads(plain), flags) == (values, "01|1")


def push(**changes: Any) -> str:
    """The script that a push adds to the page."""
    facts: dict[str, Any] = {
        "layer_urls": {"compound": "compound/3.geojson?sig=a_b"},
        "theme": Theme.STAGE,
        "codes": "012",
        "streets": [map_state.StreetMark(in_totals=True)],
        "switches": frozenset(["compounds"]),
        **changes,
    }
    group = web_map.compose(map_state.MapState(**facts))
    chart = web_map.base_map(home=[[34.7, 113.6], [34.8, 113.7]], district=[[34, 113], [35, 114]])
    group.add_to(chart)
    return str(chart.get_root().render())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_push_reaches_the_page_script(text: str) -> None:
    page = push(query=text, selected=text)
    assert text not in page
    assert "alert(1)" not in page


def as_st_folium_sees(page: str) -> str:
    """st_folium tells pages apart after it cut every name at its underscore."""
    return re.sub(r"_[a-z0-9]+", "", page)


@pytest.mark.parametrize(
    "change",
    [{"codes": "0.2"}, {"selected": "C1"}, {"theme": Theme.WARNING}, {"query": "x_1"}, {"serial": 2}],
)
def test_every_change_of_a_push_is_seen_and_nothing_else(change: dict[str, Any]) -> None:
    assert as_st_folium_sees(push()) == as_st_folium_sees(push())
    assert as_st_folium_sees(push(**change)) != as_st_folium_sees(push())


def test_two_pushes_that_differ_only_after_an_underscore_differ_for_st_folium() -> None:
    assert as_st_folium_sees(push(query="a_1")) != as_st_folium_sees(push(query="a_2"))


def test_the_base_map_asks_no_other_host() -> None:
    page = push()
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)


@pytest.mark.parametrize(
    "address", ["https://cdn.example/leaflet.js", "//cdn.example/a.js", "http://x/y.css"]
)
def test_a_link_to_another_host_is_refused(address: str) -> None:
    chart = web_map.base_map(home=[[34.7, 113.6], [34.8, 113.7]], district=[[34, 113], [35, 114]])
    web_map.require_own_links(chart)
    chart.default_css = [("other", address)]
    with pytest.raises(ValueError, match="another host"):
        web_map.require_own_links(chart)


def test_a_plain_folium_map_would_be_refused() -> None:
    with pytest.raises(ValueError, match="another host"):
        web_map.require_own_links(folium.Map())


def test_the_base_map_is_the_same_each_time() -> None:
    def page() -> str:
        chart = web_map.base_map(home=[[34.7, 113.6], [34.8, 113.7]], district=[[34, 113], [35, 114]])
        return as_st_folium_sees(chart.get_root().render())

    assert page() == page()


def test_the_symbols_of_the_map_are_one_script_with_both_grounds() -> None:
    script = web_map.symbols_script().removeprefix("window.chengyuan = ").rstrip(";\n")
    grounds = json.loads(script)["grounds"]
    assert set(grounds) == {"light", "dark"}
    assert set(grounds["light"]["palettes"]) == {*(theme.value for theme in Theme), "quality"}


def test_a_hostile_compound_travels_from_the_store_to_the_layer_unchanged(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        save.insert_many("compound", [compound(name=text, geometry=FIRST_SQUARE) for text in HOSTILE])
    names = [feature["properties"]["name"] for feature in features("compound", small_store.frame("compound"))]
    assert names[3:] == HOSTILE
