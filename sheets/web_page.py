"""One file that opens the map on any computer without a network: what passes the filters, and nothing else."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from analysis.cores import core
from cartography import layers, map_state, offices, web_file
from cartography.print import legend, template
from cartography.print.content import MapContent
from cartography.print.frame import draw
from cartography.print.paper import Box, fitted
from cartography.print.typeset import TEMPLATES
from geodata.crs import METRIC_CRS, degrees, metres
from geodata.vocabulary import Audience, Paper, Theme
from sheets import audience, fields, figure, mapping
from sheets.compose import compose, with_office
from sheets.register import Register
from sheets.setup import FIXED_THEMES, SCALES, Setup

_SIDE_MM = 1000.0
OLD_TOWN = (472_000.0, 3_846_000.0, 474_000.0, 3_848_000.0)
"""For a store without any geometry, EPSG:4547."""


def write(chosen: Setup, register: Register) -> bytes:
    """The map of a set-up as one HTML file; other kinds of sheets give the map of what they are about.

    Raises BadValue as `compose` does.
    """
    titles = {name: compose(chosen, register).data[name] for name in ("title", "subtitle")}
    seen, setup = audience.allowed(chosen, register), fields.counted_off(with_office(chosen, register.office))
    setup = setup.changed(theme=FIXED_THEMES.get(setup.kind, setup.theme))
    content = mapping.content(setup, seen)
    frames = {name: seen.frames[name].loc[rows.index] for name, rows in content.layers.items()}
    whole = _whole(frames)
    return web_file.write(
        frames,
        _state(setup, seen, content, frames),
        _texts(setup, seen, content, whole, titles),
        home=_corners(_home(setup, seen, content, frames)),
        extent=_corners(whole),
        coarse=setup.audience is Audience.PUBLIC,
    )


def _whole(frames: dict[str, gpd.GeoDataFrame]) -> Box:
    """Around everything in the file, EPSG:4547."""
    shapes = [metres(layers.drawn_shapes(layers.drawable(frame))) for frame in frames.values()]
    every = np.concatenate(shapes) if shapes else np.empty(0)
    west, south, east, north = shapely.total_bounds(every) if len(every) else OLD_TOWN
    return float(west), float(south), float(east), float(north)


def _home(setup: Setup, register: Register, content: MapContent, frames: dict[str, gpd.GeoDataFrame]) -> Box:
    """What the map shows first, EPSG:4547: the view, else where most compounds lie."""
    if setup.view is None and "compound" in frames:
        places = metres(layers.drawn_shapes(layers.drawable(frames["compound"])))
        near = core(gpd.GeoDataFrame(geometry=places, crs=METRIC_CRS))
        if near:
            return near
    fitting = setup.changed(scale=None)
    return mapping.frame(fitting, content, register, width=_SIDE_MM, height=_SIDE_MM * 0.7).box


def _corners(box: Box) -> list[list[float]]:
    """[[south, west], [north, east]] in degrees."""
    west, south, east, north = shapely.total_bounds(degrees(np.array([shapely.box(*box)])))
    return [[float(south), float(west)], [float(north), float(east)]]


def _state(
    setup: Setup, register: Register, content: MapContent, frames: dict[str, gpd.GeoDataFrame]
) -> map_state.MapState:
    """What the map shows, compounds in the order of the layer."""
    drawn = layers.drawable(frames["compound"]).index if "compound" in frames else []
    theme = Theme(setup.theme)
    table = register.progress(setup.as_of, "street", mapping.passing(setup, register))
    return map_state.MapState(
        layer_urls={},
        theme=theme,
        codes=map_state.codes_for(theme, content.codes.loc[drawn], content.hold.loc[drawn]),
        streets=offices.marks(frames["street_office"], table),
        switches=frozenset(map_state.SWITCHES) - set(setup.off),
        selected=setup.selected if setup.selected in drawn else None,
    )


def _texts(
    setup: Setup, register: Register, content: MapContent, whole: Box, titles: dict[str, str]
) -> web_file.Texts:
    """Title, legend of everything in the file, and what a reader must know."""
    frame = fitted(whole, width=_SIDE_MM, height=_SIDE_MM, scales=SCALES, paper=Paper.A0)
    shown = draw(content, frame).shown
    groups, files = legend.build(content, shown)
    for entry in (entry for group in groups for entry in group["entries"]):
        entry["svg"] = files[entry["file"]]
    lay = template.layout(template.load(TEMPLATES / "picture.typ"), setup.paper, setup.orientation)
    data, _ = fields.common(setup, register, lay, **titles, rows=fields.drawn(content, shown))
    return web_file.Texts(
        title=data["title"],
        subtitle=data["subtitle"],
        stamps=tuple(figure.marks(data)),
        watermark=data["watermark"],
        legend=tuple(groups),
        facts=(*figure.facts({**data, "map": {"crs": fields.CRS}}), *data["notes"]),
        link=setup.link if setup.qr else "",
    )
