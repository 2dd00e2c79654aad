"""Rules about records that contradict each other: streets, plans, reports, stages, money."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analysis.facts import Records
from analysis.ledgers import (
    INTERRUPTIONS,
    NEVER,
    Floats,
    Ints,
    dates_of,
    day_number,
    day_numbers,
    positions,
    superseded_from,
    taken_back,
)
from analysis.quality.outcome import Outcome, numbers, outcome
from geodata.vocabulary import Interruption

_FOREVER = float(np.iinfo(np.int32).max)


def street_outcome(
    compounds: pd.DataFrame, communities: pd.DataFrame, estates: pd.DataFrame, streets: dict[str, str]
) -> Outcome:
    """Compounds whose community or estate lies in another street office; `streets` names them by code."""
    told: dict[int, list[str]] = {}
    own = compounds["street_code"].to_numpy(dtype=object)
    checked = np.zeros(len(compounds), dtype=bool)
    for label, column, homes in (("社区", "community_code", communities), ("小区", "estate_id", estates)):
        theirs = compounds[column].map(homes["street_code"]).to_numpy(dtype=object)
        names = compounds[column].map(homes["name"]).to_numpy(dtype=object)
        known = ~pd.isna(theirs)
        checked |= known
        for at in np.flatnonzero(known & (theirs != own)):
            told.setdefault(int(at), []).append(
                f"所属{label}“{names[at]}”在{streets.get(theirs[at], theirs[at])}"
            )
    found = sorted(told)
    content = [f"登记在{streets.get(own[at], own[at])}，{'，'.join(told[at])}" for at in found]
    return outcome("two_streets", int(checked.sum()), compounds.index[found], content)


def plan_outcome(items: pd.DataFrame) -> Outcome:
    """Works items whose latest planned finish lies before their earliest planned start."""
    start, finish = day_numbers(items["planned_start_from"]), day_numbers(items["planned_finish_to"])
    found = np.flatnonzero(finish < start)
    begins, ends = _days(start[found]), _days(finish[found])
    content = [f"计划 {first} 开工，{last} 完工" for first, last in zip(begins, ends, strict=True)]
    both = ~np.isnan(start) & ~np.isnan(finish)
    return outcome("finish_before_start", int(both.sum()), items.index[found], content)


def _days(numbers: Floats) -> list[str]:
    """Day numbers as ISO text."""
    return [str(day) for day in dates_of(numbers).astype("datetime64[D]")]


def acceptance_outcome(states: pd.DataFrame) -> Outcome:
    """Compounds with 验收 or later on record while a works item is known to be below 100 %; `states` of the day."""
    bad = states[states["contradiction"].astype(bool)]
    content = [
        f"{known - done} 项工程低于 100%（共 {items} 项）"
        for items, known, done in zip(bad["items"], bad["items_known"], bad["items_completed"], strict=True)
    ]
    return outcome("accepted_unfinished", len(states), bad.index, content)


def report_outcomes(records: Records) -> list[Outcome]:
    """Outcomes for the progress reports that stand (corrections resolved), whatever their day."""
    standing = _last_of_day(records)
    return [_fallen(records, standing), _after_stop(records, standing)]


def _last_of_day(records: Records) -> Ints:
    """Standing reports, of several of one works item on one day only the one that counts."""
    ledger = records.reports
    standing = ledger.standing(_FOREVER, None)
    owner, day = ledger.owner[standing], ledger.day[standing]
    last = np.ones(len(standing), dtype=bool)
    last[:-1] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    return standing[last]


def _fallen(records: Records, standing: Ints) -> Outcome:
    ledger = records.reports
    owner, day, value = ledger.owner[standing], ledger.day[standing], ledger.value[standing]
    fell = np.flatnonzero((owner[1:] == owner[:-1]) & (value[1:] < value[:-1])) + 1
    latest = dict(zip(owner[fell].tolist(), fell.tolist(), strict=True))  # of several falls the last one
    times = np.bincount(owner[fell], minlength=len(records.items))
    found = sorted(latest)
    days = _days(day)
    content = []
    for item in found:
        at = latest[item]
        more = f"，共 {times[item]} 次" if times[item] > 1 else ""
        content.append(f"{days[at - 1]} 填报 {value[at - 1]:g}%，{days[at]} 降为 {value[at]:g}%{more}")
    return outcome("progress_fell", len(np.unique(owner)), records.items.ids[found], content)


def _after_stop(records: Records, standing: Ints) -> Outcome:
    """Suspended compounds whose progress rose after that day, and removed ones with any later report."""
    owners, ledger = len(records.compounds), records.interruptions
    broken = ledger.latest(ledger.standing(_FOREVER, None), owners)
    kind, day = ledger.pick(ledger.value, broken), ledger.pick(ledger.day, broken)
    suspended = np.where(kind == INTERRUPTIONS.index(Interruption.SUSPENDED), day, np.nan)
    removed = records.removed_day(int(_FOREVER), None)
    reports = records.reports
    item, when, value = reports.owner[standing], reports.day[standing], reports.value[standing]
    whose = records.items.compound[item] if len(item) else item
    before = np.zeros(len(records.items))
    early = when <= suspended[whose]
    np.maximum.at(before, item[early], value[early])
    rose = (when > suspended[whose]) & (value > before[item])
    gone = when > removed[whose]
    stop = np.where(np.isnan(removed), suspended, removed)
    count = np.bincount(whose[rose | gone], minlength=owners)
    last = np.full(owners, np.nan)
    np.fmax.at(last, whose[rose | gone], when[rose | gone])
    found = np.flatnonzero(count)
    content = [
        f"{since} {'停工' if np.isnan(removed[at]) else '调出'}后又有 {count[at]} 次填报，最近 {latest}"
        for at, since, latest in zip(found, _days(stop[found]), _days(last[found]), strict=True)
    ]
    checked = int((~np.isnan(stop)).sum())
    return outcome("progress_after_stop", checked, records.compounds[found], content)


def ahead_outcome(
    records: Records, reports: pd.DataFrame, items: pd.DataFrame, events: pd.DataFrame, *, today: date
) -> Outcome:
    """Compounds with a standing report or event dated after `today`."""
    told = []
    checked = 0
    for what, rows, day in (("填报", reports, "reported_on"), ("阶段记录", events, "occurred_from")):
        standing = _still(rows)
        checked += len(standing)
        late = standing[day_numbers(standing[day]) > day_number(today)]
        whose = late["work_item_id"].map(items["compound_id"]) if what == "填报" else late["compound_id"]
        told.append(pd.DataFrame({"compound": whose, "day": late[day], "what": what}))
    every = pd.concat(told)
    every = every[positions(every["compound"], records.compounds) >= 0]
    latest = every.sort_values(["compound", "day"], kind="stable").groupby("compound", sort=True)
    content = [
        f"{len(rows)} 条记录在将来，最晚的是 {rows['day'].iloc[-1].date()} 的{rows['what'].iloc[-1]}"
        for _, rows in latest
    ]
    return outcome("dated_ahead", checked, list(latest.groups), content)


def _still(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that no other row corrects and that take nothing back."""
    return frame[(superseded_from(frame) == NEVER) & ~taken_back(frame)]


def funding_outcome(funding: pd.DataFrame) -> Outcome:
    """Lines of money where more arrived or was paid than planned, or more was paid than arrived (yuan)."""
    planned, arrived, paid = (numbers(funding[f"{name}_cny"]) for name in ("planned", "arrived", "paid"))
    pairs = (
        ("到位", arrived, "计划", planned),
        ("支付", paid, "计划", planned),
        ("支付", paid, "到位", arrived),
    )
    bad = np.zeros(len(funding), dtype=bool)
    for _, more, _, less in pairs:
        bad |= more > less
    found = np.flatnonzero(bad)
    content = [
        "；".join(
            f"{name} {more[at]:,.0f} 元大于{other} {less[at]:,.0f} 元"
            for name, more, other, less in pairs
            if more[at] > less[at]
        )
        for at in found
    ]
    return outcome("funding_excess", len(funding), funding.index[found], content)


def budget_outcome(items: pd.DataFrame, reports: pd.DataFrame) -> Outcome:
    """Works items of which more was paid, by the highest standing report, than their budget (yuan)."""
    standing = _still(reports)
    budget, spent = numbers(items["budget_cny"]), np.full(len(items), np.nan)
    np.fmax.at(spent, positions(standing["work_item_id"], items.index), numbers(standing["paid_cny"]))
    found = np.flatnonzero(spent > budget)
    content = [f"累计支付 {spent[at]:,.0f} 元，预算 {budget[at]:,.0f} 元" for at in found]
    judged = ~np.isnan(budget) & ~np.isnan(spent)
    return outcome("paid_over_budget", int(judged.sum()), items.index[found], content)
