"""Panels of the overview: four figures, legend, the card of a compound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cartography import swatch
from cartography import symbology as s
from geodata.store import Snapshot
from geodata.vocabulary import (
    Light,
    LineKind,
    Ownership,
    ReportingStatus,
    Stage,
    StageClass,
    Theme,
    ZoneClass,
)
from geodata.wording import boundary
from ui import compound_data, data
from ui.html import DASH, data_status, facts, many, missing, number, percent, tag, text

_TEN_THOUSAND = 10_000


def figures(total: pd.Series) -> str:
    """Four figures of what is shown: register, households, started, late; each with what it counts."""
    known = int(total["compounds"]) - int(total["compounds_unknown"])
    share = total["compounds_started"] / known if known else None
    lacking = int(total["households_missing"])
    judged = int(total["compounds"]) - int(total["compounds_unjudged"])
    cells = [
        (
            "",
            number(total["estates"]),
            "个小区" if total["estates"] < _TEN_THOUSAND else "个",
            "小区 / 楼院",
            f"{number(total['compounds'])} 个楼院，不含调出",
        ),
        (
            "",
            *many(total["households"], "户"),
            "户数",
            f"{lacking} 个楼院户数不详" if lacking else "户数齐全",
        ),
        (
            "",
            percent(share).removesuffix("%"),
            "%" if share is not None else "",
            "楼院开工占比",
            f"{total['compounds_started']} / {known}，另 {total['compounds_unknown']} 个无记录",
        ),
        (
            "alarm" if total["compounds_delayed"] else "",
            number(total["compounds_delayed"] if judged else None),
            "个" if judged else "",
            "严重滞后",
            f"另 {total['compounds_at_risk']} 个预警" if judged else "缺计划或记录，无法判断",
        ),
    ]
    body = "".join(
        f'<div class="{kind}"><div class="n{" long" if len(value) > 5 else ""}">{value}<small>{unit}</small></div>'
        f'<div class="l">{label}</div><div class="d">{note}</div></div>'
        for kind, value, unit, label, note in cells
    )
    return f'<div class="cy-figures">{body}</div>'


def legend(
    theme: Theme,
    counts: Mapping[str, int],
    *,
    hold: int,
    unplaced: int,
    zones: Mapping[ZoneClass, str],
) -> str:
    """Legend of a theme with the number of compounds shown per symbol, then wall, zones and what is not drawn."""
    rows = [
        f"<p class={swatch.key_class(symbol)}>{term.label}<i>{counts.get(term.value, 0)}</i></p>"
        for term, symbol in s.symbols(theme).items()
        if term is not Light.HERITAGE_HOLD
    ]
    rows.append(f"<p class={swatch.key_class(s.HOLD)}>涉文物待批（叠加）<i>{hold}</i></p>")
    for kind in (LineKind.SURVIVING_WALL, LineKind.CIRCUIT):
        rows.append(f"<p>{swatch.line(s.WALL[kind])}{kind.label}</p>")
    rows.append(f"<p>{swatch.area(s.REFERENCE)}墙侧20米（示意）</p>")
    rows += [f"<p>{swatch.area(s.ZONES[kind])}{text(label)}</p>" for kind, label in zones.items()]
    steps = "".join(swatch.area(step) for step in s.CHOROPLETH[1::2])
    wide = f'<p class="wide">缩小后：街道底色 {steps} 为楼院开工占比，圆大小为户数。<br>虚线圆：只知大致位置。{unplaced} 个楼院无边界，见“无边界”。</p>'
    return f'<div class="cy-legend cy-key">{"".join(rows)}{wide}</div>'


def status_tags(row: pd.Series, now: pd.Series) -> str:
    """Status, warning light, hold and data status of a compound as tags."""
    tags = [
        tag(ReportingStatus(now["status"]).label, s.STAGE_LOCAL[ReportingStatus(now["status"])]),
        tag(Light(now["light"]).label, s.WARNING[Light(now["light"])]),
    ]
    if now["status"] == ReportingStatus.UNKNOWN:
        tags = [tag(ReportingStatus.UNKNOWN.label, s.STAGE[StageClass.UNKNOWN])]
    if now["heritage_hold"]:
        tags.append(tag(Light.HERITAGE_HOLD.label, s.HOLD, kind="hold"))
    tags.append(data_status(row["data_status"]))
    return f'<div class="cy-tags">{"".join(tags)}</div>'


def card(snap: Snapshot, compound_id: str, now: pd.Series) -> str:
    """Key facts of one compound."""
    row = data.frame(snap, "compound").loc[compound_id]
    street = data.names(snap, "street_office").get(row["street_code"], row["street_code"])
    estate = data.names(snap, "estate").get(row["estate_id"]) if not missing(row["estate_id"]) else None
    head = (
        f'<div class="cy-title">{text(row["name"])}<small>{text(street)}{_estate(estate, row)}</small></div>'
    )
    rows = [
        ("当前阶段", Stage(now["stage"]).label if not missing(now["stage"]) else None),
        ("形象进度", _progress(now)),
        ("判断依据", now["light_reason"]),
        ("户数", None if missing(row["households"]) else number(row["households"], " 户")),
        ("楼栋 / 建成", _pair(row["buildings"], "栋", row["built_year"], "年")),
        (
            "片区",
            data.names(snap, "renewal_area").get(row["renewal_area_id"])
            if not missing(row["renewal_area_id"])
            else "不在片区内",
        ),
        ("分包领导", row["leader"]),
        ("边界", boundary(row)),
        ("距残存城垣", _wall(snap, compound_id)),
        (
            "最近填报",
            None if missing(now["last_reported_on"]) else now["last_reported_on"].date().isoformat(),
        ),
    ]
    return head + status_tags(row, now) + facts(rows)


def _estate(estate: str | None, row: pd.Series) -> str:
    return f" · 所属小区 {text(estate)}" if estate and estate != row["name"] else ""


def _progress(now: pd.Series) -> str | None:
    if missing(now["progress_pct"]):
        return None
    plan = "" if missing(now["planned_pct"]) else f"，计划 {now['planned_pct']:.0f}%"
    return f"{now['progress_pct']:.0f}%{plan}（{now['items_completed']}/{now['items']} 项完工）"


def _pair(first: Any, first_unit: str, second: Any, second_unit: str) -> str | None:
    if missing(first) and missing(second):
        return None
    return (
        f"{number(first, f' {first_unit}')} / {DASH if missing(second) else f'{int(second)} {second_unit}'}"
    )


def _wall(snap: Snapshot, compound_id: str) -> str:
    distance = compound_data.wall_distances(snap).get(compound_id)
    if missing(distance):
        return "没有边界，无法量算"
    return f"约 {distance:,.0f} m（到示意线，不是到遗址；遗址约 25 km²）"


def ownership(value: Any) -> str | None:
    """Label of an ownership code; None when unknown."""
    return None if missing(value) else Ownership(value).label


def counts_by(theme: Theme, states: pd.DataFrame, visible: pd.Series) -> dict[str, int]:
    """How many visible compounds carry each code of a theme."""
    return states.loc[visible.to_numpy(), s.THEME_COLUMN[theme]].value_counts().to_dict()
