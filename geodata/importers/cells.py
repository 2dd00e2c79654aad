"""One cell of a ledger: from what the file says to what may be stored, with every doubt and repair named.

A number that is not exact is stored with its word (约, 余, 近) in `approx` where the layer has one; elsewhere the
number is stored, told as a warning, and what the file says goes into the note (`Cell.remark`).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geodata.honesty import FuzzyDate
from geodata.importers.cell import REMARK_END, Cell, Doubt
from geodata.importers.cell_numbers import number
from geodata.importers.closed_lists import is_placeholder, may_mean, term_of, yes_or_no
from geodata.importers.dates import read_date
from geodata.importers.issues import Problem, shown
from geodata.kinds import Column, Holds
from geodata.kinds.units import YEARS
from geodata.vocabulary import Approx, DatePrecision

__all__ = ["Cell", "Cells", "Measured", "read_cell", "read_column", "stored_values", "with_remarks"]

_NUMBERS = (Holds.INTEGER, Holds.NUMBER, Holds.QUANTITY)
_DATES = (Holds.DATE, Holds.FUZZY_DATE)


@dataclass(frozen=True, slots=True)
class Measured:
    """A cell below a heading that states the unit of its numbers (建筑面积（万㎡）)."""

    value: Any
    unit: str

    def __str__(self) -> str:
        """The cell alone."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Cells:
    """What one cell gives to the stored columns of its layer; nothing when it is refused.

    `remark` must be added to the note (`with_remarks`).
    """

    values: dict[str, Any]
    doubts: list[Doubt]
    ok: bool = True
    remark: str = ""


def read_column(column: Column, raw: Any, *, year: int | None = None) -> Cells:
    """Read one cell into stored columns; `year` completes dates without one. Never raises on what a file says."""
    cell = read_cell(column, raw, year=year)
    return Cells(stored_values(column, cell) if cell.ok else {}, cell.doubts, cell.ok, cell.remark)


def read_cell(column: Column, raw: Any, *, year: int | None = None) -> Cell:
    """Read one value of a column; never raises on what a file says. `year` completes dates without one."""
    raw, unit = (raw.value, raw.unit) if isinstance(raw, Measured) else (raw, "")
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return Cell()
    if isinstance(raw, dict):
        if "formula_error" in raw:
            return _formula(column, raw["formula_error"])
        if set(raw) in ({"date"}, {"date", "time"}) and isinstance(raw["date"], str):
            raw = raw if column.holds in _DATES or column.units is YEARS else raw["date"]
            return _by_contents(column, raw, unit, year)
    if isinstance(raw, dict | list):
        return Cell().refuse(Problem.BAD_TEXT, f"{column.label}不是一个值，而是一组内容；请只填一个值")
    return _by_contents(column, raw, unit, year)


def stored_values(column: Column, cell: Cell) -> dict[str, Any]:
    """What a cell puts into the stored columns of its layer.

    A quantity gives `approx` and `unit` only when they were written: a plain number says nothing of them.
    """
    if column.holds is Holds.FUZZY_DATE:
        when = cell.value if isinstance(cell.value, FuzzyDate) else None
        parts = (when.first, when.last, when.precision.value) if when else (None, None, None)
        return dict(zip(column.stored, parts, strict=True))
    values: dict[str, Any] = {column.name: cell.value}
    if column.holds is Holds.QUANTITY and cell.approx is not Approx.EXACT:
        values["approx"] = cell.approx.value
    if column.holds is Holds.QUANTITY and cell.unit:
        values["unit"] = cell.unit
    return values


def with_remarks(note: str | None, remarks: Iterable[str]) -> str | None:
    """A note with the remarks that it does not have yet."""
    missing = [one for one in dict.fromkeys(remarks) if one and one not in (note or "")]
    return "；".join(filter(None, [note, *missing])) or None


def _formula(column: Column, error: Any) -> Cell:
    """A formula that ended in an error, or whose result was never saved: what it would say is not known."""
    if error != "":
        text = f"{column.label}是公式的错误值“{shown(error)}”，请在原文件中改正公式或填值"
        return Cell().refuse(Problem.FORMULA_ERROR, text)
    told = f"{column.label}是公式，没有保存结果；请用 Excel 打开、保存后再交"
    if column.holds is not Holds.TEXT or column.terms:
        return Cell().refuse(Problem.FORMULA_ERROR, told)
    cell = Cell()
    cell.doubt(Problem.FORMULA_WITHOUT_VALUE, f"{told}，现按空读")
    return cell


def _by_contents(column: Column, raw: Any, unit: str, year: int | None) -> Cell:
    if isinstance(raw, str) and column.holds is not Holds.TEXT and is_placeholder(raw):
        if column.holds is Holds.FUZZY_DATE and not isinstance(read_date(raw), str):
            return _date(column, raw, year)
        cell = Cell()
        cell.doubt(Problem.PLACEHOLDER, f"{column.label}“{shown(raw)}”按没有填写处理")
        return cell
    if column.holds in _NUMBERS:
        return number(column, raw, unit)
    if column.holds in _DATES:
        return _date(column, raw, year)
    if column.holds is Holds.YES_NO:
        return _yes_no(column, raw)
    return _term(column, _text(column, raw)) if column.terms else _text(column, raw)


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(column: Column, raw: Any) -> Cell:
    if isinstance(raw, bool):
        return Cell().refuse(Problem.BAD_TEXT, f"{column.label}的值是“是/否”，应为文字")
    if isinstance(raw, int | float):
        whole = isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53
        return Cell(str(int(raw)) if whole else str(raw))
    if raw.isprintable() and raw == raw.strip() and len(raw) <= column.most_characters:
        return Cell(raw or None)
    if any("\ud800" <= character <= "\udfff" for character in raw):
        return Cell().refuse(Problem.BAD_TEXT, f"{column.label}含有不成字的编码，请在原文件中重新输入")
    cell = Cell()
    clean = _cleaned(raw, keep_lines=column.multiline)
    if clean != raw:
        what = "首尾空白或控制字符" if column.multiline else "换行、制表符、控制字符或首尾空白"
        cell.doubt(Problem.TEXT_CLEANED, f"{column.label}中的{what}已整理")
    if len(clean) > column.most_characters:
        text = f"{column.label}有 {len(clean)} 字，最多 {column.most_characters} 字；请缩短，或写入备注"
        return cell.refuse(Problem.TOO_LONG, text)
    cell.value = clean or None
    return cell


def _cleaned(raw: str, *, keep_lines: bool) -> str:
    """Line breaks and tabs become one space (unless lines may stay), control characters go, all else stays."""
    lines = [_without_control(part.replace("\t", " ")).strip() for part in raw.splitlines()]
    return "\n".join(lines).strip() if keep_lines else " ".join(line for line in lines if line)


def _without_control(line: str) -> str:
    return "".join(character for character in line if unicodedata.category(character) != "Cc")


def _term(column: Column, cell: Cell) -> Cell:
    """A closed list takes its codes and its labels, and what can only mean one of them (施工中, 雨污分流)."""
    if cell.value is None:
        return cell
    written = str(cell.value)
    term, same = term_of(written, column.terms)
    if term is None:
        likely = may_mean(written, column.terms)
        known = "、".join(one.label for one in likely or column.terms)
        why = "可能是几种，请写明是哪一种" if likely else "不在列表内"
        return cell.refuse(Problem.NOT_IN_LIST, f"{column.label}“{shown(written)}”{why}；可填：{known}")
    if not same:
        cell.doubt(Problem.TERM_NORMALISED, f"{column.label}“{shown(written)}”读作“{term.label}”")
    cell.value = term.value
    return cell


def _yes_no(column: Column, raw: Any) -> Cell:
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
    answer = yes_or_no(text)
    if answer is not None or not text.strip():
        return Cell(answer)
    return Cell().refuse(Problem.NOT_IN_LIST, f"{column.label}“{shown(raw)}”不在列表内；可填：是、否")


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _date(column: Column, raw: Any, year: int | None) -> Cell:
    if isinstance(raw, str) and not raw.strip():
        return Cell()
    when = read_date(raw, year=year)
    if isinstance(when, str):
        written = raw["date"] if isinstance(raw, dict) else raw
        return Cell().refuse(Problem.NOT_A_DATE, f"{column.label}“{shown(written)}”{when}")
    raw = raw["date"] if isinstance(raw, dict) else raw
    span, told = when.date, when.date.text()
    if column.holds is Holds.DATE and span.precision is not DatePrecision.DAY:
        text = f"{column.label}“{shown(raw)}”只到“{span.precision.label}”，该栏须具体到日"
        return Cell().refuse(Problem.NOT_A_DAY, text)
    cell = Cell(span if column.holds is Holds.FUZZY_DATE else span.first)
    if when.loose:
        cell.remark = f"{column.label}{shown(raw)}{REMARK_END}"
        cell.doubt(
            Problem.APPROXIMATE,
            f"{column.label}“{shown(raw)}”按 {span.first} 至 {span.last} 存，原文写入备注",
        )
    elif not when.plain and told != raw:
        cell.doubt(Problem.DATE_NORMALISED, f"{column.label}“{shown(raw)}”读作 {told}{_span(span)}")
    return cell


def _span(span: FuzzyDate) -> str:
    return f"（{span.first} 至 {span.last}）" if span.first is not None and span.is_fuzzy else ""
