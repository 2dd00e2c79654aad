"""Markup of the briefing: sentence, six figures, ranking, distribution, what needs action, curve, legend.

Stored texts pass `text`; sizes and places are in `static/css/briefing.css`, colours in the symbology.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from cartography import sparkline, swatch
from cartography import symbology as s
from geodata.vocabulary import DataStatus, Light, LineKind, StageClass, ZoneClass
from ui import data, map_view
from ui.briefing_data import Figure, Finding
from ui.html import DASH, UNKNOWN, many, missing, percent, text

_MOST = 3
_WIDE_TEXT = 30  # characters of the finding, beside which its district and caveats still have room
_LONG_RANK = 100  # compounds of a street office from here on need wider columns
_LONG = 1000  # a whole from here on does not fit beside its figure
_WIDE = 500  # of the curve; its height is what the list above leaves
_TIMES = "按现行法规试算"
_ROOM_FOR_NUMBER = 0.06  # of the bar, below which its number stands only underneath


def heading(finding: Finding, district: str) -> str:
    """The finding as the largest text; red only in the piece that names where someone must act."""
    clauses = "".join(_clause(phrase.text, phrase.alarm) for phrase in finding.phrases)
    unknown = "".join(f"<span>{text(clause)}</span>" for clause in finding.unknown)
    long = " long" if max((_width(phrase.text) for phrase in finding.phrases), default=0) > _WIDE_TEXT else ""
    return f'<div class="finding{long}"><p>{clauses}</p><small><b>{text(district)}老旧小区改造</b>{unknown}</small></div>'


def _width(words: str) -> float:
    """Width of a text, in Chinese characters."""
    return sum(1 if len(one.encode()) > 2 else 0.55 for one in words)


def _clause(words: str, alarm: bool) -> str:
    return f'<span class="act"><i></i>{text(words)}</span>' if alarm else f"<span>{text(words)}</span>"


def figures(shown: Iterable[Figure]) -> str:
    """Six large figures with their change; where nothing is registered there is no figure, never a zero."""
    shown = list(shown)
    if any(figure.of == 0 for figure in shown):
        shown = [replace(figure, value=None, of=None, change=None) for figure in shown]
    long = any(map(_is_long, shown))
    body = "".join(_figure(figure, long=long) for figure in shown)
    return f'<div class="figures{" long" if long else ""}">{body}</div>'


def _is_long(figure: Figure) -> bool:
    """Whether a figure does not fit beside its whole; households have the widest column."""
    if figure.of is None:
        return False
    return (figure.value or 0) >= 10 * _LONG if figure.unit == "户" else figure.of >= _LONG


def _figure(figure: Figure, *, long: bool) -> str:
    """`long` figures have their whole beside the label, where there is room for it."""
    alarm = " alarm" if figure.code == "compounds_delayed" and figure.value else ""
    hold = swatch.mark(s.deep(s.HOLD)) if figure.code == "heritage_hold" else ""
    whole = "" if figure.of is None else "".join(many(figure.of, ""))
    value, unit = many(figure.value, figure.unit)
    unit = unit if figure.value is not None else UNKNOWN
    label = f"{text(figure.label)}<small>共 {whole}</small>" if long and whole else text(figure.label)
    of = f"/{whole}" if whole and not long else ""
    return (
        f'<div class="figure{alarm}"><div class="label">{hold}{label}</div>'
        f'<div class="value">{value}<small>{of} {text(unit)}</small></div>'
        f'<div class="change">{_change(figure.change)}{_caveat(figure.caveat)}</div></div>'
    )


def _change(change: int | None) -> str:
    if change is None:
        return f"较 7 天前 {DASH}"
    return f"较 7 天前 <b>{change:+,}</b>".replace("-", "−") if change else "较 7 天前持平"


def _caveat(caveat: str) -> str:
    return f"<em>{text(caveat)}</em>" if caveat else ""


def ranking(table: pd.DataFrame) -> str:
    """All street offices by share of compounds started."""
    ranked = data.by_share_started(table)
    body = "".join(_rank(place, row) for place, row in enumerate(ranked.to_dict("records"), 1))
    if not body:
        body = '<p class="none">没有街道数据，请先导入</p>'
    note = "粗条 楼院　细条 户数（斜纹：户数不全）　<i>■</i> 严重滞后"
    long = " long" if (ranked["known"] >= _LONG_RANK).any() else ""
    return f'<div class="ranking{long}"><h2>街道开工占比<small>{note}</small></h2>{body}</div>'


def _rank(place: int, row: dict[str, Any]) -> str:
    late = f"■ {row['compounds_delayed']}" if row["compounds_delayed"] else ""
    nothing = missing(row["share"])
    return (
        f'<div class="rank">'
        f'<span class="place">{DASH if nothing else place}</span>'
        f'<span class="name">{text(row["name"].removesuffix("街道"))}</span>'
        f'<span class="bars">{_bar("compounds", row["share"])}{_bar("households", row["households_share"])}</span>'
        f'<span class="share">{DASH if nothing else percent(row["share"])}</span>'
        f'<span class="count">{row["compounds_started"]}/{row["known"]}</span>'
        f'<span class="late">{late}</span></div>'
    )


def _bar(kind: str, share: float) -> str:
    if missing(share):
        return f'<span class="track {kind} none"></span>'
    return f'<span class="track {kind}"><span style="width:{share * 100:.1f}%"></span></span>'


def street(compounds: pd.DataFrame, states: pd.DataFrame, points: pd.DataFrame, as_of: date) -> str:
    """Stages, what needs action, and the curve, which takes the room that a short list leaves."""
    free = _MOST - min(len(listed(compounds, states)), _MOST)
    blocks = (
        distribution(states),
        actions(compounds, states),
        curve(points, as_of, height=76 + 40 * free),
    )
    return f'<div class="street">{"".join(blocks)}</div>'


def distribution(states: pd.DataFrame) -> str:
    """Compounds per stage as one bar with its numbers; below it the name of each part."""
    counts = states["stage_class"].value_counts()
    in_plan = [
        (stage, int(counts.get(stage.value, 0))) for stage in StageClass if stage is not StageClass.REMOVED
    ]
    found = [(stage, count) for stage, count in in_plan if count]
    removed = int(counts.get(StageClass.REMOVED.value, 0))
    whole = sum(count for _, count in found)
    if not whole:
        return f'<div class="stages"><h2>楼院阶段</h2><p class="none">{UNKNOWN}</p></div>'
    pieces = "".join(_piece(stage, count, count / whole) for stage, count in found)
    names = "".join(
        f"<span>{_swatches(s.STAGE[stage])}{stage.label}<b>{count}</b></span>" for stage, count in found
    )
    return (
        f'<div class="stages"><h2>楼院阶段<small>共 {whole} 个楼院{f"，另调出 {removed} 个" if removed else ""}</small></h2>'
        f'<div class="stack">{pieces}</div><div class="names">{names}</div></div>'
    )


def _piece(stage: StageClass, count: int, share: float) -> str:
    shown = count if share >= _ROOM_FOR_NUMBER else ""
    return f'<span class="{stage.value}" style="width:{share * 100:.3f}%">{shown}</span>'


def _swatches(symbol: s.Symbol) -> str:
    return swatch.area(s.deep(symbol)) + swatch.mark(s.deep(symbol))


def listed(compounds: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Red compounds, then amber ones, with `name`, `light`, `why`; within each the most overdue first."""
    concerned = states[states["light"].isin([Light.DELAYED.value, Light.AT_RISK.value])]
    order = concerned.assign(_red=concerned["light"] == Light.DELAYED.value).sort_values(
        ["_red", "items_overdue", "deviation_pp"], ascending=[False, False, True], na_position="last"
    )
    names = compounds["name"].reindex(order.index)
    return pd.DataFrame({"name": names, "light": order["light"], "why": order["light_reason"]})


def actions(compounds: pd.DataFrame, states: pd.DataFrame) -> str:
    """What someone must act on, with the reason; what does not fit is counted."""
    rows = listed(compounds, states)
    red = int((rows["light"] == Light.DELAYED.value).sum())
    head = f"严重滞后 {red} 个，预警 {len(rows) - red} 个"
    more = f"，列出 {_MOST} 个" if len(rows) > _MOST else ""
    body = "".join(
        _action(Light(row.light), row.name, row.why) for row in rows.head(_MOST).itertuples(index=False)
    )
    if rows.empty:
        body = f'<p class="none">{"没有严重滞后或预警的楼院" if len(states) else "没有登记的楼院"}</p>'
    return f'<div class="actions"><h2>需要处理<small>{head}{more}</small></h2>{body}</div>'


def _action(light: Light, name: str, why: str) -> str:
    mark = swatch.mark(s.deep(s.WARNING[light]))
    return f'<div class="action {light.value}">{mark}<b>{text(name)}</b><span>{text(why)}</span></div>'


def curve(points: pd.DataFrame, as_of: date, *, height: int) -> str:
    """Planned and reported progress over time; its two values today are written beside it."""
    head = "形象进度<small>虚线 计划　实线 实际</small>"
    if points.empty:
        return f'<div class="curve"><h2>{head}</h2><p class="none">没有可画的工程项（缺计划日期或填报）</p></div>'
    today = points[points["date"] <= pd.Timestamp(as_of)].tail(1)
    planned, actual = (None if today.empty else today[name].iloc[0] for name in ("planned_pct", "actual_pct"))
    drawn = _drawn(points.attrs["items_drawn"], points.attrs["items"])
    first, last = (points["date"].iloc[end].strftime("%Y-%m") for end in (0, -1))
    return (
        f'<div class="curve"><h2>{head}</h2><div class="chart">'
        f'<div class="values">{_value("实际", actual)}{_value("计划", planned)}{_gap(planned, actual)}</div>'
        f'<div class="plot">{sparkline.picture(shape(points, as_of), width=_WIDE, height=height, dark=True)}'
        f'<div class="axis"><span>{first}</span><span>{drawn}</span><span>{last}</span></div></div></div></div>'
    )


def _drawn(drawn: int, items: int) -> str:
    """What the curve is of; what it leaves out is said."""
    return f"按 {drawn} 个工程项" if drawn == items else f"按 {items} 项中的 {drawn} 项，其余缺计划或填报"


def shape(points: pd.DataFrame, as_of: date) -> sparkline.Curve:
    """A curve table as shares of its time axis."""
    start, end = points["date"].iloc[0], points["date"].iloc[-1]
    span = (end - start).days or 1
    share = [(day - start).days / span for day in points["date"]]
    lines = [
        [(x, float(y)) for x, y in zip(share, points[name], strict=True) if not missing(y)]
        for name in ("planned_pct", "actual_pct")
    ]
    today = (pd.Timestamp(as_of) - start).days / span
    return sparkline.Curve(*lines, today if 0 <= today <= 1 else None)


def _value(name: str, per_cent: float | None) -> str:
    shown = DASH if missing(per_cent) else f"{per_cent:.0f}%"
    return f"<span>{name}<b>{shown}</b></span>"


def _gap(planned: float | None, actual: float | None) -> str:
    if missing(planned) or missing(actual):
        return ""
    gap = actual - planned
    return f"<span>{'滞后' if gap < 0 else '超前'}<b>{abs(gap):.0f}</b>个百分点</span>" if round(gap) else ""


def legend(zones: pd.DataFrame, unplaced: int) -> str:
    """Everything that the map shows, as mark, pattern and word; far views add the choropleth."""
    rows = [f"{_swatches(symbol)}{stage.label}" for stage, symbol in s.STAGE.items()]
    rows.append(f"{_swatches(s.ALARM)}严重滞后")
    rows.append(f"{_swatches(s.HOLD)}涉文物待批")
    rows += [
        f"{swatch.line(s.deep_wall(kind))}{kind.label}"
        for kind in (LineKind.SURVIVING_WALL, LineKind.CIRCUIT)
    ]
    rows += _zones(zones)
    rows.append(f"{swatch.area(s.deep(s.REFERENCE))}墙侧20米（示意）")
    rows.append(f"{swatch.area(s.deep(s.UNCERTAIN))}只知大致位置")
    steps = "".join(swatch.area(s.deep(step)) for step in s.CHOROPLETH)
    far = f'<span class="far">{steps}街道楼院开工占比 0→100%</span>'
    absent = f'<div class="absent">{unplaced} 个楼院无边界，不在图上</div>' if unplaced else ""
    return f'<div class="legend">{"".join(f"<span>{row}</span>" for row in rows)}{far}</div>{absent}'


def _zones(zones: pd.DataFrame) -> list[str]:
    """Zone classes on the map; invented ones never bear the name of a legal zone."""
    marks = {zone: swatch.area(s.deep(s.ZONES[zone])) for zone in ZoneClass}
    real = zones[zones["data_status"] != DataStatus.SYNTHETIC.value]["zone_class"].unique()
    invented = zones[zones["data_status"] == DataStatus.SYNTHETIC.value]["zone_class"].unique()
    rows = [f"{marks[zone]}{zone.label}" for zone in ZoneClass if zone.value in real]
    fake = "".join(marks[zone] for zone in ZoneClass if zone.value in invented)
    return [*rows, *([f"{fake}假想区划"] if fake else [])]


def standing(synthetic: bool, as_of: date, revision: int, *, rehearsal: bool) -> str:
    """Where it comes from, what it must not be used for, and as of when."""
    demo = f'<b class="demo">{DataStatus.SYNTHETIC.label}</b>' if synthetic else ""
    times = f"（{_TIMES}）" if rehearsal else ""
    zones = "；文物区划为假想，不是法定界线" if synthetic else ""
    return (
        f'<div class="standing"><div class="stand">{demo}<span>截至 <b>{as_of.isoformat()}</b>{times}</span>'
        "</div>"
        f"<p>{text(map_view.ATTRIBUTION[0])}；{text(map_view.ATTRIBUTION[1])}，不作划界依据{zones}。修订 {revision}</p></div>"
    )
