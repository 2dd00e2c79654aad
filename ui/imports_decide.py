"""Names and rows that may mean more than one record: candidates with their reasons, decided by a person, one by one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from geodata.errors import ChengyuanError
from geodata.importers.asked import NAMED, NEW, SKIP
from geodata.importers.inspection import Decision, Inspection
from geodata.importers.matching import differs_in_spelling
from geodata.kinds import KINDS
from geodata.schema import LAYERS
from geodata.store import Snapshot
from ui import data, import_jobs, imports_going, imports_what, imports_wrong

_OPEN = ""
_PAGE = "imports_v_decide_page"
_PER_PAGE = 60
_NAME, _MATCH = "name", "match"
_MOST_FREE = 20
_LEFT_OUT = "这一行不装入"
_ALIKE_HELP = "只采用同一街道、只差“路、街、巷”或“院”写法的唯一候选；其余的仍请逐项认定"


def show(snap: Snapshot, workspace: str, found: Inspection) -> None:
    """The list of questions, a button to take what was chosen, and one for those that differ only in spelling."""
    free = [one for one in found.decisions if one.is_free][:_MOST_FREE]
    records = _records(snap, KINDS[found.kind].layer) if free else {}
    values = _picked(workspace, found) | _said(free, records)
    alike = {_key(one): one.choices[0].record_id for one in found.decisions if differs_in_spelling(one)}
    with st.container(key="imports-decide-head", horizontal=True):
        st.html('<div class="cy-section">待确认<small>相近但不相同的，一律由人认定</small></div>')
        if alike:
            st.button(
                f"采用同街道只差写法的（{len(alike)}）",
                key="imports-decide-first",
                help=_ALIKE_HELP,
                on_click=_take,
                args=(workspace, alike),
            )
        st.button(
            f"按认定重新核对（{len(values)}）" if values else "还没有认定",
            key="imports-decide-apply",
            type="primary" if values else "secondary",
            disabled=not values,
            on_click=_take,
            args=(workspace, values),
        )
    if free:
        _ask_freely(free, records)
    page = min(int(st.session_state.get(_PAGE, 0)), max(0, len(found.decisions) - len(free) - 1) // _PER_PAGE)
    listed = [one for one in found.decisions if one not in free]
    if not listed:
        return
    shown = listed[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    imports_what.picks(
        key="imports-decisions",
        data={
            "stamp": _stamp(workspace, found),
            "columns": "70px minmax(0, 1.2fr) minmax(0, 2fr) minmax(0, 1.6fr)",
            "heading": ["行", "文件里写的", "认定为", "第一候选的依据"],
            "before": 2,
            "asks": "认定为",
            "lists": {},
            "rows": [_row(one) for one in shown],
        },
        on_picked_change=lambda: None,
    )
    imports_wrong.pages(_PAGE, page, len(listed), _PER_PAGE, "项")


# ---- rows of which nothing is known ---------------------------------------------------------------------------


def _records(snap: Snapshot, layer: str) -> dict[str, str]:
    """All records of a layer for a search: those without a boundary first, as a file of shapes brings these."""
    rows, streets = data.frame(snap, layer), data.names(snap, "street_office")
    drawn = rows["geometry"].notna() if "geometry" in rows else pd.Series(False, rows.index)
    order = sorted(rows.index, key=lambda one: (drawn[one], str(rows["name"][one])))
    places = rows["street_code"].map(streets) if "street_code" in rows else pd.Series("", rows.index)
    return {
        str(one): f"{rows['name'][one]}（{places[one]}）" + ("" if drawn[one] else " · 还没有边界")
        for one in order
    }


def _ask_freely(free: list[Decision], records: dict[str, str]) -> None:
    """A search over the stored records; what is typed and not among them becomes the name of a new one."""
    for one in free:
        st.selectbox(
            f"{one.text}是哪一条？",
            [SKIP, *records],
            index=None,
            format_func=lambda code: _LEFT_OUT if code == SKIP else records.get(code, f"新增：{code}"),
            key=_widget(one),
            placeholder="输入名称查找；库中没有的，输入名称后回车即新增",
            accept_new_options=True,
        )


def _said(free: list[Decision], records: dict[str, str]) -> dict[str, str]:
    """What was chosen for them; a name that was typed is that of a new record."""
    said = {_key(one): str(st.session_state.get(_widget(one)) or "").strip() for one in free}
    known = {SKIP, *records}
    return {key: value if value in known else f"{NAMED}{value}" for key, value in said.items() if value}


def _widget(one: Decision) -> str:
    return f"imports_v_free_{one.key}"


# ---- questions with candidates --------------------------------------------------------------------------------


def _key(one: Decision) -> str:
    return f"{one.what}|{one.key}"


def _options(one: Decision) -> list[tuple[str, str]]:
    options = [(_OPEN, "请认定")]
    options += [
        (choice.record_id, f"是它：{choice.label}（{choice.score * 100:.0f}%，{choice.why}）")
        for choice in one.choices
    ]
    if one.what == _MATCH:
        return [*options, (NEW, "新增一条"), (SKIP, _LEFT_OUT)]
    return [*options, (SKIP, "都不是，用到它的行不装入")]


def _row(one: Decision) -> tuple[str, str, list[tuple[str, str]], list[tuple[str, str]], str]:
    where = f"第 {one.row} 行" if one.row else _layer(one)
    why = one.choices[0].why if one.choices else "没有相近的"
    return (_key(one), "ask", [("quiet", where), ("strong", one.text), ("quiet", why)], _options(one), _OPEN)


def _layer(one: Decision) -> str:
    layer = one.key.partition("/")[0]
    return LAYERS[layer].label if layer in LAYERS else "名称"


def _stamp(workspace: str, found: Inspection) -> str:
    return f"{workspace}:{hash(found.decisions)}"


def _picked(workspace: str, found: Inspection) -> dict[str, str]:
    """What was chosen since the last look; only what was offered."""
    offered = {_key(one): {code for code, _ in _options(one)} - {_OPEN} for one in found.decisions}
    told = imports_what.picked("imports-decisions", _stamp(workspace, found))
    return {key: value for key, value in told.items() if value in offered.get(key, ())}


def _take(workspace: str, values: dict[str, str]) -> None:
    try:
        asked = import_jobs.asked(workspace)
        split = {
            (what, key): value for name, value in values.items() for what, _, key in [name.partition("|")]
        }
        names = {key: value for (what, key), value in split.items() if what == _NAME}
        matches = {key: value for (what, key), value in split.items() if what == _MATCH}
        import_jobs.ask(workspace, replace(asked, names=asked.names | names, matches=asked.matches | matches))
    except ChengyuanError as error:
        imports_going.say(str(error), alarm=True)
