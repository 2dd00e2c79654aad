"""What makes the SQLite file a GeoPackage, and what guards it.

GeoPackage 1.3: `gpkg_*` tables, application id, R-tree tables. The R-tree is kept by our own code in the same
transaction (see `commit`). Two kinds of trigger protect the file: *guard* triggers call `chengyuan_writer()`,
a function only our connections register, so that other programs can read and not write; *append-only* triggers
refuse UPDATE and DELETE. `install` may run any number of times; it runs after every migration.
"""

from __future__ import annotations

from pyproj import CRS
from sqlalchemy import Connection, Table, text

from geodata.schema import LAYERS, Layer, audit, metadata, revision

_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE IF NOT EXISTS gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name));
"""

_SPATIAL_REFERENCE_SYSTEMS = (
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
)


def rtree_name(layer: Layer) -> str:
    """Name of the R-tree of a layer's geometry column."""
    return f"rtree_{layer.name}_geometry"


def spatial_layers() -> list[Layer]:
    """Layers with a geometry column."""
    return [layer for layer in LAYERS.values() if layer.geometry]


def install(connection: Connection) -> None:
    """Create or refresh GeoPackage tables, R-trees and triggers inside the caller's transaction."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    _register_reference_systems(connection)
    for layer in LAYERS.values():
        _register_layer(connection, layer)
    for table in metadata.sorted_tables:
        _install_triggers(connection, table)


def _register_reference_systems(connection: Connection) -> None:
    rows = [
        *((*row, None) for row in _SPATIAL_REFERENCE_SYSTEMS),
        _epsg(4326),
        _epsg(4490),
    ]
    for row in rows:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", tuple(row)
        )


def _epsg(code: int) -> tuple[str, int, str, int, str, None]:
    crs = CRS.from_epsg(code)
    return crs.name, code, "EPSG", code, crs.to_wkt("WKT1_GDAL"), None


def _register_layer(connection: Connection, layer: Layer) -> None:
    kind = "features" if layer.geometry else "attributes"
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (layer.name, kind, f"{layer.label}（{layer.name}）", 4490 if layer.geometry else None),
    )
    for column, title in layer.labels.items():
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
            (layer.name, column, column, title),
        )
    if layer.geometry:
        _register_geometry(connection, layer)


def _register_geometry(connection: Connection, layer: Layer) -> None:
    assert layer.geometry
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO gpkg_geometry_columns VALUES (?, 'geometry', ?, 4490, 0, 0)",
        (layer.name, layer.geometry.upper()),
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {rtree_name(layer)} USING rtree(id, minx, maxx, miny, maxy)"
    )
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, 'geometry', 'gpkg_rtree_index', ?, 'write-only')",
        (layer.name, "http://www.geopackage.org/spec120/#extension_rtree"),
    )


def append_only_tables() -> list[Table]:
    """Tables that refuse UPDATE and DELETE."""
    return [layer.table for layer in LAYERS.values() if layer.append_only] + [audit, revision]


def _install_triggers(connection: Connection, table: Table) -> None:
    for action in ("INSERT", "UPDATE", "DELETE"):
        name = f"guard_{table.name}_{action.lower()}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} BEGIN SELECT chengyuan_writer(); END"
        )
    if table not in append_only_tables():
        return
    for action in ("UPDATE", "DELETE"):
        name = f"append_only_{table.name}_{action.lower()}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        )


def index_row(connection: Connection, layer: Layer, fid: int, bounds: tuple[float, ...] | None) -> None:
    """Bring the R-tree entry of one row in line with its geometry; `bounds` None or empty removes it."""
    name = rtree_name(layer)
    connection.exec_driver_sql(f"DELETE FROM {name} WHERE id = ?", (fid,))
    if bounds and not any(value != value for value in bounds):
        west, south, east, north = bounds
        connection.exec_driver_sql(
            f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", (fid, west, east, south, north)
        )


def refresh_contents(connection: Connection, layers: list[Layer]) -> None:
    """Bring extent and change time in `gpkg_contents` up to date for the layers that a commit changed."""
    for layer in layers:
        connection.execute(
            text(
                "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = :name"
            ),
            {"name": layer.name},
        )
        if layer.geometry:
            connection.exec_driver_sql(
                f"UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = "
                f"(SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {rtree_name(layer)}) WHERE table_name = ?",
                (layer.name,),
            )

