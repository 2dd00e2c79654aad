"""The backups in a folder: their names, kinds and ages; which of them the schedule may remove."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from geodata.retention import Retention, kept
from geodata.store.backup import remove_database

ZONE = ZoneInfo("Asia/Shanghai")
_STAMP = "%Y%m%d-%H%M%S"
_MARKS = re.compile(r"^(?:(scheduled|before-restore|damaged|before-\w+-upgrade)-?)?(\d{8}-\d{6})?(?:-\d+)?$")


class BackupKind(StrEnum):
    """Why a backup was made."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BEFORE_UPGRADE = "before_upgrade"
    BEFORE_RESTORE = "before_restore"
    DAMAGED = "damaged"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {
    BackupKind.SCHEDULED: "定时",
    BackupKind.MANUAL: "手工",
    BackupKind.BEFORE_UPGRADE: "升级前",
    BackupKind.BEFORE_RESTORE: "恢复前",
    BackupKind.DAMAGED: "移开的损坏文件",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file: when it was made (Asia/Shanghai), why, and its size."""

    path: Path
    kind: BackupKind
    made_at: datetime
    size_bytes: int


def backup_name(database: Path, now: datetime, *, scheduled: bool) -> str:
    """File name of a backup made now."""
    mark = "scheduled-" if scheduled else ""
    return f"{database.stem}-{mark}{now.astimezone(ZONE):{_STAMP}}.gpkg"


def backups(folder: Path, database: Path) -> list[Backup]:
    """The backups of a database in a folder, newest first; other files there are none of them."""
    found = []
    for path in folder.glob("*.gpkg"):
        mark = path.stem.removeprefix(f"{database.stem}-")
        if mark != path.stem and (backup := _recognised(path, mark)):
            found.append(backup)
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def _recognised(path: Path, mark: str) -> Backup | None:
    parts = _MARKS.match(mark)
    try:
        size, changed = path.stat().st_size, path.stat().st_mtime
        if parts is None or not any(parts.groups()):
            return None
        at = datetime.fromtimestamp(changed, ZONE)
        if parts[2]:
            at = datetime.strptime(parts[2], _STAMP).replace(tzinfo=ZONE)
    except (OSError, ValueError):  # removed meanwhile; digits that are no date
        return None
    return Backup(path, _kind(parts[1]), at, size)


def _kind(mark: str | None) -> BackupKind:
    if mark is None:
        return BackupKind.MANUAL
    if mark.endswith("-upgrade"):
        return BackupKind.BEFORE_UPGRADE
    return BackupKind(mark.replace("-", "_"))


def newest(found: Iterable[Backup], *kinds: BackupKind, now: datetime) -> Backup | None:
    """The newest backup of these kinds that was made by `now`.

    One of the future (the clock was ahead then, and was set back) says nothing of how old the last one is.
    """
    made = (one for one in found if one.kind in kinds and one.made_at <= now)
    return max(made, key=lambda one: one.made_at, default=None)


def remove_surplus(folder: Path, database: Path, rule: Retention, *, good: Path) -> list[Path]:
    """Remove the scheduled backups that the rule does not keep; gives their paths.

    `good`, the one just made and verified, stays whatever the clock said. Only scheduled backups are ever removed.
    """
    scheduled = [one for one in backups(folder, database) if one.kind is BackupKind.SCHEDULED]
    keep = kept([one.made_at for one in scheduled], rule)
    surplus = [one.path for one in scheduled if one.made_at not in keep and one.path != good]
    for path in surplus:
        remove_database(path)
    return surplus


def remove_remains(folder: Path, database: Path) -> None:
    """Remove half copies that a killed backup left; the caller holds the lock under which backups are made."""
    name = re.compile(
        re.escape(database.stem) + r"-(scheduled-)?\d{8}-\d{6}\.gpkg\.[0-9a-f]{8}\.partial(-\w+)?$"
    )
    for path in folder.glob(f"{database.stem}-*.partial*"):
        if name.match(path.name):
            path.unlink(missing_ok=True)
