"""Legend marks as SVG pictures, drawn from the symbology (constants only, never stored text).

The page's sanitiser drops inline SVG, and a data address per mark costs 8 KB a rerun. So the style sheet holds one
class per symbol of the table (`css`), and a mark is a short tag; a symbol outside the table travels as data address.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from cartography.symbology import NO_FILL, Pattern, Shape, Symbol, table

_MARKS: dict[Shape, str] = {
    Shape.DISC: '<circle cx="8" cy="8" r="4.6" fill="{s}"/>',
    Shape.RING: '<circle cx="8" cy="8" r="4" fill="none" stroke="{s}" stroke-width="1.8"/>',
    Shape.HALF: '<circle cx="8" cy="8" r="4.3" fill="none" stroke="{s}" stroke-width="1.4"/>'
    '<path d="M8 3.7a4.3 4.3 0 0 1 0 8.6z" fill="{s}"/>',
    Shape.QUARTER: '<circle cx="8" cy="8" r="4.3" fill="none" stroke="{s}" stroke-width="1.4"/>'
    '<path d="M8 8V3.7A4.3 4.3 0 0 1 12.3 8z" fill="{s}"/>',
    Shape.TRIANGLE: '<path d="M8 3l5 9.2H3z" fill="{s}"/>',
    Shape.SQUARE: '<rect x="4" y="4" width="8" height="8" fill="{s}"/>',
    Shape.TARGET: '<circle cx="8" cy="8" r="4.3" fill="none" stroke="{s}" stroke-width="1.4"/>'
    '<circle cx="8" cy="8" r="2.2" fill="{s}"/>',
    Shape.DIAMOND: '<path d="M8 2.6L13.4 8 8 13.4 2.6 8z" fill="none" stroke="{s}" stroke-width="1.8"/>',
    Shape.BARS: '<path d="M5.4 3.6v8.8M10.6 3.6v8.8" stroke="{s}" stroke-width="2.4"/>',
    Shape.CROSS: '<path d="M4 4l8 8M12 4l-8 8" stroke="{s}" stroke-width="1.8"/>',
    Shape.QUESTION: '<path d="M5.3 6.3a2.7 2.7 0 1 1 4.3 2.2C8.4 9.3 8 9.7 8 10.6" fill="none" stroke="{s}" '
    'stroke-width="1.7"/><circle cx="8" cy="13" r="1.1" fill="{s}"/>',
}

_LINES: dict[Pattern, str] = {
    Pattern.HATCH: "M-2 {h}L{h} -2M4 {t}L{t} 4M{m} {t}L{t} {m}",
    Pattern.BACKHATCH: "M-2 4L12 {t}M6 -2L22 {h}M-2 10L6 {t}",
    Pattern.CROSS: "M-2 {h}L{h} -2M4 {t}L{t} 4M-2 4L12 {t}M6 -2L22 {h}",
}


_SIZES = {"mark": (16, 16), "area": (22, 14), "line": (26, 14)}


_IN_KEY = {"area": ", .cy-key > .{}::before", "mark": ", .cy-key > .{}::after"}


@lru_cache(maxsize=1)
def _names() -> dict[Symbol, str]:
    """Class name of every symbol of the table."""
    return {symbol: f"s{number}" for number, symbol in enumerate(table())}


def css() -> str:
    """One class per symbol and kind of picture, for the style sheet."""
    rules = [
        f"i.cy-{kind} {{ display: inline-block; width: {width}px; height: {height}px; background-size: 100% 100%; }}"
        for kind, (width, height) in _SIZES.items()
    ]
    for symbol, name in _names().items():
        bodies = {"mark": mark_body(symbol), "area": area_body(symbol, *_SIZES["area"])}
        bodies["line"] = _line_body(symbol, *_SIZES["line"])
        for kind, body in bodies.items():
            box = "16 16" if kind == "mark" else "{} {}".format(*_SIZES[kind])
            also = _IN_KEY.get(kind, "").format(name)
            address = _address(body, *_SIZES[kind], box)
            rules.append(f'.cy-{kind}.{name}{also} {{ background-image: url("{address}"); }}')
    return "\n".join(rules)


def key_class(symbol: Symbol) -> str:
    """Class of a legend line inside `.cy-key`: the style sheet puts area and mark before and after its text."""
    return _names()[symbol]


def _address(body: str, width: int, height: int, box: str) -> str:
    size = f'width="{width}" height="{height}"'
    return "data:image/svg+xml," + quote(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {box}">{body}</svg>'
    )


def _picture(symbol: Symbol, body: str, kind: str, width: int, height: int, box: str) -> str:
    name = _names().get(symbol)
    if name and (width, height) == _SIZES[kind]:
        return f'<i class="cy-{kind} {name}"></i>'
    size = f'width="{width}" height="{height}"'
    return f'<img class="cy-{kind}" {size} alt="" src="{_address(body, width, height, box)}">'


def mark(symbol: Symbol, *, size: int = 16) -> str:
    """The status mark (disc, triangle, …)."""
    return _picture(symbol, mark_body(symbol), "mark", size, size, "16 16")


def mark_body(symbol: Symbol) -> str:
    """The status mark in a box of 16 x 16, as SVG."""
    return _MARKS[symbol.shape].format(s=symbol.stroke)


def area(symbol: Symbol, *, width: int = 22, height: int = 14) -> str:
    """A filled area as it looks on the map: colour, pattern, outline."""
    return _picture(symbol, area_body(symbol, width, height), "area", width, height, f"{width} {height}")


def dashes(symbol: Symbol) -> str:
    """The dash attribute of a symbol's line, with the space before it; empty for a whole line."""
    return f' stroke-dasharray="{" ".join(map(str, symbol.dash))}"' if symbol.dash else ""


def area_body(symbol: Symbol, width: int, height: int) -> str:
    """Inside of the area's picture."""
    lines = _LINES.get(symbol.pattern)
    hatch = ""
    if lines:
        path = lines.format(h=height, t=width - 4, m=10)
        hatch = f'<path d="{path}" stroke="{symbol.stroke}" stroke-width="1" fill="none"/>'
    if symbol.pattern is Pattern.DOTS:
        spots = "".join(f'<circle cx="{x}" cy="{y}" r="1"/>' for x in (5, 11, 17) for y in (4, 10))
        hatch = f'<g fill="{symbol.stroke}">{spots}</g>'
    fill = "none" if symbol.fill == NO_FILL else symbol.fill
    opacity = (
        f' fill-opacity="{symbol.opacity}"' if symbol.pattern not in (Pattern.NONE, Pattern.EMPTY) else ""
    )
    return (
        f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" fill="{fill}"{opacity} '
        f'stroke="{symbol.stroke}" stroke-width="{min(symbol.width, 2)}"{dashes(symbol)}/>{hatch}'
    )


def line(symbol: Symbol, *, width: int = 26, height: int = 14) -> str:
    """A line as it looks on the map."""
    return _picture(symbol, _line_body(symbol, width, height), "line", width, height, f"{width} {height}")


def _line_body(symbol: Symbol, width: int, height: int) -> str:
    path = f'<path d="M1 {height / 2}H{width - 1}"'
    return f'{path} stroke="{symbol.fill}" stroke-width="{symbol.width}"{dashes(symbol)}/>'
