"""出图: the sheet on the left, its controls on the right: one sheet, an atlas, or a set-up kept under a name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from cartography.print import template
from geodata.errors import BadValue
from geodata.store import Snapshot
from ui import (
    data,
    map_view,
    presets,
    shell,
    snapshot_append,
    snapshot_atlas,
    snapshot_panel,
    snapshot_setup,
    snapshot_sheet,
    snapshot_state,
    state,
)

_TABS = {"sheet": "图件", "atlas": "图册与后台", "presets": "方案"}
_TAB = "sheet-tab"


def load(options: state.Choices) -> dict[str, Any]:
    """What the address says of the sheet; bounds that come from a map become the sheet's extent."""
    if "bounds" in st.query_params:
        _, datum = map_view.basemap(st.query_params.get("basemap"))
        view = snapshot_setup.extent(st.query_params["bounds"], datum)
        params = {key: value for key, value in st.query_params.to_dict().items() if key != "bounds"}
        st.query_params.from_dict(
            params | ({"extent": snapshot_state.extent_text(view)} if view else {"kind": "snapshot"})
        )
    choices = snapshot_state.Choices(options.compounds, templates(), options.first_day, options.last_day)
    return snapshot_state.load(choices)


def templates() -> dict[str, str]:
    """The office's own templates: what people read, by file name; one that cannot be read keeps its file name."""
    files = sorted(data.settings().template_folder.glob("*.typ"))
    return {file.name: _named(file, file.stat().st_mtime_ns) for file in files if file.name != "lib.typ"}


@lru_cache(maxsize=200)
def _named(file: Path, _changed_at: int) -> str:
    try:
        return f"{template.load(file).name}（{file.name}）"
    except BadValue:
        return file.name


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState, values: dict[str, Any]) -> None:
    """Controls, then the sheet that follows from them."""
    st.session_state.setdefault(_TAB, "sheet")
    with st.container(key="snapshot-panel"):
        tab = st.segmented_control(
            "做什么",
            list(_TABS),
            format_func=_TABS.get,
            key=_TAB,
            required=True,
            label_visibility="collapsed",
        )
        try:
            setup = snapshot_setup.of(chosen, values, shown=chosen.switches)
        except BadValue as error:
            shell.fault(str(error), title="这样的设置出不了图")
            return
        if tab == "atlas":
            snapshot_atlas.show(snap, options, chosen, setup)
        elif tab == "presets":
            presets.show(snap, options, setup, templates())
        else:
            snapshot_panel.show(snap, options, chosen, values, templates())
            snapshot_panel.too_long(snapshot_state.too_long())
            snapshot_append.show(setup)
    snapshot_sheet.show(snap, setup, title=snapshot_setup.title(setup), on_background=_show_background)


def _show_background() -> None:
    st.session_state[_TAB] = "atlas"
