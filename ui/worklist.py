"""无边界: compounds that the map cannot show as an area, counted per street, each with the way to drawing it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import DataStatus, ReportingStatus
from ui import data, places, shell, state
from ui.html import missing, number, table
from ui.places import Place

_WANTED = "worklist_wanted"
_LEAF = 300
_CELLS = "140px 72px 84px 56px minmax(0, 1fr)"


def without_boundary(snap: Snapshot) -> pd.DataFrame:
    """Compounds without boundary in order of street, with `placed`: whether a position is known."""
    rows = data.frame(snap, "compound")
    lacking = pd.DataFrame(rows[rows.geometry.isna()].drop(columns="geometry"))
    placed = lacking["position_lon"].notna() & lacking["position_lat"].notna()
    return lacking.assign(placed=placed).sort_values(["street_code", "placed"], kind="stable")


def show(snap: Snapshot, chosen: state.PageState) -> None:
    """Counts on the left, the list on the right; a clicked row leads to the drawing page."""
    wanted = st.session_state.pop(_WANTED, None)
    if wanted:
        st.switch_page(shell.page("drawing"), query_params={**chosen.shared, "compound": wanted})
    every = without_boundary(snap)
    listed = every[every["street_code"].isin(chosen.filters.streets)] if chosen.filters.streets else every
    with st.container(key="worklist"):
        st.html(_headline(every, len(data.frame(snap, "compound"))))
        if every.empty:
            st.html('<div class="cy-empty">所有楼院都有边界，没有要补的。</div>')
            return
        counts, rows = st.columns([5, 8], gap="large")
        with counts:
            st.html(_counts(snap, every, chosen.filters.streets) + _remedy())
        with rows:
            _narrowed(listed, every)
            listed = _leaf(listed)
            groups = _groups(snap, chosen, listed)
            places.show(
                groups, key="places", params=chosen.shared, on_click=_go, cells=_CELLS, page="drawing"
            )


def _go(compound_id: str) -> None:
    """Callback: leave for the drawing page at the next run (a callback cannot switch pages)."""
    st.session_state[_WANTED] = compound_id


def _headline(every: pd.DataFrame, whole: int) -> str:
    placed = int(every["placed"].sum())
    note = (
        f"登记 {whole} 个楼院。其中 {len(every) - placed} 个连位置也没有，地图上看不到；"
        f"{placed} 个只知大致位置，以虚线圆表示。两者都计入所有数字。"
    )
    return f'<div class="cy-title">{len(every)} 个楼院没有边界<small>{note}</small></div>'


def _counts(snap: Snapshot, every: pd.DataFrame, chosen: tuple[str, ...]) -> str:
    """Per street office: without boundary (in all, no position, position uncertain), and the register."""
    register = data.frame(snap, "compound").groupby("street_code").size()
    by_street = every.groupby("street_code")["placed"]
    total, placed = by_street.size(), by_street.sum()
    rows = []
    for code, name in data.names(snap, "street_office").items():
        if code not in register.index:
            continue
        lacking, known = int(total.get(code, 0)), int(placed.get(code, 0))
        rows.append((name, lacking, lacking - known, known, int(register[code])))
    whole = int(placed.sum())
    rows.append(("合计", len(every), len(every) - whole, whole, int(register.sum())))
    marked = [place for place, code in enumerate(data.names(snap, "street_office")) if (code,) == chosen]
    headings = ("街道", "没有边界", "没有位置", "位置不确定", "登记楼院")
    return table(headings, rows, numeric=(1, 2, 3, 4), marked=marked[0] if marked else len(rows) - 1)


def _remedy() -> str:
    return (
        '<div class="cy-note"><b>怎样补上</b>　点一行打开落图：在地图上描绘边界、粘贴坐标，或只标大致位置和不确定度；'
        "“上一个”“下一个”逐个做。成批的边界文件在“导入”页装入。"
        "没有把握的边界宁可不画。</div>"
    )


def _narrowed(listed: pd.DataFrame, every: pd.DataFrame) -> None:
    """Say so when the street filter of another page narrows the list, with the way out."""
    if len(listed) == len(every):
        return
    with st.container(key="worklist-narrowed", horizontal=True):
        st.html(f'<div class="cy-note">只列所选街道：{len(listed)} / {len(every)} 个</div>')
        st.button("显示全部街道", on_click=state.put, args=("street", []), key="worklist-all")


def _leaf(listed: pd.DataFrame) -> pd.DataFrame:
    """One page of a list too long for one, and the way to the others."""
    pages = -(-len(listed) // _LEAF)
    if pages < 2:
        return listed
    with st.container(key="worklist-leaf", horizontal=True):
        number = st.number_input(
            "第几页", min_value=1, max_value=pages, key="worklist-page", label_visibility="collapsed"
        )
        st.html(
            f'<div class="cy-note">第 {number} / {pages} 页，每页 {_LEAF} 个，共 {len(listed):,} 个</div>'
        )
    return listed.iloc[(number - 1) * _LEAF : number * _LEAF]


def _groups(snap: Snapshot, chosen: state.PageState, listed: pd.DataFrame) -> list[places.Group]:
    status = data.states(snap, chosen.as_of)["status"]
    groups: list[places.Group] = []
    for code, name in data.names(snap, "street_office").items():
        mine = listed[listed["street_code"] == code]
        if len(mine):
            rows = [_place(code, row, status) for code, row in mine.iterrows()]
            groups.append((name, f"{len(mine)} 个", rows))
    return groups


def _place(compound_id: str, row: pd.Series, status: pd.Series) -> Place:
    return Place(
        compound_id,
        str(row["name"]),
        (
            position(row),
            "户数不详" if missing(row["households"]) else number(row["households"], " 户"),
            ReportingStatus(status[compound_id]).label,
            DataStatus(row["data_status"]).label,
            "" if missing(row["note"]) else str(row["note"]),
        ),
    )


def position(row: pd.Series) -> str:
    """What is known of the place of a compound without boundary."""
    if not row["placed"]:
        return "没有位置"
    radius = row["position_uncertainty_m"]
    return "位置不确定，范围不详" if missing(radius) else f"位置不确定 ±{radius:,.0f} m"
