"""Whether this process can serve: `/readyz` for a proxy or a monitor.

`unavailable` (503): nobody can work. `degraded` (200, with `?strict` 503): people can work, an administrator must
act. An answer is kept for a second, and holds neither paths nor secrets.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

from geodata.errors import ChengyuanError, StoreError, StoreNewer
from geodata.store import Snapshot, Store
from geodata.version import VERSION
from ui import data, system

_KEPT_S = 1.0
_PATIENCE_S = 3.0  # a look that takes longer hangs in a store that is silent; whoever asks next is told so
_lock = threading.Lock()
_last: tuple[float, dict[str, Any]] | None = None


def readiness() -> dict[str, Any]:
    """`status` (ready, degraded, unavailable) with the checks it rests on; `ok` null means not known here."""
    global _last
    if not _lock.acquire(timeout=_PATIENCE_S):
        silent = {"store": {"ok": False, "error": "NoAnswer"}, "schema": {"ok": None}}
        return _told(None, silent | {"writable": {"ok": None}, "disk": _disk(), "backup": _backup()})
    try:
        if _last is None or time.monotonic() - _last[0] > _KEPT_S:
            _last = (time.monotonic(), _look())
        return _last[1]
    finally:
        _lock.release()


def forget() -> None:
    """Look anew at the next question."""
    global _last
    _last = None


def http_status(answer: dict[str, Any], *, strict: bool) -> int:
    """200 or 503; `strict` takes a degraded state for unavailable."""
    refused = {"unavailable", "degraded"} if strict else {"unavailable"}
    return 503 if answer["status"] in refused else 200


def _look() -> dict[str, Any]:
    snap, checks = _store()
    return _told(snap, checks | {"writable": _writable(snap), "disk": _disk(), "backup": _backup()})


def _told(snap: Snapshot | None, checks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    needed = [checks[name]["ok"] for name in ("store", "schema")]
    wanted = [check["ok"] for check in checks.values()]
    status = "ready" if False not in wanted else "degraded"
    return {
        "status": status if all(needed) else "unavailable",
        "version": VERSION,
        "revision": snap.revision if snap else None,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "checks": checks,
    }


def _store() -> tuple[Snapshot | None, dict[str, dict[str, Any]]]:
    try:
        snap = data.snapshot()
    except ChengyuanError as error:
        answers = _is_other_version(error)
        said = {"ok": answers, "error": type(error).__name__}
        return None, {"store": said, "schema": {"ok": False if answers else None}}
    return snap, {"store": {"ok": True}, "schema": {"ok": True}}


def _is_other_version(error: ChengyuanError) -> bool:
    """Whether the store answers and is of an older or newer version."""
    if isinstance(error, StoreNewer):
        return True
    try:
        return Store.older_version(data.settings().database_url) is not None
    except StoreError:
        return False


def _writable(snap: Snapshot | None) -> dict[str, Any]:
    if snap is None:
        return {"ok": None}
    try:
        return {"ok": data.condition().writable}
    except ChengyuanError:
        return {"ok": None}


def _disk() -> dict[str, Any]:
    least = data.settings().low_space_mb * 2**20
    free = system.free_bytes()
    return {"ok": None if free is None else free >= least, "free_bytes": free, "least_bytes": least}


def _backup() -> dict[str, Any]:
    limit = data.settings().backup.oldest_hours
    last = system.last_backup(system.backups())
    age = None if last is None else round(system.age_hours(last), 2)
    return {"ok": age is not None and age <= limit, "age_hours": age, "limit_hours": limit}
