"""Names on a printed map: inside where they fit, else beside, by priority; none touches another or the frame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import shapely

from cartography import symbology as s
from cartography.print import lettering, line_names, paths
from cartography.print.compounds import Spots
from cartography.print.content import MapContent, Shown
from cartography.print.enlargement import Enlargement
from cartography.print.lettering import Box, Hand, Written
from cartography.print.paper import Frame
from cartography.print.paths import Shapes
from cartography.print.space import Space
from geodata.vocabulary import Labelling

_SEPARATOR = re.compile("[·・]")  # what stands before it is the area, as on the web map
_MARK_DISC = 1.45
_GAP_MM = 0.35
_WIDEST = 12.0  # em of a line of a name
_MOST_COVERED = 0.12
_MARK_COST = 4.0
_FEW = 12
"""So many names are written even where they cover others; of many that are important, none stands out."""

_STREET_SIZES = (1.9, 1.5, 1.2)
_STREET_GRID = 11


def place(
    content: MapContent,
    spots: Spots,
    frame: Frame,
    shown: Shown,
    *,
    lines: Mapping[str, Mapping[str, Shapes]] | None = None,
    aside: Enlargement | None = None,
) -> list[Written]:
    """All names that find room; `spots.at` moves where a mark makes room for its name, `shown` learns whose name it is.

    `lines`: see `ground.Ground.named`. What an enlargement `aside` shows is named there.
    """
    if content.labelling is Labelling.NONE:
        return []
    space = Space(frame)
    _keep_clear(space, spots, aside)
    streets = _streets(content.layers.get("street_office"), frame, space)
    written = list(streets)
    if content.labelling is not Labelling.STREETS:
        order = _order(content, spots, aside)
        first = [one for one in order if spots.rows.index[one] in set(content.important)]
        written = _names(content, spots, frame, space, first, shown) + written
        written += _names(
            content, spots, frame, space, [one for one in order if one not in set(first)], shown
        )
    return written + line_names.place(lines or {}, frame, space)


def _keep_clear(space: Space, spots: Spots, aside: Enlargement | None) -> None:
    if aside:
        space.take(aside.place)
        space.mind(aside.source)
    for (x, y), radius, area in zip(spots.at.tolist(), spots.mark.tolist(), spots.area, strict=True):
        if radius:
            reach = radius * _MARK_DISC
            (space.take if area is None else space.mark)((x - reach, y - reach, x + reach, y + reach))
    for box in _bodies(spots, space.frame):
        if box:
            space.mind(box)


def _bodies(spots: Spots, frame: Frame) -> list[Box | None]:
    west, _south, _east, north = frame.box
    bounds = shapely.bounds(spots.area)
    mm = np.column_stack(
        [bounds[:, 0] - west, north - bounds[:, 3], bounds[:, 2] - west, north - bounds[:, 1]]
    )
    return [tuple(row) if row[0] == row[0] else None for row in (mm / frame.metres_per_mm).tolist()]


def _order(content: MapContent, spots: Spots, aside: Enlargement | None) -> list[int]:
    """Important ones in their order, then the larger first, without those that an enlargement shows."""
    rank = {record: number for number, record in enumerate(content.important)}
    size = np.nan_to_num(shapely.area(spots.area))
    ids = list(spots.rows.index)
    left, top, right, bottom = aside.source if aside else (0.0, 0.0, 0.0, 0.0)
    x, y = spots.at.T
    here = np.flatnonzero(~((x > left) & (x < right) & (y > top) & (y < bottom))).tolist()
    return sorted(here, key=lambda one: (rank.get(ids[one], len(rank)), -size[one], one))


def _em(frame: Frame) -> float:
    return frame.closeness * frame.smallest_text_mm / lettering.HAN_HEIGHT


# ---- compounds --------------------------------------------------------------------------------------------


def _names(
    content: MapContent, spots: Spots, frame: Frame, space: Space, places: list[int], shown: Shown
) -> list[Written]:
    palette = {term.value: symbol for term, symbol in s.symbols(content.theme).items()}
    bodies, ids, texts = _bodies(spots, frame), list(spots.rows.index), spots.rows["name"].tolist()
    selected = set(content.selected) if len(content.selected) <= _FEW else set()
    insistent = selected | set(content.important[:_FEW])
    written: list[Written] = []
    for one in places:
        text = lettering.clean(str(texts[one]))
        chosen = ids[one] in selected
        text = text if chosen else _SEPARATOR.split(text)[-1] or text
        if not text:
            continue
        symbol = palette[spots.codes[one]]
        body = bodies[one]
        hand = Hand(_em(frame), s.LIGHT.text, s.LIGHT.halo, 700 if chosen else 400)
        blocks = _blocks(text, hand)
        label = None
        if spots.area[one] is not None:
            ground = s.LIGHT.halo if symbol.fill == s.NO_FILL else symbol.fill
            inner = Hand(hand.size, _readable_on(ground), ground, hand.weight)
            label = _inside(blocks, inner, spots, one, frame, space)
        anywhere = ids[one] in insistent
        if label is None:
            label = _beside(blocks, hand, spots, one, body, space, anywhere=anywhere)
        if label is not None:
            space.take_all(label.boxes)
            written.append(label)
        (shown.unnamed if label is None else shown.named).append(str(ids[one]))
        _hold_mark(spots, one, space)
    return written


def _blocks(text: str, hand: Hand) -> list[tuple[str, ...]]:
    """The name on one line and on two, shortened where it would be wider than a name may be."""
    one = lettering.shortened(text, _WIDEST, weight=hand.weight)
    whole = lettering.shortened(text, 2 * _WIDEST, weight=hand.weight)
    two = lettering.broken(whole, 2, weight=hand.weight)
    two = tuple(lettering.shortened(line, _WIDEST * 1.2, weight=hand.weight) for line in two)
    return [two] if one != text else [(one,), two] if len(two) > 1 else [(one,)]


def _inside(
    blocks: list[tuple[str, ...]], hand: Hand, spots: Spots, one: int, frame: Frame, space: Space
) -> Written | None:
    """The name under its mark, both within the boundary."""
    x, y = spots.at[one].tolist()
    disc = 2 * spots.mark[one] * _MARK_DISC
    for lines in blocks:
        text_w, text_h = lettering.block_width(lines, hand), lettering.block_height(lines, hand)
        gap = _GAP_MM if disc else 0.0
        half_w, half_h = max(text_w, disc) / 2 + _GAP_MM, (text_h + gap + disc) / 2 + _GAP_MM
        whole = (x - half_w, y - half_h, x + half_w, y + half_h)
        if spots.room[one] < min(half_w, half_h) or not space.free(whole):
            continue
        if not shapely.covers(spots.area[one], _in_metres(whole, frame)):
            continue
        spots.at[one, 1] = y - half_h + _GAP_MM + disc / 2
        return Written(hand, lines, (x, y + half_h - _GAP_MM - text_h / 2), (whole,))
    return None


def _in_metres(box: Box, frame: Frame) -> shapely.Geometry:
    west, _south, _east, north = frame.box
    per = frame.metres_per_mm
    return shapely.box(west + box[0] * per, north - box[3] * per, west + box[2] * per, north - box[1] * per)


def _beside(
    blocks: list[tuple[str, ...]],
    hand: Hand,
    spots: Spots,
    one: int,
    body: Box | None,
    space: Space,
    *,
    anywhere: bool,
) -> Written | None:
    """The name at the first free place around its boundary or mark; an important one covers others, as little as can be."""
    x, y = spots.at[one].tolist()
    reach = spots.mark[one] * _MARK_DISC
    left, top, right, bottom = body or (x - reach, y - reach, x + reach, y + reach)
    most = _MOST_COVERED if reach else 0.02  # where compounds are spots a name would hide whole ones
    for lines in blocks:
        w, h = lettering.block_width(lines, hand) + 0.4, lettering.block_height(lines, hand) + 0.2
        middles = np.array(list(_around((left, top, right, bottom), w, h)))
        half = np.array((w / 2, h / 2))
        boxes = np.hstack([middles - half, middles + half])
        bodies, marks = space.shares(boxes)
        cost = np.maximum(bodies - most, 0.0) + _MARK_COST * marks
        for place in (
            np.argsort(cost, kind="stable").tolist() if anywhere else np.flatnonzero(cost == 0).tolist()
        ):
            box = tuple(boxes[place].tolist())
            if space.free(box):
                return Written(hand, lines, tuple(middles[place].tolist()), (box,))
    return None


def _around(box: Box, w: float, h: float) -> Iterator[tuple[float, float]]:
    left, top, right, bottom = box
    x, y = (left + right) / 2, (top + bottom) / 2
    east, west = right + _GAP_MM + w / 2, left - _GAP_MM - w / 2
    below, above = bottom + _GAP_MM + h / 2, top - _GAP_MM - h / 2
    yield from ((east, y), (x, below), (x, above), (west, y))
    yield from ((east, above), (east, below), (west, above), (west, below))
    high, wide = (bottom - top) / 2, (right - left) / 2
    for side in (-1, 1):
        yield from (
            (east, y + side * high),
            (west, y + side * high),
            (x + side * wide, below),
            (x + side * wide, above),
        )


def _hold_mark(spots: Spots, one: int, space: Space) -> None:
    if reach := spots.mark[one] * _MARK_DISC:
        x, y = spots.at[one].tolist()
        space.take((x - reach, y - reach, x + reach, y + reach))


def _readable_on(fill: str) -> str:
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return s.LIGHT.text if 0.3 * red + 0.59 * green + 0.11 * blue > 140 else s.LIGHT.on_bar


# ---- street offices ---------------------------------------------------------------------------------------


def _streets(rows: gpd.GeoDataFrame | None, frame: Frame, space: Space) -> list[Written]:
    """Names of street offices, letterspaced, where they cover least."""
    if rows is None:
        return []
    shapes = np.array(rows.geometry.array, dtype=object)
    seen = paths.visible(shapes, frame.box)
    cut = paths.cut_areas(shapes[seen], frame).area
    found = [_street(name, area, frame, space) for name, area in zip(rows["name"][seen], cut, strict=True)]
    return [one for one in found if one]


def _street(name: str, area: shapely.Geometry, frame: Frame, space: Space) -> Written | None:
    text = lettering.shortened(lettering.clean(str(name)), _WIDEST, weight=700)
    if not text:
        return None
    west, south, east, north = area.bounds
    steps = (np.arange(_STREET_GRID) + 0.5) / _STREET_GRID
    xy = np.array([(west + a * (east - west), south + b * (north - south)) for b in steps for a in steps])
    middle = np.array([[area.centroid.x, area.centroid.y]])
    order = np.argsort(np.hypot(*(xy - middle).T), kind="stable")
    for times in _STREET_SIZES:
        hand = Hand(_em(frame) * times, s.LIGHT.muted, s.LIGHT.halo, 700, 0.35)
        w, h = lettering.block_width((text,), hand) + 0.6, lettering.block_height((text,), hand) + 0.4
        for x, y in paths.on_paper(np.vstack([middle, xy[order]]), frame).tolist():
            box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
            if not space.free(box) or space.covered(box) > 0:
                continue
            if shapely.covers(area, _in_metres(box, frame)):
                space.take(box)
                return Written(hand, (text,), (x, y), (box,))
    return None
