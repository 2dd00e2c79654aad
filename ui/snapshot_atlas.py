"""图册: many sheets in one go, made in the background: what the pages are and how the files are named."""

from __future__ import annotations

from typing import Any

import streamlit as st

from geodata.errors import BadValue
from geodata.store import Snapshot
from geodata.vocabulary import AtlasBy, SheetFormat
from sheets import atlas_parts, atlas_setup
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
    st.html(f'<div class="cy-note">{text(_taken(setup, by))}</div>')
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


def _taken(setup: Setup, by: AtlasBy) -> str:
    """What of the sheet's set-up holds for the atlas, and what does not."""
    packed = st.session_state[_key("form")] == SheetFormat.ZIP
    scale = f"1:{setup.scale}" if setup.scale else "每页适合图幅"
    told = [
        f"取自“图件”：{setup.paper.label} {setup.orientation.label}，{scale}，图层、注记、备注、编制单位、密级"
        + ("、分辨率" if packed and st.session_state[_key("page_form")] == SheetFormat.PNG else "")
        + "。",
        "压缩包没有封面、目录和索引图，标题、副题不用。" if packed else "标题、副题印在封面上。",
        {
            AtlasBy.COMPOUND: "楼院页是一区一策，没有附表和插图，位置图按阶段上色"
            + ("。" if packed else "；主题用于封面和索引图。"),
            AtlasBy.REPORT: "主题、附表和插图用于街道页；楼院页是一区一策，位置图按阶段上色。不用模板。",
        }.get(by, "主题、附表和插图每页都用。"),
        "图件种类、选中的楼院和画面范围不用。",
    ]
    return "".join(told)


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
        atlas_parts.require_one_template(wanted)
    except BadValue as error:
        wanted, trouble = None, str(error)
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
