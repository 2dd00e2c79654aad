"""The report of an inspection as a workbook: the table of issues, and the rows to be mended with their cells marked.

Texts of people never become formulas: every cell is written as the text or number that it is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geodata.importers.inspection import ISSUES, OFFENDING, SUMMARY, Inspection
from geodata.importers.issues import Fixer, Problem
from geodata.importers.issues import severity as severity_of
from geodata.kinds import KINDS
from geodata.schema import LAYERS
from geodata.vocabulary import Severity

Json = dict[str, Any]

_COLUMNS = (
    ("row", "行", 7),
    ("cell", "单元格", 9),
    ("field", "栏", 18),
    ("value", "值", 24),
    ("message", "说明与改法", 70),
    ("issue", "种类", 14),
    ("severity", "性质", 9),
    ("who_fixes", "由谁处理", 12),
)
_MOST_LINES = 100_000
_COMMENT = 1000
_WIDE = 18
_HATCHED, _DOTTED = 17, 18
_THIN, _DASHED, _THICK = 1, 3, 5


def report_of_folder(folder: Path, target: Path) -> None:
    """Write the report of the inspection in a folder. Raises OSError."""
    inspection = Inspection.read((folder / SUMMARY).read_text(encoding="utf-8"))
    write_report(target, inspection, list(_read(folder / ISSUES)), list(_read(folder / OFFENDING)))


def _read(path: Path) -> Iterator[Json]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def write_report(target: Path, inspection: Inspection, issues: list[Json], offending: list[Json]) -> None:
    """Write a report from the lines of an inspection. Raises OSError."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(target, options) as book:
        looks = _looks(book)
        _summary(book.add_worksheet("概况"), inspection, looks)
        _issues(book.add_worksheet("问题"), inspection, issues, looks)
        _rows(book.add_worksheet("需要改的行"), issues, offending, looks)


def _looks(book: Any) -> dict[str, Any]:
    """The few formats of the report: marks that also show in print, heavier for what rejects a row."""
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    return {
        "head": head,
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "error": book.add_format({"bold": True, "pattern": _HATCHED, "border": _THICK}),
        "warning": book.add_format({"pattern": _DOTTED, "border": _THIN}),
        "repaired": book.add_format({"italic": True, "border": _DASHED}),
    }


def _summary(sheet: Any, inspection: Inspection, looks: dict[str, Any]) -> None:
    counts = inspection.counts
    facts = [
        ("文件", inspection.file_name),
        ("工作表或图层", inspection.layer),
        ("编码", inspection.encoding),
        ("坐标系", inspection.source_crs or inspection.reason),
        ("共", f"{counts.rows} 行"),
        (
            "可以装入",
            f"{counts.accepted} 行（新增 {counts.new}，修改 {counts.changed}，没有变化 {counts.unchanged}）",
        ),
        ("退回", f"{counts.rejected} 行，其中等待确认 {counts.waiting} 行"),
        ("文件中没有的库中记录", f"{counts.missing} 条（不会删除）"),
        ("不能装入的原因", inspection.refused),
    ]
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for at, (label, text) in enumerate((label, text) for label, text in facts if text):
        sheet.write_string(at, 0, label, looks["head"])
        sheet.write_string(at, 1, text, looks["wrap"])


def _issues(sheet: Any, inspection: Inspection, issues: list[Json], looks: dict[str, Any]) -> None:
    labels = _labels(inspection)
    for at, (_, label, width) in enumerate(_COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, label, looks["head"])
    for line, one in enumerate(issues[:_MOST_LINES], start=1):
        told = {
            **one,
            "field": labels.get(one["field"], one["field"]),
            "issue": Problem(one["issue"]).label,
            "severity": Severity(one["severity"]).label,
            "who_fixes": Fixer(one["who_fixes"]).label,
        }
        for at, (name, _, _) in enumerate(_COLUMNS):
            _write(sheet, line, at, told.get(name), looks["wrap"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, min(len(issues), _MOST_LINES)), len(_COLUMNS) - 1)


def _labels(inspection: Inspection) -> dict[str, str]:
    """What people call each column: by the layer, the kind, and last the headings of the file."""
    kind = KINDS.get(inspection.kind)
    stored = dict(LAYERS[kind.layer].labels) if kind else {}
    of_kind = {one.name: one.label for one in kind.columns} if kind else {}
    said = {one.field: one.label or one.heading for one in inspection.headings if one.field}
    return stored | of_kind | said


def _rows(sheet: Any, issues: list[Json], offending: list[Json], looks: dict[str, Any]) -> None:
    """The rows as the file has them, cells with an issue marked and commented; a row as a whole in its first cell."""
    heads: Json = offending[0] if offending else {"headings": [], "fields": []}
    place = {field: at for at, field in enumerate(heads["fields"], start=1) if field}
    told: dict[tuple[int, int], list[Json]] = defaultdict(list)
    for one in issues:
        if one["row"] is not None:
            told[one["row"], place.get(one["field"], 0)].append(one)
    for at, text in enumerate(["原行号", *heads["headings"]]):
        sheet.write_string(0, at, str(text), looks["head"])
    sheet.set_column(0, max(1, len(heads["headings"])), _WIDE)
    for line, one in enumerate(offending[1:], start=1):
        for at, value in enumerate([one["row"], *one["cells"]]):
            found = told.get((one["row"], at), [])
            _write(sheet, line, at, value, looks[_worst(found)] if found else None)
            if found:
                sheet.write_comment(line, at, "\n".join(each["message"] for each in found)[:_COMMENT])
    sheet.freeze_panes(1, 1)


def _worst(found: list[Json]) -> str:
    severities = [severity_of(Problem(one["issue"])) for one in found]
    return next(
        one.value for one in (Severity.ERROR, Severity.WARNING, Severity.REPAIRED) if one in severities
    )


def _write(sheet: Any, line: int, at: int, value: Any, look: Any) -> None:
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        text = (
            {True: "是", False: "否", None: ""}.get(value, "")
            if not isinstance(value, dict | list)
            else str(value)
        )
        sheet.write_string(line, at, text, look) if text else sheet.write_blank(line, at, None, look)
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value, look)
    else:
        sheet.write_string(line, at, str(value), look)
