"""How stored values read: cells that hold nothing, days, money, fuzzy dates and quantities of a row, names of works."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geodata.honesty import FuzzyDate, Quantity
from geodata.vocabulary import Approx, DatePrecision, WorkType

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


def corrected(rows: pd.DataFrame) -> dict[str, str]:
    """Id of each corrected row of an append-only layer with the id of its correction."""
    named = rows["corrects_id"].dropna()
    return dict(zip(named, named.index, strict=True))


def standing(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of an append-only layer that no other of them corrects or takes back."""
    return rows[~rows.index.isin(list(corrected(rows))) & ~rows["withdrawn"].eq(True)]
