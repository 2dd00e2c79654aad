"""The column of each heading in the chosen kind; what is unclear is asked, never settled by order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from geodata.importers.asked import IGNORED, Asked
from geodata.importers.file_sheet import FileSheet
from geodata.importers.grid import MOST_COLUMNS, SEARCHED_ROWS, Label
from geodata.importers.inspection import Heading
from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.importers.naming_columns import Learned, Match, exact, match, unit_of
from geodata.importers.ranking import nameless
from geodata.kinds import KINDS, Kind
from geodata.kinds.headings import folded, is_archived_mark, is_ignored, is_own_mark
from geodata.kinds.units import YUAN

UNIT_MARK = ":"
"""Between a column and the unit of its numbers in what a person says: `budget_cny:万元`."""

_SAMPLES = 3
_YUAN_OR_MORE = "元或万元"


class ColumnChoice:
    """The column of each heading in the chosen kind; what is unclear is asked, never settled by order."""

    def __init__(
        self, sheet: FileSheet, kind: Kind | None, learned: Learned, asked: Asked, issues: list[Issue]
    ) -> None:
        self.sheet, self.kind, self.issues = sheet, kind, issues
        self.said_units: dict[str, str] = {}
        self.texts = _unique([label.text for label in sheet.labels])
        self.matches = [
            self._said(text, label, learned, asked)
            for text, label in zip(self.texts, sheet.labels, strict=True)
        ]
        self.unclear = self._settle()
        self._long_or_wide()
        self.unclear |= bool(kind and nameless(kind, [one.field for one in self.matches if one]))
        self.units = {at: self._unit(at) for at, one in enumerate(self.matches) if one and one.field}
        self.factors = {at: self._counting(at, unit) for at, unit in self.units.items()}
        self._tell()

    def _said(self, text: str, label: Label, learned: Learned, asked: Asked) -> Match | None:
        if not text or self.kind is None:
            return None
        remembered = learned.get((self.kind.code, folded(label.text)))
        meant, how = (asked.columns[text], "said") if text in asked.columns else (remembered, "learned")
        if meant is not None:
            name, _, unit = meant.partition(UNIT_MARK)
            self.said_units[text] = unit
            return Match(name, 1.0, how) if self._knows(name) else None
        found = match(self.kind, label, learned, cut=self.sheet.cut)
        if found and self._knows(found.field):
            return found
        return Match(IGNORED, 1.0, "exact") if is_own_mark(text) or text in self.sheet.added else None

    def _knows(self, name: str) -> bool:
        assert self.kind is not None
        return name == IGNORED or any(name == one.name for one in self.kind.columns) or name in self._fields()

    def _fields(self) -> set[str]:
        return {spread.field for spread in self.kind.spreads} if self.kind else set()

    def _settle(self) -> bool:
        """Let a surer heading win over a similar one, and one of several that say the same stand for all; equally
        sure ones that differ are asked about.
        """
        places: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self.matches):
            if one and one.field:
                places[one.field].append(at)
        unclear = False
        for name, several in places.items():
            best = max(self._sureness(at) for at in several)
            winners = [at for at in several if self._sureness(at) == best]
            for at in set(several) - set(winners):
                self.matches[at] = None
            if len(winners) > 1 and not self._say_the_same(winners):
                unclear = True
                for at in winners:
                    self.matches[at] = None
                both = "、".join(f"“{shown(self.texts[at])}”" for at in winners)
                text = (
                    f"{both}都像是“{self._label(name)}”，不知道用哪一栏，都没有装入；请在栏目对应中选定一栏"
                )
                self.issues.append(issue(Problem.UNKNOWN_COLUMN, text, field=name))
        return unclear

    def _say_the_same(self, winners: list[int]) -> bool:
        """Whether all but one are empty, or all hold the same: then one is read, and the others are told."""
        rows = range(self.sheet.last + 1, len(self.sheet.lines))
        cells = {at: [self.sheet.raw(index, at) for index in rows] for at in winners}
        filled = [at for at in winners if any(one not in (None, "") for one in cells[at])] or winners[:1]
        if any(cells[at] != cells[filled[0]] for at in filled):
            return False
        for at in set(winners) - {filled[0]}:
            self.matches[at] = Match(IGNORED, 1.0, "exact")
            why = f"与“{shown(self.texts[filled[0]])}”栏相同" if at in filled else "是空的"
            text = f"“{shown(self.texts[at])}”栏{why}，没有另外装入"
            self.issues.append(issue(Problem.IGNORED_COLUMN, text, field=self.texts[at]))
        return True

    def _sureness(self, at: int) -> float:
        one = self.matches[at]
        assert one is not None
        return 2.0 if one.how in ("said", "learned") else one.confidence

    def _long_or_wide(self) -> None:
        """A ledger that names what its rows are (source, stage, role) is not read as a wide one, and the reverse."""
        if self.kind is None or not self.kind.spreads:
            return
        given = {one.field for one in self.matches if one}
        sets = {name for spread in self.kind.spreads for name, _ in spread.sets}
        cells = {spread.column for spread in self.kind.spreads}
        dropped = self._fields() if sets <= given and cells & given else sets | cells
        if dropped is not self._fields() and not self._fields() & given:
            return
        self.matches = [
            None if one and one.field in dropped and one.how != "said" else one for one in self.matches
        ]

    def _unit(self, at: int) -> str:
        one = self.matches[at]
        assert self.kind is not None
        assert one is not None
        said = self.said_units.get(self.texts[at])
        return said or unit_of(self.kind.column(one.field), self.sheet.labels[at], self.sheet.units)

    def _counting(self, at: int, unit: str) -> str:
        """The unit again when it changes the numbers below, or says of which unit they are; money below a Chinese
        heading that states none is of no known unit.
        """
        one = self.matches[at]
        assert self.kind is not None
        assert one is not None
        column = self.kind.column(one.field)
        if not unit and column.units is YUAN and not self.texts[at].isascii():
            return _YUAN_OR_MORE
        same = any(folded(written) == folded(unit) and factor == 1 for written, factor in column.units)
        return "" if same else unit

    def _label(self, name: str) -> str:
        assert self.kind is not None
        spread = next((one.label for one in self.kind.spreads if one.field == name), None)
        return spread or self.kind.column(name).label

    def _tell(self) -> None:
        """Name what was left out, taken for something similar, or read in another unit."""
        if self.sheet.widest > MOST_COLUMNS:
            said = f"文件有 {self.sheet.widest} 栏，只读前 {MOST_COLUMNS} 栏，后面的没有装入"
            self.issues.append(issue(Problem.UNKNOWN_COLUMN, said, value=self.sheet.widest))
        for at, (text, one) in enumerate(zip(self.texts, self.matches, strict=True)):
            if not text or self.kind is None or (one and one.field == IGNORED):
                continue
            if one is None:
                self.issues.append(self._unknown(text, self.sheet.labels[at]))
                continue
            if one.how == "similar":
                said = f"“{shown(text)}”与“{self._label(one.field)}”相近，按它读；不对请在栏目对应中改正"
                self.issues.append(issue(Problem.SIMILAR_COLUMN, said, field=one.field, value=text))
            self._tell_unit(at, text, one)

    def _tell_unit(self, at: int, text: str, one: Match) -> None:
        assert self.kind is not None
        column, unit = self.kind.column(one.field), self.units[at]
        factor = (
            next((by for written, by in column.units if folded(written) == folded(unit)), 1) if unit else 1
        )
        if factor != 1:
            said = f"“{shown(text)}”栏以“{unit}”为单位，没有另写单位的数乘以 {factor:g} 换算为{column.unit}"
            self.issues.append(issue(Problem.UNIT_CONVERTED, said, field=one.field, value=text))

    def _unknown(self, text: str, label: Label) -> Issue:
        assert self.kind is not None
        if is_archived_mark(self.kind, text) or is_ignored(self.kind, text):
            said = f"“{shown(text)}”栏由系统管理或只供阅读，没有装入"
            return issue(Problem.IGNORED_COLUMN, said, field=text)
        others = [one.label for one in KINDS.values() if one is not self.kind and exact(one, label)]
        more = f"；它像是“{'”“'.join(others[:2])}”的栏，可另选种类再导入一次" if others else ""
        return issue(Problem.UNKNOWN_COLUMN, f"“{shown(text)}”栏不认识，没有装入{more}", field=text)

    def headings(self) -> tuple[Heading, ...]:
        """The headings for people, with samples."""
        samples = self._samples()
        found = []
        for at, (text, one) in enumerate(zip(self.texts, self.matches, strict=True)):
            if text:
                name = one.field if one else ""
                how, sure = (one.how, one.confidence) if one else ("unknown", 0.0)
                label = self._label(name) if name else ""
                found.append(Heading(at + 1, text, samples[at], name, label, sure, how))
        return tuple(found)

    def _samples(self) -> list[tuple[str, ...]]:
        """The first values below each heading."""
        found: list[list[str]] = [[] for _ in self.texts]
        for index in range(
            self.sheet.last + 1, min(len(self.sheet.lines), self.sheet.last + 1 + SEARCHED_ROWS)
        ):
            for at in range(len(self.texts)):
                value = self.sheet.raw(index, at)
                told = next(iter(value.values()), None) if isinstance(value, Mapping) else value
                told = int(told) if isinstance(told, float) and told.is_integer() else told
                if told not in (None, "") and len(found[at]) < _SAMPLES:
                    found[at].append(shown(told))
        return [tuple(one) for one in found]


def _unique(texts: list[str]) -> list[str]:
    """Headings that differ: a repeated one says in which column it stands."""
    repeated = {text for text, count in Counter(texts).items() if count > 1 and text}
    return [f"{text}（第 {at} 栏）" if text in repeated else text for at, text in enumerate(texts, start=1)]
