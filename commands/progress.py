"""How far the renewal is: `progress`, as a table, JSON or CSV."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from commands.database import business_date, opened, settings
from commands.telling import print_table


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


def progress(
    context: typer.Context,
    by: Annotated[
        Group, typer.Option("--by", help="street 街道，programme 改造计划，area 片区。")
    ] = Group.STREET,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至哪一天，如 2026-11-24；不填为业务日期。"),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="table 表格，json，csv。")] = Format.TABLE,
) -> None:
    """打印进度，与“街道进度”页相同；没有的值为空，不写成 0。"""
    import pandas as pd

    from analysis.estates import estate_states
    from analysis.progress import progress_by, totals
    from analysis.rules import CountingRule
    from analysis.status import ProgressIndex
    from geodata.exporters import at_one_revision
    from geodata.vocabulary import DataStatus

    with opened(context) as store:
        day = as_of.date() if as_of else business_date(store)
        layers = ["compound", "work_item", "progress_report", "stage_event", "permit"]
        wanted = [*layers, "estate", "street_office", "renewal_area", "plan_target"]
        frames, revision = at_one_revision(store, wanted)
    synthetic = any(
        (frames[layer]["data_status"] == DataStatus.SYNTHETIC).any() for layer in ("compound", "work_item")
    )
    mark = DataStatus.SYNTHETIC.label if synthetic else None
    rule = CountingRule(**settings().counting)
    states = ProgressIndex.build(*(frames[layer] for layer in layers)).states(as_of=day, rule=rule)
    groups = {
        Group.STREET: frames["street_office"],
        Group.AREA: frames["renewal_area"],
        Group.PROGRAMME: None,
    }
    table = progress_by(
        by.value,
        groups=groups[by],
        estates=frames["estate"],
        compounds=frames["compound"],
        states=states,
        estate_states=estate_states(frames["estate"], frames["compound"], states, rule=rule),
        targets=frames["plan_target"],
        year=day.year,
    )
    table = pd.concat([table, totals(table).to_frame().T], ignore_index=True)
    facts = {"as_of": day.isoformat(), "by": by.value, "revision": revision, "watermark": mark}
    _PROGRESS_WRITERS[form](
        [{str(k): _plain(v) for k, v in row.items()} for row in table.to_dict("records")], facts
    )


def _plain(value: Any) -> Any:
    """A table's value as plain Python; missing is None, never 0."""
    import pandas as pd

    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _progress_json(rows: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    import json

    *groups, total = rows
    text = json.dumps(
        {**facts, "rows": groups, "totals": total}, ensure_ascii=False, indent=1, allow_nan=False
    )
    typer.echo(text)


def _progress_csv(rows: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    from geodata.exporters import csv_text

    told = [{**row, **facts} for row in rows]
    typer.echo(csv_text({name: [row[name] for row in told] for name in told[0]}), nl=False)


def _progress_table(rows: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    cells = [
        [
            row["name"],
            *(_number(row[name], as_percent=name.endswith(_PERCENT)) for name in _PROGRESS_COLUMNS),
        ]
        for row in rows
    ]
    title = f"进度（截至 {facts['as_of']}，修订 {facts['revision']}）{facts['watermark'] or ''}"
    print_table(title, ["名称", *_PROGRESS_COLUMNS.values()], cells)


def _number(value: Any, *, as_percent: bool) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" if as_percent else f"{value:,.0f}"


_PERCENT = ("_rate_estates", "_rate_households")
_PROGRESS_COLUMNS = {
    "estates": "小区",
    "compounds": "楼院",
    "households": "户数",
    "estates_not_started": "未开工小区",
    "estates_under_way": "在建小区",
    "estates_completed": "完工小区",
    "estates_accepted": "已验收小区",
    "estates_unknown": "暂无数据来源",
    "plan_estates": "计划小区",
    "start_rate_estates": "开工率",
    "completion_rate_estates": "完工率",
    "estates_delayed": "严重滞后小区",
}
_PROGRESS_WRITERS = {
    Format.TABLE: _progress_table,
    Format.JSON: _progress_json,
    Format.CSV: _progress_csv,
}
