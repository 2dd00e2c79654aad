"""小区档案 (一区一策): one compound on one page, and the way to choose it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import ReportingStatus, Stage
from ui import (
    attention,
    case,
    changes,
    data,
    dossier_map,
    editing,
    panels,
    places,
    records,
    shell,
    state,
    timeline,
)
from ui.case import Case
from ui.html import DASH, UNKNOWN, missing, number, text
from ui.places import Place

_RECENT = "dossier_recent"
_MOST_RECENT = 8


# ---- choosing -------------------------------------------------------------------------------------------------


def choose(snap: Snapshot, options: state.Choices, chosen: state.PageState, unknown: str | None) -> None:
    """The page without a compound: a search, those opened before, those that someone must act on."""
    with st.container(key="dossier-choose"):
        st.html(_INTRODUCTION)
        if unknown:
            message = f"没有编号为“{unknown}”的楼院，可能已归档，或链接有误。请在下面重新选择。"
            shell.fault(message, title="找不到这个楼院")
        if not options.compounds:
            st.html(
                records.empty("库里还没有楼院。请运行 python manage.py demo（演示数据）或 load（装入台账）。")
            )
            return
        search, urgent = st.columns([2, 3], gap="large")
        with search:
            _search(snap)
            _listed(_recent(snap), chosen, key="recent")
        with urgent:
            _listed(_urgent(snap, chosen), chosen, key="urgent")


_INTRODUCTION = '<div class="cy-title">小区档案<small>一区一策：一个楼院一页。搜索或选择楼院，也可以在一张图上点选。</small></div>'


def _search(snap: Snapshot) -> None:
    labels = _labels(snap)
    st.selectbox(
        "楼院",
        list(labels),
        index=None,
        format_func=lambda code: labels.get(code, code),
        key=state.widget("compound"),
        placeholder="名称、曾用名、街道或小区",
    )


def _labels(snap: Snapshot) -> dict[str, str]:
    """What the search looks through: name, former names, street, estate."""
    rows = data.frame(snap, "compound")
    streets, estates = data.names(snap, "street_office"), data.names(snap, "estate")
    columns = (rows[name] for name in ("name", "aliases", "street_code", "estate_id"))
    labels = {}
    for code, name, aliases, street, estate in zip(rows.index, *columns, strict=True):
        belongs = estates.get(estate)
        parts = (
            name,
            None if missing(aliases) else f"曾用名 {aliases}",
            streets.get(street),
            belongs if belongs != name else None,
        )
        labels[code] = " · ".join(str(part) for part in parts if part)
    return labels


def _listed(group: places.Group, chosen: state.PageState, *, key: str) -> None:
    if not group[2]:
        return
    clicked = places.show([group], key=key, params=chosen.shared)
    if clicked:
        state.put("compound", clicked)
        st.rerun()


def _recent(snap: Snapshot) -> places.Group:
    rows, streets = data.frame(snap, "compound"), data.names(snap, "street_office")
    known = [code for code in st.session_state.get(_RECENT, []) if code in rows.index]
    listed = [
        Place(code, rows.at[code, "name"], (streets.get(rows.at[code, "street_code"], ""),)) for code in known
    ]
    return "本次打开过", "", listed


def _urgent(snap: Snapshot, chosen: state.PageState) -> places.Group:
    late = attention.red(data.frame(snap, "compound"), data.states(snap, chosen.as_of))
    listed = [Place(str(row.Index), row.name, (row.why,), alarm=True) for row in late.itertuples()]
    return "需要处理", f"严重滞后 {len(listed)} 个楼院，按程度排列", listed


def _remember(compound_id: str) -> None:
    before = [code for code in st.session_state.get(_RECENT, []) if code != compound_id]
    st.session_state[_RECENT] = [compound_id, *before][:_MOST_RECENT]


# ---- the dossier ----------------------------------------------------------------------------------------------


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState) -> None:
    """The whole dossier of the chosen compound."""
    assert chosen.compound
    _remember(chosen.compound)
    subject = case.load(snap, chosen.compound, chosen.as_of)
    with st.container(key="dossier"):
        _heading(subject, options, chosen)
        editing.band(subject)
        with st.container(key="dossier-columns", horizontal=True):
            with st.container(key="dossier-main"):
                _main(subject)
            with st.container(key="dossier-side"):
                _side(subject)


def _heading(subject: Case, options: state.Choices, chosen: state.PageState) -> None:
    with st.container(key="dossier-head", horizontal=True):
        st.html(_title(subject))
        with st.container(key="dossier-actions", horizontal=True):
            st.date_input(
                "截至日期",
                min_value=options.first_day,
                max_value=options.last_day,
                format="YYYY-MM-DD",
                key=state.widget("date"),
                label_visibility="collapsed",
            )
            st.page_link(
                shell.page("overview"),
                label="在一张图中看",
                query_params={**chosen.shared, "compound": subject.id},
            )
            st.button("换楼院", on_click=state.put, args=("compound", None), key="dossier-other")
            st.button(
                "收起编辑" if editing.is_open() else "编辑", on_click=editing.toggle, key="dossier-toggle"
            )


def _title(subject: Case) -> str:
    row, snap = subject.row, subject.snap
    place = [data.names(snap, "street_office").get(row["street_code"], row["street_code"])]
    for column, layer in (("community_code", "community"), ("estate_id", "estate")):
        known = data.names(snap, layer).get(row[column])
        if known and known != subject.name:
            place.append(f"所属小区 {known}" if layer == "estate" else known)
    past = ""
    if subject.is_past:
        later = f"，之后另有 {subject.later} 条记录未列" if subject.later else ""
        past = f'<div class="cy-past">状态截至 {subject.as_of.isoformat()}；属性、边界、资金与手续按现有记录{later}</div>'
    reason = f'<span class="cy-reason">{text(subject.now["light_reason"])}</span>'
    tags = panels.status_tags(row, subject.now).replace("</div>", f"{reason}</div>")
    return f'<div class="cy-title">{text(subject.name)}<small>{text(" · ".join(place))}</small></div>{tags}{past}'


def _main(subject: Case) -> None:
    st.html(figures(subject))
    with st.container(key="dossier-works"):
        with st.container(key="dossier-works-head", horizontal=True):
            st.html(_works_head(subject))
            grouping = len(subject.items) and st.segmented_control(
                "分类",
                list(timeline.GROUPINGS),
                default="national",
                format_func=timeline.GROUPINGS.get,
                key="dossier-grouping",
                label_visibility="collapsed",
                required=True,
            )
        st.html(timeline.chart(subject, grouping or "national") + _no_items(subject))
    quotes = records.quotes(subject) if subject.items.empty else ""
    st.html(quotes + records.progress(subject) + _changes(subject))


def _changes(subject: Case) -> str:
    history = changes.listing(subject.snap, data.history(subject.snap, subject.id))
    return records.section("变更记录", history, note="每次保存的操作人、北京时间、原值与新值")


def _works_head(subject: Case) -> str:
    source = records.provenance(subject.items) if len(subject.items) else ""
    return f'<div class="cy-section">工程项与工期<small>{len(subject.items)} 项</small>{source}</div>'


def _no_items(subject: Case) -> str:
    if len(subject.items):
        return ""
    return records.empty("没有工程项记录（暂无数据来源）。来源没有逐项列出施工内容的，不编造工程项。")


def _side(subject: Case) -> None:
    dossier_map.show(subject)
    quotes = "" if subject.items.empty else records.quotes(subject)
    blocks = (records.stages, records.permits, records.funding, records.parties)
    st.html(records.facts(subject) + quotes + "".join(block(subject) for block in blocks))


# ---- figures --------------------------------------------------------------------------------------------------


def figures(subject: Case) -> str:
    """Five figures on top, each with what it says."""
    cells = (_progress(subject), _stage(subject), _done(subject), _paid(subject), _households(subject))
    body = "".join(
        f'<div class="{kind}"><div class="n">{text(value)}<small>{text(unit)}</small></div>'
        f'<div class="l">{text(label)}</div><div class="d">{text(note)}</div></div>'
        for kind, value, unit, label, note in cells
    )
    return f'<div class="cy-figures five">{body}</div>'


_Cell = tuple[str, str, str, str, str]


def _progress(subject: Case) -> _Cell:
    now = subject.now
    if missing(now["progress_pct"]):
        return "", DASH, "", "形象进度", UNKNOWN
    plan = "计划不详" if missing(now["planned_pct"]) else f"计划 {now['planned_pct']:.0f}%"
    gap = now["deviation_pp"]
    if not missing(gap):
        plan += (
            f"，{'落后' if gap < 0 else '超前'} {abs(gap):.1f} 个百分点" if round(gap, 1) else "，与计划一致"
        )
    basis = "按预算加权" if now["weight_basis"] == "budget" else "各项等权"
    kind = "alarm" if not missing(gap) and gap < -10 else ""
    return kind, f"{now['progress_pct']:.0f}", "%", f"形象进度（{basis}）", plan


def _stage(subject: Case) -> _Cell:
    now, status = subject.now, ReportingStatus(subject.now["status"])
    interrupted = status in (ReportingStatus.SUSPENDED, ReportingStatus.REMOVED)
    if missing(now["stage"]) and not interrupted:
        return "", DASH, "", "当前阶段", UNKNOWN
    label = status.label if interrupted else Stage(now["stage"]).label
    kind = "alarm" if status is ReportingStatus.SUSPENDED else ""
    return kind, label, "", "当前阶段", case.since_text(subject) or status.label


def _done(subject: Case) -> _Cell:
    now = subject.now
    if not now["items"]:
        return "", DASH, "", "完工工程项", "没有工程项记录"
    if not now["items_known"]:
        return "", DASH, f"/{now['items']} 项", "完工工程项", "各项进度不详"
    late, silent = int(now["items_overdue"]), int(now["items"] - now["items_known"])
    notes = [f"超期 {late} 项" if late else "", f"{silent} 项进度不详" if silent else ""]
    note = "，".join(part for part in notes if part) or "各项均有进度"
    return "alarm" if late else "", f"{now['items_completed']}", f"/{now['items']} 项", "完工工程项", note


def _paid(subject: Case) -> _Cell:
    paid, planned = (_sum(subject.funding, column) for column in ("paid_cny", "planned_cny"))
    if paid is None:
        return "", DASH, "", "资金支付", UNKNOWN
    note = "计划不详" if planned is None else f"计划 {case.money(planned)}"
    return "", number(paid / 10_000, digits=1), "万元", "资金支付", note


def _sum(rows: pd.DataFrame, column: str) -> Any:
    known = rows[column]
    return None if known.empty or known.isna().any() else float(known.sum())


def _households(subject: Case) -> _Cell:
    row = subject.row
    buildings = "楼栋不详" if missing(row["buildings"]) else f"{row['buildings']} 栋"
    built = "" if missing(row["built_year"]) else f" · {row['built_year']} 年建成"
    if missing(row["households"]):
        return "", DASH, "", "户数", f"{UNKNOWN}；{buildings}{built}"
    return "", number(row["households"]), "户", "户数", f"{buildings}{built}"
