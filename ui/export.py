"""导出: the way from a map or a page to its sheet, with the same view, filters, day, theme and selection."""

from __future__ import annotations

import streamlit as st

from ui import shell, state

LABEL = "导出"
_BOUNDS = "export_bounds"
_LONGEST = 200


def ask(bounds: str) -> None:
    """Callback of a map: the person wants a sheet of these bounds ("west,south,east,north" in the map's degrees)."""
    st.session_state[_BOUNDS] = bounds[:_LONGEST]


def leave() -> None:
    """Go to the sheet when the map asked for it, with everything that the address says of the view."""
    bounds = st.session_state.pop(_BOUNDS, None)
    if bounds is not None:
        params = {name: value for name, value in st.query_params.to_dict().items() if name in state.KEYS}
        st.switch_page(shell.page("snapshots"), query_params={**params, "bounds": bounds})


def link(kind: str, **params: str | None) -> None:
    """The way to a sheet of that kind with these query parameters."""
    st.page_link(shell.page("snapshots"), label=LABEL, query_params=state.link(kind=kind, **params))
