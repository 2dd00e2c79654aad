"""Who changed what, and taking it back: `log`, `undo`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from commands import FINDINGS
from commands.database import business_date, now, opened
from commands.telling import MOST_LINES, print_table, say
from geodata.errors import BadValue


def log(
    context: typer.Context,
    record: Annotated[str, typer.Option("--record", help="只列出这个编号的变更，逐项写明原值与新值。")] = "",
    revision: Annotated[int, typer.Option("--revision", help="只列出这次保存的变更，逐项写明。")] = 0,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="只列出这一天（北京时间）的保存。")
    ] = None,
    author: Annotated[str, typer.Option("--author", help="只列出这个操作人的保存。")] = "",
) -> None:
    """列出谁在什么时候改了什么：默认一次保存一行，新的在前。"""
    from datetime import timedelta

    from geodata import change_log as lines
    from geodata.store import SaveQuery

    zone = now().tzinfo
    assert zone
    first = day.replace(tzinfo=zone) if day else None
    wanted = SaveQuery(
        author=author,
        record_ids=(record,) if record else (),
        first=first,
        until=first + timedelta(days=1) if first else None,
    )
    with opened(context) as store:
        saves = store.saves(wanted)
        saves = saves[saves["number"] == revision] if revision else saves
        numbers = [int(number) for number in saves["number"][:MOST_LINES]]
        if record or revision:
            audit = store.audit(revisions=numbers, record_ids=[record] if record else None)
            headings, rows = lines.CHANGE_HEADINGS, lines.change_lines(audit, zone)
        else:
            headings, rows = (
                lines.SAVE_HEADINGS,
                lines.save_lines(saves[:MOST_LINES], store.touched(numbers), zone),
            )
    if not rows:
        typer.echo("没有符合条件的变更。")
        return
    print_table(f"{len(saves)} 次保存", headings, rows[:MOST_LINES])
    if len(saves) > MOST_LINES or len(rows) > MOST_LINES:
        say(f"以上只列前 {MOST_LINES} 行；用 --day、--author 或 --record 缩小范围。")


def undo(
    context: typer.Context,
    revision: Annotated[int, typer.Argument(help="要撤销的那次保存的修订号，见 log。")],
    author: Annotated[str, typer.Option("--author", help="操作人（必填）。")] = "",
    reason: Annotated[str, typer.Option("--reason", help="撤销原因（必填）。")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出会改什么、什么不动，不写入。")] = False,
    rest: Annotated[
        bool, typer.Option("--rest", help="有冲突时只撤销其余部分；不加时有冲突就什么都不写。")
    ] = False,
) -> None:
    """撤销一次保存：作为新的一次保存写回原值，历史一条不少。"""
    from geodata import change_log as lines
    from geodata.store import Undo

    if not dry_run and not (author.strip() and reason.strip()):
        raise BadValue(
            "没有填写操作人或原因，不能撤销；请用 --author 与 --reason 写明，或用 --dry-run 先看。"
        )
    with opened(context) as store:
        plan = store.plan(Undo(revision))
        _print_plan(f"将写入 {len(plan.steps)} 条记录", lines.PLAN_HEADINGS, lines.plan_lines(plan))
        if plan.conflicts:
            _print_plan(f"{len(plan.conflicts)} 处不动", lines.CONFLICT_HEADINGS, lines.conflict_lines(plan))
        if dry_run:
            say("这是预演（--dry-run），没有写入任何内容。")
        elif plan.steps and (rest or not plan.conflicts):
            done = store.carry_out(
                plan, author=author, reason=reason, on=business_date(store), despite_conflicts=rest
            )
            say(f"已撤销修订 {revision}，记为修订 {done}。")
        else:
            say("没有写入任何内容。" + ("加 --rest 只撤销其余部分。" if plan.steps else ""))
    if plan.conflicts or not plan.steps:
        raise typer.Exit(FINDINGS)


def _print_plan(title: str, headings: list[str], rows: list[list[str]]) -> None:
    print_table(title, headings, rows[:MOST_LINES])
    if len(rows) > MOST_LINES:
        say(f"以上只列前 {MOST_LINES} 行，共 {len(rows)} 行。")
