"""Backups and checks beside the pages: each in a process of its own, so that nobody's page waits for it.

Of several app processes on one data directory, one keeps the schedule: it holds a lock that goes with it.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from geodata.backups import ZONE, BackupKind, newest
from geodata.jobs import JobKind
from geodata.schedule import is_due
from ui import data, system

log = logging.getLogger("chengyuan")

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
_WORDS = {
    JobKind.BACKUP: ("backup",),
    JobKind.SCHEDULED_BACKUP: ("backup", "--scheduled"),
    JobKind.CHECK: ("check",),
}
_FIRST_LOOK_S = 120  # people's first pages go first
_PAUSE_S = 30
_RETRY = timedelta(minutes=15)
_FINE = {JobKind.CHECK: (0, 1)}  # 1: the check found something, which its record says

_children: dict[JobKind, subprocess.Popen[str]] = {}
_refusals: dict[JobKind, str] = {}


def start(kind: JobKind) -> None:
    """Begin a job unless one of its kind is under way here; its record tells how it goes."""
    if is_starting(kind):
        return
    _refusals.pop(kind, None)
    gently = ["nice", "-n", "10"] if shutil.which("nice") else []
    _children[kind] = subprocess.Popen(
        [*gently, sys.executable, str(MANAGE), *_WORDS[kind]],
        env={**os.environ, "DATABASE_URL": data.settings().database_url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    threading.Thread(
        target=_await, name=f"job-{kind.value}", args=(kind, _children[kind], datetime.now(UTC)), daemon=True
    ).start()


def _await(kind: JobKind, child: subprocess.Popen[str], begun: datetime) -> None:
    """Wait for a job's process; one that failed before its record began leaves what it said."""
    _, complaint = child.communicate()
    if child.returncode in _FINE.get(kind, (0,)):
        log.info("job ended", extra={"job": kind.value, "code": child.returncode})
        return
    if not any(job.kind is kind and job.started_at >= begun for job in system.jobs()):
        lines = complaint.strip().splitlines()
        _refusals[kind] = (
            lines[-1].removeprefix("错误：") if lines else f"进程结束，退出码 {child.returncode}"
        )
    log.error("job failed", extra={"job": kind.value, "code": child.returncode})


def is_starting(kind: JobKind) -> bool:
    """Whether a job of this kind that was begun here has not ended."""
    return kind in _children and _children[kind].poll() is None


def refusal(kind: JobKind) -> str:
    """Why the last job of this kind that was to begin here did not; empty when it did."""
    return _refusals.get(kind, "")


class Schedule:
    """Looks now and then whether a backup is due, in one process of all that share the data directory."""

    def __init__(self, begin: Callable[[JobKind], None] = start) -> None:
        self._begin = begin
        self._stopped = threading.Event()
        self._lock: FileLock | None = None

    def run(self) -> None:
        """Look until stopped; runs in a thread."""
        pause = _FIRST_LOOK_S
        while not self._stopped.wait(pause):
            pause = _PAUSE_S
            try:
                self.look(datetime.now(ZONE))
            except Exception:
                log.exception("schedule failed")

    def stop(self) -> None:
        """End the looking and let another process keep the schedule."""
        self._stopped.set()
        if self._lock:
            self._lock.release()

    def look(self, now: datetime) -> None:
        """Begin a scheduled backup when this process keeps the schedule and one is due."""
        plan, file = data.settings().backup, system.database_file()
        if not plan.enabled or (file and not file.exists()) or not self._keeps():
            return
        last = newest(system.backups(), BackupKind.SCHEDULED, now=now)
        made_at = last.made_at if last else None
        if is_due(now, made_at, daily_at=plan.daily_at, every_hours=plan.every_hours) and not _tried(now):
            self._begin(JobKind.SCHEDULED_BACKUP)

    def _keeps(self) -> bool:
        if self._lock is None:
            folder = data.settings().data_dir / "jobs"
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / "schedule.lock", thread_local=False, fallback_to_soft=False)
            with suppress(Timeout):
                lock.acquire(timeout=0)
                self._lock = lock
        return self._lock is not None


def _tried(now: datetime) -> bool:
    """Whether a scheduled backup was begun a short while ago, so that a failing one is not tried on and on."""
    tries = [job.started_at for job in system.jobs() if job.kind is JobKind.SCHEDULED_BACKUP]
    return any(timedelta(0) <= now.astimezone(UTC) - begun < _RETRY for begun in tries)
