"""Progress per street office, programme or area: how much, how far it has come, against which plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.definitions import Definition, definitions
from analysis.groups import Groups, Key
from analysis.headline import Figure, headline
from analysis.ledgers import Flags, Floats
from analysis.rates import ranked, totals, with_means, with_rates
from analysis.s_curve import s_curve
from geodata.vocabulary import Light, ReportingStatus

__all__ = [
    "BUCKETS",
    "Definition",
    "Figure",
    "Key",
    "definitions",
    "headline",
    "progress_by",
    "ranked",
    "s_curve",
    "totals",
]

_ACCEPTED = (ReportingStatus.ACCEPTED, ReportingStatus.HANDED_OVER)
_COMPLETED = (ReportingStatus.COMPLETED, *_ACCEPTED)
_UNDER_WAY = (ReportingStatus.STARTED, ReportingStatus.SUSPENDED)

BUCKETS: dict[str, tuple[ReportingStatus, ...]] = {
    "not_started": (ReportingStatus.NOT_STARTED,),
    "started": (*_UNDER_WAY, *_COMPLETED),
    "under_way": _UNDER_WAY,
    "completed": _COMPLETED,
    "accepted": _ACCEPTED,
    "suspended": (ReportingStatus.SUSPENDED,),
    "removed": (ReportingStatus.REMOVED,),
    "unknown": (ReportingStatus.UNKNOWN,),
}
"""Statuses counted in each bucket: started, completed and accepted are cumulative."""


def progress_by(
    key: Key,
    *,
    groups: pd.DataFrame | None = None,
    estates: pd.DataFrame,
    compounds: pd.DataFrame,
    states: pd.DataFrame,
    estate_states: pd.DataFrame,
    targets: pd.DataFrame | None = None,
    year: int | None = None,
    rank_by: str = "start_rate_estates",
) -> pd.DataFrame:
    """One row per street office, programme or area, in the order of `groups` (programmes by name).

    `groups` are street_office or renewal_area rows (index code, `name`, optionally `in_totals`); programmes
    need none. What belongs to no group stands in a last row with code "". `states` and `estate_states` are of
    one day and cover all compounds and estates given. `targets` are plan_target rows; plans exist per street.
    An estate lies in the area that holds most of its compounds.

    Columns
    code, name, in_totals          in_totals says whether the row is summed and ranked
    estates, compounds, households, households_missing
        not removed; households (Int64) is the sum of the known, NA when none is known; households_missing
        counts the compounds without a number
    {estates,compounds,households}_{not_started,started,under_way,completed,accepted,suspended,removed,
    unknown}
        see `BUCKETS`; not_started + started + unknown = all, started = under_way + completed. Households
        follow the status of their estate as reported upward (已开工小区户数), or of their compound when it
        has no estate; those of a removed compound are removed
    {estates,compounds}_{delayed,at_risk}, compounds_unjudged (no light can be given), heritage_hold
        lights; heritage_hold counts compounds
    plan_estates, plan_households, document_no, plan_reason
        annual plan of `year` (Int64, NA without; plan_reason then says why)
    batch_estates, batch_estates_{started,completed}, batch_households_{started,completed}
        those whose batch_year is `year`: only they count against its plan
    estates_{started,completed}_without_batch, batch_{started,completed}_households_missing
        what makes those counts incomplete, so that no rate is given
    {start_rate,completion_rate}_{estates,households}, the same with _reason
        batch / plan, a fraction (0.8 = 80 %), or NaN with a Chinese reason
    {share_started,share_completed}_{estates,households}, the same with _reason
        of the register
    progress_pct, planned_pct, deviation_pp, progress_basis, progress_weight, deviation_weight,
    compounds_measured
        means over the compounds where known; the weight is the budget when every compound measured has
        one (progress_basis "budget"), else each compound weighs 1 ("equal")
    rank                           Int64 by `rank_by`, see `ranked`

    Raises BadValue when a state is missing, or `rank_by` is no column. Source: reference §2.5, §5.1.
    """
    scene = Groups.build(key, groups, estates, compounds, states, estate_states)
    table = pd.DataFrame(
        {
            "code": pd.array(list(scene.codes), dtype="str"),
            "name": pd.array(scene.names, dtype="str"),
            "in_totals": scene.in_totals,
            **_count_columns(scene),
            **_light_columns(scene),
            **_plan_columns(scene, key, targets, year),
            **_batch_columns(scene, estates["batch_year"].astype("Int64"), year),
            **_progress_columns(scene),
        }
    )
    return ranked(with_rates(with_means(table)), by=rank_by)


def _in_plan(status: pd.Series) -> Flags:
    return (status != ReportingStatus.REMOVED.value).to_numpy(dtype=bool)


def _among(status: pd.Series, bucket: str) -> Flags:
    return status.isin([member.value for member in BUCKETS[bucket]]).to_numpy(dtype=bool)


def _count_columns(scene: Groups) -> dict[str, Any]:
    """All units in the plan, and each bucket of the three units."""
    of_estates, of_compounds = scene.estate_states["status"], scene.states["status"]
    counted = _in_plan(scene.counted)
    columns: dict[str, Any] = {
        "estates": scene.tally(scene.estate, _in_plan(of_estates)),
        "compounds": scene.tally(scene.compound, _in_plan(of_compounds)),
        "households": scene.households(counted),
        "households_missing": scene.tally(scene.unit, counted & scene.lacking),
    }
    for bucket in BUCKETS:
        columns[f"estates_{bucket}"] = scene.tally(scene.estate, _among(of_estates, bucket))
        columns[f"compounds_{bucket}"] = scene.tally(scene.compound, _among(of_compounds, bucket))
        columns[f"households_{bucket}"] = scene.households(_among(scene.counted, bucket))
    return columns


def _light_columns(scene: Groups) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for light in (Light.DELAYED, Light.AT_RISK):
        shown = scene.estate_states["light"] == light.value
        columns[f"estates_{light.value}"] = scene.tally(scene.estate, shown)
        columns[f"compounds_{light.value}"] = scene.tally(
            scene.compound, scene.states["light"] == light.value
        )
    unjudged = (scene.states["light"] == Light.UNKNOWN.value) & _in_plan(scene.states["status"])
    columns["compounds_unjudged"] = scene.tally(scene.compound, unjudged)
    hold = scene.states["heritage_hold"].to_numpy(dtype=bool)
    return {**columns, "heritage_hold": scene.tally(scene.compound, hold & _in_plan(scene.states["status"]))}


def _plan_columns(scene: Groups, key: Key, targets: pd.DataFrame | None, year: int | None) -> dict[str, Any]:
    """Annual plan of each street; NA with a reason where there is none."""
    reason = "未选年度" if year is None else "年度计划只按街道下达" if key != "street" else "无年度计划"
    plan = pd.DataFrame({"estates": [], "households": [], "document_no": []}, index=pd.Index([], dtype="str"))
    if targets is not None and year is not None and key == "street":
        of_year = targets[(targets["year"] == year).fillna(False).to_numpy(dtype=bool)]
        plan = of_year.drop_duplicates("street_code", keep="last").set_index("street_code")
    found = scene.codes.isin(plan.index)
    plan = plan.reindex(scene.codes)
    return {
        "plan_estates": plan["estates"].astype("Int64").array,
        "plan_households": plan["households"].astype("Int64").array,
        "document_no": plan["document_no"].astype("str").array,
        "plan_reason": pd.array(np.where(found, "", reason), dtype="str"),
    }


def _batch_columns(scene: Groups, batch: pd.Series, year: int | None) -> dict[str, Any]:
    """What counts against the plan of `year`, and what keeps that count from being complete."""
    in_batch = np.asarray((batch == (-1 if year is None else year)).fillna(False), dtype=bool)
    no_batch = np.asarray(batch.isna(), dtype=bool)
    of_batch = np.append(in_batch, False)[scene.home]  # position -1: no estate, so in no batch
    status = scene.estate_states["status"]
    columns: dict[str, Any] = {"batch_estates": scene.tally(scene.estate, in_batch & _in_plan(status))}
    for bucket in ("started", "completed"):
        reached, counted = _among(status, bucket), _among(scene.counted, bucket) & of_batch
        columns[f"batch_estates_{bucket}"] = scene.tally(scene.estate, in_batch & reached)
        columns[f"batch_households_{bucket}"] = scene.households(counted)
        columns[f"estates_{bucket}_without_batch"] = scene.tally(scene.estate, no_batch & reached)
        columns[f"batch_{bucket}_households_missing"] = scene.tally(scene.unit, counted & scene.lacking)
    return columns


def _progress_columns(scene: Groups) -> dict[str, Any]:
    """Weighted sums per group, which `with_means` divides by their weights."""
    states = scene.states
    known = _in_plan(states["status"]) & states["progress_pct"].notna().to_numpy(dtype=bool)
    both = known & states["deviation_pp"].notna().to_numpy(dtype=bool)
    budget: Floats = states["budget_cny"].to_numpy(dtype=np.float64)
    by_budget = bool(known.any() and not np.isnan(budget[known]).any())
    weight = budget if by_budget else np.ones(len(states))
    basis = "" if not known.any() else "budget" if by_budget else "equal"
    sums = {"progress_pct": known, "planned_pct": both, "deviation_pp": both}
    return {
        **{
            column: scene.tally(scene.compound, use, weight * states[column].to_numpy(dtype=np.float64))
            for column, use in sums.items()
        },
        "progress_basis": pd.array([basis] * len(scene.codes), dtype="str"),
        "progress_weight": scene.tally(scene.compound, known, weight),
        "deviation_weight": scene.tally(scene.compound, both, weight),
        "compounds_measured": scene.tally(scene.compound, known),
    }
