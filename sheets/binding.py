"""Bound files: chunks of an atlas become one PDF with page numbers, links and bookmarks, written to the disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Page, Pdf

from cartography.print.typeset import STARTS

LINK = "atlas:"
"""What the front's links begin with; the place of a part in the list of parts follows."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Sheets that were typeset together (`typeset.together`): on which page each starts (from 0), how many pages there
    are, and the headings in order with their pages."""

    path: Path
    starts: tuple[int, ...]
    pages: int
    headings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark: title, page (from 0), and bookmarks below it."""

    title: str
    page: int
    below: list[Mark] = field(default_factory=list)


def chunk(path: Path) -> Chunk:
    """What is in the file of a chunk."""
    with Pdf.open(path) as made:
        *pages, told = made.pages
        address = str(told["/Annots"][0]["/A"]["/URI"])
        starts = tuple(int(page) - 1 for page in address.removeprefix(STARTS).split(","))
        numbers = {page.obj.objgen: number for number, page in enumerate(pages)}
        with made.open_outline() as outline:
            found = tuple(_headings(outline.root, numbers))
        return Chunk(path, starts, len(pages), found)


def _headings(items: Iterable[OutlineItem], numbers: dict[tuple[int, int], int]) -> Iterator[tuple[str, int]]:
    for item in items:
        place = item.destination if item.destination is not None else (item.action or {}).get("/D")
        if isinstance(place, Array) and place[0].objgen in numbers:
            yield item.title, numbers[place[0].objgen]
        yield from _headings(item.children, numbers)


def bind(
    chunks: Sequence[Chunk],
    numbers: Chunk,
    target: Path,
    *,
    starts: Sequence[int],
    marks: Sequence[Mark],
    title: str,
) -> None:
    """Write all chunks as one PDF. `numbers` has the number of every page, to be laid over it; links of the front that
    name a part lead to the page in `starts` (from 0)."""
    with ExitStack() as opened:
        book = opened.enter_context(Pdf.new())
        for one in chunks:
            book.pages.extend(opened.enter_context(Pdf.open(one.path)).pages[:-1])
        laid = opened.enter_context(Pdf.open(numbers.path))
        for number, (page, over) in enumerate(zip(book.pages, laid.pages[:-1], strict=True)):
            _lay(book.copy_foreign(over.as_form_xobject()), page, Name(f"/Number{number}"))
        _lead(book, starts)
        with book.open_outline() as outline:
            outline.root.extend(_item(mark) for mark in marks)
        book.Root.PageMode = Name.UseOutlines
        book.Root.Lang = pikepdf.String("zh-CN")
        book.docinfo["/Title"] = title
        book.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _lay(number: Object, page: Page, name: Name) -> None:
    """Lay a number over its page, under a name of its own (`Page.add_overlay` would make up another one each time)."""
    page.add_resource(number, Name.XObject, name)
    page.contents_add(b"q", prepend=True)
    page.contents_add(f"Q q {name} Do Q".encode())


def _item(mark: Mark) -> OutlineItem:
    item = OutlineItem(mark.title, mark.page)
    item.children.extend(_item(one) for one in mark.below)
    item.is_closed = bool(mark.below)
    return item


def _lead(book: Pdf, starts: Sequence[int]) -> None:
    """Turn links that name a part into links to its page."""
    for page in book.pages:
        for link in page.get("/Annots", ()):
            address = str(link.get("/A", Dictionary()).get("/URI", ""))
            if address.startswith(LINK):
                del link["/A"]
                start = book.pages[starts[int(address.removeprefix(LINK))]]
                link["/Dest"] = Array([start.obj, Name.Fit])
