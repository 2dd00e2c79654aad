"""Step 1: a file is dropped or chosen; what can be taken in, and what was taken in last."""

from __future__ import annotations

import streamlit as st

from geodata.importers.inspection import Inspection
from geodata.kinds import KINDS
from geodata.store import Snapshot
from ui import data, import_jobs, import_routes, imports_batches, imports_state
from ui.components import component
from ui.html import table, text

_MARK = '<svg class="mark" viewBox="0 0 40 40" aria-hidden="true"><path d="M9 5h15l8 8v22H9zM24 5v8h8M20 29V18m-5 5 5-5 5 5"/></svg>'
_component = component(
    "upload",
    f'<div class="upload">{_MARK}<div class="lead" role="status"></div><button class="pick" type="button">选择文件</button>'
    '<div class="hint"></div><div class="going" role="progressbar" aria-valuemin="0" aria-valuemax="100" hidden>'
    '<span class="bar"></span></div><button class="stop" type="button" hidden>取消上传</button>'
    '<div class="said" role="status" hidden></div><input class="choose" type="file" aria-label="要导入的文件"></div>',
)
_ENDINGS = ".xlsx,.xlsm,.xls,.csv,.txt,.gpkg,.zip,.geojson,.json,.kml,.kmz,.dxf,.fgb"
_FORMATS = (
    ("台账", "Excel（xlsx、xls）、CSV（UTF-8、GB18030）"),
    ("图形", "GeoPackage、Shapefile（几个文件压成一个 zip）、GeoJSON、KML、KMZ、DXF、FlatGeobuf"),
    ("坐标", "CGCS2000、WGS84、GCJ-02、BD-09、高斯—克吕格 3°和 6°带；没有写明的按证据判断，判断不了的请您选"),
    ("大小", "一个文件最多 {most} MB；一次一个文件"),
)
_SHOWN = 8
_HOW = (
    '<div class="cy-section">怎样进行</div><ol class="cy-import-how">'
    "<li><b>核对识别</b>读出工作表、表头和各栏，判断坐标基准；每一处都可以改，改过的会记住。</li>"
    "<li><b>查看问题</b>逐行列出错误、提示和已修复的，写明怎样改、谁来改；相近的名称由您认定。</li>"
    "<li><b>确认改动</b>新增、改动、不变和文件里没有的，逐栏列出原值和新值。</li>"
    "<li><b>装入</b>写明原因，整批记为一次保存；以后可以在“导入记录”里整批撤销。</li></ol>"
)


def show(snap: Snapshot, waiting: Inspection | None = None) -> None:
    """The place for a file, beside what can be taken in."""
    left, right = st.columns([54, 46], gap="large")
    with left:
        _drop(waiting)
        if not imports_batches.last(snap, _SHOWN):
            st.html(_HOW)
    with right:
        st.html(_kinds())


def refused(found: Inspection) -> None:
    """Why a file could not be read at all."""
    st.html(
        f'<div class="cy-faults" role="alert"><b>“{text(found.file_name)}”没有装入</b><ul><li>{text(found.refused)}</li></ul></div>'
    )


def _drop(waiting: Inspection | None) -> None:
    def arrived() -> None:
        received = getattr(st.session_state.get("imports-upload"), "received", None)
        if isinstance(received, str) and import_jobs.workspaces().at(received):
            imports_state.open_file(received)

    most = data.settings().imports.most_mb
    hint = "文件只用来检查；核对并确认以后，内容才写入数据库。"
    if waiting is not None:
        hint = f"现在的文件是“{waiting.file_name}”；放入另一个文件，这一个就不再保留。"
    _component(
        key="imports-upload",
        data={
            "address": import_routes.upload_address(imports_state.session()),
            "most_mb": most,
            "endings": _ENDINGS,
            "hint": hint,
        },
        on_received_change=arrived,
    )


def _shape(geometry: str | None) -> str:
    return "—" if geometry is None else "线" if "Line" in geometry else "面"


def _kinds() -> str:
    rows = [(kind.label, kind.hint or "—", _shape(kind.geometry)) for kind in KINDS.values()]
    most = str(data.settings().imports.most_mb)
    formats = "".join(
        f"<dt>{text(name)}</dt><dd>{text(words.replace('{most}', most))}</dd>" for name, words in _FORMATS
    )
    return (
        '<div class="cy-section">能装入什么<small>种类和各栏自动识别，认错的可以改</small></div>'
        + table(("台账", "说明", "图形"), rows)
        + f'<dl class="cy-facts cy-import-formats">{formats}</dl>'
    )
