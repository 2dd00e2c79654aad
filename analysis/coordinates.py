"""Coordinates as people write them: pairs in degrees or metres, degrees-minutes-seconds, WKT, GeoJSON.

One line per point; an empty line begins a new ring (a ring inside another is a hole). The declared datum of the
source is undone once; results are CGCS2000 degrees. Every fault is named by its line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import Geometry, MultiPolygon, Point, Polygon
from shapely.geometry import shape as from_mapping

from geodata.crs import degrees, from_datum, metres, to_datum
from geodata.errors import BadValue
from geodata.vocabulary import CoordinateForm, Datum

MOST_CHARACTERS = 2_000_000
_MOST_FAULTS = 20
_ZONE = 38  # three-degree zone of the central meridian 114°, which some tables write before the easting
_SWAPPED = "看数值，纬度写在经度前面，已按此读取"
_ZONE_STEP = 1_000_000
_KINDS = ("Point", "Polygon", "MultiPolygon")

_SEPARATORS = str.maketrans(
    {"，": " ", ",": " ", "、": " ", "\t": " ", "：": " ", ":": " ", "；": "\n", ";": "\n"}
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_DMS = re.compile(
    r"([NSEWnsew东西南北]?)\s*(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[′'’分])?\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”秒]|''))?\s*([NSEWnsew]?)"
)
_LABEL = re.compile(r"^(?:[A-Za-z一-鿿]+\d*|[A-Za-z]*\d+[A-Za-z]+|\d{1,4}[.)）]?)$")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line that cannot be used: its number (from 1; 0: the whole text), what stands there, why."""

    line: int
    value: str
    message: str

    def text(self) -> str:
        """The fault as one sentence."""
        place = f"第 {self.line} 行" if self.line else "全文"
        return f"{place}“{self.value[:40]}”：{self.message}" if self.value else f"{place}：{self.message}"


@dataclass(slots=True)
class Parsed:
    """What a text says: a shape in CGCS2000 degrees (None when there are faults), and how it was read."""

    shape: Geometry | None = None
    points: int = 0
    notes: list[str] = field(default_factory=list)
    faults: list[Complaint] = field(default_factory=list)


Pair = tuple[float, float]


def parse(text: str, *, form: CoordinateForm, datum: Datum) -> Parsed:
    """Read coordinates of the declared form and datum; a point, a polygon or several, or every fault by line."""
    found = Parsed()
    if not text.strip():
        found.faults.append(Complaint(0, "", "没有内容；请粘贴坐标，每行一个点"))
    elif len(text) > MOST_CHARACTERS:
        found.faults.append(Complaint(0, "", f"超过 {MOST_CHARACTERS:,} 个字符，请改用文件导入"))
    else:
        _read(text, form, datum, found)
    if len(found.faults) > _MOST_FAULTS:
        more = len(found.faults) - _MOST_FAULTS
        found.faults[_MOST_FAULTS:] = [Complaint(0, "", f"另有 {more} 行也不能识别")]
    return found


def _read(text: str, form: CoordinateForm, datum: Datum, found: Parsed) -> None:
    kind = _detected(text) if form is CoordinateForm.AUTO else form
    raw: Geometry | None
    if kind in (CoordinateForm.WKT, CoordinateForm.GEOJSON):
        raw = _from_document(text, kind, found)
        metric = False
    else:
        raw, metric = _from_lines(text, kind, found)
    if found.faults or raw is None:
        return
    if not _in_range(raw, metric=metric):
        found.faults.append(Complaint(0, "", "坐标超出可能的范围；请检查坐标类型和次序"))
        return
    here = (
        degrees(np.array([raw], dtype=object)) if metric else from_datum(np.array([raw], dtype=object), datum)
    )
    found.shape = here[0]
    found.points = len({tuple(xy) for xy in shapely.get_coordinates(raw)})
    if not metric and datum in (Datum.GCJ02, Datum.BD09):
        found.notes.append(f"按 {datum.label} 读取，已换算为 CGCS2000")
    if metric and datum in (Datum.GCJ02, Datum.BD09):
        found.notes.append("平面坐标按 CGCS2000 读取，所选的加偏基准不适用于它")


def _detected(text: str) -> CoordinateForm:
    start = text.lstrip()[:20].upper()
    if start.startswith(("POLYGON", "MULTIPOLYGON", "POINT", "SRID")):
        return CoordinateForm.WKT
    return CoordinateForm.GEOJSON if start.startswith("{") else CoordinateForm.AUTO


def _in_range(shape: Geometry, *, metric: bool) -> bool:
    xy = shapely.get_coordinates(shape)
    limits = (1e7, 1e7) if metric else (180.0, 90.0)
    return bool(np.isfinite(xy).all() and (np.abs(xy) <= limits).all())


# ---- documents ------------------------------------------------------------------------------------------------


def _from_document(text: str, kind: CoordinateForm, found: Parsed) -> Geometry | None:
    try:
        shape = _wkt(text) if kind is CoordinateForm.WKT else _geojson(text)
    except BadValue as error:
        found.faults.append(Complaint(0, "", str(error)))
        return None
    if shape.geom_type not in _KINDS or shape.is_empty:
        message = f"应为面或点，得到 {shape.geom_type}" if not shape.is_empty else "里面没有坐标"
        found.faults.append(Complaint(0, "", message))
        return None
    return shapely.force_2d(shape)


def _wkt(text: str) -> Geometry:
    body = text.strip()
    if body.upper().startswith("SRID="):
        body = body.partition(";")[2]
    try:
        with np.errstate(invalid="ignore"):  # NaN and infinity are told as faults afterwards
            return shapely.from_wkt(body)
    except (shapely.errors.GEOSException, ValueError) as error:
        raise BadValue("WKT 写法有误，读不出来；请核对括号和逗号") from error


def _geojson(text: str) -> Geometry:
    try:
        document = json.loads(text)
        if isinstance(document, dict) and document.get("type") == "FeatureCollection":
            features = document["features"]
            if len(features) != 1:
                raise BadValue(f"GeoJSON 里有 {len(features)} 个要素，请只粘贴一个")
            document = features[0]
        if isinstance(document, dict) and document.get("type") == "Feature":
            document = document["geometry"]
        return from_mapping(document)
    except BadValue:
        raise
    except json.JSONDecodeError as error:
        raise BadValue(f"GeoJSON 写法有误（第 {error.lineno} 行）；请核对括号、引号和逗号") from error
    except Exception as error:  # shapely raises many kinds for a document that is no geometry
        raise BadValue("GeoJSON 里没有可用的几何；请粘贴 Polygon、MultiPolygon 或 Point") from error


# ---- lines ----------------------------------------------------------------------------------------------------


def _from_lines(text: str, form: CoordinateForm, found: Parsed) -> tuple[Geometry | None, bool]:
    rings: list[list[Pair]] = [[]]
    metric: set[bool] = set()
    for number, line in _lines(text):
        if not line:
            rings.append([])
            continue
        try:
            pair, in_metres = _pair(line, form, found)
        except BadValue as error:
            found.faults.append(Complaint(number, line, str(error)))
            continue
        metric.add(in_metres)
        if not rings[-1] or rings[-1][-1] != pair:
            rings[-1].append(pair)
    if len(metric) > 1:
        found.faults.append(Complaint(0, "", "既有度又有米，请统一"))
    return _assembled([ring for ring in rings if ring], found), metric == {True}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, physical in enumerate(text.splitlines(), 1):
        for piece in physical.translate(_SEPARATORS).split("\n"):
            if piece.strip() or not physical.strip():
                yield number, piece.strip()


def _pair(line: str, form: CoordinateForm, found: Parsed) -> tuple[Pair, bool]:
    if form is CoordinateForm.DMS or (form is CoordinateForm.AUTO and re.search("[°度]", line)):
        return _dms_pair(line), False
    first, second = _two_numbers(line)
    if form is CoordinateForm.METRES or (
        form is CoordinateForm.AUTO and abs(first) > 1000 and abs(second) > 1000
    ):
        return _metres_pair(first, second, found), True
    if form is CoordinateForm.LON_LAT:
        return _degrees(first, second), False
    if form is CoordinateForm.LAT_LON:
        return _degrees(second, first), False
    pair = _guessed(first, second)
    if pair != (first, second) and _SWAPPED not in found.notes:
        found.notes.append(_SWAPPED)
    return pair, False


def _two_numbers(line: str) -> Pair:
    words = line.split()
    if len(words) > 2 and _LABEL.match(words[0]):
        words = words[1:]
    if len(words) != 2 or not all(_NUMBER.fullmatch(word) for word in words):
        raise BadValue("应为两个数（可在前面加点号）")
    return float(words[0]), float(words[1])


def _degrees(lon: float, lat: float) -> Pair:
    if abs(lon) > 180 or abs(lat) > 90:
        raise BadValue(f"经度 {lon:g}、纬度 {lat:g} 超出范围；请检查次序")
    return lon, lat


def _guessed(first: float, second: float) -> Pair:
    """In China a longitude exceeds 73° and a latitude stays below 54°, so that the order shows."""
    if 73 <= first <= 136 and 3 <= second <= 54:
        return first, second
    if 73 <= second <= 136 and 3 <= first <= 54:
        return second, first
    raise BadValue("看不出哪个是经度、哪个是纬度；请在“写法”里指明")


def _metres_pair(first: float, second: float, found: Parsed) -> Pair:
    """Northing is millions of metres here, easting hundreds of thousands: tables write them in either order."""
    north, east = max(first, second), min(first, second)
    zone = _ZONE * _ZONE_STEP
    if zone < north < zone + _ZONE_STEP:  # the larger one is an easting with its zone number
        north, east = east, north - zone
        note = f"横坐标带带号 {_ZONE}，已去掉"
        if note not in found.notes:
            found.notes.append(note)
    if not (1e6 <= north <= 6.5e6 and 1e5 <= east <= 9e5):
        raise BadValue("不像本地的平面坐标（北坐标约 384 万米，东坐标约 47 万米）")
    return east, north


def _dms_pair(line: str) -> Pair:
    parts = list(_DMS.finditer(line))
    if len(parts) != 2:
        raise BadValue("应为两个度分秒，如 113°40′30.5″ 34°45′10.2″")
    (one, one_side), (other, other_side) = map(_dms, parts)
    if one_side == "lat" or other_side == "lon":
        return _degrees(other, one)
    if one_side == "lon" or other_side == "lat":
        return _degrees(one, other)
    return _guessed(one, other)


_SIDES = {"N": "lat", "S": "lat", "北": "lat", "南": "lat", "E": "lon", "W": "lon", "东": "lon", "西": "lon"}


def _dms(match: re.Match[str]) -> tuple[float, str]:
    before, whole, minutes, seconds, after = match.groups()
    minute, second = float(minutes or 0), float(seconds or 0)
    if minute >= 60 or second >= 60:
        raise BadValue("分和秒都应小于 60")
    letter = (before or after or "").upper()
    value = int(whole) + minute / 60 + second / 3600
    return (-value if letter in "SW南西" and letter else value), _SIDES.get(letter, "")


def _assembled(rings: list[list[Pair]], found: Parsed) -> Geometry | None:
    """A point from one pair; else polygons, where a ring inside another is its hole."""
    if found.faults or not rings:
        if not found.faults:
            found.faults.append(Complaint(0, "", "没有坐标"))
        return None
    if len(rings) == 1 and len(rings[0]) == 1:
        return Point(rings[0][0])
    areas: list[Polygon] = []
    for place, ring in enumerate(rings, 1):
        if len(ring) > 1 and ring[0] == ring[-1]:
            ring = ring[:-1]
        if len(ring) < 3:
            found.faults.append(Complaint(0, "", f"第 {place} 圈只有 {len(ring)} 个点，至少要三个"))
            continue
        areas.append(Polygon(ring))
    return None if found.faults else _nested(areas)


def _nested(areas: list[Polygon]) -> Geometry:
    if len(areas) == 1 or not all(area.is_valid for area in areas):
        return areas[0] if len(areas) == 1 else MultiPolygon(areas)
    outer: list[Polygon] = []
    for area in sorted(areas, key=lambda area: -area.area):
        home = next((place for place, one in enumerate(outer) if one.contains(area)), None)
        if home is None:
            outer.append(area)
        else:
            rings = [*(ring.coords for ring in outer[home].interiors), area.exterior.coords]
            outer[home] = Polygon(outer[home].exterior.coords, rings)
    return outer[0] if len(outer) == 1 else MultiPolygon(outer)


# ---- writing --------------------------------------------------------------------------------------------------


def written(shape: Geometry, *, form: CoordinateForm, datum: Datum) -> str:
    """A shape in CGCS2000 degrees as text that `parse` reads back (to a millimetre)."""
    if form is CoordinateForm.METRES:
        return _text_lines(metres(np.array([shape], dtype=object))[0], lambda x, y: f"{y:.4f} {x:.4f}")
    shifted = to_datum(np.array([shape], dtype=object), datum)[0]
    if form is CoordinateForm.WKT:
        return str(shapely.to_wkt(shifted, rounding_precision=9))
    if form is CoordinateForm.GEOJSON:
        return str(shapely.to_geojson(shapely.transform(shifted, lambda xy: np.round(xy, 9))))
    if form is CoordinateForm.DMS:
        return _text_lines(shifted, lambda x, y: f"{_as_dms(x)} {_as_dms(y)}")
    if form is CoordinateForm.LAT_LON:
        return _text_lines(shifted, lambda x, y: f"{y:.9f} {x:.9f}")
    return _text_lines(shifted, lambda x, y: f"{x:.9f} {y:.9f}")


def _as_dms(value: float) -> str:
    whole = math.floor(value)
    minutes = math.floor((value - whole) * 60)
    seconds = round((value - whole) * 3600 - minutes * 60, 5)
    if seconds >= 60:
        minutes, seconds = minutes + 1, 0.0
    if minutes >= 60:
        whole, minutes = whole + 1, 0
    return f"{whole}°{minutes:02d}′{seconds:08.5f}″"


def _text_lines(shape: Geometry, line: Callable[[float, float], str]) -> str:
    if shape.geom_type == "Point":
        return line(shape.x, shape.y)
    parts = shapely.get_parts(np.array([shape], dtype=object))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return "\n\n".join("\n".join(line(x, y) for x, y in list(ring.coords)[:-1]) for ring in rings)
