"""Files made beside the pages (atlases, large pictures): one after another, on record, with cancel and an end of keeping.

Everything of one export begins with its id: the record, what was asked, a lock that its process holds as long as it
lives, a mark when somebody cancelled it, what is being written, and the file. A record that says waiting or running
without a held lock was interrupted.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from geodata.errors import BadFile, BadValue, ChengyuanError
from geodata.jobs import (
    Advance,
    Job,
    JobKind,
    JobState,
    Result,
    Steps,
    ended,
    failure,
    new_id,
    read_record,
    read_records,
    write_record,
)
from geodata.settings import Settings

MOST_IN_LINE = 12
_OPEN = (JobState.WAITING, JobState.RUNNING)
_LOOK_S = 0.2
_FRESH_S = 60
_PATIENCE_S = 5  # somebody looks whether it is held
_MIB = 2**20
_NO_ROOM = "磁盘空间不够，没有生成文件，也没有留下半个文件；请清理磁盘后再试。"


class Cancelled(ChengyuanError):
    """Somebody cancelled this export."""


@dataclass(frozen=True, slots=True)
class Exports:
    """The exports on record in a folder that all processes share.

    Ended ones stay for `keep_days` and up to `keep_bytes` together; nothing is written that would leave less than
    `least_free_bytes`, which saves need.
    """

    folder: Path
    keep_days: float
    keep_bytes: int
    least_free_bytes: int

    def enter(self, kind: JobKind, asked: dict[str, Any], *, title: str, author: str = "") -> str:
        """Put an export on record as waiting; its id. Raises BadValue when too many wait, BadFile when it cannot."""
        waiting = sum(job.state in _OPEN for job in self.recorded())
        if waiting >= MOST_IN_LINE:
            raise BadValue(f"已有 {waiting} 个导出在排队；请等几个完成，或取消不要的，再开始新的。")
        now = datetime.now(UTC)
        job = Job(new_id(now), kind, JobState.WAITING, now, title=title, author=author)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._require_room()
            self._asked(job.id).write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        except OSError as error:
            raise BadFile(f"导出没有开始：{self.folder} 写不了（{error.strerror}）。") from error
        write_record(self.folder, job)
        return job.id

    def recorded(self, begun_here: Collection[str] = ()) -> list[Job]:
        """All exports, newest first; `begun_here` are ids whose process has begun and may not hold its lock yet."""
        return [self._as_it_is(job, begun_here) for job in read_records(self.folder)]

    def asked(self, export: str) -> dict[str, Any]:
        """What an export shall make."""
        asked: dict[str, Any] = json.loads(self._asked(export).read_text(encoding="utf-8"))
        return asked

    def run(self, export: str, work: Callable[[Advance, Path], Result]) -> None:
        """Wait for this export's turn, do it, and put the file in place; the record says how it ended.

        `work` writes to the path it is given and names the file in its result. Raises what `work` raises.
        """
        job = read_record(self.folder, export)
        if job is None:
            raise BadValue(f"没有编号为 {export} 的导出。")
        steps = Steps(job, lambda shown: write_record(self.folder, shown))
        with self._lock(export).acquire(timeout=_PATIENCE_S):  # held until the record says how it ended
            try:
                with self._turn(export):
                    steps.shown = replace(steps.shown, state=JobState.RUNNING)
                    steps.advance(0, 0, "准备")
                    result = self._made(export, steps, work)
            except Cancelled:
                self.clear(export)
                write_record(self.folder, ended(steps.shown, JobState.CANCELLED, Result("")))
            except BaseException as error:
                self.clear(export)
                write_record(self.folder, ended(steps.shown, JobState.FAILED, failure(error)))
                raise
            else:
                write_record(self.folder, ended(steps.shown, JobState.DONE, result))
        self.remove_surplus()

    def cancel(self, export: str, begun_here: Collection[str] = ()) -> None:
        """Mark an export as cancelled: its process stops at its next step, and what it wrote is removed.

        `begun_here`: see `recorded`; one that has only just begun can be cancelled too.
        """
        if any(job.id == export and job.state in _OPEN for job in self.recorded(begun_here)):
            self._mark(export).touch()

    def clear(self, export: str) -> None:
        """Remove what an export that did not end well has written."""
        for path in self.folder.glob(f"{export}.partial*"):
            _remove(path)

    def file(self, export: str) -> tuple[Path, str] | None:
        """The file of an export that is done, and the name that people shall see; None when there is none (any more)."""
        job = read_record(self.folder, export)
        if job is None or job.state is not JobState.DONE or not job.file:
            return None
        path = self._file(job)
        return (path, job.file) if path.is_file() else None

    def remove_surplus(self) -> None:
        """Remove ended exports that are too old or too many bytes together, but for the newest, and stray remains."""
        since, taken = datetime.now(UTC) - timedelta(days=self.keep_days), 0
        known: set[str] = set()
        for place, job in enumerate(self.recorded()):
            size = self._size(job)
            old = (job.ended_at or job.started_at) < since or taken + size > self.keep_bytes
            if old and place and job.state not in _OPEN:
                continue
            known.add(job.id)
            taken += size
            if job.state not in _OPEN:  # its process may have died with the app, which then cleared nothing
                self.clear(job.id)
        for path in self.folder.glob("2*-*"):
            name = path.name.split(".")[0]
            if name not in known and _is_settled(path) and not self._is_held(name):
                _remove(path)

    # ---- one export ----------------------------------------------------------------------------------------------

    def _made(self, export: str, steps: Steps, work: Callable[[Advance, Path], Result]) -> Result:
        partial = self._partial(export)

        def advance(done: int, total: int, step: str) -> None:
            self._go_on(export)
            steps.advance(done, total, step)

        try:
            result = work(advance, partial)
            self._go_on(export)
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
            partial.replace(self._file(replace(steps.shown, file=result.file)))
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            said = _NO_ROOM if full else f"没有生成文件，也没有留下半个文件：{error.strerror}"
            raise BadFile(said) from error
        return result

    def _go_on(self, export: str) -> None:
        """Raise Cancelled when somebody cancelled, BadFile when the disk gets too full for saves."""
        if self._mark(export).exists():
            raise Cancelled("已取消。")
        self._require_room()

    def _require_room(self) -> None:
        if shutil.disk_usage(self.folder).free < self.least_free_bytes:
            raise BadFile(_NO_ROOM)

    def _turn(self, export: str) -> FileLock:
        """The lock of the one export that runs, when no older one waits for it."""
        lock = self._lock("running")
        while True:
            if self._mark(export).exists():
                raise Cancelled("已取消。")
            others = (job for job in read_records(self.folder) if job.state in _OPEN and job.id < export)
            if not any(self._is_held(job.id) for job in others):
                with suppress(Timeout):
                    lock.acquire(timeout=0)
                    return lock
            time.sleep(_LOOK_S)

    def _as_it_is(self, job: Job, begun_here: Collection[str]) -> Job:
        if job.state not in _OPEN:
            return job
        cancelled = self._mark(job.id).exists()
        if job.id in begun_here or self._is_held(job.id):
            return replace(job, step="正在取消") if cancelled else job
        if cancelled:
            return replace(job, state=JobState.CANCELLED, step="", done=0, total=0)
        message = "进程在完成之前结束，没有留下文件；请重新导出"
        return replace(job, state=JobState.INTERRUPTED, message=message, step="", done=0, total=0)

    def _size(self, job: Job) -> int:
        path = self._file(job)
        return path.stat().st_size if job.file and path.is_file() else 0

    def _file(self, job: Job) -> Path:
        return self.folder / f"{job.id}.made{Path(job.file).suffix}"

    def _partial(self, export: str) -> Path:
        return self.folder / f"{export}.partial"

    def _asked(self, export: str) -> Path:
        return self.folder / f"{export}.asked"

    def _mark(self, export: str) -> Path:
        return self.folder / f"{export}.cancel"

    def _lock(self, name: str) -> FileLock:
        return FileLock(self.folder / f"{name}.lock", thread_local=False, fallback_to_soft=False)

    def _is_held(self, export: str) -> bool:
        if not (self.folder / f"{export}.lock").exists():
            return False
        try:
            with self._lock(export).acquire(timeout=0):
                return False
        except Timeout:
            return True


def _remove(path: Path) -> None:
    """Remove a file, or a folder with what is half done."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_settled(path: Path) -> bool:
    """Whether a file is not just being entered by another process."""
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _FRESH_S
    return False


def exports_of(settings: Settings) -> Exports:
    """The exports of a deployment."""
    plan = settings.print
    return Exports(
        settings.data_dir / "exports", plan.keep_days, plan.keep_mb * _MIB, settings.low_space_mb * _MIB
    )
