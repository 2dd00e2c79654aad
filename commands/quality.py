"""What is wrong, doubtful or lacking in what is stored: `quality`, as a table or CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import FINDINGS
from commands.database import business_date, opened, settings
from commands.telling import print_table, say

if TYPE_CHECKING:
    import pandas as pd

    from analysis.quality.checking import Report


def quality(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option("--csv", help="把待处理的每一条写进这个 CSV 文件。", show_default=False),
    ] = None,
) -> None:
    """按规则检查库里的记录，与“质量”页相同；有待处理的错误时退出码为 1，可定时运行。"""
    from analysis.quality.listing import listing
    from geodata.exporters import csv_text
    from geodata.vocabulary import FindingSeverity, FindingStanding

    report, standing, named = _checked(context)
    left = standing[standing["standing"] != FindingStanding.ACCEPTED.value]
    _print(report, left)
    if file is not None:
        file.write_text(csv_text(listing(left, **named)), encoding="utf-8-sig", newline="")
    bad = int((left["severity"] == FindingSeverity.ERROR.value).sum())
    say(f"待处理 {len(left)} 条，其中错误 {bad} 条；已认可 {len(standing) - len(left)} 条。")
    if bad:
        raise typer.Exit(FINDINGS)


def _checked(context: typer.Context) -> tuple[Report, pd.DataFrame, dict[str, dict[str, str]]]:
    """What the rules find as of the business date, the findings with what people said, names of compounds and streets."""
    from analysis.quality import accepting, checking
    from analysis.rules import CountingRule
    from analysis.status import ProgressIndex
    from geodata.crs import to_metric
    from geodata.exporters import at_one_revision

    progress = ["compound", "work_item", "progress_report", "stage_event", "permit"]
    with opened(context) as store:
        today = business_date(store)
        frames, _ = at_one_revision(store, [*checking.LAYERS, "permit", "accepted_finding"])
    index = ProgressIndex.build(*(frames[layer] for layer in progress))
    rule = CountingRule(**settings().counting)
    report = checking.check(
        frames.__getitem__,
        lambda layer: to_metric(frames[layer]),
        records=index.records,
        states=index.states(as_of=today, rule=rule),
        item_states=index.item_states(as_of=today, rule=rule),
        today=today,
    )
    named = {
        "names": frames["compound"]["name"].to_dict(),
        "streets": frames["street_office"]["name"].to_dict(),
    }
    return report, accepting.judged(report.findings, frames["accepted_finding"]), named


def _print(report: Report, left: pd.DataFrame) -> None:
    from analysis.quality.rules import BY_CODE

    counts = left["rule"].value_counts()
    rows = [
        [
            BY_CODE[one.code].label,
            BY_CODE[one.code].severity.label,
            f"{one.checked:,}" if one.checked else "没有检查",
            f"{counts.get(one.code, 0):,}" if one.checked else "—",
            one.unjudged,
        ]
        for one in report.checked
    ]
    print_table("数据质量", ["规则", "程度", "检查了", "待处理", "判断不了的"], rows)
