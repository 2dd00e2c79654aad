"""Real geometry and published facts as rows: district, offices, communities, wall, roads, heritage site.

Every file in `data/` carries its attribution; none of the lines is a legal one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata import crs
from geodata.vocabulary import BoundaryStatus, DataStatus, LineKind, RoadClass

Row = dict[str, Any]

DATA = Path(__file__).parent / "data"
DISTRICT_CODE = "410104"
OUTSIDE_TOTALS = frozenset({"410104570"})
SITE_ID = "shang-city"
OSM = "© OpenStreetMap contributors, ODbL 1.0"
OFFICE_LIMIT = "沿道路与地名标注描绘的示意界线；名称与代码据街道代码表（13 个街道）"
ROADS_SOURCE = "手工录入的道路控制点（仅事实），示意"
CODES_SOURCE = "国家统计局统计用区划代码 2023（转自 china-division 2.7.0，MIT）"
SITE_SOURCE = "全国重点文物保护单位名录（公开数据集）；面积见中新社等公开报道"

_ROAD_CLASS = {
    "快速路": RoadClass.EXPRESS,
    "主干路": RoadClass.PRIMARY,
    "次干路": RoadClass.SECONDARY,
    "支路": RoadClass.LOCAL,
    "街巷": RoadClass.LOCAL,
}
_OFFICES = "street_offices_schematic_wgs84.geojson"
_SIDE = {"W": "西", "N": "北", "E": "东", "S": "南"}
# The statistical list files these communities under a township that became a street office.
_STREET_OF_LIST = {"410104202": "410104013"}
_WITHIN_LIST_NAME = ("居民委员会", "居委会", "村委会")


@cache
def features(name: str) -> tuple[tuple[dict[str, Any], BaseGeometry], ...]:
    """Properties and geometry (lon, lat) of every feature of a file in `data/`."""
    collection = json.loads((DATA / name).read_text(encoding="utf-8"))
    return tuple((item["properties"], shape(item["geometry"])) for item in collection["features"])


def metric(geometries: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Geometries in EPSG:4547 (metres) from lon/lat."""
    frame = gpd.GeoDataFrame(geometry=list(geometries), crs=crs.STORED_CRS)
    return list(crs.to_metric(frame).geometry)


def degrees(geometries: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Geometries in lon/lat EPSG:4490, rounded to a centimetre, from EPSG:4547."""
    frame = gpd.GeoDataFrame(geometry=list(geometries), crs=crs.METRIC_CRS)
    return [shapely.transform(item, lambda xy: np.round(xy, 7)) for item in crs.to_stored(frame).geometry]


def multi_polygon(geometry: BaseGeometry) -> shapely.MultiPolygon:
    """The polygons of a geometry as one MultiPolygon."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"])


def multi_line(geometry: BaseGeometry) -> shapely.MultiLineString:
    """A line, or the outline of a polygon, as a MultiLineString."""
    line = geometry.boundary if geometry.geom_type == "Polygon" else geometry
    return shapely.MultiLineString(list(shapely.get_parts(line)))


def district() -> list[Row]:
    """The outline of the district (one row)."""
    properties, geometry = features("guancheng_boundary_datav_wgs84.geojson")[0]
    return [
        {
            "id": DISTRICT_CODE,
            "name": properties["name"],
            "boundary_status": BoundaryStatus.SCHEMATIC.value,
            "data_status": DataStatus.REPORTED.value,
            "source": properties["attribution"],
            "note": "示意界线，精度约 ±20-50 m；公布面积 204 km²",
            "geometry": multi_polygon(geometry),
        }
    ]


def street_offices() -> list[Row]:
    """The 14 drawn polygons; 商都路 is drawn but stays outside all totals."""
    return [_street_office(properties, geometry) for properties, geometry in features(_OFFICES)]


def _street_office(properties: dict[str, Any], geometry: BaseGeometry) -> Row:
    outside = properties["code"] in OUTSIDE_TOTALS
    outside_note = "不在现行 13 个街道之列，只画界线，不计入合计"
    published = properties["published_area_km2"]
    return {
        "id": properties["code"],
        "name": properties["name"],
        "in_totals": not outside,
        "boundary_status": BoundaryStatus.SCHEMATIC.value,
        "data_status": DataStatus.REPORTED.value,
        "source": OFFICE_LIMIT,
        "note": outside_note if outside else f"公布面积 {published} km²" if published else None,
        "geometry": multi_polygon(geometry),
    }


def communities() -> list[Row]:
    """The 155 communities and villages of the statistical code list."""
    text = (DATA / "communities_codes_nbs2023.csv").read_text(encoding="utf-8-sig")
    return [_community(line) for line in csv.DictReader(text.splitlines())]


def _community(line: dict[str, str]) -> Row:
    return {
        "id": line["code"],
        "name": community_name(line["name"]),
        "street_code": _STREET_OF_LIST.get(line["street_code"], line["street_code"]),
        "data_status": DataStatus.OFFICIAL.value,
        "source": CODES_SOURCE,
        "note": f"名录原文：{line['street']} {line['name']}",
    }


def community_name(listed: str) -> str:
    """`新华社区居委会` is read as 新华社区, `小刘村村委会` as 小刘村."""
    for ending in _WITHIN_LIST_NAME:
        listed = listed.removesuffix(ending)
    return listed


def heritage_site() -> list[Row]:
    """The Shang city as a nationally protected site (one row)."""
    return [
        {
            "id": SITE_ID,
            "name": "郑州商代遗址",
            "level": "全国重点文物保护单位",
            "document_no": "第一批（1961 年），编号 1-0141-1-006",
            "published_area_km2": 25.0,
            "data_status": DataStatus.REPORTED.value,
            "source": SITE_SOURCE,
            "note": "遗址公布面积约 25 km²，跨管城、金水、二七三区；到内城垣的距离不等于到遗址的距离。"
            "法定区划界线与限高未查到",
        }
    ]


def heritage_lines() -> list[Row]:
    """Surviving wall parts as mapped, then the four schematic sides of the inner circuit."""
    walls = [_wall(*item) for item in features("shang_wall_osm.geojson")]
    return walls + [_side(*item) for item in features("shang_wall_inner_circuit_schematic_lines.geojson")]


def _wall(properties: dict[str, Any], geometry: BaseGeometry) -> Row:
    counted = properties["kind"] == "surviving_wall"
    way = properties["osm_way"]
    kind = LineKind.SURVIVING_WALL if counted else LineKind.OTHER
    return {
        "id": f"osm-{way}",
        "site_id": SITE_ID,
        "kind": kind.value,
        "name": properties["name"] or f"{kind.label}·{properties['side']}",
        "side": properties["side"],
        "boundary_status": BoundaryStatus.SCHEMATIC.value,
        "data_status": DataStatus.REPORTED.value,
        "source": OSM,
        "note": f"{properties['osm_url']}；精度约 ±5-10 m" + ("" if counted else "；不属于内城垣一周"),
        "geometry": multi_line(geometry),
    }


def _side(properties: dict[str, Any], geometry: BaseGeometry) -> Row:
    side = _SIDE[properties["side"]]
    return {
        "id": f"circuit-{properties['side'].lower()}",
        "site_id": SITE_ID,
        "kind": LineKind.CIRCUIT.value,
        "name": f"内城垣{side}垣（示意）",
        "side": f"{side}侧",
        "published_length_m": float(properties["published_m"]),
        "boundary_status": BoundaryStatus.SCHEMATIC.value,
        "data_status": DataStatus.REPORTED.value,
        "source": f"{OSM}（衍生）；西北、东北角据报载地名推定",
        "note": f"{properties['note']}；图上长 {properties['drawn_m']:.0f} m",
        "geometry": multi_line(geometry),
    }


def reference_areas() -> list[Row]:
    """Strips of 20 m beside the wall and the inner city: for orientation, never a legal zone."""
    basis = "2005 年报载文物部门口径“城墙内外各20米”；不作划界依据，法定界线未查到"
    return [
        _reference("wall-20m", "墙侧20米（示意）", "shang_wall_remains_buffer20m.geojson", basis),
        _reference(
            "circuit-20m",
            "城垣全线墙侧20米（示意）",
            "shang_wall_circuit_buffer20m_schematic.geojson",
            f"{basis}；墙基半宽按 10 m",
        ),
        _reference(
            "inner-city",
            "郑州商城内城（示意）",
            "shang_inner_city_schematic_polygon.geojson",
            "公布周长约 6960 m、面积约 300 ha；由示意城垣围合",
        ),
    ]


def _reference(row_id: str, name: str, file: str, basis: str) -> Row:
    return {
        "id": row_id,
        "name": name,
        "basis": basis,
        "boundary_status": BoundaryStatus.SCHEMATIC.value,
        "data_status": DataStatus.REPORTED.value,
        "source": f"{OSM}（衍生）",
        "geometry": multi_polygon(features(file)[0][1]),
    }


def roads() -> list[Row]:
    """The mapped roads with their class."""
    items = features("oldtown_roads_schematic_wgs84.geojson")
    return [_road(number, *item) for number, item in enumerate(items, start=1)]


def _road(number: int, properties: dict[str, Any], geometry: BaseGeometry) -> Row:
    guess = "；鼎瑞街以南走向为推测" if properties["name"] == "金岱路" else ""
    return {
        "id": f"road-{number:02d}",
        "name": properties["name"],
        "road_class": _ROAD_CLASS[properties["cls"]].value,
        "boundary_status": BoundaryStatus.SCHEMATIC.value,
        "data_status": DataStatus.REPORTED.value,
        "source": ROADS_SOURCE,
        "note": f"等级原文：{properties['cls']}；平均误差 4-15 m{guess}",
        "geometry": multi_line(geometry),
    }


def place(name: str) -> tuple[float, float, float]:
    """Longitude, latitude and uncertainty (m) of a place that the report names."""
    for properties, point in features("article_places_wgs84.geojson"):
        if properties["name"] == name:
            return point.x, point.y, float(properties["uncert_m"])
    raise LookupError(name)
