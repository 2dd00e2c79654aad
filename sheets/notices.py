"""What is hung up on site and in the community: the site notice (公示牌) and the public notice (公示件) of a compound.

Both are read by everybody: they name organisations and a line of the office, never a stored person.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from geodata.vocabulary import WorkType
from geodata.wording import fuzzy, item_name, quantity
from sheets import case as cases
from sheets import dossier
from sheets.case import Case

BLANK_PERIOD = "公示期：____年__月__日 至 ____年__月__日"
BLANK_DAY = "____年__月__日"


def works(case: Case) -> list[dict[str, Any]]:
    """Works items: what, kind, quantity as the source gives it, planned dates no more exact than the plan."""
    return [
        {
            "name": item_name(item),
            "kind": WorkType(item["type_code"]).category.label,
            "quantity": quantity(item) or "待定",
            "start": _planned(item, "planned_start"),
            "finish": _planned(item, "planned_finish"),
        }
        for _, item in case.items.iterrows()
    ]


def _planned(item: pd.Series, name: str) -> str:
    when = fuzzy(item, name)
    return "待定" if when.first is None else when.text()


def project(case: Case) -> str:
    """Name of the project as the notices head it."""
    known = ("改造", "工程", "项目")
    return case.name if case.name.endswith(known) else f"{case.name}老旧小区改造工程"


def common(case: Case, contact: str, unit: str) -> dict[str, Any]:
    """What both notices say: project, place, parties, works, whole plan, contact and compiling unit; blanks stay blank."""
    start, finish = dossier.whole_plan(case)
    return {
        "project": project(case),
        "place": case.place(),
        "address": case.told("address"),
        "parties": [{"role": role, "name": name} for role, name in cases.parties(case, contacts=False)],
        "works": works(case),
        "start": "待定" if start.first is None else start.text(),
        "finish": "待定" if finish.first is None else finish.text(),
        "contact": contact,
        "unit": unit,
    }


def period(notes: str) -> tuple[str, list[str]]:
    """The line of the notice's period as typed into the notes, else blanks to fill in by hand; and the other notes."""
    lines = [line.strip() for line in notes.splitlines() if line.strip()]
    found = [line for line in lines if line.startswith("公示期")]
    return (found[0] if found else BLANK_PERIOD), [line for line in lines if line not in found[:1]]
