"""Invented heritage zones and invented extents of areas: shapes to test with, never legal lines."""

from __future__ import annotations

from functools import cache
from typing import Any

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geodata.demo import ground
from geodata.demo.reference import SITE_ID, degrees, metric, multi_polygon
from geodata.vocabulary import AreaKind, BoundaryStatus, DataStatus, ZoneClass

Row = dict[str, Any]

GENERATOR = "演示数据生成器"
PILOT_ID = "area-pingdengjie"
EAST_WALL_ID = "area-east-wall"
FENGHUANG_ID = "area-demo-1"
NANGUAN_ID = "area-demo-2"
INVENTED_ZONE = "未查到任何法定界线、分级、距离或限高；本区划为演示编造，不得用于判断"

_INNER_M, _OUTER_M = 45.0, 150.0
_WEST_OFFICE, _SOUTH_OFFICE, _EAST_OFFICE = "410104002", "410104003", "410104006"


@cache
def zone_shapes() -> dict[str, tuple[ZoneClass, BaseGeometry]]:
    """Invented zones by name (EPSG:4547): two bands along the circuit and two patches."""
    inner = ground.circuit().buffer(_INNER_M)
    outer = ground.circuit().buffer(_OUTER_M).difference(inner)
    shapes = {
        "假想区划A": (ZoneClass.PROTECTION, inner),
        "假想区划B": (ZoneClass.CONTROL, outer),
        "假想区划C": (
            ZoneClass.BURIAL,
            _patch([(113.6718, 34.7527), (113.6738, 34.7535), (113.6757, 34.7531)], 130),
        ),
        "假想区划D": (ZoneClass.BURIAL, _patch([(113.6872, 34.7452), (113.6896, 34.7448)], 140)),
    }
    district = ground.district_polygon()
    return {name: (kind, _clipped(shape, district)) for name, (kind, shape) in shapes.items()}


def _patch(centres: list[tuple[float, float]], radius_m: float) -> BaseGeometry:
    """A soft-edged patch around some places (lon, lat)."""
    discs = [point.buffer(radius_m) for point in metric(Point(centre) for centre in centres)]
    return shapely.union_all(discs).buffer(60).buffer(-60)


def _clipped(shape: BaseGeometry, district: BaseGeometry) -> BaseGeometry:
    """The part inside the district, without splinters and with soft edges."""
    inside = shape.intersection(district)
    return inside.buffer(-6).buffer(12).buffer(-6).intersection(inside).simplify(0.5)


def heritage_zones() -> list[Row]:
    """The invented zones; without authority, document, dates or height limit."""
    shapes = zone_shapes()
    borders = degrees(shape for _, shape in shapes.values())
    return [
        {
            "id": f"zone-{name[-1].lower()}",
            "site_id": SITE_ID,
            "zone_class": kind.value,
            "name": name,
            "boundary_status": BoundaryStatus.SYNTHETIC.value,
            "layer_version": "演示-1",
            "data_status": DataStatus.SYNTHETIC.value,
            "source": GENERATOR,
            "note": INVENTED_ZONE,
            "geometry": multi_polygon(border),
        }
        for (name, (kind, _)), border in zip(shapes.items(), borders, strict=True)
    ]


@cache
def pilot_extent() -> BaseGeometry:
    """An invented extent of the 平等街 pilot area (EPSG:4547): 150 m each side of the street."""
    roads = {road.name: road for road in ground.road_lines()}
    edges = [roads[name].line.buffer(roads[name].half_width_m) for name in ("西大街", "南大街", "南学街")]
    band = roads["平等街"].line.buffer(150.0, cap_style="flat")
    land = band.intersection(ground.street_polygons()[_WEST_OFFICE]).difference(shapely.union_all(edges))
    return max(shapely.get_parts(land), key=lambda part: part.area).simplify(2.0)


def renewal_areas(clusters: dict[str, list[BaseGeometry]]) -> list[Row]:
    """Two areas that the report names, and two invented ones around the given boundaries (EPSG:4547)."""
    return [*_reported_areas(), *_invented_areas(clusters)]


def _reported_areas() -> list[Row]:
    pilot = degrees([pilot_extent()])[0]
    shared = {"data_status": DataStatus.REPORTED.value, "source": "地方报纸报道"}
    return [
        {
            **shared,
            "id": PILOT_ID,
            "name": "平等街示范片区",
            "kind": AreaKind.PILOT.value,
            "is_pilot": True,
            "street_code": _WEST_OFFICE,
            "boundary_status": BoundaryStatus.SYNTHETIC.value,
            "note": "名称与示范性质见报道；范围未公布，图上范围为演示编造，其中的演示楼院不归入本片区",
            "geometry": multi_polygon(pilot),
        },
        {
            **shared,
            "id": EAST_WALL_ID,
            "name": "商城东城垣环境提升项目",
            "kind": AreaKind.PROJECT.value,
            "is_pilot": False,
            "street_code": "410104005",
            "boundary_status": BoundaryStatus.MISSING.value,
            "note": "报道点名 6 个楼院；项目范围未公布，不绘界线",
        },
    ]


def _invented_areas(clusters: dict[str, list[BaseGeometry]]) -> list[Row]:
    plans = {FENGHUANG_ID: ("演示·凤凰路片区", _EAST_OFFICE), NANGUAN_ID: ("演示·南关街片区", _SOUTH_OFFICE)}
    hulls = [
        shapely.union_all(clusters[key]).convex_hull.buffer(12).intersection(ground.street_polygons()[code])
        for key, (_, code) in plans.items()
    ]
    return [
        {
            "id": key,
            "name": name,
            "kind": AreaKind.PROJECT.value,
            "is_pilot": False,
            "street_code": code,
            "boundary_status": BoundaryStatus.SYNTHETIC.value,
            "data_status": DataStatus.SYNTHETIC.value,
            "source": GENERATOR,
            "note": "演示编造的片区",
            "geometry": multi_polygon(hull),
        }
        for (key, (name, code)), hull in zip(plans.items(), degrees(hulls), strict=True)
    ]
