"""What lies under and over the compounds: district, street offices, roads, zones, areas and the wall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cartography import symbology as s
from cartography.print import paths
from cartography.print.content import Shown
from cartography.print.paper import Frame
from cartography.print.paths import Shapes
from cartography.print.style import Styles
from geodata.vocabulary import LineKind, RoadClass, Term, ZoneClass

_ROAD_CASING_PX = 1.3
_WALL_CASING_PX = 2.0


@dataclass(eq=False)
class Ground:
    """Finished parts of the drawing below and above the compounds, and the lines that carry names.

    `named`: layer name -> name -> lines in the frame, in metres. `solid`: the wall that still stands, which no name of
    a line may cover.
    """

    below: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    named: dict[str, dict[str, Shapes]] = field(default_factory=dict)
    solid: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))


def draw_ground(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, styles: Styles, shown: Shown) -> Ground:
    """All layers but the compounds; `shown` learns what is in the frame."""
    rows = {name: _seen(layer, frame) for name, layer in layers.items() if name != "compound"}
    rows = {name: layer for name, layer in rows.items() if len(layer)}
    shown.records |= {name: [str(record) for record in layer.index] for name, layer in rows.items()}
    ground = Ground()
    width, height = round(frame.width * paths.UNITS), round(frame.height * paths.UNITS)
    ground.below.append(f'<path d="M0 0h{width}v{height}h-{width}z" fill="{s.LIGHT.paper}"/>')
    _district(rows.get("district"), frame, styles, shown, ground)
    _streets(rows.get("street_office"), frame, styles, shown, ground)
    _reference(rows.get("reference_area"), frame, styles, shown, ground)
    _zones(rows.get("heritage_zone"), frame, styles, shown, ground)
    _roads(rows.get("basemap_line"), frame, styles, shown, ground)
    _street_borders(rows.get("street_office"), frame, styles, ground)
    _areas(rows.get("renewal_area"), frame, styles, shown, ground)
    _wall(rows.get("heritage_line"), frame, styles, shown, ground)
    return ground


def _seen(layer: gpd.GeoDataFrame, frame: Frame) -> gpd.GeoDataFrame:
    return layer[paths.visible(_shapes(layer), frame.box)]


def _shapes(layer: gpd.GeoDataFrame) -> Shapes:
    return np.array(layer.geometry.array, dtype=object)


def _group(attributes: str, data: list[str]) -> str:
    paths_text = "".join(f'<path d="{one}"/>' for one in data if one)
    return f"<g {attributes}>{paths_text}</g>" if paths_text else ""


def _area_group(shapes: Shapes, frame: Frame, fill: str, stroke: str) -> str:
    cut = paths.cut_areas(shapes, frame)
    filled = "" if fill == 'fill="none"' else _group(fill, paths.path_data(cut.area, frame))
    return filled + _group(f'fill="none" {stroke}', paths.path_data(cut.line, frame))


# ---- areas ------------------------------------------------------------------------------------------------


def _district(
    rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground
) -> None:
    if rows is None:
        return
    shown.kinds["district"] = Counter({"1": len(rows)})
    cut = paths.cut_areas(_shapes(rows), frame)
    ground.below.append(_group(f'fill="{s.LIGHT.panel}"', paths.path_data(cut.area, frame)))
    line = paths.path_data(cut.line, frame)
    band = styles.stroke(replace(s.DISTRICT, stroke=s.LIGHT.rule), more=4.5)
    ground.below.append(_group(f'fill="none" {band} stroke-opacity=".55"', line))
    ground.above.append(_group(f'fill="none" {styles.stroke(s.DISTRICT)}', line))


def _streets(
    rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground
) -> None:
    if rows is None:
        return
    inside = rows["in_totals"].to_numpy(bool)
    shown.kinds["street"] = +Counter({"1": int(inside.sum()), "outside": int((~inside).sum())})
    outside = paths.cut_areas(_shapes(rows[~inside]), frame).area
    ground.below.append(_group(styles.veil(s.STREET_OUTSIDE), paths.path_data(outside, frame)))


def _street_borders(rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, ground: Ground) -> None:
    """Each border once: two dashed lines on one another would be a solid one."""
    if rows is None:
        return
    borders = shapely.line_merge(shapely.union_all(shapely.boundary(_shapes(rows))))
    line = paths.cut_lines(np.array([borders], dtype=object), frame)
    ground.below.append(_group(f'fill="none" {styles.stroke(s.STREET)}', paths.path_data(line, frame)))


def _reference(
    rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground
) -> None:
    if rows is None:
        return
    shown.kinds["reference"] = Counter({"1": len(rows)})
    ground.below.append(
        _area_group(_shapes(rows), frame, styles.fill(s.REFERENCE), styles.stroke(s.REFERENCE))
    )


def _zones(rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground) -> None:
    if rows is None:
        return
    shown.kinds["zone"] = _kinds(rows["zone_class"])
    for zone, part in _by(rows, "zone_class", list(reversed(ZoneClass))):
        symbol = s.ZONES[ZoneClass(zone)]
        ground.below.append(_area_group(_shapes(part), frame, styles.veil(symbol), styles.stroke(symbol)))


def _areas(rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground) -> None:
    if rows is None:
        return
    shown.kinds["area"] = Counter({"1": len(rows)})
    line = paths.path_data(paths.cut_areas(_shapes(rows), frame).line, frame)
    ground.below.append(_group(f'fill="none" {styles.stroke(s.AREA)}', line))


# ---- lines ------------------------------------------------------------------------------------------------


def _roads(rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground) -> None:
    if rows is None:
        return
    shown.kinds["road"] = _kinds(rows["road_class"])
    drawn = []
    for kind, part in _by(rows, "road_class", list(reversed(RoadClass))):
        lines = paths.cut_lines(_shapes(part), frame)
        drawn.append((s.ROADS[RoadClass(kind)], lines, paths.path_data(lines, frame)))
        _name(ground, "basemap_line", part, lines)
    joined = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    for symbol, _lines, data in drawn:
        casing = styles.stroke(symbol, grown=styles.growth, more=_ROAD_CASING_PX)
        ground.below.append(_group(f"{joined} {casing}", data))
    for symbol, _lines, data in drawn:
        surface = styles.stroke(replace(symbol, stroke=symbol.fill), grown=styles.growth)
        ground.below.append(_group(f"{joined} {surface}", data))


def _wall(rows: gpd.GeoDataFrame | None, frame: Frame, styles: Styles, shown: Shown, ground: Ground) -> None:
    if rows is None:
        return
    shown.kinds["wall"] = _kinds(rows["kind"])
    grown = min(max(styles.growth, 0.7), 1.5)
    for kind, part in _by(rows, "kind", list(reversed(LineKind))):
        symbol = s.WALL[LineKind(kind)]
        lines = paths.cut_lines(_shapes(part), frame)
        data = paths.path_data(lines, frame)
        body = styles.stroke(replace(symbol, stroke=symbol.fill), grown=grown)
        if not symbol.dash:
            ground.above.append(
                _group(f'fill="none" {styles.stroke(symbol, grown=grown, more=_WALL_CASING_PX)}', data)
            )
        ground.above.append(_group(f'fill="none" {body} stroke-opacity="{symbol.opacity}"', data))
        if kind == LineKind.SURVIVING_WALL:
            ground.solid = lines
        if kind == LineKind.CIRCUIT:
            _name(ground, "heritage_line", part, lines)


def _name(ground: Ground, layer: str, rows: gpd.GeoDataFrame, lines: Shapes) -> None:
    kept = ground.named.setdefault(layer, {})
    for name, line in zip(rows["name"], lines, strict=True):
        if isinstance(name, str) and name.strip():
            kept[name] = np.append(kept.get(name, np.empty(0, dtype=object)), line)


def _kinds(column: pd.Series) -> Counter[str]:
    return Counter({str(kind): int(count) for kind, count in column.value_counts(sort=False).items()})


def _by(rows: gpd.GeoDataFrame, column: str, order: list[Term]) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Rows of each kind, in the order in which kinds are drawn."""
    parts = ((kind.value, rows[(rows[column] == kind.value).to_numpy()]) for kind in order)
    return [(kind, part) for kind, part in parts if len(part)]
