"""How far a file lies from what the district holds, per reading of its coordinates, by six kinds of evidence.

Everything is in metres (EPSG:4547). A measure is a table of units (features, or pieces of an outline) by readings;
units of one group belong together and are drawn together when the scatter is found out. Comparisons between
readings are always over the same units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Metres = NDArray[np.float64]

LARGE_M2 = 250_000.0
_SMALLEST_M2 = 200.0
_LEAST_COMPACT = 0.3
_MOST_LARGE, _SEVERAL = 40, 3
_POINTS, _PIECES = 32, 8
_FARTHEST_M = 1000.0
_FARTHEST_LINE_M = 150.0
_STEP_M, _MOST_POINTS = 40.0, 60
_LEAST_LENGTH_M, _LEAST_WIDTH_M = 1500.0, 300.0
_SAME_OUTLINE, _SAME_PLACE = 0.6, 0.7
_STREET_REACH_M = 300.0
_CELL_M = 300.0
CONFLICT_M = 8.0
_ROAD_NEAR_M = 100.0


class Kind(StrEnum):
    """Kinds of evidence, strongest first."""

    NAMES = "names"
    OUTLINES = "outlines"
    PLACES = "places"
    LINES = "lines"
    STREETS = "streets"
    CONFLICTS = "conflicts"


@dataclass(frozen=True, slots=True)
class Measured:
    """Distances (m) of units by readings. `matched` counts the features behind them.

    `also` holds a second table where a kind has one: overlap shares of pairs, or whether a road is near.
    """

    kind: Kind
    distances: Metres
    groups: NDArray[np.int64]
    matched: int
    also: Metres | None = None
    wide: bool = True


@dataclass(frozen=True)
class Scene:
    """Stored features in metres, and what of them goes with which feature of the file.

    `paired` are positions of features with their stored shape in `partners`; `named` likewise with the street
    office that the row names in `homes`.
    """

    district: Geometries
    streets: Geometries
    roads: Geometries
    wall: Geometries
    compounds: Geometries
    paired: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    partners: Geometries = field(default_factory=lambda: np.empty(0, object))
    named: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    homes: Geometries = field(default_factory=lambda: np.empty(0, object))

    @cached_property
    def outlines(self) -> Geometries:
        """Large stored areas."""
        every = np.concatenate([self.district, self.streets])
        return _valid(every[shapely.area(every) >= LARGE_M2])

    @cached_property
    def road_tree(self) -> shapely.STRtree:
        """Straight pieces of all roads."""
        return shapely.STRtree(_straight(self.roads))

    @cached_property
    def line_tree(self) -> shapely.STRtree:
        """Straight pieces of roads and wall."""
        return shapely.STRtree(_straight(np.concatenate([self.roads, self.wall])))

    @cached_property
    def compound_tree(self) -> shapely.STRtree:
        """Stored compounds."""
        return shapely.STRtree(_valid(self.compounds))


def measure(kind: Kind, shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    """One kind of evidence for the shapes of a file, one array (metres) per reading; None where there is none."""
    return _MEASURES[kind](shapes, scene)


def _valid(shapes: Geometries) -> Geometries:
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return shapes
    mended = shapes.copy()
    mended[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return mended


def _straight(shapes: Geometries) -> Geometries:
    """Lines (and outlines) as single segments."""
    lines = shapely.get_parts(shapes)
    xy, at = shapely.get_coordinates(lines, return_index=True)
    joined = at[1:] == at[:-1]
    ends = np.stack([xy[:-1][joined], xy[1:][joined]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object) if len(ends) else np.empty(0, object)


def _areas(shapes: Geometries) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_dimensions(shapes) == 2)


def _overlap(one: Geometries, other: Geometries) -> Metres:
    """Intersection over union, pairwise."""
    common = shapely.area(shapely.intersection(one, other))
    return np.asarray(common / np.maximum(shapely.area(one) + shapely.area(other) - common, 1e-9))


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
        both = _areas(mine) & _areas(partners)
        share = np.zeros(len(mine))
        share[both] = _overlap(_valid(mine[both]), _valid(partners[both]))
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
    large = np.flatnonzero(_areas(shapes[0]) & (shapely.area(shapes[0]) >= LARGE_M2))[:_MOST_LARGE]
    if not len(large) or not len(scene.outlines):
        return None
    mine = [_valid(one[large]) for one in shapes]
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
        share = _overlap(shapes[one], stored[other])
        for i, j, value in zip(one, other, share, strict=True):
            if value > best[i]:
                best[i], targets[i] = value, j
    return targets, best


def _apart(one: shapely.Geometry, other: shapely.Geometry) -> Metres:
    """Distances of points on each outline to the other one."""
    at = np.linspace(0, 1, _POINTS, endpoint=False)
    there = shapely.distance(shapely.line_interpolate_point(_longest(one), at, normalized=True), other)
    back = shapely.distance(shapely.line_interpolate_point(_longest(other), at, normalized=True), one)
    return np.minimum(np.concatenate([there, back]), _FARTHEST_M)


def _longest(outline: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(outline)
    return parts[int(np.argmax(shapely.length(parts)))]


# ── Small areas that are stored at the same place ─────────────────────────────────────────────────────────────


def _small(shapes: Geometries) -> NDArray[np.bool_]:
    area = shapely.area(shapes)
    return np.asarray(_areas(shapes) & (area >= _SMALLEST_M2) & (area < LARGE_M2))


def _by_place(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    small = np.flatnonzero(_small(shapes[0]))
    if not len(small) or not len(scene.compounds):
        return None
    apart, share = [], []
    for one in shapes:
        distance, overlap = _nearest_alike(_valid(one[small]), scene.compound_tree)
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
    share = _overlap(mine[one], stored)
    best = np.zeros(len(mine))
    np.maximum.at(best, one, share)
    distance = 2 * shapely.area(mine) / np.maximum(shapely.length(mine), 1e-9)
    chosen = share == best[one]
    union = (shapely.area(mine[one]) + shapely.area(stored)) / (1 + share)
    between = union * (1 - share) / ((shapely.length(mine[one]) + shapely.length(stored)) / 2)
    distance[one[chosen]] = np.minimum(distance[one[chosen]], between[chosen])
    return distance, best


# ── Lines beside stored roads and wall ────────────────────────────────────────────────────────────────────────


def _by_line(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
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
        points.append(shapely.line_interpolate_point(_longest(line), where, normalized=True))
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


def _by_street(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
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


def _by_conflict(shapes: Sequence[Geometries], scene: Scene) -> Measured | None:
    first = shapes[0]
    length = np.maximum(shapely.length(first), 1e-9)
    compact = 4 * np.pi * shapely.area(first) / length**2 >= _LEAST_COMPACT
    small = np.flatnonzero(_small(first) & compact)
    if not len(small) or not len(scene.roads):
        return None
    depth, near = [], []
    for one in shapes:
        mine = _valid(one[small])
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
    away = shapely.distance(shapely.centroid(shapes), shapely.union_all(_valid(district)))
    return np.asarray(np.minimum(away, _STREET_REACH_M))


_MEASURES = {
    Kind.NAMES: _by_name,
    Kind.OUTLINES: _by_outline,
    Kind.PLACES: _by_place,
    Kind.LINES: _by_line,
    Kind.STREETS: _by_street,
    Kind.CONFLICTS: _by_conflict,
}
