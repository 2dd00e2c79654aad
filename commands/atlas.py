"""Atlases from the command line: `atlas`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import sheet_options as o
from commands.database import now, opened, settings
from commands.sheets import form_of
from commands.telling import say

By = Annotated[
    str, typer.Option("--by", help="compound 逐楼院，street 逐街道，area 逐片区，report 街道—楼院—工程")
]


def atlas(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="写到哪里：.pdf 一本，.zip 每页一个文件")],
    by: By = "compound",
    pattern: Annotated[
        str | None, typer.Option("--pattern", help="压缩包里的文件名，如 {number:03}-{street}-{name}")
    ] = None,
    page_form: Annotated[str, typer.Option("--page-form", help="压缩包里每页的格式：pdf png svg")] = "pdf",
    sheet: o.Sheet = None,
    orientation: o.Orientation = None,
    scale: o.Scale = None,
    street: o.Street = None,
    area: o.Area = None,
    compound: o.Compound = None,
    as_of: o.AsOf = None,
    theme: o.ThemeName = None,
    dpi: o.Dpi = None,
    audience: o.Audience = None,
    classification: o.Classification = None,
    review_number: o.ReviewNumber = None,
    exemption: o.Exemption = None,
    title: o.Title = None,
    subtitle: o.Subtitle = None,
    notes: o.Notes = None,
    unit: o.Unit = None,
    labels: o.Labels = None,
    off: o.Off = None,
    block: o.Block = None,
    template: o.TemplateFile = None,
    preset: o.Preset = None,
    force: o.Force = False,
) -> None:
    """把筛选出的楼院、街道或片区存成一本图册；同样的选项、同一修订，写出的内容一字不差。"""
    own = ("context", "out", "force", "by", "pattern", "page_form")
    given = {name: value for name, value in locals().items() if name not in own}
    from sheets import atlas as making
    from sheets import atlas_setup, files, register

    form = form_of(out, ("pdf", "zip"))
    with files.placed(out, replace=force) as fresh:
        with opened(context) as store:
            content = register.read(store, settings(), today=now().date())
            chosen = o.setup_of(store, content, given)
        values = {"setup": chosen, "by": by, "form": form, "page_form": page_form}
        asked = atlas_setup.checked(values | ({"pattern": pattern} if pattern else {}))
        with typer.progressbar(length=len(making.parts(asked, content)), label="排版") as bar:
            made = making.export(asked, content, fresh, on_progress=lambda done, total, text: bar.update(1))
    say(f"已写出 {out}（{made.message}）")
