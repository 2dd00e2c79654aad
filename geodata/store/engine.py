"""Opening the database: one SQLite library per process, durable settings, errors in plain words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError

from geodata.errors import (
    BadValue,
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
)

try:  # one library is chosen at start; both must never touch a file in the same process
    import pysqlite3.dbapi2 as sqlite
except ImportError:  # no wheel for this platform
    import sqlite3 as sqlite  # type: ignore[no-redef]

BUSY_TIMEOUT_MS = 5000
APPLICATION_ID = 0x47504B47  # "GPKG"; GeoPackage 1.3, requirement 2
USER_VERSION = 10300
_WAL_SAFE_SINCE = (3, 51, 3)
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ncpfs"}


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset corruption bug (fixed in 3.51.3)."""
    return version >= _WAL_SAFE_SINCE


def database_path(url: str) -> Path | None:
    """File behind a SQLite URL, None for a server."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def make_engine(url: str) -> Engine:
    """Engine for `sqlite:///file.gpkg` (or a server URL), with our pragmas and writer function.

    Raises StoreError when the file lies on a network share (WAL needs shared memory) or the URL is not understood.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    _refuse_network_share(parsed)
    engine = create_engine(
        parsed,
        module=sqlite,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.create_function("chengyuan_writer", 0, lambda: 1)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def prepare_file(connection: Any) -> None:
    """Mark a file as GeoPackage and set its journal mode, on a raw connection, when it is created.

    The mark is written before WAL begins: GDAL reads it from the file's first page and warns when it is only in the log.
    """
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={USER_VERSION}")
    mode = "WAL" if wal_is_safe(sqlite.sqlite_version_info) else "DELETE"
    connection.execute(f"PRAGMA journal_mode={mode}")


def _refuse_network_share(url: URL) -> None:
    if not url.database:
        return
    folder = Path(url.database).absolute().parent
    kind = _file_system_of(folder)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"数据库不能放在网络共享上（{folder} 是 {kind}）。"
            "请改用本机磁盘，或用 DATABASE_URL 指向数据库服务器。"
        )


def _file_system_of(folder: Path) -> str:
    """File system type of the mount that holds `folder`; empty where the system does not tell."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts:
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = point == "/" or str(folder) == point or str(folder).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


@contextmanager
def plain_errors(url: str) -> Iterator[None]:
    """Turn errors of the database driver into ours, with a Chinese message that says what to do."""
    try:
        yield
    except IntegrityError as error:
        raise BadValue(f"数据违反约束，没有保存：{error.orig}") from error
    except DBAPIError as error:
        raise _translate(error, url) from error


def _translate(error: DatabaseError | DBAPIError, url: str) -> StoreError:
    text = str(error.orig).lower()
    path = database_path(url)
    shown = path if path else "数据库服务器"
    if "locked" in text or "busy" in text:
        return StoreLocked(
            f"数据库 {shown} 正被另一个程序写入，等待 5 秒仍未释放；没有保存任何内容，请稍后再试。"
        )
    if "readonly" in text or "read-only" in text:
        return StoreReadOnly(f"数据库 {shown} 只能读取；没有保存任何内容。请检查文件和所在文件夹的写权限。")
    if "unable to open" in text:
        return _cannot_open(path)
    if "not a database" in text or "malformed" in text or "no such table" in text:
        return StoreDamaged(
            f"文件 {shown} 不是本产品的数据库，或已损坏（{error.orig}）。"
            "请运行 python manage.py check 查看详情，或用 restore 从备份恢复。"
        )
    return StoreError(f"数据库出错，没有保存任何内容：{error.orig}")


def _cannot_open(path: Path | None) -> StoreError:
    if path is not None and path.exists():
        return StoreReadOnly(f"数据库 {path} 打不开：请检查文件和所在文件夹的读写权限。")
    return missing(path)


def missing(path: Path | None) -> StoreMissing:
    """The error for a database that is not there."""
    return StoreMissing(
        f"没有找到数据库 {path}。请运行 python manage.py init（空库）或 python manage.py demo（演示数据），"
        "或用 DATABASE_URL 指向已有数据库。"
    )


def is_writable(path: Path) -> bool:
    """Whether this process may write the database file and its folder (WAL needs both)."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
