"""The datum detective over all contents, sizes, noises and readings (the table of docs/datum.md), and its speed."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import shapely

from bench.rows import Row
from geodata.importers.detective import investigate
from geodata.importers.readings import READINGS
from tests.datum_cases import CONTENTS, NOISES_M, OPEN, RIGHT, SIZES, WRONG, Case, frames, known, outcome

DRAWS = 6
_ROUNDS = 5
_FEW = {"district": 1, "streets": 14, "wall": 19, "roads": 32}


def run() -> list[Row]:
    """Print the matrix; rows for wrong answers (none may be) and for time."""
    cells = {cell: _cell(*cell) for cell in _cells()}
    _print(cells)
    wrong = sum(found[WRONG] for found in cells.values())
    every = sum(found.total() for found in cells.values())
    clean = sum((cells["named", size, 0] for size in (30, 300)), Counter())
    return [
        Row(f"datum: silent wrong answers in {every:,} files", wrong, "", 0),
        Row("datum: 30 named compounds and more, clean: left open", clean[OPEN] / clean.total(), "", 0.05),
        *_speed(),
    ]


def _cells() -> list[tuple[str, int, float]]:
    return [
        (contents, size, noise_m)
        for contents in CONTENTS
        for size in SIZES
        if size == 1 or size <= _FEW.get(contents, size)
        for noise_m in NOISES_M
    ]


def _cell(contents: str, size: int, noise_m: float) -> Counter[str]:
    """Every reading turns up as often in a row of the table, not in each cell: there are fifty."""
    codes = list(READINGS)
    start = _number(contents, size, noise_m)
    drawn = [codes[(start + 7 * draw) % len(codes)] for draw in range(DRAWS)]
    cases = [
        Case(contents, size, noise_m, code, draw)
        for draw, code in enumerate(["cgcs2000", "gcj02", "bd09", *drawn])
    ]
    return Counter(outcome(case) for case in cases)


def _number(contents: str, size: int, noise_m: float) -> int:
    """A number of a cell that is the same in every run."""
    return CONTENTS.index(contents) * 31 + size * 3 + int(noise_m) * 5


def _print(cells: dict[tuple[str, int, float], Counter[str]]) -> None:
    print("| holds | features | " + " | ".join(f"{one} m" for one in NOISES_M) + " |")
    for contents, size in dict.fromkeys(cell[:2] for cell in cells):
        row = [cells[contents, size, noise_m] for noise_m in NOISES_M]
        text = " | ".join(f"{one[RIGHT]} / {one[OPEN]} / {one[WRONG]}" for one in row)
        print(f"| {contents} | {size} | {text} |")


def _speed() -> list[Row]:
    """A file of 100,000 vertices: three hundred outlines, and one alone."""
    shapes = frames()["compound"].geometry.dropna().to_numpy()[:300]
    district = frames()["district"].geometry.to_numpy()
    return [
        Row("datum: 300 compounds of 333 vertices", _median(_dense(shapes, 333)), "s", 1),
        Row("datum: one outline of 100,000 vertices", _median(_dense(district, 100_000)), "s", 1),
    ]


def _dense(shapes: np.ndarray, vertices: int) -> np.ndarray:
    raw = shapely.transform(shapes, READINGS["gcj02"].raw)
    step = shapely.length(raw) / vertices
    return np.array([shapely.segmentize(one, far) for one, far in zip(raw, step, strict=True)], dtype=object)


def _median(shapes: np.ndarray) -> float:
    controls, spent = known(), []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        investigate(shapes, controls)
        spent.append(time.perf_counter() - start)
    return float(np.median(spent))
