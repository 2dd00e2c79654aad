"""Stored rows as arrays: positions for text ids, day numbers for dates, corrections resolved.

Built once per store revision and shared by all sessions: every array is read-only. A day number counts days
since 1970-01-01 and is a float, so that a missing date is NaN and no comparison with it is ever true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import BadValue
from geodata.honesty import FuzzyDate
from geodata.vocabulary import DatePrecision, Interruption, PermitKind, PermitStatus, Stage, WorkType

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

STAGES = list(Stage)
INTERRUPTIONS = list(Interruption)
NEVER = np.iinfo(np.int64).max

_EPOCH = date(1970, 1, 1)
_HERITAGE_KINDS = [PermitKind.HERITAGE_CONSENT.value, PermitKind.ARCHAEOLOGY.value]
_OPEN = [PermitStatus.REQUIRED.value, PermitStatus.SUBMITTED.value, PermitStatus.REFUSED.value]


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - _EPOCH).days


def day_numbers(dates: pd.Series) -> Floats:
    """Day number of every date, NaN where there is none; shape (rows,)."""
    days = pd.to_datetime(dates).to_numpy().astype("datetime64[D]")
    numbers = days.astype(np.int64).astype(np.float64)
    numbers[np.isnat(days)] = np.nan
    return numbers


def dates_of(numbers: Floats) -> NDArray[np.datetime64]:
    """The dates (datetime64[s], NaT for NaN) of day numbers."""
    missing = np.isnan(numbers)
    days = np.where(missing, 0, numbers).astype(np.int64).astype("datetime64[D]").astype("datetime64[s]")
    days[missing] = np.datetime64("NaT")
    return days


@lru_cache(maxsize=20_000)
def date_text(first: float, last: float, precision: str) -> str:
    """A planned date as people write it, no more exact than the plan gives it (`2026年11月下旬`)."""
    end = _EPOCH + timedelta(days=int(last))
    if first != first or first == last:  # NaN: only the last day is given
        return end.isoformat()
    start = _EPOCH + timedelta(days=int(first))
    if precision in (DatePrecision.DAY, DatePrecision.UNKNOWN) or precision not in DatePrecision.labels():
        return f"{start} 至 {end}"
    span = FuzzyDate(start, end, DatePrecision(precision))
    return span.text() if span == FuzzyDate.around(start, span.precision) else f"{start} 至 {end}"


def positions(ids: pd.Series, index: pd.Index) -> Ints:
    """Position in `index` of every id, -1 where it is not there (archived, or missing)."""
    return np.asarray(index.get_indexer(pd.Index(ids)), dtype=np.int64)


def frozen(array: Any) -> Any:
    """The array, made read-only."""
    array.setflags(write=False)
    return array


def superseded_from(frame: pd.DataFrame) -> Ints:
    """Revision from which another row corrects this one, NEVER when none does; shape (rows,).

    A chain (C corrects B, B corrects A) leaves only C standing; A stays withdrawn when C arrives.
    """
    since = np.full(len(frame), NEVER, dtype=np.int64)
    correcting = np.flatnonzero(frame["corrects_id"].notna().to_numpy())
    if len(correcting):
        target = positions(frame["corrects_id"].iloc[correcting], frame.index)
        real = (target >= 0) & (target != correcting)
        revision = frame["revision"].to_numpy(dtype=np.int64)
        np.minimum.at(since, target[real], revision[correcting[real]])
    return since


def taken_back(frame: pd.DataFrame) -> Any:
    """Which rows only take back the one they name, shape (rows,), bool; none in a frame without that column."""
    if "withdrawn" not in frame:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(frame["withdrawn"].eq(True), dtype=bool)


@dataclass(frozen=True, eq=False, slots=True)
class Ledger:
    """Dated entries of one append-only table, sorted by owner, day and order of entry.

    `owner` is the position of the work item or compound; `value` is progress (per cent) or the position of a
    code; an entry is known from `revision` on and withdrawn from `superseded` on.
    """

    owner: Ints
    day: Floats
    value: Floats
    revision: Ints
    superseded: Ints

    @classmethod
    def build(
        cls, frame: pd.DataFrame, *, owner: Ints, day: Floats, value: Floats, higher_wins: bool = False
    ) -> Ledger:
        """Sort the entries; those without owner, day or value, and those that only take another back, are left
        out (they may still correct another).

        On one day the later entry wins, or with `higher_wins` the higher value.
        """
        keep = np.flatnonzero((owner >= 0) & ~np.isnan(day) & ~np.isnan(value) & ~taken_back(frame))
        keys = (day[keep], owner[keep])
        keep = keep[np.lexsort((value[keep], *keys) if higher_wins else keys)]
        revision = frame["revision"].to_numpy(dtype=np.int64)
        parts = (owner, day, value, revision, superseded_from(frame))
        return cls(*(frozen(part[keep]) for part in parts))

    def standing(self, day: float, known_at: int | None) -> Ints:
        """Positions of the entries dated up to `day` that revision `known_at` (None: last) knew and kept."""
        on_time = self.day <= day
        if known_at is None:
            return np.flatnonzero(on_time & (self.superseded == NEVER))
        return np.flatnonzero(on_time & (self.revision <= known_at) & (self.superseded > known_at))

    def latest(self, standing: Ints, owners: int) -> Ints:
        """Position of the last standing entry of each owner, -1 where there is none; shape (owners,)."""
        last = np.full(owners, -1, dtype=np.int64)
        last[self.owner[standing]] = standing  # of a repeated owner numpy keeps the last
        return last

    def pick(self, array: Floats, at: Ints) -> Floats:
        """`array` at each position, NaN where the position is -1."""
        if not len(array):
            return np.full(len(at), np.nan)
        return np.where(at >= 0, array[at], np.nan)


def report_ledger(reports: pd.DataFrame, items: pd.Index) -> Ledger:
    """Progress reports per work item; progress is held to 0..100 per cent."""
    return Ledger.build(
        reports,
        owner=positions(reports["work_item_id"], items),
        day=day_numbers(reports["reported_on"]),
        value=np.clip(reports["progress_pct"].to_numpy(dtype=np.float64), 0.0, 100.0),
    )


def effective_days(events: pd.DataFrame) -> Floats:
    """Day from which an event counts: `min(to, max(from, recorded_on))`; `recorded_on` when no date is given.

    A fuzzy event counts from the day it was known to have happened, within the span it may have happened in.
    """
    recorded = day_numbers(events["recorded_on"])
    first, last = day_numbers(events["occurred_from"]), day_numbers(events["occurred_to"])
    return np.fmin(last, np.fmax(first, recorded))


def event_ledgers(events: pd.DataFrame, compounds: pd.Index) -> tuple[Ledger, Ledger]:
    """Stage events and interruptions per compound; the value is the position in Stage or Interruption.

    Of stages on one day the later stage wins, of interruptions on one day the one entered later.
    Raises BadValue for a code that is neither.
    """
    codes = [code.value for code in (*STAGES, *INTERRUPTIONS)]
    code = positions(events["stage"], pd.Index(codes, dtype="str"))
    if (code < 0).any():
        bad = events[code < 0]
        raise BadValue(f"阶段记录 {bad.index[0]} 的阶段“{bad['stage'].iloc[0]}”不在词表中，请用更正记录改正")
    owner, day = positions(events["compound_id"], compounds), effective_days(events)
    rank = code.astype(np.float64)
    stage = np.where(code < len(STAGES), rank, np.nan)
    interruption = np.where(code >= len(STAGES), rank - len(STAGES), np.nan)
    return (
        Ledger.build(events, owner=owner, day=day, value=stage, higher_wins=True),
        Ledger.build(events, owner=owner, day=day, value=interruption),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Items:
    """Work items in order of entry; `compound` is a position, dates are day numbers, budget is in CNY."""

    ids: pd.Index
    compound: Ints
    budget: Floats
    start_from: Floats
    start_to: Floats
    finish_from: Floats
    finish_to: Floats
    start_precision: NDArray[np.object_]
    finish_precision: NDArray[np.object_]
    label: NDArray[np.object_]

    @classmethod
    def build(cls, work_items: pd.DataFrame, compounds: pd.Index) -> Items:
        """Items of the given compounds; those of an archived compound are left out."""
        owner = positions(work_items["compound_id"], compounds)
        kept = work_items[owner >= 0]
        spans = [
            day_numbers(kept[f"planned_{end}_{side}"])
            for end in ("start", "finish")
            for side in ("from", "to")
        ]
        texts = [
            kept["planned_start_precision"].fillna("").to_numpy(dtype=object),
            kept["planned_finish_precision"].fillna("").to_numpy(dtype=object),
            kept["type_code"].map(WorkType.labels()).fillna(kept["type_code"]).to_numpy(dtype=object),
        ]
        budget = kept["budget_cny"].to_numpy(dtype=np.float64)
        arrays = [owner[owner >= 0], budget, *spans, *texts]
        return cls(kept.index, *(frozen(np.array(array)) for array in arrays))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dated(self) -> Flags:
        """Whether an item has any planned date; shape (items,)."""
        every = np.array([self.start_from, self.start_to, self.finish_from, self.finish_to])
        return np.asarray(~np.isnan(every).all(axis=0))

    def planned_pct(self, day: float) -> Floats:
        """Progress planned for the end of `day`: linear from the first start day to the last finish day.

        NaN when either is missing or the plan ends before it begins. Shape (items,), per cent.
        """
        span = self.finish_to - self.start_from
        share = np.where(
            span > 0, (day - self.start_from) / np.where(span > 0, span, 1.0), day >= self.finish_to
        )
        return np.where(span >= 0, np.clip(share, 0.0, 1.0) * 100.0, np.nan)

    def date_texts(self, at: Ints, end: str) -> list[str]:
        """Planned "start" or "finish" of the items at the positions, as people write it."""
        starts = (self.start_from, self.start_to, self.start_precision)
        chosen = starts if end == "start" else (self.finish_from, self.finish_to, self.finish_precision)
        first, last, precision = (part[at].tolist() for part in chosen)
        return [date_text(*span) for span in zip(first, last, precision, strict=True)]


@dataclass(frozen=True, eq=False, slots=True)
class HeritagePermits:
    """Heritage consents and archaeology of work items: not granted, or the day on which they were granted."""

    item: Ints
    open: Flags
    decided: Floats

    @classmethod
    def build(cls, permits: pd.DataFrame, items: pd.Index) -> HeritagePermits:
        """Permits of the two heritage kinds; others hold nothing up."""
        item = positions(permits["work_item_id"], items)
        keep = permits["kind"].isin(_HERITAGE_KINDS).to_numpy(dtype=bool) & (item >= 0)
        is_open = permits["status"].isin(_OPEN).to_numpy(dtype=bool)
        decided = day_numbers(permits["decided_on"])
        return cls(*(frozen(np.array(part[keep])) for part in (item, is_open, decided)))

    def hold(self, day: float, items: int) -> Flags:
        """Whether items wait for a heritage answer on `day`: not granted, or only later; shape (items,)."""
        held = np.zeros(items, dtype=bool)
        held[self.item[self.open | (self.decided > day)]] = True
        return held
