"""Layers through GDAL: GeoPackage and FlatGeobuf, and what a Shapefile shares with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.errors import BadFile
from geodata.importers.formats import GPKG, LABELS
from geodata.importers.geometry import Feature
from geodata.importers.issues import Problem
from geodata.importers.reading import gdal, texts
from geodata.importers.reading.contents import (
    Contents,
    distinct,
    named,
    other_layers,
    repeated_columns,
    require_rows,
    wanted_layer,
)

_OUR_LAYERS = ("compound", "楼院")
ARROW_BYTES = 4 * 2**20
"""From this size on a layer is read column by column: below, loading the library for it takes longer than it saves."""


def read(
    path: Path, *, layer: str | None, most_rows: int, kind: str = GPKG, strict: bool = False
) -> Contents:
    """Features of one layer. `strict` refuses to choose among several. Raises BadFile."""
    large = path.stat().st_size > ARROW_BYTES
    pyogrio = gdal.import_pyogrio(gdal.DRIVERS[kind], arrow=large)
    with gdal.damage_told(LABELS[kind]):
        layers = pyogrio.list_layers(path)
        name = _choose_layer(layers, layer, strict)
        count = pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
        require_rows(count, most_rows)
        encoding = texts.UTF8
        try:
            meta, given, wkb, columns = (columns_by_arrow if large else _columns)(path, name)
        except UnicodeDecodeError:
            encoding = texts.GB18030
            meta, given, wkb, columns = _columns_of_bytes(path, name)
    names = list(distinct(given))
    rows = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
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


_Columns = tuple[dict[str, Any], list[str], Any, list[list[Any]]]
"""Facts of a layer, names of its columns, geometries as WKB, values by column."""


def _columns(path: Path, name: str) -> _Columns:
    from pyogrio.raw import read as read_raw

    meta, _, wkb, columns = read_raw(path, layer=name)
    return meta, list(meta["fields"]), wkb, [list(map(plain, plain_cells(column))) for column in columns]


def _columns_of_bytes(path: Path, name: str) -> _Columns:
    """The same of a layer whose text is not UTF-8."""
    from pyogrio.raw import read as read_raw

    meta, _, wkb, columns = read_raw(path, layer=name, encoding="latin-1")
    given = [_decoded(column) for column in meta["fields"]]
    return meta, given, wkb, [list(map(_decoded, plain_cells(column))) for column in columns]


def columns_by_arrow(path: Path, name: str) -> _Columns:
    """The same, much faster for a large layer."""
    from pyogrio.raw import read_arrow

    meta, table = read_arrow(path, layer=name)
    shape = table.schema.get_field_index(meta["geometry_name"] or "wkb_geometry")
    others = [at for at in range(table.num_columns) if at != shape]
    columns = [_arrow_cells(table.column(at)) for at in others]
    wkb = None if shape < 0 else table.column(shape).to_pylist()
    return meta, [table.schema.field(at).name for at in others], wkb, columns


def _arrow_cells(column: Any) -> list[Any]:
    """Values of an Arrow column as `plain_cells` gives them; times become text first, since pandas is away."""
    import pyarrow
    from pyarrow import types

    if types.is_timestamp(column.type):
        column = column.cast(pyarrow.timestamp("ms"))
    if types.is_temporal(column.type):
        return [cell and cell.replace(" ", "T") for cell in column.cast(pyarrow.string()).to_pylist()]
    cells = column.to_pylist()
    if types.is_floating(column.type):
        return [None if cell != cell else cell for cell in cells]
    if types.is_integer(column.type) or types.is_string(column.type) or types.is_boolean(column.type):
        return list(cells)
    return list(map(plain, cells))


def plain_cells(column: Any) -> list[Any]:
    """Values of a column as plain Python values: None for missing, dates as ISO text."""
    if column.dtype.kind == "M":
        return [None if value != value else str(value) for value in column]  # NaT differs from itself
    return [None if isinstance(value, float) and math.isnan(value) else value for value in column.tolist()]


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


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
    features = [Feature(values) for values in (rows or [{} for _ in blobs])]
    shapes = np.asarray(shapely.from_wkb(np.array(blobs, dtype=object), on_invalid="ignore"), dtype=object)
    for feature, blob, shape in zip(features, blobs, shapes.tolist(), strict=True):
        feature.boundary = shape
        if shape is None and blob is not None:
            feature.reject(Problem.BAD_GEOMETRY, "", "边界的几何数据读不了")
    return features
