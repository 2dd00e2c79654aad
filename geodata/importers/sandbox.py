"""The guarded child process in which files from people are read and GeoPackages are written.

A process that opens the store must not hold a second SQLite library (GDAL brings one), and GDAL, GEOS and the JSON
parser must not meet a hostile file without limits of memory, processor time and size. So the child gets a folder
of its own with a request, works there, and leaves JSON lines; nothing that it answers is unpickled.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geodata.errors import BadFile, BadValue

REQUEST, RESULT, MARKER = "request.json", "result.jsonl", "marker"

_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_MOST_MESSAGE = 2000
_log = logging.getLogger("chengyuan.importers")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    file_bytes: int = 200 * 2**20
    rows: int = 100_000
    vertices: int = 50_000
    memory_bytes: int = 2 * 2**30
    cpu_s: int = 120
    repair_cpu_s: int = 10
    wall_s: int = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child left: a header and its lines, or, when it was stopped, what it was doing (`stopped_at`)."""

    header: dict[str, Any]
    lines: list[dict[str, Any]]
    stopped_at: str | None = None


def ask(folder: Path, request: dict[str, Any], *, limits: Limits) -> Answer:
    """Run one request in a child whose working folder is `folder` (which the caller removes).

    Raises BadFile or BadValue when the child refuses, BadFile when it dies without having said what it was at.
    """
    put_request(folder, request, limits=limits)
    code, complaint = _run(folder, limits)
    return answer_of(folder, code, complaint, limits=limits)


def put_request(folder: Path, request: dict[str, Any], *, limits: Limits) -> None:
    """Lay a request into a folder, and take away what an earlier one left there."""
    (folder / MARKER).unlink(missing_ok=True)
    (folder / RESULT).unlink(missing_ok=True)
    text = json.dumps({**request, "limits": asdict(limits)}, ensure_ascii=False)
    (folder / REQUEST).write_text(text, encoding="utf-8", errors="surrogatepass")


def answer_of(folder: Path, code: int | None, complaint: str, *, limits: Limits) -> Answer:
    """What a child left that ended with `code` (None: out of time). Raises like `ask`."""
    if code == 0:
        return _answer(folder)
    _log.warning("child ended with %s (%s)", code, _kind(complaint))
    marker = folder / MARKER
    if marker.exists():
        return Answer({}, [], stopped_at=marker.read_text(encoding="utf-8"))
    raise BadFile(_why_it_died(code, limits))


def _kind(complaint: str) -> str:
    """What a complaint's last line calls itself; its words may quote somebody's file and stay out of the log."""
    last = complaint.strip().splitlines()[-1:] or [""]
    return last[0].split(":")[0] if re.match(r"[A-Za-z_.]+:", last[0]) else "no word"


def _run(folder: Path, limits: Limits) -> tuple[int | None, str]:
    """Exit code (None for out of time) and the end of what the child complained about."""
    command = [sys.executable, "-P", "-m", "geodata.importers.child", str(folder)]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limits.wall_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, "out of time"
    return done.returncode, done.stderr.decode("utf-8", "replace")[-_MOST_MESSAGE:]


def _environment(folder: Path) -> dict[str, str]:
    """A small environment: no proxies, no keys, one thread, no GDAL side files."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed,
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_PAM_ENABLED": "NO",
        "PROJ_NETWORK": "OFF",
    }


def _answer(folder: Path) -> Answer:
    lines = _lines(folder / RESULT)
    header = next(lines, {"refused": ["BadFile", "读取程序没有给出结果。"]})
    if header.get("refused"):
        kind, message = header["refused"]
        raise (BadValue if kind == "BadValue" else BadFile)(message)
    return Answer(header, list(lines))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="surrogatepass") as file:
        for line in file:
            yield json.loads(line)


def _why_it_died(code: int | None, limits: Limits) -> str:
    if code is None:
        return f"读取超过 {limits.wall_s} 秒，已停止；没有装入任何内容。请把文件分成几个，或简化边界。"
    return (
        f"读取被中止（超过 {limits.cpu_s} 秒处理时间、{limits.memory_bytes // 2**20} MB 内存，或文件使读取程序崩溃，"
        f"代码 {code}）；没有装入任何内容。请把文件分成几个，或用 QGIS 另存后再试。"
    )
