"""The maps of the quality page: compounds by their worst finding, street offices by how complete they are."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cartography import layers, map_state, swatch, web_map
from cartography import symbology as s
from geodata.store import Snapshot
from geodata.vocabulary import QualityMark, Theme
from ui import data, map_data, map_view, quality_data, quality_state
from ui.html import text

_FINDINGS, _COVERAGE = "quality_findings", "quality_coverage"
_FOCUS = "quality_focus"
_ROOM = 0.08
_HELD_BACK = {"symbols", "hold", "zones", "reference", "areas"}


def findings(snap: Snapshot, found: pd.DataFrame, listed: pd.DataFrame, asked: quality_state.Asked) -> None:
    """Compounds by their worst finding; those of the list stand out, the open finding is outlined."""
    compounds = data.frame(snap, "compound").index
    drawn = map_data.drawn(snap)
    marks = data.kept(snap, ("quality marks",), lambda: quality_data.marks(found, compounds))
    meant = compounds.isin(listed["compound"]) | compounds.isin(listed["other"])
    flags = "".join("1" if one else "0" for one in meant[drawn])
    rows = found[found["key"] == asked.finding]
    selected = str(rows["compound"].iloc[0]) if len(rows) else None
    now = map_state.MapState(
        layer_urls=map_view.urls(snap),
        theme=Theme.STAGE,
        palette=map_state.QUALITY,
        codes=_codes(marks.iloc[drawn]),
        streets=(),
        switches=frozenset(map_state.SWITCHES) - _HELD_BACK,
        selected=selected,
        focus=_focus(selected),
        marked=flags if "1" in flags else "",
    )
    map_view.show(
        _chart(snap), now, key=_FINDINGS, height=310, on_click=lambda kind, code: _open(found, kind, code)
    )
    st.html(_findings_legend(marks))


def _codes(marks: pd.Series) -> str:
    place = {mark.value: str(number) for number, mark in enumerate(QualityMark)}
    return "".join(marks.map(place))


def _focus(selected: str | None) -> tuple[str, str, int] | None:
    """Go to the compound of a finding when another one was opened."""
    former, serial = st.session_state.get(_FOCUS, (None, 0))
    if selected and selected != former:
        serial += 1
        st.session_state[_FOCUS] = (selected, serial)
    elif not selected:
        st.session_state[_FOCUS] = (None, serial)
    return ("compound", selected, serial) if selected else None


def _open(found: pd.DataFrame, kind: str, code: str) -> None:
    """Callback: open the first finding of the compound that was clicked."""
    rows = found[(found["compound"] == code) | (found["other"] == code)] if kind == "compound" else found[:0]
    if len(rows):
        quality_state.put(finding=rows["key"].iloc[0])


def _chart(snap: Snapshot) -> web_map.Chart:
    extents = map_data.extents(snap)
    return web_map.base_map(
        home=_within(layers.extent(data.frame(snap, "compound")), extents.district),
        district=extents.district,
        controls=False,
        inset=False,
        url_view=False,
        attribution=map_view.ATTRIBUTION,
    )


def _within(extent: list[list[float]] | None, district: list[list[float]]) -> list[list[float]]:
    """An extent with some room around, as far as it lies in the district: one misplaced compound does not rule the view."""
    if extent is None:
        return district
    room = [(high - low) * _ROOM for low, high in zip(*extent, strict=True)]
    low = [max(one - some, edge) for one, some, edge in zip(extent[0], room, district[0], strict=True)]
    high = [min(one + some, edge) for one, some, edge in zip(extent[1], room, district[1], strict=True)]
    return [low, high] if all(one < other for one, other in zip(low, high, strict=True)) else district


def _findings_legend(marks: pd.Series) -> str:
    counts = marks.value_counts()
    rows = "".join(
        f"<p class={swatch.key_class(symbol)} title='{text(mark.meaning)}'>{mark.label}"
        f"<i>{counts.get(mark.value, 0):,}</i></p>"
        for mark, symbol in s.QUALITY.items()
    )
    return (
        f'<div class="cy-legend cy-key cy-quality-key">{rows}</div>'
        '<div class="cy-note">楼院个数，按最重的一条计；清单以外的楼院颜色变淡。'
        "没有位置的楼院地图上看不到。</div>"
    )


def completeness(snap: Snapshot, table: pd.DataFrame, measure: str) -> None:
    """Street offices hatched by the share of one measure."""
    offices = layers.drawable(data.frame(snap, "street_office")).index
    share = quality_data.shares(table, measure)
    label = quality_data.MEASURES[measure]
    streets = [
        map_state.StreetMark(
            in_totals=True,
            step=map_state.choropleth_step(float(share[code])),
            compounds=int(table.at[code, "compounds"]),
            started=int(table.at[code, f"{measure}_have"]),
            known=int(table.at[code, f"{measure}_of"]),
        )
        for code in offices
    ]
    extents = map_data.extents(snap)
    chart = web_map.base_map(
        home=extents.district,
        district=extents.district,
        controls=False,
        inset=False,
        url_view=False,
        attribution=map_view.ATTRIBUTION,
    )
    now = map_state.MapState(
        layer_urls=map_view.urls(snap, only=map_data.GROUND),
        theme=Theme.STAGE,
        codes="",
        streets=streets,
        switches=frozenset({"wall"}),
        coverage=label,
    )
    map_view.show(
        chart, now, key=_COVERAGE, height=520, on_click=lambda kind, code: _chosen(table, kind, code)
    )
    st.html(_coverage_legend(label))


def _chosen(table: pd.DataFrame, kind: str, code: str) -> None:
    """Callback: the findings of the street office that was clicked."""
    if kind == "street" and code in table.index:
        quality_state.put(view="findings", street=code, leaf=1)


def _coverage_legend(label: str) -> str:
    edges = ["0", *(f"{limit:.0%}" for limit in s.CHOROPLETH_BREAKS), "100%"]
    rows = "".join(
        f"<p>{swatch.area(symbol)}{low} – {high}</p>"
        for symbol, low, high in zip(s.COVERAGE, edges, edges[1:], strict=False)
    )
    rows += f"<p>{swatch.area(s.COVERAGE_UNKNOWN)}没有可计的楼院</p>"
    return (
        f'<div class="cy-legend cy-key cy-quality-key steps">{rows}</div>'
        f'<div class="cy-note">楼院中“{text(label)}”的占比；线越密，缺得越多。街道界线为示意。点一个街道，列出它的问题。</div>'
    )
