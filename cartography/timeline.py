"""Time drawn to scale: an axis of days, ticks, bars whose ends are as blurred as their dates, a small curve.

Places are per cent of the axis, so that a page lays them out at any width. A day is a span from its morning to
the next, so the last day of a bar is inside it. Text is set by the page (a picture has no web fonts).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from cartography import symbology as s
from geodata.honesty import FuzzyDate
from geodata.vocabulary import STAGE_CLASS, Interruption, Stage, StageClass

_SHORTEST_DAYS = 180
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 600)


@dataclass(frozen=True, slots=True)
class Span:
    """Part of the axis, in per cent of its width."""

    left: float
    width: float

    @property
    def right(self) -> float:
        """Where the span ends."""
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Axis:
    """Days from `first` to `last`, both inside."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Place of the beginning of a day, held to 0..100."""
        whole = (self.last - self.first).days + 1
        return min(max((day - self.first).days / whole * 100, 0.0), 100.0)

    def span(self, first: date, last: date) -> Span:
        """From the first day to the last, both inside."""
        left = self.at(first)
        return Span(left, max(self.at(last + timedelta(days=1)) - left, 0.0))


def axis_of(days: Iterable[date | None], *, as_of: date) -> Axis:
    """Whole months around all known days and `as_of`, at least half a year."""
    known = [day for day in days if day is not None] + [as_of]
    first, last = min(known), max(known)
    last = max(last, first + timedelta(days=_SHORTEST_DAYS))
    return Axis(first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1]))


@dataclass(frozen=True, slots=True)
class Tick:
    """A month's beginning: its place, its text, and whether a year begins there."""

    at: float
    label: str
    is_year: bool


def ticks(axis: Axis, *, most: int = 9) -> list[Tick]:
    """Beginnings of months at the narrowest step that gives at most `most`; January bears the year."""
    months = [
        date(year, month, 1)
        for year in range(axis.first.year, axis.last.year + 1)
        for month in range(1, 13)
        if axis.first <= date(year, month, 1) <= axis.last
    ]
    chosen = next((part for part in _every(months) if len(part) <= most), [])
    return [
        Tick(axis.at(day), f"{day.year}年" if day.month == 1 else f"{day.month}月", day.month == 1)
        for day in chosen
    ]


def _every(months: list[date]) -> Iterable[list[date]]:
    return ([day for day in months if (12 * day.year + day.month - 1) % step == 0] for step in _STEPS)


@dataclass(frozen=True, slots=True)
class Bar:
    """A planned period: the days it covers in any case, and the days on which it may begin or end.

    `begins` and `ends` are the blurred ends (None for an exact day); `core` is None when no day is certain.
    `open_start`, `open_end` say that the source gives no such date at all.
    """

    core: Span | None
    begins: Span | None
    ends: Span | None
    open_start: bool = False
    open_end: bool = False


def bar(start: FuzzyDate, finish: FuzzyDate, axis: Axis) -> Bar | None:
    """The period from a fuzzy start to a fuzzy finish; None when neither is known or it would end first.

    A blurred end runs over every possible day. Where the two spans of possible days overlap, they meet in the
    middle and no day is certain.
    """
    if start.first is None or start.last is None:
        return None if finish.first is None else _half(finish, axis, open_start=True)
    if finish.first is None or finish.last is None:
        return _half(start, axis, open_end=True)
    if finish.last < start.first:
        return None
    if start.last <= finish.first:
        begins = axis.span(start.first, start.last) if start.is_fuzzy else None
        ends = axis.span(finish.first, finish.last) if finish.is_fuzzy else None
        left = begins.right if begins else axis.at(start.first)
        right = ends.left if ends else axis.at(finish.last + timedelta(days=1))
        return Bar(Span(left, right - left) if right > left else None, begins, ends)
    whole = axis.span(start.first, finish.last)
    return Bar(None, Span(whole.left, whole.width / 2), Span(whole.left + whole.width / 2, whole.width / 2))


def _half(known: FuzzyDate, axis: Axis, *, open_start: bool = False, open_end: bool = False) -> Bar:
    assert known.first is not None
    assert known.last is not None
    span = axis.span(known.first, known.last)
    blurred = span if known.is_fuzzy else None
    core = None if known.is_fuzzy else span
    ends, begins = (blurred, None) if open_start else (None, blurred)
    return Bar(core, begins, ends, open_start=open_start, open_end=open_end)


def stage_class(code: str) -> StageClass:
    """The colour group of a stage or interruption; 复工 is 施工 again."""
    if code == Interruption.RESUMED:
        return StageClass.CONSTRUCTION
    if code in (Interruption.SUSPENDED, Interruption.REMOVED):
        return StageClass(code)
    return STAGE_CLASS[Stage(code)]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stage on the axis: `certain` days, and the `blur` of days on which it may have begun."""

    code: str
    group: StageClass
    former: StageClass | None
    certain: Span | None
    blur: Span | None


def lane(events: Sequence[tuple[str, FuzzyDate]], axis: Axis, *, until: date) -> list[Segment]:
    """Stages one after another, each until the next may have begun, the last one through `until`.

    `events` are (code, date) in the order of their first possible day; those without a date are left out.
    """
    dated = [(code, when) for code, when in events if when.first is not None and when.last is not None]
    segments = []
    for place, (code, when) in enumerate(dated):
        following = dated[place + 1][1].first if place + 1 < len(dated) else until + timedelta(days=1)
        segments.append(_segment(code, when, dated[place - 1][0] if place else None, following, axis))
    return segments


def _segment(code: str, when: FuzzyDate, former: str | None, following: date | None, axis: Axis) -> Segment:
    assert when.first is not None
    assert when.last is not None
    assert following is not None
    begin = when.last + timedelta(days=1) if when.is_fuzzy else when.first
    left, right = axis.at(begin), axis.at(following)
    return Segment(
        code=code,
        group=stage_class(code),
        former=stage_class(former) if former else None,
        certain=Span(left, right - left) if right > left else None,
        blur=axis.span(when.first, when.last) if when.is_fuzzy else None,
    )


def curve(
    planned: Sequence[tuple[date, float]],
    actual: Sequence[tuple[date, float]],
    axis: Axis,
    *,
    as_of: date,
    height: int = 120,
) -> str:
    """Plan (dashed) and actual (solid) in per cent over the axis, as a picture that stretches to its place."""
    lines = "".join(_grid(height, share) for share in (0, 50, 100))
    now = axis.at(as_of + timedelta(days=1)) * 10
    lines += f'<path d="M{now:.1f} 0V{height}" stroke="{s.LIGHT.accent}" {_THIN}/>'
    for points, name in ((planned, "plan"), (actual, "actual")):
        lines += _line(points, axis, height, s.SERIES[name])
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="{height}" '
        f'viewBox="0 0 1000 {height}" preserveAspectRatio="none">{lines}</svg>'
    )
    return f'<img class="cy-curve" alt="计划与实际进度曲线" src="data:image/svg+xml,{quote(svg)}">'


_THIN = 'stroke-width="1" fill="none" vector-effect="non-scaling-stroke"'


def _height(share: float, height: int) -> float:
    return height - 2 - share / 100 * (height - 4)


def _grid(height: int, share: float) -> str:
    return f'<path d="M0 {_height(share, height):.1f}H1000" stroke="{s.LIGHT.rule}" {_THIN}/>'


def _line(points: Sequence[tuple[date, float]], axis: Axis, height: int, symbol: s.Symbol) -> str:
    if not points:
        return ""
    places = " ".join(f"{axis.at(day) * 10:.1f},{_height(share, height):.1f}" for day, share in points)
    dash = f' stroke-dasharray="{" ".join(map(str, symbol.dash))}"' if symbol.dash else ""
    return (
        f'<polyline points="{places}" fill="none" stroke="{symbol.stroke}" stroke-width="{symbol.width}"{dash} '
        'vector-effect="non-scaling-stroke" stroke-linejoin="round"/>'
    )
