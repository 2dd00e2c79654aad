"""Files of data that a page gives out, made in a process of their own: no rows in the app, and nobody waits for it."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from geodata.errors import BadFile
from geodata.exporters import Request, file_name, workbook
from geodata.exporters.job import ASKED, MADE, REFUSED
from ui import data

log = logging.getLogger("chengyuan")

_ROOT = Path(__file__).resolve().parent.parent
_MOST_S = 1200


def template(kind: str) -> bytes:
    """The template of a kind (a code of KINDS). Raises BadFile with the reason."""
    return _made({"template": kind})


def exported(request: Request) -> bytes:
    """What was asked. What cannot be made is a file with the reason: a download has no other way to say it."""
    try:
        return _made({"request": request.values()})
    except BadFile as error:
        return refusal(file_name(request), str(error))


def refusal(name: str, reason: str) -> bytes:
    """A workbook or a zip, as the name says, that holds nothing but the reason why there is no data."""
    lines = ["没有导出任何数据", reason]
    whole = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("没有导出.txt", "\r\n".join(lines).encode("utf-8-sig"))
    else:
        workbook.write_text(whole, "没有导出", lines)
    return whole.getvalue()


def _made(asked: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="chengyuan-export-") as name:
        folder = Path(name)
        (folder / ASKED).write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        code = _run(folder)
        if (folder / REFUSED).exists():
            raise BadFile((folder / REFUSED).read_text(encoding="utf-8"))
        if code or not (folder / MADE).exists():
            log.error("export ended", extra={"code": code})
            raise BadFile("导出的程序中途停止了，请再试一次；仍然不行，请减少台账种类或改用命令行。")
        return (folder / MADE).read_bytes()


def _run(folder: Path) -> int | None:
    """Exit code; None when it took too long."""
    gently = ["nice", "-n", "5"] if shutil.which("nice") else []
    try:
        done = subprocess.run(
            [*gently, sys.executable, "-P", "-m", "geodata.exporters.job", str(folder)],
            env={**os.environ, "DATABASE_URL": data.settings().database_url, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode
