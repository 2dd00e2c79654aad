"""The template of a kind: an empty ledger with headings, notes, drop-down lists and one example row.

Lists come from the store: street offices, communities, compounds as they are called there now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from geodata.errors import BadFile, BadValue
from geodata.exporters import workbook
from geodata.exporters.ledger import Value, layers_of, names
from geodata.exporters.placing import put_in_place, require_free, workshop_for
from geodata.exporters.selecting import at_one_revision
from geodata.kinds import KINDS, Column, Holds, Kind
from geodata.kinds.kind import EXAMPLE
from geodata.schema import LAYERS
from geodata.store import Store

NOTES_SHEET, LISTS_SHEET = "填表说明", "列表"

_ROWS = 5000
_MOST_IN_LIST = 20_000
_LISTED = ("street_office", "community", "estate", "renewal_area", "compound", "heritage_site")
_INPUT_TITLE, _INPUT_TEXT = 32, 255


def write_template(store: Store, code: str, target: Path, *, force: bool = False) -> None:
    """Write the template of a kind (a code of KINDS) to an `.xlsx`.

    Raises BadValue for an unknown kind, BadFile for another ending and for a file that exists (unless `force`).
    """
    if code not in KINDS:
        raise BadValue(f"没有“{code}”这种台账；可用：{'、'.join(KINDS)}。")
    if target.suffix.lower() != ".xlsx":
        raise BadFile("模板是 Excel 文件，请把目标文件的后缀写成 .xlsx。")
    require_free(target, store, force=force)
    kind = KINDS[code]
    frames, _ = at_one_revision(store, layers_of(kind))
    with workshop_for(target) as folder:
        made = folder / "template.xlsx"
        make_template(kind, frames, made)
        put_in_place(made, target)


def make_template(kind: Kind, frames: Mapping[str, pd.DataFrame], target: Path) -> None:
    """The same from the layers that the kind refers to."""
    book = workbook.workbook(target)
    book.set_properties({"title": kind.title, "subject": kind.hint})
    sheet = book.add_worksheet(kind.label)
    widths = [
        workbook.width_of(column, column.label, [column.example, *(one.label for one in column.terms)])
        for column in kind.columns
    ]
    workbook.dress(sheet, widths, rows=_ROWS, title=f"{kind.title}　{kind.hint}")
    for at, (column, width) in enumerate(zip(kind.columns, widths, strict=True)):
        sheet.set_column(at, at, width, workbook.cell_format(book, column))
    _headings(book, sheet, kind)
    _example(book, sheet, kind, frames)
    lists = {at: _choices(column, frames) for at, column in enumerate(kind.columns)}
    workbook.write_lines(book, NOTES_SHEET, _notes(kind, lists))
    places = _write_lists(book, kind, lists)
    for at, column in enumerate(kind.columns):
        rule = _rule(column, places.get(at))
        if rule:
            sheet.data_validation(1, at, _ROWS, at, rule)
    sheet.activate()
    book.close()


def _headings(book: Workbook, sheet: Worksheet, kind: Kind) -> None:
    plain, needed = workbook.heading_format(book), workbook.heading_format(book, required=True)
    for at, column in enumerate(kind.columns):
        sheet.write_string(0, at, column.label, needed if column.required else plain)
        note = _note(column)
        lines = sum(1 + len(line) // 22 for line in note.splitlines())
        sheet.write_comment(0, at, note, {"x_scale": 2.2, "y_scale": max(0.5, 0.27 * lines), "font_size": 9})


def _note(column: Column) -> str:
    """What a person should know of a column, in the words of its declaration."""
    lines = ["必填" if column.required else "可以留空", _form(column)]
    if column.hint:
        lines.append(column.hint)
    if column.aliases:
        lines.append(f"也认得：{'、'.join(column.aliases[:6])}")
    return "\n".join(filter(None, lines))


def _form(column: Column) -> str:
    unit = f"，单位 {column.unit}" if column.unit else ""
    if column.holds in (Holds.INTEGER, Holds.NUMBER, Holds.QUANTITY):
        what = "整数" if column.holds is Holds.INTEGER else "数字"
        span = f"，{column.least:g} 到 {column.most:,.0f}" if column.most < float("inf") else ""
        return f"{what}{unit}{span}"
    return {
        Holds.TEXT: f"文字，最多 {column.most_characters} 字",
        Holds.YES_NO: "是或否",
        Holds.TERM: "从下拉列表里选",
        Holds.DATE: "日期，如 2026-11-03",
        Holds.FUZZY_DATE: "日期；不确切的可写 2026年11月下旬、2026年11月、2026年第四季度、2026年",
        Holds.REFERENCE: "库中已有的名称；同名的填编号",
    }[column.holds]


def _example(book: Workbook, sheet: Worksheet, kind: Kind, frames: Mapping[str, pd.DataFrame]) -> None:
    for at, column in enumerate(kind.columns):
        value: Value = EXAMPLE if at == 0 else column.example
        if column.holds in (Holds.INTEGER, Holds.NUMBER) and _is_number(column.example):
            value = float(column.example)
        elif column.holds in (Holds.DATE, Holds.FUZZY_DATE) and _is_day(column.example):
            value = date.fromisoformat(column.example)
        elif column.refers_to in _LISTED and value and column.refers_to in frames:
            known = list(names(column.refers_to, frames).values())
            value = known[0] if known and column.refers_to == "street_office" else value
        workbook.put(sheet, 1, at, value or None, workbook.cell_format(book, column, example=True))
    sheet.write_comment(
        1, 0, "这一行是示例，导入时跳过；可以删去，也可以留着。", {"x_scale": 1.6, "y_scale": 0.5}
    )


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


# ── Lists ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _choices(column: Column, frames: Mapping[str, pd.DataFrame]) -> list[str]:
    """What a column may hold, as people write it; nothing for one that is free, or whose list would be too long."""
    if column.holds is Holds.YES_NO:
        return ["是", "否"]
    if column.holds is Holds.TERM:
        return [term.label for term in column.terms]
    if column.refers_to not in _LISTED:
        return []
    found = sorted(names(column.refers_to, frames).values())
    return found if len(found) <= _MOST_IN_LIST else []


def _write_lists(book: Workbook, kind: Kind, lists: dict[int, list[str]]) -> dict[int, str]:
    """The lists on a hidden sheet, one column each; the range of each by the place of its column."""
    sheet = book.add_worksheet(LISTS_SHEET)
    sheet.hide()
    text = book.add_format({"num_format": "@"})
    places = {}
    for at, column in enumerate(kind.columns):
        found = lists[at]
        if not found:
            continue
        sheet.write_string(0, at, column.label)
        for row, value in enumerate(found, start=1):
            sheet.write_string(row, at, value, text)
        name = xl_col_to_name(at, col_abs=True)
        places[at] = f"={LISTS_SHEET}!{name}$2:{name}${len(found) + 1}"
    return places


def _rule(column: Column, place: str | None) -> dict[str, Any] | None:
    """What a spreadsheet checks while somebody types: closed lists strictly, names and numbers with a question."""
    told = {
        "input_title": column.label[:_INPUT_TITLE],
        "input_message": _note(column)[:_INPUT_TEXT],
        "error_title": column.label[:_INPUT_TITLE],
    }
    if place:
        strict = column.holds in (Holds.TERM, Holds.YES_NO)
        said = "请从下拉列表里选。" if strict else "库里没有这个名称。同名的请填编号；确实新增的，可以照填。"
        return told | {
            "validate": "list",
            "source": place,
            "error_type": "stop" if strict else "warning",
            "error_message": said,
        }
    return {"validate": "any", **{key: told[key] for key in ("input_title", "input_message")}}


# ── The sheet of notes ────────────────────────────────────────────────────────────────────────────────────────


def _notes(kind: Kind, lists: dict[int, list[str]]) -> list[str]:
    lines = [
        f"【{kind.title}】",
        kind.hint,
        "",
        "【怎样填】",
        "栏名不要改动；栏的先后可以调整，不用的栏可以删去。标题底色不同的栏必填（批注里写着“必填”），其余可以留空：不知道就留空，不要填 0。",
        f"第二行是示例（第一格写着“{EXAMPLE}”），导入时跳过。",
        "有下拉列表的栏从列表里选；列表是生成模板时库里已有的名称。",
        "数字可以带“约”“余”“近”和单位，如“约800平方米”“3.2万㎡”；日期可以写到旬、月、季、年，如“2026年11月下旬”。",
        "交回后先在“导入”页逐行检查，看清会改什么再确认；不确认，什么也不会写入。",
        "",
        "【各栏】",
    ]
    for at, column in enumerate(kind.columns):
        needed = "（必填）" if column.required else ""
        hint = f"；{column.hint}" if column.hint else ""
        lines.append(f"{column.label}{needed}：{_form(column)}{hint}")
        if column.holds is Holds.TERM:
            lines.append(f"　　可选：{'、'.join(lists[at])}")
    empty = [f"{_label(kind, one.name)}：{one.said}" for one in kind.defaults]
    return [*lines, "", "【没有填的】", *empty] if empty else lines


def _label(kind: Kind, name: str) -> str:
    try:
        return kind.column(name).label
    except KeyError:
        return LAYERS[kind.layer].labels.get(name, name)
