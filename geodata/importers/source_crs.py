"""Which coordinate system a file is in, and how its coordinates become CGCS2000 degrees. Runs in the child process.

Only systems on CGCS2000 or WGS 84 are taken: they differ by centimetres, so no datum shift is guessed. Older Chinese
systems (Beijing 54, Xi'an 80, city systems) need local parameters that no library has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geodata.crs import from_datum
from geodata.errors import BadFile, BadValue
from geodata.importers import readings
from geodata.importers.issues import Problem
from geodata.vocabulary import Datum

Geometries = NDArray[np.object_]
Note = tuple[Problem, str, str]

_DEGREES = {Datum.GCJ02, Datum.BD09}
_DATUMS = ("China 2000", "China_2000", "World Geodetic System 1984", "WGS_1984")
_DECLARE = "请在命令中声明，例如 --crs EPSG:4547（CGCS2000 投影坐标，中央经线 114°）或 --crs EPSG:4490（经纬度）；高德、腾讯坐标用 --datum gcj02，百度坐标用 --datum bd09"


@dataclass(frozen=True, slots=True)
class Source:
    """A resolved coordinate system: what to call it, how to convert, and what people should know about it."""

    name: str
    geographic: bool
    to_stored: Callable[[Geometries], Geometries]
    notes: tuple[Note, ...] = ()


def resolve(
    *, in_file: str | None, by_default: str | None, declared: str | None, datum: str | None
) -> Source:
    """The system of a file's coordinates.

    `in_file` is what the file says (authority code or WKT), `by_default` what its format means when it says nothing
    (GeoJSON), `declared` (`EPSG:n`) and `datum` what the person says, which goes first. Raises BadFile when
    nothing says it, BadValue when it is a system that we cannot convert.
    """
    given = _declared_crs(declared) if declared else None
    own = _readable_crs(in_file) if in_file else None
    crs = given or own or (CRS(by_default) if by_default else None)
    if datum and Datum(datum) in _DEGREES:
        return _offset_source(Datum(datum), crs)
    if crs is None:
        raise BadFile(f"文件没有说明坐标系，不能装入。{_DECLARE}。")
    _require_known_datum(crs)
    return Source(_name(crs), crs.is_geographic, _converter(crs), tuple(_notes(given, own, by_default)))


def by_hypothesis(code: str) -> Source:
    """A source by a code of the detective, whose converter brings its coordinates to degrees. Raises BadValue."""
    return Source(readings.reading(code).label, False, readings.converter(code))


def _declared_crs(text: str) -> CRS:
    """Only `EPSG:n`: a CRS text may also be a path or a program of its own."""
    if not re.fullmatch(r"(?i)epsg:\d{4,6}", text.strip()):
        raise BadValue(f"坐标系“{text}”写法不对；请写成 EPSG:4547 这样的代码")
    try:
        return CRS(text.strip().upper())
    except CRSError as error:
        raise BadValue(f"坐标系“{text}”查不到；常用的是 EPSG:4547、EPSG:4490、EPSG:4326") from error


def _readable_crs(text: str) -> CRS:
    try:
        return CRS(text) if re.fullmatch(r"[A-Za-z]+:[\w.]+", text) else CRS.from_wkt(text)
    except CRSError as error:
        raise BadFile(f"文件里的坐标系“{text[:60]}”读不懂。{_DECLARE}。") from error


def _offset_source(datum: Datum, crs: CRS | None) -> Source:
    if crs is not None and not crs.is_geographic:
        raise BadValue(
            f"--datum {datum.value} 只用于经纬度，而文件的坐标系是 {_name(crs)}（投影坐标）；二者不能同时成立"
        )
    note = (Problem.DATUM_SHIFTED, datum.label, f"按声明从 {datum.label} 转换到 CGCS2000")
    return Source(datum.label, True, lambda values: from_datum(values, datum), (note,))


def _require_known_datum(crs: CRS) -> None:
    base = _base(crs)
    if base is None or base.datum is None or not base.datum.name.startswith(_DATUMS):
        raise BadValue(
            f"坐标系 {_name(crs)} 不是 CGCS2000 或 WGS 84 的，不能直接换算（北京54、西安80 和城市独立坐标须先由测绘单位用"
            f"本地参数转换）。若文件的坐标系写错了，{_DECLARE}。"
        )


def _base(crs: CRS) -> CRS | None:
    geodetic = crs.to_2d().geodetic_crs
    return geodetic.to_2d() if geodetic is not None else None


def _name(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.name


def _notes(given: CRS | None, own: CRS | None, by_default: str | None) -> list[Note]:
    if given is not None and own is not None and not given.equals(own, ignore_axis_order=True):
        text = f"文件写的是 {_name(own)}，按命令中声明的 {_name(given)} 读取"
        return [(Problem.CRS_DECLARED, _name(given), text)]
    if (
        given is None
        and own is not None
        and by_default
        and not own.equals(by_default, ignore_axis_order=True)
    ):
        text = f"GeoJSON 标准只有 WGS 84；文件自己写了 {_name(own)}，按它换算"
        return [(Problem.CRS_IN_GEOJSON, _name(own), text)]
    return []


def _converter(crs: CRS) -> Callable[[Geometries], Geometries]:
    """Conversion to degrees on the system's own datum; the last centimetres between datums are left alone."""
    flat = crs.to_2d()
    if flat.is_geographic:
        return lambda values: values
    return projector(flat, _base(flat))


def projector(source: CRS | str, target: CRS | str | None) -> Callable[[Geometries], Geometries]:
    """Function that converts an array of geometries between two systems, x before y."""
    transformer = Transformer.from_crs(source, target, always_xy=True)

    def apply(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return lambda values: np.asarray(shapely.transform(values, apply), dtype=object)
