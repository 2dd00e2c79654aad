"""Rules about where a boundary lies: in its street office, in the district. Metres, EPSG:4547.

Borders that are not official can only hint: then a finding is milder, and says that the border is schematic.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analysis.quality.outcome import Outcome, numbers, outcome
from analysis.quality.rules import Limits
from analysis.quality.shapes import has_boundary
from geodata.crs import metres
from geodata.vocabulary import BoundaryStatus, FindingSeverity

_SCHEMATIC_STREETS = "街道界线为示意，只作参考"
_FIRM = (BoundaryStatus.OFFICIAL.value, BoundaryStatus.SURVEYED.value)


def placing_outcomes(
    compounds: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, district: gpd.GeoDataFrame, limits: Limits
) -> list[Outcome]:
    """Outcomes for the compounds that have a valid boundary, against `street_code` and the district.

    All three in the measuring CRS, `streets` and `district` with `boundary_status`.
    """
    drawn = has_boundary(compounds)
    shapes = np.array(compounds.geometry.array, dtype=object)
    usable = np.flatnonzero(drawn & shapely.is_valid(shapes))
    chosen = compounds.iloc[usable]
    return [
        _against_street(chosen, shapes[usable], streets, limits),
        _positions(compounds[~drawn], streets),
        _against_district(chosen, shapes[usable], district, limits),
    ]


def _against_street(
    compounds: gpd.GeoDataFrame, shapes: np.ndarray, streets: gpd.GeoDataFrame, limits: Limits
) -> Outcome:
    known = streets[has_boundary(streets) & streets.geometry.is_valid]
    if known.empty:
        return outcome("outside_street", 0, unjudged="街道没有界线，无法判断")
    at = known.index.get_indexer(pd.Index(compounds["street_code"]))
    judged = np.flatnonzero(at >= 0)
    lacking = len(at) - len(judged)
    borders = np.array(known.geometry.array, dtype=object)
    shapely.prepare(borders)
    found, share, area, depth = _outside(shapes[judged], borders[at[judged]], limits)
    home = at[judged[found]]
    firm = known["boundary_status"].isin(_FIRM).to_numpy()[home]
    instead = _instead(shapes[judged[found]], borders, known["name"].to_numpy(dtype=object))
    names = known["name"].to_numpy(dtype=object)[home]
    content = [
        _said(f"登记在{name}", one, m2, m, sure)
        + (f"；实际多在{where}" if where and one >= limits.mostly_outside else "")
        for name, one, m2, m, sure, where in zip(names, share, area, depth, firm, instead, strict=True)
    ]
    parts = [f"{lacking} 个所属街道没有界线，无法判断"] if lacking else []
    parts += [] if known["boundary_status"].isin(_FIRM).all() else [_SCHEMATIC_STREETS]
    return outcome(
        "outside_street",
        len(judged),
        compounds.index[judged[found]],
        content,
        severity=_severity(share, firm, limits),
        unjudged="；".join(parts),
    )


def _positions(compounds: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> Outcome:
    """Compounds that are only known to lie within a circle (degrees, metres) which their street office does not reach."""
    known = streets[has_boundary(streets) & streets.geometry.is_valid]
    lon, lat, reach = (
        numbers(compounds[name]) for name in ("position_lon", "position_lat", "position_uncertainty_m")
    )
    at = known.index.get_indexer(pd.Index(compounds["street_code"]))
    placed = ~np.isnan(lon) & ~np.isnan(lat)
    judged = np.flatnonzero(placed & ~np.isnan(reach) & (at >= 0))
    points = metres(shapely.points(lon[judged], lat[judged]))
    borders = np.array(known.geometry.array, dtype=object)[at[judged]]
    away = shapely.distance(points, borders) - reach[judged]
    found = np.flatnonzero(away > 0)
    firm = known["boundary_status"].isin(_FIRM).to_numpy()[at[judged]][found]
    names = known["name"].to_numpy(dtype=object)[at[judged]][found]
    content = [
        f"登记在{name}，大致位置（±{circle:,.0f} m）在界线外 {far + circle:,.0f} m"
        + ("" if sure else "（示意界线）")
        for name, circle, far, sure in zip(names, reach[judged][found], away[found], firm, strict=True)
    ]
    lacking = int(placed.sum()) - len(judged)
    limits = [f"{lacking} 个不知道不确定范围，或街道没有界线"] if lacking else []
    limits += [_SCHEMATIC_STREETS] if not known["boundary_status"].isin(_FIRM).all() else []
    return outcome(
        "position_outside",
        len(judged),
        compounds.index[judged[found]],
        content,
        severity=[FindingSeverity.WARNING if sure else FindingSeverity.NOTICE for sure in firm],
        unjudged="；".join(limits),
    )


def _against_district(
    compounds: gpd.GeoDataFrame, shapes: np.ndarray, district: gpd.GeoDataFrame, limits: Limits
) -> Outcome:
    known = district[has_boundary(district) & district.geometry.is_valid]
    if known.empty:
        return outcome("outside_district", 0, unjudged="没有区界，无法判断")
    whole = shapely.union_all(np.array(known.geometry.array, dtype=object))
    shapely.prepare(whole)
    found, share, area, depth = _outside(shapes, np.full(len(shapes), whole, dtype=object), limits)
    sure = bool(known["boundary_status"].isin(_FIRM).all())
    firm = np.full(len(found), sure)
    content = [_said("", one, m2, m, sure) for one, m2, m in zip(share, area, depth, strict=True)]
    return outcome(
        "outside_district",
        len(shapes),
        compounds.index[found],
        content,
        severity=_severity(share, firm, limits),
        unjudged="" if sure else "区界为示意，只作参考",
    )


def _outside(
    shapes: np.ndarray, borders: np.ndarray, limits: Limits
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the shapes that leave their border: share 0..1 and m² outside, and how far the furthest point is."""
    away = np.flatnonzero(~shapely.covers(borders, shapes))
    rest = shapely.difference(shapes[away], borders[away])
    area = shapely.area(rest)
    points, whose = shapely.get_coordinates(rest, return_index=True)
    far = shapely.distance(shapely.points(points), borders[away][whose])
    depth = np.zeros(len(away))
    np.maximum.at(depth, whose, far)
    real = (area >= limits.outside_m2) & (depth >= limits.outside_m)
    return away[real], (area / shapely.area(shapes[away]))[real], area[real], depth[real]


def _instead(shapes: np.ndarray, borders: np.ndarray, names: np.ndarray) -> list[str]:
    """The street office that holds the middle of each shape, "" when none does."""
    inside = shapely.point_on_surface(shapes)
    place = dict(zip(*shapely.STRtree(borders).query(inside, predicate="covered_by"), strict=True))
    return [str(names[place[at]]) if at in place else "" for at in range(len(shapes))]


def _said(where: str, share: float, area: float, depth: float, firm: bool) -> str:
    part = "全部" if share > 0.999 else "不到 1%" if share < 0.01 else f"{share:.0%}"
    text = f"{where}，" if where else ""
    return f"{text}{part}（{area:,.0f} m²）在界线外，最远 {depth:,.0f} m" + ("" if firm else "（示意界线）")


def _severity(share: np.ndarray, firm: np.ndarray, limits: Limits) -> list[FindingSeverity]:
    """A border that is only schematic makes a finding one step milder."""
    steps = [FindingSeverity.NOTICE, FindingSeverity.WARNING, FindingSeverity.ERROR]
    mostly = share >= limits.mostly_outside
    return [steps[int(big) + int(sure)] for big, sure in zip(mostly, firm, strict=True)]
