"""小区档案 (一区一策): one compound on one page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from geodata.store import Snapshot
from ui import (
    case,
    changes,
    chooser,
    compound_data,
    data,
    dossier_figures,
    dossier_map,
    editing,
    export,
    records,
    shell,
    state,
    timeline,
)
from ui.case import Case
from ui.html import missing


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState) -> None:
    """The whole dossier of the chosen compound."""
    assert chosen.compound
    chooser.remember(chosen.compound)
    subject = case.load(snap, chosen.compound, chosen.as_of)
    with st.container(key="dossier"):
        _heading(subject, options, chosen)
        editing.band(subject)
        with st.container(key="dossier-columns", horizontal=True):
            main, side = st.container(key="dossier-main"), st.container(key="dossier-side")
        with side:  # first, since the map takes longest to appear
            _side(subject)
        with main:
            _main(subject)


def _heading(subject: Case, options: state.Choices, chosen: state.PageState) -> None:
    with st.container(key="dossier-head", horizontal=True):
        st.html(_kept(subject, "title", lambda: dossier_figures.title(subject)))
        with st.container(key="dossier-actions", horizontal=True):
            st.date_input(
                "截至日期",
                min_value=options.first_day,
                max_value=options.last_day,
                format="YYYY-MM-DD",
                key=state.widget("date"),
                label_visibility="collapsed",
            )
            st.page_link(
                shell.page("overview"),
                label="在一张图中看",
                query_params={**chosen.shared, "compound": subject.id},
            )
            st.page_link(
                shell.page("drawing"),
                label="落图" if missing(subject.row["geometry"]) else "修改边界",
                query_params={"compound": subject.id},
            )
            export.link("strategy", compound=subject.id, date=chosen.shared.get("date"))
            st.button("换楼院", on_click=state.put, args=("compound", None), key="dossier-other")
            st.button(
                "收起编辑" if editing.is_open() else "编辑", on_click=editing.toggle, key="dossier-toggle"
            )


def _kept(subject: Case, name: str, make: Callable[[], str]) -> str:
    """A block as markup, made once per save, compound and day."""
    return data.kept(subject.snap, ("block", name, subject.id, subject.as_of), make)


def _main(subject: Case) -> None:
    st.html(_kept(subject, "figures", lambda: dossier_figures.figures(subject)))
    with st.container(key="dossier-works"):
        with st.container(key="dossier-works-head", horizontal=True):
            st.html(_works_head(subject))
            grouping = _grouping(subject)
        st.html(
            _kept(subject, f"chart-{grouping}", lambda: timeline.chart(subject, grouping))
            + _no_items(subject)
        )
    st.html(_kept(subject, "records", lambda: _records(subject)))
    params = state.link(tab="record", record=subject.id)
    st.page_link(shell.page("history"), label="查看全部变更，恢复旧值", query_params=params)


def _grouping(subject: Case) -> str:
    """Which of the two classifications groups the works items."""
    if subject.items.empty:
        return "national"
    chosen = st.segmented_control(
        "分类",
        list(timeline.GROUPINGS),
        default="national",
        format_func=timeline.GROUPINGS.get,
        key="dossier-grouping",
        label_visibility="collapsed",
        required=True,
    )
    return chosen or "national"


def _works_head(subject: Case) -> str:
    source = "" if subject.items.empty else records.provenance(subject.items)
    return f'<div class="cy-section">工程项与工期<small>{len(subject.items)} 项</small>{source}</div>'


def _no_items(subject: Case) -> str:
    if len(subject.items):
        return ""
    return records.empty("没有工程项记录（暂无数据来源）。来源没有逐项列出施工内容的，不编造工程项。")


def _records(subject: Case) -> str:
    history = changes.listing(subject.snap, compound_data.history(subject.snap, subject.id))
    quotes = records.quotes(subject) if subject.items.empty else ""
    listed = records.section("变更记录", history, note="每次保存的操作人、北京时间、原值与新值")
    return quotes + records.progress(subject) + listed


def _side(subject: Case) -> None:
    dossier_map.show(subject)
    st.html(_kept(subject, "side", lambda: _blocks(subject)))


def _blocks(subject: Case) -> str:
    quotes = "" if subject.items.empty else records.quotes(subject)
    blocks = (records.stages, records.permits, records.funding, records.parties)
    return records.facts(subject) + quotes + "".join(block(subject) for block in blocks)
