"""Copying a running database: SQLite's backup API, verified after writing, moved into place in one step."""

from __future__ import annotations

import glob
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from geodata.errors import BadFile, StoreDamaged, StoreError, StoreFull, StoreMissing
from geodata.store import engine
from geodata.store.engine import locked, make_folder, sqlite, translate

_PAGES_PER_STEP = 512
_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
Progress = Callable[[int, int], None]
STAGE = ".restore-"
_OLD_S = 24 * 3600


def copy_database(
    source: Path,
    target: Path,
    *,
    on_progress: Progress | None = None,
    examine: Callable[[Path], None] | None = None,
) -> None:
    """Write a consistent copy of `source` (which may be in use) to the new file `target`.

    The copy passes `integrity_check` before it gets its name, and `examine`, which raises when it finds a fault.
    Raises BadFile when the target exists or there is no source, StoreDamaged when the copy does not verify,
    StoreReadOnly or StoreError when it cannot be written; no half file is left.
    """
    if target.exists():
        raise _exists(target)
    if not source.is_file():
        raise BadFile(f"没有文件 {source}。")

    def make(partial: Path) -> None:
        _copy(source, partial, on_progress)
        _verify(partial, shown=source)
        if examine:
            examine(partial)

    write_database(target, make)


def write_database(target: Path, make: Callable[[Path], None]) -> None:
    """Let `make` write a new database beside `target`, and give it that name when it is whole.

    Raises BadFile when the target exists, StoreReadOnly or StoreError when it cannot be written; no half file is
    left.
    """
    if target.exists():
        raise _exists(target)
    make_folder(target.parent)
    partial = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        with _plain_errors(target):
            make(partial)
            _place(partial, target)
    finally:
        remove_database(partial)


def overwrite_database(source: Path, live: Path, *, on_progress: Progress | None = None) -> None:
    """Replace the content of `live` (which may be in use) by that of `source`, as one transaction.

    Raises StoreDamaged when the source does not verify, StoreLocked when somebody keeps writing to `live`.
    """
    with _plain_errors(live):
        _verify(source, shown=source)
        _copy(source, live, on_progress)


def remove_database(path: Path) -> None:
    """Remove a database file that nobody uses, with the files SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def remove_old_stages(live: Path) -> None:
    """Remove what restores that were killed left beside the database; a younger one may still be in use."""
    name = re.compile(re.escape(live.name + STAGE) + r"[0-9a-f]{8}(\.[0-9a-f]{8}\.partial)?(-\w+)?$")
    for path in live.parent.glob(f"{glob.escape(live.name + STAGE)}*"):
        with suppress(FileNotFoundError):  # another restore was faster
            if name.match(path.name) and time.time() - path.stat().st_mtime > _OLD_S:
                path.unlink()


def _copy(source: Path, target: Path, on_progress: Progress | None) -> None:
    def report(status: int, remaining: int, total: int) -> None:
        if status in _BUSY:  # SQLite has waited its busy timeout already; it would go on for ever
            raise locked(target)
        if on_progress:
            on_progress(total - remaining, total)

    with closing(_connect(source)) as reading, closing(_connect(target)) as writing:
        writing.execute("PRAGMA synchronous=FULL")
        reading.execute("BEGIN")  # one moment for all steps: a save in between does not start the copy anew
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=_PAGES_PER_STEP, progress=report)


def _connect(path: Path) -> Any:
    return sqlite.connect(path, timeout=engine.BUSY_TIMEOUT_MS / 1000)


def _verify(path: Path, *, shown: Path) -> None:
    with closing(_connect(path)) as connection:
        try:
            lines = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            connection.execute("SELECT max(number) FROM revision").fetchone()
        except sqlite.DatabaseError as error:
            raise StoreDamaged(f"文件 {shown} 不是本产品的数据库，或已损坏（{error}）。") from error
    if lines != ["ok"]:
        raise StoreDamaged(f"文件 {shown} 没有通过完整性检查：{lines[0]}")


def _place(partial: Path, target: Path) -> None:
    """Give the finished copy its name, never over another file."""
    try:
        os.link(partial, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError:  # this file system has no hard links
        os.rename(partial, target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exists(target: Path) -> BadFile:
    return BadFile(f"文件 {target} 已存在，不覆盖；请换一个文件名。")


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite.Error as error:
        raise _of_copying(translate(error, path), path) from error
    except OSError as error:
        raise StoreError(f"不能写入 {path}（{error.strerror}）：请检查磁盘空间和写权限。") from error


def _of_copying(error: StoreError, path: Path) -> StoreError:
    """The same error in the words of somebody who copies a database and fills in no form."""
    if isinstance(error, StoreFull):
        return StoreFull(
            f"磁盘已满，没有写成 {path}；原来的内容没有改动。请腾出磁盘空间，或换一个文件夹，再试。"
        )
    if isinstance(error, StoreMissing):  # whatever is read is there, so it is the copy that cannot be made
        return StoreError(f"不能写入 {path}：请检查文件夹的写权限。")
    return error
