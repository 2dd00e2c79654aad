"""The list of findings: filters, rows grouped by rule, and the list as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from geodata.exporters import csv_text
from geodata.exporters.simple_table import table_bytes
from geodata.store import Snapshot
from geodata.vocabulary import DataKeeper, DataStatus, FindingSeverity, FindingStanding
from ui import data, places, quality_data, quality_state
from ui.places import Place

_LEAF = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CELLS = "minmax(0, 1fr) 96px 76px"


def filters(snap: Snapshot, found: pd.DataFrame, asked: quality_state.Asked) -> None:
    """One choice per column; each choice says how many it would list."""
    streets = data.names(snap, "street_office")
    rules = {rule.code: rule.label for rule in quality_data.RULES}
    with st.container(key="quality-filters", horizontal=True):
        _choice("规则", "rule", rules, found, asked)
        _choice("程度", "severity", FindingSeverity.labels(), found, asked)
        _choice("街道", "street", streets, found, asked)
        _choice("谁来改", "keeper", DataKeeper.labels(), found, asked)
        st.selectbox(
            "处理",
            list(quality_state.STANDINGS),
            format_func=quality_state.STANDINGS.get,
            key=quality_state.widget("standing"),
            on_change=quality_state.restart,
        )


def _choice(
    label: str, key: str, options: dict[str, str], found: pd.DataFrame, asked: quality_state.Asked
) -> None:
    counts = (
        asked.listed(found)[key].value_counts() if getattr(asked, key) is None else found[key].value_counts()
    )
    present = [code for code in options if counts.get(code, 0) or code == getattr(asked, key)]
    name: Callable[[Any], str] = lambda code: f"{options[code]}（{counts.get(code, 0)}）"  # noqa: E731
    st.selectbox(
        label,
        present,
        index=None,
        format_func=name,
        placeholder="全部",
        key=quality_state.widget(key),
        on_change=quality_state.restart,
    )


def show(snap: Snapshot, found: pd.DataFrame, listed: pd.DataFrame, asked: quality_state.Asked) -> None:
    """The rows of one leaf, grouped by rule; a click opens a finding beside the list."""
    with st.container(key="quality-count", horizontal=True):
        st.html(f'<div class="cy-head">{len(listed):,} 条<small>共查出 {len(found):,} 条</small></div>')
        if asked.narrowed:
            st.button("去掉筛选", key="quality-clear", on_click=quality_state.clear, type="tertiary")
        _leaves(listed, asked)
        _downloads(snap, listed)
    if listed.empty:
        st.html(f'<div class="cy-empty">{_none(found)}</div>')
        return
    leaf = listed.iloc[(asked.leaf - 1) * _LEAF : asked.leaf * _LEAF]
    leaf = leaf if len(leaf) else listed.iloc[:_LEAF]
    with st.container(key="quality-rows"):
        places.show(
            _groups(snap, leaf, listed["rule"].value_counts()),
            key="quality-places",
            params={},
            on_click=lambda key: quality_state.put(finding=key),
            cells=_CELLS,
            page="quality",
            selected=asked.finding,
        )


def _none(found: pd.DataFrame) -> str:
    if found.empty:
        return "所查的规则没有查出问题。这不等于没有问题：查了多少、哪些判断不了，见“规则与检查数”。"
    return "这样筛选没有问题可列；点“去掉筛选”看全部待处理的。"


def _leaves(listed: pd.DataFrame, asked: quality_state.Asked) -> None:
    last = -(-len(listed) // _LEAF)
    if last > 1:
        st.session_state[quality_state.widget("leaf")] = min(asked.leaf, last)
        st.number_input(
            f"第几页（共 {last} 页）", min_value=1, max_value=last, key=quality_state.widget("leaf")
        )


def _groups(snap: Snapshot, leaf: pd.DataFrame, counts: pd.Series) -> list[places.Group]:
    streets = data.names(snap, "street_office")
    groups: list[places.Group] = []
    for code, rows in leaf.groupby("rule", sort=False):
        rule = quality_data.BY_CODE[str(code)]
        note = f"{counts[code]} 条 · {rule.severity.label} · {rule.keeper.label}改 · {rule.remedy}"
        groups.append((rule.label, note, [_row(row, streets) for row in rows.to_dict("records")]))
    return groups


def _row(row: dict[str, Any], streets: dict[str, str]) -> Place:
    standing = FindingStanding(row["standing"])
    said = FindingSeverity(row["severity"]).label if standing is FindingStanding.OPEN else standing.label
    return Place(
        row["key"],
        str(row["name"]),
        (row["message"], streets.get(row["street"], str(row["street"])), said),
        alarm=row["severity"] == FindingSeverity.ERROR.value and standing is not FindingStanding.ACCEPTED,
    )


def _downloads(snap: Snapshot, listed: pd.DataFrame) -> None:
    """What is listed now as a file, with remedy and reasons."""
    mark = f"_{DataStatus.SYNTHETIC.label}" if data.has_synthetic(snap) else ""
    name = f"数据质量_{data.today(snap).isoformat()}_修订{snap.revision}{mark}"
    table = lambda: quality_data.listing(snap, listed)  # noqa: E731
    files = {
        "Excel": (lambda: table_bytes(table(), title="数据质量"), "xlsx", _XLSX),
        "CSV": (lambda: csv_text(dict(table())).encode("utf-8-sig"), "csv", "text/csv"),
    }
    for label, (content, ending, mime) in files.items():
        st.download_button(
            f"下载 {label}",
            content,
            f"{name}.{ending}",
            mime,
            key=f"quality-{ending}",
            on_click="ignore",
            disabled=listed.empty,
        )
