"""The store: one GeoPackage file (or, later, a PostGIS database) with revisions, audit and optimistic versions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select

from geodata import schema
from geodata.errors import StoreError
from geodata.schema import LAYERS
from geodata.store import backup as _backup
from geodata.store import migrate
from geodata.store.check import Finding, check_store
from geodata.store.commit import Commit
from geodata.store.engine import (
    database_path,
    is_writable,
    make_engine,
    missing,
    plain_errors,
    prepare_file,
)
from geodata.store.reading import layer_frame

__all__ = ["Commit", "Finding", "RevisionInfo", "Store"]


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """One save: number, time (UTC), author, reason."""

    number: int
    at: datetime
    author: str
    reason: str | None


class Store:
    """Everything the product knows, behind one URL.

    Open with `Store.open` (the database must exist and be of this version) or `Store.create` (creates or upgrades).
    All methods raise members of `geodata.errors.StoreError` with a message fit for people.
    """

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Store:
        """Open an existing database; never creates or changes one.

        Raises StoreMissing, StoreNewer, StoreDamaged, StoreReadOnly, or StoreError when it needs an upgrade.
        """
        path = database_path(url)
        if path is not None and not path.exists():
            raise missing(path)
        store = cls(url, make_engine(url))
        with store._reading() as connection:
            migrate.require_current(connection)
        return store

    @classmethod
    def create(cls, url: str) -> Store:
        """Create the database, or upgrade an older one after a backup; idempotent. Raises StoreNewer."""
        path = database_path(url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        store = cls(url, make_engine(url))
        if path is not None and path.exists() and path.stat().st_size:
            with store._reading() as connection:
                if migrate.needs_upgrade(connection):
                    version = migrate.stored_version(connection)
                    _backup.copy_database(
                        path, path.parent / "backups" / f"{path.stem}-before-{version}-upgrade.gpkg"
                    )
        if path is not None:
            store._prepare_file()
        with store._writing() as connection:
            migrate.upgrade(connection)
        return store

    def _prepare_file(self) -> None:
        with plain_errors(self.url):
            raw = self._engine.raw_connection()
            try:
                prepare_file(raw.driver_connection)
            finally:
                raw.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with plain_errors(self.url), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with plain_errors(self.url), self._engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                yield connection

    @property
    def path(self) -> Path | None:
        """Database file; None for a server."""
        return database_path(self.url)

    @property
    def writable(self) -> bool:
        """Whether saves can work at all (file and folder permissions)."""
        return self.path is None or is_writable(self.path)

    def revision(self) -> RevisionInfo | None:
        """The newest save; None for an empty store."""
        query = select(schema.revision).order_by(schema.revision.c.number.desc()).limit(1)
        with self._reading() as connection:
            row = connection.execute(query).first()
        return RevisionInfo(row.number, row.at, row.author, row.reason) if row else None

    def layer_revisions(self) -> dict[str, int]:
        """For each layer that has rows, the last revision that changed it."""
        with self._reading() as connection:
            rows = connection.execute(select(schema.layer_revision)).all()
        return {row.layer: row.revision for row in rows}

    def frame(self, layer: str, *, known_at: int | None = None, archived: bool = False) -> pd.DataFrame:
        """All rows of a layer; see `geodata.store.reading.layer_frame`."""
        with self._reading() as connection:
            return layer_frame(connection, LAYERS[layer], known_at=known_at, archived=archived)

    def frames(self, layers: list[str]) -> dict[str, pd.DataFrame]:
        """Several layers as of one and the same moment."""
        with self._reading() as connection:
            return {layer: layer_frame(connection, LAYERS[layer]) for layer in layers}

    def row(self, layer: str, record_id: str) -> dict[str, Any] | None:
        """One row with all its columns, read now; None when there is none."""
        table = LAYERS[layer].table
        with self._reading() as connection:
            found = connection.execute(select(table).where(table.c.id == record_id)).mappings().first()
        return dict(found) if found else None

    @contextmanager
    def commit(self, *, author: str, reason: str | None = None) -> Iterator[Commit]:
        """One save as one transaction and one revision; rolled back whole on any error or when nothing changed."""
        with plain_errors(self.url), self._engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin() as transaction:
                commit = Commit(connection, author=author, reason=reason)
                yield commit
                if not commit.finish():
                    transaction.rollback()

    def audit(self, *, layer: str | None = None, record_ids: list[str] | None = None) -> pd.DataFrame:
        """Changes, newest first: revision, at, author, action, layer, record_id, before, after (dicts), reason."""
        query = select(schema.audit).order_by(schema.audit.c.seq.desc())
        if layer is not None:
            query = query.where(schema.audit.c.layer == layer)
        if record_ids is not None:
            query = query.where(schema.audit.c.record_id.in_(record_ids))
        with self._reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        for row in rows:
            row["before"] = json.loads(row["before"]) if row["before"] else {}
            row["after"] = json.loads(row["after"]) if row["after"] else {}
        columns = [column.name for column in schema.audit.columns]
        return pd.DataFrame(rows, columns=columns)

    def settings(self) -> dict[str, str]:
        """Settings that travel with the database (such as the business date of the demo)."""
        with self._reading() as connection:
            return {row.name: row.value for row in connection.execute(select(schema.setting))}

    def put_setting(self, name: str, value: str) -> None:
        """Set one setting of the database."""
        with self._writing() as connection:
            connection.execute(delete(schema.setting).where(schema.setting.c.name == name))
            connection.execute(insert(schema.setting), {"name": name, "value": value})

    def check(self, *, on_step: Callable[[str], None] | None = None) -> list[Finding]:
        """All faults found; empty when everything is in order."""
        with self._reading() as connection:
            return check_store(connection, on_step=on_step)

    def backup(self, target: Path, *, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Consistent, verified copy while people save. Raises BadFile when the target exists."""
        _backup.copy_database(self._file(), target, on_progress=on_progress)

    def restore(self, source: Path, *, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Replace the content by that of a backup, as one transaction; the caller backs up first."""
        _backup.overwrite_database(source, self._file(), on_progress=on_progress)

    def _file(self) -> Path:
        if self.path is None:
            raise StoreError("数据库服务器请用它自己的工具备份（pg_dump）。")
        return self.path

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
