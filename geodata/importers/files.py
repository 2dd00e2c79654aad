"""Reading a file from people in the guarded child, whatever its format.

The header says what the file is: `format` (a code of `geodata.importers.formats`), `shape` (`grid` or `features`),
`layers` and the `layer` that was read, `crs` (what the file says, None for nothing) and `default_crs` (what its format
means when it says nothing), `encoding`, `sha256`, `rows`, `notes` (problem, value, message), `columns` of features and
`merged` boxes of a grid (first row, first column, last row, last column, from 1).

A line of a grid: `row` as in the sheet, `cells` without the empty ones at the end, `hidden`. A cell is text, a number,
yes or no, None, `{"date": "2020-11-03"}` (with `"time"` when it has one) or `{"formula_error": "#REF!"}`
("" for a formula whose result was not saved).
A line of features: `row` from 1, `values` by column, `wkb` (hexadecimal, the file's own coordinates, None without),
`notes`, and `problem` when the geometry cannot be used.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.errors import BadFile
from geodata.importers.sandbox import Limits, ask

_USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file holds, as it stands in the file: nothing is converted, matched or left out."""

    header: dict[str, Any]
    lines: list[dict[str, Any]]


def read_file(
    path: Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = _USUAL_LIMITS
) -> FileRead:
    """Read one sheet or layer: `layer`, or the one that looks most like the content.

    Raises BadFile with what to do when it cannot be read, BadValue for an encoding that is not known.
    """
    if not path.exists():
        raise BadFile(f"没有找到文件 {path}。")
    request = {"task": "read", "path": str(path.resolve()), "layer": layer, "encoding": encoding}
    with tempfile.TemporaryDirectory(prefix="chengyuan-") as folder:
        answer = ask(Path(folder), request, limits=limits)
    return FileRead(answer.header, answer.lines)
