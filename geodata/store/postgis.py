"""What makes the server's database ours, and what guards it: PostGIS, spatial indexes, triggers.

The counterpart of `gpkg`. *Guard* triggers refuse whoever has not announced itself as this product (the setting
`chengyuan.writer`, which our writing transactions carry), so that a statement typed into another program by
mistake changes nothing; whoever sets it on purpose is found by `check`, as no row hash or audit row fits.
*Append-only* triggers refuse UPDATE, DELETE and TRUNCATE even to us, but for the restore of a backup. `install` may run any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from geodata.errors import StoreError
from geodata.schema import LAYERS, append_only_tables, metadata
from geodata.store.server import WRITER

OWN_TABLES_OF_POSTGIS = frozenset({"spatial_ref_sys"})
_SRS_ID = 4490

_REPLACING = "chengyuan.replacing"

_FUNCTIONS = {
    "chengyuan_guard": f"""
BEGIN
  IF current_setting('{WRITER}', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION USING MESSAGE = 'only chengyuan may change ' || TG_TABLE_NAME, ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END""",
    "chengyuan_append_only": f"""
BEGIN
  IF current_setting('{_REPLACING}', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'integrity_constraint_violation';
END""",
}


def require_postgis(connection: Connection) -> None:
    """Make sure that the extension is there before the first table. Raises StoreError saying what to ask for."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise StoreError(f"数据库的字符编码是 {encoding}，存不了中文；请管理员用 ENCODING 'UTF8' 重新建库。")
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except DBAPIError as error:
        raise StoreError(
            "数据库里没有 PostGIS 扩展，当前用户也不能安装它。请管理员在服务器上装好 PostGIS，"
            f"并在这个库里执行 CREATE EXTENSION postgis;（{str(error.orig).splitlines()[0]}）"
        ) from error


def install(connection: Connection) -> None:
    """Create or repair spatial indexes and triggers inside the caller's transaction."""
    for statement in indexes().values():
        connection.exec_driver_sql(statement)
    for name, body in _FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
        )
    present = set(inspect(connection).get_table_names())  # an older version has fewer tables
    for (name, table), statement in triggers().items():
        if table in present:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            connection.exec_driver_sql(statement)


def allow_replacing(connection: Connection) -> None:
    """Let this transaction, which puts a backup in place of everything, delete append-only rows too.

    Dropping the triggers instead would make every reader wait until the restore is over.
    """
    connection.exec_driver_sql(f"SET LOCAL {_REPLACING} = 'on'")


def indexes() -> dict[str, str]:
    """Spatial index of every layer with geometry, with the statement that makes it, by name."""
    names = {layer.name: f"gix_{layer.name}_geometry" for layer in LAYERS.values() if layer.geometry}
    return {
        name: f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gist (geometry)"
        for table, name in names.items()
    }


def triggers() -> dict[tuple[str, str], str]:
    """Every trigger of the store with the statement that makes it, by its name and table."""
    made = {}
    for table in metadata.sorted_tables:
        made["guard", table.name] = (
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table.name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION chengyuan_guard()"
        )
    for table in append_only_tables():
        made["append_only", table.name] = (
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION chengyuan_append_only()"
        )
    return made


def layout_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Everything that is not as the product builds it: where, and what was found."""
    rows = connection.exec_driver_sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    present = {tuple(row) for row in rows}
    for table in metadata.sorted_tables:
        lacking = [column.name for column in table.columns if (table.name, column.name) not in present]
        if len(lacking) == len(table.columns):
            yield table.name, "缺少这张表"
        elif lacking:
            yield table.name, f"缺少字段 {'、'.join(lacking)}"
    yield from _trigger_faults(connection)
    yield from _index_faults(connection)


def _trigger_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    bodies: dict[str, str] = dict(
        connection.exec_driver_sql(
            "SELECT proname, prosrc FROM pg_proc WHERE proname IN ('chengyuan_guard', 'chengyuan_append_only')"
        ).all()
    )
    for name, body in _FUNCTIONS.items():
        if bodies.get(name) != body:
            yield name, "缺少这个保护函数，或它被改动过"
    rows = connection.exec_driver_sql(
        "SELECT t.tgname, c.relname, t.tgenabled, pg_get_triggerdef(t.oid, true) FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
    )
    stored = {(row[0], row[1]): (row[2], _in_order(row[3])) for row in rows}
    for (name, table), statement in triggers().items():
        if stored.get((name, table)) != ("O", _in_order(statement)):
            yield f"{name} ({table})", "缺少这个保护触发器，或它被停用或改动过"


def _in_order(statement: str) -> list[str]:
    """The words of a trigger's definition; the server writes its events in another order."""
    return sorted(statement.split())


def _index_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    rows = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_am a ON a.oid = c.relam WHERE i.indisvalid AND a.amname = 'gist'"
    )
    valid = set(rows.scalars())
    for name in indexes():
        if name not in valid:
            yield name, "缺少这个空间索引，或它已失效"
