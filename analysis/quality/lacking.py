"""Rules about what gets old and what is not there: reports, boundaries, key facts, planned dates."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.ledgers import dates_of, day_number, day_numbers, positions
from analysis.quality.outcome import Outcome, numbers, outcome
from analysis.quality.rules import Limits
from analysis.quality.shapes import has_boundary
from geodata.vocabulary import ReportingStatus

KEY_FACTS = {
    "households": "户数",
    "buildings": "楼栋数",
    "floor_area_m2": "建筑面积",
    "built_year": "建成年份",
}


def stale_outcome(states: pd.DataFrame, item_states: pd.DataFrame, limits: Limits, *, today: date) -> Outcome:
    """Compounds under way with works under way that nobody reported on for longer than the limit; states of `today`.

    One that is under way without any report ever is among them. The content names days, not how long ago they are,
    so that it stands still.
    """
    under_way = (states["status"] == ReportingStatus.STARTED.value).to_numpy()
    oldest = day_number(today) - limits.stale_days
    begun = item_states[(item_states["state"] == ReportingStatus.STARTED.value).to_numpy()]
    owner, last = positions(begun["compound_id"], states.index), day_numbers(begun["last_reported_on"])
    late = np.isnan(last) | (last < oldest)
    count = np.bincount(owner[late], minlength=len(states))
    first = np.full(len(states), np.nan)
    np.fmin.at(first, owner[late], last[late])
    ever = day_numbers(states["last_reported_on"])
    silent = np.isnan(ever) | (ever < oldest)
    found = np.flatnonzero(under_way & (silent | (count > 0)))
    content = [_silence(int(count[at]), first[at], ever[at]) for at in found]
    return outcome("stale", int(under_way.sum()), states.index[found], content)


def _silence(items: int, first: float, ever: float) -> str:
    if np.isnan(ever):
        return "开工后从未填报"
    day = dates_of(np.array([ever if np.isnan(first) else first]))[0].astype("datetime64[D]")
    return f"{items} 项在施工程久未填报，最早的停在 {day}" if items else f"最近填报 {day}"


def lacking_outcomes(compounds: gpd.GeoDataFrame, items: pd.DataFrame, states: pd.DataFrame) -> list[Outcome]:
    """Outcomes for missing boundaries, key facts and planned dates."""
    return [_boundaries(compounds), _facts(compounds), _plans(items, states)]


def _boundaries(compounds: gpd.GeoDataFrame) -> Outcome:
    bare = compounds[~has_boundary(compounds)]
    placed = (bare["position_lon"].notna() & bare["position_lat"].notna()).to_numpy(dtype=bool)
    reach = numbers(bare["position_uncertainty_m"])
    content = [
        "没有边界，也没有位置"
        if not known
        else "没有边界，只知大致位置" + (f"（±{m:,.0f} m）" if m == m else "")
        for known, m in zip(placed, reach, strict=True)
    ]
    return outcome("missing_boundary", len(compounds), bare.index, content)


def _facts(compounds: pd.DataFrame) -> Outcome:
    lacking = compounds[list(KEY_FACTS)].isna().to_numpy()
    labels = np.array(list(KEY_FACTS.values()), dtype=object)
    found = np.flatnonzero(lacking.any(axis=1))
    said: dict[bytes, str] = {}
    content = []
    for row in lacking[found]:
        key = row.tobytes()
        if key not in said:
            said[key] = f"缺{'、'.join(labels[row])}"
        content.append(said[key])
    return outcome("missing_facts", len(compounds), compounds.index[found], content)


def undated(items: pd.DataFrame) -> pd.Series:
    """Whether each works item lacks a planned start or finish."""
    dated = [
        items[f"planned_{end}_from"].notna() | items[f"planned_{end}_to"].notna()
        for end in ("start", "finish")
    ]
    return ~(dated[0] & dated[1])


def _plans(items: pd.DataFrame, states: pd.DataFrame) -> Outcome:
    """Of compounds that are in the plan: those with works items whose dates are not known."""
    owner = positions(items["compound_id"], states.index)
    total = np.bincount(owner, minlength=len(states))
    lacking = np.bincount(owner[undated(items).to_numpy()], minlength=len(states))
    planned = (states["status"] != ReportingStatus.REMOVED.value).to_numpy() & (total > 0)
    found = np.flatnonzero(planned & (lacking > 0))
    content = [f"{lacking[at]} / {total[at]} 项工程没有计划日期" for at in found]
    return outcome("missing_plan", int(planned.sum()), states.index[found], content)
