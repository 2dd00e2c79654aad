"""The R-tree of each spatial layer: kept by our own code, in the transaction that changes the geometry."""

from __future__ import annotations

from sqlalchemy import Connection, select

from geodata.schema import LAYERS, Layer

_FLOAT32_STEP = 2.0**-21  # widest rounding of an entry's side, relative to the side


def rtree_name(layer: Layer) -> str:
    """Name of the R-tree of a layer's geometry column."""
    return f"rtree_{layer.name}_geometry"


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
    """Bring extent and change time in `gpkg_contents` up to date for the layers that a commit changed."""
    for layer in layers:
        connection.exec_driver_sql(
            "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') "
            "WHERE table_name = ?",
            (layer.name,),
        )
        if layer.geometry:
            connection.exec_driver_sql(
                "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = "
                f"(SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {rtree_name(layer)}) "
                "WHERE table_name = ?",
                (layer.name,),
            )


def faulty_rows(connection: Connection, layer: Layer) -> set[int]:
    """`fid` of every row whose R-tree entry is missing, too many or not the box of its geometry."""
    boxes = _boxes(connection, layer)
    entries = connection.exec_driver_sql(f"SELECT id, minx, miny, maxx, maxy FROM {rtree_name(layer)}")
    stored = {row[0]: tuple(row[1:]) for row in entries}
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
    connection.exec_driver_sql(f"DELETE FROM {rtree_name(layer)}")
    for fid, bounds in _boxes(connection, layer).items():
        index_row(connection, layer, fid, bounds)
    refresh_contents(connection, [layer])


def _boxes(connection: Connection, layer: Layer) -> dict[int, tuple[float, ...]]:
    query = select(layer.table.c.fid, layer.table.c.geometry).where(layer.table.c.geometry.is_not(None))
    return {fid: value.bounds for fid, value in connection.execute(query) if not value.is_empty}


def _fits(entry: tuple[float, ...], box: tuple[float, ...]) -> bool:
    """Whether an R-tree entry is the box with its sides rounded outwards to 32 bits, and no wider."""
    outwards = (box[0] - entry[0], box[1] - entry[1], entry[2] - box[2], entry[3] - box[3])
    return all(0 <= gap <= abs(side) * _FLOAT32_STEP for gap, side in zip(outwards, box, strict=True))
