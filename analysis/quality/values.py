"""Rules about the values of one compound, and about compounds of the same name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.quality import naming
from analysis.quality.outcome import Outcome, numbers, outcome
from analysis.quality.rules import Limits
from analysis.quality.shapes import has_boundary


def value_outcomes(compounds: gpd.GeoDataFrame, limits: Limits, *, today: date) -> list[Outcome]:
    """Outcomes for the key facts; `compounds` in the measuring CRS. A value that is not known is not judged."""
    year, storeys, area, households, buildings = (
        numbers(compounds[name])
        for name in ("built_year", "storeys", "floor_area_m2", "households", "buildings")
    )
    low, high = limits.area_per_household_m2
    each = np.divide(area, households, out=np.full(len(area), np.nan), where=households > 0)
    sound = has_boundary(compounds) & compounds.geometry.is_valid.to_numpy()
    ground = np.where(sound, compounds.geometry.area.to_numpy(), np.nan)
    room = ground * storeys

    def judge(code: str, known: np.ndarray, bad: np.ndarray, say: Callable[[int], str]) -> Outcome:
        found = np.flatnonzero(known & bad)
        return outcome(code, int(known.sum()), compounds.index[found], [say(int(at)) for at in found])

    both = ~np.isnan(households) & ~np.isnan(buildings)
    return [
        judge(
            "built_year",
            ~np.isnan(year),
            (year > today.year) | (year < limits.first_year),
            lambda at: f"建成年份 {year[at]:.0f}",
        ),
        judge(
            "no_households",
            both,
            (households == 0) & (buildings > 0),
            lambda at: f"{buildings[at]:.0f} 栋楼，户数填 0",
        ),
        judge(
            "no_buildings",
            both,
            (buildings == 0) & (households > 0),
            lambda at: f"{households[at]:,.0f} 户，楼栋数填 0",
        ),
        judge(
            "storeys",
            ~np.isnan(storeys),
            (storeys < 1) | (storeys > limits.most_storeys),
            lambda at: f"{storeys[at]:.0f} 层",
        ),
        judge(
            "household_area",
            ~np.isnan(each),
            (each < low) | (each > high),
            lambda at: f"建筑面积 {area[at]:,.0f} m²、{households[at]:,.0f} 户，户均 {each[at]:,.1f} m²",
        ),
        judge(
            "floor_area",
            ~np.isnan(area) & ~np.isnan(room),
            (area > room) & (storeys >= 1),
            lambda at: f"建筑面积 {area[at]:,.0f} m²，边界 {ground[at]:,.0f} m² × {storeys[at]:.0f} 层",
        ),
        _same_names(compounds),
    ]


def _same_names(compounds: pd.DataFrame) -> Outcome:
    """Every pair of compounds of one street office whose names are the same; a group of three gives two pairs."""
    plain = compounds["name"].fillna("").map(naming.plain)
    keys = compounds["street_code"].fillna("").str.cat(plain, sep="\n")
    again = keys[keys.duplicated(keep=False) & (plain != "")]
    ids: list[str] = []
    others: list[str] = []
    content: list[str] = []
    for _, group in again.groupby(again, sort=True):
        members = sorted(map(str, group.index))
        for one, other in pairwise(members):
            ids.append(one)
            others.append(other)
            content.append(f"名称“{compounds.at[one, 'name']}”与“{compounds.at[other, 'name']}”相同")
    return outcome("duplicate_name", len(compounds), ids, content, others=others)
