"""Stored layers as GeoJSON text for the web map: few properties, fixed order, any basemap datum.

The only place where (longitude, latitude) leave for the browser. The order of compounds in the text is the order
of the codes that `web_map` pushes, so both come from `drawable`.
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
    "compound": ("name", "households"),
}


def drawable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows that have something to draw: a boundary, or a position with its uncertainty (compounds)."""
    has_boundary = ~frame.geometry.isna()
    if "position_lon" not in frame:
        return frame[has_boundary]
    return frame[has_boundary | frame["position_lon"].notna()]


def geojson(layer: str, frame: gpd.GeoDataFrame, *, datum: Datum = Datum.CGCS2000) -> str:
    """A layer as GeoJSON text in degrees of `datum`, rounded to 0.1 m.

    `frame` is EPSG:4490 with index `id` (raises NoCrs or WrongCrs otherwise). A compound without boundary but with
    a position becomes a Point with `uncertainty_m`; each feature carries `lon`, `lat` of a point inside it.
    """
    require_crs(frame, STORED_CRS, what=layer)
    shown = drawable(frame)
    shapes = _round(to_datum(_shapes(shown), datum))
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes)) if len(shapes) else np.empty((0, 2))
    columns = [column for column in PROPERTIES[layer] if column in shown]
    features = []
    for position, (record_id, row) in enumerate(zip(shown.index, shown[columns].itertuples(index=False), strict=True)):
        properties: dict[str, Any] = {"id": record_id, **{c: _plain(v) for c, v in zip(columns, row, strict=True)}}
        properties["lon"], properties["lat"] = (round(float(value), _DECIMALS) for value in inside[position])
        if layer == "compound":
            properties["uncertainty_m"] = _plain(shown["position_uncertainty_m"].iloc[position])
        features.append((properties, shapes[position]))
    body = ",".join(
        f'{{"type":"Feature","properties":{json.dumps(properties, ensure_ascii=False)},"geometry":{_text(shape)}}}'
        for properties, shape in features
    )
    return f'{{"type":"FeatureCollection","features":[{body}]}}'


def _shapes(frame: gpd.GeoDataFrame) -> np.ndarray:
    shapes = np.array(frame.geometry.array, dtype=object)
    if "position_lon" in frame:
        empty = frame.geometry.isna().to_numpy()
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
    """South-west and north-east corner of a layer as Leaflet wants them: [[lat, lon], [lat, lon]]; None when empty."""
    if frame.geometry.isna().all():
        return None
    west, south, east, north = frame.total_bounds
    return [[float(south), float(west)], [float(north), float(east)]]
