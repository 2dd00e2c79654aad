"""A register small enough to draw on paper, written line by line, in frames as the store gives them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Boolean, Date, Double, Integer

from analysis.status import CountingRule, ProgressIndex, estate_states
from geodata.honesty import FuzzyDate
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS
from geodata.vocabulary import DatePrecision

TODAY = date(2026, 11, 24)

_KINDS: tuple[tuple[type, Any], ...] = (
    (Date, np.dtype("datetime64[s]")),
    (Boolean, np.dtype(bool)),
    (Integer, "Int64"),
    (Double, np.dtype("float64")),
)


def frame_of(layer: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with the columns and types of the store; what a row leaves out is missing."""
    data = {
        name: np.array([row.get(name) for row in rows], dtype=kind)
        if isinstance(kind, np.dtype)
        else pd.array([row.get(name) for row in rows], dtype=kind)
        for name, kind in _types(layer).items()
    }
    ids = pd.Index(np.array([row["id"] for row in rows], dtype=object), dtype="str", name="id")
    return pd.DataFrame(data, index=ids)


@cache
def _types(layer: str) -> dict[str, Any]:
    """Type of every column but the id and the book-keeping, as `geodata.store` reads it."""
    hidden = (BOOKKEEPING_COLUMNS - {"version", "revision"}) | {"id", "geometry"}
    return {
        column.name: next((kind for sql, kind in _KINDS if isinstance(column.type, sql)), "str")
        for column in LAYERS[layer].table.columns
        if column.name not in hidden
    }


def span(name: str, value: str | FuzzyDate | None) -> dict[str, Any]:
    """The three columns of a date given as ISO text, as a fuzzy date, or not at all."""
    if value is None:
        return {}
    fuzzy = FuzzyDate.day(date.fromisoformat(value)) if isinstance(value, str) else value
    return {
        f"{name}_from": fuzzy.first,
        f"{name}_to": fuzzy.last,
        f"{name}_precision": fuzzy.precision.value,
    }


def around(day: str, precision: DatePrecision) -> FuzzyDate:
    """The period of that precision around a day."""
    return FuzzyDate.around(date.fromisoformat(day), precision)


class Register:
    """Rows in order of entry; every report and event is a revision of its own (1, 2, 3 …)."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {
            layer: []
            for layer in (
                "street_office",
                "renewal_area",
                "estate",
                "compound",
                "work_item",
                "progress_report",
                "stage_event",
                "permit",
                "plan_target",
            )
        }
        self.revision = 0

    def street(self, code: str, *, in_totals: bool = True) -> Register:
        self.rows["street_office"].append({"id": code, "name": f"{code}街道", "in_totals": in_totals})
        return self

    def area(self, code: str) -> Register:
        self.rows["renewal_area"].append({"id": code, "name": f"{code}片区", "is_pilot": False})
        return self

    def estate(
        self, code: str, *, street: str = "S1", programme: str | None = "三项工程", batch: int | None = 2026
    ) -> Register:
        row = {"id": code, "street_code": street, "programme": programme, "batch_year": batch}
        self.rows["estate"].append(row)
        return self

    def compound(
        self,
        code: str,
        *,
        estate: str | None = None,
        street: str = "S1",
        area: str | None = None,
        households: int | None = 100,
    ) -> Register:
        row = {"id": code, "estate_id": estate, "street_code": street, "renewal_area_id": area}
        self.rows["compound"].append({**row, "households": households})
        return self

    def item(
        self,
        code: str,
        compound: str = "c",
        *,
        start: str | FuzzyDate | None = None,
        finish: str | FuzzyDate | None = None,
        budget: float | None = None,
        works: str = "B01",
    ) -> Register:
        row = {"id": code, "compound_id": compound, "type_code": works, "budget_cny": budget}
        self.rows["work_item"].append(
            {**row, **span("planned_start", start), **span("planned_finish", finish)}
        )
        return self

    def report(
        self, item: str, day: str, progress: float, *, code: str | None = None, corrects: str | None = None
    ) -> Register:
        self.revision += 1
        row = {
            "id": code or f"r{self.revision}",
            "work_item_id": item,
            "reported_on": date.fromisoformat(day),
        }
        known = {"progress_pct": progress, "corrects_id": corrects, "revision": self.revision}
        self.rows["progress_report"].append({**row, **known})
        return self

    def event(
        self,
        stage: str,
        day: str | FuzzyDate | None,
        *,
        compound: str = "c",
        recorded: str | None = None,
        code: str | None = None,
        corrects: str | None = None,
    ) -> Register:
        self.revision += 1
        dated = span("occurred", day) or {"occurred_precision": "unknown"}
        on = recorded or (day if isinstance(day, str) else None)
        row = {"id": code or f"e{self.revision}", "compound_id": compound, "stage": stage, **dated}
        known = {"corrects_id": corrects, "revision": self.revision}
        self.rows["stage_event"].append(
            {**row, "recorded_on": date.fromisoformat(on) if on else None, **known}
        )
        return self

    def permit(self, item: str, kind: str, status: str, *, decided: str | None = None) -> Register:
        day = date.fromisoformat(decided) if decided else None
        number = len(self.rows["permit"]) + 1
        row = {"id": f"p{number}", "work_item_id": item, "kind": kind, "status": status, "decided_on": day}
        self.rows["permit"].append(row)
        return self

    def target(
        self, street: str, *, estates: int | None, households: int | None = None, year: int = 2026
    ) -> Register:
        row = {
            "id": f"{street}-{year}",
            "street_code": street,
            "year": year,
            "document_no": "管改〔2026〕1号",
        }
        self.rows["plan_target"].append({**row, "estates": estates, "households": households})
        return self

    def frame(self, layer: str) -> pd.DataFrame:
        """One layer as the store gives it."""
        return frame_of(layer, self.rows[layer])

    def index(self) -> ProgressIndex:
        """The prepared index over all rows."""
        layers = ("compound", "work_item", "progress_report", "stage_event", "permit")
        return ProgressIndex.build(*(self.frame(layer) for layer in layers))

    def states(
        self, as_of: date = TODAY, *, known_at: int | None = None, rule: CountingRule | None = None
    ) -> pd.DataFrame:
        return self.index().states(as_of=as_of, known_at=known_at, rule=rule or CountingRule())

    def state(self, compound: str = "c", as_of: date = TODAY, **options: Any) -> pd.Series:
        """The state of one compound."""
        return self.states(as_of, **options).loc[compound]

    def item_state(self, item: str, as_of: date = TODAY) -> pd.Series:
        """The state of one work item."""
        return self.index().item_states(as_of=as_of).loc[item]

    def estates(self, as_of: date = TODAY, *, rule: CountingRule | None = None) -> pd.DataFrame:
        rule = rule or CountingRule()
        states = self.states(as_of, rule=rule)
        return estate_states(self.frame("estate"), self.frame("compound"), states, rule=rule)
