"""Templates: Typst files, ours and the office's, and the layout that each states in its first lines."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cartography.print.paper import SMALLEST_TEXT_MM, size_mm
from cartography.print.typeset import TEMPLATES, BadTemplate
from geodata.vocabulary import Orientation, Paper

MARK = "//!"

_UNITS: dict[Paper, float] = {
    Paper.A4: 0.8,
    Paper.A3: 1.0,
    Paper.A2: 1.35,
    Paper.A1: 1.8,
    Paper.A0: 2.4,
    Paper.SLIDE: 0.86,
}
"""Millimetres on paper for a millimetre of an A3 sheet: larger paper is read from further away, A4 in the hand."""

_GAP_MM = 5.0
_TICK_MM = 4.6
_BARE_TICK_MM = 1.5


@dataclass(frozen=True, slots=True)
class Template:
    """A template with the room it leaves: margin, head, foot and side column in mm at A3 (other paper: in proportion).

    With `band_mm` a portrait sheet has a band of that height below the map instead of the column beside it.
    `blocks_mm` widens the column of a sheet with tables or notes. With `slide` some of these measures are others on a slide, which is low and wide. The map takes what is left.
    `name` is what people read.
    """

    path: Path
    name: str
    margin_mm: float
    head_mm: float
    side_mm: float
    foot_mm: float
    band_mm: float = 0.0
    blocks_mm: float = 0.0
    slide: Mapping[str, float] = field(default_factory=dict)

    def on(self, paper: Paper) -> Template:
        """The template with the measures that hold on that paper. Raises TypeError for one that there is not."""
        return replace(self, slide={}, **self.slide) if paper is Paper.SLIDE else self


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a sheet lie, in mm on its paper; `tick` is the width of the frame around the map.

    `unit` is what a millimetre of an A3 sheet measures here; `map_width` x `map_height` is the map inside its frame.
    """

    width: float
    height: float
    margin: float
    head: float
    side: float
    band: float
    foot: float
    gap: float
    tick: float
    unit: float
    smallest: float
    map_width: float
    map_height: float

    def data(self, *, number: int = 1, of: int = 1) -> dict[str, Any]:
        """The fields of `page` in data.json."""
        names = (
            "width",
            "height",
            "margin",
            "head",
            "side",
            "band",
            "foot",
            "gap",
            "tick",
            "unit",
            "smallest",
        )
        return {name: getattr(self, name) for name in names} | {"number": number, "of": of}


def layout(
    used: Template, paper: Paper, orientation: Orientation, *, ticks: bool = True, blocks: bool = False
) -> Layout:
    """Where the parts lie on that paper; with `ticks` the map's frame has room for the figures of the grid, with
    `blocks` the column for tables."""
    width, height = size_mm(paper, orientation)
    used, unit = used.on(paper), _UNITS[paper]
    below = bool(used.band_mm) and orientation is Orientation.PORTRAIT
    margin, head, foot, gap = (unit * one for one in (used.margin_mm, used.head_mm, used.foot_mm, _GAP_MM))
    side = 0.0 if below else unit * (used.side_mm + (used.blocks_mm if blocks else 0))
    band = unit * used.band_mm if below else 0.0
    tick = unit * (_TICK_MM if ticks else _BARE_TICK_MM)
    inner_w = width - 2 * margin - (side + gap if side else 0) - 2 * tick
    inner_h = height - 2 * margin - head - foot - gap - (band + gap if band else 0) - 2 * tick
    sizes = (
        width,
        height,
        margin,
        head,
        side,
        band,
        foot,
        gap,
        tick,
        unit,
        SMALLEST_TEXT_MM[paper],
        inner_w,
        inner_h,
    )
    return Layout(*(round(one, 3) for one in sizes))


def load(path: Path) -> Template:
    """The template of a file. Raises BadTemplate when its first lines do not state its layout."""
    lines = path.read_text(encoding="utf-8").splitlines()
    stated = "\n".join(line.removeprefix(MARK).strip() for line in lines if line.startswith(MARK))
    try:
        made = Template(path=path, **tomllib.loads(stated))
        made.on(Paper.SLIDE)
        return made
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise BadTemplate(f"模板 {path.name} 开头的“{MARK}”各行读不了：{error}") from error


def find(file: str, folders: list[Path]) -> Template:
    """The template of that file name, from the office's folders first, then ours. Raises BadTemplate."""
    for folder in (*folders, TEMPLATES):
        if (path := folder / Path(file).name).is_file():
            return load(path)
    raise BadTemplate(f"没有模板 {file}；可用的模板在 {TEMPLATES.name} 文件夹")
