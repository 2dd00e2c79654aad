"""Ledgers and maps of every kind: `import`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import FINDINGS, OK, USAGE
from commands.database import business_date, opened
from commands.telling import MOST_LINES, print_table, progress_bar, say
from geodata.errors import BadFile, BadValue

if TYPE_CHECKING:
    from geodata.importers.asked import Asked
    from geodata.importers.inspecting import Outcome
    from geodata.importers.inspection import Inspection

_OF_TEXT = ("csv", "geojson", "kml", "dxf", "shp")

EPILOG = (
    "退出码：0 全部装入，没有问题；1 已装入，但有退回的行、没有装入的内容或须核对的问题；2 没有装入（文件读不了、种类或坐标系不能断定、"
    "全部退回）；3 数据库出错。"
)


def import_file(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="Excel、CSV、GeoPackage、Shapefile（zip）、GeoJSON、KML/KMZ、DXF、FlatGeobuf。"),
    ],
    kind: Annotated[
        str, typer.Option("--kind", help="台账种类，如 compound、work_item；auto 按栏名判断。")
    ] = "auto",
    datum: Annotated[
        str,
        typer.Option(
            "--datum", help="坐标：auto 按证据判断，或 wgs84、cgcs2000、gcj02、bd09、EPSG:4547 等。"
        ),
    ] = "auto",
    author: Annotated[str, typer.Option("--author", help="操作人（必填），与每处修改一起保存。")] = "",
    reason: Annotated[str | None, typer.Option("--reason", help="修改原因；不填时记文件名。")] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="工作表或图层，有多个时指明一个。")] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="文字编码，如 GB18030；不填则判断。")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="指定栏目：文件栏名=栏，如 备用名=name；可多次。")
    ] = None,
    match: Annotated[
        list[str] | None,
        typer.Option(
            "--match", help="答复待确认的行：行号=编号、行号=new、行号=new:名称 或行号=skip；可多次。"
        ),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="答复待确认的名称：图层/名称=编号；可多次。")
    ] = None,
    create_estates: Annotated[
        bool, typer.Option("--create-estates", help="文件中的小区在库里没有时，按名称新建。")
    ] = False,
    clear_empty: Annotated[
        bool, typer.Option("--clear-empty", help="空格清空库中原值；不加则保留。")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查并列出会改什么，不写入。")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="把问题和须改的行另存为这个 Excel 文件（.xlsx）。")
    ] = None,
) -> None:
    """导入一份台账或图形：先检查，再一次写入；说不准的等人确认，不猜。"""
    if not dry_run and not author.strip():
        raise BadValue("没有填写操作人，不能导入；请用 --author 写明姓名或单位。")
    if report is not None and report.exists():
        raise BadFile(f"文件 {report} 已存在，不覆盖；请换一个文件名。没有导入任何内容。")
    from geodata.importers.accepting import accept
    from geodata.importers.inspecting import inspect, require_readable

    asked = replace(
        _asked(file, kind, datum, layer, encoding, column, match, name),
        create_estates=create_estates,
        clear_empty=clear_empty,
    )
    with opened(context) as store:
        require_readable(file, store)
        today = business_date(store)
        with progress_bar("导入") as advance:
            outcome = inspect(store, file, asked, today=today, on_progress=advance)
        _tell(outcome, dry_run=dry_run)
        if report is not None:
            _save_report(outcome, report)
        code = exit_code(outcome)
        if code != USAGE and not dry_run:
            revision = accept(store, outcome, author=author, reason=reason, today=today)
            say(f"已写入，修订号 {revision}。" if revision else "没有要写入的内容。")
    if dry_run:
        say("这是试装（--dry-run），没有写入任何内容。")
    raise typer.Exit(code)


def exit_code(outcome: Outcome) -> int:
    """0 clean, 1 with rejected rows or anything left out, guessed or to be looked at, 2 when nothing can be taken."""
    from geodata.importers.issues import needs_look

    inspection = outcome.inspection
    left = {"kind", "coordinates", "columns"} & {*inspection.asks}
    counts = inspection.counts
    if inspection.refused or left or (counts.rows and not counts.accepted):
        return USAGE
    hidden = any(one.why == "hidden" for one in inspection.skipped)
    doubtful = hidden or any(map(needs_look, outcome.verdict.issues))
    return FINDINGS if counts.rejected or doubtful else OK


def _asked(
    file: Path,
    kind: str,
    datum: str,
    layer: str | None,
    encoding: str | None,
    *decisions: list[str] | None,
) -> Asked:
    from geodata.importers.asked import AUTO, Asked
    from geodata.kinds import KINDS

    if kind != AUTO and kind not in KINDS:
        known = "、".join(f"{code}（{one.label}）" for code, one in KINDS.items())
        raise BadValue(f"台账种类“{kind}”不认识；可用：auto、{known}")
    hypothesis, crs = _coordinates(datum)
    columns, matches, names = (_pairs(one) for one in decisions)
    return Asked(file.name, kind, layer, None, encoding, crs, hypothesis, columns, matches, names)


def _coordinates(text: str) -> tuple[str, str | None]:
    """Hypothesis and declared system of `--datum`."""
    from geodata.importers.asked import AUTO
    from geodata.importers.readings import READINGS

    wanted = text.strip().lower()
    code = re.fullmatch(r"(?:epsg:?)?(\d{4,6})", wanted)
    if code:
        return AUTO, f"EPSG:{code[1]}"
    wanted = {"wgs84": "cgcs2000"}.get(wanted, wanted)
    if wanted != AUTO and wanted not in READINGS:
        raise BadValue(
            f"坐标“{text}”不认识；可用：auto、wgs84、cgcs2000、gcj02、bd09、EPSG:4547 等代码，或 manage.py datum 列出的代码"
        )
    return wanted, None


def _pairs(given: list[str] | None) -> dict[str, str]:
    found = {}
    for text in given or ():
        key, sign, value = text.rpartition("=")
        if not sign or not key:
            raise BadValue(f"“{text}”写法不对；请写成 名称=值")
        found[key.strip()] = value.strip()
    return found


# ── Telling ───────────────────────────────────────────────────────────────────────────────────────────────────


def _tell(outcome: Outcome, *, dry_run: bool) -> None:
    from geodata.kinds import KINDS

    inspection = outcome.inspection
    if inspection.refused:
        say(f"错误：{inspection.refused}")
        return
    if dry_run:
        _tell_changes(outcome)
    _tell_issues(outcome)
    for one in inspection.decisions[:MOST_LINES]:
        if one.is_free:
            option = f"--match {one.key}"
            say(f"待确认：{one.text}（答复：{option}=编号，或 {option}=new:名称，或 {option}=skip）")
            continue
        choices = [[f"{each.score:.2f}", each.record_id, each.label, each.why] for each in one.choices]
        option = f"--match {one.key}=" if one.what == "match" else f"--name {one.key}="
        print_table(f"待确认：{one.text}（答复：{option}编号）", ["相似", "编号", "记录", "依据"], choices)
    if "coordinates" in inspection.asks:
        _tell_evidence(inspection)
    if "kind" in inspection.asks:
        likely = "、".join(f"{code}（{KINDS[code].label}）" for code, _ in inspection.kinds[:5])
        guess = f"，可能是 {likely}" if likely else "，栏名都不认得"
        say(f"不能断定是哪一种台账{guess}；请用 --kind 指明，例如 --kind compound（楼院登记表）。")
    if "columns" in inspection.asks:
        unknown = "、".join(one.heading for one in inspection.headings if not one.field)
        say(
            f"缺少必需的栏，或栏目不能断定（没有用上的栏：{unknown or '无'}）；请用 --column 文件栏名=栏 指明。"
        )
    _tell_counts(inspection)


def _tell_counts(inspection: Inspection) -> None:
    from geodata.kinds import KINDS

    counts = inspection.counts
    kind = KINDS[inspection.kind].label if inspection.kind else "种类未定"
    encoding = f"，编码 {inspection.encoding}" if inspection.format in _OF_TEXT else ""
    say(
        f"{inspection.file_name}：{kind}，共 {counts.rows} 行，"
        f"坐标系 {inspection.source_crs or '无'}{encoding}；"
        f"新增 {counts.new}，修改 {counts.changed}，没有变化 {counts.unchanged}，"
        f"退回 {counts.rejected}（其中待确认 {counts.waiting}），库中有而文件没有 {counts.missing}。"
    )


def _tell_evidence(inspection: Inspection) -> None:
    rows = [
        [one.code, one.label, "—" if one.fit_m is None else f"{one.fit_m:.1f} m", one.note]
        for one in inspection.evidence
    ]
    print_table("坐标系不能断定", ["代码", "坐标系", "相距", "说明"], rows)
    say(f"{inspection.reason}。请核对后用 --datum 代码 指明，例如 --datum gcj02 或 --datum EPSG:4547。")


def _tell_changes(outcome: Outcome) -> None:
    from geodata.importers.told import change_lines

    rows = []
    for one in change_lines(outcome):
        who = f"第 {one['row']} 行 {one['name']}"
        if one["state"] == "new":
            rows.append([who, "（新增）", "", ""])
        elif one["state"] == "changed":
            rows += [[who, each["label"], each["old"], each["new"]] for each in one["fields"]]
    if rows:
        print_table("将要做的修改", ["行", "栏", "原值", "新值"], rows[:MOST_LINES])
        _say_more(len(rows))


def _tell_issues(outcome: Outcome) -> None:
    from geodata.importers.issues import Fixer
    from geodata.vocabulary import Severity

    order = (Severity.ERROR, Severity.WARNING, Severity.REPAIRED)
    found: list[Any] = sorted(
        outcome.verdict.issues, key=lambda one: (order.index(one.severity), one.row or 0)
    )
    if found:
        rows = [[one.severity.label, one.message, Fixer(one.who_fixes).label] for one in found]
        print_table(f"{len(rows)} 条问题", ["性质", "说明", "由谁处理"], rows[:MOST_LINES])
        _say_more(len(rows))


def _say_more(count: int) -> None:
    if count > MOST_LINES:
        say(f"以上只列前 {MOST_LINES} 条，共 {count} 条；用 --report 文件.xlsx 保存全部。")


def _save_report(outcome: Outcome, target: Path) -> None:
    from geodata.importers.report import write_report
    from geodata.importers.told import issue_lines, offending_lines

    write_report(target, outcome.inspection, [*issue_lines(outcome)], [*offending_lines(outcome)])
    say(f"问题和须改的行已存为 {target}")
