"""What makes the SQLite file a GeoPackage, and what guards it.

GeoPackage 1.3: `gpkg_*` tables, application id, R-tree tables (see `rtree`). Two kinds of trigger protect
the file: *guard* triggers call `chengyuan_writer()`, a function only our connections register, so that other
programs can read and not write; *append-only* triggers refuse UPDATE and DELETE. `install` may run any number
of times; it runs after every migration.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from sqlalchemy import Connection, inspect

from geodata.schema import LAYERS, Layer, append_only_tables, metadata
from geodata.store import rtree

SRS_ID = 4490

# Written out: each release of PROJ words them its own way, and `check` compares every letter.
_GREENWICH = 'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]]'
REFERENCE_SYSTEMS = {
    4326: (
        "WGS 84",
        'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
        f'AUTHORITY["EPSG","6326"]],{_GREENWICH},AUTHORITY["EPSG","4326"]]',
    ),
    SRS_ID: (
        "China Geodetic Coordinate System 2000",
        'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,'
        f'298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],{_GREENWICH},AUTHORITY["EPSG","4490"]]',
    ),
}

_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE IF NOT EXISTS gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""

_EXTENSIONS = "http://www.geopackage.org/spec130/#extension_"
_EVERY = frozenset(metadata.tables)
Row = dict[str, Any]


def install(connection: Connection) -> None:
    """Create or repair GeoPackage tables, R-trees and triggers inside the caller's transaction."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DELETE FROM gpkg_extensions")  # its key does not hold for empty columns
    present = set(inspect(connection).get_table_names())  # an older version has fewer tables
    for table, row in declared():
        if row.get("table_name", "") in {"", *present}:
            _put(connection, table, row)
    rtree.refresh_change_times(connection)
    for layer in rtree.spatial_layers():
        connection.exec_driver_sql(rtree.making(layer))
        rtree.repair(connection, layer)
    for name, statement in triggers(present).items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(statement)


def _put(connection: Connection, table: str, row: Row) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    changes = ", ".join(f"{name} = excluded.{name}" for name in row)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO UPDATE SET {changes}",
        tuple(row.values()),
    )


def declared() -> Iterator[tuple[str, Row]]:
    """Every row that the `gpkg_*` tables must hold: name of the table, and the row."""
    for name, number in (("Undefined cartesian SRS", -1), ("Undefined geographic SRS", 0)):
        yield "gpkg_spatial_ref_sys", _reference_system(name, number, "NONE", "undefined")
    for code, (name, definition) in REFERENCE_SYSTEMS.items():
        yield "gpkg_spatial_ref_sys", _reference_system(name, code, "EPSG", definition)
    for layer in LAYERS.values():
        yield "gpkg_contents", _contents(layer)
        for column, title in layer.labels.items():  # GDAL and QGIS show `name` as the alias of the column
            row = {"table_name": layer.name, "column_name": column, "name": title, "title": title}
            yield "gpkg_data_columns", row
    for layer in rtree.spatial_layers():
        yield "gpkg_geometry_columns", _geometry_column(layer)
        yield "gpkg_extensions", _extension(layer.name, "geometry", "gpkg_rtree_index", "rtree", "write-only")
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        yield "gpkg_extensions", _extension(table, None, "gpkg_schema", "schema", "read-write")


def _reference_system(name: str, number: int, organization: str, definition: str) -> Row:
    return {
        "srs_name": name,
        "srs_id": number,
        "organization": organization,
        "organization_coordsys_id": number,
        "definition": definition,
    }


def _contents(layer: Layer) -> Row:
    return {
        "table_name": layer.name,
        "data_type": "features" if layer.geometry else "attributes",
        "identifier": f"{layer.label}（{layer.name}）",
        "srs_id": SRS_ID if layer.geometry else None,
    }


def _geometry_column(layer: Layer) -> Row:
    kind = (layer.geometry or "").upper()
    row = {"table_name": layer.name, "column_name": "geometry", "geometry_type_name": kind}
    return {**row, "srs_id": SRS_ID, "z": 0, "m": 0}


def _extension(table: str, column: str | None, name: str, anchor: str, scope: str) -> Row:
    row = {"table_name": table, "column_name": column, "extension_name": name}
    return {**row, "definition": _EXTENSIONS + anchor, "scope": scope}


def triggers(present: Container[str] = _EVERY) -> dict[str, str]:
    """Every trigger of the store (of the tables in `present` alone) with the statement that makes it, by name."""
    made = {}
    for table in metadata.sorted_tables:
        if table.name not in present:
            continue
        for action in ("INSERT", "UPDATE", "DELETE"):
            name = f"guard_{table.name}_{action.lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} BEGIN SELECT chengyuan_writer(); END"
            )
    for table in append_only_tables():
        if table.name not in present:
            continue
        for action in ("UPDATE", "DELETE"):
            name = f"append_only_{table.name}_{action.lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} "
                f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
            )
    return made
