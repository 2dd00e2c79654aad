"""A form of facts in progress: what it was opened with, and what a clash left to decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from ui import data, drafts, overtaken
from ui.drafts import Given
from ui.saving import Clash

FORM = "facts"
_KEPT = "facts_draft"


@dataclass
class Draft:
    """A form in progress: the row it was opened with, and, after a clash, what each side holds.

    `serial` names the widgets, so that a new draft starts from what is stored.
    """

    compound_id: str
    serial: int
    opened: dict[str, Any]
    version: int
    clashes: tuple[Clash, ...] = ()
    reason: str = ""


def place(compound_id: str) -> str:
    """Where the browser keeps the drafts of a dossier."""
    return f"dossier|{compound_id}"


def draft(compound_id: str, given: Given | None = None) -> Draft | None:
    """The draft of this session for a compound; None when the compound is gone.

    A form that the browser gives back (`given`) goes on from the version on which it was typed.
    """
    kept: Draft | None = st.session_state.get(_KEPT)
    mine = kept is not None and kept.compound_id == compound_id
    if mine and (given is None or given.version in (0, kept.version) or kept.clashes):
        return kept
    stored = data.stored("compound", compound_id)
    if stored is None:
        return None
    opened = overtaken.former("compound", stored, given.version if given else 0)
    fresh = Draft(compound_id, (kept.serial if kept else 0) + 1, opened, opened["version"])
    st.session_state[_KEPT] = fresh
    return fresh


def put_away() -> None:
    """Close the form; what was typed stays in the browser."""
    kept: Draft | None = st.session_state.get(_KEPT)
    if kept is not None:
        st.session_state[_KEPT] = replace(kept, compound_id="", clashes=())


def forget() -> None:
    """Drop the draft, here and in the browser; the next form starts from what is stored."""
    kept: Draft | None = st.session_state.get(_KEPT)
    if kept is not None:
        drafts.done(place(kept.compound_id), FORM)
    put_away()
