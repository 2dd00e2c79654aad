"""The list of saves and the audit: which ones match, what each of them touched and changed; read by page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from geodata import schema
from geodata.store.plans import Undo

_audit, _revision = schema.audit.c, schema.revision.c


@dataclass(frozen=True, slots=True)
class SaveQuery:
    """Which saves to list: all conditions hold; an empty one leaves everything in.

    `first` and `until` are instants, `until` not included. `text` is looked for in author and reason, and
    saves that touched one of `record_ids` match it too.
    """

    author: str = ""
    layer: str = ""
    text: str = ""
    record_ids: tuple[str, ...] = ()
    first: datetime | None = None
    until: datetime | None = None


def saves(connection: Connection, wanted: SaveQuery) -> pd.DataFrame:
    """Number, at (UTC), author and reason of each matching save, newest first."""
    columns = [_revision.number, _revision.at, _revision.author, _revision.reason]
    query = _narrowed(select(*columns), wanted).order_by(_revision.number.desc())
    rows = connection.execute(query).all()
    return pd.DataFrame(rows, columns=["number", "at", "author", "reason"])


def _narrowed(query: Select[Any], wanted: SaveQuery) -> Select[Any]:
    if wanted.author:
        query = query.where(_revision.author == wanted.author)
    if wanted.first is not None:
        query = query.where(_revision.at >= wanted.first)
    if wanted.until is not None:
        query = query.where(_revision.at < wanted.until)
    if wanted.layer:
        query = query.where(_revision.number.in_(select(_audit.revision).where(_audit.layer == wanted.layer)))
    if wanted.text or wanted.record_ids:
        touched = select(_audit.revision).where(_audit.record_id.in_([*wanted.record_ids, wanted.text]))
        query = query.where(
            or_(
                _revision.reason.icontains(wanted.text, autoescape=True),
                _revision.author.icontains(wanted.text, autoescape=True),
                _revision.number.in_(touched),
            )
        )
    return query


def imports(connection: Connection) -> pd.DataFrame:
    """Every file that was taken in, newest first: the columns of `import_batch` and the reason of its save."""
    batch = schema.import_batch.c
    columns = [one for one in batch if one.name not in ("fid", "row_hash")]
    query = (
        select(*columns, _revision.reason)
        .outerjoin_from(schema.import_batch, schema.revision, _revision.number == batch.revision)
        .order_by(batch.fid.desc())
    )
    rows = connection.execute(query).all()
    return pd.DataFrame(rows, columns=[*(one.name for one in columns), "reason"])


def undone(connection: Connection) -> set[int]:
    """Saves that a later one took back and that nobody brought back since."""
    query = select(_revision.number, _revision.reason).order_by(_revision.number.desc())
    found: set[int] = set()
    for number, reason in connection.execute(query):
        undo = Undo.of(reason)
        if undo is not None and undo.revision < number and number not in found:
            found.add(undo.revision)
    return found


def touched(connection: Connection, numbers: list[int]) -> pd.DataFrame:
    """For these saves: revision, layer, action and how many audit rows (`rows`) they wrote."""
    query = (
        select(_audit.revision, _audit.layer, _audit.action, func.count().label("rows"))
        .where(_audit.revision.in_(numbers))
        .group_by(_audit.revision, _audit.layer, _audit.action)
        .order_by(_audit.revision.desc(), _audit.layer, _audit.action)
    )
    return pd.DataFrame(connection.execute(query).all(), columns=["revision", "layer", "action", "rows"])


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """Which changes to list: all conditions hold; None leaves everything in."""

    layer: str | None = None
    record_ids: list[str] | None = None
    revisions: list[int] | None = None


def changes(
    connection: Connection, wanted: ChangeQuery, *, limit: int | None = None, offset: int = 0
) -> pd.DataFrame:
    """Audit rows that match, newest first, with the former and new values decoded; columns as `Store.audit` says."""
    query = select(schema.audit, _is_set_back()).order_by(_audit.seq.desc()).limit(limit).offset(offset)
    if wanted.revisions is not None:
        query = query.where(_audit.revision.in_(wanted.revisions))
    if wanted.layer is not None:
        query = query.where(_audit.layer == wanted.layer)
    if wanted.record_ids is not None:
        query = query.where(_audit.record_id.in_(wanted.record_ids))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    for row in rows:
        row["before"] = json.loads(row["before"]) if row["before"] else {}
        row["after"] = json.loads(row["after"]) if row["after"] else {}
    return pd.DataFrame(rows, columns=[column.name for column in query.selected_columns])


def _is_set_back() -> ColumnElement[bool]:
    """Whether an audit row is of an earlier time than the save before its own."""
    before = select(_revision.at).where(_revision.number == _audit.revision - 1)
    return func.coalesce(_audit.at < before.scalar_subquery(), False).label("clock_set_back")
