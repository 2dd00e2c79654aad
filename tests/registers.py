"""What sheets are made from: the register of a database of the tests, and texts that must print as themselves."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from geodata.settings import Settings
from geodata.store import Store
from geodata.store.engine import file_url
from sheets import register
from sheets.register import Register

TODAY = date(2026, 11, 24)
HOSTILE = '#eval("1") $x$ *粗* _斜_ <script> \\ `r` @ref // " \' [院] #{} /* 甲 */ ~ = - +'


def register_of(source: Path | Store) -> Register:
    """The register of a file or an open store, read now."""
    if isinstance(source, Store):
        return register.read(source, Settings(), today=TODAY)
    with closing(Store.open(file_url(source))) as store:
        return register_of(store)
