"""Which street office, programme or area each estate and compound is counted in, and counting per group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.estates import require_states
from analysis.ledgers import Flags, Ints, positions
from geodata.errors import BadValue
from geodata.vocabulary import ReportingStatus

Key = Literal["street", "programme", "area"]

_UNPLACED = {"street": "未划入街道", "programme": "未列入改造计划", "area": "未划入片区"}


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """Groups with the units counted in them; positions point into `codes`.

    codes, names, in_totals   per group, in display order; what belongs nowhere is a last group with code ""
    home       per compound, the position of its estate, -1 without estate, compound   the group of each
    estate and compound unit       per compound, the group whose households it adds to: its estate's, or its
    own when it has none counted    per compound, the status that its households follow: removed when it is,
    else its estate's, or its own when it has no estate states, estate_states   rows of compounds and estates,
    in order
    """

    codes: pd.Index
    names: list[str]
    in_totals: Flags
    home: Ints
    estate: Ints
    compound: Ints
    unit: Ints
    counted: pd.Series
    number: pd.Series
    states: pd.DataFrame
    estate_states: pd.DataFrame

    @classmethod
    def build(
        cls,
        key: Key,
        groups: pd.DataFrame | None,
        estates: pd.DataFrame,
        compounds: pd.DataFrame,
        states: pd.DataFrame,
        estate_states: pd.DataFrame,
    ) -> Groups:
        """Place every estate and compound in its group; raises BadValue when one has no state."""
        require_states(compounds, states, what="楼院")
        require_states(estates, estate_states, what="小区")
        home = positions(compounds["estate_id"], estates.index)
        of_estates, of_compounds = _codes_of(key, estates, compounds, home)
        named = _named_groups(key, groups, of_estates)
        estate, compound = positions(of_estates, named.index), positions(of_compounds, named.index)
        if (estate < 0).any() or (compound < 0).any():
            named = pd.concat([named, _group("", _UNPLACED[key])])
            estate, compound = (np.where(at < 0, len(named) - 1, at) for at in (estate, compound))
        states, estate_states = states.loc[compounds.index], estate_states.loc[estates.index]
        return cls(
            codes=named.index,
            names=named["name"].tolist(),
            in_totals=named["in_totals"].to_numpy(dtype=bool),
            home=home,
            estate=estate,
            compound=compound,
            unit=np.where(home >= 0, np.append(estate, -1)[home], compound),
            counted=_counted(home, states["status"], estate_states["status"]),
            number=compounds["households"],
            states=states,
            estate_states=estate_states,
        )

    @property
    def lacking(self) -> Flags:
        """Which compounds have no number of households."""
        return np.asarray(self.number.isna(), dtype=bool)

    def tally(self, group: Ints, use: Any, weight: Any = None) -> Any:
        """Count, or sum of `weight`, of the units in use per group."""
        chosen = np.asarray(use, dtype=bool)
        weights = None if weight is None else np.asarray(weight)[chosen]
        return np.bincount(group[chosen], weights=weights, minlength=len(self.codes))

    def households(self, use: Any) -> pd.arrays.IntegerArray:
        """Households per group of the compounds in use: 0 when there are none, NA when none has a number."""
        chosen, lacking = np.asarray(use, dtype=bool), self.lacking
        numbers = self.number.fillna(0).to_numpy(dtype=np.float64)
        total = self.tally(self.unit, chosen, numbers).astype(np.int64)
        known, missing = self.tally(self.unit, chosen & ~lacking), self.tally(self.unit, chosen & lacking)
        return pd.arrays.IntegerArray(total, (known == 0) & (missing > 0))


def _group(code: str, name: str) -> pd.DataFrame:
    return pd.DataFrame({"name": [name], "in_totals": [True]}, index=pd.Index([code], dtype="str"))


def _counted(home: Ints, own: pd.Series, of_estates: pd.Series) -> pd.Series:
    """Status that the households of each compound follow."""
    of_home = np.append(of_estates.to_numpy(dtype=object), np.nan)[home]
    follows = (home >= 0) & (own != ReportingStatus.REMOVED.value).to_numpy(dtype=bool)
    return pd.Series(np.where(follows, of_home, own.to_numpy(dtype=object)), dtype="str")


def _codes_of(
    key: Key, estates: pd.DataFrame, compounds: pd.DataFrame, home: Ints
) -> tuple[pd.Series, pd.Series]:
    """Group code of every estate and of every compound, NaN where there is none."""
    if key == "street":
        return estates["street_code"], compounds["street_code"]
    if key == "programme":
        of_home = np.append(estates["programme"].to_numpy(dtype=object), np.nan)[home]
        return estates["programme"], pd.Series(of_home, index=compounds.index, dtype="str")
    if key == "area":
        return _area_of_estates(estates, compounds, home), compounds["renewal_area_id"]
    raise BadValue(f"不能按“{key}”汇总，可用：{'、'.join(_UNPLACED)}")


def _area_of_estates(estates: pd.DataFrame, compounds: pd.DataFrame, home: Ints) -> pd.Series:
    """Area that holds most of an estate's compounds (of equals the first by code), NaN where none does."""
    pairs = pd.DataFrame({"home": home, "area": compounds["renewal_area_id"].to_numpy(dtype=object)})
    counts = pairs[home >= 0].dropna().groupby(["home", "area"]).size().rename("count").reset_index()
    counts = counts.sort_values(["count", "area"], ascending=[False, True]).drop_duplicates("home")
    area = np.full(len(estates), np.nan, dtype=object)
    area[counts["home"].to_numpy(dtype=np.int64)] = counts["area"].to_numpy(dtype=object)
    return pd.Series(area, index=estates.index, dtype="str")


def _named_groups(key: Key, groups: pd.DataFrame | None, of_estates: pd.Series) -> pd.DataFrame:
    """Name and in_totals of every group (index code), in display order."""
    if groups is None and key == "programme":
        names = pd.Index(sorted(of_estates.dropna().unique()), dtype="str")
        return pd.DataFrame({"name": names.to_numpy(), "in_totals": True}, index=names)
    if groups is None:
        raise BadValue("按街道或片区汇总时须给出街道表或片区表（groups）")
    in_totals = groups["in_totals"] if "in_totals" in groups.columns else True
    return pd.DataFrame({"name": groups["name"], "in_totals": in_totals})
