"""Ledgers as Excel workbooks, and the looks that templates share with them. Text is never run as a formula or a link."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.color import Color
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geodata.exporters.ledger import Ledger, Value
from geodata.kinds import Column, Holds

ABOUT_SHEET = "说明"
_SAFE: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "yyyy-mm-dd",
}
_FONT = {"font_name": "微软雅黑", "font_size": 10}
_LINE = {"border": 1, "border_color": Color.theme(0, 2)}
_NARROWEST, _WIDEST, _WIDEST_LINES = 7, 26, 36
_MEASURED = 200
_A4, _PAGE_CHARACTERS = 9, 200
_LINES_WIDTH, _LINE_POINTS = 96, 15
_HEADING_ROWS = 2
_WORDS = (Holds.TEXT, Holds.TERM, Holds.REFERENCE, Holds.YES_NO)
_MOST_TEXT = 32_767


def workbook(target: Path | BinaryIO, *, streaming: bool = False) -> Workbook:
    """A new workbook that stores what it is given as it is; `streaming` keeps one row in memory."""
    folder = {"tmpdir": str(target.parent)} if isinstance(target, Path) else {"in_memory": True}
    return Workbook(target, {**_SAFE, "constant_memory": streaming, **folder})


def write_text(target: Path | BinaryIO, name: str, lines: list[str]) -> None:
    """A workbook with one sheet of text."""
    book = workbook(target)
    write_lines(book, name, lines)
    book.close()


def write(ledger: Ledger, target: Path, *, about: str, title: str) -> None:
    """One sheet with headings in the first row, a second with what the file is."""
    book = workbook(target, streaming=True)
    book.set_properties({"title": title, "comments": about})
    sheet = book.add_worksheet(ledger.kind.label)
    widths = [
        width_of(column, ledger.heading(column), ledger.values[column.name]) for column in ledger.columns
    ]
    dress(sheet, widths, rows=ledger.rows, title=title)
    head = heading_format(book)
    for at, column in enumerate(ledger.columns):
        sheet.write_string(0, at, ledger.heading(column), head)
    plain = [cell_format(book, column) for column in ledger.columns]
    invented = [cell_format(book, column, invented=True) for column in ledger.columns]
    values = [ledger.values[column.name] for column in ledger.columns]
    for row, (mark, *cells) in enumerate(zip(ledger.marks, *values, strict=True), start=1):
        for at, (cell, form) in enumerate(zip(cells, invented if mark else plain, strict=True)):
            put(sheet, row, at, cell, form)
    write_lines(book, ABOUT_SHEET, about.splitlines())
    book.close()


class _Whole(float):
    """A number that is written with all its digits: xlsxwriter writes 16, and some need 17 to be the same again."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def put(sheet: Worksheet, row: int, at: int, value: Value, form: Format) -> None:
    """One cell by its kind; text beyond what a cell holds is cut with a word about it."""
    if value is None:
        sheet.write_blank(row, at, None, form)
    elif isinstance(value, str):
        long = len(value) > _MOST_TEXT
        sheet.write_string(row, at, value[: _MOST_TEXT - 9] + "……（后文已截）" if long else value, form)
    elif isinstance(value, date):
        sheet.write_datetime(row, at, value, form)
    else:
        sheet.write_number(row, at, _Whole(value), form)


def dress(sheet: Worksheet, widths: list[float], *, rows: int, title: str) -> None:
    """Headings that stay while scrolling and stand on every printed page of A4 across, wide ledgers on several."""
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, min(2, len(widths)))
    sheet.autofilter(0, 0, max(rows, 1), max(len(widths) - 1, 0))
    sheet.set_row(0, 32)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1 + int(sum(widths) // _PAGE_CHARACTERS), 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, 1)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L&8{title.replace('&', '&&')[:200]}&R&8第 &P 页，共 &N 页")


def heading_format(book: Workbook, *, required: bool = False) -> Format:
    """Headings; those that must be filled in stand out."""
    fill = Color.theme(5, 1) if required else Color.theme(4, 1)
    looks = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": fill}
    return book.add_format({**_FONT, **_LINE, **looks})


def cell_format(book: Workbook, column: Column, *, invented: bool = False, example: bool = False) -> Format:
    """Cells of a column; invented rows are in italics, the example row stands back."""
    looks: dict[str, Any] = {**_FONT, **_LINE, "valign": "vcenter"}
    if column.holds in (Holds.DATE, Holds.FUZZY_DATE):
        looks |= {"num_format": "yyyy-mm-dd", "align": "left"}
    if column.holds in _WORDS:
        looks |= {"text_wrap": True, "num_format": "@"}
    if invented or example:
        looks["italic"] = True
    if example:
        looks |= {"font_color": Color.theme(0, 5), "bg_color": Color.theme(0, 1)}
    return book.add_format(looks)


def width_of(column: Column, heading: str, values: Iterable[Value]) -> float:
    """Width of a column in characters: its longest of the first values, a heading may take two lines."""
    longest = (_cells(heading) + _HEADING_ROWS - 1) // _HEADING_ROWS + 3
    for value, _ in zip(values, range(_MEASURED), strict=False):
        if value is not None:
            longest = max(longest, max(map(_cells, str(value).splitlines()), default=0))
    return min(max(longest + 1, _NARROWEST), _WIDEST_LINES if column.multiline else _WIDEST)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def write_lines(book: Workbook, name: str, lines: Iterable[str]) -> Worksheet:
    """A sheet of text, one line a row; a line of the form 【…】 is a heading."""
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, _LINES_WIDTH)
    sheet.hide_gridlines(2)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    text = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
    strong = book.add_format({**_FONT, "bold": True, "font_size": 11})
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, strong if line.startswith("【") else text)
        sheet.set_row(row, _LINE_POINTS * (1 + _cells(line) // (_LINES_WIDTH + 4)))
    return sheet
