"""Revisions and settings: who saved when, and what the store holds at one moment, without reading any layer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from geodata import schema
from geodata.store.hashing import row_hash


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """One save: number, time (UTC) as the machine's clock told it, author, reason.

    `clock_set_back` says that the clock told an earlier time than at the save before: the number is right then,
    the time is doubtful.
    """

    number: int
    at: datetime
    author: str
    reason: str | None
    clock_set_back: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store holds at one moment, without reading any layer: the keys under which reads are cached.

    `epoch` changes when the whole content is replaced (restore), since revision numbers then mean other rows.
    """

    newest: RevisionInfo | None
    layers: Mapping[str, int]
    settings: Mapping[str, str]

    @property
    def revision(self) -> int:
        """Number of the newest save; 0 for an empty store."""
        return self.newest.number if self.newest else 0

    @property
    def epoch(self) -> str:
        """Mark of the content's line of descent."""
        return self.settings.get("epoch", "0")


def new_epoch() -> str:
    """A fresh mark for a content's line of descent."""
    return secrets.token_hex(4)


def machine_time() -> datetime:
    """Now, as this machine's clock tells it (UTC)."""
    return datetime.now(UTC)


def snapshot(connection: Connection) -> Snapshot:
    """Newest revision, last revision of each layer and the settings."""
    newest = select(schema.revision).order_by(schema.revision.c.number.desc()).limit(2)
    last = connection.execute(newest).all()
    layers = connection.execute(select(schema.layer_revision)).all()
    settings = connection.execute(select(schema.setting)).all()
    return Snapshot(
        newest=_info(*last) if last else None,
        layers={item.layer: item.revision for item in layers},
        settings={item.name: item.value for item in settings},
    )


def mark(connection: Connection) -> tuple[str, int]:
    """Epoch and number of the newest save, by one small query."""
    newest = select(func.max(schema.revision.c.number)).scalar_subquery()
    epoch = select(schema.setting.c.value).where(schema.setting.c.name == "epoch").scalar_subquery()
    row = connection.execute(select(epoch, newest)).one()
    return row[0] or "0", row[1] or 0


def put_setting(connection: Connection, name: str, value: str) -> None:
    """Set one setting, whether there is one of this name or not."""
    row = {"name": name, "value": value}
    connection.execute(delete(schema.setting).where(schema.setting.c.name == name))
    connection.execute(insert(schema.setting), {**row, "row_hash": row_hash(row)})


def revisions(connection: Connection) -> list[RevisionInfo]:
    """All saves, oldest first."""
    rows = connection.execute(select(schema.revision).order_by(schema.revision.c.number)).all()
    return [_info(row, before) for row, before in zip(rows, [None, *rows], strict=False)]


def _info(row: Row[Any], before: Row[Any] | None = None) -> RevisionInfo:
    set_back = before is not None and row.at < before.at
    return RevisionInfo(row.number, row.at, row.author, row.reason, set_back)
