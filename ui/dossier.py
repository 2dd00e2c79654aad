"""小区档案 (一区一策): one compound on one page, and the way to choose it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geodata.store import Snapshot
from geodata.vocabulary import ReportingStatus, Stage
from ui import attention, case, changes, data, dossier_map, editing, panels, records, shell, state, timeline
from ui.case import Case
from ui.html import DASH, UNKNOWN, missing, number, text

_RECENT = "dossier_recent"
_MOST_RECENT = 8


# ---- choosing -------------------------------------------------------------------------------------------------


def choose(snap: Snapshot, options: state.Choices, chosen: state.PageState, unknown: str | None) -> None:
    """The page without a compound: a search, those opened before, those that someone must act on."""
    with st.container(key="dossier-choose"):
        st.html(
            '<div class="cy-title">小区档案<small>一区一策：一个楼院一页。选择或搜索楼院，也可在一张图上点选。</small></div>'
        )
        if unknown:
            shell.fault(
                f"没有编号为“{unknown}”的楼院，可能已归档或链接有误。请在下面重新选择。",
                title="找不到这个楼院",
            )
        if not options.compounds:
            st.html(
                records.empty("库里还没有楼院。请运行 python manage.py demo（演示数据）或 load（装入台账）。")
            )
            return
        labels = _labels(snap)
        st.selectbox(
            "楼院",
            list(labels),
            index=None,
            format_func=lambda code: labels.get(code, code),
            key=state.widget("compound"),
            placeholder="输入名称、曾用名、街道或小区",
        )
        _recent(snap)
        _urgent(snap, chosen)


def _labels(snap: Snapshot) -> dict[str, str]:
    """What the search looks through: name, former names, street, estate."""
    rows = data.frame(snap, "compound")
    streets, estates = data.names(snap, "street_office"), data.names(snap, "estate")
    labels = {}
    for code, name, aliases, street, estate in zip(
        rows.index, rows["name"], rows["aliases"], rows["street_code"], rows["estate_id"], strict=True
    ):
        parts = [name, None if missing(aliases) else f"曾用名 {aliases}", streets.get(street)]
        belongs = estates.get(estate)
        parts.append(belongs if belongs != name else None)
        labels[code] = " · ".join(str(part) for part in parts if part)
    return labels


def _recent(snap: Snapshot) -> None:
    rows = data.frame(snap, "compound")
    codes = [code for code in st.session_state.get(_RECENT, []) if code in rows.index]
    if not codes:
        return
    streets = data.names(snap, "street_office")
    listed = pd.DataFrame(
        {
            "name": rows.loc[codes, "name"],
            "why": [streets.get(street, "") for street in rows.loc[codes, "street_code"]],
        }
    )
    st.html('<div class="cy-head">本次打开过</div>')
    attention.show(listed, most=_MOST_RECENT, on_click=_go, key="recent")


def _urgent(snap: Snapshot, chosen: state.PageState) -> None:
    listed = attention.red(data.frame(snap, "compound"), data.states(snap, chosen.as_of))
    if listed.empty:
        return
    st.html(f'<div class="cy-head">需要处理<small>严重滞后 {len(listed)} 个楼院，按程度排列</small></div>')
    attention.show(listed, most=len(listed), on_click=_go, key="urgent")


def _go(compound_id: str) -> None:
    state.put("compound", compound_id)


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
            grouping = st.segmented_control(
                "分类",
                list(timeline.GROUPINGS),
                default="national",
                format_func=timeline.GROUPINGS.get,
                key="dossier-grouping",
                label_visibility="collapsed",
                required=True,
            )
        st.html(timeline.chart(subject, grouping or "national") + _no_items(subject) + timeline.legend())
    history = changes.listing(subject.snap, data.history(subject.snap, subject.id))
    st.html(
        records.joined(
            (
                records.progress(subject),
                records.section(
                    "变更记录", history, note="每次保存的操作人、时间、原值与新值；时间为北京时间"
                ),
            )
        )
    )


def _works_head(subject: Case) -> str:
    source = records.provenance(subject.items) if len(subject.items) else ""
    return f'<div class="cy-section">工程项与工期<small>{len(subject.items)} 项</small>{source}</div>'


def _no_items(subject: Case) -> str:
    if len(subject.items):
        return ""
    return records.empty("没有工程项记录（暂无数据来源）。来源没有逐项列出施工内容的，不编造工程项。")


def _side(subject: Case) -> None:
    dossier_map.show(subject)
    blocks = (
        records.facts,
        records.quotes,
        records.stages,
        records.permits,
        records.funding,
        records.parties,
    )
    st.html(records.joined(block(subject) for block in blocks))


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
    since = "" if missing(now["since"]) else f"自 {case.day_text(now['since'])} 起"
    return (
        "alarm" if status is ReportingStatus.SUSPENDED else "",
        label,
        "",
        "当前阶段",
        since or status.label,
    )


def _done(subject: Case) -> _Cell:
    now = subject.now
    if not now["items"]:
        return "", DASH, "", "完工工程项", "没有工程项记录"
    late = int(now["items_overdue"])
    note = f"超期 {late} 项" if late else f"{now['items_known']} 项有进度"
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
