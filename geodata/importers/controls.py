"""What the district already holds that a file's coordinates can be held against, and which rows are whose."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.importers.naming import listed, plain_in

if TYPE_CHECKING:
    import pandas as pd

Geometries = NDArray[np.object_]

CONTROL_LAYERS = ("district", "street_office", "basemap_line", "heritage_line", "compound", "renewal_area")
"""Layers that `controls_of` reads from the store."""

_NAMED = ("district", "street_office", "renewal_area", "compound")
_MOST_POSITION_ERROR_M = 60.0
_LIKE_IN_AREA = 4.0
_M2_PER_SQUARE_DEGREE = 111_000.0 * 91_500.0
_LARGEST_COMPOUND_M2 = 2e5


def _none() -> Geometries:
    return np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class Controls:
    """Features that the district holds, in CGCS2000 degrees. Everything may be empty: then less can be told.

    `by_key` maps an id, and a name that only one record has, to the shapes of that record; `street_by_key` the same
    for street offices alone.
    """

    district: Geometries = field(default_factory=_none)
    streets: Geometries = field(default_factory=_none)
    roads: Geometries = field(default_factory=_none)
    wall: Geometries = field(default_factory=_none)
    compounds: Geometries = field(default_factory=_none)
    by_key: Mapping[str, tuple[BaseGeometry, ...]] = field(default_factory=dict)
    street_by_key: Mapping[str, BaseGeometry] = field(default_factory=dict)

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees of the district, else of its street offices; None without both."""
        for shapes in (self.district, self.streets):
            if len(shapes):
                west, south, east, north = shapely.total_bounds(shapes)
                return float(west), float(south), float(east), float(north)
        return None

    def candidates(self, values: Mapping[str, Any]) -> tuple[BaseGeometry, ...]:
        """Shapes of the stored records whose id or only name stands in a row."""
        found = (self.by_key.get(key) for key in _keys(values.values()))
        return tuple(shape for shapes in found if shapes for shape in shapes)

    def street(self, values: Mapping[str, Any]) -> BaseGeometry | None:
        """The street office that a row names, when it names exactly one."""
        found = {id(shape): shape for key in _keys(values.values()) if (shape := self.street_by_key.get(key))}
        return next(iter(found.values())) if len(found) == 1 else None


def _keys(values: Iterable[Any]) -> Iterable[str]:
    """Texts of a row under which a record may be known."""
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool):
            yield str(value)
        elif isinstance(value, str) and value.strip():
            yield from dict.fromkeys(
                (value.strip(), plain_in("compound", value), plain_in("street_office", value))
            )


def controls_of(frames: Mapping[str, pd.DataFrame]) -> Controls:
    """Controls from frames of the store by layer (`CONTROL_LAYERS`; those that are missing are empty)."""
    shapes = {layer: _shapes(frames.get(layer)) for layer in CONTROL_LAYERS}
    named: dict[str, dict[str, BaseGeometry]] = {layer: _by_key(frames.get(layer), layer) for layer in _NAMED}
    every: dict[str, list[BaseGeometry]] = defaultdict(list)
    for one in named.values():
        for key, shape in one.items():
            every[key].append(shape)
    return Controls(
        district=shapes["district"],
        streets=shapes["street_office"],
        roads=shapes["basemap_line"],
        wall=shapes["heritage_line"],
        compounds=shapes["compound"],
        by_key={key: tuple(found) for key, found in every.items()},
        street_by_key=named["street_office"],
    )


def _shapes(frame: pd.DataFrame | None) -> Geometries:
    if frame is None or "geometry" not in frame:
        return _none()
    values = np.asarray(frame["geometry"].to_numpy(), dtype=object)
    return values[~(shapely.is_missing(values) | shapely.is_empty(values))]


def _by_key(frame: pd.DataFrame | None, layer: str) -> dict[str, BaseGeometry]:
    """Shapes by id and by every name that stands for one record alone."""
    if frame is None or "geometry" not in frame:
        return {}
    holders: dict[str, set[str]] = defaultdict(set)
    where: dict[str, BaseGeometry] = {}
    for record in frame.reset_index().to_dict("records"):
        shape = _place(record)
        if shape is None:
            continue
        identity = str(record["id"])
        where[identity] = shape
        for name in _names(record, layer):
            holders[name].add(identity)
    names = {name: where[next(iter(ids))] for name, ids in holders.items() if len(ids) == 1}
    return names | where


def _names(record: Mapping[str, Any], layer: str) -> Iterable[str]:
    aliases = record.get("aliases")
    former = listed(aliases) if isinstance(aliases, str) else ()
    return {plain_in(layer, name) for name in (record.get("name"), *former) if isinstance(name, str)} - {""}


def _place(record: Mapping[str, Any]) -> BaseGeometry | None:
    """The boundary of a record, else its position when that is known well enough."""
    shape = record.get("geometry")
    if isinstance(shape, BaseGeometry) and not shape.is_empty:
        return shape
    lon, lat, error = (record.get(f"position_{part}") for part in ("lon", "lat", "uncertainty_m"))
    known = all(isinstance(one, float) and np.isfinite(one) for one in (lon, lat, error))
    return shapely.Point(lon, lat) if known and error <= _MOST_POSITION_ERROR_M else None  # type: ignore[operator]


def pairs_of(
    rows: Sequence[Mapping[str, Any]], shapes: Geometries, controls: Controls
) -> dict[int, BaseGeometry]:
    """Position of a row → the stored shape of the same record, told by id or name.

    A row may name a compound and its street office: the shape that is likest in area goes with it, when that is
    within a factor of four. A point stands for a compound only; a line for nothing: a road and an office may share
    a name. `shapes` are in metres.
    """
    found = {}
    areas, lines = shapely.area(shapes), shapely.get_dimensions(shapes) == 1
    for at, values in enumerate(rows):
        likely = None if lines[at] else _likest(controls.candidates(values), float(areas[at]))
        if likely is not None:
            found[at] = likely
    return found


def _likest(candidates: Sequence[BaseGeometry], area_m2: float) -> BaseGeometry | None:
    stored = [(one.area * _M2_PER_SQUARE_DEGREE, one) for one in candidates]
    if area_m2 == 0:
        small = [one for area, one in stored if area < _LARGEST_COMPOUND_M2]
        return small[0] if len({id(one) for one in small}) == 1 else None
    alike = [
        (abs(math.log(area / area_m2)), one)
        for area, one in stored
        if area and 1 / _LIKE_IN_AREA <= area / area_m2 <= _LIKE_IN_AREA
    ]
    if alike:
        return min(alike, key=lambda pair: pair[0])[1]
    places = [one for area, one in stored if area == 0]
    return places[0] if len(places) == 1 and area_m2 < _LARGEST_COMPOUND_M2 else None
