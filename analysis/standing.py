"""Where each group stands: parts of its register that do not overlap, and the rate it is ranked by."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from analysis.groups import Key
from analysis.rates import ranked
from geodata.errors import BadValue

Unit = Literal["estates", "compounds", "households"]
Basis = Literal["plan", "register"]
UNITS: tuple[Unit, ...] = ("estates", "compounds", "households")

PARTS: dict[str, tuple[str, str | None]] = {
    "accepted": ("accepted", None),
    "completed": ("completed", "accepted"),
    "under_way": ("under_way", "suspended"),
    "suspended": ("suspended", None),
    "not_started": ("not_started", None),
    "unknown": ("unknown", None),
}
"""Parts in display order, furthest first: a bucket of `progress_by` less the bucket within it."""


def standing(table: pd.DataFrame, *, key: Key, unit: Unit, basis: Basis | None = None) -> pd.DataFrame:
    """A table of `progress_by` with parts and rates for the three units, ranked by the rate of `unit`.

    Added columns
    {unit}_part_{part}           Int64, see `PARTS`; the parts of a unit add up to its number not removed.
                                 Households are NA when none in the bucket has a number
    rate_{unit}, rate_{unit}_{reason,done,whole}
        share started (a fraction, or NaN with a Chinese reason), with numerator and denominator. On the
        basis "plan" (estates and households only): the start rate, batch started / plan. On "register":
        started / registered, those without any record left out of both
    rank                         Int64 by rate_{unit}

    Without `basis`, it is "plan" by street when the unit is not compounds and any street has a plan, else
    "register"; `attrs["basis"]` tells. Rows: ranked first, then those without rate, without group, and
    outside totals. Raises BadValue for an unknown unit.
    """
    if unit not in UNITS:
        raise BadValue(f"没有名为 {unit} 的计数单位，可用：{'、'.join(UNITS)}")
    basis = basis or _basis(table, key, unit)
    columns: dict[str, Any] = {}
    for one in UNITS:
        columns |= {f"{one}_part_{part}": _part(table, one, part) for part in PARTS}
        columns |= (
            _against_plan(table, one) if basis == "plan" and one != "compounds" else _of_register(table, one)
        )
    frame = ranked(table.assign(**columns), by=f"rate_{unit}")
    frame.attrs["basis"] = basis
    return _ordered(frame, f"rate_{unit}_whole")


def _basis(table: pd.DataFrame, key: Key, unit: Unit) -> Basis:
    planned = key == "street" and unit != "compounds" and bool(table["plan_estates"].notna().any())
    return "plan" if planned else "register"


def _part(table: pd.DataFrame, unit: Unit, part: str) -> pd.Series:
    """A bucket less the bucket within it; NA only where the bucket itself is."""
    bucket, within = PARTS[part]
    whole = table[f"{unit}_{bucket}"].astype("Int64")
    return whole if within is None else whole - table[f"{unit}_{within}"].astype("Int64").fillna(0)


def _against_plan(table: pd.DataFrame, unit: Unit) -> dict[str, Any]:
    """Start rate of the year's batch against the annual plan, as `progress_by` gives it."""
    return {
        f"rate_{unit}": table[f"start_rate_{unit}"],
        f"rate_{unit}_reason": table[f"start_rate_{unit}_reason"],
        f"rate_{unit}_done": table[f"batch_{unit}_started"].astype("Int64"),
        f"rate_{unit}_whole": table[f"plan_{unit}"].astype("Int64"),
    }


def _of_register(table: pd.DataFrame, unit: Unit) -> dict[str, Any]:
    """Share started among those with any record; households need every number."""
    started, registered = table[f"{unit}_started"].astype("Int64"), table[unit].astype("Int64")
    known = registered - table[f"{unit}_unknown"].astype("Int64")
    lacking = table["households_missing"] if unit == "households" else pd.Series(0, index=table.index)
    gaps = pd.Series([_gap(*row) for row in zip(registered, known, lacking, strict=True)], table.index, "str")
    rate = (started / known.where(known > 0)).astype("Float64").where(gaps == "")
    return {
        f"rate_{unit}": rate.astype("float64"),
        f"rate_{unit}_reason": gaps,
        f"rate_{unit}_done": started,
        f"rate_{unit}_whole": known,
    }


def _gap(registered: Any, known: Any, lacking: int) -> str:
    """Why there is no share of the register; empty when there is one."""
    if lacking:
        return f"户数不全（{lacking} 个楼院无户数）"
    if pd.isna(registered) or registered == 0:
        return "没有登记"
    return "都没有进展记录" if pd.isna(known) or known <= 0 else ""


def _ordered(frame: pd.DataFrame, size: str) -> pd.DataFrame:
    """Ranked rows first, of equals the larger; the rest in a fixed order."""
    order = frame.assign(_late=~frame["in_totals"].astype(bool), _unplaced=frame["code"] == "")
    order = order.sort_values(
        ["_late", "_unplaced", "rank", size, "code"], ascending=[True, True, True, False, True]
    )
    return frame.loc[order.index].reset_index(drop=True)
