"""A corner of the map that shows its crowded part again, larger: where nothing would be hidden by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cartography.print.paper import Box, Frame
from cartography.print.paths import Floats

_MOST = (0.62, 0.8)
_LEAST_MM, _LEAST = 40.0, 0.4
_MARGIN_MM = 2.5
_CLEAR_MM = 2.0
_WORTH_IT, _CLEARLY = 0.6, 1.02
_READABLE, _LARGEST = 8000, 2500
"""Scales (A3) at which most names of compounds find room anyway, and beyond which no more would."""


@dataclass(frozen=True, slots=True)
class Enlargement:
    """A map of its own (`frame`) on another one, below a caption of `strip` mm.

    `place`: what it covers of the outer map with its caption, `source`: what of the outer map it shows again; both
    left, top, right, bottom in mm from the outer map's corner.
    """

    frame: Frame
    strip: float
    place: Box
    source: Box


def enlarged(
    cores: Iterable[tuple[float, Box]], bodies: Floats, outer: Frame, *, scales: Sequence[int], strip: float
) -> Enlargement | None:
    """The best of `cores` (the share of the compounds that each holds, and its box in EPSG:4547) that find a free corner.

    Best is the one whose share times gain in scale is largest, the larger share first: names that find room grow with
    both. `bodies` are the boxes of all that must stay visible, a row each (west, south, east, north). None where no
    corner is free at a clearly larger scale, or where the map itself is large enough to be read.
    """
    taken, best, most = _on_paper(bodies, outer), None, 0.0
    size = outer.stroke_scale
    if outer.scale * size <= _READABLE:
        return None
    scales = [one for one in scales if one * size >= _LARGEST and one <= outer.scale * _WORTH_IT]
    for share, core in cores:
        found = _largest(core, taken, outer, scales, strip)
        gain = share * outer.scale / found.frame.scale if found else 0.0
        if gain > most * _CLEARLY:
            best, most = found, gain
    return best


def _largest(
    core: Box, taken: Floats, outer: Frame, scales: Sequence[int], strip: float
) -> Enlargement | None:
    for scale in sorted(scales):
        for found in _corners(core, outer, scale, strip):
            if not _touches(found, taken):
                return found
    return None


def _corners(core: Box, outer: Frame, scale: float, strip: float) -> Iterator[Enlargement]:
    """The enlargement at one scale in each corner of the outer map that can hold it."""
    margin = 2 * _MARGIN_MM * outer.stroke_scale
    least = min(_LEAST_MM * outer.stroke_scale, _LEAST * min(outer.width, outer.height))
    width = max((core[2] - core[0]) / scale * 1000 + margin, least)
    height = max((core[3] - core[1]) / scale * 1000 + margin, least)
    if width > outer.width * _MOST[0] or height + strip > outer.height * _MOST[1]:
        return
    x, y = (core[0] + core[2]) / 2, (core[1] + core[3]) / 2
    frame = Frame(round(width, 3), round(height, 3), x, y, scale, outer.paper)
    left, top = outer.width - frame.width, outer.height - frame.height - strip
    source = _on_paper(np.array([frame.box]), outer)[0]
    if (
        (source < 0).any() or source[2] > outer.width or source[3] > outer.height
    ):  # of what the map does not show
        return
    for dx, dy in ((left, 0.0), (left, top), (0.0, top), (0.0, 0.0)):
        place = (dx, dy, dx + frame.width, dy + frame.height + strip)
        if not _touches_box(place, source):
            yield Enlargement(frame, strip, place, tuple(source.tolist()))


def _on_paper(boxes: Floats, frame: Frame) -> Floats:
    west, _south, _east, north = frame.box
    corners = [boxes[:, 0] - west, north - boxes[:, 3], boxes[:, 2] - west, north - boxes[:, 1]]
    return np.column_stack(corners) / frame.metres_per_mm


def _touches(one: Enlargement, taken: Floats) -> bool:
    clear = _CLEAR_MM * one.frame.stroke_scale
    left, top, right, bottom = one.place
    near = (taken[:, 0] < right + clear) & (taken[:, 2] > left - clear)
    return bool((near & (taken[:, 1] < bottom + clear) & (taken[:, 3] > top - clear)).any())


def _touches_box(place: Box, source: Floats) -> bool:
    return place[0] < source[2] and source[0] < place[2] and place[1] < source[3] and source[1] < place[3]
