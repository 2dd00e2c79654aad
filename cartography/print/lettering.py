"""How wide a text is on paper, where it may be broken, and the SVG text that it becomes."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache

from fontTools.ttLib import TTFont

from cartography.print.typeset import FONT_FILES, FONTS

FAMILY = "Noto Sans SC"
HAN_HEIGHT = 0.92
"""Height of a Chinese character in our font, in em: heights of text on paper mean this one."""

LINE = 1.22
"""Distance of two lines of a name, em."""

_CENTRE_TO_BASELINE = 0.36
_GAP = "…"
_GOOD_BREAKS = frozenset("·・-—、，（( ")


class _Advances(dict[str, float]):
    """Widths of characters in em; what the font lacks counts as a whole em."""

    def __missing__(self, character: str) -> float:
        return 1.0


@lru_cache(maxsize=2)
def _advances(weight: int) -> _Advances:
    with TTFont(FONTS / FONT_FILES[weight], lazy=True) as font:
        per_em = font["head"].unitsPerEm
        advances = font["hmtx"].metrics
        return _Advances(
            (chr(code), advances[glyph][0] / per_em) for code, glyph in font.getBestCmap().items()
        )


def advances(text: str, *, weight: int = 400) -> list[float]:
    """Width of each character in em, from the font itself; what the font lacks counts as a whole em."""
    return list(map(_advances(weight).__getitem__, text))


def width(text: str, *, weight: int = 400) -> float:
    """Width of a text in em."""
    return sum(advances(text, weight=weight))


def clean(text: str) -> str:
    """Stored text on one line, without control characters."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def shortened(text: str, most: float, *, weight: int = 400) -> str:
    """The text, or as much of it as is no wider than `most` em, with … at its end."""
    if width(text, weight=weight) <= most:
        return text
    room, kept = most - width(_GAP, weight=weight), 0
    for advance in advances(text, weight=weight):
        room -= advance
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + _GAP


def broken(text: str, lines: int, *, weight: int = 400) -> tuple[str, ...]:
    """The text in at most so many lines, as even as can be, never within a number or a word of letters."""
    if lines < 2 or len(text) < 4:
        return (text,)
    aim = width(text, weight=weight) / lines
    places, used = [], 0.0
    for at, advance in enumerate(advances(text, weight=weight)):
        if at and not (_joined(text[at - 1]) and _joined(text[at])):
            places.append((abs(used - aim) - (0.9 if text[at - 1] in _GOOD_BREAKS else 0), at))
        used += advance
    if not places:
        return (text,)
    at = min(places)[1]
    rest = broken(text[at:].lstrip(), lines - 1, weight=weight)
    return (text[:at].rstrip(), *rest)


def _joined(character: str) -> bool:
    return character.isascii() and character.isalnum()


@dataclass(frozen=True, slots=True)
class Hand:
    """How a text is written: size in mm (em), weight, colours, and space between characters in em."""

    size: float
    colour: str
    halo: str
    weight: int = 400
    spacing: float = 0.0

    def attributes(self) -> str:
        """What all texts of this hand share, for a group."""
        bold = f' font-weight="{self.weight}"' if self.weight != 400 else ""
        return (
            f'font-size="{self.size:.3g}"{bold} fill="{self.colour}" stroke="{self.halo}" '
            f'stroke-width="{self.size * 0.2:.2g}"'
        )


Spot = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Written:
    """A text on the map: lines around a centre, or characters each with place and turn; `boxes` are what it covers."""

    hand: Hand
    lines: tuple[str, ...]
    centre: Spot
    boxes: tuple[Box, ...]
    turned: tuple[tuple[float, float, float], ...] = ()

    def svg(self) -> str:
        """The text as SVG, in mm."""
        if self.turned:
            return self._turned_svg()
        x, middle = self.centre
        first = (
            middle - (len(self.lines) - 1) / 2 * LINE * self.hand.size + _CENTRE_TO_BASELINE * self.hand.size
        )
        return "".join(
            self._line(line, x, first + number * LINE * self.hand.size)
            for number, line in enumerate(self.lines)
        )

    def _line(self, line: str, x: float, baseline: float) -> str:
        hand = self.hand
        left = x - block_width((line,), hand) / 2
        spaced = f' letter-spacing="{hand.spacing * hand.size:.3g}"' if hand.spacing else ""
        return f'<text x="{left:.2f}" y="{baseline:.2f}"{spaced}>{html.escape(line)}</text>'

    def _turned_svg(self) -> str:
        xs = " ".join(f"{x:.2f}" for x, _, _ in self.turned)
        ys = " ".join(f"{y:.2f}" for _, y, _ in self.turned)
        angles = " ".join(f"{angle:.1f}" for _, _, angle in self.turned)
        return f'<text x="{xs}" y="{ys}" rotate="{angles}">{html.escape("".join(self.lines))}</text>'


def block_width(lines: tuple[str, ...], hand: Hand) -> float:
    """Width of a text in mm, without its halo."""
    return max(width(line, weight=hand.weight) + (len(line) - 1) * hand.spacing for line in lines) * hand.size


def block_height(lines: tuple[str, ...], hand: Hand) -> float:
    """Height of a text in mm, without its halo."""
    return ((len(lines) - 1) * LINE + 1.0) * hand.size


def texts(written: list[Written]) -> str:
    """All texts as SVG in mm, those of one hand together."""
    hands: dict[Hand, list[str]] = {}
    for one in written:
        hands.setdefault(one.hand, []).append(one.svg())
    groups = "".join(f"<g {hand.attributes()}>{''.join(parts)}</g>" for hand, parts in hands.items())
    shared = f'font-family="{FAMILY}" stroke-linejoin="round" paint-order="stroke"'
    return f"<g {shared}>{groups}</g>" if groups else ""
