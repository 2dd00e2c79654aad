"""Puts the demo district together: table name to rows, parents before children."""

from __future__ import annotations

from datetime import date
from typing import Any

from geodata.demo import compounds, events, facts, money, records, reference, reported, stories, zones
from geodata.demo.records import History

Row = dict[str, Any]
Rows = dict[str, list[Row]]

TABLES = (
    "district",
    "street_office",
    "community",
    "renewal_area",
    "heritage_site",
    "heritage_zone",
    "heritage_line",
    "reference_area",
    "basemap_line",
    "estate",
    "compound",
    "work_item",
    "progress_report",
    "stage_event",
    "permit",
    "plan_target",
    "funding",
    "party",
    "reported_fact",
)


def build(*, business_date: date = date(2026, 11, 24), seed: int = 1) -> Rows:
    """Every table of the demo district as rows; the same arguments give the same rows.

    Rows hold `id` and the data columns of the schema; a column that is left out is NULL. Geometry is shapely,
    lon/lat EPSG:4490. Nothing happened after `business_date`.
    """
    sites = compounds.sites(seed)
    dealt = stories.deal([site.street_code for site in sites], seed)
    told = [History.tell(site, story, business_date, seed) for site, story in zip(sites, dealt, strict=True)]
    rows = {**_reference_rows(seed), **_compound_rows(told, seed), **_record_rows(told, business_date)}
    rows["plan_target"] = money.plan_targets(rows["estate"], rows["compound"], business_date)
    rows["reported_fact"] = facts.facts()
    return {table: rows[table] for table in TABLES}


def _reference_rows(seed: int) -> Rows:
    return {
        "district": reference.district(),
        "street_office": reference.street_offices(),
        "community": reference.communities(),
        "renewal_area": zones.renewal_areas(compounds.area_boundaries(seed)),
        "heritage_site": reference.heritage_site(),
        "heritage_zone": zones.heritage_zones(),
        "heritage_line": reference.heritage_lines(),
        "reference_area": reference.reference_areas(),
        "basemap_line": reference.roads(),
    }


def _compound_rows(told: list[History], seed: int) -> Rows:
    notes = {history.site.id: f"演示情节：{history.story.value}" for history in told}
    return {
        "estate": reported.estates() + compounds.estates(seed, _batch_years(told)),
        "compound": reported.compounds() + compounds.compounds(seed, notes),
    }


def _batch_years(told: list[History]) -> dict[str, int | None]:
    """Year in which the works of an estate are planned to begin; None when nothing is planned."""
    years: dict[str, int | None] = {}
    for history in told:
        planned = [plan.first_day.year for plan in history.plans]
        earlier = years.get(history.site.estate_id)
        years[history.site.estate_id] = min([*planned, earlier] if earlier else planned, default=None)
    return years


def _record_rows(told: list[History], business_date: date) -> Rows:
    reports = {history.site.id: records.progress_reports(history) for history in told}
    return {
        "work_item": reported.work_items() + [row for one in told for row in records.work_items(one)],
        "progress_report": [row for rows in reports.values() for row in rows],
        "stage_event": reported.stage_events(business_date)
        + [row for one in told for row in events.stage_events(one)],
        "permit": [row for one in told for row in records.permits(one)],
        "funding": [row for one in told for row in money.funding(one, _progress(one, business_date))],
        "party": [row for one in told for row in money.parties(one)],
    }


def _progress(history: History, business_date: date) -> float:
    """Progress of all works on the business date, weighted by budget, per cent."""
    weight = sum(plan.work.budget_cny for plan in history.plans)
    if history.clock is None or not weight:
        return 0.0
    reached = history.clock.plan_day(business_date)
    return sum(plan.work.budget_cny * plan.planned_pct(reached) for plan in history.plans) / weight
