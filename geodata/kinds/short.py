"""Field names of Shapefiles: at most ten bytes, the same for writing and reading."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from geodata.kinds.kind import Column

_FIELD_BYTES = 10


def short_names(columns: Iterable[Column]) -> dict[str, str]:
    """Field name of at most ten bytes for each column, by its stored name; those that meet are numbered."""
    taken: set[str] = set()
    short: dict[str, str] = {}
    for column in columns:
        whole = _shortened(column.name)
        tries = (whole if at == 0 else f"{whole[: _FIELD_BYTES - 2]}_{at}" for at in count())
        short[column.name] = next(one for one in tries if one not in taken)
        taken.add(short[column.name])
    return short


def _shortened(name: str) -> str:
    """The longest words of a name lose their ends until it fits: planned_finish becomes plan_finis."""
    words = name.split("_")
    while sum(map(len, words)) + len(words) - 1 > _FIELD_BYTES:
        longest = max(range(len(words)), key=lambda at: len(words[at]))
        words[longest] = words[longest][:-1]
    return "_".join(words)
