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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from cartography.print import typeset
from geodata.errors import BadValue
from geodata.jobs import Advance, Result
from geodata.vocabulary import AtlasBy, SheetFormat
from sheets import atlas_front, binding, compose, files
from sheets.atlas_parts import Part, left_out, parts
from sheets.atlas_setup import Atlas, named
from sheets.binding import Chunk, Mark
from sheets.register import Register
from sheets.sheet import Sheet, finish

WORKS = "工程项与工期"
"""The heading below which a compound's sheet lists its works."""

FOLDER = ".parts"
"""Ending of the folder beside a file that is being made."""

_TOGETHER = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Work:
    """One atlas in the making."""

    atlas: Atlas
    register: Register
    parts: list[Part]
    folder: Path
    advance: Advance


def export(atlas: Atlas, register: Register, path: Path, *, on_progress: Advance) -> Result:
    """Write the atlas to `path` whole or not at all; `on_progress` hears of each part and may raise to cancel.

    Raises BadValue when nothing is left to show, or a part may not be printed.
    """
    chosen = parts(atlas, register)
    make = _zip if atlas.form is SheetFormat.ZIP else _pdf
    with _workshop(path) as folder:
        whole = folder / "whole"
        make(_Work(atlas, register, chosen, folder, on_progress), whole)
        whole.replace(path)
    name = files.name_of(atlas.setup, atlas_front.title(atlas, register), atlas.form)
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


def _pdf(work: _Work, target: Path) -> None:
    front = _open(atlas_front.compose_front(work.atlas, work.register, work.parts))
    length = _typeset(work.folder / "length", [front]).pages
    pages: list[dict[str, Any]] = [front.data["page"]] * length
    bodies, starts, works = [], [], []
    for chunk, layouts in _ahead(_chunks(work)):
        bodies.append(chunk)
        ends = [*chunk.starts[1:], chunk.pages]
        for start, end, layout in zip(chunk.starts, ends, layouts, strict=True):
            below = [page for heading, page in chunk.headings if heading == WORKS and start <= page < end]
            offset = len(pages) - start
            starts.append(len(pages))
            works.append(below[0] + offset if below else None)
            pages += [layout] * (end - start)
    work.advance(len(work.parts), len(work.parts), "装订")
    told = _typeset(work.folder / "front", [atlas_front.with_pages(front, [start + 1 for start in starts])])
    numbers = _typeset(work.folder / "numbers", [atlas_front.numbers(front, pages)])
    binding.bind(
        [told, *bodies], numbers, target,
        starts=starts, marks=_marks(work, told, starts, works), title=front.data["title"],
    )  # fmt: skip


def _chunks(work: _Work) -> Iterator[Callable[[], tuple[Chunk, list[dict[str, Any]]]]]:
    """Makers of a few sheets each; the sheets are composed as they are asked for."""
    for first in range(0, len(work.parts), _TOGETHER):
        sheets = [_open(sheet) for _, sheet in _composed(work, first, first + _TOGETHER)]
        layouts = [sheet.data["page"] for sheet in sheets]
        path = work.folder / f"{first}"
        yield lambda path=path, sheets=sheets, layouts=layouts: (_typeset(path, sheets), layouts)


def _composed(work: _Work, first: int, end: int) -> Iterator[tuple[Part, Sheet]]:
    for number, part in enumerate(work.parts[first:end], first + 1):
        work.advance(number, len(work.parts), part.title)
        try:
            yield part, compose.compose(part.setup, work.register)
        except BadValue as error:
            raise type(error)(f"“{part.title}”：{error}") from error


def _open(sheet: Sheet) -> Sheet:
    """The sheet with the place of its page number left free."""
    return replace(sheet, data=sheet.data | {"page": sheet.data["page"] | {"bound": True}})


def _typeset(path: Path, sheets: Sequence[Sheet]) -> Chunk:
    path.write_bytes(typeset.together([(one.template.path, one.data, one.files) for one in sheets]))
    return binding.chunk(path)


def _marks(work: _Work, front: Chunk, starts: list[int], works: list[int | None]) -> list[Mark]:
    """Cover, contents and index map, then the parts; in a report compounds below streets, and works below compounds."""
    marks = [Mark("封面", 0), *(Mark(title, page) for title, page in front.headings)]
    for part, start, listed in zip(work.parts, starts, works, strict=True):
        chapter = work.atlas.by is AtlasBy.REPORT and not part.depth
        mark = Mark(f"{part.number}{'、' if chapter else '　'}{part.title}", start)
        if work.atlas.by is AtlasBy.REPORT and listed is not None:
            mark.below.append(Mark(WORKS, listed))
        (marks[-1].below if part.depth else marks).append(mark)
    return marks


# ---- a file for each part ---------------------------------------------------------------------------------


def _zip(work: _Work, target: Path) -> None:
    taken: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, pages in _ahead(_files(work)):
            for page in pages:
                files.add(archive, _free(stem, work.atlas.page_form.value, taken), page)


def _files(work: _Work) -> Iterator[Callable[[], tuple[str, list[bytes]]]]:
    atlas = work.atlas
    for number, (part, sheet) in enumerate(_composed(work, 0, len(work.parts)), 1):
        stem = files.safe_name(named(atlas.pattern, {**part.values, "number": number}))
        yield lambda stem=stem, sheet=sheet: (stem, finish(sheet, atlas.page_form, dpi=atlas.setup.dpi))


def _free(stem: str, ending: str, taken: set[str]) -> str:
    """A file name that no other page has; also where capitals do not count."""
    name, number = f"{stem}.{ending}", 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}_{number}.{ending}"
    taken.add(name.lower())
    return name
