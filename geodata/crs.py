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
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_FIXED_POINT_STEPS = 3
_PIECE = 16_384


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


def project(geometry: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """An array of shapely geometries from CGCS2000 degrees to a coordinate system of that datum (`EPSG:n`)."""
    return _project(geometry, STORED_CRS, crs)


def degrees(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """An array of shapely geometries from the measuring CRS (EPSG:4547) to CGCS2000 degrees."""
    return _project(geometry, METRIC_CRS, STORED_CRS)


def _five(sine: Coordinates, cosine: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Sine and cosine of five times an angle."""
    s, c = sine * sine, cosine * cosine
    return sine * ((16 * s - 20) * s + 5), cosine * ((16 * c - 20) * c + 5)


def _waves(angle: Coordinates) -> tuple[Coordinates, ...]:
    """Sines of an angle (in units of pi) over 30, 12 and 3, of itself, and its cosine.

    All follow from one sine and one cosine: the published series asks for nine of them, which is most of its cost.
    """
    sine, cosine = np.sin(angle * (np.pi / 60)), np.cos(angle * (np.pi / 60))
    twelfth, cosine_12 = _five(sine, cosine)
    product = twelfth * cosine_12
    third, cosine_3 = 4 * product * (1 - 2 * twelfth * twelfth), 1 - 8 * product * product
    whole, cosine_1 = third * (3 - 4 * third * third), cosine_3 * (4 * cosine_3 * cosine_3 - 3)
    return 2 * sine * cosine, twelfth, third, whole, cosine_1


def _offset(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Degrees that GCJ-02 adds to a WGS 84 position; nothing outside the published rectangle around China."""
    x, y = lon - 105.0, lat - 35.0
    x30, x12, x3, x1, cosine = _waves(x)
    y30, y12, y3, y1, _ = _waves(y)
    x2 = 2 * x1 * cosine
    root = np.sqrt(np.abs(x))
    both = 0.1 * x * y + (x2 * (3 - 4 * x2 * x2) + x2) * (40 / 3)
    dlat = -100 + 2 * x + (3 + 0.2 * y) * y + 0.2 * root + both
    dlat += (20 * y1 + 40 * y3 + 160 * y12 + 320 * y30) * (2 / 3)
    dlon = 300 + (1 + 0.1 * x) * x + 2 * y + 0.1 * root + both
    dlon += (20 * x1 + 40 * x3 + 150 * x12 + 300 * x30) * (2 / 3)
    squared = np.sin(np.radians(lat)) ** 2
    magic = 1 - _EE * squared
    west, south, east, north = _CHINA
    here = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    scale = np.where(here, np.degrees(np.sqrt(magic) / _A), 0.0)
    return dlon * scale / np.sqrt(1 - squared), dlat * scale * magic / (1 - _EE)


def _in_pieces(
    shift: Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]],
    lon: Coordinates,
    lat: Coordinates,
) -> tuple[Coordinates, Coordinates]:
    """Apply a shift piece by piece: what it works on then stays in the processor's cache."""
    shifted = np.empty((2, len(lon)))
    for start in range(0, len(lon), _PIECE):
        piece = slice(start, start + _PIECE)
        shifted[0, piece], shifted[1, piece] = shift(lon[piece], lat[piece])
    return shifted[0], shifted[1]


def wgs84_to_gcj02(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Shift WGS 84 / CGCS2000 degrees (arrays) to GCJ-02 degrees.

    As published, a position outside the rectangle around China stays where it is.
    """

    def shift(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
        dlon, dlat = _offset(lon, lat)
        return lon + dlon, lat + dlat

    return _in_pieces(shift, lon, lat)


def gcj02_to_wgs84(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Undo `wgs84_to_gcj02` by fixed-point steps: at most 0.3 mm off anywhere in China, a thousandth of that here.

    Within a kilometre of the edge of the published rectangle, which lies in no part of China, there may be two
    answers or none.
    """

    def shift(lon: Coordinates, lat: Coordinates) -> tuple[Coordinates, Coordinates]:
        guess_lon, guess_lat = lon, lat
        for _ in range(_FIXED_POINT_STEPS):
            dlon, dlat = _offset(guess_lon, guess_lat)
            guess_lon, guess_lat = lon - dlon, lat - dlat
        return guess_lon, guess_lat

    return _in_pieces(shift, lon, lat)


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


def shift_from(datum: Datum) -> Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]] | None:
    """Function (longitudes, latitudes) from a datum to CGCS2000; None where there is nothing to do."""
    if datum in (Datum.CGCS2000, Datum.WGS84):
        return None
    if datum is Datum.GCJ02:
        return gcj02_to_wgs84
    return lambda lon, lat: gcj02_to_wgs84(*_bd09_to_gcj02(lon, lat))


def shift_to(datum: Datum) -> Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]] | None:
    """Function (longitudes, latitudes) from CGCS2000 to a datum; None where there is nothing to do."""
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
    return _transform(geometry, shift_from(_datum(datum)))


def to_datum(geometry: NDArray[np.object_], datum: Datum | str) -> NDArray[np.object_]:
    """Convert an array of shapely geometries (CGCS2000 degrees) to the datum of a basemap, for drawing only.

    Raises BadValue for an unknown datum.
    """
    return _transform(geometry, shift_to(_datum(datum)))


def _datum(value: Datum | str) -> Datum:
    try:
        return Datum(value)
    except ValueError as error:
        raise BadValue(f"坐标基准“{value}”不认识；可用：{'、'.join(Datum)}") from error
