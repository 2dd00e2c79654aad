"""Reading the packed compounds of the map route, as the browser does (`static/map/packed.js`)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from cartography.packed import MAGIC, MISSING, PER_DEGREE


@dataclass(frozen=True)
class Packed:
    """One compound: rings without their closing corner (degrees, x then y), empty when only a position is known."""

    id: str
    name: str
    households: int | None
    uncertainty_m: float | None
    spot: tuple[float, float]
    rings: list[np.ndarray]


def unpack(content: bytes) -> list[Packed]:
    """The compounds in their order."""
    magic, n, rings, corners = (int(value) for value in np.frombuffer(content, "<u4", 4))
    assert magic == MAGIC
    at = 16

    def take(kind: str, count: int) -> np.ndarray:
        nonlocal at
        part = np.frombuffer(content, kind, count, at)
        at += part.nbytes
        return part

    uncertainty, households, rings_of = take("<f8", n), take("<i4", n), take("<i4", n)
    spots = take("<i4", 2 * n).reshape(2, -1).T / PER_DEGREE
    corners_of = take("<i4", rings)
    points = np.cumsum(take("<i4", 2 * corners).reshape(2, -1).T, axis=0, dtype="<i4") / PER_DEGREE
    ids, names = json.loads(content[at:])
    lines = np.split(points, np.cumsum(corners_of)[:-1]) if rings else []
    first = np.concatenate([[0], np.cumsum(rings_of)])
    return [
        Packed(
            id=ids[i],
            name=names[i],
            households=None if households[i] == MISSING else int(households[i]),
            uncertainty_m=None if np.isnan(uncertainty[i]) else float(uncertainty[i]),
            spot=(float(spots[i][0]), float(spots[i][1])),
            rings=lines[first[i] : first[i + 1]],
        )
        for i in range(n)
    ]
