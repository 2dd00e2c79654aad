"""The map widget: one frame that stays, one small push per rerun, clicks as (kind, id)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from cartography import map_state, offices, web_map
from geodata.store import Snapshot
from geodata.vocabulary import Datum, Theme
from ui import data, export, map_data, routes, state, tiles

ATTRIBUTION = ("城垣残段 © OpenStreetMap contributors (ODbL)", "区界、街道、道路均为示意")

_LEGEND_ROOM = 240
_LEGEND_CORNER = (240, 520)


def show(
    chart: web_map.Chart,
    now: map_state.MapState,
    *,
    key: str,
    height: int,
    on_click: Callable[[str, str], None],
) -> None:
    """Draw or update the map; `on_click(kind, id)` runs before the next rerun, with kind compound, street or none."""

    def changed() -> None:
        value = (st.session_state.get(key) or {}).get("last_active_drawing") or {}
        seen = f"{key}_click"
        if value.get("click") and value["click"] != st.session_state.get(seen):
            st.session_state[seen] = value["click"]
            on_click(str(value.get("kind")), str(value.get("id")))

    with st.container(key=f"map-{key}"):
        st_folium(
            chart,
            key=key,
            height=height,
            use_container_width=True,
            returned_objects=["last_active_drawing"],
            feature_group_to_add=web_map.compose(now),
            on_change=changed,
        )


def urls(
    snap: Snapshot, datum: Datum = Datum.CGCS2000, *, only: tuple[str, ...] = map_data.DRAWN
) -> dict[str, str]:
    """Signed URLs of the layers a map draws."""
    return {layer: routes.layer_url(snap, layer, datum) for layer in only}


def codes(snap: Snapshot, theme: Theme, as_of: date, visible: pd.Series | None = None) -> str:
    """Status codes of the drawable compounds as of a day, in drawing order; of the visible ones when given."""
    drawn = map_data.drawn(snap)

    def make() -> str:
        now = data.states(snap, as_of)
        column = now[web_map.s.THEME_COLUMN[theme]].iloc[drawn]
        return map_state.codes_for(theme, column, now["heritage_hold"].iloc[drawn])

    every = data.kept(snap, ("codes", theme, as_of), make)
    return every if visible is None else map_state.hidden(every, ~visible.to_numpy(dtype=bool)[drawn])


def basemap(basemap_id: str | None) -> tuple[dict[str, Any] | None, Datum]:
    """Push entry and datum of a configured basemap; none and CGCS2000 for the plain ground."""
    chosen = tiles.configured().get(basemap_id or "")
    if chosen is None:
        return None, Datum.CGCS2000
    spec = {
        "name": chosen.name,
        "url": tiles.template(chosen),
        "maxZoom": chosen.max_zoom,
        "attribution": chosen.attribution,
    }
    return spec, chosen.datum


def focus(layer: str, record_id: str) -> None:
    """Ask the map to go somewhere at its next drawing (from a callback)."""
    serial = st.session_state.get("map_focus", ("", "", 0))[2] + 1
    st.session_state["map_focus"] = (layer, record_id, serial)


def street_marks(snap: Snapshot, table: pd.DataFrame) -> list[map_state.StreetMark]:
    """What the map says of each street office when far, from a progress table, in drawing order."""
    return offices.marks(data.frame(snap, "street_office"), table)


def overview(snap: Snapshot, chosen: state.PageState, visible: pd.Series, table: pd.DataFrame) -> None:
    """The overview map with everything the person chose."""
    extents = map_data.extents(snap)
    chart = web_map.base_map(
        home=extents.home,
        district=extents.district,
        attribution=ATTRIBUTION,
        legend_room=_LEGEND_ROOM,
        corner=_LEGEND_CORNER,
    )
    spec, datum = basemap(chosen.basemap)
    if "map_focus" not in st.session_state and chosen.compound and "view" not in st.query_params:
        focus("compound", chosen.compound)
    now = map_state.MapState(
        layer_urls=urls(snap, datum),
        theme=chosen.theme,
        codes=codes(snap, chosen.theme, chosen.as_of, visible),
        streets=street_marks(snap, table),
        switches=chosen.switches,
        selected=chosen.compound,
        focus=st.session_state.get("map_focus"),
        basemap=spec,
        datum=datum,
        query=state.fingerprint(),
    )
    show(
        chart,
        now,
        key="overview",
        height=780,
        on_click=lambda kind, record: _clicked(snap, kind, record),
    )


def _clicked(snap: Snapshot, kind: str, record: str) -> None:
    if kind == "none":
        state.put("compound", None)
    elif kind == "export":
        export.ask(record)
    elif kind == "compound" and record in data.frame(snap, "compound").index:
        state.put("compound", record)
    elif kind == "street":
        state.put("compound", None)
        state.toggle_street(record, data.frame(snap, "street_office").index)
