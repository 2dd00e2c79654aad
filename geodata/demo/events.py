"""Stage events of an invented compound: the steps of the process in order, some only roughly dated."""

from __future__ import annotations

from datetime import date
from typing import Any

from geodata.demo.compounds import Site
from geodata.demo.dice import Dice, around, days, fuzzy_columns
from geodata.demo.records import SYNTHETIC, History
from geodata.demo.stories import BEFORE_WORKS, PREPARATION_STAGES, Story, last_stage
from geodata.demo.zones import GENERATOR
from geodata.honesty import FuzzyDate
from geodata.vocabulary import DatePrecision, Interruption, Stage

Row = dict[str, Any]

_LEAD_TIME_DAYS = {
    Stage.SURVEY: (12, 25),
    Stage.CHECKUP: (12, 22),
    Stage.CONSULTATION: (14, 26),
    Stage.DESIGN: (22, 36),
    Stage.REVIEW: (10, 20),
    Stage.HERITAGE_PRECHECK: (14, 28),
    Stage.NOTICE: (9, 16),
    Stage.APPROVAL: (16, 30),
    Stage.TENDER: (16, 28),
}
_AFTER_WORKS_DAYS = {Stage.ACCEPTANCE: (12, 30), Stage.HANDOVER: (14, 32), Stage.OPERATION: (8, 20)}
_DOCUMENTS = {
    Stage.REVIEW: "演示审议记录",
    Stage.HERITAGE_PRECHECK: "演示文物预检单",
    Stage.NOTICE: "演示公示件",
    Stage.APPROVAL: "演示改批",
    Stage.TENDER: "演示中标通知",
    Stage.ACCEPTANCE: "演示验收单",
    Stage.HANDOVER: "演示移交单",
}
REMOVAL_DOCUMENT = "演示改办〔2026〕第03号"


def stage_events(history: History) -> list[Row]:
    """Stage events in the order of the process, some known only to the ten-day period or month."""
    dice = history.site.dice(history.seed, 6)
    happened = _happened(history, dice)
    return [_event(history, place, happened, dice) for place in range(len(happened))]


def _happened(history: History, dice: Dice) -> list[tuple[str, date]]:
    """Stages and interruptions with the day of each, oldest first."""
    reached = last_stage(history.story, in_zone=bool(history.site.zones), dice=dice)
    if reached is None:
        return []
    if reached in BEFORE_WORKS:
        ends = history.business_date - days(dice.whole(3, 40))
        happened = _before(history, reached, ends, dice)
        if history.story is Story.REMOVED:
            happened = [(stage, day - days(45)) for stage, day in happened]
            happened.append((Interruption.REMOVED.value, history.business_date - days(34)))
        return happened
    ends = history.begin - days(dice.whole(10, 22))
    before = _before(history, Stage.TENDER, ends, dice)
    works_begin = (Stage.CONSTRUCTION.value, history.begin)
    return [*before, works_begin, *_interruptions(history), *_after(history, reached, dice)]


def _before(history: History, reached: Stage, ends: date, dice: Dice) -> list[tuple[str, date]]:
    """Stages before works up to `reached`, which happened on `ends`; heritage pre-check only in a zone."""
    stages = list(BEFORE_WORKS[: BEFORE_WORKS.index(reached) + 1])
    if not history.site.zones and reached is not Stage.HERITAGE_PRECHECK:
        stages = [stage for stage in stages if stage is not Stage.HERITAGE_PRECHECK]
    day, happened = ends, []
    for stage in reversed(stages):
        happened.append((stage.value, day))
        day -= days(dice.whole(*_LEAD_TIME_DAYS[stage]))
    return happened[::-1]


def _interruptions(history: History) -> list[tuple[str, date]]:
    assert history.clock is not None
    found: list[tuple[str, date]] = []
    for first, last in history.clock.pauses:
        found.append((Interruption.SUSPENDED.value, first))
        if last:
            found.append((Interruption.RESUMED.value, last))
    return found


def _after(history: History, reached: Stage, dice: Dice) -> list[tuple[str, date]]:
    """Acceptance, handover and operation up to `reached`."""
    stages = [stage for stage in _AFTER_WORKS_DAYS if list(Stage).index(stage) <= list(Stage).index(reached)]
    day, happened = history.end, []
    for stage in stages:
        assert day is not None
        day += days(dice.whole(*_AFTER_WORKS_DAYS[stage]))
        happened.append((stage.value, day))
    return happened


def _event(history: History, place: int, happened: list[tuple[str, date]], dice: Dice) -> Row:
    code, day = happened[place]
    occurred = _as_known(place, happened, history.business_date, dice)
    return {
        "id": f"{history.site.id}-S{place + 1:02d}",
        "compound_id": history.site.id,
        "stage": code,
        **fuzzy_columns("occurred", occurred),
        "evidence": _evidence(code, day, history.site),
        **SYNTHETIC,
        "recorded_on": min(day + days(dice.whole(0, 3)), history.business_date),
        "recorded_by": GENERATOR,
    }


def _as_known(place: int, happened: list[tuple[str, date]], business_date: date, dice: Dice) -> FuzzyDate:
    """The day, or a ten-day period or month where that stays clear of the neighbouring events."""
    code, day = happened[place]
    before = happened[place - 1][1] if place else date.min
    after = happened[place + 1][1] if place + 1 < len(happened) else business_date
    wish = dice.pick((DatePrecision.DAY, DatePrecision.TEN_DAYS, DatePrecision.MONTH), (11, 6, 3))
    span = around(day, wish)
    early = code in {stage.value for stage in PREPARATION_STAGES}
    assert span.first is not None
    assert span.last is not None
    return span if early and before < span.first and span.last < after else FuzzyDate.day(day)


def _evidence(code: str, day: date, site: Site) -> str | None:
    if code == Interruption.REMOVED:
        return REMOVAL_DOCUMENT
    document = _DOCUMENTS.get(Stage(code)) if code in set(Stage) else None
    return f"{document}〔{day.year}〕{site.street_code[-2:]}-{site.number:02d}号" if document else None
