"""Where each group stands: parts of its register that do not overlap, and the rate it is ranked by.

Rows are plain records: a progress table has a dozen rows and a hundred columns, is read row by row by charts and
tables, and as a frame would cost ten times as much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis.groups import Key
from geodata.errors import BadValue

Unit = Literal["estates", "compounds", "households"]
Basis = Literal["plan", "register"]
Row = dict[str, Any]
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


@dataclass(frozen=True, slots=True)
class Standing:
    """Groups in order, and their total. Each row has the columns of `progress_by`, and

    {unit}_part_{part}     see `PARTS`; the parts of a unit add up to its number not removed. None when the
                           number of the bucket is missing (households alone)
    rate_{unit}, rate_{unit}_{reason,done,whole}
                           share started: a fraction, or None with a Chinese reason; numerator, denominator.
                           On the basis "plan" (estates and households): the start rate, batch started / plan.
                           On "register": started / registered, those without any record left out of both
    rank                   by the rate of the unit, 1 = highest, equal rates share the better rank; None
                           without rate, without group, and outside totals

    `groups`: ranked ones first, of equals the larger, then those without rate, without group, outside totals.
    Missing values are None throughout.
    """

    unit: Unit
    basis: Basis
    groups: tuple[Row, ...]
    total: Row

    @property
    def counted(self) -> list[Row]:
        """Groups that are summed up in the total."""
        return [row for row in self.groups if row["in_totals"]]


def standing(table: pd.DataFrame, total: pd.Series, *, key: Key, unit: Unit) -> Standing:
    """Where the groups of a table of `progress_by` stand by `unit`; `total` is its `totals`.

    The basis is "plan" by street when the unit is not compounds and any street has a plan, else "register".
    Raises BadValue for an unknown unit.
    """
    if unit not in UNITS:
        raise BadValue(f"没有名为 {unit} 的计数单位，可用：{'、'.join(UNITS)}")
    columns = [table[name].tolist() for name in table.columns]  # to_dict takes four times as long
    rows = [_plain(dict(zip(table.columns, row, strict=True))) for row in zip(*columns, strict=True)]
    planned = key == "street" and unit != "compounds" and any(row["plan_estates"] is not None for row in rows)
    basis: Basis = "plan" if planned else "register"
    whole, *groups = (row | _parts(row) | _rates(row, basis) for row in [_plain(total.to_dict()), *rows])
    _rank(groups, f"rate_{unit}")
    order = sorted(groups, key=lambda row: _place(row, f"rate_{unit}_whole"))
    return Standing(unit, basis, tuple(order), whole | {"rank": None})


def _plain(row: dict[Any, Any]) -> Row:
    """A record whose missing values are None."""
    return {name: None if value is pd.NA or value != value else value for name, value in row.items()}


def _parts(row: Row) -> Row:
    return {f"{unit}_part_{part}": _part(row, unit, *PARTS[part]) for unit in UNITS for part in PARTS}


def _part(row: Row, unit: Unit, bucket: str, within: str | None) -> int | None:
    """A bucket less the bucket within it; None only where the bucket itself is missing."""
    whole = row[f"{unit}_{bucket}"]
    return whole if whole is None or within is None else whole - (row[f"{unit}_{within}"] or 0)


def _rates(row: Row, basis: Basis) -> Row:
    return {
        name: value
        for unit in UNITS
        for name, value in (
            _against_plan(row, unit) if basis == "plan" and unit != "compounds" else _of_register(row, unit)
        ).items()
    }


def _against_plan(row: Row, unit: Unit) -> Row:
    """Start rate of the year's batch against the annual plan, as `progress_by` gives it."""
    return {
        f"rate_{unit}": row[f"start_rate_{unit}"],
        f"rate_{unit}_reason": row[f"start_rate_{unit}_reason"],
        f"rate_{unit}_done": row[f"batch_{unit}_started"],
        f"rate_{unit}_whole": row[f"plan_{unit}"],
    }


def _of_register(row: Row, unit: Unit) -> Row:
    """Share started among those with any record; households need every number."""
    started, registered, unknown = row[f"{unit}_started"], row[unit], row[f"{unit}_unknown"]
    known = None if registered is None or unknown is None else registered - unknown
    reason = _gap(row, unit, known)
    return {
        f"rate_{unit}": None if reason or started is None or not known else started / known,
        f"rate_{unit}_reason": reason,
        f"rate_{unit}_done": started,
        f"rate_{unit}_whole": known,
    }


def _gap(row: Row, unit: Unit, known: int | None) -> str:
    """Why there is no share of the register; empty when there is one."""
    if unit == "households" and row["households_missing"]:
        return f"户数不全（{row['households_missing']} 个楼院无户数）"
    if not row[unit]:
        return "没有登记"
    return "" if known else "都没有进展记录"


def _rank(groups: list[Row], rate: str) -> None:
    """Write `rank` into every row."""
    rated = [row for row in groups if row["in_totals"] and row["code"] and row[rate] is not None]
    values = sorted((round(row[rate], 9) for row in rated), reverse=True)
    for row in groups:
        row["rank"] = None
    for row in rated:
        row["rank"] = values.index(round(row[rate], 9)) + 1


def _place(row: Row, size: str) -> tuple[Any, ...]:
    return (
        not row["in_totals"],
        not row["code"],
        math.inf if row["rank"] is None else row["rank"],
        -(row[size] or 0),
        row["code"],
    )
