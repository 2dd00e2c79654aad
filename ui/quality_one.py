"""One finding: what, where, who puts it right and how; the ways to the record; accepting it with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import BadValue
from geodata.store import Commit, Snapshot
from geodata.vocabulary import DataKeeper, DataStatus, FindingSeverity, FindingStanding
from ui import authors, data, quality_data, quality_state, saving, shell
from ui.html import text
from ui.moments import moment

_LAYER = "accepted_finding"
_SAID = "quality_said"
_REASON = "quality_reason"
_MOST = 500


def show(snap: Snapshot, found: pd.DataFrame, asked: quality_state.Asked) -> None:
    """The open finding; a hint when none is open."""
    with st.container(key="quality-one"):
        _note()
        rows = found[found["key"] == asked.finding]
        if rows.empty:
            st.html(
                '<div class="cy-note quality-hint">点清单的一行或地图上的楼院，在这里看它的情况、改法，或写明理由认可。</div>'
            )
            return
        row = rows.iloc[0]
        st.html(_card(snap, row))
        _links(row)
        _answer(snap, row)


def _note() -> None:
    """What became of the last action; said once."""
    said, good = st.session_state.pop(_SAID, ("", True))
    if said:
        kind, role = ("cy-saved", "status") if good else ("cy-clash", "alert")
        st.html(f'<div class="{kind}" role="{role}">{text(said)}</div>')


def _card(snap: Snapshot, row: pd.Series) -> str:
    rule = quality_data.BY_CODE[row["rule"]]
    street = data.names(snap, "street_office").get(row["street"], row["street"])
    severity = FindingSeverity(row["severity"])
    milder = "（界线为示意，从轻）" if severity is not rule.severity and "示意" in row["content"] else ""
    keeper = DataKeeper(row["keeper"])
    lines = [
        ("规则", rule.meaning),
        ("谁来改", f"{keeper.label}（{keeper.meaning}）"),
        ("怎样改", rule.remedy),
        ("依据", rule.source),
    ]
    body = "".join(f"<dt>{label}</dt><dd>{text(said)}</dd>" for label, said in lines)
    return (
        f'<div class="cy-head">{text(rule.label)}<small>{severity.label}{milder}</small></div>'
        f'<div class="quality-what"><b>{text(row["name"])}</b>　{text(street)}<br>{text(row["message"])}</div>'
        f'<dl class="cy-facts">{body}</dl>'
    )


def _links(row: pd.Series) -> None:
    compound = str(row["compound"])
    with st.container(key="quality-links", horizontal=True):
        for name, label in (("overview", "在一张图上看"), ("dossier", "档案"), ("drawing", "落图")):
            st.page_link(shell.page(name), label=label, query_params={"compound": compound})
        if row["other"]:
            st.page_link(
                shell.page("dossier"), label="另一个的档案", query_params={"compound": str(row["other"])}
            )
        st.button(
            "关闭", key="quality-close", on_click=quality_state.put, kwargs={"finding": None}, type="tertiary"
        )


# ---- answering ----------------------------------------------------------------------------------------------------


def _answer(snap: Snapshot, row: pd.Series) -> None:
    standing = FindingStanding(row["standing"])
    if standing is not FindingStanding.OPEN:
        st.html(_said(snap, row, standing))
    if shell.author("quality") is None:
        return
    if standing is FindingStanding.ACCEPTED:
        st.button("撤回认可", key="quality-withdraw", on_click=_withdraw, args=(snap, row))
        return
    with st.form("quality-accept", border=False, clear_on_submit=False):
        st.text_input(
            "认可的理由",
            key=_typed(row),
            max_chars=_MOST,
            placeholder="核对了什么，为什么可以这样",
        )
        st.form_submit_button("认可并写明理由", on_click=_accept, args=(snap, row))


def _said(snap: Snapshot, row: pd.Series, standing: FindingStanding) -> str:
    """Who accepted it, when and why; for a changed one also what it was then."""
    saved = data.kept(
        snap,
        ("acceptance", row["acceptance"]),
        lambda: data.store().audit(layer=_LAYER, record_ids=[row["acceptance"]], limit=1),
    )
    who = f"{saved['author'].iloc[0]} {moment(saved['at'].iloc[0])[:16]}" if len(saved) else ""
    then = f"<small>当时：{text(row['then'])}</small>" if standing is FindingStanding.CHANGED else ""
    label = f"{standing.label}，重新列出" if standing is FindingStanding.CHANGED else standing.label
    return f'<div class="cy-quote">{text(row["reason"])}<small>{label} · {text(who)}</small>{then}</div>'


def _typed(row: pd.Series) -> str:
    """Session key of the reason for this finding alone: what was typed for one is never stored for another."""
    return f"{_REASON}:{row['key']}"


def _accept(snap: Snapshot, row: pd.Series) -> None:
    reason = str(st.session_state.get(_typed(row)) or "").strip()
    if not reason:
        st.session_state[_SAID] = ("没有认可：请写明理由。", False)
        return
    if accept(snap, row, reason=reason, author=authors.known() or ""):
        st.session_state[_typed(row)] = ""


def accept(snap: Snapshot, row: pd.Series, *, reason: str, author: str) -> bool:
    """Store an acceptance of the finding as it is now; false when somebody else was first or the store refused."""

    def work(save: Commit) -> None:
        known = save.rows(_LAYER, rule=row["rule"], subject=row["subject"])
        standing = [one for one in known if not one["archived"]]
        if any(one["content"] == row["content"] for one in standing):
            raise BadValue("没有再存一次：别人刚刚认可了同一条，理由见下。")
        if standing:
            version = _version(snap, standing[-1]["id"])
            save.update(
                _LAYER, standing[-1]["id"], {"content": row["content"], "reason": reason}, version=version
            )
            return
        values = {name: row[name] for name in ("rule", "subject", "content")}
        save.insert(
            _LAYER, {**values, "reason": reason, "data_status": DataStatus.OFFICIAL, "source": "本人核对"}
        )

    why = f"认可“{quality_data.BY_CODE[row['rule']].label}”：{reason}"
    return _save(why, author, work, "已认可；在“已认可的”里可以看到，随时可撤回。")


def _version(snap: Snapshot, record_id: str) -> int:
    """The version that this person saw; 0, which is never current, when it was not there yet."""
    rows = data.frame(snap, _LAYER)
    return int(rows.at[record_id, "version"]) if record_id in rows.index else 0


def _withdraw(snap: Snapshot, row: pd.Series) -> None:
    work = lambda save: save.archive(  # noqa: E731
        _LAYER, row["acceptance"], version=_version(snap, row["acceptance"])
    )
    _save(
        f"撤回对“{quality_data.BY_CODE[row['rule']].label}”的认可",
        authors.known() or "",
        work,
        "已撤回认可，这一条又列为待处理。",
    )


def _save(reason: str, author: str, work: Callable[[Commit], Any], said: str) -> bool:
    outcome = saving.attempt(data.store(), author=author, reason=reason, work=work)
    st.session_state[_SAID] = (said if outcome.saved else outcome.message, outcome.saved)
    return outcome.saved
