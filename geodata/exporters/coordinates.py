"""Boundaries and positions of the store in the coordinates that somebody asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.crs import project, to_datum
from geodata.vocabulary import Coordinates, DataFormat, Datum

_DATUMS = {Coordinates.GCJ02: Datum.GCJ02, Coordinates.BD09: Datum.BD09}
_METRES = (Coordinates.EPSG_4547, Coordinates.EPSG_4526)
_ALLOWED: dict[DataFormat, tuple[Coordinates, ...]] = {
    DataFormat.KML: (Coordinates.EPSG_4326,),
    DataFormat.DXF: _METRES,
    DataFormat.XLSX: (Coordinates.EPSG_4490, Coordinates.EPSG_4326, *_DATUMS),
    DataFormat.CSV: (Coordinates.EPSG_4490, Coordinates.EPSG_4326, *_DATUMS),
}


def allowed(form: DataFormat) -> tuple[Coordinates, ...]:
    """Coordinates that a format may hold, its usual one first: KML is WGS 84 by its standard, drawings are metres."""
    return _ALLOWED.get(form, tuple(Coordinates))


def authority(coordinates: Coordinates) -> str | None:
    """`EPSG:n`; None for a datum of basemaps, which no register of coordinate systems knows."""
    return None if coordinates in _DATUMS else coordinates.value.upper().replace("EPSG", "EPSG:")


def is_offset(coordinates: Coordinates) -> bool:
    """Whether positions lie hundreds of metres from where they are on the ground."""
    return coordinates in _DATUMS


def is_metric(coordinates: Coordinates) -> bool:
    """Whether they are metres of a projection, not degrees."""
    return coordinates in _METRES


def converted(geometry: NDArray[np.object_], coordinates: Coordinates) -> NDArray[np.object_]:
    """An array of shapely geometries (None: without) from CGCS2000 degrees."""
    if is_offset(coordinates):
        return to_datum(geometry, _DATUMS[coordinates])
    name = authority(coordinates)
    return project(geometry, name) if is_metric(coordinates) and name else geometry


def converted_positions(
    lon: list[float | None], lat: list[float | None], coordinates: Coordinates
) -> tuple[list[float | None], list[float | None]]:
    """Columns of longitudes and latitudes in degrees: shifted with a datum, else as they are."""
    if not is_offset(coordinates):
        return lon, lat
    whole = [x is not None and y is not None for x, y in zip(lon, lat, strict=True)]
    points: list[Any] = [
        shapely.Point(x, y) if there else None for x, y, there in zip(lon, lat, whole, strict=True)
    ]
    moved = converted(np.array(points, dtype=object), coordinates)
    return (
        [point.x if point is not None else x for point, x in zip(moved, lon, strict=True)],
        [point.y if point is not None else y for point, y in zip(moved, lat, strict=True)],
    )
