"""What the map would cost without a layer of its own: `geopandas.explore()` in a Streamlit page (see `bench.large`).

The fair case: the same rows, one colour per status, the name as tooltip, canvas, browser files from this server.
Run as `streamlit run _explore_page.py -- FILE`, with Leaflet and jQuery in the folder `static` beside it.
"""

import sys

import geopandas as gpd
import streamlit as st
import streamlit.components.v1 as components

LOCAL = {
    "leaflet.js": "/app/static/leaflet/dist/leaflet.js",
    "leaflet.css": "/app/static/leaflet/dist/leaflet.css",
    "jquery": "/app/static/jquery/dist/jquery.min.js",
}
DRAWN = "<script>requestAnimationFrame(() => document.body.setAttribute('data-ready', ROWS))</script>"


@st.cache_resource
def compounds() -> gpd.GeoDataFrame:
    """The compounds with their status, written by the bench."""
    return gpd.read_parquet(sys.argv[1])


def local(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The links of a folium element from this server; what a plain map can do without is left out."""
    found = ((name, [path for mark, path in LOCAL.items() if mark in url]) for name, url in links)
    return [(name, paths[0]) for name, paths in found if paths]


st.set_page_config(layout="wide")
streets = sorted(compounds()["street"].unique())
chosen = st.segmented_control("街道", streets)
rows = compounds() if chosen is None else compounds().query("street == @chosen")
chart = rows.explore(
    column="status", categorical=True, tooltip=["name"], tiles=None, prefer_canvas=True, legend=False
)
for element in (chart, *chart._children.values()):
    for kind in ("default_js", "default_css"):
        if hasattr(element, kind):
            setattr(element, kind, local(getattr(element, kind)))
page = chart.get_root().render()
components.html(page.replace("</html>", DRAWN.replace("ROWS", str(len(rows))) + "</html>"), height=780)
