"""What the columns of one row say against each other and against the day, kind by kind; and reports in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from geodata.importers.issues import Issue, Problem, issue
from geodata.importers.known import Known
from geodata.importers.lines import Change
from geodata.vocabulary import WorkType

if TYPE_CHECKING:
    from geodata.importers.rows import RowReader

_CENT = 0.005


def check_row(row: RowReader, change: Change) -> None:
    """Find contradictions in a row that changes something. Errors reject it, warnings do not."""
    for check in _CHECKS.get(row.kind.code, ()):
        for problem, field, message, value in check(change, row.terms.today):
            row.note(problem, message, field=field, value=value)
    if row.kind.code == "compound" and change.stored is not None and change.values.get("street_code"):
        _other_street(row, change, change.values["street_code"])


def _other_street(row: RowReader, change: Change, street: str) -> None:
    """A compound does not move: its new street office against its own community and its own boundary."""
    known, told = row.known, row.known.label("street_office", street)
    community, boundary = change.now("community_code"), change.boundary
    communities, streets = known.frames["community"], known.frames["street_office"]
    if community in communities.index and communities.at[community, "street_code"] != street:
        where = f"所属社区“{known.label('community', community)}”不属于该街道"
        text = f"街道改为“{told}”，而{where}；请核对街道或社区"
        row.note(Problem.CONTRADICTION, text, field="street_code", value=told)
    boundary = boundary if boundary is not None or change.stored is None else change.stored.boundary
    of = streets.at[street, "geometry"] if street in streets.index else None
    if boundary is not None and of is not None and not of.intersects(boundary.representative_point()):
        text = f"街道改为“{told}”，而楼院的边界不在该街道内；请核对街道或边界"
        row.note(Problem.CONTRADICTION, text, field="street_code", value=told)


Found = Iterable[tuple[Problem, str, str, Any]]


def _dates(change: Change, today: date) -> Found:
    start, finish = change.now("planned_start_from"), change.now("planned_finish_to")
    if start is not None and finish is not None and start > finish:
        text = f"计划开工（{start}）晚于计划完工（{finish}）；请改正其中之一"
        yield Problem.REVERSED_DATES, "planned_start", text, str(start)


def _unit(change: Change, today: date) -> Found:
    unit, code = change.now("unit"), change.now("type_code")
    usual = WorkType(code).unit if code in list(WorkType) else None
    if unit and usual and unit != usual:
        text = f"单位“{unit}”与{WorkType(code).label}的常用单位“{usual}”不同，请核对工程量"
        yield Problem.OTHER_UNIT, "unit", text, unit


def _reported(change: Change, today: date) -> Found:
    on = change.now("reported_on")
    if on is not None and on > today:
        yield Problem.FUTURE_DATE, "reported_on", f"填报日期 {on} 在业务日期 {today} 之后", str(on)


def _occurred(change: Change, today: date) -> Found:
    first = change.now("occurred_from")
    if first is not None and first > today:
        text = f"发生日期 {first} 在业务日期 {today} 之后；计划中的事请填到工程台账的计划日期"
        yield Problem.FUTURE_DATE, "occurred", text, str(first)


def _money(change: Change, today: date) -> Found:
    planned, arrived, paid = (change.now(name) for name in ("planned_cny", "arrived_cny", "paid_cny"))
    pairs = (
        ("arrived_cny", "到位", arrived, "计划", planned),
        ("paid_cny", "支付", paid, "计划", planned),
        ("paid_cny", "支付", paid, "到位", arrived),
    )
    for field, what, more, than, less in pairs:
        if more is not None and less is not None and more > less + _CENT:
            text = f"{what} {more:,.0f} 元，大于{than} {less:,.0f} 元，请核对"
            yield Problem.OVER_PLAN, field, text, more


def _effect(change: Change, today: date) -> Found:
    first, last = change.now("effective_from"), change.now("effective_to")
    if first is not None and last is not None and first > last:
        text = f"施行日期（{first}）晚于失效日期（{last}）；请改正其中之一"
        yield Problem.REVERSED_DATES, "effective_from", text, str(first)


def _households(change: Change, today: date) -> Found:
    households, buildings = change.now("households"), change.now("buildings")
    if households == 0 and buildings:
        text = f"有 {buildings} 栋楼而户数填 0，请核对；不知道的留空，不填 0"
        yield Problem.CONTRADICTION, "households", text, households
    if households and buildings == 0:
        yield Problem.CONTRADICTION, "buildings", f"有 {households} 户而楼栋数为 0，请核对", buildings


_CHECKS: dict[str, tuple[Callable[[Change, date], Found], ...]] = {
    "compound": (_households,),
    "work_item": (_dates, _unit),
    "progress_report": (_reported,),
    "stage_event": (_occurred,),
    "funding": (_money,),
    "heritage_zone": (_effect,),
}


def falling_back(accepted: list[Change], known: Known) -> list[Issue]:
    """Warnings for reports of the file whose cumulative figures are below those of an earlier day."""
    if known.kind.code != "progress_report":
        return []
    replaced = {change.stored.id for change in accepted if change.stored is not None and change.values}
    series: dict[str, list[tuple[date, int, Any, Callable[[str], Any]]]] = defaultdict(list)
    for at, one in enumerate(known.records.values()):
        if not one.archived and one.id not in replaced:
            entry = (one.values["reported_on"], at, None, one.values.get)
            series[one.values["work_item_id"]].append(entry)
    for at, change in enumerate(accepted, start=len(known.records)):
        if change.values:
            series[change.now("work_item_id")].append((change.now("reported_on"), at, change, change.now))
    found: list[Issue] = []
    for entries in series.values():
        if any(entry[2] is not None for entry in entries):
            found += _falls(sorted(entries, key=lambda entry: entry[:2]))
    return sorted(found, key=lambda one: one.row or 0)


def _falls(entries: list[tuple[date, int, Any, Callable[[str], Any]]]) -> Iterable[Issue]:
    for name, label, unit in (("progress_pct", "形象进度", "%"), ("paid_cny", "累计支付", " 元")):
        highest, since = None, None
        for on, _, change, now in entries:
            value = now(name)
            if value is None:
                continue
            if highest is not None and value < highest - _CENT and change is not None:
                text = f"{label} {value:,g}{unit}，小于 {since} 填报的 {highest:,g}{unit}，请核对"
                yield issue(Problem.FALLS_BACK, text, row=change.row, field=name, value=value)
            if highest is None or value > highest:
                highest, since = value, on
