"""系统状态: verdicts, backups, checks, jobs and figures; the page renews itself."""

from __future__ import annotations

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.jobs import JobKind, JobState
from geodata.store import Snapshot
from ui import background, data, shell, system_blocks
from ui.html import text
from ui.system_verdicts import BACKUPS, Light, Seen, Verdict, look, verdicts

_RENEWED_S = 3


def snapshot() -> Snapshot | None:
    """What the store holds; None when it cannot be read, which this page is there to say."""
    try:
        return data.snapshot()
    except ChengyuanError:
        return None


@st.fragment(run_every=_RENEWED_S)
def show() -> None:
    """The whole page below the bar."""
    with shell.boundary("system", with_bar=False):
        seen = look()
        found = verdicts(seen)
        with st.container(key="system"):
            st.html(_headline(found))
            st.html(system_blocks.verdict_row(found))
            left, right = st.columns([58, 42], gap="large")
            with left:
                _backups(seen)
                _check(seen)
                st.html(f'<div class="cy-section">任务</div>{system_blocks.job_list(seen)}')
            with right:
                st.html(f'<div class="cy-section">运行</div>{system_blocks.running(seen)}')
                st.html(f'<div class="cy-section">数据</div>{system_blocks.counts(seen)}')
                st.html(f'<div class="cy-section">生效的设置</div>{system_blocks.settings_in_force()}')


def _headline(found: list[Verdict]) -> str:
    wrong = [one.of for one in found if one.light is Light.ACT]
    unknown = [one.of for one in found if one.light is Light.UNKNOWN]
    said = f"需要处理：{'、'.join(wrong)}" if wrong else "没有发现需要处理的事项"
    said += f"；不详：{'、'.join(unknown)}" if unknown else ""
    return (
        f'<div class="cy-title">系统状态<small>{text(said)}。本页每 {_RENEWED_S} 秒自动更新。</small></div>'
    )


def _backups(seen: Seen) -> None:
    with st.container(key="system-backup-head", horizontal=True):
        st.html('<div class="cy-section">备份</div>')
        _button("立即备份", JobKind.BACKUP, seen)
    _refusal(*BACKUPS)
    st.html(system_blocks.backup_plan(seen) + system_blocks.backup_list(seen))
    st.html(
        '<p class="cy-note"><b>恢复</b>不在网页上进行：由管理员在服务器上运行 python manage.py restore 文件，'
        "先加 --dry-run 演练，会列出将失去哪些保存。</p>"
    )


def _check(seen: Seen) -> None:
    with st.container(key="system-check-head", horizontal=True):
        st.html('<div class="cy-section">检查</div>')
        _button("运行检查", JobKind.CHECK, seen)
    _refusal(JobKind.CHECK)
    st.html(system_blocks.findings(seen))


def _button(label: str, kind: JobKind, seen: Seen) -> None:
    """Begins a job; waits while any job is running, since there is one at a time."""
    busy = background.is_starting(kind) or any(job.state is JobState.RUNNING for job in seen.jobs)
    st.button(
        f"{label}（进行中……）" if background.is_starting(kind) else label,
        key=f"system-{kind.value}",
        on_click=background.start,
        args=(kind,),
        disabled=busy,
    )


def _refusal(*kinds: JobKind) -> None:
    for kind in kinds:
        if said := background.refusal(kind):
            st.html(f'<p class="cy-refusal">{text(kind.label)}没有开始：{text(said)}</p>')
