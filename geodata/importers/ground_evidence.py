"""Evidence from the ground: lines beside stored roads and wall, compounds in their street office, roads that cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.importers.scene import (
    LARGE_M2,
    Geometries,
    Kind,
    Measured,
    Metres,
    Scene,
    is_small,
    longest,
    valid,
)

CONFLICT_M = 8.0
_LEAST_COMPACT = 0.3
_FARTHEST_LINE_M = 150.0
_STEP_M, _MOST_POINTS = 40.0, 60
_LEAST_LENGTH_M, _LEAST_WIDTH_M = 1500.0, 300.0
_STREET_REACH_M = 300.0
_CELL_M = 300.0
_ROAD_NEAR_M = 100.0


# ── Lines beside stored roads and wall ────────────────────────────────────────────────────────────────────────


def by_line(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    """Distances of points along the file's lines to stored roads and wall; `wide` when chance cannot explain a fit."""
    lines = np.flatnonzero(shapely.get_dimensions(shapes[0]) == 1)
    if not len(lines) or not len(scene.line_tree.geometries):
        return None
    columns = []
    for one in shapes:
        points, at = _along([one[line] for line in lines], shapes[0][lines])
        columns.append(_to_nearest(points, scene.line_tree))
    first = shapes[0][lines]
    length = float(shapely.length(first).sum())
    groups = at if len(lines) >= 8 else at * _MOST_POINTS + _piece(at)
    return Measured(
        Kind.LINES,
        np.column_stack(columns),
        groups,
        len(lines),
        wide=length >= _LEAST_LENGTH_M and _width(first) >= _LEAST_WIDTH_M,
    )


def _along(lines: Sequence[shapely.Geometry], measured: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Points along each line, as many for every reading, and which line each belongs to."""
    points, at = [], []
    for number, (line, first) in enumerate(zip(lines, measured, strict=True)):
        count = int(np.clip(shapely.length(first) / _STEP_M, 3, _MOST_POINTS))
        where = (np.arange(count) + 0.5) / count
        points.append(shapely.line_interpolate_point(longest(line), where, normalized=True))
        at.append(np.full(count, number))
    return np.concatenate(points), np.concatenate(at)


def _piece(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the piece of 6 points within each line."""
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    return (np.arange(len(at)) - np.repeat(starts, np.diff(np.append(starts, len(at))))) // 6


def _to_nearest(points: Geometries, tree: shapely.STRtree) -> Metres:
    distance = np.full(len(points), _FARTHEST_LINE_M)
    (one, _), found = tree.query_nearest(
        points, max_distance=_FARTHEST_LINE_M, return_distance=True, all_matches=False
    )
    distance[one] = found
    return distance


def _width(lines: Geometries) -> float:
    """Shorter side (m) of the smallest rectangle around all lines: a straight one may fit by chance."""
    box = shapely.minimum_rotated_rectangle(shapely.GeometryCollection(list(lines)))
    if box.geom_type != "Polygon":
        return 0.0
    corners = shapely.get_coordinates(box)[:3]
    return float(np.hypot(*np.diff(corners, axis=0).T).min())


# ── Compounds inside the street office that their row names ───────────────────────────────────────────────────


def by_street(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    """How far the middle of a feature lies outside the street office that its row names."""
    small = shapely.area(shapes[0][scene.named]) < LARGE_M2
    named, homes = scene.named[small], scene.homes[small]
    if not len(named):
        return None
    away = [shapely.distance(shapely.centroid(one[named]), homes) for one in shapes]
    return Measured(
        Kind.STREETS,
        np.minimum(np.column_stack(away), _STREET_REACH_M),
        _cells(shapes[0][named]),
        len(named),
    )


def _cells(shapes: Geometries) -> NDArray[np.int64]:
    """Number of the square of 300 m in which each feature lies: those of one square are not independent."""
    cells = np.floor(shapely.get_coordinates(shapely.centroid(shapes)) / _CELL_M).astype(np.int64)
    _, groups = np.unique(cells, axis=0, return_inverse=True)
    return np.asarray(groups.reshape(-1), dtype=np.int64)


# ── Compounds that no road may cross ──────────────────────────────────────────────────────────────────────────


def by_conflict(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    """How deep roads run inside compounds, and how far these lie outside the district; `also`: a road is near."""
    first = shapes[0]
    length = np.maximum(shapely.length(first), 1e-9)
    compact = 4 * np.pi * shapely.area(first) / length**2 >= _LEAST_COMPACT
    small = np.flatnonzero(is_small(first) & compact)
    if not len(small) or not len(scene.roads):
        return None
    depth, near = [], []
    for one in shapes:
        mine = valid(one[small])
        depth.append(_crossed(mine, scene.road_tree) + _outside(mine, scene.district))
        near.append(_to_nearest(shapely.centroid(mine), scene.road_tree) <= _ROAD_NEAR_M)
    return Measured(
        Kind.CONFLICTS,
        np.column_stack(depth),
        _cells(first[small]),
        len(small),
        also=np.column_stack(near).astype(float),
    )


def _crossed(mine: Geometries, tree: shapely.STRtree) -> Metres:
    """How deep (m) a road runs inside each area."""
    one, other = tree.query(mine, predicate="intersects")
    inside = shapely.intersection(tree.geometries[other], mine[one])
    middle = shapely.centroid(inside)
    deep = shapely.distance(middle, shapely.boundary(mine[one]))
    depth = np.zeros(len(mine))
    np.maximum.at(depth, one, np.nan_to_num(deep))
    return depth


def _outside(shapes: Geometries, district: Geometries) -> Metres:
    """How far (m) the middle of each area lies outside the district."""
    if not len(district):
        return np.zeros(len(shapes))
    away = shapely.distance(shapely.centroid(shapes), shapely.union_all(valid(district)))
    return np.asarray(np.minimum(away, _STREET_REACH_M))
