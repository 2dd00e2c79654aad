"""Heading and figures of a dossier: name, place, status, and the five numbers a planner asks for first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geodata.vocabulary import Light, ReportingStatus, Stage
from geodata.wording import money
from ui import case, data, panels
from ui.case import Case
from ui.html import DASH, UNKNOWN, missing, number, text


def title(subject: Case) -> str:
    """Name, place, status tags with their reason, and whether a past day is shown."""
    row, snap = subject.row, subject.snap
    place = [data.names(snap, "street_office").get(row["street_code"], row["street_code"])]
    for column, layer in (("community_code", "community"), ("estate_id", "estate")):
        known = data.names(snap, layer).get(row[column])
        if known and known != subject.name:
            place.append(f"所属小区 {known}" if layer == "estate" else known)
    past = ""
    if subject.is_past:
        later = f"，之后另有 {subject.later} 条记录未列" if subject.later else ""
        past = f'<div class="cy-past">状态截至 {subject.as_of.isoformat()}；属性、边界、资金与手续按现有记录{later}</div>'
    reason = f'<span class="cy-reason">{text(subject.now["light_reason"])}</span>'
    tags = panels.status_tags(row, subject.now).replace("</div>", f"{reason}</div>")
    printed = f"截至 {subject.as_of.isoformat()} · 修订 {snap.revision}"
    return (
        f'<div class="cy-title">{text(subject.name)}<small>{text(" · ".join(place))}</small>'
        f'<small class="cy-print">{printed}</small></div>{tags}{past}'
    )


def figures(subject: Case) -> str:
    """Five figures on top, each with what it says."""
    cells = (_progress(subject), _stage(subject), _done(subject), _paid(subject), _households(subject))
    body = "".join(
        f'<div class="{kind}"><div class="n">{text(value)}<small>{text(unit)}</small></div>'
        f'<div class="l">{text(label)}</div><div class="d">{text(note)}</div></div>'
        for kind, value, unit, label, note in cells
    )
    return f'<div class="cy-figures five">{body}</div>'


_Cell = tuple[str, str, str, str, str]


def _progress(subject: Case) -> _Cell:
    now = subject.now
    if missing(now["progress_pct"]):
        return "", DASH, "", "形象进度", UNKNOWN
    plan = "计划不详" if missing(now["planned_pct"]) else f"计划 {now['planned_pct']:.0f}%"
    gap = now["deviation_pp"]
    if not missing(gap):
        plan += (
            f"，{'落后' if gap < 0 else '超前'} {abs(gap):.1f} 个百分点" if round(gap, 1) else "，与计划一致"
        )
    basis = "按预算加权" if now["weight_basis"] == "budget" else "各项等权"
    kind = "alarm" if now["light"] == Light.DELAYED and now["light_rule"] == "R2" else ""
    return kind, f"{now['progress_pct']:.0f}", "%", f"形象进度（{basis}）", plan


def _stage(subject: Case) -> _Cell:
    now, status = subject.now, ReportingStatus(subject.now["status"])
    interrupted = status in (ReportingStatus.SUSPENDED, ReportingStatus.REMOVED)
    if missing(now["stage"]) and not interrupted:
        return "", DASH, "", "当前阶段", UNKNOWN
    label = status.label if interrupted else Stage(now["stage"]).label
    kind = "alarm" if status is ReportingStatus.SUSPENDED else ""
    return kind, label, "", "当前阶段", case.since_text(subject) or status.label


def _done(subject: Case) -> _Cell:
    now = subject.now
    if not now["items"]:
        return "", DASH, "", "完工工程项", "没有工程项记录"
    if not now["items_known"]:
        return "", DASH, f"/{now['items']} 项", "完工工程项", "各项进度不详"
    late, silent = int(now["items_overdue"]), int(now["items"] - now["items_known"])
    notes = [f"超期 {late} 项" if late else "", f"{silent} 项进度不详" if silent else ""]
    note = "，".join(part for part in notes if part) or "各项均有进度"
    return "alarm" if late else "", f"{now['items_completed']}", f"/{now['items']} 项", "完工工程项", note


def _paid(subject: Case) -> _Cell:
    paid, planned = (_sum(subject.funding, column) for column in ("paid_cny", "planned_cny"))
    if paid is None:
        return "", DASH, "", "资金支付", UNKNOWN
    note = "计划不详" if planned is None else f"计划 {money(planned)}"
    return "", number(paid / 10_000, digits=1), "万元", "资金支付", note


def _sum(rows: pd.DataFrame, column: str) -> Any:
    known = rows[column]
    return None if known.empty or known.isna().any() else float(known.sum())


def _households(subject: Case) -> _Cell:
    row = subject.row
    buildings = "楼栋不详" if missing(row["buildings"]) else f"{row['buildings']} 栋"
    built = "" if missing(row["built_year"]) else f" · {row['built_year']} 年建成"
    if missing(row["households"]):
        return "", DASH, "", "户数", f"{UNKNOWN}；{buildings}{built}"
    return "", number(row["households"]), "户", "户数", f"{buildings}{built}"
