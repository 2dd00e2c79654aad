"""The complete table of the progress page, on the page and as CSV: totals, ranks, rates with their reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geodata.exporters import csv_text
from geodata.store import Snapshot
from geodata.vocabulary import DataStatus
from ui import data, progress_data
from ui.html import DASH, number, percent, text

_COUNTS = {
    "": "登记",
    "not_started": "未开工",
    "started": "已开工",
    "under_way": "在施",
    "suspended": "停工",
    "completed": "完工",
    "accepted": "已验收",
    "unknown": "暂无数据",
    "removed": "调出",
}
_RATES = (
    "start_rate_estates",
    "start_rate_households",
    "completion_rate_estates",
    "completion_rate_households",
)
_SIGNS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class _Notes:
    """Reasons of missing values, each with its sign, in order of first use."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}

    def sign(self, reason: str) -> str:
        """The sign of a reason."""
        place = len(self._signs)
        return self._signs.setdefault(reason, _SIGNS[place] if place < len(_SIGNS) else f"({place + 1})")

    def markup(self) -> str:
        """All reasons as a line below the table."""
        return "　".join(f"{DASH}{sign} {text(reason)}" for reason, sign in self._signs.items())


def markup(standings: progress_data.Standing, scope: progress_data.Scope) -> str:
    """The table with totals; what lies outside totals stands below them."""
    notes, unit = _Notes(), "compounds" if scope.unit == "compounds" else "estates"
    rows = [_row(row, unit, notes, "on" if row["code"] in scope.codes else "") for row in standings.counted]
    rows.append(_row(standings.total, unit, notes, "total"))
    for row in standings.groups:
        if not row["in_totals"]:
            rows.append(_row(row | {"name": f"{row['name']}（不计入合计）"}, unit, notes, "out"))
    body = f"<table class='cy-pg-table'>{_head(unit, scope)}<tbody>{''.join(rows)}</tbody></table>"
    return f"{body}<div class='cy-note'>{notes.markup()}</div>"


def _head(unit: str, scope: progress_data.Scope) -> str:
    year = scope.as_of.year
    groups = (
        (2, ""),
        (len(_COUNTS), {"estates": "小区（个）", "compounds": "楼院（个）"}[unit]),
        (len(_COUNTS) + 1, "户数（户）"),
        (2, f"{year} 年计划"),
        (2, "开工率"),
        (2, "完工率"),
        (2, "形象进度"),
        (1, "滞后"),
    )
    kinds = ("小区", "户数")
    names = [
        "",
        "名称",
        *_COUNTS.values(),
        *_COUNTS.values(),
        "不详院",
        *kinds,
        *kinds,
        *kinds,
        "实际",
        "偏差",
        {"estates": "小区", "compounds": "楼院"}[unit],
    ]
    upper = "".join(f"<th colspan={span}{' class=g' if name else ''}>{name}</th>" for span, name in groups)
    starts = _starts(span for span, _ in groups)
    lower = "".join(f"<th{_kind(place, starts)}>{name}</th>" for place, name in enumerate(names))
    return f"<thead><tr>{upper}</tr><tr>{lower}</tr></thead>"


def _starts(spans: Iterable[int]) -> set[int]:
    """Positions of the first column of each group."""
    starts, place = set(), 0
    for span in spans:
        starts.add(place)
        place += span
    return starts


_GROUP_STARTS = _starts((2, len(_COUNTS), len(_COUNTS) + 1, 2, 2, 2, 2, 1))


def _kind(place: int, starts: set[int]) -> str:
    return " class=g" if place in starts and place else " class=name" if place == 1 else ""


def _row(row: dict[str, Any], unit: str, notes: _Notes, kind: str) -> str:
    cells = [
        number(row["rank"]) if kind in ("", "on") else "",
        text(row["name"]),
        *(_count(row, unit, bucket, notes) for bucket in _COUNTS),
        *(_count(row, "households", bucket, notes) for bucket in _COUNTS),
        _quiet(row["households_missing"]),
        *(_or_reason(row[f"plan_{one}"], row["plan_reason"], notes) for one in ("estates", "households")),
        *(_rate(row, name, notes) for name in _RATES),
        _with_sign(row["progress_pct"], "%", "没有已知进度", notes),
        _with_sign(row["deviation_pp"], "", "没有可比的计划与进度", notes, sign=True),
        DASH if row["compounds_unjudged"] == row["compounds"] else _quiet(row[f"{unit}_delayed"], alarm=True),
    ]
    body = "".join(f"<td{_kind(place, _GROUP_STARTS)}>{cell}</td>" for place, cell in enumerate(cells))
    return f"<tr class='{kind}'>{body}</tr>"


def _count(row: dict[str, Any], unit: str, bucket: str, notes: _Notes) -> str:
    value = row[f"{unit}_{bucket}" if bucket else unit]
    return _missing("这些楼院都没有户数", notes) if value is None else _quiet(value)


def _quiet(value: Any, *, alarm: bool = False) -> str:
    """A count; zeros recede."""
    if value == 0:
        return "<i>0</i>"
    return f"<b class=alarm>■ {number(value)}</b>" if alarm else number(value)


def _missing(reason: str, notes: _Notes) -> str:
    return f'<span class="none" title="{text(reason)}">{DASH}<sup>{notes.sign(reason)}</sup></span>'


def _or_reason(value: Any, reason: str, notes: _Notes) -> str:
    return _missing(reason or "计划未列此数", notes) if value is None else number(value)


def _rate(row: dict[str, Any], name: str, notes: _Notes) -> str:
    return _missing(row[f"{name}_reason"], notes) if row[name] is None else percent(row[name])


def _with_sign(value: Any, unit: str, reason: str, notes: _Notes, *, sign: bool = False) -> str:
    if value is None:
        return _missing(reason, notes)
    return f"{value:+.1f}".replace("-", "−") if sign else f"{value:.1f}{unit}"


# ---- CSV --------------------------------------------------------------------------------------------------


def csv_bytes(snap: Snapshot, scope: progress_data.Scope) -> bytes:
    """Every figure for all three units as CSV with byte order mark; each row says what it stands on."""
    standings = progress_data.standings(snap, scope)
    outside = [row for row in standings.groups if not row["in_totals"]]
    rows = [*standings.counted, standings.total, *outside]
    columns: dict[str, list[Any]] = {
        "名次": _values(rows, "rank"),
        "代码": _values(rows, "code"),
        "名称": _values(rows, "name"),
        "计入合计": ["是" if row["in_totals"] else "否" for row in rows],
        "年度计划小区（个）": _values(rows, "plan_estates"),
        "年度计划户数（户）": _values(rows, "plan_households"),
        "计划文号": _values(rows, "document_no"),
    }
    return csv_text(columns | _defined(rows) | _provenance(snap, scope, len(rows))).encode("utf-8-sig")


def _defined(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Every defined figure under its label; a rate in per cent, with the reason when it has none."""
    columns: dict[str, list[Any]] = {}
    for definition in data.definitions(data.rule()):
        code, reason = definition.code, f"{definition.code}_reason"
        if code not in rows[0]:
            continue
        columns[f"{definition.label}（{definition.unit}）"] = _values(
            rows, code, 100 if reason in rows[0] else 1
        )
        if reason in rows[0]:
            columns[f"{definition.label}无值原因"] = _values(rows, reason)
    return columns


def _values(rows: list[dict[str, Any]], code: str, factor: int = 1) -> list[Any]:
    """A column as CSV writes it: None for what is missing."""
    values = (row[code] for row in rows)
    return [round(value * factor, 2) if isinstance(value, float) else value for value in values]


def _provenance(snap: Snapshot, scope: progress_data.Scope, rows: int) -> dict[str, list[Any]]:
    mark = DataStatus.SYNTHETIC.label if data.has_synthetic(snap) else ""
    facts = {"截至日期": scope.as_of.isoformat(), "修订号": snap.revision, "演示标记": mark}
    return {name: [value] * rows for name, value in facts.items()}
