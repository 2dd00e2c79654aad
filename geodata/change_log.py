"""The change log and plans to undo as rows of plain text, for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

import pandas as pd
from shapely.geometry.base import BaseGeometry

from geodata.schema import LAYERS, label
from geodata.store.hashing import jsonable
from geodata.store.plans import Plan
from geodata.vocabulary import AuditAction

Line = list[str]
_EMPTY = "空"

SAVE_HEADINGS = ["修订", "时间", "操作人", "内容", "原因"]
CHANGE_HEADINGS = ["修订", "时间", "操作人", "动作", "图层", "编号", "字段", "原值", "新值", "原因"]
PLAN_HEADINGS = ["图层", "编号", "字段", "现在", "将改为"]
CONFLICT_HEADINGS = ["图层", "编号", "字段", "那次保存写下的", "现在", "为什么不动"]


def save_lines(saves: pd.DataFrame, touched: pd.DataFrame, zone: tzinfo) -> list[Line]:
    """One line per save; frames of `Store.saves` and `Store.touched`."""
    said = {
        number: "，".join(
            f"{AuditAction(row.action).label}{LAYERS[row.layer].label} {row.rows}"
            for row in part.itertuples()
        )
        for number, part in touched.groupby("revision")
    }
    return [
        [
            str(row.number),
            f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}",
            row.author,
            said.get(row.number, ""),
            _text(row.reason),
        ]
        for row in saves.itertuples()
    ]


def change_lines(audit: pd.DataFrame, zone: tzinfo) -> list[Line]:
    """One line per changed field; a frame of `Store.audit`."""
    return [
        [
            str(row["revision"]),
            f"{row['at'].astimezone(zone):%Y-%m-%d %H:%M}",
            row["author"],
            AuditAction(row["action"]).label,
            LAYERS[row["layer"]].label,
            row["record_id"],
            label(row["layer"], field),
            value_text(row["layer"], field, row["before"].get(field)),
            value_text(row["layer"], field, value),
            _text(row["reason"]),
        ]
        for row in audit.to_dict("records")
        for field, value in row["after"].items()
    ]


def plan_lines(plan: Plan) -> list[Line]:
    """One line per field that a plan would write."""
    return [
        [
            LAYERS[step.layer].label,
            step.record_id,
            label(step.layer, field),
            *_pair(step.layer, field, step.before, value),
        ]
        for step in plan.steps
        for field, value in step.after.items()
    ]


def _pair(layer: str, field: str, before: Mapping[str, Any], value: Any) -> Iterable[str]:
    return (value_text(layer, field, one) for one in (before.get(field), value))


def conflict_lines(plan: Plan) -> list[Line]:
    """One line per field or record that a plan leaves as it is, with the reason."""
    lines = []
    for one in plan.conflicts:
        who = f"：{one.author}，修订 {one.revision}" if one.revision else ""
        needed = "，".join(f"{LAYERS[layer].label} {count} 条" for layer, count in one.needed_by.items())
        field = "整条" if one.column is None else label(one.layer, one.column)
        values = [
            value_text(one.layer, one.column, value) if one.column else "" for value in (one.saved, one.now)
        ]
        why = f"{one.kind.label}{who}{'：' + needed if needed else ''}"
        lines.append([LAYERS[one.layer].label, one.record_id, field, *values, why])
    return lines


def value_text(layer: str, column: str, value: Any) -> str:
    """A value as the audit or a plan holds it, with labels for codes; of a boundary only that there is one."""
    if value is None:
        return _EMPTY
    if column == "geometry" or isinstance(value, BaseGeometry):
        return "有边界"
    if isinstance(value, bool):
        return "是" if value else "否"
    terms = {term.value: term.label or term.meaning for term in LAYERS[layer].vocabulary.get(column, ())}
    return terms.get(value, str(jsonable(value)))


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
