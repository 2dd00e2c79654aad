"""Where most compounds lie: the box that a map enlarges when a few far ones would make all others small."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from geodata.crs import METRIC_CRS, require_crs

Box = tuple[float, float, float, float]

_FEWEST = 12


def core(compounds: gpd.GeoDataFrame, *, share: float = 0.6) -> Box | None:
    """West, south, east, north (EPSG:4547, metres) around the middle of the compounds, holding about `share` of them.

    The middle is the median of their centres. None for fewer than twelve with a boundary: then there is no core.
    Raises NoCrs or WrongCrs.
    """
    return next(iter(cores(compounds, shares=(share,))), None)


def cores(compounds: gpd.GeoDataFrame, *, shares: Sequence[float]) -> list[Box]:
    """The core (see `core`) for each share; none at all for fewer than twelve compounds."""
    require_crs(compounds, METRIC_CRS, what="compounds")
    shapes = compounds.geometry[~(compounds.geometry.isna() | compounds.geometry.is_empty)]
    if len(shapes) < _FEWEST:
        return []
    centres, bounds = shapes.centroid, shapes.bounds.to_numpy()
    places = np.column_stack([centres.x, centres.y])
    away = np.abs(places - np.median(places, axis=0)).max(axis=1)
    nearest = bounds[np.argsort(away, kind="stable")]
    held = (nearest[: int(np.ceil(share * len(places)))] for share in shares)
    edges = (np.concatenate([rows[:, :2].min(axis=0), rows[:, 2:].max(axis=0)]).tolist() for rows in held)
    return [(west, south, east, north) for west, south, east, north in edges]
