"""The small map of a dossier: the compound with its neighbours, zones and the wall; a neighbour opens its own."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely import Point

from cartography import layers, map_state, web_map
from geodata.crs import STORED_CRS, to_metric, to_stored
from geodata.vocabulary import Theme
from ui import data, map_data, map_view, state
from ui.case import Case
from ui.html import missing

_AROUND_M = 130
_DEFAULT_RADIUS_M = 200


def show(case: Case) -> None:
    """Draw the map, or say what is missing and what to do when the place is not known at all."""
    home = data.kept(case.snap, ("around", case.id), lambda: around(case.row))
    if home is None:
        st.html(_nowhere())
        return
    chart = web_map.base_map(
        home=home,
        district=map_data.extents(case.snap).district,
        controls=False,
        inset=False,
        url_view=False,
        attribution=map_view.ATTRIBUTION,
    )
    now = map_state.MapState(
        layer_urls=map_view.urls(case.snap),
        theme=Theme.STAGE,
        codes=map_view.codes(case.snap, Theme.STAGE, case.as_of),
        streets=(),
        switches=frozenset(map_state.SWITCHES) - {"symbols"},
        selected=case.id,
    )
    map_view.show(chart, now, key="dossier", height=320, on_click=lambda kind, code: _open(case, kind, code))


def _open(case: Case, kind: str, code: str) -> None:
    if kind == "compound" and code in data.frame(case.snap, "compound").index:
        state.put("compound", code)


def around(row: pd.Series) -> list[list[float]] | None:
    """Corners of a view around a compound: its boundary with what lies near, or its circle of uncertainty.

    None when neither boundary nor position is known.
    """
    shape, reach = row["geometry"], _AROUND_M
    if missing(shape):
        if missing(row["position_lon"]) or missing(row["position_lat"]):
            return None
        shape = Point(row["position_lon"], row["position_lat"])
        radius = row["position_uncertainty_m"]
        reach = (_DEFAULT_RADIUS_M if missing(radius) else float(radius)) * 1.1
    placed = to_metric(gpd.GeoDataFrame(geometry=[shape], crs=STORED_CRS))
    return layers.extent(to_stored(placed.set_geometry(placed.buffer(reach))))


def _nowhere() -> str:
    return (
        '<div class="cy-empty cy-nowhere"><b>没有边界，也没有位置</b>这个楼院还没有落图，地图上看不到它；'
        "它在“无边界”清单里，计入所有数字。<br>点上方“落图”：描绘边界、粘贴坐标，或只标大致位置。<br>"
        "成批的边界文件在“导入”页装入。</div>"
    )
