"""Cached reads about single compounds: how one is found, and everything that belongs to it."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from analysis import dossier, heritage
from analysis import filters as filtering
from analysis.s_curve import s_curve
from geodata.store import Snapshot
from ui import data, shelves


def search(snap: Snapshot, words: str, *, archived_too: bool = False) -> pd.DataFrame:
    """Compounds whose name, former names, address, street office, estate or id hold every word; rows of the register.

    Archived ones, when asked for, come last.
    """
    rows = data.frame(snap, "compound")
    key = shelves.key(snap, "compound", "street_office", "estate")
    labels = shelves.results.get(("search", *key), lambda: _told(snap, rows, data.haystack(snap)))
    found = rows[filtering.contains(labels, words).to_numpy()]
    gone = data.archived(snap, "compound") if archived_too else rows.iloc[:0]
    if gone.empty:
        return found
    labels = shelves.results.get(
        ("search archived", *key), lambda: _told(snap, gone, filtering.searchable(gone))
    )
    return pd.concat([found, gone[filtering.contains(labels, words).to_numpy()]])


def _told(snap: Snapshot, rows: pd.DataFrame, texts: pd.Series) -> pd.Series:
    """What `texts` says of compounds, with their street office, estate and id."""
    homes = (("street_code", "street_office"), ("estate_id", "estate"))
    parts = [rows[column].map(data.frame(snap, layer)["name"]) for column, layer in homes]
    more = (part.fillna("").astype("str").str.casefold() for part in (*parts, rows.index.to_series()))
    return texts.str.cat(list(more), sep="\n")


def rows_of(snap: Snapshot, layer: str, compound_id: str, *, archived: bool = False) -> pd.DataFrame:
    """Rows of a layer that belong to one compound, in order of entry."""
    frame = partial(data.every if archived else data.frame, snap)
    return dossier.owned(layer, compound_id, frame=frame, places=partial(_places, snap, archived))


def _places(snap: Snapshot, archived: bool, layer: str) -> dossier.Places:
    make = lambda: dossier.places(layer, (data.every if archived else data.frame)(snap, layer))  # noqa: E731
    return shelves.results.get(("places", archived, *shelves.key(snap, layer)), make)


def curve(snap: Snapshot, as_of: date, compound_id: str) -> pd.DataFrame:
    """Weighted progress of one compound over time; columns of `analysis.s_curve`."""
    make = lambda: s_curve(data.index(snap), as_of=as_of, compounds=[compound_id])  # noqa: E731
    return shelves.results.get(("curve", as_of, compound_id, *shelves.key(snap, *data.PROGRESS)), make)


def wall_distances(snap: Snapshot) -> pd.Series:
    """Metres from each compound to the nearest surviving wall line (schematic)."""

    def make() -> pd.Series:
        wall = data.metric(snap, "heritage_line")
        return heritage.wall_distance(data.metric(snap, "compound"), wall[wall["kind"] == "surviving_wall"])

    return shelves.results.get(("wall", *shelves.key(snap, "compound", "heritage_line")), make)


def history(snap: Snapshot, compound_id: str) -> pd.DataFrame:
    """Every recorded change of a compound and of what belongs to it, newest first; columns of `Store.audit`."""

    def make() -> pd.DataFrame:
        parts = [data.store().audit(layer="compound", record_ids=[compound_id])]
        for layer in dossier.OWNED:
            ids = list(rows_of(snap, layer, compound_id, archived=True).index)
            if ids:
                parts.append(data.store().audit(layer=layer, record_ids=ids))
        return pd.concat(parts, ignore_index=True).sort_values("seq", ascending=False, ignore_index=True)

    return shelves.results.get(("history", compound_id, snap.epoch, snap.revision), make)


def belonging(snap: Snapshot, compound_id: str) -> list[str]:
    """Ids of everything that belongs to a compound, archived rows too."""
    return [
        str(one) for layer in dossier.OWNED for one in rows_of(snap, layer, compound_id, archived=True).index
    ]


def warm_dossier(snap: Snapshot) -> None:
    """Read what every dossier needs, so that the first one opens as fast as the next."""
    data.item_states(snap, data.today(snap))
    wall_distances(snap)
    for layer in dossier.OWNED:
        for archived in (False, True):
            _places(snap, archived, layer)
