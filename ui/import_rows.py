"""Windows of the rows that an inspection wrote: only what a page shows is ever read into memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from geodata.errors import BadFile
from geodata.importers.inspection import SUMMARY, Inspection

PER_PAGE = 40
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: `fields` must be equal, `text` stands somewhere in the line."""

    fields: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def takes(self, row: Row) -> bool:
        """Whether a row is wanted."""
        return all(str(row.get(name)) == value for name, value in self.fields) and (
            not self.text or self.text in " ".join(str(value) for value in row.values()).casefold()
        )


def inspection(folder: Path) -> Inspection | None:
    """The summary; None when there is none yet. Raises BadFile when it cannot be read."""
    path = folder / SUMMARY
    try:
        return _inspection(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise BadFile("检查的结果读不出来；请重新选择文件。") from error


@lru_cache(maxsize=8)
def _inspection(path: Path, _at: int) -> Inspection:
    return Inspection.read(path.read_text(encoding="utf-8"))


def window(path: Path, wanted: Wanted, page: int, *, per_page: int = PER_PAGE) -> tuple[list[Row], int]:
    """One page of the wanted rows in the order of the file, and how many are wanted in all."""
    try:
        rows, count = _window(path, path.stat().st_mtime_ns, wanted, page, per_page)
    except FileNotFoundError:
        return [], 0
    return list(rows), count


@lru_cache(maxsize=64)
def _window(path: Path, _at: int, wanted: Wanted, page: int, per_page: int) -> tuple[tuple[Row, ...], int]:
    first, count = page * per_page, 0
    found: list[Row] = []
    for row in _rows(path):
        if wanted.takes(row):
            if first <= count < first + per_page:
                found.append(row)
            count += 1
    return tuple(found), count


def tally(path: Path, *names: str) -> Counter[tuple[str, ...]]:
    """How many rows have each combination of values in these fields."""
    try:
        return _tally(path, path.stat().st_mtime_ns, names)
    except FileNotFoundError:
        return Counter()


@lru_cache(maxsize=16)
def _tally(path: Path, _at: int, names: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(row.get(name)) for name in names) for row in _rows(path))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
