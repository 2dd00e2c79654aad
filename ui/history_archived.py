"""Archived records: hidden everywhere, lost nowhere, each with the way back."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from geodata.schema import LAYERS
from geodata.store import Archive, Snapshot
from ui import changes, data, ledger, past, taking_back
from ui.history_state import Asked
from ui.html import missing

_SHOWN = 100


def show(snap: Snapshot, asked: Asked) -> None:
    """Archived records per layer, newest first, with who archived them and why."""
    found = {name: past.archived(snap, name) for name, layer in LAYERS.items() if not layer.append_only}
    found = {name: rows for name, rows in found.items() if len(rows)}
    if not found:
        st.html('<div class="cy-empty">没有归档的记录。</div>')
        return
    st.html(_NOTE)
    for name, rows in found.items():
        _layer(snap, name, rows)


_NOTE = (
    '<div class="cy-note">归档的记录不在地图和名录里，也不计入任何数字；内容和历史都在库里。'
    "恢复是新的一次保存。</div>"
)


def _layer(snap: Snapshot, layer: str, rows: pd.DataFrame) -> None:
    last = data.kept(snap, ("archived", layer), lambda: _last(layer, rows))
    listed = [
        _row(snap, layer, str(record_id), last.get(record_id))
        for record_id in sorted(rows.index, key=lambda one: -_revision(last.get(one)))[:_SHOWN]
    ]
    more = f"，列出最近的 {_SHOWN} 条" if len(rows) > _SHOWN else ""
    ledger.show(
        [(LAYERS[layer].label, f"{len(rows)} 条{more}", listed)],
        key=f"history-archived-{layer}",
        columns="minmax(0, 1.4fr) 110px 124px minmax(0, 2fr) 64px",
        heading=("记录", "归档人", "时间", "原因", ""),
        on_act=partial(_ask, layer),
    )


def _ask(layer: str, record_id: str) -> None:
    taking_back.ask(Archive(layer, record_id, back=True))


def _last(layer: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """The newest change of each archived record: the one that archived it, or a later correction."""
    newest = rows.sort_values("revision", ascending=False).index[:_SHOWN]
    audit = data.store().audit(layer=layer, record_ids=list(newest))
    audit = audit[[bool(after.get("archived")) for after in audit["after"]]]
    return {str(record_id): part.iloc[0] for record_id, part in audit.groupby("record_id")}


def _revision(entry: pd.Series | None) -> int:
    return 0 if entry is None else int(entry["revision"])


def _row(snap: Snapshot, layer: str, record_id: str, entry: pd.Series | None) -> ledger.Row:
    name = changes.title_of(snap, layer, record_id)
    if entry is None:
        return ledger.Row(record_id, (("strong", name), ("quiet", ""), ("quiet", ""), ("quiet", "")), "恢复")
    at = entry["at"].astimezone(data.ZONE)
    reason = "未写原因" if missing(entry["reason"]) else str(entry["reason"])
    cells = (("strong", name), ("", entry["author"]), ("quiet", f"{at:%Y-%m-%d %H:%M}"), ("quiet", reason))
    return ledger.Row(record_id, cells, "恢复")
