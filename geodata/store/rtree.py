"""The R-tree of each spatial layer: kept by our own code, in the transaction that changes the geometry."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, select

from geodata.schema import LAYERS, Layer

_TOWARDS_ZERO, _FROM_ZERO = 1 - 2.0**-23, 1 + 2.0**-23  # as SQLite's R-tree rounds, when rounding is due
_NEVER = "1970-01-01T00:00:00.000Z"  # of a layer that no save has changed
_CHANGED = (
    "coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%fZ', r.at) FROM revision r "
    f"JOIN layer_revision l ON l.revision = r.number WHERE l.layer = table_name), '{_NEVER}')"
)


def rtree_name(layer: Layer) -> str:
    """Name of the R-tree of a layer's geometry column."""
    return f"rtree_{layer.name}_geometry"


def making(layer: Layer) -> str:
    """The statement that makes a layer's R-tree."""
    return f"CREATE VIRTUAL TABLE IF NOT EXISTS {rtree_name(layer)} USING rtree(id, minx, maxx, miny, maxy)"


def spatial_layers() -> list[Layer]:
    """Layers with a geometry column."""
    return [layer for layer in LAYERS.values() if layer.geometry]


def index_row(connection: Connection, layer: Layer, fid: int, bounds: tuple[float, ...] | None) -> None:
    """Bring the R-tree entry of one row in line with its geometry; `bounds` None removes it."""
    name = rtree_name(layer)
    connection.exec_driver_sql(f"DELETE FROM {name} WHERE id = ?", (fid,))
    if bounds:
        west, south, east, north = bounds
        connection.exec_driver_sql(
            f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", (fid, west, east, south, north)
        )


def refresh_contents(connection: Connection, layers: list[Layer]) -> None:
    """Bring extent and change time in `gpkg_contents` up to date for the layers that a commit changed.

    The change time is that of the layer's last save, so that `check` can tell whether it is right.
    """
    for layer in layers:
        connection.exec_driver_sql(
            f"UPDATE gpkg_contents SET last_change = {_CHANGED} WHERE table_name = ?", (layer.name,)
        )
        if layer.geometry:
            connection.exec_driver_sql(
                "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = "
                f"(SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {rtree_name(layer)}) "
                "WHERE table_name = ?",
                (layer.name,),
            )


def refresh_change_times(connection: Connection) -> None:
    """Set every layer's change time to that of its last save."""
    connection.exec_driver_sql(
        f"UPDATE gpkg_contents SET last_change = {_CHANGED} WHERE last_change IS NOT {_CHANGED}"
    )


def faulty_change_times(connection: Connection) -> list[str]:
    """Layers whose change time is not that of their last save."""
    query = f"SELECT table_name FROM gpkg_contents WHERE last_change IS NOT {_CHANGED}"
    return list(connection.exec_driver_sql(query).scalars())


def faulty_rows(connection: Connection, layer: Layer) -> set[int]:
    """`fid` of every row whose R-tree entry is missing, too many or not the box of its geometry.

    0 stands for an R-tree without entries whose root is broken.
    """
    boxes = _boxes(connection, layer)
    entries = connection.exec_driver_sql(f"SELECT id, minx, miny, maxx, maxy FROM {rtree_name(layer)}")
    stored = {row[0]: tuple(row[1:]) for row in entries}
    if not stored and _depth(connection, layer):  # SQLite's own check looks only below the first entry
        return {0}
    both = boxes.keys() & stored.keys()
    return (boxes.keys() ^ stored.keys()) | {fid for fid in both if not _fits(stored[fid], boxes[fid])}


def has_faulty_extent(connection: Connection, layer: Layer) -> bool:
    """Whether the extent in `gpkg_contents` is another than that of the R-tree."""
    name = rtree_name(layer)
    query = (
        "SELECT 1 FROM gpkg_contents WHERE table_name = ? AND (min_x, min_y, max_x, max_y) IS NOT "
        f"(SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {name})"
    )
    return connection.exec_driver_sql(query, (layer.name,)).first() is not None


def repair(connection: Connection, layer: Layer) -> None:
    """Build a layer's R-tree and extent anew when they are not what the geometry says."""
    if not faulty_rows(connection, layer) and not has_faulty_extent(connection, layer):
        return
    connection.exec_driver_sql(f"DROP TABLE {rtree_name(layer)}")
    connection.exec_driver_sql(making(layer))
    for fid, bounds in _boxes(connection, layer).items():
        index_row(connection, layer, fid, bounds)
    refresh_contents(connection, [layer])


def _boxes(connection: Connection, layer: Layer) -> dict[int, tuple[float, ...]]:
    query = select(layer.table.c.fid, layer.table.c.geometry).where(layer.table.c.geometry.is_not(None))
    return {fid: value.bounds for fid, value in connection.execute(query) if not value.is_empty}


def _depth(connection: Connection, layer: Layer) -> int:
    """Levels of a layer's R-tree below its root, as the root says."""
    query = f"SELECT data FROM {rtree_name(layer)}_node WHERE nodeno = 1"
    return int.from_bytes((connection.exec_driver_sql(query).scalar() or b"")[:2], "big")


def _fits(entry: tuple[float, ...], box: tuple[float, ...]) -> bool:
    """Whether an R-tree entry is the box with its sides rounded outwards to 32 bits."""
    west, south, east, north = box
    return entry == (_down(west), _down(south), _up(east), _up(north))


def _down(value: float) -> float:
    near = float(np.float32(value))
    return near if near <= value else float(np.float32(value * (_FROM_ZERO if value < 0 else _TOWARDS_ZERO)))


def _up(value: float) -> float:
    near = float(np.float32(value))
    return near if near >= value else float(np.float32(value * (_TOWARDS_ZERO if value < 0 else _FROM_ZERO)))
