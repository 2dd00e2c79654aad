"""Sheets from the command line: `snapshot`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from commands import sheet_options as o
from commands.database import now, opened, settings
from commands.telling import say
from geodata.errors import BadValue

FORMS = ("pdf", "png", "svg", "pptx", "docx", "html")


@o.with_sheet_options()
def snapshot(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="写到哪里；按扩展名决定格式：.pdf .png .svg .pptx .docx .html")],
    given: dict[str, Any],
    add_to: o.AddTo = None,
    force: o.Force = False,
) -> None:
    """把一张图存成文件；同样的选项、同一修订，写出的内容一字不差。"""
    from geodata.vocabulary import SheetFormat
    from sheets import files, register

    form = SheetFormat(form_of(out, FORMS))
    former = _former(add_to, out) if add_to else b""
    with files.placed(out, replace=force) as fresh:
        with opened(context) as store:
            content = register.read(store, settings(), today=now().date())
            chosen = o.setup_of(store, content, given)
        if add_to:
            made = files.added(chosen, content, form, former, name=add_to.name)
        else:
            made = files.make(chosen, content, form)
        if made.mime != files.MIME[form]:
            raise BadValue(f"这张图有几页，{form.label} 一个文件只放一页；请改存成 .pdf。")
        fresh.write_bytes(made.content)
    for notice in made.notices:
        say(f"提示：{notice}")
    say(
        f"已写出 {out}（{chosen.kind.label}，{chosen.paper.label} {chosen.orientation.label}，修订 {content.revision}）"
    )


def _former(add_to: Path, out: Path) -> bytes:
    """The file that somebody has. Raises BadValue when the sheet cannot be added to it or it cannot be read."""
    if out.suffix.lower() not in (".pptx", ".docx") or add_to.suffix.lower() != out.suffix.lower():
        raise BadValue(
            f"--add-to 的文件 {add_to.name} 与写出的 {out.name} 要同为 .pptx 或同为 .docx；请改其中一个的扩展名。"
        )
    try:
        return add_to.read_bytes()
    except OSError as error:
        raise BadValue(f"--add-to 的文件 {add_to} 读不了：{error.strerror}；请检查路径和权限。") from error


def form_of(out: Path, known: tuple[str, ...]) -> str:
    """The format that a file name asks for. Raises BadValue with those there are."""
    ending = out.suffix.lower().removeprefix(".")
    if ending not in known:
        listed = " ".join(f".{one}" for one in known)
        raise BadValue(f"文件 {out.name} 的扩展名“{out.suffix}”不对；可用：{listed}。")
    return ending
