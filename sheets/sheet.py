"""A sheet ready to be typeset, and the files that come out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cartography.print import typeset
from cartography.print.template import Template
from geodata.errors import BadValue
from geodata.vocabulary import SheetFormat

MM_PER_INCH = 25.4
MOST_MEGAPIXELS = 250
"""Largest PNG: a gigabyte while it is drawn."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a template reads: `data` (fields: docs/templates.md), pictures by file name, and `notices` for the person
    who makes it (names that found no room, compounds outside the frame)."""

    template: Template
    data: dict[str, Any]
    files: dict[str, bytes]
    notices: tuple[str, ...] = field(default=())


def finish(
    sheet: Sheet,
    form: SheetFormat,
    *,
    dpi: float = 200,
    on_warning: Callable[[str], None] = lambda said: None,
) -> list[bytes]:
    """The pages of a sheet: one PDF, or one PNG or SVG per page; `on_warning` hears what is doubtful in its template.

    Raises BadTemplate and MissingGlyph, and BadValue for a picture that takes more memory than a server may give.
    """
    if form is SheetFormat.PNG:
        _require_size(sheet.data["page"], dpi)
    return typeset.typeset(
        sheet.template.path,
        sheet.data,
        sheet.files,
        form=form.value,  # type: ignore[arg-type]
        ppi=dpi,
        on_warning=on_warning,
    )


def _require_size(page: dict[str, Any], dpi: float) -> None:
    millions = page["width"] * page["height"] * (dpi / MM_PER_INCH) ** 2 / 1e6
    if millions > MOST_MEGAPIXELS:
        largest = int(dpi * (MOST_MEGAPIXELS / millions) ** 0.5)
        raise BadValue(
            f"{page['width']:.0f} × {page['height']:.0f} mm 按 {dpi:.0f} dpi 有 {millions:,.0f} 百万像素，"
            f"服务器的内存放不下；请用 {largest} dpi 以下，或存成 PDF（矢量，放多大都清楚）"
        )
