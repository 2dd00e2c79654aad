"""Where most compounds lie: the box that a map enlarges when a few far ones would make all others small."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from geodata.crs import METRIC_CRS, require_crs

_FEWEST = 12


def core(compounds: gpd.GeoDataFrame, *, share: float = 0.6) -> tuple[float, float, float, float] | None:
    """West, south, east, north (EPSG:4547, metres) around the middle of the compounds, holding about `share` of them.

    The middle is the median of their centres. None for fewer than twelve with a boundary: then there is no core.
    Raises NoCrs or WrongCrs.
    """
    require_crs(compounds, METRIC_CRS, what="compounds")
    shapes = compounds.geometry[~(compounds.geometry.isna() | compounds.geometry.is_empty)]
    if len(shapes) < _FEWEST:
        return None
    centres = shapes.centroid
    places = np.column_stack([centres.x, centres.y])
    middle = np.median(places, axis=0)
    nearest = np.argsort(np.abs(places - middle).max(axis=1), kind="stable")[
        : int(np.ceil(share * len(places)))
    ]
    bounds = shapes.iloc[nearest].total_bounds
    return float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])
