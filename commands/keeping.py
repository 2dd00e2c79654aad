"""Keeping a database whole: `backup`, `restore`, `move`, `check`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import FINDINGS
from commands.database import now, place_of, shown, url_of
from commands.telling import MOST_LINES, print_table, progress_bar, say
from geodata.errors import BadFile, BadValue

if TYPE_CHECKING:
    from geodata.rehearsal import Rehearsal
    from geodata.store import Finding, LayerCount, RevisionInfo


def backup(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            help="备份文件；不填时为数据库旁的 backups/<库名>-年月日-时分秒.gpkg。", show_default=False
        ),
    ] = None,
    scheduled: Annotated[
        bool,
        typer.Option("--scheduled", help="定时备份（供 cron 调用）：备份后按保留规则删除较早的定时备份。"),
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="只校验文件完整性，不逐行校验（大库更快；内容有损坏时也留一份）。")
    ] = False,
) -> None:
    """备份数据库：使用中也可以，写完即逐行校验，不覆盖已有文件。"""
    from geodata import upkeep

    if scheduled and file is not None:
        raise BadValue("定时备份（--scheduled）自己起名，不能再指定文件。")
    place = place_of(context)
    with progress_bar("备份") as advance:
        made = upkeep.back_up(
            place, now=now(), target=file, scheduled=scheduled, thorough=not quick, on_progress=advance
        )
    say("备份完成，只校验了文件完整性。" if quick else "备份完成，已逐行校验。")
    typer.echo(str(made))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="要恢复的备份文件。")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问。")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只演练：恢复到临时副本，升级、检查、对照，不改动任何内容。")
    ] = False,
) -> None:
    """用备份替换当前内容；替换前先备份现状。先用 --dry-run 演练。"""
    from geodata.installing import restore_backup

    if not file.is_file():
        raise BadFile(f"没有找到备份文件 {file}。")
    url = url_of(context)
    if dry_run:
        _rehearse(url, file)
        return
    if not yes:
        typer.confirm(f"将用 {file} 替换 {shown(url)} 的全部内容（替换前自动备份现状）。继续吗？", abort=True)
    with progress_bar("恢复") as advance:
        kept = restore_backup(place_of(context), file, now=now(), on_progress=advance)
    if kept:
        say(f"恢复前的内容已存为 {kept}")
    say(f"已从 {file} 恢复。")


def _rehearse(url: str, file: Path) -> None:
    from geodata.rehearsal import rehearse

    with progress_bar("演练") as advance:
        done = rehearse(url, file, on_progress=advance)
    print_table(f"演练：用 {file} 恢复 {shown(url)}", ["", "现在", "恢复后"], _compared(done))
    if done.now is None:
        say(f"现在的数据库读不了，不能对照：{done.why}" if done.why else "现在没有数据库，恢复会新建。")
    elif done.lost:
        rows = [[str(one.number), _moment(one), one.author, one.reason or "—"] for one in done.lost]
        print_table(
            f"恢复会失去以下 {len(rows)} 次保存（仍在恢复前的备份里）",
            ["修订", "时间", "操作人", "原因"],
            rows[-MOST_LINES:],
        )
    else:
        say("现在的保存都在备份里，不会失去任何一次。")
    if done.upgraded_from:
        say(f"备份是旧版本（结构 {done.upgraded_from}），恢复时会升级到当前版本。")
    say("这是演练（--dry-run），没有改动任何内容。")
    if done.findings:
        _print_findings(done.findings)
        raise typer.Exit(FINDINGS)
    say("恢复后的内容检查通过。")


def _compared(done: Rehearsal) -> list[list[str]]:
    """Rows of the comparison: newest save, time span, author, rows per layer that has any."""
    from geodata.schema import LAYERS

    sides = [done.now, done.then]

    def told(what: Callable[[RevisionInfo], str], which: str) -> list[str]:
        saves = [getattr(side, which) if side else None for side in sides]
        return [what(save) if save else "—" for save in saves]

    rows = [
        ["最新修订", *told(lambda save: str(save.number), "last")],
        ["最早保存", *told(_moment, "first")],
        ["最后保存", *told(_moment, "last")],
        ["最后操作人", *told(lambda save: save.author, "last")],
    ]
    for name, layer in LAYERS.items():
        counts = [side.counts[name] if side else None for side in sides]
        if any(one and (one.rows or one.archived) for one in counts):
            rows.append([layer.label, *(_rows_of(one) for one in counts)])
    return rows


def _rows_of(count: LayerCount | None) -> str:
    if count is None:
        return "—"
    return f"{count.rows:,}" + (f"（另归档 {count.archived:,}）" if count.archived else "")


def _moment(save: RevisionInfo) -> str:
    return f"{save.at.astimezone(now().tzinfo):%Y-%m-%d %H:%M:%S}"


def move(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="目标：postgresql+psycopg://用户:密码@主机/库名，或 sqlite:///文件.gpkg；须是空库或新文件。",
        ),
    ],
) -> None:
    """把整个数据库原样搬到服务器或文件：记录、历史、修订号、校验值都不变，逐行核对。原库不动。"""
    from geodata.moving import move as move_database
    from geodata.store.engine import file_url

    target = to if "://" in to else file_url(Path(to))
    with progress_bar("搬移") as advance:
        revision = move_database(url_of(context), target, on_progress=advance)
    say(f"已把 {shown(url_of(context))} 原样搬到 {shown(target)}，修订 {revision}，逐行核对无误。")
    say("请把 DATABASE_URL（或 config.toml 的 database_url）改为新地址并重启程序；不要再在原库里保存。")


def check(context: typer.Context) -> None:
    """检查数据库：文件、结构、行校验值、审计链、引用、几何与空间索引。"""
    from geodata import upkeep

    with progress_bar("检查") as advance:
        found = upkeep.check(place_of(context), on_progress=advance)
    if not found:
        typer.echo("检查通过，没有发现问题。")
        return
    _print_findings(found)
    raise typer.Exit(FINDINGS)


def _print_findings(found: list[Finding]) -> None:
    rows = [[item.check, item.where, item.message, item.remedy] for item in found]
    print_table(f"发现 {len(found)} 个问题", ["检查", "位置", "发现", "处理办法"], rows)
