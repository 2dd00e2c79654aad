"""Former states, rebuilt from the present by playing the audit backwards.

Only audit rows of later revisions are read, so that a recent state costs little more than the present one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from geodata import schema
from geodata.errors import NotFound, StoreDamaged
from geodata.schema import Layer
from geodata.store.hashing import decoded
from geodata.store.reading import framed, readable, visible

Before = dict[str, Any] | None
_audit = schema.audit.c


def frame_at(connection: Connection, layer: Layer, *, known_at: int, archived: bool = False) -> pd.DataFrame:
    """A versioned layer as `layer_frame` gave it right after revision `known_at`.

    Raises StoreDamaged when the audit names a row that is not there.
    """
    columns = [*visible(layer), layer.table.c.archived]
    names = [column.name for column in columns]
    query = select(*(readable(connection, column) for column in columns)).order_by(layer.table.c.fid)
    rows = {row.id: list(row) for row in connection.execute(query)}
    for record_id, before in _later(connection, layer, known_at):
        if record_id not in rows:
            raise StoreDamaged(
                f"审计中有{layer.label} {record_id}，表中没有。请运行 python manage.py check。"
            )
        if before is None:
            del rows[record_id]
        else:
            _step_back(rows[record_id], names, layer, before)
    revision, hidden = names.index("revision"), names.index("archived")
    for record_id, number in _last_changes(connection, layer, known_at):
        rows[record_id][revision] = number
    kept = [row[:hidden] for row in rows.values() if archived or not row[hidden]]
    return framed(layer, columns[:-1], kept)


def _later(connection: Connection, layer: Layer, known_at: int) -> Iterator[tuple[str, Before]]:
    """Record and former values of each change after a revision, newest first."""
    query = (
        select(_audit.record_id, _audit.before)
        .where(_audit.layer == layer.name, _audit.revision > known_at)
        .order_by(_audit.seq.desc())
    )
    for record_id, before in connection.execute(query):
        yield record_id, None if before is None else json.loads(before)


def _last_changes(connection: Connection, layer: Layer, known_at: int) -> Iterable[Any]:
    """Which revision had last changed each row that was there then and has changed since."""
    since = select(_audit.record_id).where(_audit.layer == layer.name, _audit.revision > known_at)
    query = (
        select(_audit.record_id, func.max(_audit.revision))
        .where(_audit.layer == layer.name, _audit.revision <= known_at, _audit.record_id.in_(since))
        .group_by(_audit.record_id)
    )
    return connection.execute(query)


def _step_back(row: list[Any], names: list[str], layer: Layer, before: dict[str, Any]) -> None:
    for name, value in before.items():
        at_rest = bytes.fromhex(value) if name == "geometry" and value else None
        row[names.index(name)] = at_rest or decoded(layer.table.columns[name], value)
    row[names.index("version")] -= 1


def stepped_back(layer: Layer, row: dict[str, Any], befores: Iterable[Before]) -> dict[str, Any] | None:
    """One stored row before changes (newest first); None before it was added."""
    former = dict(row)
    for before in befores:
        if before is None:
            return None
        former.update({name: decoded(layer.table.columns[name], value) for name, value in before.items()})
    return former


def record_at(connection: Connection, layer: Layer, record_id: str, revision: int) -> dict[str, Any]:
    """Content of one versioned row right after a revision, with `archived`; its other book-keeping is of now.

    Raises NotFound when there was no such row yet.
    """
    table = layer.table
    row = connection.execute(select(table).where(table.c.id == record_id)).mappings().first()
    query = (
        select(_audit.before)
        .where(_audit.layer == layer.name, _audit.record_id == record_id, _audit.revision > revision)
        .order_by(_audit.seq.desc())
    )
    befores = (None if text is None else json.loads(text) for text in connection.scalars(query))
    former = None if row is None else stepped_back(layer, dict(row), befores)
    if former is None:
        raise NotFound(f"修订 {revision} 时还没有编号为“{record_id}”的{layer.label}")
    return former
