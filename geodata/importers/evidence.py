"""How far a file lies from what the district holds, per reading of its coordinates, by six kinds of evidence.

Everything is in metres (EPSG:4547). A measure is a table of units (features, or pieces of an outline) by readings;
units of one group belong together and are drawn together when the scatter is found out. Comparisons between
readings are always over the same units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.importers.ground_evidence import by_conflict, by_line, by_street
from geodata.importers.scene import (
    LARGE_M2,
    Geometries,
    Kind,
    Measured,
    Metres,
    Scene,
    is_area,
    is_small,
    longest,
    shared,
    valid,
)

_MOST_LARGE, _SEVERAL = 40, 3
_POINTS, _PIECES = 32, 8
_FARTHEST_M = 1000.0
_SAME_OUTLINE, _SAME_PLACE = 0.6, 0.7


def measure(kind: Kind, shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    """One kind of evidence for the shapes of a file, one array (metres) per reading; None where there is none."""
    return _MEASURES[kind](shapes, scene)


# ── The same record by id or name ─────────────────────────────────────────────────────────────────────────────


def _by_name(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    used = _centred(shapes[0], scene)
    paired, partners = scene.paired[used], scene.partners[used]
    if not len(paired):
        return None
    centres = shapely.get_coordinates(shapely.centroid(partners))
    away, overlap = [], []
    for one in shapes:
        mine = one[paired]
        away.append(np.hypot(*(shapely.get_coordinates(shapely.centroid(mine)) - centres).T))
        both = is_area(mine) & is_area(partners)
        share = np.zeros(len(mine))
        share[both] = shared(valid(mine[both]), valid(partners[both]))
        overlap.append(share)
    count = len(paired)
    return Measured(Kind.NAMES, np.column_stack(away), np.arange(count), count, also=np.column_stack(overlap))


def _centred(first: Geometries, scene: Scene) -> NDArray[np.bool_]:
    """Pairs whose middles are compared: compounds; street offices only several together.

    The middle of one large area drawn coarsely may lie hundreds of metres off; its outline tells more.
    """
    large = shapely.area(first[scene.paired]) >= LARGE_M2
    if large.all() and large.sum() < _SEVERAL:
        return np.zeros(len(large), dtype=bool)
    return np.asarray(~large if (~large).any() else large)


# ── Large outlines: street offices and the district ───────────────────────────────────────────────────────────


def _by_outline(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    large = np.flatnonzero(is_area(shapes[0]) & (shapely.area(shapes[0]) >= LARGE_M2))[:_MOST_LARGE]
    if not len(large) or not len(scene.outlines):
        return None
    mine = [valid(one[large]) for one in shapes]
    targets, overlap = _targets(mine, scene.outlines)
    partners = {
        row: one for row, one in zip(scene.paired.tolist(), scene.partners, strict=True) if one.area > 0
    }
    alike = [at for at, row in enumerate(large.tolist()) if row in partners or overlap[at] >= _SAME_OUTLINE]
    if not alike:
        return None
    distances, groups = [], []
    for number, at in enumerate(alike):
        target = partners.get(int(large[at]), scene.outlines[targets[at]]).boundary
        distances.append(np.column_stack([_apart(one[at].boundary, target) for one in mine]))
        groups.append(number * _PIECES + np.tile(np.arange(_POINTS) * _PIECES // _POINTS, 2))
    return Measured(Kind.OUTLINES, np.concatenate(distances), np.concatenate(groups), len(alike))


def _targets(mine: list[Geometries], stored: Geometries) -> tuple[NDArray[np.int64], Metres]:
    """For each outline the stored one that it covers best under any reading, and how well."""
    best, targets = np.zeros(len(mine[0])), np.zeros(len(mine[0]), np.int64)
    areas = shapely.area(stored)
    for shapes in mine:
        own = shapely.area(shapes)
        one, other = np.nonzero((areas[None] < 2 * own[:, None]) & (own[:, None] < 2 * areas[None]))
        met = shapely.intersects(shapes[one], stored[other])
        one, other = one[met], other[met]
        share = shared(shapes[one], stored[other])
        for i, j, value in zip(one, other, share, strict=True):
            if value > best[i]:
                best[i], targets[i] = value, j
    return targets, best


def _apart(one: shapely.Geometry, other: shapely.Geometry) -> Metres:
    """Distances of points on each outline to the other one."""
    at = np.linspace(0, 1, _POINTS, endpoint=False)
    there = shapely.distance(shapely.line_interpolate_point(longest(one), at, normalized=True), other)
    back = shapely.distance(shapely.line_interpolate_point(longest(other), at, normalized=True), one)
    return np.minimum(np.concatenate([there, back]), _FARTHEST_M)


# ── Small areas that are stored at the same place ─────────────────────────────────────────────────────────────


def _by_place(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    small = np.flatnonzero(is_small(shapes[0]))
    if not len(small) or not len(scene.compounds):
        return None
    apart, share = [], []
    for one in shapes:
        distance, overlap = _nearest_alike(valid(one[small]), scene.compound_tree)
        apart.append(distance)
        share.append(overlap)
    overlap = np.column_stack(share)
    return Measured(
        Kind.PLACES,
        np.column_stack(apart),
        np.arange(len(small)),
        len(small),
        also=(overlap >= _SAME_PLACE).astype(float),
    )


def _nearest_alike(mine: Geometries, tree: shapely.STRtree) -> tuple[Metres, Metres]:
    """Mean distance (m) between the outline of each area and the stored one that it covers best, and how well.

    The area between two outlines, over their mean length, is that distance.
    """
    one, other = tree.query(mine, predicate="intersects")
    stored = tree.geometries[other]
    share = shared(mine[one], stored)
    best = np.zeros(len(mine))
    np.maximum.at(best, one, share)
    distance = 2 * shapely.area(mine) / np.maximum(shapely.length(mine), 1e-9)
    chosen = share == best[one]
    union = (shapely.area(mine[one]) + shapely.area(stored)) / (1 + share)
    between = union * (1 - share) / ((shapely.length(mine[one]) + shapely.length(stored)) / 2)
    distance[one[chosen]] = np.minimum(distance[one[chosen]], between[chosen])
    return distance, best


_MEASURES = {
    Kind.NAMES: _by_name,
    Kind.OUTLINES: _by_outline,
    Kind.PLACES: _by_place,
    Kind.LINES: by_line,
    Kind.STREETS: by_street,
    Kind.CONFLICTS: by_conflict,
}
