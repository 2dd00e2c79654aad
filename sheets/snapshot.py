"""The snapshot: one map of what the person chose, with everything a sheet must carry."""

from __future__ import annotations

from typing import Any

from cartography.print import inset, legend, measures, paper, template
from cartography.print.content import MapContent, Shown
from cartography.print.paper import Box, Frame
from cartography.print.template import Layout
from geodata.vocabulary import Paper
from sheets import blocks, enlarged, fields, mapping, titles
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet

_INSET_MM = (48.0, 36.0)
"""Width and greatest height of the small map, mm at A3."""

_INSET_SCALES = range(10_000, 1_000_001, 5_000)
_MOST_SHOWN = 0.5
_LOWEST = 0.4
_TICKS_MM = 45.0
_BAR_MM, _SLIDE_BAR_MM = 42.0, 30.0


def compose(setup: Setup, register: Register) -> Sheet:
    """The sheet of a snapshot. Raises BadValue when it may not or cannot be printed."""
    setup = fields.counted_off(setup)
    used = fields.found(setup, register, "snapshot.typ")
    ticks = fields.has_ticks(setup)
    told_beside = bool(setup.blocks or setup.notes.strip())
    lay = template.layout(used, setup.paper, setup.orientation, ticks=ticks, blocks=told_beside)
    content = mapping.content(setup, register)
    frame = mapping.frame(setup, content, register, width=lay.map_width, height=lay.map_height)
    drawing, detail, maps = enlarged.drawn(setup, content, frame, lay)
    shown = drawing.shown
    data, files = fields.common(
        setup,
        register,
        lay,
        title=setup.title or titles.title(setup, register),
        subtitle=setup.subtitle or titles.subtitle(setup, register, shown),
        rows=[*fields.drawn(content, shown), *blocks.told(setup, register)],
    )
    groups, pictures = legend.build(content, shown)
    small, small_files = _inset(setup, register, content, frame, lay)
    told, bars = blocks.content(setup, register, shown)
    longest = _SLIDE_BAR_MM if setup.paper is Paper.SLIDE else _BAR_MM
    data |= {
        "map": fields.map_of(frame, "map.svg", ticks_mm=_TICKS_MM * lay.unit if ticks else None)
        | {"detail": detail},
        "legend": groups,
        "scale_bar": measures.scale_bar(frame.scale, longest_mm=lay.unit * longest),
        "north": measures.north(frame),
        "inset": small,
        "blocks": told,
    }
    files |= {**maps, **pictures, **small_files, **bars}
    return Sheet(used, data, files, notices(shown))


def notices(shown: Shown) -> tuple[str, ...]:
    """What the person who makes a map should know: what is meant and not to be seen on it."""
    found = (
        (shown.outside, "个楼院在图框外"),
        (shown.nowhere, "个楼院没有边界也没有位置，画不出来"),
        (len(shown.unnamed), "个楼院的名称在图上没有空位，没有写出；换大一点的比例尺或纸就能写下"),
    )
    return tuple(f"有 {number:,} {what}" for number, what in found if number)


def _inset(
    setup: Setup, register: Register, content: MapContent, frame: Frame, lay: Layout
) -> tuple[dict[str, Any] | None, dict[str, bytes]]:
    """The small map, unless it is not wanted or the map itself shows most of the district."""
    ground = mapping.around(register)
    if not setup.inset or ground is None or _share(ground, frame.box) > _MOST_SHOWN:
        return None, {}
    width, highest = (one * lay.unit for one in _INSET_MM)
    upright = (ground[3] - ground[1]) / (ground[2] - ground[0])
    height = min(highest, width * max(_LOWEST, upright))
    size = {"width": round(width, 3), "height": round(height, 3)}
    whole = paper.fitted(ground, **size, scales=_INSET_SCALES, paper=setup.paper)
    made = inset.inset(content.layers, frame.box, whole)
    return {"file": "inset.svg", **size}, {"inset.svg": made.encode()}


def _share(ground: Box, seen: Box) -> float:
    """Share of the ground (its box) that lies in what is seen."""
    west, south, east, north = (
        max(ground[0], seen[0]), max(ground[1], seen[1]), min(ground[2], seen[2]), min(ground[3], seen[3]),
    )  # fmt: skip
    whole = (ground[2] - ground[0]) * (ground[3] - ground[1])
    return max(east - west, 0) * max(north - south, 0) / whole if whole else 1.0
