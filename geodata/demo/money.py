"""Invented money and partners of compounds, and invented yearly targets of street offices."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from geodata.demo.dice import Dice
from geodata.demo.records import SYNTHETIC, History
from geodata.demo.stories import Story
from geodata.vocabulary import FundSource, PartyRole

Row = dict[str, Any]

WITHOUT_TARGET = "410104013"
_SHARES = {
    FundSource.CENTRAL: (0.18, 0.30),
    FundSource.PROVINCIAL: (0.03, 0.08),
    FundSource.MUNICIPAL: (0.15, 0.25),
    FundSource.SPECIAL_BOND: (0.0, 0.15),
    FundSource.UTILITY: (0.03, 0.10),
    FundSource.RESIDENT: (0.01, 0.04),
}
_COMPANIES = "甲乙丙丁戊己"
_PARTNERS = {
    PartyRole.CLIENT: "演示建设单位",
    PartyRole.DESIGNER: "演示设计单位",
    PartyRole.CONTRACTOR: "演示施工单位",
    PartyRole.SUPERVISOR: "演示监理单位",
    PartyRole.PROPERTY_MANAGER: "演示物业公司",
}


def funding(history: History, progress: float) -> list[Row]:
    """Planned, arrived and paid money by source; `progress` of all works, per cent, decides what is paid."""
    total = sum(plan.work.budget_cny for plan in history.plans)
    dice = history.site.dice(history.seed, 8)
    if not total or history.story is Story.REMOVED:
        return []
    shares = {source: dice.real(*span) for source, span in _SHARES.items()}
    shares[FundSource.DISTRICT] = 1.0 - sum(shares.values())
    planned = {source: round(total * share, -3) for source, share in shares.items()}
    worth = {source: amount for source, amount in planned.items() if amount >= 10_000}
    return [_fund(history, source, amount, progress, dice) for source, amount in worth.items()]


def _fund(history: History, source: FundSource, planned: float, progress: float, dice: Dice) -> Row:
    begun = history.story.is_started
    arrived = min(planned, round(planned * dice.real(0.55, 1.05), -3)) if begun else 0.0
    unknown = not begun and dice.chance(0.5)
    return {
        "id": f"{history.site.id}-F-{source.value}",
        "compound_id": history.site.id,
        "fund_source": source.value,
        "planned_cny": planned,
        "arrived_cny": None if unknown else arrived,
        "paid_cny": None if unknown else min(arrived, round(planned * progress / 100 * 0.75, -2)),
        **SYNTHETIC,
    }


def parties(history: History) -> list[Row]:
    """Partners known so far: client and designer from the plan on, builders once works are let."""
    if not history.plans:
        return []
    dice = history.site.dice(history.seed, 9)
    roles = [PartyRole.CLIENT, PartyRole.DESIGNER]
    if history.story.is_started or history.story is Story.START_OVERDUE:
        roles += [PartyRole.CONTRACTOR, PartyRole.SUPERVISOR]
    if history.story in (Story.OPERATION, Story.HANDED_OVER):
        roles.append(PartyRole.PROPERTY_MANAGER)
    return [
        {
            "id": f"{history.site.id}-Y-{role.value}",
            "compound_id": history.site.id,
            "role": role.value,
            "organisation": f"{_PARTNERS[role]}{dice.pick(_COMPANIES)}",
            "contact": "演示联系人" if dice.chance(0.5) else None,
            **SYNTHETIC,
        }
        for role in roles
    ]


def plan_targets(estates: list[Row], compounds: list[Row], business_date: date) -> list[Row]:
    """Targets of the year per street office, near what its invented batch holds; one office has no target."""
    year, count, people = business_date.year, defaultdict[str, int](int), defaultdict[str, int](int)
    batch = {row["id"]: row["street_code"] for row in estates if row.get("batch_year") == year}
    for street in batch.values():
        count[street] += 1
    for row in compounds:
        if row["estate_id"] in batch:
            people[row["street_code"]] += row["households"] or 0
    return [
        {
            "id": f"plan-{year}-{street}",
            "year": year,
            "street_code": street,
            "estates": count[street] + place % 2,
            "households": round(people[street] * 1.04 / 10) * 10,
            "document_no": f"演示计划〔{year}〕1号",
            **SYNTHETIC,
        }
        for place, street in enumerate(sorted(count))
        if street != WITHOUT_TARGET
    ]
