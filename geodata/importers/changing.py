"""What a row changes: everything of a new record, only what differs of a stored one; nothing is emptied unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import MultiLineString, MultiPolygon
from shapely.geometry.base import BaseGeometry

from geodata.importers.issues import Problem, shown
from geodata.importers.known import SAME_DEGREES, Stored
from geodata.importers.lines import Change
from geodata.importers.naming import plain
from geodata.kinds.kind import Holds
from geodata.vocabulary import BoundaryStatus, WorkType

if TYPE_CHECKING:
    from geodata.importers.rows import RowReader

_WITHOUT_BOUNDARY = (BoundaryStatus.MISSING.value, BoundaryStatus.UNCERTAIN.value)
_KEPT_WHEN_EMPTY = ("data_status", "source", "boundary_status")
_LATER_PARTS = ("_to", "_precision")  # of a fuzzy date, which is one cell
_WHOLE = {"Polygon": MultiPolygon, "LineString": MultiLineString}


# ── Boundaries ────────────────────────────────────────────────────────────────────────────────────────────────


def settle_boundary(row: RowReader, stored: Stored | None) -> BaseGeometry | None:
    """The boundary that the row brings, in the layer's multi type; None when it brings none or the same."""
    if row.layer.geometry is None:
        return None
    boundary = _given(row, stored)
    if "boundary_status" in row.layer.table.columns:
        _status(row, boundary, stored)
    return boundary


def _given(row: RowReader, stored: Stored | None) -> BaseGeometry | None:
    boundary = row.line.boundary
    has_one = stored is not None and stored.boundary is not None
    if boundary is None:
        if row.kind.code == "compound" or has_one:
            row.tally["boundary_kept" if has_one else "no_boundary"] += 1
        return None
    whole = _WHOLE.get(boundary.geom_type)
    several = boundary if whole is None else whole([boundary])
    return None if has_one and stored and _is_same(several, stored.boundary) else several


def _is_same(one: BaseGeometry, other: BaseGeometry | None) -> bool:
    """Whether two boundaries are one, whatever ring they begin with and which way they run."""
    if other is None or one.equals_exact(other, 0.0):
        return other is not None
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), SAME_DEGREES))


def _status(row: RowReader, boundary: BaseGeometry | None, stored: Stored | None) -> None:
    """Let status and boundary agree: a stated contradiction is refused, a missing status is the most cautious."""
    given = row.values.get("boundary_status")
    present = (
        boundary is not None
        or (stored is not None and stored.boundary is not None)
        or row.line.boundary is not None
    )
    if given is not None and (given in _WITHOUT_BOUNDARY) == present and not row.line.unplaced:
        label = BoundaryStatus(given).label
        text = f"界线性质为“{label}”，但{'有' if present else '没有'}边界；请改正其中之一，或把界线性质留空"
        row.note(Problem.BOUNDARY_MISMATCH, text, field="boundary_status", value=label)
    elif given is None and (stored is None or (boundary is not None and _says_no_boundary(stored))):
        row.values["boundary_status"] = _cautious_status(row.values, present)
        row.tally["boundary_status"] += present


def _says_no_boundary(stored: Stored) -> bool:
    return stored.values["boundary_status"] in _WITHOUT_BOUNDARY


def _cautious_status(values: dict[str, Any], present: bool) -> str:
    if present:
        return BoundaryStatus.SCHEMATIC.value
    known = values.get("position_lon") is not None and values.get("position_uncertainty_m") is not None
    return BoundaryStatus.UNCERTAIN.value if known else BoundaryStatus.MISSING.value


# ── New records ───────────────────────────────────────────────────────────────────────────────────────────────


def complete(row: RowReader, change: Change, record_id: str | None) -> None:
    """Fill what a new record must have, and refuse it when that cannot be known."""
    values = change.values
    waits = ("match", row.line.key) in row.decisions  # it may be a stored record, which has these
    for column in () if waits else row.cells.required:
        absent = all(values.get(name) is None for name in column.stored)
        if absent and not _is_refused(row, column.name):
            text = f"缺少{column.label}；新增的{row.layer.label}必须填写"
            row.note(Problem.MISSING_REQUIRED, text, field=column.name)
    for default in row.kind.defaults:
        if default.value is not None and values.get(default.name) is None:
            values[default.name] = default.value
            row.tally[default.name] += 1
    if row.kind.code == "work_item" and values.get("quantity") is not None and not values.get("unit"):
        values["unit"] = WorkType(values["type_code"]).unit if values.get("type_code") else None
        row.tally["unit"] += values["unit"] is not None
    if values.get("source") is None:
        values["source"] = row.terms.source
        row.tally["source"] += 1
    if record_id is not None:
        values["id"] = record_id
    if change.boundary is not None:
        values["geometry"] = change.boundary
    change.values = {name: value for name, value in values.items() if value is not None}


def _is_refused(row: RowReader, name: str) -> bool:
    if name == "street_code" and row.line.unplaced:  # its place may tell, once it is known
        return True
    if any(
        one.via == name and one.name in row.refused for one in row.kind.columns
    ):  # what finds it is refused
        return True
    errors = (Problem.MISSING_REQUIRED,)
    return name in row.refused or any(one.field == name and one.issue in errors for one in row.issues)


# ── Stored records ────────────────────────────────────────────────────────────────────────────────────────────


def differences(row: RowReader, change: Change, stored: Stored) -> None:
    """Leave only what differs from the store; name every value that would be emptied."""
    values: dict[str, Any] = {}
    labels = {name: one.label for one in row.kind.columns for name in one.stored}
    required = {name for one in row.kind.columns if one.required for name in one.stored}
    for name, value in change.values.items():
        former = stored.values.get(name)
        if stored.says(name, value) or (name == "name" and former and plain(former) == plain(value or "")):
            continue
        told = row.known.told(row.layer.name, name, former) if former is not None else ""
        if value is None and (name in _KEPT_WHEN_EMPTY or name in required or _must_stay(row, name)):
            text = f"{labels.get(name, name)}不能为空，保留库中的“{shown(told)}”"
            row.note(Problem.DEFAULT_USED, text, field=name)
            continue
        if value is None and former is not None and not row.terms.clear_empty:
            row.tally["kept_when_empty"] += not name.endswith(_LATER_PARTS)
            continue
        if value is None and former is not None:
            text = f"{labels.get(name, name)}在文件中为空，库中原值“{shown(told)}”将被清空；不想清空请填原值或删去该栏"
            row.note(Problem.CLEARED, text, field=name, value=former)
        values[name] = value
    if change.boundary is not None:
        values["geometry"] = change.boundary
    change.values = _whole_dates(row, values, change)


def _must_stay(row: RowReader, name: str) -> bool:
    column = row.layer.table.columns.get(name)
    return column is not None and not column.nullable


def _whole_dates(row: RowReader, values: dict[str, Any], change: Change) -> dict[str, Any]:
    """A fuzzy date changes as a whole: its three columns only make sense together."""
    for column in row.kind.columns:
        if column.holds is Holds.FUZZY_DATE and any(name in values for name in column.stored):
            values |= {name: change.values.get(name) for name in column.stored}
    return values
