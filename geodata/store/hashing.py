"""Content hashes: of a row, and of the audit chain."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Column, Date, Double

GENESIS = "0" * 64


def jsonable(value: Any) -> Any:
    """A value as it is written into audit JSON: dates ISO, geometry as WKB hex, all else as it is."""
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True, byte_order=1)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def decoded(column: Column[Any], value: Any) -> Any:
    """What `jsonable` wrote of a column's value, in the form in which the store reads it."""
    if value is None:
        return None
    if column.name == "geometry":
        return shapely.from_wkb(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Double):
        return float(value)
    return value


def canonical(values: dict[str, Any]) -> str:
    """JSON with sorted keys and no spaces, the same on both stores for the same content."""
    plain = {key: jsonable(value) for key, value in values.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_hash(values: dict[str, Any]) -> str:
    """SHA-256 of a row's content, without `fid`, the hash itself and empty fields.

    Empty fields are left out so that a new column keeps old hashes.
    """
    content = {k: value for k, value in values.items() if k not in ("fid", "row_hash") and value is not None}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def chain_hash(previous: str, values: dict[str, Any]) -> str:
    """SHA-256 that ties an audit row to the one before it."""
    content = {key: value for key, value in values.items() if key not in ("hash", "prev_hash")}
    return hashlib.sha256((previous + canonical(content)).encode()).hexdigest()
