"""An inspection: a file read, understood, placed, and held against the store. Nothing is written to the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geodata.errors import BadFile, BadValue
from geodata.importers.asked import Asked
from geodata.importers.boundaries import Placed, place
from geodata.importers.checks import falling_back
from geodata.importers.choosing_sheet import understand_file
from geodata.importers.files import FileRead, read_file
from geodata.importers.inspection import Counts, Inspection
from geodata.importers.issues import Issue, Problem, issue
from geodata.importers.known import Known, headings_learned
from geodata.importers.lines import Line, Terms, Verdict
from geodata.importers.neighbours import overlap_issues, same_names
from geodata.importers.positions import position_issues, settle_positions
from geodata.importers.privacy import personal_issues
from geodata.importers.rows import check_rows
from geodata.importers.sandbox import Limits
from geodata.importers.settling import Settled, raw_shapes, settle
from geodata.importers.understanding import Record, Understanding
from geodata.kinds import Kind
from geodata.store import Store
from geodata.vocabulary import Severity

OnProgress = Callable[[int, int, str], None]

STEPS = 6
_USUAL_LIMITS = Limits()
_MOST_TOLD = 500  # of questions and skipped rows at a time: pages read the summary whole
_SHIFTED = ("gcj02", "bd09", "swapped")


@dataclass(slots=True)
class Outcome:
    """What an inspection found, whole: the summary, and what accepting and reporting need besides."""

    inspection: Inspection
    asked: Asked
    known: Known | None = None
    verdict: Verdict = field(default_factory=Verdict)
    lines: list[Line] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    file: FileRead | None = None
    settled: Settled = field(default_factory=Settled)
    shapes: Any = None

    @property
    def kind(self) -> Kind | None:
        """The kind of ledger; None while it is not known."""
        return self.known.kind if self.known else None


def inspect(
    store: Store,
    path: Path,
    asked: Asked,
    *,
    today: date,
    limits: Limits = _USUAL_LIMITS,
    on_progress: OnProgress | None = None,
) -> Outcome:
    """Inspect a file. What cannot be read is an answer too (`refused`). Raises members of StoreError."""
    told = on_progress or (lambda done, total, what: None)
    told(0, STEPS, "读取文件")
    try:
        return _inspect(store, path, asked, today, limits, told)
    except (BadFile, BadValue) as error:
        return Outcome(Inspection(asked.file_name or path.name, refused=str(error)), asked)


def _inspect(
    store: Store, path: Path, asked: Asked, today: date, limits: Limits, told: OnProgress
) -> Outcome:
    with ThreadPoolExecutor(1) as pool:  # the child reads while this process looks into the store
        reading = pool.submit(read_file, path, layer=asked.layer, encoding=asked.encoding, limits=limits)
        learned = headings_learned(store)
        file = reading.result()
    told(1, STEPS, "识别栏目")
    file, understood = understand_file(path, file, asked, learned, limits)
    outcome = Outcome(_summary(file, understood, asked, path), asked, file=file, records=understood.records)
    if understood.kind is None:
        rows = max(0, len(file.lines) - len(understood.skipped))
        counts = Counts(rows=rows, rejected=rows, waiting=rows)
        outcome.inspection = replace(outcome.inspection, counts=counts, asks=_asks(understood, outcome))
        return outcome
    told(2, STEPS, "读取数据库")
    outcome.known = Known.read(store, understood.kind)
    placed = _place(outcome, limits, told)
    told(4, STEPS, "逐行核对")
    _judge(outcome, understood, placed, today, told)
    told(5, STEPS, "写出结果")
    return outcome


# ── Coordinates ───────────────────────────────────────────────────────────────────────────────────────────────


def _place(outcome: Outcome, limits: Limits, told: OnProgress) -> Placed | None:
    """Settle the coordinates and bring the boundaries into them; None when there are none, or they stay open."""
    assert outcome.file
    assert outcome.known
    blobs = [line.get("wkb") for line in outcome.file.lines]
    if outcome.known.kind.geometry is None or not any(blobs):
        positions = settle_positions(outcome.records, outcome.known, outcome.asked)
        outcome.settled, outcome.shapes = positions.settled, positions.points
        return None
    told(2, STEPS, "判断坐标系")
    outcome.shapes = raw_shapes(blobs)
    rows = [line.get("values") or {} for line in outcome.file.lines]
    header = outcome.file.header
    outcome.settled = settle(
        outcome.shapes,
        rows,
        outcome.known.frames,
        outcome.asked,
        said_crs=header.get("crs"),
        default_crs=header.get("default_crs"),
        pairs=_pairs(outcome.records, outcome.known),
    )
    if outcome.settled.is_open:
        return None
    told(3, STEPS, "检查边界")
    of_compounds = outcome.known.kind.code == "compound"
    return place(
        blobs,
        near=outcome.known.extent,
        hypothesis=outcome.settled.hypothesis,
        crs=outcome.settled.crs,
        neighbours=list(outcome.known.drawn().values()) if of_compounds else (),
        lines=outcome.known.kind.geometry == "MultiLineString",
        overlaps=of_compounds,
        limits=limits,
    )


def _pairs(records: list[Record], known: Known) -> dict[int, BaseGeometry]:
    """Stored shapes of zones, lines and areas that rows name; compounds and offices pair themselves."""
    if known.kind.code in ("compound", "street_office"):
        return {}
    found: dict[int, BaseGeometry] = {}
    for record in records:
        given, name = record.values.get("id"), record.values.get("name")
        ids = (str(given),) if given is not None else known.names(known.kind.layer).exact(str(name or ""))
        stored = known.records.get(ids[0]) if len(ids) == 1 else None
        if stored is not None and stored.boundary is not None:
            found[record.line] = stored.boundary
    return found


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _judge(
    outcome: Outcome, understood: Understanding, placed: Placed | None, today: date, told: OnProgress
) -> None:
    assert outcome.file
    assert outcome.known
    asked, known = outcome.asked, outcome.known
    outcome.lines = _lines(outcome, placed)
    terms = Terms(
        today,
        source=f"{known.kind.label} {outcome.inspection.file_name}",
        datum=outcome.settled.datum,
        positions_open=_is_asked(outcome.settled),
        create_estates=asked.create_estates,
        asking=True,
        clear_empty=asked.clear_empty,
        matches=asked.matches,
        names=asked.names,
        year=understood.year,
    )
    total = len(outcome.lines)
    verdict = check_rows(
        outcome.lines, known, terms, on_row=lambda at: told(4, STEPS, f"逐行核对 {at:,} / {total:,}")
    )
    if len(verdict.accepted) + len(verdict.rejected) != total:
        raise AssertionError("rows got lost between reading and checking")
    verdict.issues[:0] = [*_file_issues(outcome, placed), *understood.issues]
    verdict.issues += same_names(verdict.accepted, known)
    verdict.issues += falling_back(verdict.accepted, known)
    verdict.issues += personal_issues(verdict.accepted, known.kind)
    verdict.issues += _overlaps(outcome, placed, verdict)
    verdict.issues += position_issues(outcome.settled, verdict)
    outcome.verdict = verdict
    outcome.inspection = replace(
        outcome.inspection,
        verdict=outcome.settled.verdict,
        reason=outcome.settled.reason,
        evidence=outcome.settled.evidence,
        source_crs=placed.crs if placed else "",
        decisions=tuple(verdict.decisions[:_MOST_TOLD]),
        counts=_counts(outcome),
        asks=_asks(understood, outcome),
        revision=known.snapshot.revision,
    )


def _lines(outcome: Outcome, placed: Placed | None) -> list[Line]:
    """Records as lines: with their boundary, where the file has one, and told apart within one row."""
    assert outcome.file
    is_open = _is_asked(outcome.settled)
    lines = []
    for record in outcome.records:
        raw = outcome.file.lines[record.line]
        where = placed.places[record.line] if placed else None
        notes = [(Problem(problem), value, text) for problem, value, text in raw.get("notes") or ()]
        lines.append(
            Line(
                record.row,
                record.values,
                boundary=where.boundary if where else None,
                notes=[*notes, *(where.notes if where else ())],
                archived=record.archived,
                unplaced=is_open and bool(raw.get("wkb")),
                sets=record.sets,
                part=record.part,
            )
        )
    return lines


def _file_issues(outcome: Outcome, placed: Placed | None) -> list[Issue]:
    """What holds for the whole file: how it was read, and how its coordinates were."""
    assert outcome.file
    assert outcome.known
    kind, settled = outcome.known.kind, outcome.settled
    notes = [*outcome.file.header.get("notes", ()), *(placed.notes if placed else ())]
    found = [issue(Problem(problem), text, value=value) for problem, value, text in notes]
    if placed is not None and any(sign in (settled.hypothesis or "") for sign in _SHIFTED):
        found.append(
            issue(Problem.DATUM_SHIFTED, f"文件坐标是{placed.crs}，已换算为 CGCS2000", value=placed.crs)
        )
    if placed is not None and placed.overlaps is None and kind.code == "compound":
        found.append(issue(Problem.NOT_CHECKED, "边界太复杂或互相重叠太多，重叠没有检查", field="geometry"))
    if kind.geometry is None and any(one.get("wkb") for one in outcome.file.lines):
        text = f"{kind.label}不带图形，文件中的图形没有装入"
        found.append(issue(Problem.IGNORED_COLUMN, text, field="geometry"))
    return found


def _overlaps(outcome: Outcome, placed: Placed | None, verdict: Verdict) -> list[Issue]:
    assert outcome.file
    assert outcome.known
    if placed is None or not placed.overlaps:
        return []
    at_row = {line["row"]: at for at, line in enumerate(outcome.file.lines)}
    changes = {at_row[change.row]: change for change in verdict.accepted}
    stored = list(outcome.known.drawn())
    return overlap_issues(placed.overlaps, changes, stored, len(outcome.file.lines), outcome.known)


# ── The summary ───────────────────────────────────────────────────────────────────────────────────────────────


def require_readable(path: Path, store: Store) -> None:
    """Refuse what is not there, and the live database under any name; looks, but opens nothing. Raises BadFile."""
    if not path.exists():
        raise BadFile(f"没有找到文件 {path}。")
    if store.path is not None and store.path.exists() and path.samefile(store.path):
        raise BadFile(f"{path} 就是正在使用的数据库，不能装入它自己。")


def _summary(file: FileRead, understood: Understanding, asked: Asked, path: Path) -> Inspection:
    header = file.header
    return Inspection(
        file_name=asked.file_name or path.name,
        sha256=header["sha256"],
        format=header["format"],
        encoding=header.get("encoding") or "",
        layers=tuple(header.get("layers") or ()),
        layer=header.get("layer") or "",
        kind=understood.kind.code if understood.kind else "",
        kinds=tuple(understood.kinds),
        heading_rows=understood.heading_rows,
        headings=understood.headings,
        skipped=understood.skipped[:_MOST_TOLD],
        said_crs=header.get("crs") or "",
    )


def _is_asked(settled: Settled) -> bool:
    """Whether coordinates were looked into, and a person has to decide."""
    return settled.verdict != "" and settled.is_open


def _asks(understood: Understanding, outcome: Outcome) -> tuple[str, ...]:
    """What must be answered. A lacking column is no question where rows are taken without it (boundaries alone)."""
    asks = dict.fromkeys(understood.asks)
    answered = outcome.verdict.accepted or any(one.is_free for one in outcome.verdict.decisions)
    if answered and not _two_for_one(understood):
        asks.pop("columns", None)
    if _is_asked(outcome.settled):
        asks["coordinates"] = None
    if outcome.verdict.decisions:
        asks["decisions"] = None
    return tuple(asks)


def _two_for_one(understood: Understanding) -> bool:
    """Whether two headings were found to mean one column."""
    names = {column.name for column in understood.kind.columns} if understood.kind else set()
    return any(one.issue is Problem.UNKNOWN_COLUMN and one.field in names for one in understood.issues)


def _counts(outcome: Outcome) -> Counts:
    verdict = outcome.verdict
    changed = [one for one in verdict.accepted if one.values]
    new = sum(one.is_new for one in changed)
    severities = Counter(one.severity for one in verdict.issues)
    return Counts(
        rows=len(outcome.lines),
        accepted=len(verdict.accepted),
        rejected=len(verdict.rejected),
        waiting=len(verdict.waiting),
        new=new,
        changed=len(changed) - new,
        unchanged=len(verdict.accepted) - len(changed),
        missing=len(missing(outcome)),
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        repaired=severities[Severity.REPAIRED],
    )


def missing(outcome: Outcome) -> list[str]:
    """Ids of stored records that the file does not have, where it speaks of their street office or compound."""
    known, verdict = outcome.known, outcome.verdict
    if known is None or not known.versioned:
        return []
    scope = next((one for one in ("street_code", "compound_id", "site_id") if one in known.kind.key), None)
    spoken = {change.now(scope) for change in verdict.accepted} if scope else set()
    return [
        record_id
        for record_id, one in known.live.items()
        if record_id not in verdict.seen and (scope is None or one.values.get(scope) in spoken)
    ]
