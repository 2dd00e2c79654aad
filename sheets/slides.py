"""PowerPoint: one slide per map, with title, source and notes that stay editable."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.util import Emu, Mm

from geodata.vocabulary import Orientation, Paper, SheetFormat
from sheets import package
from sheets.compose import compose
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet, finish

_KIND = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_WHAT = "PowerPoint 演示文稿（.pptx）"


def write(chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A deck with one slide for each set-up. Raises BadValue, BadTemplate and MissingGlyph as `compose` does."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(338.667), Mm(190.5)
    return _with_slides(deck, chosen, register)


def append(deck: bytes, chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A deck that somebody has, with one slide more for each set-up. Raises BadFile when it cannot be read."""
    read = package.opened(deck, Presentation, main=_KIND, what=_WHAT)
    return _with_slides(read, chosen, register)


def _with_slides(deck: Any, chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    for setup in [chosen] if isinstance(chosen, Setup) else chosen:
        lying = setup.changed(paper=Paper.SLIDE, orientation=Orientation.LANDSCAPE, scale=None)
        _add(deck, compose(lying, register), setup)
    deck.core_properties.last_modified_by = ""
    deck.core_properties.modified = package.moment(register.saved_at)
    out = io.BytesIO()
    deck.save(out)
    return package.settled(out.getvalue())


def _add(deck: Any, sheet: Sheet, setup: Setup) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = package.plain(sheet.data["title"])
    slide.notes_slide.notes_text_frame.text = package.plain(sheet.data["subtitle"])
    picture = finish(sheet, SheetFormat.PNG, dpi=setup.dpi)[0]
    slide.shapes.add_picture(io.BytesIO(picture), Emu(0), Mm(30), width=deck.slide_width)
