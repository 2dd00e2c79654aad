"""One cell of a register: from what the file says to what may be stored, with every doubt and repair named."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from geodata.importers.columns import Field
from geodata.importers.issues import Problem, shown
from geodata.kinds import Column, Holds

Doubt = tuple[Problem, str]

_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(slots=True)
class Cell:
    """A value that may be stored (None: empty) and the doubts about it; `ok` is False when it must be refused."""

    value: Any = None
    doubts: list[Doubt] = field(default_factory=list)
    ok: bool = True

    def refuse(self, problem: Problem, message: str) -> Cell:
        """The cell without value, refused for a reason."""
        self.value, self.ok = None, False
        self.doubts.append((problem, message))
        return self


def read_cell(field: Field, raw: Any) -> Cell:
    """Read one value of a column; never raises on what a file says."""
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return Cell()
    if isinstance(raw, dict | list):
        return Cell().refuse(Problem.BAD_TEXT, f"{field.label}不是一个值，而是一组内容；请只填一个值")
    if field.plain == "text":
        return _term(field, _text(field, raw)) if field.terms else _text(field, raw)
    return _number(field, raw)


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(field: Field, raw: Any) -> Cell:
    if isinstance(raw, bool):
        return Cell().refuse(Problem.BAD_TEXT, f"{field.label}的值是“是/否”，应为文字")
    if isinstance(raw, int | float):
        whole = isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53
        return Cell(str(int(raw)) if whole else str(raw))
    if any("\ud800" <= character <= "\udfff" for character in raw):
        return Cell().refuse(Problem.BAD_TEXT, f"{field.label}含有不成字的编码，请在原文件中重新输入")
    cell = Cell()
    clean = _cleaned(raw, keep_lines=field.multiline)
    if clean != raw:
        what = "首尾空白或控制字符" if field.multiline else "换行、制表符、控制字符或首尾空白"
        cell.doubts.append((Problem.TEXT_CLEANED, f"{field.label}中的{what}已整理"))
    if len(clean) > field.most_characters:
        text = f"{field.label}有 {len(clean)} 字，最多 {field.most_characters} 字；请缩短，或写入备注"
        return cell.refuse(Problem.TOO_LONG, text)
    cell.value = clean or None
    return cell


def _cleaned(raw: str, *, keep_lines: bool) -> str:
    """Line breaks and tabs become one space (unless lines may stay), control characters go, all else stays."""
    lines = [_without_control(part.replace("\t", " ")).strip() for part in raw.splitlines()]
    return "\n".join(lines).strip() if keep_lines else " ".join(line for line in lines if line)


def _without_control(line: str) -> str:
    return "".join(character for character in line if unicodedata.category(character) != "Cc")


def _term(field: Field, cell: Cell) -> Cell:
    """A closed list takes its codes and its labels."""
    if cell.value is None:
        return cell
    wanted = str(cell.value).casefold()
    for term in field.terms:
        if wanted in (term.value, term.label):
            cell.value = term.value
            return cell
    known = "、".join(term.label for term in field.terms)
    return cell.refuse(Problem.NOT_IN_LIST, f"{field.label}“{shown(cell.value)}”不在列表内；可填：{known}")


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────


def _number(field: Field, raw: Any) -> Cell:
    cell = Cell()
    number = raw if isinstance(raw, int | float) and not isinstance(raw, bool) else _parsed(field, raw, cell)
    if number is None:
        return cell
    if not math.isfinite(number):
        return cell.refuse(Problem.NOT_A_NUMBER, f"{field.label}“{raw}”不是数字")
    if field.plain == "integer" and number != int(number):
        return cell.refuse(Problem.NOT_WHOLE, f"{field.label}“{raw}”应为整数")
    if not field.least <= number <= field.most:
        text = f"{field.label}“{shown(raw)}”超出范围，应在 {field.least:g} 到 {field.most:g} 之间"
        return cell.refuse(Problem.OUT_OF_RANGE, text)
    if number > field.improbable_over:
        cell.doubts.append((Problem.IMPROBABLE, f"{field.label}“{shown(raw)}”少见地大，请核对"))
    cell.value = int(number) if field.plain == "integer" else float(number)
    return cell


def _parsed(field: Field, raw: Any, cell: Cell) -> float | None:
    """A number written as text; None when it is empty or refused. Full-width digits and separators are noted."""
    text = raw.strip() if isinstance(raw, str) else raw
    if text == "":
        return None
    number = _plain_number(text) if isinstance(text, str) else None
    if number is None:
        remedy = "只填阿拉伯数字，不带“约”“余”、单位或文字；不知道就留空"
        cell.refuse(Problem.NOT_A_NUMBER, f"{field.label}“{shown(raw)}”不是数字；{remedy}")
        return None
    if not text.isascii() or "," in text:
        cell.doubts.append((Problem.NUMBER_NORMALISED, f"{field.label}“{shown(raw)}”读作 {number:.15g}"))
    return number


def _plain_number(text: str) -> float | None:
    """The number; thousands may be set apart by commas, nothing else is guessed."""
    plain = unicodedata.normalize("NFKC", text)
    return float(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


# ── Columns of any kind ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Cells:
    """What one cell of a file gives to stored columns; `ok` is False when it must be refused."""

    values: dict[str, Any]
    doubts: list[Doubt]
    ok: bool = True


def read_column(column: Column, raw: Any, *, year: int | None = None) -> Cells:
    """Read one cell of a column."""
    if column.holds in (Holds.DATE, Holds.FUZZY_DATE, Holds.YES_NO):
        return _typed(column, raw)
    cell = read_cell(column, raw)
    values = {column.name: cell.value} if cell.ok else {}
    return Cells(values, cell.doubts, cell.ok)


def _typed(column: Column, raw: Any) -> Cells:
    from datetime import date

    text = raw.get("date") if isinstance(raw, dict) else raw
    if text in (None, ""):
        return Cells(dict.fromkeys(column.stored or (column.name,)), [])
    if column.holds is Holds.YES_NO:
        return Cells({column.name: str(text) in ("是", "True", "1", "true")}, [])
    try:
        day = date.fromisoformat(str(text)[:10])
    except ValueError:
        return Cells({}, [(Problem.BAD_TEXT, f"{column.label}“{shown(raw)}”不是日期")], ok=False)
    if column.holds is Holds.DATE:
        return Cells({column.name: day}, [])
    return Cells(dict(zip(column.stored, (day, day, "day"), strict=True)), [])
