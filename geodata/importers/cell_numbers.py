"""Numbers in cells: units of cells and headings, words that make them approximate, years given as dates."""

from __future__ import annotations

import math
from typing import Any

from geodata.importers.cell import REMARK_END, Cell
from geodata.importers.dates import read_date
from geodata.importers.issues import Problem, shown
from geodata.importers.quantities import Written, read_number, times
from geodata.kinds import Column, Holds
from geodata.kinds.headings import folded
from geodata.kinds.units import QUANTITIES, YEARS
from geodata.vocabulary import Approx

_UNIT_CHARACTERS = 8


def number(column: Column, raw: Any, unit: str) -> Cell:
    """Read a number of a column; a plain one is in `unit`, that of its heading. Never raises on what a file says."""
    cell = Cell()
    found = _in_unit(column, raw, unit, cell)
    if found is None:
        return cell
    if not math.isfinite(found):
        return cell.refuse(Problem.NOT_A_NUMBER, f"{column.label}“{shown(raw)}”不是数字")
    if column.holds is Holds.INTEGER and found != int(found):
        return cell.refuse(Problem.NOT_WHOLE, f"{column.label}“{shown(raw)}”应为整数")
    if not column.least <= found <= column.most:
        return cell.refuse(Problem.OUT_OF_RANGE, f"{column.label}“{shown(raw)}”超出范围，应{_range(column)}")
    if found > column.improbable_over:
        cell.doubt(Problem.IMPROBABLE, f"{column.label}“{shown(raw)}”少见地大，请核对")
    if column.unit == "%" and 0 < found < 1:
        cell.doubt(
            Problem.IMPROBABLE,
            f"{column.label}“{shown(raw)}”读作 {found:g}%；若是 {found * 100:g}%，请改正",
        )
    cell.value = int(found) if column.holds is Holds.INTEGER else float(found)
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
        cell.remark = f"{column.label}{shown(raw)}{REMARK_END}"
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
        cell.remark = f"{column.label}{shown(written)}{REMARK_END}"
        cell.doubt(Problem.APPROXIMATE, f"{told}，是约数；原文写入备注")
    else:
        cell.doubt(Problem.NUMBER_NORMALISED, told)
    return float(year)
