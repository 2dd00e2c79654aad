"""All that a register holds about one compound as of one day: what the sheets of one compound are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import heritage
from geodata.errors import BadValue
from geodata.honesty import Quantity
from geodata.vocabulary import (
    Approx,
    Audience,
    BoundaryStatus,
    DataStatus,
    Interruption,
    LineKind,
    PartyRole,
)
from geodata.wording import NO_ZONE, WALL_CAUTION, ZONES_CAUTION, day_text, fuzzy, missing, standing
from sheets import audience
from sheets.register import Register
from sheets.setup import Setup

NONE = "暂无记录"
WITHHELD = "不公开"


@dataclass(frozen=True, eq=False)
class Case:
    """Rows of one compound; `row` are its facts, `now` its state, `items` works items with their state columns.

    `reports` and `events` are those dated up to the day of the sheet that no other corrects. `absent` is what stands
    in place of a value that is not there: a public sheet cannot tell what is withheld from what is unknown.
    """

    setup: Setup
    register: Register
    id: str
    row: pd.Series
    now: pd.Series
    items: pd.DataFrame
    reports: pd.DataFrame
    events: pd.DataFrame
    permits: pd.DataFrame
    funding: pd.DataFrame
    parties: pd.DataFrame
    quotes: pd.DataFrame

    @property
    def name(self) -> str:
        """Name of the compound as it is stored."""
        return str(self.row["name"])

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

    def named(self, layer: str, column: str) -> str | None:
        """Name of the record of another layer that a column of the compound points to; None without one."""
        rows, key = self.register.frames[layer], self.row[column]
        return None if missing(key) or key not in rows.index else str(rows.loc[key, "name"])

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
    items = _of(register, "work_item", key)
    states = register.index().item_states(key, as_of=setup.as_of, rule=register.rule)
    day = pd.Timestamp(setup.as_of)
    reports = standing(register.frames["progress_report"])
    reports = reports[reports["work_item_id"].isin(items.index) & (reports["reported_on"] <= day)]
    events = standing(_of(register, "stage_event", key))
    events = events[~(events["occurred_from"].fillna(events["recorded_on"]) > day)]
    return Case(
        setup,
        register,
        key,
        row=compounds.loc[key],
        now=register.states(setup.as_of).loc[key],
        items=pd.concat(
            [items, states.reindex(items.index).drop(columns="compound_id")], axis="columns"
        ).sort_values(["phase", "type_code"], kind="stable"),
        reports=reports.sort_values("reported_on", kind="stable"),
        events=events.sort_values(["occurred_from", "recorded_on"], kind="stable"),
        permits=_permits(register, items.index),
        funding=_of(register, "funding", key),
        parties=_of(register, "party", key),
        quotes=_of(register, "reported_fact", key),
    )


def _permits(register: Register, items: pd.Index) -> pd.DataFrame:
    rows = register.frames["permit"]
    return rows[rows["work_item_id"].isin(items)]


def _of(register: Register, layer: str, compound_id: str) -> pd.DataFrame:
    rows = register.frames[layer]
    return rows[(rows["compound_id"] == compound_id).fillna(False)]


def since_text(case: Case) -> str:
    """Since when the present stage or interruption holds, no more exact than the record says; empty when unknown."""
    status = case.now["status"]
    code = status if status in (Interruption.SUSPENDED, Interruption.REMOVED) else case.now["stage"]
    rows = case.events[case.events["stage"] == code]
    if rows.empty:
        return ""
    when = fuzzy(rows.iloc[-1], "occurred")
    if when.first is None:
        return f"开始日期不详，{day_text(rows['recorded_on'].iloc[-1])} 登记"
    return f"自 {when.text()} 起"


def boundary(row: pd.Series) -> str:
    """Status of the boundary, and how well the place is known without one."""
    label = BoundaryStatus(row["boundary_status"]).label
    if row["boundary_status"] != BoundaryStatus.UNCERTAIN:
        return label
    known = row["position_uncertainty_m"]
    return f"{label}（{'不确定度不详' if missing(known) else f'±{known:,.0f} m'}），没有边界"


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
    rows = case.register.frames["reported_fact"]
    street = rows["compound_id"].isna() & (rows["street_code"] == case.row["street_code"])
    about = rows[street & (case.row["data_status"] == DataStatus.REPORTED)]
    return [_quote(row, "") for _, row in case.quotes.iterrows()] + [
        _quote(row, "（说的是所在街道，不单指这个楼院）") for _, row in about.iterrows()
    ]


def _quote(row: pd.Series, note: str) -> dict[str, str]:
    said = "" if missing(row["quantity"]) else f"：{_amount(row)}"
    caveat = "" if missing(row["caveat"]) else f"读数须知：{row['caveat']}"
    return {
        "quoted": str(row["quoted"]),
        "source": f"{row['subject']}{said} · {row['source']}{note}",
        "caveat": caveat,
    }


def _amount(row: pd.Series) -> str:
    unit = "" if missing(row["unit"]) else str(row["unit"])
    return Quantity(float(row["quantity"]), unit, Approx(row["approx"])).text()
