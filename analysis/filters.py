"""Which compounds a set of filters leaves: pure, aligned to the register."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Filters:
    """Chosen values per field; an empty choice does not filter. Text looks at name, aliases and address.

    `years` are estate batch years as text; `zones` are ids of heritage zones or reference areas.
    """

    streets: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    text: str = ""

    @property
    def count(self) -> int:
        """How many fields filter."""
        return sum(bool(getattr(self, item.name)) for item in fields(self))


def matches(
    compounds: pd.DataFrame,
    *,
    filters: Filters,
    states: pd.DataFrame,
    estates: pd.DataFrame,
    works: pd.Series,
    zones: pd.Series,
    haystack: pd.Series | None = None,
) -> pd.Series:
    """Whether each compound passes every filter: boolean Series named `visible`, index of `compounds`.

    `states` has a `status` column per compound; `works` maps compound id to the set of its works types; `zones`
    maps compound id to the set of zone ids it touches. Programme and year are those of the compound's estate.
    `haystack` is `searchable(compounds)` when it is at hand.
    """
    estate = compounds["estate_id"]
    columns: tuple[tuple[Collection[str], Callable[[], pd.Series]], ...] = (
        (filters.streets, lambda: compounds["street_code"]),
        (filters.areas, lambda: compounds["renewal_area_id"]),
        (filters.programmes, lambda: estate.map(estates["programme"])),
        (filters.years, lambda: estate.map(estates["batch_year"].astype("str"))),
        (filters.statuses, lambda: states["status"].reindex(compounds.index)),
    )
    visible = pd.Series(True, index=compounds.index, name="visible")
    for chosen, values in columns:
        if chosen:
            visible &= values().isin(list(chosen)).to_numpy()
    for sets, chosen in ((works, filters.works), (zones, filters.zones)):
        if chosen:
            hit = sets.index[[not members.isdisjoint(chosen) for members in sets]]
            visible &= compounds.index.isin(hit)
    if filters.text.strip():
        visible &= contains(searchable(compounds) if haystack is None else haystack, filters.text)
    return visible


def searchable(compounds: pd.DataFrame) -> pd.Series:
    """Name, aliases and address of each compound as one text without case, for `contains`."""
    columns = (compounds[name].fillna("").astype("str") for name in ("name", "aliases", "address"))
    return next(columns).str.cat(list(columns), sep="\n").str.casefold()


def contains(haystack: pd.Series, text: str) -> pd.Series:
    """Whether each text of `haystack` (see `searchable`) holds every word of `text`; case does not matter."""
    found = pd.Series(True, index=haystack.index)
    for word in text.casefold().split():
        found &= haystack.str.contains(word, regex=False)
    return found


def sets_by(owner: pd.Series, value: pd.Series) -> pd.Series:
    """The set of values of each owner: Series of frozensets, index = owner."""
    place, names = pd.factorize(owner, sort=True)
    order = np.argsort(place, kind="stable")[(place < 0).sum() :]
    values, ends = (
        value.to_numpy(dtype=object)[order],
        np.cumsum(np.bincount(place[place >= 0], minlength=len(names))),
    )
    sets = [frozenset(values[start:end]) for start, end in pairwise([0, *ends.tolist()])]
    return pd.Series(sets, index=pd.Index(names, name=owner.name), dtype=object)
