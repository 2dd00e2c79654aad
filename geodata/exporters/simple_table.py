"""A table of texts as an Excel workbook: headings that stay, a filter, nothing that is ever run as a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from geodata.exporters.workbook import heading_format, workbook

_WIDEST, _MEASURED = 48, 200


def table_bytes(columns: Mapping[str, Sequence[str]], *, title: str) -> bytes:
    """One sheet named `title` with a heading per column; every cell is text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        book = workbook(path)
        sheet = book.add_worksheet(title)
        head, body = heading_format(book), book.add_format({"text_wrap": True, "valign": "top"})
        for at, (heading, cells) in enumerate(columns.items()):
            longest = max((len(cell) for cell in (heading, *cells[:_MEASURED])), default=0)
            sheet.set_column(at, at, min(2 * longest + 2, _WIDEST))
            sheet.write_string(0, at, heading, head)
            for row, cell in enumerate(cells, start=1):
                sheet.write_string(row, at, cell, body)
        rows = max((len(cells) for cells in columns.values()), default=0)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, rows, len(columns) - 1)
        book.close()
        return path.read_bytes()
