"""The compounds of a chosen street, area or programme: those that need someone first, a click opens the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from geodata.vocabulary import Light, ReportingStatus
from ui.components import component
from ui.html import missing

_component = component("members", '<div class="members" role="list" aria-label="楼院清单"></div>')
_ORDER = {light.value: place for place, light in enumerate((Light.DELAYED, Light.AT_RISK, Light.ON_TRACK))}


MOST = 300
"""So many rows are listed at most; whoever needs the others narrows the choice or takes the table."""


def rows(compounds: pd.DataFrame, states: pd.DataFrame) -> list[list[Any]]:
    """The first `MOST` rows of the component: id, name, status, light, its label, progress, plan (%), households, reason.

    Late ones first, then by what is furthest behind its plan, then by name.
    """
    now = states.loc[compounds.index].assign(name=compounds["name"], households=compounds["households"])
    now["order"] = now["light"].map(_ORDER).fillna(len(_ORDER))
    now = now.sort_values(["order", "deviation_pp", "name"], na_position="last").head(MOST)
    return [_row(record, row) for record, row in zip(now.index, now.to_dict("records"), strict=True)]


def _row(record: str, row: dict[str, Any]) -> list[Any]:
    return [
        record,
        row["name"],
        ReportingStatus(row["status"]).label,
        row["light"],
        Light(row["light"]).label,
        _whole(row["progress_pct"]),
        _whole(row["planned_pct"]),
        _whole(row["households"]),
        "" if missing(row["light_reason"]) else row["light_reason"],
    ]


def _whole(value: Any) -> int | None:
    return None if missing(value) else round(value)


def show(
    compounds: pd.DataFrame, states: pd.DataFrame, *, on_click: Callable[[str], None], key: str = "members"
) -> None:
    """Draw the list; `on_click(compound_id)` is called with the compound clicked."""
    result = _component(key=key, data={"rows": rows(compounds, states)}, on_compound_change=lambda: None)
    clicked = getattr(result, "compound", None)
    if clicked in compounds.index:
        on_click(str(clicked))
