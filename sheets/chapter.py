"""One map in a document: heading, picture with caption, legend, facts, tables of the sheet's blocks."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from cartography import symbology as s
from sheets.document_style import field
from sheets.figure import Figure, Line
from sheets.package import plain

MAP_MM = (156.0, 110.0)
"""The map fills the width of the text that GB/T 9704 leaves (156 mm), so that its scale is true in print."""

_MOST_HIGH_MM = 200.0
_MM = 36_000
_IN_A_ROW = 3
_CAPTIONS = re.compile(r"\bSEQ\s+图\b")


def add(document: Any, figure: Figure, *, marks: bool, link: str = "") -> None:
    """Add what a figure says at the end of the document, on a page of its own.

    With `marks` classification and the mark of invented data stand above the picture (else in the pages' header).
    """
    width = _text_width(document)
    heading = _paragraph(document, figure.title, style="Heading 1")
    heading.paragraph_format.page_break_before = bool(document.paragraphs[:-1] or document.tables)
    subtitle = _centred(_paragraph(document, str(figure.data["subtitle"]), size=10.5, colour=s.LIGHT.muted))
    subtitle.paragraph_format.space_after = Pt(4)
    if marks and figure.marks:
        _paragraph(document, "　".join(figure.marks), size=10.5, colour=s.LIGHT.alarm, bold=True)
    scale = min(width / figure.width, _MOST_HIGH_MM / figure.height)
    _picture(document, figure, scale)
    _caption(document, figure, true_to_scale=abs(scale - 1) < 0.005)
    _legend(document, figure, width)
    for fact in _facts(figure, link):
        _paragraph(document, fact, size=9, colour=s.LIGHT.muted).paragraph_format.space_before = Pt(2)
    for block in figure.blocks:
        _paragraph(document, str(block["title"]), style="Heading 2")
        _table(document, block, width)
        if block.get("note"):
            _paragraph(document, str(block["note"]), size=9, colour=s.LIGHT.muted)


def _text_width(document: Any) -> float:
    """Width of the text of the last section, mm; a column of it when there are several."""
    section = document.sections[-1]
    width = (section.page_width - section.left_margin - section.right_margin) / _MM
    columns = section._sectPr.find(qn("w:cols"))
    count = int(columns.get(qn("w:num"), 1)) if columns is not None else 1
    return max(40.0, width / max(1, count))


def _paragraph(
    document: Any,
    text: str,
    *,
    style: str | None = None,
    size: float | None = None,
    colour: str | None = None,
    bold: bool | None = None,
) -> Any:
    """A paragraph; a style that a foreign document lacks is left out."""
    known = style if style in [one.name for one in document.styles] else None
    paragraph = document.add_paragraph(style=known)
    _write(paragraph, text, size=size or (None if known else 12), colour=colour, bold=bold)
    return paragraph


def _write(
    paragraph: Any,
    text: str,
    *,
    size: float | None = None,
    colour: str | None = None,
    bold: bool | None = None,
) -> None:
    run = paragraph.add_run(plain(text))
    run.bold = bold
    if size:
        run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour[1:].upper())


def _centred(paragraph: Any) -> Any:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _picture(document: Any, figure: Figure, scale: float) -> None:
    paragraph = _centred(document.add_paragraph())
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.first_line_indent = Emu(0)
    size = (Mm(figure.width * scale), Mm(figure.height * scale))
    _inline(paragraph, figure.picture, size, name="地图", described=figure.described)


def _inline(paragraph: Any, picture: bytes, size: tuple[Emu, Emu], *, name: str, described: str) -> None:
    """A picture in the text; without stated distances LibreOffice leaves 3 mm on each side."""
    inline = paragraph.add_run().add_picture(io.BytesIO(picture), *size)._inline
    for side in "TBLR":
        inline.set(f"dist{side}", "0")
    inline.docPr.set("name", name)
    inline.docPr.set("descr", plain(described))


def _caption(document: Any, figure: Figure, *, true_to_scale: bool) -> None:
    """图 with a number that Word counts on; the scale only where the picture has kept it."""
    number = 1 + len(_CAPTIONS.findall(document.element.body.xml))
    paragraph = _centred(_paragraph(document, "图", style="Caption"))
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(4)
    field(paragraph, "SEQ 图 \\* ARABIC", str(number))
    scale = f"（{figure.scale}）" if figure.scale and true_to_scale else ""
    if figure.scale and not true_to_scale:
        scale = "（比例以图上线段为准）"
    _write(paragraph, f"　{figure.title}{scale}")


def _legend(document: Any, figure: Figure, width: float) -> None:
    for group in figure.legend:
        rows = -(-len(group.lines) // _IN_A_ROW)
        table = document.add_table(rows + 1, 2 * _IN_A_ROW)
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        _repeat(table.rows[0])
        title = table.rows[0].cells[0].merge(table.rows[0].cells[-1])
        _write(title.paragraphs[0], group.title, size=10.5, bold=True)
        mark, text = 14.0, width / _IN_A_ROW - 14.0
        _close(table)
        for number, line in enumerate(group.lines):
            column, row = divmod(number, rows)
            _entry(table.rows[row + 1].cells[2 * column : 2 * column + 2], line)
        for row in table.rows:
            _whole(row)
        for place, column in enumerate(table.columns):
            column.width = Mm(text if place % 2 else mark)
        for row in table.rows[1:]:
            for place, cell in enumerate(row.cells):
                cell.width = Mm(text if place % 2 else mark)


def _entry(cells: Sequence[Any], line: Line) -> None:
    described = f"图例：{line.label}"
    _inline(cells[0].paragraphs[0], line.picture, (Mm(10), Mm(4)), name="图例", described=described)
    _write(cells[1].paragraphs[0], f"{line.label}　{line.count}" if line.count else line.label, size=9)


def _facts(figure: Figure, link: str) -> list[str]:
    notes = [f"说明：{note}" for note in figure.data.get("notes", ())]
    return [*figure.facts(), *notes, *figure.notices, *([f"同一视图：{link}"] if link else [])]


def _table(document: Any, block: dict[str, Any], width: float) -> None:
    """A block as a table of Word; its first row is repeated on every page."""
    columns = block["columns"]
    totals = block.get("totals") or []
    table = document.add_table(1, len(columns))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _rules(table)
    _repeat(table.rows[0])
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        _write(cell.paragraphs[0], column["label"], size=9, bold=True)
    for row in (*block["rows"], *totals):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            _write(cell.paragraphs[0], str(text), size=9)
    _close(table)
    widths = _widths(columns, width)
    for made, wide in zip(table.columns, widths, strict=True):
        made.width = wide
    for row in table.rows:
        _whole(row)
        for cell, column, wide in zip(row.cells, columns, widths, strict=True):
            cell.width = wide
            if column.get("align") == "right":
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(columns: list[dict[str, Any]], width: float) -> list[Emu]:
    """Widths by the shares that a block asks for; a column without one (a number) is half as wide as the others."""
    asked = [column["share"] for column in columns if column.get("share")]
    other = sum(asked) / len(asked) / 2 if asked else 1.0
    shares = [column.get("share") or other for column in columns]
    return [Mm(width * share / sum(shares)) for share in shares]


def _close(table: Any) -> None:
    """No space between the lines of a cell, whatever the document's own text has."""
    for cell in (cell for row in table.rows for cell in row.cells):
        layout = cell.paragraphs[0].paragraph_format
        layout.space_before = layout.space_after = layout.first_line_indent = Pt(0)
        layout.line_spacing = 1.0


def _rules(table: Any) -> None:
    """Thin lines, given to the table itself: a foreign document may lack any table style."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", s.LIGHT.rule[1:])):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _repeat(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row: Any) -> None:
    """No row is cut by a page's end."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
