"""Blocks of the dossier of one compound as templates read them: what is known, in words, and what is not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.spans import spans
from geodata.honesty import FuzzyDate
from geodata.vocabulary import (
    FundSource,
    Light,
    Ownership,
    PermitKind,
    PermitStatus,
    ReportingStatus,
    Stage,
    WorkType,
)
from geodata.wording import (
    arrived_share,
    boundary,
    day_text,
    fuzzy,
    item_name,
    missing,
    money,
    programme,
    quantity,
    since,
)
from sheets import case as cases
from sheets import strips
from sheets.audience import PIPES
from sheets.case import NONE, WITHHELD, Case

DIMENSIONS = ("人文", "历史", "资源", "产业", "群众需求")
"""The five dimensions of the survey behind a strategy (reference §1, X30 一区一策)."""


def figures(case: Case) -> list[dict[str, Any]]:
    """The figures on top: value, unit, label, what it says, and whether it is an alarm."""
    return [_progress(case), _stage(case), _done(case), _households(case)]


def _figure(value: str, unit: str, label: str, note: str, *, alarm: bool = False) -> dict[str, Any]:
    return {"value": value, "unit": unit, "label": label, "note": note, "alarm": alarm}


def _progress(case: Case) -> dict[str, Any]:
    now = case.now
    if missing(now["progress_pct"]):
        return _figure("—", "", "形象进度", NONE)
    plan = "计划不详" if missing(now["planned_pct"]) else f"计划 {now['planned_pct']:.1f}%"
    gap = now["deviation_pp"]
    if not missing(gap) and round(gap, 1):
        plan += f"，{'落后' if gap < 0 else '超前'} {abs(gap):.1f} 个百分点"
    basis = "按预算加权" if now["weight_basis"] == "budget" else "各项等权"
    alarm = now["light"] == Light.DELAYED and now["light_rule"] == "R2"
    return _figure(f"{now['progress_pct']:.1f}", "%", f"形象进度（{basis}）", plan, alarm=alarm)


def _stage(case: Case) -> dict[str, Any]:
    now, status = case.now, ReportingStatus(case.now["status"])
    interrupted = status in (ReportingStatus.SUSPENDED, ReportingStatus.REMOVED)
    if missing(now["stage"]) and not interrupted:
        return _figure("—", "", "当前阶段", NONE)
    label = status.label if interrupted else Stage(now["stage"]).label
    note = since(case.now, case.events) or status.label
    return _figure(label, "", "当前阶段", note, alarm=status is ReportingStatus.SUSPENDED)


def _done(case: Case) -> dict[str, Any]:
    now = case.now
    if not now["items"]:
        return _figure("—", "", "完工工程项", "没有工程项记录")
    if not now["items_known"]:
        return _figure("—", f"/{now['items']} 项", "完工工程项", "各项进度不详")
    late, silent = int(now["items_overdue"]), int(now["items"] - now["items_known"])
    notes = [f"超期 {late} 项" if late else "", f"{silent} 项进度不详" if silent else ""]
    note = "，".join(part for part in notes if part) or "各项均有进度"
    return _figure(f"{now['items_completed']}", f"/{now['items']} 项", "完工工程项", note, alarm=bool(late))


def _households(case: Case) -> dict[str, Any]:
    row = case.row
    buildings = "楼栋不详" if missing(row["buildings"]) else f"{row['buildings']} 栋"
    built = "建成年份不详" if missing(row["built_year"]) else f"{row['built_year']} 年建成"
    if missing(row["households"]):
        return _figure("—", "", "户数", f"{NONE}；{buildings} · {built}")
    return _figure(f"{row['households']:,}", "户", "户数", f"{buildings} · {built}")


def facts(case: Case) -> list[dict[str, Any]]:
    """Identity of the compound: label and value; `wide` ones take a whole line."""
    short = [
        ("建筑面积", case.told("floor_area_m2", lambda value: f"{value:,.0f} m²")),
        ("结构与层数", _structure(case)),
        ("产权性质", case.told("ownership", lambda value: Ownership(value).label)),
        ("分包领导", case.told("leader")),
    ]
    wide = [
        ("地址", case.told("address")),
        ("曾用名", case.told("aliases")),
        ("改造计划", programme(case.record("estate", "estate_id")) or NONE),
        ("片区", case.named("renewal_area", "renewal_area_id") or "不在片区内"),
        ("物业服务", case.told("property_manager")),
        ("边界", boundary(case.row)),
        ("文物区划", cases.zones(case)),
        ("距残存城垣", cases.wall(case)),
        ("备注", case.told("note")),
    ]
    listed = [(label, value, False) for label, value in short] + [
        (label, value, True) for label, value in wide
    ]
    return [
        {"label": label, "value": value, "wide": is_wide, "none": value in (NONE, WITHHELD)}
        for label, value, is_wide in listed
    ]


def _structure(case: Case) -> str:
    parts = [case.told("structure"), case.told("storeys", lambda value: f"{value} 层")]
    known = [part for part in parts if part != NONE]
    return " · ".join(known) or NONE


def dimensions(case: Case) -> list[dict[str, str]]:
    """What is recorded of each of the five dimensions: facts whose subject begins with its name; else why none."""
    told = [(str(row["subject"]), str(row["quoted"])) for _, row in case.quotes.iterrows()]
    return [
        {
            "label": name,
            "value": "；".join(said for subject, said in told if subject.startswith(name))
            or case.absent("reported_fact"),
        }
        for name in DIMENSIONS
    ]


# ---- works ----------------------------------------------------------------------------------------------------


def days(case: Case) -> list[Any]:
    """All days that a strip chart of the compound must hold."""
    columns = [case.items[name] for name in ("planned_start_from", "planned_finish_to")]
    known = pd.concat(
        [
            *(column.dropna() for column in columns),
            case.events["occurred_from"].dropna(),
            case.reports["reported_on"],
        ]
    )
    return [day.date() for day in known]


def works(case: Case, scale: Any) -> list[dict[str, Any]]:
    """Works items in order of phase and type, each with its strip, figures and verdict."""
    above = case.reports[case.reports["progress_pct"] > 0]
    return [
        _item(case, item, above[above["work_item_id"] == key], scale) for key, item in case.items.iterrows()
    ]


def _item(case: Case, item: pd.Series, told: pd.DataFrame, scale: Any) -> dict[str, Any]:
    work, name = WorkType(item["type_code"]), item_name(item)
    start, finish = fuzzy(item, "planned_start"), fuzzy(item, "planned_finish")
    light = Light(item["light"])
    return {
        "name": name,
        "kind": " · ".join(
            (*((work.label,) if name != work.label else ()), work.category.label, f"{item['phase']} 期")
        ),
        "quantity": amount(case, item) or "工程量不详",
        "budget": money(item["budget_cny"]) or "预算不详",
        "planned": planned(start, finish),
        "pieces": strips.plan(start, finish, scale) + _worked(case, item, told, scale),
        "progress": None if missing(item["progress_pct"]) else round(float(item["progress_pct"]), 1),
        "due": None if missing(item["planned_pct"]) else round(float(item["planned_pct"]), 1),
        "light": light.value,
        "light_label": light.label,
        "reason": str(item["light_reason"]),
        "hold": bool(item["heritage_hold"]),
    }


def _worked(case: Case, item: pd.Series, told: pd.DataFrame, scale: Any) -> list[strips.Piece]:
    """From the first report above zero to the last, or to the day when the item was finished."""
    if told.empty:
        return []
    full = told[told["progress_pct"] >= 100]["reported_on"]
    done = len(full) > 0 and item["progress_pct"] >= 100
    until = (full if done else told["reported_on"]).iloc[0 if done else -1].date()
    begun = FuzzyDate.day(told["reported_on"].iloc[0].date())
    return strips.actual(begun, until, done=done, as_of=case.setup.as_of, scale=scale)


def amount(case: Case, item: pd.Series) -> str | None:
    """The quantity of a works item as the source gives it; 不公开 where pipes and cables are held back; else None."""
    told = quantity(item)
    return WITHHELD if told is None and case.is_public and item["type_code"] in PIPES else told


def planned(start: FuzzyDate, finish: FuzzyDate) -> str:
    """A planned span in words, each date no more exact than the plan; what is missing says so."""
    if start.first is None and finish.first is None:
        return "计划日期不详"
    begin = "开工日期不详" if start.first is None else start.text()
    end = "完工日期不详" if finish.first is None else finish.text()
    return f"{begin} → {end}"


def whole_plan(case: Case) -> tuple[FuzzyDate, FuzzyDate]:
    """Planned start and finish of all works together (see `analysis.spans`)."""
    frames = case.register.frames
    row = spans(
        pd.Index([case.id]),
        items=case.items,
        reports=frames["progress_report"],
        events=frames["stage_event"],
        states=case.register.states(case.setup.as_of),
        as_of=case.setup.as_of,
    ).loc[case.id]
    return fuzzy(row, "planned_start"), fuzzy(row, "planned_finish")


# ---- records --------------------------------------------------------------------------------------------------


def stages(case: Case) -> list[dict[str, str]]:
    """Stage events in order, with their evidence."""
    return [
        {
            "label": strips.STAGES[row["stage"]].label,
            "when": fuzzy(row, "occurred").text(),
            "evidence": "" if missing(row["evidence"]) else str(row["evidence"]),
        }
        for _, row in case.events.iterrows()
    ]


def lane(case: Case, scale: Any) -> list[strips.Piece]:
    """The stages as a strip."""
    dated = [(str(row["stage"]), fuzzy(row, "occurred")) for _, row in case.events.iterrows()]
    return strips.lane(dated, scale, until=case.setup.as_of)


def funding(case: Case) -> list[list[str]]:
    """Planned, arrived and paid per source and in all, with the share arrived of a known plan; empty without rows."""
    columns = ("planned_cny", "arrived_cny", "paid_cny")
    rows = [(FundSource(row["fund_source"]).label, row) for _, row in case.funding.iterrows()]
    if not rows:
        return []
    whole = {
        name: None if case.funding[name].isna().any() else float(case.funding[name].sum()) for name in columns
    }
    return [
        [label, *(money(row[name]) or "不详" for name in columns), arrived_share(row) or "—"]
        for label, row in (*rows, ("合计", whole))
    ]


def permits(case: Case) -> list[list[str]]:
    """Permits of the works items: kind, item, status, document and days."""
    names = {key: item_name(item) for key, item in case.items.iterrows()}
    return [
        [
            PermitKind(row["kind"]).label,
            names.get(row["work_item_id"], str(row["work_item_id"])),
            _permit_status(case, row),
            case.absent("permit", "document_no") if missing(row["document_no"]) else str(row["document_no"]),
        ]
        for _, row in case.permits.iterrows()
    ]


def _permit_status(case: Case, row: pd.Series) -> str:
    decided = day_text(row["decided_on"])
    later = decided is not None and decided > case.setup.as_of.isoformat()
    label = PermitStatus(row["status"]).label
    return f"{label}（{decided}，截至日尚未办结）" if later else f"{label} {decided}" if decided else label


def risks(case: Case) -> list[str]:
    """Why the light is as it is, what waits, what contradicts itself and what is not known."""
    now = case.now
    told = [f"{Light(now['light']).label}：{now['light_reason']}"]
    if now["heritage_hold"]:
        told.append("涉文物待批：有工程项的文物手续未办结")
    if now["contradiction"]:
        told.append("数据矛盾：阶段记录已验收，而有工程项进度不足 100%")
    undated = int((case.items["planned_start_from"].isna() | case.items["planned_finish_to"].isna()).sum())
    if undated:
        told.append(f"{undated} 项工程缺计划开工或完工日期")
    if now["items"] and now["items_known"] < now["items"]:
        told.append(f"{int(now['items'] - now['items_known'])} 项工程进度不详")
    return told
