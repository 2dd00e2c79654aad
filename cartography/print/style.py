"""Symbols as SVG attributes on one paper; patterns and marks are defined once and used by name."""

from __future__ import annotations

from collections.abc import Sequence

from cartography import swatch
from cartography import symbology as s
from cartography.print.paper import Frame
from cartography.print.paths import UNITS
from cartography.symbology import Pattern, Symbol

PX_MM = 0.19
"""What a CSS pixel of the symbology is on A3, mm: print is looked at from closer than a screen."""

MARK_MM = 1.15
"""Radius of a status mark on A3, mm."""

TILES: dict[Pattern, str] = {
    Pattern.HATCH: "M-2 2L2 -2M-2 10L10 -2M6 10L10 6",
    Pattern.BACKHATCH: "M6 -2L10 2M-2 -2L10 10M-2 6L2 10",
    Pattern.CROSS: "M-2 2L2 -2M-2 10L10 -2M6 10L10 6M6 -2L10 2M-2 -2L10 10M-2 6L2 10",
    Pattern.DOTS: "M2 2h.01M6 6h.01",
}
"""Marks in a tile of 8 x 8, the same as on the web map."""

_MARK_BOX, _MARK_RADIUS = 16, 4.6  # of `swatch`


class Styles:
    """Attributes for the paths of one drawing, in units of `paths.UNITS`.

    `growth`: how much wider roads and wall become as the map comes nearer; `fineness`: how much finer the outlines
    of compounds are where compounds are only spots.
    """

    def __init__(self, frame: Frame) -> None:
        self.px = PX_MM * frame.stroke_scale * UNITS
        nearness = 20_000 / frame.scale
        self.growth = min(max(nearness**0.4, 0.6), 2.4)
        self.fineness = min(max(nearness**0.5, 0.5), 1.0)
        self.mark_mm = MARK_MM * frame.stroke_scale * frame.closeness * min(max(nearness**0.25, 0.7), 1.0)
        self._defined: dict[str, str] = {}

    def stroke(
        self, symbol: Symbol, *, dash: Sequence[int] | None = None, grown: float = 1.0, more: float = 0.0
    ) -> str:
        """The outline of a symbol; `grown` makes it wider, `more` adds pixels."""
        width = (symbol.width * grown + more) * self.px
        dash = symbol.dash if dash is None else dash
        dashes = f' stroke-dasharray="{" ".join(f"{one * self.px:.0f}" for one in dash)}"' if dash else ""
        return f'stroke="{symbol.stroke}" stroke-width="{width:.1f}"{dashes}'

    def fill(self, symbol: Symbol) -> str:
        """The ground and pattern of an area."""
        if symbol.fill == s.NO_FILL or symbol.opacity == 0:
            return 'fill="none"'
        if symbol.pattern in TILES:
            return f'fill="url(#{self._pattern(symbol, ground=symbol.opacity)})"'
        opacity = symbol.opacity * (0.6 if symbol.pattern is Pattern.EMPTY else 1)
        return f'fill="{symbol.fill}"' + (f' fill-opacity="{opacity:.3g}"' if opacity < 1 else "")

    def veil(self, symbol: Symbol) -> str:
        """The pattern of a wide area that others must show through: a tint and thin lines far apart."""
        if symbol.pattern in TILES:
            return f'fill="url(#{self._pattern(symbol, ground=symbol.opacity * 0.16, wide=1.7)})"'
        return f'fill="{symbol.fill}" fill-opacity="{symbol.opacity * 0.16:.3g}"'

    def _pattern(self, symbol: Symbol, *, ground: float, wide: float = 1.0) -> str:
        tile = self.px * wide / 1.25
        line = 1.3 / wide if symbol.pattern is not Pattern.DOTS else 1.9
        return self._define(
            f'<pattern id="{{}}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale({tile:.2f})">'
            f'<path d="M0 0h8v8h-8z" fill="{symbol.fill}" fill-opacity="{ground:.3g}"/>'
            f'<path d="{TILES[symbol.pattern]}" fill="none" stroke="{symbol.stroke}" stroke-width="{line:.2f}" '
            f'stroke-linecap="round" stroke-opacity="{max(symbol.opacity, 0.5):.3g}"/></pattern>'
        )

    def mark(self, symbol: Symbol, radius_mm: float) -> str:
        """Name of a status mark on a light disc, drawn around (0, 0)."""
        size = radius_mm * UNITS / _MARK_RADIUS
        return self._define(
            f'<g id="{{}}"><circle r="{radius_mm * UNITS * 1.45:.0f}" fill="{s.LIGHT.halo}" fill-opacity=".92"/>'
            f'<g transform="scale({size:.2f}) translate(-{_MARK_BOX // 2} -{_MARK_BOX // 2})">'
            f"{swatch.mark_body(symbol)}</g></g>"
        )

    def _define(self, body: str) -> str:
        return self._defined.setdefault(body, f"d{len(self._defined)}")

    def definitions(self) -> str:
        """What patterns and marks have been asked for so far."""
        return "".join(body.replace("{}", name, 1) for body, name in self._defined.items())
