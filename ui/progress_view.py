"""The progress page piece by piece: finding, controls, parts of the register, bars, curve, plan, compounds."""

from __future__ import annotations

from collections.abc import Container
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from cartography import charts, swatch
from cartography import symbology as s
from geodata.schema import LAYERS
from geodata.store import Snapshot
from geodata.vocabulary import DataStatus
from ui import data, definitions, members, progress_table, shell, state
from ui.html import number, percent, text

Row = dict[str, Any]

BY = {"street": "街道", "area": "片区", "programme": "改造计划"}
UNIT = {"estates": "小区", "compounds": "楼院", "households": "户数"}
_KINDS = {"by": BY, "unit": UNIT}
_FIELDS = {"street": "streets", "area": "areas", "programme": "programmes"}
_ENOUGH_TO_RANK = 3
_CHART = "progress_bars"
_LAST = "progress_last_clicked"


def scope(chosen: state.PageState) -> data.Scope:
    """What the page is about, from the URL."""
    by, unit = (_choice(key) for key in _KINDS)
    return data.Scope(by=by, unit=unit, as_of=chosen.as_of, codes=getattr(chosen.filters, _FIELDS[by]))


def _choice(key: str) -> str:
    """Value of a switch of this page, kept in the URL; the first is the default and is not written."""
    name, written = state.widget(key), f"{state.widget(key)}_url"
    values, given = _KINDS[key], st.query_params.get(key, "")
    default = next(iter(values))
    if name not in st.session_state or given != st.session_state.get(written):
        st.session_state[name] = given if given in values else default
    value = st.session_state[name]
    st.session_state[written] = "" if value == default else value
    if st.session_state[written] != given:
        params = {**st.query_params.to_dict(), key: st.session_state[written]}
        st.query_params.from_dict({one: kept for one, kept in params.items() if kept})
    return value


def is_empty(snap: Snapshot) -> bool:
    """Whether there is no compound to count; then says what to do next."""
    if len(data.frame(snap, "compound")):
        return False
    st.html(
        '<div class="cy-title">街道进度</div><div class="cy-empty">登记表里还没有楼院，所以没有进度可以统计。<br>'
        "下一步：用 <code>python manage.py load 登记表.gpkg</code> 装入楼院（GeoPackage 或 GeoJSON），"
        "或在空库上用 <code>python manage.py demo</code> 建立演示数据，然后刷新本页。</div>"
    )
    return True


# ---- finding and controls ---------------------------------------------------------------------------------


def heading(snap: Snapshot, scope: data.Scope, standings: data.Standing, total: Row) -> None:
    """The finding as a sentence, and what it stands on."""
    whole, measure = charts.UNITS[scope.unit]
    counted = f"{number(total[scope.unit])} {'户' if measure == '户' else '个' + whole}"
    sentence = (
        f"{_place(snap, scope)} {counted}，已开工 {number(total[f'{scope.unit}_started'])} {measure}，"
        f"完工 {number(total[f'{scope.unit}_completed'])} {measure}{_standing_of(scope, standings)}"
    )
    note = f"截至 {scope.as_of.isoformat()} · 修订 {snap.revision} · {_ranking_note(scope, standings)}"
    if total["households_missing"]:
        note += f" · {total['households_missing']} 个楼院户数不详，未计入户数"
    st.html(f'<div class="cy-title cy-pg-finding">{text(sentence)}<small>{text(note)}</small></div>')


def _standing_of(scope: data.Scope, standings: data.Standing) -> str:
    """Who is last, or where the one chosen group stands."""
    rate, name = f"rate_{scope.unit}", "开工率" if standings.basis == "plan" else "开工占比"
    ranked = [row for row in standings.groups if row["rank"] is not None]
    if len(scope.codes) == 1:
        own = next(row for row in standings.groups if row["code"] in scope.codes)
        if not own["in_totals"]:
            return "；不计入全区合计"
        if own["rank"] is None:
            return f"；{name} —（{own[f'{rate}_reason']}）"
        return f"；{name} {percent(own[rate])}，列第 {own['rank']}（共 {len(ranked)} 个）"
    if scope.codes or len(ranked) < _ENOUGH_TO_RANK:
        return ""
    last = [row for row in ranked if row["rank"] == ranked[-1]["rank"]]
    if len(last) > _ENOUGH_TO_RANK:
        return ""
    names = "、".join(row["name"].removesuffix("街道") for row in last)
    return f"；{name}最低：{names}（{percent(last[0][rate])}）"


def _place(snap: Snapshot, scope: data.Scope) -> str:
    if not scope.codes:
        return data.settings().district_name
    named = [_names(snap, scope.by).get(code, code) for code in scope.codes]
    return named[0] if len(named) == 1 else f"{named[0]}等 {len(named)} 个{BY[scope.by]}"


def _names(snap: Snapshot, by: str) -> dict[str, str]:
    layer = {"street": "street_office", "area": "renewal_area"}.get(by)
    if layer:
        return data.names(snap, layer)
    return {name: name for name in sorted(data.frame(snap, "estate")["programme"].dropna().unique())}


def _ranking_note(scope: data.Scope, standings: data.Standing) -> str:
    counted = [row for row in standings.counted if row["code"]]
    ranked = sum(row["rank"] is not None for row in counted)
    without = f"，{len(counted) - ranked} 个没有（原因写在条上）" if len(counted) > ranked else ""
    return f"{len(counted)} 个{BY[scope.by]}，{ranked} 个有{_rate_name(scope, standings)}{without}"


def _rate_name(scope: data.Scope, standings: data.Standing) -> str:
    if standings.basis == "plan":
        return f"开工率（对 {scope.as_of.year} 年计划）"
    return "开工占比（不含无记录）"


def controls(snap: Snapshot, scope: data.Scope, options: state.Choices) -> None:
    """Counting unit, grouping, groups, day."""
    with st.container(key="pg-controls", horizontal=True):
        _switch("unit", "计数单位")
        _switch("by", "分组", on_change=_forget_groups)
        names = _names(snap, scope.by)
        st.multiselect(
            BY[scope.by],
            list(names),
            format_func=lambda code: names.get(code, code),
            key=state.widget(scope.by),
            placeholder=f"全部{BY[scope.by]}",
            label_visibility="collapsed",
        )
        with st.container(key="pg-date", horizontal=True):
            late = "最新" if scope.as_of == options.last_day else "属性按现有记录"
            st.html(f'<div class="cy-asof"><b>{scope.as_of.isoformat()}</b>{late}</div>')
            st.slider(
                "截至日期",
                min_value=options.first_day,
                max_value=options.last_day,
                step=timedelta(days=1),
                format="YYYY-MM-DD",
                key=state.widget("date"),
                label_visibility="collapsed",
            )


def _switch(key: str, label: str, **more: Any) -> None:
    st.segmented_control(
        label,
        list(_KINDS[key]),
        format_func=_KINDS[key].get,
        key=state.widget(key),
        required=True,
        label_visibility="collapsed",
        **more,
    )


def _forget_groups() -> None:
    for by in BY:
        state.put(by, [])


# ---- parts of the register --------------------------------------------------------------------------------


def parts(snap: Snapshot, scope: data.Scope, total: Row) -> None:
    """Registered, then the parts that add up to it, then what was removed; the legend of the bars as well."""
    other = charts.twin(scope.unit)
    cells = [_cell("登记", "", total[scope.unit], total[other], scope.unit)]
    for part, label in charts.PARTS.items():
        symbol = s.SERIES[part]
        mark = f"{swatch.area(symbol)}{swatch.mark(symbol)}"
        cells.append(
            _cell(label, mark, total[f"{scope.unit}_part_{part}"], total[f"{other}_part_{part}"], scope.unit)
        )
    removed = f"{swatch.area(s.SERIES['removed'])}{swatch.mark(s.SERIES['removed'])}"
    cells.append(
        _cell(
            "调出（不计入）", removed, total[f"{scope.unit}_removed"], total[f"{other}_removed"], scope.unit
        )
    )
    with st.container(key="pg-parts", horizontal=True):
        st.html(f'<div class="cy-pg-parts">{"".join(cells)}</div>')
        definitions.popover(
            (scope.unit, *(f"{scope.unit}_{part}" for part in (*charts.PARTS, "removed")), other),
            label="口径",
            basis=_basis(
                snap, scope, _PARTS_NOTE, "compound", "estate", "progress_report", "stage_event", "work_item"
            ),
        )


_PARTS_NOTE = (
    "各段互不重叠，相加等于登记数：在施段＝在施−停工，完工待验收段＝完工−已验收。表中各列为官方累计口径。"
)


def _cell(label: str, mark: str, value: Any, other: Any, unit: str) -> str:
    measure, small = ("户", "个小区") if unit == "households" else ("个", "户")
    shown = f"{number(value)}<small>{measure}</small>" if value is not None else "<small>户数不详</small>"
    below = f"{number(other)} {small}" if other is not None else "户数不详"
    return f'<div><div class="l">{mark}{text(label)}</div><div class="n">{shown}</div><div class="d">{below}</div></div>'


def _basis(snap: Snapshot, scope: data.Scope, note: str, *layers: str) -> str:
    """What a block stands on: the day, the revision, and the rows of its tables."""
    rows = "；".join(
        f"{LAYERS[layer].label} {len(data.frame(snap, layer)):,} 行（修订 {snap.layers.get(layer, 0)}）"
        for layer in layers
    )
    return (
        f'<div class="cy-definition"><b>截至 {scope.as_of.isoformat()}，修订 {snap.revision}</b>'
        f"<p>{text(note)}</p><p>来源行数：{rows}。只取截至日及以前的记录。</p></div>"
    )


def _mark(snap: Snapshot) -> str:
    return DataStatus.SYNTHETIC.label if data.has_synthetic(snap) else ""


def _head(title: str, note: str = "", *, markup: str = "") -> str:
    return f'<div class="cy-head">{text(title)}<small>{text(note)}{markup}</small></div>'


# ---- bars -------------------------------------------------------------------------------------------------


def groups(snap: Snapshot, scope: data.Scope, standings: data.Standing) -> None:
    """Ranked bars of every group; a click chooses it, a second one lets it go."""
    rate = _rate_name(scope, standings)
    with st.container(key="pg-groups"):
        with st.container(key="pg-groups-head", horizontal=True):
            st.html(_head(f"{BY[scope.by]}排名", "点一行只看它，再点取消"))
            definitions.popover(
                ("start_rate_estates", "start_rate_households", "compounds_started", "households_missing"),
                label="口径",
                basis=_basis(snap, scope, _RATE_NOTE[standings.basis], "plan_target", "estate", "compound"),
            )
        st.plotly_chart(
            charts.status_bars(
                standings.counted,
                unit=scope.unit,
                chosen=scope.codes,
                heading=rate,
                mark=_mark(snap),
            ),
            theme=None,
            config=charts.CONFIG,
            key=_CHART,
            on_select=lambda: _clicked(scope, _names(snap, scope.by)),
            selection_mode="points",
            alt=f"各{BY[scope.by]}的进展构成与{rate}，数字同下表",
        )


_RATE_NOTE = {
    "plan": "按开工率排名：本年度批次已开工 ÷ 年度计划；缺计划、缺批次或户数不全的不出率，不参加排名。",
    "register": "按开工占比排名：已开工 ÷（登记 − 暂无数据来源）；户数不全的不出户数占比。不是对年度计划的开工率。",
}


def _clicked(scope: data.Scope, names: Container[str]) -> None:
    """Choose the group of the bar clicked; plotly sends nothing when the same bar is clicked again."""
    points = st.session_state.get(_CHART, {}).get("selection", {}).get("points", [])
    code = str(points[0]["customdata"][0]) if points else st.session_state.get(_LAST, "")
    st.session_state[_LAST] = code
    if code in names:
        state.put(scope.by, [] if scope.codes == (code,) else [code])


# ---- curve, plan, compounds -------------------------------------------------------------------------------


def curve(snap: Snapshot, scope: data.Scope) -> None:
    """S-curve of the district or of the chosen groups."""
    frame = data.group_curve(snap, scope)
    with st.container(key="pg-curve"):
        with st.container(key="pg-curve-head", horizontal=True):
            st.html(_head(f"S 曲线 · {_place(snap, scope)}", _curve_note(frame)))
            definitions.popover(
                ("progress_pct", "planned_pct", "deviation_pp"),
                label="口径",
                basis=_basis(snap, scope, _CURVE_NOTE, "work_item", "progress_report"),
            )
        if frame.empty:
            st.html(
                '<div class="cy-empty">没有可画的工程项：都缺计划起止日期。请在小区档案里补上计划日期。</div>'
            )
            return
        st.plotly_chart(
            charts.s_curve(frame, as_of=scope.as_of, mark=_mark(snap)),
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


def plan(snap: Snapshot, scope: data.Scope, standings: data.Standing) -> None:
    """Annual plan against what has started and is completed, by street."""
    year = scope.as_of.year
    shown = [row for row in standings.counted if row["code"]]
    planned = any(row[f"plan_{unit}"] is not None for row in shown for unit in ("estates", "households"))
    with st.container(key="pg-plan"):
        with st.container(key="pg-plan-head", horizontal=True):
            st.html(_head(f"{year} 年计划与实际", markup=_plan_key() if planned else ""))
            definitions.popover(
                (
                    "completion_rate_estates",
                    "completion_rate_households",
                    "start_rate_estates",
                    "start_rate_households",
                ),
                label="口径",
                basis=_basis(snap, scope, _PLAN_NOTE, "plan_target", "estate"),
            )
        if not planned:
            st.html(f'<div class="cy-empty">{text(_no_plan(scope))}</div>')
            return
        st.plotly_chart(
            charts.plan_bars(shown, chosen=scope.codes, mark=_mark(snap)),
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


def _no_plan(scope: data.Scope) -> str:
    if scope.by != "street":
        return "年度计划只按街道下达；把分组换成“街道”，就能看到计划与实际。"
    return f"{scope.as_of.year} 年没有年度计划，所以没有开工率；请在年度计划表里登记计划数和文号。"


def chosen_groups(snap: Snapshot, scope: data.Scope, total: Row) -> None:
    """The chosen groups: plan in a line, way to the map, their compounds."""
    listed = data.members(snap, scope)
    with st.container(key="pg-members"):
        with st.container(key="pg-members-head", horizontal=True):
            st.html(_head(f"{len(listed)} 个楼院", "竖线为计划；点一行看档案"))
            params = {scope.by: "~".join(scope.codes), "date": st.query_params.get("date", "")}
            st.page_link(shell.page("overview"), label="在地图上看", query_params=state.link(**params))
            st.button("看全部", on_click=state.put, args=(scope.by, []), key="pg-all")
            definitions.popover(
                ("compounds_delayed", "compounds_at_risk", "progress_pct", "deviation_pp"),
                label="口径",
                basis=_basis(snap, scope, _PLAN_NOTE, "compound", "work_item", "progress_report"),
            )
        st.html(f'<div class="cy-note">{text(_plan_line(scope, total))}</div>')
        with st.container(key="pg-list", height=262, border=False):
            members.show(listed, data.states(snap, scope.as_of), on_click=_open)


def _plan_line(scope: data.Scope, total: Row) -> str:
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
            f"{'，'.join(rates)}；{total['document_no']}"
        )
    return f"{scope.as_of.year} 年开工率 —：{total['plan_reason']}"


def _open(compound_id: str) -> None:
    shared = {key: value for key, value in st.query_params.to_dict().items() if key in ("date", "street")}
    st.switch_page(shell.page("dossier"), query_params={**shared, "compound": compound_id})


# ---- table ------------------------------------------------------------------------------------------------


def table(snap: Snapshot, scope: data.Scope, standings: data.Standing) -> None:
    """The complete table with totals, and the same as CSV."""
    with st.container(key="pg-table"):
        with st.container(key="pg-table-head", horizontal=True):
            st.html(_head(f"各{BY[scope.by]}全表", "累计口径：已开工含停工、完工、验收；停工仍计入已开工"))
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
                basis=_basis(
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


def _file_name(snap: Snapshot, scope: data.Scope) -> str:
    mark = f"_{DataStatus.SYNTHETIC.label}" if data.has_synthetic(snap) else ""
    return f"{BY[scope.by]}进度_{scope.as_of.isoformat()}_修订{snap.revision}{mark}.csv"
