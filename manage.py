"""城垣命令行：建库、装入、导出、备份、恢复、检查、变更记录与撤销、进度。

退出码：
  0  正常
  1  有发现的问题（check），有未装入的行（load），坐标分不清（datum），有不动的部分（undo），或在询问时取消（restore）
  2  用法不对，或文件读不了、值不能用
  3  数据库出错（不存在、被占用、只读、版本更新、损坏）

数据库由 --database 或环境变量 DATABASE_URL 指定，默认 sqlite:///data/renewal.gpkg。
提示与进度写到标准错误，结果写到标准输出，可以直接接管道。
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
import typer.core

from commands import (
    STORE,
    USAGE,
    atlas,
    datum,
    exporting,
    history,
    importing,
    installing,
    keeping,
    progress,
    quality,
    register,
    sheets,
)
from commands.telling import say
from geodata.errors import ChengyuanError, StoreError

_EPILOG = "退出码：0 正常；1 有问题、有未装入的行或已取消；2 用法或文件不对；3 数据库出错。"


class _PlainErrors(typer.core.TyperGroup):
    """Commands whose expected errors end as one Chinese message and an exit code, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ChengyuanError as error:
            say(f"错误：{error}")
            raise typer.Exit(STORE if isinstance(error, StoreError) else USAGE) from error
        except OSError as error:
            say(f"错误：读写文件出错：{error.filename or ''} {error.strerror or error}")
            raise typer.Exit(USAGE) from error


app = typer.Typer(
    cls=_PlainErrors,
    help="城垣：老旧小区改造一张图的命令行。",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


for command in (
    installing.init,
    installing.demo,
    keeping.backup,
    keeping.restore,
    keeping.move,
    keeping.check,
    history.log,
    history.undo,
    register.load,
    datum.datum,
    exporting.export,
    exporting.template,
    progress.progress,
    quality.quality,
    sheets.snapshot,
    atlas.atlas,
):
    app.command(epilog=_EPILOG)(command)

app.command("import", epilog=importing.EPILOG)(importing.import_file)


if __name__ == "__main__":
    app()
