"""Copying a whole database into another one, verbatim: rows, revisions, audit, settings, numbers and hashes.

Both may be a file or a server. The caller opens the transactions, so that what is read is of one moment and what is
written is all there or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, select

from geodata import schema
from geodata.errors import BadValue, StoreDamaged
from geodata.store import gpkg, postgis
from geodata.store.check import CONTENT, check_store
from geodata.store.hashing import row_hash

Progress = Callable[[int, int], None]
_BATCH = 500
_TABLES = schema.metadata.sorted_tables  # what a row refers to comes before it


def copy(
    source: Connection, target: Connection, *, epoch: str | None = None, on_progress: Progress | None = None
) -> None:
    """Fill a fresh target with everything of the source, and compare; `epoch` replaces the source's mark.

    Raises BadValue when the target holds anything of its own, StoreDamaged when what arrived is not what was saved.
    """
    if not is_fresh(target):
        raise BadValue("目标数据库里已有数据，没有写入任何内容；请换一个空的数据库。")
    _fill(source, target, epoch, on_progress or (lambda done, total: None))


def replace(source: Connection, target: Connection, *, on_progress: Progress | None = None) -> None:
    """Put everything of the source in the place of everything that the target on a server holds."""
    postgis.allow_replacing(target)
    for table in reversed(_TABLES):
        target.execute(delete(table))
    _fill(source, target, None, on_progress or (lambda done, total: None))


def is_fresh(connection: Connection) -> bool:
    """Whether nothing was ever saved here, nor any setting but the mark of a new database."""
    others = (table for table in _TABLES if table is not schema.setting)
    names = set(connection.scalars(select(schema.setting.c.name)))
    return names <= {"epoch"} and all(_count(connection, table) == 0 for table in others)


def _fill(source: Connection, target: Connection, epoch: str | None, report: Progress) -> None:
    target.execute(delete(schema.setting))
    done, total = 0, sum(_count(source, table) for table in _TABLES)
    for table in _TABLES:
        for rows in batches(source, table):
            target.execute(insert(table), [_marked(table, row, epoch) for row in rows])
            done += len(rows)
            report(done, total)
    if target.dialect.name == "sqlite":  # a server keeps its own; new triggers would lock out its readers
        gpkg.install(target)  # spatial indexes
    _compare(source, target)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def batches(
    connection: Connection, table: Table, columns: Sequence[Column[Any]] | None = None
) -> Iterator[list[dict[str, Any]]]:
    """All rows of a table, or these columns of them, in order of the key; never all in memory."""
    key = next(iter(table.primary_key))
    query, last = select(*(columns or table.columns)).order_by(key).limit(_BATCH), None
    while True:
        found = connection.execute(query if last is None else query.where(key > last)).mappings()
        rows = [dict(row) for row in found]
        if not rows:
            return
        yield rows
        last = rows[-1][key.name]


def _marked(table: Table, row: dict[str, Any], epoch: str | None) -> dict[str, Any]:
    if epoch is None or table is not schema.setting or row["name"] != "epoch":
        return row
    fresh = {"name": "epoch", "value": epoch}
    return {**fresh, "row_hash": row_hash(fresh)}


def _compare(source: Connection, target: Connection) -> None:
    """The same rows with the same hashes are there, and every hash, read again, is that of its row."""
    for table in _TABLES:
        if table is not schema.setting and _marks(source, table) != _marks(target, table):
            raise _different(f"{table.name} 的行与原来不同")
    if found := check_store(target, only=CONTENT):
        raise _different(f"{len(found)} 处内容与保存时不符，第一处是{found[0].where}（{found[0].message}）")


def _marks(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    """Key and hash of every row of a table, all its values where it has no hash."""
    key = next(iter(table.primary_key))
    hashes = [column for column in table.columns if column.name in ("row_hash", "hash")]
    rows = connection.execute(select(key, *(hashes or table.columns)))
    return sorted(tuple(row) for row in rows)


def _different(what: str) -> StoreDamaged:
    return StoreDamaged(
        f"搬过去的内容没有通过校验，没有写入任何内容：{what}。请先对原数据库运行 python manage.py check。"
    )
