"""Warning lights: rules R1-R4 of reference §5.2 as one table of verdicts, with the sentence of each light.

The first verdict of the table whose condition holds is the verdict; so the order of `VERDICTS` is the
precedence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.ledgers import Flags, Floats, Ints, Items
from analysis.rules import CountingRule
from geodata.vocabulary import Light

_NOISE = 9  # decimals kept of percentage points before they meet a threshold


@dataclass(frozen=True, slots=True)
class Verdict:
    """One possible judgement: its light, its rule (R1-R4 or none) and the sentence with the number behind it.

    `about` names the date that the sentence quotes: planned "start" or "finish", "since" (of a suspension) or none.
    """

    light: Light
    rule: str
    text: str
    about: str = ""


VERDICTS: dict[str, Verdict] = {
    "removed": Verdict(Light.REMOVED, "", "已调出改造计划"),
    "suspended": Verdict(Light.DELAYED, "", "停工（自 {date}）", "since"),
    "handed_over": Verdict(Light.COMPLETED, "", "已移交"),
    "accepted": Verdict(Light.COMPLETED, "", "已通过竣工验收"),
    "completed": Verdict(Light.COMPLETED, "", "全部内容施工完成"),
    "no_record": Verdict(Light.UNKNOWN, "", "没有进展记录，不作判断"),
    "overdue": Verdict(Light.DELAYED, "R4", "{item}计划 {date} 完工，已超期 {n:.0f} 天{many}", "finish"),
    "late_start_red": Verdict(
        Light.DELAYED, "R1", "{item}计划 {date} 开工，已逾期 {n:.0f} 天，无开工记录{many}", "start"
    ),
    "behind_red": Verdict(Light.DELAYED, "R2", "较计划滞后 {n:.1f} 个百分点"),
    "late_start_yellow": Verdict(
        Light.AT_RISK, "R1", "{item}计划 {date} 开工，已逾期 {n:.0f} 天，无开工记录{many}", "start"
    ),
    "behind_yellow": Verdict(Light.AT_RISK, "R2", "较计划滞后 {n:.1f} 个百分点"),
    "due_soon": Verdict(
        Light.AT_RISK, "R3", "{item}计划 {date} 完工，还剩 {n:.0f} 天，{done}{many}", "finish"
    ),
    "no_plan": Verdict(Light.UNKNOWN, "", "缺计划日期，不作判断"),
    "silent": Verdict(
        Light.UNKNOWN, "", "{item}计划 {date} 完工，已过 {n:.0f} 天而没有填报，不作判断{many}", "finish"
    ),
    "not_due": Verdict(Light.NOT_STARTED, "", "{item}计划 {date} 开工，尚未逾期", "start"),
    "no_start_date": Verdict(Light.UNKNOWN, "", "缺计划开工日期，不作判断"),
    "no_report": Verdict(Light.UNKNOWN, "", "没有进度填报，不作判断"),
    "no_finish_date": Verdict(Light.UNKNOWN, "", "缺计划完工日期，不作判断"),
    "on_plan": Verdict(Light.ON_TRACK, "", "与计划相差 {n:+.1f} 个百分点，未临期"),
    "within_dates": Verdict(Light.ON_TRACK, "", "未到计划完工日期，未临期"),
}
_NAMES = list(VERDICTS)
_RULES = list(VERDICTS.values())


@dataclass(frozen=True, eq=False, slots=True)
class Signals:
    """What the rules look at, per work item; shape (items,). A day count is 0 where its rule does not apply.

    overdue     days past the last planned finish day while not finished (R4)
    late_start  days past the last planned start day without start (R1)
    due_in      days left + 1 of an item due soon and below the progress asked (R3)
    silent      days past the last planned finish day without any report: nothing can be said
    waiting     whether a planned start that has not passed lies ahead of an item not begun
    progress, planned   per cent, NaN unknown; planned is 0 for an item not begun that may still begin on time
    """

    overdue: Floats
    late_start: Floats
    due_in: Floats
    silent: Floats
    waiting: Flags
    progress: Floats
    planned: Floats

    @property
    def deviation(self) -> Floats:
        """Progress less plan, percentage points; NaN when either is unknown."""
        return np.round(self.progress - self.planned, _NOISE)


def item_signals(items: Items, progress: Floats, idle: Flags, day: float, rule: CountingRule) -> Signals:
    """Look at every item on `day`; `idle` marks items of compounds that have not started at all.

    A fuzzy planned date is late only after its last possible day (decision 4, 旬精度按旬末日).
    """
    known = ~np.isnan(progress)
    unfinished = (known & (progress < 100.0)) | idle
    unbegun = (known & (progress <= rule.start_threshold_pct)) | idle
    past_finish = np.fmax(day - items.finish_to, 0.0)
    days_left = items.finish_to - day
    low = np.where(known, progress, 0.0) < rule.due_soon_pct
    soon = (days_left >= 0) & (days_left <= rule.due_soon_days) & ~(items.start_from > day)
    waiting = unbegun & (items.start_to >= day)
    return Signals(
        overdue=np.where(unfinished, past_finish, 0.0),
        late_start=np.where(unbegun, np.fmax(day - items.start_to, 0.0), 0.0),
        due_in=np.where(unfinished & low & soon, days_left + 1.0, 0.0),
        silent=np.where(~known & ~idle, past_finish, 0.0),
        waiting=waiting,
        progress=progress,
        planned=np.where(waiting, np.minimum(items.planned_pct(day), 0.0), items.planned_pct(day)),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Worst:
    """The item that decides a rule per subject: position (-1 none), number, and how many share the fault."""

    item: Ints
    number: Floats
    count: Ints


def worst_of(number: Floats, owner: Ints, owners: int, *, smallest: bool = False) -> Worst:
    """Of the items with number > 0, the one with the largest (or smallest) per owner; of equals the first."""
    hit = np.flatnonzero(number > 0)[::-1]
    order = hit[np.argsort(-number[hit] if smallest else number[hit], kind="stable")]
    item = np.full(owners, -1, dtype=np.int64)
    item[owner[order]] = order  # the last of an owner is the worst
    chosen = np.where(item >= 0, number[item], np.nan) if len(number) else np.full(owners, np.nan)
    return Worst(item, chosen, np.bincount(owner[hit], minlength=owners))


@dataclass(frozen=True, eq=False, slots=True)
class Subjects:
    """What is judged, either compounds or single items; `owner` gives the subject of every item.

    `status` holds flags per verdict that follows from the status alone; `since` is the day number of a
    suspension; `dated`, `measured`, `finish_dated` say whether any item has a planned date, a known progress,
    a known progress and a planned finish. `deviation` is in percentage points. Shape (subjects,).
    """

    owner: Ints
    status: dict[str, Flags]
    idle: Flags
    since: Floats
    deviation: Floats
    dated: Flags
    measured: Flags
    finish_dated: Flags

    def __len__(self) -> int:
        return len(self.idle)


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """Verdict per subject (position in VERDICTS) with the item, number and count that its sentence names."""

    verdict: Ints
    item: Ints
    number: Floats
    count: Ints
    since: Floats

    def take(self, rows: Ints) -> Judged:
        """The judgement of some subjects only."""
        return Judged(
            self.verdict[rows], self.item[rows], self.number[rows], self.count[rows], self.since[rows]
        )

    @property
    def light(self) -> Ints:
        """Position in `Light` per subject."""
        table = np.array([list(Light).index(verdict.light) for verdict in _RULES])
        return table[self.verdict]

    @property
    def rule(self) -> NDArray[np.object_]:
        """Rule per subject: R1-R4, or empty text."""
        return np.array([verdict.rule for verdict in _RULES], dtype=object)[self.verdict]


def judge(subjects: Subjects, signals: Signals, items: Items, rule: CountingRule) -> Judged:
    """Give every subject the first verdict of the table whose condition holds."""
    n = len(subjects)
    overdue = worst_of(signals.overdue, subjects.owner, n)
    late = worst_of(signals.late_start, subjects.owner, n)
    due = worst_of(signals.due_in, subjects.owner, n, smallest=True)
    silent = worst_of(signals.silent, subjects.owner, n)
    first = worst_of(np.where(signals.waiting, items.start_to, 0.0), subjects.owner, n, smallest=True)
    late_red = late.number > rule.late_start_yellow_days
    lag = np.where(subjects.idle, np.nan, np.round(-subjects.deviation, _NOISE))
    plain = Worst(np.full(n, -1), np.full(n, np.nan), np.ones(n, dtype=np.int64))
    behind = Worst(plain.item, lag, plain.count)
    ahead = Worst(plain.item, subjects.deviation, plain.count)
    due = Worst(due.item, due.number - 1.0, due.count)
    cases: dict[str, tuple[Flags, Worst]] = {
        **{name: (flag, plain) for name, flag in subjects.status.items()},
        "overdue": (overdue.item >= 0, overdue),
        "late_start_red": (late_red, late),
        "behind_red": (lag > rule.delay_pp, behind),
        "late_start_yellow": (late.item >= 0, late),
        "behind_yellow": ((lag >= rule.risk_pp) & (lag > 0), behind),
        "due_soon": (due.item >= 0, due),
        "no_plan": (~subjects.dated, plain),
        "silent": (silent.item >= 0, silent),
        "not_due": (subjects.idle & (first.item >= 0), first),
        "no_start_date": (subjects.idle, plain),
        "no_report": (~subjects.measured, plain),
        "no_finish_date": (~subjects.finish_dated, plain),
        "on_plan": (~np.isnan(subjects.deviation), ahead),
        "within_dates": (np.ones(n, dtype=bool), plain),
    }
    return _first_that_holds(cases, subjects.since)


def _first_that_holds(cases: dict[str, tuple[Flags, Worst]], since: Floats) -> Judged:
    """Walk the table in its order and keep, per subject, the first case that holds."""
    verdict = np.full(len(since), -1, dtype=np.int64)
    item, count = np.full(len(since), -1, dtype=np.int64), np.ones(len(since), dtype=np.int64)
    number = np.full(len(since), np.nan)
    for code, name in enumerate(_NAMES):
        if name not in cases:
            continue
        holds, worst = cases[name]
        here = np.flatnonzero(holds & (verdict < 0))
        verdict[here] = code
        item[here], number[here], count[here] = worst.item[here], worst.number[here], worst.count[here]
    return Judged(verdict, item, number, count, since)


def sentences(judged: Judged, items: Items, progress: Floats, *, named: bool) -> NDArray[np.object_]:
    """One Chinese sentence per subject that says which rule holds and by how much.

    `named` puts the works type in front, for a subject that has several items.
    """
    texts = np.array([verdict.text for verdict in _RULES], dtype=object)[judged.verdict]
    for code in np.unique(judged.verdict).tolist():
        rows = np.flatnonzero(judged.verdict == code)
        if _RULES[code].about == "since":
            days = judged.since[rows].astype("datetime64[D]")
            texts[rows] = [_RULES[code].text.format(date=day) for day in days]
        elif _RULES[code].about:
            texts[rows] = _about_items(_RULES[code], rows, judged, items, progress, named)
        elif "{" in _RULES[code].text:
            texts[rows] = [_RULES[code].text.format(n=number) for number in judged.number[rows].tolist()]
    return texts


def _about_items(
    verdict: Verdict, rows: Ints, judged: Judged, items: Items, progress: Floats, named: bool
) -> list[str]:
    """The sentences of a verdict that quotes a planned date of the deciding item."""
    at, write, asks_done = judged.item[rows], verdict.text.format, "{done}" in verdict.text
    columns = (
        items.label[at].tolist(),
        items.date_texts(at, verdict.about),
        judged.number[rows].tolist(),
        progress[at].tolist(),
        judged.count[rows].tolist(),
    )
    return [
        write(
            item=f"{label}：" if named else "",
            date=day,
            n=number,
            done=_done_text(done) if asks_done else "",
            many=f"（共 {count} 项）" if count > 1 else "",
        )
        for label, day, number, done, count in zip(*columns, strict=True)
    ]


def _done_text(progress_pct: float) -> str:
    """Progress rounded down, so that a figure below a threshold never reads as having reached it."""
    return "没有填报" if progress_pct != progress_pct else f"进度 {int(progress_pct * 10) / 10:g}%"
