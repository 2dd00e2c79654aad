"""The rules: what each looks for, how many records it looked at, what it found and what it could not judge."""

from __future__ import annotations

import streamlit as st

from geodata.schema import LAYERS
from geodata.store import Snapshot
from ui import quality_data, quality_state
from ui.html import DASH, table, text


def show(snap: Snapshot, _asked: quality_state.Asked) -> None:
    """One row per rule, in the order of the list."""
    rows = []
    for one in quality_data.report(snap).checked:
        rule = quality_data.BY_CODE[one.code]
        found = f"{one.found:,}" if one.checked else DASH
        checked = f"{one.checked:,}" if one.checked else "没有检查"
        label = (f"<b>{text(rule.label)}</b><br><span class='cy-note'>{text(rule.meaning)}</span>",)
        rows.append(
            (
                label,
                rule.severity.label,
                rule.keeper.label,
                LAYERS[rule.layer].label,
                checked,
                found,
                one.unjudged or "",
                rule.remedy,
                rule.source,
            )
        )
    headings = ("规则", "程度", "谁来改", "记录", "检查了", "查出", "判断不了的", "怎样改", "依据")
    with st.container(key="quality-rules"):
        st.html(table(headings, rows, numeric=(4, 5)) + _NOTE)


_NOTE = (
    '<div class="cy-note">“检查了”是这条规则能判断的记录数：值不详、没有边界或没有界线可比的不算在内，也不算“没有问题”。'
    "“—”：什么也没有检查，不是 0。</div>"
)
