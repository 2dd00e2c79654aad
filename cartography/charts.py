"""Charts of progress as plotly figures: the only module that knows plotly. Colours come from the symbology.

Rows are drawn in one frame of reference, 0 to 1000 across and one unit a row down, without axes: every bar has its
number beside it. Names come from people and plotly reads text as markup, so each passes `plain` on its way in. Each
bar carries the code of its group as `customdata`, so that a click names it.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cartography import symbology as s
from cartography.interface import FONT
from cartography.symbology import Pattern, Symbol
from geodata.vocabulary import LineKind, ReportingStatus

Row = Mapping[str, Any]

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

_WIDTH, _ROW, _PLAN_ROW, _HEAD = 1000, 40, 20, 22
_RANK, _NAME = 18, 30
_STACK, _STACK_END = 138, 482
_TOTAL = 494
_RATE, _RATE_END, _RATE_TEXT = 630, 834, 844
_PLANS = {"estates": (140, 380, 392), "households": (570, 800, 812)}
_THICK, _THIN = (-0.12, 0.42), (0.25, 0.12)
_PLATED = ("suspended",)
_HEAD_AT = -0.5 - 0.5 * _HEAD / _ROW
_ONE_LINE, _LINE, _DASH = 6, 7, "—"
_SHAPES = {Pattern.HATCH: "/", Pattern.BACKHATCH: "\\", Pattern.CROSS: "x", Pattern.DOTS: "."}


@dataclass
class _Texts:
    """Texts of a chart, which become one trace."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    place: list[str] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    colour: list[str] = field(default_factory=list)

    def put(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = 12,
        colour: str = s.LIGHT.text,
        place: str = "right",
    ) -> None:
        """Write harmless text at a place; `place` is where it lies from there."""
        for values, value in (
            (self.x, x),
            (self.y, y),
            (self.text, text),
            (self.place, f"middle {place}"),
            (self.size, size),
            (self.colour, colour),
        ):
            values.append(value)  # type: ignore[arg-type]

    def trace(self) -> dict[str, Any]:
        """All texts as a trace that takes no part in hovering."""
        return {
            "type": "scatter",
            "mode": "text",
            "x": self.x,
            "y": self.y,
            "text": self.text,
            "textposition": self.place,
            "textfont": {"size": self.size, "color": self.colour},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }


def twin(unit: str) -> str:
    """The unit of the thin bar under the thick one."""
    return "estates" if unit == "households" else "households"


def plain(text: Any) -> str:
    """Stored text as what plotly shows literally."""
    return html.escape(" ".join(str(text).split()), quote=False)


def short(name: str) -> str:
    """A group's name in at most two short lines, harmless; broken after a separator when there is one."""
    name = name.removesuffix("街道") if len(name) > 3 else name
    if _breadth(name) <= _ONE_LINE:
        return plain(name)
    breaks = [at for at in range(1, len(name)) if name[at - 1] in "·、 -" and _breadth(name[at:]) <= _LINE]
    middle = next((at for at in range(1, len(name)) if _breadth(name[:at]) >= _breadth(name) / 2), 1)
    at = min(breaks, key=lambda one: abs(one - middle), default=middle)
    return f"{plain(_cut(name[:at]))}<br>{plain(_cut(name[at:]))}"


def _breadth(text: str) -> float:
    """Width in Chinese characters."""
    return sum(0.55 if letter.isascii() else 1.0 for letter in text)


def _cut(line: str) -> str:
    while _breadth(line) > _LINE:
        line = line[:-2] + "…" if line.endswith("…") else line[:-1] + "…"
    return line


def readable_on(fill: str) -> str:
    """Text colour that can be read on a fill."""
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return s.LIGHT.text if 0.3 * red + 0.59 * green + 0.11 * blue > 140 else s.LIGHT.on_bar


def number(value: Any) -> str:
    """A whole number with separators; a dash when there is none."""
    return _DASH if pd.isna(value) else f"{int(value):,}"


def percent(value: Any) -> str:
    """A fraction as per cent; a dash when there is none."""
    return _DASH if pd.isna(value) else f"{float(value) * 100:.1f}%"


# ---- status and rate of each group ------------------------------------------------------------------------


def status_bars(
    rows: Sequence[Row], *, unit: str, chosen: Collection[str] = (), heading: str = "", mark: str = ""
) -> go.Figure:
    """Each group: rank, parts of its register (thick `unit`, thin twin), numbers, and the rate it is ranked by.

    `rows` are those of `analysis.standing` that count in the total; `heading` names the rate; `mark` stands in
    the corner. A missing number or rate (None) is written as such, never drawn as zero.
    """
    texts, shapes = _Texts(), [_rule(place) for place in range(len(rows) + 1)]
    traces = [_row_trace(rows, chosen), *(_part_trace(rows, unit, part) for part in PARTS)]
    traces += [
        _rate_trace(rows, unit, (_THICK[0], 0.3), "compounds"),
        _rate_trace(rows, twin(unit), _THIN, "households"),
    ]
    shapes += _unknown_outlines(rows, unit) + _chosen_edges(rows, chosen)
    _head(texts, unit, heading, _rate_scale(rows, unit))
    for place, row in enumerate(rows):
        _name(texts, place, row, row["code"] in chosen)
        _numbers(texts, place, row, unit)
        _rates(texts, place, row, unit)
    full = _RATE + (_RATE_END - _RATE) / _rate_scale(rows, unit)
    shapes.append(_line(full, -0.5, full, len(rows) - 0.5, s.LIGHT.faint))
    notes = [*_corner(mark), *_plates(rows, unit)]
    return _figure(
        [*traces, texts.trace()], shapes=shapes, annotations=notes, **_rows_layout(len(rows), _ROW)
    )


def _row_trace(rows: Sequence[Row], chosen: Collection[str]) -> dict[str, Any]:
    """The whole row as a bar that can be clicked; that of a chosen group is tinted."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": 0,
        "x": [_WIDTH] * len(rows),
        "y": list(range(len(rows))),
        "width": 1,
        "marker": {"color": s.LIGHT.ground, "opacity": [0.8 * (row["code"] in chosen) for row in rows]},
        **_pointing(
            rows,
            [
                f"{plain(row['name'])}　{'已选中，再点取消' if row['code'] in chosen else '点选只看它'}"
                if row["code"]
                else plain(row["name"])
                for row in rows
            ],
        ),
    }


def _pointing(rows: Sequence[Row], hover: list[str]) -> dict[str, Any]:
    """What hovering shows and a click names; choosing must not fade the others."""
    still = {"marker": {"opacity": 1}}
    return {
        "customdata": [[row["code"]] for row in rows],
        "hovertext": hover,
        "hoverinfo": "text",
        "selected": {} if len(hover) == 0 else still,
        "unselected": still,
    }


def parts_of(row: Row, unit: str) -> dict[str, tuple[float, float]]:
    """Begin and length of each part as shares of the known; a part without number has none."""
    values = {part: row[f"{unit}_part_{part}"] for part in PARTS}
    known = {part: float(value) for part, value in values.items() if not pd.isna(value) and value > 0}
    total, begin, spans = sum(known.values()), 0.0, {}
    for part, value in known.items():
        spans[part] = (begin, value / total)
        begin += value / total
    return spans


def _part_trace(rows: Sequence[Row], unit: str, part: str) -> dict[str, Any]:
    """One part of all groups: thick bars of the unit, thin bars of its twin."""
    symbol, reach = s.SERIES[part], _STACK_END - _STACK
    bars = []
    for one, (offset, width) in ((unit, _THICK), (twin(unit), _THIN)):
        for place, row in enumerate(rows):
            if part in (spans := parts_of(row, one)):
                begin, share = spans[part]
                bars.append((row, one, place + offset, width, _STACK + begin * reach, share * reach))
    return {
        "type": "bar",
        "name": part,
        "orientation": "h",
        "base": [bar[4] for bar in bars],
        "x": [bar[5] for bar in bars],
        "y": [bar[2] for bar in bars],
        "width": [bar[3] for bar in bars],
        "text": [
            _inside(row, one, part, length) if one == unit else "" for row, one, _, _, _, length in bars
        ],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {
            "size": 11,
            "color": s.LIGHT.text if symbol.pattern != Pattern.NONE else readable_on(symbol.fill),
        },
        "marker": _marker(symbol),
        **_pointing([bar[0] for bar in bars], [_part_hover(row, one, part) for row, one, *_ in bars]),
    }


def _marker(symbol: Symbol) -> dict[str, Any]:
    """Fill, pattern and outline of a symbol; a dashed outline is drawn as a shape instead."""
    marker: dict[str, Any] = {
        "color": symbol.fill,
        "line": {"color": symbol.stroke, "width": 0 if symbol.pattern is Pattern.EMPTY else 0.8},
    }
    if symbol.pattern in _SHAPES:
        marker["pattern"] = {
            "shape": _SHAPES[symbol.pattern],
            "fgcolor": symbol.stroke,
            "bgcolor": symbol.fill,
            "size": 5,
            "solidity": 0.25,
        }
    return marker


def _inside(row: Row, unit: str, part: str, length: float) -> str:
    """The number within a part, when it has room; what is unknown carries its question mark."""
    text = ("?" if part == "unknown" else "") + number(row[f"{unit}_part_{part}"])
    return text if length >= 9 * len(text) + 4 and part not in _PLATED else ""


def _plates(rows: Sequence[Row], unit: str) -> list[dict[str, Any]]:
    """Numbers of patterned parts, on a plate of their fill so that they can be read."""
    reach, plates = _STACK_END - _STACK, []
    for place, row in enumerate(rows):
        for part, (begin, share) in parts_of(row, unit).items():
            if part in _PLATED and share * reach >= 22:
                plates.append(
                    {
                        "x": _STACK + (begin + share / 2) * reach,
                        "y": place + _THICK[0],
                        "text": number(row[f"{unit}_part_{part}"]),
                        "showarrow": False,
                        "font": {"size": 11, "color": s.LIGHT.text},
                        "bgcolor": s.SERIES[part].fill,
                        "borderpad": 0,
                        "captureevents": False,
                    }
                )
    return plates


def _part_hover(row: Row, unit: str, part: str) -> str:
    spans, (label, measure) = parts_of(row, unit), UNITS[unit]
    share = f"，占 {spans[part][1] * 100:.1f}%" if part in spans else ""
    return (
        f"{plain(row['name'])}<br>{PARTS[part]}{label} {number(row[f'{unit}_part_{part}'])} {measure}{share}"
    )


def _unknown_outlines(rows: Sequence[Row], unit: str) -> list[dict[str, Any]]:
    """Dashed outlines of what has no record."""
    symbol, reach, shapes = s.SERIES["unknown"], _STACK_END - _STACK, []
    for one, (offset, width) in ((unit, _THICK), (twin(unit), _THIN)):
        for place, row in enumerate(rows):
            if "unknown" in (spans := parts_of(row, one)):
                begin, share = spans["unknown"]
                left, middle = _STACK + begin * reach, place + offset
                box = {
                    "x0": left,
                    "x1": left + share * reach,
                    "y0": middle - width / 2,
                    "y1": middle + width / 2,
                }
                shapes.append(
                    {"type": "rect", **box, "line": {"color": symbol.stroke, "width": 1, "dash": "3px,2px"}}
                )
    return shapes


def _chosen_edges(rows: Sequence[Row], chosen: Collection[str]) -> list[dict[str, Any]]:
    edge = s.WALL[LineKind.SURVIVING_WALL].fill
    return [
        {**_line(0, place - 0.5, 0, place + 0.5, edge), "line": {"color": edge, "width": 6}, "layer": "above"}
        for place, row in enumerate(rows)
        if row["code"] in chosen
    ]


def _rate_scale(rows: Sequence[Row], unit: str) -> float:
    """The rate at the end of the rate column: 1, or more when something exceeds its plan."""
    rates = [row[f"rate_{one}"] for row in rows for one in (unit, twin(unit))]
    return max([1.0, *(float(rate) for rate in rates if not pd.isna(rate))])


def _rate_trace(
    rows: Sequence[Row], unit: str, at: tuple[float, float], series: str
) -> dict[str, Any]:
    reach = (_RATE_END - _RATE) / max(_rate_scale(rows, unit), _rate_scale(rows, twin(unit)))
    rates = [row[f"rate_{unit}"] for row in rows]
    return {
        "type": "bar",
        "name": f"rate_{unit}",
        "orientation": "h",
        "base": _RATE,
        "x": [0.0 if pd.isna(rate) else float(rate) * reach for rate in rates],
        "y": [place + at[0] for place in range(len(rows))],
        "width": at[1],
        "marker": {"color": s.SERIES[series].fill},
        **_pointing(
            rows, [f"{plain(row['name'])}<br>{UNITS[unit][0]}：{_rate_text(row, unit)}" for row in rows]
        ),
    }


def _rate_text(row: Row, unit: str) -> str:
    if row[f"rate_{unit}"] is None:
        return f"{_DASH} {plain(row[f'rate_{unit}_reason'])}"
    return f"{percent(row[f'rate_{unit}'])}  {number(row[f'rate_{unit}_done'])}/{number(row[f'rate_{unit}_whole'])}"


def _head(texts: _Texts, unit: str, heading: str, scale: float) -> None:
    other = UNITS[twin(unit)][0]
    muted = {"size": 11, "colour": s.LIGHT.muted}
    texts.put(_STACK, _HEAD_AT, f"构成　粗条：{UNITS[unit][0]}　细条：{other}", **muted)
    texts.put(_TOTAL, _HEAD_AT, "登记数", **muted)
    texts.put(_RATE, _HEAD_AT, plain(heading), **muted)
    texts.put(_RATE_END, _HEAD_AT, "100%" if scale == 1 else "", place="center", **muted)


def _name(texts: _Texts, place: int, row: Row, chosen: bool) -> None:
    name = short(row["name"])
    rank = _DASH if row["rank"] is None else str(int(row["rank"]))
    texts.put(_RANK, place, rank, size=11, colour=s.LIGHT.muted, place="left")
    texts.put(_NAME, place, f"<b>{name}</b>" if chosen else name, size=11 if "<br>" in name else 13)


def _numbers(texts: _Texts, place: int, row: Row, unit: str) -> None:
    """How many there are of both units, and how many compounds have no number of households."""
    for one, (offset, _), size in ((unit, _THICK, 12), (twin(unit), _THIN, 11)):
        label, measure = UNITS[one]
        count = f"<b>{number(row[one])}</b>" if one == unit else number(row[one])
        text = f"{count} 户" if one == "households" else f"{count} {measure}{label}"
        if one == "households" and row["households_missing"]:
            text = f"{text}，{row['households_missing']}院不详" if row[one] is not None else "户数不详"
        if one == unit and not parts_of(row, one):
            gap = "户数不详" if one == "households" and row["households_missing"] else "没有登记"
            texts.put(_STACK, place + offset, f"{_DASH} {gap}", size=11, colour=s.LIGHT.muted)
        texts.put(
            _TOTAL, place + offset, text, size=size, colour=s.LIGHT.text if one == unit else s.LIGHT.muted
        )


def _rates(texts: _Texts, place: int, row: Row, unit: str) -> None:
    """Both rates beside their bars, or why there is none; a reason that both share is written once."""
    reasons = {row[f"rate_{one}_reason"] for one in (unit, twin(unit)) if row[f"rate_{one}"] is None}
    if len(reasons) == 1 and row[f"rate_{unit}"] is None and row[f"rate_{twin(unit)}"] is None:
        texts.put(_RATE, place, _rate_text(row, unit), size=11, colour=s.LIGHT.muted)
        return
    for one, (offset, _), size in ((unit, _THICK, 12), (twin(unit), _THIN, 11)):
        colour = s.LIGHT.text if one == unit else s.LIGHT.muted
        if row[f"rate_{one}"] is None:
            lower = 0.04 if one != unit else 0.0
            texts.put(_RATE, place + offset + lower, _rate_text(row, one), size=11, colour=s.LIGHT.muted)
        else:
            texts.put(_RATE_TEXT, place + offset, _rate_text(row, one), size=size, colour=colour)


# ---- annual plan ------------------------------------------------------------------------------------------


def plan_bars(rows: Sequence[Row], *, chosen: Collection[str] = (), mark: str = "") -> go.Figure:
    """Annual plan of each group as an outline, what has started of its batch filled, what is completed darker.

    `rows` have plan_*, batch_*_{started,completed} and batch_started_households_missing (see `progress_by`).
    """
    texts, traces = _Texts(), [_row_trace(rows, chosen)]
    for unit, (left, right, text_at) in _PLANS.items():
        columns = (f"plan_{unit}", f"batch_{unit}_started", f"batch_{unit}_completed")
        most = max([1.0, *(float(row[name]) for row in rows for name in columns if row[name] is not None)])
        scale = (right - left) / most
        for name, symbol, width in zip(columns, plan_symbols(), (0.62, 0.34, 0.34), strict=True):
            traces.append(_plan_trace(rows, name, symbol, width, left, scale))
        texts.put(
            left,
            -0.5 - 0.5 * _HEAD / _PLAN_ROW,
            f"{UNITS[unit][0]}　开工 / 计划",
            size=11,
            colour=s.LIGHT.muted,
        )
        for place, row in enumerate(rows):
            texts.put(text_at, place, _plan_text(row, unit))
    for place, row in enumerate(rows):
        name = short(row["name"]).replace("<br>", "")
        texts.put(10, place, f"<b>{name}</b>" if row["code"] in chosen else name)
    return _figure(
        [*traces, texts.trace()],
        shapes=_chosen_edges(rows, chosen),
        annotations=_corner(mark),
        **_rows_layout(len(rows), _PLAN_ROW),
    )


def plan_symbols() -> tuple[Symbol, Symbol, Symbol]:
    """Plan, started and completed."""
    return s.SERIES["plan"], s.SERIES["under_way"], s.SERIES["accepted"]


def _plan_trace(
    rows: Sequence[Row], column: str, symbol: Symbol, width: float, left: float, scale: float
) -> dict[str, Any]:
    outline = column.startswith("plan")
    label = "年度计划" if outline else "本年度批次已开工" if column.endswith("started") else "本年度批次完工"
    unit, measure = UNITS["estates" if "estates" in column else "households"]
    return {
        "type": "bar",
        "name": column,
        "orientation": "h",
        "base": left,
        "x": [0.0 if row[column] is None else float(row[column]) * scale for row in rows],
        "y": list(range(len(rows))),
        "width": width,
        "marker": {
            "color": s.LIGHT.panel if outline else symbol.fill,
            "line": {"color": symbol.stroke, "width": 1.2 if outline else 0},
        },
        **_pointing(
            rows, [f"{plain(row['name'])}<br>{label}{unit} {number(row[column])} {measure}" for row in rows]
        ),
    }


def _plan_text(row: Row, unit: str) -> str:
    """Started / planned; a started number that lacks households is at least that many."""
    least = "≥" if unit == "households" and row["batch_started_households_missing"] else ""
    started = f"{least}{number(row[f'batch_{unit}_started'])}"
    plan = row[f"plan_{unit}"]
    return f"{started} / {_DASH} 无计划" if pd.isna(plan) else f"{started} / {number(plan)}"


# ---- S-curve ----------------------------------------------------------------------------------------------


def s_curve(frame: pd.DataFrame, *, as_of: date, height: int = 232, mark: str = "") -> go.Figure:
    """Plan dashed, actual solid, the chosen day as a thin line; both values of that day beside their points.

    `frame` is `analysis.s_curve`: date, planned_pct, actual_pct. The flat end of the plan is cut off.
    """
    shown = _without_flat_end(frame, as_of)
    days = shown["date"].dt.strftime("%Y-%m-%d").tolist()
    now = shown[shown["date"] == pd.Timestamp(as_of)]
    traces = [
        _curve(days, shown[column], name)
        for column, name in (("planned_pct", "plan"), ("actual_pct", "actual"))
    ]
    traces += _ends(now, as_of)
    return _figure(
        traces,
        height=height,
        margin={"l": 38, "r": 8, "t": 18, "b": 22},
        clickmode="none",
        hovermode="x unified",
        xaxis=_time_axis(shown),
        yaxis=_share_axis(),
        shapes=[_as_of_line(as_of)],
        annotations=[*_corner(mark, top=False), _as_of_text(as_of)],
    )


def _without_flat_end(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    full = frame[frame["planned_pct"] >= 99.9]["date"]
    if full.empty:
        return frame
    return frame[frame["date"] <= max(full.iloc[0], pd.Timestamp(as_of)) + timedelta(days=28)]


def _curve(days: list[str], values: pd.Series, name: str) -> dict[str, Any]:
    symbol, label = s.SERIES[name], {"plan": "计划", "actual": "实际"}[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "x": days,
        "y": [None if pd.isna(value) else round(float(value), 2) for value in values],
        "line": {
            "color": symbol.stroke,
            "width": symbol.width,
            "dash": ",".join(f"{length}px" for length in symbol.dash) if symbol.dash else "solid",
        },
        "hovertemplate": f"{label} %{{y:.1f}}%<extra></extra>",
    }


def _ends(now: pd.DataFrame, as_of: date) -> list[dict[str, Any]]:
    """Point and value of both lines on the day; the higher one is written to the upper left."""
    values = {
        name: float(now[column].iloc[0])
        for name, column in (("plan", "planned_pct"), ("actual", "actual_pct"))
        if len(now) and not pd.isna(now[column].iloc[0])
    }
    order = sorted(values, key=lambda name: values[name], reverse=True)
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [as_of.isoformat()],
            "y": [values[name]],
            "text": [f"<b>{'计划' if name == 'plan' else '实际'} {values[name]:.1f}%</b>"],
            "textposition": "top left" if place == 0 and len(order) > 1 else "bottom right",
            "textfont": {"size": 12, "color": s.LIGHT.muted if name == "plan" else s.LIGHT.text},
            "marker": {
                "size": 7,
                "color": s.LIGHT.panel if name == "plan" else s.SERIES[name].fill,
                "line": {"color": s.SERIES[name].stroke, "width": 1.6},
            },
            "hoverinfo": "skip",
        }
        for place, name in enumerate(order)
    ]


def _as_of_line(as_of: date) -> dict[str, Any]:
    line = _line(as_of.isoformat(), 0, as_of.isoformat(), 1, s.LIGHT.muted)
    return {**line, "yref": "paper", "line": {"color": s.LIGHT.muted, "width": 1}}


def _as_of_text(as_of: date) -> dict[str, Any]:
    return {
        "x": as_of.isoformat(),
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "text": f"截至 {as_of.isoformat()}",
        "showarrow": False,
        "font": {"size": 11, "color": s.LIGHT.muted},
    }


def _time_axis(shown: pd.DataFrame) -> dict[str, Any]:
    first, last = shown["date"].iloc[0], shown["date"].iloc[-1]
    months = (last - first).days / 30
    return {
        "visible": True,
        "type": "date",
        "range": [f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"],
        "dtick": "M3" if months <= 20 else "M6",
        "tickformat": "%Y-%m",
        "hoverformat": "%Y-%m-%d",
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "linecolor": s.LIGHT.muted,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": s.LIGHT.muted,
        "tickfont": {"size": 11, "color": s.LIGHT.muted},
    }


def _share_axis() -> dict[str, Any]:
    return {
        "visible": True,
        "range": [0, 102],
        "tickvals": [0, 25, 50, 75, 100],
        "ticktext": ["0", "25%", "50%", "75%", "100%"],
        "fixedrange": True,
        "gridcolor": s.LIGHT.ground,
        "zeroline": False,
        "tickfont": {"size": 11, "color": s.LIGHT.muted},
    }


# ---- common -----------------------------------------------------------------------------------------------


def _line(x0: Any, y0: float, x1: Any, y1: float, colour: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": x0,
        "x1": x1,
        "y0": y0,
        "y1": y1,
        "line": {"color": colour, "width": 1},
        "layer": "below",
    }


def _rule(place: int) -> dict[str, Any]:
    return _line(0, place - 0.5, _WIDTH, place - 0.5, s.LIGHT.rule)


def _corner(mark: str, *, top: bool = True) -> list[dict[str, Any]]:
    """The mark of invented data, in a right corner."""
    if not mark:
        return []
    return [
        {
            "text": mark,
            "xref": "paper",
            "yref": "paper",
            "x": 1,
            "y": 1 if top else 0,
            "xanchor": "right",
            "yanchor": "top" if top else "bottom",
            "showarrow": False,
            "font": {"size": 11, "color": s.LIGHT.muted},
            "bordercolor": s.LIGHT.rule,
            "borderwidth": 1,
            "borderpad": 2,
            "bgcolor": s.LIGHT.panel,
        }
    ]


def _rows_layout(rows: int, row_px: int) -> dict[str, Any]:
    """Rows of one height under a head line, without axes."""
    hidden = {"visible": False, "fixedrange": True}
    return {
        "height": rows * row_px + _HEAD,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {**hidden, "range": [0, _WIDTH]},
        "yaxis": {**hidden, "range": [rows - 0.5, -0.5 - _HEAD / row_px]},
    }


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
