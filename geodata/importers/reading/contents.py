"""What a reader gives: the rows of a sheet, or features with raw coordinates. Free of heavy imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geodata.errors import BadFile
from geodata.importers.issues import Problem

if TYPE_CHECKING:
    from geodata.importers.geometry import Feature

Note = tuple[Problem, str, str]

_TITLE_ROWS = 100
_MOST_NAMED = 8


@dataclass(slots=True)
class Grid:
    """A sheet as it stands: every row with its number, cells without the empty ones at the end, whether hidden."""

    rows: list[tuple[int, list[Any], bool]]
    layers: list[str]
    layer: str
    encoding: str
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


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
    layers: list[str] = field(default_factory=list)


def require_rows(count: int, most: int) -> None:
    """Refuse no features at all, and more than `most`. Raises BadFile."""
    if count == 0:
        raise BadFile("文件里没有任何行（0 个要素），没有可装入的内容。")
    if count > most:
        raise BadFile(f"文件有 {count:,} 行，一次最多装入 {most:,} 行；请分成几个文件。")


OWN_SHEETS = ("说明", "填表说明", "列表")
"""Sheets of our exports and templates that hold no rows."""


def require_cells(rows: list[tuple[int, list[Any], bool]], most: int) -> None:
    """Refuse a sheet without any cell, and one of more than `most` rows (titles not counted). Raises BadFile."""
    count = sum(bool(cells) for _, cells, _ in rows)
    if not count:
        raise BadFile("表里没有任何内容，没有可装入的行。")
    if count > most + _TITLE_ROWS:
        raise BadFile(f"表有 {count:,} 行，一次最多装入 {most:,} 行；请分成几个文件。")


def wanted_layer(names: list[str], wanted: str) -> str:
    """The layer asked for by name. Raises BadFile when the file has none of that name."""
    if wanted in names:
        return wanted
    raise BadFile(f"没有名为“{wanted}”的图层或工作表；文件里有：{named(names)}。")


def other_layers(names: list[str], chosen: str) -> list[Note]:
    """Tells which layers were not read, since one was chosen without being asked for."""
    others = [name for name in names if name not in (chosen, *OWN_SHEETS)]
    if not others:
        return []
    text = f"文件里还有 {named(others)}，没有读；读的是“{chosen}”，可改选"
    return [(Problem.OTHER_LAYERS, chosen, text)]


def named(names: Iterable[str]) -> str:
    """Names for a message, the first few of many."""
    known = list(names)
    shown = "、".join(f"“{name[:40]}”" for name in known[:_MOST_NAMED])
    return shown if len(known) <= _MOST_NAMED else f"{shown}等 {len(known)} 个"


def because(error: Exception) -> str:
    """Our own words about a fault, in brackets; those of a library are left out."""
    return "" if str(error).isascii() else f"（{error}）"


def distinct(names: Iterable[str]) -> Iterator[str]:
    """Names of columns, a repeated one with its number: no column hides another."""
    taken: set[str] = set()
    for name in names:
        own, number = name, 1
        while own in taken:
            number += 1
            own = f"{name} ({number})"
        taken.add(own)
        yield own


def repeated_columns(given: list[str], own: list[str]) -> list[Note]:
    """Tells which columns of a file share a name."""
    return [
        (Problem.DUPLICATE_COLUMN, name, f"“{name}”栏出现不止一次，后一栏记作“{renamed}”")
        for name, renamed in zip(given, own, strict=True)
        if name != renamed
    ]
