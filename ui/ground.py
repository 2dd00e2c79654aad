"""What lies around a boundary being drawn, and what is to be said of it: the answers to the drawing editor.

The editor speaks GeoJSON in CGCS2000 degrees; everything is measured in EPSG:4547. What comes from a browser is
checked here before it is used. Only what lies near is looked at, through the trees that `ui.data` keeps.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Geometry, LineString, Polygon

from analysis import coordinates, drawing
from geodata.crs import degrees, metres
from geodata.errors import BadValue
from geodata.store import Snapshot
from geodata.vocabulary import BoundaryStatus, CoordinateForm, DataStatus, Datum, ZoneClass
from ui import compound_data, data, map_data
from ui.html import missing

AROUND_M = 400
MOST_NEIGHBOURS = 600
_DECIMALS = 9  # a tenth of a millimetre, so that snapped corners meet
_M_PER_DEGREE = 111_320.0

Shape = Mapping[str, Any]
Box = tuple[float, float, float, float]


# ---- from and to the browser ----------------------------------------------------------------------------------


def received(value: Any, *, kinds: tuple[str, ...] = ("Polygon", "MultiPolygon")) -> Geometry:
    """A GeoJSON geometry from the browser in degrees; raises BadValue for anything that is not one of `kinds`."""
    if not isinstance(value, Mapping) or value.get("type") not in kinds:
        raise BadValue("浏览器送来的不是可用的形状，请重新描绘")
    if _count(value.get("coordinates"), drawing.MOST_VERTICES) > drawing.MOST_VERTICES:
        raise BadValue(f"边界超过 {drawing.MOST_VERTICES:,} 个顶点，请先简化")
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(value)))
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise BadValue("浏览器送来的形状读不出来，请重新描绘") from error
    xy = shapely.get_coordinates(shape)
    if not np.isfinite(xy).all() or (np.abs(xy) > (180, 90)).any():
        raise BadValue("边界里有无效的坐标，请删除出错的顶点")
    return shape


def _count(nested: Any, most: int) -> int:
    """Positions in nested coordinates; stops counting above `most`."""
    waiting, found = [nested], 0
    while waiting and found <= most:
        part = waiting.pop()
        if isinstance(part, list):
            if part and not isinstance(part[0], list):
                found += 1
            else:
                waiting.extend(part)
    return found


def sent(shape: Geometry | None) -> dict[str, Any] | None:
    """A shape in degrees as GeoJSON for the browser."""
    if shape is None or shape.is_empty:
        return None
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))
    return json.loads(shapely.to_geojson(rounded))


def _sent_metric(shape: Geometry) -> dict[str, Any] | None:
    return sent(in_degrees(shape))


def in_metres(shape: Geometry) -> Geometry:
    """One shape from degrees to metres."""
    return metres(np.array([shape], dtype=object))[0]


def in_degrees(shape: Geometry) -> Geometry:
    """One shape from metres to degrees."""
    return degrees(np.array([shape], dtype=object))[0]


# ---- neighbours -----------------------------------------------------------------------------------------------


def padded(box: Box, by_m: float = AROUND_M) -> Box:
    """A box in degrees, grown by metres on all sides."""
    west, south, east, north = box
    up = by_m / _M_PER_DEGREE
    across = up / math.cos(math.radians((south + north) / 2))
    return west - across, south - up, east + across, north + up


def neighbours(snap: Snapshot, compound_id: str, box: Box) -> list[dict[str, Any]]:
    """Other compounds with a boundary that meet a box: id, name, shape; at most `MOST_NEIGHBOURS`."""
    rows = _within(snap, "compound", shapely.box(*box))
    rows = rows[rows.index != compound_id].iloc[:MOST_NEIGHBOURS]
    return [
        {"id": code, "name": name, "shape": sent(shape)}
        for code, name, shape in zip(rows.index, rows["name"], rows.geometry, strict=True)
    ]


def _within(snap: Snapshot, layer: str, shape: Geometry) -> gpd.GeoDataFrame:
    """Rows of a layer whose shape meets one in degrees."""
    found = np.sort(data.tree(snap, layer).query(shape, predicate="intersects"))
    return data.frame(snap, layer).iloc[found]


def _metric(rows: gpd.GeoDataFrame) -> pd.Series:
    return pd.Series(metres(rows.geometry.to_numpy()), index=rows.index, dtype=object)


# ---- check ----------------------------------------------------------------------------------------------------


def faults(snap: Snapshot, shape: Geometry) -> list[str]:
    """What forbids storing a shape (degrees) as a boundary; empty when it may be stored."""
    return drawing.faults(in_metres(shape), near=_district(snap))


def is_near(snap: Snapshot, point: Geometry) -> bool:
    """Whether a position (degrees) lies within 50 km of the district."""
    return bool(in_metres(point).distance(_district(snap)) <= drawing.REACH_M)


def _district(snap: Snapshot) -> Polygon:
    (south, west), (north, east) = map_data.extents(snap).district
    return in_metres(shapely.box(west, south, east, north))


def check(snap: Snapshot, compound_id: str, shape: Geometry, absorbed: frozenset[str]) -> dict[str, Any]:
    """Everything to be said of a shape (degrees): size, faults, repair, overlaps, outside the street, zones.

    Neighbours that are being merged into it (`absorbed`) are not counted as overlapped.
    """
    metric = in_metres(shape)
    wrong = faults(snap, shape)
    size = drawing.measure(metric)
    told: dict[str, Any] = {
        "faults": wrong,
        "valid": bool(metric.is_valid),
        "area": size.area_m2,
        "perimeter": size.perimeter_m,
        "parts": size.parts,
        "holes": size.holes,
        "vertices": size.vertices,
        "overlaps": [],
        "outside": None,
        "zones": [],
    }
    if not metric.is_valid:
        told["repaired"] = _repair(metric)
    elif not shape.is_empty:
        told["overlaps"] = _overlaps(snap, compound_id, shape, metric, absorbed)
        told["outside"] = _outside(snap, compound_id, metric)
        told["zones"] = _zones(snap, shape, metric)
    return told


def _repair(metric: Geometry) -> dict[str, Any] | None:
    better = drawing.repaired(metric)
    if better is None:
        return None
    return {"shape": _sent_metric(better), "area": better.area, "parts": len(better.geoms)}


def _overlaps(
    snap: Snapshot, compound_id: str, shape: Geometry, metric: Geometry, absorbed: frozenset[str]
) -> list[dict[str, Any]]:
    near = _within(snap, "compound", shape)
    near = near[~near.index.isin([compound_id, *absorbed])]
    found = drawing.overlaps(metric, _metric(near))
    return [
        {
            "id": row.Index,
            "name": near.at[row.Index, "name"],
            "area": row.area_m2,
            "shape": _area_only(row.geometry),
        }
        for row in found.itertuples()
    ]


def _area_only(metric: Geometry) -> dict[str, Any] | None:
    """The polygons of an intersection, which may also hold lines and points."""
    return _sent_metric(drawing.as_one([metric]))


def _outside(snap: Snapshot, compound_id: str, metric: Geometry) -> dict[str, Any] | None:
    street = street_of(snap, compound_id)
    if street is None:
        return None
    beyond = drawing.outside(metric, in_metres(street["geometry"]))
    if beyond.is_empty:
        return None
    return {
        "street": street["name"],
        "status": BoundaryStatus(street["boundary_status"]).label,
        "area": beyond.area,
        "shape": _area_only(beyond),
    }


def street_of(snap: Snapshot, compound_id: str) -> pd.Series | None:
    """The street office of a compound, when it has an outline."""
    rows, streets = data.frame(snap, "compound"), data.frame(snap, "street_office")
    code = rows.at[compound_id, "street_code"] if compound_id in rows.index else None
    if code not in streets.index or missing(streets.at[code, "geometry"]):
        return None
    return streets.loc[code]


def _zones(snap: Snapshot, shape: Geometry, metric: Geometry) -> list[dict[str, Any]]:
    """Heritage zones and reference areas that the shape touches, with what their lines are worth."""
    told = []
    for layer in ("heritage_zone", "reference_area"):
        near = _within(snap, layer, shape)
        for (_, row), zone in zip(near.iterrows(), _metric(near), strict=True):
            kind = ZoneClass(row["zone_class"]).label if layer == "heritage_zone" else "参考范围"
            common = shapely.intersection(shapely.make_valid(zone), metric).area
            told.append(
                {
                    "name": row["name"],
                    "kind": kind,
                    "status": BoundaryStatus(row["boundary_status"]).label,
                    "invented": row["data_status"] == DataStatus.SYNTHETIC,
                    "area": common,
                }
            )
    return told


# ---- split, merge, coordinates --------------------------------------------------------------------------------


def split(shape: Geometry, line: Geometry) -> list[dict[str, Any]]:
    """The parts into which a line (degrees) cuts a shape (degrees), each with its area. Raises BadValue."""
    metric = in_metres(shape)
    if not metric.is_valid:
        raise BadValue("边界自相交，请先修复再分割")
    parts = drawing.split(metric, LineString(shapely.get_coordinates(in_metres(line))))
    return [{"shape": _sent_metric(part), "area": part.area} for part in parts]


def cut(shape: Geometry, hole: Geometry) -> dict[str, Any] | None:
    """A shape without the ground of another (degrees). Raises BadValue."""
    metric = in_metres(shape)
    if not metric.is_valid:
        raise BadValue("边界自相交，请先修复再挖洞")
    return _sent_metric(drawing.cut(metric, in_metres(hole)))


def merge(snap: Snapshot, shape: Geometry | None, neighbour: str) -> dict[str, Any]:
    """A shape (degrees; None: nothing drawn yet) joined with a neighbour's, and what becomes of the neighbour.

    Raises BadValue when they do not touch, or the neighbour has no boundary.
    """
    rows = data.frame(snap, "compound")
    if neighbour not in rows.index or missing(rows.at[neighbour, "geometry"]):
        raise BadValue("这个邻院没有边界，不能并入")
    name, other = rows.at[neighbour, "name"], in_metres(rows.at[neighbour, "geometry"])
    mine = Polygon() if shape is None else in_metres(shape)
    if not mine.is_valid:
        raise BadValue("边界自相交，请先修复再合并")
    joined = drawing.merge(mine, other)
    if not mine.is_empty and len(joined.geoms) >= len(drawing.polygons(mine)) + len(drawing.polygons(other)):
        gap = mine.distance(other)
        raise BadValue(f"“{name}”与描绘的边界不相接（相距 {gap:.1f} m），不能并入；请先让两者接上")
    return {
        "shape": _sent_metric(joined),
        "neighbour": {
            "id": neighbour,
            "name": name,
            "version": int(rows.at[neighbour, "version"]),
            "holds": holdings(snap, neighbour),
        },
    }


def holdings(snap: Snapshot, compound_id: str) -> str:
    """What hangs on a compound, in words (works, reports, events …); empty when nothing does."""
    labels = {
        "work_item": "工程项",
        "progress_report": "进度填报",
        "stage_event": "阶段记录",
        "permit": "手续",
        "funding": "资金",
        "party": "参建单位",
        "reported_fact": "报道事实",
    }
    counts = {label: len(compound_data.rows_of(snap, layer, compound_id)) for layer, label in labels.items()}
    return "、".join(f"{label} {count}" for label, count in counts.items() if count)


def parse(text: str, form: str, datum: str) -> dict[str, Any]:
    """Typed or pasted coordinates as a shape, with notes and every fault by line."""
    found = coordinates.parse(text, form=CoordinateForm(form), datum=Datum(datum))
    return {
        "shape": sent(found.shape),
        "points": found.points,
        "notes": found.notes,
        "faults": [fault.text() for fault in found.faults],
    }


def written(shape: Geometry, form: str, datum: str) -> str:
    """A shape (degrees) as text of a form and datum."""
    kind = CoordinateForm.LON_LAT if form == CoordinateForm.AUTO else CoordinateForm(form)
    return coordinates.written(shape, form=kind, datum=Datum(datum))
