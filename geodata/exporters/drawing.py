"""Boundaries as a DXF drawing in metres: closed polylines on a layer for each boundary status, names as text.

ezdxf writes it, not GDAL: that makes hatches of polygons, and text that older CAD programs show as question marks.
"""

from __future__ import annotations

from pathlib import Path

import ezdxf
import numpy as np
import shapely
from ezdxf import units
from ezdxf.document import Drawing
from ezdxf.enums import TextEntityAlignment
from shapely.geometry.base import BaseGeometry

from geodata.exporters.ledger import Ledger, Value
from geodata.vocabulary import BoundaryStatus, DataStatus, LineKind, ZoneClass

_TEXT_M = 3.0
_TEXT_COLOUR, _LINE_COLOURS = 7, (1, 3, 4, 5, 6, 2)  # numbers of the AutoCAD colour index
_APP = _STYLE = "CHENGYUAN"
_INVENTED = DataStatus.SYNTHETIC.label
_GROUPS = ("zone_class", "kind", "boundary_status")
_KNOWN_BY = ("id", "name", "data_status", "source")
_TERMS = (BoundaryStatus, ZoneClass, LineKind)


def write(ledger: Ledger, target: Path, *, remark: str) -> None:
    """Rows without boundary are left out. Each entity carries heading and value of its row as extended data."""
    drawing = ezdxf.new("R2010", setup=["linetypes"])  # R2007 and later hold text as UTF-8
    drawing.units = units.M
    drawing.header.custom_vars.append("COMMENT", remark.replace("\n", " "))
    drawing.appids.new(_APP)
    drawing.styles.new(_STYLE, dxfattribs={"font": "simsun.ttf"})
    space = drawing.modelspace()
    drawn, kept = np.flatnonzero(ledger.drawn).tolist(), _kept(ledger)
    for at in drawn:
        layer, facts = _layer(drawing, ledger, at), _facts(kept, at)
        for line, closed in _lines(ledger.boundaries[at]):  # type: ignore[index]  # only those that are drawn
            made = space.add_lwpolyline(line, close=closed, dxfattribs={"layer": layer})
            made.set_xdata(_APP, facts)
    points = {at: ledger.boundaries[at].representative_point() for at in drawn}  # type: ignore[index]
    names = {at: _name(ledger, at) for at in drawn}
    _write_texts(
        drawing, f"{ledger.kind.label}-名称", [(names[at], points[at], 0.0) for at in drawn if names[at]]
    )
    invented = [at for at in drawn if ledger.statuses[at] == DataStatus.SYNTHETIC]
    marks = [(_INVENTED, points[at], -1.5 * _TEXT_M) for at in invented]
    # After the names: a reader takes the first text for the name.
    _write_texts(drawing, f"{ledger.kind.label}-演示标记", marks)
    drawing.saveas(target)


def _write_texts(drawing: Drawing, layer: str, texts: list[tuple[str, BaseGeometry, float]]) -> None:
    """Texts at points, moved up by so many metres."""
    if texts:
        drawing.layers.add(layer, color=_TEXT_COLOUR)
    looks = {"layer": layer, "style": _STYLE}
    for words, point, up in texts:
        text = drawing.modelspace().add_text(words, height=_TEXT_M, dxfattribs=looks)
        text.set_placement((point.x, point.y + up), align=TextEntityAlignment.MIDDLE_CENTER)


def _lines(geometry: BaseGeometry) -> list[tuple[list[tuple[float, float]], bool]]:
    """Rings (closed) and lines of a geometry as points."""
    if hasattr(geometry, "geoms"):
        return [line for part in geometry.geoms for line in _lines(part)]
    if geometry.geom_type == "LineString":
        return [(_points(geometry), False)]
    return [(_points(ring)[:-1], True) for ring in (geometry.exterior, *geometry.interiors)]


def _points(line: BaseGeometry) -> list[tuple[float, float]]:
    return [(x, y) for x, y in shapely.get_coordinates(line).tolist()]


def _layer(drawing: Drawing, ledger: Ledger, at: int) -> str:
    """The layer of a row by class and status of its boundary, made when it is the first."""
    groups = [ledger.values[name][at] for name in _GROUPS if name in ledger.values]
    name = _plain("-".join([ledger.kind.label, *(_label(one) for one in groups if one)]))
    if name not in drawing.layers:
        drawing.layers.add(name, color=_LINE_COLOURS[len(drawing.layers) % len(_LINE_COLOURS)])
    return name


def _label(value: Value) -> str:
    """The label of a code; a label as it is."""
    for terms in _TERMS:
        if value in terms.labels():
            return terms.labels()[str(value)]
    return str(value)


def _facts(kept: dict[str, list[Value]], at: int) -> list[tuple[int, str]]:
    """Extended data: 255 bytes a string."""
    return [
        (1000, f"{heading}={values[at]}".encode()[:250].decode("utf-8", "ignore").replace("\n", " "))
        for heading, values in kept.items()
        if values[at] is not None
    ]


def _kept(ledger: Ledger) -> dict[str, list[Value]]:
    """Values by heading of the columns by which a row is known again."""
    return {ledger.heading(one): ledger.values[one.name] for one in ledger.columns if one.name in _KNOWN_BY}


def _name(ledger: Ledger, at: int) -> str:
    name = ledger.values["name"][at] if "name" in ledger.values else None
    return " ".join(str(name).split()).replace("%%", "％％") if name else ""


def _plain(text: str) -> str:
    """Without what the name of a layer may not hold."""
    return "".join("_" if one in '<>/\\":;?*|=`%,^' or not one.isprintable() else one for one in text)[:200]
