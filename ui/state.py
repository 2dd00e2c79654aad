"""State of a page in its URL: filters, date, theme, layers, selection. The session holds only drafts.

A copied link reopens the same picture; Back goes back. The map view (`view`) belongs to the map, which writes it
itself. Values from a URL are only ever compared with closed lists: what is not on them is dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from cartography.map_state import SWITCHES
from geodata.vocabulary import ReportingStatus, Theme, WorkType
from ui.data import Filters

MULTI = {
    "street": "streets",
    "area": "areas",
    "programme": "programmes",
    "year": "years",
    "status": "statuses",
    "works": "works",
    "zone": "zones",
}
_SINGLE = ("q", "date", "theme", "off", "compound", "basemap")
KEYS = (*MULTI, *_SINGLE)
_WRITTEN = "url_written"
_PAGE = "url_page"
_SEPARATOR = "~"


@dataclass(frozen=True)
class Choices:
    """What may be chosen: values with labels per filter field, date span, ids that exist."""

    multi: Mapping[str, Mapping[str, str]]
    first_day: date
    last_day: date
    compounds: frozenset[str]
    basemaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageState:
    """What the person chose."""

    filters: Filters
    as_of: date
    theme: Theme
    switches: frozenset[str]
    compound: str | None
    basemap: str | None

    @property
    def shared(self) -> dict[str, str]:
        """Query parameters that other pages understand too (date and street)."""
        params = st.query_params.to_dict()
        return {key: params[key] for key in ("date", "street", "theme") if key in params}


def widget(key: str) -> str:
    """Session key of the widget that edits a URL key."""
    return f"w_{key}"


def closed_lists() -> dict[str, dict[str, str]]:
    """Filter fields whose values are closed lists."""
    return {
        "status": ReportingStatus.labels(),
        "works": {term.value: f"{term.value} {term.label}" for term in WorkType},
    }


def load(choices: Choices) -> PageState:
    """Bring widgets, session and URL in line, and return the state; call once, before any widget."""
    url = {key: value for key, value in st.query_params.to_dict().items() if key in KEYS}
    page = (
        st.context.url
    )  # a widget of the same key on another page starts anew, so that its value must be set
    if url != st.session_state.get(_WRITTEN) or page != st.session_state.get(_PAGE):
        st.session_state[_PAGE] = page
        for key in KEYS:
            st.session_state[widget(key)] = _parse(key, url.get(key), choices)
    for key in KEYS:
        name = widget(key)
        if name not in st.session_state:
            # A widget that was not drawn (a closed popover) has lost its value; the URL still holds it.
            st.session_state[name] = _parse(key, url.get(key), choices)
    state = _state(choices)
    _write(choices)
    return state


def _parse(key: str, text: str | None, choices: Choices) -> Any:
    if key in MULTI:
        return [part for part in (text or "").split(_SEPARATOR) if part in choices.multi.get(key, {})]
    if key == "date":
        return _day(text, choices)
    if key == "theme":
        return text if text in Theme.labels() else Theme.STAGE.value
    if key == "off":
        return [part for part in (text or "").split(_SEPARATOR) if part in SWITCHES]
    if key == "compound":
        return text if text in choices.compounds else None
    if key == "basemap":
        return text if text in choices.basemaps else None
    return text or ""


def _day(text: str | None, choices: Choices) -> date:
    try:
        chosen = date.fromisoformat(text) if text else choices.last_day
    except ValueError:
        chosen = choices.last_day
    return min(max(chosen, choices.first_day), choices.last_day)


def _state(choices: Choices) -> PageState:
    value = {key: st.session_state[widget(key)] for key in KEYS}
    selected = {field: tuple(value[key] or ()) for key, field in MULTI.items()}
    return PageState(
        filters=Filters(**selected, text=value["q"] or ""),
        as_of=_day(value["date"].isoformat(), choices),
        theme=Theme(value["theme"] or Theme.STAGE),
        switches=frozenset(SWITCHES) - frozenset(value["off"]),
        compound=value["compound"],
        basemap=value["basemap"],
    )


def _write(choices: Choices) -> None:
    wanted = {key: _text(key, choices) for key in KEYS}
    wanted = {key: text for key, text in wanted.items() if text}
    into_address(KEYS, wanted)
    st.session_state[_WRITTEN] = wanted


def into_address(keys: Container[str], wanted: dict[str, str]) -> None:
    """These values in the address in place of all that `keys` held there; what others hold stays."""
    present = st.query_params.to_dict()
    kept = {key: value for key, value in present.items() if key not in keys}
    if {**kept, **wanted} != present:
        st.query_params.from_dict({**kept, **wanted})


def _text(key: str, choices: Choices) -> str:
    value = st.session_state[widget(key)]
    if key in MULTI or key == "off":
        return joined(value or ())
    if key == "date":
        return "" if value == choices.last_day else value.isoformat()
    if key == "theme":
        return "" if value in (None, Theme.STAGE) else str(value)
    return value or ""


def fingerprint() -> str:
    """Short mark of the URL, so that the map writes its view again whenever Python changed the address."""
    text = repr(sorted(st.query_params.to_dict().items()))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def put(key: str, value: Any) -> None:
    """Set one value from a callback (a click on the map or on a bar)."""
    st.session_state[widget(key)] = value


def fill(
    filters: Filters, theme: Theme, off: Iterable[str], compound: str | None, choices: Choices
) -> list[str]:
    """Callback: take filters, theme, layers and selection from elsewhere; returns what may not be chosen (any more)."""
    gone = []
    for key, field in MULTI.items():
        values = getattr(filters, field)
        gone += [f"筛选“{one}”" for one in values if one not in choices.multi.get(key, {})]
        put(key, [one for one in values if one in choices.multi.get(key, {})])
    put("q", filters.text)
    put("theme", theme.value)
    put("off", [one for one in off if one in SWITCHES])
    known = compound in choices.compounds
    put("compound", compound if known else None)
    return gone if known or compound is None else [*gone, f"楼院 {compound}"]


def clear_filters() -> None:
    """Callback: take all filters off."""
    for key in MULTI:
        put(key, [])
    put("q", "")


def toggle_street(code: str, streets: Container[str]) -> bool:
    """Callback: filter by one street, or by none when it was the only one; True when it is now chosen."""
    if code not in streets:
        return False
    chosen = st.session_state.get(widget("street")) != [code]
    put("street", [code] if chosen else [])
    return chosen


def joined(values: Iterable[str]) -> str:
    """Several values of one key as they stand in the URL."""
    return _SEPARATOR.join(values)


def link(**params: str | None) -> dict[str, str]:
    """Query parameters for a link to another page, without empty ones."""
    return {key: value for key, value in params.items() if value}
