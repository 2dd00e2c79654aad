"""Where rows lie in a database file: byte spans of the records of each table (SQLite file format, section 1.6)."""

from __future__ import annotations

from collections.abc import Iterator

from geodata.store.engine import sqlite

_INTERIOR, _LEAF = 0x05, 0x0D


def row_spans(content: bytes, roots: list[int]) -> list[range]:
    """Byte positions of every record (header and values, without overflow pages) of tables at root pages."""
    size = int.from_bytes(content[16:18], "big")
    return [span for root in roots for span in _spans(content, root, size)]


def table_roots(path: str, names: list[str]) -> list[int]:
    """Root page of each named table."""
    connection = sqlite.connect(path)
    try:
        query = "SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"
        pages = dict(connection.execute(query).fetchall())
    finally:
        connection.close()
    return [pages[name] for name in names]


def _spans(content: bytes, number: int, size: int) -> Iterator[range]:
    start = (number - 1) * size
    head = start + (100 if number == 1 else 0)
    kind, cells = content[head], int.from_bytes(content[head + 3 : head + 5], "big")
    pointers = head + (12 if kind == _INTERIOR else 8)
    for index in range(cells):
        at = start + int.from_bytes(content[pointers + 2 * index : pointers + 2 * index + 2], "big")
        if kind == _INTERIOR:
            yield from _spans(content, int.from_bytes(content[at : at + 4], "big"), size)
        elif kind == _LEAF:
            yield _record(content, at, size)
    if kind == _INTERIOR:
        yield from _spans(content, int.from_bytes(content[head + 8 : head + 12], "big"), size)


def _record(content: bytes, at: int, size: int) -> range:
    length, at = _varint(content, at)
    _, at = _varint(content, at)  # the row's number; guarded by the index on `id`
    most, least = size - 35, (size - 12) * 32 // 255 - 23
    if length > most:
        kept = least + (length - least) % (size - 4)
        length = kept if kept <= most else least
    return range(at, at + length)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    while content[at] & 0x80:
        value, at = value << 7 | content[at] & 0x7F, at + 1
    return value << 7 | content[at], at + 1
