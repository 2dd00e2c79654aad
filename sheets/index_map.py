"""The index map of an atlas (索引图): the number of every part at its place, enlarged where numbers find no room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cartography.print import legend, measures
from cartography.print.content import Drawing, MapContent
from cartography.print.frame import draw
from cartography.print.lettering import Written
from cartography.print.paper import Frame, fitted
from cartography.print.template import Layout
from geodata.crs import METRIC_CRS, STORED_CRS
from geodata.vocabulary import AtlasBy, Labelling, Paper
from sheets import fields, mapping
from sheets.atlas_parts import GROUPED, Part
from sheets.atlas_setup import Atlas
from sheets.register import Register
from sheets.setup import SCALES

BELOW_MM = 29.0
"""What stands below an index map (legend, scale, note), mm of an A3 sheet."""

_MOST_ENLARGED = 5
_WORTH_IT = 0.7
_CROWDS = (0.85, 0.6, 0.4, 0.25)
_ROOM_M = 120.0
_SMALL_SCALES = (200_000, 500_000, 1_000_000)
_BAR_MM = 42.0
_TICKS_MM = 45.0


@dataclass(frozen=True, eq=False)
class IndexMap:
    """Maps as templates read them, their pictures, the records drawn, and parts without number on any of the maps:
    `crowded` found no room, `nowhere` have no place."""

    maps: list[dict[str, Any]]
    files: dict[str, bytes]
    drawn: list[pd.DataFrame]
    crowded: list[Part]
    nowhere: list[Part]


def build(atlas: Atlas, register: Register, parts: Sequence[Part], lay: Layout) -> IndexMap:
    """The whole of the atlas first, then up to five enlargements of where numbers found no room."""
    content = _content(atlas, register, parts)
    places = _places(content, parts)
    below = BELOW_MM * lay.unit
    width = round(lay.width - 2 * lay.margin - 2 * lay.tick, 3)
    height = round(
        lay.height - 2 * lay.margin - lay.head - lay.foot - 2 * lay.unit - 2 * lay.tick - below - 1, 3
    )
    whole = _frame(atlas, content, register, places, (width, height))
    made: list[tuple[Frame, Drawing]] = []
    missing, drawn_at = dict(places), dict.fromkeys(places, float(whole.scale))
    frame: Frame | None = whole
    while frame is not None:
        made.append((frame, _drawn(content, frame, parts)))
        for number in _written(made[-1][1], parts):
            missing.pop(number, None)
        for number, shape in missing.items():
            if shapely.box(*frame.box).covers(shapely.centroid(shape)):
                drawn_at[number] = min(drawn_at[number], frame.scale)
        enough = len(made) > _MOST_ENLARGED
        frame = None if enough else _nearer(missing, drawn_at, (width, height), atlas.setup.paper)
    index = IndexMap(
        [], {}, [], [part for part in parts if part.number in missing],
        [part for part in parts if part.number not in places],
    )  # fmt: skip
    for number, (one, drawing) in enumerate(made):
        _add(index, number, one, drawing, content, parts, atlas, lay)
    index.maps[0]["frames"] = [
        {"label": str(number)} | _inside(one, whole) for number, (one, _) in enumerate(made[1:], 2)
    ]
    return index


def _content(atlas: Atlas, register: Register, parts: Sequence[Part]) -> MapContent:
    """What the index map draws: the parts under their numbers; other compounds not at all."""
    compounds = atlas.by in (AtlasBy.COMPOUND, AtlasBy.REPORT)
    ids = tuple(part.id for part in parts if part.layer == "compound") if compounds else atlas.setup.compounds
    needed = {"areas", "compounds"} if atlas.by is AtlasBy.AREA else {"compounds"}
    off = ({*atlas.setup.off} - needed) | {"zones", "reference", "hold"}
    setup = atlas.setup.changed(compounds=ids, selected=None, off=tuple(sorted(off)))
    shown = mapping.content(setup, register)
    layers = dict(shown.layers)
    area = GROUPED[atlas.by][2] if atlas.by in GROUPED else "street_office"
    names = {part.id: f"{part.number} {part.title}" for part in parts if part.layer == area}
    if names:
        rows = layers[area]
        layers[area] = rows.assign(name=[names.get(one, "") for one in rows.index])
    if compounds and "compound" in layers:
        numbers = {part.id: part.number for part in parts if part.layer == "compound"}
        layers["compound"] = layers["compound"].assign(
            name=[numbers[one] for one in layers["compound"].index]
        )
    labelling = Labelling.NAMES if compounds else Labelling.STREETS
    return replace(shown, layers=layers, labelling=labelling, important=(), named_areas=area, bare=True)


def _places(content: MapContent, parts: Sequence[Part]) -> dict[str, shapely.Geometry]:
    """Where each part lies (EPSG:4547), by its number; parts without a place are left out."""
    found: dict[str, shapely.Geometry] = {}
    for layer in {part.layer for part in parts} & set(content.layers):
        rows = content.layers[layer]
        shape = rows.geometry.copy()
        if {"position_lon", "position_lat"} <= set(rows):
            known = shapely.points(rows[["position_lon", "position_lat"]].to_numpy(float, na_value=np.nan))
            points = gpd.GeoSeries(known, index=rows.index, crs=STORED_CRS).to_crs(METRIC_CRS)
            shape = shape.where(~(shape.isna() | shape.is_empty), points)
        for part in parts:
            one = shape.get(part.id) if part.layer == layer else None
            if one is not None and not one.is_empty and np.isfinite(one.bounds).all():
                found[part.number] = one
    return found


def _frame(
    atlas: Atlas, content: MapContent, register: Register, places: dict[str, Any], size: tuple[float, float]
) -> Frame:
    """Around all parts; around the district where nothing has a place."""
    shapes = np.array(list(places.values()), dtype=object)
    box = tuple(shapely.total_bounds(shapes).tolist()) if places else None
    box = box or mapping.extent(atlas.setup.changed(view=None), content, register)
    scales = (*SCALES, *range(15_000, 100_000, 5_000), *_SMALL_SCALES)
    return fitted(box, width=size[0], height=size[1], scales=scales, paper=atlas.setup.paper)


def _nearer(
    missing: dict[str, shapely.Geometry], drawn_at: dict[str, float], size: tuple[float, float], paper: Paper
) -> Frame | None:
    """A frame around the largest crowd of parts without a number that it shows at a clearly larger scale than any
    map so far; None when there is none."""
    if not missing:
        return None
    centres = shapely.get_coordinates(shapely.centroid(np.array(list(missing.values()), dtype=object)))
    scales = np.array([drawn_at[number] for number in missing])
    middle = np.argmin(np.abs(centres - np.median(centres, axis=0)).max(axis=1))
    near = np.argsort(np.abs(centres - centres[middle]).max(axis=1), kind="stable")
    for share in _CROWDS:
        crowd = near[: max(int(np.ceil(share * len(near))), 1)]
        west, south = centres[crowd].min(axis=0) - _ROOM_M
        east, north = centres[crowd].max(axis=0) + _ROOM_M
        box = (float(west), float(south), float(east), float(north))
        frame = fitted(box, width=size[0], height=size[1], scales=SCALES, paper=paper)
        if frame.scale <= np.median(scales[crowd]) * _WORTH_IT:
            return frame
    return None


def _drawn(content: MapContent, frame: Frame, parts: Sequence[Part]) -> Drawing:
    """The map with names of areas beside their numbers; where these find no room, with the number alone."""
    drawing = draw(content, frame)
    lost = {part.id for part in parts} - {part.id for part in _written(drawing, parts).values()}
    rows = content.layers.get(content.named_areas)
    if rows is None or not lost & set(rows.index):
        return drawing
    bare = [name.split(" ")[0] if one in lost else name for one, name in rows["name"].items()]
    layers = {**content.layers, content.named_areas: rows.assign(name=bare)}
    return draw(replace(content, layers=layers), frame)


def _written(drawing: Drawing, parts: Sequence[Part]) -> dict[str, Part]:
    """The parts whose numbers stand on a map, by their number."""
    known = {part.number: part for part in parts}
    found = (known.get(_number(one)) for one in drawing.names)
    return {part.number: part for part in found if part}


def _number(one: Written) -> str:
    return "".join(one.lines).split(" ")[0]


def _add(
    index: IndexMap, number: int, frame: Frame, drawing: Drawing, content: MapContent, parts: Sequence[Part],
    atlas: Atlas, lay: Layout,
) -> None:  # fmt: skip
    name, known = f"index-{number}", {part.number: place for place, part in enumerate(parts)}
    groups, pictures = legend.build(content, drawing.shown, prefix=name)
    ticks = _TICKS_MM * lay.unit if fields.has_ticks(atlas.setup) else None
    links = [
        {"part": known[_number(one)], "x": x, "y": y, "width": right - x, "height": bottom - y}
        for one in drawing.names
        for x, y, right, bottom in one.boxes
        if _number(one) in known
    ]
    index.maps.append(
        {
            "map": fields.map_of(frame, f"{name}.svg", ticks_mm=ticks),
            "legend": groups,
            "scale_bar": measures.scale_bar(frame.scale, longest_mm=lay.unit * _BAR_MM),
            "north": measures.north(frame),
            "links": links,
            "frames": [],
        }
    )
    index.files.update({f"{name}.svg": drawing.svg.encode(), **pictures})
    index.drawn.extend(fields.drawn(content, drawing.shown))


def _inside(inner: Frame, outer: Frame) -> dict[str, float]:
    """Where one frame lies on the map of another, in mm from its left and top; cut to that map."""
    west, south, east, north = outer.box
    left, bottom, right, top = inner.box
    left, right, bottom, top = max(left, west), min(right, east), max(bottom, south), min(top, north)
    places = {"x": left - west, "y": north - top, "width": right - left, "height": top - bottom}
    return {name: round(metres / outer.metres_per_mm, 3) for name, metres in places.items()}
