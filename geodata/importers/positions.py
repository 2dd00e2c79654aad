"""Positions that stand in columns of a ledger: in which coordinates they are, and what is said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point

from geodata.importers.asked import AUTO, Asked
from geodata.importers.cells import read_cell
from geodata.importers.controls import controls_of
from geodata.importers.issues import Issue, Problem, issue
from geodata.importers.known import SAME_DEGREES, Known
from geodata.importers.lines import Verdict
from geodata.importers.settling import Settled, settle
from geodata.importers.understanding import Record

_LON, _LAT = "position_lon", "position_lat"


@dataclass(frozen=True, slots=True)
class Positions:
    """How the positions of a ledger are read, and as which points the file has them (None: there are none)."""

    settled: Settled
    points: NDArray[np.object_] | None = None


def settle_positions(records: Sequence[Record], known: Known, asked: Asked) -> Positions:
    """Hold positions against what is stored, as shapes are; those that the store has just so say nothing.

    They stay as they are where no row can be compared: neither a stored record nor a street office is named.
    """
    said = Settled(hypothesis=None if asked.hypothesis == AUTO else asked.hypothesis, crs=asked.crs)
    if not {_LON, _LAT} <= {column.name for column in known.kind.columns}:
        return Positions(said)
    placed = [(record, point) for record in records if (point := _point(record, known)) is not None]
    controls = controls_of(known.frames)
    rows = [record.values for record, _ in placed]
    if not any(controls.candidates(row) or controls.street(row) for row in rows):
        return Positions(said)
    points = np.empty(len(placed), dtype=object)
    points[:] = [point for _, point in placed]
    return Positions(settle(points, rows, known.frames, asked, said_crs=None, default_crs=None), points)


def _point(record: Record, known: Known) -> Point | None:
    """The position that a row gives, when it gives one that the store does not have already."""
    degrees = [_degrees(record, name, known) for name in (_LON, _LAT)]
    if None in degrees:
        return None
    given, name = record.values.get("id"), record.values.get("name")
    ids = [str(given)] if given is not None else known.names(known.kind.layer).exact(str(name or ""))
    for stored in filter(None, map(known.records.get, ids)):
        former = [stored.values.get(one) for one in (_LON, _LAT)]
        if all(
            one is not None and abs(one - at) < SAME_DEGREES for one, at in zip(former, degrees, strict=True)
        ):
            return None
    return Point(*degrees)


def _degrees(record: Record, name: str, known: Known) -> float | None:
    column = next(one for one in known.kind.columns if one.name == name)
    raw: Any = record.values.get(name)
    value = None if raw is None else read_cell(column, raw).value
    return float(value) if isinstance(value, int | float) else None


def position_issues(settled: Settled, verdict: Verdict) -> list[Issue]:
    """How the positions of accepted rows were taken: columns say nothing of their datum."""
    count = sum(_LON in change.values for change in verdict.accepted)
    if not count:
        return []
    if settled.datum is not None:
        text = f"{count} 行的位置经纬度按 {settled.datum.label} 读取，已换算到 CGCS2000"
        return [issue(Problem.DATUM_SHIFTED, text, field=_LON, value=settled.datum.label)]
    if not settled.is_open:
        return []
    text = (
        f"{count} 行的位置经纬度按 CGCS2000 / WGS84 读取，没有可比对的楼院或街道；"
        "若取自高德、腾讯或百度地图，请选定坐标系再检查一次"
    )
    return [issue(Problem.DEFAULT_USED, text, field=_LON, value=count)]
