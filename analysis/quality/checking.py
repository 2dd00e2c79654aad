"""All rules over what is stored: one table of findings, and for each rule how much was looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.facts import Records
from analysis.ledgers import positions
from analysis.quality import contradictions, lacking, neighbours, placing, shapes, values
from analysis.quality.outcome import Outcome
from analysis.quality.rules import BY_CODE, RULES, Limits
from geodata.crs import METRIC_CRS, require_crs
from geodata.vocabulary import FindingSeverity, WorkType

LAYERS = (
    "district",
    "street_office",
    "community",
    "estate",
    "compound",
    "work_item",
    "progress_report",
    "stage_event",
    "funding",
)
"""Layers that the rules read, as frames; permits come in through the states."""

METRIC = ("district", "street_office", "compound")
"""Those of them that are needed in the measuring CRS."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How much one rule looked at, how much it found, and what it could not judge ("" when all was judged)."""

    code: str
    checked: int
    found: int
    unjudged: str


@dataclass(frozen=True, eq=False, slots=True)
class Report:
    """What the watch found: `findings` and, in the order of the rules, what was `checked`.

    Columns of `findings`, one row each, those of grave rules first, then by rule, severity and id: rule, severity, layer,
    id, other (second compound of a pair or ""), compound (the one on the map), name, street, content, message,
    subject. `rule` and `subject` name a finding for ever, `content` the state of affairs.
    """

    findings: pd.DataFrame
    checked: tuple[Checked, ...]

    @property
    def records(self) -> int:
        """Most records that any rule looked at."""
        return max((one.checked for one in self.checked), default=0)


def check(
    frame: Callable[[str], pd.DataFrame],
    metric: Callable[[str], gpd.GeoDataFrame],
    *,
    records: Records,
    states: pd.DataFrame,
    item_states: pd.DataFrame,
    today: date,
    limits: Limits | None = None,
) -> Report:
    """Every rule over the layers that `frame` and `metric` (EPSG:4547) give; `states` and
    `item_states` are those of `today`.

    Raises NoCrs or WrongCrs when a layer is not in the measuring CRS.
    """
    bounds = limits or Limits()
    compounds, streets, district = (metric(layer) for layer in ("compound", "street_office", "district"))
    for layer, rows in (("compound", compounds), ("street_office", streets), ("district", district)):
        require_crs(rows, METRIC_CRS, what=layer)
    items, reports, events, funding = (
        frame(layer) for layer in ("work_item", "progress_report", "stage_event", "funding")
    )
    items = _belonging(items, "compound_id", compounds.index)
    reports = _belonging(reports, "work_item_id", items.index)
    funding = _belonging(funding, "compound_id", compounds.index)
    named = frame("street_office")["name"].to_dict()
    outcomes = [
        *shapes.shape_outcomes(compounds, bounds),
        *neighbours.neighbour_outcomes(compounds, bounds),
        *placing.placing_outcomes(compounds, streets, district, bounds),
        contradictions.street_outcome(compounds, frame("community"), frame("estate"), named),
        *values.value_outcomes(compounds, bounds, today=today),
        contradictions.acceptance_outcome(states),
        contradictions.plan_outcome(items),
        *contradictions.report_outcomes(records),
        contradictions.ahead_outcome(records, reports, items, events, today=today),
        contradictions.funding_outcome(funding),
        contradictions.budget_outcome(items, reports),
        lacking.stale_outcome(states, item_states, bounds, today=today),
        *lacking.lacking_outcomes(compounds, items, states),
    ]
    return _report(outcomes, compounds, items, funding)


def _belonging(rows: pd.DataFrame, column: str, index: pd.Index) -> pd.DataFrame:
    """The rows whose owner is not archived."""
    return rows[positions(rows[column], index) >= 0]


def _report(
    outcomes: list[Outcome], compounds: pd.DataFrame, items: pd.DataFrame, funding: pd.DataFrame
) -> Report:
    place = {rule.code: number for number, rule in enumerate(RULES)}
    outcomes = sorted(outcomes, key=lambda one: place[one.rule.code])
    every = pd.concat([one.rows for one in outcomes], ignore_index=True)
    every["layer"] = pd.array([BY_CODE[code].layer for code in every["rule"]], dtype="str")
    homes = {"work_item": items["compound_id"], "funding": funding["compound_id"]}
    every["compound"] = every["id"]
    for layer, of in homes.items():
        mine = (every["layer"] == layer).to_numpy()
        every.loc[mine, "compound"] = every.loc[mine, "id"].map(of)
    every["name"] = every["compound"].map(compounds["name"])
    every["street"] = every["compound"].map(compounds["street_code"])
    every["message"] = _messages(every, compounds["name"], items["type_code"])
    pair = (every["other"] != "").to_numpy()
    every["subject"] = np.where(pair, every["id"] + "+" + every["other"], every["id"])
    rank = {one.value: number for number, one in enumerate(FindingSeverity)}
    usual = {code: rank[rule.severity.value] for code, rule in BY_CODE.items()}
    order = [every["id"], every["severity"].map(rank), every["rule"].map(place), every["rule"].map(usual)]
    findings = every.iloc[np.lexsort([key.to_numpy() for key in order])].reset_index(drop=True)
    checked = tuple(Checked(one.rule.code, one.checked, len(one.rows), one.unjudged) for one in outcomes)
    return Report(findings, checked)


def _messages(every: pd.DataFrame, names: pd.Series, works: pd.Series) -> pd.Series:
    """The content with the second compound, or the works, in front."""
    others = every["other"].map(names)
    items = every["id"].map(works).map(WorkType.labels())
    front = np.where(
        others.notna(), "与“" + others.fillna("") + "”", np.where(items.notna(), items.fillna("") + "：", "")
    )
    front = np.where(every["rule"] == "duplicate_name", "", front)
    return pd.Series(front, index=every.index, dtype="str") + every["content"]
