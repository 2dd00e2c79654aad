"""The list of saves: which ones match, and what each of them touched; read by page, never the whole audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, or_, select

from geodata import schema

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


def touched(connection: Connection, numbers: list[int]) -> pd.DataFrame:
    """For these saves: revision, layer, action and how many audit rows (`rows`) they wrote."""
    query = (
        select(_audit.revision, _audit.layer, _audit.action, func.count().label("rows"))
        .where(_audit.revision.in_(numbers))
        .group_by(_audit.revision, _audit.layer, _audit.action)
        .order_by(_audit.revision.desc(), _audit.layer, _audit.action)
    )
    return pd.DataFrame(connection.execute(query).all(), columns=["revision", "layer", "action", "rows"])
