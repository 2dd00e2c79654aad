"""Planned and actual progress over time (S 曲线)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from analysis.ledgers import Flags, Floats, Ints, Items, Ledger, dates_of, day_number
from analysis.rules import CountingRule
from analysis.status import ProgressIndex
from geodata.errors import BadValue

_NOISE = 9  # decimals kept of a percentage


def s_curve(
    index: ProgressIndex,
    *,
    as_of: date,
    known_at: int | None = None,
    compounds: Iterable[str] | None = None,
    step_days: int = 7,
) -> pd.DataFrame:
    """Weighted progress planned and reported, every `step_days` through `as_of`, for all compounds or some.

    Columns: date (datetime64[s]), planned_pct, actual_pct (per cent; actual is NaN after `as_of`, and
    throughout when nothing is known). `attrs`: weight_basis ("budget" when every item drawn has one, else
    "equal"), items (work items not removed), items_drawn. Empty when no item can be drawn.

    Drawn are the items, not of removed compounds, that have both planned dates and a known progress on
    `as_of`, so that the two lines are of the same items and the last actual point is their weighted progress;
    when none has a known progress, all items with planned dates (plan only). An item counts 0 until its first
    report: the line is what had been reported by each day. Formula: 加权形象进度, reference §5.1 no. 4.
    Raises BadValue for a step below one day.
    """
    if step_days < 1:
        raise BadValue(f"S 曲线的步长须不小于 1 天，不能是 {step_days}")
    records, items, day = index.records, index.records.items, day_number(as_of)
    facts = records.observe(day, known_at, CountingRule().start_threshold_pct)
    scope = np.isnan(facts.removed_day)
    if compounds is not None:
        scope &= records.compounds.isin(list(compounds))
    in_scope, progress = scope[items.compound], facts.progress
    planned = in_scope & ~np.isnan(items.planned_pct(day))
    measured = planned & ~np.isnan(progress)
    drawn = measured if measured.any() else planned
    by_budget = bool(drawn.any() and (items.budget[drawn] > 0).all())
    weight = np.where(drawn, items.budget if by_budget else 1.0, 0.0)
    grid = _grid(items, drawn, day, step_days)
    actual = np.full(len(grid), np.nan)
    if measured.any():
        actual = _actual(records.reports, weight, grid, day, known_at)
    frame = pd.DataFrame(
        {"date": dates_of(grid), "planned_pct": _planned(items, weight, grid), "actual_pct": actual}
    )
    frame.attrs = {
        "weight_basis": ("budget" if by_budget else "equal") if drawn.any() else "",
        "items": int(in_scope.sum()),
        "items_drawn": int(drawn.sum()),
    }
    return frame


def _grid(items: Items, drawn: Flags, day: int, step: int) -> Floats:
    """Day numbers at the step, through `day`, from the first planned start or earlier to the last finish."""
    if not drawn.any():
        return np.empty(0)
    before = max(day - items.start_from[drawn].min(), 0.0)
    after = max(items.finish_to[drawn].max() - day, 0.0)
    steps = np.arange(-np.ceil(before / step), np.ceil(after / step) + 1)
    return day + step * steps


def _planned(items: Items, weight: Floats, grid: Floats) -> Floats:
    """Weighted planned progress at every grid day, per cent: the sum of `Items.planned_pct` of all items drawn."""
    at = np.flatnonzero(weight > 0)
    if not len(at):
        return np.empty(0)
    begin, end, share = (
        items.start_from[at] - grid[0],
        items.finish_to[at] - grid[0],
        weight[at] / weight.sum(),
    )
    sloped = end > begin
    rate = share[sloped] / (end - begin)[sloped]
    days = grid - grid[0]
    rising = _ramps(begin[sloped], rate, days) - _ramps(end[sloped], rate, days)
    done_in_a_day = _running(end[~sloped], share[~sloped], days)
    return np.round((rising + done_in_a_day) * 100.0, _NOISE)


def _ramps(begin: Floats, rate: Floats, days: Floats) -> Floats:
    """Sum over all ramps of `rate` × days since `begin` (0 before), at every day."""
    return days * _running(begin, rate, days) - _running(begin, rate * begin, days)


def _running(day: Floats, amount: Floats, days: Floats) -> Floats:
    """Sum of the amounts dated up to every day."""
    slot = np.searchsorted(days, day, side="left")
    return np.bincount(slot, weights=amount, minlength=len(days))[: len(days)].cumsum()


def _actual(reports: Ledger, weight: Floats, grid: Floats, day: int, known_at: int | None) -> Floats:
    """Weighted reported progress at every grid day up to `day`, NaN later."""
    at = reports.standing(day, known_at)
    owner, value = reports.owner[at], reports.value[at]
    step = np.diff(value, prepend=0.0)
    first = _first_of_owner(owner)
    step[first] = value[first]
    gained = _running(reports.day[at], step * weight[owner], grid)
    return np.where(grid <= day, np.round(gained / weight.sum(), _NOISE), np.nan)


def _first_of_owner(owner: Ints) -> Flags:
    """Which entries of a sorted ledger are the first of their owner."""
    return np.diff(owner, prepend=-1) != 0
