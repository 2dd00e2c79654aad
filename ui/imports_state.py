"""State of the import page in its URL: which tab, which waiting file, which step. Values are held against their lists.

A reload goes on where it was: the id of the waiting file stands in the address, and whoever has it sees that file.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui import import_jobs, state

TABS = {"take": "导入", "give": "取出数据", "templates": "模板", "batches": "导入记录"}
FILE, WHAT, WRONG, CHANGES = 1, 2, 3, 4
_KEYS = ("tab", "file", "step")
SAID = "imports_said"
_WRITTEN, _SESSION, _LEFT = "imports_written", "imports_session", "imports_left"
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Place:
    """What the page shows; `workspace` is "" without a waiting file, `gone` that the one in the address is no more."""

    tab: str
    workspace: str
    step: int
    gone: bool


def widget(key: str) -> str:
    """Session key of a value of this page."""
    return f"imports_{key}"


def put(**values: Any) -> None:
    """Set values from a callback."""
    for key, value in values.items():
        st.session_state[widget(key)] = value


def load() -> Place:
    """Bring session and URL in line; call once, before any widget."""
    url = {key: value for key, value in st.query_params.to_dict().items() if key in _KEYS}
    # A rerun that the browser asked for meanwhile still carries the address of the file that was left.
    stale = bool(url.get("file")) and url.get("file") == st.session_state.get(_LEFT)
    anew = url != st.session_state.get(_WRITTEN) and not stale
    for key in _KEYS:
        if anew or widget(key) not in st.session_state:  # a widget that was not drawn has lost its value
            st.session_state[widget(key)] = _parsed(key, url.get(key, ""))
    _leave_what_is_taken()
    tab, workspace, step = (st.session_state[widget(key)] for key in _KEYS)
    gone = bool(workspace) and import_jobs.workspaces().at(workspace) is None
    if gone:
        put(file="", step=FILE)
        workspace, step = "", FILE
    _write({"tab": tab if tab != "take" else "", "file": workspace, "step": str(step) if workspace else ""})
    return Place(tab or "take", workspace, step if workspace else FILE, gone)


def _leave_what_is_taken() -> None:
    """A file that was taken in waits no longer: the list of imports shows it."""
    workspace = st.session_state[widget("file")]
    told = import_jobs.taken(workspace) if workspace else {}
    if told.get("revision") is not None:
        import_jobs.forget(workspace)
        _leave(workspace)
        put(tab="batches")
        st.session_state[SAID] = (
            f"已装入，记为修订 {told['revision']}；不合适的，可以在下面整批撤销。",
            False,
        )


def _parsed(key: str, text: str) -> Any:
    if key == "tab":
        return text if text in TABS else "take"
    if key == "file":
        return text if _ID.fullmatch(text) else ""
    return int(text) if text in ("1", "2", "3", "4") else WHAT


def _write(values: dict[str, str]) -> None:
    texts = {key: value for key, value in values.items() if value}
    state.into_address(_KEYS, texts)
    st.session_state[_WRITTEN] = texts


def session() -> str:
    """A mark of this browser session, for the address to which it sends files."""
    return str(st.session_state.setdefault(_SESSION, secrets.token_hex(16)))


def open_file(workspace: str) -> None:
    """Callback: go on with a file that has arrived; a former one that waited here is given up."""
    former = st.session_state.get(widget("file"))
    if former and former != workspace:
        import_jobs.drop(former)
    put(file=workspace, step=WHAT)
    _forget_views()


def close_file() -> bool:
    """Callback: give the waiting file up; False when it is being written already."""
    former = st.session_state.get(widget("file"))
    if former and not import_jobs.drop(former):
        return False
    if former:
        _leave(former)
    return True


def _leave(workspace: str) -> None:
    st.session_state[_LEFT] = workspace
    put(file="", step=FILE)
    _forget_views()


def _forget_views() -> None:
    """Filters, pages and what was said belong to one file."""
    st.session_state.pop(SAID, None)
    for key in [key for key in st.session_state if str(key).startswith("imports_v_")]:
        del st.session_state[key]
