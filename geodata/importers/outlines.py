"""A bounded sample of a file's shapes, so that an investigation takes as long for a large file as for a small one."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]

MOST_FEATURES, MOST_VERTICES, _MOST_OF_ONE = 300, 30_000, 3_000
_LEAST_VERTICES = 24
_LARGEST = 1e9


def sampled(geometries: Geometries) -> tuple[NDArray[np.int64], Geometries]:
    """Positions of the features that are looked at, spread evenly over the file, and their thinned shapes.

    Shapes that are missing, empty, or have coordinates that are no numbers are left out. Flat; of a collection the
    parts of the highest dimension count.
    """
    values = np.asarray(geometries, dtype=object)
    usable = np.flatnonzero(~(shapely.is_missing(values) | shapely.is_empty(values)))
    bounds = shapely.bounds(values[usable])
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(bounds).all(axis=1) & (np.abs(bounds) < _LARGEST).all(axis=1)
    usable = usable[finite]
    kept = usable[
        np.unique(np.linspace(0, len(usable) - 1, min(len(usable), MOST_FEATURES)).astype(np.int64))
    ]
    most = int(np.clip(MOST_VERTICES // max(len(kept), 1), _LEAST_VERTICES, _MOST_OF_ONE))
    shapes = np.empty(len(kept), object)
    shapes[:] = [_thinned(one, most) for one in shapely.force_2d(values[kept])]
    return kept, shapes


def _thinned(shape: shapely.Geometry, most: int) -> shapely.Geometry:
    """A shape with about as many vertices as allowed: the largest parts, each with every n-th of its vertices."""
    if shape.geom_type == "GeometryCollection":
        shape = _highest(shape)
    if shapely.get_num_coordinates(shape) <= most:
        return shape
    parts = shapely.get_parts(shape)
    if len(parts) > 1:
        parts = parts[np.argsort(-shapely.get_num_coordinates(parts), kind="stable")][: max(1, most // 8)]
        each = max(8, most // len(parts))
        return _gathered([_thinned(one, each) for one in parts])
    if shape.geom_type == "Polygon":
        return shapely.Polygon(_every(shapely.get_coordinates(shape.exterior), most))
    if shape.geom_type == "LineString":
        return shapely.LineString(_every(shapely.get_coordinates(shape), most))
    return shape


def _every(xy: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    return xy[np.linspace(0, len(xy) - 1, most).astype(np.int64)]


def _highest(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    parts = np.concatenate([shapely.get_parts(part) for part in parts])
    dimension = shapely.get_dimensions(parts)
    return _gathered(list(parts[dimension == dimension.max()]))


def _gathered(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Parts of one kind as one shape."""
    if len(parts) == 1:
        return parts[0]
    kinds = {0: shapely.MultiPoint, 1: shapely.MultiLineString, 2: shapely.MultiPolygon}
    return kinds[int(shapely.get_dimensions(parts[0]))](parts)
