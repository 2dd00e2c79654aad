"""Excel workbooks: values only. Nothing is computed, no macro runs, no link is followed. Free of heavy imports.

The parser sees a copy that holds only the parts it needs, each checked for a document type; what it does not tell
(hidden rows, errors of formulas, formulas without a result) is read off the same parts.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine

from geodata.errors import BadFile
from geodata.importers.issues import Problem
from geodata.importers.reading import xml
from geodata.importers.reading.archive import Archive
from geodata.importers.reading.contents import Grid, Note, other_layers, require_cells, wanted_layer

_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:_rels/)?workbook\.xml(?:\.rels)?"
    r"|xl/(?:sharedStrings|styles|SharedStrings)\.xml|xl/worksheets/(?:_rels/)?[^/]+\.xml(?:\.rels)?"
)
_MACROS = re.compile(r"vbaProject\.bin|xl/macrosheets/", re.IGNORECASE)
_LINKS = "xl/externalLinks/"
_WORKSHEET = python_calamine.SheetTypeEnum.WorkSheet
_VISIBLE = python_calamine.SheetVisibleEnum.Visible
_MOST_COLUMNS = 2_000
_MOST_NAMED = 5
_MOST_EMPTY = 100
_WHOLE = 1e15
_BROKEN = "Excel 文件已损坏或没有下载完，读不了；请用 Excel 打开后另存。"

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,7})[\"']")
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true|on)[\"']")
_ERROR_TYPE = re.compile(rb"\bt=[\"']e[\"']")
_ERROR_TEXT = re.compile(rb"<(?:\w+:)?v>\s*(#[^<]{1,20})<")
_ADDRESS = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_UNCOMPUTED = re.compile(
    rb"<(?:/(?:\w+:)?f|(?:\w+:)?f\b[^>]*/)>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_EMPTY_TEXT = re.compile(rb"\bt=[\"']str[\"']")
_CELL_BYTES = 40_000


@dataclass(slots=True)
class _Facts:
    """What the parser does not tell of a sheet: hidden rows, errors by row and column, formulas without a result."""

    hidden: set[int] = field(default_factory=set)
    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    uncomputed: list[str] = field(default_factory=list)


def read_xlsx(archive: Archive, *, layer: str | None, most_rows: int) -> Grid:
    """A sheet of an xlsx (or xlsm): the one asked for, or the first visible one with content. Raises BadFile."""
    parts = {name: archive.read(name) for name in archive.members if _PARTS.fullmatch(name)}
    for raw in parts.values():
        xml.require_no_dtd(raw)
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as target:
        for name, raw in parts.items():
            target.writestr(name, raw)
    copy.seek(0)
    notes = _left_out(archive)
    return _read(copy, layer, most_rows, notes, lambda sheet: _facts(parts, sheet))


def read_xls(path: Path, *, layer: str | None, most_rows: int) -> Grid:
    """A sheet of an old workbook, chosen alike; what is hidden is not told. Raises BadFile."""
    raw = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise BadFile("Excel 文件设有打开密码，读不了；请去掉密码后另存。")
    return _read(io.BytesIO(raw), layer, most_rows, [], lambda sheet: _Facts())


def _left_out(archive: Archive) -> list[Note]:
    notes: list[Note] = []
    if any(_MACROS.search(name) for name in archive.members):
        notes.append((Problem.MACROS_LEFT_OUT, "", "工作簿带有宏，没有运行也不保存，只读了单元格的值"))
    if any(name.startswith(_LINKS) for name in archive.members):
        text = "工作簿引用了别的文件，没有打开它们；读的是上次保存的结果，请核对是否最新"
        notes.append((Problem.LINKS_NOT_FOLLOWED, "", text))
    return notes


def _read(
    file: io.BytesIO, layer: str | None, most_rows: int, notes: list[Note], facts_of: Callable[[str], _Facts]
) -> Grid:
    with _damage_told(), python_calamine.load_workbook(file) as book:
        known = {one.name: one.visible == _VISIBLE for one in book.sheets_metadata if one.typ == _WORKSHEET}
        sheet = _choose(book, known, layer)
        if sheet.end and sheet.end[1] >= _MOST_COLUMNS:
            raise BadFile(f"表有 {sheet.end[1] + 1:,} 栏，最多 {_MOST_COLUMNS:,} 栏；请删去远处多余的内容。")
        facts, merged = facts_of(sheet.name), sheet.merged_cell_ranges or []
        rows = list(_rows(sheet, facts))
    require_cells(rows, most_rows)
    if layer is None:
        notes = [*notes, *other_layers(list(known), sheet.name)]
    boxes = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged]
    return Grid(rows, list(known), sheet.name, "UTF-8", boxes, [*notes, *_formula_notes(facts)])


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except python_calamine.PasswordError as error:
        raise BadFile("Excel 文件设有打开密码，读不了；请去掉密码后另存。") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise BadFile(_BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the parser's own end, which is no Exception
            raise
        raise BadFile(_BROKEN) from error


def _choose(book: Any, known: dict[str, bool], layer: str | None) -> Any:
    if not known:
        raise BadFile("工作簿里没有工作表。")
    if layer is not None:
        return book.get_sheet_by_name(wanted_layer(list(known), layer))
    visible = [name for name, shown in known.items() if shown] or list(known)
    for name in visible:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None:
            return sheet
    return book.get_sheet_by_name(visible[0])


# ── Cells ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(sheet: Any, facts: _Facts) -> Iterator[tuple[int, list[Any], bool]]:
    """Rows up to the last one with content; long stretches of empty ones are left out."""
    before = [None] * sheet.start[1] if sheet.start else []
    empty: list[int] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = before + _plain_cells(cells) if cells.count("") < len(cells) else []
        for column, text in facts.errors.get(number, ()):
            if not text and not row:  # a formula that was filled down beyond the last entry
                continue
            row += [None] * (column - len(row))
            row[column - 1] = {"formula_error": text}
        while row and row[-1] is None:
            row.pop()
        if not row:
            empty.append(number)
            continue
        if len(empty) <= _MOST_EMPTY:
            yield from ((one, [], one in facts.hidden) for one in empty)
        empty = []
        yield number, row, number in facts.hidden


def _plain_cells(cells: list[Any]) -> list[Any]:
    """Cells as JSON can hold them; spelled out, since a call for each of millions would take half the time."""
    return [
        (cell or None)
        if (kind := type(cell)) is str
        else (int(cell) if cell.is_integer() and -_WHOLE < cell < _WHOLE else cell)
        if kind is float
        else _PLAIN[kind](cell)
        for cell in cells
    ]


def _moment(value: datetime) -> dict[str, str]:
    parts = {"date": value.date().isoformat()}
    return parts | ({"time": value.time().isoformat()} if value.time() != time() else {})


def _hours(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


_PLAIN: dict[type, Callable[[Any], Any]] = {
    int: lambda value: value,
    bool: lambda value: value,
    datetime: _moment,
    date: lambda value: {"date": value.isoformat()},
    time: lambda value: value.isoformat(),
    timedelta: _hours,
}


# ── What the parser does not tell ─────────────────────────────────────────────────────────────────────────────


def _facts(parts: dict[str, bytes], sheet: str) -> _Facts:
    raw = parts.get(_part_of(parts, sheet), b"")
    facts = _Facts()
    if b"hidden" in raw:
        for at, row in enumerate(_ROW.finditer(raw), start=1):
            number = _NUMBER.search(row[1])
            if _HIDDEN.search(row[1]):
                facts.hidden.add(int(number[1]) if number else at)
    if b't="e"' in raw or b"t='e'" in raw:
        _find_errors(raw, facts)
    if b"f>" in raw or b"<f " in raw:
        _find_uncomputed(raw, facts)
    return facts


def _find_uncomputed(raw: bytes, facts: _Facts) -> None:
    """Formulas without a saved result; one whose result is an empty text has one."""
    for found in _UNCOMPUTED.finditer(raw):
        at = raw.rfind(b" r=", max(0, found.start() - _CELL_BYTES), found.start())
        cell = _ADDRESS.match(raw, at) if at >= 0 else None
        start = raw[raw.rfind(b"<", 0, at) : raw.find(b">", at)] if cell else b""
        if _EMPTY_TEXT.search(start) and b"v" in found[0].rpartition(b"f>")[2]:
            continue
        facts.uncomputed.append((cell[1] + cell[2]).decode("ascii") if cell else "?")
        if cell and _column(cell[1]) <= _MOST_COLUMNS:
            facts.errors.setdefault(int(cell[2]), []).append((_column(cell[1]), ""))


def _find_errors(raw: bytes, facts: _Facts) -> None:
    for found in _ERROR_TYPE.finditer(raw):
        start, end = raw.rfind(b"<", 0, found.start()), raw.find(b">", found.end())
        cell, text = _ADDRESS.search(raw, start, end), _ERROR_TEXT.search(raw, end, end + _CELL_BYTES)
        if cell and text and _column(cell[1]) <= _MOST_COLUMNS:
            told = _column(cell[1]), text[1].decode("ascii", "replace")
            facts.errors.setdefault(int(cell[2]), []).append(told)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _part_of(parts: dict[str, bytes], sheet: str) -> str:
    """The part in which a sheet stands, by the workbook's own relations."""
    relation = ""
    targets: dict[str, str] = {}

    def in_book(name: str, attributes: dict[str, str]) -> None:
        nonlocal relation
        if name == "sheet" and attributes.get("name") == sheet:
            relation = attributes.get("id", "")

    def in_relations(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part, start in (("xl/workbook.xml", in_book), ("xl/_rels/workbook.xml.rels", in_relations)):
        if part in parts:
            xml.parse(xml.decoded(parts[part]), start=start, end=lambda name: None)
    target = targets.get(relation, "")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _formula_notes(facts: _Facts) -> list[Note]:
    if not facts.uncomputed:
        return []
    cells = "、".join(facts.uncomputed[:_MOST_NAMED])
    text = (
        f"{len(facts.uncomputed)} 个公式没有保存结果（{cells}），不知道它们的值；请用 Excel 打开、保存后再交"
    )
    return [(Problem.FORMULA_WITHOUT_VALUE, cells, text)]
