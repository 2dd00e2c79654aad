"""What is made in the background or was made: progress, cancel, and the finished file; looks by itself while it goes."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.jobs import Job, JobState
from geodata.vocabulary import SheetFormat
from sheets.atlas_setup import Atlas
from sheets.setup import Setup
from ui import authors, printing
from ui.html import text
from ui.moments import ago, size

_SHOWN = 12
_PAUSE_S = 1.0
_REFUSED = "export_refused"
_OPEN = (JobState.WAITING, JobState.RUNNING)


def begin(chosen: Setup | Atlas, form: SheetFormat, title: str) -> None:
    """Callback: begin a background file; the list says when it cannot."""
    try:
        printing.start(chosen, form, title=title, author=authors.known() or "")
    except ChengyuanError as error:
        st.session_state[_REFUSED] = str(error)


def show() -> None:
    """The list of background files, newest first."""
    if refused := st.session_state.pop(_REFUSED, ""):
        st.html(f'<div class="cy-refusal" role="alert">{text(refused)}</div>')
    busy = any(job.state in _OPEN for job in printing.jobs())
    st.fragment(_list, run_every=_PAUSE_S if busy else None)(busy)


def _list(was_busy: bool) -> None:
    jobs = printing.jobs()
    if was_busy and not any(job.state in _OPEN for job in jobs):
        st.rerun()  # the page looks no more once nothing is under way
    left = f"，列出最近 {_SHOWN} 个" if len(jobs) > _SHOWN else ""
    st.html(
        f'<div class="cy-head"><span>后台文件</span><small>{f"{len(jobs)} 个{left}" if jobs else ""}</small></div>'
    )
    if not jobs:
        st.html('<div class="cy-note">在后台制作，可以离开这一页；做好了在这里下载，大家都看得到。</div>')
    for job in jobs[:_SHOWN]:
        with st.container(key=f"exportline-{job.id}", horizontal=True):
            st.html(_line(job))
            if job.state in _OPEN:
                st.button("取消", key=f"export-cancel-{job.id}", on_click=printing.cancel, args=(job.id,))


def _line(job: Job) -> str:
    told = [job.author, ago(job.ended_at or job.started_at, datetime.now(UTC)), job.state.label]
    rest = ""
    if job.state in _OPEN:
        told += [job.step, f"{job.done:,} / {job.total:,} 页" if job.total else ""]
        rest = _bar(job)
    elif found := printing.file_of(job.id):
        path, name = found
        told.append(job.message)
        label = f"下载 {text(name)}（{size(path.stat().st_size)}）"
        rest = f'<a href="{text(printing.address(job.id))}" download>{label}</a>'
    else:
        told.append("文件已按保留规则删除" if job.state is JobState.DONE else job.message)
    said = " · ".join(text(part) for part in told if part)
    return (
        f'<div class="cy-preset"><b>{text(job.title or job.kind.label)}</b><small>{said}</small>{rest}</div>'
    )


def _bar(job: Job) -> str:
    share = 100 * job.done / job.total if job.total else 0
    return (
        f'<div class="cy-going" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share:.0f}">'
        f'<i style="width:{share:.1f}%"></i></div>'
    )
