"""A sheet ready to be typeset, and the files that come out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cartography.print import typeset
from cartography.print.template import Template
from geodata.vocabulary import SheetFormat


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

    Raises BadTemplate and MissingGlyph.
    """
    return typeset.typeset(
        sheet.template.path,
        sheet.data,
        sheet.files,
        form=form.value,  # type: ignore[arg-type]
        ppi=dpi,
        on_warning=on_warning,
    )
