"""Templates: Typst files, ours and the office's, and the layout that each states in its first lines."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from cartography.print.typeset import TEMPLATES, BadTemplate

MARK = "//!"


@dataclass(frozen=True, slots=True)
class Template:
    """A template with the room it leaves: margin, head, foot and side column in mm at A3 (larger paper: in proportion).

    The map takes what is left. `name` is what people read.
    """

    path: Path
    name: str
    margin_mm: float
    head_mm: float
    side_mm: float
    foot_mm: float


def load(path: Path) -> Template:
    """The template of a file. Raises BadTemplate when its first lines do not state its layout."""
    lines = path.read_text(encoding="utf-8").splitlines()
    stated = "\n".join(line.removeprefix(MARK).strip() for line in lines if line.startswith(MARK))
    try:
        return Template(path=path, **tomllib.loads(stated))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise BadTemplate(f"模板 {path.name} 开头的“{MARK}”各行读不了：{error}") from error


def find(file: str, folders: list[Path]) -> Template:
    """The template of that file name, from the office's folders first, then ours. Raises BadTemplate."""
    for folder in (*folders, TEMPLATES):
        if (path := folder / Path(file).name).is_file():
            return load(path)
    raise BadTemplate(f"没有模板 {file}；可用的模板在 {TEMPLATES.name} 文件夹")
