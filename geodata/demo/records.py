"""Rows that a story leaves behind: works items, progress reports, stage events and permits of a compound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from geodata.demo import schedule, works
from geodata.demo.compounds import Site, size
from geodata.demo.dice import Dice, days, fuzzy_columns
from geodata.demo.schedule import Clock, Plan
from geodata.demo.stories import Story
from geodata.demo.zones import GENERATOR
from geodata.honesty import FuzzyDate
from geodata.vocabulary import (
    Approx,
    DataStatus,
    DatePrecision,
    PermitKind,
    PermitStatus,
)

Row = dict[str, Any]

SYNTHETIC = {"data_status": DataStatus.SYNTHETIC.value, "source": GENERATOR}


@dataclass(frozen=True, slots=True)
class History:
    """A compound with its story, works and clock."""

    site: Site
    story: Story
    plans: tuple[Plan, ...]
    clock: Clock | None
    business_date: date
    seed: int

    @classmethod
    def tell(cls, site: Site, story: Story, business_date: date, seed: int) -> History:
        """Work the story out for a compound."""
        if story is Story.NO_RECORD:
            return cls(site, story, (), None, business_date, seed)
        dice = site.dice(seed, 4)
        chosen = works.choose(size(site, seed), dice)
        plans = schedule.plans(chosen, story, business_date, dice)
        ticking = schedule.clock(story, plans, business_date, dice)
        return cls(site, story, tuple(plans), ticking, business_date, seed)

    @property
    def begin(self) -> date:
        """First day on site, or the first planned day."""
        return self.clock.begin if self.clock else min(plan.first_day for plan in self.plans)

    @property
    def end(self) -> date | None:
        """Day on which the last work was done; None while works go on or have not begun."""
        done = [self.finished(plan) for plan in self.plans]
        return max(day for day in done if day) if done and all(done) else None

    def started(self, plan: Plan) -> date | None:
        """Day on which a work began; None when it has not."""
        return self.clock.day_of(plan.first_day, until=self.business_date) if self.clock else None

    def finished(self, plan: Plan) -> date | None:
        """Day on which a work was done; None when it is not."""
        return self.clock.day_of(plan.last_day, until=self.business_date) if self.clock else None

    def item_id(self, number: int) -> str:
        """Id of the work item at a position (from 0)."""
        return f"{self.site.id}-W{number + 1:02d}"


def work_items(history: History) -> list[Row]:
    """The works of a compound with their plan; one story has lost its planned dates."""
    return [_item(history, number, plan) for number, plan in enumerate(history.plans)]


def _item(history: History, number: int, plan: Plan) -> Row:
    work, nothing = plan.work, FuzzyDate(None, None, DatePrecision.UNKNOWN)
    lost = history.story is Story.NO_PLAN_DATES
    return {
        "id": history.item_id(number),
        "compound_id": history.site.id,
        "type_code": work.kind.type.value,
        "name": work.kind.type.label,
        "phase": work.kind.phase,
        "quantity": work.quantity,
        "unit": work.kind.type.unit,
        "approx": work.approx.value,
        "budget_cny": work.budget_cny,
        **fuzzy_columns("planned_start", nothing if lost else plan.start),
        **fuzzy_columns("planned_finish", nothing if lost else plan.finish),
        "excavation_depth_m": work.dig_m,
        **SYNTHETIC,
        "note": "数量为约数" if work.approx is Approx.ABOUT else None,
    }


def progress_reports(history: History) -> list[Row]:
    """Reports of every work from its first day to its last, about every two weeks; seldom a correction."""
    if history.clock is None:
        return []
    dice = history.site.dice(history.seed, 5)
    calendar = _report_days(history, dice)
    rows = [
        row
        for number, plan in enumerate(history.plans)
        for row in _reports_of(history, number, plan, calendar, dice)
    ]
    return _with_correction(rows, dice) if dice.chance(0.09) else rows


def _report_days(history: History, dice: Dice) -> list[date]:
    """The days on which the site reports: at a steady interval, and once just before the business date."""
    assert history.clock is not None
    interval, last = dice.whole(12, 18), history.business_date
    count = (last - history.begin).days // interval
    fresh = last - days(0 if history.story in (Story.SLIGHT, Story.DUE_SOON) else dice.whole(0, 3))
    steady = [history.begin + days(interval * number) for number in range(1, count + 1)]
    kept = [day for day in steady if day < fresh] + [fresh]
    return [day for day in kept if not history.clock.is_paused(day)]


def _reports_of(history: History, number: int, plan: Plan, calendar: list[date], dice: Dice) -> list[Row]:
    assert history.clock is not None
    started, finished = history.started(plan), history.finished(plan)
    values = {history.begin: 0.0}
    if started:
        values[started] = float(dice.whole(1, 2))
        for day in calendar:
            if started < day < (finished or date.max):
                values[day] = round(plan.planned_pct(history.clock.plan_day(day)))
    if finished:
        values[finished] = 100.0
    return [
        _report(history, number, plan, place, day, value, dice)
        for place, (day, value) in enumerate(_rising(values), start=1)
    ]


def _rising(values: dict[date, float]) -> list[tuple[date, float]]:
    """Values in order of day, never falling, below 100 until the end."""
    highest, rising = 0.0, []
    for day in sorted(values):
        value = values[day]
        highest = max(highest, value if value == 100 else min(value, 99.0))
        rising.append((day, highest))
    return rising


def _report(
    history: History, number: int, plan: Plan, place: int, day: date, value: float, dice: Dice
) -> Row:
    paid = round(plan.work.budget_cny * value / 100 * 0.75, -2) if value >= 25 else None
    item = history.item_id(number)
    return {
        "id": f"{item}-R{place:02d}",
        "work_item_id": item,
        "reported_on": day,
        "progress_pct": value,
        "paid_cny": paid,
        **SYNTHETIC,
        "recorded_on": min(day + days(dice.whole(0, 2)), history.business_date),
        "recorded_by": GENERATOR,
    }


def _with_correction(rows: list[Row], dice: Dice) -> list[Row]:
    """Misstate one older report of the compound and add the row that corrects it."""
    old = [place for place, row in enumerate(rows) if 30 < row["progress_pct"] < 90]
    if not old:
        return rows
    place = dice.pick(old)
    right = rows[place]
    wrong = {**right, "progress_pct": right["progress_pct"] - 20.0, "paid_cny": None}
    correction = {
        **right,
        "id": f"{right['id']}-K",
        "corrects_id": right["id"],
        "note": "更正：原填数值有误",
    }
    return [*rows[:place], wrong, correction, *rows[place + 1 :]]


def permits(history: History) -> list[Row]:
    """Heritage papers of works that dig or change the outside, for compounds that meet an invented zone."""
    if not history.site.zones or history.story in (Story.REMOVED, Story.NO_RECORD):
        return []
    dice = history.site.dice(history.seed, 7)
    return [
        _permit(history, number, plan, dice)
        for number, plan in enumerate(history.plans)
        if plan.work.dig_m is not None or plan.work.kind.type in works.OUTSIDE_OF_BUILDINGS
    ]


def _permit(history: History, number: int, plan: Plan, dice: Dice) -> Row:
    digs = plan.work.dig_m is not None
    item, status = history.item_id(number), _permit_status(history, plan, dice)
    today = history.business_date
    submitted = min(history.begin - days(dice.whole(70, 100)), today - days(dice.whole(8, 20)))
    decided = min(submitted + days(dice.whole(18, 30)), today - days(2))
    answered = status in (PermitStatus.GRANTED, PermitStatus.REFUSED)
    number_of_answer = f"演示文物函〔{decided.year}〕{history.site.number:02d}-{number + 1}号"
    return {
        "id": f"{item}-P1",
        "work_item_id": item,
        "kind": (PermitKind.ARCHAEOLOGY if digs else PermitKind.HERITAGE_CONSENT).value,
        "status": status.value,
        "document_no": number_of_answer if answered else None,
        "submitted_on": None if status is PermitStatus.REQUIRED else submitted,
        "decided_on": decided if answered else None,
        **SYNTHETIC,
    }


def _permit_status(history: History, plan: Plan, dice: Dice) -> PermitStatus:
    """Granted before works begin; before that open, as for some works not yet begun."""
    if history.story.is_started:
        waiting = history.started(plan) is None and dice.chance(0.6)
        return PermitStatus.SUBMITTED if waiting else PermitStatus.GRANTED
    if history.story is Story.START_OVERDUE:
        return PermitStatus.SUBMITTED
    options = (PermitStatus.SUBMITTED, PermitStatus.REQUIRED, PermitStatus.GRANTED, PermitStatus.REFUSED)
    return dice.pick(options, (5, 3, 2, 2) if history.story is Story.PERMITTING else (1, 9, 0, 0))
