"""Rows of a ledger against the store: what each would change, or why it is rejected. Nothing is written here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from geodata.importers.asked import SKIP
from geodata.importers.cell_reader import CellReader
from geodata.importers.cells import with_remarks
from geodata.importers.changing import complete, differences, settle_boundary
from geodata.importers.checks import check_row
from geodata.importers.estates import NewEstates
from geodata.importers.identifying import identify
from geodata.importers.inspection import Choice, Decision
from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.importers.known import Known, Stored
from geodata.importers.lines import Change, Line, Terms, Verdict
from geodata.importers.placing import settle_position, street_by_place
from geodata.importers.tally import Tally
from geodata.kinds.kind import Column, Holds, Kind
from geodata.schema import LAYERS
from geodata.vocabulary import Severity

_MOST_NAMED = 5
_ENDED = object()


def check_rows(
    lines: list[Line], known: Known, terms: Terms, *, on_row: Callable[[int], None] | None = None
) -> Verdict:
    """Check every row; all faults at once. Each row ends as accepted or rejected."""
    verdict, tally = Verdict(), Tally()
    reading = CellReader(known.kind, terms, known.records)
    ids = Counter(reading.id_of(line) for line in lines)
    estates = NewEstates(terms)
    decisions: dict[tuple[str, str], Decision] = {}
    for at, line in enumerate(lines):
        reader = RowReader(line, known, terms, tally, estates, reading)
        own = reading.id_of(line)
        change = reader.read(repeated=ids[own] if own else 1)
        verdict.issues += reader.issues
        verdict.learned |= reader.learned
        verdict.seen |= reader.seen
        decisions |= {key: one for key, one in reader.decisions.items() if key not in decisions}
        if change is None or reader.is_refused:
            verdict.rejected.append(line)
            if reader.only_waits:
                verdict.waiting.add(line.key)
        else:
            verdict.accepted.append(change)
        if on_row is not None and at % 500 == 0:
            on_row(at)
    verdict.decisions = list(decisions.values())
    _refuse_repeated(verdict, {line.key: line for line in lines}, known, terms)
    verdict.issues += tally.summaries(terms)
    verdict.new_estates = estates.used_by(verdict.accepted)
    return verdict


class RowReader:
    """Reads one row; collects its issues, the questions that it raises, and what it was told to remember."""

    def __init__(
        self, line: Line, known: Known, terms: Terms, tally: Tally, estates: NewEstates, cells: CellReader
    ) -> None:
        self.line, self.known, self.terms, self.tally, self.estates = line, known, terms, tally, estates
        self.kind, self.layer, self.cells = known.kind, LAYERS[known.kind.layer], cells
        self.issues: list[Issue] = []
        self.decisions: dict[tuple[str, str], Decision] = {}
        self.learned: dict[tuple[str, str], str] = {}
        self.seen: set[str] = set()
        self.values: dict[str, Any] = {}
        self.helping: dict[str, Any] = {}
        self.refused: set[str] = set()
        self._doubts: dict[str, list[tuple[Problem, str, Any]]] = defaultdict(list)
        self._remarks: list[str] = []
        self._asked: dict[str, tuple[str, str, tuple[Choice, ...]]] = {}

    def note(self, problem: Problem, message: str, *, field: str = "", value: Any = "") -> None:
        """Add an issue of this row."""
        self.issues.append(issue(problem, message, row=self.line.row, field=field, value=value))

    def ask(self, what: str, key: str, text: str, choices: tuple[Choice, ...]) -> None:
        """Add a question for a person."""
        self.seen |= {one.record_id for one in choices}
        self.decisions[what, key] = Decision(what, key, self.line.row, shown(text), choices)

    @property
    def is_refused(self) -> bool:
        """Whether an issue rejects the row."""
        return any(one.severity is Severity.ERROR for one in self.issues)

    @property
    def only_waits(self) -> bool:
        """Whether a decision is all that it lacks."""
        errors = [one.issue for one in self.issues if one.severity is Severity.ERROR]
        return bool(errors) and all(one is Problem.NEEDS_DECISION for one in errors)

    def read(self, *, repeated: int) -> Change | None:
        """What the row does; None (or an issue of severity error) when it is rejected."""
        for problem, value, message in self.line.notes:
            self.note(problem, message, field="geometry", value=value)
        if any(problem is Problem.BROKEN_FEATURE for problem, _, _ in self.line.notes):
            return None
        if self.terms.matches.get(self.line.key) == SKIP:
            self.note(Problem.LEFT_OUT, "按选择不装入这一行")
            return None
        record_id = self._id(repeated)
        by_id = self.known.records.get(record_id) if record_id else None
        if self._is_archived(by_id, record_id):
            return None
        self._cells()
        self._references(by_id)
        stored = identify(self, by_id, record_id)
        self.seen |= {stored.id} if stored else set()
        self._speak(stored)
        if self.line.unplaced:
            text = "坐标系还没有定，边界没有检查；请先选定坐标系"
            self.note(Problem.NEEDS_DECISION, text, field="geometry")
        return self._change(stored, record_id)

    def _change(self, stored: Stored | None, record_id: str | None) -> Change:
        street_by_place(self, stored)
        settle_position(self, stored)
        boundary = settle_boundary(self, stored)
        change = Change(self.line.row, stored, self.values, boundary, self.line.key)
        if stored is None:
            complete(self, change, record_id)
        else:
            differences(self, change, stored)
        if change.values:
            check_row(self, change)
        return change

    def _is_archived(self, stored: Stored | None, record_id: str | None) -> bool:
        if not self.line.archived and (stored is None or not stored.archived):
            return False
        label, done = self.layer.label, "已被更正或撤回" if self.layer.append_only else "已归档"
        where = "文件中该行已标为归档" if self.line.archived else f"编号“{record_id}”的{label}在库中{done}"
        self.note(Problem.ARCHIVED, f"{where}，不装入；要恢复请在页面上操作", field="id", value=record_id)
        return True

    def _id(self, repeated: int) -> str | None:
        if "id" not in self.cells.columns:
            return None
        cell = self.cells.read("id", self.line.values.get("id"))
        for problem, message in cell.doubts:
            self.note(problem, message, field="id", value=self.line.values.get("id"))
        given = cell.values.get("id")
        if self.cells.is_serial(given):
            self.tally["serial"] += 1
            return None
        if given and repeated > 1:
            text = f"编号“{given}”在文件中出现 {repeated} 次，这几行都没有装入；每条记录一行，编号不可重复"
            self.note(Problem.DUPLICATE_ID, text, field="id", value=given)
        return given

    def _cells(self) -> None:
        """Values that the file gives, with the doubts about them kept back until it is known what is stored."""
        written: dict[str, Any] = {}
        cells = self.cells
        for name, raw in self.line.values.items():
            if name == "id" or name not in cells.columns:
                continue
            cell = cells.read(name, raw)
            if cell.doubts:
                self._doubts[name] += [(problem, message, raw) for problem, message in cell.doubts]
            if not cell.ok:
                self.refused.add(name)
            elif name in cells.via:
                self.helping[name] = cell.values.get(name)
            elif name in cells.quantities:
                written |= cell.values  # what is written in the quantity goes before the columns beside it
            else:
                self.values.update(cell.values)
            if cell.remark:
                self._remarks.append(cell.remark)
        self.values |= written | dict(self.line.sets)

    # ── References ────────────────────────────────────────────────────────────────────────────────────────────

    def _references(self, stored: Stored | None) -> None:
        """Turn codes or names of other records into ids; those of a street office narrow down the others."""
        street = stored.values.get("street_code") if stored else None
        for (
            name,
            column,
        ) in self.cells.columns.items():  # street_code stands before those that it narrows down
            if column.refers_to is None:
                continue
            of = self.helping if column.via else self.values
            text = of.get(name)
            if text is None or (stored is not None and text == stored.values.get(name)):
                continue
            of[name] = self._refer(column, str(text), street)
            if of[name] is None:
                del of[name]
                self.refused.add(name)
            elif name == "street_code":
                street = of[name]
        self._find_through()

    def _refer(self, column: Column, text: str, street: str | None) -> str | None:
        assert column.refers_to
        layer = column.refers_to
        key = (layer, text, street)
        if key not in self.cells.resolved:
            self.cells.resolved[key] = self.known.resolve(layer, text, street=street, said=self.terms.names)
        found, problem, message, choices = self.cells.resolved[key]
        if column.name == "estate_id" and problem is Problem.UNKNOWN_REFERENCE and street is not None:
            found = self.estates.named(text, street, self.values.get("data_status"))
            problem = None if found else problem
        if problem is None:
            if self.terms.names.get(f"{layer}/{text}") == found and found is not None:
                self.learned[layer, text] = found
            return found
        if choices and self.terms.asking and self.terms.names.get(f"{layer}/{text}") != SKIP:
            problem = Problem.NEEDS_DECISION
            why = "；".join(dict.fromkeys(one.why for one in choices))
            message = f"{LAYERS[layer].label}“{shown(text)}”不能断定是哪一个（{why}），请在“待确认”中选定"
            self._asked[column.name] = (f"{layer}/{text}", text, choices)
        self._doubts[column.name].append((problem, message, text))
        return None

    def _find_through(self) -> None:
        """References that are found by what else the row says (compound, type and phase of a works item)."""
        for column, ways in self.cells.through:
            if column.name in self.refused or self.values.get(column.name) is not None:
                continue
            given = {name: self.helping.get(name) for name in ways}
            if not self.refused & {*ways} and any(given.values()):
                self._through(column, given)

    def _through(self, column: Column, given: dict[str, Any]) -> None:
        assert column.refers_to
        frame = self.known.frames[column.refers_to]
        label = LAYERS[column.refers_to].label
        wanted = {name: value for name, value in given.items() if value is not None}
        ids = self.known.holding(column.refers_to, wanted)
        if len(ids) > 1 and "phase" in frame and "phase" not in wanted:
            ids = self.known.holding(column.refers_to, wanted | {"phase": 1}) or ids
        told = "、".join(self.known.told(column.refers_to, name, value) for name, value in wanted.items())
        if len(ids) == 1:
            self.values[column.name] = ids[0]
            return
        self.refused.add(column.name)
        if not ids:
            text = f"库中没有这样的{label}（{told}）；请先登记，或改正这几栏，或填编号"
            self._doubts[column.name].append((Problem.UNKNOWN_REFERENCE, text, told))
        elif self.terms.asking and (chosen := self.terms.names.get(f"{column.refers_to}/{told}")) in ids:
            self.refused.discard(column.name)
            self.values[column.name] = chosen
        elif self.terms.asking and chosen == SKIP:
            text = f"符合的{label}不止一个（{told}），按您的认定都不是；请填编号"
            self._doubts[column.name].append((Problem.AMBIGUOUS_REFERENCE, text, told))
        else:
            choices = tuple(
                Choice(one, self.known.describe(column.refers_to, one), 1.0, "同样符合") for one in ids[:5]
            )
            problem = Problem.NEEDS_DECISION if self.terms.asking else Problem.AMBIGUOUS_REFERENCE
            self._asked[column.name] = (f"{column.refers_to}/{told}", told, choices)
            text = f"符合的{label}不止一个（{told}），请填编号，或在“待确认”中选定"
            self._doubts[column.name].append((problem, text, told))

    def _speak(self, stored: Stored | None) -> None:
        """Say what was doubtful, but for cells that hold just what is stored: those are left out without a word."""
        self._keep_remarks(stored)
        for name, raw in self.line.values.items() if stored is not None else ():
            column = self.cells.columns.get(name)
            if stored is None or column is None or name in self.cells.via or name == "id":
                continue
            own = {one: self.values.get(one, _ENDED) for one in _fills(column, self.values)}
            added = column.holds is Holds.QUANTITY or (name == "note" and self._remarks)
            as_stored = not added and _equal(raw, stored.values.get(name, _ENDED))
            if as_stored or all(stored.says(one, value) for one, value in own.items()):
                self._doubts.pop(name, None)
                self._asked.pop(name, None)
                self.refused.discard(name)
                for one in own:
                    self.values.pop(one, None)
        for name, doubts in self._doubts.items():
            for problem, message, value in doubts:
                self.note(problem, message, field=name, value=value)
        for key, text, choices in self._asked.values():
            self.ask("name", key, text, choices)

    def _keep_remarks(self, stored: Stored | None) -> None:
        """Add to the note what the file says and no other column can hold, also of cells that hold what is stored:
        the note of the file, or the stored one where the file has none, never lacks it.
        """
        if not self._remarks or "note" in self.refused:
            return
        kept = stored.values.get("note") if stored else None
        self.values["note"] = with_remarks(self.values.get("note", kept), self._remarks)


def _fills(column: Column, values: dict[str, Any]) -> tuple[str, ...]:
    """Stored columns that the cell filled."""
    more = [name for name in ("approx", "unit") if column.holds is Holds.QUANTITY and name in values]
    return (*column.stored, *more)


def _equal(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _refuse_repeated(verdict: Verdict, lines: dict[str, Line], known: Known, terms: Terms) -> None:
    """Reject all rows of the file that mean one and the same record."""
    rows: dict[tuple[Any, ...], list[Change]] = defaultdict(list)
    for change in verdict.accepted:
        if change.stored is not None:
            rows[("id", change.stored.id)].append(change)
        elif terms.asking and known.kind.key and "id" not in change.values:
            rows[_key(change, known.kind)].append(change)
    repeated = {id(one): same for same in rows.values() if len(same) > 1 for one in same}
    for change in [one for one in verdict.accepted if id(one) in repeated]:
        others = "、".join(str(one.row) for one in repeated[id(change)][:_MOST_NAMED] if one is not change)
        text = f"与第 {others} 行说的是同一条{LAYERS[known.kind.layer].label}，这几行都没有装入；请只留一行"
        verdict.issues.append(issue(Problem.DUPLICATE_KEY, text, row=change.row))
        verdict.rejected.append(lines[change.key])
    verdict.accepted = [one for one in verdict.accepted if id(one) not in repeated]


def _key(change: Change, kind: Kind) -> tuple[Any, ...]:
    from geodata.importers.naming import plain_in

    return tuple(
        plain_in(kind.layer, str(change.now(name))) if name == "name" else change.now(name)
        for name in kind.key
    )
