"""Headings of a file: which column each one means, which are ignored, which are not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from geodata.errors import BadFile
from geodata.importers import columns
from geodata.importers.columns import FIELDS
from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.importers.lines import Line

Note = tuple[Problem, str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which heading of the file is which column."""

    fields: dict[str, str]
    archived_mark: str | None
    issues: list[Issue]

    @classmethod
    def of(cls, headings: Iterable[str]) -> Sheet:
        """Sort out headings. Raises BadFile when two mean the same column or a needed one is nowhere."""
        fields: dict[str, str] = {}
        found: list[Issue] = []
        mark = None
        for heading in headings:
            name = columns.field_of(heading)
            if name is not None:
                fields[heading] = name
            elif columns.is_archived_mark(heading):
                mark = heading
            elif columns.is_ignored(heading):
                text = f"“{shown(heading)}”栏由系统管理或只供阅读，没有装入"
                found.append(issue(Problem.IGNORED_COLUMN, text, field=heading))
            else:
                text = f"“{shown(heading)}”栏不认识，没有装入；栏名见 docs/register-format.md"
                found.append(issue(Problem.UNKNOWN_COLUMN, text, field=heading))
        _require_once(fields)
        return cls(fields, mark, found)

    def line(
        self, row: int, values: dict[str, Any], boundary: BaseGeometry | None, notes: list[Note]
    ) -> Line:
        """A row of the file, its values by column."""
        named = {self.fields[key]: value for key, value in values.items() if key in self.fields}
        archived = bool(self.archived_mark and values.get(self.archived_mark))
        return Line(row, named, boundary, notes, archived)


def _require_once(fields: dict[str, str]) -> None:
    headings = defaultdict(list)
    for heading, name in fields.items():
        headings[name].append(heading)
    for name, same in headings.items():
        if len(same) > 1:
            both = "、".join(f"“{shown(heading)}”" for heading in same)
            raise BadFile(f"{both} 都表示“{FIELDS[name].label}”，不知道用哪一栏；请删掉多余的。")
    if not headings.keys() & {"id", "name"}:
        raise BadFile(
            "文件里既没有“编号”（id）也没有“楼院名称”（name）栏，不像楼院登记表；栏名见 docs/register-format.md。"
        )
