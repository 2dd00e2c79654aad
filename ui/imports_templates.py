"""Templates to fill in: one workbook for each kind of ledger, with lists to choose from, notes and an example row."""

from __future__ import annotations

import streamlit as st

from geodata.kinds import KINDS, Holds, Kind
from ui import data_files
from ui.html import table, text

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HOLDS = {
    Holds.TEXT: "文字",
    Holds.INTEGER: "整数",
    Holds.NUMBER: "数字",
    Holds.QUANTITY: "数量，可写“约”",
    Holds.YES_NO: "是或否",
    Holds.TERM: "从列表选",
    Holds.DATE: "日期",
    Holds.FUZZY_DATE: "日期，可不精确",
    Holds.REFERENCE: "编号或名称",
}


def show() -> None:
    """Choose a kind, see its columns, take its template."""
    left, right = st.columns([24, 76], gap="large")
    with left:
        code = st.radio(
            "台账种类", list(KINDS), format_func=lambda one: KINDS[one].label, key="imports_v_template"
        )
    kind = KINDS[code]
    with right:
        with st.container(key="imports-template-head", horizontal=True):
            st.html(
                f'<div class="cy-section">{text(kind.label)}<small>{text(kind.hint or "一行一条")}</small></div>'
            )
            st.download_button(
                "下载模板（Excel）",
                data=lambda: data_files.template(code),
                file_name=f"{kind.title}.xlsx",
                mime=_XLSX,
                key=f"imports-template-{code}",
                type="primary",
                on_click="ignore",
            )
        st.html(_columns(kind))


def _columns(kind: Kind) -> str:
    rows = [
        (
            one.label + ("　必填" if one.required else ""),
            _HOLDS[one.holds] + (f"（{one.unit}）" if one.unit else ""),
            one.example or "—",
            one.hint or "—",
            "、".join(one.aliases[:6]) or "—",
        )
        for one in kind.columns
    ]
    return table(("栏", "填什么", "例", "说明", "也认得的叫法"), rows)
