"""Checking how a database file is built: compared with a fresh one that this program makes in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from geodata.store import migrate, rtree
from geodata.store.engine import APPLICATION_ID, USER_VERSION, make_engine

_FIXED = {
    "gpkg_spatial_ref_sys": "*",
    "gpkg_contents": "table_name, data_type, identifier, description, srs_id",
    "gpkg_geometry_columns": "*",
    "gpkg_extensions": "*",
    "gpkg_data_columns": "*",
    "gpkg_data_column_constraints": "*",
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Objects by name (kind, table, statement), and the rows of the tables that are the same in every database."""

    objects: dict[str, tuple[Any, ...]]
    rows: dict[str, set[tuple[Any, ...]]]
    numbered: tuple[str, ...]


def layout_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Everything that is not as the product builds it: where, and what was found."""
    for name, wanted in (("application_id", APPLICATION_ID), ("user_version", USER_VERSION)):
        stored = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if stored != wanted:
            yield "文件头", f"{name} 为 {stored}"
    yield from _objects(connection)
    yield from _registered(connection)
    for name in rtree.faulty_change_times(connection):
        yield "gpkg_contents", f"登记的修改时间与最后一次保存不符：{name}"
    yield from _numbering(connection)


@lru_cache(maxsize=1)
def _wanted() -> _Layout:
    """The layout of a fresh database."""
    engine = make_engine("sqlite://")
    try:
        with engine.connect() as connection, connection.begin():
            migrate.upgrade(connection)
            return _read(connection)
    finally:
        engine.dispose()


def _read(connection: Connection) -> _Layout:
    objects = connection.exec_driver_sql("SELECT name, type, tbl_name, sql FROM sqlite_master")
    named = {row[0]: tuple(row[1:]) for row in objects}
    rows = {
        table: {_typed(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM {table}")}
        for table, columns in _FIXED.items()
    }
    numbered = tuple(name for name, (*_, sql) in named.items() if sql and "AUTOINCREMENT" in sql)
    return _Layout(named, rows, numbered)


def _typed(row: Any) -> tuple[Any, ...]:
    """A row whose values are told apart by their kind too: 0, 0.0 and false are not the same bytes."""
    return tuple((type(value).__name__, value) for value in row)


def _objects(connection: Connection) -> Iterator[tuple[str, str]]:
    """Tables, indexes and triggers that are missing or made by another statement; more of them do no harm."""
    rows = connection.exec_driver_sql("SELECT name, type, tbl_name, sql FROM sqlite_master")
    stored = {row[0]: tuple(row[1:]) for row in rows}
    for name, wanted in _wanted().objects.items():
        found, kind = stored.get(name), wanted[0]
        if found == wanted:
            continue
        if kind == "trigger":
            yield name, "缺少这个保护触发器，或它被改动过"
        else:
            yield name, "结构定义被改动过" if found else f"缺少这个{'索引' if kind == 'index' else '表'}"


def _registered(connection: Connection) -> Iterator[tuple[str, str]]:
    for table, wanted in _wanted().rows.items():
        columns = _FIXED[table]
        stored = {_typed(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM {table}")}
        for row in wanted - stored:
            shown = "，".join(str(value) for _, value in row[:4])
            yield table, f"登记内容与应有的不符：{shown}"


def _numbering(connection: Connection) -> Iterator[tuple[str, str]]:
    """A table's last row number, which SQLite keeps so that none is given twice; rows are never deleted."""
    rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
    kept = {row[0]: row[1] for row in rows}
    for name in _wanted().numbered:
        last = connection.exec_driver_sql(f"SELECT max(fid) FROM {name}").scalar()
        if (kept.get(name) or 0) != (last or 0):
            yield "sqlite_sequence", f"{name} 的最后序号记为 {kept.get(name)}，表中是 {last}"
