"""Correcting the facts of a compound: the form, its checks, and what happens when somebody else was faster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from geodata import schema
from geodata.importers.columns import FIRST_YEAR
from geodata.store import Snapshot
from geodata.vocabulary import BoundaryStatus, DataStatus, Ownership, Term
from ui import changes, data, estate_choice, forms, overtaken, saving
from ui.drafts import Field, Given, Keeper, Kind
from ui.facts_draft import FORM, Draft, draft, forget
from ui.html import text
from ui.saving import Clash, Fault, Outcome

_ACROSS = 5
_REASON = "reason"
_KINDS: dict[str, str] = {
    "name": "text",
    "aliases": "text",
    "address": "text",
    "street_code": "street_office",
    "community_code": "community",
    "estate_id": "estate",
    "renewal_area_id": "renewal_area",
    "ownership": "ownership",
    "built_year": "whole",
    "buildings": "whole",
    "households": "whole",
    "floor_area_m2": "%.2f",
    "structure": "text",
    "storeys": "whole",
    "property_manager": "text",
    "leader": "text",
    "boundary_status": "boundary",
    "position_lon": "%.6f",
    "position_lat": "%.6f",
    "position_uncertainty_m": "%.0f",
    "data_status": "data_status",
    "source": "text",
    "note": "text",
}
COLUMNS = tuple(_KINDS)
_TERMS: dict[str, tuple[Term, ...]] = {
    "ownership": tuple(Ownership),
    "boundary": tuple(BoundaryStatus),
    "data_status": tuple(DataStatus),
}
_REQUIRED = ("name", "street_code", "boundary_status", "data_status", "source")


# ---- form -----------------------------------------------------------------------------------------------------


def show(snap: Snapshot, compound_id: str, author: str, kept: Keeper) -> Outcome | None:
    """Draw the form, or the clash; the outcome when the person pressed save."""
    now = draft(compound_id, kept.given(FORM))
    if now is None:
        return Outcome(message="这个楼院已不在库中，不能修改。请返回一张图核对。")
    if now.clashes:
        return _resolve(snap, now, author)
    estate_choice.search(snap, f"facts-{now.serial}", now.opened.get("street_code"))
    fields = _fields(snap, now, kept.given(FORM))
    kept.open(FORM, list(fields.values()), version=now.version)
    with st.container(key="facts-overtaken"):  # always there: a form that moves loses what is typed
        if data.frame(snap, "compound").at[compound_id, "version"] != now.version:
            st.html(overtaken.note(snap, "compound", compound_id, now.version))
    kept.note(FORM, forget)
    with st.form(f"facts-{now.serial}", border=False):
        typed = _drawn(fields, now)
        reason, pressed = forms.reason_and_button(fields[_REASON], "保存更正")
    return _save(snap, now, typed, reason, author) if pressed else None


def _fields(snap: Snapshot, now: Draft, waiting: Given | None) -> dict[str, Field]:
    """Every field of the form by name, with the value the form was opened with."""
    prefix = f"facts-{now.serial}"
    found = {name: _field(snap, now, waiting, name, f"{prefix}-{name}") for name in COLUMNS}
    return {**found, _REASON: forms.reason(prefix, "修改原因（必填）")}


def _field(snap: Snapshot, now: Draft, waiting: Given | None, name: str, key: str) -> Field:
    kind, value = _KINDS[name], now.opened.get(name)
    label = schema.label("compound", name) + ("（必填）" if name in _REQUIRED else "")
    if kind == "text":
        return Field(name, key, Kind.TEXT, label, value or "")
    if kind == "whole":
        return Field(name, key, Kind.WHOLE, label, value)
    if kind.startswith("%"):
        return Field(name, key, Kind.NUMBER, label, value)
    options = _estates(snap, now, waiting, key) if kind == "estate" else _options(snap, kind)
    if value is not None and value not in options:
        options = {value: f"{value}（已归档）", **options}
    return Field(name, key, Kind.CHOICE, label, value, options)


def _estates(snap: Snapshot, now: Draft, waiting: Given | None, key: str) -> dict[str, str]:
    held = (now.opened.get("estate_id"), st.session_state.get(key))
    draft = str(waiting.fields.get("estate_id", "")) if waiting else ""
    street = now.opened.get("street_code")
    return _of_streets(
        snap, estate_choice.offered(snap, f"facts-{now.serial}", street, held=held, draft=draft)
    )


def _drawn(fields: Mapping[str, Field], now: Draft) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    names = list(COLUMNS)
    for start in range(0, len(names), _ACROSS):
        for name, place in zip(names[start : start + _ACROSS], st.columns(_ACROSS), strict=False):
            with place:
                typed[name] = _widget(fields[name], _KINDS[name], now.opened.get(name))
    return typed


def _widget(field: Field, kind: str, opened: Any) -> Any:
    if field.kind is Kind.TEXT:
        draw = st.text_area if opened and "\n" in opened else st.text_input
        given = draw(field.label, key=field.key)
        return given if given == opened else given.strip()
    if field.kind is Kind.CHOICE:
        fixed = field.name in _REQUIRED and field.initial is not None
        return forms.choose(field, placeholder=None if fixed else "不详")
    whole = field.kind is Kind.WHOLE
    return st.number_input(
        field.label,
        value=None,
        step=1 if whole else _step(kind),
        format="%d" if whole else kind,
        key=field.key,
        placeholder="不详",
    )


def _step(form: str) -> float:
    return {"%.6f": 0.0001, "%.2f": 1.0}.get(form, 10.0)


def _options(snap: Snapshot, kind: str) -> dict[str, str]:
    """Codes with what people read."""
    if kind in _TERMS:
        return {term.value: term.label for term in _TERMS[kind]}
    rows = data.frame(snap, kind)
    return _of_streets(snap, rows) if "street_code" in rows else rows["name"].to_dict()


def _of_streets(snap: Snapshot, rows: pd.DataFrame) -> dict[str, str]:
    """Codes with names, and which street, since names repeat."""
    streets = data.names(snap, "street_office")
    return {
        code: f"{name}（{streets.get(street, '街道不详')}）"
        for code, name, street in zip(rows.index, rows["name"], rows["street_code"], strict=True)
    }


# ---- checks ---------------------------------------------------------------------------------------------------


def faults(snap: Snapshot, typed: Mapping[str, Any], *, has_boundary: bool, today: date) -> list[Fault]:
    """Everything that is wrong with the typed facts, named field by field."""
    found = saving.unclean("compound", typed)
    found += saving.missing_texts({schema.label("compound", name): typed[name] for name in _REQUIRED})
    found += _year(typed["built_year"], today) + _place(typed, has_boundary=has_boundary)
    for column, layer in (("community_code", "community"), ("estate_id", "estate")):
        found += _belongs(snap, layer, column, typed)
    return found


def _year(year: int | None, today: date) -> list[Fault]:
    if year is None or FIRST_YEAR <= year <= today.year:
        return []
    return [Fault("建成年份", str(year), f"应在 {FIRST_YEAR} 到 {today.year} 之间；不详请留空")]


def _place(typed: Mapping[str, Any], *, has_boundary: bool) -> list[Fault]:
    """Position and boundary status must say the same as the boundary that is stored."""
    lon, lat, status = typed["position_lon"], typed["position_lat"], typed["boundary_status"]
    label = BoundaryStatus(status).label if status else ""
    found = []
    if (lon is None) != (lat is None):
        lacking = "位置纬度" if lat is None else "位置经度"
        found.append(Fault(lacking, "", "经度、纬度要么都填，要么都留空"))
    if status == BoundaryStatus.UNCERTAIN and (lon is None or typed["position_uncertainty_m"] is None):
        found.append(Fault("界线性质", label, "需要同时填写位置经度、纬度和不确定度"))
    without = status in (BoundaryStatus.MISSING, BoundaryStatus.UNCERTAIN)
    if status and without == has_boundary:
        remedy = (
            "该楼院已有边界，请选择其余各项" if has_boundary else "该楼院没有边界，请选“无边界”或“位置不确定”"
        )
        found.append(Fault("界线性质", label, remedy))
    return found


def _belongs(snap: Snapshot, layer: str, column: str, typed: Mapping[str, Any]) -> list[Fault]:
    chosen, street = typed[column], typed["street_code"]
    rows = data.frame(snap, layer)
    if (
        chosen is None
        or street is None
        or chosen not in rows.index
        or rows.at[chosen, "street_code"] == street
    ):
        return []
    name = str(rows.at[chosen, "name"])
    return [Fault(schema.label("compound", column), name, "不属于所选街道；请改选街道，或改选本街道的记录")]


# ---- saving ---------------------------------------------------------------------------------------------------


def _save(snap: Snapshot, now: Draft, typed: dict[str, Any], reason: str, author: str) -> Outcome:
    has_boundary = now.opened.get("geometry") is not None
    found = faults(snap, typed, has_boundary=has_boundary, today=data.today(snap))
    found += saving.missing_texts({"修改原因": reason})
    if found:
        return Outcome(faults=tuple(found))
    wanted = saving.changes("compound", now.opened, typed)
    if not wanted:
        return Outcome(message="没有改动，未保存。")
    return write(now, wanted, reason=reason, author=author)


def write(now: Draft, wanted: dict[str, Any], *, reason: str, author: str) -> Outcome:
    """Save the wanted changes against the version that was read; a clash is kept in the draft."""
    now.reason = reason
    outcome = saving.attempt(
        data.store(),
        author=author,
        reason=reason,
        work=lambda save: save.update("compound", now.compound_id, wanted, version=now.version),
    )
    if outcome.stale:
        _keep_clash(now, wanted)
    if not outcome.saved:
        return outcome
    last = data.store().audit(layer="compound", record_ids=[now.compound_id]).iloc[0]
    forget()
    if last["revision"] != outcome.revision:  # somebody else had saved the very same values
        return Outcome(message="库里已是这些值，没有需要保存的改动。", closed=True)
    return outcome


def _keep_clash(now: Draft, wanted: dict[str, Any]) -> None:
    stored = data.stored("compound", now.compound_id)
    if stored is None:
        return
    now.version = stored["version"]
    now.clashes = tuple(
        saving.clashes("compound", opened=now.opened, wanted=wanted, stored=stored, columns=COLUMNS)
    )


# ---- clash ----------------------------------------------------------------------------------------------------

_SIDES = {"mine": "用我的", "theirs": "用库里的"}


def _resolve(snap: Snapshot, now: Draft, author: str) -> Outcome | None:
    """Both values of each field side by side; the person chooses before anything is saved again."""
    st.html(
        f'<div class="cy-clash"><b>您编辑期间，{text(_who(now))}已保存了这个楼院</b>'
        "您的修改还没有保存。请逐项选择留哪一个值，再保存；两边都改过的字段没有预选，必须选择。</div>"
    )
    with st.form(f"clash-{now.serial}-{now.version}", border=False):
        chosen = {clash.column: _choice(snap, now, clash) for clash in now.clashes}
        field = forms.reason(f"clash-{now.serial}-{now.version}", "修改原因（必填）", now.reason)
        st.session_state.setdefault(field.key, field.initial)
        reason, pressed = forms.reason_and_button(field, "按所选保存")
        dropped = st.form_submit_button("放弃我的修改")
    if dropped:
        forget()
        st.rerun()
    return settle(now, chosen, reason=reason, author=author) if pressed else None


def _who(now: Draft) -> str:
    """Who saved last, and when."""
    last = data.store().audit(layer="compound", record_ids=[now.compound_id]).iloc[0]
    return f"{last['author']} 于 {last['at'].astimezone(data.ZONE):%m-%d %H:%M} "


def _choice(snap: Snapshot, now: Draft, clash: Clash) -> str | None:
    with st.container(key=f"clash-{clash.column}", horizontal=True):
        st.html(_three_values(snap, clash))
        side = None if clash.both else "mine" if clash.i_changed else "theirs"
        return st.segmented_control(
            clash.label,
            list(_SIDES),
            default=side,
            format_func=_SIDES.get,
            key=f"clash-{now.serial}-{now.version}-{clash.column}",
            label_visibility="collapsed",
        )


def _three_values(snap: Snapshot, clash: Clash) -> str:
    """The value when the form was opened, mine and the stored one; what was changed stands out."""
    values = (
        ("打开时", clash.opened, False),
        ("我的", clash.mine, clash.i_changed),
        ("库里现在", clash.theirs, clash.they_changed),
    )
    cells = "".join(
        f'<div class="{"on" if changed else ""}"><small>{label}{"（已改）" if changed else ""}</small>'
        f"{text(changes.value_text(snap, 'compound', clash.column, value))}</div>"
        for label, value, changed in values
    )
    return f'<div class="cy-clash-row"><b>{text(clash.label)}</b>{cells}</div>'


def settle(now: Draft, chosen: Mapping[str, str | None], *, reason: str, author: str) -> Outcome:
    """Save what the person chose, against the version whose values were shown."""
    open_ones = [clash for clash in now.clashes if chosen.get(clash.column) is None]
    found = [Fault(clash.label, "", "两边的值不同，请选择留哪一个") for clash in open_ones]
    found += saving.missing_texts({"修改原因": reason})
    if found:
        return Outcome(faults=tuple(found))
    wanted = {clash.column: clash.mine for clash in now.clashes if chosen[clash.column] == "mine"}
    if not wanted:
        forget()
        return Outcome(message="全部保留库里的值，没有需要保存的改动。", closed=True)
    return write(now, wanted, reason=reason, author=author)
