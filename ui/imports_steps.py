"""The four steps over an import: each with its state in a few words, and the way on."""

from __future__ import annotations

import streamlit as st

from geodata.importers.inspection import Inspection
from geodata.kinds import KINDS
from ui import imports_datum, imports_state
from ui.components import component
from ui.imports_state import CHANGES, FILE, WHAT, WRONG, Place

_component = component("steps", '<div class="steps" role="navigation" aria-label="导入的步骤"></div>')

_TITLES = {FILE: "选择文件", WHAT: "核对识别", WRONG: "查看问题", CHANGES: "确认改动"}
_NEXT = {FILE: "下一步：核对识别", WHAT: "下一步：查看问题", WRONG: "下一步：确认改动"}
ASKS = {
    "kind": ("选定是哪一种台账", WHAT),
    "coordinates": ("选定坐标基准", WHAT),
    "columns": ("对上必填的栏", WHAT),
    "decisions": ("认定存疑的名称和行", WRONG),
}
"""What must be answered before anything is taken in: words, and the step where it is answered."""


def show(place: Place, found: Inspection, *, busy: bool = False) -> None:
    """The steps, and the buttons to go on or to give the file up; while a job runs they only say where one is."""

    def go() -> None:
        step = getattr(st.session_state.get("imports-steps"), "step", None)
        if step in _TITLES:
            imports_state.put(step=step)

    with st.container(key="imports-steps-row", horizontal=True):
        steps = [(*one[:4], one[4] and not busy) for one in told(place.step, found)]
        _component(key="imports-steps", data={"steps": steps}, on_step_change=go)
        if busy:
            return
        st.button("放弃这个文件", key="imports-drop", on_click=imports_state.close_file, type="tertiary")
        if place.step in _NEXT and not found.refused:
            st.button(
                _NEXT[place.step],
                key="imports-next",
                type="primary",
                on_click=imports_state.put,
                kwargs={"step": place.step + 1},
            )


def told(now: int, found: Inspection) -> list[tuple[int, str, str, str, bool]]:
    """Number, title, note, tone and whether it may be opened, of each step."""
    asked = {step for what, (_, step) in ASKS.items() if what in found.asks}
    notes = {FILE: found.file_name, WHAT: _what(found), WRONG: _wrong(found), CHANGES: _changes(found)}
    rows = []
    for step, title in _TITLES.items():
        act = step in asked or (found.refused and step == FILE)
        look = step == WRONG and found.counts.errors
        tone = "act" if act else "look" if look else "done" if step < CHANGES and not found.refused else ""
        opened = step == FILE or not found.refused
        rows.append((step, title, notes[step], f"{tone}{' now' if step == now else ''}", opened))
    return rows


def _what(found: Inspection) -> str:
    asked = [ASKS[what][0] for what in found.asks if ASKS[what][1] == WHAT]
    if found.refused:
        return "没有读懂"
    if asked:
        return "请" + "、".join(asked)
    return "，".join(part for part in (KINDS[found.kind].label, imports_datum.datum(found)) if part)


def _wrong(found: Inspection) -> str:
    if found.refused:
        return ""
    counts = found.counts
    parts = [
        f"待确认 {len(found.decisions)}" if found.decisions else "",
        f"错误 {counts.errors:,}" if counts.errors else "",
        f"提示 {counts.warnings:,}" if counts.warnings else "",
    ]
    return "，".join(part for part in parts if part) or "没有发现问题"


def _changes(found: Inspection) -> str:
    if found.refused:
        return ""
    counts = found.counts
    return f"新增 {counts.new:,}，改动 {counts.changed:,}，不变 {counts.unchanged:,}"
