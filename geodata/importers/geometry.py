"""Checking and repairing boundaries from a file. Runs in the child process, since a repair can take for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.crs import DISPLAY_CRS, METRIC_CRS
from geodata.errors import BadFile
from geodata.importers.issues import Problem
from geodata.importers.source_crs import Geometries, Note, Source, projector

REACH_M = 50_000.0
MOST_AREA_CHANGE = 0.05
LEAST_OVERLAP_M2 = 1.0
MOST_MEETING_PAIRS = 200_000
_LARGEST = 1e9
POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")


@dataclass(slots=True)
class Feature:
    """One feature of a file: its values by column, its boundary (None without), and what was noticed.

    `problem` is set when the boundary cannot be used; the boundary is then None.
    """

    values: dict[str, Any]
    boundary: BaseGeometry | None = None
    notes: list[Note] = field(default_factory=list)
    problem: bool = False

    def reject(self, problem: Problem, value: str, message: str) -> None:
        """Note why the boundary cannot be used."""
        self.notes.append((problem, value, message))
        self.boundary, self.problem = None, True


def check_boundaries(
    features: list[Feature],
    source: Source,
    *,
    near: tuple[float, float, float, float],
    most_vertices: int,
    skip: set[int],
    on_repair: Callable[[int], None],
    kinds: tuple[str, ...] = POLYGONS,
) -> None:
    """Bring every boundary (of one of `kinds`) to valid CGCS2000 degrees, or reject it with the reason.

    `near` is the extent of the district in degrees; `skip` are positions whose repair never ended before;
    `on_repair` hears the position before each repair. Raises BadFile when coordinates are no degrees at all.
    """
    _require_degrees(features, source)
    for feature in features:
        _require_kind(feature, kinds)
        check_raw(feature, most_vertices)
    _convert(features, source)
    _reject_far(features, near, source)
    for at, feature in enumerate(features):
        if feature.boundary is not None and not shapely.is_valid(feature.boundary):
            if at in skip:
                feature.reject(Problem.INVALID_GEOMETRY, "", "边界自相交过多，限时内修复不了，请重新描绘")
                continue
            on_repair(at)
            _repair(feature)


def _boundaries(features: list[Feature]) -> tuple[NDArray[np.int64], Geometries]:
    """Positions of the features that have a boundary, and those boundaries."""
    at = np.array([i for i, feature in enumerate(features) if feature.boundary is not None], dtype=np.int64)
    boundaries = np.empty(len(at), dtype=object)
    boundaries[:] = [features[i].boundary for i in at]
    return at, boundaries


def _require_degrees(features: list[Feature], source: Source) -> None:
    if not source.geographic:
        return
    _, boundaries = _boundaries(features)
    if not len(boundaries):
        return
    extents = np.abs(shapely.bounds(boundaries))
    outside = (extents[:, [0, 2]] > 180).any(axis=1) | (extents[:, [1, 3]] > 90).any(axis=1)
    if outside.mean() > 0.5:
        x, y = shapely.get_coordinates(boundaries[outside][0])[0]
        raise BadFile(
            f"坐标（{x:.3f}, {y:.3f}）不是经纬度，而文件按 {source.name} 读取。"
            "若是投影坐标，请声明，例如 --crs EPSG:4547（CGCS2000，中央经线 114°）。"
        )


def _require_kind(feature: Feature, kinds: tuple[str, ...]) -> None:
    kind = feature.boundary.geom_type if feature.boundary is not None else kinds[0]
    if kind in kinds:
        return
    wanted = "线（LineString）或多线" if kinds == LINES else "面（Polygon）或多面（MultiPolygon）"
    feature.reject(Problem.NOT_POLYGON, kind, f"边界是 {kind}，应为{wanted}")


def check_all_raw(features: list[Feature], most_vertices: int) -> None:
    """`check_raw` for many: only those that a look at all of them together finds doubtful."""
    at, boundaries = _boundaries(features)
    if not len(at):
        return
    coordinates, owner = shapely.get_coordinates(boundaries, return_index=True)
    usable = np.isfinite(coordinates).all(axis=1) & (np.abs(coordinates) < _LARGEST).all(axis=1)
    doubtful = shapely.is_empty(boundaries) | shapely.has_z(boundaries) | shapely.has_m(boundaries)
    doubtful |= shapely.get_num_coordinates(boundaries) > most_vertices
    doubtful[owner[~usable]] = True
    for i in at[doubtful]:
        check_raw(features[i], most_vertices)


def check_raw(feature: Feature, most_vertices: int) -> None:
    """Reject a geometry of too many vertices or of numbers that are none; drop heights. Of any type, in any system."""
    boundary = feature.boundary
    if boundary is None:
        return
    if boundary.is_empty:
        feature.boundary = None
        return
    vertices = int(shapely.get_num_coordinates(boundary))
    if vertices > most_vertices:
        text = f"边界有 {vertices:,} 个顶点，最多 {most_vertices:,} 个；请先简化"
        feature.reject(Problem.TOO_MANY_VERTICES, str(vertices), text)
        return
    if boundary.has_z or getattr(boundary, "has_m", False):
        feature.notes.append((Problem.HEIGHT_DROPPED, "", "坐标带高程或度量值，已去掉，只存平面位置"))
        boundary = shapely.force_2d(boundary)
    coordinates = shapely.get_coordinates(boundary)
    usable = np.isfinite(coordinates).all(axis=1) & (np.abs(coordinates) < _LARGEST).all(axis=1)
    if not usable.all():
        x, y = coordinates[~usable][0]
        feature.reject(Problem.NOT_FINITE, f"{x}, {y}", f"边界含有不能用的坐标（{x:g}, {y:g}）")
        return
    feature.boundary = boundary


def _convert(features: list[Feature], source: Source) -> None:
    at, boundaries = _boundaries(features)
    for i, boundary in zip(at, source.to_stored(boundaries), strict=True):
        features[i].boundary = boundary


def _reject_far(features: list[Feature], near: tuple[float, ...], source: Source) -> None:
    """Reject what does not lie within `REACH_M` of the district's extent."""
    to_metric = projector(DISPLAY_CRS, METRIC_CRS)
    west, south, east, north = shapely.bounds(to_metric(np.array([shapely.box(*near)], dtype=object)))[0]
    reach = np.array([west - REACH_M, south - REACH_M, east + REACH_M, north + REACH_M])
    at, boundaries = _boundaries(features)
    if not len(at):
        return
    degrees = shapely.bounds(boundaries)
    x_west, y_south, x_east, y_north = shapely.bounds(to_metric(boundaries)).T
    with np.errstate(invalid="ignore"):
        is_near = (x_west >= reach[0]) & (y_south >= reach[1]) & (x_east <= reach[2]) & (y_north <= reach[3])
    for i, box in zip(at[~is_near], degrees[~is_near], strict=True):
        place = f"{box[0]:.4f}, {box[1]:.4f}"
        text = (
            f"边界按 {source.name} 换算后在（{place}），不在本区 50 公里内；"
            "请检查坐标系声明、x 与 y 是否颠倒、横坐标是否带了带号"
        )
        features[i].reject(Problem.TOO_FAR, place, text)


def _repair(feature: Feature) -> None:
    """Make a boundary valid when that hardly changes its area, else reject it."""
    assert feature.boundary is not None
    reason = str(shapely.is_valid_reason(feature.boundary))
    try:
        repaired = shapely.make_valid(feature.boundary, method="structure", keep_collapsed=False)
    except (shapely.errors.GEOSException, MemoryError):
        feature.reject(Problem.INVALID_GEOMETRY, reason, f"边界无效（{reason}），修复失败，请重新描绘")
        return
    before, after = feature.boundary.area, repaired.area
    if repaired.geom_type not in POLYGONS or repaired.is_empty:
        feature.reject(Problem.INVALID_GEOMETRY, reason, f"边界无效（{reason}），修复后不成面，请重新描绘")
    elif abs(after - before) > MOST_AREA_CHANGE * max(before, after):
        text = f"边界无效（{reason}），修复后面积变化超过 5%，无法判断哪一部分是对的，请重新描绘"
        feature.reject(Problem.INVALID_GEOMETRY, reason, text)
    else:
        change = abs(after - before) / max(before, after)
        text = f"边界无效（{reason}），已修复，面积变化 {change:.2%}"
        feature.notes.append((Problem.GEOMETRY_REPAIRED, reason, text))
        feature.boundary = repaired


def overlaps(features: list[Feature], neighbours: Geometries) -> list[tuple[int, int, float]] | None:
    """Pairs that overlap by at least `LEAST_OVERLAP_M2`: (position, other position, m²); None when too many meet.

    The other position counts on behind the features into the (valid, stored) `neighbours`. Each pair of features
    stands once.
    """
    at, boundaries = _boundaries(features)
    everything = np.concatenate([boundaries, neighbours])
    if not len(boundaries):
        return []
    metric = projector(DISPLAY_CRS, METRIC_CRS)(everything)
    one, other = shapely.STRtree(metric).query(metric[: len(boundaries)])
    once = other > one
    one, other = one[once], other[once]
    if len(one) > MOST_MEETING_PAIRS:
        return None
    area = shapely.area(shapely.intersection(metric[one], metric[other]))
    position = np.concatenate([at, len(features) + np.arange(len(neighbours))]).astype(np.int64)
    enough = area >= LEAST_OVERLAP_M2
    return [
        (int(position[i]), int(position[j]), float(m2))
        for i, j, m2 in zip(one[enough], other[enough], area[enough], strict=True)
    ]
