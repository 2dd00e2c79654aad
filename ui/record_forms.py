"""Adding what happened: a progress report of a works item, or a stage event; either may correct an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from geodata.honesty import FuzzyDate
from geodata.store import Commit
from geodata.vocabulary import DatePrecision, Interruption, ReportingStatus
from geodata.wording import day_text, fuzzy, item_name
from ui import data, doubles, drafts, forms, saving
from ui.case import Case
from ui.drafts import Field, Keeper, Kind
from ui.facts_draft import place
from ui.html import text
from ui.saving import Fault, Outcome
from ui.timeline import STAGES


def _serial(kind: str) -> int:
    """Number of the form of this kind; raised after each save, so that the next form is empty."""
    return int(st.session_state.get(f"{kind}_serial", 0))


def _discard(case: Case, kind: str) -> None:
    """Begin an empty form; the draft of the former one is gone."""
    st.session_state[f"{kind}_serial"] = _serial(kind) + 1
    drafts.done(place(case.id), kind)


# ---- progress report ------------------------------------------------------------------------------------------


def report(case: Case, author: str, kept: Keeper) -> Outcome | None:
    """Draw the form of a progress report; the outcome when the person pressed save."""
    if case.items.empty:
        st.html(
            '<div class="cy-empty">这个楼院还没有工程项，不能填报进度。请先在“导入”页装入工程台账。</div>'
        )
        return None
    key = f"report-{case.id}-{_serial('report')}"
    which = _item_field(case, key, kept)
    fields = _report_fields(case, st.session_state[which.key], key)
    kept.open("report", [which, *fields.values()])
    left, last = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        item = forms.choose(which)
    last.html(_latest(case, item))
    kept.note("report", lambda: _discard(case, "report"))
    with st.form(key, border=False):
        typed = {"work_item_id": item, **_draw_report(fields), **forms.draw_provenance(fields)}
        back = st.checkbox(fields["back"].label, key=fields["back"].key)
        reason, pressed = forms.reason_and_button(fields["reason"], "保存填报")
    return save_report(case, typed, went_back=back, reason=reason, author=author) if pressed else None


def _item_field(case: Case, key: str, kept: Keeper) -> Field:
    """Which works item the report is about: the one of a draft that waits, else the one chosen, else the first."""
    names = {code: f"{item_name(item)}（{item['phase']} 期）" for code, item in case.items.iterrows()}
    field = Field("item", f"{key}-item", Kind.CHOICE, "工程项", next(iter(names)), names)
    waiting = kept.given("report")
    if waiting is not None and "item" in waiting.fields:
        with suppress(ValueError):
            st.session_state[field.key] = drafts.value_of(field, waiting.fields["item"])
    if st.session_state.get(field.key) not in names:
        st.session_state[field.key] = field.initial
    return field


def _report_fields(case: Case, item: str, key: str) -> dict[str, Field]:
    own = f"{key}-{item}"
    last = data.today(case.snap)
    earlier = {
        code: f"{day_text(row['reported_on'])}　{row['progress_pct']:g}%"
        for code, row in _reports_of(case, item).iloc[::-1].iterrows()
    }
    fields = [
        Field("day", f"{own}-day", Kind.DAY, "填报日期", last, under="item"),
        Field("pct", f"{own}-pct", Kind.NUMBER, "形象进度（%）", under="item"),
        Field("paid", f"{own}-paid", Kind.NUMBER, "累计支付（元）", under="item"),
        forms.correction(earlier, f"{own}-corrects", under="item"),
        *forms.provenance(key),
        Field("back", f"{own}-back", Kind.CHECK, "进度确有回退（不是更正）", False, under="item"),
        forms.reason(key, "填报原因（必填）"),
    ]
    return {field.name: field for field in fields}


def _draw_report(fields: dict[str, Field]) -> dict[str, Any]:
    when, percent, paid, corrects = st.columns([1, 1, 1, 2])
    with when:
        day = _day(fields["day"])
    with percent:
        done = _number(fields["pct"], step=1.0, form="%g", placeholder="0–100")
    with paid:
        money = _number(fields["paid"], step=1000.0, form="%.2f", placeholder="不详")
    with corrects:
        former = forms.draw_correction(fields["corrects"])
    return {"reported_on": day, "progress_pct": done, "paid_cny": money, "corrects_id": former}


def _day(field: Field) -> date | None:
    return st.date_input(
        field.label,
        value=None,
        min_value=drafts.FIRST_DAY,
        max_value=drafts.LAST_DAY,
        format="YYYY-MM-DD",
        key=field.key,
    )


def _number(field: Field, *, step: float, form: str, placeholder: str) -> float | None:
    return st.number_input(
        field.label, value=None, step=step, format=form, key=field.key, placeholder=placeholder
    )


def _latest(case: Case, item: str) -> str:
    """What stands now, beside the choice of the item."""
    told = _reports_of(case, item)
    if told.empty:
        return '<div class="cy-note">还没有填报。</div>'
    last = told.iloc[-1]
    today = last["reported_on"].date() == data.today(case.snap)
    again = "；今天已有填报，要改请在“更正哪一条”中选它" if today else ""
    return (
        f'<div class="cy-note">最近填报：{day_text(last["reported_on"])}　<b>{last["progress_pct"]:g}%</b>'
        f"　{text(last['recorded_by'])}{again}</div>"
    )


def _reports_of(case: Case, item: str) -> pd.DataFrame:
    """Standing reports of an item."""
    return case.standing(case.reports[case.reports["work_item_id"] == item])


def report_faults(case: Case, typed: Mapping[str, Any], *, went_back: bool) -> list[Fault]:
    """Everything that is wrong with a typed report."""
    found = saving.unclean("progress_report", typed)
    if typed["progress_pct"] is None:
        found.append(Fault("形象进度（%）", "", "必须填写，0 到 100 之间"))
    if typed["reported_on"] is None:
        found.append(Fault("填报日期", "", "必须填写"))
    found += _not_later("填报日期", typed["reported_on"], data.today(case.snap))
    if not found and not went_back and typed["corrects_id"] is None:
        found += _falls_back(case, typed)
    return found


def _not_later(label: str, day: date | None, last: date) -> list[Fault]:
    if day is None or day <= last:
        return []
    return [Fault(label, day.isoformat(), f"晚于业务日期 {last.isoformat()}；请改为当天或更早")]


def _falls_back(case: Case, typed: Mapping[str, Any]) -> list[Fault]:
    """A report below an earlier one is either a correction or a real loss, and the person must say which."""
    told = _reports_of(case, typed["work_item_id"])
    earlier = told[told["reported_on"] <= pd.Timestamp(typed["reported_on"])]
    if earlier.empty or typed["progress_pct"] >= earlier["progress_pct"].iloc[-1]:
        return []
    last = earlier.iloc[-1]
    message = (
        f"低于 {day_text(last['reported_on'])} 填报的 {last['progress_pct']:g}%；"
        "那一条填错了请在“更正哪一条”中选它，确有回退请勾选“进度确有回退”"
    )
    return [Fault("形象进度（%）", f"{typed['progress_pct']:g}", message)]


def save_report(case: Case, typed: dict[str, Any], *, went_back: bool, reason: str, author: str) -> Outcome:
    """Check and add a progress report."""
    found = report_faults(case, typed, went_back=went_back)
    return _add(case, "progress_report", typed, found, reason=reason, author=author, kind="report")


def _add(
    case: Case,
    layer: str,
    typed: dict[str, Any],
    found: list[Fault],
    *,
    reason: str,
    author: str,
    kind: str,
) -> Outcome:
    found = found + saving.missing_texts({"数据来源": typed["source"], "原因": reason})
    if found:
        return Outcome(faults=tuple(found))
    row = {**typed, "recorded_on": data.today(case.snap), "recorded_by": author}

    def work(save: Commit) -> None:
        doubles.refuse(save, layer, row)
        save.insert(layer, row)

    outcome = saving.attempt(data.store(), author=author, reason=reason, work=work)
    if outcome.saved:
        _discard(case, kind)
    return outcome


# ---- stage event ----------------------------------------------------------------------------------------------


def stage(case: Case, author: str, kept: Keeper) -> Outcome | None:
    """Draw the form of a stage event; the outcome when the person pressed save."""
    key = f"stage-{case.id}-{_serial('stage')}"
    fields = _stage_fields(case, key)
    kept.open("stage", list(fields.values()))
    kept.note("stage", lambda: _discard(case, "stage"))
    with st.form(key, border=False):
        typed, precision, day = _draw_stage(case, fields)
        typed |= forms.draw_provenance(fields)
        reason, pressed = forms.reason_and_button(fields["reason"], "保存阶段")
    if not pressed:
        return None
    return save_stage(case, typed, precision=precision, day=day, reason=reason, author=author)


def _stage_fields(case: Case, key: str) -> dict[str, Field]:
    stages = {code: STAGES[code].label for code in STAGES}
    exact = DatePrecision.labels()
    fields = [
        Field("stage", f"{key}-stage", Kind.CHOICE, "阶段", None, stages),
        Field("precision", f"{key}-precision", Kind.CHOICE, "日期精度", next(iter(exact)), exact),
        Field("day", f"{key}-day", Kind.DAY, "发生日期（期内任一天）"),
        Field("evidence", f"{key}-evidence", Kind.TEXT, "依据（文号等，调出必填）", ""),
        forms.correction(_events(case), f"{key}-corrects"),
        *forms.provenance(key),
        forms.reason(key, "登记原因（必填）"),
    ]
    return {field.name: field for field in fields}


def _draw_stage(case: Case, fields: dict[str, Field]) -> tuple[dict[str, Any], str, date | None]:
    which, exact, when, evidence, corrects = st.columns([1.2, 1, 1, 1.6, 1.8])
    with which:
        code = forms.choose(fields["stage"], placeholder="请选择")
    with exact:
        precision = forms.choose(fields["precision"])
    with when:
        day = _day(fields["day"])
    with evidence:
        given = st.text_input(fields["evidence"].label, key=fields["evidence"].key)
    with corrects:
        former = forms.draw_correction(fields["corrects"])
    typed = {"compound_id": case.id, "stage": code, "evidence": given.strip() or None, "corrects_id": former}
    return typed, precision, day


def _events(case: Case) -> dict[str, str]:
    """Standing events, newest first, as a person recognises them."""
    rows = case.standing(case.events).iloc[::-1]
    return {
        code: f"{STAGES[row['stage']].label}　{fuzzy(row, 'occurred').text()}"
        for code, row in rows.iterrows()
    }


def span_of(precision: str, day: date | None) -> FuzzyDate | None:
    """The span of that precision around a day; None when a day is needed and lacking."""
    exactness = DatePrecision(precision)
    if exactness is DatePrecision.UNKNOWN:
        return FuzzyDate(None, None, exactness)
    return None if day is None else FuzzyDate.around(day, exactness)


def stage_faults(case: Case, typed: Mapping[str, Any], when: FuzzyDate | None) -> list[Fault]:
    """Everything that is wrong with a typed stage event."""
    found = saving.unclean("stage_event", typed)
    if typed["stage"] is None:
        found.append(Fault("阶段", "", "必须选择"))
    if when is None:
        found.append(Fault("发生日期", "", "请选期内任一天；确实不知道请把日期精度改为“日期不详”"))
    elif when.first is not None:
        found += _not_later("发生日期", when.first, data.today(case.snap))
    if typed["stage"] == Interruption.REMOVED and not typed["evidence"]:
        found.append(Fault("依据", "", "调出须有批准文号，请填写；没有文号不能登记调出"))
    if typed["corrects_id"] is None:
        found += _out_of_order(case, typed["stage"])
    return found


def _out_of_order(case: Case, code: str | None) -> list[Fault]:
    """Interruptions that contradict what is recorded."""
    status = case.now["status"]
    if code == Interruption.RESUMED and status != ReportingStatus.SUSPENDED:
        return [Fault("阶段", "复工", "没有未复工的停工记录；请先登记停工，或核对日期")]
    if code == Interruption.SUSPENDED and status == ReportingStatus.SUSPENDED:
        return [Fault("阶段", "停工", "已在停工中；日期填错请选“更正哪一条”")]
    if code == Interruption.REMOVED and status == ReportingStatus.REMOVED:
        return [Fault("阶段", "调出", "已经调出；要改内容请选“更正哪一条”")]
    return []


def save_stage(
    case: Case, typed: dict[str, Any], *, precision: str, day: date | None, reason: str, author: str
) -> Outcome:
    """Check and add a stage event."""
    when = span_of(precision, day)
    found = stage_faults(case, typed, when)
    if when is not None:
        typed = {
            **typed,
            "occurred_from": when.first,
            "occurred_to": when.last,
            "occurred_precision": when.precision.value,
        }
    return _add(case, "stage_event", typed, found, reason=reason, author=author, kind="stage")
