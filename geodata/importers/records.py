"""Which rows of a file are records, and their cells by column; every skipped row says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geodata.importers.cells import Measured
from geodata.importers.column_choice import ColumnChoice
from geodata.importers.file_sheet import FileSheet
from geodata.importers.grid import Grid, is_numbering, why_no_record
from geodata.importers.inspection import Skipped
from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.kinds import Column, Kind
from geodata.kinds.headings import folded, is_archived_mark, is_ignored
from geodata.kinds.kind import EXAMPLE
from geodata.kinds.units import SHARE, YEARS

_NOTHING = (None, "")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file: raw cells by column name, where they stand in the sheet, and what their place says.

    `letters` are the sheet's columns by name, `moved` the rows of cells that were filled down. `sets` are stored values that the heading of a wide ledger gives, `part` then tells it from other records of the
    row; `line` is the index of its line, `archived` the mark of a copy of our own database.
    """

    row: int
    values: dict[str, Any]
    line: int
    letters: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)
    sets: tuple[tuple[str, str], ...] = ()
    part: str = ""
    archived: bool = False

    @property
    def cells(self) -> dict[str, str]:
        """Addresses in the sheet by column name (F12); empty for features."""
        return {name: f"{letter}{self.moved.get(name, self.row)}" for name, letter in self.letters.items()}


class RecordReader:
    """Records and skipped rows of a file whose columns are known."""

    def __init__(self, sheet: FileSheet, naming: ColumnChoice, issues: list[Issue]) -> None:
        self.sheet, self.naming, self.issues = sheet, naming, issues
        self.skipped: list[Skipped] = []
        self.filled: dict[tuple[int, int], tuple[Any, int]] = {}
        self.mark = next(
            (
                at
                for at, text in enumerate(naming.texts)
                if naming.kind and is_archived_mark(naming.kind, text)
            ),
            None,
        )
        self.used = [at for at, one in enumerate(naming.matches) if one and one.field]
        self.letters = {self._field(at): _letters(at) for at in self.used} if sheet.grid else {}
        self.headings = [{folded(one.own), folded(one.group or one.own)} for one in sheet.labels]

    def records(self, kind: Kind) -> Iterator[Record]:
        """The records in order; what is skipped on the way is kept in `skipped`."""
        indices = self._candidates()
        self._fill_down(indices)
        shares = self._shares(kind, indices)
        names = [(at, self._field(at)) for at in self.used]
        for index in indices:
            values, moved = {}, {}
            for at, name in names:
                raw = self.sheet.raw(index, at)
                if (index, at) in self.filled:
                    raw, moved[name] = self.filled[index, at]
                unit = SHARE if at in shares and not isinstance(raw, str) else self.naming.factors[at]
                values[name] = Measured(raw, unit) if unit and raw is not None else raw
            made = list(self._split(kind, index, values, moved))
            if not made:
                self._skip(index, "blank")
            yield from made

    def _split(
        self, kind: Kind, index: int, values: dict[str, Any], moved: dict[str, int]
    ) -> Iterator[Record]:
        """One record, or one for each group of cells of a wide ledger that holds anything."""
        row = self.sheet.number(index)
        archived = bool(self.mark is not None and self.sheet.raw(index, self.mark))
        wide = [one for one in kind.spreads if one.field in values]
        if not wide:
            yield Record(row, values, index, self.letters, moved, archived=archived)
            return
        shared = {name: value for name, value in values.items() if "@" not in name}
        for code in dict.fromkeys(one.code for one in wide):
            own = {one.column: one for one in wide if one.code == code}
            given = {name: values[one.field] for name, one in own.items()}
            if all(_is_empty(value) for value in given.values()):
                continue
            letters = {name: self.letters[name] for name in shared if name in self.letters}
            letters |= {
                name: self.letters[one.field] for name, one in own.items() if one.field in self.letters
            }
            sets = next(iter(own.values())).sets
            yield Record(row, shared | given, index, letters, moved, sets, code, archived)

    def _candidates(self) -> list[int]:
        """Indices of the lines that are records; the others are skipped, with the reason."""
        grid = self.sheet.grid
        if grid is None:
            return list(range(len(self.sheet.lines)))
        found: list[int] = []
        for index in range(len(grid)):
            why = self._why(index, grid)
            if why is None:
                found.append(index)
            else:
                self._skip(index, why)
        return found

    def _why(self, index: int, grid: Grid) -> str | None:
        if index < self.sheet.first:
            return "title" if grid.filled(index) else "blank"
        if index <= self.sheet.last:
            return "heading"
        columns = grid.filled(index)
        if grid.hidden[index]:
            return "hidden"
        if not columns:
            return "blank"
        texts = [grid.text(index, column) for column in columns[:2]]
        why = "example" if texts[0] == EXAMPLE else why_no_record(texts)
        if why is None and grid.is_section(index, columns):
            why = "title"
        if why is None and (self._repeats(index, grid, columns) or self._numbers(index, grid, columns)):
            why = "heading"
        if why is None and self._only_numbered(columns):
            why = "blank"
        return why

    def _repeats(self, index: int, grid: Grid, columns: Sequence[int]) -> bool:
        """Whether a row repeats the headings, as on every printed page."""
        return len(columns) > 1 and all(
            column < len(self.headings) and folded(grid.text(index, column)) in self.headings[column]
            for column in columns
        )

    def _numbers(self, index: int, grid: Grid, columns: Sequence[int]) -> bool:
        """Whether a row right below the headings only numbers the columns."""
        return index == self.sheet.last + 1 and is_numbering([grid.text(index, column) for column in columns])

    def _only_numbered(self, columns: Sequence[int]) -> bool:
        """Whether a row holds nothing but its running number: forms are numbered beyond their last entry."""
        kind, texts = self.naming.kind, self.naming.texts
        return kind is not None and all(
            column < len(texts) and is_ignored(kind, texts[column]) for column in columns
        )

    def _fill_down(self, indices: list[int]) -> None:
        """Give the value of a merged cell to the records that it covers, up to the next total; a number says
        something of all of them together, and is given to none.
        """
        if self.sheet.grid is None or self.naming.kind is None:
            return
        records = set(indices)
        totals = {one.row for one in self.skipped if one.why in ("total", "subtotal")}
        for at, first, last in self.sheet.grid.downward(self.sheet.last + 1):
            if at not in self.used or self.sheet.raw(first, at) in _NOTHING:
                continue
            covered = self._covered(at, first, last, records, totals)
            if covered and _adds_up(self.naming.kind.column(self._field(at))):
                self._leave_out(at, [first, *covered])
            elif covered:
                self._fill(at, first, covered)

    def _covered(self, at: int, first: int, last: int, records: set[int], totals: set[int]) -> list[int]:
        """Indices of the records below the first row of a merged cell, up to the next total."""
        found = []
        for index in range(first + 1, last + 1):
            if self.sheet.number(index) in totals:
                break
            if index in records and self.sheet.raw(index, at) in _NOTHING:
                found.append(index)
        return found

    def _fill(self, at: int, first: int, covered: list[int]) -> None:
        raw, number = self.sheet.raw(first, at), self.sheet.number(first)
        self.filled |= {(index, at): (raw, number) for index in covered}
        text = f"“{shown(self.naming.texts[at])}”的合并单元格“{shown(raw)}”填到{self._rows(covered)}"
        self.issues.append(issue(Problem.FILLED_DOWN, text, row=number, field=self._field(at), value=raw))

    def _leave_out(self, at: int, rows: list[int]) -> None:
        raw, number = self.sheet.raw(rows[0], at), self.sheet.number(rows[0])
        self.filled |= {(index, at): (None, number) for index in rows}
        text = f"“{shown(self.naming.texts[at])}”的“{shown(raw)}”合并在{self._rows(rows)}上，说的是它们合起来的，没有装入；请逐行填写"
        self.issues.append(issue(Problem.MERGED_NUMBER, text, row=number, field=self._field(at), value=raw))

    def _rows(self, indices: list[int]) -> str:
        told = "、".join(str(self.sheet.number(index)) for index in indices[:_MOST_NAMED])
        return f"第 {told} 行{'等' if len(indices) > _MOST_NAMED else ''}"

    def _shares(self, kind: Kind, indices: list[int]) -> set[int]:
        """Columns of percentages whose numbers are shares of one, as cells in percent format hold them; never in a
        file with our ids, whose numbers are as we wrote them.
        """
        ids = [at for at in self.used if self._field(at) == "id"]
        if any(self.sheet.raw(index, at) not in _NOTHING for at in ids for index in indices):
            return set()
        found = set()
        for at in self.used:
            if kind.column(self._field(at)).unit != "%":
                continue
            numbers = [raw for index in indices if isinstance(raw := self.sheet.raw(index, at), int | float)]
            if any(0 < one < 1 for one in numbers) and all(0 <= one <= 1 for one in numbers):
                found.add(at)
                text = f"“{shown(self.naming.texts[at])}”栏的数都不大于 1，按百分数格式读（0.65 读作 65%）；不对请改为 0 到 100"
                self.issues.append(issue(Problem.UNIT_CONVERTED, text, field=self._field(at)))
        return found

    def _field(self, at: int) -> str:
        one = self.naming.matches[at]
        assert one is not None
        return one.field

    def _skip(self, index: int, why: str) -> None:
        text = self.sheet.grid.told(index) if self.sheet.grid else ""
        self.skipped.append(Skipped(self.sheet.number(index), why, text))

    def summaries(self) -> list[Issue]:
        """How many rows were skipped, and why."""
        names = {
            "total": "合计",
            "subtotal": "小计",
            "footnote": "脚注",
            "hidden": "隐藏",
            "title": "标题",
            "example": "示例",
            "blank": "空行",
        }
        counts = Counter(one.why for one in self.skipped)
        told = "、".join(f"{label} {counts[why]} 行" for why, label in names.items() if counts[why])
        hidden = "；隐藏的行没有装入，要装入请在文件中取消隐藏" if counts["hidden"] else ""
        return (
            [issue(Problem.ROWS_SKIPPED, f"不是记录而跳过的：{told}{hidden}", value=sum(counts.values()))]
            if told
            else []
        )


def _adds_up(column: Column) -> bool:
    """Whether a number of this column, written once for several rows, is one for all of them; years are not."""
    return column.plain != "text" and column.units is not YEARS


def _is_empty(value: Any) -> bool:
    return (value.value if isinstance(value, Measured) else value) in _NOTHING


def _letters(column: int) -> str:
    """Letters of a column of a sheet (0 → A, 26 → AA)."""
    told, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        told = chr(ord("A") + rest) + told
    return told
