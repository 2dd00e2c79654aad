"""All that a register holds about one compound as of one day: what the sheets of one compound are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import dossier, heritage
from analysis.dossier import Dossier
from geodata.errors import BadValue
from geodata.vocabulary import Audience, LineKind, PartyRole
from geodata.wording import NO_ZONE, WALL_CAUTION, ZONES_CAUTION, missing, reported
from sheets import audience
from sheets.register import Register
from sheets.setup import Setup

NONE = "暂无记录"
WITHHELD = "不公开"


@dataclass(frozen=True, eq=False)
class Case(Dossier):
    """A dossier as a sheet tells it: items in order of phase and type, reports and events that no other corrects.

    `absent` is what stands in place of a value that is not there: a public sheet cannot tell what is withheld from
    what is unknown.
    """

    setup: Setup
    register: Register

    @property
    def is_public(self) -> bool:
        """Whether the sheet is for the public."""
        return self.setup.audience is Audience.PUBLIC

    def absent(self, layer: str, column: str | None = None) -> str:
        """What stands where a layer, or a column of it, gives nothing: 暂无记录, or 不公开 where it is held back."""
        return WITHHELD if audience.held_back(self.setup, layer, column) else NONE

    def told(self, column: str, write: Callable[[Any], str] = str) -> str:
        """A fact of the compound as text; without one what is said of its absence."""
        value = self.row[column] if column in self.row.index else None
        return self.absent("compound", column) if missing(value) or value == "" else write(value)

    def record(self, layer: str, column: str) -> pd.Series | None:
        """The record of another layer that a column of the compound points to; None without one."""
        rows, key = self.register.frames[layer], self.row[column]
        return None if missing(key) or key not in rows.index else rows.loc[key]

    def named(self, layer: str, column: str) -> str | None:
        """Name of the record of another layer that a column of the compound points to; None without one."""
        record = self.record(layer, column)
        return None if record is None else str(record["name"])

    def place(self) -> str:
        """Street office, community and estate, as far as known."""
        layers = (("street_office", "street_code"), ("community", "community_code"), ("estate", "estate_id"))
        names = [self.named(layer, column) for layer, column in layers]
        return " · ".join(dict.fromkeys(name for name in names if name and name != self.name))

    def records(self) -> list[pd.DataFrame]:
        """Every record of the compound, its own first."""
        listed = (
            self.items,
            self.reports,
            self.events,
            self.permits,
            self.funding,
            self.parties,
            self.quotes,
        )
        return [self.register.frames["compound"].loc[[self.id]], *listed]


def load(setup: Setup, register: Register) -> Case:
    """The compound that a sheet is about. Raises BadValue when none is chosen, or it is not in the register."""
    key, compounds = setup.selected, register.frames["compound"]
    if not key:
        raise BadValue(f"“{setup.kind.label}”只讲一个楼院：请先在地图或清单里选中一个楼院，再出这张图。")
    if key not in compounds.index:
        raise BadValue(f"登记里没有楼院“{key[:60]}”，可能已归档或改了编号；请重新选一个楼院。")
    found = dossier.gather(
        key,
        frame=register.frames.__getitem__,
        own=lambda layer: register.rows_of(layer, key),
        states=register.states(setup.as_of),
        item_states=register.index().item_states(key, as_of=setup.as_of, rule=register.rule),
        as_of=setup.as_of,
    )
    told = {
        "items": found.items.sort_values(["phase", "type_code"], kind="stable"),
        "reports": found.standing(found.reports),
        "events": found.standing(found.events),
    }
    return Case(**vars(found) | told, setup=setup, register=register)


def zones(case: Case) -> str:
    """Zones that the boundary touches, with the caution that goes with them; without a boundary no answer."""
    if case.is_public:
        return WITHHELD
    shape = case.register.metric("compound").loc[[case.id]]
    if shape.geometry.isna().all():
        return "没有边界，无法判断"
    names = []
    for layer in ("heritage_zone", "reference_area"):
        area = case.register.metric(layer)
        names += [str(area.loc[key, "name"]) for key in heritage.touched(shape, area)["area_id"]]
    return f"{'、'.join(names)}。{ZONES_CAUTION}" if names else NO_ZONE


def wall(case: Case) -> str:
    """Distance to the surviving wall as drawn, and what it is not."""
    if case.is_public:
        return WITHHELD
    shape = case.register.metric("compound").loc[[case.id]]
    if shape.geometry.isna().all():
        return "没有边界，无法量算"
    lines = case.register.metric("heritage_line")
    distance = heritage.wall_distance(shape, lines[lines["kind"] == LineKind.SURVIVING_WALL])[case.id]
    return "没有城垣线数据，无法量算" if missing(distance) else f"约 {distance:,.0f} m。{WALL_CAUTION}"


def parties(case: Case, *, contacts: bool) -> list[tuple[str, str]]:
    """Organisations by role, the four that build first; such a role without any says so.

    `contacts` adds stored persons, and those who build nothing; without it the list is fit for everybody.
    """
    found = {
        role: [_party(row, contacts) for _, row in case.parties[case.parties["role"] == role].iterrows()]
        for role in PartyRole
    }
    others = [role for role in PartyRole if contacts and found[role] and role not in audience.WORKS_PARTIES]
    return [(role.label, "、".join(found[role]) or NONE) for role in (*audience.WORKS_PARTIES, *others)]


def _party(row: pd.Series, contacts: bool) -> str:
    person = row["contact"] if contacts and "contact" in row.index else None
    return str(row["organisation"]) if missing(person) else f"{row['organisation']}（{person}）"


def quotes(case: Case) -> list[dict[str, str]]:
    """Reported facts exactly as printed, each with what it says, its source and what to mind in reading it."""
    return [_quote(row, "") for _, row in case.quotes.iterrows()] + [
        _quote(row, "（说的是所在街道，不单指这个楼院）") for _, row in case.street_quotes.iterrows()
    ]


def _quote(row: pd.Series, note: str) -> dict[str, str]:
    caveat = "" if missing(row["caveat"]) else f"读数须知：{row['caveat']}"
    return {
        "quoted": str(row["quoted"]),
        "source": f"{reported(row)} · {row['source']}{note}",
        "caveat": caveat,
    }
