"""The map frame: rows in metres become SVG in millimetres, cut to the frame, with the one symbology."""

from __future__ import annotations

import html

from cartography.print import labels, lettering
from cartography.print.compounds import draw_compounds, marks
from cartography.print.content import Drawing, MapContent, Shown
from cartography.print.enlargement import Enlargement
from cartography.print.ground import draw_ground
from cartography.print.paper import Frame
from cartography.print.paths import UNITS
from cartography.print.style import Styles


def draw(content: MapContent, frame: Frame, *, aside: Enlargement | None = None) -> Drawing:
    """Draw what lies in the frame; the SVG has the frame's size in mm and a viewBox in mm, y downwards.

    Names keep clear of an enlargement `aside`, and those that it shows are left to it.
    """
    shown, styles = Shown(), Styles(frame)
    ground = draw_ground(content.layers, frame, styles, shown)
    areas, spots = draw_compounds(content, frame, styles, shown)
    names = labels.place(content, spots, frame, shown, lines=ground.named, solid=ground.solid, aside=aside)
    signs = marks(content, spots, styles)
    parts = [*ground.below, *areas, *ground.above, signs]
    svg = picture("".join(parts), frame, definitions=styles.definitions(), texts=lettering.texts(names))
    return Drawing(svg, shown, tuple(names))


def picture(body: str, frame: Frame, *, definitions: str = "", texts: str = "") -> str:
    """A drawing in `UNITS` and its texts in mm as one SVG, cut off at the frame."""
    width, height = f"{frame.width:.10g}", f"{frame.height:.10g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}">'
        f'<defs><clipPath id="frame"><path d="M0 0H{width}V{height}H0z"/></clipPath>{definitions}</defs>'
        f'<g clip-path="url(#frame)"><g transform="scale({1 / UNITS:.10g})">{body}</g>{texts}</g></svg>'
    )


def escaped(text: str) -> str:
    """Stored text as it may stand in an SVG."""
    return html.escape(text, quote=True)
