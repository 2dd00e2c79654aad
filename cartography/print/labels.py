"""Names on a printed map: inside where they fit, else beside, by priority; none touches another or the frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
from cartography.print.paths import Floats, Shapes
from cartography.print.space import Space
from geodata.vocabulary import Labelling

_SEPARATOR = re.compile("[·・]")  # what stands before it is the area, as on the web map
_MARK_DISC = 1.45
_GAP_MM = 0.35
_WIDEST = 12.0  # em of a line of a name
_MOST_COVERED = 0.12
_MOST_OF_SPOTS = 0.02  # where compounds are spots a name would hide whole ones
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
    solid: Shapes | None = None,
    aside: Enlargement | None = None,
) -> list[Written]:
    """All names that find room; `spots.at` moves where a mark makes room for its name, `shown` learns whose name it is.

    `lines`, `solid`: see `ground.Ground`. What an enlargement `aside` shows is named there.
    """
    if content.labelling is Labelling.NONE:
        return []
    space = Space(frame)
    _keep_clear(space, spots, aside)
    streets = _streets(content.layers.get(content.named_areas), frame, space)
    written = list(streets)
    if content.labelling is not Labelling.STREETS:
        order = _order(content, spots, aside)
        important = set(content.important)
        is_first = [record in important for record in spots.rows.index]
        first, others = [one for one in order if is_first[one]], [one for one in order if not is_first[one]]
        written = _names(content, spots, frame, space, first, shown) + written
        written += _names(content, spots, frame, space, others, shown)
    if solid is not None:
        line_names.keep_off(solid, space)
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


@dataclass(frozen=True, slots=True)
class _Block:
    """A name on one line or two, with its size in mm."""

    lines: tuple[str, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a compound: its place in `spots`, its forms, the best first, and whether it may cover others."""

    one: int
    id: str
    hand: Hand
    blocks: tuple[_Block, ...]
    anywhere: bool


def _names(
    content: MapContent, spots: Spots, frame: Frame, space: Space, places: list[int], shown: Shown
) -> list[Written]:
    palette = {term.value: symbol for term, symbol in s.symbols(content.theme).items()}
    names = _texts(content, spots, frame, places)
    offers = _offers(names, spots, space)
    written: list[Written] = []
    for name, offered in zip(names, offers, strict=True):
        one, label = name.one, None
        if spots.area[one] is not None and spots.room[one]:
            symbol = palette[spots.codes[one]]
            ground = s.LIGHT.halo if symbol.fill == s.NO_FILL else symbol.fill
            inner = Hand(name.hand.size, _readable_on(ground), ground, name.hand.weight)
            label = _inside(name.blocks, inner, spots, one, frame, space)
        label = label or _beside(name, offered, space)
        if label is not None:
            space.take_all(label.boxes)
            written.append(label)
        (shown.unnamed if label is None else shown.named).append(name.id)
        _hold_mark(spots, one, space)
    return written


def _texts(content: MapContent, spots: Spots, frame: Frame, places: list[int]) -> list[_Name]:
    """What shall be written, in order."""
    ids, texts = list(spots.rows.index), spots.rows["name"].tolist()
    selected = set(content.selected) if len(content.selected) <= _FEW else set()
    insistent = selected | set(content.important[:_FEW])
    hands = {weight: Hand(_em(frame), s.LIGHT.text, s.LIGHT.halo, weight) for weight in (400, 700)}
    found = []
    for one in places:
        text, chosen = lettering.clean(str(texts[one])), ids[one] in selected
        text = text if chosen else _SEPARATOR.split(text)[-1] or text
        if text:
            hand = hands[700 if chosen else 400]
            found.append(_Name(one, str(ids[one]), hand, _blocks(text, hand), ids[one] in insistent))
    return found


def _blocks(text: str, hand: Hand) -> tuple[_Block, ...]:
    """The name on one line and on two, shortened where it would be wider than a name may be."""
    one = lettering.shortened(text, _WIDEST, weight=hand.weight)
    whole = text if one == text else lettering.shortened(text, 2 * _WIDEST, weight=hand.weight)
    two = lettering.broken(whole, 2, weight=hand.weight)
    if one != text:
        two = tuple(lettering.shortened(line, _WIDEST * 1.2, weight=hand.weight) for line in two)
    forms = [two] if one != text else [(one,), two] if len(two) > 1 else [(one,)]
    return tuple(
        _Block(lines, lettering.block_width(lines, hand), lettering.block_height(lines, hand))
        for lines in forms
    )


def _inside(
    blocks: tuple[_Block, ...], hand: Hand, spots: Spots, one: int, frame: Frame, space: Space
) -> Written | None:
    """The name under its mark, both within the boundary."""
    x, y = spots.at[one].tolist()
    disc = 2 * spots.mark[one] * _MARK_DISC
    for block in blocks:
        gap = _GAP_MM if disc else 0.0
        half_w, half_h = max(block.width, disc) / 2 + _GAP_MM, (block.height + gap + disc) / 2 + _GAP_MM
        whole = (x - half_w, y - half_h, x + half_w, y + half_h)
        if spots.room[one] < min(half_w, half_h) or not space.free(whole):
            continue
        if not shapely.covers(spots.area[one], _in_metres(whole, frame)):
            continue
        spots.at[one, 1] = y - half_h + _GAP_MM + disc / 2
        return Written(hand, block.lines, (x, y + half_h - _GAP_MM - block.height / 2), (whole,))
    return None


def _in_metres(box: Box, frame: Frame) -> shapely.Geometry:
    west, _south, _east, north = frame.box
    per = frame.metres_per_mm
    return shapely.box(west + box[0] * per, north - box[3] * per, west + box[2] * per, north - box[1] * per)


def _beside(name: _Name, offered: list[tuple[Floats, Floats]], space: Space) -> Written | None:
    """The name at the first free place around its boundary or mark; an important one covers others, as little as can be."""
    for block, (boxes, cost) in zip(name.blocks, offered, strict=True):
        order = np.argsort(cost, kind="stable") if name.anywhere else np.flatnonzero(cost == 0)
        for left, top, right, bottom in boxes[order].tolist():
            if space.free((left, top, right, bottom)):
                middle = ((left + right) / 2, (top + bottom) / 2)
                return Written(name.hand, block.lines, middle, ((left, top, right, bottom),))
    return None


def _offers(names: list[_Name], spots: Spots, space: Space) -> list[list[tuple[Floats, Floats]]]:
    """For each form of each name the boxes around its compound where it may stand, and what each costs: what it would
    cover. Looked up for all names at once; 10,000 compounds have 300,000 boxes."""
    bodies = _bodies(spots, space.frame)
    around, sizes, most = [], [], []
    for name in names:
        x, y = spots.at[name.one].tolist()
        reach = float(spots.mark[name.one] * _MARK_DISC)
        for block in name.blocks:
            around.append(bodies[name.one] or (x - reach, y - reach, x + reach, y + reach))
            sizes.append((block.width + 0.4, block.height + 0.2))
            most.append(_MOST_COVERED if reach else _MOST_OF_SPOTS)
    if not names:
        return []
    boxes = _around(np.array(around), np.array(sizes))
    covered, marks = space.shares(boxes.reshape(-1, 4)).reshape(2, len(boxes), -1)
    cost = np.maximum(covered - np.array(most)[:, None], 0.0) + _MARK_COST * marks
    rows = iter(zip(boxes, cost, strict=True))
    return [[next(rows) for _ in name.blocks] for name in names]


def _around(around: Floats, sizes: Floats) -> Floats:
    """Boxes of those sizes around each box, the best first: right, below, above, left, the corners, then along the
    edges (name x place x left, top, right, bottom)."""
    left, top, right, bottom = around.T
    w, h = sizes.T
    x, y = (left + right) / 2, (top + bottom) / 2
    east, west = right + _GAP_MM + w / 2, left - _GAP_MM - w / 2
    below, above = bottom + _GAP_MM + h / 2, top - _GAP_MM - h / 2
    across = (east, x, x, west, east, east, west, west, east, west, left, left, east, west, right, right)
    down = (
        y,
        below,
        above,
        y,
        above,
        below,
        above,
        below,
        top,
        top,
        below,
        above,
        bottom,
        bottom,
        below,
        above,
    )
    middle_x, middle_y = np.column_stack(across), np.column_stack(down)
    half_w, half_h = w[:, None] / 2, h[:, None] / 2
    return np.stack([middle_x - half_w, middle_y - half_h, middle_x + half_w, middle_y + half_h], axis=2)


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
        middles, half = paths.on_paper(np.vstack([middle, xy[order]]), frame), np.array((w / 2, h / 2))
        boxes = np.hstack([middles - half, middles + half])
        for left, top, right, bottom in boxes[space.shares(boxes)[0] == 0].tolist():
            box = (left, top, right, bottom)
            if space.free(box) and shapely.covers(area, _in_metres(box, frame)):
                space.take(box)
                return Written(hand, (text,), ((left + right) / 2, (top + bottom) / 2), (box,))
    return None
