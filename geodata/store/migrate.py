"""Schema versions: Alembic upgrades under the write lock, triggers recreated afterwards."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from geodata.errors import StoreDamaged, StoreMissing, StoreNewer, StoreOlder
from geodata.store import gpkg, postgis

_SCRIPTS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@lru_cache(maxsize=1)
def _known_versions() -> tuple[str, ...]:
    """Released schema versions, newest first; read once, since every opening asks."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def newest_version() -> str:
    """The schema version of this program."""
    return _known_versions()[0]


def stored_version(connection: Connection) -> str | None:
    """Schema version of a database; None when it has none. Raises StoreDamaged when it has several."""
    try:
        return MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise StoreDamaged(f"数据库的结构版本记录已损坏（{error}）。请用 restore 从备份恢复。") from error


def needs_upgrade(connection: Connection) -> bool:
    """Whether the database is of an older version. Raises StoreNewer for one of a newer version."""
    stored, known = stored_version(connection), _known_versions()
    if stored is not None and stored not in known:
        raise StoreNewer(
            f"数据库由更新版本的城垣写成（结构版本 {stored}，本程序只认识到 {known[0]}）。"
            "请升级程序后再打开；数据没有改动。"
        )
    return stored != known[0]


def require_current(connection: Connection) -> None:
    """Raise unless the database is of exactly this version (StoreNewer, StoreOlder, StoreMissing, StoreDamaged)."""
    if not needs_upgrade(connection):
        return
    if stored_version(connection) is None:
        raise _not_ours() if _tables(connection) or _is_file(connection) else _empty()
    raise StoreOlder("数据库是旧版本，需要升级：请运行 python manage.py init（会先自动备份）。")


def require_same(connection: Connection) -> None:
    """Raise as `require_current` does; cheap enough for every transaction."""
    stored = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if list(stored) != [_known_versions()[0]]:
        require_current(connection)


def require_ours(connection: Connection) -> None:
    """Raise StoreDamaged for somebody else's tables, StoreNewer for a newer version; empty will do."""
    needs_upgrade(connection)
    if stored_version(connection) is None and _tables(connection):
        raise _not_ours()


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - postgis.OWN_TABLES_OF_POSTGIS


def _is_file(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _empty() -> StoreMissing:
    return StoreMissing(
        "数据库服务器上的这个库还是空的。请运行 python manage.py init（空库）或 python manage.py demo（演示数据）。"
    )


def _not_ours() -> StoreDamaged:
    return StoreDamaged(
        "这不是城垣的数据库（没有结构版本）。请检查 DATABASE_URL，或运行 python manage.py init。"
    )


def upgrade(connection: Connection, *, to: str = "head") -> None:
    """Bring the database to this version in the caller's transaction, then refresh layout and triggers.

    `to` names an older version, for a copy of a database that is still of that version.
    """
    if not _is_file(connection):
        postgis.require_postgis(connection)
    if needs_upgrade(connection):
        command.upgrade(_config(connection), to)
    (gpkg if _is_file(connection) else postgis).install(connection)
