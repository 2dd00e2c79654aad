"""Where the headings of a file are, and what its titles say for all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from geodata.importers.asked import Asked
from geodata.importers.grid import MOST_COLUMNS, SEARCHED_ROWS, Grid, Label
from geodata.importers.naming_columns import known, sheet_units, spellings
from geodata.kinds import KINDS

_NOT_ABOUT = r"(?!\s*年?\s*[底末]?\s*(?:[以之]?前|建成)|[〕\])）]\s*\d+\s*号)"
"""2000年底前建成 is about the buildings, 〔2020〕23号 about a document."""

_IN_TITLES = re.compile(rf"(?<!\d)(20\d{{2}}){_NOT_ABOUT}\s*年")
_IN_NAMES = re.compile(rf"(?<!\d)(20\d{{2}})(?!\d){_NOT_ABOUT}")

ADDED = ("layer", "texts", "handle")
"""Columns of a drawing that its reader adds beside the name: they help to find an outline, and are no values."""


class FileSheet:
    """A file as labels and lines of values, whether it came as a grid or as features."""

    def __init__(self, header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], asked: Asked) -> None:
        self.lines, self.name = lines, str(header.get("layer") or "")
        self.cut = header.get("format") == "shp"
        drawing = header.get("format") == "dxf"
        self.added = ADDED if drawing else ()
        self.drawn_on = tuple(header.get("layers") or ()) if drawing else ()
        self.grid = Grid(lines, header.get("merged") or ()) if header.get("shape") == "grid" else None
        self.first = self.last = -1
        if self.grid is None:
            columns = list(header.get("columns") or ())
            self.widest = len(columns)
            self.labels = [Label(str(one), str(one)) for one in columns[:MOST_COLUMNS]]
            above: list[str] = []
        else:
            self.widest = self.grid.widest
            self.first, self.last = _heading_rows(self.grid, asked)
            self.labels = self.grid.labels(self.first, self.last) if len(self.grid) else []
            above = [self.grid.told(index) for index in range(self.first)]
        self.title = " ".join([*above, self.name])
        self.units = tuple(dict.fromkeys(unit for text in above for unit in sheet_units(text)))
        self.year = _year(" ".join(above), _IN_TITLES) or _year(f"{self.name} {asked.file_name}", _IN_NAMES)

    @property
    def heading_rows(self) -> tuple[int, int] | None:
        """First and last row of the headings, as the sheet numbers them."""
        if self.grid is None or not len(self.grid):
            return None
        return self.grid.numbers[self.first], self.grid.numbers[self.last]

    def number(self, index: int) -> int:
        """Number of a line as the file counts its rows."""
        return self.grid.numbers[index] if self.grid else int(self.lines[index]["row"])

    def raw(self, index: int, at: int) -> Any:
        """The cell of a line below a heading."""
        return (
            self.grid.cell(index, at) if self.grid else self.lines[index]["values"].get(self.labels[at].text)
        )


def _heading_rows(grid: Grid, asked: Asked) -> tuple[int, int]:
    """Indices of the rows of headings: said, or those in which one kind knows the most; two rows if cells join them, else rather one."""
    if asked.heading_rows and set(asked.heading_rows) <= grid.at.keys():
        first, last = (grid.at[row] for row in asked.heading_rows)
        return (first, last) if first <= last <= first + 1 else (first, first)
    kinds = [known(KINDS[asked.kind])] if asked.kind in KINDS else [known(kind) for kind in KINDS.values()]
    best, rows = (0, 0), None
    for first in range(min(len(grid), SEARCHED_ROWS)):
        for last in (first, first + 1):
            if last >= len(grid) or grid.hidden[first] or grid.hidden[last]:
                continue
            heard = [spellings(label) for label in grid.labels(first, last) if label.text]
            count = max(sum(not words.isdisjoint(texts) for texts in heard) for words in kinds)
            joined = 0 if first == last else 1 if grid.joins(first, last) else -1
            if count and (count, joined) > best:
                best, rows = (count, joined), (first, last)
    return rows or _fullest(grid)


def _fullest(grid: Grid) -> tuple[int, int]:
    """The first of the rows with the most filled cells: the best guess when no heading is known."""
    counts = [len(grid.filled(index)) for index in range(min(len(grid), SEARCHED_ROWS))]
    first = counts.index(max(counts)) if counts else 0
    return first, first


def _year(text: str, form: re.Pattern[str]) -> int | None:
    """The one year that a text names; None when it names none, or several."""
    years = set(form.findall(text))
    return int(years.pop()) if len(years) == 1 else None
