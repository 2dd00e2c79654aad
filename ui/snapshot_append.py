"""The sheet added to a PowerPoint or Word file that the person already has: report of the meeting, deck of the office."""

from __future__ import annotations

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.vocabulary import SheetFormat
from sheets.setup import Setup
from ui import printing, shell

_MADE = "appended"
_FORMS = (SheetFormat.PPTX, SheetFormat.DOCX)


def show(setup: Setup) -> None:
    """A file to choose, a button, and the finished file to take away; the given one is kept nowhere."""
    with st.expander("加到已有的 PowerPoint 或 Word", key="snapshot-append"):
        given = st.file_uploader(
            "选一个 .pptx 或 .docx 文件", type=[form.value for form in _FORMS], key="append-file"
        )
        if given is None:
            st.session_state.pop(_MADE, None)
            return
        form = SheetFormat(given.name.rsplit(".", 1)[-1].lower())
        mark = (given.file_id, setup.text())
        if st.button("把这张图加在最后", key="append-add"):
            _add(setup, form, given.getvalue(), given.name, mark)
        made = st.session_state.get(_MADE)
        if made and made[0] == mark:
            file: printing.File = made[1]
            st.download_button(f"下载 {file.name}", file.content, file.name, file.mime, key="append-take")


def _add(setup: Setup, form: SheetFormat, content: bytes, name: str, mark: tuple[str, str]) -> None:
    try:
        with st.spinner("正在加入……"):
            st.session_state[_MADE] = (mark, printing.add(setup, form, content, name=name))
    except ChengyuanError as error:
        shell.fault(str(error), title="没有加进去")
