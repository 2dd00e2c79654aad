"""Rules about one boundary by itself: crossing, needles, crumbs, parts, vertices. Metres, EPSG:4547."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from analysis.quality.outcome import Outcome, outcome
from analysis.quality.rules import Limits


def shape_outcomes(compounds: gpd.GeoDataFrame, limits: Limits) -> list[Outcome]:
    """Outcomes for the compounds that have a boundary; `compounds` in the measuring CRS."""
    drawn = np.flatnonzero(has_boundary(compounds))  # what crosses itself has no parts to speak of
    ids = compounds.index.to_numpy(dtype=object)[drawn]
    shapes = np.array(compounds.geometry.array, dtype=object)[drawn]
    valid = shapely.is_valid(shapes)
    return [
        _invalid(ids, shapes, valid),
        _spikes(ids, shapes, limits),
        *_parts(ids[valid], shapes[valid], limits),
        _vertices(ids, shapes, limits),
    ]


def has_boundary(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Whether each row has a boundary; shape (rows,)."""
    return np.asarray(~(frame.geometry.isna() | frame.geometry.is_empty))


def _invalid(ids: np.ndarray, shapes: np.ndarray, valid: np.ndarray) -> Outcome:
    bad = np.flatnonzero(~valid)
    reasons = [
        _REASONS.get(str(reason).partition("[")[0], "形状无效")
        for reason in shapely.is_valid_reason(shapes[bad])
    ]
    return outcome("invalid", len(ids), ids[bad], reasons)


_REASONS = {
    "Self-intersection": "边界线自相交",
    "Ring Self-intersection": "环与自己相交",
    "Hole lies outside shell": "洞在外环以外",
    "Nested shells": "一块套在另一块里",
    "Nested holes": "洞套着洞",
    "Interior is disconnected": "内部被洞隔断",
    "Too few points in geometry component": "环的顶点不足",
    "Duplicate Rings": "环重复",
}


def _spikes(ids: np.ndarray, shapes: np.ndarray, limits: Limits) -> Outcome:
    """Corners sharper than the limit between two legs that are both long."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return outcome("spike", len(ids))
    first = np.concatenate([[True], ring[1:] != ring[:-1]])
    closing = np.concatenate([ring[1:] != ring[:-1], [True]])
    start = np.flatnonzero(first)[ring]
    end = np.flatnonzero(closing)[ring]
    at = np.flatnonzero(~closing)  # the last point of a ring repeats its first
    before = np.where(at == start[at], end[at] - 1, at - 1)
    back, on = xy[before] - xy[at], xy[at + 1] - xy[at]
    legs = np.minimum(np.hypot(*back.T), np.hypot(*on.T))
    cross = back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]
    angle = np.degrees(np.abs(np.arctan2(cross, (back * on).sum(axis=1))))
    sharp = np.flatnonzero((angle < limits.spike_degrees) & (legs >= limits.spike_leg_m))
    whose = owner[part[ring[at[sharp]]]]
    count = np.bincount(whose, minlength=len(ids))
    found = np.flatnonzero(count)
    return outcome(
        "spike", len(ids), ids[found], [f"{count[i]} 处尖角小于 {limits.spike_degrees:g}°" for i in found]
    )


def _parts(ids: np.ndarray, shapes: np.ndarray, limits: Limits) -> list[Outcome]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    count = np.bincount(owner, minlength=len(ids))
    many = np.flatnonzero(count > 1)
    area = shapely.area(parts)
    small = area < limits.crumb_m2
    crumbs = np.bincount(owner[small], minlength=len(ids))
    least = np.full(len(ids), np.inf)
    np.minimum.at(least, owner, area)
    found = np.flatnonzero(crumbs)
    return [
        outcome(
            "crumb",
            len(ids),
            ids[found],
            [f"{crumbs[i]} 块不到 {limits.crumb_m2:g} m²，最小 {least[i]:.1f} m²" for i in found],
        ),
        outcome("multipart", len(ids), ids[many], [f"分成 {count[i]} 块" for i in many]),
    ]


def _vertices(ids: np.ndarray, shapes: np.ndarray, limits: Limits) -> Outcome:
    count = shapely.get_num_coordinates(shapes)
    spacing = shapely.length(shapes) / np.maximum(count, 1)
    dense = (count > limits.dense_vertices) & (spacing < limits.dense_spacing_m)
    found = np.flatnonzero((count > limits.most_vertices) | dense)
    content = [f"{count[i]:,} 个顶点，平均每 {spacing[i]:.2f} m 一个" for i in found]
    return outcome("vertices", len(ids), ids[found], content)
