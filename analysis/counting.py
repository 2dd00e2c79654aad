"""From facts to counted states: status, stage class and weighted progress, per compound and per item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.facts import Facts, any_of
from analysis.ledgers import INTERRUPTIONS, STAGES, Flags, Floats, Ints, Items
from analysis.lights import Signals, Subjects
from analysis.rules import CountingRule
from geodata.vocabulary import STAGE_CLASS, Interruption, ReportingStatus, Stage, StageClass

STATUSES = list(ReportingStatus)
CLASSES = list(StageClass)

_CLASS_OF_STAGE = np.array([CLASSES.index(STAGE_CLASS[stage]) for stage in STAGES])
_WORKS, _ACCEPTANCE, _HANDOVER = (
    STAGES.index(stage) for stage in (Stage.CONSTRUCTION, Stage.ACCEPTANCE, Stage.HANDOVER)
)
_SETTLED = (
    ReportingStatus.REMOVED,
    ReportingStatus.SUSPENDED,
    ReportingStatus.HANDED_OVER,
    ReportingStatus.ACCEPTED,
    ReportingStatus.COMPLETED,
)


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Counts of work items per compound, and whether any has a planned date or is known to be unfinished."""

    items: Ints
    known: Ints
    completed: Ints
    budgeted: Ints
    dated: Flags
    finish_dated: Flags
    unfinished: Flags


def tally_items(items: Items, facts: Facts, owners: int) -> Tally:
    """Count the work items of every compound; shape (owners,)."""
    known = ~np.isnan(facts.progress)
    finish_dated = known & ~np.isnan(items.finish_to)
    return Tally(
        items=count_of(np.ones(len(items), dtype=bool), items.compound, owners),
        known=count_of(known, items.compound, owners),
        completed=count_of(facts.progress >= 100.0, items.compound, owners),
        budgeted=count_of(items.budget > 0, items.compound, owners),
        dated=any_of(items.dated, items.compound, owners),
        finish_dated=any_of(finish_dated, items.compound, owners),
        unfinished=any_of(facts.progress < 100.0, items.compound, owners),
    )


def count_of(flag: Flags, owner: Ints, owners: int) -> Ints:
    """How many items of each owner have the flag."""
    return np.bincount(owner[flag], minlength=owners).astype(np.int64)


def code(status: ReportingStatus) -> int:
    """Position of a status in `STATUSES`."""
    return STATUSES.index(status)


def compound_status(facts: Facts, tally: Tally) -> Ints:
    """Position in `STATUSES` of the first status whose rule holds, per compound.

    A suspension ends with a recorded 复工 only; 验收 counts unless an item is known to be below 100 %.
    A report (even of 0 %), a stage event or a planned date makes "not started"; nothing at all stays unknown.
    """
    cases: list[tuple[Flags, ReportingStatus]] = [
        (~np.isnan(facts.removed_day), ReportingStatus.REMOVED),
        (facts.interruption == INTERRUPTIONS.index(Interruption.SUSPENDED), ReportingStatus.SUSPENDED),
        (facts.reached >= _HANDOVER, ReportingStatus.HANDED_OVER),
        ((facts.reached >= _ACCEPTANCE) & ~tally.unfinished, ReportingStatus.ACCEPTED),
        ((tally.items > 0) & (tally.completed == tally.items), ReportingStatus.COMPLETED),
        (facts.started, ReportingStatus.STARTED),
        (facts.any_report | (facts.reached >= 0) | tally.dated, ReportingStatus.NOT_STARTED),
    ]
    return _first_status(cases)


def item_status(subjects: Subjects, progress: Floats, rule: CountingRule) -> Ints:
    """Position in `STATUSES` per item: removed, completed, started, not_started or unknown."""
    cases: list[tuple[Flags, ReportingStatus]] = [
        (subjects.status["removed"], ReportingStatus.REMOVED),
        (progress >= 100.0, ReportingStatus.COMPLETED),
        (progress > rule.start_threshold_pct, ReportingStatus.STARTED),
        (subjects.idle, ReportingStatus.NOT_STARTED),
    ]
    return _first_status(cases)


def _first_status(cases: list[tuple[Flags, ReportingStatus]]) -> Ints:
    flags = [flag for flag, _ in cases]
    return np.select(flags, [code(status) for _, status in cases], code(ReportingStatus.UNKNOWN))


def contradicted(facts: Facts, tally: Tally) -> Flags:
    """R14: 验收 or a later stage is recorded while an item is known to be below 100 %."""
    return (facts.reached >= _ACCEPTANCE) & tally.unfinished


def stage_class(facts: Facts, status: Ints) -> Ints:
    """Position in `CLASSES` per compound.

    The class of the latest stage; but 施工 when works have started and the record lags behind, and 验收
    (施工完成、验收或移交) when all works are finished. Without stage record and start it is unknown.
    """
    recorded = np.where(facts.stage >= 0, _CLASS_OF_STAGE[facts.stage], CLASSES.index(StageClass.UNKNOWN))
    cases: list[tuple[Flags, StageClass]] = [
        (status == code(ReportingStatus.REMOVED), StageClass.REMOVED),
        (status == code(ReportingStatus.SUSPENDED), StageClass.SUSPENDED),
        ((status == code(ReportingStatus.COMPLETED)) & (facts.stage <= _WORKS), StageClass.ACCEPTANCE),
        ((status == code(ReportingStatus.STARTED)) & (facts.stage < _WORKS), StageClass.CONSTRUCTION),
    ]
    return np.select([flag for flag, _ in cases], [CLASSES.index(shown) for _, shown in cases], recorded)


def since_day(facts: Facts, status: Ints) -> Floats:
    """Day number of the record behind the stage class: removal, suspension, else the latest stage event."""
    since = np.where(status == code(ReportingStatus.SUSPENDED), facts.interruption_day, facts.stage_day)
    return np.where(status == code(ReportingStatus.REMOVED), facts.removed_day, since)


@dataclass(frozen=True, eq=False, slots=True)
class Weighed:
    """Weighted means per compound, per cent and percentage points (NaN: nothing known).

    `by_budget`: every item of the compound has a budget above 0, which is then the weight; else all weigh the
    same. `known_weight` is the weight of the items whose progress is known.
    """

    progress: Floats
    planned: Floats
    deviation: Floats
    by_budget: Flags
    known_weight: Floats


def weigh(items: Items, signals: Signals, tally: Tally) -> Weighed:
    """Weighted progress (reference §5.1 no. 4), plan and deviation (no. 5) per compound.

    Progress is over items whose progress is known; plan and deviation over those that also have planned dates
    (plan alone over all with planned dates while nothing is known).
    """
    owner, owners = items.compound, len(tally.items)
    by_budget = (tally.budgeted == tally.items) & (tally.items > 0)
    weight = np.where(by_budget[owner], items.budget, 1.0)
    known, planned = ~np.isnan(signals.progress), ~np.isnan(signals.planned)
    both = known & planned
    due = both | (planned & (tally.known == 0)[owner])
    return Weighed(
        progress=_mean(signals.progress, weight, known, owner, owners),
        planned=_mean(signals.planned, weight, due, owner, owners),
        deviation=_mean(signals.deviation, weight, both, owner, owners),
        by_budget=by_budget,
        known_weight=_sum(weight, known, owner, owners),
    )


def _sum(number: Floats, use: Flags, owner: Ints, owners: int) -> Floats:
    """Sum over the items in use per owner."""
    return np.asarray(np.bincount(owner[use], weights=number[use], minlength=owners), dtype=np.float64)


def _mean(value: Floats, weight: Floats, use: Flags, owner: Ints, owners: int) -> Floats:
    """Weighted mean of the items in use per owner, NaN where none is."""
    total, part = (_sum(number, use, owner, owners) for number in (weight, weight * value))
    return np.where(total > 0, part / np.where(total > 0, total, 1.0), np.nan)


def compound_subjects(facts: Facts, tally: Tally, items: Items, status: Ints, deviation: Floats) -> Subjects:
    """Every compound as one subject of the warning rules."""
    settled = {state.value: status == code(state) for state in _SETTLED}
    return Subjects(
        owner=items.compound,
        status={**settled, "no_record": status == code(ReportingStatus.UNKNOWN)},
        idle=status == code(ReportingStatus.NOT_STARTED),
        since=facts.interruption_day,
        deviation=deviation,
        dated=tally.dated,
        measured=tally.known > 0,
        finish_dated=tally.finish_dated,
    )


def item_subjects(facts: Facts, items: Items, status: Ints, signals: Signals, rule: CountingRule) -> Subjects:
    """Every item as its own subject; `status` is that of its compound, shape (items,)."""
    known, completed = ~np.isnan(facts.progress), facts.progress >= 100.0
    idle_compound = status == code(ReportingStatus.NOT_STARTED)
    return Subjects(
        owner=np.arange(len(items)),
        status={
            "removed": status == code(ReportingStatus.REMOVED),
            "suspended": (status == code(ReportingStatus.SUSPENDED)) & ~completed,
            "completed": completed,
            "no_record": ~known & ~idle_compound & ~items.dated,
        },
        idle=idle_compound | (known & (facts.progress <= rule.start_threshold_pct)),
        since=facts.interruption_day[items.compound],
        deviation=signals.deviation,
        dated=items.dated,
        measured=known,
        finish_dated=~np.isnan(items.finish_to),
    )
