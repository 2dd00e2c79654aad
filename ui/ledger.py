"""A ledger of changes as rows in groups; a click on a row opens it, its button asks for something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui.components import component

_component = component("ledger", '<div class="ledger"></div>')

Cell = tuple[str, str]
"""Kind and text. Kinds: "", num, quiet, strong, long, former, new, picture (the address of our own SVG)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `action` is the text of its button, empty for none."""

    id: str
    cells: tuple[Cell, ...]
    action: str = ""


Group = tuple[str, str, Sequence[Row]]


def show(
    groups: Sequence[Group],
    *,
    key: str,
    columns: str,
    heading: Sequence[str] = (),
    selected: str = "",
    on_open: Callable[[str], None] | None = None,
    on_act: Callable[[str], None] | None = None,
) -> None:
    """Draw groups of (title, note, rows); `columns` are CSS widths, that of the button included.

    `on_open` and `on_act` get the id of the row before the next rerun.
    """
    listed = {row.id for _, _, rows in groups for row in rows}

    def clicked(kind: str, then: Callable[[str], None] | None) -> None:
        chosen = getattr(st.session_state.get(key), kind, None)
        if then is not None and chosen in listed:
            then(str(chosen))

    rows: list[Any] = [
        (title, note, [(row.id, row.action, row.cells) for row in rows]) for title, note, rows in groups
    ]
    _component(
        key=key,
        data={
            "groups": rows,
            "columns": columns,
            "heading": list(heading),
            "selected": selected,
            "opens": on_open is not None,
            "acts": on_act is not None,
        },
        on_opened_change=lambda: clicked("opened", on_open),
        on_acted_change=lambda: clicked("acted", on_act),
    )
