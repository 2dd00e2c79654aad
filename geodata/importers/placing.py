"""Positions of rows: degrees beside the boundary, and the street office in which a boundary lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import Point

from geodata.crs import from_datum
from geodata.importers.issues import Problem
from geodata.importers.known import Stored
from geodata.vocabulary import Datum

if TYPE_CHECKING:
    from geodata.importers.rows import RowReader

REACH_DEGREES = 0.6  # 50 km east to west at this latitude; boundaries are checked in metres
_EXACT_DEGREES = 1e-8  # a millimetre


def settle_position(row: RowReader, stored: Stored | None) -> None:
    """Position columns together or not at all, out of the declared datum, and near the district."""
    values = row.values
    if not {"position_lon", "position_lat"} & values.keys():
        return
    if row.terms.positions_open:
        text = "位置经纬度的坐标系还没有定，没有装入；请先选定坐标系"
        row.note(Problem.NEEDS_DECISION, text, field="position_lon")
        return
    former = stored.values if stored else {}
    lon, lat = (values.get(name, former.get(name)) for name in ("position_lon", "position_lat"))
    if (lon is None) != (lat is None):
        text = "位置经度与位置纬度须同时填写，或都不填"
        row.note(Problem.INCOMPLETE_POSITION, text, field="position_lon", value=[lon, lat])
    elif lon is not None and lat is not None:
        if row.terms.datum in (Datum.GCJ02, Datum.BD09):
            point = from_datum(np.array([Point(lon, lat)], dtype=object), row.terms.datum)[0]
            lon, lat = _settled(point.x, former, "position_lon"), _settled(point.y, former, "position_lat")
            values["position_lon"], values["position_lat"] = lon, lat
        west, south, east, north = row.known.extent
        reach = REACH_DEGREES
        if not (west - reach <= lon <= east + reach and south - reach <= lat <= north + reach):
            text = f"位置（{lon:g}, {lat:g}）不在本区附近；请检查经纬度是否颠倒"
            row.note(Problem.TOO_FAR, text, field="position_lon", value=f"{lon:g}, {lat:g}")


def _settled(degrees: float, former: dict[str, Any], name: str) -> float:
    """A converted degree; the stored one where they differ by less than the conversion is exact."""
    stored = former.get(name)
    return stored if stored is not None and abs(stored - degrees) < _EXACT_DEGREES else degrees


def street_by_place(row: RowReader, stored: Stored | None) -> None:
    """Give a new compound without street office the one in which its boundary lies, and say so."""
    boundary = row.line.boundary
    wants = row.terms.asking and stored is None and row.kind.code == "compound"
    if not wants or boundary is None or "street_code" in row.refused or row.values.get("street_code"):
        return
    streets = row.known.frames["street_office"]
    inside = streets[shapely.contains(streets["geometry"].to_numpy(), boundary.representative_point())]
    if len(inside) == 1:
        row.values["street_code"] = str(inside.index[0])
        text = f"没有给出街道，按边界所在位置记为“{inside['name'].iloc[0]}”，请核对"
        row.note(Problem.FOUND_BY_PLACE, text, field="street_code", value=inside["name"].iloc[0])
