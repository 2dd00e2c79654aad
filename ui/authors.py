"""Who is at the keyboard: asked once per browser, kept there in a cookie, changed at any time (sign-in comes later)."""

from __future__ import annotations

from urllib.parse import unquote

import streamlit as st

from ui.html import text

_COOKIE = "chengyuan_author"
_MOST = 40
_NAME = "author"
_FORGOTTEN = "author_forgotten"


def valid(given: str | None) -> str | None:
    """A name as it may be stored: printable, not blank, at most 40 characters; None otherwise."""
    name = (given or "").strip()
    return name if name and len(name) <= _MOST and name.isprintable() else None


def to_keep() -> str | None:
    """What the browser is to keep: a name, "" to forget it, None when there is nothing to say."""
    if st.session_state.get(_FORGOTTEN):
        return ""
    return st.session_state.get(_NAME)


def known() -> str | None:
    """The name given in this session, else the one this browser kept."""
    if st.session_state.get(_NAME) or st.session_state.get(_FORGOTTEN):
        return st.session_state.get(_NAME)
    kept = valid(unquote(st.context.cookies.get(_COOKIE) or ""))
    if kept:
        st.session_state[_NAME] = kept
    return kept


def remember(name: str) -> None:
    """Take a valid name as that of the person at the keyboard."""
    st.session_state[_NAME] = name
    st.session_state.pop(_FORGOTTEN, None)


def forget() -> None:
    """Callback: somebody else sits down."""
    st.session_state.pop(_NAME, None)
    st.session_state[_FORGOTTEN] = True


def ask(place: str = "") -> str | None:
    """The name stored with each change; a small form while it is not known, one for each `place` of a page."""
    name = known()
    if name:
        return name
    with st.form(f"author_form{place}", border=False):
        st.html(
            '<p class="cy-note">每次改动都会记下操作人。请先填写姓名，本浏览器只问一次；换人使用时请点“换人”。</p>'
        )
        given = st.text_input("操作人姓名", max_chars=_MOST)
        if st.form_submit_button("记住"):
            if name := valid(given):
                remember(name)
                st.rerun()
            st.error("姓名不能为空，最多 40 个字。")
    return None


def line(name: str, note: str, *, key: str) -> None:
    """Who is saving, with the way to change it, and a note on what saving means."""
    with st.container(key=key, horizontal=True):
        st.html(f'<div class="cy-note">操作人 <b>{text(name)}</b></div>')
        st.button("换人", key=f"{key}-other", on_click=forget, type="tertiary")
        st.html(f'<div class="cy-note">{text(note)}</div>')
