"""Checking a store: file, layout, row hashes, audit chain, references, geometry, R-tree.

Nothing read here is trusted: a value that cannot even be read is a finding, not an error.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.errors import ShapelyError
from sqlalchemy import (
    Boolean,
    Connection,
    Double,
    Integer,
    LargeBinary,
    Table,
    exists,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import SQLAlchemyError

from geodata import schema
from geodata.columns import gpkg_wkb, to_gpkg
from geodata.schema import LAYERS, Layer
from geodata.store import postgis, rtree
from geodata.store.hashing import GENESIS, chain_hash, row_hash
from geodata.store.layout import layout_faults


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which check, where, what was found, what to do."""

    check: str
    where: str
    message: str
    remedy: str


_RESTORE = "用 python manage.py restore 从最近一次备份恢复，并保留此文件备查"
_INIT = "运行 python manage.py init"
_BATCH = 500
_UNREADABLE = (ValueError, TypeError, KeyError, OverflowError, struct.error, ShapelyError, SQLAlchemyError)


CONTENT = ("行校验值", "审计链", "修订号")
"""The checks that tell whether every row and every change is there as it was saved."""


def check_store(
    connection: Connection,
    *,
    on_step: Callable[[str], None] | None = None,
    only: Collection[str] | None = None,
) -> list[Finding]:
    """All faults of a store, or those that the checks named by `only` find; empty means that all passed."""
    of_a_file = {"数据库文件": _file, "GeoPackage 结构": _layout}
    steps: dict[str, Callable[[Connection], Iterator[Finding]]] = {
        **(of_a_file if _is_sqlite(connection) else {"数据库结构": _server_layout}),
        "行校验值": _rows,
        "审计链": _chain,
        "修订号": _revisions,
        "引用关系": _references,
        "几何": _geometry,
        "空间索引": _spatial_index,
    }
    found: list[Finding] = []
    for name, step in steps.items():
        if only is not None and name not in only:
            continue
        if on_step:
            on_step(name)
        try:
            found.extend(step(connection))
        except _UNREADABLE as error:
            found.append(Finding(name, "全部", f"读不出来，检查中断：{_short(error)}", _RESTORE))
    return found


def _short(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _file(connection: Connection) -> Iterator[Finding]:
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield Finding("数据库文件", "文件", line, _RESTORE)
    for table, index in connection.exec_driver_sql(
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'"
    ).all():
        # An empty index whose page is broken passes the check above, and breaks the first save into it.
        connection.exec_driver_sql(f'SELECT 1 FROM "{table}" INDEXED BY "{index}" LIMIT 1').all()


def _layout(connection: Connection) -> Iterator[Finding]:
    for where, message in layout_faults(connection):
        yield Finding("GeoPackage 结构", where, message, _INIT)


def _server_layout(connection: Connection) -> Iterator[Finding]:
    """Tables, triggers and spatial indexes of a server; the server itself keeps each index in line."""
    for where, message in postgis.layout_faults(connection):
        yield Finding("数据库结构", where, message, _INIT)


def _rows(connection: Connection) -> Iterator[Finding]:
    for layer in LAYERS.values():
        audited = _last_audited(connection, layer)
        for key, row in _records(connection, layer.table):
            fault = _row_fault(row)
            if fault:
                yield Finding("行校验值", _name(layer.label, key, row), fault, _RESTORE)
            if isinstance(row, dict) and audited.pop(row["id"], None) != row["revision"]:
                yield Finding("行校验值", _name(layer.label, key, row), "没有对应的审计记录", _RESTORE)
        for record_id in audited:
            yield Finding("行校验值", f"{layer.label} {record_id}", "审计中有，表中没有这一行", _RESTORE)
        yield from _wrong_kinds(connection, layer.table, layer.label)
    for table, label in ((schema.import_batch, "导入记录"), (schema.setting, "库内设置")):
        for key, row in _records(connection, table):
            if fault := _row_fault(row):
                yield Finding("行校验值", _name(label, key, row), fault, _RESTORE)
        yield from _wrong_kinds(connection, table, label)


def _name(label: str, key: Any, row: dict[str, Any] | Exception) -> str:
    return f"{label} {row.get('id', key)}" if isinstance(row, dict) else f"{label} 第 {key} 行"


def _row_fault(row: dict[str, Any] | Exception) -> str | None:
    if isinstance(row, Exception):
        return f"读不出来：{_short(row)}"
    try:
        intact = row_hash(row) == row["row_hash"]
    except _UNREADABLE:
        intact = False
    return None if intact else "内容与校验值不符"


def _records(connection: Connection, table: Table) -> Iterator[tuple[Any, dict[str, Any] | Exception]]:
    """Key and values of every row in order of the key; the error in place of values that cannot be read."""
    key = next(iter(table.primary_key))
    keys = list(connection.scalars(select(key).order_by(key)))
    for start in range(0, len(keys), _BATCH):
        part = keys[start : start + _BATCH]
        query = select(table).where(key.between(part[0], part[-1])).order_by(key)
        try:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        except _UNREADABLE:
            yield from ((one, _record(connection, table, one)) for one in part)
        else:
            yield from ((row[key.name], row) for row in rows)


def _record(connection: Connection, table: Table, key: Any) -> dict[str, Any] | Exception:
    try:
        query = select(table).where(next(iter(table.primary_key)) == key)
        return dict(connection.execute(query).mappings().one())
    except _UNREADABLE as error:
        return error


def _wrong_kinds(connection: Connection, table: Table, label: str) -> Iterator[Finding]:
    """Values of another storage class than the column's, which reading would convert in silence."""
    if not _is_sqlite(connection):
        return
    tests = []
    for column in table.columns:
        kind = "text"
        if isinstance(column.type, Integer | Boolean):
            kind = "integer"
        elif isinstance(column.type, Double):
            kind = "real"
        elif column.name == "geometry":
            kind = "blob"
        tests.append(f"typeof({column.name}) NOT IN ('{kind}', 'null')")
        if isinstance(column.type, Boolean):
            tests.append(f"{column.name} NOT IN (0, 1)")
    key = next(iter(table.primary_key)).name
    for (number,) in connection.exec_driver_sql(f"SELECT {key} FROM {table.name} WHERE {' OR '.join(tests)}"):
        yield Finding("行校验值", f"{label} 第 {number} 行", "有字段的存储类型不对", _RESTORE)


def _last_audited(connection: Connection, layer: Layer) -> dict[str, int]:
    query = (
        select(schema.audit.c.record_id, func.max(schema.audit.c.revision))
        .where(schema.audit.c.layer == layer.name)
        .group_by(schema.audit.c.record_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _chain(connection: Connection) -> Iterator[Finding]:
    previous, expected = GENESIS, 1
    for seq, row in _records(connection, schema.audit):
        where = f"第 {seq} 条"
        if isinstance(row, Exception):
            yield Finding("审计链", where, f"读不出来：{_short(row)}", _RESTORE)
            previous, expected = "", seq + 1
            continue
        if seq != expected or row["prev_hash"] != previous:
            yield Finding("审计链", where, "与前一条不相接", _RESTORE)
        if not _holds(row):
            yield Finding("审计链", where, "内容与校验值不符", _RESTORE)
        previous, expected = row["hash"], seq + 1
    yield from _wrong_kinds(connection, schema.audit, "审计")


def _holds(row: dict[str, Any]) -> bool:
    try:
        json.loads(row["after"])
        return chain_hash(row["prev_hash"], row) == row["hash"]
    except _UNREADABLE:
        return False


def _revisions(connection: Connection) -> Iterator[Finding]:
    """Each save says in its audit rows who did it, when and why; the list of saves must say the same."""
    audit, expected = schema.audit, 1
    columns = (audit.c.revision, audit.c.at, audit.c.author, audit.c.reason)
    audited = {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns).distinct())}
    for number, row in _records(connection, schema.revision):
        said = (row["at"], row["author"], row["reason"]) if isinstance(row, dict) else None
        if number != expected or audited.pop(number, None) != said or said is None:
            yield Finding("修订号", f"修订 {number}", "与审计记录不符", _RESTORE)
        expected = number + 1
    for number in audited:
        yield Finding("修订号", f"修订 {number}", "审计中有，修订表中没有", _RESTORE)
    newest = select(audit.c.layer, func.max(audit.c.revision)).group_by(audit.c.layer)
    last = {row[0]: row[1] for row in connection.execute(newest)}
    stored = {row.layer: row.revision for row in connection.execute(select(schema.layer_revision))}
    for layer in sorted(last.keys() | stored.keys()):
        if last.get(layer) != stored.get(layer):
            yield Finding("修订号", f"图层 {layer}", "最后修订号与审计记录不符", _RESTORE)


def _references(connection: Connection) -> Iterator[Finding]:
    """A server keeps its references unless somebody switched that off, so both stores are asked alike."""
    for table in schema.metadata.sorted_tables:
        key = next(iter(table.primary_key))
        for reference in table.foreign_keys:
            own, parent = reference.parent, reference.column.table.alias()
            there = exists().where(parent.c[reference.column.name] == own)
            for row in connection.scalars(select(key).where(own.is_not(None), ~there)):
                fault = f"指向的 {reference.column.table.name} 记录不存在"
                yield Finding("引用关系", f"{table.name} 第 {row} 行", fault, "补录或更正该引用")


def _geometry(connection: Connection) -> Iterator[Finding]:
    for layer in rtree.spatial_layers():
        stored = layer.table.c.geometry
        query = select(layer.table.c.fid, type_coerce(stored, LargeBinary)).where(stored.is_not(None))
        for fid, blob in connection.execute(query) if _is_sqlite(connection) else ():
            if not _is_canonical(blob):
                where = f"{layer.label} 第 {fid} 行"
                yield Finding("几何", where, "几何的文件头、范围或坐标被改动过", _RESTORE)
        for key, row in _records(connection, layer.table):
            value = row["geometry"] if isinstance(row, dict) else None
            if value is not None and not shapely.is_valid(value):
                reason = shapely.is_valid_reason(value)
                where = _name(layer.label, key, row)
                yield Finding("几何", where, f"无效：{reason}", "在地图上重新描绘该边界")


def _is_canonical(blob: bytes) -> bool:
    try:
        return to_gpkg(shapely.from_wkb(gpkg_wkb(blob))) == blob
    except _UNREADABLE:
        return False


def _spatial_index(connection: Connection) -> Iterator[Finding]:
    if not _is_sqlite(connection):
        return
    for layer in rtree.spatial_layers():
        wrong = rtree.faulty_rows(connection, layer)
        if wrong:
            yield Finding("空间索引", layer.label, f"{len(wrong)} 行与几何不符", f"{_INIT} 重建")
        elif rtree.has_faulty_extent(connection, layer):
            yield Finding("空间索引", layer.label, "登记的图层范围与几何不符", f"{_INIT} 重建")
