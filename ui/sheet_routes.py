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
from ui import data, printing

_LONGEST = 200_000
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
    if asked is None or not (form == "preview" or form in SheetFormat.labels()):
        return _refused("请求不完整，请刷新页面", 400)
    if not _is_signed(*asked):
        return _refused("这一页已过期，请刷新页面", 403)
    try:
        return await run_in_threadpool(_preview if form == "preview" else _file, asked[0], form)
    except BadValue as error:
        return _refused(str(error), 422)
    except ChengyuanError as error:
        return _refused(str(error), 503)


async def _asked(request: Request) -> tuple[str, str] | None:
    """The set-up and its token from the body."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            return None
    try:
        given = json.loads(body)
        text, mark = given["setup"], given["mark"]
    except (ValueError, KeyError, TypeError):
        return None
    return (text, mark) if isinstance(text, str) and isinstance(mark, str) else None


def _refused(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers=_FRESH)


def _preview(text: str, _form: str) -> Response:
    made = printing.preview(setup.read(text))
    told: dict[str, Any] = {
        "png": base64.b64encode(made.png).decode(),
        "width": made.width_mm,
        "height": made.height_mm,
        "scale": made.scale,
        "revision": made.revision,
        "notices": list(made.notices),
    }
    return JSONResponse(told, headers=_FRESH)


def _file(text: str, form: str) -> Response:
    made = printing.make(setup.read(text), SheetFormat(form))
    name = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return Response(made.bytes, media_type=made.mime, headers={**_FRESH, "Content-Disposition": name})


def routes() -> list[BaseRoute]:
    """The routes of sheets."""
    return [Route("/sheets/{form}", _make, methods=["POST"])]
