"""A page as SVG that looks the same in every program: pictures become part of the page, lettering becomes outlines.

Typst writes its own texts as outlines, but takes our maps in as pictures of their own, whose texts another program
would set in a font that it has. They are ours (`lettering.texts`), so what stands in them is known.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

_PICTURE = re.compile(
    rb'<image((?: transform="[^"]*")?) xlink:href="data:image/svg\+xml;base64,([^"]*)"([^>]*?)/>'
)
_CLEAR = re.compile(rb'\b(fill|stroke|stop)(-color)?="#([0-9a-f]{6})([0-9a-f]{2})"')
_ROOT = re.compile(r"<svg\b([^>]*)>(.*)</svg>", re.DOTALL)
_VIEW = re.compile(r'viewBox="[^"]*"')
_NAMES = re.compile(r'(\bid="|url\(#|href="#)')
_HAND = re.compile(
    r'<g font-size="([\d.e-]+)"(?: font-weight="(\d+)")? fill="([^"]*)" stroke="([^"]*)" '
    r'stroke-width="([\d.e-]+)">(.*?)</g>',
    re.DOTALL,
)
_TEXT = re.compile(r"<text ([^>]*)>(.*?)</text>", re.DOTALL)
_VALUE = re.compile(r'([\w-]+)="([^"]*)"')


Fonts = Mapping[int, Path]
"""Font file of each weight."""


def whole(page: bytes, fonts: Fonts) -> bytes:
    """The page with every SVG picture on it as a part of it, its texts as outlines."""
    numbers = iter(range(1_000_000))

    def inlined(found: re.Match[bytes]) -> bytes:
        picture = base64.b64decode(found[2]).decode()
        return _part(picture, f"p{next(numbers)}-", found[1].decode(), found[3].decode(), fonts).encode()

    return _CLEAR.sub(_with_opacity, _PICTURE.sub(inlined, page))


def _with_opacity(found: re.Match[bytes]) -> bytes:
    """A colour with its transparency apart: many programs read eight digits as black."""
    name, more, colour, alpha = found.groups(default=b"")
    return b'%s%s="#%s" %s-opacity="%.3g"' % (name, more, colour, name, int(alpha, 16) / 255)


def _part(picture: str, prefix: str, place: str, size: str, fonts: Fonts) -> str:
    """A picture as a nested element; its names get a prefix, since two pictures may use the same ones."""
    root = _ROOT.search(picture)
    view = root and _VIEW.search(root[1])
    if not root or not view:
        raise ValueError("a picture of ours has no view box")
    body = _NAMES.sub(rf"\g<1>{prefix}", outlined(root[2], fonts))
    return f"<g{place}><svg{size} {view[0]}>{body}</svg></g>"


def outlined(svg: str, fonts: Fonts) -> str:
    """The texts of a map as outlines: first all halos of a hand, then its characters over them."""
    used: dict[str, str] = {}

    def group(found: re.Match[str]) -> str:
        weight = int(found[2] or 400)
        scale = float(found[1]) / _font(fonts[weight])[0]
        placed = "".join(_placed(_TEXT.findall(found[6]), scale, weight, fonts[weight], used))
        halo = f'fill="{found[4]}" stroke="{found[4]}" stroke-width="{float(found[5]) / scale:.0f}"'
        return f'<g {halo}>{placed}</g><g fill="{found[3]}" stroke="none">{placed}</g>'

    made = _HAND.sub(group, svg)
    shapes = "".join(f'<path id="{name}" d="{path}"/>' for name, path in used.items())
    return f"<defs>{shapes}</defs>{made}" if used else made


def _placed(
    texts: list[tuple[str, str]], scale: float, weight: int, font: Path, used: dict[str, str]
) -> list[str]:
    """Every character of these texts where it stands; `scale` is mm of a unit of the font, `used` collects outlines."""
    made = []
    for attributes, content in texts:
        given = {name: [float(one) for one in value.split()] for name, value in _VALUE.findall(attributes)}
        xs, ys, turns = given["x"], given["y"], given.get("rotate", [])
        spacing, x = given.get("letter-spacing", [0.0])[0], xs[0]
        for at, character in enumerate(html.unescape(content)):
            name = f"t{weight}-{ord(character):x}"
            path, advance = _glyph(character, font)
            x, y = (xs[at], ys[at]) if len(xs) > 1 else (x, ys[0])
            turn = f" rotate({turns[at]:g})" if turns else ""
            if path:
                used[name] = path
                made.append(
                    f'<use xlink:href="#{name}" transform="translate({x:.2f} {y:.2f}){turn} '
                    f'scale({scale:.3g} {-scale:.3g})"/>'
                )
            x += advance * scale + spacing
    return made


@lru_cache(maxsize=2)
def _font(file: Path) -> tuple[float, dict[int, str], Any]:
    """Units of an em, glyph names by character, and the outlines of a font."""
    font = TTFont(file, lazy=True)
    return float(font["head"].unitsPerEm), font.getBestCmap(), font.getGlyphSet()


@lru_cache(maxsize=8000)
def _glyph(character: str, file: Path) -> tuple[str, float]:
    """Outline and width of a character in units of the font; neither for one that is not seen."""
    _, names, outlines = _font(file)
    name = names.get(ord(character))
    if name is None:
        return "", 0.0
    pen = SVGPathPen(outlines, ntos=lambda number: f"{number:g}")
    outlines[name].draw(pen)
    return pen.getCommands(), float(outlines[name].width)
