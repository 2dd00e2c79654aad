"""Facts about the running system: database, backups, disk, jobs, process; drawn by `ui.system_status`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streamlit import runtime

from geodata import backups as _backups
from geodata.backups import Backup, BackupKind
from geodata.jobs import Job, Jobs
from geodata.schedule import due_since
from geodata.store import disk
from geodata.store.engine import database_path, shown
from geodata.upkeep import Place, place_of
from ui import data, logs

STARTED_AT = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes on the disk; None where there is nothing to measure."""

    database: int | None
    wal: int | None
    backups: int
    logs: int
    free: int | None


def place() -> Place:
    """The database of the settings with its backups and jobs."""
    return place_of(data.settings(), data.settings().database_url)


def database_file() -> Path | None:
    """The database file; None for a server."""
    return database_path(data.settings().database_url)


def address() -> str:
    """The database as people may see it: its file, or the server without user and password."""
    return shown(data.settings().database_url)


def backups() -> list[Backup]:
    """Backups of the database, newest first: in the folder of the settings, and those kept beside a file."""
    here, file = place(), database_file()
    folders = {here.folder.resolve(), *([(file.parent / "backups").resolve()] if file else [])}
    found = [one for folder in folders for one in _backups.backups(folder, here.database)]
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def last_backup(found: list[Backup]) -> Backup | None:
    """The newest backup of the present content: scheduled or by hand."""
    return _backups.newest(found, BackupKind.SCHEDULED, BackupKind.MANUAL, now=datetime.now(UTC))


def age_hours(backup: Backup) -> float:
    """Hours since a backup was made."""
    return (datetime.now(UTC) - backup.made_at).total_seconds() / 3600


def next_backup(found: list[Backup], now: datetime) -> datetime | None:
    """When the next scheduled backup is due: `now` for one that is overdue; None when the app makes none."""
    plan, now = data.settings().backup, now.astimezone(data.ZONE)
    if not plan.enabled:
        return None
    last = _backups.newest(found, BackupKind.SCHEDULED, now=now)
    if last is None or last.made_at < due_since(now, daily_at=plan.daily_at, every_hours=plan.every_hours):
        return now
    if plan.every_hours is not None:
        return last.made_at + timedelta(hours=plan.every_hours)
    return due_since(now, daily_at=plan.daily_at, every_hours=None) + timedelta(days=1)


def jobs() -> list[Job]:
    """Jobs on record, newest first."""
    return Jobs(data.settings().data_dir / "jobs").recorded()


def free_bytes() -> int | None:
    """Bytes free where the database lies; for a server, where our own files lie."""
    file = database_file()
    return disk.free_bytes(file.parent if file else data.settings().data_dir)


def sizes(found: list[Backup]) -> Sizes:
    """Sizes of what the product keeps on this machine."""
    file = database_file()
    return Sizes(
        database=_size(file) if file else None,
        wal=_size(file.with_name(f"{file.name}-wal")) if file else None,
        backups=sum(one.size_bytes for one in found),
        logs=sum(_size(path) or 0 for path in logs.folder(data.settings()).glob("*.log*")),
        free=free_bytes(),
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def sessions() -> int | None:
    """Browser sessions connected to this process; None where Streamlit does not tell (it has no public way to)."""
    manager = getattr(runtime.get_instance(), "_session_mgr", None) if runtime.exists() else None
    return manager.num_active_sessions() if manager else None
