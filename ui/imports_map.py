"""The boundaries of a file over those that are stored, with a legend; a click on one looks at its row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cartography import editor_bundle
from cartography import symbology as s
from cartography.swatch import area
from geodata.importers.inspection import PREVIEW, Inspection
from geodata.kinds import KINDS
from geodata.store import Snapshot
from geodata.vocabulary import Datum
from ui import import_routes, map_data, routes
from ui.components import component

_EMPTY_BYTES = 80  # a collection without features

STATES = {
    "new": "新增",
    "changed": "改动",
    "unchanged": "不变",
    "rejected": "不装入",
    "stored": "库中现有",
}

_component = component(
    "preview",
    f'<link rel="stylesheet" href="assets/drawing/bundle.css?v={editor_bundle.version()}">'
    '<div class="preview"><div class="map" role="application" aria-label="边界预览"></div>'
    '<div class="notice" role="alert" hidden></div></div>',
)


def has(folder: Path) -> bool:
    """Whether there is anything to draw."""
    path = folder / PREVIEW
    return path.is_file() and path.stat().st_size > _EMPTY_BYTES


def lacking(found: Inspection) -> str:
    """What is said in the place of a map, for a ledger whose records have boundaries; empty when there is nothing to say."""
    bears = found.kind in KINDS and KINDS[found.kind].geometry is not None
    if not bears or found.evidence or "coordinates" in found.asks:
        return ""
    return '<div class="cy-note">文件没有边界，库中边界不变。</div>'


def show(
    snap: Snapshot, workspace: str, folder: Path, *, row: int | None, on_row: Callable[[int], None]
) -> None:
    """Draw the map and its legend."""

    def clicked() -> None:
        picked = getattr(st.session_state.get("imports-map"), "row", None)
        if isinstance(picked, int):
            on_row(picked)

    at = (folder / PREVIEW).stat().st_mtime_ns
    _component(
        key="imports-map",
        data={
            "bundle": editor_bundle.version(),
            "home": map_data.extents(snap).district,
            "layers": {
                layer: f"{layer}/{routes.layer_url(snap, layer, Datum.CGCS2000)}" for layer in map_data.GROUND
            },
            "address": f"{import_routes.map_address(workspace)}?at={at}",
            "look": {name: s.plain(symbol) for name, symbol in s.IMPORT.items()},
            "picked": {"color": s.SELECTED.stroke, "weight": 4},
            "row": row,
        },
        on_row_change=clicked,
    )
    marks = "".join(f"<span>{area(symbol)}{STATES[name]}</span>" for name, symbol in s.IMPORT.items())
    st.html(f'<div class="cy-import-legend">{marks}</div>')
