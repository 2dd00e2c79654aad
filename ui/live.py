"""Edit together: pages learn within seconds what others saved, without a reload.

A small component on every page asks `GET /revision` every two seconds and Python only when the answer has changed:
an idle page costs the server one query and no rerun. Each process asks the store, so that saves of another process
count too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from ui import authors, data
from ui.components import component
from ui.pulse import app_mark

_ANSWERED = "live_answered"
_MOST = 60
_component = component("live", '<div class="live" role="status"></div>')


@contextmanager
def watching(*, quiet: bool = False) -> Iterator[None]:
    """Draw a page inside; the watcher is then told what the page shows. `quiet` pages name no saves."""
    place = st.container(key="live")
    data.begin_page()
    try:
        yield
    except StopException:
        _draw(place, quiet=quiet)
        raise
    _draw(place, quiet=quiet)


def _draw(place: st.delta_generator.DeltaGenerator, *, quiet: bool) -> None:
    snap = data.shown()
    told: dict[str, Any] = {"epoch": "", "revision": -1, "who": "", "app": app_mark(), "quiet": quiet}
    if snap is not None:
        told |= {"epoch": snap.epoch, "revision": snap.revision}
        told["who"] = snap.newest.author if snap.newest else ""
        told["own"] = bool(snap.newest) and snap.newest.author == authors.known()
    if (name := authors.to_keep()) is not None:
        told["author"] = name
    told["answered"] = st.session_state.get(_ANSWERED, "")
    with place:
        _component(key="watcher", data=told, on_changed_change=_asked)


def _asked() -> None:
    """Callback: the rerun that follows is the answer; the question goes back as a receipt."""
    st.session_state[_ANSWERED] = str(getattr(st.session_state.get("watcher"), "changed", ""))[:_MOST]
