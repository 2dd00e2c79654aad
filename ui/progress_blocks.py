"""The blocks of the progress page: ranked bars, S-curve, annual plan, chosen compounds, the complete table."""

from __future__ import annotations

from collections.abc import Container

import pandas as pd
import streamlit as st

from cartography import charts, swatch
from geodata.store import Snapshot
from geodata.vocabulary import DataStatus
from ui import data, definitions, members, progress_data, progress_table, shell, state
from ui import progress_view as view
from ui.html import number, percent, text

_CHART = "progress_bars"
_LAST = "progress_last_clicked"


# ---- bars -------------------------------------------------------------------------------------------------


def groups(snap: Snapshot, scope: progress_data.Scope, standings: progress_data.Standing) -> None:
    """Ranked bars of every group; a click chooses it, a second one lets it go."""
    rate = view.rate_name(scope, standings)
    with st.container(key="pg-groups"):
        with st.container(key="pg-groups-head", horizontal=True):
            st.html(view.head(f"{view.BY[scope.by]}排名", "点一行只看它，再点取消"))
            definitions.popover(
                ("start_rate_estates", "start_rate_households", "compounds_started", "households_missing"),
                label="口径",
                basis=view.basis(
                    snap, scope, _RATE_NOTE[standings.basis], "plan_target", "estate", "compound"
                ),
            )
        st.plotly_chart(
            charts.status_bars(
                standings.counted,
                unit=scope.unit,
                chosen=scope.codes,
                heading=rate,
                mark=view.mark(snap),
            ),
            theme=None,
            config=charts.CONFIG,
            key=_CHART,
            on_select=lambda: _clicked(scope, view.names(snap, scope.by)),
            selection_mode="points",
            alt=f"各{view.BY[scope.by]}的进展构成与{rate}，数字同下表",
        )


_RATE_NOTE = {
    "plan": "按开工率排名：本年度批次已开工 ÷ 年度计划；缺计划、缺批次或户数不全的不出率，不参加排名。",
    "register": "按开工占比排名：已开工 ÷（登记 − 暂无数据来源）；户数不全的不出户数占比。不是对年度计划的开工率。",
}


def _clicked(scope: progress_data.Scope, names: Container[str]) -> None:
    """Choose the group of the bar clicked; plotly sends nothing when the same bar is clicked again."""
    points = st.session_state.get(_CHART, {}).get("selection", {}).get("points", [])
    code = str(points[0]["customdata"][0]) if points else st.session_state.get(_LAST, "")
    st.session_state[_LAST] = code
    if code in names:
        state.put(scope.by, [] if scope.codes == (code,) else [code])


# ---- curve, plan, compounds -------------------------------------------------------------------------------


def curve(snap: Snapshot, scope: progress_data.Scope) -> None:
    """S-curve of the district or of the chosen groups."""
    frame = progress_data.group_curve(snap, scope)
    with st.container(key="pg-curve"):
        with st.container(key="pg-curve-head", horizontal=True):
            st.html(view.head(f"S 曲线 · {view.place(snap, scope)}", _curve_note(frame)))
            definitions.popover(
                ("progress_pct", "planned_pct", "deviation_pp"),
                label="口径",
                basis=view.basis(snap, scope, _CURVE_NOTE, "work_item", "progress_report"),
            )
        if frame.empty:
            st.html(
                '<div class="cy-empty">没有可画的工程项：都缺计划起止日期。请在小区档案里补上计划日期。</div>'
            )
            return
        st.plotly_chart(
            charts.s_curve(frame, as_of=scope.as_of, mark=view.mark(snap)),
            theme=None,
            config=charts.CONFIG,
            key="progress_curve",
            alt="计划与实际形象进度随时间的变化",
        )


_CURVE_NOTE = "虚线为计划，实线为实际，两条线画的是同一批工程项：有计划起止日期且进度已知、没有调出的。"


def _curve_note(frame: pd.DataFrame) -> str:
    facts = frame.attrs
    if not facts.get("items_drawn"):
        return ""
    weight = "按预算加权" if facts["weight_basis"] == "budget" else "等权（有工程项缺预算）"
    known = "" if frame["actual_pct"].notna().any() else "，都没有已知进度，只画计划"
    return f"{facts['items_drawn']} / {facts['items']} 个工程项，{weight}{known}"


def plan(snap: Snapshot, scope: progress_data.Scope, standings: progress_data.Standing) -> None:
    """Annual plan against what has started and is completed, by street."""
    year = scope.as_of.year
    shown = [row for row in standings.counted if row["code"]]
    planned = any(row[f"plan_{unit}"] is not None for row in shown for unit in ("estates", "households"))
    with st.container(key="pg-plan"):
        with st.container(key="pg-plan-head", horizontal=True):
            st.html(view.head(f"{year} 年计划与实际", markup=_plan_key() if planned else ""))
            definitions.popover(
                (
                    "completion_rate_estates",
                    "completion_rate_households",
                    "start_rate_estates",
                    "start_rate_households",
                ),
                label="口径",
                basis=view.basis(snap, scope, _PLAN_NOTE, "plan_target", "estate"),
            )
        if not planned:
            st.html(f'<div class="cy-empty">{text(_no_plan(scope))}</div>')
            return
        st.plotly_chart(
            charts.plan_bars(shown, chosen=scope.codes, mark=view.mark(snap)),
            theme=None,
            config=charts.CONFIG,
            key="progress_plan",
            alt=f"{year} 年各街道计划数、已开工数与完工数",
        )


_PLAN_NOTE = "空框为年度计划，填充为本年度批次已开工，深色为其中完工；≥ 表示有楼院户数不详。"


def _plan_key() -> str:
    plan, started, completed = charts.plan_symbols()
    return (
        f'<span class="cy-pg-key">'
        f"{swatch.area(plan)}计划"
        f"{swatch.area(started)}已开工{swatch.area(completed)}其中完工</span>"
    )


def _no_plan(scope: progress_data.Scope) -> str:
    if scope.by != "street":
        return "年度计划只按街道下达；把分组换成“街道”，就能看到计划与实际。"
    return f"{scope.as_of.year} 年没有年度计划，所以没有开工率；请在年度计划表里登记计划数和文号。"


def chosen_groups(snap: Snapshot, scope: progress_data.Scope, total: view.Row) -> None:
    """The chosen groups: plan in a line, way to the map, their compounds."""
    listed = progress_data.members(snap, scope)
    with st.container(key="pg-members"):
        with st.container(key="pg-members-head", horizontal=True):
            left = len(listed) - members.MOST
            rest = f"先列最急的 {members.MOST} 个，余 {left:,} 个见地图" if left > 0 else "点一行看档案"
            st.html(view.head(f"{len(listed)} 个楼院", f"竖线为计划；{rest}"))
            params = {scope.by: "~".join(scope.codes), "date": st.query_params.get("date", "")}
            st.page_link(shell.page("overview"), label="在地图上看", query_params=state.link(**params))
            st.button("看全部", on_click=state.put, args=(scope.by, []), key="pg-all")
            definitions.popover(
                ("compounds_delayed", "compounds_at_risk", "progress_pct", "deviation_pp"),
                label="口径",
                basis=view.basis(snap, scope, _PLAN_NOTE, "compound", "work_item", "progress_report"),
            )
        st.html(f'<div class="cy-note">{text(_plan_line(scope, total))}</div>')
        with st.container(key="pg-list", height=262, border=False):
            members.show(listed, data.states(snap, scope.as_of), on_click=_open)


def _plan_line(scope: progress_data.Scope, total: view.Row) -> str:
    """Annual plan of the chosen groups in words."""
    if total["plan_estates"] is not None:
        rates = [
            f"开工率 {percent(total[f'start_rate_{unit}'])}（{label}）"
            if total[f"start_rate_{unit}"] is not None
            else f"开工率 —（{label}：{total[f'start_rate_{unit}_reason']}）"
            for unit, label in (("estates", "小区"), ("households", "户数"))
        ]
        return (
            f"{scope.as_of.year} 年计划 {number(total['plan_estates'])} 个小区、{number(total['plan_households'])} 户，"
            f"{'，'.join(rates)}；{total['document_no'] or '无文号'}"
        )
    return f"{scope.as_of.year} 年开工率 —：{total['plan_reason']}"


def _open(compound_id: str) -> None:
    shared = {key: value for key, value in st.query_params.to_dict().items() if key in ("date", "street")}
    st.switch_page(shell.page("dossier"), query_params={**shared, "compound": compound_id})


# ---- table ------------------------------------------------------------------------------------------------


def table(snap: Snapshot, scope: progress_data.Scope, standings: progress_data.Standing) -> None:
    """The complete table with totals, and the same as CSV."""
    with st.container(key="pg-table"):
        with st.container(key="pg-table-head", horizontal=True):
            st.html(
                view.head(
                    f"各{view.BY[scope.by]}全表", "累计口径：已开工含停工、完工、验收；停工仍计入已开工"
                )
            )
            st.download_button(
                "下载 CSV",
                data=lambda: progress_table.csv_bytes(snap, scope),
                file_name=_file_name(snap, scope),
                mime="text/csv",
                on_click="ignore",
                key="pg-csv",
            )
            definitions.popover(
                (
                    "estates_started",
                    "estates_under_way",
                    "estates_completed",
                    "estates_accepted",
                    "households_started",
                    "start_rate_estates",
                    "completion_rate_estates",
                    "progress_pct",
                    "deviation_pp",
                    "estates_delayed",
                ),
                label="口径",
                basis=view.basis(
                    snap,
                    scope,
                    "表中每个数都按下列定义计算；“—”后的序号见表下原因。",
                    "estate",
                    "compound",
                    "plan_target",
                    "progress_report",
                    "stage_event",
                ),
            )
        st.html(progress_table.markup(standings, scope))


def _file_name(snap: Snapshot, scope: progress_data.Scope) -> str:
    mark = f"_{DataStatus.SYNTHETIC.label}" if data.has_synthetic(snap) else ""
    return f"{view.BY[scope.by]}进度_{scope.as_of.isoformat()}_修订{snap.revision}{mark}.csv"


def warm(snap: Snapshot) -> None:
    """Read and draw once before anybody asks: the first figure of a process costs a fifth of a second."""
    today = progress_data.Scope(by="street", unit="estates", as_of=data.today(snap))
    rows = progress_data.standings(snap, today).counted
    charts.status_bars(rows, unit=today.unit)
    charts.plan_bars(rows)
    frame = progress_data.group_curve(snap, today)
    if len(frame):
        charts.s_curve(frame, as_of=today.as_of)
