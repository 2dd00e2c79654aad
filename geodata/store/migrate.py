"""Schema versions: Alembic upgrades under the write lock, triggers recreated afterwards."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from geodata.errors import StoreDamaged, StoreError, StoreNewer
from geodata.store import gpkg

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


def stored_version(connection: Connection) -> str | None:
    """Schema version of a database; None when it has none."""
    return MigrationContext.configure(connection).get_current_revision()


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
    """Raise unless the database is of exactly this version (StoreNewer, StoreDamaged, StoreError)."""
    if not needs_upgrade(connection):
        return
    if stored_version(connection) is None:
        raise _not_ours()
    raise StoreError("数据库是旧版本，需要升级：请运行 python manage.py init（会先自动备份）。")


def require_same(connection: Connection) -> None:
    """Raise as `require_current` does; cheap enough for every transaction."""
    stored = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if list(stored) != [_known_versions()[0]]:
        require_current(connection)


def require_ours(connection: Connection) -> None:
    """Raise StoreDamaged for somebody else's tables, StoreNewer for a newer version; empty will do."""
    needs_upgrade(connection)
    if stored_version(connection) is None and inspect(connection).get_table_names():
        raise _not_ours()


def _not_ours() -> StoreDamaged:
    return StoreDamaged(
        "这个文件不是城垣的数据库（没有结构版本）。请检查 DATABASE_URL，或运行 python manage.py init。"
    )


def upgrade(connection: Connection) -> None:
    """Bring the database to this version in the caller's transaction, then refresh layout and triggers."""
    if needs_upgrade(connection):
        command.upgrade(_config(connection), "head")
    if connection.dialect.name == "sqlite":
        gpkg.install(connection)
