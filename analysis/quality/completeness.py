"""How complete the register is, per street office: shares of compounds and of households, with real denominators."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.quality.lacking import KEY_FACTS, undated
from analysis.quality.shapes import has_boundary
from geodata.vocabulary import DataStatus

MEASURES = {"boundary": "有边界", "official": "官方数据", "facts": "关键信息齐全", "plan": "有计划日期"}
"""What is counted: code and label."""


def completeness(streets: pd.DataFrame, compounds: gpd.GeoDataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """One row per street office in the order of `streets`; index its code.

    Columns name, compounds, households (sum of the known), households_missing, and per measure
    `<m>_of` / `<m>_have` compounds and `<m>_of_households` / `<m>_have_households`. `plan` is judged only where works
    are registered; all other measures of every compound.
    """
    with_works = items.groupby("compound_id")
    registered = compounds.index.isin(with_works.size().index)
    dated = ~undated(items).groupby(items["compound_id"]).any().reindex(compounds.index, fill_value=True)
    have = {
        "boundary": has_boundary(compounds),
        "official": (compounds["data_status"] == DataStatus.OFFICIAL.value).to_numpy(),
        "facts": compounds[list(KEY_FACTS)].notna().all(axis=1).to_numpy(),
        "plan": dated.to_numpy(dtype=bool) & registered,
    }
    everyone = np.ones(len(compounds), dtype=bool)
    weight = compounds["households"].to_numpy(dtype=np.float64, na_value=0.0)
    at = streets.index.get_indexer(pd.Index(compounds["street_code"]))
    known = at >= 0

    def count(flags: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        chosen = known & flags
        of = None if weights is None else weights[chosen]
        return np.bincount(at[chosen], of, minlength=len(streets)).astype(np.int64)

    columns = {
        "name": streets["name"].to_numpy(),
        "compounds": count(everyone),
        "households": count(everyone, weight),
        "households_missing": count(compounds["households"].isna().to_numpy()),
    }
    for measure, flags in have.items():
        judged = registered if measure == "plan" else everyone
        columns |= {
            f"{measure}_of": count(judged),
            f"{measure}_have": count(flags),
            f"{measure}_of_households": count(judged, weight),
            f"{measure}_have_households": count(flags, weight),
        }
    return pd.DataFrame(columns, index=streets.index)


def shares(table: pd.DataFrame, measure: str, *, households: bool = False) -> pd.Series:
    """Share 0..1 of one measure per row of `completeness`, NaN where there is nothing to divide by."""
    ending = "_households" if households else ""
    of = table[f"{measure}_of{ending}"].to_numpy(dtype=np.float64)
    have = table[f"{measure}_have{ending}"].to_numpy(dtype=np.float64)
    return pd.Series(np.divide(have, of, out=np.full(len(of), np.nan), where=of > 0), index=table.index)


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """The sum of all rows, as a table of one row."""
    total = table.drop(columns="name").sum().to_frame().T
    return total.assign(name="合计")
