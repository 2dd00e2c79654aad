"""Layers through GDAL: GeoPackage and FlatGeobuf, and what a Shapefile shares with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import shapely

from geodata.errors import BadFile
from geodata.importers.formats import GPKG, LABELS
from geodata.importers.geometry import Feature
from geodata.importers.issues import Problem
from geodata.importers.reading import gdal, texts
from geodata.importers.reading.contents import (
    Contents,
    because,
    distinct,
    named,
    other_layers,
    repeated_columns,
    require_rows,
    wanted_layer,
)

_OUR_LAYERS = ("compound", "楼院")


def read(
    path: Path, *, layer: str | None, most_rows: int, kind: str = GPKG, strict: bool = False
) -> Contents:
    """Features of one layer. `strict` refuses to choose among several. Raises BadFile."""
    pyogrio = gdal.import_pyogrio(gdal.DRIVERS[kind])
    from pyogrio.raw import read as read_raw

    with gdal.damage_told(LABELS[kind]):
        layers = pyogrio.list_layers(path)
        name = _choose_layer(layers, layer, strict)
        count = pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
        require_rows(count, most_rows)
        decode, encoding = plain, texts.UTF8
        try:
            meta, _, wkb, columns = read_raw(path, layer=name)
        except UnicodeDecodeError:
            meta, _, wkb, columns = read_raw(path, layer=name, encoding="latin-1")
            decode, encoding = _decoded, texts.GB18030
    given = [decode(column) for column in meta["fields"]]
    names = list(distinct(given))
    rows = [
        dict(zip(names, map(decode, cells), strict=True))
        for cells in zip(*map(plain_cells, columns), strict=True)
    ]
    wkb = [None] * count if wkb is None else wkb
    if len(wkb) != count or (names and len(rows) != count):
        raise BadFile(f"{LABELS[kind]} 已损坏：应有 {count} 行，只读出 {len(wkb)} 行。")
    known = [str(one) for one, _ in layers]
    return Contents(
        from_wkb(wkb, rows),
        names,
        meta["crs"],
        None,
        name,
        encoding,
        [
            *texts.encoding_notes(encoding),
            *repeated_columns(given, names),
            *([] if layer or strict else other_layers(known, name)),
        ],
        known,
    )


def _choose_layer(found: Any, wanted: str | None, strict: bool) -> str:
    names = [str(name) for name, _ in found]
    if not names:
        raise BadFile("文件里没有图层。")
    if wanted:
        return wanted_layer(names, wanted)
    ours = [name for name in names if name in _OUR_LAYERS]
    spatial = [str(name) for name, kind in found if kind is not None]
    for candidates in (ours, spatial, names):
        if len(candidates) == 1 or (candidates and not strict):
            return candidates[0]
    raise BadFile(f"文件里有 {len(names)} 个图层，请用 --layer 指明一个：{named(names)}。")


def plain_cells(column: Any) -> list[Any]:
    """Values of a column as plain Python values: None for missing, dates as ISO text."""
    if column.dtype.kind == "M":
        return [None if value != value else str(value) for value in column]  # NaT differs from itself
    return [None if isinstance(value, float) and math.isnan(value) else value for value in column.tolist()]


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return {"bytes": len(value)} if isinstance(value, bytes) else value


def _decoded(value: Any) -> Any:
    """Text whose bytes came as Latin-1: UTF-8 where it is, else GB18030, else left as it came."""
    if not isinstance(value, str):
        return plain(value)
    raw = value.encode("latin-1")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "surrogateescape")


def from_wkb(blobs: Any, rows: list[dict[str, Any]]) -> list[Feature]:
    """Features of raw geometries and rows of values (none: a layer without columns)."""
    return [_feature(blob, values) for blob, values in zip(blobs, rows or [{} for _ in blobs], strict=True)]


def _feature(blob: bytes | None, values: dict[str, Any]) -> Feature:
    feature = Feature(values)
    if blob is None:
        return feature
    try:
        feature.boundary = shapely.from_wkb(blob)
    except (shapely.errors.GEOSException, ValueError) as error:
        feature.reject(Problem.BAD_GEOMETRY, "", f"边界的几何数据读不了{because(error)}")
    return feature
