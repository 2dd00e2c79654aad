"""One save: rows, R-tree, audit and revision in one transaction, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Column, Connection, func, insert, select, update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from geodata import schema
from geodata.errors import BadValue, NotFound, StaleRow
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS, Layer
from geodata.store import rtree
from geodata.store.hashing import GENESIS, canonical, chain_hash, row_hash
from geodata.store.review import with_review
from geodata.store.values import clean, require, same
from geodata.vocabulary import AuditAction

_BATCH = 500
_ZONE = ZoneInfo("Asia/Shanghai")


class Commit:
    """Collects the changes of one save; made by `Store.commit`, never directly.

    Every changed row gets the save's revision, a new content hash and one audit row with author, time,
    action, former value, new value and reason.
    """

    def __init__(self, connection: Connection, *, author: str, reason: str | None, at: datetime) -> None:
        if not author.strip():
            raise BadValue("没有填写操作人，不能保存")
        self._connection = connection
        self._author = author.strip()
        self._reason = (reason or "").strip() or None
        self._at = at
        self._day = at.astimezone(_ZONE).date()
        self._changed: set[str] = set()
        self._audit: list[dict[str, Any]] = []
        newest = connection.scalar(select(func.max(schema.revision.c.number)))
        self.revision: int = (newest or 0) + 1
        connection.execute(
            insert(schema.revision),
            {"number": self.revision, "at": self._at, "author": self._author, "reason": self._reason},
        )

    @property
    def connection(self) -> Connection:
        """The open transaction, for reading what the save depends on."""
        return self._connection

    @property
    def author(self) -> str:
        """Who saves."""
        return self._author

    def rows(self, layer: str, /, **values: Any) -> list[dict[str, Any]]:
        """Rows of a layer that hold these values, as this save sees them, in order of entry.

        Nobody else can save in between: what a save refuses on these rows is refused for good.
        """
        table = _layer(layer).table
        query = select(table).where(*(table.c[name] == value for name, value in values.items()))
        return [dict(row) for row in self._connection.execute(query.order_by(table.c.fid)).mappings()]

    def insert(self, layer: str, values: dict[str, Any]) -> str:
        """Add one row; returns its id (made up when `values` has none). Raises BadValue."""
        return self.insert_many(layer, [values])[0]

    def insert_many(
        self, layer: str, rows: Iterable[dict[str, Any]], *, action: AuditAction = AuditAction.INSERT
    ) -> list[str]:
        """Add rows to one layer; returns their ids in order. Raises BadValue naming field and value."""
        target = _layer(layer)
        ready = [self._ready(target, values) for values in rows]
        if not ready:
            return []
        next_fid = (self._connection.scalar(select(func.max(target.table.c.fid))) or 0) + 1
        for fid, row in enumerate(ready, start=next_fid):
            row["fid"] = fid
        with self._connection.begin_nested():  # all of them, even when the caller goes on after an error
            for start in range(0, len(ready), _BATCH):
                self._connection.execute(insert(target.table), ready[start : start + _BATCH])
            for row in ready:
                self._index(target, row["fid"], row.get("geometry"))
        for row in ready:
            self._note(action, target, row["id"], None, _content(row))
        return [row["id"] for row in ready]

    def update(self, layer: str, record_id: str, changes: dict[str, Any], *, version: int) -> int:
        """Change fields of one row that was read at `version`; returns the new version.

        Raises StaleRow with both values when somebody saved the same row in between, NotFound, BadValue.
        Fields that already hold the wanted value are left out; when nothing differs, nothing is written and
        the stored version is returned.
        """
        return self._write(_layer(layer), record_id, changes, version, AuditAction.UPDATE)

    def archive(self, layer: str, record_id: str, *, version: int) -> int:
        """Hide one row; it stays in the store with its history. Raises StaleRow, NotFound."""
        return self._write(_layer(layer), record_id, {"archived": True}, version, AuditAction.ARCHIVE)

    def restore(self, layer: str, record_id: str, changes: dict[str, Any], *, version: int) -> int:
        """Write former values (or `archived`: False) as a new change.

        Like `update`, but that a boundary keeps the review that is restored with it.
        """
        return self._write(_layer(layer), record_id, changes, version, AuditAction.RESTORE)

    def _write(
        self, layer: Layer, record_id: str, changes: dict[str, Any], version: int, action: AuditAction
    ) -> int:
        if layer.append_only:
            raise BadValue(f"{layer.label}只能追加；更正请新增一条并写明更正哪一条")
        if changes.get("id", record_id) != record_id:
            raise BadValue(f"{layer.label}的编号“{record_id}”不能修改")
        stored = self._stored(layer, record_id)
        wanted = {key: clean(layer, key, value) for key, value in changes.items()}
        differing = {key: value for key, value in wanted.items() if not same(stored[key], value)}
        if not differing:
            return int(stored["version"])
        if stored["version"] != version:
            raise StaleRow(
                f"{layer.label}“{stored.get('name') or record_id}”在您编辑期间已被别人保存（版本 {version} → "
                f"{stored['version']}）。请对照两边的值后重新保存。",
                mine=differing,
                theirs={key: stored[key] for key in differing},
            )
        if action is not AuditAction.RESTORE:  # a former boundary comes back with the review it had
            differing = with_review(layer, stored, differing, author=self._author, on=self._day)
        differing = {key: value for key, value in differing.items() if not same(stored[key], value)}
        if not differing:
            return version
        require(layer, {**stored, **differing})
        row = {**stored, **differing, "version": version + 1, "revision": self.revision}
        row["row_hash"] = row_hash(row)
        table = layer.table
        self._connection.execute(update(table).where(table.c.id == record_id), {**row})
        if "geometry" in differing:
            self._index(layer, row["fid"], row["geometry"])
        self._note(action, layer, record_id, {k: stored[k] for k in differing}, differing)
        return version + 1

    def _stored(self, layer: Layer, record_id: str) -> dict[str, Any]:
        row = (
            self._connection.execute(select(layer.table).where(layer.table.c.id == record_id))
            .mappings()
            .first()
        )
        if row is None:
            raise NotFound(f"没有编号为“{record_id}”的{layer.label}")
        return dict(row)

    def _ready(self, layer: Layer, values: dict[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {column.name: _default(column) for column in layer.table.columns}
        row.update({key: clean(layer, key, value) for key, value in values.items()})
        row["id"] = row["id"] or f"{layer.name}-{uuid.uuid4().hex[:12]}"
        row["revision"] = self.revision
        if not layer.append_only:
            row.update(version=1, archived=False)
        require(layer, row)
        row["row_hash"] = row_hash(row)
        return row

    def _index(self, layer: Layer, fid: int, value: BaseGeometry | None) -> None:
        if layer.geometry and self._connection.dialect.name == "sqlite":
            bounds = None if value is None or value.is_empty else value.bounds
            rtree.index_row(self._connection, layer, fid, bounds)

    def _note(
        self,
        action: AuditAction,
        layer: Layer,
        record_id: str,
        before: dict[str, Any] | None,
        after: dict[str, Any],
    ) -> None:
        self._changed.add(layer.name)
        self._audit.append(
            {
                "revision": self.revision,
                "at": self._at,
                "author": self._author,
                "action": action.value,
                "layer": layer.name,
                "record_id": record_id,
                "before": None if before is None else canonical(before),
                "after": canonical(after),
                "reason": self._reason,
            }
        )

    def note_import(self, **values: Any) -> None:
        """Write the import batch row (file, hash, counts, issues) into the same save."""
        newest = self._connection.scalar(select(func.max(schema.import_batch.c.fid))) or 0
        row = {"revision": self.revision, "at": self._at, "author": self._author, **values}
        row["fid"] = newest + 1
        row["row_hash"] = row_hash(row)
        self._connection.execute(insert(schema.import_batch), row)

    def finish(self) -> bool:
        """Write audit chain and layer revisions; False when nothing changed (the caller then rolls back)."""
        if not self._audit:
            return False
        last = self._connection.execute(
            select(schema.audit.c.seq, schema.audit.c.hash).order_by(schema.audit.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
        for row in self._audit:
            seq += 1
            row["seq"], row["prev_hash"] = seq, previous
            previous = row["hash"] = chain_hash(previous, row)
        for start in range(0, len(self._audit), _BATCH):
            self._connection.execute(insert(schema.audit), self._audit[start : start + _BATCH])
        self._raise_layer_revisions()
        return True

    def _raise_layer_revisions(self) -> None:
        table = schema.layer_revision
        known = set(self._connection.scalars(select(table.c.layer)))
        for name in sorted(self._changed):
            if name in known:
                self._connection.execute(
                    update(table).where(table.c.layer == name), {"revision": self.revision}
                )
            else:
                self._connection.execute(insert(table), {"layer": name, "revision": self.revision})
        if self._connection.dialect.name == "sqlite":
            rtree.refresh_contents(self._connection, [LAYERS[name] for name in sorted(self._changed)])


def _layer(name: str) -> Layer:
    try:
        return LAYERS[name]
    except KeyError as error:
        raise BadValue(f"没有名为“{name}”的图层；可用：{'、'.join(LAYERS)}") from error


def _default(column: Column[Any]) -> Any:
    return column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None


def _content(row: dict[str, Any]) -> dict[str, Any]:
    hidden = BOOKKEEPING_COLUMNS | {"id"}
    return {key: value for key, value in row.items() if value is not None and key not in hidden}
