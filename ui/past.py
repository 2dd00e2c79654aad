"""Cached reads of the past: saves, former states of layers, plans to take back, comparisons.

Everything is read by revision or by page: no rerun reads the whole audit. Analysis is called here only to keep
its result, as in `ui.data`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pandas as pd

from analysis import history, status
from analysis.history import Comparison
from geodata.crs import to_metric
from geodata.schema import LAYERS
from geodata.store import Plan, Request, SaveQuery, Snapshot
from ui import compound_data, data

__all__ = ["Comparison", "SaveQuery"]

PER_PAGE = 40
PER_SAVE = 200
_MOST_RECORDS = 50
_MOST_IDS = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which saves a person wants to see: everything that is empty leaves all in; days are of Beijing time."""

    author: str = ""
    layer: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Compounds:
    """All compounds, archived ones too, without reading the archived ones of a large register."""

    snap: Snapshot

    def __contains__(self, record_id: object) -> bool:
        known = record_id in data.frame(self.snap, "compound").index
        return known or data.stored("compound", str(record_id)) is not None


def saves(snap: Snapshot, wanted: Wanted) -> pd.DataFrame:
    """Matching saves, newest first: number, at, author, reason."""
    return data.kept(snap, ("saves", wanted), lambda: data.store().saves(_query(snap, wanted)))


def _query(snap: Snapshot, wanted: Wanted) -> SaveQuery:
    return SaveQuery(
        author=wanted.author,
        layer=wanted.layer,
        text=wanted.text,
        record_ids=_named(snap, wanted.text) if wanted.text else (),
        first=_midnight(wanted.first) if wanted.first else None,
        until=_midnight(wanted.last + timedelta(days=1)) if wanted.last else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), data.ZONE)


def _named(snap: Snapshot, wanted: str) -> tuple[str, ...]:
    """Ids of records whose name contains the text, with what belongs to compounds of that name."""
    found: list[str] = []
    for name, layer in LAYERS.items():
        if "name" in layer.table.columns:
            rows = data.every(snap, name)
            hits = rows["name"].str.contains(wanted, case=False, regex=False, na=False)
            if "aliases" in rows:
                hits |= rows["aliases"].str.contains(wanted, case=False, regex=False, na=False)
            ids = list(rows.index[hits])[:_MOST_RECORDS]
            found += ids
            if name == "compound":
                found += [one for compound in ids for one in compound_data.belonging(snap, compound)]
    return tuple(found[:_MOST_IDS])


def authors(snap: Snapshot) -> list[str]:
    """Everybody who saved anything, those with most saves first."""
    return list(saves(snap, Wanted())["author"].value_counts().index)


def days(snap: Snapshot, wanted: Wanted) -> pd.DataFrame:
    """Days with matching saves, newest first; see `analysis.history.per_day`."""
    return data.kept(snap, ("days", wanted), lambda: history.per_day(saves(snap, wanted), data.ZONE))


def days_of(rows: pd.DataFrame) -> pd.Series:
    """The day of each save."""
    return history.days_of(rows, data.ZONE)


def touched(snap: Snapshot, numbers: tuple[int, ...]) -> pd.DataFrame:
    """What these saves touched: revision, layer, action, rows."""
    return data.kept(snap, ("touched", numbers), lambda: data.store().touched(list(numbers)))


def changes(snap: Snapshot, revision: int, page: int = 0) -> pd.DataFrame:
    """Changes of one save, in order, `PER_SAVE` of them; columns of `Store.audit`."""
    return data.kept(
        snap,
        ("changes", revision, page),
        lambda: data.store().audit(revisions=[revision], limit=PER_SAVE, offset=page * PER_SAVE),
    )


def fields(snap: Snapshot, compound_id: str) -> pd.DataFrame:
    """Every changed field of a compound and of what belongs to it; see `analysis.history.fields_of`."""
    return data.kept(
        snap, ("fields", compound_id), lambda: history.fields_of(compound_data.history(snap, compound_id))
    )


def plan(snap: Snapshot, request: Request) -> Plan:
    """What a request would write now, and what stands in the way."""
    return data.kept(snap, ("plan", request), lambda: data.store().plan(request))


def archived(snap: Snapshot, layer: str) -> pd.DataFrame:
    """Archived rows of a layer."""
    return data.archived(snap, layer)


# ---- two days -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """One side of a comparison: a day, the last revision known by its end, and the day that figures are of."""

    day: date
    revision: int
    as_of: date


def moment(snap: Snapshot, day: date) -> Moment:
    """The end of a day, as far as the store knew then; figures are never of a later day than the business date."""
    known = history.known_by(saves(snap, Wanted()), day, data.ZONE)
    return Moment(day, known, min(day, data.today(snap)))


def frame_at(snap: Snapshot, layer: str, revision: int) -> pd.DataFrame:
    """A layer as it was right after a revision."""
    if revision >= snap.layers.get(layer, 0):
        return data.frame(snap, layer)
    make = lambda: data.store().frame(layer, known_at=revision)  # noqa: E731
    return data.kept_frame((snap.epoch, "at", layer, revision), make)


def compare(snap: Snapshot, layer: str, before: Moment, after: Moment) -> Comparison:
    """Differences of a layer between two moments; see `analysis.history.compare`."""

    def make() -> Comparison:
        frames = [frame_at(snap, layer, one.revision) for one in (before, after)]
        frames = _touched_between(*frames)
        if LAYERS[layer].geometry:
            frames = [to_metric(frame) for frame in frames]
        return history.compare(*frames)

    return data.kept(snap, ("compare", layer, before, after), make)


def _touched_between(before: pd.DataFrame, after: pd.DataFrame) -> list[pd.DataFrame]:
    """Both states without the rows that no save changed in between: measuring all would take seconds."""
    last = before["revision"].reindex(after.index)
    same = after.index[(last == after["revision"]).fillna(False).to_numpy(dtype=bool)]
    return [frame[~frame.index.isin(same)] for frame in (before, after)]


def states(snap: Snapshot, as_of: date, revision: int) -> pd.DataFrame:
    """State of every compound on a day, from everything as it was right after a revision."""
    if revision >= snap.revision:
        return data.states(snap, as_of)

    def make() -> status.ProgressIndex:
        return status.ProgressIndex.build(*(frame_at(snap, layer, revision) for layer in data.PROGRESS))

    index = data.kept(snap, ("index", revision), make)
    return data.kept(snap, ("states", as_of, revision), lambda: index.states(as_of=as_of, rule=data.rule()))


def figures(snap: Snapshot, before: Moment, after: Moment) -> pd.DataFrame:
    """Compounds per status on both days, corrections apart from progress; see `analysis.history.figures`."""
    believed = states(snap, before.as_of, before.revision) if before.revision else None
    corrected = states(snap, before.as_of, after.revision)
    return history.figures(believed, corrected, states(snap, after.as_of, after.revision))


def movers(snap: Snapshot, before: Moment, after: Moment) -> pd.DataFrame:
    """Compounds whose status on the second day, as known then, differs from that on the first, as known then."""
    known = replace(before, revision=before.revision or after.revision)
    return history.movers(
        states(snap, known.as_of, known.revision), states(snap, after.as_of, after.revision)
    )
