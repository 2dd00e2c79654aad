"""Column types: geometry on both stores, times in UTC."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator, UserDefinedType

_SRS_ID = 4490
_HEADER = struct.Struct("<2sBBi")
_ENVELOPE_XY = 0b0000_0010
_LITTLE_ENDIAN = 0b0000_0001
_EMPTY = 0b0001_0000
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def to_gpkg(geometry: BaseGeometry) -> bytes:
    """GeoPackage geometry blob (header, envelope unless empty, WKB); GeoPackage 1.3, clause 2.1.3."""
    wkb: bytes = shapely.to_wkb(geometry, byte_order=1)
    if geometry.is_empty:
        return _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN | _EMPTY, _SRS_ID) + wkb
    west, south, east, north = geometry.bounds
    header = _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN | _ENVELOPE_XY, _SRS_ID)
    return header + struct.pack("<4d", west, east, south, north) + wkb


def gpkg_wkb(blob: bytes) -> bytes:
    """The WKB inside a GeoPackage blob; raises ValueError when it is not one."""
    envelope = _ENVELOPE_BYTES.get((blob[3] >> 1) & 0b111) if len(blob) >= 8 else None
    if envelope is None or blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry blob")
    return blob[8 + envelope :]


class _GpkgBlob(UserDefinedType[BaseGeometry]):
    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        return self.kind.upper()

    def bind_processor(self, dialect: Any) -> Any:
        return lambda value: None if value is None else to_gpkg(value)

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return lambda value: None if value is None else shapely.from_wkb(gpkg_wkb(value))


class Geometry(UserDefinedType[BaseGeometry]):
    """Shapely geometry in EPSG:4490; `geometry(kind, 4490)` on PostGIS, GeoPackage blob on SQLite."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        return f"geometry({self.kind},{_SRS_ID})"

    def bind_processor(self, dialect: Any) -> Any:
        return lambda value: (
            None
            if value is None
            else shapely.to_wkb(shapely.set_srid(value, _SRS_ID), hex=True, include_srid=True)
        )

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return lambda value: None if value is None else shapely.set_srid(shapely.from_wkb(value), 0)


def geometry(kind: str) -> Any:
    """Geometry column type for both stores; `kind` is `MultiPolygon`, `MultiLineString` or `Point`."""
    return Geometry(kind).with_variant(_GpkgBlob(kind), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware time, stored as UTC; refuses a naive one (SQLite would drop the zone silently)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name != "sqlite":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(
            sqlite.DATETIME(
                storage_format="%(year)04d-%(month)02d-%(day)02dT%(hour)02d:%(minute)02d:%(second)02d.%(microsecond)06dZ",
                regexp=r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)Z",
            )
        )

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time {value!r} has no zone; give an aware datetime")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
