"""Copies of the whole content: into a backup, into another database, and back from a backup."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from geodata import schema
from geodata.errors import StoreDamaged, StoreLocked
from geodata.store import backup, transfer
from geodata.store.backup import Progress
from geodata.store.check import CONTENT, check_store
from geodata.store.engine import file_url, make_engine
from geodata.store.revisions import new_epoch

if TYPE_CHECKING:
    from geodata.store import Store


def back_up(store: Store, target: Path, *, on_progress: Progress | None, thorough: bool) -> None:
    """As `Store.backup`."""

    def fill(partial: Path) -> None:
        with closing(type(store).create(file_url(partial))) as copy:
            copy_into(store, copy, on_progress=on_progress)

    def examine(copy: Path) -> None:
        with closing(type(store).open(file_url(copy))) as opened:
            _require_intact(opened)

    if store.path is None:
        backup.write_database(target, fill)
        return
    backup.copy_database(store.path, target, on_progress=on_progress, examine=examine if thorough else None)


def _require_intact(copy: Store) -> None:
    """Raise StoreDamaged unless every row and change in a copy is as it was saved."""
    with copy._reading() as connection:
        found = check_store(connection, only=CONTENT)
    if found:
        raise StoreDamaged(
            f"副本没有通过校验，没有留下备份：{len(found)} 处内容与保存时不符，第一处是{found[0].where}"
            f"（{found[0].message}）。请运行 python manage.py check 查看全部，并从较早的备份恢复；"
            "要原样留一份，用 python manage.py backup --quick。"
        )


def copy_into(
    store: Store,
    target: Store,
    *,
    epoch: str | None = None,
    unless_saved: bool = False,
    on_progress: Progress | None = None,
) -> int:
    """As `Store.copy_into`."""
    with store._reading() as source, target._writing() as goal:
        copied = source.scalar(select(func.max(schema.revision.c.number))) or 0
        transfer.copy(source, goal, epoch=epoch, on_progress=on_progress)
        if unless_saved and store.snapshot().revision != copied:
            raise StoreLocked("搬移期间有人保存了修改，没有写入任何内容。请在无人保存时再试。")
        return copied


def restore(store: Store, source: Path, *, on_progress: Progress | None = None) -> None:
    """As `Store.restore`."""
    with _staged(store, source) as staged:
        if store.path is not None:
            backup.overwrite_database(staged, store.path, on_progress=on_progress)
            return
        opened = closing(type(store).open(file_url(staged)))
        with opened as other, other._reading() as found, store._writing() as goal:
            transfer.replace(found, goal, on_progress=on_progress)


@contextmanager
def _staged(store: Store, source: Path) -> Iterator[Path]:
    """A copy of a backup, upgraded, with a fresh `epoch`; beside the file, where room is needed anyway."""
    beside = store.path.parent if store.path else None
    if store.path:
        backup.remove_old_stages(store.path)
    with nullcontext(beside) if beside else TemporaryDirectory(prefix="chengyuan-restore-") as folder:
        staged = Path(folder) / f"{(store.path or source).name}{backup.STAGE}{uuid.uuid4().hex[:8]}"
        try:
            backup.copy_database(source, staged)
            with closing(type(store)(file_url(staged), make_engine(file_url(staged)))) as copy:
                copy._create(staged, None, keep=False)  # the backup itself stays
                copy.put_setting("epoch", new_epoch())
            yield staged
        finally:
            backup.remove_database(staged)
