"""Ranked street bars beside the map: compounds and households of each street office, a click filters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from ui.html import DASH, missing, percent

_FOLDER = Path(__file__).resolve().parent.parent / "static" / "components"

_component = st.components.v2.component(
    "chengyuan_ranking",
    html='<div class="ranking" role="listbox" aria-label="街道进度排名"></div>',
    css=(_FOLDER / "ranking.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "ranking.js").read_text(encoding="utf-8"),
)


def rows(table: pd.DataFrame, chosen: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of the component: ranked streets by share of compounds started, those outside totals left out."""
    shown = table[table["in_totals"] & (table["code"] != "")].copy()
    known = shown["compounds"] - shown["compounds_unknown"]
    shown["share"] = (shown["compounds_started"] / known.where(known > 0)).astype("float64")
    shown = shown.sort_values(["share", "compounds", "code"], ascending=[False, False, True], na_position="last")
    return [_row(row, chosen) for row in shown.to_dict("records")]


def _row(row: dict[str, Any], chosen: tuple[str, ...]) -> dict[str, Any]:
    households = row["share_started_households"]
    return {
        "code": row["code"],
        "name": row["name"].removesuffix("街道"),
        "chosen": row["code"] in chosen,
        "compounds": None if missing(row["share"]) else round(row["share"] * 100, 1),
        "households": None if missing(households) else round(households * 100, 1),
        "count": f"{row['compounds_started']}/{row['compounds']}",
        "share": percent(row["share"]),
        "alarm": int(row["compounds_delayed"]),
        "unknown": int(row["compounds_unknown"]),
        "why": "" if not missing(households) else (row["share_started_households_reason"] or DASH),
    }


def show(table: pd.DataFrame, chosen: tuple[str, ...], *, on_click: Callable[[str], None], key: str = "ranking") -> None:
    """Draw the bars; `on_click(code)` runs before the next rerun."""

    def clicked() -> None:
        value = st.session_state.get(key)
        code = getattr(value, "street", None) or (value or {}).get("street")
        if code:
            on_click(str(code))

    _component(key=key, data={"rows": rows(table, chosen)}, on_street_change=clicked)
