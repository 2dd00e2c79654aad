"""取出数据: ledgers as files, of what the filters show, in the coordinates that the receiver needs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.exporters import ENCODINGS, Request, belonging, file_name, is_alone
from geodata.exporters.coordinates import allowed, is_offset
from geodata.exporters.ledger import standing
from geodata.exporters.package import ONLY_WITH_GEOMETRY
from geodata.kinds import KINDS, Kind
from geodata.store import Snapshot
from geodata.vocabulary import Coordinates, DataFormat, DataStatus
from ui import controls, data, data_files, state
from ui.html import table, text
from ui.state import MULTI, PageState

_ALL, _SHOWN = "all", "shown"
_MOST_NAMED = 8
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PERSONAL = "人名与电话（分包领导、参建单位联系人）"
_CONFIRM = "我确认：文件只在内部使用，不转发、不公开"


def show(snap: Snapshot, chosen: PageState) -> None:
    """What to take out on the left, what it will be on the right."""
    compounds = data.visible(snap, chosen.as_of, chosen.filters)
    ids = tuple(str(one) for one in compounds.index[compounds])
    left, right = st.columns([42, 58], gap="large")
    with left:
        kinds = _kinds()
        narrowed = _narrowed(snap, chosen, len(ids), len(compounds))
        form, coordinates, encoding = _form()
        personal = _personal(kinds)
    with right:
        _answer(
            snap,
            chosen,
            Request(
                kinds=kinds,
                form=form,
                day=data.today(snap),
                coordinates=coordinates,
                compounds=ids if narrowed else None,
                streets=chosen.filters.streets if narrowed else (),
                filters=in_words(snap, chosen) if narrowed else "",
                personal=personal,
                encoding=encoding,
            )
            if kinds
            else None,
        )


# ── Choosing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _kinds() -> tuple[str, ...]:
    st.html('<div class="cy-section">台账</div>')
    chosen = st.pills(
        "台账",
        list(KINDS),
        default="compound",
        selection_mode="multi",
        format_func=lambda code: KINDS[code].label,
        key="export-kinds",
        label_visibility="collapsed",
    )
    return tuple(code for code in KINDS if code in chosen)


def _narrowed(snap: Snapshot, chosen: PageState, shown: int, whole: int) -> bool:
    """Whether only what the filters show is wanted."""
    st.html('<div class="cy-section">范围</div>')
    count = chosen.filters.count
    with st.container(key="export-filters", horizontal=True):
        label = f"筛选 · {count} 项" if count else "筛选"
        controls.lazily("export-filter", label, lambda: controls.filters(controls.choices(snap)))
        if count:
            st.button("清除筛选", on_click=state.clear_filters, key="export-clear")
    if not count:
        st.html(f'<div class="cy-note">没有筛选：全部 {whole:,} 个楼院。</div>')
        return False
    asked = st.radio(
        "范围",
        (_SHOWN, _ALL),
        format_func=lambda one: {
            _SHOWN: f"筛选出的 {shown:,} 个楼院，以及它们的工程、资金等",
            _ALL: f"全部 {whole:,} 个楼院",
        }[one],
        key="export-scope",
        label_visibility="collapsed",
    )
    return bool(asked == _SHOWN)


def _form() -> tuple[DataFormat, Coordinates, str]:
    st.html('<div class="cy-section">格式与坐标</div>')
    form = DataFormat(
        st.selectbox(
            "格式",
            [one.value for one in DataFormat],
            format_func=lambda code: f"{DataFormat(code).label}　{DataFormat(code).meaning}",
            key="export-form",
        )
    )
    coordinates = Coordinates(
        st.selectbox(
            "坐标",
            [one.value for one in allowed(form)],
            format_func=lambda code: f"{Coordinates(code).label}　{Coordinates(code).meaning}",
            key=f"export-coordinates-{form.value}",
        )
    )
    if is_offset(coordinates):
        st.html(
            '<div class="cy-note">偏移坐标只用来叠在那种底图上看，不能量算，也不能据此判断文物区划；'
            "文件名和说明都会写明。</div>"
        )
    encoding = ENCODINGS[0]
    if form is DataFormat.SHP:
        encoding = st.radio("文字编码", ENCODINGS, horizontal=True, key="export-encoding")
    return form, coordinates, str(encoding)


def _personal(kinds: tuple[str, ...]) -> bool:
    """Whether names of persons go along: asked for, and confirmed to stay inside."""
    if not any(column.personal for code in kinds for column in KINDS[code].columns):
        return False
    if not st.checkbox(f"连同{_PERSONAL}", key="export-personal"):
        return False
    return st.checkbox(_CONFIRM, key="export-personal-confirmed")


# ── What it will be ───────────────────────────────────────────────────────────────────────────────────────────


def _answer(snap: Snapshot, chosen: PageState, request: Request | None) -> None:
    st.html('<div class="cy-section">将得到</div>')
    if request is None:
        st.html('<div class="cy-empty">还没有选台账。在左边选一种或几种。</div>')
        return
    rows = data.kept(snap, ("export-rows", request), lambda: _rows(snap, request))
    st.html(table(("台账", "行数", "其中演示数据", "边界", "栏"), rows))
    name = file_name(request)
    st.html(f'<div class="cy-note">{_told(request)}<br>{text(name)}</div>')
    st.download_button(
        "导出并下载",
        data=lambda: data_files.exported(request),
        file_name=name,
        mime=_XLSX if is_alone(request) else "application/zip",
        type="primary",
        on_click="ignore",
        key="export-take",
    )


def _rows(snap: Snapshot, request: Request) -> list[tuple[str, ...]]:
    layers = ["work_item", *(KINDS[code].layer for code in request.kinds)]
    frames = {layer: data.frame(snap, layer) for layer in layers}
    chosen = {} if request.compounds is None else belonging(frames, request.compounds, request.streets)
    lines = []
    for code in request.kinds:
        kind = KINDS[code]
        frame = standing(frames[kind.layer])
        if kind.layer in chosen:
            frame = frame[frame.index.isin(list(chosen[kind.layer]))]
        invented = int((frame["data_status"] == DataStatus.SYNTHETIC).sum())
        columns = sum(request.personal or not column.personal for column in kind.columns)
        figures = (f"{len(frame):,}", f"{invented:,}" if invented else "没有")
        lines.append((kind.label, *figures, _boundaries(kind, request.form, frame), str(columns)))
    return lines


def _boundaries(kind: Kind, form: DataFormat, frame: pd.DataFrame) -> str:
    """How many rows of a kind go out with their boundary."""
    drawn = int(frame["geometry"].notna().sum()) if kind.geometry else 0
    if form in ONLY_WITH_GEOMETRY and not drawn:
        return "没有，写成 Excel"
    if form in (DataFormat.XLSX, DataFormat.CSV):
        return "不含"
    return f"{drawn:,} 行" if kind.geometry else "没有"


def _told(request: Request) -> str:
    persons = "含人名与电话，只限内部使用" if request.personal else "不含人名与电话"
    told = "来源、修订、日期、坐标、范围、栏目、演示数据与许可"
    if is_alone(request):
        what = f"一个 Excel 文件，第二张表是说明（{told}）"
    else:
        what = f"一个压缩包，每种台账一个文件，另有一份说明（{told}）"
    return f"{what}；{persons}。改好后可以从“导入”再交回，没有改的行不会有任何变化。"


def in_words(snap: Snapshot, chosen: PageState) -> str:
    """The filters as people read them, for the readme."""
    options = controls.choices(snap).multi
    said = []
    for key, field in MULTI.items():
        values = getattr(chosen.filters, field)
        names = [options[key].get(one, one) for one in values]
        rest = f"等 {len(names)} 项" if len(names) > _MOST_NAMED else ""
        if names:
            said.append(f"{controls.FIELDS[key]}：{'、'.join(names[:_MOST_NAMED])}{rest}")
    if chosen.filters.text.strip():
        said.append(f"文字：“{chosen.filters.text.strip()}”")
    return "；".join([*said, f"截至 {chosen.as_of.isoformat()}"])
