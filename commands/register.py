"""The register of compounds from a file: `load`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import FINDINGS
from commands.database import business_date, opened
from commands.telling import MOST_LINES, print_table, progress_bar, say
from geodata.errors import BadFile, BadValue

if TYPE_CHECKING:
    from geodata.importers.register import LoadReport

_SEVERITY_ORDER = {"error": 0, "warning": 1, "repaired": 2}


def load(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="登记表：GeoPackage 或 GeoJSON，栏名见 docs/register-format.md。")
    ],
    author: Annotated[str, typer.Option("--author", help="操作人（必填），与每处修改一起保存。")] = "",
    reason: Annotated[str | None, typer.Option("--reason", help="修改原因；不填时记文件名。")] = None,
    crs: Annotated[str | None, typer.Option("--crs", help="声明坐标系，如 EPSG:4547。")] = None,
    datum: Annotated[
        str | None, typer.Option("--datum", help="声明坐标基准：gcj02（高德、腾讯）或 bd09（百度）。")
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="GeoPackage 有多个图层时指明一个。")] = None,
    create_estates: Annotated[
        bool, typer.Option("--create-estates", help="文件中的小区在库里没有时，按名称新建。")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查并列出会改什么，不写入。")] = False,
    issues: Annotated[Path | None, typer.Option("--issues", help="把全部问题另存为这个 CSV 文件。")] = None,
) -> None:
    """装入楼院登记表：先检查，再一次写入；已有编号的更新，没有的新增。"""
    from geodata.importers.register import Declared, load_register

    if not author.strip():
        raise BadValue("没有填写操作人，不能装入；请用 --author 写明姓名或单位。")
    if issues is not None and issues.exists():
        raise BadFile(f"文件 {issues} 已存在，不覆盖；请换一个文件名。没有装入任何内容。")
    declared = Declared(layer, crs, _datum(datum), create_estates)
    with opened(context) as store, progress_bar("装入") as advance:
        today = business_date(store)
        done = load_register(
            store,
            file,
            author=author,
            reason=reason,
            today=today,
            declared=declared,
            dry_run=dry_run,
            on_progress=advance,
        )
    _tell_load(done, dry_run=dry_run)
    if issues is not None:
        _save_issues(done, issues)
    if done.rejected:
        raise typer.Exit(FINDINGS)


def _datum(text: str | None) -> Any:
    from geodata.vocabulary import Datum

    if text is None:
        return None
    try:
        return Datum(text.lower())
    except ValueError as error:
        known = "、".join(f"{one.value}（{one.label}）" for one in Datum)
        raise BadValue(f"坐标基准“{text}”不认识；可用：{known}") from error


def _tell_load(done: LoadReport, *, dry_run: bool) -> None:
    from geodata.importers.issues import Fixer
    from geodata.importers.register import change_lines
    from geodata.vocabulary import Severity

    if dry_run and done.changes:
        rows = [list(line) for line in change_lines(done)]
        print_table("将要做的修改", ["行", "栏", "原值", "新值"], rows[:MOST_LINES])
        say_more_issues(len(rows))
    if done.issues:
        frame = done.frame().sort_values(
            "severity", kind="stable", key=lambda one: one.map(_SEVERITY_ORDER.get)
        )
        rows = [
            [Severity(one.severity).label, one.message, Fixer(one.who_fixes).label]
            for one in frame.itertuples()
        ]
        print_table(f"{len(rows)} 条问题", ["性质", "说明", "由谁处理"], rows[:MOST_LINES])
        say_more_issues(len(rows))
    say(
        f"{done.file_name}：共 {done.rows} 行，坐标系 {done.source_crs}，编码 {done.encoding}；"
        f"新增 {done.inserted}，修改 {done.updated}，没有变化 {done.unchanged}，未装入 {done.rejected}。"
    )
    if done.new_estates:
        say(f"按文件中的名称新建小区 {done.new_estates} 个。")
    if dry_run:
        say("这是试装（--dry-run），没有写入任何内容。")
    elif done.revision is None:
        say("没有要写入的内容。")
    else:
        say(f"已写入，修订号 {done.revision}。")


def say_more_issues(count: int) -> None:
    if count > MOST_LINES:
        say(f"以上只列前 {MOST_LINES} 条，共 {count} 条；用 --issues 文件.csv 保存全部问题。")


def _save_issues(done: LoadReport, target: Path) -> None:
    from pandas import NA

    from geodata.exporters import csv_text

    frame = done.frame()
    columns = {name: [None if one is NA else one for one in frame[name]] for name in frame.columns}
    with target.open("x", encoding="utf-8-sig", newline="") as file:
        file.write(csv_text(columns))
    say(f"全部问题已存为 {target}")
