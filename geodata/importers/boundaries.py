"""Raw geometries of a file to valid CGCS2000 degrees: converted, checked, repaired and compared in the guarded child."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import BadFile
from geodata.importers.issues import Problem
from geodata.importers.sandbox import Answer, Limits, ask

_MOST_STUCK = 5
_USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Place:
    """One geometry in degrees (None without, or when rejected), what was noticed, and whether it was rejected."""

    boundary: BaseGeometry | None
    notes: tuple[tuple[Problem, str, str], ...]
    problem: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """The geometries in the order given; what their system is called; pairs that overlap.

    `overlaps`: (position, other position, m²), the other counted on behind the geometries into the neighbours;
    None when it could not be checked to the end.
    """

    crs: str
    places: tuple[Place, ...]
    notes: tuple[tuple[Problem, str, str], ...]
    overlaps: tuple[tuple[int, int, float], ...] | None


def place(
    wkb: Sequence[str | None],
    *,
    near: tuple[float, float, float, float],
    hypothesis: str | None = None,
    in_file: str | None = None,
    default_crs: str | None = None,
    crs: str | None = None,
    datum: str | None = None,
    neighbours: Sequence[str] = (),
    lines: bool = False,
    overlaps: bool = True,
    limits: Limits = _USUAL_LIMITS,
) -> Placed:
    """Place geometries (hexadecimal WKB in the file's coordinates), polygons or `lines`.

    `hypothesis` is a code of the detective; without it the system follows from what the file says (`in_file`,
    `default_crs`) and what the person says (`crs` as `EPSG:n`, `datum`), which goes first. `near` is the extent of the
    district, `neighbours` are stored boundaries, in degrees. Raises BadFile and BadValue with what to do.
    """
    request: dict[str, Any] = {
        "task": "boundaries",
        "wkb": list(wkb),
        "hypothesis": hypothesis,
        "in_file": in_file,
        "default_crs": default_crs,
        "crs": crs,
        "datum": datum,
        "near": near,
        "neighbours": list(neighbours),
        "lines": lines,
        "skip": [],
        "overlaps": overlaps,
    }
    answer = ask_to_the_end(request, limits=limits)
    blobs = np.array([one["wkb"] for one in answer.lines], dtype=object)
    shapes = np.asarray(shapely.from_wkb(blobs), dtype=object)
    places = tuple(
        Place(shape, _notes(one["notes"]), one["problem"])
        for shape, one in zip(shapes, answer.lines, strict=True)
    )
    found = answer.header["overlaps"]
    pairs = None if found is None else tuple((int(a), int(b), float(m2)) for a, b, m2 in found)
    return Placed(answer.header["crs"], places, _notes(answer.header["notes"]), pairs)


def ask_to_the_end(request: dict[str, Any], *, limits: Limits) -> Answer:
    """Ask the child; what it cannot finish within its limits is left out when it is asked again. Raises BadFile."""
    with tempfile.TemporaryDirectory(prefix="chengyuan-") as folder:
        while len(request["skip"]) <= _MOST_STUCK:
            answer = ask(Path(folder), request, limits=limits)
            if answer.stopped_at is None:
                return answer
            what, _, position = answer.stopped_at.partition(" ")
            if what == "overlaps":
                request["overlaps"] = False
            else:
                request["skip"].append(int(position))
    raise BadFile(f"有 {_MOST_STUCK} 个以上的边界自相交过多，限时内修复不了；请先在 QGIS 中修复几何再装入。")


def _notes(found: list[list[str]]) -> tuple[tuple[Problem, str, str], ...]:
    return tuple((Problem(problem), value, message) for problem, value, message in found)
