"""GeoJSON by the JSON parser, so that values arrive as they were written. Runs in the child process."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from geodata.errors import BadFile
from geodata.importers.geometry import Feature
from geodata.importers.issues import Problem
from geodata.importers.reading import texts
from geodata.importers.reading.contents import Contents, because, distinct, require_rows


def read(path: Path, *, most_rows: int, most_vertices: int, encoding: str | None = None) -> Contents:
    """Features of a GeoJSON FeatureCollection (or of one Feature). Raises BadFile."""
    text, name = texts.decode(path.read_bytes(), said=encoding)
    document = _parse(text)
    kind = document.get("type")
    found = document.get("features") if kind == "FeatureCollection" else [document]
    if not isinstance(found, list):
        raise BadFile("FeatureCollection 里没有要素的列表（features），不是完整的 GeoJSON。")
    if kind not in ("FeatureCollection", "Feature"):
        raise BadFile(f"JSON 的 type 是“{str(kind)[:40]}”，不是 FeatureCollection，不能作为登记表装入。")
    require_rows(len(found), most_rows)
    features = [_feature(item, most_vertices) for item in found]
    columns = list(dict.fromkeys(name for feature in features for name in feature.values))
    notes = [] if encoding else texts.encoding_notes(name)
    return Contents(features, columns, _crs_member(document), "EPSG:4326", "", name, notes)


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise BadFile("JSON 嵌套过深，不是正常的 GeoJSON。") from error
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 个字符处读不下去"
        raise BadFile(f"不是完整的 JSON，可能没有下载完或被截断（{where}）。") from error
    except ValueError as error:
        raise BadFile("JSON 里有长得不像样的数字，不是正常的 GeoJSON。") from error
    if not isinstance(document, dict):
        raise BadFile("JSON 的最外层不是对象，不能作为登记表装入。")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a repeated key hides nothing."""
    known = dict(pairs)
    if len(known) == len(pairs):
        return known
    return dict(zip(distinct(key for key, _ in pairs), (value for _, value in pairs), strict=True))


def _crs_member(document: dict[str, Any]) -> str | None:
    """The coordinate system of the older GeoJSON draft, when a file still writes one."""
    member = document.get("crs")
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise BadFile("GeoJSON 的 crs 写法读不懂。请去掉它（按 WGS 84），或用 --crs 声明坐标系。")
    if re.search(r"(?i)CRS:?84$", name):
        return "EPSG:4326"
    code = re.search(r"(?i)(?:^|:)EPSG:(?:[\d.]*:)?(\d{4,6})$", name)
    if code is None:
        raise BadFile(f"GeoJSON 的坐标系“{name[:60]}”读不懂。请用 --crs 声明，例如 --crs EPSG:4547。")
    return f"EPSG:{code[1]}"


def _feature(item: Any, most_vertices: int) -> Feature:
    properties = item.get("properties") or {} if isinstance(item, dict) else None
    if not isinstance(item, dict) or item.get("type") != "Feature" or not isinstance(properties, dict):
        broken = Feature({})
        text = "不是一个完整的 GeoJSON 要素（Feature），没有可读的内容"
        broken.reject(Problem.BROKEN_FEATURE, str(item)[:60], text)
        return broken
    feature = Feature(dict(properties))
    if "id" in item and item["id"] not in properties.values():
        feature.values["feature.id"] = item[
            "id"
        ]  # stands outside the columns: listed as one that is not read
    geometry = item.get("geometry")
    if geometry is not None:
        try:
            feature.boundary = _shape(geometry, feature, most_vertices)
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            OverflowError,
            shapely.errors.GEOSException,
        ) as error:
            feature.reject(Problem.BAD_GEOMETRY, "", f"边界的坐标结构不对{because(error)}")
    return feature


_NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""Geometry types that are read, and how deep their positions lie."""


def _shape(geometry: dict[str, Any], feature: Feature, most_vertices: int) -> BaseGeometry | None:
    """A geometry from its coordinates, counted before anything is built; None after a rejection."""
    kind: Any = geometry["type"]
    if kind not in _NESTING:
        told = str(kind)[:40]
        feature.reject(Problem.NOT_POLYGON, told, f"边界是 {told}，应为 Polygon 或 MultiPolygon")
        return None
    coordinates: Any = geometry.get("coordinates")
    vertices = _count(coordinates, _NESTING[kind])
    if vertices > most_vertices:
        text = f"边界有 {vertices:,} 个顶点，最多 {most_vertices:,} 个；请先简化"
        feature.reject(Problem.TOO_MANY_VERTICES, str(vertices), text)
        return None
    if kind not in ("Polygon", "MultiPolygon"):
        return shapely.geometry.shape({"type": kind, "coordinates": _positions(coordinates, _NESTING[kind])})
    parts = [coordinates] if kind == "Polygon" else coordinates
    polygons = [_polygon(part, feature) for part in parts if part]
    return polygons[0] if kind == "Polygon" and polygons else shapely.MultiPolygon(polygons)


def _count(coordinates: Any, depth: int) -> int:
    return 1 if depth == 0 else sum(_count(one, depth - 1) for one in coordinates)


def _positions(coordinates: Any, depth: int) -> Any:
    return _position(coordinates) if depth == 0 else [_positions(one, depth - 1) for one in coordinates]


def _polygon(rings: list[Any], feature: Feature) -> BaseGeometry:
    shell, *holes = [_ring(ring, feature) for ring in rings]
    return shapely.Polygon(shell, holes)


def _ring(positions: list[Any], feature: Feature) -> list[tuple[float, ...]]:
    ring = [_position(position) for position in positions]
    if len(ring) >= 3 and ring[0] != ring[-1]:
        feature.notes.append((Problem.RING_CLOSED, "", "边界的首尾点不同，已补上首点使其闭合"))
        ring.append(ring[0])
    if len(ring) < 4:
        raise ValueError(f"环只有 {len(ring)} 个点")
    return ring


def _position(position: Any) -> tuple[float, ...]:
    if len(position) < 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in position):
        raise ValueError(f"坐标 {str(position)[:40]} 不是两个数字")
    return tuple(float(n) for n in position[:3])
