"""The war map (作战挂图): status on the map, big figures, streets with their leaders, what is delayed, works by finish."""

from __future__ import annotations

from typing import Any

from analysis.cores import core
from cartography import symbology as s
from cartography.print import legend, measures, paper, template
from cartography.print.content import Drawing, MapContent, Shown
from cartography.print.frame import draw
from cartography.print.paper import Frame
from cartography.print.template import Layout
from geodata.errors import BadValue
from geodata.vocabulary import Orientation, Paper, SheetKind
from sheets import fields, mapping, wall_parts
from sheets.register import Register
from sheets.setup import FIXED_THEMES, SCALES, Setup
from sheets.sheet import Sheet

ROOM_MM = {"figures": 20.0, "legend": 38.5, "streets": 37.0}
"""Heights of the bands of a wall map, in mm of an A3 sheet."""

SMALLEST = (Paper.A3, Paper.A2, Paper.A1, Paper.A0)
"""Papers that hold a wall map."""

_CAPTION_MM = 7.0
_UPPER = 0.52
_OVERVIEW = 0.36
_SMALL_SCALES = (150_000, 200_000, 250_000, 500_000)
_WORTH_IT = 0.6


def compose(setup: Setup, register: Register) -> Sheet:
    """The sheet of a wall map, always in the warning theme. Raises BadValue when it may not be printed."""
    if setup.paper not in SMALLEST:
        raise BadValue(f"作战挂图在 {setup.paper.label} 上放不下，字会小得看不清：请选 A3 或更大的纸。")
    setup = fields.counted_off(setup.changed(theme=FIXED_THEMES[SheetKind.WALL]))
    used = fields.found(setup, register, "wall.typ")
    ticks = fields.has_ticks(setup)
    lay = template.layout(used, setup.paper, setup.orientation, ticks=ticks)
    apart = 40 * lay.unit if ticks else None
    room = _room(setup, lay)
    shown = mapping.content(setup, register)
    frames = _frames(setup, register, shown, lay, room)
    drawings = {name: draw(shown, frame) for name, frame in frames.items()}
    drawn = next(iter(drawings.values()))
    data, files = _common(setup, register, lay, shown, drawn)
    for name, frame in frames.items():
        bar = measures.scale_bar(frame.scale, longest_mm=lay.unit * 40)
        data[name] = fields.map_of(frame, f"{name}.svg", ticks_mm=apart) | {"scale_bar": bar}
        files[f"{name}.svg"] = drawings[name].svg.encode()
    if "overview" in frames:
        data["overview"]["frame"] = _inside(frames["map"], frames["overview"])
    data["caption"] = _caption(len(shown.codes), drawn.shown)
    lights = {light.value: {"fill": look.fill, "stroke": look.stroke} for light, look in s.WARNING.items()}
    data |= {
        "north": measures.north(frames["map"]),
        "wall": room,
        "lights": lights,
        "day": setup.as_of.isoformat(),
    }
    return Sheet(used, data | wall_parts.content(setup, register), files | fields.mark_files(s.WARNING))


def _caption(meant: int, shown: Shown) -> str:
    """What the whole map holds, and how many it does not show."""
    missing = meant - len(shown.records.get("compound", [])) - shown.outside
    gone = [f"{missing:,} 个没有位置"] if missing else []
    gone += [f"{shown.outside:,} 个在图外"] if shown.outside else []
    return f"所选 {meant:,} 个楼院" + (f"（{'，'.join(gone)}）" if gone else "")


def _common(
    setup: Setup, register: Register, lay: Layout, shown: MapContent, drawing: Drawing
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fields of every sheet, and the legend of all that is drawn."""
    meant = mapping.passing(setup, register)
    items = register.frames["work_item"]
    told = [
        register.frames["compound"][meant.to_numpy()],
        items[items["compound_id"].isin(meant.index[meant])],
    ]
    data, files = fields.common(
        setup,
        register,
        lay,
        title=setup.title or f"{register.office.district_name}老旧小区改造作战挂图",
        subtitle=setup.subtitle or f"截至 {setup.as_of.isoformat()} · 灯号由计划与填报推算",
        rows=[*fields.drawn(shown, drawing.shown), *told],
    )
    groups, pictures = legend.build(shown, drawing.shown)
    return data | {"legend": groups}, files | pictures


def _room(setup: Setup, lay: Layout) -> dict[str, float]:
    """Heights of the bands and the size of the maps, mm: tables beside the maps, or (portrait) below them."""
    room = {name: lay.unit * height for name, height in ROOM_MM.items()}
    bands = lay.head + lay.foot + room["figures"] + room["streets"]
    main = lay.height - 2 * lay.margin - bands - 2.2 * lay.gap
    upright = setup.orientation is Orientation.PORTRAIT
    upper = main * _UPPER if upright else main
    width = lay.width - 2 * lay.margin - 2 * lay.tick if upright else lay.map_width
    height = upper - room["legend"] - 0.7 * lay.gap - _CAPTION_MM * lay.unit - 2 * lay.tick
    lower = main - upper - lay.gap
    told = {**room, "main": upper, "lower": lower, "map_width": width, "map_height": height}
    return {name: round(mm, 3) for name, mm in told.items()}


def _frames(
    setup: Setup, register: Register, shown: MapContent, lay: Layout, room: dict[str, float]
) -> dict[str, Frame]:
    """The map of all that is meant (`map`) or, where a few far ones make it small, `overview` and most of it enlarged."""
    width, height = room["map_width"], room["map_height"]
    whole = mapping.frame(setup, shown, register, width=width, height=height)
    fixed = setup.view or setup.scale or not setup.inset or "compound" not in shown.layers
    near = None if fixed else core(shown.layers["compound"])
    if near is None:
        return {"map": whole}
    narrow = round(width * _OVERVIEW, 3)
    wide = round(width - narrow - 2 * lay.tick - lay.gap, 3)
    detail = paper.fitted(near, width=wide, height=height, scales=SCALES, paper=setup.paper)
    if detail.scale > whole.scale * _WORTH_IT:
        return {"map": whole}
    box = mapping.extent(setup, shown, register)
    scales = (*SCALES, *_SMALL_SCALES)
    return {
        "overview": paper.fitted(box, width=narrow, height=height, scales=scales, paper=setup.paper),
        "map": detail,
    }


def _inside(inner: Frame, outer: Frame) -> dict[str, float]:
    """Where one frame lies on the map of another, in mm from its left and top; cut to that map."""
    west, south, east, north = outer.box
    left, bottom, right, top = inner.box
    left, right, bottom, top = max(left, west), min(right, east), max(bottom, south), min(top, north)
    places = {"x": left - west, "y": north - top, "width": right - left, "height": top - bottom}
    return {name: round(metres / outer.metres_per_mm, 3) for name, metres in places.items()}
