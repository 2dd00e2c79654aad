"""One slide: title, source line, map, legend, facts and notes, in the room that the deck's layout leaves."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Mm, Pt

from cartography import symbology as s
from sheets.figure import Figure, Group
from sheets.package import plain

MAP_MM = (186.0, 111.0)
"""Size of the map on a slide of 254 mm width: what is drawn; it is shown as large as the slide allows."""

_MARGIN, _GAP, _LEGEND = 12.0, 5.0, 62.0
_SUBTITLE, _FOOT = 7.0, 13.0
_MM = 36_000
_LEAST_TITLE = 20.0


@dataclass(frozen=True)
class Box:
    """A rectangle on the slide, mm."""

    left: float
    top: float
    width: float
    height: float

    @property
    def placed(self) -> tuple[Any, ...]:
        """As python-pptx takes it."""
        return tuple(Mm(one) for one in (self.left, self.top, self.width, self.height))


def add(deck: Any, figure: Figure, *, link: str = "") -> None:
    """Add the slide of a figure; in a foreign deck with the layout that has a title and least else."""
    made = deck.slides.add_slide(_layout(deck))
    wide, high = deck.slide_width / _MM, deck.slide_height / _MM
    top = _title(made, figure, wide)
    _text(
        made,
        Box(_MARGIN, top, wide - 2 * _MARGIN - 70, _SUBTITLE),
        [plain(str(figure.data["subtitle"]))],
        size=13,
        colour=s.LIGHT.muted,
        name="副题",
    )
    _marks(made, figure, wide, top)
    area = Box(
        _MARGIN, top + _SUBTITLE + 2, wide - 2 * _MARGIN, high - top - _SUBTITLE - _FOOT - _MARGIN / 2 - 2
    )
    column = _LEGEND if figure.legend else 0.0
    shown = _picture(
        made, figure, Box(area.left, area.top, area.width - column - _GAP * bool(column), area.height)
    )
    if figure.legend:
        left = shown.left + shown.width + _GAP
        _legend(made, figure, Box(left, area.top, wide - _MARGIN - left, area.height))
    foot = Box(_MARGIN, high - _FOOT - _MARGIN / 4, wide - 2 * _MARGIN, _FOOT)
    _text(made, foot, [plain("　".join(figure.facts()))], size=8, colour=s.LIGHT.muted, name="数据说明")
    made.notes_slide.notes_text_frame.text = plain(_notes(figure, link))


def _layout(deck: Any) -> Any:
    """The layout with a title and as few other placeholders as there are."""

    def rest(layout: Any) -> tuple[bool, int]:
        kinds = [holder.placeholder_format.type.name for holder in layout.placeholders]
        titled = any("TITLE" in kind and "SUB" not in kind for kind in kinds)
        return not titled, sum(kind not in ("DATE", "FOOTER", "SLIDE_NUMBER") for kind in kinds)

    return min(deck.slide_layouts, key=rest)


def _title(made: Any, figure: Figure, wide: float) -> float:
    """Write the title, drop other empty placeholders; where the rest of the slide begins, mm."""
    title = made.shapes.title
    for holder in list(made.placeholders):
        if title is None or holder._element is not title._element:
            holder._element.getparent().remove(holder._element)
    if title is None:
        box = Box(_MARGIN, 7, wide - 2 * _MARGIN, 13)
        _text(made, box, [plain(figure.title)], size=26, bold=True, name="标题")
        return box.top + box.height + 1
    title.text_frame.text = plain(figure.title)
    longest = 34
    if len(figure.title) > longest:
        for run in title.text_frame.paragraphs[0].runs:
            run.font.size = Pt(max(12, 26 * longest / len(figure.title)))
    bottom = ((title.top or 0) + (title.height or 0)) / _MM
    return max(_LEAST_TITLE, min(bottom, 50.0)) + 1


def _marks(made: Any, figure: Figure, wide: float, top: float) -> None:
    """Classification and the mark of invented data, right of the source line."""
    box = Box(wide - _MARGIN - 70, top, 70, _SUBTITLE)
    words = plain("　".join(figure.marks))
    _text(made, box, [words], size=13, bold=True, colour=s.LIGHT.alarm, align=PP_ALIGN.RIGHT, name="密级")


def _picture(made: Any, figure: Figure, room: Box) -> Box:
    """The picture as large as the room allows; where it stands."""
    scale = min(room.width / figure.width, room.height / figure.height)
    width, height = figure.width * scale, figure.height * scale
    left = room.left if figure.legend else room.left + (room.width - width) / 2
    box = Box(left, room.top, width, height)
    placed = made.shapes.add_picture(io.BytesIO(figure.picture), *box.placed)
    placed.name = "地图"
    placed._element.nvPicPr.cNvPr.set("descr", plain(figure.described))
    return box


def _legend(made: Any, figure: Figure, room: Box) -> None:
    """Groups below each other: a picture and a text for each line, as low as all find room."""
    lines = sum(len(group.lines) for group in figure.legend)
    rows = lines + 1.6 * len(figure.legend)
    step = min(7.0, room.height / rows)
    size = min(11.0, step * 1.75)
    top = room.top
    for group in figure.legend:
        top = _group(made, group, Box(room.left, top, room.width, step), size)


def _group(made: Any, group: Group, at: Box, size: float) -> float:
    step, top = at.height, at.top
    heading = Box(at.left, top, at.width, step)
    _text(made, heading, [plain(group.title)], size=size * 1.1, bold=True, name="图例")
    top += step
    for line in group.lines:
        high = step * 0.62
        mark = Box(at.left, top + (step - high) / 2, high * 2.5, high)
        shape = made.shapes.add_picture(io.BytesIO(line.picture), *mark.placed)
        shape._element.nvPicPr.cNvPr.set("descr", plain(f"图例：{line.label}"))
        words = f"{line.label}　{line.count}" if line.count else line.label
        text = Box(mark.left + mark.width + 2, top, at.width - mark.width - 2, step)
        _text(made, text, [plain(words)], size=size, name="图例")
        top += step
    return top + 0.6 * step


def _text(
    made: Any,
    box: Box,
    lines: list[str],
    *,
    size: float,
    name: str,
    bold: bool = False,
    colour: str = s.LIGHT.text,
    align: PP_ALIGN = PP_ALIGN.LEFT,
) -> None:
    shape = made.shapes.add_textbox(*box.placed)
    shape.name = name
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
    frame.text = "\n".join(lines)
    for paragraph in frame.paragraphs:
        paragraph.alignment = align
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(round(size * 2) / 2), bold
            run.font.color.rgb = RGBColor.from_string(colour[1:].upper())


def _notes(figure: Figure, link: str) -> str:
    """Everything a speaker may be asked: date, revision, sources, caveats, tables, what is not shown, the link."""
    lines = [*figure.facts(), *map(str, figure.data.get("notes", ()))]
    if figure.marks:
        lines.append("标记：" + "、".join(figure.marks))
    if figure.scale:
        lines.append("幻灯片的大小因屏幕而异，距离以图上的比例尺线段为准。")
    tables = [line for block in figure.blocks for line in _table(block)]
    return "\n".join([*lines, *tables, *figure.notices, *([f"同一视图：{link}"] if link else [])])


def _table(block: dict[str, Any]) -> list[str]:
    """A table as lines of text: beside the map a slide has no room for it."""
    heads = [column["label"] for column in block["columns"]]
    rows = [heads, *block["rows"], *block.get("totals", ())]
    noted = f"（{block['note']}）" if block.get("note") else ""
    return [f"{block['title']}{noted}", *("\t".join(map(str, row)) for row in rows)]
