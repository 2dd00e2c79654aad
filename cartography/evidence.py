"""Where one hypothesis about the coordinates would put a file, over what the district holds: a small picture to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
import shapely
from shapely import Geometry

from cartography import symbology as s
from geodata.vocabulary import LineKind

WIDTH, HEIGHT = 300, 190
_MOST_M, _LEAST_M = 1800.0, 500.0
_BAR_M = (50, 100, 200, 500)
_MOST_SHAPES = 160

Window = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is certain, in metres (EPSG:4547): roads, street offices, wall, compounds."""

    roads: Sequence[Geometry]
    streets: Sequence[Geometry]
    wall: Sequence[Geometry]
    compounds: Sequence[Geometry]


def window(shapes: Sequence[Geometry]) -> Window:
    """The part of the ground that all pictures show: around the shape in the middle, close enough to see a shift.

    `shapes` in metres, not empty.
    """
    centres = shapely.get_coordinates(shapely.centroid(np.array(shapes, dtype=object)))
    middle = np.median(centres, axis=0)
    x, y = centres[np.argmin(np.hypot(*(centres - middle).T))]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    wide = min(max((east - west) * 1.3, (north - south) * 1.3 * WIDTH / HEIGHT, _LEAST_M), _MOST_M)
    high = wide * HEIGHT / WIDTH
    return float(x - wide / 2), float(y - high / 2), float(x + wide / 2), float(y + high / 2)


def picture(shapes: Sequence[Geometry], ground: Ground, seen: Window) -> str:
    """Address of the picture (`data:image/svg+xml,…`): the file's shapes (metres) over the ground, with a scale bar."""
    ink, place = s.LIGHT, _Place(seen)
    wall = s.WALL[LineKind.SURVIVING_WALL]
    body = (
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ink.paper}"/>'
        + _paths(ground.compounds, place, f'fill="{ink.rule}" stroke="none"')
        + _paths(ground.roads, place, f'fill="none" stroke="{ink.panel}" stroke-width="3"')
        + _paths(ground.streets, place, f'fill="none" stroke="{ink.muted}" stroke-width="1.2"')
        + _paths(ground.wall, place, f'fill="none" stroke="{wall.fill}" stroke-width="3"')
        + _paths(
            shapes, place, f'fill="{ink.accent}" fill-opacity=".28" stroke="{ink.accent}" stroke-width="1.6"'
        )
        + place.bar()
    )
    return "data:image/svg+xml," + quote(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{body}</svg>'
    )


class _Place:
    """Metres to picture points."""

    def __init__(self, seen: Window) -> None:
        self.west, self.south, self.east, self.north = seen
        self.scale = WIDTH / (self.east - self.west)

    def path(self, shape: Geometry) -> str:
        """Lines and rings within the picture as SVG path data, nothing finer than half a point."""
        seen = shapely.clip_by_rect(shape, self.west, self.south, self.east, self.north)
        parts = shapely.get_parts(shapely.simplify(seen, 0.5 / self.scale))
        return "".join(self._lines(part) for part in parts)

    def _lines(self, part: Geometry) -> str:
        if part.geom_type == "Polygon":
            return "".join(self._line(ring, "Z") for ring in shapely.get_rings(part))
        if part.geom_type == "Point":
            return self._line(shapely.buffer(part, 3 / self.scale, quad_segs=2).exterior, "Z")
        return self._line(part, "")

    def _line(self, line: Geometry, end: str) -> str:
        points = shapely.get_coordinates(line)
        x, y = (points[:, 0] - self.west) * self.scale, (self.north - points[:, 1]) * self.scale
        return "M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in zip(x, y, strict=True)) + end

    def bar(self) -> str:
        """A scale bar of a round length."""
        ink, length = s.LIGHT, max(one for one in _BAR_M if one * self.scale <= WIDTH / 3 or one == _BAR_M[0])
        end, y = WIDTH - 10, HEIGHT - 8
        return (
            f'<path d="M{end - length * self.scale:.0f} {y - 4}V{y}H{end}V{y - 4}" fill="none" stroke="{ink.text}"/>'
            f'<text x="{end}" y="{y - 7}" text-anchor="end" font-size="10" font-family="sans-serif" '
            f'fill="{ink.text}" stroke="{ink.paper}" stroke-width="2.5" paint-order="stroke">{length} m</text>'
        )


def _paths(shapes: Sequence[Geometry], place: _Place, style: str) -> str:
    data = "".join(
        place.path(shape) for shape in shapes[:_MOST_SHAPES] if shape is not None and not shape.is_empty
    )
    return f'<path d="{data}" {style} fill-rule="evenodd"/>' if data else ""
