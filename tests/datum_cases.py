"""Files whose coordinates are known, made from the demo district: any reading, any noise, any size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geodata import crs, demo
from geodata.importers.controls import CONTROL_LAYERS, Controls, controls_of
from geodata.importers.detective import UNDECIDED, Investigation, investigate
from geodata.importers.readings import READINGS

ENOUGH = 700
CONTENTS = ("named", "stored", "new", "bare", "streets", "roads", "wall", "district")
"""What a file holds: compounds by name, the same without names, compounds that the district does not hold yet with
the name of their street office or without, street offices by name, roads, wall, the district."""
SIZES = (1, 5, 30, 300)
NOISES_M = (0, 2, 10, 30)
RIGHT, OPEN, WRONG = "right", "open", "WRONG"


@dataclass(frozen=True)
class Case:
    """One file: what it holds, how many features, with how much noise (m), in which reading, which draw."""

    contents: str
    size: int
    noise_m: float
    code: str
    draw: int


@cache
def frames() -> dict[str, gpd.GeoDataFrame]:
    """The demo district with enough compounds, as frames by layer."""
    rows = demo.enlarge(demo.build(), compounds=ENOUGH)
    return {
        layer: gpd.GeoDataFrame(rows[layer], geometry="geometry", crs=crs.STORED_CRS).set_index("id")
        for layer in CONTROL_LAYERS
    }


@cache
def known(*, half: bool = False) -> Controls:
    """What the district holds; `half` leaves out every second compound."""
    if not half:
        return controls_of(frames())
    stored = frames()["compound"]
    return controls_of(frames() | {"compound": stored.iloc[::2]})


def made(case: Case) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Geometries of the file as it has them, and the values of its rows."""
    rng = np.random.default_rng([case.draw, case.size, int(case.noise_m), CONTENTS.index(case.contents)])
    frame = _features(case, rng)
    shapes = crs.metres(frame.geometry.to_numpy())
    shaken = [_shaken(shape, case.noise_m, rng) for shape in shapes]
    column = np.empty(len(shaken), object)
    column[:] = shaken
    raw = shapely.transform(crs.degrees(column), READINGS[case.code].raw)
    return raw, _rows(case, frame)


def _features(case: Case, rng: np.random.Generator) -> gpd.GeoDataFrame:
    layer = {
        "streets": "street_office",
        "roads": "basemap_line",
        "wall": "heritage_line",
        "district": "district",
    }
    frame = frames()[layer.get(case.contents, "compound")]
    frame = frame[frame.geometry.notna()]
    if case.contents in ("new", "bare"):
        frame = frame[~frame.index.isin(frames()["compound"].index[::2])]
    if rng.random() < 0.5:  # features beside each other, else anywhere
        middle = frame.geometry.iloc[int(rng.integers(len(frame)))].centroid
        order = np.argsort(shapely.distance(shapely.centroid(frame.geometry.to_numpy()), middle))
    else:
        order = rng.permutation(len(frame))
    return frame.iloc[order[: case.size]]


def _shaken(shape: shapely.Geometry, noise_m: float, rng: np.random.Generator) -> shapely.Geometry:
    """A feature set down a little beside its place, each corner once more."""
    by = rng.normal(0, noise_m, 2)

    def move(xy: np.ndarray) -> np.ndarray:
        corners, at = np.unique(xy, axis=0, return_inverse=True)  # rings stay closed
        return xy + by + rng.normal(0, noise_m / 2, corners.shape)[at.reshape(-1)]

    return shapely.transform(shape, move)


def _rows(case: Case, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    if case.contents == "named":
        return [
            {"名称": name, "街道": street}
            for name, street in zip(frame["name"], _streets(frame), strict=True)
        ]
    if case.contents == "new":
        return [{"街道": street} for street in _streets(frame)]
    if case.contents in ("streets", "roads", "wall"):
        return [{"name": name} for name in frame["name"]]
    return [{} for _ in range(len(frame))]


def _streets(frame: gpd.GeoDataFrame) -> list[str]:
    return list(frames()["street_office"]["name"].reindex(frame["street_code"]))


def solved(case: Case) -> Investigation:
    """What the detective says of the file."""
    raw, rows = made(case)
    controls = known(half=case.contents in ("new", "bare"))
    return investigate(raw, controls, rows=rows)


def outcome(case: Case) -> str:
    """Right, open or wrong."""
    verdict = solved(case).verdict
    return OPEN if verdict == UNDECIDED else RIGHT if verdict == case.code else WRONG
