"""Copying a running database: SQLite's backup API, verified after writing, moved into place in one step."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from geodata.errors import BadFile, StoreDamaged
from geodata.store.engine import sqlite

_PAGES_PER_STEP = 512
Progress = Callable[[int, int], None]


def copy_database(source: Path, target: Path, *, on_progress: Progress | None = None) -> None:
    """Write a consistent copy of `source` (which may be in use) to the new file `target`.

    Raises BadFile when the target exists, StoreDamaged when the copy does not verify; no half file is left.
    """
    if target.exists():
        raise BadFile(f"文件 {target} 已存在，不覆盖；请换一个文件名。")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        _copy(source, partial, on_progress)
        _verify(partial)
        os.replace(partial, target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def overwrite_database(source: Path, live: Path, *, on_progress: Progress | None = None) -> None:
    """Replace the content of `live` (which may be in use) by that of `source`, as one transaction."""
    _verify(source)
    _copy(source, live, on_progress)


def _copy(source: Path, target: Path, on_progress: Progress | None) -> None:
    def report(_status: int, remaining: int, total: int) -> None:
        if on_progress:
            on_progress(total - remaining, total)

    with closing(sqlite.connect(source)) as reading, closing(sqlite.connect(target)) as writing:
        writing.execute("PRAGMA synchronous=FULL")
        reading.backup(writing, pages=_PAGES_PER_STEP, progress=report)


def _verify(path: Path) -> None:
    with closing(sqlite.connect(path)) as connection:
        try:
            lines = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            connection.execute("SELECT max(number) FROM revision").fetchone()
        except sqlite.DatabaseError as error:
            raise StoreDamaged(f"文件 {path} 不是本产品的数据库，或已损坏（{error}）。") from error
    if lines != ["ok"]:
        raise StoreDamaged(f"文件 {path} 没有通过完整性检查：{lines[0]}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
