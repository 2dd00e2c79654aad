"""Task `boundaries`: raw geometries and what their coordinates are → valid CGCS2000 degrees. Runs in the child process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.importers import geometry, source_crs
from geodata.importers.geometry import LINES, POLYGONS, Feature
from geodata.importers.issues import Problem
from geodata.importers.sandbox import MARKER
from geodata.importers.source_crs import Source
from geodata.importers.tasks.budget import spend_at_most


def run(folder: Path, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Header with the system's name, notes and overlaps; a line a geometry, in order."""
    features = [_feature(blob) for blob in request["wkb"]]
    source = _source(request)
    overlaps = check(folder, features, source, request)
    header = {"crs": source.name, "rows": len(features), "notes": list(source.notes), "overlaps": overlaps}
    return iter([header, *lines(features)])


def lines(features: list[Feature]) -> list[dict[str, Any]]:
    """A line a feature: values, boundary, notes, whether it cannot be used."""
    blobs = all_hexed(features)
    return [
        {"values": one.values, "wkb": blob, "notes": one.notes, "problem": one.problem}
        for one, blob in zip(features, blobs, strict=True)
    ]


def _feature(blob: str | None) -> Feature:
    feature = Feature({})
    if blob is not None:
        try:
            feature.boundary = shapely.from_wkb(blob)
        except (shapely.errors.GEOSException, ValueError):
            feature.reject(Problem.BAD_GEOMETRY, "", "边界的几何数据读不了")
    return feature


def _source(request: dict[str, Any]) -> Source:
    """By a code of the detective, or by what file and person say."""
    code = request["hypothesis"]
    if code is None:
        return source_crs.resolve(
            in_file=request["in_file"],
            by_default=request["default_crs"],
            declared=request["crs"],
            datum=request["datum"],
        )
    return source_crs.by_hypothesis(code)


def check(
    folder: Path, features: list[Feature], source: Source, request: dict[str, Any]
) -> list[tuple[int, int, float]] | None:
    """Convert, check and repair the boundaries in place; gives overlaps (None: not checked, or not to the end)."""
    limits = request["limits"]

    def on_repair(at: int) -> None:
        (folder / MARKER).write_text(f"repair {at}", encoding="utf-8")
        spend_at_most(limits["repair_cpu_s"])

    geometry.check_boundaries(
        features,
        source,
        near=request["near"],
        most_vertices=limits["vertices"],
        skip=set(request["skip"]),
        on_repair=on_repair,
        kinds=LINES if request.get("lines") else POLYGONS,
    )
    (folder / MARKER).unlink(missing_ok=True)
    return _overlaps(folder, features, request)


def _overlaps(
    folder: Path, features: list[Feature], request: dict[str, Any]
) -> list[tuple[int, int, float]] | None:
    """Overlapping pairs; None when an earlier try did not end."""
    if not request["overlaps"]:
        return None
    (folder / MARKER).write_text("overlaps", encoding="utf-8")
    spend_at_most(request["limits"]["cpu_s"] // 2)
    neighbours = np.asarray(shapely.from_wkb(np.array(request["neighbours"], dtype=object)), dtype=object)
    found = geometry.overlaps(features, neighbours)
    (folder / MARKER).unlink(missing_ok=True)
    return found


def all_hexed(features: list[Feature]) -> list[str | None]:
    """The boundaries as hexadecimal WKB."""
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [feature.boundary for feature in features]
    found: list[str | None] = shapely.to_wkb(shapes, hex=True, byte_order=1).tolist()
    return found
