"""Spans of time as templates draw them: pieces of a strip in per cent of its width, ticks, the line of the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from cartography import symbology as s
from cartography import timeline
from cartography.timeline import Axis, Span
from geodata.honesty import FuzzyDate
from geodata.vocabulary import Interruption, Stage, Term

Piece = dict[str, Any]
STAGES: dict[str, Term] = {term.value: term for term in (*Stage, *Interruption)}


def axis(known: Iterable[date], *, as_of: date) -> dict[str, Any]:
    """The head of a strip chart: ticks and the end of the day shown, in per cent; `scale` is for the pieces."""
    scale = timeline.axis_of(known, as_of=as_of)
    ticks = [
        {"at": round(tick.at, 3), "label": tick.label, "year": tick.is_year} for tick in timeline.ticks(scale)
    ]
    return {"ticks": ticks, "now": round(scale.at(as_of + timedelta(days=1)), 3), "scale": scale}


def plan(start: FuzzyDate, finish: FuzzyDate, scale: Axis) -> list[Piece]:
    """A planned span: `plan` for certain days, `begins` and `ends` for possible ones, `open` where no date is given."""
    bar = timeline.bar(start, finish, scale)
    if bar is None:
        return []
    pieces = [_piece("begins", bar.begins), _piece("plan", bar.core), _piece("ends", bar.ends)]
    known = bar.core or bar.begins or bar.ends
    if known and bar.open_end:
        pieces.append(_piece("open", Span(known.right, 100 - known.right)))
    if known and bar.open_start:
        pieces.append(_piece("open", Span(0, known.left)))
    return [piece for piece in pieces if piece]


def actual(start: FuzzyDate, until: date | None, *, done: bool, as_of: date, scale: Axis) -> list[Piece]:
    """What was done: `actual` (or `done`) through the last report, `maybe` where it may have begun, `silent` since."""
    if start.first is None or start.last is None:
        return []
    last = max(until or start.last, start.last)
    first = start.last + timedelta(days=1) if start.is_fuzzy else start.first
    pieces = [_piece("maybe", scale.span(start.first, start.last)) if start.is_fuzzy else None]
    if first <= last:
        pieces.append(_piece("done" if done else "actual", scale.span(first, last)))
    if not done and last < as_of:
        pieces.append(_piece("silent", scale.span(last + timedelta(days=1), as_of)))
    return [piece for piece in pieces if piece]


def lane(events: Sequence[tuple[str, FuzzyDate]], scale: Axis, *, until: date) -> list[Piece]:
    """Stages one after another with the colours of the stage theme; `blur` where one may have begun."""
    pieces: list[Piece] = []
    for segment in timeline.lane(events, scale, until=until):
        symbol, label = s.STAGE[segment.group], STAGES[segment.code].label
        for kind, span in (("blur", segment.blur), ("stage", segment.certain)):
            piece = _piece(kind, span)
            if piece:
                pieces.append(piece | {"fill": symbol.fill, "stroke": symbol.stroke, "label": label})
    return pieces


def _piece(kind: str, span: Span | None) -> Piece | None:
    if span is None or span.width <= 0:
        return None
    return {"kind": kind, "left": round(span.left, 3), "width": round(span.width, 3)}
