"""数据质量: what the rules find in what is stored, how complete each street office is, and how much was looked at."""

from __future__ import annotations

import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import FindingSeverity, FindingStanding
from ui import (
    data,
    quality_completeness,
    quality_data,
    quality_list,
    quality_map,
    quality_one,
    quality_rules,
    quality_state,
    shell,
)
from ui.html import number


def load(snap: Snapshot) -> quality_state.Asked:
    """What the address and the widgets ask for."""
    return quality_state.load(data.names(snap, "street_office"), quality_data.findings(snap))


def show(snap: Snapshot, asked: quality_state.Asked) -> None:
    """Heading with the choice of view and the figures; then the view."""
    with st.container(key="quality"):
        with st.container(key="quality-head", horizontal=True):
            st.html(_title(snap))
            st.segmented_control(
                "查看",
                list(quality_state.VIEWS),
                format_func=quality_state.VIEWS.get,
                key=quality_state.widget("view"),
                label_visibility="collapsed",
                required=True,
            )
        if data.frame(snap, "compound").empty:
            st.html(_EMPTY)
            st.page_link(shell.page("imports"), label="去导入")
            return
        _VIEWS[asked.view](snap, asked)


_EMPTY = '<div class="cy-empty"><b>库里还没有楼院，什么也没有检查。</b><br>先在“导入”页装入楼院台账；装入后这里会列出查到的问题。</div>'


def _title(snap: Snapshot) -> str:
    report = quality_data.report(snap)
    limited = sum(1 for one in report.checked if one.unjudged)
    note = (
        f"按 {len(report.checked)} 条规则检查了现在库里的记录，截至 {data.today(snap).isoformat()}。"
        f"最多的一条查了 {report.records:,} 条记录；{limited} 条规则有判断不了或只作参考的，见“规则与检查数”。"
        if report.records
        else "没有可检查的记录。"
    )
    return f'<div class="cy-title">数据质量<small>{note}</small></div>'


def _findings(snap: Snapshot, asked: quality_state.Asked) -> None:
    found = quality_data.findings(snap)
    listed = asked.listed(found)
    with st.container(key="quality-columns", horizontal=True):
        side, main = st.container(key="quality-side"), st.container(key="quality-main")
    with main:
        quality_list.filters(snap, found, asked)
        quality_list.show(snap, found, listed, asked)
    with side:
        st.html(_figures(snap))
        quality_map.findings(snap, found, listed, asked)
        quality_one.show(snap, found, asked)


def _figures(snap: Snapshot) -> str:
    """Open findings by severity, and the accepted ones."""
    found = quality_data.findings(snap)
    accepted = found["standing"] == FindingStanding.ACCEPTED.value
    changed = int((found["standing"] == FindingStanding.CHANGED.value).sum())
    cells = []
    for severity in FindingSeverity:
        rows = found[(found["severity"] == severity.value) & ~accepted]
        note = f"{rows['compound'].nunique():,} 个楼院" if len(rows) else "未查出"
        alarm = severity is FindingSeverity.ERROR and len(rows) > 0
        cells.append(("alarm" if alarm else "", len(rows), f"{severity.label}", note))
    gone = quality_data.lapsed(snap)
    notes = [f"{changed} 条认可后有变"] if changed else []
    notes += [f"{gone} 条认可的已不再查出"] if gone else []
    cells.append(("", int(accepted.sum()), "已认可", "；".join(notes) or "可随时撤回"))
    body = "".join(
        f'<div class="{kind}"><div class="n">{number(count)}<small>条</small></div>'
        f'<div class="l">{label}</div><div class="d">{note}</div></div>'
        for kind, count, label, note in cells
    )
    return f'<div class="cy-figures cy-quality-figures">{body}</div>'


_VIEWS = {
    "findings": _findings,
    "completeness": quality_completeness.show,
    "rules": quality_rules.show,
}
