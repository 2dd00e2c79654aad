"""CSV, and tables with semicolons or tabs. Free of heavy imports."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from geodata.errors import BadFile
from geodata.importers.formats import FORMULA_STARTS
from geodata.importers.reading import texts
from geodata.importers.reading.contents import Grid, require_cells

_SEPARATORS = ",;\t，；"
_LOOKED_AT = 30
_MOST_CHARACTERS = 1_000_000
_MOST_COLUMNS = 2_000


def read(path: Path, *, encoding: str | None, most_rows: int) -> Grid:
    """Every row of a CSV as text; empty cells are None. Raises BadFile."""
    text, name = texts.decode(path.read_bytes(), said=encoding)
    if "\0" in text:
        raise BadFile("文件里有空字符（NUL），不是文字表格。")
    csv.field_size_limit(_MOST_CHARACTERS)
    rows: list[tuple[int, list[Any], bool]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
        for number, cells in enumerate(reader, start=1):
            if len(cells) > _MOST_COLUMNS:
                raise BadFile(f"第 {number} 行有 {len(cells):,} 栏，最多 {_MOST_COLUMNS:,} 栏；不像一张表。")
            rows.append((number, _trimmed(cells), False))
    except csv.Error as error:
        raise BadFile(f"CSV 读不了：引号不成对，或一格超过 {_MOST_CHARACTERS:,} 字。") from error
    while rows and not rows[-1][1]:
        rows.pop()
    require_cells(rows, most_rows)
    return Grid(rows, [], "", name, notes=[] if encoding else texts.encoding_notes(name))


def _trimmed(cells: list[str]) -> list[str | None]:
    known: list[str | None] = [_bare(cell) if cell.strip() else None for cell in cells]
    while known and known[-1] is None:
        known.pop()
    return known


def _bare(cell: str) -> str:
    """Without the apostrophe by which spreadsheets, and our own exports, keep text from being run as a formula."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def _separator(text: str) -> str:
    """The separator that splits most of the first lines into equally many columns, more than one."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:_LOOKED_AT]
    scores = {}
    for mark in _SEPARATORS:
        counts = [len(next(csv.reader([line], delimiter=mark), [])) for line in lines]
        usual = max(set(counts), key=counts.count, default=1)
        scores[mark] = (usual > 1) * counts.count(usual), usual
    best = max(scores, key=scores.__getitem__)
    return best if scores[best][0] else ","
