"""The ground on which invented compounds may stand: street blocks between roads, wall and office limits.

Everything here is in EPSG:4547 (metres).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geodata.demo.reference import features, metric, place

ROAD_HALF_WIDTH_M = {"快速路": 24.0, "主干路": 17.0, "次干路": 12.0, "支路": 8.5, "街巷": 6.5}
WALL_CLEARANCE_M = 8.0
LIMIT_CLEARANCE_M = 4.0
ROAD_REACH_M = 240.0
MIN_BLOCK_M2 = 2500.0

_LANDMARKS = {"城隍庙": 60.0, "郑州文庙(东门口公交站)": 35.0, "管城区委": 45.0, "市三院": 45.0}


@dataclass(frozen=True, slots=True)
class Road:
    """A mapped road with the half width that is kept free beside its centre line."""

    name: str
    half_width_m: float
    line: shapely.LineString


@cache
def road_lines() -> tuple[Road, ...]:
    """All mapped roads."""
    items = features("oldtown_roads_schematic_wgs84.geojson")
    lines = metric(geometry for _, geometry in items)
    return tuple(
        Road(properties["name"], ROAD_HALF_WIDTH_M[properties["cls"]], line)
        for (properties, _), line in zip(items, lines, strict=True)
    )


@cache
def walls() -> tuple[BaseGeometry, ...]:
    """Surviving parts (filled where mapped as outlines) and the schematic circuit."""
    remains = [geometry for _, geometry in features("shang_wall_osm.geojson")]
    circuit = [geometry for _, geometry in features("shang_wall_inner_circuit_schematic_lines.geojson")]
    return tuple(metric(remains + circuit))


@cache
def circuit() -> BaseGeometry:
    """The schematic inner circuit as one line."""
    sides = [geometry for _, geometry in features("shang_wall_inner_circuit_schematic_lines.geojson")]
    return shapely.line_merge(shapely.union_all(metric(sides)))


@cache
def street_polygons() -> dict[str, BaseGeometry]:
    """Drawn polygon of every street office by code."""
    items = features("street_offices_schematic_wgs84.geojson")
    shapes = metric(geometry for _, geometry in items)
    return {properties["code"]: shape for (properties, _), shape in zip(items, shapes, strict=True)}


@cache
def street_names() -> dict[str, str]:
    """Short name of every street office by code, without 街道."""
    items = features("street_offices_schematic_wgs84.geojson")
    return {properties["code"]: properties["name"].removesuffix("街道") for properties, _ in items}


@cache
def district_polygon() -> BaseGeometry:
    """Outline of the district."""
    return metric([features("guancheng_boundary_datav_wgs84.geojson")[0][1]])[0]


@cache
def kept_free() -> BaseGeometry:
    """Road corridors, wall with clearance, and a few landmarks on which nothing is invented."""
    corridors = [
        road.line.buffer(road.half_width_m, cap_style="square", join_style="mitre") for road in road_lines()
    ]
    wall = [item.buffer(WALL_CLEARANCE_M, join_style="mitre") for item in walls()]
    spots = [
        point.buffer(radius)
        for point, radius in zip(
            metric(Point(place(name)[:2]) for name in _LANDMARKS), _LANDMARKS.values(), strict=True
        )
    ]
    return shapely.union_all(corridors + wall + spots)


@cache
def blocks(street_code: str) -> tuple[shapely.Polygon, ...]:
    """Land of a street office within reach of a mapped road, cut into blocks; largest first."""
    near_road = shapely.union_all([road.line.buffer(ROAD_REACH_M, cap_style="flat") for road in road_lines()])
    inside = street_polygons()[street_code].buffer(-LIMIT_CLEARANCE_M, join_style="mitre")
    land = inside.intersection(near_road).difference(kept_free())
    parts = [part for part in shapely.get_parts(land) if part.area >= MIN_BLOCK_M2]
    return tuple(sorted(parts, key=lambda part: -part.area))


@cache
def _segments() -> tuple[np.ndarray, np.ndarray]:
    """Every straight piece of every road: geometries and bearings (radians)."""
    ends = [
        pair
        for road in road_lines()
        for pair in zip(list(road.line.coords)[:-1], list(road.line.coords)[1:], strict=True)
    ]
    corners = np.array(ends)
    run = corners[:, 1] - corners[:, 0]
    return shapely.linestrings(corners), np.arctan2(run[:, 1], run[:, 0])


def bearing_at(point: Point) -> float:
    """Direction (radians) of the road segment nearest to a point."""
    lines, bearings = _segments()
    return float(bearings[int(np.argmin(shapely.distance(lines, point)))])


def road_distance(geometry: BaseGeometry) -> float:
    """Metres to the nearest mapped centre line."""
    return float(shapely.distance(_segments()[0], geometry).min())


def nearest_road(geometry: BaseGeometry) -> str:
    """Name of the nearest mapped road."""
    return min(road_lines(), key=lambda road: road.line.distance(geometry)).name
