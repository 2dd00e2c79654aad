"""The map of a sheet: what the set-up lets through, where the frame lies, and what may be shown to whom."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import geopandas as gpd
import pandas as pd
import shapely

from analysis.cores import cores
from cartography import symbology as s
from cartography.print.content import MapContent
from cartography.print.enlargement import Enlargement, enlarged
from cartography.print.paper import Box, Frame, fitted
from geodata.crs import METRIC_CRS, STORED_CRS
from geodata.vocabulary import Audience, Theme
from sheets.register import Register
from sheets.setup import SCALES, Setup

DRAWN: dict[str, str] = {
    "district": "",
    "street_office": "",
    "basemap_line": "roads",
    "reference_area": "reference",
    "heritage_zone": "zones",
    "renewal_area": "areas",
    "heritage_line": "wall",
    "compound": "compounds",
}
"""Layers from bottom to top, each with the switch that turns it off (see `map_state.SWITCHES`)."""

_CORES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
"""Shares of the compounds of which an enlargement, or a map at a set scale, may show the box."""

_OLD_TOWN: Box = (472_000.0, 3_846_000.0, 474_000.0, 3_848_000.0)
"""Shown when a store has no geometry at all."""


def passing(setup: Setup, register: Register) -> pd.Series:
    """Whether each compound is meant: it passes the filters, and is ticked when any are."""
    visible = register.visible(setup.as_of, setup.filters)
    if setup.compounds:
        visible &= visible.index.isin(setup.compounds)
    return visible


def content(setup: Setup, register: Register) -> MapContent:
    """What the map of a set-up may show."""
    meant = passing(setup, register).to_numpy()
    layers = {
        name: register.metric(name) for name, switch in DRAWN.items() if switch not in setup.off or not switch
    }
    if "compound" in layers:
        layers["compound"] = layers["compound"][meant]
    states = register.states(setup.as_of)[meant]
    hold = states["heritage_hold"] if "hold" not in setup.off else pd.Series(False, index=states.index)
    late = states.index[states["light"] == "delayed"]
    return MapContent(
        layers=layers,
        theme=setup.theme,
        codes=states[s.THEME_COLUMN[Theme(setup.theme)]],
        hold=hold,
        labelling=setup.labelling,
        selected=(setup.selected,) if setup.selected else (),
        important=(*((setup.selected,) if setup.selected else ()), *late),
        as_points=setup.audience is Audience.PUBLIC,
    )


def frame(setup: Setup, shown: MapContent, register: Register, *, width: float, height: float) -> Frame:
    """The map's frame: around the view, else around what is meant, else the district; at the set scale when there is one.

    What is meant and is strewn wider than the smallest scale shows (one place is wrong, most likely) gives way to the
    district: the middle of all places may be where none is. For the same reason a set scale that has no room for all
    shows where most compounds lie.
    """
    sized = partial(fitted, width=width, height=height, scales=SCALES, paper=setup.paper)
    box = extent(setup, shown, register)
    made = sized(box)
    if setup.view is None and not _holds(made.box, box):
        made = sized(around(register) or box)
    if setup.view is None and setup.scale and setup.scale < made.scale:
        near = [sized(one) for one in _nearest(shown)] or [made]
        made = next((one for one in near if one.scale <= setup.scale), near[-1])
    return replace(made, scale=setup.scale) if setup.scale else made


def _holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def extent(setup: Setup, shown: MapContent, register: Register) -> Box:
    """What the map must show (EPSG:4547): the view, else all that is meant, else the district, else the old town."""
    return _view(setup) or _bounds(_places(shown.layers.get("compound"))) or around(register) or _OLD_TOWN


def detail(setup: Setup, shown: MapContent, outer: Frame, *, strip: float) -> Enlargement | None:
    """Most of what is meant, enlarged in a corner of a map that shows all of it; None where that brings nothing, or
    a person chose the view or the scale, or wants no small maps. `strip`: height of its caption, mm."""
    placed = _places(shown.layers.get("compound"))
    if setup.view or setup.scale or not setup.inset or placed is None:
        return None
    found = list(zip(_CORES, cores(placed, shares=_CORES), strict=False))
    return enlarged(found, placed.bounds.to_numpy(), outer, scales=SCALES, strip=strip)


def around(register: Register) -> Box | None:
    """The district (EPSG:4547), else its street offices; None when neither has a boundary."""
    return _bounds(register.metric("district")) or _bounds(register.metric("street_office"))


def _view(setup: Setup) -> Box | None:
    if setup.view is None:
        return None
    point = gpd.GeoSeries([shapely.Point(setup.view.lon, setup.view.lat)], crs=STORED_CRS).to_crs(METRIC_CRS)[
        0
    ]
    half_x, half_y = setup.view.width_m / 2, setup.view.height_m / 2
    return point.x - half_x, point.y - half_y, point.x + half_x, point.y + half_y


def _nearest(shown: MapContent) -> list[Box]:
    """Boxes of ever smaller shares of the compounds, around the middle of most; none for a handful."""
    placed = _places(shown.layers.get("compound"))
    return [] if placed is None else cores(placed, shares=_CORES)


def _places(compounds: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Where all compounds are: their boundaries, and the positions of those without one."""
    if compounds is None or not {"position_lon", "position_lat"} <= set(compounds):
        return compounds
    undrawn = compounds[compounds.geometry.isna() | compounds.geometry.is_empty]
    known = undrawn[["position_lon", "position_lat"]].dropna().to_numpy(float)
    points = gpd.GeoSeries(shapely.points(known), crs=STORED_CRS).to_crs(METRIC_CRS)
    every = pd.concat([compounds.geometry.dropna(), points]).rename("geometry")
    return gpd.GeoDataFrame(geometry=every, crs=METRIC_CRS)


def _bounds(rows: gpd.GeoDataFrame | None) -> Box | None:
    if rows is None or rows.geometry.isna().all() or rows.geometry.is_empty.all():
        return None
    west, south, east, north = rows.total_bounds
    return float(west), float(south), float(east), float(north)
