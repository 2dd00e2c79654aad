"""A boundary before and after a change, as a small picture to scale."""

from __future__ import annotations

from urllib.parse import quote

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from cartography import symbology as s

WIDTH, HEIGHT = 198, 138
_EDGE = 10
_FOOT = 16
_NICE_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def change(before: BaseGeometry | None, after: BaseGeometry | None) -> str:
    """Address of the picture (`data:image/svg+xml,…`): the former outline dashed, the new one solid.

    Geometry in metres (EPSG:4547), north up; what was gained is filled, what was lost is hatched lightly. A bar
    gives the scale. Both None gives an empty frame.
    """
    shapes = [shape for shape in (before, after) if shape is not None and not shape.is_empty]
    body = _frame()
    if shapes:
        place = _Place(shapely.union_all(shapes).bounds)
        body += _areas(before, after, place) + _outlines(before, after, place) + place.bar()
    return "data:image/svg+xml," + quote(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{body}</svg>'
    )


class _Place:
    """Metres to picture points: the whole extent fits, both axes at one scale, north up."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        west, south, east, north = bounds
        room = (WIDTH - 2 * _EDGE, HEIGHT - _FOOT - 2 * _EDGE)
        self.scale = min(room[0] / max(east - west, 1.0), room[1] / max(north - south, 1.0))
        self._left = (WIDTH - (east - west) * self.scale) / 2 - west * self.scale
        self._top = (HEIGHT - _FOOT - (north - south) * self.scale) / 2 + north * self.scale

    def path(self, shape: BaseGeometry) -> str:
        """The rings of a polygon as SVG path data."""
        rings = shapely.get_rings(shapely.get_parts(shape))
        return "".join(self._ring(shapely.get_coordinates(ring)) for ring in rings)

    def _ring(self, points: np.ndarray) -> str:
        x, y = points[:, 0] * self.scale + self._left, self._top - points[:, 1] * self.scale
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"

    def bar(self) -> str:
        """A scale bar of a round length, at most a third of the picture."""
        most = WIDTH / 3 / self.scale
        length = max((nice for nice in _NICE_M if nice <= most), default=_NICE_M[0])
        end, y = _EDGE + length * self.scale, HEIGHT - 6
        return (
            f'<path d="M{_EDGE} {y - 4}V{y}H{end:.1f}V{y - 4}" fill="none" stroke="{s.LIGHT.muted}"/>'
            f'<text x="{end + 5:.1f}" y="{y}" font-size="10" font-family="sans-serif" fill="{s.LIGHT.muted}">'
            f"{length} m</text>"
        )


def _frame() -> str:
    return (
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" fill="{s.LIGHT.panel}" '
        f'stroke="{s.LIGHT.rule}"/>'
    )


def _areas(before: BaseGeometry | None, after: BaseGeometry | None, place: _Place) -> str:
    nothing = shapely.Polygon()
    old, new = before or nothing, after or nothing
    parts = (
        (old.intersection(new), s.LIGHT.ground, 1.0),
        (new.difference(old), s.LIGHT.accent, 0.45),
        (old.difference(new), s.LIGHT.faint, 0.35),
    )
    return "".join(
        f'<path d="{place.path(part)}" fill="{colour}" fill-opacity="{opacity}" fill-rule="evenodd"/>'
        for part, colour, opacity in parts
        if not part.is_empty
    )


def _outlines(before: BaseGeometry | None, after: BaseGeometry | None, place: _Place) -> str:
    lines = ""
    if before is not None:
        lines += (
            f'<path d="{place.path(before)}" fill="none" stroke="{s.LIGHT.muted}" stroke-dasharray="4 3"/>'
        )
    if after is not None:
        lines += f'<path d="{place.path(after)}" fill="none" stroke="{s.LIGHT.accent}" stroke-width="1.6"/>'
    return lines
