"""Step 2: what the file was taken for, and what anybody can say against it: sheet, headings, kind, columns, datum."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.importers.asked import AUTO, IGNORED, Asked
from geodata.importers.column_choice import UNIT_MARK
from geodata.importers.formats import LABELS
from geodata.importers.inspection import Heading, Inspection
from geodata.kinds import KINDS
from geodata.store import Snapshot
from ui import import_jobs, imports_datum, imports_going, ledger
from ui.components import component
from ui.html import table, text

picks = component("picks", '<div class="picks"></div>')

HOW = {
    "said": "您选的",
    "learned": "以前学会的",
    "exact": "名称一致",
    "similar": "名称相近",
    "position": "合并表头下",
    "unknown": "不认得",
}
_WHY = {
    "title": "标题",
    "heading": "表头",
    "total": "合计",
    "subtotal": "小计",
    "footnote": "附注",
    "example": "示例",
    "blank": "空行",
    "hidden": "隐藏行",
}
_ENCODINGS = {"": "自动", "utf-8": "UTF-8", "gb18030": "GB18030（GBK）", "big5": "Big5（繁体）"}
_ENCODED = ("csv", "shp")
_MOST_SKIPPED = 8
_SURE = 0.9
_MONEY, _MONEY_UNITS = "元", ("元", "万元")


def show(snap: Snapshot, workspace: str, found: Inspection, folder: Path) -> None:
    """What was understood, each part changeable."""
    if trouble := imports_going.trouble(workspace):
        st.html(f'<div class="cy-refusal" role="alert">{text(trouble)}</div>')
    left, right = st.columns([30, 70], gap="large")
    with left:
        _file(workspace, found)
        if found.skipped:
            st.html(_skipped(found))
    with right:
        if found.evidence or "coordinates" in found.asks:
            imports_datum.show(snap, workspace, found, folder)
        _columns(workspace, found)


def change(workspace: str, **values: Any) -> None:
    """Callback: say something else of the file, and look at it again."""
    try:
        import_jobs.ask(workspace, replace(import_jobs.asked(workspace), **values))
    except ChengyuanError as error:
        imports_going.say(str(error), alarm=True)


# ---- the file as a whole --------------------------------------------------------------------------------------


def _file(workspace: str, found: Inspection) -> None:
    asked = import_jobs.asked(workspace)
    st.html(_facts(found))
    with st.container(key="imports-said"):
        _kind(workspace, found, asked)
        if len(found.layers) > 1:
            _choice(workspace, "layer", "工作表或图层", {one: one for one in found.layers}, found.layer)
        if found.heading_rows:
            _heading_rows(workspace, found.heading_rows)
        _switch(workspace, "clear_empty", "空单元格清空库中原值（不勾选则保留）", now=asked.clear_empty)
        if found.kind == "compound":
            _switch(
                workspace, "create_estates", "库中没有的小区，按文件里的名称新建", now=asked.create_estates
            )
        if found.format in _ENCODED:
            _choice(workspace, "encoding", "文字编码", _ENCODINGS, asked.encoding or "")


def _facts(found: Inspection) -> str:
    counts = found.counts
    rows = [
        ("文件", found.file_name),
        (
            "格式",
            " · ".join(part for part in (LABELS.get(found.format, found.format), _encoding(found)) if part),
        ),
        ("行数", f"{counts.rows:,} 行数据" + (f"，跳过 {len(found.skipped)} 行" if found.skipped else "")),
    ]
    if found.said_crs:
        rows.append(("文件自述坐标系", found.said_crs))
    body = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows)
    return f'<div class="cy-section">文件</div><dl class="cy-facts">{body}</dl>'


def _encoding(found: Inspection) -> str:
    return found.encoding.upper() if found.format in _ENCODED else ""


def _kind(workspace: str, found: Inspection, asked: Asked) -> None:
    shares = dict(found.kinds)
    labels = {code: _kind_label(code, shares.get(code)) for code in KINDS}
    order = sorted(labels, key=lambda code: -shares.get(code, 0))
    _choice(workspace, "kind", "台账种类", {code: labels[code] for code in order}, found.kind or None)
    if "kind" in found.asks:
        st.html('<div class="cy-refusal" role="alert">看不出是哪一种台账，请选定。</div>')
    elif asked.kind == AUTO:
        st.html('<div class="cy-note">种类按表头识别；不对的，在这里改。</div>')


def _kind_label(code: str, share: float | None) -> str:
    return f"{KINDS[code].label}（相符 {share * 100:.0f}%）" if share else KINDS[code].label


def _choice(workspace: str, name: str, label: str, labels: dict[str, str], now: str | None) -> None:
    key = f"imports_v_{name}_{now}"

    def changed() -> None:
        picked = st.session_state.get(key)
        if picked in labels and picked != now:
            extra = {"heading_rows": None, "columns": {}} if name in ("layer", "kind") else {}
            change(workspace, **{name: picked or None, **extra})

    st.selectbox(
        label,
        list(labels),
        index=list(labels).index(now) if now in labels else None,
        format_func=labels.get,
        key=key,
        placeholder="请选择",
        on_change=changed,
    )


def _switch(workspace: str, name: str, label: str, *, now: bool) -> None:
    key = f"imports_v_{name}_{now}"

    def changed() -> None:
        change(workspace, **{name: bool(st.session_state.get(key))})

    st.checkbox(label, value=now, key=key, on_change=changed)


def _heading_rows(workspace: str, rows: tuple[int, int]) -> None:
    keys = tuple(f"imports_v_heading_{place}_{rows}" for place in range(2))

    def changed() -> None:
        first, last = (int(st.session_state.get(key) or now) for key, now in zip(keys, rows, strict=True))
        if (first, last) != rows:
            change(workspace, heading_rows=(first, max(first, last)))

    with st.container(key="imports-heading-rows", horizontal=True):
        for key, label, now in zip(keys, ("表头自第几行", "到第几行"), rows, strict=True):
            st.number_input(label, min_value=1, max_value=200, value=now, key=key, on_change=changed)


def _skipped(found: Inspection) -> str:
    counts = Counter(_WHY.get(one.why, one.why) for one in found.skipped)
    said = "，".join(f"{why} {count}" for why, count in counts.items())
    rows = "".join(
        f"<li><b>第 {one.row} 行</b> {text(_WHY.get(one.why, one.why))}<span>{text(one.text)}</span></li>"
        for one in found.skipped[:_MOST_SKIPPED]
    )
    more = len(found.skipped) - _MOST_SKIPPED
    rest = f'<li class="rest">另有 {more} 行</li>' if more > 0 else ""
    return (
        f'<div class="cy-section">不当数据的行<small>{text(said)}</small></div>'
        f'<ul class="cy-skipped">{rows}{rest}</ul>'
    )


# ---- columns --------------------------------------------------------------------------------------------------


def _columns(workspace: str, found: Inspection) -> None:
    if found.kind not in KINDS:
        _choose_kind(workspace, found)
        return
    if not found.headings:
        return
    taken = sum(bool(one.field) for one in found.headings)
    left = len(found.headings) - taken
    note = f"文件 {len(found.headings)} 栏，装入 {taken} 栏" + (f"，{left} 栏不装入" if left else "")
    with st.container(key="imports-columns-head", horizontal=True):
        st.html(f'<div class="cy-section">各栏对应<small>{note}；改过的会记住，下次自动认得</small></div>')
        values = _picked(workspace, found)
        st.button(
            f"按改动重新识别（{len(values)} 栏）" if values else "没有改动",
            key="imports-columns-apply",
            type="primary" if values else "secondary",
            disabled=not values,
            on_click=_apply,
            args=(workspace, found),
        )
    if "columns" in found.asks:
        st.html(f'<div class="cy-refusal" role="alert">{text(_lacking(found))}</div>')
    picks(
        key="imports-columns",
        data={
            "stamp": _stamp(workspace, found),
            "columns": "44px minmax(0, 1.1fr) minmax(0, 1.2fr) minmax(0, 1.2fr) 92px 80px",
            "heading": ["栏", "文件里的表头", "例子", "装入为", "把握", "依据"],
            "before": 3,
            "asks": "装入为",
            "lists": {"fields": _fields(found)},
            "rows": [_column(one) for one in found.headings],
        },
        on_picked_change=lambda: None,
    )


def _choose_kind(workspace: str, found: Inspection) -> None:
    """All kinds with what they are, the likeliest first; below them what stands in the file."""
    shares = dict(found.kinds)
    order = sorted(KINDS, key=lambda code: -shares.get(code, 0))
    rows = [
        ledger.Row(
            code,
            (
                ("strong", KINDS[code].label),
                ("quiet", f"相符 {shares.get(code, 0) * 100:.0f}%"),
                ("long", KINDS[code].hint or "一行一条"),
            ),
        )
        for code in order
    ]
    ledger.show(
        [("选定是哪一种台账", "点一种", rows)],
        key="imports-kinds",
        columns="minmax(0, 1fr) 80px minmax(0, 4fr)",
        on_open=lambda code: change(workspace, kind=code),
    )
    if not found.headings:
        st.html('<div class="cy-note">文件里只有图形，没有任何栏；每个图形是库中哪一条，在下一步选定。</div>')
        return
    had = [(one.heading, "、".join(one.samples[:3]) or "—") for one in found.headings]
    st.html('<div class="cy-section">文件里的各栏</div>' + table(("表头", "例子"), had))


def _lacking(found: Inspection) -> str:
    had = {one.field for one in found.headings}
    missing = [one.label for one in KINDS[found.kind].columns if one.required and one.name not in had]
    return f"必填的栏还没有对上：{'、'.join(missing) or '见下'}。请在下表中指出是哪一栏。"


def _fields(found: Inspection) -> list[tuple[str, str]]:
    fields = {IGNORED: "不装入"}
    fields |= {
        one.name: one.label + ("（必填）" if one.required else "") for one in KINDS[found.kind].columns
    }
    kind = KINDS[found.kind]
    labels = {one.name: one.label for one in kind.columns}
    fields |= {one.field: f"{labels[one.column]}：{one.label}" for one in kind.spreads}
    for one in found.headings:
        if one.field and kind.column(one.field).unit == _MONEY:
            for unit in _MONEY_UNITS:
                fields[f"{one.field}{UNIT_MARK}{unit}"] = f"{fields[one.field]}，数以{unit}计"
    return list(fields.items())


def _column(one: Heading) -> tuple[str, str, list[tuple[str, str]], str, str]:
    share = round(one.confidence * 100)
    tone = "" if not one.field and one.how == "unknown" else "look" if one.confidence < _SURE else ""
    samples = "、".join(one.samples[:3])
    cells = [
        ("quiet", _letters(one.position)),
        ("strong", one.heading or "（没有表头）"),
        ("quiet", samples or "（都是空的）"),
        ("share", str(share)) if one.field else ("quiet", "—"),
        ("mark" if one.how in ("learned", "said") else "quiet", HOW.get(one.how, one.how)),
    ]
    return (one.heading, tone, cells, "fields", one.field)


def _letters(position: int) -> str:
    """A column as a sheet counts it: 1 → A."""
    letters, rest = "", position
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def _stamp(workspace: str, found: Inspection) -> str:
    return f"{workspace}:{found.kind}:{found.layer}:{hash((found.headings, found.heading_rows))}"


def _picked(workspace: str, found: Inspection) -> dict[str, str]:
    """What was chosen for columns since the last look; only what is on the lists."""
    fields = dict(_fields(found))
    headings = {one.heading for one in found.headings}
    return {
        heading: field
        for heading, field in picked("imports-columns", _stamp(workspace, found)).items()
        if heading in headings and field in fields
    }


def picked(key: str, stamp: str) -> dict[str, str]:
    """What a list of choices holds that was not taken yet; nothing of an older list."""
    told = getattr(st.session_state.get(key), "picked", None)
    if not isinstance(told, dict) and not hasattr(told, "get"):
        return {}
    values = told.get("values")
    if told.get("stamp") != stamp or not hasattr(values, "items"):
        return {}
    return {str(name): str(value) for name, value in values.items()}


def _apply(workspace: str, found: Inspection) -> None:
    columns = import_jobs.asked(workspace).columns | _picked(workspace, found)
    change(workspace, columns=columns)
