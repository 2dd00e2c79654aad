"""Our own browser components: markup here, script and style fetched once from our own address.

Streamlit sends a component's script and style with every rerun; a one-line loader keeps that to a few bytes.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from cartography.web_map import asset_version


def component(name: str, html: str) -> Any:
    """A component whose code is `static/components/<name>.js` (default export) and `<name>.css`."""
    place = f"assets/components/{name}"
    version = asset_version()
    return st.components.v2.component(
        f"chengyuan_{name}",
        html=f'<link rel="stylesheet" href="{place}.css?v={version}">{html}',
        # The line break tells Streamlit that this is code and no file.
        js=f"export default async p=>\n(await import(new URL('{place}.js?v={version}',document.baseURI))).default(p)",
    )
