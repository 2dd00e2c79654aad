"""Widgets that all editing forms share: the reason with its button, the source of an added row, a correction."""

from __future__ import annotations

from typing import Any

import streamlit as st

from geodata.vocabulary import DataStatus

_GIVEN = (DataStatus.OFFICIAL, DataStatus.REPORTED)
_SOURCE = "本人填报"


def reason_and_button(label: str, button: str, *, key: str, value: str = "") -> tuple[str, bool]:
    """The reason of a change and the button that saves it, on one line."""
    wide, narrow = st.columns([5, 1], vertical_alignment="bottom")
    with wide:
        reason = st.text_input(label, value=value, key=key)
    with narrow:
        pressed = st.form_submit_button(button, type="primary", width="stretch")
    return reason, pressed


def provenance(key: str) -> dict[str, Any]:
    """Data status, source and note of a row that a person adds; a person adds no invented rows."""
    kind, source, note = st.columns([1, 2, 3])
    with kind:
        status = st.selectbox(
            "数据性质",
            [term.value for term in _GIVEN],
            format_func=DataStatus.labels().get,
            key=f"{key}-status",
        )
    with source:
        given = st.text_input("数据来源（必填）", value=_SOURCE, key=f"{key}-source")
    with note:
        remark = st.text_input("备注", key=f"{key}-note")
    return {"data_status": status, "source": given.strip(), "note": remark.strip() or None}


def correction(rows: dict[str, str], key: str) -> str | None:
    """Which earlier record the new one replaces; none for a new fact."""
    return st.selectbox(
        "更正哪一条（填错时选）",
        list(rows),
        index=None,
        format_func=lambda code: rows[code],
        key=key,
        placeholder="不是更正",
    )
