"""Completeness per street office: a table with real denominators, and a hatched map of one measure."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from ui import data, quality_data, quality_map, quality_state
from ui.html import DASH, missing, number, percent, table


def show(snap: Snapshot, asked: quality_state.Asked) -> None:
    """The map of the chosen measure on the left, all measures on the right."""
    counted = quality_data.table(snap)
    if counted.empty:
        st.html('<div class="cy-empty">库里还没有街道办事处，不能按街道计算完整度。</div>')
        return
    with st.container(key="quality-columns", horizontal=True):
        side, main = st.container(key="quality-side"), st.container(key="quality-main")
    with side:
        st.segmented_control(
            "地图上看",
            list(quality_data.MEASURES),
            format_func=quality_data.MEASURES.get,
            key=quality_state.widget("measure"),
            required=True,
        )
        quality_map.completeness(snap, counted, asked.measure)
    with main:
        st.html(_table(counted) + _note(snap))


def _table(counted: pd.DataFrame) -> str:
    headings = ["街道", "楼院", "户数"]
    for label in quality_data.MEASURES.values():
        headings += [label, "按户数"]
    rows = [
        _row(rows)
        for rows in (
            *(counted.loc[[code]] for code in counted.index),
            quality_data.whole(counted),
        )
    ]
    return table(headings, rows, numeric=range(1, len(headings)), marked=len(rows) - 1)


def _row(one: pd.DataFrame) -> list[object]:
    line = one.iloc[0]
    known = line["compounds"] > line["households_missing"]
    cells: list[object] = [
        line["name"],
        number(line["compounds"]),
        number(line["households"]) if known else DASH,
    ]
    for measure in quality_data.MEASURES:
        share = quality_data.shares(one, measure).iloc[0]
        weighted = quality_data.shares(one, measure, households=True).iloc[0]
        have, of = int(line[f"{measure}_have"]), int(line[f"{measure}_of"])
        cells.append(DASH if missing(share) else f"{percent(share)}　{have}/{of}")
        cells.append(percent(weighted))
    return cells


def _note(snap: Snapshot) -> str:
    lacking = int(data.frame(snap, "compound")["households"].isna().sum())
    return (
        '<div class="cy-note"><b>怎样算</b>　占比 = 有的 ÷ 登记的楼院；“按户数”以已知户数加权，'
        f"{lacking} 个楼院户数不详，不在其中。“关键信息齐全”指户数、楼栋数、建筑面积、建成年份都有。"
        "“有计划日期”只算登记了工程项的楼院，每一项都有计划开工与完工才算。“官方数据”指数据性质为官方的记录。"
        "“—”：没有可作分母的楼院或户数，不是 0。</div>"
    )
