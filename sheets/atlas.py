"""The atlas: a page (or a few) for each compound, street office or area, as one PDF or a ZIP of files.

Nothing large is held: sheets are typeset a few at a time beside the composing of the next ones, and lie in a folder
beside the file until they are bound.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from cartography import symbology as s
from cartography.print import template, typeset
from geodata.errors import BadValue
from geodata.jobs import Advance, Result
from geodata.vocabulary import AtlasBy, SheetFormat
from sheets import atlas_front, binding, compose, files
from sheets.atlas_parts import Part, left_out, parts
from sheets.atlas_setup import Atlas, named
from sheets.binding import Mark
from sheets.register import Register
from sheets.sheet import Sheet, finish

WORKS = "工程项与工期"
"""The heading below which a compound's sheet lists its works."""

FOLDER = ".parts"
"""Ending of the folder beside a file that is being made."""

_TOGETHER = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Bound:
    """Sheets that were typeset together: the file, how many pages, and which headings stand on which of them."""

    path: Path
    pages: int
    headings: binding.Marks


def export(atlas: Atlas, register: Register, path: Path, *, on_progress: Advance) -> Result:
    """Write the atlas to `path` whole or not at all; `on_progress` hears of each part and may raise to cancel.

    Raises BadValue when nothing is left to show, or a part may not be printed.
    """
    chosen = parts(atlas, register)
    make = _zip if atlas.form is SheetFormat.ZIP else _pdf
    with _workshop(path) as folder:
        whole = folder / "whole"
        make(atlas, register, chosen, folder, whole, on_progress)
        whole.replace(path)
    name = files.name_of(atlas.setup, register, atlas.form, title=atlas_front.title(atlas, register))
    left = left_out(atlas, register)
    return Result(f"共 {len(chosen)} 部分，修订 {register.revision}{left and f'；{left}'}", file=name)


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A folder beside `path` for what is half done; gone at the end, however it ends."""
    folder = path.with_name(path.name + FOLDER)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ahead(makers: Iterable[Callable[[], T]]) -> Iterator[T]:
    """Results in order; while one is awaited the next is prepared (typesetting lets other threads run)."""
    with ThreadPoolExecutor(1, "typeset") as pool:
        waiting = None
        for make in makers:
            former, waiting = waiting, pool.submit(make)
            if former:
                yield former.result()
        if waiting:
            yield waiting.result()


# ---- one PDF ----------------------------------------------------------------------------------------------


def _pdf(
    atlas: Atlas, register: Register, chosen: list[Part], folder: Path, target: Path, advance: Advance
) -> None:
    front = _unnumbered(atlas_front.compose_front(atlas, register, chosen))
    length = _typeset(folder / "length", [front]).pages
    inner: list[_Bound] = []
    groups = [chosen[at : at + _TOGETHER] for at in range(0, len(chosen), _TOGETHER)]
    layouts = []
    ...
