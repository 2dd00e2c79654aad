"""Checking a store: file, GeoPackage layout, row hashes, audit chain, references, geometry, R-tree."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import shapely
from sqlalchemy import Connection, func, select

from geodata import schema
from geodata.schema import LAYERS, Layer
from geodata.store import gpkg
from geodata.store.engine import APPLICATION_ID
from geodata.store.hashing import GENESIS, chain_hash, row_hash


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which check, where, what was found, what to do."""

    check: str
    where: str
    message: str
    remedy: str


_RESTORE = "用 python manage.py restore 从最近一次备份恢复，并保留此文件备查"


def check_store(connection: Connection, *, on_step: Callable[[str], None] | None = None) -> list[Finding]:
    """All faults of a store; an empty list means that every check passed."""
    steps: dict[str, Callable[[Connection], Iterator[Finding]]] = {
        "数据库文件": _file,
        "GeoPackage 结构": _layout,
        "行校验值": _rows,
        "审计链": _chain,
        "引用关系": _references,
        "几何": _geometry,
        "空间索引": _spatial_index,
    }
    found: list[Finding] = []
    for name, step in steps.items():
        if on_step:
            on_step(name)
        found.extend(step(connection))
    return found


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _file(connection: Connection) -> Iterator[Finding]:
    if not _is_sqlite(connection):
        return
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield Finding("数据库文件", "文件", line, _RESTORE)


def _layout(connection: Connection) -> Iterator[Finding]:
    if not _is_sqlite(connection):
        return
    application = connection.exec_driver_sql("PRAGMA application_id").scalar()
    if application != APPLICATION_ID:
        yield Finding("GeoPackage 结构", "文件头", f"application_id 为 {application}", _RESTORE)
    registered = {row[0] for row in connection.exec_driver_sql("SELECT table_name FROM gpkg_contents")}
    present = {
        row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
    }
    geometries = {
        row[0] for row in connection.exec_driver_sql("SELECT table_name FROM gpkg_geometry_columns")
    }
    triggers = {
        row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
    }
    for layer in LAYERS.values():
        if layer.name not in present or layer.name not in registered:
            yield Finding("GeoPackage 结构", layer.name, "图层没有登记或缺表", "运行 python manage.py init")
        if layer.geometry and layer.name not in geometries:
            yield Finding("GeoPackage 结构", layer.name, "几何列没有登记", "运行 python manage.py init")
        if f"guard_{layer.name}_insert" not in triggers:
            yield Finding("GeoPackage 结构", layer.name, "缺少防写触发器", "运行 python manage.py init")
    for table in gpkg.append_only_tables():
        if f"append_only_{table.name}_update" not in triggers:
            yield Finding("GeoPackage 结构", table.name, "缺少只增触发器", "运行 python manage.py init")


def _rows(connection: Connection) -> Iterator[Finding]:
    for layer in LAYERS.values():
        audited = _last_audited(connection, layer)
        for row in connection.execution_options(yield_per=2000).execute(select(layer.table)).mappings():
            values = dict(row)
            if row_hash(values) != values["row_hash"]:
                yield Finding("行校验值", f"{layer.label} {values['id']}", "内容与校验值不符", _RESTORE)
            if audited.pop(values["id"], None) != values["revision"]:
                yield Finding("行校验值", f"{layer.label} {values['id']}", "没有对应的审计记录", _RESTORE)
        for record_id in audited:
            yield Finding("行校验值", f"{layer.label} {record_id}", "审计中有，表中没有这一行", _RESTORE)


def _last_audited(connection: Connection, layer: Layer) -> dict[str, int]:
    query = (
        select(schema.audit.c.record_id, func.max(schema.audit.c.revision))
        .where(schema.audit.c.layer == layer.name)
        .group_by(schema.audit.c.record_id)
    )
    return {record_id: number for record_id, number in connection.execute(query)}


def _chain(connection: Connection) -> Iterator[Finding]:
    previous, expected = GENESIS, 1
    for row in connection.execute(select(schema.audit).order_by(schema.audit.c.seq)).mappings():
        values = dict(row)
        if values["seq"] != expected or values["prev_hash"] != previous:
            yield Finding("审计链", f"第 {values['seq']} 条", "与前一条不相接", _RESTORE)
        if chain_hash(values["prev_hash"], values) != values["hash"]:
            yield Finding("审计链", f"第 {values['seq']} 条", "内容与校验值不符", _RESTORE)
        if not _is_json(values["after"]):
            yield Finding("审计链", f"第 {values['seq']} 条", "新值不是可读的记录", _RESTORE)
        previous, expected = values["hash"], values["seq"] + 1
    newest = connection.scalar(select(func.max(schema.revision.c.number)))
    audited = connection.scalar(select(func.max(schema.audit.c.revision)))
    if newest != audited:
        yield Finding("审计链", "末尾", f"修订号到 {newest}，审计只到 {audited}", _RESTORE)


def _is_json(text: str | None) -> bool:
    try:
        json.loads(text or "{}")
    except ValueError:
        return False
    return True


def _references(connection: Connection) -> Iterator[Finding]:
    if not _is_sqlite(connection):
        return
    for table, rowid, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Finding("引用关系", f"{table} 第 {rowid} 行", f"指向的 {parent} 记录不存在", "补录或更正该引用")


def _geometry(connection: Connection) -> Iterator[Finding]:
    for layer in gpkg.spatial_layers():
        query = select(layer.table.c.id, layer.table.c.geometry).where(layer.table.c.geometry.is_not(None))
        for record_id, value in connection.execute(query):
            if not shapely.is_valid(value):
                reason = shapely.is_valid_reason(value)
                yield Finding(
                    "几何", f"{layer.label} {record_id}", f"无效：{reason}", "在地图上重新描绘该边界"
                )


def _spatial_index(connection: Connection) -> Iterator[Finding]:
    if not _is_sqlite(connection):
        return
    for layer in gpkg.spatial_layers():
        query = select(layer.table.c.fid, layer.table.c.geometry).where(layer.table.c.geometry.is_not(None))
        expected = {fid: value.bounds for fid, value in connection.execute(query) if not value.is_empty}
        stored = {
            row[0]: row[1:]
            for row in connection.exec_driver_sql(
                f"SELECT id, minx, miny, maxx, maxy FROM {gpkg.rtree_name(layer)}"
            )
        }
        wrong = [fid for fid, box in expected.items() if fid not in stored or not _covers(stored[fid], box)]
        if wrong or set(stored) - set(expected):
            yield Finding(
                "空间索引", layer.label, f"{len(wrong)} 行与几何不符", "运行 python manage.py init 重建"
            )


def _covers(box: tuple[float, ...], bounds: tuple[float, ...]) -> bool:
    """Whether a stored box (32-bit, rounded outwards) holds the exact bounds."""
    west, south, east, north = bounds
    return box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north
