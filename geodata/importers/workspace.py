"""Folders in which files from people wait until they are taken in: one for each file, none of them for ever.

The id of a folder is unguessable and the only part of a path that comes from outside; it is held against its form.
The name of a file is kept as text and never becomes a path.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import BadFile, BadValue
from geodata.importers.asked import Asked
from geodata.settings import Settings

if TYPE_CHECKING:
    from geodata.store import Store

UPLOAD, ASKED, SAVE, WRITING, PROGRESS, CANCEL, ACCEPTED, FAILED = (
    "upload",
    "asked.json",
    "save.json",
    "writing.json",
    "progress.json",
    "cancel",
    "accepted.json",
    "failed.json",
)
"""Files of a workspace besides those of an inspection; see `geodata.importers.job`.

`save.json` becomes `writing.json` when writing begins: whoever moves or removes it first decides whether it does.
"""

_ID = re.compile(r"[0-9a-f]{32}")
_MIB = 2**20
_LOOK_EVERY = 4 * _MIB
_LONGEST_NAME = 120
_NO_ROOM = "磁盘空间不够，文件没有收下，也没有留下半个文件；请管理员清理磁盘后再试。"


@dataclass(frozen=True, slots=True)
class Workspaces:
    """All workspaces of a deployment.

    Those that nothing changed for `keep_days` are removed, the oldest first also when all together hold more than
    `keep_bytes`. A file may have `most_bytes`; nothing is taken that would leave less than `least_free_bytes`.
    """

    folder: Path
    keep_days: float
    keep_bytes: int
    most_bytes: int
    least_free_bytes: int

    def at(self, workspace: str) -> Path | None:
        """The folder of that id; None when it is none, or is gone."""
        path = self.folder / workspace if _ID.fullmatch(workspace) else None
        return path if path is not None and (path / UPLOAD).is_file() else None

    async def receive(
        self, parts: AsyncIterator[bytes], file_name: str, *, in_thread: Callable[..., Awaitable[object]]
    ) -> str:
        """Take a file in as it arrives, part by part; the id of its workspace.

        `in_thread` runs what waits for the disk. Raises BadValue for an empty or too large file, BadFile when the
        disk cannot take it; whatever happens, no half file stays.
        """
        workspace = secrets.token_hex(16)
        path = self.folder / workspace
        try:
            await in_thread(self._begin, path, file_name)
            with (path / f"{UPLOAD}.part").open("wb", buffering=_MIB) as file:
                size = looked = 0
                async for part in parts:
                    size += len(part)
                    self._require_size(size)
                    if size - looked > _LOOK_EVERY:
                        looked = size
                        self._require_room()
                    await in_thread(file.write, part)
            if not size:
                raise BadValue("文件是空的（0 字节）；请重新选择。")
            (path / f"{UPLOAD}.part").replace(path / UPLOAD)
        except OSError as error:
            self.remove(workspace)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            raise BadFile(_NO_ROOM if full else f"文件没有收下：{error.strerror}。请告诉管理员。") from error
        except BaseException:  # also a sender who went away
            self.remove(workspace)
            raise
        return workspace

    def _begin(self, path: Path, file_name: str) -> None:
        self.sweep()
        path.mkdir(parents=True, mode=0o700)
        self._require_room()
        (path / ASKED).write_text(Asked(file_name=plain_name(file_name)).text(), encoding="utf-8")

    def _require_size(self, size: int) -> None:
        if size > self.most_bytes:
            raise BadValue(f"文件超过 {self.most_bytes // _MIB} MB，没有收下；请拆分后分批装入。")

    def _require_room(self) -> None:
        if shutil.disk_usage(self.folder).free < self.least_free_bytes + _LOOK_EVERY:
            raise BadFile(_NO_ROOM)

    def remove(self, workspace: str) -> None:
        """Remove a workspace with all that is in it."""
        if _ID.fullmatch(workspace):
            shutil.rmtree(self.folder / workspace, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what is too old, and the oldest of what is too much."""
        taken = 0
        for path, changed in sorted(self._all(), key=lambda one: -one[1]):
            taken += _size(path)
            if time.time() - changed > self.keep_days * 86_400 or taken > self.keep_bytes:
                self.remove(path.name)

    def _all(self) -> list[tuple[Path, float]]:
        found = []
        with suppress(OSError):
            for path in self.folder.iterdir():
                with suppress(OSError):
                    if _ID.fullmatch(path.name) and path.is_dir():
                        found.append((path, path.stat().st_mtime))
        return found


def written(store: Store, workspace: str) -> int | None:
    """The revision as which a waiting file was taken in; None when it was not."""
    batches = store.imports()
    for revision, understood in zip(batches["revision"], batches["understood"], strict=True):
        if understood and json.loads(understood).get("workspace") == workspace:
            return int(revision)
    return None


def plain_name(given: str) -> str:
    """A file's name as text: without folders, control characters and what turns the direction of writing."""
    last = re.split(r"[/\\]", given)[-1]
    shown = "".join(character for character in last if character.isprintable()).strip()
    return shown[-_LONGEST_NAME:] or "未命名"


def write_whole(path: Path, text: str) -> None:
    """Write a text so that a reader sees the former or the new one, never a part."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise BadFile(f"没有写下：{error.strerror}；磁盘可能已满，请告诉管理员。") from error


def _size(path: Path) -> int:
    with suppress(OSError):
        return sum(one.stat().st_size for one in path.iterdir())
    return 0


def workspaces_of(settings: Settings) -> Workspaces:
    """The workspaces of a deployment."""
    plan = settings.imports
    return Workspaces(
        settings.data_dir / "imports",
        plan.keep_days,
        plan.keep_mb * _MIB,
        plan.most_mb * _MIB,
        settings.low_space_mb * _MIB,
    )
