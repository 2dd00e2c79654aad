"""What someone must act on first: the red compounds of the picture, worst first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import Light
from ui import data
from ui.components import component

_component = component(
    "attention",
    '<div class="attention"></div>',
)


def red(compounds: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Red compounds with `name`, `why`; overdue works first, then by deviation from plan."""
    late = states[states["light"] == Light.DELAYED].sort_values(
        ["items_overdue", "deviation_pp"], ascending=[False, True], na_position="last"
    )
    return pd.DataFrame({"name": compounds["name"].reindex(late.index), "why": late["light_reason"]})


def late(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """The red compounds of the whole register as of a day, see `red`."""
    make = lambda: red(data.frame(snap, "compound"), data.states(snap, as_of))  # noqa: E731
    return data.kept(snap, ("late", as_of), make)


def show(listed: pd.DataFrame, *, most: int, on_click: Callable[[str], None], key: str = "attention") -> None:
    """Draw the first `most` rows; `on_click(compound_id)` runs before the next rerun."""

    def clicked() -> None:
        chosen = getattr(st.session_state.get(key), "compound", None)
        if chosen in listed.index:
            on_click(str(chosen))

    rows = [{"id": row.Index, "name": row.name, "why": row.why} for row in listed.head(most).itertuples()]
    _component(key=key, data={"rows": rows}, on_compound_change=clicked)
