"""The store: one GeoPackage file or a PostGIS database: revisions, audit, optimistic versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from shapely.errors import ShapelyError
from sqlalchemy import Connection, Engine, select

from geodata.errors import BadValue, StoreMissing
from geodata.schema import LAYERS
from geodata.store import copies, history, migrate, revisions, saves, undoing
from geodata.store.backup import Progress
from geodata.store.check import Finding, check_store
from geodata.store.commit import Commit
from geodata.store.counting import LayerCount, layer_counts
from geodata.store.disk import identity
from geodata.store.engine import (
    database_path,
    make_engine,
    make_folder,
    missing,
    plain_errors,
    prepare_file,
    unreadable,
)
from geodata.store.former import keep_before_upgrade
from geodata.store.plans import Archive, Plan, Request, Restore, Undo
from geodata.store.reading import layer_frame
from geodata.store.revisions import RevisionInfo, Snapshot, machine_time, new_epoch
from geodata.store.room import Condition, Room
from geodata.store.saves import SaveQuery

__all__ = [
    "Archive",
    "Commit",
    "Condition",
    "Finding",
    "LayerCount",
    "Plan",
    "Request",
    "Restore",
    "RevisionInfo",
    "SaveQuery",
    "Snapshot",
    "Store",
    "Undo",
    "new_epoch",
]


class Store:
    """Everything the product knows, behind one URL.

    Open with `Store.open` (the database must exist and be of this version) or `Store.create` (creates or
    upgrades).
    All methods raise members of `geodata.errors.StoreError` with a message fit for people.
    """

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.clock: Callable[[], datetime] = machine_time
        self._engine = engine
        self._file_identity: tuple[int, int] | None = None
        self._room = Room(database_path(url))
        self._is_checked = False

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
        store._file_identity = identity(path)
        store._is_checked = True
        return store

    @classmethod
    def create(cls, url: str, *, backups: Path | None = None) -> Store:
        """Create the database, or upgrade an older one after a backup into `backups`; idempotent.

        A file has its `backups` beside it unless told; a server has none, and stays as it is (StoreOlder) when none
        is told. Raises StoreNewer.
        """
        path = database_path(url)
        if path is not None:
            make_folder(path.parent)
        store = cls(url, make_engine(url))
        try:
            store._create(path, backups)
        except Exception:
            store.close()
            raise
        store._file_identity = identity(path)
        store._is_checked = True
        return store

    @classmethod
    def older_version(cls, url: str) -> str | None:
        """Schema version of a database that needs an upgrade; None for one of this version. Raises as `open`."""
        with closing(cls(url, make_engine(url))) as store, store._reading() as connection:
            migrate.require_ours(connection)
            return migrate.stored_version(connection) if migrate.needs_upgrade(connection) else None

    def _create(self, path: Path | None, backups: Path | None, *, keep: bool = True) -> None:
        with self._reading() as connection:
            migrate.require_ours(connection)
        if path is not None:
            with plain_errors(self.url):
                prepare_file(self._engine)
        with self._writing() as connection:
            version = migrate.stored_version(connection)
            if keep and version is not None and migrate.needs_upgrade(connection):
                keep_before_upgrade(connection, self.url, backups)
            migrate.upgrade(connection)
            if version is None:
                # Revision numbers of two databases mean different rows: no cache may take one for the other.
                revisions.put_setting(connection, "epoch", new_epoch())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with plain_errors(self.url), self._engine.connect() as connection, connection.begin():
                self._require_same_version(connection)
                yield connection
        except (ValueError, TypeError, ShapelyError) as error:  # the file holds what nobody wrote
            raise unreadable(error, self.path) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._room.watched(), plain_errors(self.url), self._engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                self._require_same_version(connection)
                yield connection

    def _require_same_version(self, connection: Connection) -> None:
        """Raise StoreNewer (or StoreError) when another process changed the structure since it was opened."""
        if self._is_checked:
            migrate.require_same(connection)

    @property
    def path(self) -> Path | None:
        """Database file; None for a server."""
        return database_path(self.url)

    @property
    def in_place(self) -> bool:
        """Whether the open file is still the one at the path; a moved or deleted file would take saves and lose them."""
        return identity(self.path) == self._file_identity

    def condition(self, *, warn_below: int = 0) -> Condition:
        """Whether saves work now and, if not, why; warns when less than `warn_below` bytes are free. Cheap."""
        return self._room.condition(warn_below=warn_below)

    def snapshot(self) -> Snapshot:
        """Newest revision, last revision of each layer and the settings, at one moment."""
        with self._reading() as connection:
            return revisions.snapshot(connection)

    def mark(self) -> tuple[str, int]:
        """Epoch and number of the newest save, by one small query: what pages ask for again and again."""
        with self._reading() as connection:
            return revisions.mark(connection)

    def revision(self) -> RevisionInfo | None:
        """The newest save; None for an empty store."""
        return self.snapshot().newest

    def layer_revisions(self) -> dict[str, int]:
        """For each layer that has rows, the last revision that changed it."""
        return dict(self.snapshot().layers)

    def frame(self, layer: str, *, known_at: int | None = None, archived: bool = False) -> pd.DataFrame:
        """All rows of a layer now, or as they were right after revision `known_at`, in order of entry.

        A GeoDataFrame when the layer has geometry. Archived rows are left out unless asked for.
        """
        target = LAYERS[layer]
        with self._reading() as connection:
            if known_at is None or target.append_only:
                return layer_frame(connection, target, known_at=known_at, archived=archived)
            return history.frame_at(connection, target, known_at=known_at, archived=archived)

    def archived(self, layer: str) -> pd.DataFrame:
        """The archived rows of a layer alone; nothing is ever archived in an append-only one (BadValue)."""
        if LAYERS[layer].append_only:
            raise BadValue(f"图层 {layer} 只能追加，没有归档的记录。")
        with self._reading() as connection:
            return layer_frame(connection, LAYERS[layer], archived=True, live=False)

    def frames(self, layers: list[str]) -> dict[str, pd.DataFrame]:
        """Several layers as of one and the same moment."""
        with self._reading() as connection:
            return {layer: layer_frame(connection, LAYERS[layer]) for layer in layers}

    def frames_now(self, layers: list[str]) -> tuple[Snapshot, dict[str, pd.DataFrame]]:
        """Several layers with the snapshot of the same moment, whatever is saved meanwhile."""
        with self._reading() as connection:
            frames = {layer: layer_frame(connection, LAYERS[layer]) for layer in layers}
            return revisions.snapshot(connection), frames

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
        with self._writing() as connection:
            commit = Commit(connection, author=author, reason=reason, at=self.clock())
            yield commit
            if not commit.finish():
                connection.rollback()

    def audit(
        self,
        *,
        layer: str | None = None,
        record_ids: list[str] | None = None,
        revisions: list[int] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> pd.DataFrame:
        """Changes, newest first: revision, at, author, action, layer, record_id, before, after, reason.

        `clock_set_back` as in RevisionInfo: the order of the saves is that of their numbers, whatever the time.
        """
        wanted = saves.ChangeQuery(layer, record_ids, revisions)
        with self._reading() as connection:
            return saves.changes(connection, wanted, limit=limit, offset=offset)

    def saves(self, wanted: SaveQuery) -> pd.DataFrame:
        """Saves that match, newest first: number, at (UTC), author, reason."""
        with self._reading() as connection:
            return saves.saves(connection, wanted)

    def imports(self) -> pd.DataFrame:
        """Every file that was taken in, newest first: revision, at (UTC), author, file_name, layer, counts, reason …"""
        with self._reading() as connection:
            return saves.imports(connection)

    def undone(self) -> set[int]:
        """Numbers of the saves that a later one took back and that nobody brought back since."""
        with self._reading() as connection:
            return saves.undone(connection)

    def touched(self, numbers: list[int]) -> pd.DataFrame:
        """What these saves touched: revision, layer, action, and how many changes (`rows`)."""
        with self._reading() as connection:
            return saves.touched(connection, numbers)

    def plan(self, request: Request) -> Plan:
        """What undoing, restoring or archiving would write now, and what stands in the way; writes nothing."""
        with self._reading() as connection:
            return undoing.plan(connection, request)

    def carry_out(
        self, plan: Plan, *, author: str, reason: str, on: date, despite_conflicts: bool = False
    ) -> int:
        """Write a plan as one new save; returns its revision. `on` is the business date.

        Raises BadValue without a reason, for an empty plan, and for conflicts that were not accepted; StaleRow
        when somebody saved since the plan was made.
        """
        if not reason.strip():
            raise BadValue("没有填写原因，没有写入任何内容。")
        with self.commit(author=author, reason=f"{plan.request.title}：{reason.strip()}") as save:
            undoing.carry_out(save, plan, on=on, despite_conflicts=despite_conflicts)
        return save.revision

    def revisions(self) -> list[RevisionInfo]:
        """All saves, oldest first."""
        with self._reading() as connection:
            return revisions.revisions(connection)

    def counts(self) -> dict[str, LayerCount]:
        """How many rows each layer holds, with archived and invented ones; every layer is named."""
        with self._reading() as connection:
            return layer_counts(connection)

    def settings(self) -> dict[str, str]:
        """Settings that travel with the database (such as the business date of the demo)."""
        return dict(self.snapshot().settings)

    def put_setting(self, name: str, value: str) -> None:
        """Set one setting of the database."""
        with self._writing() as connection:
            revisions.put_setting(connection, name, value)

    def check(self, *, on_step: Callable[[str], None] | None = None) -> list[Finding]:
        """All faults found; empty when everything is in order."""
        with self._reading() as connection:
            return check_store(connection, on_step=on_step)

    def backup(self, target: Path, *, on_progress: Progress | None = None, thorough: bool = True) -> None:
        """Consistent, verified copy while people save.

        `thorough` reads the copy again row by row (hashes, audit chain, revisions); else it is only sound as a file.
        Raises BadFile when the target exists, StoreDamaged (and leaves no copy) when it does not verify.
        """
        copies.back_up(self, target, on_progress=on_progress, thorough=thorough)

    def copy_into(
        self,
        target: Store,
        *,
        epoch: str | None = None,
        unless_saved: bool = False,
        on_progress: Progress | None = None,
    ) -> int:
        """Copy everything, verbatim and verified, into a fresh database; the revision that was copied.

        `epoch` replaces this content's mark. Raises BadValue when the target holds anything, StoreDamaged when what
        arrives is not what was saved, StoreLocked when `unless_saved` and somebody saved here meanwhile; the target
        then stays as it was.
        """
        return copies.copy_into(self, target, epoch=epoch, unless_saved=unless_saved, on_progress=on_progress)

    def restore(self, source: Path, *, on_progress: Progress | None = None) -> None:
        """Replace the content by that of a backup, as one transaction; the caller backs up first.

        A backup of an older version is upgraded on the way; the content gets a new `epoch`. Raises BadFile,
        StoreDamaged, StoreNewer, StoreLocked; the former content then stays as it was.
        """
        copies.restore(self, source, on_progress=on_progress)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
