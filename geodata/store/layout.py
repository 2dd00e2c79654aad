"""Checking how a database file is built: columns, registered layers, reference systems, triggers."""

from __future__ import annotations

from collections.abc import Iterator

from pyproj import CRS
from pyproj.exceptions import CRSError
from sqlalchemy import Connection

from geodata.schema import metadata
from geodata.store import gpkg
from geodata.store.engine import APPLICATION_ID


def layout_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Everything that is not as the product builds it: where, and what was found."""
    application = connection.exec_driver_sql("PRAGMA application_id").scalar()
    if application != APPLICATION_ID:
        yield "文件头", f"application_id 为 {application}"
    yield from _columns(connection)
    yield from _registered(connection)
    yield from _triggers(connection)


def _columns(connection: Connection) -> Iterator[tuple[str, str]]:
    for table in metadata.sorted_tables:
        present = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table.name})")}
        lacking = [column.name for column in table.columns if column.name not in present]
        if lacking:
            yield table.name, f"缺少字段 {'、'.join(lacking)}" if present else "缺少这张表"


def _registered(connection: Connection) -> Iterator[tuple[str, str]]:
    for table, row in gpkg.declared():
        wanted = {name: value for name, value in row.items() if name != "definition"}
        where = " AND ".join(f"{name} IS ?" for name in wanted)
        found = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {where}", tuple(wanted.values()))
        stored = found.mappings().first()
        if stored is None or not _same_definition(stored.get("definition"), row.get("definition")):
            yield table, f"登记内容与应有的不符：{'，'.join(map(str, wanted.values()))}"


def _same_definition(stored: str | None, declared: str | None) -> bool:
    """Equal texts, or two texts of one reference system (other PROJ versions write it in other words)."""
    if stored == declared:
        return True
    try:
        return bool(CRS(stored).equals(CRS(declared), ignore_axis_order=True))
    except CRSError:
        return False


def _triggers(connection: Connection) -> Iterator[tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    stored = {row[0]: row[1] for row in rows}
    for name, statement in gpkg.triggers().items():
        if stored.get(name) != statement:
            yield name, "缺少这个保护触发器，或它被改动过"
