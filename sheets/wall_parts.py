"""What a war map says beside its map: big figures, streets with their leaders, what is delayed, works by their finish."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from analysis import progress
from analysis.spans import delays, spans
from cartography import timeline
from geodata.vocabulary import Audience, Light, ReportingStatus
from geodata.wording import day_text, fuzzy, missing
from sheets import mapping, strips
from sheets.case import NONE, WITHHELD
from sheets.register import Register
from sheets.setup import Setup

LIGHTS = (
    Light.DELAYED,
    Light.AT_RISK,
    Light.ON_TRACK,
    Light.NOT_STARTED,
    Light.COMPLETED,
    Light.UNKNOWN,
)
"""Lights in the order in which a headquarters asks for them."""

_MOST = 150
_MOST_ROWS = 80
_AXIS_ROWS = 40
_WINDOW_DAYS = 365
_OVER = [
    ReportingStatus.COMPLETED,
    ReportingStatus.ACCEPTED,
    ReportingStatus.HANDED_OVER,
    ReportingStatus.REMOVED,
]


def content(setup: Setup, register: Register) -> dict[str, Any]:
    """What a war map says beside its map: `figures`, `streets`, `delayed`, `gantt`."""
    visible = mapping.passing(setup, register)
    compounds = register.frames["compound"][visible.to_numpy()]
    states = register.states(setup.as_of).loc[compounds.index]
    absent = WITHHELD if setup.audience is Audience.PUBLIC else NONE
    streets = register.frames["street_office"]["name"]
    return {
        "figures": _figures(setup, register, visible, states),
        "streets": [
            _street(str(streets.get(code, code)), mine, states.loc[mine.index], absent)
            for code, mine in sorted(
                compounds.groupby("street_code"), key=lambda pair: _place(streets, pair[0])
            )
        ],
        "delayed": _delayed(setup, register, compounds, states, absent),
        "gantt": _gantt(setup, register, compounds, states),
    }


def _place(streets: pd.Series, code: Any) -> int:
    return int(streets.index.get_loc(code)) if code in streets.index else len(streets)


# ---- figures --------------------------------------------------------------------------------------------------


def _figures(
    setup: Setup, register: Register, visible: pd.Series, states: pd.DataFrame
) -> list[dict[str, Any]]:
    whole = progress.totals(register.progress(setup.as_of, "street", visible))
    held = setup.audience is Audience.PUBLIC  # without the archaeology permits the number would be too small
    hold = [] if held else [_hold(states)]
    return [_compounds(whole, states), _progress(whole), *_lights(setup, register, states), *hold]


def _figure(
    value: str, label: str, note: str = "", *, unit: str = "个", light: str | None = None
) -> dict[str, Any]:
    return {"value": value, "unit": unit, "label": label, "light": light, "note": note}


def _compounds(whole: pd.Series, states: pd.DataFrame) -> dict[str, Any]:
    """Compounds, with estates and households as far as known, and those outside the totals."""
    lacking = int(whole["households_missing"])
    known = "户数不详" if missing(whole["households"]) else f"{int(whole['households']):,} 户"
    note = f"{int(whole['estates']):,} 个小区 · {known}" + (
        f"（{lacking} 个楼院户数不详）" if lacking else ""
    )
    outside = len(states) - int(whole["compounds"]) - int(whole["compounds_removed"])
    note += f" · 另有 {outside} 个不计入全区合计" if outside else ""
    return _figure(f"{int(whole['compounds']):,}", "楼院", note)


def _hold(states: pd.DataFrame) -> dict[str, Any]:
    waiting = int((states["heritage_hold"] & (states["status"] != ReportingStatus.REMOVED)).sum())
    return _figure(f"{waiting:,}", Light.HERITAGE_HOLD.label, "与灯号叠加", light=Light.HERITAGE_HOLD.value)


def _lights(setup: Setup, register: Register, states: pd.DataFrame) -> list[dict[str, Any]]:
    """How many stand at each light, and how many more or fewer than on the day to compare with.

    Where nothing at all can be judged there is no zero but a dash.
    """
    counts = states["light"].value_counts()
    judged = len(states) > counts.get(Light.UNKNOWN, 0)
    shown = (*LIGHTS, *((Light.REMOVED,) if counts.get(Light.REMOVED, 0) else ()))
    other = setup.compare_with if setup.compare_with != setup.as_of else None
    former = register.states(other).loc[states.index, "light"].value_counts() if other else counts
    made = []
    for light in shown:
        known, count = judged or light is Light.UNKNOWN, int(counts.get(light, 0))
        note = _change(count - int(former.get(light, 0)), other) if other and known else ""
        value, unit = (f"{count:,}", "个") if known else ("—", "")
        made.append(_figure(value, light.label, note, unit=unit, light=light.value))
    return made


def _change(more: int, day: date) -> str:
    """Difference to another day, in words."""
    return f"较 {day:%m-%d} {f'{more:+,d}' if more else '不变'}"


def _progress(whole: pd.Series) -> dict[str, Any]:
    if missing(whole["progress_pct"]):
        return _figure("—", "形象进度", "没有进度记录", unit="")
    plan = "" if missing(whole["planned_pct"]) else f"计划 {whole['planned_pct']:.1f}%"
    gap = whole["deviation_pp"]
    if plan and not missing(gap) and round(gap, 1):
        plan += f"，{'落后' if gap < 0 else '超前'} {abs(gap):.1f} 个百分点"
    basis = "按预算加权" if whole["progress_basis"] == "budget" else "各院等权"
    return _figure(f"{whole['progress_pct']:.1f}", f"形象进度（{basis}）", plan or "计划不详", unit="%")


# ---- streets --------------------------------------------------------------------------------------------------


def _street(name: str, mine: pd.DataFrame, states: pd.DataFrame, absent: str) -> dict[str, Any]:
    """A street office: compounds per light, and its leaders with their compounds and how many of these are late."""
    counts = states["light"].value_counts()
    late = states["light"] == Light.DELAYED
    listed = mine["leader"] if "leader" in mine else pd.Series(index=mine.index, dtype=object)
    led = pd.DataFrame({"leader": listed, "late": late}).dropna(subset="leader")
    grouped = (
        led.groupby("leader")["late"]
        .agg(["size", "sum"])
        .sort_values(["sum", "size"], ascending=False, kind="stable")
    )
    return {
        "name": name.removesuffix("街道"),
        "compounds": f"{len(mine):,}",
        "lights": [
            {"light": light.value, "count": int(counts.get(light, 0))}
            for light in (*LIGHTS, Light.REMOVED)
            if counts.get(light, 0)
        ],
        "leaders": [
            {"name": str(leader), "count": int(size), "late": int(behind)}
            for leader, size, behind in grouped.itertuples()
        ],
        "unled": 0 if led.empty else len(mine) - len(led),
        "absent": absent if led.empty else "",
    }


# ---- delayed --------------------------------------------------------------------------------------------------


def _delayed(
    setup: Setup, register: Register, compounds: pd.DataFrame, states: pd.DataFrame, absent: str
) -> dict[str, Any]:
    """Why each is late, since when and for how long, and who leads it; the longest first."""
    items = register.index().item_states(as_of=setup.as_of, rule=register.rule)
    table = delays(states, items, register.frames["work_item"], as_of=setup.as_of)
    rows = [_late(compounds.loc[key], row, register, absent) for key, row in table.head(_MOST).iterrows()]
    note = "没有严重滞后的楼院" if len(states) else "没有符合筛选条件的楼院"
    return {"rows": rows, "total": len(table), "note": note}


def _late(compound: pd.Series, row: pd.Series, register: Register, absent: str) -> dict[str, str]:
    streets = register.frames["street_office"]["name"]
    leader = compound.get("leader")
    return {
        "name": str(compound["name"]),
        "street": str(streets.get(compound["street_code"], compound["street_code"])).removesuffix("街道"),
        "reason": str(row["light_reason"]),
        "since": day_text(row["since"]) or "—",
        "days": "—" if missing(row["days"]) else f"{int(row['days'])}",
        "leader": absent if missing(leader) else str(leader),
    }


# ---- works by their finish ------------------------------------------------------------------------------------


def _gantt(setup: Setup, register: Register, compounds: pd.DataFrame, states: pd.DataFrame) -> dict[str, Any]:
    """Unfinished compounds by their planned finish, the most pressing first; those without one last and named so."""
    frames = register.frames
    every = spans(
        compounds.index,
        items=frames["work_item"],
        reports=frames["progress_report"],
        events=frames["stage_event"],
        states=states,
        as_of=setup.as_of,
    )
    over = states["status"].isin(_OVER)
    running = every[~over].sort_values("days_left", na_position="last", kind="stable")
    chosen = running.head(_MOST_ROWS)
    head = strips.axis(_days(chosen.head(_AXIS_ROWS), setup.as_of), as_of=setup.as_of)
    scale = head.pop("scale")
    names = {"names": compounds["name"], "lights": states["light"]}
    rows = [_row(key, row, names, setup.as_of, scale) for key, row in chosen.iterrows()]
    return {
        **head,
        "rows": rows,
        "total": len(running),
        "over": int(over.sum()),
        "undated": int(running["days_left"].isna().sum()),
    }


def _days(rows: pd.DataFrame, as_of: date) -> list[date]:
    """Days that the axis holds: at most a year before and after."""
    columns = ("planned_start_from", "planned_finish_to", "actual_start_from", "actual_until")
    first, last = as_of - timedelta(days=_WINDOW_DAYS), as_of + timedelta(days=_WINDOW_DAYS)
    return [min(max(day.date(), first), last) for column in columns for day in rows[column].dropna()]


def _row(
    key: Any, row: pd.Series, names: dict[str, pd.Series], as_of: date, scale: timeline.Axis
) -> dict[str, Any]:
    start, finish, begun = (fuzzy(row, name) for name in ("planned_start", "planned_finish", "actual_start"))
    until = None if missing(row["actual_until"]) else row["actual_until"].date()
    left = row["days_left"]
    days = "" if missing(left) else f"剩 {int(left)} 天" if left >= 0 else f"超 {-int(left)} 天"
    return {
        "name": str(names["names"][key]),
        "light": str(names["lights"][key]),
        "pieces": strips.plan(start, finish, scale)
        + strips.actual(begun, until, done=False, as_of=as_of, scale=scale),
        "finish": "缺计划完工日期" if finish.first is None else finish.text(),
        "days": days,
        "late": not missing(left) and bool(left < 0),
        "undated": int(row["undated"]),
    }
