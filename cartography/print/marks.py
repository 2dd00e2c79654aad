"""Swatches of the legend as SVG in millimetres: the areas, lines and marks of `cartography.swatch`, for paper."""

from __future__ import annotations

from cartography import swatch
from cartography.symbology import NO_FILL, Symbol

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
    return _svg(f"{swatch.area_body(symbol, *_AREA)}{mark}", width, height)


def area(symbol: Symbol) -> bytes:
    """An area of another layer."""
    return _svg(swatch.area_body(symbol, *_LINE), *_LINE)


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
