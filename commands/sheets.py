"""Sheets from the command line: `snapshot` and `atlas`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.database import now, opened, settings
from commands.telling import say


def snapshot(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="写到哪里；按扩展名决定格式：.pdf .png .svg")],
    sheet: Annotated[str, typer.Option("--sheet", help="A4 A3 A2 A1 A0 slide")] = "A3",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至哪一天")
    ] = None,
    dpi: Annotated[int, typer.Option("--dpi", help="PNG 的分辨率，96 至 600")] = 300,
) -> None:
    """把一张图存成 PDF、PNG 或 SVG。"""
    from geodata.vocabulary import SheetFormat
    from sheets import compose, register, setup
    from sheets.sheet import finish

    with opened(context) as store:
        content = register.read(store, settings(), today=now().date())
    chosen = setup.checked(
        {"paper": sheet, "as_of": as_of.date() if as_of else content.business_date, "dpi": dpi}
    )
    pages = finish(compose.compose(chosen, content), SheetFormat(out.suffix[1:].lower()), dpi=dpi)
    out.write_bytes(pages[0])
    say(f"已写出 {out}")
