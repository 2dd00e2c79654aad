"""The store: one GeoPackage file (or, later, a PostGIS database): revisions, audit, optimistic versions."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from shapely.errors import ShapelyError
from sqlalchemy import Connection, Engine, delete, insert, select

from geodata import schema
from geodata.errors import StoreError, StoreMissing
from geodata.schema import LAYERS
from geodata.store import backup as _backup
from geodata.store import migrate
from geodata.store.check import Finding, check_store
from geodata.store.commit import Commit
from geodata.store.engine import (
    database_path,
    file_url,
    is_writable,
    make_engine,
    make_folder,
    missing,
    plain_errors,
    prepare_file,
    unreadable,
)
from geodata.store.hashing import row_hash
from geodata.store.reading import layer_frame

__all__ = ["Commit", "Finding", "RevisionInfo", "Snapshot", "Store"]


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """One save: number, time (UTC), author, reason."""

    number: int
    at: datetime
    author: str
    reason: str | None


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


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Which file this is (device and inode); None when there is none."""
    try:
        found = path.stat() if path else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None


class Store:
    """Everything the product knows, behind one URL.

    Open with `Store.open` (the database must exist and be of this version) or `Store.create` (creates or
    upgrades).
    All methods raise members of `geodata.errors.StoreError` with a message fit for people.
    """

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self._engine = engine
        self._file_identity: tuple[int, int] | None = None

    @classmethod
    def open(cls, url: str) -> Store:
        """Open an existing database; never creates or changes one.

        Raises StoreMissing, StoreNewer, StoreDamaged, StoreReadOnly, or StoreError when it needs an upgrade.
        """
        path = database_path(url)
        if path is not None and not path.exists():
            raise missing(path)
        store = cls(url, make_engine(url))
        try:
            with store._reading() as connection:
                migrate.require_current(connection)
        except Exception:
            store.close()
            raise
        store._file_identity = _identity(path)
        return store

    @classmethod
    def create(cls, url: str) -> Store:
        """Create the database, or upgrade an older one after a backup; idempotent. Raises StoreNewer."""
        path = database_path(url)
        if path is not None:
            make_folder(path.parent)
        store = cls(url, make_engine(url))
        try:
            store._create(path)
        except Exception:
            store.close()
            raise
        store._file_identity = _identity(path)
        return store

    def _create(self, path: Path | None) -> None:
        if path is not None:
            with self._reading() as connection:
                migrate.require_ours(connection)
            self._prepare_file()
        with self._writing() as connection:
            version = migrate.stored_version(connection)
            if path is not None and version is not None and migrate.needs_upgrade(connection):
                _backup.copy_database(path, _backup.before_upgrade(path, version))
            migrate.upgrade(connection)
            if version is None:
                # Revision numbers of two databases mean different rows: no cache may take one for the other.
                row = {"name": "epoch", "value": new_epoch()}
                connection.execute(insert(schema.setting), {**row, "row_hash": row_hash(row)})

    def _prepare_file(self) -> None:
        with plain_errors(self.url):
            raw = self._engine.raw_connection()
            try:
                prepare_file(raw.driver_connection)
            finally:
                raw.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with plain_errors(self.url), self._engine.connect() as connection, connection.begin():
                yield connection
        except (ValueError, TypeError, ShapelyError) as error:  # the file holds what nobody wrote
            raise unreadable(error, self.path) from error

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
    def in_place(self) -> bool:
        """Whether the open file is still the one at the path; a moved or deleted file would take saves and lose them."""
        return _identity(self.path) == self._file_identity

    @property
    def writable(self) -> bool:
        """Whether saves can work at all (file and folder permissions)."""
        return self.path is None or is_writable(self.path)

    def snapshot(self) -> Snapshot:
        """Newest revision, last revision of each layer and the settings, at one moment."""
        newest = select(schema.revision).order_by(schema.revision.c.number.desc()).limit(1)
        with self._reading() as connection:
            row = connection.execute(newest).first()
            layers = connection.execute(select(schema.layer_revision)).all()
            settings = connection.execute(select(schema.setting)).all()
        return Snapshot(
            newest=RevisionInfo(row.number, row.at, row.author, row.reason) if row else None,
            layers={item.layer: item.revision for item in layers},
            settings={item.name: item.value for item in settings},
        )

    def revision(self) -> RevisionInfo | None:
        """The newest save; None for an empty store."""
        return self.snapshot().newest

    def layer_revisions(self) -> dict[str, int]:
        """For each layer that has rows, the last revision that changed it."""
        return dict(self.snapshot().layers)

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
        """One save as one transaction and one revision; rolled back on any error and when nothing changed."""
        if not self.in_place:
            raise StoreMissing(
                f"数据库文件 {self.path} 在打开之后被移走或替换，没有保存任何内容。请刷新页面后重新填写。"
            )
        with plain_errors(self.url), self._engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin() as transaction:
                commit = Commit(connection, author=author, reason=reason)
                yield commit
                if not commit.finish():
                    transaction.rollback()

    def audit(self, *, layer: str | None = None, record_ids: list[str] | None = None) -> pd.DataFrame:
        """Changes, newest first: revision, at, author, action, layer, record_id, before, after, reason."""
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
        return dict(self.snapshot().settings)

    def put_setting(self, name: str, value: str) -> None:
        """Set one setting of the database."""
        row = {"name": name, "value": value}
        with self._writing() as connection:
            connection.execute(delete(schema.setting).where(schema.setting.c.name == name))
            connection.execute(insert(schema.setting), {**row, "row_hash": row_hash(row)})

    def check(self, *, on_step: Callable[[str], None] | None = None) -> list[Finding]:
        """All faults found; empty when everything is in order."""
        with self._reading() as connection:
            return check_store(connection, on_step=on_step)

    def backup(self, target: Path, *, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Consistent, verified copy while people save. Raises BadFile when the target exists."""
        _backup.copy_database(self._file(), target, on_progress=on_progress)

    def restore(self, source: Path, *, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Replace the content by that of a backup, as one transaction; the caller backs up first.

        A backup of an older version is upgraded on the way; the content gets a new `epoch`. Raises BadFile,
        StoreDamaged, StoreNewer, StoreLocked; the former content then stays as it was.
        """
        live = self._file()
        staged = live.with_name(f"{live.name}.restore-{uuid.uuid4().hex[:8]}")
        try:
            _backup.copy_database(source, staged)
            with closing(Store.create(file_url(staged))) as store:
                store.put_setting("epoch", new_epoch())
            _backup.overwrite_database(staged, live, on_progress=on_progress)
        finally:
            _backup.remove_database(staged)

    def _file(self) -> Path:
        if self.path is None:
            raise StoreError("数据库服务器请用它自己的工具备份（pg_dump）。")
        return self.path

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
