"""Tables and charts beside a map: street offices, composition, what is delayed, the compounds on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis import progress
from analysis.spans import delays
from cartography import symbology as s
from cartography.print.content import Shown
from cartography.symbology import NO_FILL
from geodata.vocabulary import SheetBlock, Theme
from geodata.wording import day_text, missing
from sheets import fields, mapping
from sheets.audience import held_back
from sheets.register import Register
from sheets.setup import Setup

UNKNOWN = "—"
_MOST = 400
_SHORT = {Theme.STAGE: "阶段", Theme.WARNING: "灯号", Theme.STAGE_LOCAL: "状态"}

Block = dict[str, Any]


def content(setup: Setup, register: Register, shown: Shown) -> tuple[list[Block], dict[str, bytes]]:
    """The blocks that were chosen, in their order, and their pictures. `shown` is what the map holds."""
    made = [_MAKERS[block](setup, register, shown) for block in setup.blocks]
    marks = fields.mark_files(s.symbols(setup.theme)) if SheetBlock.COMPOSITION in setup.blocks else {}
    return made, marks


def told(setup: Setup, register: Register) -> list[pd.DataFrame]:
    """The records that blocks speak of, which name their sources; none without blocks."""
    if not setup.blocks:
        return []
    meant = mapping.passing(setup, register)
    items = register.frames["work_item"]
    return [
        register.frames["compound"][meant.to_numpy()],
        items[items["compound_id"].isin(meant.index[meant])],
    ]


def _column(label: str, *, share: float | None = None, right: bool = False) -> dict[str, Any]:
    made = {"label": label, "align": "right" if right else "left"}
    return made if share is None else {**made, "share": share}


def _table(title: str, columns: list[dict[str, Any]], rows: list[list[str]], **more: Any) -> Block:
    return {"kind": "table", "title": title, "columns": columns, "rows": rows, "total": len(rows), **more}


def _empty(title: str, words: str) -> Block:
    return {"kind": "texts", "title": title, "rows": [words]}


# ---- street offices -------------------------------------------------------------------------------------------


def _streets(setup: Setup, register: Register, _shown: Shown) -> Block:
    """Street offices that hold what is filtered, and their sum."""
    table = register.progress(setup.as_of, "street", mapping.passing(setup, register))
    listed = table[(table["compounds"] > 0) | (table["estates"] > 0) | (table["compounds_removed"] > 0)]
    if listed.empty:
        return _empty("各街道进展", "没有符合筛选条件的楼院。")
    labels = ("小区", "楼院", "户数", "已开工小区")
    notes = ["按筛选结果计"]
    if (listed["households_missing"] > 0).any():
        notes.append("户数后的 + ：另有楼院未登记户数")
    if (listed["estates_unknown"] > 0).any():
        notes.append("≥ ：另有小区暂无记录")
    if removed := int(table["compounds_removed"].sum()):
        notes.append(f"已调出的 {removed:,} 个楼院未计")
    if not listed["in_totals"].astype(bool).all():
        notes.append("＊ 不计入合计")
    return _table(
        "各街道进展",
        [_column("街道"), *(_column(label, right=True) for label in labels)],
        [_street(row) for _, row in listed.iterrows()],
        totals=[_street(progress.totals(table))],
        note="；".join(notes),
    )


def _street(row: pd.Series) -> list[str]:
    name = str(row["name"]).removesuffix("街道") + ("" if row["in_totals"] else "＊")
    share, least = row["share_started_estates"], "≥" if row["estates_unknown"] else ""
    return [
        name,
        _number(row["estates"]),
        _number(row["compounds"]),
        _number(row["households"])
        + ("+" if row["households_missing"] and not missing(row["households"]) else ""),
        UNKNOWN if missing(share) else f"{least}{share:.0%}",
    ]


def _number(value: Any) -> str:
    return UNKNOWN if missing(value) else f"{int(value):,}"


# ---- composition ----------------------------------------------------------------------------------------------


def _composition(setup: Setup, register: Register, _shown: Shown) -> Block:
    """How many compounds have each value of the theme, those off the map included."""
    meant = mapping.passing(setup, register).to_numpy()
    codes = register.states(setup.as_of)[meant][s.THEME_COLUMN[setup.theme]]
    title = f"{setup.theme.label}构成"
    if codes.empty:
        return _empty(title, "没有符合筛选条件的楼院。")
    counts = codes.value_counts()
    rows = [
        {
            "file": f"mark-{term.value}.svg",
            "label": term.label,
            "value": int(counts[term.value]),
            "text": f"{int(counts[term.value]):,}",
            "fill": s.LIGHT.paper if look.fill == NO_FILL else look.fill,
            "stroke": look.stroke,
        }
        for term, look in s.symbols(setup.theme).items()
        if counts.get(term.value, 0)
    ]
    return {"kind": "bars", "title": title, "rows": rows, "note": f"共 {len(codes):,} 个楼院，按筛选结果计"}


# ---- lists ----------------------------------------------------------------------------------------------------


def _delayed(setup: Setup, register: Register, _shown: Shown) -> Block:
    """What is in the red: why, for how long, and who leads it, where the register knows any leader."""
    meant = mapping.passing(setup, register).to_numpy()
    compounds, states = register.frames["compound"][meant], register.states(setup.as_of)[meant]
    items = register.index().item_states(as_of=setup.as_of, rule=register.rule)
    table = delays(states, items, register.frames["work_item"], as_of=setup.as_of)
    if table.empty:
        words = "没有严重滞后的楼院。" if len(states) else "没有符合筛选条件的楼院。"
        return _empty("严重滞后的楼院", words)
    leaders = _leaders(setup, compounds.loc[table.index])
    columns = [_column("楼院", share=4), _column("原因", share=5), _column("天数", right=True)]
    columns += [] if leaders is None else [_column("分包领导", share=2.4)]
    rows = []
    for key, row in table.head(_MOST).iterrows():
        days = UNKNOWN if missing(row["days"]) else f"{int(row['days'])}"
        cells = [str(compounds.at[key, "name"]), str(row["light_reason"]), days]
        rows.append(cells if leaders is None else [*cells, leaders[key]])
    since = day_text(table["since"].min())
    note = f"最早的自 {since} 起" if since else None
    return _table("严重滞后的楼院", columns, rows, note=note) | {"total": len(table)}


def _leaders(setup: Setup, late: pd.DataFrame) -> pd.Series | None:
    """The leader of each compound; None where this audience may not see them, or nobody recorded any."""
    if held_back(setup, "compound", "leader") or "leader" not in late or late["leader"].isna().all():
        return None
    return late["leader"].map(lambda one: UNKNOWN if missing(one) else str(one))


def _compounds(setup: Setup, register: Register, shown: Shown) -> Block:
    """The compounds on the map by their codes: name, value of the theme, progress."""
    states, names = register.states(setup.as_of), register.frames["compound"]["name"]
    ids = sorted(shown.records.get("compound", []))
    if not ids:
        return _empty("图上楼院", "图上没有楼院。")
    labels = {term.value: term.label for term in s.symbols(setup.theme)}
    column = s.THEME_COLUMN[setup.theme]
    rows = []
    for key in ids[:_MOST]:
        done = states.at[key, "progress_pct"]
        told = labels.get(states.at[key, column], UNKNOWN)
        rows.append([key, str(names[key]), told, UNKNOWN if missing(done) else f"{done:.0f}%"])
    columns = [
        _column("编号", share=3.4),
        _column("楼院", share=4.6),
        _column(_SHORT[setup.theme], share=2.6),
    ]
    return _table("图上楼院", [*columns, _column("进度", right=True)], rows) | {"total": len(ids)}


_MAKERS: dict[SheetBlock, Callable[[Setup, Register, Shown], Block]] = {
    SheetBlock.STREETS: _streets,
    SheetBlock.COMPOSITION: _composition,
    SheetBlock.DELAYED: _delayed,
    SheetBlock.COMPOUNDS: _compounds,
}
