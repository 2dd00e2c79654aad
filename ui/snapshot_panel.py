"""The controls of a sheet, in groups from what it shows to who may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import (
    Audience,
    Classification,
    Labelling,
    Orientation,
    Paper,
    SheetBlock,
    SheetKind,
    Term,
)
from sheets.setup import COMPARING, FIXED_THEMES, SCALES, default_paper
from ui import chooser, controls, data, snapshot_state, snapshot_ticks, state
from ui.html import text
from ui.snapshot_state import FIT, RESOLUTIONS, widget

_PAPERS = {paper: "16:9" if paper is Paper.SLIDE else paper.label for paper in Paper}
_TEXT_LABELS = {
    "title": "标题",
    "subtitle": "副题",
    "notes": "备注",
    "unit": "编制单位",
    "contact": "联系方式（科室或热线）",
}
_PLACEHOLDERS = {
    "title": "不填则按图上内容拟题",
    "subtitle": "不填则写截至日期",
    "notes": "印在图上的说明",
    "unit": "例如：区城镇老旧小区改造办公室",
    "contact": "不会取用库里的个人信息",
}
_OF_KIND = {SheetKind.PUBLIC_NOTICE: {"notes": "以“公示期”开头的一行印作公示期"}}
_COMPARES = "sheet-compares"
_WITH_BLOCKS = (SheetKind.SNAPSHOT,)
_WITH_INSET = (SheetKind.SNAPSHOT, SheetKind.WALL)
_WITHOUT_MAP = (SheetKind.SITE_NOTICE, SheetKind.PUBLIC_NOTICE)


def show(
    snap: Snapshot,
    options: state.Choices,
    chosen: state.PageState,
    values: dict[str, Any],
    templates: dict[str, str],
) -> None:
    """All groups of one sheet."""
    _subject(snap, options, chosen, values)
    _paper(values)
    _map(snap, options, chosen, values)
    _texts(values["kind"])
    _audience(values)
    _file(templates)


def heading(label: str, note: str = "") -> None:
    """Heading of a group."""
    st.html(f'<div class="cy-head"><span>{text(label)}</span><small>{text(note)}</small></div>')


def choose(
    label: str, key: str, terms: Iterable[Term], names: dict[Any, str] | None = None, **more: Any
) -> None:
    """A row of buttons for one key of the address."""
    shown = names or {term: term.label for term in terms}
    st.segmented_control(
        label,
        list(shown),
        format_func=lambda term: shown[term],
        key=widget(key),
        required=True,
        persist_state="session",
        **more,
    )


# ---- groups -----------------------------------------------------------------------------------------------------


def _subject(snap: Snapshot, options: state.Choices, chosen: state.PageState, values: dict[str, Any]) -> None:
    kind: SheetKind = values["kind"]
    heading("图件", kind.meaning)
    st.selectbox(
        "图件种类",
        list(SheetKind),
        format_func=lambda one: one.label,
        key=widget("kind"),
        persist_state="session",
        on_change=_kind_changed,
        label_visibility="collapsed",
    )
    if kind.of_one_compound or chosen.compound:
        _compound(snap, chosen, needed=kind.of_one_compound)
    with st.container(key="sheet-days"):
        _day("截至日期", state.widget("date"), options)
        if kind is SheetKind.WALL:
            st.session_state[_COMPARES] = values["compare"] is not None
            st.toggle("写出灯号的增减", key=_COMPARES, on_change=_compares_changed, args=(options,))
        if kind in COMPARING and values["compare"] is not None:
            _day("对比日期", widget("compare"), options)


def _day(label: str, key: str, options: state.Choices) -> None:
    st.date_input(
        label,
        min_value=options.first_day,
        max_value=options.last_day,
        format="YYYY-MM-DD",
        key=key,
        persist_state="session",
    )


def _compares_changed(options: state.Choices) -> None:
    """A wall map tells how its lights moved since another day, or not."""
    wanted = st.session_state[_COMPARES]
    snapshot_state.put(
        compare=snapshot_state.day_before(options.first_day, options.last_day) if wanted else None
    )


def _kind_changed() -> None:
    """Each kind has its usual paper; the person may choose otherwise afterwards."""
    paper, side = default_paper(st.session_state[widget("kind")])
    snapshot_state.put(paper=paper, side=side)


def _compound(snap: Snapshot, chosen: state.PageState, *, needed: bool) -> None:
    if chosen.compound:
        with st.container(key="sheet-compound", horizontal=True):
            name = data.frame(snap, "compound").at[chosen.compound, "name"]
            st.html(f'<div class="cy-sheet-compound"><small>选中楼院</small>{text(name)}</div>')
            st.button(
                "换楼院" if needed else "不突出",
                on_click=state.put,
                args=("compound", None),
                key="sheet-other",
                type="tertiary",
            )
    elif needed:
        st.html('<div class="cy-note">这种图件说的是一个楼院：请先找到它。</div>')
        chooser.search(
            snap,
            chosen.shared,
            key="sheet_wanted",
            page="snapshots",
            on_click=lambda one: state.put("compound", one),
        )


def _paper(values: dict[str, Any]) -> None:
    heading("纸张")
    choose("纸张", "paper", Paper, _PAPERS, label_visibility="collapsed")
    with st.container(key="sheet-paper", horizontal=True):
        slide = values["paper"] is Paper.SLIDE
        choose("方向", "side", Orientation, disabled=slide, label_visibility="collapsed")
        if values["kind"] not in _WITHOUT_MAP:
            st.selectbox(
                "比例尺",
                [FIT, *SCALES],
                format_func=lambda scale: f"1 : {scale:,}".replace(",", " ") if scale else "比例尺：适合图幅",
                key=widget("scale"),
                persist_state="session",
                label_visibility="collapsed",
            )


def _map(snap: Snapshot, options: state.Choices, chosen: state.PageState, values: dict[str, Any]) -> None:
    kind: SheetKind = values["kind"]
    of_many = not kind.of_one_compound
    heading("内容", snapshot_ticks.told(chosen, tuple(values["only"])) if of_many else "")
    if kind in _WITHOUT_MAP:
        st.html('<div class="cy-note">这种图件没有地图，内容都取自这个楼院的登记。</div>')
    else:
        _extent(values)
        if chosen.basemap:
            st.html('<div class="cy-note">图件用本库的道路作底，不含影像底图。</div>')
        _theme(kind)
        choose("注记", "labels", Labelling)
        with st.container(key="sheet-map", horizontal=True):
            if of_many:
                controls.lazily("sheet-filters", "筛选", lambda: controls.filters(options))
            controls.lazily("sheet-layers", "图层", controls.layers)
            if of_many:
                controls.lazily(
                    "sheet-ticks",
                    "勾选楼院",
                    lambda: snapshot_ticks.show(snap, chosen, tuple(values["only"])),
                )
    with st.container(key="sheet-extras", horizontal=True):
        if kind in _WITH_INSET:
            st.toggle(
                "插图",
                key=widget("inset"),
                persist_state="session",
                help="角上的全区位置图，和写不下名称处的局部放大",
            )
        st.toggle("二维码", key=widget("qr"), persist_state="session", help="扫码回到同一画面")
    if kind in _WITH_BLOCKS:
        st.multiselect(
            "附表与图",
            list(SheetBlock),
            format_func=lambda one: one.label,
            key=widget("blocks"),
            persist_state="session",
            placeholder="不附",
        )


def _extent(values: dict[str, Any]) -> None:
    """That the extent came from a map, and the way out of it; a sheet of one compound shows its surroundings."""
    if values["extent"] is None or values["kind"].of_one_compound:
        return
    with st.container(key="sheet-extent", horizontal=True):
        st.html('<div class="cy-note">范围取自一张图当时的画面</div>')
        st.button(
            "改为筛选所及",
            on_click=snapshot_state.put,
            kwargs={"extent": None},
            key="sheet-fit",
            type="tertiary",
        )


def _theme(kind: SheetKind) -> None:
    """The themes to choose from, or the one that this kind is always drawn in."""
    if kind in FIXED_THEMES:
        st.html(f'<div class="cy-note">{text(kind.label)}总按“{text(FIXED_THEMES[kind].label)}”着色。</div>')
        return
    st.segmented_control(
        "主题",
        list(controls.SHORT_THEMES),
        format_func=controls.SHORT_THEMES.get,
        key=state.widget("theme"),
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )


def _texts(kind: SheetKind) -> None:
    heading("文字")
    hints = _PLACEHOLDERS | _OF_KIND.get(kind, {})
    office = data.settings().print
    stated = {"unit": office.unit, "contact": office.contact}
    for key, label in _TEXT_LABELS.items():
        make = st.text_area if key == "notes" else st.text_input
        more = {"height": 68} if key == "notes" else {}
        make(
            label,
            key=widget(key),
            persist_state="session",
            placeholder=stated.get(key) or hints[key],
            max_chars=snapshot_state.longest(key),
            **more,
        )


def _audience(values: dict[str, Any]) -> None:
    public = values["audience"] is Audience.PUBLIC
    heading("使用范围", values["audience"].meaning)
    with st.container(key="sheet-audience", horizontal=True):
        choose("使用范围", "audience", Audience, on_change=_audience_changed, label_visibility="collapsed")
        if not public:
            internal = [one for one in Classification if one is not Classification.PUBLIC]
            st.selectbox(
                "密级",
                internal,
                format_func=lambda one: one.label,
                key=widget("secrecy"),
                persist_state="session",
                label_visibility="collapsed",
            )
    if public:
        for key, label, hint in (
            ("review", "审图号", "例如：豫S〔2026年〕01-023号"),
            ("exempt", "或免审理由", "例如：只有示意范围，不表示行政区域界线"),
        ):
            st.text_input(
                label,
                key=widget(key),
                persist_state="session",
                placeholder=hint,
                max_chars=snapshot_state.longest(key),
            )


def _audience_changed() -> None:
    public = st.session_state[widget("audience")] is Audience.PUBLIC
    snapshot_state.put(secrecy=Classification.PUBLIC if public else snapshot_state.defaults()["secrecy"])


def _file(templates: dict[str, str]) -> None:
    heading("模板与图片")
    with st.container(key="sheet-file", horizontal=True):
        st.selectbox(
            "模板",
            ["", *templates],
            format_func=lambda file: templates.get(file, "随图件种类"),
            key=widget("template"),
            persist_state="session",
            label_visibility="collapsed",
        )
        st.selectbox(
            "图片分辨率",
            RESOLUTIONS,
            format_func=lambda dpi: f"PNG {dpi} dpi",
            key=widget("dpi"),
            persist_state="session",
            label_visibility="collapsed",
        )


def too_long(keys: list[str]) -> None:
    """Say what the address does not hold."""
    names = {"notes": "备注", "only": "勾选的楼院"}
    if keys:
        named = "、".join(names.get(key, _TEXT_LABELS.get(key, key)) for key in keys)
        st.html(f'<div class="cy-note">{text(named)}太长，复制的链接里没有；要长期保留请存为方案。</div>')
