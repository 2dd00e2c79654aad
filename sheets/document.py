"""Word: the map with its caption, legend, facts and tables; on pages of its own, or at the end of somebody's document."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document

from geodata.vocabulary import Paper
from sheets import chapter, document_style, package
from sheets.figure import Figure, figures
from sheets.register import Register
from sheets.setup import Setup

_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WHAT = "Word 文档（.docx）"


def write(chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A document (A4) with each set-up's map. Raises BadValue, BadTemplate and MissingGlyph as `compose` does."""
    made = _figures(chosen, register)
    marks = list(dict.fromkeys(mark for figure in made for mark in figure.marks))
    document = document_style.blank([package.plain(mark) for mark in marks])
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.created = package.moment(register.saved_at)
    document.core_properties.title = package.plain(made[0].title)[:200] if made else ""
    return _with_chapters(document, made, register, marks=False)


def append(document: bytes, chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A document that somebody has, with the maps at its end; what is in it stays.

    Raises BadFile when it cannot be read, else as `write`.
    """
    made = _figures(chosen, register)
    return package.opened(
        document,
        lambda file: _with_chapters(Document(file), made, register, marks=True),
        main=_KIND,
        what=_WHAT,
    )


def _figures(chosen: Setup | Sequence[Setup], register: Register) -> list[Figure]:
    width, height = chapter.MAP_MM
    return [
        figure
        for setup in ([chosen] if isinstance(chosen, Setup) else chosen)
        for figure in figures(setup, register, paper=Paper.A4, width=width, height=height)
    ]


def _with_chapters(document: Any, made: list[Figure], register: Register, *, marks: bool) -> bytes:
    for figure in made:
        chapter.add(document, figure, marks=marks, link=figure.link)
    document.core_properties.last_modified_by = ""
    document.core_properties.modified = package.moment(register.saved_at)
    out = io.BytesIO()
    document.save(out)
    return package.settled(out.getvalue())
