"""Routes that make sheets: a preview as the page draws it, and files to take away.

A page signs the set-up it stands for; what comes back unchanged within a day is made, nothing else is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from geodata.errors import BadValue, ChengyuanError
from geodata.vocabulary import SheetFormat
from sheets import setup
from ui import data, print_jobs, printing

_LONGEST = 200_000
_PREVIEW = "preview"
_FRESH = {"Cache-Control": "no-store"}


def sign(text: str, *, day: datetime | None = None) -> str:
    """Token of one set-up on one UTC day."""
    when = (day or datetime.now(UTC)).date().isoformat()
    return hmac.new(data.settings().secret_key(), f"sheet|{when}|{text}".encode(), hashlib.sha256).hexdigest()


def _is_signed(text: str, mark: str) -> bool:
    now, given = datetime.now(UTC), mark.encode(errors="replace")
    wanted = [sign(text, day=day).encode() for day in (now, now - timedelta(days=1))]
    return any(hmac.compare_digest(one, given) for one in wanted)


async def _make(request: Request) -> Response:
    form = request.path_params["form"]
    asked = await _asked(request)
    if asked is None or not (form == _PREVIEW or form in SheetFormat.labels()):
        return _refused("请求不完整，请刷新页面", 400)
    if not _is_signed(asked["setup"], asked["mark"]):
        return _refused("这一页已过期，请刷新页面", 403)
    try:
        return await run_in_threadpool(_preview if form == _PREVIEW else _file, asked, form)
    except printing.Overtaken as error:
        return _refused(str(error), 409)
    except BadValue as error:
        return _refused(str(error), 422)
    except ChengyuanError as error:
        return _refused(str(error), 503)


async def _asked(request: Request) -> dict[str, str] | None:
    """Set-up, its token and the name of the asking page from the body."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            return None
    try:
        given = json.loads(body)
        asked = {name: given[name] for name in ("setup", "mark", "page")}
    except (ValueError, KeyError, TypeError):
        return None
    return asked if all(isinstance(one, str) for one in asked.values()) else None


def _refused(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers=_FRESH)


def _preview(asked: dict[str, str], _form: str) -> Response:
    made = printing.preview(setup.read(asked["setup"]), session=asked["page"])
    told: dict[str, Any] = {
        "png": base64.b64encode(made.png).decode(),
        "width": made.width_mm,
        "height": made.height_mm,
        "scale": made.scale,
        "revision": made.revision,
        "notices": list(made.notices),
        "pages": made.pages,
    }
    return JSONResponse(told, headers=_FRESH)


def _file(asked: dict[str, str], form: str) -> Response:
    chosen = setup.read(asked["setup"])
    if printing.is_heavy(chosen, SheetFormat(form)):
        raise BadValue("这张图太大，请在“图册与后台”里制作：别人等着它，什么也打不开")
    made = printing.make(chosen, SheetFormat(form))
    name = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return Response(made.content, media_type=made.mime, headers={**_FRESH, "Content-Disposition": name})


def routes() -> list[BaseRoute]:
    """The routes of sheets."""
    return [Route("/sheets/{form}", _make, methods=["POST"]), *print_jobs.routes()]
