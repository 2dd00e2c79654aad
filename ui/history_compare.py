"""Two days side by side: what was corrected, what happened in between, which records differ."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from geodata import schema
from geodata.exporters import csv_text
from geodata.schema import LAYERS
from geodata.store import Snapshot
from geodata.store.hashing import jsonable
from geodata.vocabulary import DataStatus, ReportingStatus
from ui import changes, data, export, past
from ui.history_state import Asked, widget
from ui.html import DASH, missing, table, text
from ui.past import Comparison, Moment

_SHOWN = 150


def show(snap: Snapshot, asked: Asked) -> None:
    """Choose two days and a layer; figures on the left, differences on the right."""
    first, last = _span(snap)
    _defaults(asked, first, last)
    layer, days = _controls(first, last)
    before, after = (past.moment(snap, day) for day in days)
    left, right = st.columns([46, 74], gap="large")
    with left:
        st.html(_moments(before, after) + _figures(snap, before, after) + _moved(snap, before, after))
    with right:
        _differences(snap, layer, before, after)


def _span(snap: Snapshot) -> tuple[date, date]:
    """Days that may be compared: from the first event or save to today or the last save."""
    saved = past.days(snap, past.Wanted()).index
    begun = data.first_day(snap)
    days = [*saved, data.today(snap), *([begun] if begun else [])]
    return min(days), max(days)


def _defaults(asked: Asked, first: date, last: date) -> None:
    """A week up to the last day; a day from the URL is brought into the span."""
    wanted = {"day1": asked.first_day or last - timedelta(days=7), "day2": asked.second_day or last}
    for key, day in wanted.items():
        st.session_state[widget(key)] = min(max(day, first), last)


def _controls(first: date, last: date) -> tuple[str, list[date]]:
    """Layer and days that are compared, the earlier day first."""
    with st.container(key="history-compare-head", horizontal=True):
        for key, label in (("day1", "从"), ("day2", "到")):
            st.date_input(
                label,
                min_value=first,
                max_value=last,
                format="YYYY-MM-DD",
                key=widget(key),
                persist_state="session",
            )
        chosen = st.selectbox(
            "比较哪个图层",
            list(LAYERS),
            index=None,
            format_func=lambda name: LAYERS[name].label,
            key=widget("layer"),
            persist_state="session",
            placeholder="图层：楼院",
            label_visibility="collapsed",
        )
        days = sorted(
            min(max(st.session_state[widget(key)] or last, first), last) for key in ("day1", "day2")
        )
        export.link("before_after", compare=days[0].isoformat(), date=days[1].isoformat())
    return chosen or "compound", days


# ---- figures --------------------------------------------------------------------------------------------------


def _moments(before: Moment, after: Moment) -> str:
    def side(one: Moment) -> str:
        known = f"截止修订 {one.revision}" if one.revision else "那天库里还没有记录"
        return f"<b>{one.day.isoformat()}</b>（{known}）"

    business = (
        f"库里的业务日期是 {after.as_of.isoformat()}，数字不算到它之后。" if after.as_of < after.day else ""
    )
    return (
        f'<div class="cy-note">{side(before)} 与 {side(after)}。日期按北京时间当天结束时计。{business}</div>'
    )


def _figures(snap: Snapshot, before: Moment, after: Moment) -> str:
    """Compounds per status: known then, corrected since, and what happened in between."""
    found = past.figures(snap, before, after)
    rows = [
        (
            ReportingStatus(code).label,
            *(_count(row[name], sign=name in ("late", "happened")) for name in found.columns),
        )
        for code, row in found.iterrows()
        if row.fillna(0).any()
    ]
    total = found.sum(min_count=len(found))
    rows.append(("合计", *(_count(total[name], sign=name in ("late", "happened")) for name in found.columns)))
    headings = (
        "状态（楼院）",
        f"{before.as_of:%m-%d} 当时所知",
        "更正与补报",
        f"{before.as_of:%m-%d} 现在看",
        "其间变化",
        f"{after.as_of:%m-%d}",
    )
    body = table(headings, rows, numeric=range(1, 6), marked=len(rows) - 1)
    return f'<div class="cy-section">数字<small>从左到右相加得到最右一列</small></div>{body}{_EXPLAINED}'


_EXPLAINED = (
    '<div class="cy-note">“更正与补报”：同一天的事，当时还不知道或填错，后来才登记或改正。'
    "“其间变化”：两天之间真的发生了变化。没有记录的一边写“—”，不写零。</div>"
)


def _count(value: Any, *, sign: bool) -> str:
    if missing(value):
        return DASH
    return f"{int(value):+d}".replace("-", "−").replace("+0", "0") if sign else f"{int(value):,}"


def _moved(snap: Snapshot, before: Moment, after: Moment) -> str:
    """Compounds whose status differs, by street."""
    moved = past.movers(snap, before, after)
    every, streets = data.every(snap, "compound"), data.names(snap, "street_office")
    rows = [
        (
            streets.get(every.at[code, "street_code"], DASH),
            every.at[code, "name"],
            _status(row["before"]),
            _status(row["after"]),
        )
        for code, row in moved.iterrows()
    ]
    rows.sort(key=lambda row: row[0])
    if not rows:
        return '<div class="cy-section">状态变化的楼院</div><div class="cy-empty">没有楼院的状态不同。</div>'
    more = f"，列出前 {_SHOWN} 个" if len(rows) > _SHOWN else ""
    body = table(("街道", "楼院", "前一天", "后一天"), _once(rows[:_SHOWN]))
    return f'<div class="cy-section">状态变化的楼院<small>{len(rows)} 个{more}</small></div>{body}'


def _status(code: Any) -> str:
    return "没有这个楼院" if missing(code) else ReportingStatus(code).label


def _once(rows: list[tuple[Any, ...]], columns: int = 1) -> list[tuple[Any, ...]]:
    """Rows in which the first cells are left blank where they repeat those above."""
    told = []
    for place, row in enumerate(rows):
        same = 0
        while place and same < columns and rows[place - 1][same] == row[same]:
            same += 1
        told.append(("",) * same + row[same:])
    return told


# ---- differences ----------------------------------------------------------------------------------------------


def _differences(snap: Snapshot, layer: str, before: Moment, after: Moment) -> None:
    label = LAYERS[layer].label
    if not before.revision:
        message = (
            f"{before.day.isoformat()} 库里还没有记录，没有可以比较的{label}。左边的数字按现在所知计算。"
        )
        st.html(f'<div class="cy-empty">{message}请把前一天改到 {_begun(snap)} 或以后。</div>')
        return
    found = past.compare(snap, layer, before, after)
    lines = data.kept(snap, ("lines", layer, before, after), lambda: lines_of(snap, layer, found))
    with st.container(key="history-differences-head", horizontal=True):
        st.html(_differences_head(label, found))
        st.download_button(
            "下载 CSV",
            lambda: csv_bytes(snap, lines, before, after),
            file_name=f"变更_{label}_{before.day}_{after.day}.csv",
            mime="text/csv",
            key="history-csv",
            on_click="ignore",
        )
    if not lines:
        st.html(f'<div class="cy-empty">两天之间{label}没有任何差别。</div>')
        return
    st.html(_per_street(lines) + _table(lines))


def _begun(snap: Snapshot) -> str:
    return min(past.days(snap, past.Wanted()).index).isoformat()


def _differences_head(label: str, found: Comparison) -> str:
    changed = found.touched - {*found.added, *found.removed}
    return (
        f'<div class="cy-section">{label}的差别<small>新增 {len(found.added)}　归档或移除 {len(found.removed)}　'
        f"修改 {len(changed)}，其中边界改动 {len(found.moved)}</small></div>"
    )


Line = tuple[str, str, str, str, str, str]
HEADINGS = ("街道", "记录", "编号", "字段", "前一天", "后一天")


def lines_of(snap: Snapshot, layer: str, found: Comparison) -> list[Line]:
    """Each difference as street, record, id, field, former and new value, in order of street and record."""
    lines: list[tuple[str, str, str, str]] = [(one, "整条", "没有", "新增") for one in found.added]
    lines += [(one, "整条", "有", "归档或移除") for one in found.removed]
    for row in found.changed.itertuples():
        old, new = (
            changes.value_text(snap, layer, row.field, _audited(one)) for one in (row.before, row.after)
        )
        lines.append((row.record_id, schema.label(layer, row.field), old, new))
    for row in found.moved.itertuples():
        old, new = (_area(one) for one in (row.before_m2, row.after_m2))
        lines.append((row.Index, "边界", old, f"{new}，不重合 {row.differing_m2:,.0f} m²"))
    told = [(_street(snap, layer, one[0]), changes.title_of(snap, layer, one[0]), *one) for one in lines]
    return sorted(told, key=lambda line: line[:3])


def _audited(value: Any) -> Any:
    return jsonable(value.date() if isinstance(value, pd.Timestamp) else value)


def _area(value: float) -> str:
    return "没有边界" if missing(value) else f"面积 {value:,.0f} m²"


def _street(snap: Snapshot, layer: str, record_id: str) -> str:
    """The street office that a record lies in, through its compound; a dash when it lies in none."""
    rows = data.every(snap, layer)
    if record_id not in rows.index:
        return DASH
    row = rows.loc[record_id]
    for column, target in (("compound_id", "compound"), ("work_item_id", "work_item")):
        if column in rows and not missing(row[column]):
            return _street(snap, target, row[column])
    code = record_id if layer == "street_office" else row.get("street_code")
    return data.names(snap, "street_office").get(code, DASH)


def _per_street(lines: list[Line]) -> str:
    counts: dict[str, set[str]] = {}
    for line in lines:
        counts.setdefault(line[0], set()).add(line[2])
    told = "　".join(f"{text(street)} <b>{len(ids)}</b>" for street, ids in counts.items())
    return f'<div class="cy-note">按街道（有差别的记录数）：{told}</div>'


def _table(lines: list[Line]) -> str:
    shown = [
        (line[0], line[1], line[3], (f"<s>{text(line[4])}</s>",), (f"<b>{text(line[5])}</b>",))
        for line in lines[:_SHOWN]
    ]
    more = (
        f'<div class="cy-note">以上是前 {_SHOWN} 条，全部 {len(lines):,} 条在 CSV 里。</div>'
        if len(lines) > _SHOWN
        else ""
    )
    return table(("街道", "记录", "字段", "前一天", "后一天"), _once(shown, 2)) + more


def csv_bytes(snap: Snapshot, lines: list[Line], before: Moment, after: Moment) -> bytes:
    """Every difference as CSV with byte order mark; each row says which two states it stands between."""
    columns: dict[str, list[Any]] = {
        name: [line[place] for line in lines] for place, name in enumerate(HEADINGS)
    }
    mark = DataStatus.SYNTHETIC.label if data.has_synthetic(snap) else ""
    facts = {
        "前一天日期": before.day.isoformat(),
        "前一天修订": before.revision,
        "后一天日期": after.day.isoformat(),
        "后一天修订": after.revision,
        "演示标记": mark,
    }
    columns |= {name: [value] * len(lines) for name, value in facts.items()}
    return csv_text(columns).encode("utf-8-sig")
