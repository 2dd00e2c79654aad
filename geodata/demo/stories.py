"""What happens to each invented compound: a fixed deck of stories, dealt so that offices differ."""

from __future__ import annotations

from enum import StrEnum

from geodata.demo.dice import Dice
from geodata.vocabulary import Stage


class Story(StrEnum):
    """Stories from the most to the least advanced; the value is what the note says."""

    OPERATION = "按期完工，已进入长效管理"
    HANDED_OVER = "完工，已移交"
    ACCEPTED = "完工，已验收"
    FINISHED = "刚完工，待验收"
    ON_TIME = "按期推进"
    SLIGHT = "轻度滞后"
    DUE_SOON = "临近完工期限"
    SERIOUS = "严重滞后"
    RESUMED = "停工后复工"
    SUSPENDED = "停工未复"
    NO_PLAN_DATES = "在施，缺计划日期"
    START_OVERDUE = "计划开工日已过，尚未开工"
    PERMITTING = "审批中"
    PREPARING = "前期中"
    REMOVED = "经批准调出计划"
    NO_RECORD = "没有任何进展记录"

    @property
    def is_finished(self) -> bool:
        """Whether all works are done."""
        return self in (Story.OPERATION, Story.HANDED_OVER, Story.ACCEPTED, Story.FINISHED)

    @property
    def is_started(self) -> bool:
        """Whether works have begun on site."""
        return self.is_finished or self in _UNDER_WAY


_UNDER_WAY = (
    Story.ON_TIME,
    Story.SLIGHT,
    Story.DUE_SOON,
    Story.SERIOUS,
    Story.RESUMED,
    Story.SUSPENDED,
    Story.NO_PLAN_DATES,
)

_COUNTS = {
    Story.OPERATION: 12,
    Story.HANDED_OVER: 6,
    Story.ACCEPTED: 25,
    Story.FINISHED: 5,
    Story.SLIGHT: 6,
    Story.DUE_SOON: 4,
    Story.SERIOUS: 9,
    Story.RESUMED: 4,
    Story.SUSPENDED: 4,
    Story.NO_PLAN_DATES: 1,
    Story.START_OVERDUE: 3,
    Story.PERMITTING: 21,
    Story.PREPARING: 18,
    Story.REMOVED: 1,
    Story.NO_RECORD: 2,
}

# How far an office is ahead of the others; invented, it only spreads the ranking.
_PACE = {
    "410104001": 0.25,
    "410104002": 0.10,
    "410104003": -0.05,
    "410104004": 0.35,
    "410104005": 0.00,
    "410104006": -0.20,
    "410104007": 0.15,
    "410104008": 0.05,
    "410104009": -0.10,
    "410104010": -0.25,
    "410104011": -0.30,
    "410104012": 0.10,
    "410104013": -0.35,
}


def deal(streets: list[str], seed: int) -> list[Story]:
    """A story for each compound, given the street code of each; compounds beyond the deck are on time."""
    dice = Dice(seed, 10)
    deck = [story for story in Story for _ in range(_COUNTS.get(story, 0))]
    spare = len(streets) - len(deck)
    deck = sorted(deck + [Story.ON_TIME] * spare, key=list(Story).index)
    rank = [-_PACE[code] + dice.real(-0.55, 0.55) for code in streets]
    order = sorted(range(len(streets)), key=rank.__getitem__)
    stories = [Story.ON_TIME] * len(streets)
    for place, story in zip(order, _mixed(deck, dice), strict=True):
        stories[place] = story
    return stories


def _mixed(deck: list[Story], dice: Dice) -> list[Story]:
    """The deck with works under way shuffled among themselves, so that lateness does not follow the pace."""
    places = [number for number, story in enumerate(deck) if story in _UNDER_WAY]
    shuffled = [deck[places[number]] for number in dice.order(len(places))]
    mixed = list(deck)
    for place, story in zip(places, shuffled, strict=True):
        mixed[place] = story
    return mixed


PREPARATION_STAGES = (Stage.SURVEY, Stage.CHECKUP, Stage.CONSULTATION, Stage.DESIGN, Stage.REVIEW)
PERMIT_STAGES = (Stage.HERITAGE_PRECHECK, Stage.NOTICE, Stage.APPROVAL, Stage.TENDER)
BEFORE_WORKS = PREPARATION_STAGES + PERMIT_STAGES


def last_stage(story: Story, *, in_zone: bool, dice: Dice) -> Stage | None:
    """The last stage that a compound with this story has reached; None without any."""
    if story is Story.NO_RECORD:
        return None
    if story is Story.PREPARING:
        return dice.pick(PREPARATION_STAGES, (1, 1, 2, 3, 3))
    if story is Story.PERMITTING:
        return dice.pick(PERMIT_STAGES, (3, 2, 2, 2) if in_zone else (0, 3, 3, 3))
    ends = {
        Story.OPERATION: Stage.OPERATION,
        Story.HANDED_OVER: Stage.HANDOVER,
        Story.ACCEPTED: Stage.ACCEPTANCE,
        Story.START_OVERDUE: Stage.TENDER,
        Story.REMOVED: Stage.NOTICE,
    }
    return ends.get(story, Stage.CONSTRUCTION)
