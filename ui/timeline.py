"""Works items of a compound as one strip chart: stages on top, then plan and actual of each item, to one scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pandas as pd

from cartography import swatch, timeline
from cartography import symbology as s
from cartography.timeline import Axis, Span
from geodata.vocabulary import (
    Interruption,
    Light,
    LocalCategory,
    Stage,
    StageClass,
    Term,
    WorkCategory,
    WorkType,
)
from geodata.wording import fuzzy, item_name, money, quantity
from ui.case import Case, since_text
from ui.html import UNKNOWN, missing, text

STAGES: dict[str, Term] = {term.value: term for term in (*Stage, *Interruption)}
_LABEL_ROOM = 92
_LABEL_WIDTH = 17  # of the label of the day, per cent of the axis
_FLIP = 70  # right of this place the label stands left of its line
GROUPINGS = {"national": "国家三类", "local": "本地四类"}


def axis(case: Case) -> Axis:
    """One axis for stages and works items: from the first known day to the last planned one."""
    columns = ("planned_start_from", "planned_finish_to")
    days = [case.items[column] for column in columns] + [
        case.events["occurred_from"],
        case.reports["reported_on"],
    ]
    known = pd.concat([column.dropna() for column in days])
    return timeline.axis_of([day.date() for day in known], as_of=case.as_of)


def chart(case: Case, grouping: str) -> str:
    """The whole strip chart as markup; nothing when neither an item nor a dated stage is there to draw."""
    if case.items.empty and case.events["occurred_from"].isna().all():
        return ""
    scale, told = axis(case), _told(case)
    rows = [_stages(case, scale)]
    for title, note, items in _grouped(case.items, grouping):
        rows.append(f'<div class="cy-g-group"><b>{text(title)}</b>{len(items)} 项 · {text(note)}</div>')
        rows += [_item(case, item, told, scale, grouping) for item in items]
    body = "".join(rows)
    strips = f'<div class="cy-g-body">{_lines(case, scale)}{body}</div>'
    return f'<div class="cy-g">{_head(case, scale)}{strips}{_legend()}</div>'


def _grouped(items: pd.DataFrame, grouping: str) -> Iterable[tuple[str, str, list[pd.Series]]]:
    """Groups of the chosen classification that have items, in display order."""
    terms, group_of = _classification(grouping)
    rows = [row for _, row in items.sort_values(["phase", "type_code"], kind="stable").iterrows()]
    for term in terms:
        mine = [row for row in rows if group_of(WorkType(row["type_code"])) == term]
        if mine:
            yield term.label, term.meaning, mine


def _classification(grouping: str) -> tuple[Iterable[Term], Callable[[WorkType], Term]]:
    if grouping == "local":
        return LocalCategory, lambda work: work.local_category
    return WorkCategory, lambda work: work.category


# ---- frame ----------------------------------------------------------------------------------------------------


def _head(case: Case, scale: Axis) -> str:
    labels = "".join(
        f'<span class="{"y" if tick.is_year else ""}" style="left:{tick.at:.2f}%">{tick.label}</span>'
        for tick in timeline.ticks(scale)
        if tick.at < _LABEL_ROOM and not _under(tick.at, _now(case, scale))
    )
    return (
        '<div class="cy-g-row cy-g-head"><div>内容</div><div class="num">工程量</div>'
        f'<div class="cy-g-axis">{labels}</div><div>形象进度</div><div>预警</div></div>'
    )


def _lines(case: Case, scale: Axis) -> str:
    """Month lines and the line of the day, behind all rows."""
    marks = "".join(
        f'<i class="{"y" if tick.is_year else ""}" style="left:{tick.at:.2f}%"></i>'
        for tick in timeline.ticks(scale)
    )
    now = _now(case, scale)
    side = "r" if now > _FLIP else ""
    label = f'<b class="{side}">截至 {case.as_of:%m-%d}</b>'
    return f'<div class="cy-g-lines">{marks}<i class="now" style="left:{now:.2f}%">{label}</i></div>'


def _now(case: Case, scale: Axis) -> float:
    """Place of the end of the day that the page shows."""
    return scale.at(case.as_of + timedelta(days=1))


def _under(at: float, now: float) -> bool:
    """Whether a month's text would stand under the label of the day."""
    left = now - _LABEL_WIDTH if now > _FLIP else now
    return left - _LABEL_WIDTH / 2 < at < left + _LABEL_WIDTH


def _style(span: Span) -> str:
    return f"left:{span.left:.2f}%;width:{span.width:.2f}%"


def _piece(kind: str, span: Span | None, title: str = "") -> str:
    """One absolutely placed piece of a strip."""
    if span is None:
        return ""
    return f'<i class="{kind}" style="{_style(span)}"{f" title={chr(34)}{text(title)}{chr(34)}" if title else ""}></i>'


# ---- stages ---------------------------------------------------------------------------------------------------


def _stages(case: Case, scale: Axis) -> str:
    events = case.standing(case.events)
    dated = [(row["stage"], fuzzy(row, "occurred")) for _, row in events.iterrows()]
    segments = timeline.lane(dated, scale, until=case.as_of)
    unknown = [STAGES[code].label for code, when in dated if when.first is None]
    notes = f"日期不详：{'、'.join(unknown)}" if unknown else f"{len(dated)} 条阶段记录"
    if not dated:
        notes = "没有阶段记录"
    return (
        f'<div class="cy-g-row cy-g-stage"><div><b>阶段进程</b><small>{text(notes)}</small></div><div></div>'
        f'<div class="cy-g-strip">{"".join(map(_segment, segments))}</div>'
        f'<div class="cy-g-wide">{_current(case)}</div></div>'
    )


def _segment(segment: timeline.Segment) -> str:
    label = STAGES[segment.code].label
    blur = ""
    if segment.blur is not None:
        former = f"var(--cy-stage-{segment.former.value})" if segment.former else "transparent"
        colours = f"--a:{former};--b:var(--cy-stage-{segment.group.value})"
        title = f"{label}：开始日期只知在此期间"
        blur = f'<i class="blur" style="{_style(segment.blur)};{colours}" title="{text(title)}"></i>'
    start = segment.blur or segment.certain
    mark = ""
    if segment.code in list(Interruption) and start:
        mark = f'<i class="mark" style="left:{start.left:.2f}%" title="{label}">{_sign(segment.code)}</i>'
    return blur + _piece(f"seg {segment.group.value}", segment.certain, label) + mark


def _sign(code: str) -> str:
    return swatch.mark(s.STAGE[timeline.stage_class(code)])


def _current(case: Case) -> str:
    status, stage = case.now["status"], case.now["stage"]
    code = status if status in (Interruption.SUSPENDED, Interruption.REMOVED) else stage
    if missing(code):
        return f'<b class="none">{UNKNOWN}</b>'
    return f"<b>{_sign(code)}{text(STAGES[code].label)}</b><small>{text(since_text(case))}</small>"


# ---- items ----------------------------------------------------------------------------------------------------


def _item(case: Case, item: pd.Series, told: Told, scale: Axis, grouping: str) -> str:
    work = WorkType(item["type_code"])
    other = work.category.label if grouping == "local" else work.local_category.label
    budget = money(item["budget_cny"])
    name = item_name(item)
    standard = f"{work.label} · " if name != work.label else ""
    return (
        f'<div class="cy-g-row"><div><b>{text(name)}</b>'
        f"<small>{text(standard)}{work.value} · {other} · {item['phase']} 期</small></div>"
        f'<div class="num">{_none(quantity(item))}<small>{text(budget or "预算不详")}</small></div>'
        f'<div class="cy-g-strip">{_strip(case, item, told, scale)}<small>{_dates(item)}</small></div>'
        f"<div>{_progress(item)}</div><div>{_light(item)}</div></div>"
    )


def _none(value: str | None) -> str:
    return text(value) if value else '<span class="none">工程量不详</span>'


def _dates(item: pd.Series) -> str:
    start, finish = fuzzy(item, "planned_start"), fuzzy(item, "planned_finish")
    if start.first is None and finish.first is None:
        return '<span class="none">计划开工、完工日期不详</span>'
    return f"{text(start.text())} → {text(finish.text())}"


def _strip(case: Case, item: pd.Series, told: Told, scale: Axis) -> str:
    plan = timeline.bar(fuzzy(item, "planned_start"), fuzzy(item, "planned_finish"), scale)
    pieces = ""
    if plan:
        pieces = (
            _piece("plan begins", plan.begins, "计划开工只知在此期间")
            + _piece("plan", plan.core, "计划工期")
            + _piece("plan ends", plan.ends, "计划完工只知在此期间")
        )
        known = plan.core or plan.begins or plan.ends
        if plan.open_end and known:
            pieces += _piece("plan open", Span(known.right, 100 - known.right), "计划完工日期不详")
        if plan.open_start and known:
            pieces += _piece("plan open", Span(0, known.left), "计划开工日期不详")
    return pieces + _actual(case, item, told.get(str(item.name), []), scale)


Told = dict[str, list[tuple[date, float]]]


def _told(case: Case) -> Told:
    """Standing reports above zero of each works item, in order of day."""
    rows = case.standing(case.reports)
    told: Told = {}
    for item, day, percent in zip(
        rows["work_item_id"], rows["reported_on"], rows["progress_pct"], strict=True
    ):
        if percent > 0:
            told.setdefault(item, []).append((day.date(), percent))
    return told


def _actual(case: Case, item: pd.Series, told: list[tuple[date, float]], scale: Axis) -> str:
    """From the first report above zero to the last, then dotted to the day for an item that still runs."""
    if not told:
        return ""
    first, last = told[0][0], told[-1][0]
    full = [day for day, percent in told if percent >= 100]
    done = bool(full) and item["progress_pct"] >= 100
    if done:
        last = full[0]
    pieces = _piece("actual done" if done else "actual", scale.span(first, last), f"填报：{first} 至 {last}")
    if not done and last < case.as_of:
        after = scale.span(last + timedelta(days=1), case.as_of)
        pieces += _piece("silent", after, f"{last} 之后没有填报")
    return pieces


def _progress(item: pd.Series) -> str:
    done, due = item["progress_pct"], item["planned_pct"]
    fill = "" if missing(done) else f'<i class="fill" style="width:{done:.1f}%"></i>'
    mark = "" if missing(due) else f'<i class="due" style="left:{due:.1f}%"></i>'
    known = "进度不详" if missing(done) else f"<b>{done:.0f}%</b>"
    plan = "" if missing(due) else f"，计划 {due:.0f}%"
    kind = " none" if missing(done) else ""
    return f'<span class="cy-g-track{kind}">{fill}{mark}</span><small>{known}{plan}</small>'


def _light(item: pd.Series) -> str:
    light = Light(item["light"])
    hold = swatch.mark(s.HOLD) if item["heritage_hold"] else ""
    label = f"<b>{swatch.mark(s.WARNING[light])}{text(light.label)}{hold}</b>"
    return f"{label}<small>{text(item['light_reason'])}</small>"


def _legend() -> str:
    """How to read the strips."""
    samples = (
        ("plan", "计划工期"),
        ("plan ends", "日期只到旬、月、季、年：可能的日子渐隐"),
        ("actual", "实际：首次至最近填报"),
        ("silent", "此后没有填报"),
    )
    marks = "".join(f'<span><i class="{kind}"></i>{label}</span>' for kind, label in samples)
    stages = "".join(
        f"<span>{swatch.area(symbol)}{group.label}</span>"
        for group, symbol in s.STAGE.items()
        if group is not StageClass.UNKNOWN
    )
    return f'<div class="cy-g-legend">{marks}</div><div class="cy-g-legend">阶段：{stages}</div>'
