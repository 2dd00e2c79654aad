"""The one-page strategy (一区一策): the dossier of one compound as a sheet; long lists run on to further pages."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from analysis.filters import Filters
from cartography import symbology as s
from cartography.print import legend, measures, paper, template
from cartography.print.frame import draw
from cartography.print.paper import Box
from cartography.print.template import Layout
from geodata.crs import METRIC_CRS, STORED_CRS
from geodata.vocabulary import Orientation, SheetKind
from geodata.wording import missing
from sheets import case as cases
from sheets import dossier, fields, mapping, strips
from sheets.case import Case
from sheets.register import Register
from sheets.setup import FIXED_THEMES, SCALES, Setup
from sheets.sheet import Sheet

MAP_MM = (122.0, 66.0)
"""Width and height of the map of an upright sheet, in mm of an A3 sheet."""

LEFT = 0.42
"""Share of the width that the left column of a lying sheet has; its map is as wide."""

_LYING = 0.27
_AROUND_M = 80.0
_DEFAULT_RADIUS_M = 200.0


def compose(setup: Setup, register: Register) -> Sheet:
    """The dossier of the chosen compound. Raises BadValue when none is chosen, or it may not be printed."""
    case = cases.load(setup, register)
    used = fields.found(setup, register, "strategy.typ")
    lay = template.layout(used, setup.paper, setup.orientation, ticks=False)
    maps, pictures, drawn = _map(case, lay)
    data, files = fields.common(
        setup,
        register,
        lay,
        title=setup.title or f"一区一策　{case.name}",
        subtitle=setup.subtitle or f"{case.place()} · 截至 {setup.as_of.isoformat()}",
        rows=[*case.records(), *drawn],
    )
    return Sheet(used, data | maps | content(case), files | pictures | fields.mark_files(s.WARNING))


def content(case: Case) -> dict[str, Any]:
    """What the sheet says beside its map."""
    time = strips.axis(dossier.days(case), as_of=case.setup.as_of)
    scale = time.pop("scale")
    lane = dossier.lane(case, scale)
    return {
        "status": _status(case),
        "figures": dossier.figures(case),
        "facts": dossier.facts(case),
        "dimensions": dossier.dimensions(case),
        "time": time,
        "day": case.setup.as_of.isoformat(),
        "stage_legend": _legend(lane),
        "works": dossier.works(case, scale),
        "stages": dossier.stages(case),
        "lane": lane,
        "funding": dossier.funding(case),
        "no_funding": case.absent("funding"),
        "parties": [
            {"role": role, "name": name} for role, name in cases.parties(case, contacts=not case.is_public)
        ],
        "permits": dossier.permits(case),
        "permits_withheld": "考古手续不公开" if case.is_public else None,
        "risks": dossier.risks(case),
        "quotes": cases.quotes(case),
    }


def _legend(lane: list[strips.Piece]) -> list[dict[str, str]]:
    """The groups of stages that the lane shows, each once."""
    drawn = {piece["fill"] for piece in lane}
    groups = [(term.label, look) for term, look in s.STAGE.items() if look.fill in drawn]
    return [{"label": label, "fill": look.fill, "stroke": look.stroke} for label, look in groups]


def _status(case: Case) -> dict[str, str]:
    return {"light": str(case.now["light"]), "reason": str(case.now["light_reason"])}


def _map(case: Case, lay: Layout) -> tuple[dict[str, Any], dict[str, bytes], list[pd.DataFrame]]:
    """The compound with its neighbours, and the records drawn; none when neither its boundary nor its place is known."""
    box = around(case)
    if box is None:
        return {"legend": []}, {}, []
    width, height = (side * lay.unit for side in MAP_MM)
    if case.setup.orientation is Orientation.LANDSCAPE:
        width, height = (lay.width - 2 * lay.margin) * LEFT - 2 * lay.tick, lay.height * _LYING
    width, height = round(width, 3), round(height, 3)
    every = fields.counted_off(case.setup).changed(
        filters=Filters(), compounds=(), theme=FIXED_THEMES[SheetKind.STRATEGY]
    )
    shown = mapping.content(every, case.register)
    scales = [case.setup.scale] if case.setup.scale else SCALES
    frame = paper.fitted(box, width=width, height=height, scales=scales, paper=case.setup.paper)
    drawing = draw(shown, frame)
    groups, files = legend.build(shown, drawing.shown)
    bar = measures.scale_bar(frame.scale, longest_mm=lay.unit * 32)
    data = {
        "map": fields.map_of(frame, "map.svg"),
        "legend": groups,
        "scale_bar": bar,
        "north": measures.north(frame),
    }
    return data, files | {"map.svg": drawing.svg.encode()}, fields.drawn(shown, drawing.shown)


def around(case: Case) -> Box | None:
    """A box (EPSG:4547) around the boundary and what lies near, or around the circle of uncertainty; None without both."""
    row, reach = case.row, _AROUND_M
    shape = case.register.metric("compound").geometry.loc[case.id]
    if missing(shape) or shape.is_empty:
        if missing(row["position_lon"]) or missing(row["position_lat"]):
            return None
        place = gpd.GeoSeries([shapely.Point(row["position_lon"], row["position_lat"])], crs=STORED_CRS)
        radius = row["position_uncertainty_m"]
        shape, reach = (
            place.to_crs(METRIC_CRS)[0],
            1.1 * (_DEFAULT_RADIUS_M if missing(radius) else float(radius)),
        )
    west, south, east, north = shape.bounds
    return west - reach, south - reach, east + reach, north + reach
