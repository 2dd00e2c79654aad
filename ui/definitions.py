"""Definitions one click away from every figure: what is counted, from which rows, by which rule."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ui import data
from ui.html import text


def popover(codes: Iterable[str], *, label: str = "口径说明", basis: str = "") -> None:
    """A quiet button that opens the definitions of the figures named; `basis` is markup put before them."""
    codes = tuple(codes)
    opened = st.popover(label, on_change="rerun", key=f"definitions-{codes[0]}")
    if opened.open:  # the texts travel only when someone reads them
        known = {definition.code: definition for definition in data.definitions(data.rule())}
        with opened:
            st.html(basis + "".join(_entry(known[code]) for code in codes))


def _entry(definition: data.Definition) -> str:
    return (
        f'<div class="cy-definition"><b>{text(definition.label)}（{text(definition.unit)}）</b>'
        f"<p>{text(definition.formula)}</p><p>范围：{text(definition.scope)}</p><p>取自：{text(definition.source)}</p></div>"
    )
