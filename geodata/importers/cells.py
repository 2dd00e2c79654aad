"""One cell of a ledger: from what the file says to what may be stored, with every doubt and repair named.

A number that is not exact is stored with its word (约, 余, 近) in `approx` where the layer has one; elsewhere the
number is stored, told as a warning, and what the file says goes into the note (`Cell.remark`).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from geodata.honesty import FuzzyDate
from geodata.importers.closed_lists import is_placeholder, may_mean, term_of, yes_or_no
from geodata.importers.dates import read_date
from geodata.importers.issues import Problem, shown
from geodata.importers.quantities import Written, read_number, times
from geodata.kinds import Column, Holds
from geodata.kinds.headings import folded
from geodata.kinds.units import QUANTITIES, YEARS
from geodata.vocabulary import Approx, DatePrecision

Doubt = tuple[Problem, str]

_NUMBERS = (Holds.INTEGER, Holds.NUMBER, Holds.QUANTITY)
_DATES = (Holds.DATE, Holds.FUZZY_DATE)
_REMARK_END = "（文件原文）"
_UNIT_CHARACTERS = 8


@dataclass(slots=True)
class Cell:
    """A value that may be stored (None: empty) and the doubts about it; `ok` is False when it must be refused.

    `approx` is how exact a number was written, `unit` the unit behind a quantity of works, `remark` what must be
    added to the note so that nothing is lost.
    """

    value: Any = None
    doubts: list[Doubt] = field(default_factory=list)
    ok: bool = True
    approx: Approx = Approx.EXACT
    unit: str = ""
    remark: str = ""

    def refuse(self, problem: Problem, message: str) -> Cell:
        """The cell without value, refused for a reason."""
        self.value, self.ok, self.remark = None, False, ""
        self.doubts = [(problem, message)]
        return self

    def doubt(self, problem: Problem, message: str) -> None:
        """Name a repair or a doubt."""
        self.doubts.append((problem, message))


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
            text = f"{column.label}是公式的错误值“{shown(raw['formula_error'])}”，请在原文件中改正公式或填值"
            return Cell().refuse(Problem.FORMULA_ERROR, text)
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


def _by_contents(column: Column, raw: Any, unit: str, year: int | None) -> Cell:
    if isinstance(raw, str) and column.holds is not Holds.TEXT and is_placeholder(raw):
        if column.holds is Holds.FUZZY_DATE and not isinstance(read_date(raw), str):
            return _date(column, raw, year)
        cell = Cell()
        cell.doubt(Problem.PLACEHOLDER, f"{column.label}“{shown(raw)}”按没有填写处理")
        return cell
    if column.holds in _NUMBERS:
        return _number(column, raw, unit)
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
        cell.remark = f"{column.label}{shown(raw)}{_REMARK_END}"
        cell.doubt(
            Problem.APPROXIMATE,
            f"{column.label}“{shown(raw)}”按 {span.first} 至 {span.last} 存，原文写入备注",
        )
    elif not when.plain and told != raw:
        cell.doubt(Problem.DATE_NORMALISED, f"{column.label}“{shown(raw)}”读作 {told}{_span(span)}")
    return cell


def _span(span: FuzzyDate) -> str:
    return f"（{span.first} 至 {span.last}）" if span.first is not None and span.is_fuzzy else ""


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────


def _number(column: Column, raw: Any, unit: str) -> Cell:
    cell = Cell()
    number = _in_unit(column, raw, unit, cell)
    if number is None:
        return cell
    if not math.isfinite(number):
        return cell.refuse(Problem.NOT_A_NUMBER, f"{column.label}“{shown(raw)}”不是数字")
    if column.holds is Holds.INTEGER and number != int(number):
        return cell.refuse(Problem.NOT_WHOLE, f"{column.label}“{shown(raw)}”应为整数")
    if not column.least <= number <= column.most:
        return cell.refuse(Problem.OUT_OF_RANGE, f"{column.label}“{shown(raw)}”超出范围，应{_range(column)}")
    if number > column.improbable_over:
        cell.doubt(Problem.IMPROBABLE, f"{column.label}“{shown(raw)}”少见地大，请核对")
    if column.unit == "%" and 0 < number < 1:
        cell.doubt(
            Problem.IMPROBABLE,
            f"{column.label}“{shown(raw)}”读作 {number:g}%；若是 {number * 100:g}%，请改正",
        )
    cell.value = int(number) if column.holds is Holds.INTEGER else float(number)
    return cell


def _range(column: Column) -> str:
    if math.isinf(column.most):
        return f"不小于 {column.least:g}"
    return f"在 {column.least:g} 到 {column.most:g} 之间"


def _in_unit(column: Column, raw: Any, unit: str, cell: Cell) -> float | None:
    """The number in the unit of the column; None when the cell is empty or refused."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _scaled(column, raw, unit, cell)
    if isinstance(raw, dict) or (column.units is YEARS and isinstance(raw, str) and "年" in raw):
        return _year(column, raw, cell)
    text = raw.strip() if isinstance(raw, str) else raw
    if text == "":
        return None
    read = read_number(text) if isinstance(text, str) else "不是数字，而是“是/否”"
    if isinstance(read, str):
        cell.refuse(Problem.NOT_A_NUMBER, f"{column.label}“{shown(raw)}”{read}")
        return None
    if read.plain:
        return _scaled(column, read.value, unit, cell)
    return _written(column, raw, read, unit, cell)


def _scaled(column: Column, number: float, unit: str, cell: Cell) -> float | None:
    """A plain number in the unit of its heading."""
    if not unit or not math.isfinite(number):
        return number
    factor = _factor(column, unit, cell)
    if factor is None:
        cell.refuse(
            Problem.UNKNOWN_UNIT,
            f"{column.label}“{shown(number)}”的单位“{shown(unit)}”不明；请在栏名或单元格里写明一种单位",
        )
        return None
    return number if factor == 1 else times(number, factor)


def _written(column: Column, raw: str, read: Written, heading: str, cell: Cell) -> float | None:
    """A number with words: its own unit goes before that of the heading, and what is approximate stays so."""
    own = bool(read.unit) or read.scaled
    unit = (read.unit or ("元" if column.unit == "元" else "")) if own else heading
    number = _scaled(column, read.value, unit, cell)
    if number is None:
        return None
    cell.approx = read.approx
    told = f"{column.label}“{shown(raw)}”读作 {number:.15g}{f' {cell.unit or column.unit}'.rstrip()}"
    if read.approx is Approx.EXACT:
        changed = number != read.value or read.scaled
        cell.doubt(Problem.UNIT_CONVERTED if changed else Problem.NUMBER_NORMALISED, told)
    elif column.holds is Holds.QUANTITY:
        cell.doubt(Problem.APPROXIMATE, f"{told}，约数记“{read.approx.label}”")
    else:
        cell.remark = f"{column.label}{shown(raw)}{_REMARK_END}"
        cell.doubt(Problem.APPROXIMATE, f"{told}，是约数；原文写入备注")
    return number


def _factor(column: Column, unit: str, cell: Cell) -> float | None:
    """Factor from a written unit to that of the column; None for one that does not belong to it."""
    wanted = folded(unit)
    for written, factor in column.units:
        if wanted == folded(written):
            return factor
    if column.holds is not Holds.QUANTITY:
        return None
    for written, (kept, factor) in QUANTITIES.items():
        if wanted == folded(written):
            cell.unit = kept
            return factor
    if len(unit) <= _UNIT_CHARACTERS and "/" not in unit:
        cell.unit = unit
        return 1
    return None


def _year(column: Column, raw: Any, cell: Cell) -> float | None:
    """The year of a date in a column of years."""
    when, written = read_date(raw), raw["date"] if isinstance(raw, dict) else raw
    if isinstance(when, str) or when.date.first is None:
        cell.refuse(
            Problem.NOT_A_NUMBER, f"{column.label}“{shown(written)}”不是年份；请填四位数的年，不知道就留空"
        )
        return None
    year = when.date.first.year
    told = f"{column.label}“{shown(written)}”读作 {year}"
    if when.loose:
        cell.remark = f"{column.label}{shown(written)}{_REMARK_END}"
        cell.doubt(Problem.APPROXIMATE, f"{told}，是约数；原文写入备注")
    else:
        cell.doubt(Problem.NUMBER_NORMALISED, told)
    return float(year)
