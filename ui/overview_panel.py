"""The panel right of the map: four figures, then ranked streets, or the card of the chosen compound."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from ui import attention, data, definitions, map_view, panels, ranking, shell, state

_MOST = 4


def show(
    snap: Snapshot,
    chosen: state.PageState,
    table: pd.DataFrame,
    total: pd.Series,
    states: pd.DataFrame,
    visible: pd.Series,
) -> None:
    """Figures on top; below them the ranking, which a click on a compound swaps for its card."""
    with st.container(key="panel"):
        st.html(_heading(snap, chosen))
        st.html(panels.figures(total))
        if chosen.compound:
            _card(snap, chosen.compound, chosen, states)
        else:
            _ranking(snap, chosen, table)
            _attention(snap, chosen, visible)
        definitions.popover(
            (
                "estates",
                "compounds",
                "households",
                "compounds_started",
                "compounds_delayed",
                "compounds_at_risk",
            )
        )


def _heading(snap: Snapshot, chosen: state.PageState) -> str:
    streets = chosen.filters.streets
    names = data.names(snap, "street_office")
    place = names.get(streets[0], "") if len(streets) == 1 else data.settings().district_name
    scope = "筛选后的范围" if chosen.filters.count else "全部登记楼院"
    return f'<div class="cy-head">{panels.text(place)}<small>{scope} · 截至 {chosen.as_of.isoformat()}</small></div>'


def _ranking(snap: Snapshot, chosen: state.PageState, table: pd.DataFrame) -> None:
    st.html(
        '<div class="cy-head">街道开工占比<small>粗条楼院 细条户数，只计有记录的　■ 严重滞后</small></div>'
    )
    ranking.show(table, chosen.filters.streets, on_click=lambda code: _choose(snap, code))


def _attention(snap: Snapshot, chosen: state.PageState, visible: pd.Series) -> None:
    late = attention.late(snap, chosen.as_of)
    listed = late[visible.reindex(late.index).to_numpy()]
    if listed.empty:
        return
    st.html(
        f'<div class="cy-head">需要处理<small>严重滞后 {len(listed)} 个楼院，列出最重的 {min(_MOST, len(listed))} 个</small></div>'
    )
    attention.show(listed, most=_MOST, on_click=_open)


def _open(compound_id: str) -> None:
    state.put("compound", compound_id)
    map_view.focus("compound", compound_id)


def _choose(snap: Snapshot, code: str) -> None:
    if state.toggle_street(code, data.frame(snap, "street_office").index):
        map_view.focus("street_office", code)
    else:
        map_view.focus("home", "")


def _card(snap: Snapshot, compound_id: str, chosen: state.PageState, states: pd.DataFrame) -> None:
    st.html(panels.card(snap, compound_id, states.loc[compound_id]))
    with st.container(key="card-actions", horizontal=True):
        params = {**chosen.shared, "compound": compound_id}
        st.page_link(shell.page("dossier"), label="打开档案", query_params=params)
        st.button("返回街道排名", on_click=state.put, args=("compound", None), key="close_card")
