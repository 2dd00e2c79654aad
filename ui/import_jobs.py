"""The process that reads a file, compares it and takes it in: begun here, one line at a time, told by its own files.

Nothing of a file's rows enters the memory of the app: the process writes into the workspace, pages read windows.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from geodata.errors import BadFile, StoreError
from geodata.importers import workspace as w
from geodata.importers.asked import Asked
from ui import data

log = logging.getLogger("chengyuan")

What = Literal["inspect", "accept", "report"]
_ROOT = Path(__file__).resolve().parent.parent
_TOGETHER = 2
_PATIENCE_S = 5.0
_LOOK_S = 0.2
_REPORT_S = 120.0
_CANCELLED, _STORE_ERROR = 4, 3
_COMPLAINT = 4000


@dataclass(frozen=True, slots=True)
class Going:
    """How the job of a workspace goes. `trouble` is why the last one did not end well; empty when it did.

    `writing`: it writes into the store and can no longer be stopped.
    """

    running: bool
    waiting: bool = False
    what: str = ""
    done: int = 0
    total: int = 0
    trouble: str = ""
    writing: bool = False


@dataclass
class _Job:
    kind: What
    child: subprocess.Popen[bytes] | None = None
    cancelled: bool = False
    dropped: bool = False
    trouble: str = ""
    ended: bool = False


_jobs: dict[str, _Job] = {}
_lock = threading.Lock()
_turns = threading.BoundedSemaphore(_TOGETHER)


def workspaces() -> w.Workspaces:
    """The workspaces of this deployment."""
    return w.workspaces_of(data.settings())


def start(workspace: str, kind: What) -> None:
    """Begin a job unless one of this workspace is under way; `going` tells how it goes. Unknown workspaces: nothing."""
    folder = workspaces().at(workspace)
    if folder is None:
        return
    with _lock:
        former = _jobs.get(workspace)
        if former is not None and not former.ended:
            return
        job = _jobs[workspace] = _Job(kind)
    (folder / w.PROGRESS).unlink(missing_ok=True)
    (folder / w.FAILED).unlink(missing_ok=True)
    threading.Thread(target=_run, name=f"import-{workspace[:8]}", args=(folder, job), daemon=True).start()


def going(workspace: str) -> Going:
    """How the job of a workspace goes, from what its process last wrote."""
    with _lock:
        job = _jobs.get(workspace)
    if job is None:
        return Going(False)
    if job.ended:
        return Going(False, trouble=job.trouble)
    folder = workspaces().at(workspace)
    told = read(folder / w.PROGRESS) if folder else {}
    done, total = (_count(told.get(key)) for key in ("done", "total"))
    writing = job.kind == "accept" and folder is not None and not (folder / w.SAVE).exists()
    return Going(True, job.child is None, str(told.get("what", "")), done, total, writing=writing)


def drop(workspace: str) -> bool:
    """Give a file up: its job stops, and nothing of it stays. False, and nothing done, when writing has begun."""
    folder = workspaces().at(workspace)
    with _lock:
        job = _jobs.get(workspace)
    if job is not None and not job.ended:
        if folder is not None:
            if job.kind == "accept" and not _takes_back(folder):
                return False
            with suppress(OSError):
                (folder / w.CANCEL).touch()
        job.cancelled = job.dropped = True
        threading.Thread(target=_end, args=(workspace, job), daemon=True).start()
        return True
    if taken(workspace).get("revision") is not None:
        return False
    forget(workspace)
    return True


def _takes_back(folder: Path) -> bool:
    """Take the order to write away; False when the process took it first."""
    try:
        (folder / w.SAVE).unlink()
    except FileNotFoundError:
        return False
    return True


def report(workspace: str) -> tuple[Path, str]:
    """The issues of an inspected file as a table, and its name. Raises BadFile when it cannot be made."""
    folder = workspaces().at(workspace)
    if folder is None:
        raise BadFile("这个文件已按保留规则删除，请重新选择文件。")
    try:
        done = subprocess.run(
            _command(folder, "report"),
            env=_environment(),
            capture_output=True,
            timeout=_REPORT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadFile("问题表没有做完：文件太大。请先用上面的条件缩小范围查看。") from error
    path = folder / "report.xlsx"
    if done.returncode or not path.is_file():
        raise BadFile(f"问题表没有做成，已记入日志，参考号 {_noted(done.returncode, done.stderr)}。")
    name = asked(workspace).file_name.rsplit(".", 1)[0]
    return path, f"{name}-问题.xlsx"


def asked(workspace: str) -> Asked:
    """What a person said of a file so far. Raises BadValue when that is not readable, BadFile when it is gone."""
    folder = workspaces().at(workspace)
    if folder is None:
        raise BadFile("这个文件已按保留规则删除，请重新选择文件。")
    return Asked.read((folder / w.ASKED).read_text(encoding="utf-8"))


def ask(workspace: str, wanted: Asked) -> None:
    """Write down what a person says and look at the file again."""
    folder = workspaces().at(workspace)
    if folder is not None:
        (folder / w.ACCEPTED).unlink(missing_ok=True)
        w.write_whole(folder / w.ASKED, wanted.text())
        start(workspace, "inspect")


def accept(workspace: str, *, author: str, reason: str) -> None:
    """Take the file in as it was inspected."""
    folder = workspaces().at(workspace)
    if folder is not None:
        (folder / w.ACCEPTED).unlink(missing_ok=True)
        (folder / w.WRITING).unlink(missing_ok=True)
        w.write_whole(folder / w.SAVE, json.dumps({"author": author, "reason": reason}, ensure_ascii=False))
        start(workspace, "accept")


def taken(workspace: str) -> dict[str, Any]:
    """What the last taking in of a file said; empty while there was none or it is under way.

    A process that died after it had written could not say so: then the book of imports does.
    """
    folder = workspaces().at(workspace)
    if folder is None or going(workspace).running:
        return {}
    told = read(folder / w.ACCEPTED)
    if not told and (folder / w.WRITING).exists():
        with suppress(StoreError):  # the page says itself that the store cannot be read
            revision = w.written(data.store(), workspace)
            told = {} if revision is None else {"revision": revision}
    return told


def read(path: Path) -> dict[str, Any]:
    """A small JSON file of a workspace; empty when it is not there or not whole."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def close() -> None:
    """End all jobs (with the app); their files stay, and a page that comes back begins anew."""
    with _lock:
        running = [job for job in _jobs.values() if not job.ended]
    for job in running:
        job.cancelled = True
        _kill(job)


# ---- one process ----------------------------------------------------------------------------------------------


def _command(folder: Path, kind: What) -> list[str]:
    gently = ["nice", "-n", "5"] if shutil.which("nice") else []
    return [*gently, sys.executable, "-P", "-m", "geodata.importers.job", str(folder), kind]


def _environment() -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": data.settings().database_url, "PYTHONPATH": str(_ROOT)}


def _run(folder: Path, job: _Job) -> None:
    """Wait for a turn, then for the process; what goes wrong is kept as words."""
    try:
        if _has_turn(job):
            try:
                job.trouble = _worked(folder, job)
            finally:
                _turns.release()
    except OSError as error:
        job.trouble = f"没有开始：进程起不来（{error.strerror}）。"
    finally:
        job.ended = True
        if job.dropped:
            forget(folder.name)


def _has_turn(job: _Job) -> bool:
    """Wait for a turn; False when the file was given up meanwhile."""
    while not job.cancelled:
        if _turns.acquire(timeout=_LOOK_S):
            return True
    return False


def _worked(folder: Path, job: _Job) -> str:
    job.child = subprocess.Popen(
        _command(folder.absolute(), job.kind),
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    if job.cancelled:  # while the process was being started
        _kill(job)
    _, complaint = job.child.communicate()
    code = job.child.returncode
    if not code or job.cancelled or code == _CANCELLED:
        return ""
    if code == _STORE_ERROR:
        return str(read(folder / w.FAILED).get("message") or "数据库现在不能使用，请稍后再试。")
    return f"处理这个文件的进程中途结束，{_outcome(folder)}；已记入日志，参考号 {_noted(code, complaint)}。"


def _outcome(folder: Path) -> str:
    """What a process that died has left in the store, as people are told."""
    try:
        revision = w.written(data.store(), folder.name) if (folder / w.WRITING).exists() else None
    except StoreError:
        return "是否已经写入现在查不到，请稍后看导入记录"
    return "什么都没有写入" if revision is None else f"但已经写入，记为修订 {revision}"


def _noted(code: int, complaint: bytes) -> str:
    """Put a failed process into the log; the reference that people are told."""
    reference = secrets.token_hex(4)
    said = complaint.decode(errors="replace")[-_COMPLAINT:]
    log.error("import job failed", extra={"reference": reference, "code": code, "error": said})
    return reference


def _end(workspace: str, job: _Job) -> None:
    """Give a cancelled process a moment to end by itself."""
    child = job.child
    if child is not None:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_PATIENCE_S)
    _kill(job)


def _kill(job: _Job) -> None:
    """End the process with its own children."""
    child = job.child
    if child is not None and child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def forget(workspace: str) -> None:
    """Remove what is left of a file whose job has ended."""
    with _lock:
        _jobs.pop(workspace, None)
    workspaces().remove(workspace)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
