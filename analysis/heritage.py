"""Where compounds lie beside the heritage lines and zones; no verdict is drawn from any of it.

Distances are to the drawn wall lines, which are schematic, and never to the site: the site covers about 25 km²,
its statutory limits are not in the data. A compound without boundary gets no answer ("unknown"), never "outside".
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import METRIC_CRS, require_crs


def touched(compounds: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, least_m2: float = 1.0) -> pd.DataFrame:
    """Pairs of compound and area that overlap by at least `least_m2` (touching an edge is not overlapping).

    Both frames EPSG:4547 (raises NoCrs, WrongCrs). Columns: compound_id, area_id, overlap_m2, share (of the
    compound). Rows without geometry take no part.
    """
    require_crs(compounds, METRIC_CRS, what="compounds")
    require_crs(areas, METRIC_CRS, what="areas")
    left = compounds[~compounds.geometry.isna()]
    right = areas[~areas.geometry.isna()]
    empty = pd.DataFrame(columns=["compound_id", "area_id", "overlap_m2", "share"])
    if left.empty or right.empty:
        return empty
    tree = shapely.STRtree(left.geometry.to_numpy())
    which, hit = tree.query(right.geometry.to_numpy(), predicate="intersects")
    mine, theirs = _sound(left.geometry.to_numpy()[hit]), _sound(right.geometry.to_numpy()[which])
    overlap = shapely.area(shapely.intersection(mine, theirs))
    pairs = pd.DataFrame(
        {
            "compound_id": left.index.to_numpy()[hit],
            "area_id": right.index.to_numpy()[which],
            "overlap_m2": overlap,
            "share": overlap / shapely.area(mine),
        }
    )
    return pairs[pairs["overlap_m2"] >= least_m2].reset_index(drop=True)


def _sound(shapes: np.ndarray) -> np.ndarray:
    """The shapes with those that cross themselves mended, so that one stored fault does not stop every comparison."""
    bad = ~shapely.is_valid(shapes)
    mended = shapes.copy()
    mended[bad] = shapely.make_valid(shapes[bad], method="structure")
    return mended


def wall_distance(compounds: gpd.GeoDataFrame, wall: gpd.GeoDataFrame) -> pd.Series:
    """Shortest distance in metres from each boundary to the wall lines given; NaN without boundary or wall.

    Both frames EPSG:4547. Series named `distance_m`, index of `compounds`.
    """
    require_crs(compounds, METRIC_CRS, what="compounds")
    require_crs(wall, METRIC_CRS, what="wall")
    result = pd.Series(np.nan, index=compounds.index, name="distance_m")
    known = ~compounds.geometry.isna().to_numpy()
    if not known.any() or wall.empty:
        return result
    tree = shapely.STRtree(shapely.get_parts(wall.geometry.to_numpy()))
    at, distance = tree.query_nearest(
        compounds.geometry.to_numpy()[known], return_distance=True, all_matches=False
    )
    nearest = np.full(known.sum(), np.nan)
    nearest[at[0]] = distance
    result[known] = nearest
    return result
