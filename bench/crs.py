"""GCJ-02 back to CGCS2000, a million positions: time and error, ours against `coord-convert`, the one exact library.

It takes one position at a time; its time is measured on fewer and reckoned up.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy as np

from bench.rows import Row
from geodata import crs

MANY, FEW = 1_000_000, 20_000
_ROUNDS = 5
_HERE, _CHINA = (113.4, 34.5, 114.0, 35.0), (72.1, 0.95, 137.7, 55.7)


def run() -> list[Row]:
    """Ours here and all over China; then the library."""
    here, china = _positions(_HERE), _positions(_CHINA)
    shifted = _shifted(here)
    ours = _median(lambda: crs.gcj02_to_wgs84(*shifted))
    rows = [
        Row("GCJ-02 inverse, 1,000,000 positions", ours, "s", 1),
        Row("error against the published formula: this district", _error_mm(here), "mm", 1),
        Row("error against the published formula: all of China", _error_mm(china), "mm", 1),
    ]
    return rows + _library(ours, here)


def _shifted(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions as GCJ-02 has them."""
    return crs.wgs84_to_gcj02(positions[0], positions[1])


def _positions(box: tuple[float, float, float, float]) -> np.ndarray:
    rng = np.random.default_rng(7)
    return np.array([rng.uniform(box[0], box[2], MANY), rng.uniform(box[1], box[3], MANY)])


def _median(act: Callable[[], object]) -> float:
    act()
    spent = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def _error_mm(positions: np.ndarray) -> float:
    return _apart_mm(positions, np.array(crs.gcj02_to_wgs84(*_shifted(positions))))


def _apart_mm(positions: np.ndarray, back: np.ndarray) -> float:
    east = (back[0] - positions[0]) * 111_320_000 * np.cos(np.radians(positions[1]))
    return float(np.hypot(east, (back[1] - positions[1]) * 110_900_000).max())


def _library(ours: float, positions: np.ndarray) -> list[Row]:
    if importlib.util.find_spec("coord_convert") is None:
        print("coord-convert is not installed: its rows are left out")
        return []
    from coord_convert.transform import gcj2wgs

    few = positions[:, :FEW]
    there = list(zip(*(one.tolist() for one in _shifted(few)), strict=True))
    start = time.perf_counter()
    back = np.array([gcj2wgs(lon, lat) for lon, lat in there]).T
    theirs = (time.perf_counter() - start) * MANY / FEW
    return [
        Row("coord-convert, reckoned up to the same number", theirs, "s"),
        Row("coord-convert: error", _apart_mm(few, back), "mm"),
        Row("ours against coord-convert", ours / theirs, "", 0.05),
    ]
