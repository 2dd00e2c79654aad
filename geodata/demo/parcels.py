"""Invented compound boundaries: street blocks cut into walled courtyards, aligned to the nearest street.

A block is halved again and again along or across the bearing of the street nearest to each piece; the cuts
leave lanes. Leaves that look like a courtyard are kept, a few get a notch, all get slightly uneven walls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from geodata.demo import ground

MIN_SIDE_M = 25.0
MIN_FILL = 0.72
MAX_VERTICES = 8
LANE_M = 6.5
GAP_M = 3.2
LANE_OVER_M = 190.0


@dataclass(frozen=True, slots=True)
class Grain:
    """How coarse a quarter is: longest side (m) of its courtyards, smallest and largest."""

    finest_m: float
    coarsest_m: float


OLD_TOWN = Grain(64.0, 90.0)
OUTER = Grain(75.0, 140.0)


def courtyards(
    block: shapely.Polygon, grain: Grain, *, near: BaseGeometry, within_m: float, rng: np.random.Generator
) -> list[shapely.Polygon]:
    """Cut a block into courtyards within a distance of `near`.

    Every result lies inside the block and at least `GAP_M` from the others.
    """
    pieces: list[BaseGeometry] = [block]
    leaves = []
    while pieces:
        piece = pieces.pop()
        if piece.distance(near) > within_m:
            continue
        width, depth, angle = _frame(piece)
        limit = rng.uniform(grain.finest_m, grain.coarsest_m)
        if max(width, depth) <= limit:
            leaves.append(piece)
        else:
            pieces.extend(_halves(piece, angle, across=width >= depth, rng=rng))
    shaped = (_walled(leaf, rng) for leaf in leaves if _is_courtyard(leaf))
    return [leaf for leaf in shaped if leaf is not None]


def sides(piece: BaseGeometry) -> tuple[float, float]:
    """Shorter and longer side (m) of the smallest rectangle around a piece."""
    corners = np.asarray(shapely.minimum_rotated_rectangle(piece).exterior.coords)
    one, two = np.hypot(*np.diff(corners[:3], axis=0).T)
    return float(min(one, two)), float(max(one, two))


def _frame(piece: BaseGeometry) -> tuple[float, float, float]:
    """Extent (m) along and across the nearest street, and its bearing (radians)."""
    angle = ground.bearing_at(piece.centroid)
    west, south, east, north = affinity.rotate(piece, -angle, origin=(0, 0), use_radians=True).bounds
    return east - west, north - south, angle


def _halves(
    piece: BaseGeometry, angle: float, *, across: bool, rng: np.random.Generator
) -> list[shapely.Polygon]:
    """Cut a piece across (or along) the street somewhere near its middle; the cut is a lane or a wall gap."""
    level = affinity.rotate(piece, -angle, origin=(0, 0), use_radians=True)
    west, south, east, north = level.bounds
    share = rng.uniform(0.4, 0.6)
    gap = (LANE_M if max(east - west, north - south) > LANE_OVER_M else GAP_M) / 2
    if across:
        at = west + share * (east - west)
        cut = shapely.box(at - gap, south - 1, at + gap, north + 1)
    else:
        at = south + share * (north - south)
        cut = shapely.box(west - 1, at - gap, east + 1, at + gap)
    parts = shapely.get_parts(affinity.rotate(level.difference(cut), angle, origin=(0, 0), use_radians=True))
    return [part for part in parts if part.area > MIN_SIDE_M**2]


def _is_courtyard(leaf: BaseGeometry) -> bool:
    """Whether a leaf is neither a sliver nor a star."""
    short, long = sides(leaf)
    return short >= MIN_SIDE_M and leaf.area >= MIN_FILL * short * long and long <= 3.2 * short


def _walled(leaf: BaseGeometry, rng: np.random.Generator) -> shapely.Polygon | None:
    """Give a leaf its walls: few corners, a notch now and then, corners drawn in by up to 2 m."""
    plain = shapely.Polygon(leaf.exterior).simplify(2.0)
    shape = _notched(plain, rng) if rng.random() < 0.28 else plain
    centre = np.asarray(shape.centroid.coords[0])
    corners = np.asarray(shape.exterior.coords)[:-1]
    inward = (centre - corners) / np.maximum(np.hypot(*(centre - corners).T)[:, None], 1.0)
    uneven = shapely.Polygon(corners + inward * rng.uniform(0.0, 2.2, size=(len(corners), 1)))
    for candidate in (uneven, shape, plain):
        inside = candidate.is_valid and leaf.buffer(0.01).contains(candidate)
        if inside and len(candidate.exterior.coords) <= MAX_VERTICES + 1 and _is_courtyard(candidate):
            return candidate
    return None


def _notched(shape: shapely.Polygon, rng: np.random.Generator) -> BaseGeometry:
    """Take a rectangle out of one corner, so that the courtyard is L-shaped."""
    corners = np.asarray(shapely.minimum_rotated_rectangle(shape).exterior.coords)[:4]
    first = int(rng.integers(4))
    corner, along, aside = corners[first], corners[(first + 1) % 4], corners[first - 1]
    one, two = rng.uniform(0.28, 0.48, size=2)
    notch = shapely.Polygon(
        [
            corner,
            corner + one * (along - corner),
            corner + one * (along - corner) + two * (aside - corner),
            corner + two * (aside - corner),
        ]
    )
    cut = shape.difference(notch.buffer(0.5, join_style="mitre"))
    return cut if cut.geom_type == "Polygon" else shape
