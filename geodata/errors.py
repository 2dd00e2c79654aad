"""The small family of errors that a caller's mistake or a sick store can raise.

ChengyuanError
├── NoCrs                frame without a coordinate reference system
├── WrongCrs             frame in another CRS than the function needs
├── BadValue             a value outside its closed list or range
├── BadFile              a file that cannot be read as what it claims to be
└── StoreError
    ├── StoreMissing     no database at the given place
    ├── StoreUnreachable the database server does not answer
    ├── StoreLocked      another process holds the write lock
    ├── StoreReadOnly    file or folder cannot be written
    ├── StoreFull        no room on the disk for a save
    ├── StoreOlder       database of an older version, to be upgraded
    ├── StoreNewer       database of a newer version of the product
    ├── StoreDamaged     not a database, or its checks fail
    ├── StaleRow         somebody saved this record in the meantime
    └── NotFound         no record of that id

A user's bad row is never one of these: it is an `Issue` (see `geodata.importers`).
Every message says what happened, with which value, and what to do next, in the reader's language.
"""

from __future__ import annotations

from typing import Any


class ChengyuanError(Exception):
    """Base of all errors that the product raises on purpose; `str(error)` is fit for people."""


class NoCrs(ChengyuanError):
    """A frame came without a coordinate reference system."""


class WrongCrs(ChengyuanError):
    """A frame came in another CRS than the function measures in."""


class BadValue(ChengyuanError):
    """A value is outside its closed list or its range."""


class BadFile(ChengyuanError):
    """A file cannot be read as what it claims to be."""


class StoreError(ChengyuanError):
    """The store could not do what was asked; nothing was half done."""


class StoreMissing(StoreError):
    """There is no database at the given place."""


class StoreUnreachable(StoreError):
    """The database server does not answer, or broke off the connection."""


class StoreLocked(StoreError):
    """Another process holds the write lock for longer than we wait."""


class StoreReadOnly(StoreError):
    """The database file or its folder cannot be written."""


class StoreFull(StoreError):
    """There is no room on the disk; what was saved before is kept, and reading goes on."""


class StoreOlder(StoreError):
    """The database was written by an older version and needs an upgrade."""


class StoreNewer(StoreError):
    """The database was written by a newer version of the product."""


class StoreDamaged(StoreError):
    """The file is not a database of ours, or a check of its content failed."""


class NotFound(StoreError):
    """There is no record of that id."""


class StaleRow(StoreError):
    """Somebody else saved the record since it was read.

    `mine` and `theirs` map each field in conflict to the value this save wanted and the one stored now.
    """

    def __init__(self, message: str, *, mine: dict[str, Any], theirs: dict[str, Any]) -> None:
        super().__init__(message)
        self.mine = mine
        self.theirs = theirs
