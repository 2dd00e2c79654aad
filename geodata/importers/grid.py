"""A sheet as rows of cells: merged ranges, headings of one or two rows, rows that are no records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.kinds.headings import folded

SEARCHED_ROWS = 40
MOST_COLUMNS = 300
_SECTION_COLUMNS = 3

_TOTAL = re.compile(r".{0,14}?(合计|总计|共计|累计|总和)(\(.*\))?:?")
_SUBTOTAL = re.compile(r".{0,14}?小计(\(.*\))?:?")
_FOOTNOTE = re.compile(
    r"(注|备注|说明|附注|填表人|填报人|制表人|制表|审核人|审核|负责人|单位负责人|填报单位|填表单位|制表单位|填报日期|填表日期|制表日期"
    r"|联系人|联系电话|分管领导|数据来源|单位\(盖章\))\d*:.*"
)
_NUMBERING = re.compile(r"\(?\d{1,3}\)?")


@dataclass(frozen=True, slots=True)
class Label:
    """The heading of one column: whole text, own text, and that of the merged heading above it."""

    text: str
    own: str
    group: str = ""


class Grid:
    """Rows of a sheet with their numbers; cells beyond the end of a row are empty, columns beyond the 300th unread."""

    def __init__(self, lines: Sequence[Mapping[str, Any]], merged: Iterable[Sequence[int]]) -> None:
        self.numbers = [int(line["row"]) for line in lines]
        self.cells: list[Sequence[Any]] = [line["cells"] for line in lines]
        self.hidden = [bool(line.get("hidden")) for line in lines]
        self.at = {number: index for index, number in enumerate(self.numbers)}
        self.merged = [tuple(int(part) for part in one) for one in merged]
        end = self.numbers[min(len(lines), SEARCHED_ROWS + 1) - 1] if lines else 0
        self.above = [one for one in self.merged if one[0] <= end]
        self.sections = {
            top
            for top, left, bottom, right in self.merged
            if top == bottom and right - left + 1 >= _SECTION_COLUMNS
        }
        self.widest = max((len(cells) for cells in self.cells), default=0)
        self.width = min(self.widest, MOST_COLUMNS)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers)

    def cell(self, index: int, column: int) -> Any:
        """One cell (column from 0); None beyond the end."""
        cells = self.cells[index]
        return cells[column] if column < len(cells) else None

    def text(self, index: int, column: int) -> str:
        """What a cell says, without line breaks and spaces at its ends."""
        value = self.cell(index, column)
        if isinstance(value, Mapping):
            value = next(iter(value.values()), None)
        return "" if value is None else " ".join(str(value).split())

    def filled(self, index: int) -> list[int]:
        """Columns of a row that are not empty."""
        return [
            column
            for column, cell in enumerate(self.cells[index])
            if cell is not None and not (isinstance(cell, str) and (not cell or cell.isspace()))
        ]

    def told(self, index: int) -> str:
        """A row in one line, for people."""
        return " ".join(self.text(index, column) for column in self.filled(index))[:80]

    def labels(self, first: int, last: int) -> list[Label]:
        """Headings from one or two rows (indices), merged ones spread over what they cover."""
        covered = self._covered(first, last)
        rows = [
            [self._heading(index, column, covered) for column in range(self.width)] for index in (first, last)
        ]
        if first == last:
            return [Label(text, text) for text in rows[0]]
        return [_label(top, own) for top, own in zip(_forward(*rows), rows[1], strict=True)]

    def _heading(self, index: int, column: int, covered: Mapping[tuple[int, int], tuple[int, int]]) -> str:
        return self.text(*covered.get((index, column), (index, column)))

    def _covered(self, first: int, last: int) -> dict[tuple[int, int], tuple[int, int]]:
        """For cells of these rows below a merged range: the cell that holds its value."""
        found = {}
        for top, left, bottom, right in self.above:
            if top not in self.at:
                continue
            for index in range(first, last + 1):
                if top <= self.numbers[index] <= bottom:
                    for column in range(left - 1, min(right, self.width)):
                        found[index, column] = (self.at[top], left - 1)
        return found

    def joins(self, first: int, last: int) -> bool:
        """Whether merged cells begin in one row and end in another."""
        return any(
            top == self.numbers[first] and bottom == self.numbers[last] for top, _, bottom, _ in self.above
        )

    def is_section(self, index: int, columns: Sequence[int]) -> bool:
        """Whether a row is one text merged over several columns: a title between records."""
        return len(columns) == 1 and self.numbers[index] in self.sections

    def downward(self, first: int) -> list[tuple[int, int, int]]:
        """Merged cells that go down from a row on: column (from 0), index of their first and last row."""
        found = []
        for top, left, bottom, _ in self.merged:
            if bottom > top and top in self.at and self.at[top] >= first:
                last = (
                    max(index for number, index in self.at.items() if number <= bottom)
                    if bottom not in self.at
                    else self.at[bottom]
                )
                found.append((left - 1, self.at[top], last))
        return sorted(found)


def _forward(top: list[str], below: list[str]) -> list[str]:
    """Groups reach over the empty cells to their right that have headings below, when nothing was merged."""
    groups, group = [], ""
    for text, own in zip(top, below, strict=True):
        group = text or (group if own else "")
        groups.append(group)
        if text and not own:
            group = ""
    return groups


def _label(top: str, own: str) -> Label:
    if not own or not top or folded(own) == folded(top):
        return Label(own or top, own or top)
    return Label(f"{top}/{own}", own, top)


def why_no_record(texts: Sequence[str]) -> str | None:
    """Whether the filled cells of a row show a total, subtotal or footnote; None for anything else."""
    first = [folded(text) for text in texts[:2]]
    if any(_SUBTOTAL.fullmatch(text) for text in first):
        return "subtotal"
    if any(_TOTAL.fullmatch(text) for text in first):
        return "total"
    return "footnote" if first and _FOOTNOTE.fullmatch(first[0]) else None


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row below the headings only numbers the columns: 1, 2, 3 or （1）（2）（3）."""
    if len(texts) < 3 or not all(_NUMBERING.fullmatch(folded(text)) for text in texts):
        return False
    numbers = [int("".join(filter(str.isdigit, text))) for text in texts]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
