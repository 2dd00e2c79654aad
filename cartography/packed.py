"""Compounds as one block of bytes for the web map: a city's worth in one answer, read without parsing geometry text.

All numbers little endian, in this order; `static/map/packed.js` reads the same:

    uint32 x 4   MAGIC, compounds n, rings, coordinates
    float64 x n  position uncertainty in metres, NaN: not known
    int32 x n    households, MISSING: not known
    int32 x n    rings of each compound, 0: no boundary, only a position
    int32 x 2n   longitudes, then latitudes of a point inside (or of the position)
    int32        coordinates of each ring, without the closing one
    int32        longitudes, then latitudes of all coordinates, each as the difference to the one before
    UTF-8        JSON [[id, …], [name, …]]

Degrees are whole numbers of 1e-7 (about 1 cm). Outer rings run clockwise and holes the other way, so that several
compounds can be filled as one path. Compounds stand in the order of the codes that `web_map` pushes.
"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import shapely

from cartography.layers import drawable, drawn_shapes
from geodata.crs import STORED_CRS, require_crs, to_datum
from geodata.vocabulary import Datum

MAGIC = 0x31505943
MISSING = -(2**31)
PER_DEGREE = 10_000_000
MEDIA_TYPE = "application/vnd.chengyuan.compounds"


def pack(frame: gpd.GeoDataFrame, *, datum: Datum = Datum.CGCS2000) -> bytes:
    """The compounds that can be drawn, in degrees of `datum`; `frame` is the register, EPSG:4490, index `id`.

    Raises NoCrs or WrongCrs for a frame in another system.
    """
    require_crs(frame, STORED_CRS, what="compound")
    shown = drawable(frame)
    shapes = shapely.orient_polygons(to_datum(drawn_shapes(shown), datum), exterior_cw=True)
    rings, of_compound = _rings(shapes)
    corners, of_ring = _corners(rings)
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes)) if len(shapes) else np.empty((0, 2))
    parts = [
        np.array([MAGIC, len(shown), len(rings), len(corners)], "<u4"),
        _numbers(shown, "position_uncertainty_m", np.nan).astype("<f8"),
        _numbers(shown, "households", MISSING).astype("<i4"),
        np.bincount(of_compound, minlength=len(shown)).astype("<i4"),
        _whole(inside).T.ravel(),
        np.bincount(of_ring, minlength=len(rings)).astype("<i4"),
        np.diff(_whole(corners), axis=0, prepend=np.zeros((1, 2), "<i4")).T.ravel(),
    ]
    texts = [list(map(str, shown.index)), list(map(str, shown["name"]))]
    words = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join([*(part.tobytes() for part in parts), words])


def _rings(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every ring, and the place of the compound it belongs to."""
    polygons, of_shape = shapely.get_parts(shapes, return_index=True)
    area = shapely.get_dimensions(polygons) == 2
    rings, of_polygon = shapely.get_rings(polygons[area], return_index=True)
    return rings, of_shape[area][of_polygon]


def _corners(rings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates without the closing one of each ring, and the place of their ring."""
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(of_ring[1:] != of_ring[:-1], True)[: len(of_ring)]
    return corners[~closing], of_ring[~closing]


def _whole(degrees: np.ndarray) -> np.ndarray:
    return np.round(degrees * PER_DEGREE).astype("<i4")


def _numbers(frame: gpd.GeoDataFrame, column: str, missing: float) -> np.ndarray:
    if column not in frame:
        return np.full(len(frame), missing)
    return frame[column].astype("Float64").to_numpy(dtype=float, na_value=missing)
