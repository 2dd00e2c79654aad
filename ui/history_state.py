"""State of the history page in its URL: which view, which saves, which record, which two days.

Values from a URL are compared with closed lists or parsed as dates and numbers; what is neither is dropped.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from geodata.schema import LAYERS
from ui import state
from ui.past import Wanted

TABS = {"days": "按天", "record": "按记录", "compare": "比较两天", "archived": "已归档"}
_DAYS = ("since", "until", "day1", "day2")
_NUMBERS = ("save", "page", "part")
_KEYS = ("tab", "who", "layer", "find", *_DAYS, *_NUMBERS, "record")
_WRITTEN = "history_written"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: authors, compounds (archived ones too), the number of the newest save."""

    authors: Container[str]
    compounds: Container[str]
    newest: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person chose; `page` of the saves, `part` of a large save."""

    tab: str
    wanted: Wanted
    save: int
    page: int
    part: int
    record: str | None
    first_day: date | None
    second_day: date | None


def widget(key: str) -> str:
    """Session key of the widget that edits a URL key."""
    return f"history_{key}"


def put(**values: Any) -> None:
    """Set values from a callback."""
    for key, value in values.items():
        st.session_state[widget(key)] = value


def restart() -> None:
    """Callback of a filter: what is listed changed, so that the first page shows."""
    put(page=0)


def load(choices: Choices) -> Asked:
    """Bring widgets, session and URL in line; call once, before any widget."""
    url = {key: value for key, value in st.query_params.to_dict().items() if key in _KEYS}
    anew = url != st.session_state.get(_WRITTEN)
    for key in _KEYS:
        if anew or widget(key) not in st.session_state:  # a widget that was not drawn has lost its value
            st.session_state[widget(key)] = _parsed(key, url.get(key, ""), choices)
    value = {key: st.session_state[widget(key)] for key in _KEYS}
    _write(value)
    return Asked(
        tab=value["tab"] or "days",
        wanted=Wanted(
            value["who"] or "",
            value["layer"] or "",
            (value["find"] or "").strip(),
            value["since"],
            value["until"],
        ),
        save=value["save"],
        page=value["page"],
        part=value["part"],
        record=value["record"],
        first_day=value["day1"],
        second_day=value["day2"],
    )


def _parsed(key: str, text: str, choices: Choices) -> Any:
    if key in _NUMBERS:
        most = choices.newest if key == "save" else 100_000
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most else 0
    if key in _DAYS:
        return _day(text)
    if key == "find":
        return text[:_LONGEST]
    known: dict[str, Container[str]] = {
        "tab": TABS,
        "who": choices.authors,
        "layer": LAYERS,
        "record": choices.compounds,
    }
    return text if text and text in known[key] else "days" if key == "tab" else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _write(value: dict[str, Any]) -> None:
    texts = {key: one.isoformat() if isinstance(one, date) else str(one) for key, one in value.items() if one}
    if texts.get("tab") == "days":
        del texts["tab"]
    state.into_address(_KEYS, texts)
    st.session_state[_WRITTEN] = texts
