"""Widgets that all editing forms share: the reason with its button, the source of an added row, a correction.

A form declares its fields (`ui.drafts.Field`), gives them to the keeper of drafts and then draws them: first values
come from the session, so that an unsaved form can be filled again.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from geodata.vocabulary import DataStatus
from ui.drafts import Field, Kind

_GIVEN = (DataStatus.OFFICIAL, DataStatus.REPORTED)
_SOURCE = "本人填报"


def reason(prefix: str, label: str, initial: str = "") -> Field:
    """The reason of a change."""
    return Field("reason", f"{prefix}-reason", Kind.TEXT, label, initial)


def reason_and_button(field: Field, button: str) -> tuple[str, bool]:
    """The reason of a change and the button that saves it, on one line."""
    wide, narrow = st.columns([5, 1], vertical_alignment="bottom")
    with wide:
        given = st.text_input(field.label, key=field.key)
    with narrow:
        pressed = st.form_submit_button(button, type="primary", width="stretch")
    return given, pressed


def choose(field: Field, *, placeholder: str | None = None) -> Any:
    """A list to choose from; may stay empty when a placeholder says what that means."""
    return st.selectbox(
        field.label,
        list(field.choices),
        index=None if placeholder else 0,
        format_func=lambda code: field.choices.get(code, str(code)),
        key=field.key,
        placeholder=placeholder,
    )


def provenance(prefix: str) -> list[Field]:
    """Data status, source and note of a row that a person adds; a person adds no invented rows."""
    given = {term.value: term.label for term in _GIVEN}
    return [
        Field("status", f"{prefix}-status", Kind.CHOICE, "数据性质", _GIVEN[0].value, given),
        Field("source", f"{prefix}-source", Kind.TEXT, "数据来源（必填）", _SOURCE),
        Field("note", f"{prefix}-note", Kind.TEXT, "备注", ""),
    ]


def draw_provenance(fields: dict[str, Field]) -> dict[str, Any]:
    """The widgets of `provenance`; the values as they are stored."""
    kind, source, note = st.columns([1, 2, 3])
    with kind:
        status = choose(fields["status"])
    with source:
        given = st.text_input(fields["source"].label, key=fields["source"].key)
    with note:
        remark = st.text_input(fields["note"].label, key=fields["note"].key)
    return {"data_status": status, "source": given.strip(), "note": remark.strip() or None}


def correction(rows: dict[str, str], key: str, *, under: str = "") -> Field:
    """Which earlier record the new one replaces; none for a new fact."""
    return Field("corrects", key, Kind.CHOICE, "更正哪一条（填错时选）", None, rows, under)


def draw_correction(field: Field) -> str | None:
    """The widget of `correction`."""
    chosen: str | None = choose(field, placeholder="不是更正")
    return chosen
