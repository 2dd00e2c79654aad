"""变更记录: four views of what was changed, and the preview of what a person wants to take back."""

from __future__ import annotations

import streamlit as st

from geodata.store import Snapshot
from ui import (
    history_archived,
    history_compare,
    history_days,
    history_record,
    history_state,
    past,
    taking_back,
)
from ui.history_state import TABS, Asked, Choices

_VIEWS = {
    "days": history_days.show,
    "record": history_record.show,
    "compare": history_compare.show,
    "archived": history_archived.show,
}


def choices(snap: Snapshot) -> Choices:
    """What the URL of the page may name."""
    return Choices(past.authors(snap), past.Compounds(snap), snap.revision)


def show(snap: Snapshot, asked: Asked) -> None:
    """Heading with the choice of view; then what is to be taken back, or the view."""
    with st.container(key="history"):
        with st.container(key="history-head", horizontal=True):
            st.html(_TITLE)
            st.segmented_control(
                "查看方式",
                list(TABS),
                format_func=TABS.get,
                key=history_state.widget("tab"),
                label_visibility="collapsed",
                required=True,
                on_change=taking_back.forget,
            )
        if snap.newest is None:
            st.html('<div class="cy-empty">库里还没有任何记录，也就没有变更。</div>')
            return
        if not taking_back.show(snap):
            _VIEWS[asked.tab](snap, asked)


_TITLE = (
    '<div class="cy-title">变更记录<small>谁在什么时候把什么改成了什么，为什么。旧值一直留着；'
    "恢复和撤销都是新的一次保存，不抹掉历史。</small></div>"
)
