"""Which estates a form offers: all of a small register; of a large one those of the street and those searched for."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from ui import data
from ui.html import text

_MOST = 200


def is_narrowed(snap: Snapshot) -> bool:
    """Whether there are too many estates for one list."""
    return len(data.frame(snap, "estate")) > _MOST


def search(snap: Snapshot, prefix: str, street: str | None) -> None:
    """The search box above the form, with what the list leaves out; nothing where all fit into the list."""
    if not is_narrowed(snap):
        return
    with st.container(key="facts-estates", horizontal=True, vertical_alignment="center"):
        words = st.text_input(
            "查找小区",
            key=_words_key(prefix),
            placeholder="查找小区：名称，回车后在“所属小区”里选",
            label_visibility="collapsed",
        )
        found = _found(snap, words, street)
        left = len(found) - _MOST
        rest = f"，先列 {_MOST} 个，还有 {left:,} 个：请多写几个字" if left > 0 else ""
        which = f"名称含“{words.strip()}”的" if words.strip() else "本街道的"
        st.html(f'<div class="cy-note">“所属小区”列出{text(which)}小区 {len(found):,} 个{rest}。</div>')


def offered(
    snap: Snapshot, prefix: str, street: str | None, *, held: Iterable[str | None], draft: str = ""
) -> pd.DataFrame:
    """Rows of the estates that the list holds: what was found, what the form holds, what it offered before.

    What was once offered stays, since the browser may hold a choice that Python does not know yet. `draft` is the
    text of an unsaved choice that comes back.
    """
    rows = data.frame(snap, "estate")
    if not is_narrowed(snap):
        return rows
    before = st.session_state.setdefault(f"{prefix}-estates-offered", {})
    found = list(_found(snap, st.session_state.get(_words_key(prefix), ""), street).index[:_MOST])
    named = list(rows.index[rows["name"] == draft.rpartition("（")[0]][:_MOST]) if draft else []
    before.update(dict.fromkeys([*found, *named, *(code for code in held if code in rows.index)]))
    return rows.loc[list(dict.fromkeys([*found, *(code for code in before if code in rows.index)]))]


def _words_key(prefix: str) -> str:
    return f"{prefix}-estates-wanted"


def _found(snap: Snapshot, words: str, street: str | None) -> pd.DataFrame:
    rows = data.frame(snap, "estate")
    if not words.strip():
        return rows[rows["street_code"] == street]
    hits = rows["name"].str.casefold().str.contains(words.strip().casefold(), regex=False, na=False)
    return rows[hits]
