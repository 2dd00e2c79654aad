"""A deck of our own: 16:9, one layout with a title, fonts and colours of the product in its theme."""

from __future__ import annotations

import re
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Mm, Pt

from cartography import symbology as s

SIZE_MM = (338.667, 190.5)
FONT = "微软雅黑"
"""What office computers have; elsewhere the program takes its own Chinese font in its place."""

TITLE_MM = (12.0, 7.0, 270.0, 13.0)
_TITLE_ONLY = "Title Only"
_ROLES = {"dk1": s.LIGHT.text, "lt1": s.LIGHT.panel, "dk2": s.LIGHT.bar, "lt2": s.LIGHT.ground}
_ACCENTS = ("compounds", "estates", "households", "under_way", "completed", "accepted")


def blank() -> Any:
    """An empty deck."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = (Mm(one) for one in SIZE_MM)
    master = deck.slide_master
    kept = next(one for one in deck.slide_layouts if one.name == _TITLE_ONLY)
    for layout in list(deck.slide_layouts):
        if layout is not kept:
            deck.slide_layouts.remove(layout)
    kept.name = "专题图"
    for holder in (*kept.placeholders, *master.placeholders):
        if holder.placeholder_format.type is not None and "TITLE" not in holder.placeholder_format.type.name:
            holder._element.getparent().remove(holder._element)
    for title in (*kept.placeholders, *master.placeholders):
        _place_title(title)
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme._blob = _dressed(theme.blob.decode()).encode()
    _title_style(master._element)
    return deck


def _place_title(title: Any) -> None:
    title.left, title.top, title.width, title.height = (Mm(one) for one in TITLE_MM)
    title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    title.text_frame.margin_left = title.text_frame.margin_right = 0


def _title_style(master: Any) -> None:
    level = master.find(".//{*}titleStyle/{*}lvl1pPr")
    level.set("algn", "l")
    run = level.find("{*}defRPr")
    run.set("sz", str(Pt(26).centipoints))
    run.set("b", "1")


def _dressed(theme: str) -> str:
    """The theme with our colours, and one font for all scripts."""
    for role, colour in _ROLES.items():
        theme = re.sub(
            rf"<a:{role}>.*?</a:{role}>",
            f'<a:{role}><a:srgbClr val="{colour[1:]}"/></a:{role}>',
            theme,
            flags=re.S,
        )
    for number, name in enumerate(_ACCENTS, start=1):
        role, colour = f"accent{number}", s.SERIES[name].fill[1:]
        theme = re.sub(rf'(<a:{role}>\s*<a:srgbClr val=")[0-9A-Fa-f]{{6}}', rf"\g<1>{colour}", theme)
    theme = re.sub(r'<a:(latin|ea) typeface="[^"]*"', rf'<a:\1 typeface="{FONT}"', theme)
    return re.sub(r'(<a:font script="Hans" typeface=")[^"]*', rf"\g<1>{FONT}", theme)
