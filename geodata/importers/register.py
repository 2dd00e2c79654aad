"""Loading a register of compounds: read in a child, checked against the store, accepted in one save.

`accepted + rejected == rows`, always; every fault of the file is in one table of issues.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geodata.errors import BadFile, BadValue
from geodata.importers.accepting import accept
from geodata.importers.asked import Asked
from geodata.importers.inspecting import Outcome, require_readable
from geodata.importers.inspection import Counts, Inspection
from geodata.importers.issues import Issue, Problem, issue, issues_frame
from geodata.importers.known import Known
from geodata.importers.lines import Change, Line, Terms, Verdict
from geodata.importers.neighbours import overlap_issues, same_names
from geodata.importers.privacy import personal_issues
from geodata.importers.rows import check_rows
from geodata.importers.sandbox import Answer, Limits, ask
from geodata.importers.sheet import Sheet
from geodata.kinds import KINDS
from geodata.schema import LAYERS
from geodata.store import Store
from geodata.vocabulary import Datum

OnProgress = Callable[[int, int, str], None]

_LAYER = "compound"
_MOST_STUCK = 5
_USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the person says about the file, because the file does not: layer, `EPSG:n`, datum, whether estates
    that the store does not know are to be made from their names.
    """

    layer: str | None = None
    crs: str | None = None
    datum: Datum | None = None
    create_estates: bool = False


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a file. `revision` is None when nothing was written (dry run, no change, all rejected)."""

    file_name: str
    sha256: str
    source_crs: str
    encoding: str
    rows: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    issues: tuple[Issue, ...]
    changes: tuple[Change, ...]
    new_estates: int
    revision: int | None

    @property
    def accepted(self) -> int:
        """Rows that are in the store now as the file has them."""
        return self.inserted + self.updated + self.unchanged

    def frame(self) -> pd.DataFrame:
        """The issues as a table."""
        return issues_frame(self.issues)


def load_register(
    store: Store,
    path: Path,
    *,
    author: str,
    today: date,
    reason: str | None = None,
    declared: Declared | None = None,
    dry_run: bool = False,
    file_name: str | None = None,
    limits: Limits = _USUAL_LIMITS,
    on_progress: OnProgress | None = None,
) -> LoadReport:
    """Load a GeoPackage or GeoJSON with the documented columns (docs/register-format.md).

    A row whose id is in the store changes the fields that differ, another one is added; all in one revision with
    author and reason. `today` bounds the year of building; `dry_run` reports and writes nothing.
    Raises BadFile (cannot be read as a register), BadValue (a declaration that does not fit), and members of
    StoreError, StaleRow among them when somebody saved one of the rows in between.
    """
    if not author.strip():
        raise BadValue("没有填写操作人，不能装入；请用 --author 写明姓名或单位。")
    report = on_progress or (lambda done, total, what: None)
    name = file_name or path.name
    require_readable(path, store)
    report(0, 3, "读取数据库")
    known = Known.read(store, KINDS[_LAYER])
    report(1, 3, "读取文件并检查边界")
    declared = declared or Declared()
    reading = _read(path, declared, known, limits)
    report(2, 3, "核对并写入")
    source, make = f"登记表 {name}", declared.create_estates
    terms = Terms(today, source, declared.datum, create_estates=make, clear_empty=True)
    verdict = _judge(reading, known, terms)
    changed = [change for change in verdict.accepted if change.values]
    revision = None
    if not dry_run:
        outcome = Outcome(_inspection(reading, name, verdict), Asked(name, _LAYER), known, verdict)
        reason = reason or f"装入登记表 {name}"
        revision = accept(store, outcome, author=author, reason=reason, today=today)
    report(3, 3, "完成")
    return _report(reading, name, verdict, changed, revision)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The child's answer, and the ids of the stored neighbours it was given."""

    answer: Answer
    neighbours: list[str]

    def fact(self, name: str) -> Any:
        """A fact of the file from the answer's header."""
        return self.answer.header[name]


def _judge(reading: _Reading, known: Known, terms: Terms) -> Verdict:
    """Accepted and rejected rows and all issues: of the file, of the rows, of neighbours."""
    sheet = Sheet.of(reading.fact("columns"))
    verdict = check_rows(list(_lines(reading.answer.lines, sheet)), known, terms)
    if len(verdict.accepted) + len(verdict.rejected) != reading.fact("rows"):
        raise AssertionError("rows got lost between reading and checking")
    verdict.issues[:0] = [*_file_issues(reading), *sheet.issues]
    verdict.issues += same_names(verdict.accepted, known)
    verdict.issues += personal_issues(verdict.accepted, known.kind)
    verdict.issues += _overlaps(reading, verdict, known)
    return verdict


def _report(
    reading: _Reading, name: str, verdict: Verdict, changed: list[Change], revision: int | None
) -> LoadReport:
    new = sum(change.is_new for change in changed)
    return LoadReport(
        file_name=name,
        sha256=reading.fact("sha256"),
        source_crs=reading.fact("crs"),
        encoding=reading.fact("encoding"),
        rows=reading.fact("rows"),
        inserted=new,
        updated=len(changed) - new,
        unchanged=len(verdict.accepted) - len(changed),
        rejected=len(verdict.rejected),
        issues=tuple(verdict.issues),
        changes=tuple(changed),
        new_estates=len(verdict.new_estates),
        revision=revision,
    )


def _read(path: Path, declared: Declared, known: Known, limits: Limits) -> _Reading:
    """Let the child read; what it cannot finish within its limits is left out when it is asked again."""
    neighbours = [i for i, one in known.records.items() if one.boundary is not None and not one.archived]
    request: dict[str, Any] = {
        "task": "register",
        "path": str(path.resolve()),
        "layer": declared.layer,
        "crs": declared.crs,
        "datum": declared.datum.value if declared.datum else None,
        "near": known.extent,
        "neighbours": [_hex(known.records[one].boundary) for one in neighbours],
        "skip": [],
        "overlaps": True,
    }
    with tempfile.TemporaryDirectory(prefix="chengyuan-") as folder:
        while len(request["skip"]) <= _MOST_STUCK:
            answer = ask(Path(folder), request, limits=limits)
            if answer.stopped_at is None:
                return _Reading(answer, neighbours)
            what, _, position = answer.stopped_at.partition(" ")
            if what == "overlaps":
                request["overlaps"] = False
            else:
                request["skip"].append(int(position))
    raise BadFile(f"有 {_MOST_STUCK} 个以上的边界自相交过多，限时内修复不了；请先在 QGIS 中修复几何再装入。")


def _hex(boundary: Any) -> str:
    return str(shapely.to_wkb(boundary, hex=True, byte_order=1))


def _lines(found: list[dict[str, Any]], sheet: Sheet) -> Iterator[Line]:
    blobs = np.array([one["wkb"] for one in found], dtype=object)
    boundaries = np.asarray(shapely.from_wkb(blobs), dtype=object)
    for row, (one, boundary) in enumerate(zip(found, boundaries, strict=True), start=1):
        notes = [(Problem(problem), value, message) for problem, value, message in one["notes"]]
        yield sheet.line(row, one["values"], boundary, notes)


def _file_issues(reading: _Reading) -> list[Issue]:
    found = [issue(Problem(kind), text, value=value) for kind, value, text in reading.fact("notes")]
    if reading.fact("overlaps") is None:
        found.append(issue(Problem.NOT_CHECKED, "边界太复杂或互相重叠太多，重叠没有检查", field="geometry"))
    return found


def _overlaps(reading: _Reading, verdict: Verdict, known: Known) -> list[Issue]:
    changes = {change.row - 1: change for change in verdict.accepted}
    pairs = [(int(one), int(other), float(m2)) for one, other, m2 in reading.fact("overlaps") or ()]
    return overlap_issues(pairs, changes, reading.neighbours, reading.fact("rows"), known)


def _inspection(reading: _Reading, name: str, verdict: Verdict) -> Inspection:
    """What the import book says of the file."""
    return Inspection(
        name,
        sha256=reading.fact("sha256"),
        format=reading.fact("format"),
        encoding=reading.fact("encoding"),
        layer=reading.fact("layer"),
        kind=_LAYER,
        source_crs=reading.fact("crs"),
        counts=Counts(reading.fact("rows"), len(verdict.accepted), len(verdict.rejected)),
    )


def change_lines(report: LoadReport) -> list[tuple[str, str, str, str]]:
    """What an accepted file changes, for people: row and name, column, former value, new value."""
    layer = LAYERS[_LAYER]
    told = []
    for change in report.changes:
        who = f"第 {change.row} 行 {change.now('name')}"
        if change.stored is None:
            told.append((who, "（新增）", "", ""))
            continue
        for name, value in change.values.items():
            former = change.stored.values.get(name)
            if name == "geometry":
                told.append((who, layer.labels[name], "有" if change.stored.boundary else "无", "新边界"))
            else:
                told.append((who, layer.labels[name], _text(former), _text(value)))
    return told


def _text(value: Any) -> str:
    return "" if value is None else str(value)
