"""Swatches of the legend as SVG in millimetres: the areas, lines and marks of `cartography.swatch`, for paper."""

from __future__ import annotations

from cartography import swatch
from cartography.print.style import TILES
from cartography.symbology import NO_FILL, Pattern, Symbol

_PX_MM = 0.2645833
_SIZE = (44, 14)
_AREA = (24, 14)
_LINE = (44, 14)


def _svg(body: str, width: int, height: int) -> bytes:
    size = f'width="{width * _PX_MM:.3f}mm" height="{height * _PX_MM:.3f}mm" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'.encode()


def status(symbol: Symbol) -> bytes:
    """A status: its area as on the map (colour, pattern, outline) and its mark, which tells it apart in greyscale."""
    width, height = _SIZE
    mark = f'<g transform="translate({_AREA[0] + 3} -1)">{swatch.mark_body(symbol)}</g>'
    return _svg(f"{_area(symbol, *_AREA)}{mark}", width, height)


def area(symbol: Symbol) -> bytes:
    """An area of another layer: the thin tint and wide pattern that others show through on the map."""
    return _svg(_area(symbol, *_LINE, tint=0.16, wide=1.25), *_LINE)


def _area(symbol: Symbol, width: int, height: int, *, tint: float = 1.0, wide: float = 0.8) -> str:
    """A filled rectangle; its pattern is the map's, in tiles of 8 px times `wide`."""
    place = f'x="1" y="1" width="{width - 2}" height="{height - 2}"'
    stroke = f'stroke="{symbol.stroke}" stroke-width="{min(symbol.width, 2)}"{_dash(symbol)}'
    ground = "none" if symbol.fill == NO_FILL else symbol.fill
    made = f'<rect {place} fill="{ground}" fill-opacity="{symbol.opacity * tint:.3g}"/>'
    if symbol.pattern in TILES:
        line = 1.9 if symbol.pattern is Pattern.DOTS else 1.2
        made += (
            f'<pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale({wide})">'
            f'<path d="{TILES[symbol.pattern]}" fill="none" stroke="{symbol.stroke}" stroke-width="{line}" '
            f'stroke-linecap="round"/></pattern><rect {place} fill="url(#p)"/>'
        )
    return f'{made}<rect {place} fill="none" {stroke}/>'


def outline(symbol: Symbol) -> bytes:
    """The outline alone: what is drawn around a compound in addition to its status."""
    width, height = _LINE
    return _svg(
        f'<rect x="2" y="2" width="{width - 4}" height="{height - 4}" rx="1" fill="none" stroke="{symbol.stroke}" '
        f'stroke-width="{min(symbol.width, 2.6)}"{_dash(symbol)}/>',
        width,
        height,
    )


def circle(symbol: Symbol) -> bytes:
    """A position that is only known to lie within a circle."""
    width, height = _LINE
    return _svg(
        f'<circle cx="{width / 2}" cy="{height / 2}" r="6" fill="{symbol.fill}" fill-opacity="{symbol.opacity}" '
        f'stroke="{symbol.stroke}" stroke-width="{symbol.width}"{_dash(symbol)}/>',
        width,
        height,
    )


def line(symbol: Symbol) -> bytes:
    """A line as on the map: with its casing when stroke and fill differ."""
    width, height = _LINE
    path = f'<path d="M1 {height / 2}H{width - 1}" fill="none"'
    drawn = min(symbol.width, 6.0)
    inner = symbol.stroke if symbol.fill == NO_FILL else symbol.fill
    casing = (
        "" if inner == symbol.stroke else f'{path} stroke="{symbol.stroke}" stroke-width="{drawn + 1.6}"/>'
    )
    return _svg(f'{casing}{path} stroke="{inner}" stroke-width="{drawn}"{_dash(symbol)}/>', width, height)


def border(symbol: Symbol) -> bytes:
    """A border: its stroke alone."""
    width, height = _LINE
    return _svg(
        f'<path d="M1 {height / 2}H{width - 1}" fill="none" stroke="{symbol.stroke}" '
        f'stroke-width="{symbol.width}"{_dash(symbol)}/>',
        width,
        height,
    )


def _dash(symbol: Symbol) -> str:
    return f' stroke-dasharray="{" ".join(map(str, symbol.dash))}"' if symbol.dash else ""
