"""城垣命令行：建库、装入、导出、备份、恢复、检查、变更记录与撤销、进度。

退出码：
  0  正常
  1  有发现的问题（check），有未装入的行（load），有不动的部分（undo），或在询问时取消（restore）
  2  用法不对，或文件读不了、值不能用
  3  数据库出错（不存在、被占用、只读、版本更新、损坏）

数据库由 --database 或环境变量 DATABASE_URL 指定，默认 sqlite:///data/renewal.gpkg。
提示与进度写到标准错误，结果写到标准输出，可以直接接管道。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from geodata.errors import BadFile, BadValue, ChengyuanError, StoreError, StoreMissing, StoreOlder

if TYPE_CHECKING:
    from geodata.importers.register import LoadReport
    from geodata.rehearsal import Rehearsal
    from geodata.settings import Settings
    from geodata.store import Finding, LayerCount, RevisionInfo, Store
    from geodata.upkeep import Place

OK, FINDINGS, USAGE, STORE = 0, 1, 2, 3

_MOST_LINES = 200
_SEVERITY_ORDER = {"error": 0, "warning": 1, "repaired": 2}
_EPILOG = "退出码：0 正常；1 有问题、有未装入的行或已取消；2 用法或文件不对；3 数据库出错。"


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
    from geodata.store.engine import file_url

    given = context.obj or _settings().database_url
    return given if "://" in given else file_url(Path(given))


def _shown(url: str) -> str:
    """A database address fit for the screen: the file, or the server without user and password."""
    from geodata.store.engine import shown

    return shown(url)


@contextmanager
def _open(context: typer.Context) -> Iterator[Store]:
    from geodata.store import Store

    store = Store.open(_url(context))
    try:
        yield store
    finally:
        store.close()


def _now() -> datetime:
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Asia/Shanghai"))


@contextmanager
def _progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error; gives a function (done, total, what)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, text: bar.update(
            task, completed=done, total=total or None, description=text
        )


def _print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table on standard output; cells are text, never markup or control characters."""
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
        table.add_row(*(Text("".join(one if one.isprintable() else " " for one in cell)) for cell in row))
    console.print(table)


# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────


@app.command(epilog=_EPILOG)
def init(
    context: typer.Context,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="已有数据库时只在版本较旧时升级，不报错。")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="新建时装入演示数据。")] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="新建时只装入街道、社区、道路、城垣等参考图层，不含演示楼院。")
    ] = False,
) -> None:
    """建立数据库，或把旧版本升级到当前版本（升级前自动备份）。"""
    url = _url(context)
    if if_missing and _is_there(url):
        _upgrade_if_older(context)
        if demo and _is_half_installed(url):
            _create_demo(url)
    elif demo:
        _create_demo(url)
    else:
        _create(context, reference=reference)


def _is_there(url: str) -> bool:
    """Whether there is a database already: the file, whatever it holds, or tables on the server."""
    from geodata.store import Store
    from geodata.store.engine import database_path

    path = database_path(url)
    if path is not None:
        return path.exists()
    try:
        Store.open(url).close()
    except StoreMissing:
        return False
    except StoreOlder:
        return True
    return True


def _create(context: typer.Context, *, reference: bool) -> None:
    from geodata.installing import install_reference
    from geodata.store import Store

    place = _place(context)
    store = Store.create(place.url, backups=place.folder)
    try:
        if reference:
            install_reference(store)
    finally:
        store.close()
    _say(f"数据库已就绪（当前版本）：{_shown(place.url)}")


def _upgrade_if_older(context: typer.Context) -> None:
    from geodata.store import Store

    place = _place(context)
    try:
        Store.open(place.url).close()
    except StoreOlder:
        Store.create(place.url, backups=place.folder).close()
        _say(f"数据库已升级到当前版本：{_shown(place.url)}；升级前的备份在 {place.folder}")


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
    _say(f"演示数据已装入 {_shown(url)}。演示楼院均为编造，页面与导出都会标明“演示数据”。")


@app.command(epilog=_EPILOG)
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
    place = _place(context)
    with _progress_bar("备份") as advance:
        made = upkeep.back_up(
            place, now=_now(), target=file, scheduled=scheduled, thorough=not quick, on_progress=advance
        )
    _say("备份完成，只校验了文件完整性。" if quick else "备份完成，已逐行校验。")
    typer.echo(str(made))


def _place(context: typer.Context) -> Place:
    from geodata.upkeep import place_of

    return place_of(_settings(), _url(context))


@app.command(epilog=_EPILOG)
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
    url = _url(context)
    if dry_run:
        _rehearse(url, file)
        return
    if not yes:
        typer.confirm(
            f"将用 {file} 替换 {_shown(url)} 的全部内容（替换前自动备份现状）。继续吗？", abort=True
        )
    with _progress_bar("恢复") as advance:
        kept = restore_backup(_place(context), file, now=_now(), on_progress=advance)
    if kept:
        _say(f"恢复前的内容已存为 {kept}")
    _say(f"已从 {file} 恢复。")


def _rehearse(url: str, file: Path) -> None:
    from geodata.rehearsal import rehearse

    with _progress_bar("演练") as advance:
        done = rehearse(url, file, on_progress=advance)
    _print_table(f"演练：用 {file} 恢复 {_shown(url)}", ["", "现在", "恢复后"], _compared(done))
    if done.now is None:
        _say(f"现在的数据库读不了，不能对照：{done.why}" if done.why else "现在没有数据库，恢复会新建。")
    elif done.lost:
        rows = [[str(one.number), _moment(one), one.author, one.reason or "—"] for one in done.lost]
        _print_table(
            f"恢复会失去以下 {len(rows)} 次保存（仍在恢复前的备份里）",
            ["修订", "时间", "操作人", "原因"],
            rows[-_MOST_LINES:],
        )
    else:
        _say("现在的保存都在备份里，不会失去任何一次。")
    if done.upgraded_from:
        _say(f"备份是旧版本（结构 {done.upgraded_from}），恢复时会升级到当前版本。")
    _say("这是演练（--dry-run），没有改动任何内容。")
    if done.findings:
        _print_findings(done.findings)
        raise typer.Exit(FINDINGS)
    _say("恢复后的内容检查通过。")


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
    return f"{save.at.astimezone(_now().tzinfo):%Y-%m-%d %H:%M:%S}"


@app.command(epilog=_EPILOG)
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
    with _progress_bar("搬移") as advance:
        revision = move_database(_url(context), target, on_progress=advance)
    _say(f"已把 {_shown(_url(context))} 原样搬到 {_shown(target)}，修订 {revision}，逐行核对无误。")
    _say("请把 DATABASE_URL（或 config.toml 的 database_url）改为新地址并重启程序；不要再在原库里保存。")


@app.command(epilog=_EPILOG)
def check(context: typer.Context) -> None:
    """检查数据库：文件、结构、行校验值、审计链、引用、几何与空间索引。"""
    from geodata import upkeep

    with _progress_bar("检查") as advance:
        found = upkeep.check(_place(context), on_progress=advance)
    if not found:
        typer.echo("检查通过，没有发现问题。")
        return
    _print_findings(found)
    raise typer.Exit(FINDINGS)


def _print_findings(found: list[Finding]) -> None:
    rows = [[item.check, item.where, item.message, item.remedy] for item in found]
    _print_table(f"发现 {len(found)} 个问题", ["检查", "位置", "发现", "处理办法"], rows)


@app.command(epilog=_EPILOG)
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

    zone = _now().tzinfo
    assert zone
    first = day.replace(tzinfo=zone) if day else None
    wanted = SaveQuery(
        author=author,
        record_ids=(record,) if record else (),
        first=first,
        until=first + timedelta(days=1) if first else None,
    )
    with _open(context) as store:
        saves = store.saves(wanted)
        saves = saves[saves["number"] == revision] if revision else saves
        numbers = [int(number) for number in saves["number"][:_MOST_LINES]]
        if record or revision:
            audit = store.audit(revisions=numbers, record_ids=[record] if record else None)
            headings, rows = lines.CHANGE_HEADINGS, lines.change_lines(audit, zone)
        else:
            headings, rows = (
                lines.SAVE_HEADINGS,
                lines.save_lines(saves[:_MOST_LINES], store.touched(numbers), zone),
            )
    if not rows:
        typer.echo("没有符合条件的变更。")
        return
    _print_table(f"{len(saves)} 次保存", headings, rows[:_MOST_LINES])
    if len(saves) > _MOST_LINES or len(rows) > _MOST_LINES:
        _say(f"以上只列前 {_MOST_LINES} 行；用 --day、--author 或 --record 缩小范围。")


@app.command(epilog=_EPILOG)
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
    with _open(context) as store:
        plan = store.plan(Undo(revision))
        _print_plan(f"将写入 {len(plan.steps)} 条记录", lines.PLAN_HEADINGS, lines.plan_lines(plan))
        if plan.conflicts:
            _print_plan(f"{len(plan.conflicts)} 处不动", lines.CONFLICT_HEADINGS, lines.conflict_lines(plan))
        if dry_run:
            _say("这是预演（--dry-run），没有写入任何内容。")
        elif plan.steps and (rest or not plan.conflicts):
            done = store.carry_out(
                plan, author=author, reason=reason, on=_business_date(store), despite_conflicts=rest
            )
            _say(f"已撤销修订 {revision}，记为修订 {done}。")
        else:
            _say("没有写入任何内容。" + ("加 --rest 只撤销其余部分。" if plan.steps else ""))
    if plan.conflicts or not plan.steps:
        raise typer.Exit(FINDINGS)


def _print_plan(title: str, headings: list[str], rows: list[list[str]]) -> None:
    _print_table(title, headings, rows[:_MOST_LINES])
    if len(rows) > _MOST_LINES:
        _say(f"以上只列前 {_MOST_LINES} 行，共 {len(rows)} 行。")


@app.command(epilog=_EPILOG)
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
    with _open(context) as store, _progress_bar("装入") as advance:
        today = _business_date(store)
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


def _business_date(store: Store) -> date:
    """The set business date, else the one kept with the demo data, else today in Shanghai."""
    chosen = _settings().business_date
    kept = store.settings().get("business_date")
    return chosen or (date.fromisoformat(kept) if kept else _now().date())


def _tell_load(done: LoadReport, *, dry_run: bool) -> None:
    from geodata.importers.issues import Fixer
    from geodata.importers.register import change_lines
    from geodata.vocabulary import Severity

    if dry_run and done.changes:
        rows = [list(line) for line in change_lines(done)]
        _print_table("将要做的修改", ["行", "栏", "原值", "新值"], rows[:_MOST_LINES])
        _say_more(len(rows))
    if done.issues:
        frame = done.frame().sort_values(
            "severity", kind="stable", key=lambda one: one.map(_SEVERITY_ORDER.get)
        )
        rows = [
            [Severity(one.severity).label, one.message, Fixer(one.who_fixes).label]
            for one in frame.itertuples()
        ]
        _print_table(f"{len(rows)} 条问题", ["性质", "说明", "由谁处理"], rows[:_MOST_LINES])
        _say_more(len(rows))
    _say(
        f"{done.file_name}：共 {done.rows} 行，坐标系 {done.source_crs}，编码 {done.encoding}；"
        f"新增 {done.inserted}，修改 {done.updated}，没有变化 {done.unchanged}，未装入 {done.rejected}。"
    )
    if done.new_estates:
        _say(f"按文件中的名称新建小区 {done.new_estates} 个。")
    if dry_run:
        _say("这是试装（--dry-run），没有写入任何内容。")
    elif done.revision is None:
        _say("没有要写入的内容。")
    else:
        _say(f"已写入，修订号 {done.revision}。")


def _say_more(count: int) -> None:
    if count > _MOST_LINES:
        _say(f"以上只列前 {_MOST_LINES} 条，共 {count} 条；用 --issues 文件.csv 保存全部问题。")


def _save_issues(done: LoadReport, target: Path) -> None:
    from pandas import NA

    from geodata.exporters import csv_text

    frame = done.frame()
    columns = {name: [None if one is NA else one for one in frame[name]] for name in frame.columns}
    with target.open("x", encoding="utf-8-sig", newline="") as file:
        file.write(csv_text(columns))
    _say(f"全部问题已存为 {target}")


@app.command(epilog=_EPILOG)
def export(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="目标文件，格式由后缀定：.gpkg、.geojson、.csv（CSV 不含边界）。")
    ],
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件。")] = False,
    chinese: Annotated[bool, typer.Option("--chinese", help="用中文栏名，代码写成名称。")] = False,
) -> None:
    """导出楼院登记表；演示数据逐行标明。"""
    from geodata.exporters import export_register

    with _open(context) as store, _progress_bar("导出"):
        written = export_register(store, file, force=force, chinese=chinese)
    _say(f"已导出 {written.rows} 行：{written.remark}。")
    typer.echo(str(file))


@app.command(epilog=_EPILOG)
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

    with _open(context) as store:
        day = as_of.date() if as_of else _business_date(store)
        layers = ["compound", "work_item", "progress_report", "stage_event", "permit"]
        wanted = [*layers, "estate", "street_office", "renewal_area", "plan_target"]
        frames, revision = at_one_revision(store, wanted)
    synthetic = any(
        (frames[layer]["data_status"] == DataStatus.SYNTHETIC).any() for layer in ("compound", "work_item")
    )
    mark = DataStatus.SYNTHETIC.label if synthetic else None
    rule = CountingRule(**_settings().counting)
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
    _print_table(title, ["名称", *_PROGRESS_COLUMNS.values()], cells)


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


if __name__ == "__main__":
    app()
