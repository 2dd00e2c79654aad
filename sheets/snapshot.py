"""The snapshot: one map of what the person chose, with everything a sheet must carry."""

from __future__ import annotations

from cartography.print import paper, template
from cartography.print.frame import draw
from sheets import mapping
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet


def compose(setup: Setup, register: Register) -> Sheet:
    """The sheet of a snapshot. Raises BadValue when it may not or cannot be printed."""
    used = template.find(setup.template or "snapshot.typ", [])
    width, height = paper.size_mm(setup.paper, setup.orientation)
    inner_w = width - 2 * used.margin_mm - used.side_mm
    inner_h = height - 2 * used.margin_mm - used.head_mm - used.foot_mm
    shown = mapping.content(setup, register)
    frame = mapping.frame(setup, shown, register, width=inner_w, height=inner_h)
    drawing = draw(shown, frame)
    data = {
        "page": {"width": width, "height": height, "margin": used.margin_mm, "head": used.head_mm},
        "title": setup.title or f"{register.office.district_name}老旧小区改造{setup.theme.label}图",
        "subtitle": setup.subtitle or f"截至 {setup.as_of.isoformat()}",
        "map": {"file": "map.svg", "width": frame.width, "height": frame.height, "scale": frame.scale},
    }
    return Sheet(used, data, {"map.svg": drawing.svg.encode()})
