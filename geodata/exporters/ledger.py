"""Rows of one kind as they are given out: its columns in order, values as people or machines read them, boundaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.exporters.coordinates import converted, converted_positions
from geodata.honesty import FuzzyDate
from geodata.importers.dates import written
from geodata.importers.known import plain_values
from geodata.importers.naming import listed, plain_in
from geodata.importers.privacy import is_open_text
from geodata.kinds import Column, Holds, Kind
from geodata.personal import masked
from geodata.vocabulary import Coordinates, DataStatus, DatePrecision

Value = str | int | float | date | None

WATERMARK = "watermark"
WATERMARK_LABEL = "演示标记"

_NAMED = ("street_office", "community", "estate", "renewal_area", "compound", "heritage_site")


class Spelling(StrEnum):
    """Headings and values for people (labels, names) or for machines (column names, codes, ids)."""

    LABELS = "labels"
    CODES = "codes"


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind's rows: `values` by stored column name in the order of `columns` (None: empty), one boundary a row.

    `boundaries` is None for a kind without geometry.
    """

    kind: Kind
    columns: tuple[Column, ...]
    values: dict[str, list[Value]]
    statuses: list[str]
    sources: list[str]
    boundaries: NDArray[np.object_] | None
    spelling: Spelling

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.statuses)

    @property
    def synthetic(self) -> int:
        """How many of them are invented."""
        return sum(one == DataStatus.SYNTHETIC for one in self.statuses)

    @property
    def marks(self) -> list[Value]:
        """演示数据 for each invented row."""
        return [DataStatus.SYNTHETIC.label if one == DataStatus.SYNTHETIC else None for one in self.statuses]

    def heading(self, column: Column) -> str:
        """What a column is called in the file."""
        return column.label if self.spelling is Spelling.LABELS else column.name

    @property
    def table(self) -> dict[str, list[Value]]:
        """Values by heading, the mark of invented rows last."""
        mark = WATERMARK_LABEL if self.spelling is Spelling.LABELS else WATERMARK
        return {self.heading(one): self.values[one.name] for one in self.columns} | {mark: self.marks}

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """Which rows have a boundary."""
        if self.boundaries is None:
            return np.zeros(self.rows, dtype=bool)
        return ~(shapely.is_missing(self.boundaries) | shapely.is_empty(self.boundaries))

    def in_order(self, order: NDArray[np.intp]) -> Ledger:
        """The same rows in another order."""
        return replace(
            self,
            values={name: [values[at] for at in order] for name, values in self.values.items()},
            statuses=[self.statuses[at] for at in order],
            sources=[self.sources[at] for at in order],
            boundaries=None if self.boundaries is None else self.boundaries[order],
        )

    def in_coordinates(self, coordinates: Coordinates) -> Ledger:
        """The same rows with boundaries and positions in other coordinates."""
        values = dict(self.values)
        if {"position_lon", "position_lat"} <= values.keys():
            lon, lat = values["position_lon"], values["position_lat"]
            values["position_lon"], values["position_lat"] = converted_positions(lon, lat, coordinates)  # type: ignore[arg-type,assignment]
        boundaries = None if self.boundaries is None else converted(self.boundaries, coordinates)
        return replace(self, values=values, boundaries=boundaries)


def layers_of(kind: Kind) -> list[str]:
    """Layers that are read to give out a kind: its own and those that it refers to."""
    parents = [one.refers_to for one in kind.columns if one.refers_to]
    return list(dict.fromkeys([kind.layer, *parents, "name_alias"]))


def ledger(
    kind: Kind,
    frames: Mapping[str, pd.DataFrame],
    *,
    ids: Collection[str] | None = None,
    personal: bool = False,
    spelling: Spelling = Spelling.LABELS,
) -> Ledger:
    """The rows of a kind (all that count now, or those of `ids`) in order of entry.

    Unless `personal`, columns that name persons are left out, and telephone numbers out of all other texts.
    """
    frame = standing(frames[kind.layer])
    if ids is not None:
        frame = frame[frame.index.isin(list(ids))]
    columns = tuple(one for one in kind.columns if personal or not one.personal)
    return Ledger(
        kind=kind,
        columns=columns,
        values={
            one.name: _values(one, kind, frame, frames, spelling)
            if personal or not is_open_text(one.name, kind)
            else _masked(_values(one, kind, frame, frames, spelling))
            for one in columns
        },
        statuses=[str(one) for one in frame["data_status"]],
        sources=[str(one) if personal else masked(str(one)) for one in frame["source"]],
        boundaries=frame["geometry"].to_numpy().astype(object) if kind.geometry else None,
        spelling=spelling,
    )


def standing(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of an append-only layer that no later row corrects or takes back; other layers as they are."""
    if "corrects_id" not in frame:
        return frame
    corrected = frame.index.isin(frame["corrects_id"].dropna())
    return frame[~corrected & ~frame["withdrawn"].astype(bool)]


# ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────


def _values(
    column: Column, kind: Kind, frame: pd.DataFrame, frames: Mapping[str, pd.DataFrame], spelling: Spelling
) -> list[Value]:
    if column.name == "id":
        return [str(one) for one in frame.index]
    if column.holds is Holds.FUZZY_DATE:
        return _fuzzy(column.name, frame)
    found = _stored(column, kind, frame, frames)
    say = _SAID.get(column.holds)
    if say is not None:
        return [None if one is None else say(one) for one in found]
    if spelling is Spelling.CODES:
        return found
    if column.holds is Holds.TERM:
        return _looked_up(found, {term.value: term.label for term in column.terms})
    if column.refers_to in _NAMED:
        return _looked_up(found, names(column.refers_to, frames))
    return found


def _masked(found: list[Value]) -> list[Value]:
    return [masked(one) if isinstance(one, str) else one for one in found]


_SAID: dict[Holds, Callable[[Any], Value]] = {
    Holds.YES_NO: lambda one: "是" if one else "否",
}


def _looked_up(found: list[Any], said: dict[str, str]) -> list[Value]:
    return [said.get(one, one) for one in found]


def _stored(column: Column, kind: Kind, frame: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> list[Any]:
    """What the row has in a column; of one that only helps to find its parent, what the parent has there."""
    if column.via is None:
        return plain_values(frame[column.name])
    by = kind.column(column.via)
    assert by.refers_to
    return plain_values(frames[by.refers_to][column.name].reindex(_stored(by, kind, frame, frames)))


def _fuzzy(name: str, frame: pd.DataFrame) -> list[Value]:
    parts = [plain_values(frame[f"{name}_{part}"]) for part in ("from", "to", "precision")]
    return [_fuzzy_text(*row) for row in zip(*parts, strict=True)]


def _fuzzy_text(first: Any, last: Any, precision: str | None) -> Value:
    """A day as a date, a longer span in words that the reader knows."""
    if precision is None:
        return None
    if first is None or last is None:
        return DatePrecision.UNKNOWN.label
    stored = FuzzyDate(first, last, DatePrecision(precision))
    return stored.first if stored.precision is DatePrecision.DAY else written(stored)


def names(layer: str, frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Name by id where an import takes that name for this record alone and it gives away no telephone number; the
    others it finds by their id.
    """
    frame, found = frames[layer], defaultdict(set)
    aliases = frame["aliases"] if "aliases" in frame else pd.Series(None, index=frame.index, dtype=object)
    known = {
        str(one): (str(name), also)
        for one, name, also in zip(frame.index, frame["name"], aliases, strict=True)
    }
    for one, (name, also) in known.items():
        for text in (name, *listed(None if pd.isna(also) else also)):
            found[plain_in(layer, text)].add(one)
    learned = frames.get("name_alias")
    if learned is not None:
        for text, one in learned.loc[learned["layer"] == layer, ["name", "record"]].itertuples(index=False):
            found[plain_in(layer, text)].add(str(one))
    return {
        one: name
        for one, (name, _) in known.items()
        if len(found[plain_in(layer, name)]) == 1 and name not in known and masked(name) == name
    }
