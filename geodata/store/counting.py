"""How many rows each layer holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, false, func, select

from geodata.schema import LAYERS, Layer
from geodata.vocabulary import DataStatus


@dataclass(frozen=True, slots=True)
class LayerCount:
    """Rows of one layer: in use, archived, and how many of those in use are invented."""

    rows: int
    archived: int
    synthetic: int


def layer_counts(connection: Connection) -> dict[str, LayerCount]:
    """Rows of every layer; an empty one is named too."""
    return {name: _count(connection, layer) for name, layer in LAYERS.items()}


def _count(connection: Connection, layer: Layer) -> LayerCount:
    columns = layer.table.c
    hidden = columns.archived.is_(True) if "archived" in columns else false()
    invented = and_(~hidden, columns.data_status == DataStatus.SYNTHETIC.value)
    numbers = [func.count(case((condition, 1))) for condition in (~hidden, hidden, invented)]
    row = connection.execute(select(*numbers)).one()
    return LayerCount(int(row[0]), int(row[1]), int(row[2]))
