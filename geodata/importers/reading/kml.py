"""KML and KMZ: placemarks with their names, extended data and folders. Runs in the child process.

Read with the XML parser of Python, everything dangerous refused: the drivers of GDAL would lose extended data, or
follow links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import BadFile
from geodata.importers.geometry import Feature
from geodata.importers.issues import Problem, shown
from geodata.importers.reading import texts, xml
from geodata.importers.reading.archive import Archive
from geodata.importers.reading.contents import (
    Contents,
    because,
    distinct,
    other_layers,
    require_rows,
    wanted_layer,
)

_WGS84 = "EPSG:4326"
_FOLDERS = ("Folder", "Document")
_GEOMETRIES = ("Polygon", "LineString", "LinearRing", "Point")
_OTHER_ROOTS = {
    "html": "网页（HTML）；若是从系统导出的“Excel”，请用 Excel 打开后另存为 xlsx",
    "Workbook": "XML 格式的 Excel 表格，请用 Excel 打开后另存为 xlsx",
    "OGRVRTDataSource": "VRT（指向别的文件的清单），不读",
    "OGRWFSDataSource": "WFS（指向网络服务的清单），不读",
    "gpx": "GPX 轨迹，请在 QGIS 中另存为 GeoJSON",
}
_HTML = re.compile(r"\s*(?:<!doctype\s+html|<html|<table|<meta)", re.IGNORECASE)
_Ring = list[tuple[float, float]]


@dataclass(slots=True)
class _Placemark:
    """What was gathered of one placemark."""

    values: dict[str, Any] = field(default_factory=dict)
    polygons: list[list[_Ring]] = field(default_factory=list)
    lines: list[_Ring] = field(default_factory=list)
    points: list[_Ring] = field(default_factory=list)
    vertices: int = 0
    fault: str = ""

    def put(self, name: str, value: str) -> None:
        """Keep a value; one of a name that is taken gets a number."""
        if value and self.values.get(name) != value:
            self.values[list(distinct([*self.values, name]))[-1]] = value


class _Reader:
    """Follows the document and keeps its placemarks."""

    def __init__(self, most_vertices: int, most_rows: int) -> None:
        self.most_vertices, self.most_rows = most_vertices, most_rows
        self.path: list[str] = []
        self.folders: list[str] = []
        self.text: list[str] = []
        self.key = ""
        self.found: list[_Placemark] = []
        self.open: _Placemark | None = None
        self.links = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if not self.path and name != "kml":
            told = _OTHER_ROOTS.get(name, f"XML（{shown(name)}），不是 KML")
            raise BadFile(f"这个文件是{told}。")
        self.path.append(name)
        self.text = []
        if name == "Placemark":
            self.open = _Placemark()
        elif name in _FOLDERS:
            self.folders.append("")
        elif name == "NetworkLink":
            self.links += 1
        elif name in ("Data", "SimpleData"):
            self.key = attributes.get("name", "")
        elif name == "Polygon" and self.open is not None:
            self.open.polygons.append([])

    def data(self, text: str) -> None:
        """Text inside an element."""
        self.text.append(text)

    def end(self, name: str) -> None:
        """An element closes."""
        self.path.pop()
        text, self.text = "".join(self.text).strip(), []
        parent = self.path[-1] if self.path else ""
        if name in _FOLDERS:
            self.folders.pop()
        elif name == "name" and parent in _FOLDERS:
            self.folders[-1] = text
        if self.open is None:
            return
        if name == "Placemark":
            self._close(self.open)
        elif name == "coordinates":
            self._coordinates(text, self.open)
        elif parent == "Placemark" and name in ("name", "description", "address", "phoneNumber"):
            self.open.put(name, text)
        elif name == "SimpleData" or (name == "value" and parent == "Data"):
            self.open.put(self.key, text)
        elif name == "when" and parent == "TimeStamp":
            self.open.put("when", text)

    def _close(self, placemark: _Placemark) -> None:
        folder = "/".join(name for name in self.folders[1:] if name)
        placemark.put("folder", folder)
        self.found.append(placemark)
        self.open = None
        if len(self.found) > self.most_rows:
            require_rows(len(self.found), self.most_rows)

    def _coordinates(self, text: str, placemark: _Placemark) -> None:
        words = text.split()
        placemark.vertices += len(words)
        if placemark.vertices > self.most_vertices:
            return
        try:
            ring = [(float(x), float(y)) for x, y, *_ in (word.split(",") for word in words)]
        except ValueError:
            placemark.fault = text[:60]
            return
        inside = [name for name in self.path if name in _GEOMETRIES]
        if inside[:1] == ["Polygon"] and placemark.polygons:
            placemark.polygons[-1].append(ring)
        elif inside[:1] == ["Point"]:
            placemark.points.append(ring)
        else:
            placemark.lines.append(ring)


def read(
    path: Path,
    *,
    most_rows: int,
    most_vertices: int,
    encoding: str | None = None,
) -> Contents:
    """Placemarks of a KML. Raises BadFile."""
    return _contents(path.read_bytes(), most_rows, most_vertices, encoding)


def read_kmz(archive: Archive, *, layer: str | None, most_rows: int, most_vertices: int) -> Contents:
    """Placemarks of a KMZ: of `doc.kml`, of the document asked for, or of the outermost one. Raises BadFile."""
    documents = {name: PurePosixPath(name) for name in archive.members if name.lower().endswith(".kml")}
    names = sorted(documents, key=lambda name: (len(documents[name].parts), name.lower() != "doc.kml", name))
    name = wanted_layer(names, layer) if layer else names[0]
    contents = _contents(archive.read(name), most_rows, most_vertices, None)
    contents.layer, contents.layers = name, names
    contents.notes += [] if layer else other_layers(names, name)
    return contents


def _contents(raw: bytes, most_rows: int, most_vertices: int, encoding: str | None) -> Contents:
    text = texts.decode(raw, said=encoding)[0] if encoding else xml.decoded(raw)
    if _HTML.match(text):
        raise BadFile(f"这个文件是{_OTHER_ROOTS['html']}。")
    reader = _Reader(most_vertices, most_rows)
    xml.parse(text, start=reader.start, end=reader.end, data=reader.data)
    require_rows(len(reader.found), most_rows)
    features = [_feature(one, most_vertices) for one in reader.found]
    columns = list(dict.fromkeys(name for feature in features for name in feature.values))
    contents = Contents(features, columns, None, _WGS84, "", encoding or texts.UTF8)
    if reader.links:
        told = f"文件里有 {reader.links} 处网络链接（NetworkLink），没有打开"
        contents.notes.append((Problem.LINKS_NOT_FOLLOWED, str(reader.links), told))
    return contents


def _feature(placemark: _Placemark, most_vertices: int) -> Feature:
    feature = Feature(placemark.values)
    if placemark.vertices > most_vertices:
        text = f"边界有 {placemark.vertices:,} 个顶点，最多 {most_vertices:,} 个；请先简化"
        feature.reject(Problem.TOO_MANY_VERTICES, str(placemark.vertices), text)
    elif placemark.fault:
        text = f"坐标“{shown(placemark.fault)}”不是“经度,纬度”"
        feature.reject(Problem.BAD_GEOMETRY, placemark.fault, text)
    else:
        try:
            feature.boundary = _geometry(placemark, feature)
        except (ValueError, shapely.errors.GEOSException) as error:
            feature.reject(Problem.BAD_GEOMETRY, "", f"边界的坐标结构不对{because(error)}")
    return feature


def _geometry(placemark: _Placemark, feature: Feature) -> BaseGeometry | None:
    """Polygons, or lines where there are none, or points; what is left out is told."""
    polygons = [rings for rings in placemark.polygons if rings]
    kinds = [
        (len(polygons), "面"), (len(placemark.lines), "线"), (len(placemark.points), "点")
    ]  # fmt: skip
    left = [f"{count} 个{name}" for count, name in kinds if count][1:]
    if left:
        feature.notes.append((Problem.NOT_READ, "、".join(left), f"同一地标里的{'、'.join(left)}没有读"))
    if polygons:
        built = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
        return built[0] if len(built) == 1 else shapely.MultiPolygon(built)
    if placemark.lines:
        lines = [shapely.LineString(line) for line in placemark.lines]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    points = [place for points in placemark.points for place in points]
    if not points:
        return None
    return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
