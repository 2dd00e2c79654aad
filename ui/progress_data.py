"""Cached results for the page 街道进度: groups, their standing, members and curves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from analysis import progress
from analysis.filters import Filters
from analysis.standing import Standing, Unit, standing
from geodata.store import Snapshot
from ui import data, shelves

__all__ = ["Standing", "Unit"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the progress page is about: a grouping, a counting unit, a day, and the groups chosen (none: all)."""

    by: progress.Key
    unit: Unit
    as_of: date
    codes: tuple[str, ...] = ()

    @property
    def filters(self) -> Filters:
        """The chosen groups as filters of the register."""
        field = {"street": "streets", "area": "areas", "programme": "programmes"}[self.by]
        return Filters(**{field: self.codes})

    @property
    def without_codes(self) -> Scope:
        """The same for all groups."""
        return replace(self, codes=())


def standings(snap: Snapshot, scope: Scope) -> Standing:
    """Progress per group with parts and rates, ranked, and the total of all."""

    def make() -> Standing:
        table = data.progress_table(snap, scope.as_of, scope.by)
        return standing(table, progress.totals(table), key=scope.by, unit=scope.unit)

    return shelves.results.get(("standings", scope.without_codes, *shelves.key(snap, *data.TABLES)), make)


def whole(snap: Snapshot, scope: Scope) -> dict[str, Any]:
    """The chosen groups as one row; the total when none is chosen."""
    every = standings(snap, scope)
    chosen = [row for row in every.groups if row["code"] in scope.codes]
    if len(chosen) < 2:
        return chosen[0] if chosen else every.total

    def make() -> dict[str, Any]:
        table = data.progress_table(snap, scope.as_of, scope.by)
        table = table[table["code"].isin(scope.codes)]
        return standing(table, progress.totals(table), key=scope.by, unit=scope.unit).total

    return shelves.results.get(("whole", scope, *shelves.key(snap, *data.TABLES)), make)


def members(snap: Snapshot, scope: Scope) -> pd.DataFrame:
    """Compounds of the chosen groups; all of streets within totals when none is chosen. Rows of the register."""
    compounds = data.frame(snap, "compound")
    if not scope.codes:
        outside = data.frame(snap, "street_office").query("~in_totals").index
        return compounds[~compounds["street_code"].isin(outside)]
    return compounds[data.visible(snap, scope.as_of, scope.filters)]


def group_curve(snap: Snapshot, scope: Scope) -> pd.DataFrame:
    """Planned and actual progress over time of the chosen groups (see `analysis.s_curve`)."""

    def make() -> pd.DataFrame:
        chosen = list(members(snap, scope).index)
        return progress.s_curve(data.index(snap), as_of=scope.as_of, compounds=chosen)

    key = (
        "group_curve",
        scope.by,
        scope.codes,
        scope.as_of,
        *shelves.key(snap, "street_office", "estate", *data.PROGRESS),
    )
    return shelves.results.get(key, make)
