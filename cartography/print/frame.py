"""The map frame: rows in metres become SVG in millimetres, cut to the frame, with the one symbology."""

from __future__ import annotations

import html

import shapely

from cartography import symbology as s
from cartography.print.content import Drawing, MapContent, Shown
from cartography.print.paper import Frame

_MM_PER_PX = 0.2645833


def draw(content: MapContent, frame: Frame) -> Drawing:
    """Draw what lies in the frame; the SVG has the frame's size in mm and a viewBox in mm, y downwards."""
    shown = Shown()
    west, _south, _east, north = frame.box
    per_mm = frame.metres_per_mm
    parts: list[str] = []
    compounds = content.layers.get("compound")
    if compounds is not None:
        palette = {term.value: symbol for term, symbol in s.symbols(content.theme).items()}
        for record, shape in zip(compounds.index, compounds.geometry, strict=True):
            if shape is None or shape.is_empty:
                continue
            cut = shapely.clip_by_rect(shape, *frame.box)
            if cut.is_empty:
                shown.outside += 1
                continue
            shown.records.setdefault("compound", []).append(str(record))
            code = str(content.codes[record])
            shown.codes[code] += 1
            symbol = palette[code]
            path = "".join(
                "M"
                + "L".join(f"{(x - west) / per_mm:.2f} {(north - y) / per_mm:.2f}" for x, y in ring.coords)
                + "Z"
                for part in getattr(cut, "geoms", [cut])
                for ring in (part.exterior, *part.interiors)
            )
            parts.append(
                f'<path d="{path}" fill="{symbol.fill}" stroke="{symbol.stroke}" stroke-width="{symbol.width * _MM_PER_PX:.3f}"/>'
            )
    size = f'width="{frame.width}mm" height="{frame.height}mm" viewBox="0 0 {frame.width} {frame.height}"'
    return Drawing(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>', shown)


def escaped(text: str) -> str:
    """Stored text as it may stand in an SVG."""
    return html.escape(text, quote=True)
