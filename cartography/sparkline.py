"""The S-curve as a small picture without text: it scales with its box, and labels stand beside it as page text.

A picture cannot use the page's fonts, and the page's sanitiser drops inline SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from cartography import symbology as s

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """Planned and actual progress over time: points (share of the time axis 0..1, per cent), and today's share.

    `actual` ends today; either may be empty.
    """

    planned: Sequence[_Point]
    actual: Sequence[_Point]
    today: float | None = None


def picture(curve: Curve, *, width: int = 688, height: int = 150, dark: bool = False, alt: str = "") -> str:
    """Plan dashed, actual solid, today as a rule, quarters as hairlines; 0 % lies on the lower edge.

    `alt` is plain text that the caller has escaped.
    """
    ink = s.DARK if dark else s.LIGHT
    rules = "".join(_rule(0, width, y, ink.rule) for y in (height * share for share in (0.25, 0.5, 0.75)))
    body = (
        f"{rules}{_rule(0, width, height - 0.5, ink.faint)}"
        f"{_today(curve.today, width, height, ink.muted)}"
        f"{_line(curve.planned, _series('plan', dark), width, height)}"
        f"{_line(curve.actual, _series('actual', dark), width, height)}"
        f"{_end(curve.actual, _series('actual', dark), width, height)}"
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{body}</svg>'
    return f'<img class="cy-curve" alt="{alt}" src="data:image/svg+xml,{quote(svg)}">'


def _series(name: str, dark: bool) -> s.Symbol:
    return s.deep(s.SERIES[name]) if dark else s.SERIES[name]


def _rule(start: float, end: float, y: float, colour: str) -> str:
    return f'<path d="M{start} {y:.1f}H{end}" stroke="{colour}" stroke-width="1"/>'


def _today(share: float | None, width: int, height: int, colour: str) -> str:
    if share is None:
        return ""
    return f'<path d="M{share * width:.1f} 0V{height}" stroke="{colour}" stroke-width="1.5"/>'


def _place(point: _Point, width: int, height: int) -> tuple[float, float]:
    """Point on the picture, kept inside by the width of a line."""
    share, per_cent = point
    return share * width, height - 2 - min(max(per_cent, 0.0), 100.0) / 100 * (height - 4)


def _line(points: Sequence[_Point], symbol: s.Symbol, width: int, height: int) -> str:
    if len(points) < 2:
        return ""
    places = " ".join("{:.1f},{:.1f}".format(*_place(point, width, height)) for point in points)
    dash = f' stroke-dasharray="{" ".join(map(str, symbol.dash))}"' if symbol.dash else ""
    stroke = f'stroke="{symbol.stroke}" stroke-width="{symbol.width * 1.5}"{dash}'
    return f'<polyline points="{places}" fill="none" stroke-linejoin="round" {stroke}/>'


def _end(points: Sequence[_Point], symbol: s.Symbol, width: int, height: int) -> str:
    if not points:
        return ""
    x, y = _place(points[-1], width, height)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{symbol.stroke}"/>'
