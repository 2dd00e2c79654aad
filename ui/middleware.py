"""What every response carries: a reference, security headers, and our style sheets in the page before its first paint."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import logs

log = logging.getLogger("chengyuan.access")

_LEISURE_MS = 3000
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_OWN_ROUTES = {"healthz", "readyz", "revision", "layers", "basemap", "sheets", "uploads", "assets"}
_STYLES = ("assets/vendor/fonts.css", "assets/theme.css", "assets/css/app.css", "assets/css/briefing.css")


# Streamlit sends these without a lifetime, and the map frame would fetch 225 KB anew at every page switch.
_HASHED_COMPONENT_FILE = re.compile(r"^/component/.+/static/js/main\.[0-9a-f]{8,}\.js$")


def content_security_policy(tile_urls: Iterable[str] = ()) -> str:
    """The policy: nothing but this host; tile hosts join only when an administrator configured them."""
    hosts = sorted(
        {f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}" for parts in map(urlsplit, tile_urls)}
    )
    images = " ".join(["img-src 'self' data: blob:", *hosts])
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            images,
            "font-src 'self' data:",
            "connect-src 'self' ws: wss: data: blob:",
            "worker-src 'self' blob:",
            "frame-src 'self' blob: data:",
            "frame-ancestors 'self'",
            "object-src 'none'",
            "base-uri 'self'",
        ]
    )


class RequestId:
    """Gives each HTTP answer an `X-Request-ID` that the log lines of its request carry too.

    One that a proxy in front already gave is kept when it is well-formed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        reference = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        began, status = time.monotonic(), 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = reference
            await send(message)

        with logs.about(request=reference):
            try:
                await self._app(scope, receive, with_id)
            finally:
                route = scope["path"].split("/")[1]
                if route in _OWN_ROUTES:
                    ms = round((time.monotonic() - began) * 1000, 1)
                    log.debug("request", extra={"route": route, "status": status, "ms": ms})


class SecurityHeaders:
    """Adds CSP, nosniff, referrer and frame rules to every response, API and static files included."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if _HASHED_COMPONENT_FILE.search(scope["path"]) and message["status"] == 200:
                    headers["Cache-Control"] = "public, max-age=31536000, immutable"
            await send(message)

        await self._app(scope, receive, with_headers)


class PageHead:
    """Puts language, title and our style sheets into Streamlit's page, so that it never flashes unstyled."""

    def __init__(self, app: ASGIApp, *, title: str) -> None:
        self._app = app
        links = "".join(f'<link rel="stylesheet" href="./{path}">' for path in _STYLES)
        self._head = f"<title>{title}</title>{links}{_charts_at_leisure()}</head>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or _is_file(scope["path"]):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if not _is_page(message):
                    await send(message)
                    return
                start = message
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = self._rewrite(body, scope["path"])
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(page))
            headers["cache-control"] = "no-cache"
            del headers["etag"], headers["last-modified"]
            await send(start)
            await send({"type": "http.response.body", "body": page})

        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _CONDITIONAL]}
        await self._app(scope, receive, collect)

    def _rewrite(self, page: bytes, path: str) -> bytes:
        # The briefing is dark: its style sheet has to know before anything is drawn.
        ground = b' data-page="briefing"' if path.rstrip("/").endswith("/briefing") else b""
        page = page.replace(b'<html lang="en">', b'<html lang="zh-CN"' + ground + b">", 1)
        return page.replace(b"<title>Streamlit</title>", b"", 1).replace(b"</head>", self._head, 1)


def _charts_at_leisure() -> str:
    """Script that loads Streamlit's chart code while nobody waits: it is 4.7 MB, and the first chart would wait."""
    found = next((Path(streamlit.__file__).parent / "static/static/js").glob("PlotlyChart.*.js"), None)
    if found is None:
        return ""
    load = f"requestIdleCallback(()=>import('./static/js/{found.name}').catch(()=>{{}}))"
    return f"<script>addEventListener('load',()=>setTimeout(()=>{load},{_LEISURE_MS}))</script>"


_CONDITIONAL = {b"if-none-match", b"if-modified-since", b"accept-encoding", b"range"}


def _is_file(path: str) -> bool:
    last = path.rsplit("/", 1)[-1]
    return "." in last or path.startswith(
        ("/assets/", "/layers/", "/basemap/", "/revision", "/_stcore/", "/component/", "/static/")
    )


def _is_page(message: Message) -> bool:
    headers = {key.lower(): value for key, value in message["headers"]}
    return message["status"] == 200 and headers.get(b"content-type", b"").startswith(b"text/html")
