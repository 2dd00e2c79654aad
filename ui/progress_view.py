"""The progress page piece by piece: finding, controls, parts of the register, bars, curve, plan, compounds."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cartography import charts, swatch
from cartography import symbology as s
from geodata.schema import LAYERS
from geodata.store import Snapshot
from geodata.vocabulary import DataStatus
from ui import controls as page_controls
from ui import data, definitions, export, progress_data, state
from ui.html import number, percent, text

Row = dict[str, Any]

BY = {"street": "街道", "area": "片区", "programme": "改造计划"}
UNIT = {"estates": "小区", "compounds": "楼院", "households": "户数"}
_KINDS = {"by": BY, "unit": UNIT}
_FIELDS = {"street": "streets", "area": "areas", "programme": "programmes"}
_ENOUGH_TO_RANK = 3


def scope(chosen: state.PageState) -> progress_data.Scope:
    """What the page is about, from the URL."""
    by, unit = (_choice(key) for key in _KINDS)
    return progress_data.Scope(
        by=by, unit=unit, as_of=chosen.as_of, codes=getattr(chosen.filters, _FIELDS[by])
    )


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
        "下一步：在“导入”页装入楼院登记表（Excel、GeoPackage、Shapefile 等），"
        "或在空库上用 <code>python manage.py demo</code> 建立演示数据，然后刷新本页。</div>"
    )
    return True


# ---- finding and controls ---------------------------------------------------------------------------------


def heading(
    snap: Snapshot, scope: progress_data.Scope, standings: progress_data.Standing, total: Row
) -> None:
    """The finding as a sentence, and what it stands on."""
    whole, measure = charts.UNITS[scope.unit]
    counted = f"{number(total[scope.unit])} {'户' if measure == '户' else '个' + whole}"
    done = (
        f"已开工 {number(total[f'{scope.unit}_started'])} {measure}，"
        f"完工 {number(total[f'{scope.unit}_completed'])} {measure}{_standing_of(scope, standings)}"
    )
    if total["compounds"] and total["compounds_unknown"] == total["compounds"]:
        done = "都没有进展记录，不等于未开工"
    sentence = f"{place(snap, scope)} {counted}，{done}"
    note = f"截至 {scope.as_of.isoformat()} · 修订 {snap.revision} · {_ranking_note(scope, standings)}"
    if total["households_missing"]:
        note += f" · {total['households_missing']} 个楼院户数不详，未计入户数"
    st.html(f'<div class="cy-title cy-pg-finding">{text(sentence)}<small>{text(note)}</small></div>')


def _standing_of(scope: progress_data.Scope, standings: progress_data.Standing) -> str:
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
    who = "、".join(row["name"].removesuffix("街道") for row in last)
    return f"；{name}最低：{who}（{percent(last[0][rate])}）"


def place(snap: Snapshot, scope: progress_data.Scope) -> str:
    """The chosen groups by name; the district when none is chosen."""
    if not scope.codes:
        return data.settings().district_name
    named = [names(snap, scope.by).get(code, code) for code in scope.codes]
    return named[0] if len(named) == 1 else f"{named[0]}等 {len(named)} 个{BY[scope.by]}"


def names(snap: Snapshot, by: str) -> dict[str, str]:
    """Names of the groups of a grouping."""
    layer = {"street": "street_office", "area": "renewal_area"}.get(by)
    if layer:
        return data.names(snap, layer)
    return {name: name for name in sorted(data.frame(snap, "estate")["programme"].dropna().unique())}


def _ranking_note(scope: progress_data.Scope, standings: progress_data.Standing) -> str:
    counted = [row for row in standings.counted if row["code"]]
    ranked = sum(row["rank"] is not None for row in counted)
    without = f"，{len(counted) - ranked} 个没有（原因写在条上）" if len(counted) > ranked else ""
    return f"{len(counted)} 个{BY[scope.by]}，{ranked} 个有{rate_name(scope, standings)}{without}"


def rate_name(scope: progress_data.Scope, standings: progress_data.Standing) -> str:
    """What the rate is called, with what it is measured against."""
    if standings.basis == "plan":
        return f"开工率（对 {scope.as_of.year} 年计划）"
    return "开工占比（不含无记录）"


def controls(
    snap: Snapshot, scope: progress_data.Scope, options: state.Choices, chosen: state.PageState
) -> None:
    """Counting unit, grouping, groups, day; and a word on filters that only the map knows."""
    with st.container(key="pg-controls", horizontal=True):
        _switch("unit", "计数单位")
        _switch("by", "分组", on_change=_forget_groups)
        listed = names(snap, scope.by)
        st.multiselect(
            BY[scope.by],
            list(listed),
            format_func=lambda code: listed.get(code, code),
            key=state.widget(scope.by),
            placeholder=f"全部{BY[scope.by]}",
            label_visibility="collapsed",
        )
        others = chosen.filters.count - bool(scope.codes)
        if others:
            st.html(f'<span class="cy-tag">网址里另有 {others} 项筛选，只用于一张图</span>')
        export.link("snapshot", **(chosen.shared | _groups(scope)), blocks="streets~composition")
        with st.container(key="pg-date", horizontal=True):
            page_controls.day_slider(options, scope.as_of, past="属性按现有记录")


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


def _groups(scope: progress_data.Scope) -> dict[str, str]:
    """The chosen groups as query parameters of the map."""
    return {scope.by: state.joined(scope.codes)} if scope.codes else {}


def _forget_groups() -> None:
    for by in BY:
        state.put(by, [])


# ---- parts of the register --------------------------------------------------------------------------------


def parts(snap: Snapshot, scope: progress_data.Scope, total: Row) -> None:
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
            basis=basis(
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


def basis(snap: Snapshot, scope: progress_data.Scope, note: str, *layers: str) -> str:
    """What a block stands on: the day, the revision, and the rows of its tables."""
    rows = "；".join(
        f"{LAYERS[layer].label} {len(data.frame(snap, layer)):,} 行（修订 {snap.layers.get(layer, 0)}）"
        for layer in layers
    )
    return (
        f'<div class="cy-definition"><b>截至 {scope.as_of.isoformat()}，修订 {snap.revision}</b>'
        f"<p>{text(note)}</p><p>来源行数：{rows}。只取截至日及以前的记录。</p></div>"
    )


def mark(snap: Snapshot) -> str:
    """The mark of invented data, when there is any."""
    return DataStatus.SYNTHETIC.label if data.has_synthetic(snap) else ""


def head(title: str, note: str = "", *, markup: str = "") -> str:
    """Heading of a block, with a small note."""
    return f'<div class="cy-head">{text(title)}<small>{text(note)}{markup}</small></div>'
