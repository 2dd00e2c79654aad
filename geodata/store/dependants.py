"""Which rows point to which: what an archived record hides, and what still needs a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from geodata import schema
from geodata.schema import LAYERS, Layer
from geodata.vocabulary import AuditAction

Key = tuple[str, str]
_audit = schema.audit.c


def references(parent: str) -> Iterator[tuple[Layer, Column[Any]]]:
    """Every layer and column that names records of a layer."""
    for layer in LAYERS.values():
        for column in layer.table.columns:
            if any(key.column.table.name == parent for key in column.foreign_keys):
                yield layer, column


def hidden_with(connection: Connection, layer: str, record_id: str) -> dict[str, int]:
    """How many rows per layer disappear from every page when a record is archived (they stay in the store)."""
    counts: dict[str, int] = {}
    ids: list[tuple[str, Any]] = [(layer, [record_id])]
    while ids:
        parent, keys = ids.pop()
        for child, column in references(parent):
            query = _standing(child, select(child.table.c.id)).where(column.in_(keys))
            found = list(connection.scalars(query))
            if found:
                counts[child.name] = counts.get(child.name, 0) + len(found)
                ids.append((child.name, found))
    return counts


def needing(
    connection: Connection, revision: int, parents: set[str], withdrawn: set[Key]
) -> dict[Key, list[Key]]:
    """For each record that a save added to these layers, the rows that name it; without `withdrawn` ones."""
    found: dict[Key, list[Key]] = {}
    made = (AuditAction.INSERT.value, AuditAction.IMPORT.value)
    for parent in sorted(parents):
        ids = select(_audit.record_id).where(
            _audit.revision == revision, _audit.layer == parent, _audit.action.in_(made)
        )
        for child, column in references(parent):
            query = _standing(child, select(column, child.table.c.id)).where(column.in_(ids))
            for record_id, child_id in connection.execute(query):
                if (child.name, child_id) not in withdrawn:
                    found.setdefault((parent, record_id), []).append((child.name, child_id))
    return found


def _standing(layer: Layer, query: Select[Any]) -> Select[Any]:
    """Without archived rows, and without append-only ones that another takes back or replaces."""
    table = layer.table
    if not layer.append_only:
        return query.where(~table.c.archived)
    other = table.alias()
    corrected = select(other.c.corrects_id).where(other.c.corrects_id == table.c.id).exists()
    return query.where(table.c.withdrawn.is_not(True), ~corrected)
