"""The small map in a corner: the district, its street offices, and where the main map lies in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from cartography import symbology as s
from cartography.print import paths
from cartography.print.content import Shown
from cartography.print.frame import picture
from cartography.print.ground import draw_ground
from cartography.print.paper import Box, Frame
from cartography.print.style import Styles

_LAYERS = ("district", "street_office")
_SMALLEST_MM = 1.6


def inset(layers: Mapping[str, gpd.GeoDataFrame], frame_box: Box, frame: Frame) -> str:
    """An SVG of `frame` (made with `paper.fitted` around the district) with the rectangle of the main map.

    `layers` are those of the main map's content; only district and street offices are drawn. `frame_box` is the main
    frame's `box`, EPSG:4547, metres; where it would be smaller than 1.6 mm it is drawn that large.
    """
    styles = Styles(frame)
    ground = draw_ground({name: layers[name] for name in _LAYERS if name in layers}, frame, styles, Shown())
    least = _SMALLEST_MM * frame.metres_per_mm / 2
    west, south, east, north = frame_box
    x, y = (west + east) / 2, (south + north) / 2
    half_x, half_y = max((east - west) / 2, least), max((north - south) / 2, least)
    place = np.array([shapely.box(x - half_x, y - half_y, x + half_x, y + half_y)], dtype=object)
    line = "".join(paths.path_data(paths.cut_areas(place, frame).line, frame))
    mark = styles.stroke(replace(s.SELECTED, stroke=s.LIGHT.alarm, width=2.0))
    body = "".join([*ground.below, *ground.above, f'<path fill="none" {mark} d="{line}"/>'])
    return picture(body, frame, definitions=styles.definitions())
