"""Reading a copy of a person's file into features. Runs in the child process, on a file under a name of ours.

GeoJSON is read by the JSON parser, so that values arrive as they were written; GeoPackage by GDAL with every driver
but that one switched off.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import BadFile
from geodata.importers.formats import GPKG
from geodata.importers.geometry import Feature
from geodata.importers.issues import Problem
from geodata.importers.source_crs import Note

# fmt: off
_KNOWN_DRIVERS = frozenset([  # of GDAL 3.12 as pyogrio carries it; others are found when they turn up
    "MEM", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG", "ESRI Shapefile",
    "MapInfo File", "LVBAG", "S57", "DGN", "OGR_VRT", "CSV", "GML", "GPX", "LIBKML", "KML", "GeoJSON",
    "GeoJSONSeq", "ESRIJSON", "TopoJSON", "OGR_GMT", "GPKG", "SQLite", "WAsP", "OpenFileGDB", "DXF",
    "FlatGeobuf", "GeoRSS", "VFK", "PGDUMP", "OSM", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO",
    "Idrisi", "ODS", "XLSX", "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML",
    "PLSCENES", "CSW", "VDV", "MVT", "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector",
    "ADBC", "AVCBin", "AVCE00", "AIVector", "HTTP",
])
# fmt: on
_NOT_NEEDED = ("geopandas", "pandas", "pyarrow")
_OUR_LAYERS = ("compound", "楼院")


@dataclass(slots=True)
class Contents:
    """What a file holds: features, columns in order, what it says of its coordinates, evidence of encoding."""

    features: list[Feature]
    columns: list[str]
    crs: str | None
    default_crs: str | None
    layer: str
    encoding: str
    notes: list[Note] = field(default_factory=list)


# ── GeoPackage ────────────────────────────────────────────────────────────────────────────────────────────────


def import_pyogrio(*allowed: str) -> Any:
    """pyogrio with only the allowed drivers.

    GDAL reads the list when it is loaded; a driver that this list does not know restarts the process with it.
    """
    skipped = os.environ.get("GDAL_SKIP") or ",".join(sorted(_KNOWN_DRIVERS - set(allowed)))
    os.environ["GDAL_SKIP"] = skipped
    for name in _NOT_NEEDED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None makes its import fail; saves 0.7 s
    import pyogrio

    extra = set(pyogrio.list_drivers()) - set(allowed)
    if extra and extra <= set(skipped.split(",")):
        raise BadFile(f"不能关闭 GDAL 的这些格式：{'、'.join(sorted(extra))}")
    if extra:
        os.environ["GDAL_SKIP"] = ",".join([skipped, *sorted(extra)])
        os.execv(sys.executable, sys.orig_argv)
    return pyogrio


def read_gpkg(path: Path, *, layer: str | None, most_rows: int) -> Contents:
    """Features of one layer of a GeoPackage. Raises BadFile."""
    pyogrio = import_pyogrio(GPKG)
    from pyogrio.raw import read

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GDAL remarks on a file's layout; what counts is checked below
        try:
            name = _choose_layer(pyogrio.list_layers(path), layer)
            count = pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
            _require_rows(count, most_rows)
            text, encoding = _plain, "UTF-8"
            try:
                meta, _, wkb, columns = read(path, layer=name)
            except UnicodeDecodeError:
                meta, _, wkb, columns = read(path, layer=name, encoding="latin-1")
                text, encoding = _decoded, "GB18030"
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
        ) as error:
            raise BadFile(f"GeoPackage 读不了，可能已损坏：{error}") from error
    names = [text(column) for column in meta["fields"]]
    rows = [
        dict(zip(names, map(text, cells), strict=True)) for cells in zip(*map(_cells, columns), strict=True)
    ]
    wkb = [None] * count if wkb is None else wkb
    if len(wkb) != count or (names and len(rows) != count):
        raise BadFile(f"GeoPackage 已损坏：应有 {count} 行，只读出 {len(wkb)} 行。")
    features = [_from_wkb(blob, values) for blob, values in zip(wkb, rows or [{} for _ in wkb], strict=True)]
    notes = _encoding_notes(encoding)
    return Contents(features, names, meta["crs"], None, name, encoding, notes)


def _choose_layer(found: Any, wanted: str | None) -> str:
    names = [str(name) for name, _ in found]
    if not names:
        raise BadFile("GeoPackage 里没有图层。")
    if wanted:
        if wanted not in names:
            raise BadFile(f"没有名为“{wanted}”的图层；文件里有：{'、'.join(names)}。")
        return wanted
    ours = [name for name in names if name in _OUR_LAYERS]
    spatial = [str(name) for name, kind in found if kind is not None]
    for candidates in (ours, spatial, names):
        if len(candidates) == 1:
            return candidates[0]
    raise BadFile(f"文件里有 {len(names)} 个图层，请用 --layer 指明一个：{'、'.join(names)}。")


def _require_rows(count: int, most: int) -> None:
    if count == 0:
        raise BadFile("文件里没有任何行（0 个要素），没有可装入的内容。")
    if count > most:
        raise BadFile(f"文件有 {count:,} 行，一次最多装入 {most:,} 行；请分成几个文件。")


def _encoding_notes(encoding: str) -> list[Note]:
    if encoding == "UTF-8":
        return []
    text = f"文字不全是 UTF-8，其余按 {encoding} 读取，请核对中文是否正确"
    return [(Problem.ENCODING_GUESSED, encoding, text)]


def _cells(column: Any) -> list[Any]:
    """Values of a column as plain Python values: None for missing, dates as ISO text."""
    if column.dtype.kind == "M":
        return [None if np.isnat(value) else str(value) for value in column]
    return [None if isinstance(value, float) and math.isnan(value) else value for value in column.tolist()]


def _plain(value: Any) -> Any:
    return {"bytes": len(value)} if isinstance(value, bytes) else value


def _decoded(value: Any) -> Any:
    """Text whose bytes came as Latin-1: UTF-8 where it is, else GB18030, else left as it came."""
    if not isinstance(value, str):
        return _plain(value)
    raw = value.encode("latin-1")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "surrogateescape")


def _from_wkb(blob: bytes | None, values: dict[str, Any]) -> Feature:
    feature = Feature(values)
    if blob is None:
        return feature
    try:
        feature.boundary = shapely.from_wkb(blob)
    except (shapely.errors.GEOSException, ValueError) as error:
        feature.reject(Problem.BAD_GEOMETRY, "", f"边界的几何数据读不了（{error}）")
    return feature


# ── GeoJSON ───────────────────────────────────────────────────────────────────────────────────────────────────


def read_geojson(path: Path, *, most_rows: int, most_vertices: int) -> Contents:
    """Features of a GeoJSON FeatureCollection (or of one Feature). Raises BadFile."""
    text, encoding = _decode(path.read_bytes())
    document = _parse(text)
    kind = document.get("type")
    found = document.get("features") if kind == "FeatureCollection" else [document]
    if kind not in ("FeatureCollection", "Feature") or not isinstance(found, list):
        raise BadFile(f"JSON 的 type 是“{str(kind)[:40]}”，不是 FeatureCollection，不能作为登记表装入。")
    _require_rows(len(found), most_rows)
    features = [_feature(item, most_vertices) for item in found]
    columns = list(dict.fromkeys(name for feature in features for name in feature.values))
    return Contents(
        features, columns, _crs_member(document), "EPSG:4326", "", encoding, _encoding_notes(encoding)
    )


def _decode(raw: bytes) -> tuple[str, str]:
    for encoding, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")):
        try:
            return raw.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise BadFile("文件的文字编码不是 UTF-8，也不是 GBK/GB18030，读不了。请另存为 UTF-8。")


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise BadFile("JSON 嵌套过深，不是正常的 GeoJSON。") from error
    except ValueError as error:
        raise BadFile(f"不是完整的 JSON，可能没有下载完或被截断：{error}") from error
    if not isinstance(document, dict):
        raise BadFile("JSON 的最外层不是对象，不能作为登记表装入。")
    return document


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
            feature.reject(Problem.BAD_GEOMETRY, "", f"边界的坐标结构不对（{error}）")
    return feature


def _shape(geometry: dict[str, Any], feature: Feature, most_vertices: int) -> BaseGeometry | None:
    """A polygon from its coordinates, counted before anything is built; None after a rejection."""
    kind: Any = geometry["type"]
    coordinates: Any = geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        feature.reject(
            Problem.NOT_POLYGON, str(kind)[:40], f"边界是 {str(kind)[:40]}，应为 Polygon 或 MultiPolygon"
        )
        return None
    parts = [coordinates] if kind == "Polygon" else coordinates
    vertices: int = sum(len(ring) for part in parts for ring in part)
    if vertices > most_vertices:
        text = f"边界有 {vertices:,} 个顶点，最多 {most_vertices:,} 个；请先简化"
        feature.reject(Problem.TOO_MANY_VERTICES, str(vertices), text)
        return None
    polygons = [_polygon(part, feature) for part in parts if part]
    return polygons[0] if kind == "Polygon" and polygons else shapely.MultiPolygon(polygons)


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
