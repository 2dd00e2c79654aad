"""Rules of a boundary being drawn: what is wrong with it, what it covers of others, how it is split and merged.

Shapes are shapely geometries in the measuring CRS (EPSG:4547), so lengths are metres and areas m².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely import Geometry, LineString, MultiPolygon, Polygon

from geodata.errors import BadValue

MOST_VERTICES = 50_000
REACH_M = 50_000.0
LEAST_AREA_M2 = 10.0
LEAST_OVERLAP_M2 = 0.1
TOUCHING_M = 0.001
"""Neighbours whose edges lie this close share them: no sliver is left between."""

_POLYGONS = ("Polygon", "MultiPolygon")
_MANY_PARTS = 50


@dataclass(frozen=True, slots=True)
class Measure:
    """Size of a shape: m², m, and how many parts, holes and vertices it has."""

    area_m2: float
    perimeter_m: float
    parts: int
    holes: int
    vertices: int


def measure(shape: Geometry) -> Measure:
    """Size of a polygon or multipolygon; holes count into the perimeter."""
    parts = polygons(shape)
    vertices = sum(_corners(part.exterior) + sum(map(_corners, part.interiors)) for part in parts)
    return Measure(
        float(shape.area),
        float(shape.length),
        len(parts),
        sum(len(part.interiors) for part in parts),
        vertices,
    )


def _corners(ring: Geometry) -> int:
    return max(len(ring.coords) - 1, 0)


def polygons(shape: Geometry) -> list[Polygon]:
    """The polygons of a polygon, multipolygon or collection, largest first."""
    parts = shapely.get_parts(np.array([shape], dtype=object))
    found = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return sorted(found, key=lambda part: -part.area)


def as_one(parts: Sequence[Geometry]) -> MultiPolygon:
    """Parts as one multipolygon, as they are."""
    return MultiPolygon([polygon for part in parts for polygon in polygons(part)])


# ---- faults and repair ----------------------------------------------------------------------------------------


def faults(shape: Geometry, *, near: Polygon) -> list[str]:
    """Everything that forbids storing a shape as a boundary, in words for people; empty when it may be stored.

    `near` is the extent of the district; a shape further than `REACH_M` from it is refused.
    """
    if shape.geom_type not in _POLYGONS:
        return [f"边界应为面（Polygon 或 MultiPolygon），得到 {shape.geom_type}"]
    if shape.is_empty:
        return ["还没有描绘任何面"]
    coordinates = shapely.get_coordinates(shape)
    if not np.isfinite(coordinates).all():
        return ["边界里有无效的坐标（缺失或无穷大），请删除出错的顶点"]
    if len(coordinates) > MOST_VERTICES:
        return [f"边界有 {len(coordinates):,} 个顶点，最多 {MOST_VERTICES:,} 个；请先简化"]
    if shapely.distance(shapely.box(*shape.bounds), near) > REACH_M:
        return ["边界不在本区 50 公里内；请检查坐标基准、经纬度次序和带号"]
    if not shape.is_valid:
        return [f"边界自相交或环重叠（{_where(shape)}附近）；请移开交叉的顶点，或采用给出的修复"]
    return _too_small(shape)


def _where(shape: Geometry) -> str:
    """Place of the first fault, as GEOS names it (`Self-intersection[x y]`)."""
    inside = str(shapely.is_valid_reason(shape)).partition("[")[2].rstrip("]").split()
    return f"东 {float(inside[0]):.1f}、北 {float(inside[1]):.1f} " if len(inside) == 2 else "形状"


def _too_small(shape: Geometry) -> list[str]:
    small = [part.area for part in polygons(shape) if part.area < LEAST_AREA_M2]
    if not small:
        return []
    return [
        f"有 {len(small)} 块面积不到 {LEAST_AREA_M2:g} m²（最小 {min(small):.2f} m²），多半是误画；请删去或画大"
    ]


def repaired(shape: Geometry) -> MultiPolygon | None:
    """A valid shape that encloses the same ground, without crumbs; None when nothing worth keeping is left."""
    try:
        valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        return None
    kept = [part for part in polygons(valid) if part.area >= LEAST_AREA_M2]
    return as_one(kept) if kept and len(kept) <= _MANY_PARTS else None


# ---- others ---------------------------------------------------------------------------------------------------


def overlaps(shape: Geometry, others: pd.Series) -> pd.DataFrame:
    """Neighbours that a valid shape covers in part, the largest first: area_m2, geometry of the common ground."""
    met = others[shapely.intersects(others.to_numpy(), shape)] if len(others) else others
    common = shapely.intersection(met.to_numpy(), shape)
    found = pd.DataFrame({"area_m2": shapely.area(common), "geometry": common}, index=met.index)
    return found[found["area_m2"] >= LEAST_OVERLAP_M2].sort_values("area_m2", ascending=False, kind="stable")


def outside(shape: Geometry, ground: Geometry) -> Geometry:
    """The part of a valid shape that leaves the ground it belongs to (its street office); may be empty."""
    beyond = shapely.difference(shape, ground)
    return beyond if beyond.area >= LEAST_OVERLAP_M2 else Polygon()


# ---- split and merge ------------------------------------------------------------------------------------------


def split(shape: Geometry, line: LineString) -> list[Polygon]:
    """The parts into which a line cuts a valid shape, largest first; nothing is lost or counted twice.

    Raises BadValue when the line does not cut through or would cut off a crumb.
    """
    if len(shapely.get_coordinates(line)) < 2 or line.length == 0:
        raise BadValue("分割线至少要有两个点")
    parts: list[Polygon] = []
    for polygon in polygons(shape):
        parts += _cut(polygon, line)
    if len(parts) == len(polygons(shape)):
        raise BadValue("分割线没有把边界切开：请让它从边界外画到另一侧的边界外")
    crumbs = [part.area for part in parts if part.area < LEAST_AREA_M2]
    if crumbs:
        raise BadValue(f"切出的一块只有 {min(crumbs):.2f} m²（不足 {LEAST_AREA_M2:g} m²），请移动分割线")
    return sorted(parts, key=lambda part: -part.area)


def _cut(polygon: Polygon, line: LineString) -> list[Polygon]:
    edges = shapely.union(polygon.boundary, line)
    faces = shapely.get_parts(shapely.polygonize([edges]))
    inside = [face for face in faces if polygon.covers(face.representative_point())]
    return inside or [polygon]


def cut(shape: Geometry, hole: Geometry) -> MultiPolygon:
    """A valid shape without the ground of another: a hole where it lies inside, else a piece cut off.

    Raises BadValue when they do not meet or nothing worth keeping would be left.
    """
    if not hole.is_valid:
        raise BadValue("画的圈自相交，请重画")
    if not shapely.intersects(shape, hole) or shape.intersection(hole).area < LEAST_OVERLAP_M2:
        raise BadValue("画的圈没有落在边界里")
    left = as_one([shapely.difference(shape, hole)])
    if not left.geoms or left.area < LEAST_AREA_M2:
        raise BadValue("挖去之后什么也不剩；要删除整个边界请用“删块或洞”")
    return left


def merge(shape: Geometry, other: Geometry) -> MultiPolygon:
    """Two valid shapes as one. Where edges lie within a millimetre of each other, the other one gives way."""
    fitted = shapely.snap(other, shape, TOUCHING_M)
    return as_one([shapely.union(shape, fitted if fitted.is_valid else other)])
