"""The web map: a static folium base, stored layers fetched by URL, and one small push per change.

User data never enters page script (folium escapes nothing): the base holds only constants, the push travels as
base64 JSON, texts are shown with textContent. The base must be composed anew on each rerun with the same
content; everything that changes is in the push, so the frame is never remounted.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
import pandas as pd
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

from cartography import symbology as s
from geodata.vocabulary import Datum, LineKind, RoadClass, Theme, ZoneClass

ASSETS = "../../assets"
_SCRIPTS = ("core.js", "draw.js", "labels.js", "controls.js")
_MAP_FOLDER = Path(__file__).resolve().parent.parent / "static" / "map"

HIDDEN = "."

SWITCHES: dict[str, str] = {
    "compounds": "楼院",
    "hold": "涉文物待批",
    "wall": "城垣",
    "zones": "文物区划",
    "reference": "墙侧20米（示意）",
    "areas": "片区",
    "roads": "道路",
    "symbols": "户数符号",
}

LAYER_LABELS = {
    "district": "区界",
    "street_office": "街道",
    "basemap_line": "道路",
    "reference_area": "参考范围",
    "heritage_zone": "文物区划",
    "heritage_line": "城垣",
    "renewal_area": "片区",
    "compound": "楼院",
}


@lru_cache(maxsize=1)
def asset_version() -> str:
    """Short hash of our own map files, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(_MAP_FOLDER.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _own(name: str) -> str:
    return f"{ASSETS}/map/{name}?v={asset_version()}"


class StoredLayers(JSCSSMixin, Layer):
    """Mounts our drawing code on the map; carries only constants."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.layerGroup([]);
        chengyuan.mount({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(name="stored", overlay=True, control=False)
        self._name = "StoredLayers"
        self.settings = dict(settings)
        self.default_js = [(name, _own(name)) for name in _SCRIPTS]
        self.default_css = [("map_css", _own("map.css")), ("fonts_css", f"{ASSETS}/vendor/fonts.css")]


class Push(Layer):
    """The one thing that changes: which layers to fetch and how to draw them."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        window.feature_group = [];
        var {{ this.get_name() }} = L.layerGroup([]);
        chengyuan.push("{{ this.text }}");
        {% endmacro %}
        """
    )

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__(name="push", overlay=True, control=False)
        self._name = "Push"
        self.text = encode(payload)


class _OfflineMap(folium.Map):
    """folium.Map with Leaflet alone, from our own server."""

    default_js = [("leaflet", f"{ASSETS}/vendor/leaflet/dist/leaflet.js")]
    default_css = [("leaflet_css", f"{ASSETS}/vendor/leaflet/dist/leaflet.css")]


def encode(payload: Mapping[str, Any]) -> str:
    """JSON as base64: no character of it means anything to HTML, to a template or to st_folium's name mangling."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode("ascii")


def base_map(
    *,
    home: list[list[float]],
    district: list[list[float]],
    controls: bool = True,
    inset: bool = True,
    url_view: bool = True,
    legend_room: int = 0,
    attribution: tuple[str, ...] = (),
) -> folium.Map:
    """The static map; the same arguments give the same content on every rerun.

    `home` (first view) and `district` (full extent) are [[south, west], [north, east]] in degrees; `legend_room`
    is the width in pixels that the first view leaves free on the left.
    """
    chart = _OfflineMap(
        location=[(home[0][0] + home[1][0]) / 2, (home[0][1] + home[1][1]) / 2],
        zoom_start=15,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        min_zoom=9,
        max_zoom=20,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        font_size="13px",
    )
    chart._name, chart._id = "map", "chengyuan"
    StoredLayers(
        {
            "home": home,
            "extent": district,
            "controls": controls,
            "coordinates": controls,
            "inset": inset,
            "urlView": url_view,
            "animate": controls,
            "legendRoom": legend_room,
            "attribution": list(attribution),
        }
    ).add_to(chart)
    require_own_links(chart)
    return chart


def require_own_links(chart: folium.Map) -> None:
    """Raise when any script or style of the map would come from another host."""
    for element in (chart, *chart._children.values()):
        links = [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]
        outside = [url for _, url in links if url.startswith(("http:", "https:", "//"))]
        if outside:
            raise ValueError(f"map asks another host: {outside}")


@dataclass(frozen=True)
class StreetMark:
    """What the map says of a street office when far: totals of the compounds shown, and a choropleth step."""

    households: int | None
    in_totals: bool
    step: int | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class MapState:
    """Everything the map shows that can change; `compose` turns it into the push.

    `codes` and `hold` are aligned with the drawable compounds (see `cartography.layers.drawable`).
    """

    layer_urls: Mapping[str, str]
    theme: Theme
    codes: str
    hold: str
    streets: Mapping[str, StreetMark]
    switches: frozenset[str]
    selected: str | None = None
    focus: tuple[str, str, int] | None = None
    basemap: Mapping[str, Any] | None = None
    datum: Datum = Datum.CGCS2000
    dark: bool = False
    scale: float = 1.0
    serial: int = 1
    query: str = field(default="")


def codes_for(theme: Theme, values: pd.Series, visible: pd.Series) -> str:
    """One character per compound: its place in the theme's palette, or `HIDDEN` when filtered out.

    A value that the theme does not know (or a missing one) is drawn as unknown, never left out.
    """
    terms = [term.value for term in s.symbols(theme)]
    place = {code: str(number) for number, code in enumerate(terms)}
    unknown = place["unknown"]
    shown = values.map(lambda code: place.get(code, unknown))
    return "".join(shown.where(visible, HIDDEN))


def choropleth_step(share: float | None) -> int | None:
    """Step of a share 0..1 in the choropleth ramp; None when there is no share."""
    if share is None or share != share:
        return None
    return sum(share >= limit for limit in s.CHOROPLETH_BREAKS)


def compose(state: MapState) -> folium.FeatureGroup:
    """The push as a feature group for `st_folium(feature_group_to_add=…)`."""
    group = folium.FeatureGroup(name="push", control=False)
    Push(payload(state)).add_to(group)
    return group


def payload(state: MapState) -> dict[str, Any]:
    """The push as plain values (what the browser gets)."""
    layers = {name: {"url": url, "label": LAYER_LABELS[name]} for name, url in state.layer_urls.items()}
    focus = None
    if state.focus:
        focus = {"layer": state.focus[0], "id": state.focus[1], "serial": state.focus[2]}
    return {
        "layers": layers,
        "palette": s.palette(state.theme, dark=state.dark),
        "codes": state.codes,
        "hold": state.hold,
        "streets": {code: _street(mark) for code, mark in state.streets.items()},
        "on": {name: name in state.switches for name in SWITCHES},
        "selected": state.selected,
        "focus": focus,
        "basemap": dict(state.basemap) if state.basemap else None,
        "datumLabel": state.datum.label,
        "scale": state.scale,
        "serial": state.serial,
        "query": state.query,
        "look": _look(state.dark),
    }


def _street(mark: StreetMark) -> dict[str, Any]:
    return {
        "households": mark.households,
        "inTotals": mark.in_totals,
        "step": mark.step,
        "lines": list(mark.lines),
    }


@lru_cache(maxsize=2)
def _look(dark: bool) -> dict[str, Any]:
    """All symbols that do not depend on the theme."""
    ink = s.DARK if dark else s.LIGHT
    wall = {kind.value: s.plain(s.deep_wall(kind) if dark else s.WALL[kind]) for kind in LineKind}
    return {
        "text": ink.text,
        "muted": ink.muted,
        "faint": ink.faint,
        "halo": ink.halo,
        "wallText": s.DEEP_WALL if dark else s.WALL[LineKind.SURVIVING_WALL].stroke,
        "roads": {kind.value: s.plain(s.deep_road(kind) if dark else s.ROADS[kind]) for kind in RoadClass},
        "wall": wall,
        "zones": {kind.value: s.plain(s.ZONES[kind]) for kind in ZoneClass},
        "reference": s.plain(s.REFERENCE),
        "area": s.plain(s.AREA),
        "district": s.plain(s.DISTRICT if not dark else s.Symbol(ink.paper, ink.muted, width=2.2)),
        "street": s.plain(s.STREET),
        "outside": s.plain(s.STREET_OUTSIDE),
        "missing": s.plain(s.CHOROPLETH_MISSING),
        "steps": [s.plain(symbol) for symbol in s.CHOROPLETH],
        "uncertain": s.plain(s.UNCERTAIN),
        "hold": s.plain(s.HOLD),
        "selected": s.plain(s.SELECTED),
        "series": s.plain(s.SERIES["households"]),
        "inset": {"fill": ink.ground, "stroke": ink.rule},
    }

