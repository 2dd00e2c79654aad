"""Whether the store takes saves now, and when it does again after a save found no room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import StoreFull
from geodata.store import disk
from geodata.store.engine import full, is_writable

_MIB = 2**20
_FULL = "磁盘已满。以前保存的内容都在；正在填写的请留在页面上，由管理员腾出空间后再保存"


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether saves work now. `reason` says why not; `warning` says what will soon stop them."""

    writable: bool = True
    reason: str = ""
    warning: str = ""


class Room:
    """Room on the disk of a database file; None as the path means a server, which knows by itself.

    A save that ran out of room makes the store read-only until a file as large as a save can be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._ran_out = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Run one save. Raises StoreFull before it begins when there is no room; remembers one that ran out."""
        if self._path is not None and not self._is_there(self._path.parent):
            raise full(self._path)
        try:
            yield
        except StoreFull:
            self._ran_out = True
            raise

    def condition(self, *, warn_below: int = 0) -> Condition:
        """Whether saves work now; warns when less than `warn_below` bytes are free."""
        if self._path is None or not self._path.exists():
            return Condition()
        if not is_writable(self._path):
            return Condition(False, "数据库文件或所在文件夹没有写权限，请联系管理员")
        if not self._is_there(self._path.parent):
            return Condition(False, _FULL)
        free = disk.free_bytes(self._path.parent)
        if free is not None and free < warn_below:
            return Condition(warning=f"磁盘空间不多：还剩 {free // _MIB} MB（低于 {warn_below // _MIB} MB）")
        return Condition()

    def _is_there(self, folder: Path) -> bool:
        if not disk.has_room(folder):
            return False
        if self._ran_out:
            self._ran_out = not disk.takes_bytes(folder)
        return not self._ran_out
