"""Where the bytes that mean something lie in a database file, by what they belong to (SQLite file format).

Left out is what no reader looks at: unallocated parts of a page, the rest of an overflow page, empty places in an
R-tree node, what in the file's head may have any value (counters, notes of the library, the spare bits of the text
encoding), row numbers that nothing refers to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geodata.store.engine import sqlite

_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 0x02, 0x05, 0x0A, 0x0D
_HEAD = [range(18), range(19, 24), range(28, 40), range(52, 56), range(60, 64), range(68, 72)]
_UNNUMBERED = ("sqlite_master", "sqlite_sequence")  # tables whose row numbers nothing refers to


def used_bytes(path: Path) -> dict[str, list[int]]:
    """Positions of the bytes that mean something: of the file's head, and of each table and index by its name."""
    content = path.read_bytes()
    file = _File(content, int.from_bytes(content[16:18], "big"))
    found: dict[str, list[int]] = defaultdict(list)
    found["head"] = [at for span in _HEAD for at in span]
    for name, root in _roots(path):
        for span in file.spans(root, name):
            found[name] += span
    for span in file.free_list():
        found["free list"] += span
    return {name: positions for name, positions in found.items() if positions}


def _roots(path: Path) -> list[tuple[str, int]]:
    connection = sqlite.connect(path)
    try:
        query = "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"
        return [("sqlite_master", 1), *connection.execute(query).fetchall()]
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    size: int

    def number(self, at: int, length: int) -> int:
        return int.from_bytes(self.content[at : at + length], "big")

    def spans(self, page: int, name: str) -> Iterator[range]:
        """Head, pointers and cells of a page and of those below it."""
        start = (page - 1) * self.size
        head = start + (100 if page == 1 else 0)
        kind, cells = self.content[head], self.number(head + 3, 2)
        interior = kind in (_INTERIOR_INDEX, _INTERIOR_TABLE)
        pointers = head + (12 if interior else 8)
        yield range(head, pointers + 2 * cells)
        yield from self._free_blocks(start, self.number(head + 1, 2))
        for index in range(cells):
            at = start + self.number(pointers + 2 * index, 2)
            if interior:
                yield from self.spans(self.number(at, 4), name)
                yield range(at, at + 4)
                at += 4
            if kind == _INTERIOR_TABLE:
                yield range(at, self.varint(at)[1])
            else:
                yield from self._cell(at, kind, name)
        if interior:
            yield from self.spans(self.number(head + 8, 4), name)

    def _free_blocks(self, start: int, offset: int) -> Iterator[range]:
        while offset:
            yield range(start + offset, start + offset + 4)
            offset = self.number(start + offset, 2)

    def _cell(self, at: int, kind: int, name: str) -> Iterator[range]:
        length, after = self.varint(at)
        yield range(at, after)
        at = after
        if kind == _LEAF_TABLE:
            _, after = self.varint(at)
            if name not in _UNNUMBERED:
                yield range(at, after)
            at = after
        local = self._local(length, kind)
        yield range(at, at + (self._node(at) if name.endswith("_geometry_node") else local))
        if local < length:
            yield range(at + local, at + local + 4)
            yield from self._overflow(self.number(at + local, 4), length - local)

    def _local(self, length: int, kind: int) -> int:
        """How much of a record stands in its own page."""
        most = self.size - 35 if kind == _LEAF_TABLE else (self.size - 12) * 64 // 255 - 23
        least = (self.size - 12) * 32 // 255 - 23
        if length <= most:
            return length
        kept = least + (length - least) % (self.size - 4)
        return kept if kept <= most else least

    def _node(self, at: int) -> int:
        """Length of the used part of a record that holds an R-tree node: depth, number of entries, entries."""
        head, _ = self.varint(at)
        return head + 4 + 24 * self.number(at + head + 2, 2)

    def _overflow(self, page: int, left: int) -> Iterator[range]:
        while page:
            start, part = (page - 1) * self.size, min(left, self.size - 4)
            yield range(start, start + 4 + part)
            page, left = self.number(start, 4), left - part

    def free_list(self) -> Iterator[range]:
        """The pages that list free pages."""
        page = self.number(32, 4)
        while page:
            start = (page - 1) * self.size
            yield range(start, start + 8 + 4 * self.number(start + 4, 4))
            page = self.number(start, 4)

    def varint(self, at: int) -> tuple[int, int]:
        """A number of variable length, and where the next byte stands."""
        value = 0
        for _ in range(8):
            byte = self.content[at]
            value, at = value << 7 | byte & 0x7F, at + 1
            if not byte & 0x80:
                return value, at
        return value << 8 | self.content[at], at + 1
