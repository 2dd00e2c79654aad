"""Blocks of a dossier: each says what is known, from which source, and whether it is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cartography import swatch, timeline
from cartography import symbology as s
from geodata.vocabulary import (
    DataStatus,
    FundSource,
    Ownership,
    PartyRole,
    PermitKind,
    PermitStatus,
)
from geodata.wording import (
    NO_ZONE,
    WALL_CAUTION,
    ZONES_CAUTION,
    arrived_share,
    boundary,
    day_text,
    fuzzy,
    item_name,
    money,
    programme,
    reported,
)
from ui import compound_data, data
from ui.boundary_saves import review_text
from ui.case import Case
from ui.html import DASH, UNKNOWN, data_status, missing, number, table, text
from ui.timeline import STAGES

_SHOWN = 6


def provenance(rows: pd.DataFrame | pd.Series) -> str:
    """Source and data status of a block, each once."""
    if isinstance(rows, pd.Series):
        listed, statuses = [rows["source"]], {rows["data_status"]}
    else:
        listed, statuses = list(dict.fromkeys(rows["source"])), set(rows["data_status"])
    sources = "、".join(text(source) for source in listed)
    tags = "".join(data_status(term) for term in DataStatus if term in statuses)
    return f'<span class="cy-source">来源：{sources}{tags}</span>' if sources else ""


def section(title: str, body: str, *, rows: pd.DataFrame | pd.Series | None = None, note: str = "") -> str:
    """A block with its heading, its note and its source."""
    source = "" if rows is None or not len(rows) else provenance(rows)
    small = f"<small>{text(note)}</small>" if note else ""
    return f'<section class="cy-block"><div class="cy-section">{text(title)}{small}{source}</div>{body}</section>'


def empty(message: str = UNKNOWN) -> str:
    """What stands in a block without rows."""
    return f'<div class="cy-empty">{text(message)}</div>'


# ---- facts ----------------------------------------------------------------------------------------------------


def facts(case: Case) -> str:
    """Register facts; what is unknown says so."""
    row, snap = case.row, case.snap
    short = [
        ("户数", number(row["households"], " 户")),
        ("楼栋", number(row["buildings"], " 栋")),
        ("建成年份", None if missing(row["built_year"]) else f"{int(row['built_year'])} 年"),
        ("建筑面积", number(row["floor_area_m2"], " m²")),
        ("结构类型", row["structure"]),
        ("层数", number(row["storeys"], " 层")),
        ("产权性质", None if missing(row["ownership"]) else Ownership(row["ownership"]).label),
        ("分包领导", row["leader"]),
    ]
    estate = _record(snap, "estate", row["estate_id"])
    wide = [
        ("曾用名", row["aliases"]),
        ("地址", row["address"]),
        ("物业服务", row["property_manager"]),
        ("改造计划", programme(estate)),
        ("片区", _name(_record(snap, "renewal_area", row["renewal_area_id"]), "不在片区内")),
        ("边界", boundary(row)),
        ("描绘与复核", None if missing(row["geometry"]) else review_text(row)),
        ("文物区划", _zones(case)),
        ("距残存城垣", wall(case)),
        ("备注", row["note"]),
    ]
    pairs = "".join(_pair(label, value) for label, value in short)
    lines = "".join(_pair(label, value, wide=True) for label, value in wide)
    return section("基本情况", f'<dl class="cy-facts two">{pairs}{lines}</dl>', rows=row)


def _pair(label: str, value: Any, *, wide: bool = False) -> str:
    unknown = missing(value) or value in ("", DASH)
    shown = f'<dd class="none">{UNKNOWN}</dd>' if unknown else f"<dd>{text(value)}</dd>"
    return f'<div class="{"wide" if wide else ""}"><dt>{text(label)}</dt>{shown}</div>'


def _record(snap: Any, layer: str, record_id: Any) -> pd.Series | None:
    rows = data.frame(snap, layer)
    return None if missing(record_id) or record_id not in rows.index else rows.loc[record_id]


def _name(record: pd.Series | None, otherwise: str | None = None) -> str | None:
    return otherwise if record is None else str(record["name"])


def _zones(case: Case) -> str:
    """Zones that the boundary touches; without a boundary there is no answer."""
    if missing(case.row["geometry"]):
        return "没有边界，无法判断"
    names = {**data.names(case.snap, "heritage_zone"), **data.names(case.snap, "reference_area")}
    touched = data.zones_of(case.snap).get(case.id)
    found = (
        [names.get(zone, zone) for zone in sorted(touched)] if isinstance(touched, set | frozenset) else []
    )
    return f"{'、'.join(found)}。{ZONES_CAUTION}" if found else NO_ZONE


def wall(case: Case) -> str:
    """Distance to the surviving wall, and what it is not."""
    if missing(case.row["geometry"]):
        return "没有边界，无法量算"
    distance = compound_data.wall_distances(case.snap).get(case.id)
    if missing(distance):
        return "没有城垣线数据，无法量算"
    return f"约 {distance:,.0f} m。{WALL_CAUTION}"


# ---- stages ---------------------------------------------------------------------------------------------------


def stages(case: Case) -> str:
    """Stage events in order, fuzzy dates as fuzzy as they are; corrected ones struck through."""
    rows = [_stage(case, row) for _, row in case.events.iterrows()]
    if not rows:
        return section("阶段记录", empty("没有阶段记录，不等于未开工。"))
    body = table(("阶段", "发生日期", "依据"), rows)
    return section("阶段记录", body, rows=case.events)


def _stage(case: Case, row: pd.Series) -> tuple[Any, ...]:
    when = fuzzy(row, "occurred")
    recorded = f"<small>登记 {day_text(row['recorded_on'])} {text(row['recorded_by'])}</small>"
    mark = swatch.mark(s.STAGE[timeline.stage_class(row["stage"])])
    parts = [f"{mark}{text(STAGES[row['stage']].label)}", f"{text(when.text())}{recorded}"]
    evidence = DASH if missing(row["evidence"]) else text(row["evidence"])
    note = "" if missing(row["note"]) else f"<small>{text(row['note'])}</small>"
    corrects = "" if missing(row["corrects_id"]) else "<small>更正此前的记录</small>"
    return tuple((_struck(case, row, part),) for part in (*parts, evidence + note + corrects))


def _struck(case: Case, row: pd.Series, markup: str) -> str:
    return f'<s title="已被更正">{markup}</s>' if row.name in case.corrected else markup


# ---- progress -------------------------------------------------------------------------------------------------


def progress(case: Case) -> str:
    """Weighted curve of plan and actual, then the reports; corrected ones struck through."""
    count = len(case.reports)
    if not count:
        return section("进度填报", empty("没有进度填报。打开“编辑”可以填报。"))
    newest = case.reports.iloc[::-1]
    body = _curve(case) + _reports(case, newest.head(_SHOWN))
    if count > _SHOWN:
        body += f"<details><summary>更早的 {count - _SHOWN} 条填报</summary>{_reports(case, newest.iloc[_SHOWN:])}</details>"
    corrections = int(case.reports["corrects_id"].notna().sum())
    note = f"{count} 条" + (f"，含 {corrections} 条更正" if corrections else "")
    return section("进度填报", body, rows=case.reports, note=note)


def _curve(case: Case) -> str:
    frame = compound_data.curve(case.snap, case.as_of, case.id)
    if frame.empty:
        return '<div class="cy-note">没有同时具备计划日期和进度的工程项，不画曲线。</div>'
    days = [stamp.date() for stamp in frame["date"]]
    axis = timeline.axis_of(days, as_of=case.as_of)
    lines = [
        [(day, float(value)) for day, value in zip(days, frame[column], strict=True) if not missing(value)]
        for column in ("planned_pct", "actual_pct")
    ]
    picture = timeline.curve(*lines, axis, as_of=case.as_of)
    labels = "".join(
        f'<span class="{"y" if tick.is_year else ""}" style="left:{tick.at:.2f}%">{tick.label}</span>'
        for tick in timeline.ticks(axis)
    )
    basis = "按预算加权" if frame.attrs["weight_basis"] == "budget" else "各项等权"
    note = f"{basis}，{frame.attrs['items_drawn']} / {frame.attrs['items']} 项有计划与进度。虚线计划，实线实际，竖线截至日。"
    return (
        f'<div class="cy-plot"><div class="cy-plot-y"><span>100%</span><span>50%</span><span>0</span></div>'
        f'<div>{picture}<div class="cy-g-axis">{labels}</div></div></div><div class="cy-note">{note}</div>'
    )


def _reports(case: Case, rows: pd.DataFrame) -> str:
    names = {code: item_name(item) for code, item in case.items.iterrows()}
    cells = [_report(case, row, names) for _, row in rows.iterrows()]
    return table(("填报日期", "工程项", "形象进度", "累计支付", "登记"), cells, numeric=(2, 3))


def _report(case: Case, row: pd.Series, names: dict[str, str]) -> tuple[Any, ...]:
    what = text(names.get(row["work_item_id"], row["work_item_id"]))
    note = "" if missing(row["note"]) else f"<small>{text(row['note'])}</small>"
    corrects = row["corrects_id"]
    if not missing(corrects) and corrects in case.reports.index:
        former = case.reports.loc[corrects]
        note += f"<small>更正 {day_text(former['reported_on'])} 填报的 {former['progress_pct']:g}%</small>"
    parts = (
        text(day_text(row["reported_on"])),
        what + note,
        f"{row['progress_pct']:g}%",
        text(money(row["paid_cny"]) or DASH),
        f"{text(day_text(row['recorded_on']))} {text(row['recorded_by'])}",
    )
    return tuple((_struck(case, row, part),) for part in parts)


# ---- permits, money, people -----------------------------------------------------------------------------------


def permits(case: Case) -> str:
    """Permits per works item, with what was so on the day."""
    names = {code: item_name(item) for code, item in case.items.iterrows()}
    rows = [_permit(case, row, names) for _, row in case.permits.iterrows()]
    if not rows:
        return section("许可与文物手续", empty("没有手续记录，不等于无需办理。"))
    body = table(("种类", "工程项", "状态", "文号与日期"), rows)
    return section("许可与文物手续", body, rows=case.permits)


def _permit(case: Case, row: pd.Series, names: dict[str, str]) -> tuple[Any, ...]:
    status = PermitStatus(row["status"])
    is_open = status is not PermitStatus.GRANTED
    hold = swatch.mark(s.HOLD) if is_open and row["kind"] != PermitKind.PLANNING else ""
    later = not missing(row["decided_on"]) and row["decided_on"].date() > case.as_of
    label = text(status.label) + ("<small>截至日尚未办结</small>" if later else "")
    days = [
        f"{word} {day_text(row[column])}"
        for word, column in (("报送", "submitted_on"), ("办结", "decided_on"))
        if not missing(row[column])
    ]
    document = DASH if missing(row["document_no"]) else text(row["document_no"])
    return (
        PermitKind(row["kind"]).label,
        names.get(row["work_item_id"], row["work_item_id"]),
        (hold + label,),
        (f"{document}<small>{text('　'.join(days))}</small>",),
    )


def funding(case: Case) -> str:
    """Planned, arrived and paid per source; a share only against a known plan."""
    if case.funding.empty:
        return section("资金", empty())
    columns = ("planned_cny", "arrived_cny", "paid_cny")
    rows = [
        (
            FundSource(row["fund_source"]).label,
            *(money(row[column]) for column in columns),
            arrived_share(row),
        )
        for _, row in case.funding.iterrows()
    ]
    totals = {column: _total(case.funding[column]) for column in columns}
    rows.append(("合计", *(money(totals[column]) for column in columns), arrived_share(totals)))
    body = table(("来源", "计划", "到位", "支付", "到位率"), rows, numeric=(1, 2, 3, 4), marked=len(rows) - 1)
    return section("资金", body, rows=case.funding)


def _total(values: pd.Series) -> float | None:
    """Sum, or nothing when any part is unknown."""
    return None if values.isna().any() else float(values.sum())


def parties(case: Case) -> str:
    """Who builds, designs, supervises and manages."""
    if case.parties.empty:
        return section("参建单位", empty())
    rows = [
        (PartyRole(row["role"]).label, row["organisation"], row["contact"])
        for _, row in case.parties.iterrows()
    ]
    return section("参建单位", table(("角色", "单位", "联系人"), rows), rows=case.parties)


def quotes(case: Case) -> str:
    """Reported facts exactly as printed; no row or rate is made of them.

    A compound that was itself reported also shows what was said of its street office.
    """
    body = "".join(_quote(row) for _, row in case.quotes.iterrows())
    if len(case.street_quotes):
        body += '<div class="cy-note">所在街道的报道（不单指这个楼院）：</div>'
        body += "".join(_quote(row) for _, row in case.street_quotes.iterrows())
    if not body:
        return ""
    note = "照录公开报道，不作台账，不算比率"
    return section("报道原文", body, rows=pd.concat([case.quotes, case.street_quotes]), note=note)


def _quote(row: pd.Series) -> str:
    caveat = "" if missing(row["caveat"]) else f"<small>读数须知：{text(row['caveat'])}</small>"
    source = f"<small>{text(reported(row))} · {text(row['source'])}</small>"
    return f'<div class="cy-quote">“{text(row["quoted"])}”{source}{caveat}</div>'
