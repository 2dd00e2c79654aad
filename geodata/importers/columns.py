"""The columns of a register of compounds, by name; declared in `geodata.kinds.compound`."""

from __future__ import annotations

from geodata.kinds import Column, headings
from geodata.kinds.compound import KIND
from geodata.kinds.declaring import FIRST_YEAR

__all__ = ["FIELDS", "FIRST_YEAR", "Field", "field_of", "is_archived_mark", "is_ignored"]

Field = Column
FIELDS: dict[str, Column] = {column.name: column for column in KIND.columns}


def field_of(heading: str) -> str | None:
    """Column that a heading of a file means; None for an unknown one."""
    return headings.field_of(KIND, heading)


def is_ignored(heading: str) -> bool:
    """Whether a heading is known and not read."""
    return headings.is_ignored(KIND, heading)


def is_archived_mark(heading: str) -> bool:
    """Whether a heading marks archived rows (in a copy of our own database)."""
    return headings.is_archived_mark(KIND, heading)
