"""Compounds as a list of rows; a click opens the dossier, or another page of that compound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from ui.components import component

_component = component("places", '<div class="places"></div>')


@dataclass(frozen=True, slots=True)
class Place:
    """One row: the compound, whether someone must act, and what stands beside its name."""

    id: str
    name: str
    cells: tuple[str, ...]
    alarm: bool = False


_PARAMETER = {"history": "record", "quality": "finding"}
Group = tuple[str, str, Sequence[Place]]


def show(
    groups: Sequence[Group],
    *,
    key: str,
    params: dict[str, str],
    on_click: Callable[[str], None],
    cells: str = "minmax(0, 1fr)",
    page: str = "dossier",
    selected: str | None = None,
) -> None:
    """Draw groups of (title, note, rows); `on_click(compound_id)` runs before the next rerun.

    `params` are query parameters of the links, which lead to `page`; `cells` the CSS widths of the columns after the name;
    the row `selected` is marked.
    """
    listed = {place.id for _, _, places in groups for place in places}

    def clicked() -> None:
        chosen = getattr(st.session_state.get(key), "compound", None)
        if chosen in listed:
            on_click(str(chosen))

    rows = [
        (title, note, [(place.id, place.name, int(place.alarm), *place.cells) for place in places])
        for title, note, places in groups
    ]
    told = {"groups": rows, "params": params, "cells": cells, "page": page}
    told["parameter"] = _PARAMETER.get(page, "compound")
    told["selected"] = selected
    _component(key=key, data=told, on_compound_change=clicked)
