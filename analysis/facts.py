"""What the records say on one day, before any counting: the ledgers of one revision, and reading them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.ledgers import (
    INTERRUPTIONS,
    STAGES,
    Flags,
    Floats,
    HeritagePermits,
    Ints,
    Items,
    Ledger,
    event_ledgers,
    report_ledger,
)
from geodata.vocabulary import Interruption, Stage

_WORKS = STAGES.index(Stage.CONSTRUCTION)


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """The facts of one day.

    Per item: `progress` (per cent, NaN unknown) and `reported_day` (NaN when never reported). Per compound:
    `stage` (latest, position in Stage or -1), `stage_day`, `reached` (furthest stage or -1), `interruption`
    (latest, position in Interruption or -1), `interruption_day`, `removed_day` (NaN unless removed),
    `started` (an item above the threshold, 施工 or later reached, or an interruption) and `any_report`.
    """

    progress: Floats
    reported_day: Floats
    stage: Ints
    stage_day: Floats
    reached: Ints
    interruption: Ints
    interruption_day: Floats
    removed_day: Floats
    started: Flags
    any_report: Flags


@dataclass(frozen=True, eq=False, slots=True)
class Records:
    """The rows that status is derived from, as arrays; built once per store revision and shared."""

    compounds: pd.Index
    items: Items
    reports: Ledger
    stages: Ledger
    interruptions: Ledger
    permits: HeritagePermits

    @classmethod
    def build(
        cls,
        compounds: pd.DataFrame,
        work_items: pd.DataFrame,
        reports: pd.DataFrame,
        events: pd.DataFrame,
        permits: pd.DataFrame,
    ) -> Records:
        """Prepare frames as the store gives them; rows of archived compounds or items are left out."""
        items = Items.build(work_items, compounds.index)
        stages, interruptions = event_ledgers(events, compounds.index)
        return cls(
            compounds=compounds.index,
            items=items,
            reports=report_ledger(reports, items.ids),
            stages=stages,
            interruptions=interruptions,
            permits=HeritagePermits.build(permits, items.ids),
        )

    def observe(self, day: int, known_at: int | None, threshold_pct: float) -> Facts:
        """Read the ledgers on one day, as far as revision `known_at` (None: the last) knew.

        An item is worth its latest report. Without one it is 0 while its planned start lies ahead, or while
        the compound's stage record is before 施工 and nothing was started; else its progress is unknown.
        """
        owners, items = len(self.compounds), self.items
        report = self.reports.latest(self.reports.standing(day, known_at), len(items))
        standing = self.stages.standing(day, known_at)
        event = self.stages.latest(standing, owners)
        broken = self.interruptions.latest(self.interruptions.standing(day, known_at), owners)
        reached = np.full(owners, -1.0)
        np.maximum.at(reached, self.stages.owner[standing], self.stages.value[standing])
        reported = self.reports.pick(self.reports.value, report)
        begun = any_of(reported > threshold_pct, items.compound, owners)
        before_works = (reached >= 0) & (reached < _WORKS) & ~begun & (broken < 0)
        untouched = before_works[items.compound] | (items.start_from > day)
        return Facts(
            progress=np.where(np.isnan(reported) & untouched, 0.0, reported),
            reported_day=self.reports.pick(self.reports.day, report),
            stage=_codes(self.stages, event),
            stage_day=self.stages.pick(self.stages.day, event),
            reached=reached.astype(np.int64),
            interruption=_codes(self.interruptions, broken),
            interruption_day=self.interruptions.pick(self.interruptions.day, broken),
            removed_day=self.removed_day(day, known_at),
            started=begun | (reached >= _WORKS) | (broken >= 0),
            any_report=any_of(report >= 0, items.compound, owners),
        )

    def removed_day(self, day: int, known_at: int | None) -> Floats:
        """First day of a removal in force, NaN where there is none: only a correction takes it back."""
        ledger = self.interruptions
        standing = ledger.standing(day, known_at)
        removal = standing[ledger.value[standing] == INTERRUPTIONS.index(Interruption.REMOVED)][::-1]
        first = np.full(len(self.compounds), np.nan)
        first[ledger.owner[removal]] = ledger.day[removal]  # entries run backwards: the first day is kept
        return first


def any_of(flag: Flags, owner: Ints, owners: int) -> Flags:
    """Whether any item of each owner has the flag; shape (owners,)."""
    found = np.zeros(owners, dtype=bool)
    found[owner[flag]] = True
    return found


def _codes(ledger: Ledger, at: Ints) -> Ints:
    return np.nan_to_num(ledger.pick(ledger.value, at), nan=-1.0).astype(np.int64)
