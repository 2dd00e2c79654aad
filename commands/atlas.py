"""Atlases from the command line: `atlas`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from commands import sheet_options as o
from commands.database import now, opened, settings
from commands.sheets import form_of
from commands.telling import say
from geodata.errors import BadValue

By = Annotated[
    str, typer.Option("--by", help="compound 逐楼院，street 逐街道，area 逐片区，report 街道—楼院—工程")
]


Pattern = Annotated[
    str | None, typer.Option("--pattern", help="压缩包里的文件名，如 {number:03}-{street}-{name}")
]
PageForm = Annotated[str | None, typer.Option("--page-form", help="压缩包里每页的格式：pdf png svg")]


@o.with_sheet_options("kind", "compare_with")
def atlas(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="写到哪里：.pdf 一本，.zip 每页一个文件")],
    given: dict[str, Any],
    by: By = "compound",
    pattern: Pattern = None,
    page_form: PageForm = None,
    force: o.Force = False,
) -> None:
    """把筛选出的楼院、街道或片区存成一本图册；同样的选项、同一修订，写出的内容一字不差。"""
    from geodata.vocabulary import SheetKind
    from sheets import atlas as making
    from sheets import atlas_parts, atlas_setup, files, register

    by = by.lower()
    form, files_only = form_of(out, ("pdf", "zip")), {"pattern": pattern, "page_form": page_form}
    chosen_only = {name: value for name, value in files_only.items() if value}
    _refuse_idle(by, form, {**given, **files_only})
    pages = SheetKind.STRATEGY if by in ("compound", "report") else SheetKind.SNAPSHOT
    with files.placed(out, replace=force) as fresh:
        with opened(context) as store:
            content = register.read(store, settings(), today=now().date())
            chosen = o.setup_of(store, content, given, paper_of=pages)
        asked = atlas_setup.checked({"setup": chosen, "by": by, "form": form, **chosen_only})
        with typer.progressbar(length=len(atlas_parts.parts(asked, content)), label="排版") as bar:
            made = making.export(
                asked, content, fresh, on_progress=lambda done, total, text: bar.update(done - bar.pos)
            )
    say(f"已写出 {out}（{made.message}）")


def _refuse_idle(by: str, form: str, given: dict[str, Any]) -> None:
    """Raise BadValue for an option that would change nothing in this atlas, with what to do."""
    single, picture = form == "pdf", (given["page_form"] or "pdf").lower() == "png"
    compounds = by == "compound"
    idle = {
        "block": (compounds, "楼院页没有附表，它的表是固定的"),
        "pattern": (single, "只有压缩包（.zip）里才有一个个文件"),
        "page_form": (single, "只有压缩包（.zip）里才有一个个文件"),
        "dpi": (not picture, "只有压缩包里的 PNG 页（--page-form png）才有分辨率"),
        "title": (not single, "标题印在封面上，压缩包没有封面"),
        "subtitle": (not single, "副题印在封面上，压缩包没有封面"),
        "theme": (not single and compounds, "主题只用于索引图，压缩包没有索引图；楼院页的位置图按阶段上色"),
    }
    for name, (is_idle, why) in idle.items():
        if given.get(name) and is_idle:
            raise BadValue(f"--{name.replace('_', '-')} 在这本图册里不起作用：{why}。请去掉这个选项。")
