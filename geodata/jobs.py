"""Jobs that run beside the pages (backup, check): one at a time over all processes, on record for all of them.

Each job is one JSON file in the data directory, replaced whole at every step; the lock that a running job holds is
released by the system when its process dies, and a record that says "running" without a lock was interrupted.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from geodata.errors import ChengyuanError, StoreLocked

log = logging.getLogger("chengyuan")

_KEPT = 60
_PAUSE_S = 0.3  # between two written steps of a job
_PATIENCE_S = 2.0  # a reader holds the lock for a moment
Advance = Callable[[int, int, str], None]


class JobKind(StrEnum):
    """What a job does."""

    BACKUP = "backup"
    SCHEDULED_BACKUP = "scheduled_backup"
    CHECK = "check"
    SHEET = "sheet"
    ATLAS = "atlas"

    @property
    def label(self) -> str:
        """What people read."""
        return _KINDS[self]


_KINDS = {
    JobKind.BACKUP: "手工备份",
    JobKind.SCHEDULED_BACKUP: "定时备份",
    JobKind.CHECK: "检查",
    JobKind.SHEET: "图件",
    JobKind.ATLAS: "图册",
}


class JobState(StrEnum):
    """How far a job is, or how it ended."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FINDINGS = "findings"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """What people read."""
        return _STATES[self]


_STATES = {
    JobState.WAITING: "排队中",
    JobState.RUNNING: "进行中",
    JobState.DONE: "完成",
    JobState.FINDINGS: "发现问题",
    JobState.FAILED: "失败",
    JobState.INTERRUPTED: "中断",
    JobState.CANCELLED: "已取消",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a job found out: a sentence, the name of the file it made, and rows of findings."""

    message: str
    file: str = ""
    findings: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: kind, state, times (UTC), progress, and how it ended; an export has a title and who began it."""

    id: str
    kind: JobKind
    state: JobState
    started_at: datetime
    ended_at: datetime | None = None
    step: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    file: str = ""
    findings: list[list[str]] = field(default_factory=list)
    title: str = ""
    author: str = ""

    def text(self) -> str:
        """The job as JSON."""
        times = {"started_at": self.started_at.isoformat()}
        times["ended_at"] = self.ended_at.isoformat() if self.ended_at else ""
        return json.dumps({**asdict(self), **times}, ensure_ascii=False)


def job_of(text: str) -> Job:
    """The job of a JSON text. Raises ValueError, KeyError or TypeError."""
    told = json.loads(text)
    ended = told["ended_at"]
    times = {"started_at": datetime.fromisoformat(told["started_at"])}
    kinds = {"kind": JobKind(told["kind"]), "state": JobState(told["state"])}
    return Job(**{**told, **times, **kinds, "ended_at": datetime.fromisoformat(ended) if ended else None})


def new_id(now: datetime) -> str:
    """An id for a job that begins now; ids sort by time."""
    return f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"


def read_records(folder: Path) -> list[Job]:
    """The jobs on record in a folder, newest first; what cannot be read is none."""
    found = (read_record(folder, path.stem) for path in sorted(folder.glob("*.json"), reverse=True))
    return [job for job in found if job]


def read_record(folder: Path, job: str) -> Job | None:
    """The job of that id; None when there is no record of it that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return job_of((folder / f"{job}.json").read_text(encoding="utf-8"))
    return None


def write_record(folder: Path, job: Job) -> None:
    """Put the record in place whole; a job does not fail because its record cannot be written."""
    path = folder / f"{job.id}.json"
    fresh = path.with_suffix(".fresh")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.write_text(job.text(), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("record of a job not written: %s", error.strerror)


class Steps:
    """Progress of a running job: kept at every step, written now and then, so that telling costs nothing."""

    def __init__(self, job: Job, write: Callable[[Job], None]) -> None:
        self.shown = job
        self._write = write
        self._written_at = 0.0
        write(job)

    def advance(self, done: int, total: int, step: str) -> None:
        """So many of so many are done; what is being done now."""
        fresh = step != self.shown.step or time.monotonic() - self._written_at > _PAUSE_S
        self.shown = replace(self.shown, done=done, total=total, step=step)
        if fresh:
            self._written_at = time.monotonic()
            self._write(self.shown)


def ended(job: Job, state: JobState, result: Result) -> Job:
    """The job as it ended."""
    told = replace(job, state=state, ended_at=datetime.now(UTC), **asdict(result))
    return replace(told, step="", done=0, total=0)


def failure(error: BaseException) -> Result:
    """What a failed job says."""
    return Result(str(error) if isinstance(error, ChengyuanError) else f"程序出错（{type(error).__name__}）")


class Jobs:
    """The jobs on record in a folder that all processes share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recorded(self) -> list[Job]:
        """All jobs on record, newest first; one whose process died reads as interrupted."""
        found = self._read()
        if any(job.state is JobState.RUNNING for job in found) and not self._is_held():
            found = [self._interrupted(job) for job in self._read()]  # it may have ended since it was read
        return found

    def run(self, kind: JobKind, work: Callable[[Advance], Result], *, wait_s: float = _PATIENCE_S) -> Result:
        """Run a job and keep its record. Raises StoreLocked while another one runs, and what `work` raises."""
        with self._held(wait_s):
            for job in self._read():
                if job.state is JobState.RUNNING:
                    self._write(self._interrupted(job))
            self._prune()
            now = datetime.now(UTC)
            job = Job(new_id(now), kind, JobState.RUNNING, now)
            return self._run(job, work)

    def _run(self, job: Job, work: Callable[[Advance], Result]) -> Result:
        steps = Steps(job, self._write)
        try:
            result = work(steps.advance)
        except BaseException as error:
            self._write(ended(steps.shown, JobState.FAILED, failure(error)))
            raise
        self._write(ended(steps.shown, JobState.FINDINGS if result.findings else JobState.DONE, result))
        return result

    def _interrupted(self, job: Job) -> Job:
        if job.state is not JobState.RUNNING:
            return job
        return replace(job, state=JobState.INTERRUPTED, message="进程在完成之前结束，没有留下结果")

    def _read(self) -> list[Job]:
        return read_records(self._folder)

    def _write(self, job: Job) -> None:
        write_record(self._folder, job)

    def _prune(self) -> None:
        """Remove old records; the newest of each kind and state stays."""
        seen: set[tuple[JobKind, JobState]] = set()
        for place, job in enumerate(self._read()):
            if place >= _KEPT and (job.kind, job.state) in seen:
                (self._folder / f"{job.id}.json").unlink(missing_ok=True)
            seen.add((job.kind, job.state))

    @contextmanager
    def _held(self, wait_s: float) -> Iterator[None]:
        try:
            lock = self._lock()
            lock.acquire(timeout=wait_s)
        except Timeout as error:
            raise StoreLocked("另一个任务（备份或检查）正在进行；请等它结束后再试。") from error
        except OSError:  # the data directory cannot be written: the job matters more than its record
            log.warning("lock of the jobs not taken")
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _is_held(self) -> bool:
        try:
            with self._lock().acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:
            return False

    def _lock(self) -> FileLock:
        """A lock of its own for each use; the system releases it when the process dies. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "running.lock", thread_local=False, fallback_to_soft=False)
