"""Backup and check as people and schedules ask for them: one job at a time, on record, with retention."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geodata.backups import backup_name, backups, remove_remains, remove_surplus
from geodata.errors import StoreError
from geodata.jobs import Advance, JobKind, Jobs, Result
from geodata.retention import Retention
from geodata.settings import Settings
from geodata.store import Finding, Store
from geodata.store.engine import database_path, server_name

_MOST_FINDINGS = 500
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Place:
    """A database with what belongs to it: where backups go, how many stay, where jobs are on record.

    `jobs` is None for a database other than the one of the settings.
    """

    url: str
    folder: Path
    retention: Retention
    least_free_bytes: int
    jobs: Jobs | None

    @property
    def database(self) -> Path:
        """The database file; for a server, the file after which its backups are named."""
        return database_path(self.url) or self.folder / f"{server_name(self.url)}.gpkg"


def place_of(settings: Settings, url: str) -> Place:
    """What belongs to a database, by the settings."""
    path, plan = database_path(url), settings.backup
    own = _is_same(url, settings.database_url)
    beside = (path.parent if path else settings.data_dir) / "backups"
    return Place(
        url=url,
        folder=plan.folder if own and plan.folder else beside,
        retention=Retention(plan.keep_last, plan.keep_daily, plan.keep_weekly, plan.keep_monthly),
        least_free_bytes=settings.low_space_mb * _MIB,
        jobs=Jobs(settings.data_dir / "jobs") if own else None,
    )


def _is_same(url: str, other: str) -> bool:
    """Whether two addresses name one database, however a file is written."""
    path, second = database_path(url), database_path(other)
    return path.resolve() == second.resolve() if path and second else url == other


def back_up(
    place: Place,
    *,
    now: datetime,
    target: Path | None = None,
    scheduled: bool = False,
    thorough: bool = True,
    on_progress: Advance | None = None,
) -> Path:
    """Make one verified backup; a scheduled one is followed by the removal of surplus scheduled ones.

    `target` defaults to a name by time in the folder. Raises members of StoreError and BadFile; nothing half made
    is left.
    """
    thorough = thorough or database_path(place.url) is None  # a server's rows are compared one by one anyway
    goal = target or place.folder / backup_name(place.database, now, scheduled=scheduled)

    def work(advance: Advance) -> Result:
        with closing(Store.open(place.url)) as store:
            if target is None:
                remove_remains(place.folder, place.database)
                _require_room(place)
            store.backup(goal, on_progress=_copying(advance, thorough), thorough=thorough)
        removed: list[Path] = []
        if scheduled:
            removed = remove_surplus(place.folder, place.database, place.retention, good=goal)
        return Result(_made(thorough, len(removed)), file=goal.name)

    _as_job(place, JobKind.SCHEDULED_BACKUP if scheduled else JobKind.BACKUP, work, on_progress)
    return goal


def _copying(advance: Advance, thorough: bool) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        advance(done, total, "复制")
        if done == total:
            advance(0, 0, "逐行校验副本" if thorough else "校验副本")

    return report


def _made(thorough: bool, removed: int) -> str:
    how = "逐行校验通过" if thorough else "完整性检查通过"
    rest = f"；按保留规则删除较早的定时备份 {removed} 份" if removed else ""
    return f"{how}{rest}"


def _require_room(place: Place) -> None:
    """A backup must not take the room that saves need; of a server only the last backup's size is known."""
    place.folder.mkdir(parents=True, exist_ok=True)
    made = backups(place.folder, place.database)
    size = sum(
        part.stat().st_size
        for part in (place.database, place.database.with_name(f"{place.database.name}-wal"))
        if part.exists()
    ) or (made[0].size_bytes if made else 0)
    free = shutil.disk_usage(place.folder).free
    if free < size + place.least_free_bytes:
        raise StoreError(
            f"磁盘空间不够，没有备份：备份需要 {size / _MIB:,.0f} MB，备份后须至少留 "
            f"{place.least_free_bytes / _MIB:,.0f} MB，现剩 {free / _MIB:,.0f} MB。请清理磁盘或改用别的备份文件夹。"
        )


def check(place: Place, *, on_progress: Advance | None = None) -> list[Finding]:
    """Check the database; all findings. Raises members of StoreError when it cannot even be opened."""
    found: list[Finding] = []

    def work(advance: Advance) -> Result:
        with closing(Store.open(place.url)) as store:
            found.extend(store.check(on_step=lambda step: advance(0, 0, f"检查{step}")))
        rows = [[item.check, item.where, item.message, item.remedy] for item in found[:_MOST_FINDINGS]]
        return Result(f"发现 {len(found)} 个问题" if found else "没有发现问题", findings=rows)

    _as_job(place, JobKind.CHECK, work, on_progress)
    return found


def _as_job(
    place: Place, kind: JobKind, work: Callable[[Advance], Result], on_progress: Advance | None
) -> None:
    told: Advance = on_progress or (lambda done, total, step: None)
    if place.jobs is None:
        work(told)
        return

    def both(advance: Advance) -> Result:
        def report(done: int, total: int, step: str) -> None:
            advance(done, total, step)
            told(done, total, step)

        return work(report)

    place.jobs.run(kind, both)
