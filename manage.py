"""城垣命令行：建库、装入、导出、备份、恢复、检查与进度。

退出码：
  0  正常
  1  有发现的问题（check），或有未入库的行（load）
  2  用法不对，或文件读不了、值不能用
  3  数据库出错（不存在、被占用、只读、版本更新、损坏）

数据库由 --database 或环境变量 DATABASE_URL 指定，默认 sqlite:///data/renewal.gpkg。
提示与进度写到标准错误，结果写到标准输出，可以直接接管道。
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from geodata.errors import BadFile, BadValue, ChengyuanError, StoreError, StoreMissing

if TYPE_CHECKING:
    from datetime import datetime

    from geodata.settings import Settings
    from geodata.store import Store

OK, FINDINGS, USAGE, STORE = 0, 1, 2, 3

_EPILOG = "退出码：0 正常；1 有问题或有未入库的行；2 用法或文件不对；3 数据库出错。"


class _PlainErrors(typer.core.TyperGroup):
    """Commands whose expected errors end as one Chinese message and an exit code, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ChengyuanError as error:
            _say(f"错误：{error}")
            raise typer.Exit(STORE if isinstance(error, StoreError) else USAGE) from error
        except OSError as error:
            _say(f"错误：读写文件出错：{error.filename or ''} {error.strerror or error}")
            raise typer.Exit(USAGE) from error


app = typer.Typer(
    cls=_PlainErrors,
    help="城垣：老旧小区改造一张图的命令行。",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Group(StrEnum):
    """What progress is summed up by."""

    STREET = "street"
    PROGRAMME = "programme"
    AREA = "area"


class Format(StrEnum):
    """How progress is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.callback()
def _choose_database(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            help="数据库地址或文件，如 sqlite:///data/renewal.gpkg；不填时用 DATABASE_URL 或默认值。",
        ),
    ] = None,
) -> None:
    context.obj = database


# ── Shared by the commands ────────────────────────────────────────────────────────────────────────────────────


def _say(text: str) -> None:
    """A message for people, on standard error."""
    typer.echo(text, err=True)


def _settings() -> Settings:
    from pydantic import ValidationError

    from geodata.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadValue(
            f"配置项 {field} 的值“{first['input']}”不对：{first['msg']}。请检查环境变量与 config.toml。"
        ) from error
    except ValueError as error:  # TOML that does not parse
        raise BadValue(f"config.toml 读不了：{error}") from error


def _url(context: typer.Context) -> str:
    """Database URL of this call; a plain path is taken as a file."""
    given = context.obj or _settings().database_url
    return given if "://" in given else f"sqlite:///{given}"


@contextmanager
def _open(context: typer.Context) -> Iterator[Store]:
    from geodata.store import Store

    store = Store.open(_url(context))
    try:
        yield store
    finally:
        store.close()


def _now() -> datetime:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Asia/Shanghai"))


@contextmanager
def _progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error; gives a function (done, total, what)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, text: bar.update(
            task, completed=done, total=total or None, description=text
        )


def _print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table on standard output; cells are text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    table = Table(title=title, title_justify="left", show_lines=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────


@app.command(epilog=_EPILOG)
def init(
    context: typer.Context,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="已有数据库时只在版本较旧时升级，不报错。")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="新建时装入演示数据。")] = False,
) -> None:
    """建立数据库，或把旧版本升级到当前版本（升级前自动备份）。"""
    from geodata.store.engine import database_path

    url = _url(context)
    path = database_path(url)
    if path is not None and not path.exists():
        _create(url, demo=demo)
    elif if_missing:
        _upgrade_if_older(url)
        if demo and _is_half_installed(url):
            _create_demo(url)
    elif demo:
        _create_demo(url)
    else:
        _create(url, demo=False)


def _create(url: str, *, demo: bool) -> None:
    from geodata.store import Store

    if demo:
        _create_demo(url)
        return
    Store.create(url).close()
    _say(f"数据库已就绪（当前版本）：{url}")


def _upgrade_if_older(url: str) -> None:
    from geodata.store import Store

    try:
        Store.open(url).close()
    except StoreError as error:
        if type(error) is not StoreError:  # an older version is the only plain one; all others have a class
            raise
        Store.create(url).close()
        _say(f"数据库已升级到当前版本：{url}")


def _is_half_installed(url: str) -> bool:
    from geodata.installing import is_half_installed
    from geodata.store import Store

    store = Store.open(url)
    try:
        return is_half_installed(store)
    finally:
        store.close()


@app.command(epilog=_EPILOG)
def demo(context: typer.Context) -> None:
    """建立带演示数据的数据库；已有数据时拒绝。"""
    _create_demo(_url(context))


def _create_demo(url: str) -> None:
    from geodata.installing import create_demo

    with _progress_bar("生成演示数据") as advance:
        create_demo(url, business_date=_settings().business_date, on_progress=advance)
    _say(f"演示数据已装入 {url}。演示楼院均为编造，页面与导出都会标明“演示数据”。")


@app.command(epilog=_EPILOG)
def backup(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            help="备份文件；不填时为数据库旁的 backups/<库名>-年月日-时分秒.gpkg。", show_default=False
        ),
    ] = None,
) -> None:
    """备份数据库：使用中也可以，写完即校验，不覆盖已有文件。"""
    with _open(context) as store:
        target = file or _backup_name(store, "")
        with _progress_bar("备份") as advance:
            store.backup(target, on_progress=lambda done, total: advance(done, total, "备份"))
    _say("备份完成，已校验。")
    typer.echo(str(target))


def _backup_name(store: Store, mark: str) -> Path:
    if store.path is None:
        raise StoreError("数据库服务器请用它自己的工具备份（pg_dump）。")
    return store.path.parent / "backups" / f"{store.path.stem}-{mark}{_now():%Y%m%d-%H%M%S}.gpkg"


@app.command(epilog=_EPILOG)
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="要恢复的备份文件。")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问。")] = False,
) -> None:
    """用备份替换当前内容；替换前先备份现状。"""
    from geodata.installing import restore_backup

    if not file.is_file():
        raise BadFile(f"没有找到备份文件 {file}。")
    url = _url(context)
    if not yes:
        typer.confirm(f"将用 {file} 替换 {url} 的全部内容（替换前自动备份现状）。继续吗？", abort=True)
    with _progress_bar("恢复") as advance:
        kept = restore_backup(url, file, now=_now(), on_progress=advance)
    if kept:
        _say(f"恢复前的内容已存为 {kept}")
    _say(f"已从 {file} 恢复。")


@app.command(epilog=_EPILOG)
def check(context: typer.Context) -> None:
    """检查数据库：文件、结构、行校验值、审计链、引用、几何与空间索引。"""
    with _open(context) as store, _progress_bar("检查") as advance:
        found = store.check(on_step=lambda step: advance(0, 0, f"检查{step}"))
    if not found:
        typer.echo("检查通过，没有发现问题。")
        return
    rows = [[item.check, item.where, item.message, item.remedy] for item in found]
    _print_table(f"发现 {len(found)} 个问题", ["检查", "位置", "发现", "处理办法"], rows)
    raise typer.Exit(FINDINGS)


if __name__ == "__main__":
    app()
