"""Rates with their reasons, means, ranking and totals of a progress table.

A rate is never made from a missing denominator or an incomplete numerator: it is NaN and its reason says why.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import BadValue

RATES: dict[str, tuple[str, str]] = {
    "start_rate": ("started", "plan"),
    "completion_rate": ("completed", "plan"),
    "share_started": ("started", "register"),
    "share_completed": ("completed", "register"),
}
"""Each rate with the bucket it counts and what it is measured against."""

_UNITS = ("estates", "households")
_RATE_COLUMNS = tuple(f"{rate}_{unit}" for rate in RATES for unit in _UNITS)
_WEIGHT_OF = {
    "progress_pct": "progress_weight",
    "planned_pct": "deviation_weight",
    "deviation_pp": "deviation_weight",
}
_TEXTS = ("code", "name", "in_totals", "document_no", "plan_reason", "progress_basis", "rank")


def ranked(table: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """The table with `rank` by one of its columns, 1 = highest; row order is kept and does not matter.

    Equal values share the better rank; rows outside totals, without code or without value have none.
    Raises BadValue when there is no such column.
    """
    if by not in table.columns:
        raise BadValue(f"没有名为 {by} 的指标，不能据此排名")
    competes = table["in_totals"].astype(bool) & (table["code"] != "")
    value = table[by].astype("Float64").round(9).where(competes)
    return table.assign(rank=value.rank(method="min", ascending=False).astype("Int64"))


def totals(table: pd.DataFrame) -> pd.Series:
    """The row 合计 of a progress table: counts are sums of the rows in totals, rates and means recomputed.

    A plan total is missing when any row in totals has no plan; households are missing when none is known.
    """
    parts = table[table["in_totals"].astype(bool)]
    row: dict[str, Any] = {
        column: _sum(parts[column], strict=column.startswith("plan_"))
        for column in table.columns
        if column not in (*_TEXTS, *_WEIGHT_OF) and not column.startswith(_RATE_COLUMNS)
    }
    row |= {name: (parts[name].fillna(0.0) * parts[weight]).sum() for name, weight in _WEIGHT_OF.items()}
    row |= {
        "code": "",
        "name": "合计",
        "in_totals": True,
        "document_no": "、".join(parts["document_no"].dropna().unique()) or np.nan,
        "plan_reason": _shared_reason(parts["plan_reason"]),
        "progress_basis": "".join(parts["progress_basis"].iloc[:1]),
        "rank": pd.NA,
    }
    total = pd.DataFrame({name: [value] for name, value in row.items()})
    return with_rates(with_means(total))[table.columns].iloc[0].rename("合计")


def with_means(table: pd.DataFrame) -> pd.DataFrame:
    """Divide weighted sums by their weights; NaN where nothing is known."""
    means = {
        name: table[name] / table[weight].where(table[weight] > 0) for name, weight in _WEIGHT_OF.items()
    }
    return table.assign(**means)


def with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Add every rate (a fraction, or NaN) with its reason, from the counts of the same row."""
    columns: dict[str, Any] = {}
    rows = table.to_dict("records")
    for rate in RATES:
        for unit in _UNITS:
            pairs = [_rate(rate, unit, row) for row in rows]
            columns[f"{rate}_{unit}"] = np.array([value for value, _ in pairs], dtype=np.float64)
            columns[f"{rate}_{unit}_reason"] = pd.array([reason for _, reason in pairs], dtype="str")
    return table.assign(**columns)


def _rate(rate: str, unit: str, row: dict[str, Any]) -> tuple[float, str]:
    """A fraction with an empty reason, or NaN with the reason."""
    bucket, against = RATES[rate]
    if against == "plan":
        reason, part, whole = _plan_gap(bucket, unit, row), f"batch_{unit}_{bucket}", f"plan_{unit}"
    else:
        reason, part, whole = _register_gap(unit, row), f"{unit}_{bucket}", unit
    return (np.nan, reason) if reason else (float(row[part]) / float(row[whole]), "")


def _plan_gap(bucket: str, unit: str, row: dict[str, Any]) -> str:
    """Why there is no rate against the annual plan; empty when there is one."""
    without_batch = row[f"estates_{bucket}_without_batch"]
    missing = row[f"batch_{bucket}_households_missing"]
    if row["plan_reason"]:
        return str(row["plan_reason"])
    if pd.isna(row[f"plan_{unit}"]):
        return "年度计划未列小区数" if unit == "estates" else "年度计划未列户数"
    if row[f"plan_{unit}"] == 0:
        return "计划数为 0"
    if without_batch:
        return f"{without_batch} 个小区缺年度批次"
    return f"户数不全（{missing} 个楼院无户数）" if unit == "households" and missing else ""


def _register_gap(unit: str, row: dict[str, Any]) -> str:
    """Why there is no share of the register; empty when there is one."""
    if unit == "households" and row["households_missing"]:
        return f"户数不全（{row['households_missing']} 个楼院无户数）"
    if pd.isna(row[unit]) or row[unit] == 0:
        return "无登记小区" if unit == "estates" else "无登记户数"
    return "全部暂无记录" if row[f"{unit}_unknown"] == row[unit] else ""


def _sum(parts: pd.Series, *, strict: bool) -> Any:
    """Sum of the known; NA when one is missing and none is above 0, or, if strict, when any is missing."""
    total = parts.sum()
    missing = bool(parts.isna().any())
    return pd.NA if missing and (strict or total == 0) else total


def _shared_reason(reasons: pd.Series) -> str:
    """Why the total has no plan: the reason that all rows share, or how many lack one."""
    given = [reason for reason in reasons if reason]
    if not given:
        return ""
    return (
        given[0] if len(given) == len(reasons) and len(set(given)) == 1 else f"{len(given)} 个分组无年度计划"
    )
