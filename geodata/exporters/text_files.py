"""Ledgers as text: CSV, GeoJSON, KML. Numbers are written so that the same number is read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata.exporters.coordinates import authority, is_metric, is_offset
from geodata.exporters.ledger import Ledger, Value
from geodata.importers.formats import FORMULA_STARTS
from geodata.vocabulary import Coordinates

DATUM = "坐标基准"


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_csv(ledger: Ledger, target: Path) -> None:
    """UTF-8 with byte order mark, so that Excel reads it; boundaries are left out."""
    target.write_bytes(csv_text(ledger.table).encode("utf-8-sig", "replace"))


def csv_text(columns: Mapping[str, list[Any]]) -> str:
    """A table as CSV; a text cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(name) for name in columns])
    writer.writerows([_harmless(value) for value in row] for row in zip(*columns.values(), strict=True))
    return text.getvalue()


def _harmless(value: Any) -> Any:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(FORMULA_STARTS) else value


# ── GeoJSON ───────────────────────────────────────────────────────────────────────────────────────────────────


def write_geojson(ledger: Ledger, target: Path, *, coordinates: Coordinates, remark: str) -> None:
    """RFC 7946: longitude and latitude, outer rings counter-clockwise, exact numbers, one feature a line.

    Metres name their coordinate system as files did before that standard; a datum of basemaps is named in a
    member of our own and in every feature.
    """
    head: dict[str, Any] = {"type": "FeatureCollection", "name": ledger.kind.code, "description": remark}
    name = authority(coordinates)
    if is_metric(coordinates) and name:
        urn = f"urn:ogc:def:crs:{name.replace(':', '::')}"
        head["crs"] = {"type": "name", "properties": {"name": urn}}
    if is_offset(coordinates):
        head["datum"] = coordinates.label
    extra: dict[str, Any] = {DATUM: coordinates.label} if is_offset(coordinates) else {}
    with target.open("w", encoding="utf-8", errors="replace") as file:
        file.write(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [\n')
        for at, feature in enumerate(_features(ledger, extra)):
            file.write(",\n" if at else "")
            file.write(json.dumps(feature, ensure_ascii=False, allow_nan=False, default=_said))
        file.write("\n]}\n")


def _features(ledger: Ledger, extra: dict[str, Any]) -> Iterator[dict[str, Any]]:
    table = ledger.table
    ids = ledger.values.get("id")
    for at, row in enumerate(zip(*table.values(), strict=True)):
        boundary = None if ledger.boundaries is None else ledger.boundaries[at]
        geometry = None if boundary is None else mapping(shapely.orient_polygons(boundary))
        feature: dict[str, Any] = {"type": "Feature"}
        if ids:
            feature["id"] = ids[at]
        yield feature | {"properties": dict(zip(table, row, strict=True)) | extra, "geometry": geometry}


def _said(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a ledger")


# ── KML ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_kml(ledger: Ledger, target: Path, *, remark: str) -> None:
    """One placemark a row, values as extended data, longitude and latitude of WGS 84; everything escaped."""
    with target.open("w", encoding="utf-8", errors="replace") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">')
        file.write(f"<Document><name>{_xml(ledger.kind.label)}</name>")
        file.write(f"<description>{_xml(remark)}</description>\n")
        for lines in _placemarks(ledger):
            file.write(lines)
        file.write("</Document></kml>\n")


def _placemarks(ledger: Ledger) -> Iterator[str]:
    """A name stands once, as that of the placemark: a reader knows it there."""
    named = ledger.kind.column("name")
    titles = ledger.values["name"]
    table = {heading: values for heading, values in ledger.table.items() if heading != ledger.heading(named)}
    for at, row in enumerate(zip(*table.values(), strict=True)):
        data = "".join(
            f"<Data name={quoteattr(_allowed(heading))}><value>{_xml(value)}</value></Data>"
            for heading, value in zip(table, row, strict=True)
            if value is not None
        )
        boundary = None if ledger.boundaries is None else ledger.boundaries[at]
        shape = "" if boundary is None else _shape(boundary)
        yield (
            f"<Placemark><name>{_xml(titles[at])}</name><ExtendedData>{data}</ExtendedData>{shape}"
            "</Placemark>\n"
        )


def _shape(geometry: BaseGeometry) -> str:
    """Nothing for a geometry without points."""
    if geometry.is_empty:
        return ""
    if hasattr(geometry, "geoms"):
        return f"<MultiGeometry>{''.join(map(_shape, geometry.geoms))}</MultiGeometry>"
    if geometry.geom_type == "LineString":
        return f"<LineString>{_points(geometry)}</LineString>"
    outer = f"<outerBoundaryIs><LinearRing>{_points(geometry.exterior)}</LinearRing></outerBoundaryIs>"
    holes = "".join(
        f"<innerBoundaryIs><LinearRing>{_points(one)}</LinearRing></innerBoundaryIs>"
        for one in geometry.interiors
    )
    return f"<Polygon>{outer}{holes}</Polygon>"


def _points(line: BaseGeometry) -> str:
    points = " ".join(f"{x!r},{y!r}" for x, y in shapely.get_coordinates(line).tolist())
    return f"<coordinates>{points}</coordinates>"


def _xml(value: Value) -> str:
    if value is None:
        return ""
    return escape(_allowed(value.isoformat() if isinstance(value, date) else str(value)))


def _allowed(text: str) -> str:
    """Without what XML cannot hold at all."""
    return "".join(
        one
        for one in text
        if one in "\t\n" or ((one >= " " and one not in "\ufffe\uffff") and not 0xD800 <= ord(one) <= 0xDFFF)
    )
