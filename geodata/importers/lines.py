"""What checking takes and gives: rows of a file by column, the terms of the whole file, changes, the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry

from geodata.importers.inspection import Decision
from geodata.importers.issues import Issue, Problem
from geodata.importers.known import Stored
from geodata.vocabulary import Datum


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file: raw values by column name, boundary in CGCS2000 degrees, notes on the boundary.

    `row` is where it stands in the file; `sets` are stored values that its place in a wide ledger gives (the fund
    source of a cell), and `part` then tells it from other records of the row. `archived` marks a row that the file
    itself calls archived, `unplaced` one whose boundary lies in a system that nobody has settled yet.
    """

    row: int
    values: dict[str, Any]
    boundary: BaseGeometry | None = None
    notes: list[tuple[Problem, str, str]] = field(default_factory=list)
    archived: bool = False
    unplaced: bool = False
    sets: tuple[tuple[str, Any], ...] = ()
    part: str = ""

    @property
    def key(self) -> str:
        """What decisions call it."""
        return f"{self.row}/{self.part}" if self.part else str(self.row)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole file: the business date, the source where a row names none, the datum of positions,
    and the year of dates without one (None: they are refused). `positions_open`: nobody has settled that datum yet.

    `asking`: a row may mean a stored record by its name, key or place, and what is not certain waits for a person;
    without it only ids count. `clear_empty`: an empty cell empties what is stored; else it says nothing. `matches` and `names` are what the person decided (`Asked`). `year` completes
    dates that name none.
    """

    today: date
    source: str
    datum: Datum | None = None
    positions_open: bool = False
    create_estates: bool = False
    asking: bool = False
    clear_empty: bool = False
    year: int | None = None
    matches: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Change:
    """What one accepted row does: all values of a new record, or the differing ones of a stored one.

    In an append-only layer a change of a stored record is a new row that corrects it.
    """

    row: int
    stored: Stored | None
    values: dict[str, Any]
    boundary: BaseGeometry | None
    key: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it adds a record."""
        return self.stored is None

    @property
    def record_id(self) -> str | None:
        """Its id; None for a new row without one."""
        return self.stored.id if self.stored else self.values.get("id")

    def now(self, name: str) -> Any:
        """Value of a column after the change."""
        return self.values.get(name, self.stored.values.get(name) if self.stored else None)


@dataclass(slots=True)
class Verdict:
    """All accepted rows (with an empty `values` when nothing changes), the others, all issues.

    `new_estates` are rows for the table estate that accepted rows refer to; `learned` maps (layer, name in the file)
    to the id that a person chose for it; `seen` are ids of
    stored records that rows mean or may mean; `waiting` are the keys of rejected rows that only need a decision.
    """

    accepted: list[Change] = field(default_factory=list)
    new_estates: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Line] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    learned: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
