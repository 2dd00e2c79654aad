"""What a file is: its kind, its headings, which column each means, which rows are no records, and the records.

Nothing is decided silently: similar headings, units of headings, filled-down cells and skipped rows are issues, two
headings for one column and a doubtful kind are questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geodata.importers.asked import Asked
from geodata.importers.column_choice import ColumnChoice
from geodata.importers.file_sheet import FileSheet
from geodata.importers.inspection import Heading, Skipped
from geodata.importers.issues import Issue
from geodata.importers.naming_columns import Learned
from geodata.importers.ranking import certain, rank
from geodata.importers.records import Record, RecordReader
from geodata.kinds import KINDS, Kind

__all__ = ["Learned", "Record", "Understanding", "understand"]


@dataclass(slots=True)
class Understanding:
    """What was understood. `kind` is None and `asks` names `kind` when it cannot be told; `asks` names `columns` when
    two headings mean one column, or none tells which record a row is. `year` completes dates without one.
    """

    kind: Kind | None = None
    kinds: tuple[tuple[str, float], ...] = ()
    heading_rows: tuple[int, int] | None = None
    headings: tuple[Heading, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    year: int | None = None
    issues: list[Issue] = field(default_factory=list)
    asks: tuple[str, ...] = ()
    records: list[Record] = field(default_factory=list)


def understand(
    header: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    *,
    asked: Asked | None = None,
    learned: Learned | None = None,
) -> Understanding:
    """Understand a file from the header and lines that its reader gave (grid or features); never raises on content."""
    asked, learned = asked or Asked(), learned or {}
    sheet = FileSheet(header, lines, asked)
    kinds = rank(sheet, learned)
    kind = KINDS[asked.kind] if asked.kind in KINDS else certain(kinds)
    guess = kind or (KINDS[kinds[0][0]] if kinds else None)
    found = Understanding(kind=kind, kinds=kinds, heading_rows=sheet.heading_rows, year=sheet.year)
    columns = ColumnChoice(sheet, guess, learned, asked, found.issues)
    found.headings = columns.headings()
    found.asks = (("kind",) if kind is None else ()) + (("columns",) if kind and columns.unclear else ())
    reader = RecordReader(sheet, columns, found.issues)
    found.records = list(reader.records(kind)) if kind else []
    found.skipped = tuple(reader.skipped)
    found.issues += reader.summaries()
    return found
