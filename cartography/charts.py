"""Charts of progress as plotly figures: the only module that knows plotly. Colours come from the symbology."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cartography import curve
from cartography import rows as r
from cartography import symbology as s
from cartography.interface import FONT
from cartography.rows import DASH, Bar, Row, Texts, number, percent, plain
from cartography.symbology import Pattern, Symbol
from geodata.vocabulary import ReportingStatus

PARTS: dict[str, str] = {
    "accepted": "已验收",
    "completed": "完工待验收",
    "under_way": "在施",
    "suspended": ReportingStatus.SUSPENDED.label,
    "not_started": ReportingStatus.NOT_STARTED.label,
    "unknown": ReportingStatus.UNKNOWN.label,
}
"""Parts of a register that do not overlap, furthest first."""

UNITS: dict[str, tuple[str, str]] = {
    "estates": ("小区", "个"),
    "compounds": ("楼院", "个"),
    "households": ("户数", "户"),
}

CONFIG: dict[str, Any] = {"displayModeBar": False, "showTips": False, "doubleClick": False}

_ROW, _PLAN_ROW = 40, 20
_RANK, _NAME, _PLAN_NAME = 18, 30, 10
_STACK, _STACK_END = 138, 482
_TOTAL = 494
_RATE, _RATE_END, _RATE_TEXT = 630, 834, 844
_PLANS = {"estates": (140, 380, 392), "households": (570, 800, 812)}
_THICK, _THIN = -0.12, 0.25


def twin(unit: str) -> str:
    """The unit of the thin bar under the thick one."""
    return "estates" if unit == "households" else "households"


def _both(unit: str) -> tuple[tuple[str, float], tuple[str, float]]:
    """Both units of a row, with where they lie in it."""
    return (unit, _THICK), (twin(unit), _THIN)


# ---- status and rate of each group ------------------------------------------------------------------------


def status_bars(
    rows: Sequence[Row], *, unit: str, chosen: Collection[str] = (), heading: str = "", mark: str = ""
) -> go.Figure:
    """Each group: rank, parts of its register (thick `unit`, thin twin), numbers, and the rate it is ranked by.

    `rows` are those of `analysis.standing` that count in the total; `heading` names the rate; `mark` stands in
    the corner. A missing number or rate (None) is written as such, never drawn as zero.
    """
    parts = [bar for place, row in enumerate(rows) for bar in _part_bars(place, row, unit)]
    most = _most(row[f"rate_{one}"] for row in rows for one, _ in _both(unit))
    rates = [bar for place, row in enumerate(rows) for bar in _rate_bars(place, row, unit, most)]
    texts = Texts()
    _head(texts, unit, heading, most)
    for place, row in enumerate(rows):
        _name(texts, place, row, row["code"] in chosen)
        _numbers(texts, place, row, unit)
        _rates(texts, place, row, unit)
    full = _RATE + (_RATE_END - _RATE) / most
    shapes = [
        *r.rules(rows),
        r.line(full, -0.5, full, len(rows) - 0.5, s.LIGHT.faint),
        *(r.dashed(bar) for bar in parts if bar.symbol.pattern is Pattern.EMPTY),
        *r.edges(rows, chosen),
    ]
    return _figure(
        [r.whole_rows(rows, chosen), r.bars_trace([*parts, *rates]), texts.trace()],
        shapes=shapes,
        annotations=[*r.corner(mark), *_plates(parts, rows)],
        **r.layout(len(rows), _ROW),
    )


def shares(row: Row, unit: str) -> dict[str, tuple[float, float]]:
    """Begin and length of each part as fractions of the known; a part without number has none."""
    known = {part: float(row[f"{unit}_part_{part}"] or 0) for part in PARTS}
    total, begin, spans = sum(known.values()), 0.0, {}
    for part, value in known.items():
        if value:
            spans[part] = (begin, value / total)
            begin += value / total
    return spans


def _part_bars(place: int, row: Row, unit: str) -> Iterator[Bar]:
    """Parts of the unit (thick, with numbers) and of its twin (thin)."""
    reach = _STACK_END - _STACK
    for one, offset in _both(unit):
        for part, (begin, share) in shares(row, one).items():
            symbol = s.SERIES[part]
            yield Bar(
                code=row["code"],
                kind=f"{one}_part_{part}",
                y=place + offset,
                width=0.42 if one == unit else 0.12,
                left=_STACK + begin * reach,
                length=share * reach,
                symbol=symbol,
                hover=_part_hover(row, one, part, share),
                text=_inside(row, one, part, share * reach) if one == unit else "",
                outline=0.0 if symbol.pattern is Pattern.EMPTY else 0.8,
            )


def _part_hover(row: Row, unit: str, part: str, share: float) -> str:
    label, measure = UNITS[unit]
    count = f"{number(row[f'{unit}_part_{part}'])} {measure}，占 {percent(share)}"
    return f"{plain(row['name'])}<br>{PARTS[part]}{label} {count}"


def _inside(row: Row, unit: str, part: str, length: float) -> str:
    """The number within a part, when it has room; what is unknown carries its question mark."""
    text = ("?" if part == "unknown" else "") + number(row[f"{unit}_part_{part}"])
    plated = s.SERIES[part].pattern not in (Pattern.NONE, Pattern.EMPTY)
    return "" if plated or length < 9 * len(text) + 4 else text


def _plates(parts: Sequence[Bar], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Numbers of patterned parts, on plates."""
    numbers = {row["code"]: row for row in rows}
    return [
        r.plate(bar, number(numbers[bar.code][bar.kind]))
        for bar in parts
        if bar.symbol.pattern not in (Pattern.NONE, Pattern.EMPTY) and bar.width > 0.3 and bar.length >= 22
    ]


def _most(rates: Iterator[float | None]) -> float:
    """The rate at the end of the rate column: 1, or more when something exceeds its plan."""
    return max([1.0, *(float(rate) for rate in rates if rate is not None)])


def _rate_bars(place: int, row: Row, unit: str, most: float) -> Iterator[Bar]:
    for one, offset in _both(unit):
        if row[f"rate_{one}"]:
            yield Bar(
                code=row["code"],
                kind=f"rate_{one}",
                y=place + offset,
                width=0.3 if one == unit else 0.12,
                left=_RATE,
                length=float(row[f"rate_{one}"]) * (_RATE_END - _RATE) / most,
                symbol=s.SERIES["compounds" if one == unit else "households"],
                hover=f"{plain(row['name'])}<br>{UNITS[one][0]}：{_rate_text(row, one)}",
            )


def _rate_text(row: Row, unit: str) -> str:
    rate, done, whole = (row[f"rate_{unit}{part}"] for part in ("", "_done", "_whole"))
    if rate is None:
        return f"{DASH} {plain(row[f'rate_{unit}_reason'])}"
    return f"{percent(rate)}  {number(done)}/{number(whole)}"


def _head(texts: Texts, unit: str, heading: str, most: float) -> None:
    """Names of the columns."""
    y = -0.5 - 0.5 * r.HEAD / _ROW
    texts.put(_STACK, y, f"构成　粗条：{UNITS[unit][0]}　细条：{UNITS[twin(unit)][0]}", size=11, muted=True)
    texts.put(_TOTAL, y, "登记数", size=11, muted=True)
    texts.put(_RATE, y, plain(heading), size=11, muted=True)
    texts.put(_RATE_END, y, "100%" if most == 1 else "", size=11, muted=True, place="center")


def _name(texts: Texts, place: int, row: Row, chosen: bool) -> None:
    name = r.short(row["name"])
    texts.put(_RANK, place, number(row["rank"]), size=11, muted=True, place="left")
    texts.put(_NAME, place, f"<b>{name}</b>" if chosen else name, size=11 if "<br>" in name else 13)


def _numbers(texts: Texts, place: int, row: Row, unit: str) -> None:
    """How many there are of both units; where the bar would be, why there is none."""
    for one, offset in _both(unit):
        text = _total(row, one, strong=one == unit)
        texts.put(_TOTAL, place + offset, text, size=12 if one == unit else 11, muted=one != unit)
    if not shares(row, unit):
        gap = "户数不详" if unit == "households" and row["households_missing"] else "没有登记"
        texts.put(_STACK, place + _THICK, f"{DASH} {gap}", size=11, muted=True)


def _total(row: Row, unit: str, *, strong: bool) -> str:
    """The number registered, and how many compounds have no number of households."""
    label, measure = UNITS[unit]
    count = f"<b>{number(row[unit])}</b>" if strong else number(row[unit])
    if unit != "households":
        return f"{count} {measure}{label}"
    if row[unit] is None:
        return "户数不详"
    return f"{count} 户，{row['households_missing']}院不详" if row["households_missing"] else f"{count} 户"


def _rates(texts: Texts, place: int, row: Row, unit: str) -> None:
    """Both rates beside their bars, or why there is none; a reason that both share is written once."""
    gaps = [row[f"rate_{one}_reason"] for one, _ in _both(unit) if row[f"rate_{one}"] is None]
    if len(gaps) == 2 and gaps[0] == gaps[1]:
        texts.put(_RATE, place, _rate_text(row, unit), size=11, muted=True)
        return
    for one, offset in _both(unit):
        if row[f"rate_{one}"] is None:
            lower = 0.0 if one == unit else 0.04
            texts.put(_RATE, place + offset + lower, _rate_text(row, one), size=11, muted=True)
        else:
            size = 12 if one == unit else 11
            texts.put(_RATE_TEXT, place + offset, _rate_text(row, one), size=size, muted=one != unit)


# ---- annual plan ------------------------------------------------------------------------------------------


def plan_bars(rows: Sequence[Row], *, chosen: Collection[str] = (), mark: str = "") -> go.Figure:
    """Annual plan of each group as an outline, what has started of its batch filled, what is completed darker.

    `rows` have plan_*, batch_*_{started,completed} and batch_started_households_missing (see `progress_by`).
    """
    texts, bars = Texts(), []
    for place, row in enumerate(rows):
        name = r.short(row["name"]).replace("<br>", "")
        texts.put(_PLAN_NAME, place, f"<b>{name}</b>" if row["code"] in chosen else name)
    for unit, (left, right, text_at) in _PLANS.items():
        head = f"{UNITS[unit][0]}　开工 / 计划"
        texts.put(left, -0.5 - 0.5 * r.HEAD / _PLAN_ROW, head, size=11, muted=True)
        most = _most(row[column] for row in rows for column in _plan_columns(unit))
        for place, row in enumerate(rows):
            bars += _plan_bars(place, row, unit, left, (right - left) / most)
            texts.put(text_at, place, _plan_text(row, unit))
    return _figure(
        [r.whole_rows(rows, chosen), r.bars_trace(bars), texts.trace()],
        shapes=r.edges(rows, chosen),
        annotations=r.corner(mark),
        **r.layout(len(rows), _PLAN_ROW),
    )


def plan_symbols() -> tuple[Symbol, Symbol, Symbol]:
    """Plan, started and completed, as in the bars."""
    plan = Symbol(s.LIGHT.panel, s.SERIES["plan"].stroke, width=1.2)
    return plan, s.SERIES["under_way"], s.SERIES["accepted"]


def _plan_columns(unit: str) -> dict[str, str]:
    return {
        f"plan_{unit}": "年度计划",
        f"batch_{unit}_started": "本年度批次已开工",
        f"batch_{unit}_completed": "本年度批次完工",
    }


def _plan_bars(place: int, row: Row, unit: str, left: float, scale: float) -> Iterator[Bar]:
    label, measure = UNITS[unit]
    for (column, what), symbol in zip(_plan_columns(unit).items(), plan_symbols(), strict=True):
        outlined = column.startswith("plan")
        if row[column]:
            yield Bar(
                code=row["code"],
                kind=column,
                y=place,
                width=0.62 if outlined else 0.34,
                left=left,
                length=float(row[column]) * scale,
                symbol=symbol,
                hover=f"{plain(row['name'])}<br>{what}{label} {number(row[column])} {measure}",
                outline=symbol.width if outlined else 0.0,
            )


def _plan_text(row: Row, unit: str) -> str:
    """Started / planned; a started number that lacks households is at least that many."""
    least = "≥" if unit == "households" and row["batch_started_households_missing"] else ""
    started, plan = f"{least}{number(row[f'batch_{unit}_started'])}", row[f"plan_{unit}"]
    return f"{started} / {DASH} 无计划" if plan is None else f"{started} / {number(plan)}"


# ---- S-curve ----------------------------------------------------------------------------------------------


def s_curve(frame: pd.DataFrame, *, as_of: date, height: int = 232, mark: str = "") -> go.Figure:
    """Plan dashed, actual solid, the chosen day as a thin line; both values of that day beside their points.

    `frame` is `analysis.s_curve`: date, planned_pct, actual_pct. The flat end of the plan is cut off.
    """
    shown = curve.without_flat_end(frame, as_of)
    days = shown["date"].dt.strftime("%Y-%m-%d").tolist()
    now = shown[shown["date"] == pd.Timestamp(as_of)]
    traces = [
        curve.line(days, shown[column], name)
        for column, name in (("planned_pct", "plan"), ("actual_pct", "actual"))
    ]
    traces += curve.ends(now, as_of)
    return _figure(
        traces,
        height=height,
        margin={"l": 38, "r": 8, "t": 18, "b": 22},
        clickmode="none",
        hovermode="x unified",
        xaxis=curve.time_axis(shown),
        yaxis=curve.share_axis(),
        shapes=[curve.as_of_line(as_of)],
        annotations=[*r.corner(mark, top=False), curve.as_of_text(as_of)],
    )


# ---- common -----------------------------------------------------------------------------------------------


def _figure(traces: list[dict[str, Any]], **layout: Any) -> go.Figure:
    """A figure on our paper: no mode bar, our font, one click chooses."""
    font = {"family": FONT, "size": 12, "color": s.LIGHT.text}
    common = {
        "template": go.layout.Template(),
        "font": font,
        "paper_bgcolor": s.LIGHT.panel,
        "plot_bgcolor": s.LIGHT.panel,
        "showlegend": False,
        "barmode": "overlay",
        "bargap": 0,
        "dragmode": False,
        "hovermode": "closest",
        "clickmode": "event+select",
        "hoverlabel": {
            "bgcolor": s.LIGHT.panel,
            "bordercolor": s.LIGHT.muted,
            "font": font,
            "align": "left",
        },
    }
    return go.Figure(data=traces, layout={**common, **layout})
