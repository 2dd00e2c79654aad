"""Opening a database server: connections, transactions of one moment, one writer, errors in plain words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from geodata.errors import (
    BadValue,
    ChengyuanError,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreUnreachable,
)

LOCK_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 5
WRITER = "chengyuan.writer"  # what the guard triggers ask for, see `postgis`
_WRITE_LOCK = 0x4348454E_47  # one number that all our processes know; such locks are per database
_IDLE_WRITER_TIMEOUT_S = 60  # a writer that went silent keeps the others waiting no longer than this

_BROKEN_RULES = {
    "23000": "这类记录只能追加，不能修改或删除",
    "23505": "已有相同编号的记录",
    "23503": "它引用的记录不存在（例如街道、小区或楼院的编号）",
}
_LOCKED = {"55P03", "40001", "40P01"}
_READ_ONLY = {"25006", "42501"}
_FULL = {"53100"}
_GONE = {"57P01", "57P02", "57P03", "25P03", "53300"}
_REASONS = {  # what the driver says, in English
    "refused": "拒绝连接",
    "timeout": "没有回答",
    "resolve": "没有这个主机名",
    "too many": "连接数已满",
    "starting up": "正在启动",
    "shutting down": "正在停止",
    "ssl": "加密连接不成功",
}
_OTHER_TABLES = {"42P01", "42703"}


def make_server_engine(url: URL) -> Engine:
    """Engine for a PostgreSQL server with PostGIS. Raises StoreError for a server of another kind."""
    if url.get_backend_name() != "postgresql":
        raise StoreError(
            f"不支持 {url.get_backend_name()} 数据库；可用：sqlite:///文件.gpkg，"
            "或 postgresql+psycopg://用户:密码@主机/库名（须有 PostGIS 扩展）。"
        )
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args=_connect_arguments())
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            "不能连接数据库服务器：没有这种驱动。地址请写成 postgresql+psycopg://用户:密码@主机/库名。"
        ) from error
    event.listen(engine, "begin", _on_begin)
    return engine


def _connect_arguments() -> dict[str, Any]:
    """A server that is gone is noticed soon; statements are not prepared, since a prepared one breaks when the
    schema is upgraded, and a connection pooler between us and the server may not know it."""
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": CONNECT_TIMEOUT_S * 2000,
        "keepalives_idle": 30,
        "client_encoding": "utf8",
        "application_name": "chengyuan",
        "prepare_threshold": None,
    }


def _on_begin(connection: Connection) -> None:
    """A reader sees one moment and waits for nobody; writers follow each other, so that numbers have no gaps."""
    if not connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
            f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_MS}ms'"  # an upgrade or VACUUM FULL locks out readers too
        )
        return
    connection.exec_driver_sql(
        "SELECT set_config(%s, 'on', true), set_config('lock_timeout', %s, true), "
        "set_config('idle_in_transaction_session_timeout', %s, true)",
        (WRITER, f"{LOCK_TIMEOUT_MS}ms", f"{_IDLE_WRITER_TIMEOUT_S}s"),
    )
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_WRITE_LOCK,))


def shown_server(url: URL) -> str:
    """The server and its database as people may see them: never user, password or options."""
    place = f"{url.host or '本机'}{f':{url.port}' if url.port else ''}"
    return f"数据库服务器 {place}/{url.database or ''}"


def translate_server(error: BaseException | None, shown: str) -> ChengyuanError:
    """Our error for one of the PostgreSQL driver, by its SQLSTATE; a connection that fails has none."""
    state = getattr(error, "sqlstate", None) or ""
    text = str(error).strip()
    if not state and type(error).__name__ == "OperationalError":
        return _no_connection(text, shown)
    if state in _BROKEN_RULES or state.startswith("23"):
        first = text.splitlines()[0]
        return BadValue(f"没有保存：{_BROKEN_RULES.get(state, '数据违反约束')}（{first}）。")
    if state in _LOCKED:
        return StoreLocked(
            f"{shown} 正被另一个程序写入，等待 {LOCK_TIMEOUT_MS / 1000:g} 秒仍未释放；"
            "没有保存任何内容，请稍后再试。"
        )
    if state in _READ_ONLY:
        return StoreReadOnly(f"{shown} 只能读取；没有保存任何内容。请检查数据库用户的权限（{text}）。")
    if state in _FULL:
        return StoreFull(
            f"{shown} 的磁盘已满，没有保存任何内容；以前保存的内容都在，可以照常查看。"
            "请保留正在填写的内容，由管理员腾出磁盘空间后再保存。"
        )
    if state in _OTHER_TABLES:
        return StoreDamaged(
            f"{shown} 里的表不是城垣应有的样子（{text}）。请运行 python manage.py check 查看详情。"
        )
    if state in _GONE or state.startswith("08"):
        return _unreachable(shown, text)
    return StoreError(f"{shown} 出错，没有保存任何内容：{text}")


def _no_connection(text: str, shown: str) -> StoreError:
    if "does not exist" in text and "database" in text:
        return StoreMissing(f"{shown} 不存在。请管理员先建立这个库，再运行 python manage.py init。")
    if "authentication failed" in text or "no password supplied" in text:
        return StoreUnreachable(f"{shown} 不接受这个用户名或密码；请检查 DATABASE_URL。")
    return _unreachable(shown, text)


def _unreachable(shown: str, text: str) -> StoreUnreachable:
    reason = next((words for sign, words in _REASONS.items() if sign in text.lower()), "连接中断")
    return StoreUnreachable(
        f"{shown} 连不上（{reason}），没有保存任何内容。请确认服务器已启动、网络通畅；"
        "恢复后即可继续，不必重启本程序。"
    )
