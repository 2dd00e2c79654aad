"""Step 3: what is wrong, row by row, with who puts it right; what a person has to decide; the boundaries on a map."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import streamlit as st

from geodata.importers.inspection import ISSUES, Inspection
from geodata.importers.issues import Fixer, Problem
from geodata.kinds import KINDS
from geodata.schema import LAYERS
from geodata.store import Snapshot
from geodata.vocabulary import Severity
from ui import import_routes, import_rows, imports_decide, imports_map, ledger
from ui.html import table, text
from ui.import_rows import Row, Wanted

_ALL, _DECIDE, _LIST = "all", "decide", "list"
_PAGE = "imports_v_issue_page"
_ROW = "imports_v_row"
_MOST_VALUE = 60


def show(snap: Snapshot, workspace: str, found: Inspection, folder: Path) -> None:
    """Issues on the left; on the right the map, or what kinds of issues there are."""
    drawn = imports_map.has(folder)
    left, right = st.columns([62, 38] if drawn else [74, 26], gap="large")
    with left:
        view = _views(found) if found.decisions else _LIST
        if view == _DECIDE:
            imports_decide.show(snap, workspace, found)
        else:
            _issues(workspace, folder, found)
    with right:
        if drawn:
            st.html('<div class="cy-section">边界预览<small>点一个形状，看它的那一行</small></div>')
            imports_map.show(snap, workspace, folder, row=st.session_state.get(_ROW), on_row=_look)
        else:
            st.html(imports_map.lacking(found))
        _kinds(folder, found)


def _views(found: Inspection) -> str:
    labels = {_DECIDE: f"待确认 {len(found.decisions)}", _LIST: "问题清单"}
    picked = st.segmented_control(
        "看什么",
        list(labels),
        default=_DECIDE,
        format_func=labels.get,
        key="imports_v_wrong",
        label_visibility="collapsed",
        required=True,
    )
    return str(picked)


# ---- the table of issues --------------------------------------------------------------------------------------


def _issues(workspace: str, folder: Path, found: Inspection) -> None:
    counts = import_rows.tally(folder / ISSUES, "severity", "issue", "who_fixes")
    with st.container(key="imports-issues-head", horizontal=True):
        st.html(f'<div class="cy-section">问题清单<small>{_said(found)}</small></div>')
        if counts:
            st.html(
                f'<a class="cy-import-report" href="{text(import_routes.report_address(workspace))}" download>'
                "下载问题表（Excel）</a>"
            )
    if not counts:
        st.html('<div class="cy-empty">没有发现问题。</div>')
        return
    wanted = _filters(counts)
    page = int(st.session_state.get(_PAGE, 0))
    rows, count = import_rows.window(folder / ISSUES, wanted, page)
    if not rows and page:
        st.session_state[_PAGE] = page = 0
        rows, count = import_rows.window(folder / ISSUES, wanted, page)
    if not rows:
        st.html('<div class="cy-empty">没有符合条件的问题。</div>')
        return
    labels = _labels(found)
    ledger.show(
        [("", "", [_row(place, row, labels) for place, row in enumerate(rows)])],
        key="imports-issues",
        columns="64px 54px minmax(0, 0.9fr) minmax(0, 0.9fr) minmax(0, 2.6fr) 64px",
        heading=("行", "程度", "栏", "文件里的值", "问题与怎样改", "谁来改"),
        selected="",
        on_open=lambda place: _look(rows[int(place)].get("row")),
    )
    pages(_PAGE, page, count, import_rows.PER_PAGE, "个问题")


def _said(found: Inspection) -> str:
    counts = found.counts
    told = [
        f"{counts.rows:,} 行中装入 {counts.accepted:,} 行",
        f"不装入 {counts.rejected:,} 行" if counts.rejected else "",
        f"修复 {counts.repaired:,} 处" if counts.repaired else "",
    ]
    return "，".join(one for one in told if one)


def _filters(counts: Counter[tuple[str, ...]]) -> Wanted:
    severities, problems, fixers = (
        _options(counts, 0, Severity.labels(), "全部程度"),
        _options(counts, 1, Problem.labels(), "全部问题"),
        _options(counts, 2, Fixer.labels(), "不论谁改"),
    )
    picked = []
    with st.container(key="imports-issue-filters", horizontal=True):
        for name, options in (("severity", severities), ("issue", problems), ("who_fixes", fixers)):
            picked.append((name, _select(name, options)))
        words = st.text_input(
            "查找",
            key="imports_v_find",
            placeholder="行号、栏、值或说明",
            label_visibility="collapsed",
            max_chars=60,
            on_change=_first_page,
        )
    fields = tuple((name, value) for name, value in picked if value != _ALL)
    return Wanted(fields, words.strip().casefold())


def _options(
    counts: Counter[tuple[str, ...]], place: int, labels: dict[str, str], whole: str
) -> dict[str, str]:
    had: Counter[str] = Counter()
    for key, count in counts.items():
        had[key[place]] += count
    found = {code: f"{label} {had[code]:,}" for code, label in labels.items() if had[code]}
    return {_ALL: whole, **found}


def _select(name: str, options: dict[str, str]) -> str:
    key = f"imports_v_{name}"
    if name == "severity":
        st.session_state.setdefault(key, Severity.ERROR.value)
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]
    picked = st.selectbox(
        options[_ALL],
        list(options),
        format_func=options.get,
        key=key,
        label_visibility="collapsed",
        on_change=_first_page,
    )
    return picked or _ALL


def _first_page() -> None:
    st.session_state[_PAGE] = 0


def _labels(found: Inspection) -> dict[str, str]:
    named = {one.field: one.heading for one in found.headings if "@" in one.field}
    kind = KINDS.get(found.kind)
    if kind is None:
        return named
    own = {one.name: one.label for one in kind.columns}
    return {**LAYERS[kind.layer].labels, "geometry": "边界", **own, **named}


def _row(place: int, row: Row, labels: dict[str, str]) -> ledger.Row:
    problem, severity = str(row.get("issue")), str(row.get("severity"))
    number, cell = row.get("row"), str(row.get("cell") or "")
    where = f"{number}" + (f"（{cell}）" if cell else "") if number else "整个文件"
    message = str(row.get("message") or "").removeprefix(f"第 {number} 行：")
    head = Problem.labels().get(problem, problem)
    cells = (
        ("", where),
        ("strong" if severity == Severity.ERROR else "quiet", Severity.labels().get(severity, severity)),
        ("", labels.get(str(row.get("field") or ""), str(row.get("field") or ""))),
        ("quiet", str(row.get("value") or "")[:_MOST_VALUE]),
        ("long", f"{head}：{message}"),
        ("quiet", Fixer.labels().get(str(row.get("who_fixes")), "")),
    )
    return ledger.Row(str(place), cells)


def _look(row: object) -> None:
    st.session_state[_ROW] = row if isinstance(row, int) else None


def pages(key: str, page: int, count: int, per_page: int, what: str) -> None:
    """The way to the next and the former rows, when there are more than are shown."""
    last = max(0, count - 1) // per_page
    if not last:
        return

    def turn(by: int) -> None:
        st.session_state[key] = page + by

    with st.container(key=f"pages-{key.replace('_', '-')}", horizontal=True):
        st.button("上一页", key=f"{key}-before", disabled=not page, on_click=turn, args=(-1,))
        st.html(f'<div class="cy-note">第 {page + 1} / {last + 1} 页，共 {count:,} {text(what)}</div>')
        st.button("下一页", key=f"{key}-after", disabled=page >= last, on_click=turn, args=(1,))


# ---- what kinds of issues -------------------------------------------------------------------------------------


def _kinds(folder: Path, found: Inspection) -> None:
    counts = import_rows.tally(folder / ISSUES, "severity", "issue", "who_fixes")
    if not counts:
        return
    order = list(Severity.labels())
    rows = [
        (
            f"{count:,}",
            Severity.labels().get(severity, severity),
            (_problem(problem),),
            Fixer.labels().get(fixer, fixer),
        )
        for (severity, problem, fixer), count in sorted(
            counts.items(), key=lambda item: (order.index(item[0][0]) if item[0][0] in order else 9, -item[1])
        )
    ]
    st.html(
        '<div class="cy-section">各类问题<small>错误的行不装入；改文件后可以重新导入</small></div>'
        + table(("数", "程度", "问题", "谁来改"), rows, numeric=(0,))
    )


def _problem(code: str) -> str:
    known = next((one for one in Problem if one == code), None)
    if known is None:
        return text(code)
    return f"{text(known.label)}<small>{text(known.meaning)}</small>"
