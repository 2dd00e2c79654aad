"""Unsaved forms survive a reload, a page switch, a lost connection and a restarted server.

The browser keeps what is typed, field by field, under the page's place and the form's name, and hands it back when
the form has lost it. What comes back is foreign: each value is read as the kind its field declares and held against
the field's own choices; what does not fit is named and left out.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import streamlit as st

from geodata.store import Snapshot
from ui import data
from ui.components import component
from ui.html import text

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_LONGEST = 20_000
_MOST_FIELDS = 100
_LARGEST = 9e15
_GIVEN, _RESTORED, _DONE, _SESSION = "drafts_given", "drafts_restored", "drafts_done", "drafts_session"

_component = component("drafts", '<div class="drafts"></div>')


class Kind(StrEnum):
    """How a field's text is read."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    CHOICE = "choice"
    DAY = "day"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: stable name, widget key, kind, label, value it starts with.

    `choices` maps stored values to what the list shows; `under` names the field whose change empties this one.
    """

    name: str
    key: str
    kind: Kind
    label: str
    initial: Any = None
    choices: Mapping[Any, str] = field(default_factory=dict)
    under: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A draft as the browser gave it: when it was typed, on which version of the record, and the texts."""

    at: datetime
    epoch: str
    version: int
    fields: Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: when it was typed, and the fields whose text could not be taken over, with that text."""

    at: datetime
    misfits: tuple[tuple[str, str], ...] = ()


# ---- reading what the browser gives -------------------------------------------------------------------------


def read(raw: Any, place: str) -> dict[str, Given]:
    """Drafts by form name from what the browser handed over; whatever has another shape is left out."""
    if not isinstance(raw, Mapping) or raw.get("place") != place:
        return {}
    drafts = raw.get("drafts")
    if not isinstance(drafts, Mapping) or len(drafts) > _MOST_FIELDS:
        return {}
    found = {str(form): _given(draft) for form, draft in drafts.items()}
    return {form: draft for form, draft in found.items() if draft is not None}


def _given(draft: Any) -> Given | None:
    if not isinstance(draft, Mapping) or not isinstance(draft.get("fields"), Mapping):
        return None
    at, version = _number(draft.get("at")), _number(draft.get("version"))
    if at is None:
        return None
    try:
        typed_at = datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    fields = {
        name: value
        for name, value in list(draft["fields"].items())[:_MOST_FIELDS]
        if isinstance(name, str) and isinstance(value, str | bool) and len(str(value)) <= _LONGEST
    }
    return Given(typed_at, str(draft.get("epoch"))[:40], int(version or 0), fields) if fields else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and abs(value) < _LARGEST else None


def value_of(spec: Field, raw: str | bool) -> Any:
    """A field's value from its text in the browser. Raises ValueError when it does not fit."""
    if (spec.kind is Kind.CHECK) != isinstance(raw, bool):
        raise ValueError(raw)
    if isinstance(raw, bool):
        return raw
    if spec.kind is Kind.TEXT:
        return raw
    if not raw.strip():
        return None
    return _READERS[spec.kind](spec, raw)


def _read_number(_spec: Field, raw: str) -> float:
    value = _number(float(raw))
    if value is None:
        raise ValueError(raw)
    return value


def _read_whole(_spec: Field, raw: str) -> int:
    value = _read_number(_spec, raw)
    if value != int(value):
        raise ValueError(raw)
    return int(value)


def _read_choice(spec: Field, raw: str) -> Any:
    matching = [value for value, label in spec.choices.items() if label == raw]
    if len(matching) != 1:
        raise ValueError(raw)
    return matching[0]


def _read_day(_spec: Field, raw: str) -> date:
    day = date.fromisoformat(raw)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(raw)
    return day


_READERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.NUMBER: _read_number,
    Kind.WHOLE: _read_whole,
    Kind.CHOICE: _read_choice,
    Kind.DAY: _read_day,
}


# ---- on a page ----------------------------------------------------------------------------------------------


class Keeper:
    """The drafts of one record on one page.

    Ask `open` for each form just before its widgets are drawn (without values of their own), call `done` when a
    form was saved or discarded, and `draw` once at the end.
    """

    def __init__(self, snap: Snapshot, place: str) -> None:
        self.place = place
        self._epoch = snap.epoch
        self._forms: dict[str, dict[str, Any]] = {}

    def given(self, form: str) -> Given | None:
        """The draft that waits to be filled into a form; its version is 0 when the whole store was replaced since."""
        waiting: Given | None = _kept(_GIVEN).get((self.place, form))
        if waiting is None or waiting.epoch == self._epoch:
            return waiting
        return Given(waiting.at, self._epoch, 0, waiting.fields)

    @property
    def latest(self) -> str | None:
        """Name of the form whose draft came back last typed; None when none did."""
        every = {**_kept(_RESTORED), **_kept(_GIVEN)}
        here = [(draft.at, form) for (place, form), draft in every.items() if place == self.place]
        return max(here)[1] if here else None

    def open(self, form: str, fields: Sequence[Field], *, version: int = 0) -> None:
        """Give the fields their first values, or those of a draft; from now on the browser keeps what is typed."""
        for spec in fields:
            st.session_state.setdefault(spec.key, spec.initial)
        waiting = _kept(_GIVEN).pop((self.place, form), None)
        if waiting is not None:
            self._fill(form, fields, waiting)
        listed = [(spec.name, spec.key, spec.kind.value, spec.under) for spec in fields]
        self._forms[form] = {"version": version, "fields": listed}

    def _fill(self, form: str, fields: Sequence[Field], waiting: Given) -> None:
        misfits, differs = [], False
        for spec in fields:
            if spec.name not in waiting.fields:
                continue
            raw = waiting.fields[spec.name]
            try:
                value = value_of(spec, raw)
            except ValueError:
                misfits.append((spec.label, str(raw)))
                continue
            st.session_state[spec.key] = value
            differs = differs or value != spec.initial
        if differs or misfits:
            _kept(_RESTORED)[self.place, form] = Restored(waiting.at, tuple(misfits))
        else:
            self.done(form)

    def note(self, form: str, discard: Callable[[], None]) -> None:
        """Say what came back, with the way to discard it (`discard` empties the form); nothing otherwise.

        The place is always there: a form that moves loses what is typed.
        """
        with st.container(key=f"came-back-{form}", horizontal=True):
            back: Restored | None = _kept(_RESTORED).get((self.place, form))
            if back is None:
                return
            st.html(f'<div class="cy-draft" role="status">{text(told(back, datetime.now(UTC)))}</div>')
            st.button("丢弃", key=f"draft-{form}-discard", on_click=discard, type="tertiary")

    def done(self, form: str) -> None:
        """The form was saved or discarded: its draft is gone from session and browser."""
        done(self.place, form)

    def draw(self, on_given: Callable[[], None]) -> None:
        """Tell the browser which forms are open; `on_given` runs when it hands drafts back."""

        def received() -> None:
            raw = getattr(st.session_state.get("drafts"), "given", None)
            found = read(raw, self.place)
            if found:
                _kept(_GIVEN).update({(self.place, form): draft for form, draft in found.items()})
                on_given()

        finished = {form: count for (place, form), count in _kept(_DONE).items() if place == self.place}
        told_to_browser = {
            "place": self.place,
            "epoch": self._epoch,
            "session": st.session_state.setdefault(_SESSION, secrets.token_hex(6)),
            "forms": self._forms,
            "done": finished,
        }
        with st.container(key="drafts-keeper"):
            _component(key="drafts", data=told_to_browser, on_given_change=received)


def done(place: str, form: str) -> None:
    """As `Keeper.done`, from a callback."""
    for name in (_GIVEN, _RESTORED):
        _kept(name).pop((place, form), None)
    counts = _kept(_DONE)
    counts[place, form] = counts.get((place, form), 0) + 1


def _kept(name: str) -> dict[tuple[str, str], Any]:
    kept: dict[tuple[str, str], Any] = st.session_state.setdefault(name, {})
    return kept


def told(back: Restored, now: datetime) -> str:
    """What came back, as a sentence."""
    minutes = max(int((now - back.at).total_seconds() // 60), 0)
    ago = "刚才" if minutes < 1 else f"{minutes} 分钟前" if minutes < 120 else _moment(back.at)
    misfits = "；".join(f"{label}“{raw}”" for label, raw in back.misfits)
    rest = f"未能填回（不在现有选项中或格式不符）：{misfits}。" if misfits else ""
    return f"已恢复{ago}未保存的填写，请核对后保存。{rest}"


def _moment(at: datetime) -> str:
    return f" {at.astimezone(data.ZONE):%m-%d %H:%M} "
