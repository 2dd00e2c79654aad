"""图册: many sheets in one go, made in the background: what the pages are and how the files are named."""

from __future__ import annotations

from typing import Any

import streamlit as st

from geodata.errors import BadValue
from geodata.store import Snapshot
from geodata.vocabulary import AtlasBy, SheetFormat
from sheets import atlas_setup
from sheets.atlas_setup import PAGE_FORMATS, PATTERN, PATTERN_FIELDS
from sheets.setup import Setup
from ui import controls, data, snapshot_jobs, snapshot_ticks, state
from ui.html import text

_FIRST: dict[str, Any] = {
    "by": AtlasBy.COMPOUND,
    "form": SheetFormat.PDF,
    "page_form": SheetFormat.PDF,
    "pattern": PATTERN,
}
_GROUPED = {AtlasBy.STREET: ("street_code", "个街道"), AtlasBy.AREA: ("renewal_area_id", "个片区")}
_KEPT = "atlas_kept"


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState, setup: Setup) -> None:
    """The controls of an atlas, its start, and what is made or was made."""
    _first_values()
    by: AtlasBy = st.session_state[_key("by")]
    st.html(f'<div class="cy-head"><span>图册</span><small>{text(by.meaning)}</small></div>')
    st.selectbox(
        "一页是什么",
        list(AtlasBy),
        format_func=lambda one: one.label,
        key=_key("by"),
        label_visibility="collapsed",
    )
    count = _pages(snap, chosen, setup, by)
    with st.container(key="sheet-atlas-which", horizontal=True):
        controls.lazily("atlas-filters", "筛选", lambda: controls.filters(options))
        controls.lazily("atlas-ticks", "勾选楼院", lambda: snapshot_ticks.show(snap, chosen, setup.compounds))
        st.html(
            f'<div class="cy-sheet-compound"><small>{text(snapshot_ticks.told(chosen, setup.compounds))}</small>'
            f"{count:,} {_GROUPED.get(by, ('', '个楼院'))[1]}</div>"
        )
    _files()
    st.html('<div class="cy-note">纸张、主题、注记、文字与密级取自“图件”；左边是按这些设置的一张。</div>')
    _start(setup, count)
    st.session_state[_KEPT] = {name: st.session_state[_key(name)] for name in _FIRST}
    snapshot_jobs.show()


def _key(name: str) -> str:
    return f"atlas_{name}"


def _first_values() -> None:
    """Widgets that were not drawn have lost their values; the session keeps them."""
    kept = st.session_state.get(_KEPT, _FIRST)
    for name, value in kept.items():
        st.session_state.setdefault(_key(name), value)


def _pages(snap: Snapshot, chosen: state.PageState, setup: Setup, by: AtlasBy) -> int:
    """How many compounds, street offices or areas the atlas is about."""
    rows = data.frame(snap, "compound")[data.visible(snap, chosen.as_of, chosen.filters).to_numpy()]
    if setup.compounds:
        rows = rows[rows.index.isin(setup.compounds)]
    return int(rows[_GROUPED[by][0]].nunique()) if by in _GROUPED else len(rows)


def _files() -> None:
    st.html('<div class="cy-head"><span>文件</span><small></small></div>')
    with st.container(key="sheet-atlas-files", horizontal=True):
        _choice("文件", "form", {SheetFormat.PDF: "一个 PDF", SheetFormat.ZIP: "压缩包"})
        packed = st.session_state[_key("form")] == SheetFormat.ZIP
        if packed:
            _choice("每页", "page_form", {one: one.label for one in PAGE_FORMATS})
    if packed:
        st.text_input("文件名", key=_key("pattern"), max_chars=120)
        fields = "".join(f"<dt>{{{name}}}</dt><dd>{text(told)}</dd>" for name, told in PATTERN_FIELDS.items())
        st.html(f'<dl class="cy-facts cy-pattern">{fields}</dl>')


def _choice(label: str, name: str, shown: dict[SheetFormat, str]) -> None:
    st.segmented_control(
        label,
        list(shown),
        format_func=lambda one: shown[one],
        key=_key(name),
        required=True,
        label_visibility="collapsed",
    )


def _start(setup: Setup, count: int) -> None:
    wanted, trouble = None, "" if count else "没有楼院可以做成图册：请放宽筛选，或换一批勾选的楼院。"
    try:
        wanted = atlas_setup.checked(
            {"setup": setup, **{name: st.session_state[_key(name)] for name in _FIRST}}
        )
    except BadValue as error:
        trouble = str(error)
    if trouble:
        st.html(f'<div class="cy-refusal" role="alert">{text(trouble)}</div>')
    st.button(
        "开始制作",
        key="atlas-start",
        type="primary",
        width="stretch",
        disabled=wanted is None or not count,
        on_click=snapshot_jobs.begin,
        args=(wanted, SheetFormat.PDF, _title(setup)),
    )


def _title(setup: Setup) -> str:
    by: AtlasBy = st.session_state[_key("by")]
    return f"{setup.title or data.settings().district_name + '老旧小区改造图册'} · {by.label}"
