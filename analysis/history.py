"""What changed: saves per day, one record's fields over time, two states of a layer, figures of two days.

Pure over frames: saves and audit rows as `Store.saves` and `Store.audit` give them, layers as `Store.frame` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.crs import METRIC_CRS, require_crs
from geodata.vocabulary import ReportingStatus

_STATUSES = [term.value for term in ReportingStatus]
_BOOKKEEPING = ("version", "revision")


# ---- saves ----------------------------------------------------------------------------------------------------


def days_of(saves: pd.DataFrame, zone: tzinfo) -> pd.Series:
    """The calendar day of each save in a time zone; named `day`, the index of the input."""
    days = [at.astimezone(zone).date() for at in saves["at"]]
    return pd.Series(days, index=saves.index, name="day", dtype=object)


def per_day(saves: pd.DataFrame, zone: tzinfo) -> pd.DataFrame:
    """Days with saves, newest first: index `day`; saves (int64), authors (those with most saves first).

    `authors` is a tuple of (name, number of saves).
    """
    counts = saves.groupby([days_of(saves, zone), "author"], sort=False).size()
    rows: dict[date, list[tuple[str, int]]] = {}
    for (day, author), count in counts.items():
        rows.setdefault(day, []).append((str(author), int(count)))
    authors = {day: tuple(sorted(who, key=lambda one: (-one[1], one[0]))) for day, who in rows.items()}
    index = pd.Index(sorted(authors, reverse=True), name="day", dtype=object)
    return pd.DataFrame(
        {
            "saves": [sum(count for _, count in authors[day]) for day in index],
            "authors": pd.Series([authors[day] for day in index], index=index, dtype=object),
        },
        index=index,
    ).astype({"saves": "int64"})


def known_by(saves: pd.DataFrame, day: date, zone: tzinfo) -> int:
    """Number of the last save up to the end of a day in a time zone; 0 when there was none.

    After the clock was set back, a later number may have an earlier time: the highest number counts.
    """
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    numbers = [number for number, at in zip(saves["number"], saves["at"], strict=True) if at < end]
    return int(max(numbers, default=0))


def fields_of(audit: pd.DataFrame) -> pd.DataFrame:
    """Audit rows as one row per changed field, in the same order.

    Columns: seq, revision, at, author, reason, action, layer, record_id, field, before, after (as the audit
    holds them; None for empty). An added record gives one row per field that it held.
    """
    told = ["seq", "revision", "at", "author", "reason", "action", "layer", "record_id"]
    rows = [
        {
            **{name: entry[name] for name in told},
            "field": name,
            "before": entry["before"].get(name),
            "after": value,
        }
        for entry in audit.to_dict("records")
        for name, value in entry["after"].items()
    ]
    return pd.DataFrame(rows, columns=[*told, "field", "before", "after"])


# ---- two states of a layer ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two states of one layer.

    added, removed   ids only in the later or only in the earlier state (an archived record is not in a state)
    changed          one row per differing field: record_id, field, before, after (None for empty), in the
                     order of the later state; without geometry
    moved            index record_id: before_m2, after_m2 (NaN without boundary), differing_m2, the area that
                     belongs to one of them only; empty for a layer without geometry
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: pd.DataFrame
    moved: pd.DataFrame

    @property
    def touched(self) -> set[str]:
        """Every record that differs."""
        return {*self.added, *self.removed, *self.changed["record_id"], *self.moved.index}


def compare(before: pd.DataFrame, after: pd.DataFrame, *, ignore: Sequence[str] = _BOOKKEEPING) -> Comparison:
    """Differences between two states of one layer with the index `id`.

    With geometry, both frames must be in the measuring CRS. Raises NoCrs or WrongCrs otherwise.
    """
    spatial = isinstance(after, gpd.GeoDataFrame) and isinstance(before, gpd.GeoDataFrame)
    common = after.index[after.index.isin(before.index)]
    left, right = before.loc[common], after.loc[common]
    names = [name for name in after.columns if name not in (*ignore, "geometry") and name in before.columns]
    return Comparison(
        added=tuple(after.index[~after.index.isin(before.index)]),
        removed=tuple(before.index[~before.index.isin(after.index)]),
        changed=_changed(left, right, names),
        moved=_moved(left, right) if spatial else _NOT_MOVED,
    )


_NOT_MOVED = pd.DataFrame(
    {name: pd.Series(dtype="float64") for name in ("before_m2", "after_m2", "differing_m2")},
    index=pd.Index([], name="record_id", dtype=object),
)


def _changed(left: pd.DataFrame, right: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    parts = []
    for order, name in enumerate(names):
        old, new = left[name], right[name]
        differs = np.asarray(
            (old.isna() != new.isna()) | (old.notna() & new.notna() & (old != new).fillna(False))
        )
        at = np.flatnonzero(differs)
        pair = {"before": _plain(old.iloc[at]), "after": _plain(new.iloc[at])}
        parts.append(
            pd.DataFrame({"record_id": left.index[at], "field": name, **pair, "row": at, "column": order})
        )
    if not parts:
        return pd.DataFrame(columns=["record_id", "field", "before", "after"])
    every = pd.concat(parts, ignore_index=True).sort_values(["row", "column"], ignore_index=True)
    return every.drop(columns=["row", "column"])


def _plain(values: pd.Series) -> pd.Series:
    """Values as Python has them, None for empty."""
    plain = [None if pd.isna(value) else value for value in values.astype(object)]
    return pd.Series(plain, dtype=object)


def _moved(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> pd.DataFrame:
    require_crs(left, METRIC_CRS, what="earlier state")
    require_crs(right, METRIC_CRS, what="later state")
    old, new = left.geometry, right.geometry
    same = (old.isna() & new.isna()) | old.geom_equals_exact(new, tolerance=0)
    at = np.flatnonzero(~np.asarray(same))
    if not len(at):
        return _NOT_MOVED
    old, new = old.iloc[at], new.iloc[at]
    apart = old.symmetric_difference(new, align=False).area
    lone = old.area.fillna(0) + new.area.fillna(0)
    found = {
        "before_m2": old.area,
        "after_m2": new.area,
        "differing_m2": apart.where(old.notna() & new.notna(), lone),
    }
    return pd.DataFrame(
        {name: values.to_numpy(dtype="float64") for name, values in found.items()}, index=left.index[at]
    ).rename_axis("record_id")


# ---- figures of two days --------------------------------------------------------------------------------------


def figures(believed: pd.DataFrame | None, corrected: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Compounds per reporting status on two days: what came to be known late, and what happened in between.

    `believed` are the states of the first day as they were known then (None: nothing was recorded yet),
    `corrected` those of the same day as known later, `now` those of the second day. Index: ReportingStatus in
    display order. Columns (Int64, NA where nothing was known): believed, late (corrected less believed),
    corrected, happened (now less corrected), now. In each row they add up from left to right.
    """
    counts = [_by_status(states) for states in (believed, corrected, now)]
    table = pd.DataFrame(dict(zip(("believed", "corrected", "now"), counts, strict=True)))
    table["late"] = table["corrected"] - table["believed"]
    table["happened"] = table["now"] - table["corrected"]
    return table[["believed", "late", "corrected", "happened", "now"]]


def _by_status(states: pd.DataFrame | None) -> pd.Series:
    if states is None:
        return pd.Series(pd.NA, index=_STATUSES, dtype="Int64")
    return states["status"].value_counts().reindex(_STATUSES, fill_value=0).astype("Int64")


def movers(before: pd.DataFrame, after: pd.DataFrame, *, column: str = "status") -> pd.DataFrame:
    """Compounds whose reporting status (or another column of the states) differs: index id; before, after.

    None where the compound was not there.
    """
    both = pd.DataFrame({"before": before[column], "after": after[column]}, dtype=object)
    both = both.loc[[*after.index, *before.index.difference(after.index, sort=False)]]
    differs = both["before"].fillna("") != both["after"].fillna("")
    return both[differs].where(lambda frame: frame.notna(), None)


def moves(moved: pd.DataFrame) -> pd.DataFrame:
    """How many compounds of `movers` made each move: columns before, after, count; the most frequent first."""
    counted = moved.fillna("").groupby(["before", "after"]).size().rename("count").reset_index()
    return counted.sort_values(["count", "before", "after"], ascending=[False, True, True], ignore_index=True)
