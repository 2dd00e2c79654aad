"""Ranked street bars beside the map: compounds and households of each street office, a click filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from ui import data
from ui.components import component
from ui.html import missing

_component = component(
    "ranking",
    '<div class="ranking"></div>',
)


def rows(table: pd.DataFrame, chosen: tuple[str, ...]) -> list[list[Any]]:
    """Rows of the component: ranked streets by share of compounds started, those outside totals left out.

    Each row: code, name, chosen, share of compounds (%), share of households (%), "started/with a record", late compounds,
    why a share of households is missing. Compact, since it travels with every rerun.
    """
    return [_row(row, chosen) for row in data.by_share_started(table).to_dict("records")]


def _row(row: dict[str, Any], chosen: tuple[str, ...]) -> list[Any]:
    households = row["households_share"]
    lacking = int(row["households_missing"])
    return [
        row["code"],
        row["name"].removesuffix("街道"),
        int(row["code"] in chosen),
        None if missing(row["share"]) else round(row["share"] * 100, 1),
        None if missing(households) else round(households * 100, 1),
        f"{row['compounds_started']}/{row['known']}",
        int(row["compounds_delayed"]),
        f"{lacking} 个楼院户数不详" if lacking else "",
    ]


def show(
    table: pd.DataFrame, chosen: tuple[str, ...], *, on_click: Callable[[str], None], key: str = "ranking"
) -> None:
    """Draw the bars; `on_click(code)` runs before the next rerun."""

    def clicked() -> None:
        value = st.session_state.get(key)
        code = getattr(value, "street", None) or (value or {}).get("street")
        if code:
            on_click(str(code))

    _component(key=key, data={"rows": rows(table, chosen)}, on_street_change=clicked)
