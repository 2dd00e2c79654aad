"""The blocks of 系统状态 below the verdicts: tables and lists, drawn from what one look found."""

from __future__ import annotations

import os
from datetime import datetime

from geodata.jobs import Job, JobKind, JobState
from geodata.schema import LAYERS
from geodata.version import VERSION
from geodata.vocabulary import DataStatus
from ui import data, system
from ui.html import DASH, facts, number, table, tag, text
from ui.moments import lasting, moment, size
from ui.system_verdicts import Seen, Verdict, last_ended, verified

_MOST_BACKUPS, _MOST_JOBS, _MOST_FINDINGS = 8, 8, 50


def verdict_row(verdicts: list[Verdict]) -> str:
    """One cell per verdict; its state is a word as well as a colour."""
    cells = "".join(
        f'<div class="{one.light.value}"><div class="l">{text(one.of)}<i>{text(one.light.label)}</i></div>'
        f'<div class="n">{text(one.words)}</div><div class="d">{text(one.behind)}</div></div>'
        for one in verdicts
    )
    return f'<div class="cy-verdicts">{cells}</div>'


def backup_plan(seen: Seen) -> str:
    """When backups are made, how many stay, where they lie."""
    plan, place = data.settings().backup, system.place()
    due = system.next_backup(seen.backups, seen.now)
    when = f"每 {plan.every_hours:g} 小时" if plan.every_hours else f"每天 {plan.daily_at:%H:%M}"
    soon = f"{when}；下一次 {'即将开始' if due and due <= seen.now else moment(due)}"
    return facts(
        [
            ("定时", soon if due else "没有开启（用 cron 调用 manage.py backup --scheduled 的，以列表为准）"),
            (
                "保留",
                f"最近 {plan.keep_last} 份；每天一份 {plan.keep_daily} 天，每周一份 {plan.keep_weekly} 周，"
                f"每月一份 {plan.keep_monthly} 个月。手工、升级前、恢复前的备份不自动删除",
            ),
            ("文件夹", place.folder),
        ]
    )


def backup_list(seen: Seen) -> str:
    """The newest backups; how each was verified stands in the records."""
    if not seen.backups:
        return '<div class="cy-empty">还没有任何备份。</div>'
    rows = [
        (moment(one.made_at), one.kind.label, size(one.size_bytes), verified(one, seen.jobs), one.path.name)
        for one in seen.backups[:_MOST_BACKUPS]
    ]
    more = len(seen.backups) - len(rows)
    rest = f'<p class="cy-note">另有较早的 {more} 份。</p>' if more else ""
    return table(("时间", "类别", "大小", "写完时的校验", "文件"), rows, numeric=(2,)) + rest


def job_list(seen: Seen) -> str:
    """Running and last jobs."""
    if not seen.jobs:
        return '<div class="cy-empty">还没有运行过任务。</div>'
    rows = [
        (
            moment(job.started_at),
            job.kind.label,
            (tag(job.state.label, kind="hold" if job.state in _BAD else ""),),
            _length(job, seen.now),
            _outcome(job),
        )
        for job in seen.jobs[:_MOST_JOBS]
    ]
    return table(("开始", "任务", "状态", "用时", "结果"), rows)


_BAD = (JobState.FAILED, JobState.INTERRUPTED, JobState.FINDINGS)


def _length(job: Job, now: datetime) -> str:
    if job.state is JobState.INTERRUPTED:
        return DASH
    return lasting((job.ended_at or now) - job.started_at)


def _outcome(job: Job) -> str:
    if job.state is JobState.RUNNING:
        share = f" {job.done / job.total:.0%}" if job.total else ""
        return f"{job.step or '开始'}{share}……"
    return f"{job.file}　{job.message}" if job.file else job.message


def findings(seen: Seen) -> str:
    """What the last check found; its result is of then, not of now."""
    last = last_ended(seen.jobs, JobKind.CHECK)
    if last is None:
        return '<div class="cy-empty">还没有检查过：每一行的校验值、审计链、引用、几何与空间索引。</div>'
    when = moment(last.ended_at or last.started_at)
    if not last.findings:
        return f'<p class="cy-note"><b>{text(last.message)}</b>　{when} 的结果</p>'
    shown = [row[:4] for row in last.findings[:_MOST_FINDINGS]]
    more = len(last.findings) - len(shown)
    rest = f"，下面列前 {len(shown)} 个；全部请用 python manage.py check 查看" if more else ""
    head = f'<p class="cy-note"><b>{text(last.message)}</b>　{when} 的结果{rest}</p>'
    return head + table(("检查", "位置", "发现", "处理办法"), shown)


def counts(seen: Seen) -> str:
    """Rows per layer that has any; invented ones are marked."""
    if seen.snap is None:
        return '<div class="cy-empty">数据库读不了，不知道有多少。</div>'
    rows, synthetic = [], 0
    for name, count in data.counts(seen.snap).items():
        if count.rows or count.archived:
            rows.append(
                (LAYERS[name].label, number(count.rows), number(count.archived), number(count.synthetic))
            )
            synthetic += count.synthetic
    if not rows:
        return '<div class="cy-empty">空库：还没有任何记录。</div>'
    mark = tag(DataStatus.SYNTHETIC.label, kind="demo") if synthetic else ""
    return mark + table(("图层", "使用中", "已归档", "其中演示数据"), rows, numeric=(1, 2, 3))


def running(seen: Seen) -> str:
    """Version, database, newest revision, sizes, process."""
    newest, sizes = seen.snap.newest if seen.snap else None, system.sizes(seen.backups)
    sessions = system.sessions()
    revision = f"{newest.number}（{moment(newest.at)}）" if newest else "空库" if seen.snap else None
    log_part = f"{size(sizes.logs)}，最多 {data.settings().log_files + 1} 个文件"
    wal = f"（另有日志 {size(sizes.wal)}）" if sizes.wal else ""
    return facts(
        [
            ("程序版本", VERSION),
            ("最新修订", revision),
            ("数据库", system.address()),
            ("数据库大小", f"{size(sizes.database)}{wal}" if sizes.database is not None else None),
            ("备份合计", f"{size(sizes.backups)}，{len(seen.backups)} 份"),
            ("运行日志", log_part),
            ("本进程", f"启动于 {moment(system.STARTED_AT)}，已运行 {lasting(seen.now - system.STARTED_AT)}"),
            ("在线会话", None if sessions is None else f"{sessions}（只计本进程）"),
        ]
    )


def settings_in_force() -> str:
    """Settings of this process; secrets are not among them."""
    now = data.settings()
    return facts(
        [
            ("区县", now.district_name),
            ("业务日期", now.business_date or "按数据或当天"),
            ("数据文件夹", now.data_dir),
            ("配置文件", os.environ.get("CHENGYUAN_CONFIG", "config.toml")),
            ("底图", "、".join(one.name for one in now.basemaps) or "没有配置"),
            ("统计口径", "、".join(f"{key}={value}" for key, value in now.counting.items()) or "默认"),
            ("备份过旧", f"超过 {now.backup.oldest_hours:g} 小时"),
            ("磁盘提醒", f"少于 {now.low_space_mb} MB"),
            ("日志级别", now.log_level),
        ]
    )
