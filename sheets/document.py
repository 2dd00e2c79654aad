"""Word: the map with its caption, legend, facts and tables, on pages as GB/T 9704 wants them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.shared import Mm

from geodata.vocabulary import Orientation, Paper, SheetFormat
from sheets import package
from sheets.compose import compose
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet, finish

_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WHAT = "Word 文档（.docx）"


def write(chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A document with each set-up's map. Raises BadValue, BadTemplate and MissingGlyph as `compose` does."""
    return _with_maps(Document(), chosen, register)


def append(document: bytes, chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A document that somebody has, with the maps at its end. Raises BadFile when it cannot be read."""
    read = package.opened(document, Document, main=_KIND, what=_WHAT)
    return _with_maps(read, chosen, register)


def _with_maps(document: Any, chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    for setup in [chosen] if isinstance(chosen, Setup) else chosen:
        standing = setup.changed(paper=Paper.A4, orientation=Orientation.PORTRAIT, scale=None)
        _add(document, compose(standing, register), setup)
    document.core_properties.last_modified_by = ""
    document.core_properties.modified = package.moment(register.saved_at)
    out = io.BytesIO()
    document.save(out)
    return package.settled(out.getvalue())


def _add(document: Any, sheet: Sheet, setup: Setup) -> None:
    document.add_heading(package.plain(sheet.data["title"]), 1)
    picture = finish(sheet, SheetFormat.PNG, dpi=setup.dpi)[0]
    document.add_picture(io.BytesIO(picture), width=Mm(150))
