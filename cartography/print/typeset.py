"""Typst: a template, the data it reads and pictures become a PDF, PNG pages or SVG pages.

Data reach a template as JSON values, so that nothing a person typed is ever read as code. Only our own font files
are used; the same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from cartography.print import glyphs, outlines, template_words
from geodata.errors import BadValue

TEMPLATES = Path(__file__).resolve().parent / "templates"
FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "@expo-google-fonts" / "noto-sans-sc"
FONT_FILES = {400: "400Regular/NotoSansSC_400Regular.ttf", 700: "700Bold/NotoSansSC_700Bold.ttf"}

_PLACE = re.compile(r"┌─ ([^\s:]+):(\d+):(\d+)")
_COMMENT = re.compile(r"""("(?:\\.|[^"\\\n])*")|(?<!:)//.*$""", re.MULTILINE)
"""A text in quotes, which stays (a // in it is none), or a comment."""

_FOREIGN = re.compile(
    r"""(?<![\w"-])(?:import|include)\b(?!\s*"[\w.-]+"\s*(?:[:;,)\]}]|as\b|$))|(?<![\w"-])eval\s*\("""
)
_REMEMBERED = 12
"""Typst keeps what it worked out in its last runs, for a run on nearly the same; so many empty runs make it let go of
a large one (more than half of the memory of an atlas)."""

STARTS = "starts:"
PageFormat = Literal["pdf", "png", "svg"]


class BadTemplate(BadValue):
    """A template that does not work; the message names file, line and what is wrong."""


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Our fonts, read once."""
    folders = [str((FONTS / file).parent) for file in FONT_FILES.values()]  # Typst looks in folders only
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def typeset(
    template: Path,
    data: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    form: PageFormat,
    ppi: float = 144,
    on_warning: Callable[[str], None] = lambda said: None,
) -> list[bytes]:
    """Pages of a sheet: one PDF with all pages, or one PNG or SVG per page.

    The template reads `json("data.json")` and pictures by their name in `files`; `lib.typ` lies beside it.
    `on_warning` is called with each sentence about what is doubtful and yet was made, such as a font that we lack.
    Raises BadTemplate, and MissingGlyph when a text holds a character that our fonts cannot print.
    """
    inputs = _inputs(template, data, files)
    try:
        made, doubts = _compiled(inputs, format=form, ppi=ppi if form == "png" else None)
    except typst.TypstError as error:
        raise BadTemplate(_told(error, template.name)) from error
    for said_so in dict.fromkeys(_told(doubt, template.name) for doubt in doubts):
        on_warning(said_so)
    pages = made if isinstance(made, list) else [made]
    return [outlines.whole(page, _font_files()) for page in pages] if form == "svg" else pages


def together(sheets: Sequence[tuple[Path, Mapping[str, Any], Mapping[str, bytes]]]) -> bytes:
    """Several sheets (template, data, files) one after another as one PDF that holds each font once, without tags.

    Its last page is none of theirs: a link there (`STARTS` and numbers from 1) tells on which page each sheet starts.
    Raises as `typeset`, for the sheet that is wrong.
    """
    inputs: dict[str, bytes] = {}
    for number, sheet in enumerate(sheets):
        inputs |= {f"{number}/{name}": content for name, content in _inputs(*sheet).items()}
    inputs["main.typ"] = _one_after_another(len(sheets)).encode()
    try:
        made, _doubts = _compiled(inputs, format="pdf", pdf_tags=False)
    except typst.TypstError:
        for template, data, files in sheets:
            typeset(template, data, files, form="pdf")
        raise
    for _ in range(_REMEMBERED):
        _compiled({"main.typ": b""}, format="pdf")
    return bytes(made)


def _one_after_another(count: int) -> str:
    mark = "#context [#metadata(here().page()) <sheet-starts>]\n"
    sheets = (f'#pagebreak(weak: true)\n{mark}#include "{number}/main.typ"\n' for number in range(count))
    told = 'query(<sheet-starts>).map(one => str(one.value)).join(",")'
    return f'{"".join(sheets)}#pagebreak()\n#context link("{STARTS}" + {told})[#box(width: 9pt, height: 9pt)]'


def _inputs(template: Path, data: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """All that a sheet may read, looked through. Raises BadTemplate and MissingGlyph."""
    source = template.read_bytes()
    code = _COMMENT.sub(r"\1", source.decode("utf-8", "replace"))
    _require_own_parts(code, template.name)
    said = {"data": data, "template": code.splitlines()}
    glyphs.check(said, files, tuple(_font_files().values()))
    inputs = {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
    return inputs | {"main.typ": source, "data.json": _json(data), **files}


def _font_files() -> dict[int, Path]:
    return {weight: FONTS / file for weight, file in FONT_FILES.items()}


def _compiled(inputs: dict[str, bytes], **options: Any) -> Any:
    with (
        tempfile.TemporaryDirectory() as nothing
    ):  # what is not in `inputs` is looked for there, and not found
        return typst.compile_with_warnings(inputs, root=nothing, font_paths=fonts(), timestamp=0, **options)


def _require_own_parts(code: str, template: str) -> None:
    """Raise BadTemplate unless the template takes in named files of ours alone: a package would be downloaded."""
    for number, line in enumerate(code.splitlines(), 1):
        if _FOREIGN.search(line):
            raise BadTemplate(
                f"模板 {template} 第 {number} 行有错：import 和 include 后面只能直接写本系统的文件名"
                f'（如 "lib.typ"），不能用 @ 开头的软件包，也不能用 eval'
            )


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()


def _told(trouble: typst.TypstError | typst.TypstWarning, template: str) -> str:
    """What is wrong or doubtful, with the file, line and column (Typst counts these from 0) of the template."""
    places = [
        (template if Path(file).name == "main.typ" else Path(file).name, line, int(column) + 1)
        for file, line, column in _PLACE.findall(str(trouble.diagnostic))
    ]
    own = next((place for place in places if place[0] == template), None)
    where = "" if own is None else f"第 {own[1]} 行第 {own[2]} 列"
    inner = f"（出错处在 {places[0][0]} 第 {places[0][1]} 行）" if places and places[0] != own else ""
    wrong = "有错" if isinstance(trouble, typst.TypstError) else "要留意"
    return (
        f"模板 {template} {where}{wrong}{inner}：{template_words.told(str(trouble.message), trouble.hints)}"
    )
