"""落图: draw the boundary of one compound after the other, and look at what others drew."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import BoundaryReview
from ui import boundary_saves, chooser, data, drawing_editor, places, records, shell, state, worklist
from ui.html import data_status, missing, tag, text
from ui.places import Place

DRAW, REVIEW = "draw", "review"
_TASKS = {DRAW: "描绘", REVIEW: "复核"}
_TASK = "task"
_MOST_LISTED = 300


def task() -> str:
    """What the person came for: to draw or to review."""
    return REVIEW if st.query_params.get(_TASK) == REVIEW else DRAW


def waiting(snap: Snapshot) -> pd.DataFrame:
    """Compounds whose boundary waits for a second look, the longest first."""
    rows = data.frame(snap, "compound")
    pending = rows[rows["boundary_review"] == BoundaryReview.PENDING]
    return pd.DataFrame(pending.drop(columns="geometry")).sort_values("boundary_drawn_on", kind="stable")


def returned(snap: Snapshot) -> pd.DataFrame:
    """Compounds whose boundary was sent back by its reviewer, the longest first."""
    rows = data.frame(snap, "compound")
    back = rows[rows["boundary_review"] == BoundaryReview.RETURNED]
    return pd.DataFrame(back.drop(columns="geometry")).sort_values("boundary_reviewed_on", kind="stable")


def queue(snap: Snapshot, chosen: state.PageState, doing: str) -> list[str]:
    """Ids that are to be done one after the other: sent back and without boundary, or waiting for review."""
    drawing = lambda: pd.concat([returned(snap), worklist.without_boundary(snap)])  # noqa: E731
    rows = waiting(snap) if doing == REVIEW else drawing()
    streets = chosen.filters.streets
    return list(rows[rows["street_code"].isin(streets)].index if streets else rows.index)


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState, unknown: str | None) -> None:
    """Heading with the queue, and the editor below it."""
    doing = task()
    ids = queue(snap, chosen, doing)
    with st.container(key="drawing"):
        with st.container(key="drawing-head", horizontal=True):
            st.html(_title(snap, chosen, doing, ids))
            with st.container(key="drawing-actions", horizontal=True):
                _tasks(snap, doing)
                _steps(chosen.compound, ids, doing)
        if chosen.compound:
            drawing_editor.show(chosen.compound, reviewing=doing == REVIEW)
        else:
            _start(snap, options, doing, ids, unknown)


def _title(snap: Snapshot, chosen: state.PageState, doing: str, ids: list[str]) -> str:
    if not chosen.compound:
        note = (
            "别人描绘或改动过的边界，由另一个人核对后确认或退回。"
            if doing == REVIEW
            else "在地图上描绘楼院边界；没有把握的只标大致位置。"
        )
        return f'<div class="cy-title">落图 · {_TASKS[doing]}<small>{note}</small></div>'
    row = data.frame(snap, "compound").loc[chosen.compound]
    street = data.names(snap, "street_office").get(row["street_code"], "街道不详")
    return f'<div class="cy-title">{text(row["name"])}{tag(street)}{data_status(row["data_status"])}<small>{_place(snap, chosen.compound, ids, doing)}</small></div>'


def _place(snap: Snapshot, compound_id: str, ids: list[str], doing: str) -> str:
    drawing = "退回或无边界" if returned(snap).index.isin(ids).any() else "无边界"
    what = "待复核" if doing == REVIEW else drawing
    if compound_id in ids:
        return f"{what}第 {ids.index(compound_id) + 1} 个，还有 {len(ids)} 个"
    done = "已有边界" if doing == DRAW else "不在待复核之列"
    return f"{done}；{what}还有 {len(ids)} 个"


def _tasks(snap: Snapshot, doing: str) -> None:
    labels = {DRAW: "描绘", REVIEW: f"复核 {len(waiting(snap))}"}
    picked = st.segmented_control(
        "任务", list(labels), default=doing, format_func=labels.get, key=f"drawing-task-{doing}", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if picked != doing:
        _go(None, picked or DRAW)


def _steps(compound_id: str | None, ids: list[str], doing: str) -> None:
    """The one before and the one after in the queue, the dossier, and another compound."""
    here = ids.index(compound_id) if compound_id in ids else None
    before = ids[here - 1] if here else None
    after = _after(compound_id, ids, here)
    if st.button("上一个", key="drawing-before", disabled=before is None):
        _go(before, doing)
    if st.button("下一个", key="drawing-after", disabled=after is None, type="primary"):
        _go(after, doing)
    if compound_id:
        st.page_link(shell.page("dossier"), label="档案", query_params={"compound": compound_id})
        st.button("换楼院", on_click=state.put, args=("compound", None), key="drawing-other")


def _after(compound_id: str | None, ids: list[str], here: int | None) -> str | None:
    """The next of the queue; after a save the compound has left it, and the place it had is remembered."""
    if here is not None:
        st.session_state["drawing_place"] = here
        return ids[here + 1] if here + 1 < len(ids) else None
    if not ids:
        return None
    place = st.session_state.get("drawing_place", 0) if compound_id else 0
    return ids[min(place, len(ids) - 1)]


def _go(compound_id: str | None, doing: str) -> None:
    params = {
        key: value for key, value in st.query_params.to_dict().items() if key in ("date", "street", "theme")
    }
    if compound_id:
        params["compound"] = compound_id
    if doing == REVIEW:
        params[_TASK] = REVIEW
    st.switch_page(shell.page("drawing"), query_params=params)


def _start(snap: Snapshot, options: state.Choices, doing: str, ids: list[str], unknown: str | None) -> None:
    """No compound chosen yet: what waits, and the search."""
    if unknown:
        message = f"没有编号为“{unknown}”的楼院，可能已归档，或链接有误。请重新选择。"
        shell.fault(message, title="找不到这个楼院")
    if not options.compounds:
        st.html(
            records.empty("库里还没有楼院。请运行 python manage.py demo（演示数据），或在“导入”页装入台账。")
        )
        return
    with st.container(key="drawing-start"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            if ids:
                _listed(snap, doing, ids)
            else:
                st.html(_NONE_WAITING if doing == REVIEW else _NONE_LACKING)
        with right:
            chooser.search(snap, {_TASK: REVIEW} if doing == REVIEW else {}, page="drawing")
            st.html(_HOW[doing])


def _listed(snap: Snapshot, doing: str, ids: list[str]) -> None:
    """What waits, in order, each with the way into the editor; what was sent back stands first."""
    rows, streets = data.frame(snap, "compound"), data.names(snap, "street_office")
    back = set(returned(snap).index) if doing == DRAW else set()
    titles = ("退回修改", "没有边界") if doing == DRAW else ("", "待复核")
    listed = [
        Place(
            code,
            str(rows.at[code, "name"]),
            (streets.get(rows.at[code, "street_code"], ""), _known(rows.loc[code])),
        )
        for code in ids[:_MOST_LISTED]
    ]
    groups = []
    for title, part in zip(titles, (True, False), strict=True):
        count = sum((code in back) == part for code in ids)
        shown = [place for place in listed if (place.id in back) == part]
        cut = f"；只列前 {len(shown)} 个" if count > len(shown) else ""
        if count:
            groups.append((title, f"{count} 个，按顺序逐个做{cut}", shown))
    params = {_TASK: REVIEW} if doing == REVIEW else {}
    places.show(
        groups,
        key=f"drawing-queue-{doing}",
        params=params,
        on_click=lambda code: state.put("compound", code),
        cells="140px minmax(0, 1fr)",
        page="drawing",
    )


def _known(row: pd.Series) -> str:
    if not missing(row["geometry"]):
        return boundary_saves.review_text(row)
    placed = not missing(row["position_lon"]) and not missing(row["position_lat"])
    return worklist.position(pd.Series({**row, "placed": placed}))


_NONE_LACKING = '<div class="cy-empty">所有楼院都有边界。要修改边界，请在右边选一个楼院。</div>'
_NONE_WAITING = (
    '<div class="cy-empty">没有等待复核的边界。描绘或改动边界之后，会在这里等另一个人核对；'
    "从文件装入的边界没有复核记录。</div>"
)
_HOW = {
    DRAW: '<div class="cy-note"><b>怎样落图</b>　点左边一行或“下一个”，在地图上描绘、粘贴坐标，或只标大致位置；'
    "保存时写明依据，记下操作人和原值，并等待另一个人复核。没有把握的边界宁可不画。<br>"
    "已有边界的楼院也在这里修改、分割、并入邻院、挖洞。</div>",
    REVIEW: '<div class="cy-note"><b>怎样复核</b>　逐个对照原边界与现边界，确认，或写明哪里有误退回。'
    "自己描绘的边界不能由自己复核；没有复核记录的边界不等于已复核。</div>",
}
