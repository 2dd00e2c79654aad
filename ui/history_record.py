"""One compound over time: every field that changed, with the way back to each former value."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geodata import schema
from geodata.store import Restore, Snapshot
from ui import changes, chooser, data, ledger, past, shell, state, taking_back
from ui.history_state import Asked, put
from ui.html import missing, text

_PER_PAGE = 120
_COLUMNS = "110px minmax(0, 1fr) minmax(0, 2fr) 76px"


def show(snap: Snapshot, asked: Asked) -> None:
    """The timeline of a compound; without one, the search that leads to it."""
    if asked.record is None:
        with st.container(key="history-choose"):
            st.html(_CHOOSE)
            chooser.search(
                snap, {"tab": "record"}, page="history", key="history_wanted", archived=True, on_click=_open
            )
        return
    is_live = asked.record in data.frame(snap, "compound").index
    fields = past.fields(snap, asked.record)
    with st.container(key="history-record-head", horizontal=True):
        st.html(_summary(snap, asked.record, fields, archived=not is_live))
        if is_live:
            params = state.link(compound=asked.record)
            st.page_link(shell.page("dossier"), label="打开档案", query_params=params)
        st.button("换楼院", on_click=_open, args=(None,), key="history-record-other")
    _timeline(snap, fields)


_CHOOSE = '<div class="cy-note">查找一个楼院，看它和它的工程、填报、手续、资金的每一次变更。已归档的也能找到。</div>'


def _open(compound_id: str | None) -> None:
    put(record=compound_id)


def _summary(snap: Snapshot, compound_id: str, fields: pd.DataFrame, *, archived: bool) -> str:
    saves, authors = fields["revision"].nunique(), list(dict.fromkeys(fields["author"]))
    mark = '<span class="cy-tag">已归档</span>' if archived else ""
    return (
        f'<div class="cy-head">{text(changes.title_of(snap, "compound", compound_id))}{mark}'
        f"<small>{saves} 次保存：{text('、'.join(authors[:6]))}</small></div>"
    )


def _timeline(snap: Snapshot, fields: pd.DataFrame) -> None:
    groups = data.kept(
        snap, ("timeline", tuple(fields["seq"].iloc[:1]), len(fields)), lambda: _groups(snap, fields)
    )
    shown, count = [], 0
    for group in groups:
        shown.append(group)
        count += len(group[2])
        if count >= _PER_PAGE and st.session_state.get(_ALL) != "yes":
            break
    ledger.show(
        shown,
        key="history-timeline",
        columns=_COLUMNS,
        heading=("字段", "原值", "新值", ""),
        on_act=lambda row: taking_back.ask(_request(fields, row)),
    )
    if len(shown) < len(groups):
        st.button(f"显示更早的 {len(groups) - len(shown)} 组", key="history-all", on_click=_show_all)


_ALL = "history_all"


def _show_all() -> None:
    st.session_state[_ALL] = "yes"


def _groups(snap: Snapshot, fields: pd.DataFrame) -> list[ledger.Group]:
    """One group per changed record and save, newest first; what a save added to a layer is one group."""
    added = fields.groupby("seq")["before"].transform("count") == 0
    alone = fields["seq"].where(~added | fields["field"].eq("archived"), 0)
    groups = []
    for _, part in fields.groupby(["revision", "layer", "action", alone], sort=False):
        first, many = part.iloc[0], part["seq"].nunique()
        entry = {"action": first["action"], "after": dict(zip(part["field"], part["after"], strict=True))}
        name = changes.title_of(snap, first["layer"], first["record_id"]) if many == 1 else f"{many} 条"
        title = f"{changes.action_label(entry)}{schema.LAYERS[first['layer']].label}　{name}"
        is_new = not part["before"].notna().any()
        rows = (
            [_added(snap, one) for _, one in part.groupby("seq", sort=False)]
            if is_new
            else _changed(snap, part)
        )
        groups.append((title, _who(first), rows))
    return groups


def _who(row: pd.Series) -> str:
    at = row["at"].astimezone(data.ZONE)
    reason = "" if missing(row["reason"]) else f"　{row['reason']}"
    return f"{row['author']}　{at:%Y-%m-%d %H:%M}　修订 {row['revision']}{reason}"


def _added(snap: Snapshot, part: pd.DataFrame) -> ledger.Row:
    """A record that was added, with all that it held."""
    first = part.iloc[0]
    values = dict(zip(part["field"], part["after"], strict=True))
    said = "　".join(f"{label} {value}" for label, value in changes.contents(snap, first["layer"], values))
    return ledger.Row(str(first["seq"]), (("quiet", "新增"), ("quiet", "无"), ("long", said)))


def _changed(snap: Snapshot, part: pd.DataFrame) -> list[ledger.Row]:
    """The changed fields of a record, each with the way back; a boundary with its picture."""
    first = part.iloc[0]
    rows = []
    for field, old, new in zip(part["field"], part["before"], part["after"], strict=True):
        former, value = (None if missing(one) else one for one in (old, new))
        told = changes.updates(snap, first["layer"], {field: former}, {field: value})[0]
        cells: tuple[ledger.Cell, ...] = (("", told[0]), ("former", told[1]), ("new", told[2]))
        rows.append(ledger.Row(f"{first['seq']}~{field}", cells, "恢复此值"))
        if field == "geometry":
            picture = ("picture", changes.picture_address(former, value))
            rows.append(ledger.Row(f"{first['seq']}~picture", (("", ""), picture, ("quiet", _KEY))))
    return rows


_KEY = "虚线为原边界，实线为新边界"


def _request(fields: pd.DataFrame, row: str) -> Restore:
    """Give back the value that one field had before a change."""
    seq, _, field = row.partition("~")
    found: Any = fields[fields["seq"] == int(seq)].iloc[0]
    return Restore(found["layer"], found["record_id"], int(found["revision"]) - 1, (field,))
