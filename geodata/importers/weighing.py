"""Whether one kind of evidence tells the readings of a file apart clearly, or leaves the question open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.importers.ground_evidence import CONFLICT_M
from geodata.importers.scene import Kind, Measured

Metres = NDArray[np.float64]

_DRAWS = 300
_TAIL = 0.005
_LEAST_NAMES, _LEAST_PLACES, _LEAST_SPREAD, _LEAST_CELLS = 3, 5, 12, 5
_AGREEING = 0.75
_SINGLE_OVERLAP = 0.6
_SINGLE_M = 60.0
_PLACES_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Rule:
    """When a fit is good enough: at most `plausible_m`; the next one at least `times` as far and `beyond_m` more,
    and by at least `surely_m` in 199 of 200 redrawn samples.
    """

    plausible_m: float
    times: float
    beyond_m: float
    surely_m: float


RULES = {
    Kind.NAMES: Rule(150, 3, 100, 100),
    Kind.OUTLINES: Rule(150, 2, 40, 20),
    Kind.PLACES: Rule(15, 2, 5, 2),
    Kind.LINES: Rule(30, 2.5, 25, 12),
    Kind.STREETS: Rule(20, 3, 20, 10),
    Kind.CONFLICTS: Rule(4, 3, 3, 1),
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One kind of evidence weighed: fit (m) and its half width (m) per reading, the best reading by position.

    `clear`: it tells the readings apart; else `why` says in Chinese what is missing. `enough`: there was material
    to say something at all.
    """

    kind: Kind
    fits: Metres
    spread: Metres
    best: int
    clear: bool
    enough: bool
    why: str
    matched: int


def weigh(measured: Measured) -> Weighed:
    """Weigh one measure by the rule of its kind. Deterministic."""
    measured, enough, lacking = _material(measured)
    draws = _draws(measured)
    fits = _fit(measured.kind, measured.distances)
    spread = (np.quantile(draws, 0.95, axis=0) - np.quantile(draws, 0.05, axis=0)) / 2
    best = int(np.argmin(fits))
    why = lacking if not enough else _open(measured, fits, draws, best)
    return Weighed(measured.kind, fits, spread, best, enough and not why, enough, why, measured.matched)


def _fit(kind: Kind, distances: Metres) -> Metres:
    if kind is Kind.NAMES:
        return np.asarray(np.median(distances, axis=0))
    return np.asarray(distances.mean(axis=0))


def _draws(measured: Measured) -> Metres:
    """Fits of samples drawn anew from the groups, with repetition: rows are samples, columns readings."""
    rng = np.random.default_rng(5)
    names, groups = np.unique(measured.groups, return_inverse=True)
    count = len(names)
    drawn = rng.integers(count, size=(_DRAWS, count))
    if measured.kind is Kind.NAMES:
        return np.asarray(np.median(measured.distances[drawn], axis=1))
    sums = np.zeros((count, measured.distances.shape[1]))
    np.add.at(sums, groups.reshape(-1), measured.distances)
    sizes = np.bincount(groups.reshape(-1), minlength=count)
    return np.asarray(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None])


def _material(measured: Measured) -> tuple[Measured, bool, str]:
    """The units that can tell something, whether they are enough, and what is missing."""
    if measured.kind is Kind.PLACES:
        return _places(measured)
    if measured.kind is Kind.LINES and not measured.wide:
        return measured, False, "线要素太短或在一条直线上，偶然重合的可能大"
    if measured.kind in (Kind.STREETS, Kind.CONFLICTS):
        cells = len(np.unique(measured.groups))
        enough = measured.matched >= _LEAST_SPREAD and cells >= _LEAST_CELLS
        return (
            measured,
            enough,
            f"没有可对应的要素，只有 {measured.matched} 处可与街道、道路比对，太少或太集中",
        )
    return measured, True, ""


def _places(measured: Measured) -> tuple[Measured, bool, str]:
    assert measured.also is not None
    same = measured.also.astype(bool)
    counts = np.sort(same.sum(axis=0))[::-1]
    kept = np.asarray(same.any(axis=1))
    least = max(_LEAST_PLACES, _PLACES_SHARE * measured.matched)
    rest = counts[1] if len(counts) > 1 else 0
    enough = bool(counts[0] >= least and counts[0] >= 3 * rest)
    if not kept.any():
        kept = np.ones(len(same), dtype=bool)
    found = Measured(Kind.PLACES, measured.distances[kept], measured.groups[kept], int(counts[0]))
    return found, enough, _few(int(counts[0]))


def _few(count: int) -> str:
    told = f"只有 {count} 处边界与库中楼院重合" if count else "没有一处边界与库中楼院重合"
    return f"{told}，不足以判断"


def _open(measured: Measured, fits: Metres, draws: Metres, best: int) -> str:
    """Why the question stays open; empty when it does not."""
    rule = RULES[measured.kind]
    if fits[best] > rule.plausible_m:
        return f"最接近的一种也相差 {fits[best]:.0f} m，超过可信的 {rule.plausible_m:.0f} m"
    if len(fits) == 1:
        return ""
    others = np.delete(np.arange(len(fits)), best)
    second = float(fits[others].min())
    surely = float(np.quantile(draws[:, others].min(axis=1) - draws[:, best], _TAIL))
    if second < rule.times * fits[best] or second - fits[best] < rule.beyond_m or surely < rule.surely_m:
        return f"最接近的两种分别相差 {fits[best]:.0f} m 与 {second:.0f} m，分不清"
    return _open_names(measured, best, others) or _open_conflicts(measured, best, others)


def _open_names(measured: Measured, best: int, others: NDArray[np.int64]) -> str:
    if measured.kind is not Kind.NAMES:
        return ""
    assert measured.also is not None
    nearer = measured.distances[:, best] < measured.distances[:, others].min(axis=1)
    if nearer.mean() < _AGREEING:
        return f"同名的 {measured.matched} 处中只有 {int(nearer.sum())} 处支持同一种判断"
    if measured.matched < _LEAST_NAMES:
        near = measured.distances[:, best].max() <= _SINGLE_M
        if not near or measured.also[:, best].min() < _SINGLE_OVERLAP:
            return f"同名的只有 {measured.matched} 处，边界又不重合，不足以判断"
    return ""


def _open_conflicts(measured: Measured, best: int, others: NDArray[np.int64]) -> str:
    """Conflicts can only rule readings out: all others must be, on ground where roads are known."""
    if measured.kind is not Kind.CONFLICTS:
        return ""
    assert measured.also is not None
    crossed = (measured.distances > CONFLICT_M).mean(axis=0)
    if crossed[best] > 0.1 or crossed[others].min() < 0.25:
        return "与道路冲突的楼院在几种判断下都不少或都不多，分不清"
    if measured.also[:, best].mean() < 0.6:
        return "换算后的位置附近库中没有道路，无从比对"
    return ""
