"""The editing band of a dossier: facts, progress report, stage event; what was saved, what is to be put right."""

from __future__ import annotations

import streamlit as st

from geodata.store import Archive
from ui import authors, data, drafts, facts_draft, facts_form, record_forms, shell, taking_back
from ui.case import Case, load
from ui.drafts import Keeper
from ui.html import text
from ui.saving import Outcome

_OPEN = "dossier_edit"
_SAVED = "dossier_saved"


def is_open() -> bool:
    """Whether this session is editing."""
    return bool(st.session_state.get(_OPEN))


def toggle() -> None:
    """Callback: open or close the band; what was typed stays in the browser until it is saved or discarded."""
    st.session_state[_OPEN] = not is_open()
    st.session_state.pop(_SAVED, None)
    facts_draft.put_away()


def _open() -> None:
    """Callback: the browser gave a draft back."""
    st.session_state[_OPEN] = True


def band(case: Case) -> None:
    """The band with three forms, below the heading; nothing while it is closed."""
    kept = drafts.Keeper(case.snap, facts_draft.place(case.id))
    with st.container(key="dossier-edit"):
        with st.container(key="dossier-notice"):  # always there: a form that moves loses what is typed
            _notice(case)
        author = shell.author() if is_open() else None
        if author is not None:
            _head(case, author)
            _forms(_newest(case), author, kept)
    kept.draw(_open)


def _newest(case: Case) -> Case:
    """What is so now: a form always adds to the present state, whatever day the page shows."""
    return load(case.snap, case.id, data.today(case.snap)) if case.is_past else case


def _head(case: Case, author: str) -> None:
    past = "　正在查看过去某日的状态；保存的内容立即进入现有记录。" if case.is_past else ""
    note = f"每次保存都记入变更记录，写明原因；不知道的请留空，留空表示“暂无数据来源”，不是零。{past}"
    authors.line(author, note, key="dossier-author")


_TABS = {facts_draft.FORM: "更正底数", "report": "填报进度", "stage": "登记阶段", "archive": "归档"}


def _forms(case: Case, author: str, kept: Keeper) -> None:
    tabs = st.tabs(list(_TABS.values()), default=_TABS.get(kept.latest or ""))
    forms = (
        lambda: facts_form.show(case.snap, case.id, author, kept),
        lambda: record_forms.report(case, author, kept),
        lambda: record_forms.stage(case, author, kept),
        lambda: _archive(case),
    )
    for tab, form in zip(tabs, forms, strict=True):
        with tab:
            answer = st.container()
            outcome = form()
            if outcome is not None:
                _answer(case, outcome, answer)


def _archive(case: Case) -> None:
    """What archiving hides, the reason, the button; afterwards the record's history, where the way back is."""
    request = Archive("compound", case.id)
    revision = taking_back.form(case.snap, request, key="archive")
    if revision is not None:
        toggle()
        taking_back.tell(request, revision)
        st.switch_page(shell.page("history"), query_params={"tab": "record", "record": case.id})


def _answer(case: Case, outcome: Outcome, place: st.delta_generator.DeltaGenerator) -> None:
    """Show what is to be put right; a finished form is drawn anew at once."""
    if outcome.saved or outcome.closed:
        st.session_state[_SAVED] = (case.id, outcome)
        st.rerun()
    if outcome.stale:
        st.rerun()
    lines = [fault.text() for fault in outcome.faults] or [outcome.message]
    title = f"没有保存：有 {len(lines)} 处需要改正" if outcome.faults else "没有保存"
    body = "".join(f"<li>{text(line)}</li>" for line in lines)
    place.html(f'<div class="cy-faults" role="alert"><b>{title}</b><ul>{body}</ul></div>')


def _notice(case: Case) -> None:
    """What the last save did."""
    compound_id, outcome = st.session_state.get(_SAVED, (None, None))
    if compound_id != case.id or outcome is None:
        return
    message = f"已保存为修订 {outcome.revision}，下方已是新值。" if outcome.saved else outcome.message
    st.html(f'<div class="cy-saved" role="status">{text(message)}</div>')
