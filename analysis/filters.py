"""Which compounds a set of filters leaves: pure, aligned to the register."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

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
) -> pd.Series:
    """Whether each compound passes every filter: boolean Series named `visible`, index of `compounds`.

    `states` has a `status` column per compound; `works` maps compound id to the set of its works types; `zones`
    maps compound id to the set of zone ids it touches. Programme and year are those of the compound's estate.
    """
    estate = compounds["estate_id"]
    columns: dict[str, tuple[pd.Series, Collection[str]]] = {
        "street": (compounds["street_code"], filters.streets),
        "area": (compounds["renewal_area_id"], filters.areas),
        "programme": (estate.map(estates["programme"]), filters.programmes),
        "year": (estate.map(estates["batch_year"].astype("str")), filters.years),
        "status": (states["status"].reindex(compounds.index), filters.statuses),
    }
    visible = pd.Series(True, index=compounds.index, name="visible")
    for values, chosen in columns.values():
        if chosen:
            visible &= values.isin(list(chosen)).to_numpy()
    for sets, chosen in ((works, filters.works), (zones, filters.zones)):
        if chosen:
            wanted = set(chosen)
            visible &= pd.Series(
                [bool(wanted & sets.get(i, frozenset())) for i in compounds.index], compounds.index
            )
    if filters.text.strip():
        visible &= contains(compounds, filters.text)
    return visible


def contains(compounds: pd.DataFrame, text: str) -> pd.Series:
    """Whether name, aliases or address hold every word of `text` (case does not matter)."""
    columns = (compounds[name].fillna("").astype("str") for name in ("name", "aliases", "address"))
    haystack = next(columns).str.cat(list(columns), sep="\n").str.casefold()
    found = pd.Series(True, index=compounds.index)
    for word in text.casefold().split():
        found &= haystack.str.contains(word, regex=False)
    return found


def sets_by(owner: pd.Series, value: pd.Series) -> pd.Series:
    """The set of values of each owner: Series of frozensets, index = owner."""
    return value.groupby(owner).agg(frozenset)
