"""Status is derived, not typed: what was so on a day, as far as a revision knew (decision 3).

`ProgressIndex` holds the rows of one store revision as arrays; `states` and `item_states` answer for any
`as_of` (valid time) and `known_at` (what the store knew). Missing data is never zero and never "not started".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis import counting
from analysis.estates import estate_states
from analysis.facts import Records, any_of
from analysis.ledgers import STAGES, Flags, Floats, Ints, Items, dates_of, day_number
from analysis.lights import Judged, item_signals, judge, sentences
from analysis.rules import CountingRule, EstateCompletion
from geodata.vocabulary import Light, ReportingStatus

__all__ = ["CountingRule", "EstateCompletion", "ProgressIndex", "estate_states"]

_DEFAULT = CountingRule()


@dataclass(frozen=True, eq=False, slots=True)
class ProgressIndex:
    """States of compounds and works items for any day, from the rows of one store revision.

    Immutable: build it once per revision and share it between sessions.
    """

    records: Records

    @classmethod
    def build(
        cls,
        compounds: pd.DataFrame,
        work_items: pd.DataFrame,
        reports: pd.DataFrame,
        events: pd.DataFrame,
        permits: pd.DataFrame,
    ) -> ProgressIndex:
        """Prepare frames as the store gives them (index `id`, columns of `geodata.schema`).

        Rows of archived compounds or items are left out; a row that a known row corrects is superseded.
        Raises BadValue when a stage event bears a code that is not in the vocabulary.
        """
        return cls(Records.build(compounds, work_items, reports, events, permits))

    def states(
        self, *, as_of: date, known_at: int | None = None, rule: CountingRule = _DEFAULT
    ) -> pd.DataFrame:
        """State of every compound on `as_of`, as far as revision `known_at` (None: the last) knew.

        Index: compound ids in the order of the input. Columns
        status          ReportingStatus: the first that holds of removed (only a correction takes it back),
                        suspended (until 复工 is recorded), handed_over (移交 or 长效管理 reached), accepted
                        (验收 reached and no item known to be below 100 %), completed (all items, at least
                        one, at 100 %), started (an item above the threshold, 施工 or later reached, or 复工),
                        not_started (a report, a stage event or a planned date), unknown
        stage           latest Stage or NaN; of stages on one day the later one
        stage_class     StageClass, see `counting.stage_class`
        since           datetime64[s], effective day of that record: removal, suspension or latest stage
        light           Light, never heritage_hold; light_rule "R1".."R4" or ""; light_reason a sentence
        heritage_hold   bool: a heritage consent or archaeology not granted, or only after `as_of`
        progress_pct    weighted mean over the items whose progress is known, NaN when none is
        planned_pct     due by `as_of`, over those of them that have planned dates; an item that may still
                        begin on time counts 0; over all with planned dates while no progress is known
        deviation_pp    progress less plan, percentage points, over the items that have both
        weight_basis    "budget" when every item has one above 0, else "equal"; "" without items
        budget_cny      budget of the items known, NaN unless it is the weight
        items, items_known, items_completed, items_overdue    int64; overdue is R4
        last_reported_on    datetime64[s], latest report of any item
        contradiction   bool, R14: 验收 or later recorded while an item is known to be below 100 %

        An item's progress is its latest report; without one 0 while its planned start lies ahead or while the
        stage record is before 施工 and nothing was started; else unknown and left out (items_known < items).
        """
        records, day = self.records, day_number(as_of)
        items, owners = records.items, len(records.compounds)
        facts = records.observe(day, known_at, rule.start_threshold_pct)
        tally = counting.tally_items(items, facts, owners)
        status = counting.compound_status(facts, tally)
        idle = (status == counting.code(ReportingStatus.NOT_STARTED))[items.compound]
        signals = item_signals(items, facts.progress, idle, day, rule)
        weighed = counting.weigh(items, signals, tally)
        subjects = counting.compound_subjects(facts, tally, items, status, weighed.deviation)
        judged = judge(subjects, signals, items, rule)
        return pd.DataFrame(
            {
                "status": _labelled(counting.STATUSES, status),
                "stage": _labelled(STAGES, facts.stage),
                "stage_class": _labelled(counting.CLASSES, counting.stage_class(facts, status)),
                "since": dates_of(counting.since_day(facts, status)),
                **_light_columns(judged, items, facts.progress, named=True),
                "heritage_hold": any_of(records.permits.hold(day, len(items)), items.compound, owners),
                **_weight_columns(weighed, tally),
                "items": tally.items,
                "items_known": tally.known,
                "items_completed": tally.completed,
                "items_overdue": counting.count_of(signals.overdue > 0, items.compound, owners),
                "last_reported_on": dates_of(_latest(facts.reported_day, items.compound, owners)),
                "contradiction": counting.contradicted(facts, tally),
            },
            index=records.compounds,
        )

    def item_states(
        self,
        compound_id: str | None = None,
        *,
        as_of: date,
        known_at: int | None = None,
        rule: CountingRule = _DEFAULT,
    ) -> pd.DataFrame:
        """State of every work item on `as_of` (of one compound, or of all).

        Index: work item ids in order of entry. Columns
        compound_id
        progress_pct       per cent, NaN unknown; by the rule of `states`
        last_reported_on   datetime64[s], NaT when never reported
        state              ReportingStatus: removed, completed, started, not_started or unknown
        planned_pct        due by `as_of`, NaN without planned dates; 0 while the item may still begin on time
        deviation_pp       percentage points
        overdue_days       int64, past the last planned finish day while unfinished, else 0
        light, light_rule, light_reason, heritage_hold   as in `states`

        A finished item of a suspended compound stays completed; an unfinished one is red for 停工.
        """
        records, day = self.records, day_number(as_of)
        items = records.items
        facts = records.observe(day, known_at, rule.start_threshold_pct)
        tally = counting.tally_items(items, facts, len(records.compounds))
        status = counting.compound_status(facts, tally)[items.compound]
        idle = status == counting.code(ReportingStatus.NOT_STARTED)
        signals = item_signals(items, facts.progress, idle, day, rule)
        subjects = counting.item_subjects(facts, items, status, signals, rule)
        state = counting.item_status(subjects, facts.progress, rule)
        judged = judge(subjects, signals, items, rule)
        rows = np.flatnonzero((records.compounds == compound_id)[items.compound] | (compound_id is None))
        return pd.DataFrame(
            {
                "compound_id": records.compounds.take(items.compound[rows]),
                "progress_pct": facts.progress[rows],
                "last_reported_on": dates_of(facts.reported_day[rows]),
                "state": _labelled(counting.STATUSES, state[rows]),
                "planned_pct": signals.planned[rows],
                "deviation_pp": signals.deviation[rows],
                "overdue_days": signals.overdue[rows].astype(np.int64),
                **_light_columns(judged.take(rows), items, facts.progress, named=False),
                "heritage_hold": records.permits.hold(day, len(items))[rows],
            },
            index=items.ids[rows],
        )


def _labelled(members: list[Any], codes: Ints) -> Any:
    """Stored codes as a `str` array, NaN where the position is -1."""
    values = pd.array([member.value for member in members], dtype="str")
    return values.take(codes, allow_fill=True)


def _latest(day: Floats, owner: Ints, owners: int) -> Floats:
    """The latest day of each owner's items, NaN when none has one."""
    latest = np.full(owners, np.nan)
    np.fmax.at(latest, owner, day)
    return latest


def _light_columns(judged: Judged, items: Items, progress: Floats, *, named: bool) -> dict[str, Any]:
    return {
        "light": _labelled(list(Light), judged.light),
        "light_rule": pd.array(judged.rule, dtype="str"),
        "light_reason": pd.array(sentences(judged, items, progress, named=named), dtype="str"),
    }


def _weight_columns(weighed: counting.Weighed, tally: counting.Tally) -> dict[str, Any]:
    some: Flags = tally.items > 0
    basis = np.where(weighed.by_budget, 0, np.where(some, 1, 2))
    return {
        "progress_pct": weighed.progress,
        "planned_pct": weighed.planned,
        "deviation_pp": weighed.deviation,
        "weight_basis": pd.array(["budget", "equal", ""], dtype="str").take(basis),
        "budget_cny": np.where(weighed.by_budget & (tally.known > 0), weighed.known_weight, np.nan),
    }
