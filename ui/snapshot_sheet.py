"""The sheet beside its controls: live preview, size and true scale, what found no room, and the files to take away."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import Audience, Paper, SheetFormat
from sheets.setup import Setup
from ui import printing, sheet_routes, snapshot_jobs, snapshot_state
from ui.components import component

_component = component(
    "sheet",
    '<div class="sheet" data-state="working"><div class="head"><div class="size"></div><div class="files"></div>'
    '<div class="said" role="status" hidden></div></div><div class="table">'
    '<div class="refusal" role="alert" hidden><b>这张图现在不能出</b><span class="why"></span></div>'
    '<div class="paper"><img></div><ul class="notices" role="status" hidden></ul></div></div>',
)

_FILES = (SheetFormat.PNG, SheetFormat.SVG, SheetFormat.PPTX, SheetFormat.DOCX, SheetFormat.HTML)

_SHORT = {SheetFormat.HTML: "网页"}


def show(snap: Snapshot, setup: Setup, *, title: str, on_background: Callable[[], None]) -> None:
    """Draw the sheet of a set-up; the browser fetches picture and files by itself.

    What takes long is begun in the background under `title`, and `on_background` is called.
    """

    def asked() -> None:
        if getattr(st.session_state.get("sheet"), "background", None) == SheetFormat.PNG:
            snapshot_jobs.begin(setup, SheetFormat.PNG, title)
            on_background()

    text = setup.text()
    told = {
        "setup": text,
        "mark": sheet_routes.sign(text),
        "revision": f"{snap.epoch}:{snap.revision}",
        "paper": _paper(setup),
        "title": setup.title,
        "files": [*_files(), ("copy", "复制图片", "把图复制到剪贴板，粘贴到文档或聊天窗口")],
        "heavy": printing.is_heavy(setup, SheetFormat.PNG),
    }
    if setup.audience is Audience.PUBLIC and not (setup.review_number.strip() or setup.exemption.strip()):
        told["focus"] = f".st-key-{snapshot_state.widget('review')} input"
    with st.container(key="snapshot-sheet"):
        _component(key="sheet", data=told, on_background_change=asked)


def _paper(setup: Setup) -> str:
    return (
        setup.paper.label if setup.paper is Paper.SLIDE else f"{setup.paper.label} {setup.orientation.label}"
    )


def _files() -> list[tuple[str, str, str]]:
    """Form, label and meaning of each button; the first is the one that most people want."""
    pdf = (SheetFormat.PDF.value, "下载 PDF", SheetFormat.PDF.meaning)
    return [pdf, *((one.value, _SHORT.get(one, one.label), f"{one.label}：{one.meaning}") for one in _FILES)]
