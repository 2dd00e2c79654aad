"""A few shapes of a file as each hypothesis about its coordinates would place them, for the eye that decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import shapely
from shapely import Geometry

MOST_SHAPES = 80
_TOLERANCE_DEG = 1e-5  # about a metre
_DECIMALS = 6


def pictures(shapes: Sequence[Geometry], placed: Mapping[str, Callable[[np.ndarray], np.ndarray]]) -> str:
    """GeoJSON text in stored degrees, property `hypothesis`: at most `MOST_SHAPES` shapes for each code of `placed`.

    `shapes` are as in the file; each callable turns its coordinates (n, 2) into longitude and latitude.
    """
    whole = [shape for shape in shapes if shape is not None and not shape.is_empty]
    step = max(1, -(-len(whole) // MOST_SHAPES))
    chosen = shapely.force_2d(np.array(whole[::step], dtype=object))
    features = [
        {"type": "Feature", "properties": {"hypothesis": code}, "geometry": json.loads(text)}
        for code, convert in placed.items()
        for text in shapely.to_geojson(_simple(shapely.transform(chosen, convert)))
        if text
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def _simple(shapes: np.ndarray) -> np.ndarray:
    finite = np.array(
        [bool(np.isfinite(shapely.get_coordinates(shape)).all()) for shape in shapes], dtype=bool
    )
    simple = shapely.simplify(shapes[finite], _TOLERANCE_DEG)
    return shapely.transform(simple, lambda xy: np.round(xy, _DECIMALS))
