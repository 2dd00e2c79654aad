"""Step 4: what would change, field by field, and taking it in: with a reason, as one save that can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.importers.inspection import CHANGES, MISSING, Inspection
from geodata.kinds import KINDS
from geodata.store import Snapshot
from ui import (
    authors,
    data,
    import_jobs,
    import_rows,
    imports_datum,
    imports_going,
    imports_map,
    imports_state,
    imports_wrong,
    ledger,
    shell,
)
from ui.html import facts, text
from ui.import_rows import Row, Wanted
from ui.imports_steps import ASKS

_STATES = {
    "new": "新增",
    "changed": "改动",
    "unchanged": "不变",
    "rejected": "不装入",
    "missing": "文件里没有",
}
_NOTES = {
    "new": "库里没有，将新增",
    "changed": "库里有，将改成文件里的值；没有列出的栏不变",
    "unchanged": "与库中一致，不写入",
    "rejected": "有错误、没有认定或您不要的行",
    "missing": "库里有而文件里没有的，一律保留不动",
}
_PAGE = "imports_v_change_page"
_PER_PAGE = 30
_MOST_FIELDS = 60
_LONGEST_REASON = 200
_EMPTY = "（空）"


def show(snap: Snapshot, workspace: str, found: Inspection, folder: Path) -> None:
    """Changes on the left, taking in on the right."""
    left, right = st.columns([66, 34], gap="large")
    with left:
        _changes(folder, found)
    with right:
        _accept(workspace, found)
        if imports_map.has(folder):
            imports_map.show(snap, workspace, folder, row=None, on_row=lambda row: None)
        else:
            st.html(imports_map.lacking(found))


def _numbers(found: Inspection) -> dict[str, int]:
    counts = found.counts
    return {
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "missing": counts.missing,
    }


def _changes(folder: Path, found: Inspection) -> None:
    numbers = _numbers(found)
    first = next((state for state in ("changed", "new", "rejected") if numbers[state]), "unchanged")
    state = st.segmented_control(
        "看哪一类",
        list(_STATES),
        default=first,
        format_func=lambda code: f"{_STATES[code]} {numbers[code]:,}",
        key="imports_v_change_state",
        label_visibility="collapsed",
        required=True,
        on_change=lambda: st.session_state.pop(_PAGE, None),
    )
    state = str(state)
    page = int(st.session_state.get(_PAGE, 0))
    if state == "missing":
        rows, count = import_rows.window(folder / MISSING, Wanted(), page, per_page=_PER_PAGE)
    else:
        wanted = Wanted((("state", state),))
        rows, count = import_rows.window(folder / CHANGES, wanted, page, per_page=_PER_PAGE)
    st.html(f'<div class="cy-note">{_NOTES[state]}。</div>')
    if not rows:
        st.html(f'<div class="cy-empty">没有{_STATES[state]}的。</div>')
        return
    groups = [_missing(rows)] if state == "missing" else [_group(row, state) for row in rows]
    ledger.show(
        groups,
        key="imports-changes",
        columns=_COLUMNS["short" if state in ("missing", "unchanged") else state],
        heading=_HEADINGS.get(state, ()),
    )
    imports_wrong.pages(_PAGE, page, count, _PER_PAGE, "条")


_PAIRS = "minmax(0, 0.7fr) minmax(0, 1.3fr) minmax(0, 0.7fr) minmax(0, 1.3fr)"
_COLUMNS = {
    "short": "minmax(0, 1fr) minmax(0, 1fr)",
    "changed": "minmax(0, 0.8fr) minmax(0, 1.2fr) minmax(0, 1.2fr)",
    "new": _PAIRS,
    "rejected": _PAIRS,
}
_HEADINGS = {
    "changed": ("栏", "库中现在", "将改为"),
    "new": ("栏", "将写入", "栏", "将写入"),
    "rejected": ("栏", "文件里的值", "栏", "文件里的值"),
}


def _group(row: Row, state: str) -> ledger.Group:
    number = row.get("row")
    note = f"第 {number} 行" + (f" · {row['record_id']}" if row.get("record_id") else "")
    fields: list[dict[str, Any]] = (
        [] if state == "unchanged" else list(row.get("fields") or [])[:_MOST_FIELDS]
    )
    step = 1 if state == "changed" else 2
    rows = [
        ledger.Row(
            f"{number}-{place}",
            tuple(cell for one in fields[place : place + step] for cell in _cells(one, state)),
        )
        for place in range(0, len(fields), step)
    ]
    return str(row.get("name") or "（没有名称）"), note, rows


def _cells(one: dict[str, Any], state: str) -> tuple[ledger.Cell, ...]:
    label, old, new = (_shown(one.get(name)) for name in ("label", "old", "new"))
    if state == "changed":
        return ("quiet", label), ("quiet" if old == _EMPTY else "former", old), ("new", new)
    return ("quiet", label), ("long", new)


def _shown(value: Any) -> str:
    return _EMPTY if value is None or value == "" else str(value)


def _missing(rows: list[Row]) -> ledger.Group:
    listed = [
        ledger.Row(
            str(row.get("record_id")),
            (("strong", str(row.get("name") or "")), ("quiet", str(row.get("street") or ""))),
        )
        for row in rows
    ]
    return "库里有，文件里没有", "保留不动", listed


# ---- taking in ------------------------------------------------------------------------------------------------


def _accept(workspace: str, found: Inspection) -> None:
    with st.container(key="imports-accept"):
        st.html(f'<div class="cy-section">装入</div>{_summary(found)}')
        told = import_jobs.taken(workspace)
        for message in (imports_going.trouble(workspace), told.get("refused") or told.get("message")):
            if message:
                st.html(f'<div class="cy-refusal" role="alert">{text(message)}</div>')
        if not _may(found):
            return
        name = shell.author("-imports")
        if name is None:
            return
        authors.line(name, "整批记为一次保存，以后可以整批撤销", key="imports-author")
        with st.form("imports-accept-form", border=False):
            reason = st.text_input(
                "装入原因（必填）",
                key="imports_v_reason",
                placeholder="例如：街道 11 月报送的台账",
                max_chars=_LONGEST_REASON,
            )
            if st.form_submit_button("确认装入", type="primary"):
                _begin(workspace, name, reason)


def _summary(found: Inspection) -> str:
    numbers = _numbers(found)
    verdict = imports_datum.datum(found)
    rows = [
        ("文件", found.file_name),
        ("台账", KINDS[found.kind].label if found.kind in KINDS else ""),
        *(((("坐标基准"), verdict),) if verdict else ()),
        (
            "文件行数",
            f"{found.counts.rows:,} 行 = 装入 {found.counts.accepted:,} + 不装入 {found.counts.rejected:,}",
        ),
        (
            "写入",
            f"新增 {numbers['new']:,}，改动 {numbers['changed']:,}；不变的 {numbers['unchanged']:,} 不写",
        ),
    ]
    return facts(rows)


def _may(found: Inspection) -> bool:
    """Whether anything may be taken in; says what must be done first."""
    if found.asks:
        for what in found.asks:
            words, step = ASKS.get(what, (what, imports_state.WHAT))
            st.button(
                f"还要先{words}",
                key=f"imports-first-{what}",
                on_click=imports_state.put,
                kwargs={"step": step},
            )
        st.html('<div class="cy-note">以上没有定下来之前，什么都不会装入。</div>')
        return False
    if not data.condition().writable:
        return False  # the strip below the bar says why
    if not found.counts.new and not found.counts.changed:
        st.html('<div class="cy-empty">没有可以写入的：文件与库中一致，或没有可装入的行。</div>')
        return False
    return True


def _begin(workspace: str, name: str, reason: str) -> None:
    if not reason.strip():
        st.html('<div class="cy-refusal" role="alert">请写明装入原因。</div>')
        return
    try:
        import_jobs.accept(workspace, author=name, reason=reason.strip())
    except ChengyuanError as error:
        st.html(f'<div class="cy-refusal" role="alert">{text(error)}</div>')
        return
    st.rerun()
