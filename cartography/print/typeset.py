"""Typst: a template, the data it reads and pictures become a PDF, PNG pages or SVG pages.

Data reach a template as JSON values, so that nothing a person typed is ever read as code. Only our own font files
are used; the same input gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from geodata.errors import BadValue

TEMPLATES = Path(__file__).resolve().parent / "templates"
FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "@expo-google-fonts" / "noto-sans-sc"
FONT_FILES = {400: "400Regular/NotoSansSC_400Regular.ttf", 700: "700Bold/NotoSansSC_700Bold.ttf"}

PageFormat = Literal["pdf", "png", "svg"]


class BadTemplate(BadValue):
    """A template that does not work; the message names file, line and what is wrong."""


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Our fonts, read once."""
    folders = [str((FONTS / file).parent) for file in FONT_FILES.values()]  # Typst looks in folders only
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def typeset(
    template: Path, data: Mapping[str, Any], files: Mapping[str, bytes], *, form: PageFormat, ppi: float = 144
) -> list[bytes]:
    """Pages of a sheet: one PDF with all pages, or one PNG or SVG per page.

    The template reads `json("data.json")` and pictures by their name in `files`; `lib.typ` lies beside it.
    Raises BadTemplate, and MissingGlyph when a text holds a character that our fonts cannot print.
    """
    inputs = {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
    inputs |= {"main.typ": template.read_bytes(), "data.json": _json(data), **files}
    try:
        made = typst.compile(
            inputs, format=form, ppi=ppi if form == "png" else None, font_paths=fonts(), timestamp=0
        )
    except typst.TypstError as error:
        raise BadTemplate(f"模板 {template.name} 有错：{error.message}") from error
    return made if isinstance(made, list) else [made]


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
