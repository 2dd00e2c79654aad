"""Reading the store into frames: one per layer, index `id`, dates as datetime64[s], geometry in EPSG:4490."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    Integer,
    LargeBinary,
    func,
    select,
    type_coerce,
)

from geodata.columns import gpkg_wkb
from geodata.crs import STORED_CRS
from geodata.schema import Layer

_HIDDEN = ("fid", "archived", "row_hash")


def layer_frame(
    connection: Connection,
    layer: Layer,
    *,
    known_at: int | None = None,
    archived: bool = False,
    live: bool = True,
) -> pd.DataFrame:
    """All rows of a layer in order of entry, as a GeoDataFrame when the layer has geometry.

    `known_at` leaves out append-only rows of later revisions (former states of versioned rows: see
    `geodata.store.history`); archived rows are left out unless asked for, the others with `live` unset.
    """
    columns = visible(layer)
    query = select(*(readable(connection, column) for column in columns)).order_by(layer.table.c.fid)
    if not layer.append_only and not archived:
        query = query.where(~layer.table.c.archived)
    if not layer.append_only and not live:
        query = query.where(layer.table.c.archived)
    if layer.append_only and known_at is not None:
        query = query.where(layer.table.c.revision <= known_at)
    return framed(layer, columns, connection.execute(query).all())


def visible(layer: Layer) -> list[Column[Any]]:
    """The columns of a layer that a frame has."""
    return [column for column in layer.table.columns if column.name not in _HIDDEN]


def framed(layer: Layer, columns: list[Column[Any]], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Raw rows of these columns as a frame with the types that every frame of the layer has."""
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    data = {column.name: _series(column, list(part)) for column, part in zip(columns, values, strict=True)}
    frame = pd.DataFrame(data, index=pd.RangeIndex(len(rows))).set_index("id")
    if layer.geometry:
        frame = gpd.GeoDataFrame(frame, geometry="geometry", crs=STORED_CRS)
    return frame


def readable(connection: Connection, column: Column[Any]) -> Any:
    """What to select for a column: geometry comes as bytes, since decoding all at once is faster."""
    if column.name != "geometry":
        return column
    if connection.dialect.name == "sqlite":
        return type_coerce(column, LargeBinary).label("geometry")
    return func.ST_AsBinary(column).label("geometry")


def _series(column: Column[Any], values: list[Any]) -> Any:
    if column.name == "geometry":
        return _geometries(values)
    if isinstance(column.type, Date):
        return pd.Series(np.array(values, dtype="datetime64[s]"))
    if isinstance(column.type, Boolean):
        return pd.Series(values, dtype=bool)
    if isinstance(column.type, Integer):
        return pd.Series(values, dtype="Int64")
    if isinstance(column.type, Double):
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype="str")


def _geometries(values: list[bytes | None]) -> gpd.array.GeometryArray:
    wkb = [None if blob is None else gpkg_wkb(blob) if blob[:2] == b"GP" else blob for blob in values]
    return gpd.array.GeometryArray(np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object))
