"""Opening the database: one SQLite library per process, durable settings, errors in plain words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from geodata.errors import (
    BadValue,
    ChengyuanError,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
)
from geodata.store import disk
from geodata.store.server import make_server_engine, shown_server, translate_server

try:  # one library is chosen at start; both must never touch a file in the same process
    import pysqlite3.dbapi2 as sqlite
except ImportError:  # no wheel for this platform
    import sqlite3 as sqlite

BUSY_TIMEOUT_MS = 5000
APPLICATION_ID = 0x47504B47  # "GPKG"; GeoPackage 1.3, requirement 2
USER_VERSION = 10300
_PREPARING_TRIES = 10
_WAL_SAFE_SINCE = (3, 51, 3)
_FULL = ("disk is full", "no space left", "disk full", "quota exceeded", "file too large")
_DAMAGE = ("not a database", "malformed", "no such table", "could not decode")
_ESCAPED = "密码里的 @ : / 要写成 %40 %3A %2F。"
_NETWORK_FILE_SYSTEMS = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "ceph", "lustre", "glusterfs", "davfs"),
    *("fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.davfs2"),
}


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset corruption bug (fixed in 3.51.3)."""
    return version >= _WAL_SAFE_SINCE


def database_path(url: str) -> Path | None:
    """File behind a SQLite URL, None for a server."""
    parsed = _parsed(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def file_url(path: Path) -> str:
    """URL of a database file, whatever characters its name has."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def _parsed(url: str) -> URL:
    """The parts of a URL. Raises StoreError, which never quotes it: a part that is misread may be of the password."""
    parsed = None
    with suppress(ArgumentError, ValueError):  # ValueError quotes what stands where the port should be
        parsed = make_url(url)
    if parsed is None:
        raise StoreError(
            "看不懂数据库地址（DATABASE_URL）；请写成 sqlite:///data/renewal.gpkg，"
            f"或 postgresql+psycopg://用户:密码@主机:端口/库名。{_ESCAPED}"
        )
    if parsed.get_backend_name() != "sqlite" and "@" in f"{parsed.host}{parsed.database}":
        raise StoreError(f"数据库地址（DATABASE_URL）里“@”不止一个。{_ESCAPED}")
    return parsed


def server_name(url: str) -> str:
    """Name of a server's database, fit for a file name."""
    return re.sub(r"[^\w-]", "_", _parsed(url).database or "renewal")


def shown(url: str) -> str:
    """A database as people may see it: its file, or the server without user and password."""
    path = database_path(url)
    return str(path) if path else shown_server(_parsed(url))


def make_engine(url: str) -> Engine:
    """Engine for `sqlite:///file.gpkg` (or a server URL), with our pragmas and writer function.

    Raises StoreError when the URL is not understood, or the file lies on a network share (WAL needs
    shared memory).
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return make_server_engine(parsed)
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


def prepare_file(engine: Engine) -> None:
    """Mark a file as GeoPackage and set its journal mode when it is created, outside of any transaction.

    The mark is written before WAL begins: GDAL reads it from the file's first page and warns when it is only
    in the log.
    """
    mode = "wal" if wal_is_safe(sqlite.sqlite_version_info) else "delete"
    wanted = {"application_id": APPLICATION_ID, "user_version": USER_VERSION, "journal_mode": mode}
    with closing(engine.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        for name, value in wanted.items():
            if connection.execute(f"PRAGMA {name}").fetchone()[0] != value:
                _set_pragma(connection, f"PRAGMA {name}={value}")


def _set_pragma(connection: Any, statement: str) -> None:
    """Write into the file's head; changing the journal mode does not wait for other processes by itself."""
    for _ in range(_PREPARING_TRIES):
        try:
            connection.execute(statement)
            return
        except sqlite.OperationalError:
            connection.execute("BEGIN IMMEDIATE")  # waits until whoever is writing has finished
            connection.execute("ROLLBACK")
    connection.execute(statement)


def _refuse_network_share(url: URL) -> None:
    if not url.database:
        return
    folder = Path(url.database).resolve().parent
    kind = _file_system_of(folder)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"数据库不能放在网络共享上（{folder} 是 {kind}）。"
            "请改用本机磁盘，或用 DATABASE_URL 指向数据库服务器。"
        )


def _file_system_of(folder: Path) -> str:
    """File system type of the mount that holds `folder`; empty where the system does not tell."""
    kinds = {Path(point): kind for point, kind in _mounts()}  # of two mounts at one place, the later counts
    return next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")


def _mounts() -> list[tuple[str, str]]:
    """Mount points of this machine with their file system types; empty where the system does not tell."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    fields = [line.split(" ") for line in lines]
    return [(point.replace("\\040", " "), kind) for _, point, kind, *_ in fields]


@contextmanager
def plain_errors(url: str) -> Iterator[None]:
    """Turn errors of the database driver into ours, with a Chinese message that says what to do."""
    try:
        yield
    except DBAPIError as error:
        raise _plain(error, url) from error
    except PoolTimeout as error:
        raise locked(database_path(url)) from error
    except sqlite.Error as error:  # from the driver itself: raw connections, backup
        raise translate(error, database_path(url)) from error


def _plain(error: DBAPIError, url: str) -> ChengyuanError:
    if database_path(url) is None:
        return translate_server(error.orig, shown(url))
    if isinstance(error, IntegrityError):
        return BadValue(f"没有保存：{_broken_rule(str(error.orig))}（{error.orig}）。")
    return translate(error.orig, database_path(url))


def _broken_rule(text: str) -> str:
    reasons = {
        "append-only": "这类记录只能追加，不能修改或删除",
        "UNIQUE": "已有相同编号的记录",
        "FOREIGN KEY": "它引用的记录不存在（例如街道、小区或楼院的编号）",
    }
    return next((reason for sign, reason in reasons.items() if sign in text), "数据违反约束")


def translate(error: BaseException | None, path: Path | None) -> StoreError:
    """Our error for one of the database driver; `path` is the database file, None for a server."""
    text = str(error).lower()
    shown = path if path else "数据库服务器"
    if "locked" in text or "busy" in text:
        return locked(path)
    if any(sign in text for sign in _FULL):
        return full(path)
    if "disk i/o error" in text and path is not None:
        return _cannot_write(error, path)
    if "readonly" in text or "read-only" in text:
        return StoreReadOnly(f"数据库 {shown} 只能读取；没有保存任何内容。请检查文件和所在文件夹的写权限。")
    if "unable to open" in text:
        return _cannot_open(path)
    if any(sign in text for sign in _DAMAGE):
        return unreadable(error, path)
    return StoreError(f"数据库出错，没有保存任何内容：{error}")


def _cannot_write(error: BaseException | None, path: Path) -> StoreError:
    """SQLite says no more than that when a quota, a limit or the disk itself stops it."""
    if not (disk.has_room(path.parent) and disk.takes_bytes(path.parent)):
        return full(path)
    return StoreError(f"磁盘读写出错（{error}），数据库 {path} 没有保存任何内容。请管理员检查磁盘。")


def full(path: Path | None) -> StoreFull:
    """The error for a save that finds no room on the disk."""
    return StoreFull(
        f"磁盘已满，数据库 {path if path else '服务器'} 没有保存任何内容；以前保存的内容都在，可以照常查看。"
        "请保留正在填写的内容，由管理员腾出磁盘空间后再保存。"
    )


def unreadable(error: BaseException | None, path: Path | None) -> StoreDamaged:
    """The error for a database that is none of ours, or holds what cannot be read."""
    return StoreDamaged(
        f"文件 {path if path else '数据库服务器'} 不是本产品的数据库，或已损坏（{error}）。"
        "请运行 python manage.py check 查看详情，或用 restore 从备份恢复。"
    )


def locked(path: Path | None) -> StoreLocked:
    """The error for a database that another program keeps locked."""
    return StoreLocked(
        f"数据库 {path if path else '服务器'} 正被另一个程序写入，等待 {BUSY_TIMEOUT_MS / 1000:g} 秒"
        "仍未释放；没有保存任何内容，请稍后再试。"
    )


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


def make_folder(folder: Path) -> None:
    """Make a folder for a database or a backup. Raises StoreReadOnly."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(f"不能建立文件夹 {folder}（{error.strerror}）：请检查写权限。") from error


def is_writable(path: Path) -> bool:
    """Whether this process may write the database file and its folder (WAL needs both)."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
