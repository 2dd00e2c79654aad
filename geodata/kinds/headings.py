"""Headings of files: what each means in a kind, compared without the differences that people do not see."""

from __future__ import annotations

import unicodedata
from functools import cache

from geodata.kinds.kind import Kind
from geodata.kinds.short import short_names
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS, REVIEW_COLUMNS

_MARKS = frozenset({"watermark", "演示标记", "坐标基准"})
_OURS = _MARKS | {"ogc_fid", "objectid"}
_APPENDED = ("recorded_on", "recorded_by", "corrects_id", "withdrawn")


def folded(heading: str) -> str:
    """A heading without the differences that people do not see: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split())


@cache
def _meanings(kind: Kind) -> dict[str, str]:
    short = {name: column for column, name in short_names(kind.columns).items()}
    return short | {
        folded(heading): column.name
        for column in kind.columns
        for heading in (*column.aliases, column.label, column.name)
    }


@cache
def _ignored(kind: Kind) -> frozenset[str]:
    layer = LAYERS[kind.layer]
    own = BOOKKEEPING_COLUMNS - {"archived"} | REVIEW_COLUMNS | frozenset(_APPENDED)
    return frozenset(folded(text) for name in own for text in (name, layer.labels.get(name, name))) | {
        folded(text) for text in _OURS
    }


@cache
def _archived(kind: Kind) -> frozenset[str]:
    return frozenset(
        folded(text) for text in ("archived", LAYERS[kind.layer].labels.get("archived", "archived"))
    )


def field_of(kind: Kind, heading: str) -> str | None:
    """Column that a heading means exactly; None for an unknown one."""
    return _meanings(kind).get(folded(heading))


def every(kind: Kind) -> frozenset[str]:
    """All headings that mean a column, folded."""
    return frozenset(_meanings(kind))


def is_ignored(kind: Kind, heading: str) -> bool:
    """Whether a heading is known and not read: the system keeps it, or it is only to be looked at."""
    return folded(heading) in _ignored(kind)


def is_own_mark(heading: str) -> bool:
    """Whether a heading is one that our exports add for readers: it holds nothing that the other columns do not."""
    return folded(heading) in _MARKS


def is_archived_mark(kind: Kind, heading: str) -> bool:
    """Whether a heading marks archived rows (in a copy of our own database)."""
    return folded(heading) in _archived(kind)
