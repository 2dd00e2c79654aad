"""What a file says of persons in columns that go out to everybody: told, never passed over."""

from __future__ import annotations

from collections.abc import Iterable

from geodata.importers.issues import Issue, Problem, issue
from geodata.importers.lines import Change
from geodata.kinds.kind import Holds, Kind
from geodata.personal import has_telephone, is_masked, masked


def personal_issues(accepted: Iterable[Change], kind: Kind) -> list[Issue]:
    """Warnings for telephone numbers outside the columns of persons, and for texts that would lose one."""
    columns = {one.name: one for one in kind.columns if is_open_text(one.name, kind)}
    found = []
    for change in accepted:
        for name, value in change.values.items():
            if name not in columns or not isinstance(value, str):
                continue
            label = columns[name].label
            if has_telephone(value):
                text = f"{label}里有电话号码；导出时会略去，请把人名和电话移到专门的栏里"
                found.append(
                    issue(Problem.PERSONAL_DATA, text, row=change.row, field=name, value=masked(value))
                )
            elif is_masked(value):
                text = f"{label}里有导出时略去的电话，照此装入会盖掉库中原有的电话；请填完整，或留空"
                found.append(issue(Problem.PERSONAL_DATA, text, row=change.row, field=name, value=value))
    return found


def is_open_text(name: str, kind: Kind) -> bool:
    """Whether a column holds free text that is given out to everybody."""
    column = next((one for one in kind.columns if one.name == name), None)
    if column is None or name == "id" or column.personal or column.refers_to or column.terms:
        return False
    return column.holds is Holds.TEXT
