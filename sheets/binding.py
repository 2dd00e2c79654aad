"""Bound files: chunks of an atlas become one PDF with page numbers, links and bookmarks, written to the disk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf

LINK = "atlas:"
"""What the front's links begin with; the number of a part follows."""

FIRST = 1
Marks = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark: title, page (from 0), and bookmarks below it."""

    title: str
    page: int
    below: list[Mark] = field(default_factory=list)


def pages(path: Path) -> int:
    """How many pages a PDF has."""
    with Pdf.open(path) as made:
        return len(made.pages)


def headings(path: Path) -> Marks:
    """Headings of a PDF in order: text, and the page (from 0) on which it stands."""
    with Pdf.open(path) as made:
        numbers = {page.obj.objgen: number for number, page in enumerate(made.pages)}
        found: Marks = []
        with made.open_outline() as outline:
            _walk(outline.root, numbers, found)
        return found


def _walk(items: Sequence[OutlineItem], numbers: dict[tuple[int, int], int], found: Marks) -> None:
    for item in items:
        place = item.destination if item.destination is not None else (item.action or {}).get("/D")
        if isinstance(place, Array) and place[0].objgen in numbers:
            found.append((item.title, numbers[place[0].objgen]))
        _walk(item.children, numbers, found)


def bind(
    chunks: Sequence[Path], numbers: Path, target: Path, *, starts: Sequence[int], marks: Sequence[Mark], title: str
) -> None:
    """Write all chunks as one PDF. `numbers` has the number of every page, to be laid over it; links of the front that
    name a part lead to the page in `starts` (from 0)."""
    with ExitStack() as opened:
        book = opened.enter_context(Pdf.new())
        for chunk in chunks:
            book.pages.extend(opened.enter_context(Pdf.open(chunk)).pages)
        laid = opened.enter_context(Pdf.open(numbers))
        for page, over in zip(book.pages, laid.pages, strict=True):
            page.add_overlay(over)
        _lead(book, starts)
        with book.open_outline() as outline:
            outline.root.extend(_item(mark) for mark in marks)
        book.Root.PageMode = Name.UseOutlines
        book.Root.Lang = pikepdf.String("zh-CN")
        book.docinfo["/Title"] = title
        book.save(
            target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )


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
