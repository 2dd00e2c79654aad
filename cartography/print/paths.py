"""Geometry on paper: what of it lies in the frame, and SVG path data in hundredths of a millimetre.

All functions work on arrays of shapely geometries in EPSG:4547 at once; a None or an empty geometry stays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cartography.print.paper import Box, Frame

Shapes = NDArray[np.object_]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

UNITS = 100
"""User units of drawn paths for a millimetre: whole numbers, so that the text is short."""

_FINEST_MM = 0.02
_MANY_CORNERS = 60
_NOTHING = shapely.Polygon()


@dataclass(frozen=True, eq=False)
class Cut:
    """Shapes cut to a frame: `area` to be filled, `line` to be stroked (never along the frame's edge)."""

    area: Shapes
    line: Shapes


def visible(shapes: Shapes, box: Box) -> Flags:
    """Whether each shape has something in the box; shapes that only touch it have nothing."""
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        near = (west < box[2]) & (east > box[0]) & (south < box[3]) & (north > box[1])
        near |= _flat(west, east, south, north, box)
    across = near & ~_within(shapes, box)
    seen = np.array(near)
    seen[across] = ~shapely.is_empty(_clipped(shapes[across], box))
    return seen


def _flat(west: Floats, east: Floats, south: Floats, north: Floats, box: Box) -> Flags:
    """Straight lines along an axis and points have no width of their own: inside is enough."""
    thin = (west == east) | (south == north)
    return thin & (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])


def _within(shapes: Shapes, box: Box) -> Flags:
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        return (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])


def cut_areas(shapes: Shapes, frame: Frame) -> Cut:
    """Polygons cut to the frame, with their outlines but for what the frame itself cuts off."""
    fine = simplified(shapes, frame)
    whole = _within(fine, frame.box)
    area, line = np.array(fine), np.full(len(fine), None, dtype=object)
    line[~whole] = _clipped(shapely.boundary(fine[~whole]), frame.box)
    area[~whole] = _polygons(_clipped(fine[~whole], frame.box))
    line[whole] = fine[whole]  # drawn as closed rings
    return Cut(area, line)


def cut_lines(shapes: Shapes, frame: Frame) -> Shapes:
    """Lines cut to the frame."""
    fine = simplified(shapes, frame)
    across = ~_within(fine, frame.box)
    fine[across] = _clipped(fine[across], frame.box)
    return fine


def simplified(shapes: Shapes, frame: Frame) -> Shapes:
    """The same shapes without corners that nobody could see on paper (0.02 mm)."""
    result = np.array(shapes, dtype=object)
    many = shapely.get_num_coordinates(result) > _MANY_CORNERS
    if many.any():
        fewer = shapely.simplify(result[many], _FINEST_MM * frame.metres_per_mm)
        result[many] = fewer
    return result


def _clipped(shapes: Shapes, box: Box) -> Shapes:
    try:
        return shapely.clip_by_rect(shapes, *box)
    except shapely.GEOSException:  # one that crosses itself; the slow way can do all
        return shapely.intersection(shapely.make_valid(shapes), shapely.box(*box))


def _polygons(shapes: Shapes) -> Shapes:
    """Only the areas of what a cut left (a corner that was touched leaves points and lines)."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    result = np.array(shapes, dtype=object)
    for place in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[place])
        result[place] = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    thin = ~np.isin(shapely.get_type_id(result), (3, 6))
    result[thin] = _NOTHING
    return result


# ---- path data --------------------------------------------------------------------------------------------


def on_paper(xy: Floats, frame: Frame) -> Floats:
    """Positions in metres as millimetres from the frame's upper left corner."""
    west, _south, _east, north = frame.box
    return np.column_stack([xy[:, 0] - west, north - xy[:, 1]]) / frame.metres_per_mm


def path_data(shapes: Shapes, frame: Frame) -> list[str]:
    """The `d` of each shape, polygons closed and lines open; empty text for nothing."""
    chains, owner, closed = _chains(shapes)
    texts: list[list[str]] = [[] for _ in shapes]
    if not len(chains):
        return ["" for _ in shapes]
    xy, chain = shapely.get_coordinates(chains, return_index=True)
    points = np.rint(on_paper(xy, frame) * UNITS).astype(np.int64)
    begins = np.flatnonzero(np.diff(chain, prepend=-1))
    moved = np.diff(points, axis=0, prepend=0).any(axis=1)
    moved[begins] = True
    points, chain = points[moved], chain[moved]
    begins = np.flatnonzero(np.diff(chain, prepend=-1))
    steps = np.diff(points, axis=0, prepend=0)
    steps[begins] = points[begins]
    words = [f"{x} {y}" for x, y in steps.tolist()]
    ends = [*begins[1:].tolist(), len(points)]
    for first, last, one, ring in zip(begins.tolist(), ends, owner.tolist(), closed.tolist(), strict=True):
        last -= ring and last - first > 1  # a ring ends where it began
        texts[one].append(
            f"M{words[first]}l{' '.join(words[first + 1 : last]) or '0 0'}{'z' if ring else ''}"
        )
    return ["".join(parts) for parts in texts]


def _chains(shapes: Shapes) -> tuple[Shapes, NDArray[np.int64], Flags]:
    """Rings and lines of all shapes in order, which shape each belongs to, and whether it is a ring."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kind = shapely.get_type_id(parts)
    rings, part = shapely.get_rings(parts[kind == 3], return_index=True)
    lines = (kind == 1) | (kind == 2)
    chains = np.concatenate([rings, parts[lines]])
    owners = np.concatenate([owner[kind == 3][part], owner[lines]])
    closed = np.concatenate([np.ones(len(rings), bool), np.zeros(int(lines.sum()), bool)])
    order = np.argsort(owners, kind="stable")
    return chains[order], owners[order], closed[order]
