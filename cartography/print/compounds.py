"""Compounds on a printed map: filled by theme, outlined by boundary status, marked where there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from cartography import symbology as s
from cartography.print import paths
from cartography.print.content import MapContent, Shown
from cartography.print.paper import Frame
from cartography.print.paths import Flags, Floats, Shapes
from cartography.print.style import Styles
from cartography.symbology import Symbol
from geodata.crs import metres
from geodata.vocabulary import BoundaryStatus

_UNKNOWN = "unknown"
_ROOM_FOR_MARK = 1.7
_ROOM_FOR_SMALL, _SMALL = 1.05, 0.6
_PER_ROW = 5
_CIRCLE_QUARTER = 24


@dataclass(eq=False)
class Spots:
    """Every compound that can be seen, with the place of its mark and name.

    `area`: its visible part in metres (None: only a position); `at`: pole of inaccessibility or position, mm on
    paper; `room`: how far it is from there to the boundary, mm; `mark`: radius of its mark, mm, 0 without.
    """

    rows: gpd.GeoDataFrame
    area: Shapes
    at: Floats
    room: Floats
    mark: Floats
    codes: NDArray[np.object_]
    hold: Flags
    outlines: list[str] = field(default_factory=list)


def draw_compounds(
    content: MapContent, frame: Frame, styles: Styles, shown: Shown
) -> tuple[list[str], Spots]:
    """Areas and circles, and where marks and names may stand; `shown` learns what is in the frame."""
    rows = content.layers.get("compound")
    if rows is None or not len(rows):
        return [], _no_spots()
    boundary, position = _where(rows, as_points=content.as_points)
    shown.nowhere = int((~boundary & shapely.is_empty(position)).sum())
    parts = [] if content.as_points else _uncertain(*_circles(rows, position), frame, styles, shown)
    shapes = np.where(boundary, np.array(rows.geometry.array, dtype=object), position)
    seen = paths.visible(shapes, frame.box)
    shown.outside = int((~seen & ~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)).sum())
    spots = _spots(content, rows[seen], shapes[seen], boundary[seen], frame, styles)
    if seen.any():
        shown.records["compound"] = [str(record) for record in rows.index[seen]]
    shown.codes = Counter(spots.codes.tolist())
    shown.hold = int(spots.hold.sum())
    return [*parts, *_areas(content, spots, frame, styles, shown)], spots


def _no_spots() -> Spots:
    none = np.empty(0)
    objects = np.empty(0, dtype=object)
    rows = gpd.GeoDataFrame({"name": [], "boundary_status": []}, geometry=[])
    return Spots(rows, objects, np.empty((0, 2)), none, none, objects, none.astype(bool))


def _where(rows: gpd.GeoDataFrame, *, as_points: bool) -> tuple[Flags, Shapes]:
    """Whether each compound has a boundary to draw, and the point where it is known to be otherwise."""
    geometry = np.array(rows.geometry.array, dtype=object)
    drawn = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    lon, lat = (
        rows[name].to_numpy(float) if name in rows else np.full(len(rows), np.nan)
        for name in ("position_lon", "position_lat")
    )
    point = np.full(len(rows), shapely.Point(), dtype=object)
    known = np.isfinite(lon) & np.isfinite(lat)
    point[known] = metres(shapely.points(lon[known], lat[known]))
    inside = drawn & (as_points & ~known | (shapely.get_dimensions(geometry) < 2))
    point[inside] = shapely.point_on_surface(geometry[inside])
    return drawn & (shapely.get_dimensions(geometry) == 2) & (not as_points), point


# ---- circles of what is only roughly known ----------------------------------------------------------------


def _circles(rows: gpd.GeoDataFrame, position: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    """A circle of the true radius around each position that stands for a missing boundary, each circle once; and how
    many compounds it stands for."""
    geometry = np.array(rows.geometry.array, dtype=object)
    alone = (shapely.is_missing(geometry) | shapely.is_empty(geometry)) & ~shapely.is_empty(position)
    radius = rows["position_uncertainty_m"].to_numpy(float) if "position_uncertainty_m" in rows else None
    if radius is None or not alone.any():
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    alone &= np.isfinite(radius) & (radius > 0)
    keys = np.column_stack([shapely.get_coordinates(position[alone]), radius[alone]])
    once, members = np.unique(keys, axis=0, return_counts=True)
    return shapely.buffer(shapely.points(once[:, :2]), once[:, 2], quad_segs=_CIRCLE_QUARTER), members


def _uncertain(
    circles: Shapes, members: NDArray[np.int64], frame: Frame, styles: Styles, shown: Shown
) -> list[str]:
    if not len(circles):
        return []
    here = paths.visible(circles, frame.box)
    seen, shown.uncertain = circles[here], int(members[here].sum())
    cut = paths.cut_areas(seen, frame)
    fill, line = paths.path_data(cut.area, frame), paths.path_data(cut.line, frame)
    return [
        f"<g {styles.fill(s.UNCERTAIN)}>{_each(fill)}</g>",
        f'<g fill="none" {styles.stroke(s.UNCERTAIN)}>{_each(line)}</g>',
    ]


# ---- areas ------------------------------------------------------------------------------------------------


def _spots(
    content: MapContent, rows: gpd.GeoDataFrame, shapes: Shapes, boundary: Flags, frame: Frame, styles: Styles
) -> Spots:
    area = np.full(len(rows), None, dtype=object)
    cut = paths.cut_areas(shapes[boundary], frame)
    area[boundary] = cut.area
    outlines = [""] * len(rows)
    for place, text in zip(np.flatnonzero(boundary), paths.path_data(cut.line, frame), strict=True):
        outlines[place] = text
    at, room = _poles(area, shapes, frame, styles)
    at[~boundary] = _in_rows(at[~boundary], styles.mark_mm)
    mark = np.select(
        [~boundary, room >= styles.mark_mm * _ROOM_FOR_MARK, room >= styles.mark_mm * _ROOM_FOR_SMALL],
        [styles.mark_mm, styles.mark_mm, styles.mark_mm * _SMALL],
        0.0,
    )
    if content.bare:
        mark[boundary] = 0.0
    codes = content.codes.reindex(rows.index).fillna(_UNKNOWN).astype(str).to_numpy(object)
    hold = content.hold.reindex(rows.index).fillna(False).to_numpy(bool)
    return Spots(rows, area, at, room, mark, codes, hold, outlines)


def _poles(area: Shapes, shapes: Shapes, frame: Frame, styles: Styles) -> tuple[Floats, Floats]:
    """Pole of inaccessibility of what is large enough for a mark, else a point inside; both in mm, with the room."""
    points = np.where(shapely.is_missing(area), shapes, area)
    at = paths.on_paper(shapely.get_coordinates(shapely.centroid(points)), frame)
    room = np.zeros(len(area))
    west, south, east, north = shapely.bounds(area).T
    least = 2 * styles.mark_mm * _ROOM_FOR_SMALL * frame.metres_per_mm
    with np.errstate(invalid="ignore"):
        large = np.minimum(east - west, north - south) >= least
    tolerance = 0.3 * styles.mark_mm * frame.metres_per_mm
    radius = shapely.maximum_inscribed_circle(area[large], tolerance=tolerance)
    at[large] = paths.on_paper(shapely.get_coordinates(shapely.get_point(radius, 0)), frame)
    room[large] = shapely.length(radius) / frame.metres_per_mm
    return at, room


def _in_rows(at: Floats, radius: float) -> Floats:
    """Marks at the same position side by side, in rows, around it."""
    if not len(at):
        return at
    _, which, count = np.unique(np.round(at, 3), axis=0, return_inverse=True, return_counts=True)
    placed = np.array(at)
    step = radius * 3.1
    for group in np.flatnonzero(count > 1):
        members = np.flatnonzero(which == group)
        row, column = np.divmod(np.arange(len(members)), _PER_ROW)
        width = np.minimum(len(members) - row * _PER_ROW, _PER_ROW)
        placed[members, 0] += (column - (width - 1) / 2) * step
        placed[members, 1] += (row - row.max() / 2) * step
    return placed


def _areas(content: MapContent, spots: Spots, frame: Frame, styles: Styles, shown: Shown) -> Iterator[str]:
    filled = paths.path_data(spots.area, frame)
    status = spots.rows["boundary_status"].to_numpy(object)
    for term, symbol in s.symbols(content.theme).items():
        mine = np.flatnonzero((spots.codes == term.value) & ~shapely.is_missing(spots.area))
        if not len(mine):
            continue
        yield f"<g {styles.fill(symbol)}>{_each([filled[place] for place in mine])}</g>"
        for one in BoundaryStatus:
            lines = [spots.outlines[place] for place in mine if status[place] == one.value]
            if lines:
                dash = s.BOUNDARY_DASH[one] or symbol.dash
                yield f'<g fill="none" {styles.stroke(symbol, dash=dash, grown=styles.fineness)}>{_each(lines)}</g>'
    yield from _rings(spots, np.flatnonzero(spots.hold), s.HOLD, styles)
    chosen = np.flatnonzero(spots.rows.index.isin(content.selected))
    shown.selected = sum(bool(spots.outlines[place]) for place in chosen)
    yield from _rings(spots, chosen, s.SELECTED, styles)


def _rings(spots: Spots, places: NDArray[np.int64], symbol: Symbol, styles: Styles) -> Iterator[str]:
    """An outline on a light one, so that it stands out from any fill."""
    lines = _each([spots.outlines[place] for place in places])
    if lines:
        halo = styles.stroke(replace(symbol, stroke=s.LIGHT.halo), grown=styles.fineness, more=1.6)
        yield f'<g fill="none" stroke-linejoin="round" {halo}>{lines}</g>'
        yield f'<g fill="none" stroke-linejoin="round" {styles.stroke(symbol, grown=styles.fineness)}>{lines}</g>'


def _each(data: list[str]) -> str:
    return "".join(f'<path d="{one}"/>' for one in data if one)


# ---- marks ------------------------------------------------------------------------------------------------


def marks(content: MapContent, spots: Spots, styles: Styles) -> str:
    """Status marks, so that the map can be read without colours; a heritage matter has its own beside it."""
    palette = {term.value: symbol for term, symbol in s.symbols(content.theme).items()}
    places = np.flatnonzero(spots.mark > 0)
    at = np.rint(spots.at * paths.UNITS).astype(int).tolist()
    used = []
    for place in places.tolist():
        (x, y), radius = at[place], float(spots.mark[place])
        beside = round(radius * paths.UNITS * 1.5) if spots.hold[place] else 0
        name = styles.mark(palette[spots.codes[place]], radius)
        used.append(f'<use href="#{name}" x="{x - beside}" y="{y}"/>')
        if beside:
            used.append(f'<use href="#{styles.mark(s.HOLD, radius)}" x="{x + beside}" y="{y}"/>')
    return "".join(used)
