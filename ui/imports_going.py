"""How the job of a waiting file goes: progress that renews itself, a way to stop, what went wrong."""

from __future__ import annotations

import streamlit as st

from ui import import_jobs, imports_state
from ui.html import text
from ui.imports_state import SAID

_PAUSE_S = 0.4


def say(message: str, *, alarm: bool = False) -> None:
    """Let the page say something."""
    st.session_state[SAID] = (message, alarm)


def said() -> None:
    """What was to be said; it stays until the next file or tab."""
    message, alarm = st.session_state.get(SAID, ("", False))
    if message:
        kind, role = ("cy-refusal", "alert") if alarm else ("cy-saved", "status")
        st.html(f'<div class="{kind}" role="{role}">{text(message)}</div>')


def show(workspace: str) -> None:
    """Progress while a job runs, renewed until it ends."""
    writing = import_jobs.going(workspace).writing
    with st.container(key="imports-going"):
        st.fragment(_look, run_every=_PAUSE_S)(workspace, writing)
        if writing:
            st.html(
                '<div class="cy-note">正在写入，已经不能取消；写完会告诉您记为哪次修订，可以整批撤销。</div>'
            )
            return
        st.button("取消，不要这个文件", key="imports-cancel", on_click=_cancel)


def begin_or_tell(workspace: str) -> None:
    """A file that nobody has looked at yet: begin, or say why that failed."""
    trouble = import_jobs.going(workspace).trouble
    if not trouble:
        import_jobs.start(workspace, "inspect")
        st.rerun()
    st.html(f'<div class="cy-fault"><b>没有检查完</b>{text(trouble)}</div>')
    with st.container(key="imports-again", horizontal=True):
        st.button("再试一次", key="imports-retry", on_click=import_jobs.start, args=(workspace, "inspect"))
        st.button("放弃这个文件", key="imports-drop", on_click=imports_state.close_file, type="tertiary")


def trouble(workspace: str) -> str:
    """Why the last job of a file did not end well; empty when it did."""
    return import_jobs.going(workspace).trouble


def _cancel() -> None:
    if imports_state.close_file():
        say("已取消，没有装入任何内容，也没有留下文件。")
    else:
        say("已经开始写入，没有取消；写完会告诉您记为哪次修订，不合适的可以整批撤销。", alarm=True)


def _look(workspace: str, writing: bool) -> None:
    now = import_jobs.going(workspace)
    if not now.running or now.writing != writing:
        st.rerun()
    share = 100 * now.done / now.total if now.total else 0
    what = "前面还有文件在处理，请稍候" if now.waiting else now.what or "正在打开文件"
    count = f"{now.done:,} / {now.total:,}" if now.total else ""
    name = import_jobs.asked(workspace).file_name
    st.html(
        f'<div class="cy-working" role="status"><b>{text(what)}</b><span>{text(name)}</span><small>{count}</small></div>'
        f'<div class="cy-going" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share:.0f}">'
        f'<i style="width:{share:.1f}%"></i></div>'
        '<div class="cy-note">别人的页面不受影响；您也可以离开，回到这个地址会接着显示。</div>'
    )
