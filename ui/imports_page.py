"""导入: four steps from a file to one save, what can be taken out, templates, and every file that was taken in."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.importers.inspection import Inspection
from geodata.store import Snapshot
from ui import (
    data_export,
    import_jobs,
    import_rows,
    imports_batches,
    imports_changes,
    imports_file,
    imports_going,
    imports_state,
    imports_steps,
    imports_templates,
    imports_what,
    imports_wrong,
    shell,
    state,
    taking_back,
)
from ui.imports_state import CHANGES, TABS, WHAT, WRONG, Place

_TITLE = (
    '<div class="cy-title">导入<small>文件先看懂、查错、对照，再由您确认装入；'
    "没有确认之前，库里什么都不变。</small></div>"
)


def show(snap: Snapshot, chosen: state.PageState, place: Place) -> None:
    """Heading with the tabs, then the chosen one."""
    with st.container(key="imports"):
        with st.container(key="imports-head", horizontal=True):
            st.html(_TITLE)
            st.segmented_control(
                "导入与取出",
                list(TABS),
                format_func=TABS.get,
                key=imports_state.widget("tab"),
                label_visibility="collapsed",
                required=True,
                on_change=_other_tab,
            )
        imports_going.said()
        if place.tab == "give":
            data_export.show(snap, chosen)
        elif place.tab == "templates":
            imports_templates.show()
        elif place.tab == "batches":
            imports_batches.show(snap)
        else:
            _take(snap, place)


def _other_tab() -> None:
    taking_back.forget()
    st.session_state.pop(imports_state.SAID, None)


def _take(snap: Snapshot, place: Place) -> None:
    if place.gone:
        shell.fault("这个文件已按保留规则删除，或者已经装入。请重新选择文件。", title="找不到这个文件")
    folder = import_jobs.workspaces().at(place.workspace) if place.workspace else None
    if folder is None:
        imports_file.show(snap)
        return
    found = _found(folder)
    if import_jobs.going(place.workspace).running:
        if found is not None:
            imports_steps.show(place, found, busy=True)
        imports_going.show(place.workspace)
    elif found is None:
        imports_going.begin_or_tell(place.workspace)
    else:
        imports_steps.show(place, found)
        _step(snap, place, found, folder)


def _found(folder: Path) -> Inspection | None:
    """What the last look at the file found; None before the first, and when it cannot be read."""
    try:
        return import_rows.inspection(folder)
    except ChengyuanError as error:
        shell.fault(str(error), title="检查的结果读不出来")
        return None


def _step(snap: Snapshot, place: Place, found: Inspection, folder: Path) -> None:
    if found.refused:
        imports_file.refused(found)
        imports_file.show(snap, waiting=found)
    elif place.step == WHAT:
        imports_what.show(snap, place.workspace, found, folder)
    elif place.step == WRONG:
        imports_wrong.show(snap, place.workspace, found, folder)
    elif place.step == CHANGES:
        imports_changes.show(snap, place.workspace, found, folder)
    else:
        imports_file.show(snap, waiting=found)
