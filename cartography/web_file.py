"""The web map in one file: folium's map with our own assets and the layers inlined, opened without any network.

Data stand in a JSON block that no template compiles and no script contains; the file's own policy forbids every
connection, and allows the scripts and the style sheet by their hashes alone.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
from branca.element import Figure
from folium.template import Template

from cartography import layers, map_state, packed, web_map
from cartography.interface import css_variables
from cartography.map_state import MapState
from cartography.web_map import StoredLayers

_MAP_FILES = web_map.STATIC / "map"
_BODY = """
<header class="cy-file-head"><div id="cy-file-title"></div><div id="cy-file-stamps"></div></header>
<aside class="cy-file-side"><div id="cy-file-legend"></div><div id="cy-file-layers"></div></aside>
<main class="cy-file-map">{map}<div id="cy-file-watermark" aria-hidden="true"></div></main>
<footer class="cy-file-foot" id="cy-file-facts"></footer>
<noscript><p class="cy-file-script">这张地图要用浏览器的脚本来画；请允许脚本，或用 Chrome、Edge、Firefox 打开。</p></noscript>
"""


@dataclass(frozen=True)
class Texts:
    """What stands around the map. `legend`: groups with `title` and `entries` (`label`, `count`, `svg` or None)."""

    title: str
    subtitle: str
    stamps: tuple[str, ...] = ()
    watermark: str | None = None
    legend: tuple[Mapping[str, Any], ...] = ()
    facts: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    link: str = ""


class _Layers(StoredLayers):
    """Our drawing code on the map, without links: the page holds it."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.default_js, self.default_css = [], []
        self._id = "file"


class _Page(Figure):
    """The page. What a macro of folium returns is compiled again as a template: only constants pass that way."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<title>{{ this.heading }}</title>\n'
        "<style>{{ this.style }}</style>\n</head>\n<body>{{ this.body }}"
        '<script type="application/json" id="cy-file">{{ this.data }}</script>\n'
        "<script>{{ this.library }}</script>\n<script>{{ this.own }}</script>\n</body>\n</html>\n"
    )
    policy = heading = style = body = data = library = own = ""


def write(
    frames: Mapping[str, gpd.GeoDataFrame],
    state: MapState,
    texts: Texts,
    *,
    home: list[list[float]],
    extent: list[list[float]],
    coarse: bool = False,
) -> bytes:
    """The map of these frames (EPSG:4490, index `id`) as one HTML file.

    `state` as the web map takes it, aligned with the frames; its layer addresses are not used. `home` and `extent`
    are [[south, west], [north, east]] in degrees. `coarse`: places are rounded, and no coordinates are shown.
    """
    shown = replace(state, layer_urls=dict.fromkeys(frames, "file"))
    page, chart = _Page(), web_map.bare_map(home)
    settings = _settings(home, extent, texts.attribution, coarse)
    _Layers(settings).add_to(chart)
    chart.add_to(page)
    chart.render()
    page.data = safe_json(_data(frames, shown, texts, coarse))
    page.library, page.own = _library(), _script(page.script.render())
    page.style, page.body = _style(), _BODY.format(map=page.html.render())
    page.heading = html.escape(texts.title)
    page.policy = _policy(scripts=(page.library, page.own), style=page.style)
    return str(page._template.render(this=page)).encode()


def _settings(
    home: list[list[float]], extent: list[list[float]], attribution: tuple[str, ...], coarse: bool
) -> dict[str, Any]:
    return {
        "home": home,
        "extent": extent,
        "controls": True,
        "coordinates": not coarse,
        "inset": True,
        "urlView": False,
        "fitScreen": 0.0,
        "corner": [0, 0],
        "animate": True,
        "legendRoom": 0,
        "attribution": list(attribution),
        "coarse": coarse,
    }


def _data(
    frames: Mapping[str, gpd.GeoDataFrame], state: MapState, texts: Texts, coarse: bool
) -> dict[str, Any]:
    drawn = {
        name: base64.b64encode(packed.pack(frame)).decode()
        if name == "compound"
        else json.loads(layers.geojson(name, frame))
        for name, frame in frames.items()
    }
    return {
        "title": texts.title,
        "subtitle": texts.subtitle,
        "stamps": list(texts.stamps),
        "watermark": texts.watermark,
        "legend": [_group(group) for group in texts.legend],
        "switches": [
            {"name": name, "label": label}
            for name, label in map_state.SWITCHES.items()
            if name in state.switches
        ],
        "facts": list(texts.facts),
        "link": texts.link,
        "coarse": coarse,
        "layers": drawn,
        "push": map_state.plain(*map_state.split_flags(map_state.payload(state))),
    }


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    entries = [
        {"label": one["label"], "count": one.get("count"), "picture": _address(one.get("svg"))}
        for one in group["entries"]
    ]
    return {"title": group["title"], "entries": entries}


def _address(svg: bytes | None) -> str | None:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" if svg else None


def safe_json(value: Any) -> str:
    """JSON that ends no element, begins no comment and means nothing to a template, whatever its texts hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _library() -> str:
    return _script(f"{web_map.bundle('js')}\n{(_MAP_FILES / 'file.js').read_text(encoding='utf-8')}")


def _script(text: str) -> str:
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("a script of ours would end its own element")
    return text


def _style() -> str:
    """Our style sheets; pictures that they name would be looked for beside the file, so there are none."""
    own = (_MAP_FILES / "file.css").read_text(encoding="utf-8")
    return re.sub(r"url\([^)]*\)", "none", f"{web_map.bundle('css')}\n{css_variables()}\n{own}")


def _policy(*, scripts: tuple[str, ...], style: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
