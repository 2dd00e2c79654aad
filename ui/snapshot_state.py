"""State of the page 出图 in its URL: what the sheet looks like; view, filters, day and theme are in `ui.state`.

Values from a URL are compared with closed lists or parsed as dates and numbers; what is neither is dropped. What is
too long for an address (long notes, many ticked compounds) stays in the session alone, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from geodata.errors import BadValue
from geodata.vocabulary import (
    Audience,
    Classification,
    Labelling,
    Orientation,
    Paper,
    SheetBlock,
    SheetKind,
    Term,
)
from sheets.setup import SCALES, Setup, View, default_paper
from ui import data, state

FIT = 0
"""In place of a scale: the largest round one that shows the extent."""

RESOLUTIONS = (96, 150, 200, 300, 450, 600)
TEXTS = ("title", "subtitle", "notes", "unit", "contact", "review", "exempt")
CARRIED = ("unit", "contact", "dpi")
"""What a sheet made from another map takes over from the one before it."""

_TERMS: dict[str, type[Term]] = {
    "kind": SheetKind,
    "paper": Paper,
    "side": Orientation,
    "labels": Labelling,
    "audience": Audience,
    "secrecy": Classification,
}
_FIELDS = {
    "side": "orientation",
    "labels": "labelling",
    "secrecy": "classification",
    "review": "review_number",
    "exempt": "exemption",
    "compare": "compare_with",
    "only": "compounds",
    "extent": "view",
}
"""Keys of the address whose field of `sheets.setup.Setup` has another name."""

KEYS = (
    *_TERMS, "scale", "extent", "blocks", "inset", "qr", "compare", "only", "template", "dpi", *TEXTS,
)  # fmt: skip
_WRITTEN, _KEPT = "sheet_written", "sheet_kept"
_BEFORE = timedelta(days=30)
_SEPARATOR = "~"
_NONE = "-"
_LONGEST_IN_URL = 1500


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: ids of compounds, file names of templates, the span of days."""

    compounds: Container[str]
    templates: Container[str]
    first_day: date
    last_day: date


def field(key: str) -> str:
    """Field of a set-up that a key of the address stands for."""
    return _FIELDS.get(key, key)


def widget(key: str) -> str:
    """Session key of the widget that edits a URL key."""
    return f"sheet_{key}"


def put(**values: Any) -> None:
    """Set values from a callback."""
    for key, value in values.items():
        st.session_state[widget(key)] = value


def defaults(kind: SheetKind = SheetKind.SNAPSHOT) -> dict[str, Any]:
    """The value of every key before anything was chosen for a sheet of that kind."""
    paper, side = default_paper(kind)
    secrecy = data.settings().print.classification
    return _values(Setup(as_of=date.min)) | {"paper": paper, "side": side, "secrecy": secrecy}


def _values(setup: Setup) -> dict[str, Any]:
    return {key: getattr(setup, field(key)) for key in KEYS} | {"scale": setup.scale or FIT}


def load(choices: Choices) -> dict[str, Any]:
    """Bring widgets, session and URL in line, and return the values by key; call once, before any widget."""
    url = {key: value for key, value in st.query_params.to_dict().items() if key in KEYS}
    kept: dict[str, str] = st.session_state.get(_KEPT, {})
    anew = url != st.session_state.get(_WRITTEN)
    source = _opened(url, kept) if anew else kept
    plain = defaults(_term(SheetKind, source.get("kind")) or SheetKind.SNAPSHOT)
    for key in KEYS:
        if anew or widget(key) not in st.session_state:  # a widget that was not drawn has lost its value
            st.session_state[widget(key)] = _value(key, source.get(key), plain[key], choices)
    if st.session_state[widget("kind")] is SheetKind.BEFORE_AFTER and not st.session_state[widget("compare")]:
        put(compare=day_before(choices.first_day, choices.last_day))
    values = {key: st.session_state[widget(key)] for key in KEYS}
    _write(values)
    return values


def day_before(first: date, last: date) -> date:
    """The other day of a comparison before somebody chose one."""
    return max(last - _BEFORE, first)


def _opened(url: dict[str, str], kept: dict[str, str]) -> dict[str, str]:
    """What the page opens with: its own last state when the address says nothing, else the address."""
    return {**{key: kept[key] for key in CARRIED if key in kept}, **url} if url else kept


def fill(setup: Setup) -> None:
    """Callback: take everything that this module knows from a set-up, but for the other day."""
    values = _values(setup)
    del values["compare"]
    put(**values)


def too_long() -> list[str]:
    """Keys whose value stands in the session alone."""
    return [key for key, text in st.session_state.get(_KEPT, {}).items() if _is_long(text)]


def _value(key: str, text: str | None, default: Any, choices: Choices) -> Any:
    if text is None:
        return default
    if key in _TERMS:
        return _term(_TERMS[key], text) or default
    if key in TEXTS:
        return text[: longest(key)]
    try:
        return _PARSERS[key](text, choices)
    except (ValueError, BadValue):
        return default


def _term(terms: type[Term], text: str | None) -> Any:
    return terms(text) if text in terms.labels() else None


def longest(key: str) -> int:
    """How many characters a text may have."""
    limits = (getattr(one, "max_length", None) for one in Setup.model_fields[field(key)].metadata)
    return next(limit for limit in limits if limit)


def _extent(text: str, _choices: Choices) -> View:
    lon, lat, width, height = (float(part) for part in text.split(","))
    return View(lon=lon, lat=lat, width_m=width, height_m=height)  # its ValidationError is a ValueError


def _scale(text: str, _choices: Choices) -> int:
    return int(text) if int(text) in SCALES else FIT


def _day(text: str, choices: Choices) -> date:
    return min(max(date.fromisoformat(text), choices.first_day), choices.last_day)


def _dpi(text: str, _choices: Choices) -> int:
    if int(text) not in RESOLUTIONS:
        raise ValueError(text)
    return int(text)


def _template(text: str, choices: Choices) -> str:
    return text if text in choices.templates else ""


_PARSERS: dict[str, Callable[[str, Choices], Any]] = {
    "scale": _scale,
    "extent": _extent,
    "compare": _day,
    "dpi": _dpi,
    "template": _template,
    "inset": lambda text, _: text != _NONE,
    "qr": lambda text, _: text != _NONE,
    "blocks": lambda text, _: tuple(
        SheetBlock(part) for part in text.split(_SEPARATOR) if part in SheetBlock.labels()
    ),
    "only": lambda text, choices: tuple(part for part in text.split(_SEPARATOR) if part in choices.compounds),
}


def extent_text(view: View) -> str:
    """An extent as it stands in the address: centre in degrees, width and height in metres."""
    return f"{view.lon:.6f},{view.lat:.6f},{view.width_m:.0f},{view.height_m:.0f}"


def _text(value: Any) -> str:
    if isinstance(value, View):
        return extent_text(value)
    if isinstance(value, tuple | list):
        return _SEPARATOR.join(value) or _NONE
    if isinstance(value, bool):
        return "" if value else _NONE
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _write(values: dict[str, Any]) -> None:
    plain = defaults(values["kind"])
    texts = {key: _text(value) for key, value in values.items() if not _same(value, plain[key])}
    st.session_state[_KEPT] = texts
    written = {key: text for key, text in texts.items() if not _is_long(text)}
    state.into_address(KEYS, written)
    st.session_state[_WRITTEN] = written


def _same(value: Any, default: Any) -> bool:
    return (tuple(value) if isinstance(value, list) else value) == default


def _is_long(text: str) -> bool:
    return len(quote(text)) > _LONGEST_IN_URL
