"""A document of our own: A4 with the margins, fonts and page numbers of GB/T 9704, and a line of marks on each page."""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from cartography import symbology as s

PAGE_MM = (210.0, 297.0)
_MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
TITLE_FONT, HEADING_FONT, BODY_FONT = "方正小标宋简体", "黑体", "仿宋_GB2312"
LATIN_FONT = "Times New Roman"
INSTEAD = {TITLE_FONT: "宋体", HEADING_FONT: "微软雅黑", BODY_FONT: "仿宋"}
"""Where a computer lacks a font, its program takes the other (`altName` of the font table); none is packed."""

_STYLES: dict[str, tuple[str, float, bool]] = {
    "Normal": (BODY_FONT, 12, False),
    "Heading 1": (TITLE_FONT, 22, False),
    "Heading 2": (HEADING_FONT, 15, False),
    "Caption": (HEADING_FONT, 10.5, False),
}
_FONT_TABLE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable"


def blank(marks: list[str]) -> Any:
    """An empty document; `marks` stand in the header of every page."""
    document = Document()
    for name, (font, size, bold) in _STYLES.items():
        _dress(document.styles[name], font, size, bold)
    heading = document.styles["Heading 1"].paragraph_format
    heading.alignment, heading.space_before, heading.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(0), Pt(6)
    body = document.styles["Normal"].paragraph_format
    body.line_spacing_rule, body.space_after = WD_LINE_SPACING.SINGLE, Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(one) for one in PAGE_MM)
    for side, width in _MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    section.header_distance, section.footer_distance = Mm(24), Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        _marks(header.paragraphs[0], marks)
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    _name_other_fonts(document)
    return document


def _dress(style: Any, font: str, size: float, bold: bool) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(s.LIGHT.text[1:].upper())
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), font)


def _marks(paragraph: Any, marks: list[str]) -> None:
    run = paragraph.add_run("　".join(marks))
    run.bold, run.font.size = True, Pt(10.5)
    run.font.color.rgb = RGBColor.from_string(s.LIGHT.alarm[1:].upper())
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEADING_FONT)


def _number(paragraph: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 — at the outer side, one character in, as the standard asks for."""
    paragraph.alignment = side
    indent = paragraph.paragraph_format
    indent.left_indent = indent.right_indent = Pt(14)
    for part in ("— ", "PAGE", " —"):
        if part == "PAGE":
            field(paragraph, part, "1")
        else:
            paragraph.add_run(part)
    for run in paragraph.runs:
        run.font.size = Pt(14)


def field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field of Word with the text it shows until it is updated."""
    made = OxmlElement("w:fldSimple")
    made.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    made.append(run)
    paragraph._p.append(made)


def _name_other_fonts(document: Any) -> None:
    table = document.part.part_related_by(_FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in INSTEAD.items()
    )
    table._blob = table.blob.decode().replace("</w:fonts>", f"{fonts}</w:fonts>").encode()
