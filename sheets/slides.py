"""PowerPoint: one slide per map, with title, source, legend and notes that stay editable.

The map is a picture; every text is a text. Fonts are named, never packed: a deck of ours names them in its theme, one
of somebody else keeps its own.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation

from geodata.vocabulary import Paper
from sheets import deck_style, package, slide
from sheets.figure import Figure, figures
from sheets.register import Register
from sheets.setup import Setup

_KIND = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_WHAT = "PowerPoint 演示文稿（.pptx）"


def write(chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A deck (16:9) with one slide for each map. Raises BadValue, BadTemplate and MissingGlyph as `compose` does."""
    deck, made = deck_style.blank(), _figures(chosen, register)
    deck.core_properties.author = deck.core_properties.comments = ""
    deck.core_properties.created = package.moment(register.saved_at)
    deck.core_properties.title = package.plain(made[0].title)[:200] if made else ""
    return _with_slides(deck, made, register)


def append(deck: bytes, chosen: Setup | Sequence[Setup], register: Register) -> bytes:
    """A deck that somebody has, with one slide more for each map; what is in it stays.

    Raises BadFile when it cannot be read or holds no layout, else as `write`.
    """
    made = _figures(chosen, register)
    return package.opened(
        deck, lambda file: _with_slides(Presentation(file), made, register), main=_KIND, what=_WHAT
    )


def _figures(chosen: Setup | Sequence[Setup], register: Register) -> list[Figure]:
    width, height = slide.MAP_MM
    return [
        figure
        for setup in ([chosen] if isinstance(chosen, Setup) else chosen)
        for figure in figures(setup, register, paper=Paper.SLIDE, width=width, height=height)
    ]


def _with_slides(deck: Any, made: list[Figure], register: Register) -> bytes:
    for figure in made:
        slide.add(deck, figure, link=figure.link)
    deck.core_properties.last_modified_by = ""
    deck.core_properties.modified = package.moment(register.saved_at)
    out = io.BytesIO()
    deck.save(out)
    return package.settled(out.getvalue())
