"""ASGI entry: `streamlit run app.py`. Routes, security headers, and what happens at start and stop."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware

from ui.assets import AssetsMissing, ensure_assets

try:
    ensure_assets()
except AssetsMissing as error:
    sys.exit(str(error))

import streamlit as st

from ui import data, logs, middleware, routes, start


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Create demo data when there is nothing at all, warm the slow imports, keep the backup schedule, close the store at the end."""
    start.prepare()
    yield {}
    start.finish()


logs.configure(data.settings())
app = st.App(
    "ui/main.py",
    routes=routes.routes(),
    middleware=[
        Middleware(middleware.RequestId),
        Middleware(
            middleware.SecurityHeaders,
            policy=middleware.content_security_policy(
                basemap.location for basemap in data.settings().basemaps if not basemap.is_local
            ),
        ),
        Middleware(middleware.PageHead, title="城垣"),
    ],
    lifespan=lifespan,
)
