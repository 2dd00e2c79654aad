"""What is well and what is not: one verdict each for store, structure, backup, check and disk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from geodata.backups import Backup
from geodata.errors import ChengyuanError, StoreNewer
from geodata.jobs import Job, JobKind, JobState
from geodata.store import Snapshot
from geodata.store.migrate import newest_version
from ui import data, system
from ui.moments import ago, size

BACKUPS = (JobKind.BACKUP, JobKind.SCHEDULED_BACKUP)


class Light(StrEnum):
    """How a verdict stands: well, to be looked at, not known."""

    WELL = "well"
    ACT = "act"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """What people read."""
        return {"well": "正常", "act": "需要处理", "unknown": "不详"}[self.value]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict: of what, how it stands, in a few words, and what lies behind it or what to do."""

    of: str
    light: Light
    words: str
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the system found."""

    snap: Snapshot | None
    trouble: ChengyuanError | None
    backups: list[Backup]
    jobs: list[Job]
    now: datetime


def look() -> Seen:
    """Look at everything once; a store that cannot be read is part of what is seen."""
    snap, trouble = None, None
    try:
        snap = data.snapshot()
    except ChengyuanError as error:
        trouble = error
    return Seen(snap, trouble, system.backups(), system.jobs(), datetime.now(UTC))


def verdicts(seen: Seen) -> list[Verdict]:
    """All verdicts, in the order in which they matter."""
    return [_store(seen), _structure(seen), _backup(seen), _check(seen), _disk()]


def last_ended(jobs: Iterable[Job], *kinds: JobKind) -> Job | None:
    """The last job of these kinds that is not running."""
    return next((job for job in jobs if job.kind in kinds and job.state is not JobState.RUNNING), None)


def _first_words(message: str) -> str:
    """The beginning of a message, which says what happened; the list of jobs has all of it."""
    return re.split("[：。]", message)[0]


def _store(seen: Seen) -> Verdict:
    if seen.trouble:
        return Verdict("数据库", Light.ACT, "不能使用", str(seen.trouble))
    try:
        now = data.condition()
    except ChengyuanError as error:
        return Verdict("数据库", Light.ACT, "不能使用", str(error))
    if not now.writable:
        return Verdict("数据库", Light.ACT, "只能查看", now.reason)
    kind = "单文件（GeoPackage）" if system.database_file() else "数据库服务器（PostGIS）"
    return Verdict("数据库", Light.WELL, "可读可写", kind)


def _structure(seen: Seen) -> Verdict:
    version = newest_version()
    if seen.snap:
        return Verdict("结构版本", Light.WELL, version, "与本程序一致")
    if isinstance(seen.trouble, StoreNewer):
        return Verdict("结构版本", Light.ACT, "比本程序新", f"本程序只认识到 {version}；请升级程序")
    return Verdict("结构版本", Light.UNKNOWN, "不详", f"本程序的版本是 {version}")


def _backup(seen: Seen) -> Verdict:
    last, tried = system.last_backup(seen.backups), last_ended(seen.jobs, *BACKUPS)
    failed = tried and tried.state in (JobState.FAILED, JobState.INTERRUPTED)
    if last is None:
        behind = f"上次没有成功：{_first_words(tried.message)}" if failed and tried else "请点“立即备份”"
        return Verdict("备份", Light.ACT, "从未备份", behind)
    words, hours = ago(last.made_at, seen.now), data.settings().backup.oldest_hours
    if failed and tried and tried.started_at > last.made_at:
        behind = f"{_first_words(tried.message)}。最近一份：{words}"
        return Verdict("备份", Light.ACT, "上次没有成功", behind)
    if system.age_hours(last) > hours:
        return Verdict("备份", Light.ACT, words, f"超过 {hours:g} 小时没有备份")
    return Verdict("备份", Light.WELL, words, verified(last, seen.jobs))


def verified(backup: Backup, jobs: Iterable[Job]) -> str:
    """How a backup was verified when it was written, by the records."""
    job = next((one for one in jobs if one.file == backup.path.name and one.state is JobState.DONE), None)
    return job.message.split("；")[0] if job else "没有校验记录"


def _check(seen: Seen) -> Verdict:
    last = last_ended(seen.jobs, JobKind.CHECK)
    if last is None:
        return Verdict("检查", Light.UNKNOWN, "从未检查", "请点“运行检查”")
    when = ago(last.ended_at or last.started_at, seen.now)
    if last.state is JobState.DONE:
        return Verdict("检查", Light.WELL, "没有发现问题", when)
    if last.state is JobState.INTERRUPTED:
        return Verdict("检查", Light.UNKNOWN, "没有做完", f"{last.message}（{when}开始）")
    return Verdict(
        "检查", Light.ACT, "发现问题" if last.findings else "不能检查", f"{last.message}（{when}）"
    )


def _disk() -> Verdict:
    free, least = system.free_bytes(), data.settings().low_space_mb * 2**20
    if free is None:
        return Verdict("磁盘", Light.UNKNOWN, "不详", "读不到剩余空间")
    light = Light.WELL if free >= least else Light.ACT
    return Verdict("磁盘", light, f"剩余 {size(free)}", f"少于 {size(least)} 时提醒")
