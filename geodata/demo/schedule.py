"""Plans of the works of one compound, and the clock that says how far the works have come on a day.

A story bends only the clock: `plan_day(day)` is the day of the plan that the works have reached. On time
it runs a few days ahead, late it runs behind, and while works stand still it stands still.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from geodata.demo.dice import Dice, days
from geodata.demo.stories import Story
from geodata.demo.works import Work
from geodata.honesty import FuzzyDate
from geodata.vocabulary import DatePrecision

_EXACT = ((DatePrecision.DAY, 11), (DatePrecision.TEN_DAYS, 7), (DatePrecision.MONTH, 2))
_COARSE = (
    (DatePrecision.TEN_DAYS, 3),
    (DatePrecision.MONTH, 8),
    (DatePrecision.QUARTER, 7),
    (DatePrecision.YEAR, 1),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A work with its planned dates."""

    work: Work
    start: FuzzyDate
    finish: FuzzyDate

    @property
    def first_day(self) -> date:
        """The earliest planned day of work."""
        assert self.start.first is not None
        return self.start.first

    @property
    def last_day(self) -> date:
        """The last day on which the work is still on time."""
        assert self.finish.last is not None
        return self.finish.last

    def planned_pct(self, day: date) -> float:
        """Planned progress on a day, linear from the first to the last day, per cent."""
        span = (self.last_day - self.first_day).days
        return min(100.0, max(0.0, 100.0 * (day - self.first_day).days / span))


@dataclass(frozen=True, slots=True)
class Clock:
    """How the works of a compound keep to their plan.

    `begin` is the first day on site, `lead_days` by how much they were ahead then, `pace` plan days per day,
    `pauses` first and last day of each standstill (last is None while it goes on).
    """

    begin: date
    lead_days: float = 0.0
    pace: float = 1.0
    pauses: tuple[tuple[date, date | None], ...] = field(default=())

    def plan_day(self, day: date) -> date:
        """The day of the plan that the works have reached on `day`."""
        worked = (day - self.begin).days - sum(self._paused(pause, day) for pause in self.pauses)
        return self.begin + days(self.lead_days + self.pace * worked)

    @staticmethod
    def _paused(pause: tuple[date, date | None], day: date) -> int:
        first, last = pause
        return max(0, (min(day, last or day) - first).days)

    def is_paused(self, day: date) -> bool:
        """Whether works stand still on a day."""
        return any(first < day < (last or date.max) for first, last in self.pauses)

    def day_of(self, plan_day: date, *, until: date) -> date | None:
        """The first day up to `until` on which the works have reached a day of the plan, if any."""
        low, high = self.begin, until
        if self.plan_day(high) < plan_day:
            return None
        while low < high:
            middle = low + (high - low) // 2
            low, high = (low, middle) if self.plan_day(middle) >= plan_day else (middle + days(1), high)
        return low


def window(story: Story, business_date: date, dice: Dice) -> tuple[date, date]:
    """First and last planned day of the works of a compound."""
    length = dice.whole(170, 270)
    ago = {
        Story.OPERATION: lambda: dice.whole(480, 540),
        Story.HANDED_OVER: lambda: dice.whole(400, 440),
        Story.ACCEPTED: lambda: length + dice.whole(75, 150),
        Story.FINISHED: lambda: length - dice.whole(-10, 4),
        Story.DUE_SOON: lambda: length - dice.whole(6, 12),
        Story.SERIOUS: lambda: round(length * dice.real(0.65, 1.12)),
        Story.SUSPENDED: lambda: round(length * dice.real(0.45, 0.8)),
        Story.RESUMED: lambda: round(length * dice.real(0.6, 0.85)),
        Story.SLIGHT: lambda: round(length * dice.real(0.45, 0.65)),
        Story.ON_TIME: lambda: round(length * dice.real(0.2, 0.86)),
        Story.NO_PLAN_DATES: lambda: round(length * 0.5),
        Story.START_OVERDUE: lambda: dice.whole(3, 6),
        Story.PERMITTING: lambda: -dice.whole(12, 110),
        Story.PREPARING: lambda: -dice.whole(90, 260),
        Story.REMOVED: lambda: -dice.whole(60, 90),
        Story.NO_RECORD: lambda: 0,
    }[story]()
    first = business_date - days(ago)
    return first, first + days(length)


def plans(works: list[Work], story: Story, business_date: date, dice: Dice) -> list[Plan]:
    """Planned dates of the works: the first begins with the window, the last ends with it."""
    first, last = window(story, business_date, dice)
    spans = [_span(work, first, last, dice) for work in works]
    spans[0] = (first, spans[0][1])
    spans[-1] = (spans[-1][0], last)
    if story in (Story.SLIGHT, Story.DUE_SOON):
        spans = [_clear_of(business_date, span, last) for span in spans]
    precisions = _COARSE if story is Story.PREPARING else _EXACT
    exact = story in (Story.SLIGHT, Story.DUE_SOON, Story.START_OVERDUE, Story.FINISHED)
    return [
        Plan(work, *(FuzzyDate.around(day, _precision(precisions, exact, dice)) for day in span))
        for work, span in zip(works, spans, strict=True)
    ]


def _span(work: Work, first: date, last: date, dice: Dice) -> tuple[date, date]:
    length = (last - first).days
    begin, end = ((0.0, 0.15), (0.5, 0.85)) if work.kind.phase == 1 else ((0.3, 0.5), (0.8, 1.0))
    return first + days(length * dice.real(*begin)), first + days(length * dice.real(*end))


def _clear_of(business_date: date, span: tuple[date, date], last: date) -> tuple[date, date]:
    """Move dates away from the weeks around the business date, so that only the wanted delay shows."""
    start, finish = span
    if business_date - days(45) < start <= business_date:
        start = business_date - days(46)
    if business_date - days(45) < finish < business_date + days(6):
        finish = max(last, business_date + days(6))
    return start, finish


def _precision(choices: tuple[tuple[DatePrecision, int], ...], exact: bool, dice: Dice) -> DatePrecision:
    if exact:
        return DatePrecision.DAY
    return dice.pick([choice for choice, _ in choices], [weight for _, weight in choices])


def clock(story: Story, items: list[Plan], business_date: date, dice: Dice) -> Clock | None:
    """The clock of a story; None when works have not begun."""
    if not story.is_started:
        return None
    lead = dice.whole(5, 9)
    first = min(item.first_day for item in items)
    on_time = Clock(first - days(lead), lead)
    if story is Story.SLIGHT:
        return _slow(first, items, business_date, wanted_pp=dice.real(6.2, 8.6))
    if story is Story.DUE_SOON:
        return Clock(first, 0.0, 1 - dice.real(6, 9) / (business_date - first).days)
    if story is Story.SERIOUS:
        return Clock(first, 0.0, dice.real(0.55, 0.72))
    if story is Story.SUSPENDED:
        return replace(on_time, pauses=((business_date - days(dice.whole(24, 75)), None),))
    if story is Story.RESUMED:
        halt = business_date - days(dice.whole(75, 105))
        return replace(on_time, pauses=((halt, halt + days(dice.whole(24, 40))),), pace=1.08)
    return on_time


def deviation_pp(ticking: Clock, items: list[Plan], day: date) -> float:
    """Progress less plan of all items on a day, weighted by budget, percentage points."""
    reached = ticking.plan_day(day)
    weight = sum(item.work.budget_cny for item in items)
    gap = sum(item.work.budget_cny * (item.planned_pct(reached) - item.planned_pct(day)) for item in items)
    return gap / weight


def _slow(first: date, items: list[Plan], business_date: date, *, wanted_pp: float) -> Clock:
    """The clock whose pace leaves the compound `wanted_pp` behind on the business date."""
    clocks = [Clock(first, 0.0, 1 - step / 100) for step in range(1, 46)]
    return min(clocks, key=lambda slow: abs(deviation_pp(slow, items, business_date) + wanted_pp))
