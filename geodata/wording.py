"""How stored values read: cells that hold nothing, days, money, fuzzy dates and quantities of a row, names of works."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geodata.honesty import FuzzyDate, Quantity
from geodata.vocabulary import Approx, BoundaryStatus, DatePrecision, Interruption, WorkType

NO_DATE = FuzzyDate(None, None, DatePrecision.UNKNOWN)

WALL_CAUTION = "到城垣示意线的距离，不是到遗址的距离：遗址约 25 km²"
"""What a distance to the wall is not; goes with every such figure."""

ZONES_CAUTION = "均为示意，不作判断依据"
NO_ZONE = "未与已有区划相交（不等于无需办理）"


def missing(value: Any) -> bool:
    """Whether a cell holds nothing (None, NaN, NaT, NA)."""
    return value is None or value is pd.NaT or bool(pd.isna(value))


def day_text(value: Any) -> str | None:
    """A stored day as ISO text; None when there is none."""
    return None if missing(value) else value.date().isoformat()


def money(value: Any) -> str | None:
    """Yuan as people read it, in ten thousands from 10,000 on; None when unknown."""
    if missing(value):
        return None
    return f"{value:,.0f} 元" if abs(value) < 10_000 else f"{value / 10_000:,.1f} 万元"


def fuzzy(row: Any, name: str) -> FuzzyDate:
    """The fuzzy date that three columns of a row hold."""
    first, last, precision = (row[f"{name}_{part}"] for part in ("from", "to", "precision"))
    if missing(first) or missing(last) or missing(precision):
        return NO_DATE
    return FuzzyDate(first.date(), last.date(), DatePrecision(precision))


def quantity(row: Any) -> str | None:
    """The quantity of a works item as the source gives it; None when it gives none."""
    if missing(row["quantity"]):
        return None
    approx = Approx.EXACT if missing(row["approx"]) else Approx(row["approx"])
    unit = WorkType(row["type_code"]).unit if missing(row["unit"]) else row["unit"]
    return Quantity(float(row["quantity"]), f" {unit}", approx).text()


def item_name(row: Any) -> str:
    """What people call a works item: its own name, else the standard type."""
    return WorkType(row["type_code"]).label if missing(row["name"]) else str(row["name"])


def boundary(row: Any) -> str:
    """Status of the boundary of a compound, and how well its place is known without one."""
    label = BoundaryStatus(row["boundary_status"]).label
    if row["boundary_status"] != BoundaryStatus.UNCERTAIN:
        return label
    known = row["position_uncertainty_m"]
    return f"{label}（{'不确定度不详' if missing(known) else f'±{known:,.0f} m'}），没有边界"


def programme(estate: Any) -> str | None:
    """Programme of an estate, with its batch; None when it is in none, or there is no estate (None)."""
    if estate is None or missing(estate["programme"]):
        return None
    batch = "批次不详" if missing(estate["batch_year"]) else f"{estate['batch_year']} 年度批次"
    return f"{estate['programme']} · {batch}"


def arrived_share(funds: Any) -> str | None:
    """Funds that arrived as a share of those planned; None without both, or without a plan."""
    planned, arrived = funds["planned_cny"], funds["arrived_cny"]
    if missing(planned) or missing(arrived) or planned <= 0:
        return None
    return f"{arrived / planned * 100:.0f}%"


def reported(row: Any) -> str:
    """What a reported fact is about, with its quantity when it has one."""
    if missing(row["quantity"]):
        return str(row["subject"])
    unit = "" if missing(row["unit"]) else str(row["unit"])
    return f"{row['subject']}：{Quantity(float(row['quantity']), unit, Approx(row['approx'])).text()}"


def since(now: Any, events: pd.DataFrame) -> str:
    """Since when the stage or interruption of a state holds, no more exact than the record says; empty when unknown.

    `events` are the stage events of the compound that stand, in order.
    """
    status = now["status"]
    code = status if status in (Interruption.SUSPENDED, Interruption.REMOVED) else now["stage"]
    rows = events[events["stage"] == code]
    if rows.empty:
        return ""
    when = fuzzy(rows.iloc[-1], "occurred")
    recorded = day_text(rows["recorded_on"].iloc[-1])
    told = f"开始日期不详，{recorded} 登记" if when.first is None else f"自 {when.text()} 起"
    return told + _resumed(events)


def _resumed(events: pd.DataFrame) -> str:
    """When works went on after a stop, if that is the last interruption."""
    rows = events[events["stage"].isin(list(Interruption))]
    if rows.empty or rows["stage"].iloc[-1] != Interruption.RESUMED:
        return ""
    return f"，{fuzzy(rows.iloc[-1], 'occurred').text()} 复工"
