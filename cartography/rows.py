"""Rows of bars and texts as plain values, from which `charts` makes figures.

One frame of reference: 0 to `WIDTH` across, one unit a row down, no axes; every bar has its number beside it. Names
come from people and a chart reads text as markup, so each passes `plain` on its way in. A bar carries the code of
its group and what it stands for, so that a click names the group.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cartography import symbology as s
from cartography.symbology import Pattern, Symbol
from geodata.vocabulary import LineKind

Row = Mapping[str, Any]
WIDTH, HEAD = 1000, 22
DASH = "—"
_ONE_LINE, _LINE = 6, 7
_SHAPES = {Pattern.HATCH: "/", Pattern.BACKHATCH: "\\", Pattern.CROSS: "x", Pattern.DOTS: "."}
_DARK = 140
_NEVER_FADED = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}


# ---- text -------------------------------------------------------------------------------------------------


def plain(text: Any) -> str:
    """Stored text as what a chart shows literally."""
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
        line = line.removesuffix("…")[:-1] + "…"
    return line


def number(value: Any) -> str:
    """A whole number with separators; a dash when there is none."""
    return DASH if value is None else f"{int(value):,}"


def percent(value: Any) -> str:
    """A fraction as per cent; a dash when there is none."""
    return DASH if value is None else f"{float(value) * 100:.1f}%"


def readable_on(fill: str) -> str:
    """Text colour that can be read on a fill."""
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return s.LIGHT.text if 0.3 * red + 0.59 * green + 0.11 * blue > _DARK else s.LIGHT.on_bar


# ---- bars and texts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: from `left` for `length`, around `y`; `kind` says what it stands for."""

    code: str
    kind: str
    y: float
    width: float
    left: float
    length: float
    symbol: Symbol
    hover: str
    text: str = ""
    outline: float = 0.0


def bars_trace(bars: Sequence[Bar]) -> dict[str, Any]:
    """All bars as one trace (each further trace costs the browser as much as a hundred bars)."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": [bar.left for bar in bars],
        "x": [bar.length for bar in bars],
        "y": [bar.y for bar in bars],
        "width": [bar.width for bar in bars],
        "text": [bar.text for bar in bars],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"size": 11, "color": [readable_on(bar.symbol.fill) for bar in bars]},
        "marker": {
            "color": [_ink(bar.symbol) for bar in bars],
            "line": {
                "color": [bar.symbol.stroke for bar in bars],
                "width": [bar.outline for bar in bars],
            },
            **_patterns(bars),
        },
        "customdata": [[bar.code, bar.kind] for bar in bars],
        "hovertext": [bar.hover for bar in bars],
        "hoverinfo": "text",
        **_NEVER_FADED,
    }


def _patterns(bars: Sequence[Bar]) -> dict[str, Any]:
    """Patterns of the bars whose symbols have one."""
    shapes = [_SHAPES.get(bar.symbol.pattern, "") for bar in bars]
    if not any(shapes):
        return {}
    return {"pattern": {"shape": shapes, "size": 5, "solidity": 0.25}}


def _ink(symbol: Symbol) -> str:
    """Colour of a bar; where bars have colours of their own, plotly draws a pattern in it, on no ground."""
    return symbol.stroke if symbol.pattern in _SHAPES else symbol.fill


def whole_rows(rows: Sequence[Row], chosen: Collection[str]) -> dict[str, Any]:
    """Every row as a bar that can be clicked; that of a chosen group is tinted."""
    tint = [s.LIGHT.ground if row["code"] in chosen else s.NO_FILL for row in rows]
    return {
        "type": "bar",
        "orientation": "h",
        "base": 0,
        "x": [WIDTH] * len(rows),
        "y": list(range(len(rows))),
        "width": 1,
        "marker": {"color": tint, "line": {"width": 0}},
        "customdata": [[row["code"], "row"] for row in rows],
        "hovertext": [_row_hover(row, chosen) for row in rows],
        "hoverinfo": "text",
        **_NEVER_FADED,
    }


def _row_hover(row: Row, chosen: Collection[str]) -> str:
    doing = "" if not row["code"] else "　已选中，再点取消" if row["code"] in chosen else "　点选只看它"
    return f"{plain(row['name'])}{doing}"


@dataclass
class Texts:
    """Texts of a chart, which become one trace."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    place: list[str] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    colour: list[str] = field(default_factory=list)

    def put(
        self, x: float, y: float, text: str, *, size: int = 12, muted: bool = False, place: str = "right"
    ) -> None:
        """Write harmless text at a point; `place` is the side of the point on which it lies."""
        self.x.append(x)
        self.y.append(y)
        self.text.append(text)
        self.place.append(f"middle {place}")
        self.size.append(size)
        self.colour.append(s.LIGHT.muted if muted else s.LIGHT.text)

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


# ---- lines, plates and layout -----------------------------------------------------------------------------


def line(x0: Any, y0: float, x1: Any, y1: float, colour: str) -> dict[str, Any]:
    """A hairline below the bars."""
    ends = {"x0": x0, "x1": x1, "y0": y0, "y1": y1}
    return {"type": "line", **ends, "line": {"color": colour, "width": 1}, "layer": "below"}


def rules(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Hairlines between rows."""
    return [line(0, place - 0.5, WIDTH, place - 0.5, s.LIGHT.rule) for place in range(len(rows) + 1)]


def edges(rows: Sequence[Row], chosen: Collection[str]) -> list[dict[str, Any]]:
    """A strong left edge for chosen groups."""
    wide = {"line": {"color": s.WALL[LineKind.SURVIVING_WALL].fill, "width": 6}, "layer": "above"}
    places = (place for place, row in enumerate(rows) if row["code"] in chosen)
    return [line(0, place - 0.5, 0, place + 0.5, "") | wide for place in places]


def dashed(bar: Bar) -> dict[str, Any]:
    """The dashed outline of a bar whose symbol is an empty area."""
    low, high = bar.y - bar.width / 2, bar.y + bar.width / 2
    box = {"x0": bar.left, "x1": bar.left + bar.length, "y0": low, "y1": high}
    return {"type": "rect", **box, "line": {"color": bar.symbol.stroke, "width": 1, "dash": "3px,2px"}}


def plate(bar: Bar, text: str) -> dict[str, Any]:
    """A number on a plate of the bar's fill, so that it can be read on a pattern."""
    return {
        "x": bar.left + bar.length / 2,
        "y": bar.y,
        "text": text,
        "showarrow": False,
        "font": {"size": 11, "color": s.LIGHT.text},
        "bgcolor": bar.symbol.fill,
        "borderpad": 0,
        "captureevents": False,
    }


def corner(mark: str, *, top: bool = True) -> list[dict[str, Any]]:
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


def layout(rows: int, row_px: int) -> dict[str, Any]:
    """Rows of one height under a head line, without axes."""
    hidden = {"visible": False, "fixedrange": True}
    return {
        "height": rows * row_px + HEAD,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {**hidden, "range": [0, WIDTH]},
        "yaxis": {**hidden, "range": [rows - 0.5, -0.5 - HEAD / row_px]},
    }
