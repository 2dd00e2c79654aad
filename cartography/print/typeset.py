"""Typst: a template, the data it reads and pictures become a PDF, PNG pages or SVG pages.

Data reach a template as JSON values, so that nothing a person typed is ever read as code. Only our own font files
are used; the same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from cartography.print import glyphs
from geodata.errors import BadValue

TEMPLATES = Path(__file__).resolve().parent / "templates"
FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "@expo-google-fonts" / "noto-sans-sc"
FONT_FILES = {400: "400Regular/NotoSansSC_400Regular.ttf", 700: "700Bold/NotoSansSC_700Bold.ttf"}

_PLACE = re.compile(r"┌─ ([^\s:]+):(\d+):(\d+)")
_COMMENT = re.compile(r"^\s*//.*$|(?<![:\"])//\s.*$", re.MULTILINE)
_WORDS = (
    (r"unknown variable: (.+)", "没有名为“{0}”的变量或函数"),
    (r"file not found .*?([^/\\]+)\)", "没有文件“{0}”"),
    (r"unclosed delimiter", "括号或引号没有收尾"),
    (r"unexpected argument: (.+)", "多了参数“{0}”"),
    (r"missing argument: (.+)", "少了参数“{0}”"),
    (r"unexpected (.+)", "这里不该有“{0}”"),
    (r"expected (.+?), found (.+)", "这里应是 {0}，写的却是 {1}"),
    (r"expected (.+)", "这里缺少 {0}"),
    (
        r"(?:dictionary|module) does not contain key \"(.+?)\".*",
        "没有字段“{0}”，可用的字段见 docs/templates.md",
    ),
)
"""What Typst says, and how an office reads it; anything else stands as Typst says it."""

_FOREIGN = re.compile(r"""(?<![\w"-])(?:import|include)\b(?!\s*"[^"@])|(?<![\w"-])eval\s*\(""")
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
    source = template.read_bytes()
    code = _COMMENT.sub("", source.decode("utf-8", "replace"))
    _require_own_parts(code, template.name)
    said = {"data": data, "template": code.splitlines()}
    glyphs.check(said, files, tuple(FONTS / file for file in FONT_FILES.values()))
    inputs = {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
    inputs |= {"main.typ": source, "data.json": _json(data), **files}
    try:
        with (
            tempfile.TemporaryDirectory() as nothing
        ):  # what is not in `inputs` is looked for there, and not found
            made = typst.compile(
                inputs,
                root=nothing,
                format=form,
                ppi=ppi if form == "png" else None,
                font_paths=fonts(),
                timestamp=0,
            )
    except typst.TypstError as error:
        raise BadTemplate(_told(error, template.name)) from error
    return made if isinstance(made, list) else [made]


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


def _told(error: typst.TypstError, template: str) -> str:
    """What is wrong, with the file, line and column (Typst counts these from 0) of the template that holds it."""
    places = [
        (template if Path(file).name == "main.typ" else Path(file).name, line, int(column) + 1)
        for file, line, column in _PLACE.findall(str(error.diagnostic))  # type: ignore[attr-defined]
    ]
    own = next((place for place in places if place[0] == template), None)
    where = "" if own is None else f"第 {own[1]} 行第 {own[2]} 列"
    inner = f"（出错处在 {places[0][0]} 第 {places[0][1]} 行）" if places and places[0] != own else ""
    return f"模板 {template} {where}有错{inner}：{_in_words(str(error.message))}"  # type: ignore[attr-defined]


def _in_words(message: str) -> str:
    for pattern, words in _WORDS:
        if found := re.fullmatch(pattern, message):
            return words.format(*found.groups())
    return message
