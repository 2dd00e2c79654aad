"""Names along roads and the wall: straight, on a stretch that is nearly straight, and never upside down.

A name runs from left to right where its line lies flatter than 45 degrees, else from top to bottom with its
characters upright on the line (雁行字列, GB/T 20257.1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from cartography import symbology as s
from cartography.print import lettering, paths
from cartography.print.lettering import Box, Hand, Spot, Written
from cartography.print.paper import Frame
from cartography.print.paths import Floats, Shapes
from cartography.print.space import Space
from geodata.vocabulary import LineKind

_BRACKETS = re.compile(r"[（(][^（()）]*[)）]\s*$")  # 示意 stands in the legend
_CENTRE_TO_BASELINE = 0.36
_MOST_BENT = 0.22
_WIDEST = 14.0
_STEP_MM = 2.0
_APART_MM = 160.0
_MOST_TRIED = 40
_BODY_MM = 1.2


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the lines of a layer are lettered; `aside`: how far from the line, em (0: on it, its halo parts the line)."""

    layer: str
    colour: str
    times: float
    weight: int
    spacing: float
    aside: float


_KINDS = (
    _Kind("heritage_line", s.WALL[LineKind.SURVIVING_WALL].stroke, 1.1, 700, 0.6, 1.15),
    _Kind("basemap_line", s.LIGHT.muted, 1.0, 400, 0.3, 0.0),
)


def place(named: Mapping[str, Mapping[str, Shapes]], frame: Frame, space: Space) -> list[Written]:
    """Names of lines (layer -> name -> lines in metres, as drawn) that find room; the wall first, then the larger roads."""
    em, written = frame.closeness * frame.smallest_text_mm / lettering.HAN_HEIGHT, []
    for kind in _KINDS:
        hand = Hand(em * kind.times, kind.colour, s.LIGHT.halo, kind.weight, kind.spacing)
        for name, lines in reversed(named.get(kind.layer, {}).items()):
            text = lettering.shortened(lettering.clean(_BRACKETS.sub("", name)), _WIDEST, weight=kind.weight)
            if text:
                written += _along(text, hand, _parts(lines, frame), space, aside=kind.aside)
    return written


def keep_off(lines: Shapes, space: Space) -> None:
    """No name of a line may stand on these lines (in metres), which are drawn as bodies."""
    frame = space.frame
    step, half = _BODY_MM * frame.stroke_scale, _BODY_MM * frame.stroke_scale * 0.75
    for line in shapely.get_parts(lines):
        along = np.arange(0, shapely.length(line), step * frame.metres_per_mm)
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        for x, y in paths.on_paper(points, frame).tolist():
            space.mind((x - half, y - half, x + half, y + half))


def _parts(lines: Shapes, frame: Frame) -> list[Floats]:
    """The lines of one name joined, as corners in mm, the longest first."""
    merged = shapely.line_merge(shapely.union_all(lines))
    parts = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]
    parts.sort(key=shapely.length, reverse=True)
    return [paths.on_paper(shapely.get_coordinates(part), frame) for part in parts]


def _along(text: str, hand: Hand, parts: list[Floats], space: Space, *, aside: float) -> Iterator[Written]:
    """The name once, and again wherever its line goes on far enough."""
    apart, found = _APART_MM * space.frame.stroke_scale, list[Spot]()
    for part in parts:
        for first, last in _stretches(part, _length(text, hand), hand.size):
            middle = (first + last) / 2
            if any(math.dist(middle, other) < apart for other in found):
                continue
            for side in (aside, -aside) if aside else (0.0,):
                one = _written(text, hand, first, last, side)
                if space.all_free(one.boxes):
                    space.take_all(one.boxes)
                    found.append((float(middle[0]), float(middle[1])))
                    yield one
                    break


def _length(text: str, hand: Hand) -> float:
    """Length of the name along its line at most, mm."""
    return (len(text) * (1 + hand.spacing) + 0.6) * hand.size


def _stretches(corners: Floats, length: float, size: float) -> Iterator[tuple[Floats, Floats]]:
    """Ends of the stretches of that length that are nearly straight, the straightest and most central first."""
    line = shapely.LineString(corners)
    whole = shapely.length(line)
    if whole < length:
        return
    begins = np.linspace(0, whole - length, min(_MOST_TRIED, int((whole - length) / _STEP_MM) + 1))
    steps = np.linspace(0, length, 9)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, begins[:, None] + steps).ravel())
    points = points.reshape(len(begins), len(steps), 2)
    first, last = points[:, 0], points[:, -1]
    chord = last - first
    reach = np.hypot(chord[:, 0], chord[:, 1])
    away = points - first[:, None]
    bent = np.abs(away[..., 0] * chord[:, None, 1] - away[..., 1] * chord[:, None, 0]).max(axis=1)
    bent = bent / np.maximum(reach, 1e-9)
    off_centre = np.abs(begins + length / 2 - whole / 2) / whole
    for one in np.argsort(np.round(2 * bent / size, 1) + off_centre, kind="stable").tolist():
        if bent[one] <= _MOST_BENT * size and reach[one] > 0.95 * length:
            yield first[one], last[one]


def _written(text: str, hand: Hand, first: Floats, last: Floats, aside: float) -> Written:
    """The name centred on a stretch, `aside` em from it."""
    dx, dy = (last - first).tolist()
    steep = abs(dy) > abs(dx)
    if (dy if steep else dx) < 0:
        dx, dy = -dx, -dy
    long = math.hypot(dx, dy)
    right, down = dx / long, dy / long
    turn = math.atan2(dy, dx) - (math.pi / 2 if steep else 0.0)
    wide = lettering.advances(text, weight=hand.weight)
    pace = [1.0] * len(text) if steep else wide
    x, y = ((first + last) / 2).tolist()
    x, y = x + down * aside * hand.size, y - right * aside * hand.size
    at = -(sum(pace) + (len(text) - 1) * hand.spacing) / 2
    turned, boxes = [], []
    for advance, step in zip(wide, pace, strict=True):
        middle = (at + step / 2) * hand.size
        cx, cy = x + right * middle, y + down * middle
        turned.append(_start(cx, cy, turn, advance, hand.size))
        boxes.append(_box(cx, cy, turn, hand.size))
        at += step + hand.spacing
    return Written(hand, (text,), (x, y), tuple(boxes), tuple(turned))


def _start(x: float, y: float, turn: float, advance: float, size: float) -> tuple[float, float, float]:
    """Where the baseline of a character with its middle at (x, y) begins, and its turn in degrees."""
    cos, sin = math.cos(turn), math.sin(turn)
    left, low = -advance / 2 * size, _CENTRE_TO_BASELINE * size
    return x + left * cos - low * sin, y + left * sin + low * cos, math.degrees(turn)


def _box(x: float, y: float, turn: float, size: float) -> Box:
    half = size * (abs(math.cos(turn)) + abs(math.sin(turn))) / 2
    return x - half, y - half, x + half, y + half
