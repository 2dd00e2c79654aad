"""Ledgers as GeoPackage or Shapefile, written by GDAL in a child: it must not be in the process that holds the store."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.exporters.coordinates import authority
from geodata.exporters.ledger import WATERMARK, Ledger, Value
from geodata.importers.sandbox import Limits, ask
from geodata.kinds import Column, Holds
from geodata.kinds.short import short_names
from geodata.vocabulary import Coordinates

SHAPEFILE_TEXT_BYTES = 254
_WHOLE = 2**31
_LIMITS = Limits(rows=1_000_000, memory_bytes=4 * 2**30, cpu_s=600, wall_s=900)


def write_gpkg(ledger: Ledger, workshop: Path, *, coordinates: Coordinates, remark: str) -> Path:
    """One layer with headings as they are; a datum of basemaps leaves the coordinate system undefined."""
    columns = _typed(ledger, list(ledger.table))
    request = _request(ledger, columns, coordinates, remark)
    ask(workshop, request | {"driver": "GPKG", "file": "output.gpkg"}, limits=_LIMITS)
    return workshop / "output.gpkg"


def write_shapefile(
    ledger: Ledger, workshop: Path, *, coordinates: Coordinates, remark: str, encoding: str
) -> list[Path]:
    """The parts of a Shapefile named `output.*`, with short field names (see `short_names`) and a `.cpg`."""
    typed = _typed(ledger, [*short_names(ledger.columns).values(), WATERMARK])
    columns = [[name, kind, [_fitting(one, encoding) for one in values]] for name, kind, values in typed]
    request = _request(ledger, columns, coordinates, remark) | {"layer": "output", "encoding": encoding}
    ask(workshop, request | {"driver": "ESRI Shapefile", "file": "output.shp"}, limits=_LIMITS)
    return sorted(path for path in workshop.glob("output.*") if path.suffix != ".jsonl")


def lost_in_shapefile(ledger: Ledger, encoding: str) -> tuple[int, int]:
    """How many cells are longer than a Shapefile holds, and how many have characters that its encoding lacks."""
    texts = [one for values in ledger.values.values() for one in values if isinstance(one, str)]
    bare = [one.encode(encoding, "replace") for one in texts]
    lacking = sum(coded.decode(encoding) != one for coded, one in zip(bare, texts, strict=True))
    return sum(len(one) > SHAPEFILE_TEXT_BYTES for one in bare), lacking


def _fitting(value: Any, encoding: str) -> Any:
    """A text as a Shapefile holds it: cut between two characters, a question mark for what the encoding lacks."""
    if not isinstance(value, str):
        return value
    return value.encode(encoding, "replace")[:SHAPEFILE_TEXT_BYTES].decode(encoding, "ignore")


def _request(
    ledger: Ledger, columns: list[list[Any]], coordinates: Coordinates, remark: str
) -> dict[str, Any]:
    return {
        "task": "write",
        "columns": columns,
        "wkb": _hex(ledger.boundaries),
        "geometry_type": ledger.kind.geometry,
        "layer": ledger.kind.layer,
        "title": f"{ledger.kind.label}（{ledger.kind.layer}）",
        "description": remark,
        "crs": authority(coordinates),
        "encoding": None,
    }


def _hex(boundaries: Any) -> list[str | None] | None:
    if boundaries is None:
        return None
    found: list[str | None] = shapely.to_wkb(np.asarray(boundaries, dtype=object), hex=True).tolist()
    return found


def _typed(ledger: Ledger, headings: list[str]) -> list[list[Any]]:
    """Heading, kind and values of each column and of the mark of invented rows."""
    kinds = [_kind(one, ledger.values[one.name]) for one in ledger.columns]
    every = [*(ledger.values[one.name] for one in ledger.columns), ledger.marks]
    return [
        [heading, kind, [_plain(value, kind) for value in values]]
        for heading, kind, values in zip(headings, [*kinds, "text"], every, strict=True)
    ]


def _kind(column: Column, values: list[Value]) -> str:
    if column.holds is Holds.DATE:
        return "date"
    if column.holds is Holds.INTEGER and all(one is None or abs(int(one)) < _WHOLE for one in values):  # type: ignore[arg-type]
        return "integer"
    return "number" if column.holds in (Holds.NUMBER, Holds.QUANTITY, Holds.INTEGER) else "text"


def _plain(value: Value, kind: str) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or kind != "text" else str(value)
