"""Routes of the import page: a file that arrives, the map of a preview, the table of its issues.

A page signs what it stands for (see `sign`); a file arrives only from our own page, in parts, straight onto the disk.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from geodata.errors import BadValue, ChengyuanError
from geodata.importers.inspection import PREVIEW
from ui import data, import_jobs

REPORT = "report"
_MAP = "preview"
_OURS = ("x-chengyuan", "upload")  # a header that no other site can send along
_FRESH = {"Cache-Control": "no-store"}
_arriving: set[str] = set()
_lock = threading.Lock()


def sign(text: str, *, day: datetime | None = None) -> str:
    """Token of what a page may ask on one UTC day: `upload|<session>`, `preview|<workspace>`, `report|<workspace>`."""
    when = (day or datetime.now(UTC)).date().isoformat()
    return hmac.new(
        data.settings().secret_key(), f"import|{when}|{text}".encode(), hashlib.sha256
    ).hexdigest()


def _is_signed(text: str, mark: str) -> bool:
    now, given = datetime.now(UTC), mark.encode(errors="replace")
    wanted = [sign(text, day=day).encode() for day in (now, now - timedelta(days=1))]
    return any(hmac.compare_digest(one, given) for one in wanted)


def upload_address(session: str) -> str:
    """Where the browser of a session sends a file, relative to the app."""
    return f"uploads/{session}/{sign(f'upload|{session}')}"


def map_address(workspace: str) -> str:
    """Where a browser fetches the preview of the boundaries in a file."""
    return f"uploads/{_MAP}/{workspace}/{sign(f'{_MAP}|{workspace}')}"


def report_address(workspace: str) -> str:
    """Where a browser fetches the issues of a file as a table with its offending cells marked."""
    return f"uploads/{REPORT}/{workspace}/{sign(f'{REPORT}|{workspace}')}"


def _refused(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers=_FRESH)


# ---- a file arrives -------------------------------------------------------------------------------------------


async def _upload(request: Request) -> Response:
    session, token = request.path_params["session"], request.path_params["token"]
    name, value = _OURS
    foreign = request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
    if foreign or request.headers.get(name) != value or not _is_signed(f"upload|{session}", token):
        return _refused("这一页已过期，请刷新页面后再选择文件", 403)
    with _lock:
        if session in _arriving:
            return _refused("本页还有一个文件正在上传，请等它完成或取消", 409)
        _arriving.add(session)
    try:
        return await _received(request)
    finally:
        with _lock:
            _arriving.discard(session)


async def _received(request: Request) -> Response:
    spaces = import_jobs.workspaces()
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > spaces.most_bytes:
        return _refused(f"文件超过 {spaces.most_bytes // 2**20} MB，没有收下；请拆分后分批装入", 413)
    file_name = unquote(request.headers.get("x-file-name", ""), errors="replace")
    try:
        workspace = await spaces.receive(request.stream(), file_name, in_thread=run_in_threadpool)
    except ClientDisconnect:
        return _refused("上传中断，没有留下文件", 400)
    except BadValue as error:
        return _refused(str(error), 413)
    except ChengyuanError as error:
        return _refused(str(error), 507)
    return JSONResponse({"workspace": workspace}, headers=_FRESH)


# ---- what the page shows --------------------------------------------------------------------------------------


async def _file(request: Request) -> Response:
    what, workspace = request.path_params["what"], request.path_params["workspace"]
    if what not in (_MAP, REPORT) or not _is_signed(f"{what}|{workspace}", request.path_params["token"]):
        return _refused("链接无效或已过期，请刷新页面", 403)
    folder = import_jobs.workspaces().at(workspace)
    if folder is None:
        return _refused("这个文件已按保留规则删除，请重新选择文件", 404)
    if what == _MAP:
        if not (folder / PREVIEW).is_file():
            return _refused("没有可以画的边界", 404)
        return FileResponse(folder / PREVIEW, media_type="application/geo+json", headers=_FRESH)
    try:
        report, name = await run_in_threadpool(import_jobs.report, workspace)
    except ChengyuanError as error:
        return _refused(str(error), 503)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    there = {**_FRESH, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return FileResponse(report, media_type=kind, headers=there)


def routes() -> list[BaseRoute]:
    """The routes of the import page."""
    return [
        Route("/uploads/{session}/{token}", _upload, methods=["POST"]),
        Route("/uploads/{what}/{workspace}/{token}", _file),
    ]
