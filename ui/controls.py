"""Controls of the overview: filters, layers, theme and legend, date slider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from cartography.map_state import SWITCHES
from geodata.store import Snapshot
from geodata.vocabulary import DataStatus, Theme
from ui import data, map_data, panels, state, tiles
from ui.html import text

SHORT_THEMES = {
    Theme.STAGE.value: "改造阶段",
    Theme.WARNING.value: "进度预警",
    Theme.STAGE_LOCAL.value: "红黄绿",
}
FIELDS = {
    "street": "街道",
    "area": "片区",
    "programme": "改造计划",
    "year": "年度批次",
    "status": "进展",
    "works": "工程类型",
    "zone": "文物区划",
}


def choices(snap: Snapshot) -> state.Choices:
    """What may be chosen at this snapshot."""
    return data.kept(snap, ("choices", data.today(snap)), lambda: _choices(snap))


def _choices(snap: Snapshot) -> state.Choices:
    estates = data.frame(snap, "estate")
    zones = {**data.names(snap, "heritage_zone"), **data.names(snap, "reference_area")}
    multi = {
        **state.closed_lists(),
        "street": data.names(snap, "street_office"),
        "area": data.names(snap, "renewal_area"),
        "programme": {name: name for name in sorted(estates["programme"].dropna().unique())},
        "year": {str(year): f"{year} 年" for year in sorted(estates["batch_year"].dropna().unique())},
        "zone": zones,
    }
    last = data.today(snap)
    return state.Choices(
        multi=multi,
        first_day=min(data.first_day(snap) or last, last - timedelta(days=1)),
        last_day=last,
        compounds=frozenset(data.frame(snap, "compound").index),
        basemaps=tuple(tiles.configured()),
    )


def tools(chosen: state.PageState, options: state.Choices, *, shown: int, whole: int, unbounded: int) -> None:
    """Filters and layers, floating over the map's upper left corner."""
    with st.container(key="tools", horizontal=True):
        count = chosen.filters.count
        lazily("filters", f"筛选 · {count} 项" if count else "筛选", lambda: filters(options))
        lazily("layers", "图层", lambda: _layers(options))
        if count:
            st.html(
                f'<span class="cy-tag">显示 {shown} / {whole} 个楼院{_undecided(chosen, unbounded)}</span>'
            )
            st.button("清除筛选", on_click=state.clear_filters, key="clear")


def _undecided(chosen: state.PageState, unbounded: int) -> str:
    """A zone filter cannot judge a compound without boundary: say so, since it is not outside either."""
    return f"；{unbounded} 个无边界，无法判断" if chosen.filters.zones else ""


def lazily(key: str, label: str, draw: Callable[[], None]) -> None:
    """A popover whose widgets travel only while it is open; closed, their values rest in session and URL.

    Such a widget needs `persist_state`: without it Streamlit falls back to the value that it first appeared with.
    """
    opened = st.popover(label, on_change="rerun", key=f"{key}-popover")
    if opened.open:
        with opened:
            draw()


def filters(options: state.Choices) -> None:
    """Widgets of all filters of the register."""
    for key, label in FIELDS.items():
        values = options.multi[key]
        st.multiselect(
            label,
            list(values),
            format_func=lambda code, values=values: values.get(code, code),
            key=state.widget(key),
            placeholder="全部",
            persist_state="session",
        )


def layers() -> None:
    """Widget of the layers that are not drawn."""
    st.multiselect(
        "不显示的图层",
        list(SWITCHES),
        format_func=SWITCHES.get,
        key=state.widget("off"),
        placeholder="全部显示",
        persist_state="session",
    )


def _layers(options: state.Choices) -> None:
    layers()
    if options.basemaps:
        names = {key: basemap.name for key, basemap in tiles.configured().items()}
        st.selectbox(
            "底图",
            [None, *names],
            format_func=lambda key: names.get(key, "素底（本库道路）"),
            key=state.widget("basemap"),
            persist_state="session",
        )


def timeline(options: state.Choices, chosen: state.PageState) -> None:
    """The date slider: the state as of any day."""
    with st.container(key="time", horizontal=True):
        day_slider(options, chosen.as_of, past="属性与边界按现有记录")


def day_slider(options: state.Choices, as_of: date, *, past: str) -> None:
    """The chosen day with what holds for a past one, and the slider that changes it."""
    note = past if as_of != options.last_day else "最新"
    st.html(f'<div class="cy-asof"><b>{as_of.isoformat()}</b>{note}</div>')
    st.slider(
        "截至日期",
        min_value=options.first_day,
        max_value=options.last_day,
        step=timedelta(days=1),
        format="YYYY-MM-DD",
        key=state.widget("date"),
        label_visibility="collapsed",
    )


def legend(snap: Snapshot, chosen: state.PageState, states: pd.DataFrame, visible: pd.Series) -> None:
    """Theme switch and legend, floating over the map's lower left corner."""
    unplaced = int(visible.sum()) - int(visible.to_numpy()[map_data.drawn(snap)].sum())
    hold = int((states["heritage_hold"].to_numpy() & visible.to_numpy()).sum())
    with st.container(key="legend"):
        st.segmented_control(
            "主题",
            list(SHORT_THEMES),
            format_func=SHORT_THEMES.get,
            key=state.widget("theme"),
            required=True,
            label_visibility="collapsed",
        )
        st.html(
            f'<div class="cy-legend-title">{chosen.theme.label}<small>{text(chosen.theme.meaning)}</small></div>'
        )
        counts = panels.counts_by(chosen.theme, states, visible)
        st.html(
            panels.legend(chosen.theme, counts, hold=hold, unplaced=unplaced, zones=map_data.zone_kinds(snap))
            + _watermark(snap)
        )


def _watermark(snap: Snapshot) -> str:
    """The mark over the map that says that invented data shows."""
    return f'<div class="cy-watermark">{DataStatus.SYNTHETIC.label}</div>' if data.has_synthetic(snap) else ""
