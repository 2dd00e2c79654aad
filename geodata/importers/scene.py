"""What evidence about a file's coordinates is made of: its kinds, a measure, the stored features in metres."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Metres = NDArray[np.float64]

LARGE_M2 = 250_000.0
_SMALLEST_M2 = 200.0


class Kind(StrEnum):
    """Kinds of evidence, strongest first."""

    NAMES = "names"
    OUTLINES = "outlines"
    PLACES = "places"
    LINES = "lines"
    STREETS = "streets"
    CONFLICTS = "conflicts"


@dataclass(frozen=True, slots=True)
class Measured:
    """Distances (m) of units by readings. `matched` counts the features behind them.

    `also` holds a second table where a kind has one: overlap shares of pairs, or whether a road is near.
    """

    kind: Kind
    distances: Metres
    groups: NDArray[np.int64]
    matched: int
    also: Metres | None = None
    wide: bool = True


@dataclass(frozen=True)
class Scene:
    """Stored features in metres, and what of them goes with which feature of the file.

    `paired` are positions of features with their stored shape in `partners`; `named` likewise with the street
    office that the row names in `homes`.
    """

    district: Geometries
    streets: Geometries
    roads: Geometries
    wall: Geometries
    compounds: Geometries
    paired: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    partners: Geometries = field(default_factory=lambda: np.empty(0, object))
    named: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    homes: Geometries = field(default_factory=lambda: np.empty(0, object))

    @cached_property
    def outlines(self) -> Geometries:
        """Large stored areas."""
        every = np.concatenate([self.district, self.streets])
        return valid(every[shapely.area(every) >= LARGE_M2])

    @cached_property
    def road_tree(self) -> shapely.STRtree:
        """Straight pieces of all roads."""
        return shapely.STRtree(_straight(self.roads))

    @cached_property
    def line_tree(self) -> shapely.STRtree:
        """Straight pieces of roads and wall."""
        return shapely.STRtree(_straight(np.concatenate([self.roads, self.wall])))

    @cached_property
    def compound_tree(self) -> shapely.STRtree:
        """Stored compounds."""
        return shapely.STRtree(valid(self.compounds))


def valid(shapes: Geometries) -> Geometries:
    """The same areas without self-crossings; what collapses is empty."""
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return shapes
    mended = shapes.copy()
    mended[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return mended


def _straight(shapes: Geometries) -> Geometries:
    """Lines (and outlines) as single segments."""
    lines = shapely.get_parts(shapes)
    xy, at = shapely.get_coordinates(lines, return_index=True)
    joined = at[1:] == at[:-1]
    ends = np.stack([xy[:-1][joined], xy[1:][joined]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object) if len(ends) else np.empty(0, object)


def is_area(shapes: Geometries) -> NDArray[np.bool_]:
    """Which shapes are polygons."""
    return np.asarray(shapely.get_dimensions(shapes) == 2)


def shared(one: Geometries, other: Geometries) -> Metres:
    """Intersection over union, pairwise."""
    common = shapely.area(shapely.intersection(one, other))
    return np.asarray(common / np.maximum(shapely.area(one) + shapely.area(other) - common, 1e-9))


def is_small(shapes: Geometries) -> NDArray[np.bool_]:
    """Which shapes are of the size of compounds."""
    area = shapely.area(shapes)
    return np.asarray(is_area(shapes) & (area >= _SMALLEST_M2) & (area < LARGE_M2))


def longest(outline: shapely.Geometry) -> shapely.Geometry:
    """The longest part of a line."""
    parts = shapely.get_parts(outline)
    return parts[int(np.argmax(shapely.length(parts)))]
