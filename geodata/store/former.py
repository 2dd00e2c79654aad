"""The copy that is kept before an upgrade: the database as the older version left it, ready to be restored.

A file is copied as it is. The content of a server is written into a GeoPackage of the same older version, row by row
and compared, so that `restore` takes it like any other backup and no program of the server is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from geodata import schema
from geodata.errors import StoreDamaged, StoreError
from geodata.store import migrate
from geodata.store.backup import copy_database, write_database
from geodata.store.engine import (
    database_path,
    file_url,
    make_engine,
    prepare_file,
    server_name,
    sqlite,
    translate,
)
from geodata.store.transfer import batches


def keep_before_upgrade(connection: Connection, url: str, folder: Path | None) -> Path:
    """Write the copy into `folder` (of a file: `backups` beside it unless told); the caller holds the write lock.

    Raises StoreOlder when a server's copy has no place, StoreDamaged when it is not what the server holds, StoreError
    when it cannot be written; nothing half made is left.
    """
    version, path = migrate.stored_version(connection), database_path(url)
    if path is not None:
        target = _free_name(folder or path.parent / "backups", path.stem, version)
        copy_database(path, target)
        return target
    if folder is None:
        migrate.require_current(connection)
    target = _free_name(folder or Path(), server_name(url), version)
    # The server cuts off a writer that says nothing for long; here the file is written and read meanwhile.
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    write_database(target, lambda partial: _write(connection, partial, str(version)))
    return target


def _free_name(folder: Path, stem: str, version: str | None) -> Path:
    """A name that no earlier attempt took."""
    first = f"{stem}-before-{version}-upgrade"
    names = [f"{first}.gpkg", *(f"{first}-{number}.gpkg" for number in range(2, 1000))]
    return next(folder / name for name in names if not (folder / name).exists())


def _write(source: Connection, file: Path, version: str) -> None:
    stored = _stored(source)
    with _writing(file) as goal, goal.begin():
        migrate.upgrade(goal, to=version)
        for table, columns in stored:
            for rows in batches(source, table, columns):
                goal.execute(insert(table), rows)
    with _writing(file) as copy:
        with copy.begin():
            for table, columns in stored:
                _compare(source, copy, table, columns)
        trial = copy.begin()
        migrate.upgrade(copy)  # what a restore of this copy will do; taken back
        trial.rollback()


def _stored(connection: Connection) -> list[tuple[Table, list[Column[Any]]]]:
    """The tables of ours that are there, with the fields that the older version has; what is referred to is first."""
    present = set(inspect(connection).get_table_names())
    tables = []
    for table in schema.metadata.sorted_tables:
        if table.name not in present:
            continue
        names = set(connection.exec_driver_sql(f"SELECT * FROM {table.name} LIMIT 0").keys())
        if unknown := names - set(table.columns.keys()):
            raise StoreError(
                f"没有升级：{table.name} 有本程序不认识的字段 {'、'.join(sorted(unknown))}，不能先备份。"
                "请检查 DATABASE_URL，或请管理员移走不属于城垣的字段。"
            )
        tables.append((table, [column for column in table.columns if column.name in names]))
    return tables


def _compare(source: Connection, copy: Connection, table: Table, columns: Sequence[Column[Any]]) -> None:
    """Read the copy again: value by value it is what the server holds, whatever order the two sort words in."""
    key = next(iter(table.primary_key))
    for rows in batches(source, table, columns):
        keys = [row[key.name] for row in rows]
        again = {row[key.name]: dict(row) for row in _among(copy, columns, key, keys)}
        if different := [one for one, row in zip(keys, rows, strict=True) if again.get(one) != row]:
            raise StoreDamaged(
                f"没有升级：升级前的备份没有通过核对（{table.name} 的 {different[0]} 与库里不同），没有留下备份。"
            )


def _among(connection: Connection, columns: Sequence[Column[Any]], key: Column[Any], keys: list[Any]) -> Any:
    return connection.execute(select(*columns).where(key.in_(keys))).mappings()


@contextmanager
def _writing(file: Path) -> Iterator[Connection]:
    engine = make_engine(file_url(file))
    try:
        prepare_file(engine)
        with engine.connect() as plain:
            yield plain.execution_options(writing=True)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite.Error):  # else it is the server's, which its caller names
            raise translate(error.orig, file) from error
        raise
    finally:
        engine.dispose()
