"""Taking a file over: a copy under a name of ours, its format by content, its digest. Free of heavy imports."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from geodata.errors import BadFile
from geodata.importers.formats import GPKG, HEAD_BYTES, sniff

_CHUNK = 2**20


def copy_in(path: Path, folder: Path, most: int) -> tuple[Path, str, str]:
    """Copy a regular file of bounded size under a name of ours; gives copy, format by content and SHA-256."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadFile(f"文件 {path} 打不开：{error.strerror}") from error
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        raise BadFile(f"{path} 不是普通文件。")
    if facts.st_size > most:
        raise BadFile(f"文件有 {facts.st_size / 2**20:.0f} MB，最多 {most // 2**20} MB；请分成几个文件。")
    with os.fdopen(handle, "rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
        file.seek(0)
        copy = folder / f"input.{kind}"
        digest = hashlib.sha256()
        with copy.open("wb") as target:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
    if kind == GPKG:
        _require_closed(path)
    return copy, kind, digest.hexdigest()


def _require_closed(path: Path) -> None:
    """Refuse a GeoPackage whose last changes still stand in a log beside it: the copy would lack them."""
    for suffix in ("-wal", "-journal"):
        log = Path(f"{path}{suffix}")
        if log.exists() and log.stat().st_size:
            raise BadFile(
                f"{path.name} 还在别的程序（如 QGIS）中打开，旁边有未合并的 {log.name}。请关闭那个程序后再装入。"
            )
