"""Coordinate systems and datums: stored EPSG:4490, measured EPSG:4547, displayed EPSG:4326.

Axis order inside the product is always x, y (longitude, latitude or easting, northing).
GCJ-02 and BD-09 are datums of a source, not coordinate systems of ours: they are converted at the door.

The offset formula is the published one that `wgs84_to_gcj02` reproduces (Krasovsky 1940 ellipsoid, the
widely documented series); BD-09 adds the documented polar shift to GCJ-02.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.errors import BadValue, NoCrs, WrongCrs
from geodata.vocabulary import Datum

if TYPE_CHECKING:
    import geopandas as gpd  # the child process that reads people's files does without

STORED_CRS = "EPSG:4490"
METRIC_CRS = "EPSG:4547"
DISPLAY_CRS = "EPSG:4326"
METRIC_PROJECTION = "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
"""The measuring CRS in the words of Proj4js, for the browser; a test holds that both agree."""

Coordinates = NDArray[np.float64]

_A = 6378245.0
_EE = 0.00669342162296594323
_FIXED_POINT_STEPS = 3


def require_crs(frame: gpd.GeoDataFrame, crs: str, *, what: str = "frame") -> None:
    """Raise unless the frame is in `crs`.

    Raises NoCrs when it has none, WrongCrs when it has another one; never reprojects.
    """
    if frame.crs is None:
        raise NoCrs(f"{what} has no CRS; declare it with set_crs, or read it from a file that says so")
    if not frame.crs.equals(crs):
        raise WrongCrs(
            f"{what} is in {frame.crs.to_string()}, needs {crs}; call to_metric or to_display first"
        )


def to_metric(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy in the measuring CRS (metres, EPSG:4547)."""
    if frame.crs is None:
        raise NoCrs("frame has no CRS; declare it before measuring")
    return frame.to_crs(METRIC_CRS)


def to_stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy in the stored CRS (degrees, EPSG:4490).

    WGS 84 is taken as CGCS2000: they are centimetres apart.
    """
    if frame.crs is None:
        raise NoCrs("frame has no CRS; declare it before storing")
    if frame.crs.equals(DISPLAY_CRS):
        return frame.set_crs(STORED_CRS, allow_override=True)
    return frame.to_crs(STORED_CRS)


@lru_cache(maxsize=2)
def _between(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _project(geometry: NDArray[np.object_], source: str, target: str) -> NDArray[np.object_]:
    transformer = _between(source, target)
    return _transform(geometry, lambda x, y: transformer.transform(x, y))


def metres(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """An array of shapely geometries from CGCS2000 degrees to the measuring CRS (EPSG:4547)."""
    return _project(geometry, STORED_CRS, METRIC_CRS)


def degrees(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """An array of shapely geometries from the measuring CRS (EPSG:4547) to CGCS2000 degrees."""
    return _project(geometry, METRIC_CRS, STORED_CRS)


def _offset(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Degrees that GCJ-02 adds to a WGS 84 position."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    dlat += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    dlat += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    dlon += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    dlon += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - _EE * np.sin(phi) ** 2
    dlat = dlat * 180 / ((_A * (1 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    dlon = dlon * 180 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    return dlon, dlat


def wgs84_to_gcj02(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Shift WGS 84 / CGCS2000 degrees to GCJ-02 degrees."""
    dlon, dlat = _offset(lon, lat)
    return lon + dlon, lat + dlat


def gcj02_to_wgs84(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Undo `wgs84_to_gcj02` by three fixed-point steps (residual well under a millimetre here)."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_FIXED_POINT_STEPS):
        dlon, dlat = _offset(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - dlon, lat - dlat
    return guess_lon, guess_lat


def _gcj02_to_bd09(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    k = np.pi * 3000.0 / 180.0
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * k)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * k)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def _bd09_to_gcj02(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(_FIXED_POINT_STEPS + 2):
        back_lon, back_lat = _gcj02_to_bd09(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - back_lon, guess_lat + lat - back_lat
    return guess_lon, guess_lat


def _shift_from(datum: Datum) -> Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]] | None:
    if datum in (Datum.CGCS2000, Datum.WGS84):
        return None
    if datum is Datum.GCJ02:
        return gcj02_to_wgs84
    return lambda lon, lat: gcj02_to_wgs84(*_bd09_to_gcj02(lon, lat))


def _shift_to(datum: Datum) -> Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]] | None:
    if datum in (Datum.CGCS2000, Datum.WGS84):
        return None
    if datum is Datum.GCJ02:
        return wgs84_to_gcj02
    return lambda lon, lat: _gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def _transform(
    geometry: NDArray[np.object_],
    shift: Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]] | None,
) -> NDArray[np.object_]:
    if shift is None:
        return geometry

    def apply(xy: Coordinates) -> Coordinates:
        return np.column_stack(shift(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(geometry, apply), dtype=object)


def from_datum(geometry: NDArray[np.object_], datum: Datum | str) -> NDArray[np.object_]:
    """Convert an array of shapely geometries (lon, lat degrees of `datum`) to CGCS2000 degrees.

    Raises BadValue for an unknown datum.
    """
    return _transform(geometry, _shift_from(_datum(datum)))


def to_datum(geometry: NDArray[np.object_], datum: Datum | str) -> NDArray[np.object_]:
    """Convert an array of shapely geometries (CGCS2000 degrees) to the datum of a basemap, for drawing only.

    Raises BadValue for an unknown datum.
    """
    return _transform(geometry, _shift_to(_datum(datum)))


def _datum(value: Datum | str) -> Datum:
    try:
        return Datum(value)
    except ValueError as error:
        raise BadValue(f"坐标基准“{value}”不认识；可用：{'、'.join(Datum)}") from error
