"""The web map: a static folium base, stored layers fetched by URL, and one small push per change.

User data never enters page script (folium escapes nothing): the base holds only constants, the push travels
as deflated base64, texts are shown with textContent. The base must be composed anew on each rerun with the same
content; everything that changes is in the push, so the frame is never remounted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import folium
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

from cartography import map_state
from cartography import symbology as s
from geodata.vocabulary import LineKind, RoadClass, Theme, ZoneClass

ASSETS = "../../assets"
_SCRIPTS = ("core.js", "packed.js", "compounds.js", "pattern.js", "draw.js", "labels.js", "controls.js")
STATIC = Path(__file__).resolve().parent.parent / "static"
_LEAFLET = STATIC / "vendor" / "leaflet" / "dist"
_OWN_FOLDERS = ("map", "components", "css", "drawing")


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
    """Short hash of our own browser files, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in _OWN_FOLDERS for path in (STATIC / folder).iterdir()):
        digest.update(path.read_bytes())
    digest.update(symbols_script().encode())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=2)
def bundle(kind: str) -> str:
    """All the map frame's scripts (`kind` js) or style sheets (css) as one file.

    st_folium loads scripts one after the other and sends their list with every rerun: one file costs one request.
    """
    if kind == "js":
        leaflet = _LEAFLET / "leaflet.js"
        return "\n".join(
            [_text(leaflet), symbols_script(), *(_text(STATIC / "map" / name) for name in _SCRIPTS)]
        )
    sheets = [_text(_LEAFLET / "leaflet.css").replace("url(images/", "url(../vendor/leaflet/dist/images/")]
    return "\n".join([*sheets, _text(STATIC / "map" / "map.css")])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _own(kind: str) -> str:
    return f"{ASSETS}/map/bundle.{kind}?v={asset_version()}"


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
        self.default_js = [("bundle_js", _own("js"))]
        self.default_css = [
            ("bundle_css", _own("css")),
            ("fonts_css", f"{ASSETS}/vendor/fonts.css"),
            ("theme", f"{ASSETS}/theme.css"),
        ]


class Push(Layer):
    """The one thing that changes: which layers to fetch and how to draw them.

    It travels deflated: JSON, a line break, and the flags of the compounds with one character each.
    """

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
        self.text = map_state.encode(*map_state.split_flags(payload))


class _OfflineMap(folium.Map):
    """folium.Map with Leaflet alone, from our own server, and without the styles and switches we do not use."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id={{ this.get_name()|tojson }} ></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
        {{ this.get_name() }}.setView({{ this.location|tojson }}, {{ this.options.zoom|tojson }});
        {% endmacro %}
        """
    )
    default_js: ClassVar = []
    default_css: ClassVar = []


Chart = folium.Map
"""What `base_map` gives."""


def bare_map(home: list[list[float]]) -> folium.Map:
    """The map without any layer, script or style of its own; `home` is [[south, west], [north, east]] in degrees."""
    chart = _OfflineMap(
        location=[(home[0][0] + home[1][0]) / 2, (home[0][1] + home[1][1]) / 2],
        zoom_start=15,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
    )
    chart.options.update(minZoom=9, maxZoom=20)
    chart._name, chart._id = "map", "chengyuan"
    return chart


def base_map(
    *,
    home: list[list[float]],
    district: list[list[float]],
    controls: bool = True,
    inset: bool = True,
    url_view: bool = True,
    fit_screen: float = 0.0,
    corner: tuple[int, int] = (0, 0),
    legend_room: int = 0,
    attribution: tuple[str, ...] = (),
) -> folium.Map:
    """The static map; the same arguments give the same content on every rerun.

    `home` (first view) and `district` (full extent) are [[south, west], [north, east]] in degrees;
    `legend_room` is the width in pixels that the first view leaves free on the left; `fit_screen` lets lines
    and texts grow with the screen (their scale at 1920 x 1080; 0: always scale 1); no label stands in the lower
    left `corner` (width, height at scale 1), which the page covers.
    """
    chart = bare_map(home)
    StoredLayers(
        {
            "home": home,
            "extent": district,
            "controls": controls,
            "coordinates": controls,
            "inset": inset,
            "urlView": url_view,
            "fitScreen": fit_screen,
            "corner": list(corner),
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


def compose(state: map_state.MapState) -> folium.FeatureGroup:
    """The push as a feature group for `st_folium(feature_group_to_add=…)`."""
    group = folium.FeatureGroup(name="push", control=False)
    Push(map_state.payload(state)).add_to(group)
    return group


@lru_cache(maxsize=1)
def symbols_script() -> str:
    """The symbology as a script of the map frame: constants for both grounds, fetched once and kept."""
    grounds = {
        name: {
            "look": look(dark=dark),
            "palettes": {
                **{theme.value: s.palette(theme, dark=dark) for theme in Theme},
                map_state.QUALITY: s.rows_of(dict(s.QUALITY)),
            },
        }
        for dark, name in map_state.GROUNDS.items()
    }
    constants = {"grounds": grounds, "layerLabels": LAYER_LABELS, "switches": list(map_state.SWITCHES)}
    return f"window.chengyuan = {json.dumps(constants, ensure_ascii=False)};\n"


def look(*, dark: bool = False) -> dict[str, Any]:
    """All symbols that do not depend on the theme."""
    ink = s.DARK if dark else s.LIGHT

    def plain(symbol: s.Symbol) -> dict[str, object]:
        return s.plain(s.deep(symbol) if dark else symbol)

    wall = {kind.value: s.plain(s.deep_wall(kind) if dark else s.WALL[kind]) for kind in LineKind}
    return {
        "text": ink.text,
        "muted": ink.muted,
        "faint": ink.faint,
        "halo": ink.halo,
        "wallText": s.DEEP_WALL if dark else s.WALL[LineKind.SURVIVING_WALL].stroke,
        "roads": {kind.value: s.plain(s.deep_road(kind) if dark else s.ROADS[kind]) for kind in RoadClass},
        "wall": wall,
        "zones": {kind.value: plain(s.ZONES[kind]) for kind in ZoneClass},
        "reference": plain(s.REFERENCE),
        "area": plain(s.AREA),
        "district": plain(s.DISTRICT),
        "street": plain(s.STREET),
        "outside": plain(s.STREET_OUTSIDE),
        "missing": plain(s.CHOROPLETH_MISSING),
        "steps": [plain(symbol) for symbol in s.CHOROPLETH],
        "coverage": [s.plain(symbol) for symbol in s.COVERAGE],
        "coverageUnknown": s.plain(s.COVERAGE_UNKNOWN),
        "uncertain": plain(s.UNCERTAIN),
        "hold": plain(s.HOLD),
        "alarm": plain(s.ALARM),
        "highlight": plain(s.HIGHLIGHT),
        "selected": plain(s.SELECTED),
        "series": plain(s.SERIES["households"]),
        "inset": {"fill": ink.ground, "stroke": ink.rule},
    }
