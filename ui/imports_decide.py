"""Names and rows that may mean more than one record: candidates with their reasons, decided by a person, one by one."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.importers.asked import NEW, SKIP
from geodata.importers.inspection import Decision, Inspection
from geodata.schema import LAYERS
from ui import import_jobs, imports_going, imports_what, imports_wrong

_OPEN = ""
_PAGE = "imports_v_decide_page"
_PER_PAGE = 60
_NAME, _MATCH = "name", "match"


def show(workspace: str, found: Inspection) -> None:
    """The list of questions, a button to take what was chosen, and one to take every first candidate."""
    values = _picked(workspace, found)
    with st.container(key="imports-decide-head", horizontal=True):
        st.html('<div class="cy-section">待认定<small>相近但不相同的，一律由人认定</small></div>')
        st.button(
            "全部采用第一候选",
            key="imports-decide-first",
            on_click=_take,
            args=(workspace, {_key(one): one.choices[0].record_id for one in found.decisions if one.choices}),
        )
        st.button(
            f"按认定重新核对（{len(values)}）" if values else "还没有认定",
            key="imports-decide-apply",
            type="primary" if values else "secondary",
            disabled=not values,
            on_click=_take,
            args=(workspace, values),
        )
    page = min(int(st.session_state.get(_PAGE, 0)), max(0, len(found.decisions) - 1) // _PER_PAGE)
    shown = found.decisions[page * _PER_PAGE : (page + 1) * _PER_PAGE]
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
    imports_wrong.pages(_PAGE, page, len(found.decisions), _PER_PAGE, "项")


def _key(one: Decision) -> str:
    return f"{one.what}|{one.key}"


def _options(one: Decision) -> list[tuple[str, str]]:
    options = [(_OPEN, "请认定")]
    options += [
        (choice.record_id, f"是它：{choice.label}（{choice.score * 100:.0f}%，{choice.why}）")
        for choice in one.choices
    ]
    if one.what == _MATCH:
        return [*options, (NEW, "新增一条"), (SKIP, "这一行不装入")]
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
