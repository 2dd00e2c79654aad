"""Every way in which the coordinates of a file may be meant, and how each becomes CGCS2000 degrees.

A reading is a plane (degrees, Gauss-Krüger, UTM, web Mercator), the datum that lies under it, and the order of the
two axes. CGCS2000 and WGS 84 are one reading: they lie centimetres apart. A 3° and a 6° Gauss-Krüger plane of one
central meridian are the same plane as long as no zone number stands before the easting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geodata.crs import shift_from, shift_to
from geodata.errors import BadValue
from geodata.vocabulary import Datum

Coordinates = NDArray[np.float64]
Geometries = NDArray[np.object_]

SWAPPED = "-swapped"
_SHIFTED = "+gcj02"
_PROBE = (113.70, 34.75)
_SAME_PLANE_M = 0.5
_DATUMS = ("China 2000", "China_2000", "World Geodetic System 1984", "WGS_1984")


@dataclass(frozen=True, slots=True)
class Plane:
    """A projection (`epsg`, None: degrees); `before` is the zone number before the easting, in metres."""

    label: str
    epsg: int | None = None
    before: float = 0.0


_PLANES: dict[str, Plane] = {
    "gk-114": Plane("CGCS2000 高斯投影，中央经线 114°，横坐标无带号", 4547),
    "gk-111": Plane("CGCS2000 高斯投影，中央经线 111°，横坐标无带号", 4546),
    "gk-117": Plane("CGCS2000 高斯投影，中央经线 117°，横坐标无带号", 4548),
    "gk3-38": Plane("CGCS2000 3 度带第 38 带（中央经线 114°）", 4547, 38e6),
    "gk3-37": Plane("CGCS2000 3 度带第 37 带（中央经线 111°）", 4546, 37e6),
    "gk3-39": Plane("CGCS2000 3 度带第 39 带（中央经线 117°）", 4548, 39e6),
    "gk6-19": Plane("CGCS2000 6 度带第 19 带（中央经线 111°）", 4546, 19e6),
    "gk6-20": Plane("CGCS2000 6 度带第 20 带（中央经线 117°）", 4548, 20e6),
    "utm-49": Plane("WGS84 UTM 49 带（中央经线 111°）", 32649),
    "utm-50": Plane("WGS84 UTM 50 带（中央经线 117°）", 32650),
    "mercator": Plane("网络墨卡托（EPSG:3857）", 3857),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read coordinates; `code` is stable, `label` is what people read."""

    code: str
    label: str
    plane: Plane
    datum: Datum
    swapped: bool

    def degrees(self, xy: Coordinates) -> Coordinates:
        """CGCS2000 longitude and latitude of coordinate pairs as the file has them; infinite where there are none."""
        x, y = (xy[:, 1], xy[:, 0]) if self.swapped else (xy[:, 0], xy[:, 1])
        if self.plane.epsg is not None:
            x, y = _to_degrees(self.plane.epsg).transform(x - self.plane.before, y)
        shift = shift_from(self.datum)
        return np.column_stack(shift(x, y) if shift else (x, y))

    def raw(self, degrees: Coordinates) -> Coordinates:
        """What a file in this reading holds for CGCS2000 degrees: the other way round."""
        x, y = degrees[:, 0], degrees[:, 1]
        shift = shift_to(self.datum)
        if shift:
            x, y = shift(x, y)
        if self.plane.epsg is not None:
            x, y = _to_degrees(self.plane.epsg).transform(x, y, direction="INVERSE")
            x = np.asarray(x) + self.plane.before
        return np.column_stack([y, x] if self.swapped else [x, y])

    @property
    def upright(self) -> str:
        """Code of the same reading with the axes in our order."""
        return self.code.removesuffix(SWAPPED)


@cache
def _to_degrees(epsg: int) -> Transformer:
    own = CRS(epsg).geodetic_crs  # the last centimetres between CGCS2000 and WGS 84 are left alone
    return Transformer.from_crs(epsg, own, always_xy=True)


def _readings() -> dict[str, Reading]:
    degrees = Plane("经纬度")
    upright = [
        Reading("cgcs2000", "CGCS2000 / WGS84 经纬度", degrees, Datum.CGCS2000, False),
        Reading("gcj02", "GCJ-02 经纬度（高德、腾讯）", degrees, Datum.GCJ02, False),
        Reading("bd09", "BD-09 经纬度（百度）", degrees, Datum.BD09, False),
    ]
    for code, plane in _PLANES.items():
        upright.append(Reading(code, plane.label, plane, Datum.CGCS2000, False))
        shifted = f"{plane.label}（由 GCJ-02 坐标投影）"
        upright.append(Reading(f"{code}{_SHIFTED}", shifted, plane, Datum.GCJ02, False))
    turned = [
        Reading(f"{one.code}{SWAPPED}", f"{one.label}，两轴颠倒", one.plane, one.datum, True)
        for one in upright
    ]
    return {one.code: one for one in (*upright, *turned)}


READINGS: dict[str, Reading] = _readings()
"""Code → reading, likeliest first."""


def reading(code: str) -> Reading:
    """The reading of a code. Raises BadValue for one that does not exist."""
    try:
        return READINGS[code]
    except KeyError as error:
        raise BadValue(f"坐标判断“{code}”不认识；可用：{'、'.join(READINGS)}") from error


def converter(code: str) -> Callable[[Geometries], Geometries]:
    """Function that turns an array of geometries as the file has them into CGCS2000 degrees.

    Raises BadValue for a code that does not exist.
    """
    one = reading(code)
    return lambda values: np.asarray(shapely.transform(values, one.degrees), dtype=object)


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of its coordinates: a name for people, and the code of our reading (None: none of ours)."""

    name: str
    code: str | None


def said_reading(text: str | None) -> Said | None:
    """What an authority code (`EPSG:4547`) or WKT means here; None when the file says nothing.

    A plane is recognised by where it puts a point of the district, not by its name.
    """
    if not text or not text.strip():
        return None
    try:
        crs = CRS(text) if re.fullmatch(r"[A-Za-z]+:[\w.]+", text.strip()) else CRS.from_wkt(text)
    except CRSError:
        return Said(text.strip()[:60], None)
    flat = crs.to_2d()
    code = flat.to_epsg()
    name = f"EPSG:{code}（{flat.name}）" if code else flat.name
    base = flat.geodetic_crs
    if base is None or base.datum is None or not base.datum.name.startswith(_DATUMS):
        return Said(name, None)
    return Said(name, "cgcs2000" if flat.is_geographic else _same_plane(flat))


def _same_plane(crs: CRS) -> str | None:
    there = Transformer.from_crs(4326, crs, always_xy=True).transform(*_PROBE)
    probe = np.array([_PROBE])
    for one in READINGS.values():
        plain = one.plane.epsg is not None and one.datum is Datum.CGCS2000 and not one.swapped
        if plain and np.abs(one.raw(probe)[0] - there).max() < _SAME_PLANE_M:
            return one.code
    return None
