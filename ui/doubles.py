"""Two people report the same: the second is told before anything is added, and may add it as a correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geodata.errors import BadValue
from geodata.store import Commit
from ui.timeline import STAGES

_SAME = {
    "progress_report": ("work_item_id", "reported_on"),
    "stage_event": ("compound_id", "stage", "occurred_from", "occurred_to"),
}
Row = Mapping[str, Any]


def refuse(save: Commit, layer: str, row: Row) -> None:
    """Raise BadValue when somebody told the same already, or corrected the same row; asked inside the save, so that
    two who press at one moment do not both pass."""
    if row["corrects_id"] is not None:
        _refuse_second_correction(save, layer, row["corrects_id"])
        return
    same = save.rows(layer, **{column: row[column] for column in _SAME[layer]})
    standing = [other for other in same if not other["withdrawn"] and not _is_corrected(save, layer, other)]
    if standing:
        raise BadValue(_TOLD[layer](standing[-1], row))


def _is_corrected(save: Commit, layer: str, row: Row) -> bool:
    return bool(save.rows(layer, corrects_id=row["id"]))


def _refuse_second_correction(save: Commit, layer: str, record_id: str) -> None:
    corrections = save.rows(layer, corrects_id=record_id)
    if corrections:
        did = "撤回" if corrections[-1]["withdrawn"] else "更正"
        raise BadValue(
            f"所选的那一条已被 {corrections[-1]['recorded_by']} {did}。请在“更正哪一条”中改选现有的那一条，"
            "或不选，作为新的一条填写。"
        )


def _report(other: Row, mine: Row) -> str:
    return (
        f"{other['recorded_by']} 已填报同一工程项 {other['reported_on']:%Y-%m-%d} 的进度：库里 "
        f"{other['progress_pct']:g}%，您填 {mine['progress_pct']:g}%。那一条填错了，请在“更正哪一条”中选它再保存；"
        "那一条没有错，就不必再填。"
    )


def _event(other: Row, mine: Row) -> str:
    return (
        f"{other['recorded_by']} 已登记同一阶段“{STAGES[mine['stage']].label}”，日期相同（或同为不详）。"
        "那一条有误，请在“更正哪一条”中选它再保存；那一条没有错，就不必再登记。"
    )


_TOLD: dict[str, Callable[[Row, Row], str]] = {"progress_report": _report, "stage_event": _event}
