"""The dossier page without a compound: a search, those opened before, those that someone must act on."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from ui import attention, compound_data, data, places, records, shell, state
from ui.places import Place

_RECENT = "dossier_recent"
_MOST_RECENT = 8
_WANTED = "dossier_wanted"
_MOST_FOUND, _MOST_URGENT = 30, 100


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState, unknown: str | None) -> None:
    """The page without a compound: a search, those opened before, those that someone must act on."""
    with st.container(key="dossier-choose"):
        st.html(_INTRODUCTION)
        if unknown:
            message = f"没有编号为“{unknown}”的楼院，可能已归档，或链接有误。请在下面重新选择。"
            shell.fault(message, title="找不到这个楼院")
        if not options.compounds:
            st.html(
                records.empty(
                    "库里还没有楼院。请运行 python manage.py demo（演示数据），或在“导入”页装入台账。"
                )
            )
            return
        looking, urgent = st.columns([2, 3], gap="large")
        with looking:
            search(snap, chosen.shared)
            _listed(_recent(snap), chosen, key="recent")
        with urgent:
            _listed(_urgent(snap, chosen), chosen, key="urgent")


_INTRODUCTION = '<div class="cy-title">小区档案<small>一区一策：一个楼院一页。搜索或选择楼院，也可以在一张图上点选。</small></div>'


def search(
    snap: Snapshot,
    params: dict[str, str],
    *,
    page: str = "dossier",
    key: str = _WANTED,
    archived: bool = False,
    on_click: Callable[[str], None] | None = None,
) -> None:
    """The search box: name, former names, address, street or estate; what is chosen goes into the page's state.

    `params` and `page` are those of the links to what is found; archived ones are found when asked for, and marked.
    """
    wanted = st.text_input("楼院", key=key, placeholder="名称、曾用名、地址、街道或小区，回车查找")
    if not wanted.strip():
        return
    rows = compound_data.search(snap, wanted, archived_too=archived)
    left = len(rows) - _MOST_FOUND
    note = f"{len(rows)} 个" + (
        f"，先列 {_MOST_FOUND} 个，还有 {left:,} 个：请多写几个字" if left > 0 else ""
    )
    if len(rows):
        found = ("找到", note, _places(snap, rows.head(_MOST_FOUND)))
        places.show([found], key="found", params=params, on_click=on_click or _open, page=page)
    else:
        st.html(records.empty(f"没有名称、曾用名、地址、街道或小区里有“{wanted}”的楼院。"))


def _places(snap: Snapshot, rows: pd.DataFrame) -> list[Place]:
    streets, live = data.names(snap, "street_office"), data.frame(snap, "compound").index
    return [
        Place(str(code), name, (streets.get(street, "") + ("" if code in live else "（已归档）"),))
        for code, name, street in zip(rows.index, rows["name"], rows["street_code"], strict=True)
    ]


def _listed(group: places.Group, chosen: state.PageState, *, key: str) -> None:
    if group[2]:
        places.show([group], key=key, params=chosen.shared, on_click=_open)


def _open(compound_id: str) -> None:
    state.put("compound", compound_id)


def _recent(snap: Snapshot) -> places.Group:
    rows = data.frame(snap, "compound")
    known = [code for code in st.session_state.get(_RECENT, []) if code in rows.index]
    return "本次打开过", "", _places(snap, rows.loc[known])


def _urgent(snap: Snapshot, chosen: state.PageState) -> places.Group:
    late = attention.late(snap, chosen.as_of)
    rows = late.head(_MOST_URGENT).itertuples()
    listed = [Place(str(row.Index), row.name, (row.why,), alarm=True) for row in rows]
    left = len(late) - _MOST_URGENT
    rest = f"，先列最重的 {_MOST_URGENT} 个，还有 {left:,} 个见一张图" if left > 0 else ""
    return "需要处理", f"严重滞后 {len(late)} 个楼院，按程度排列{rest}", listed


def remember(compound_id: str) -> None:
    """Note that this session opened a dossier."""
    before = [code for code in st.session_state.get(_RECENT, []) if code != compound_id]
    st.session_state[_RECENT] = [compound_id, *before][:_MOST_RECENT]
