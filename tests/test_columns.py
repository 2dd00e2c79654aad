"""Column types: geometry blobs that GeoPackage readers understand and that come back exactly; times in UTC."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiLineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateTable

from geodata.columns import UtcDateTime, geometry, gpkg_wkb, to_gpkg
from geodata.store.engine import sqlite

degrees = st.tuples(st.floats(-180, 180, allow_subnormal=False), st.floats(-90, 90, allow_subnormal=False))
rings = st.lists(degrees, min_size=3, max_size=8).map(lambda points: [*points, points[0]])
polygons = st.builds(Polygon, rings, st.lists(rings, max_size=2))
geometries: st.SearchStrategy[BaseGeometry] = st.one_of(
    polygons,
    st.builds(MultiPolygon, st.lists(polygons, max_size=3)),
    st.builds(MultiLineString, st.lists(st.lists(degrees, min_size=2, max_size=5), max_size=3)),
    st.builds(Point, degrees),
    st.sampled_from([Polygon(), MultiPolygon(), MultiLineString(), Point()]),
)


def through_a_database(column: Column[Any], value: Any) -> Any:
    """The value after it was written to SQLite and read back."""
    table = Table("t", MetaData(), column)
    engine = create_engine("sqlite://", module=sqlite)
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), {column.name: value})
        found = connection.execute(select(table)).scalar_one()
    engine.dispose()
    return found


@pytest.mark.property
@given(geometries)
def test_any_geometry_comes_back_bit_by_bit(shape: BaseGeometry) -> None:
    assert shapely.to_wkb(shapely.from_wkb(gpkg_wkb(to_gpkg(shape)))) == shapely.to_wkb(shape)


@pytest.mark.parametrize("shape", [None, MultiPolygon([box(0, 0, 10, 10)]), MultiPolygon()])
def test_a_geometry_column_gives_back_what_was_put_in(shape: BaseGeometry | None) -> None:
    assert through_a_database(Column("geometry", geometry("MultiPolygon")), shape) == shape


def test_a_blob_has_magic_envelope_and_reference_system() -> None:
    blob = to_gpkg(box(1, 2, 3, 4))
    assert blob[:4] == b"GP\x00\x03"
    assert struct.unpack("<i4d", blob[4:40]) == (4490, 1.0, 3.0, 2.0, 4.0)


def test_an_empty_geometry_has_no_envelope_and_says_so() -> None:
    blob = to_gpkg(Polygon())
    assert blob[3] == 0b0001_0001
    assert gpkg_wkb(blob) == shapely.to_wkb(Polygon())


@pytest.mark.parametrize(("envelope", "size"), [(0, 0), (1, 32), (2, 48), (3, 48), (4, 64)])
def test_blobs_of_other_programs_with_any_envelope_are_read(envelope: int, size: int) -> None:
    blob = b"GP\x00" + bytes([envelope << 1 | 1]) + bytes(4 + size) + b"wkb"
    assert gpkg_wkb(blob) == b"wkb"


@pytest.mark.parametrize("blob", [b"", b"GP", b"PG\0\3" + bytes(40), b"GP\0\x0f" + bytes(80)])
def test_what_is_no_blob_is_refused(blob: bytes) -> None:
    with pytest.raises(ValueError, match="not a GeoPackage"):
        gpkg_wkb(blob)


def test_one_declaration_serves_both_stores() -> None:
    table = Table("t", MetaData(), Column("geometry", geometry("MultiPolygon")))
    assert "geometry(MultiPolygon,4490)" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert "MULTIPOLYGON" in str(CreateTable(table).compile(create_engine("sqlite://", module=sqlite)))


@pytest.mark.property
@given(st.datetimes(timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))))
def test_a_time_comes_back_as_the_same_moment_in_utc(moment: datetime) -> None:
    if not 2 <= moment.year <= 9998:
        return
    found = through_a_database(Column("at", UtcDateTime), moment)
    assert found == moment
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="no zone"):
        through_a_database(Column("at", UtcDateTime), datetime(2026, 11, 24, 9, 0))


def test_no_time_stays_no_time() -> None:
    assert through_a_database(Column("at", UtcDateTime), None) is None


def test_times_are_written_so_that_text_order_is_time_order() -> None:
    kind = UtcDateTime().load_dialect_impl(create_engine("sqlite://", module=sqlite).dialect)
    write = kind.bind_processor(create_engine("sqlite://", module=sqlite).dialect)
    assert write
    assert write(datetime(2026, 11, 24, 1, 2, 3, 4, tzinfo=UTC)) == "2026-11-24T01:02:03.000004Z"
