"""What is hung up on site and in the community: the site notice (公示牌) and the public notice (公示件) of a compound.

Both are read by everybody: they name organisations and a line of the office, never a stored person.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cartography.print import template
from cartography.print.template import Template
from geodata.vocabulary import SheetKind, WorkType
from geodata.wording import fuzzy, item_name
from sheets import case as cases
from sheets import dossier, fields
from sheets.case import Case
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet

SITE_ITEMS = 24
"""Works items that a poster may list; the template prints as many as find room and says how many are left out."""

BLANK_PERIOD = "公示期：____年__月__日 至 ____年__月__日"
BLANK_DAY = "____年__月__日"


def compose_site(setup: Setup, register: Register) -> Sheet:
    """The site notice of the chosen compound. Raises BadValue when none is chosen, or it may not be printed."""
    case = cases.load(setup, register)
    data, used, files = _begun(case, "site_notice.typ", f"工程公示牌　{project(case)}")
    return Sheet(used, data | {"works": data["works"][:SITE_ITEMS], "items": len(data["works"])}, files)


def compose_public(setup: Setup, register: Register) -> Sheet:
    """The public notice before works start. Raises BadValue when no compound is chosen, or it may not be printed."""
    case = cases.load(setup, register)
    data, used, files = _begun(
        case, "public_notice.typ", setup.title or f"关于{case.name}老旧小区改造内容与计划的公示"
    )
    line, notes = period(setup.notes)
    return Sheet(used, data | {"period": line, "notes": notes, "signed_on": BLANK_DAY}, files)


def _begun(case: Case, file: str, title: str) -> tuple[dict[str, Any], Template, dict[str, bytes]]:
    """Fields of both notices, the template and the pictures."""
    setup = case.setup
    used = fields.found(setup, case.register, file)
    lay = template.layout(used, setup.paper, setup.orientation)
    subtitle = setup.subtitle or f"{case.place()} · 截至 {setup.as_of.isoformat()} 的登记"
    rows = [case.register.frames["compound"].loc[[case.id]], case.items, case.parties]
    data, files = fields.common(setup, case.register, lay, title=title, subtitle=subtitle, rows=rows)
    return data | common(case), used, files


def works(case: Case) -> list[dict[str, Any]]:
    """Works items: what, kind, quantity as the source gives it, planned dates no more exact than the plan."""
    return [
        {
            "name": item_name(item),
            "kind": WorkType(item["type_code"]).category.label,
            "quantity": dossier.amount(case, item) or "待定",
            "start": _planned(item, "planned_start"),
            "finish": _planned(item, "planned_finish"),
        }
        for _, item in case.items.iterrows()
    ]


def _planned(item: pd.Series, name: str) -> str:
    when = fuzzy(item, name)
    return "待定" if when.first is None else when.text()


def project(case: Case) -> str:
    """Name of the project as the notices head it: as typed, else made of the compound's."""
    if case.setup.kind is SheetKind.SITE_NOTICE and case.setup.title:
        return case.setup.title
    known = ("改造", "工程", "项目")
    return case.name if case.name.endswith(known) else f"{case.name}老旧小区改造工程"


def common(case: Case) -> dict[str, Any]:
    """What both notices say: project, place, parties, works, whole plan, and the line to ask at; blanks stay blank."""
    start, finish = dossier.whole_plan(case)
    return {
        "project": project(case),
        "place": case.place(),
        "address": case.told("address"),
        "parties": [{"role": role, "name": name} for role, name in cases.parties(case, contacts=False)],
        "works": works(case),
        "start": "待定" if start.first is None else start.text(),
        "finish": "待定" if finish.first is None else finish.text(),
        "contact": case.setup.contact.strip() or case.register.office.print.contact,
    }


def period(notes: str) -> tuple[str, list[str]]:
    """The line of the notice's period as typed into the notes, else blanks to fill in by hand; and the other notes."""
    lines = [line.strip() for line in notes.splitlines() if line.strip()]
    found = [line for line in lines if line.startswith("公示期")]
    return (found[0] if found else BLANK_PERIOD), [line for line in lines if line not in found[:1]]
