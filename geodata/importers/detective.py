"""Which coordinates a file has, told by what the district already holds; an open question stays open.

`investigate` tries every reading (`geodata.importers.readings`): those whose coordinates do not fall near the
district are out by range, the others are measured (`geodata.importers.evidence`) and weighed
(`geodata.importers.weighing`). A verdict needs evidence that is clear and good enough by itself, that no other
evidence and no word of the file contradicts, and that does not leave the file shifted as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.crs import metres
from geodata.importers.controls import Controls, controls_of, pairs_of
from geodata.importers.evidence import measure
from geodata.importers.outlines import sampled
from geodata.importers.readings import READINGS, Reading, Said, converter, reading, said_reading
from geodata.importers.scene import Kind, Scene
from geodata.importers.weighing import Weighed, weigh

__all__ = [
    "UNDECIDED",
    "Controls",
    "Hypothesis",
    "Investigation",
    "controls_of",
    "converter",
    "investigate",
    "reading",
]

Geometries = NDArray[np.object_]

UNDECIDED = "undecided"
_REACH_M = 50_000.0
_BESIDE_M = 5_000.0
_SHIFTS_M = (40.0, 80.0, 120.0, 160.0)
_LEAST_GAIN_M = {
    Kind.NAMES: 20.0,
    Kind.OUTLINES: 20.0,
    Kind.PLACES: 5.0,
    Kind.LINES: 15.0,
    Kind.STREETS: 2.0,
    Kind.CONFLICTS: 1.0,
}
_ENOUGH_TO_SHIFT = 80
_COARSE = (Kind.STREETS, Kind.CONFLICTS)

_MEANING = {
    Kind.NAMES: "{count} 处同名要素，与库中位置相距（中位数）{fit}",
    Kind.OUTLINES: "{count} 条大范围界线，与库中街道或区界平均相距 {fit}",
    Kind.PLACES: "{count} 处与库中楼院重合的边界，平均相距 {fit}",
    Kind.LINES: "{count} 条线，与库中道路、城垣平均相距 {fit}",
    Kind.STREETS: "{count} 处写明街道的要素，平均落在该街道之外 {fit}",
    Kind.CONFLICTS: "{count} 处楼院，被道路穿过或落在区界之外平均 {fit} 深",
}


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading and what speaks for or against it.

    `fit_m` is how far (m) the file then lies from what the district holds, by the strongest evidence that there is
    (the same for all readings); None when its coordinates do not fall near the district, or when there was nothing
    to compare with. `spread_m` is half the width of the range in which nine of ten redrawn samples fall, `inside`
    the share of features within the district.
    """

    code: str
    label: str
    near: bool
    fit_m: float | None
    spread_m: float | None
    inside: float | None
    matched: int
    note: str


@dataclass(frozen=True, slots=True)
class Investigation:
    """Hypotheses (best first, then those out of range), the verdict (a code or `undecided`) and its reason."""

    hypotheses: tuple[Hypothesis, ...]
    verdict: str
    reason: str
    said: Said | None = None

    @property
    def decided(self) -> bool:
        """Whether the evidence answers the question."""
        return self.verdict != UNDECIDED

    @property
    def near(self) -> tuple[Hypothesis, ...]:
        """Those that a person may choose from, likeliest first."""
        return tuple(one for one in self.hypotheses if one.near)


def investigate(
    geometries: Geometries,
    controls: Controls,
    *,
    said_crs: str | None = None,
    default_crs: str | None = None,
    rows: Sequence[Mapping[str, Any]] | None = None,
    pairs: Mapping[int, BaseGeometry] | None = None,
) -> Investigation:
    """Find out what the coordinates of a file are.

    `geometries` are as the file has them (None for rows without); `said_crs` is what the file itself says
    (`EPSG:n` or WKT), which counts for nothing when it only repeats `default_crs`, the rule of its format. `rows` are the values of the same rows: ids and names in them
    pair features with stored ones; `pairs` (position → stored shape in degrees) goes before that.
    """
    said, usual = said_reading(said_crs), said_reading(default_crs)
    said = None if usual is not None and said is not None and said.code == usual.code else said
    extent = controls.extent
    kept, shapes = sampled(geometries)
    if extent is None or not len(shapes):
        reason = "库里还没有区界和街道界线，无从比对" if extent is None else "文件里没有可用的坐标"
        return Investigation((), UNDECIDED, reason, said)
    near, far = _by_range(shapes, extent)
    here = _here(shapes, near, extent)
    if not near or not here.any():
        reason = "按任何一种坐标系换算都不在本区 50 公里内；可能是北京54、西安80、城市独立坐标或自定义坐标"
        return Investigation(far, UNDECIDED, reason, said)
    kept, shapes = kept[here], shapes[here]
    flat = [metres(converter(one.code)(shapes)) for one in near]
    scene = _scene(controls, flat[0], [rows[at] for at in kept] if rows is not None else None)
    scene = _paired(scene, kept, pairs) if pairs else scene
    weighed = [weigh(found) for kind in Kind if (found := measure(kind, flat, scene)) is not None]
    hypotheses = _hypotheses(near, weighed, flat, scene)
    verdict, reason = _verdict(near, weighed, flat, scene, said)
    return Investigation((*hypotheses, *far), verdict, reason, said)


# ── Range ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_range(
    shapes: Geometries, extent: tuple[float, float, float, float]
) -> tuple[list[Reading], tuple[Hypothesis, ...]]:
    """Readings under which most of the file falls within 50 km of the district, and the others."""
    xy = shapely.get_coordinates(shapely.envelope(shapes))
    xy = xy[:: max(1, len(xy) // 2000)]
    near, far = [], []
    for one in READINGS.values():
        with np.errstate(all="ignore"):
            away = _beyond(one.degrees(xy), extent)
        if np.mean(away <= _REACH_M) >= 0.5:
            near.append(one)
        elif one.upright == one.code and "+" not in one.code:
            middle = float(np.median(away))
            where = f"离本区约 {middle / 1000:,.0f} 公里" if middle < 2e7 else "不在地球上"
            note = f"换算后{where}"
            far.append(Hypothesis(one.code, one.label, False, None, None, None, 0, note))
    return near, tuple(far)


def _here(
    shapes: Geometries, near: list[Reading], extent: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    """Features that lie within reach under every reading that does: a stray one cannot be converted at all."""
    west, south, east, north = shapely.bounds(shapes).T
    inside = np.ones(len(shapes), dtype=bool)
    for one in near:
        for x, y in ((west, south), (west, north), (east, south), (east, north)):
            with np.errstate(all="ignore"):
                inside &= _beyond(one.degrees(np.column_stack([x, y])), extent) <= 2 * _REACH_M
    return inside


def _beyond(degrees: NDArray[np.float64], extent: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """Metres (roughly) of points outside an extent in degrees; infinite for what is no place on earth."""
    west, south, east, north = extent
    lon, lat = degrees.T
    x = np.maximum(np.maximum(west - lon, lon - east), 0) * 91_500
    y = np.maximum(np.maximum(south - lat, lat - north), 0) * 111_000
    earthly = np.isfinite(degrees).all(axis=1) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(earthly, np.hypot(x, y), np.inf)


# ── Scene ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _scene(controls: Controls, first: Geometries, rows: Sequence[Mapping[str, Any]] | None) -> Scene:
    """Controls in metres; rows tell which feature is whose, areas are the same under every reading."""
    stored = Scene(
        district=metres(controls.district),
        streets=metres(controls.streets),
        roads=metres(controls.roads),
        wall=metres(controls.wall),
        compounds=metres(controls.compounds),
    )
    if rows is None:
        return stored
    pairs = pairs_of(rows, first, controls)
    lines = shapely.get_dimensions(first) == 1  # a road may be called like a street office
    streets = {
        at: home
        for at, row in enumerate(rows)
        if not lines[at] and (home := controls.street(row)) is not None
    }
    paired, partners = _columns(pairs)
    named, homes = _columns(streets)
    return replace(stored, paired=paired, partners=metres(partners), named=named, homes=metres(homes))


def _columns(found: Mapping[int, BaseGeometry]) -> tuple[NDArray[np.int64], Geometries]:
    shapes = np.empty(len(found), object)
    shapes[:] = list(found.values())
    return np.array(list(found), np.int64), shapes


def _paired(scene: Scene, kept: NDArray[np.int64], pairs: Mapping[int, BaseGeometry]) -> Scene:
    here = {at: pairs[int(row)] for at, row in enumerate(kept) if int(row) in pairs}
    paired, partners = _columns(here)
    return replace(scene, paired=paired, partners=metres(partners))


# ── Verdict ───────────────────────────────────────────────────────────────────────────────────────────────────


def _verdict(
    near: list[Reading], weighed: list[Weighed], flat: list[Geometries], scene: Scene, said: Said | None
) -> tuple[str, str]:
    """The code that the evidence settles on, or `undecided`, and why."""
    clear = [one for one in weighed if one.clear]
    if not clear:
        return UNDECIDED, _nothing_clear(weighed)
    leading = clear[0]
    best = near[leading.best]
    for one in weighed:
        against = one.clear or (one.enough and weighed.index(one) < weighed.index(leading))
        if against and one.best != leading.best:
            return UNDECIDED, (
                f"两种证据说法不一：{_told(leading, leading.best)}，指向{best.label}；"
                f"{_told(one, one.best)}，指向{near[one.best].label}"
            )
    shift = _shifted(leading, flat[leading.best], scene)
    if shift is not None:
        return UNDECIDED, (
            f"最接近{best.label}，但换算后整体还偏{_direction(shift)}约 {np.hypot(*shift):.0f} m："
            "可能是北京54、西安80 或城市独立坐标，也可能库中界线本身有偏差，请核实"
        )
    if said is not None and said.code != best.upright:
        return (
            UNDECIDED,
            f"文件自己写的是 {said.name}，而证据指向 {best.label}（{_told(leading, leading.best)}）",
        )
    if leading.kind in _COARSE and best.plane.epsg is not None and said is None:
        return UNDECIDED, (
            f"最接近 {best.label}（{_told(leading, leading.best)}），但这项证据看不出一百米以内的偏差，"
            "排除不了北京54、西安80 的同类投影，文件自己又没有写坐标系，请确认"
        )
    return best.code, _settled(near, leading)


def _settled(near: list[Reading], leading: Weighed) -> str:
    text = f"{near[leading.best].label}：{_told(leading, leading.best)}"
    if len(near) == 1:
        return text
    rest = [at for at in range(len(near)) if at != leading.best]
    second = min(rest, key=lambda at: leading.fits[at])
    coarse = "。这项证据看不出一百米以内的偏差" if leading.kind in _COARSE else ""
    return f"{text}；其次是{near[second].label}，{_metres(leading.fits[second])}{coarse}"


def _nothing_clear(weighed: list[Weighed]) -> str:
    if not weighed:
        return "坐标范围分不出这几种，文件里又没有可与库中比对的要素（同名楼院、界线、道路），请人工选定"
    told = next((one for one in weighed if one.enough), weighed[0])
    return f"证据不足：{told.why}，请人工选定"


def _told(one: Weighed, at: int) -> str:
    return _MEANING[one.kind].format(count=one.matched, fit=_metres(one.fits[at]))


def _metres(value: float) -> str:
    return f"{value:,.1f} m" if value < 10 else f"{value:,.0f} m"


def _shifted(leading: Weighed, shapes: Geometries, scene: Scene) -> tuple[float, float] | None:
    """The shift (m east, m north) that would bring the file clearly nearer; None when none does.

    A datum that is not among the readings shows like this.
    """
    if leading.kind in (
        Kind.PLACES,
        Kind.CONFLICTS,
    ):  # the others refer to features by position, and cost little
        shapes = shapes[:: max(1, len(shapes) // _ENOUGH_TO_SHIFT)]
    angles = np.arange(8) * np.pi / 4
    shifts = [(far * np.cos(a), far * np.sin(a)) for far in _SHIFTS_M for a in angles]
    moved = [shapely.transform(shapes, lambda xy, by=by: xy + by) for by in ((0.0, 0.0), *shifts)]
    found = measure(leading.kind, moved, scene)
    if found is None:
        return None
    again = weigh(found)
    gain = float(again.fits[0] - again.fits[again.best])
    surely = again.spread[0] + again.spread[again.best]
    if gain < max(_LEAST_GAIN_M[leading.kind], surely) or again.fits[again.best] > 0.6 * again.fits[0]:
        return None
    east, north = shifts[again.best - 1]
    return -float(east), -float(north)


def _direction(shift: tuple[float, float]) -> str:
    names = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
    return names[round(float(np.arctan2(shift[1], shift[0])) / (np.pi / 4)) % 8]


# ── Hypotheses ────────────────────────────────────────────────────────────────────────────────────────────────


def _hypotheses(
    near: list[Reading], weighed: list[Weighed], flat: list[Geometries], scene: Scene
) -> list[Hypothesis]:
    """Readings within range, best first by the evidence that leads."""
    told = [one for one in weighed if one.enough] or [one for one in weighed[:1] if one.matched]
    leading = next((one for one in told if one.clear), told[0] if told else None)
    found = [
        Hypothesis(
            code=one.code,
            label=one.label,
            near=True,
            fit_m=None if leading is None else float(leading.fits[at]),
            spread_m=None if leading is None else float(leading.spread[at]),
            inside=_inside(flat[at], scene),
            matched=0 if leading is None else leading.matched,
            note="；".join(_told(other, at) for other in told) or "坐标范围相符，没有可比对的要素",
        )
        for at, one in enumerate(near)
    ]
    return sorted(found, key=lambda one: one.fit_m if one.fit_m is not None else 0.0)


def _inside(shapes: Geometries, scene: Scene) -> float | None:
    """Share of the features whose middle lies in the district; None without a district."""
    if not len(scene.district):
        return None
    return float(shapely.within(shapely.centroid(shapes), shapely.union_all(scene.district)).mean())
