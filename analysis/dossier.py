"""All that a register holds about one compound as of one day: what its dossier and its sheets are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geodata.vocabulary import DataStatus

OF_ITEM = ("progress_report", "permit")
OF_COMPOUND = ("work_item", "stage_event", "funding", "party", "reported_fact")
OWNED = (*OF_COMPOUND, *OF_ITEM)
"""Layers whose rows belong to a compound: directly, or to one of its works items."""

Frame = Callable[[str], pd.DataFrame]
Places = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Dossier:
    """Rows of one compound; `row` are its facts, `now` its state, `items` works items with their state columns.

    Reports and events are those dated up to `as_of`; `later` counts the ones after it. `corrected` maps the id of
    each withdrawn report or event to that of its correction. `street_quotes` are reported facts about the street
    office, for a compound that was itself reported. Frames may be shared: never change them.
    """

    id: str
    as_of: date
    row: pd.Series
    now: pd.Series
    items: pd.DataFrame
    reports: pd.DataFrame
    events: pd.DataFrame
    permits: pd.DataFrame
    funding: pd.DataFrame
    parties: pd.DataFrame
    quotes: pd.DataFrame
    street_quotes: pd.DataFrame
    corrected: dict[str, str]
    later: int

    @property
    def name(self) -> str:
        """Name of the compound as it is stored."""
        return str(self.row["name"])

    def standing(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Reports or events that no other row corrects or takes back."""
        return rows[~rows.index.isin(list(self.corrected)) & ~rows["withdrawn"].eq(True)]


def gather(
    compound_id: str,
    *,
    frame: Frame,
    own: Frame,
    states: pd.DataFrame,
    item_states: pd.DataFrame,
    as_of: date,
) -> Dossier:
    """The dossier of a compound that exists.

    `frame` gives a layer, `own` the rows of a layer that belong to the compound (see `owned`); `states` and
    `item_states` are those of `analysis.status` on `as_of`.
    """
    row, items, day = frame("compound").loc[compound_id], own("work_item"), pd.Timestamp(as_of)
    reports, events = own("progress_report"), own("stage_event")
    told = reports["reported_on"] <= day
    happened = ~(events["occurred_from"].fillna(events["recorded_on"]) > day)
    worked = item_states.reindex(items.index).drop(columns="compound_id")
    return Dossier(
        id=compound_id,
        as_of=as_of,
        row=row,
        now=states.loc[compound_id],
        items=pd.concat([items, worked], axis="columns"),
        reports=reports[told].sort_values("reported_on", kind="stable"),
        events=events[happened].sort_values(["occurred_from", "recorded_on"], kind="stable"),
        permits=own("permit"),
        funding=own("funding"),
        parties=own("party"),
        quotes=own("reported_fact"),
        street_quotes=_of_street(frame("reported_fact"), row),
        corrected=_corrected(reports) | _corrected(events),
        later=int((~told).sum() + (~happened).sum()),
    )


def _of_street(facts: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    if row["data_status"] != DataStatus.REPORTED:
        return facts.iloc[:0]
    return facts[facts["compound_id"].isna() & (facts["street_code"] == row["street_code"])]


def _corrected(rows: pd.DataFrame) -> dict[str, str]:
    named = rows["corrects_id"].dropna()
    return dict(zip(named, named.index, strict=True))


def places(layer: str, rows: pd.DataFrame) -> Places:
    """Positions of the rows of each owner (works item or compound) of an owned layer."""
    return rows.groupby("work_item_id" if layer in OF_ITEM else "compound_id").indices


def owned(layer: str, compound_id: str, *, frame: Frame, places: Callable[[str], Places]) -> pd.DataFrame:
    """Rows of a layer that belong to a compound, in order of entry; `places` gives those of a layer (see `places`)."""
    owners = [compound_id]
    if layer in OF_ITEM:
        owners = list(owned("work_item", compound_id, frame=frame, places=places).index)
    rows, where = frame(layer), places(layer)
    found = [where[owner] for owner in owners if owner in where]
    return rows.iloc[np.sort(np.concatenate(found))] if found else rows.iloc[:0]
