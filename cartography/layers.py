"""Stored layers as GeoJSON text for the web map: few properties, fixed order, any basemap datum.

The only place where (longitude, latitude) leave for the browser. The order of compounds in the text is the
order of the codes that `web_map` pushes, so both come from `drawable`.
"""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import STORED_CRS, require_crs, to_datum
from geodata.vocabulary import Datum

_DECIMALS = 6

PROPERTIES: dict[str, tuple[str, ...]] = {
    "district": ("name",),
    "street_office": ("name",),
    "renewal_area": ("name", "kind"),
    "heritage_zone": ("name", "zone_class"),
    "heritage_line": ("name", "kind"),
    "reference_area": ("name",),
    "basemap_line": ("name", "road_class"),
    "compound": ("name", "households", "position_uncertainty_m"),
}


def drawable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows that have something to draw: a boundary, or a position with its uncertainty (compounds)."""
    has_boundary = _has_boundary(frame)
    if "position_lon" not in frame:
        return frame[has_boundary]
    return frame[has_boundary | (frame["position_lon"].notna() & frame["position_lat"].notna())]


def _has_boundary(frame: gpd.GeoDataFrame) -> pd.Series:
    return ~(frame.geometry.isna() | frame.geometry.is_empty)


def geojson(layer: str, frame: gpd.GeoDataFrame, *, datum: Datum = Datum.CGCS2000) -> str:
    """A layer as GeoJSON text in degrees of `datum`, rounded to 0.1 m.

    `frame` is EPSG:4490 with index `id` (raises NoCrs or WrongCrs otherwise). A compound without boundary but
    with a position becomes a Point with `uncertainty_m`; each feature has `lon`, `lat` of a point inside it.
    """
    require_crs(frame, STORED_CRS, what=layer)
    shown = drawable(frame)
    shapes = _round(to_datum(drawn_shapes(shown), datum))
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes)) if len(shapes) else np.empty((0, 2))
    columns = [column for column in PROPERTIES[layer] if column in shown]
    facts = shown[columns].rename(columns={"position_uncertainty_m": "uncertainty_m"})
    rows = zip(shown.index, facts.itertuples(index=False), inside, shapes, strict=True)
    body = ",".join(
        _feature({"id": record_id, **dict(zip(facts.columns, row, strict=True))}, spot, shape)
        for record_id, row, spot, shape in rows
    )
    return f'{{"type":"FeatureCollection","features":[{body}]}}'


def _feature(facts: dict[str, Any], spot: np.ndarray, shape: Any) -> str:
    lon, lat = (round(float(value), _DECIMALS) for value in spot)
    properties = {name: _plain(value) for name, value in facts.items()} | {"lon": lon, "lat": lat}
    text = json.dumps(properties, ensure_ascii=False, allow_nan=False)
    return f'{{"type":"Feature","properties":{text},"geometry":{_text(shape)}}}'


def drawn_shapes(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Boundary of each drawable row, or the point where a compound without one is known to be."""
    shapes = np.array(frame.geometry.array, dtype=object)
    if "position_lon" in frame:
        empty = ~_has_boundary(frame).to_numpy()
        points = shapely.points(frame["position_lon"].to_numpy(float), frame["position_lat"].to_numpy(float))
        shapes[empty] = points[empty]
    return shapes


def _round(shapes: np.ndarray) -> np.ndarray:
    return shapely.transform(shapes, lambda xy: np.round(xy, _DECIMALS))


def _text(shape: Any) -> str:
    return str(shapely.to_geojson(shape)).replace(" ", "")


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def extent(frame: gpd.GeoDataFrame) -> list[list[float]] | None:
    """South-west and north-east corner of a layer as Leaflet wants them; None when there is no boundary.

    [[lat, lon], [lat, lon]].
    """
    if not _has_boundary(frame).any():
        return None
    west, south, east, north = frame.total_bounds
    return [[float(south), float(west)], [float(north), float(east)]]
