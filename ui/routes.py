"""Routes beside the pages: stored layers and local basemap tiles for the map, our own assets, health.

Custom routes do not see a sign-in: a page signs each layer URL with an HMAC over layer, revision, datum, scope and
UTC day; today's and yesterday's are accepted. The URL is stable within a day, so caching works.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from cartography import editor_bundle, packed, web_map
from cartography.interface import style_sheet
from geodata.errors import ChengyuanError
from geodata.store import Snapshot
from geodata.vocabulary import Datum
from ui import data, health, import_routes, map_data, pulse, sheet_routes, tiles

STATIC = Path(__file__).resolve().parent.parent / "static"
_GEOJSON = "application/geo+json"
_SCOPE = "internal"
_BUNDLES = {"js": "text/javascript", "css": "text/css"}


def sign(layer: str, revision: int, epoch: str, datum: Datum, *, day: datetime | None = None) -> str:
    """Token for one layer URL on one UTC day."""
    when = (day or datetime.now(UTC)).date().isoformat()
    text = "|".join([layer, str(revision), epoch, datum.value, _SCOPE, when])
    return hmac.new(data.settings().secret_key(), text.encode(), hashlib.sha256).hexdigest()[:20]


def layer_url(snap: Snapshot, layer: str, datum: Datum) -> str:
    """Signed address of a layer below `/layers/<layer>/` (the map frame adds a relative path to it)."""
    revision = snap.layers.get(layer, 0)
    token = sign(layer, revision, snap.epoch, datum)
    return f"{revision}/{datum.value}/{snap.epoch}/{token}"


def _token_is_valid(layer: str, revision: int, epoch: str, datum: Datum, token: str) -> bool:
    now = datetime.now(UTC)
    days = (now, now - timedelta(days=1))
    given = token.encode(errors="replace")  # the comparison takes no text beyond ASCII
    wanted = [sign(layer, revision, epoch, datum, day=day).encode() for day in days]
    return any(hmac.compare_digest(one, given) for one in wanted)


async def _layer(request: Request) -> Response:
    place = request.path_params
    layer, epoch = place["layer"], place["epoch"]
    try:
        revision, datum = int(place["revision"]), Datum(place["datum"])
    except ValueError:
        return JSONResponse({"message": "地址不完整"}, status_code=400)
    try:
        if layer not in map_data.DRAWN or not _token_is_valid(layer, revision, epoch, datum, place["token"]):
            return JSONResponse({"message": "链接无效或已过期，请刷新页面"}, status_code=403)
        return await run_in_threadpool(_layer_response, request, layer, revision, epoch, datum)
    except ChengyuanError as error:
        return JSONResponse({"message": str(error)}, status_code=503)


def _layer_response(request: Request, layer: str, revision: int, epoch: str, datum: Datum) -> Response:
    snap = data.snapshot()
    if snap.layers.get(layer, 0) != revision or snap.epoch != epoch:
        return JSONResponse({"message": "数据已更新"}, status_code=410, headers={"Cache-Control": "no-store"})
    tag = f'"{layer}-{revision}-{epoch}-{datum.value}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, max-age=172800, immutable",
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    media_type = packed.MEDIA_TYPE if layer == "compound" else _GEOJSON
    return _zipped(request, map_data.layer_body(snap, layer, datum), media_type, headers)


async def _tile(request: Request) -> Response:
    place = request.path_params
    found = await run_in_threadpool(tiles.read, place["basemap"], place["z"], place["x"], place["y"])
    if found is None and tiles.is_readable(place["basemap"]):
        found = tiles.NOTHING_HERE
    if found is None:
        return Response(status_code=404)
    body, kind, encoding = found
    headers = {"Cache-Control": "private, max-age=604800"}
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=kind, headers=headers)


async def _theme(_request: Request) -> Response:
    return PlainTextResponse(style_sheet(), media_type="text/css", headers={"Cache-Control": "no-cache"})


_MAKERS = {"map": web_map.bundle, "drawing": editor_bundle.bundle}


@lru_cache(maxsize=4)
def _bundle_bytes(place: str, kind: str) -> bytes:
    return gzip.compress(_MAKERS[place](kind).encode(), 6)


async def _bundle(request: Request) -> Response:
    place, kind = request.path_params["place"], request.path_params["kind"]
    if kind not in _BUNDLES or place not in _MAKERS:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    return _zipped(request, _bundle_bytes(place, kind), _BUNDLES[kind], headers)


def _zipped(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """An answer from gzipped bytes, unpacked for a client that cannot."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=media_type, headers=headers)


async def _revision(request: Request) -> Response:
    """What pages poll: has anything been saved? One small query, kept for half a second."""
    mark = await run_in_threadpool(pulse.latest.get)
    headers = {"Cache-Control": "no-store"}
    if mark.trouble:
        return JSONResponse({"message": mark.trouble, "app": pulse.app_mark()}, 503, headers)
    headers["ETag"] = mark.etag
    if request.headers.get("if-none-match") == mark.etag:
        return Response(status_code=304, headers=headers)
    answer = {"epoch": mark.epoch, "revision": mark.revision, "app": pulse.app_mark()}
    return JSONResponse(answer, headers=headers)


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    answer = await run_in_threadpool(health.readiness)
    status = health.http_status(answer, strict="strict" in request.query_params)
    return JSONResponse(answer, status_code=status, headers={"Cache-Control": "no-store"})


class _Assets(StaticFiles):
    """Our own files; a versioned address may be kept for ever, others are checked each time."""

    def file_response(self, *args, **kwargs) -> Response:  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        scope = args[2] if len(args) > 2 else kwargs["scope"]
        versioned = scope["query_string"].startswith(b"v=")
        vendor = "/vendor/" in scope["path"] and not scope["path"].endswith(".css")
        lasting = "public, max-age=31536000, immutable"
        response.headers["Cache-Control"] = (
            lasting if versioned else "public, max-age=86400" if vendor else "no-cache"
        )
        return response


def routes() -> list[BaseRoute]:
    """All routes beside Streamlit's own."""
    return [
        Route("/healthz", _health),
        Route("/readyz", _ready),
        Route("/revision", _revision),
        Route("/assets/theme.css", _theme),
        Route("/assets/{place}/bundle.{kind}", _bundle),
        Route("/layers/{layer}/{revision}/{datum}/{epoch}/{token}", _layer),
        Route("/basemap/{basemap}/{z:int}/{x:int}/{y:int}", _tile),
        *sheet_routes.routes(),
        *import_routes.routes(),
        Mount("/assets", _Assets(directory=STATIC)),
    ]
