"""Where an export may be written, and how it appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.errors import BadFile
from geodata.store import Store

_LOGS = ("-wal", "-journal", "-shm")


def require_free(target: Path, store: Store, *, force: bool) -> None:
    """Refuse to replace a file unasked, the database ever, and a GeoPackage that another program has open."""
    own = [store.path, *(Path(f"{store.path}{suffix}") for suffix in _LOGS)] if store.path else []
    if any(_is_same_place(target, one) for one in own if one is not None):
        raise BadFile(f"{target} 是正在使用的数据库，不能导出到它上面。")
    if target.exists() and not force:
        raise BadFile(f"文件 {target} 已存在，没有覆盖；要覆盖请加 --force，或换一个文件名。")
    if target.is_dir():
        raise BadFile(f"{target} 是文件夹，请给出文件名。")
    for suffix in _LOGS:
        if Path(f"{target}{suffix}").exists():
            raise BadFile(f"{target} 正在别的程序（如 QGIS）中打开；请关闭后再导出，或换一个文件名。")


def _is_same_place(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


@contextmanager
def workshop_for(target: Path) -> Iterator[Path]:
    """A folder beside the target, on the same disk, in which it is made; gone afterwards."""
    folder = target.parent.resolve()  # a child works there, wherever it was started
    folder.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".chengyuan-", dir=folder))
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def put_in_place(made: Path, target: Path) -> None:
    """A finished file to where people look for it, flushed to disk and readable by all."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.chmod(0o644)
    os.replace(made, target)
