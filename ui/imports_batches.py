"""Every file that was taken in: who, when, what became of its rows, in which datum; and undoing a whole one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from geodata.kinds import KINDS
from geodata.schema import LAYERS
from geodata.store import Snapshot, Undo
from ui import data, imports_state, ledger, taking_back
from ui.html import missing

_SHOWN = 200
_COLUMNS = "118px 72px minmax(0, 1.6fr) 92px minmax(0, 1.5fr) minmax(0, 1fr) minmax(0, 1.2fr) 60px 92px"
_HEADING = ("时间", "操作人", "文件", "台账", "行", "坐标", "原因", "修订", "")


def show(snap: Snapshot) -> None:
    """All batches, or the preview of what undoing one would write."""
    with st.container(key="imports-batches"):
        if taking_back.show(snap):
            return
        rows = batches(snap)
        if rows.empty:
            st.html(
                '<div class="cy-empty">还没有装入过文件。装入的每个文件在这里留一条记录：谁、何时、哪个文件、多少行、什么坐标；'
                "整批可以撤销。</div>"
            )
            return
        undone = _undone(snap)
        listed = [_row(row, undone) for row in rows.head(_SHOWN).to_dict("records")]
        ledger.show(
            [("", "", listed)], key="imports-batches-list", columns=_COLUMNS, heading=_HEADING, on_act=_undo
        )
        more = len(rows) - _SHOWN
        rest = f"；更早的 {more} 批见变更记录" if more > 0 else ""
        st.html(
            f'<div class="cy-note">共 {len(rows)} 批{rest}。撤销先显示会写回什么；装入之后又改过的，会列出来并保留。</div>'
        )


def last(snap: Snapshot, count: int) -> bool:
    """The newest few, for the first step; False when there is none."""
    rows = batches(snap)
    if rows.empty:
        return False
    undone = _undone(snap)
    listed = [_short(row, undone) for row in rows.head(count).to_dict("records")]
    ledger.show(
        [("最近装入", f"共 {len(rows)} 批", listed)],
        key="imports-last",
        columns="118px 72px minmax(0, 1.4fr) minmax(0, 1fr)",
    )
    return True


def batches(snap: Snapshot) -> pd.DataFrame:
    """Every file that was taken in, newest first."""
    return data.kept(snap, ("imports",), lambda: data.store().imports())


def _undone(snap: Snapshot) -> set[int]:
    """Revisions that a later save took back."""
    return data.kept(snap, ("undone",), lambda: data.store().undone())


def _undo(revision: str) -> None:
    st.session_state.pop(imports_state.SAID, None)
    taking_back.ask(Undo(int(revision)))


def _row(row: dict[str, Any], undone: set[int]) -> ledger.Row:
    revision = int(row["revision"])
    back = revision in undone
    cells = (
        ("", _when(row["at"])),
        ("strong", str(row["author"])),
        ("", str(row["file_name"])),
        ("", _kind(row)),
        ("quiet", _counts(row)),
        ("quiet", _datum(row)),
        ("quiet", "未写原因" if missing(row["reason"]) else str(row["reason"])),
        ("num", str(revision)),
    )
    return ledger.Row(str(revision), cells, "" if back else "撤销整批")


def _short(row: dict[str, Any], undone: set[int]) -> ledger.Row:
    mark = "已撤销" if int(row["revision"]) in undone else _counts(row)
    cells = (
        ("", _when(row["at"])),
        ("strong", str(row["author"])),
        ("", str(row["file_name"])),
        ("quiet", mark),
    )
    return ledger.Row(str(row["revision"]), cells)


def _when(at: datetime) -> str:
    return f"{at.astimezone(data.ZONE):%Y-%m-%d %H:%M}"


def _understood(row: dict[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(row["understood"] or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _kind(row: dict[str, Any]) -> str:
    code = _understood(row).get("kind")
    layer = str(row["layer"])
    return KINDS[code].label if code in KINDS else LAYERS[layer].label if layer in LAYERS else layer


def _counts(row: dict[str, Any]) -> str:
    told = _understood(row).get("counts")
    if not isinstance(told, dict):
        return f"装入 {row['accepted']:,}，不装入 {row['rejected']:,}"
    parts = (("new", "新增"), ("changed", "改动"), ("unchanged", "不变"), ("rejected", "不装入"))
    return "，".join(
        f"{label} {told[name]:,}" for name, label in parts if isinstance(told.get(name), int) and told[name]
    )


def _datum(row: dict[str, Any]) -> str:
    told = _understood(row)
    verdict = told.get("verdict")
    for one in told.get("evidence") or ():
        if isinstance(one, dict) and one.get("code") == verdict:
            return str(one.get("label"))
    return "" if missing(row["source_crs"]) else str(row["source_crs"])
