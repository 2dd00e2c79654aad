"""The drawing editor's scripts and style sheet, each as one file: Leaflet, Geoman, Proj4js, symbology, our own."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from cartography import symbology as s
from cartography import web_map

_STATIC = Path(__file__).resolve().parent.parent / "static"
_LEAFLET = _STATIC / "vendor" / "leaflet" / "dist"
_GEOMAN = _STATIC / "vendor" / "@geoman-io" / "leaflet-geoman-free" / "dist"
_PROJ4 = _STATIC / "vendor" / "proj4" / "dist"
_OWN = (
    "metric.js",
    "ground.js",
    "shape.js",
    "tools.js",
    "draft.js",
    "line.js",
    "parts.js",
    "panel.js",
    "editor.js",
)


def version() -> str:
    """Short hash that changes with any of our browser files, so that a browser may keep the bundle for ever."""
    return web_map.asset_version()


@lru_cache(maxsize=2)
def bundle(kind: str) -> str:
    """All scripts (`kind` js) or style sheets (css) of the editor."""
    if kind == "js":
        libraries = (_LEAFLET / "leaflet.js", _GEOMAN / "leaflet-geoman.min.js", _PROJ4 / "proj4.js")
        own = [_STATIC / "map" / "pattern.js", *(_STATIC / "drawing" / name for name in _OWN)]
        return "\n;".join([*map(_text, libraries), _symbols(), *map(_text, own)])
    leaflet = _text(_LEAFLET / "leaflet.css").replace("url(images/", "url(../vendor/leaflet/dist/images/")
    return "\n".join([leaflet, _text(_GEOMAN / "leaflet-geoman.css")])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _symbols() -> str:
    """Symbols of the context layers and of the drawing itself, from the one symbology."""
    drawing = {name: s.plain(symbol) for name, symbol in s.DRAWING.items()}
    look = {**web_map.look(), "drawing": drawing}
    return f"window.chengyuanDrawing = {json.dumps({'look': look}, ensure_ascii=False)};"
