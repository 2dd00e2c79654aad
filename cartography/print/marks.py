"""Swatches of the legend as SVG in millimetres: the areas, lines and marks of `cartography.swatch`, for paper."""

from __future__ import annotations

from dataclasses import replace

from cartography import swatch
from cartography.print.style import TILES
from cartography.symbology import NO_FILL, Pattern, Symbol

_PX_MM = 0.2645833
_WIDTH, _HEIGHT = 44, 14
_AREA = 24
_MIDDLE = f"M1 {_HEIGHT / 2}H{_WIDTH - 1}"


def _svg(body: str) -> bytes:
    size = (
        f'width="{_WIDTH * _PX_MM:.3f}mm" height="{_HEIGHT * _PX_MM:.3f}mm" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'.encode()


def _stroke(symbol: Symbol, width: float) -> str:
    return f'stroke="{symbol.stroke}" stroke-width="{width}"{swatch.dashes(symbol)}'


def status(symbol: Symbol) -> bytes:
    """A status: its area as on the map (colour, pattern, outline) and its mark, which tells it apart in greyscale."""
    mark = f'<g transform="translate({_AREA + 3} -1)">{swatch.mark_body(symbol)}</g>'
    return _svg(f"{_area(symbol, _AREA)}{mark}")


def mark(symbol: Symbol) -> bytes:
    """A status where compounds are marks without areas."""
    return _svg(f'<g transform="translate({_WIDTH / 2 - 8:g} -1)">{swatch.mark_body(symbol)}</g>')


def area(symbol: Symbol) -> bytes:
    """An area of another layer: the thin tint and wide pattern that others show through on the map."""
    return _svg(_area(symbol, _WIDTH, tint=0.16, wide=1.25))


def _area(symbol: Symbol, width: int, *, tint: float = 1.0, wide: float = 0.8) -> str:
    """A filled rectangle; its pattern is the map's, in tiles of 8 px times `wide`."""
    place = f'x="1" y="1" width="{width - 2}" height="{_HEIGHT - 2}"'
    ground = "none" if symbol.fill == NO_FILL else symbol.fill
    made = f'<rect {place} fill="{ground}" fill-opacity="{symbol.opacity * tint:.3g}"/>'
    if symbol.pattern in TILES:
        line = 1.9 if symbol.pattern is Pattern.DOTS else 1.2
        made += (
            f'<pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale({wide})">'
            f'<path d="{TILES[symbol.pattern]}" fill="none" stroke="{symbol.stroke}" stroke-width="{line}" '
            f'stroke-linecap="round"/></pattern><rect {place} fill="url(#p)"/>'
        )
    return f'{made}<rect {place} fill="none" {_stroke(symbol, min(symbol.width, 2))}/>'


def outline(symbol: Symbol) -> bytes:
    """The outline alone: what is drawn around a compound in addition to its status."""
    place = f'x="2" y="2" width="{_WIDTH - 4}" height="{_HEIGHT - 4}" rx="1"'
    return _svg(f'<rect {place} fill="none" {_stroke(symbol, min(symbol.width, 2.6))}/>')


def circle(symbol: Symbol) -> bytes:
    """A position that is only known to lie within a circle."""
    place = f'cx="{_WIDTH / 2}" cy="{_HEIGHT / 2}" r="6"'
    fill = f'fill="{symbol.fill}" fill-opacity="{symbol.opacity}"'
    return _svg(f"<circle {place} {fill} {_stroke(symbol, symbol.width)}/>")


def line(symbol: Symbol, *, ground: str = "") -> bytes:
    """A line as on the map: with its casing when stroke and fill differ, on a `ground` when it is as light as paper."""
    path, width = f'<path d="{_MIDDLE}" fill="none"', min(symbol.width, 6.0)
    inner = symbol.stroke if symbol.fill == NO_FILL else symbol.fill
    casing = (
        f'{path} stroke="{symbol.stroke}" stroke-width="{width + 1.6}"/>' if inner != symbol.stroke else ""
    )
    under = f'<rect y="1" width="{_WIDTH}" height="{_HEIGHT - 2}" fill="{ground}"/>' if ground else ""
    return _svg(f"{under}{casing}{path} {_stroke(replace(symbol, stroke=inner), width)}/>")


def border(symbol: Symbol) -> bytes:
    """A border: its stroke alone, never too thin for a swatch."""
    return _svg(f'<path d="{_MIDDLE}" fill="none" {_stroke(symbol, max(symbol.width, 1.6))}/>')
