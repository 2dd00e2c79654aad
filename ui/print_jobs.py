"""Files made in the background for pages: begin, follow, cancel, and the address where a finished one is taken."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from geodata.errors import BadFile
from geodata.exports import Exports, exports_of
from geodata.jobs import Job, JobKind
from geodata.vocabulary import SheetFormat
from sheets.atlas_setup import Atlas
from sheets.files import MIME
from sheets.setup import Setup
from ui import data

log = logging.getLogger("chengyuan")

_ROOT = Path(__file__).resolve().parent.parent
_children: dict[str, subprocess.Popen[bytes]] = {}
_lock = threading.Lock()


def start(chosen: Setup | Atlas, form: SheetFormat = SheetFormat.PDF, *, title: str, author: str = "") -> str:
    """Begin a background export of a sheet (as `form`) or of an atlas; its id.

    Raises BadValue when too many wait, BadFile when the folder cannot be written or the disk is too full.
    """
    asked = {"today": datetime.now(data.ZONE).date().isoformat()}
    if isinstance(chosen, Atlas):
        kind = JobKind.ATLAS
        asked |= {"what": "atlas", "atlas": chosen.text()}
    else:
        kind = JobKind.SHEET
        asked |= {"what": "sheet", "setup": chosen.text(), "form": form.value}
    export = _line().enter(kind, asked, title=title, author=author)
    with _lock:
        _children[export] = _begun(export)
    threading.Thread(target=_await, name=f"export-{export}", args=(export,), daemon=True).start()
    return export


def jobs() -> list[Job]:
    """All background exports, newest first."""
    return _line().recorded(_begun_here())


def cancel(export: str) -> None:
    """Stop an export; its record says so and nothing of it stays."""
    _line().cancel(export, _begun_here())
    with _lock:
        child = _children.get(export)
    if child is not None:
        child.kill()


def _begun_here() -> set[str]:
    """Exports whose process is ours and lives."""
    with _lock:
        return {export for export, child in _children.items() if child.poll() is None}


def file_of(export: str) -> tuple[Path, str] | None:
    """The file of a finished export and its name; None when it is not done or was removed."""
    return _line().file(export)


def address(export: str) -> str:
    """Where a browser takes the file of a finished export, relative to the app; good for today and tomorrow (UTC)."""
    return f"sheets/exports/{export}/{sign(export)}"


def sign(export: str, *, day: datetime | None = None) -> str:
    """Token of one export on one UTC day."""
    when = (day or datetime.now(UTC)).date().isoformat()
    return hmac.new(
        data.settings().secret_key(), f"export|{when}|{export}".encode(), hashlib.sha256
    ).hexdigest()


def routes() -> list[BaseRoute]:
    """The route of finished files."""
    return [Route("/sheets/exports/{export}/{token}", _download)]


async def _download(request: Request) -> Response:
    export, token = request.path_params["export"], request.path_params["token"]
    now, given = datetime.now(UTC), token.encode(errors="replace")
    wanted = [sign(export, day=day).encode() for day in (now, now - timedelta(days=1))]
    fresh = {"Cache-Control": "no-store"}
    if not any(hmac.compare_digest(one, given) for one in wanted):
        return JSONResponse({"message": "链接无效或已过期，请刷新页面"}, status_code=403, headers=fresh)
    found = await run_in_threadpool(file_of, export)
    if found is None:
        message = "文件已按保留规则删除，请重新导出"
        return JSONResponse({"message": message}, status_code=404, headers=fresh)
    path, name = found
    kind = MIME[SheetFormat(path.suffix[1:])]
    return FileResponse(path, media_type=kind, filename=name, headers=fresh)


def _line() -> Exports:
    return exports_of(data.settings())


def _begun(export: str) -> subprocess.Popen[bytes]:
    gently = ["nice", "-n", "10"] if shutil.which("nice") else []
    try:
        return subprocess.Popen(
            [*gently, sys.executable, "-P", "-m", "sheets.jobs", export],
            env={**os.environ, "DATABASE_URL": data.settings().database_url, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise BadFile(f"导出没有开始：进程起不来（{error.strerror}）。") from error


def _await(export: str) -> None:
    """Wait for an export's process; one that was killed leaves nothing half written."""
    with _lock:
        child = _children[export]
    child.wait()
    _line().clear(export)
    with _lock:
        _children.pop(export, None)
    if child.returncode:
        log.error("export ended", extra={"job": export, "code": child.returncode})
