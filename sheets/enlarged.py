"""A map of all that is meant and, in a free corner of it, its crowded part again, enlarged."""

from __future__ import annotations

from typing import Any

from cartography.print import measures
from cartography.print.content import Drawing, MapContent
from cartography.print.frame import draw
from cartography.print.paper import Frame
from cartography.print.template import Layout
from sheets import fields, mapping
from sheets.setup import Setup

_STRIP_MM, _BAR_MM, _WORDS_MM = 7.6, 24.0, 32.0


def drawn(
    setup: Setup, content: MapContent, frame: Frame, lay: Layout
) -> tuple[Drawing, dict[str, Any] | None, dict[str, bytes]]:
    """The map, the fields of its enlargement (`map.detail`; None without one) and their pictures.

    `shown` of the map knows the names that stand on either.
    """
    near = mapping.detail(setup, content, frame, strip=lay.unit * _STRIP_MM)
    whole = draw(content, frame, aside=near)
    files = {"map.svg": whole.svg.encode()}
    if near is None:
        return whole, None, files
    part = draw(content, near.frame)
    named = {*whole.shown.named, *part.shown.named}
    whole.shown.unnamed = sorted({*whole.shown.unnamed, *part.shown.unnamed} - named)
    whole.shown.named = sorted(named)
    longest = min(lay.unit * _BAR_MM, near.frame.width - lay.unit * _WORDS_MM)
    data = fields.map_of(near.frame, "detail.svg") | {
        "x": round(near.place[0], 3),
        "y": round(near.place[1], 3),
        "strip": round(near.strip, 3),
        "source": [round(one, 3) for one in near.source],
        "scale_bar": measures.scale_bar(near.frame.scale, longest_mm=longest),
    }
    return whole, data, files | {"detail.svg": part.svg.encode()}
