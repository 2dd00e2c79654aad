"""导出: the way from a map or a page to its sheet, with the same view, filters, day, theme and selection."""

from __future__ import annotations

import streamlit as st

from ui import shell, state
from ui.components import component

LABEL = "导出"
_component = component("export", f'<a href="snapshots">{LABEL}</a>')
_LONGEST = 200


def from_map(key: str) -> None:
    """The way from the map of that key; what it shows now is asked of the map itself when the person leaves.

    The map writes its view into the address without a rerun, so that Python cannot know it.
    """
    params = {name: value for name, value in st.query_params.to_dict().items() if name in state.KEYS}
    left = _component(key=f"export-{key}", data={"map": key, "params": params}, on_bounds_change=lambda: None)
    if bounds := getattr(left, "bounds", None):
        st.switch_page(shell.page("snapshots"), query_params={**params, "bounds": str(bounds)[:_LONGEST]})


def link(kind: str, **params: str | None) -> None:
    """The way to a sheet of that kind with these query parameters."""
    st.page_link(shell.page("snapshots"), label=LABEL, query_params=state.link(kind=kind, **params))
