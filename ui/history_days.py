"""Saves by day: days on the left, saves in the middle, on the right what one save changed, and its undoing."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from geodata.schema import LAYERS
from geodata.store import Snapshot, Undo
from geodata.vocabulary import AuditAction
from ui import changes, data, history_state, ledger, past, taking_back
from ui.history_state import Asked, widget
from ui.html import missing, text

_WEEKDAYS = "一二三四五六日"
_MOST_DAYS = 120


def show(snap: Snapshot, asked: Asked) -> None:
    """Filters, then days, saves and the opened save."""
    filters(snap)
    rows = past.saves(snap, asked.wanted)
    if rows.empty:
        st.html('<div class="cy-empty">没有符合条件的保存。放宽上面的条件，或点“清除条件”。</div>')
        return
    page = min(asked.page, (len(rows) - 1) // past.PER_PAGE)
    shown = rows.iloc[page * past.PER_PAGE : (page + 1) * past.PER_PAGE]
    save = asked.save if asked.save in set(rows["number"]) else int(shown["number"].iloc[0])
    days, saves, opened = st.columns([22, 42, 56], gap="medium")
    with days:
        _days(snap, asked)
    with saves:
        _saves(snap, shown, save)
        _pages(page, len(rows))
    with opened:
        _opened(snap, save, asked.part)


def filters(snap: Snapshot) -> None:
    """Author, layer, text and the first and last day."""
    with st.container(key="history-filters", horizontal=True):
        st.selectbox(
            "操作人",
            past.authors(snap),
            index=None,
            key=widget("who"),
            persist_state="session",
            placeholder="操作人",
            label_visibility="collapsed",
            on_change=history_state.restart,
        )
        st.selectbox(
            "图层",
            list(LAYERS),
            index=None,
            format_func=lambda name: LAYERS[name].label,
            key=widget("layer"),
            persist_state="session",
            placeholder="图层",
            label_visibility="collapsed",
            on_change=history_state.restart,
        )
        for key, label in (("since", "从"), ("until", "到")):
            st.date_input(
                label,
                value=None,
                format="YYYY-MM-DD",
                key=widget(key),
                persist_state="session",
                on_change=history_state.restart,
            )
        st.text_input(
            "查找",
            key=widget("find"),
            persist_state="session",
            placeholder="名称、操作人或原因",
            label_visibility="collapsed",
            max_chars=80,
            on_change=history_state.restart,
        )
        st.button("清除条件", key="history-clear", on_click=_clear)


def _clear() -> None:
    history_state.put(who=None, layer=None, since=None, until=None, find="", page=0)


def _days(snap: Snapshot, asked: Asked) -> None:
    """Days with saves, how many and by whom; a click shows that day alone, a second one all again."""
    days = past.days(snap, asked.wanted)
    chosen = asked.wanted.first if asked.wanted.first == asked.wanted.last else None
    rows = [_day_row(day, int(row["saves"]), row["authors"]) for day, row in days.head(_MOST_DAYS).iterrows()]
    note = f"{len(days)} 天，{int(days['saves'].sum())} 次保存"
    ledger.show(
        [("有保存的日子", note, rows)],
        key="history-days",
        columns="70px 24px minmax(0, 1fr)",
        selected=chosen.isoformat() if chosen else "",
        on_open=lambda day: _one_day(day, chosen),
    )
    if len(days) > _MOST_DAYS:
        st.html(f'<div class="cy-note">更早的 {len(days) - _MOST_DAYS} 天请用上面的日期查找。</div>')


def _day_row(day: date, count: int, authors: tuple[tuple[str, int], ...]) -> ledger.Row:
    who = "、".join(f"{name} {number}" if len(authors) > 1 else name for name, number in authors)
    when = f"{day:%m-%d} 周{_WEEKDAYS[day.weekday()]}"
    return ledger.Row(day.isoformat(), (("", when), ("num", str(count)), ("quiet", who)))


def _one_day(day: str, chosen: date | None) -> None:
    taking_back.forget()
    wanted = None if chosen and chosen.isoformat() == day else date.fromisoformat(day)
    history_state.put(since=wanted, until=wanted, page=0)


def _saves(snap: Snapshot, shown: pd.DataFrame, save: int) -> None:
    counts = past.touched(snap, tuple(int(number) for number in shown["number"]))
    summaries = {number: _summary(part) for number, part in counts.groupby("revision")}
    days = past.days_of(shown)
    groups = []
    for day in dict.fromkeys(days):
        rows = [_save_row(row, summaries) for row in shown[days == day].to_dict("records")]
        groups.append((f"{day:%Y-%m-%d} 周{_WEEKDAYS[day.weekday()]}", f"{len(rows)} 次", rows))
    ledger.show(
        groups,
        key="history-saves",
        columns="36px minmax(0, 5.5em) minmax(0, 1.2fr) minmax(0, 1fr)",
        selected=str(save),
        on_open=_open,
    )


def _open(number: str) -> None:
    taking_back.forget()
    history_state.put(save=int(number), part=0)


def _save_row(row: dict, summaries: dict) -> ledger.Row:  # type: ignore[type-arg]
    at = row["at"].astimezone(data.ZONE)
    reason = "未写原因" if missing(row["reason"]) else str(row["reason"])
    cells = (
        ("", f"{at:%H:%M}"),
        ("strong", row["author"]),
        ("", summaries.get(row["number"], "")),
        ("quiet", reason),
    )
    return ledger.Row(str(row["number"]), cells)


def _summary(counts: pd.DataFrame) -> str:
    """What a save did, in a few words: `修改楼院 2，新增工程项 5`."""
    parts = [
        f"{AuditAction(row.action).label}{LAYERS[row.layer].label} {row.rows}" for row in counts.itertuples()
    ]
    return "，".join(parts)


def _pages(page: int, count: int) -> None:
    last = (count - 1) // past.PER_PAGE
    if not last:
        return
    with st.container(key="history-pages", horizontal=True):
        newer, older = {"page": page - 1}, {"page": page + 1}
        st.button("较新", key="history-newer", disabled=page == 0, on_click=history_state.put, kwargs=newer)
        st.html(f'<div class="cy-note">第 {page + 1} / {last + 1} 页，共 {count} 次保存</div>')
        st.button(
            "较早", key="history-older", disabled=page == last, on_click=history_state.put, kwargs=older
        )


# ---- one save -------------------------------------------------------------------------------------------------


def _opened(snap: Snapshot, save: int, part: int) -> None:
    rows = past.saves(snap, past.Wanted())
    row = rows[rows["number"] == save].iloc[0]
    counts = past.touched(snap, (save,))
    whole = int(counts["rows"].sum())
    part = min(part, max(0, whole - 1) // past.PER_SAVE)
    with st.container(key="history-opened"):
        with st.container(key="history-opened-head", horizontal=True):
            st.html(_head(row, _summary(counts)))
            st.button(
                "撤销这次保存",
                key="history-undo",
                on_click=taking_back.ask,
                args=(Undo(save),),
                type="primary",
            )
        st.html(
            data.kept(
                snap,
                ("save", save, part),
                lambda: changes.of_save(snap, past.changes(snap, save, part), counts),
            )
        )
        _parts(part, whole)


def _head(row: pd.Series, summary: str) -> str:
    at = row["at"].astimezone(data.ZONE)
    reason = "没有写原因" if missing(row["reason"]) else f"原因：{row['reason']}"
    return (
        f'<div class="cy-head">修订 {row["number"]}　{text(row["author"])}<small>{at:%Y-%m-%d %H:%M}</small></div>'
        f'<div class="cy-note">{text(reason)}　{text(summary)}</div>'
    )


def _parts(part: int, whole: int) -> None:
    if whole <= past.PER_SAVE:
        return
    first, last = part * past.PER_SAVE + 1, min(whole, (part + 1) * past.PER_SAVE)
    with st.container(key="history-parts", horizontal=True):
        before, after = {"part": part - 1}, {"part": part + 1}
        st.button(
            "前一段", key="history-before", disabled=part == 0, on_click=history_state.put, kwargs=before
        )
        st.html(f'<div class="cy-note">第 {first}–{last} 条，共 {whole:,} 条</div>')
        st.button(
            "后一段", key="history-after", disabled=last == whole, on_click=history_state.put, kwargs=after
        )
