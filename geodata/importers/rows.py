"""Rows of a register against the store: what each would change, or why it is rejected. Nothing is written here."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from geodata.crs import from_datum
from geodata.importers.cells import read_cell
from geodata.importers.columns import FIELDS
from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.importers.known import Known, Stored, folded
from geodata.importers.sheet import Sheet
from geodata.vocabulary import BoundaryStatus, DataStatus, Datum, Severity

SAME_DEGREES = 1e-9  # a tenth of a millimetre: less is the noise of a conversion, not a change
REACH_DEGREES = 0.6  # 50 km east to west at this latitude; boundaries are checked in metres

_WITHOUT_BOUNDARY = (BoundaryStatus.MISSING.value, BoundaryStatus.UNCERTAIN.value)
_KEPT_WHEN_EMPTY = ("data_status", "source", "boundary_status")


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the child read it: values by heading, boundary in CGCS2000 degrees, notes on the boundary."""

    row: int
    values: dict[str, Any]
    boundary: BaseGeometry | None
    notes: list[tuple[Problem, str, str]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole file: latest possible year, datum of positions, source where a row names none,
    and whether an estate that the store does not know is made from its name."""

    last_year: int
    source: str
    datum: Datum | None = None
    create_estates: bool = False


@dataclass(slots=True)
class Change:
    """What one accepted row does: all values of a new compound, or the differing ones of a stored one."""

    row: int
    stored: Stored | None
    values: dict[str, Any]
    boundary: BaseGeometry | None

    @property
    def is_new(self) -> bool:
        """Whether it adds a compound."""
        return self.stored is None

    @property
    def record_id(self) -> str | None:
        """Its id; None for a new row without one."""
        return self.stored.values["id"] if self.stored else self.values.get("id")

    def now(self, name: str) -> Any:
        """Value of a column after the change."""
        return self.values.get(name, self.stored.values.get(name) if self.stored else None)


@dataclass(slots=True)
class Verdict:
    """All accepted rows (with an empty `values` when nothing changes), the numbers of the others, all issues.

    `new_estates` are rows for the table estate that accepted rows refer to.
    """

    accepted: list[Change] = field(default_factory=list)
    new_estates: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def check_rows(lines: list[Line], sheet: Sheet, known: Known, terms: Terms) -> Verdict:
    """Check every row; all faults at once. Each row ends as accepted or rejected."""
    verdict = Verdict(issues=list(sheet.issues))
    ids = Counter(_raw_id(line, sheet) for line in lines)
    tally: Counter[str] = Counter()
    estates = _NewEstates(terms)
    for line in lines:
        reader = _RowReader(line, sheet, known, terms, tally, estates)
        change = reader.read(repeated=ids[_raw_id(line, sheet)] if _raw_id(line, sheet) else 1)
        verdict.issues += reader.issues
        if change is None or any(one.severity is Severity.ERROR for one in reader.issues):
            verdict.rejected.append(line.row)
        else:
            verdict.accepted.append(change)
    verdict.issues += _summaries(tally, terms)
    verdict.new_estates = estates.used_by(verdict.accepted)
    return verdict


def _raw_id(line: Line, sheet: Sheet) -> str | None:
    for heading, name in sheet.fields.items():
        if name == "id":
            return read_cell(FIELDS["id"], line.values.get(heading)).value
    return None


class _NewEstates:
    """Estates that a file names and the store does not have, made when the file's terms say so."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}

    def named(self, name: str, street: str, data_status: str | None) -> str | None:
        """Id of the estate of that name in a street office; None when none may be made.

        A new one has the data status of the first row that names it.
        """
        if not self.terms.create_estates:
            return None
        row = {
            "id": f"estate-{uuid.uuid4().hex[:12]}",
            "name": name,
            "street_code": street,
            "data_status": data_status or DataStatus.REPORTED.value,
            "source": self.terms.source,
        }
        return str(self.rows.setdefault((street, folded(name)), row)["id"])

    def used_by(self, accepted: list[Change]) -> list[dict[str, Any]]:
        """Those that an accepted row refers to."""
        wanted = {change.values.get("estate_id") for change in accepted}
        return [row for row in self.rows.values() if row["id"] in wanted]


class _RowReader:
    """Reads one row; collects its issues."""

    def __init__(
        self,
        line: Line,
        sheet: Sheet,
        known: Known,
        terms: Terms,
        tally: Counter[str],
        estates: _NewEstates,
    ) -> None:
        self.line, self.known, self.terms, self.tally, self.estates = line, known, terms, tally, estates
        self.issues: list[Issue] = []
        self.raw = {sheet.fields[key]: value for key, value in line.values.items() if key in sheet.fields}
        self.is_archived = bool(sheet.archived_mark and line.values.get(sheet.archived_mark))

    def note(self, problem: Problem, message: str, *, field: str = "", value: Any = "") -> None:
        """Add an issue of this row."""
        self.issues.append(issue(problem, message, row=self.line.row, field=field, value=value))

    def read(self, *, repeated: int) -> Change | None:
        """What the row does; None (or an issue of severity error) when it is rejected."""
        for problem, value, message in self.line.notes:
            self.note(problem, message, field="geometry", value=value)
        if any(problem is Problem.BROKEN_FEATURE for problem, _, _ in self.line.notes):
            return None
        record_id = self._id(repeated)
        stored = self.known.compounds.get(record_id) if record_id else None
        if self.is_archived or (stored is not None and stored.archived):
            where = "文件中该行已标为归档" if self.is_archived else f"编号“{record_id}”的楼院在库中已归档"
            self.note(Problem.ARCHIVED, f"{where}，不装入；要恢复请在页面上操作", field="id", value=record_id)
            return None
        values = self._values(stored)
        self._refer(values, stored)
        self._positions(values, stored)
        boundary = self._boundary(stored)
        self._boundary_status(values, boundary, stored)
        change = Change(self.line.row, stored, values, boundary)
        if stored is None:
            self._complete(change, record_id)
        else:
            self._keep_differences(change, stored)
        return change

    def _id(self, repeated: int) -> str | None:
        cell = read_cell(FIELDS["id"], self.raw.get("id"))
        self._doubts("id", cell.doubts)
        if cell.value and repeated > 1:
            text = (
                f"编号“{cell.value}”在文件中出现 {repeated} 次，这几行都没有装入；每个楼院一行，编号不可重复"
            )
            self.note(Problem.DUPLICATE_ID, text, field="id", value=cell.value)
        return cell.value

    def _doubts(self, name: str, doubts: list[tuple[Problem, str]]) -> None:
        for problem, message in doubts:
            self.note(problem, message, field=name, value=self.raw.get(name))

    def _values(self, stored: Stored | None) -> dict[str, Any]:
        """Values that the file gives and that may be stored; what equals the store is left out without a word."""
        values = {}
        for name, raw in self.raw.items():
            if name == "id" or (stored is not None and raw == stored.values[name]):
                continue
            field = FIELDS[name]
            if name == "built_year":
                field = replace(field, most=self.terms.last_year)
            cell = read_cell(field, raw)
            if stored is not None and cell.ok and cell.value == stored.values[name]:
                continue
            self._doubts(name, cell.doubts)
            if cell.ok:
                values[name] = cell.value
        return values

    def _refer(self, values: dict[str, Any], stored: Stored | None) -> None:
        """Turn codes or names of street office, community, estate and area into ids."""
        street = stored.values["street_code"] if stored else None
        for name, column in FIELDS.items():  # street_code stands before those that it narrows down
            text = values.get(name)
            if column.refers_to is None or text is None:
                continue
            found, problem, message = self.known.resolve(column.refers_to, text, street=street)
            if name == "estate_id" and problem is Problem.UNKNOWN_REFERENCE and street is not None:
                found = self.estates.named(text, street, values.get("data_status"))
                problem = None if found else problem
            if problem is not None:
                self.note(problem, message, field=name, value=text)
                del values[name]
                continue
            values[name] = found
            street = found if name == "street_code" else street

    def _positions(self, values: dict[str, Any], stored: Stored | None) -> None:
        if not {"position_lon", "position_lat"} & values.keys():
            return
        former = stored.values if stored else {}
        lon, lat = (values.get(name, former.get(name)) for name in ("position_lon", "position_lat"))
        if (lon is None) != (lat is None):
            text = "位置经度与位置纬度须同时填写，或都不填"
            self.note(Problem.INCOMPLETE_POSITION, text, field="position_lon", value=[lon, lat])
        elif lon is not None and lat is not None:
            if self.terms.datum in (Datum.GCJ02, Datum.BD09):
                point = from_datum(np.array([Point(lon, lat)], dtype=object), self.terms.datum)[0]
                values["position_lon"], values["position_lat"] = lon, lat = point.x, point.y
            west, south, east, north = self.known.extent
            reach = REACH_DEGREES
            if not (west - reach <= lon <= east + reach and south - reach <= lat <= north + reach):
                text = f"位置（{lon:g}, {lat:g}）不在本区附近；请检查经纬度是否颠倒"
                self.note(Problem.TOO_FAR, text, field="position_lon", value=f"{lon:g}, {lat:g}")

    def _boundary(self, stored: Stored | None) -> BaseGeometry | None:
        """The boundary that the row brings, as MultiPolygon; None when it brings none or the same."""
        boundary = self.line.boundary
        if boundary is None:
            self.tally["no_boundary" if stored is None or stored.boundary is None else "boundary_kept"] += 1
            return None
        several = boundary if boundary.geom_type == "MultiPolygon" else MultiPolygon([boundary])
        same = stored is not None and stored.boundary is not None and _is_same(several, stored.boundary)
        return None if same else several

    def _boundary_status(
        self, values: dict[str, Any], boundary: BaseGeometry | None, stored: Stored | None
    ) -> None:
        """Let status and boundary agree: a stated contradiction is refused, a missing status is the most cautious."""
        given = values.get("boundary_status")
        present = boundary is not None or (
            (stored is not None and stored.boundary is not None) or self.line.boundary is not None
        )
        if given is not None and (given in _WITHOUT_BOUNDARY) == present:
            label = BoundaryStatus(given).label
            text = (
                f"界线性质为“{label}”，但{'有' if present else '没有'}边界；请改正其中之一，或把界线性质留空"
            )
            self.note(Problem.BOUNDARY_MISMATCH, text, field="boundary_status", value=label)
        elif given is None and (stored is None or (boundary is not None and _says_no_boundary(stored))):
            values["boundary_status"] = _cautious_status(values, present)
            self.tally["boundary_status"] += present

    def _complete(self, change: Change, record_id: str | None) -> None:
        """Fill what a new compound must have, and refuse it when that cannot be known."""
        values = change.values
        for name in ("name", "street_code"):
            refused = any(one.field == name and one.severity is Severity.ERROR for one in self.issues)
            if values.get(name) is None and not refused:
                text = f"缺少{FIELDS[name].label}（{name}）；新增的楼院必须填写"
                self.note(Problem.MISSING_REQUIRED, text, field=name)
        if values.get("data_status") is None:
            values["data_status"] = DataStatus.REPORTED.value
            self.tally["data_status"] += 1
        if values.get("source") is None:
            values["source"] = self.terms.source
            self.tally["source"] += 1
        if record_id is None:
            self._require_not_stored(values)
        else:
            values["id"] = record_id
        if change.boundary is not None:
            values["geometry"] = change.boundary
        change.values = {name: value for name, value in values.items() if value is not None}

    def _require_not_stored(self, values: dict[str, Any]) -> None:
        street, name = values.get("street_code"), values.get("name")
        for record_id in self.known.by_street_and_name.get((street, folded(name or "")), ()):
            text = f"没有编号，而库中同一街道已有“{shown(name)}”（编号 {record_id}）；要更新它请填这个编号，确是另一处请改名"
            self.note(Problem.ALREADY_STORED, text, field="id", value=name)
            return

    def _keep_differences(self, change: Change, stored: Stored) -> None:
        """Leave only what differs from the store; name every value that would be emptied."""
        values = {}
        for name, value in change.values.items():
            former = stored.values[name]
            if value == former:
                continue
            if value is None and (name in _KEPT_WHEN_EMPTY or FIELDS[name].required):
                text = f"{FIELDS[name].label}不能为空，保留库中的“{shown(former)}”"
                self.note(Problem.DEFAULT_USED, text, field=name)
                continue
            if value is None:
                text = f"{FIELDS[name].label}在文件中为空，库中原值“{shown(former)}”将被清空；不想清空请填原值或删去该栏"
                self.note(Problem.CLEARED, text, field=name, value=former)
            values[name] = value
        if change.boundary is not None:
            values["geometry"] = change.boundary
        change.values = values


def _says_no_boundary(stored: Stored) -> bool:
    return stored.values["boundary_status"] in _WITHOUT_BOUNDARY


def _cautious_status(values: dict[str, Any], present: bool) -> str:
    if present:
        return BoundaryStatus.SCHEMATIC.value
    known = values.get("position_lon") is not None and values.get("position_uncertainty_m") is not None
    return BoundaryStatus.UNCERTAIN.value if known else BoundaryStatus.MISSING.value


def _is_same(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two boundaries are one, whatever ring they begin with and which way they run."""
    if one.equals_exact(other, 0.0):
        return True
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), SAME_DEGREES))


def _summaries(tally: Counter[str], terms: Terms) -> list[Issue]:
    """What holds for many rows is said once, with the number of rows."""
    status, drawn = DataStatus.REPORTED, BoundaryStatus.SCHEMATIC
    said = {
        "data_status": (
            Problem.DEFAULT_USED,
            f"没有给出数据性质，按“{status.label}”（{status.meaning}）登记",
        ),
        "source": (Problem.DEFAULT_USED, f"没有给出数据来源，记为“{shown(terms.source)}”"),
        "boundary_status": (
            Problem.DEFAULT_USED,
            f"没有给出界线性质，按“{drawn.label}”（{drawn.meaning}）登记",
        ),
        "no_boundary": (Problem.NO_BOUNDARY, "没有边界，进入“无边界”清单"),
        "boundary_kept": (Problem.BOUNDARY_KEPT, "在文件中没有边界，库中原有边界保持不变"),
    }
    return [
        issue(
            problem,
            f"{tally[key]} 行{text}",
            field="geometry" if "boundary" in key else key,
            value=tally[key],
        )
        for key, (problem, text) in said.items()
        if tally[key]
    ]
