"""Undoing, restoring, archiving: exactly what would be written, what would not and why, then the reason.

What a person asked for rests in the session until it is carried out or given up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from geodata.errors import ChengyuanError
from geodata.schema import LAYERS
from geodata.store import Archive, Plan, Request, Restore, Snapshot, Undo
from geodata.store.hashing import jsonable
from geodata.store.plans import Conflict, Step
from geodata.vocabulary import Obstacle
from ui import changes, data, past, shell
from ui.html import DASH, table, text

_ASKED, _DONE = "taking_back", "taken_back"
_SHOWN = 60


def ask(request: Request) -> None:
    """Callback: show what this would write."""
    st.session_state[_ASKED] = request
    st.session_state.pop(_DONE, None)


def forget() -> None:
    """Callback: give it up."""
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_DONE, None)


def show(snap: Snapshot) -> bool:
    """The preview of what was asked for, or the notice of what was done; whether a preview fills the page."""
    request = st.session_state.get(_ASKED)
    with st.container(key="taking-back"):
        if request is None:
            if done := st.session_state.get(_DONE):
                st.html(f'<div class="cy-saved" role="status">{text(done)}</div>')
            return False
        revision = form(snap, request, key="taking-back-form", on_cancel=forget)
    if revision is not None:
        tell(request, revision)
        st.rerun()
    return True


def tell(request: Request, revision: int) -> None:
    """Let the history page say what was done."""
    st.session_state.pop(_ASKED, None)
    st.session_state[_DONE] = f"已{request.title}，记为修订 {revision}。原来的各次保存都还在。"


def form(snap: Snapshot, request: Request, *, key: str, on_cancel: Any = None) -> int | None:
    """Preview, reason and button; the revision when it was carried out."""
    try:
        plan = past.plan(snap, request)
    except ChengyuanError as error:
        shell.fault(str(error), title="不能恢复")
        st.button("返回", on_click=on_cancel or forget, key=f"{key}-back")
        return None
    st.html(preview(snap, plan))
    author = shell.author() if plan.steps else None
    if author is None:
        if on_cancel:
            st.button("返回，什么都不改", on_click=on_cancel, key=f"{key}-none")
        return None
    with st.form(key, border=False):
        accepted = not plan.conflicts or st.checkbox(
            f"有 {len(plan.conflicts)} 处不动，只处理其余部分", key=f"{key}-rest"
        )
        reason = st.text_input(
            f"{_verb(request)}原因（必填）", key=f"{key}-reason", placeholder="例如：导错了文件"
        )
        with st.container(horizontal=True):
            pressed = st.form_submit_button(f"确认{_verb(request)}", type="primary")
            if on_cancel:
                st.form_submit_button("取消，什么都不改", on_click=on_cancel)
    return _carry_out(plan, author, reason, accepted=accepted) if pressed else None


def _verb(request: Request) -> str:
    if isinstance(request, Archive):
        return "取消归档" if request.back else "归档"
    return "撤销" if isinstance(request, Undo) else "恢复"


def _carry_out(plan: Plan, author: str, reason: str, *, accepted: bool) -> int | None:
    """Write the plan; what stands in the way is said and nothing typed is lost."""
    if not accepted:
        message = "有冲突的部分还没有确认：勾选“只处理其余部分”，或取消。没有写入任何内容。"
    else:
        try:
            return data.store().carry_out(
                plan,
                author=author,
                reason=reason,
                on=data.today(data.snapshot()),
                despite_conflicts=bool(plan.conflicts),
            )
        except ChengyuanError as error:
            message = str(error)
    st.html(f'<div class="cy-faults" role="alert"><b>没有写入</b><ul><li>{text(message)}</li></ul></div>')
    return None


# ---- preview --------------------------------------------------------------------------------------------------


def preview(snap: Snapshot, plan: Plan) -> str:
    """Everything that would be written, and everything that would stay, as tables."""
    body = f'<div class="cy-section">{text(_heading(plan))}</div>'
    if plan.hidden:
        body += f'<div class="cy-clash"><b>一起不再显示：{text(counted(plan.hidden))}</b>{_STAYS}</div>'
    if plan.steps:
        rows = [row for step in plan.steps[:_SHOWN] for row in _step(snap, step)]
        body += table(("记录", "字段", "现在", "将改为"), rows) + _more(len(plan.steps))
    else:
        body += f'<div class="cy-empty">{_nothing(plan)}</div>'
    if plan.conflicts:
        body += _conflicts(snap, plan.conflicts)
    return f'<div class="cy-preview">{body}</div>'


_STAYS = "都留在库里，不计入任何数字；取消归档后原样回来。"


def _heading(plan: Plan) -> str:
    request = plan.request
    what = f"将写入 {len(plan.steps)} 条记录" if plan.steps else "没有可以写入的内容"
    where = f"　{LAYERS[request.layer].label}" if isinstance(request, Restore | Archive) else ""
    return f"预览：{request.title}{where}　{what}" + (
        f"，{len(plan.conflicts)} 处不动" if plan.conflicts else ""
    )


def _nothing(plan: Plan) -> str:
    if plan.conflicts:
        return "能恢复的都已被后来的修改取代，见下。"
    return "现在的值已经是要恢复的值，什么都不用改。"


def counted(rows: Any) -> str:
    """Rows per layer as people read it."""
    return "、".join(f"{LAYERS[layer].label} {rows[layer]} 条" for layer in LAYERS if layer in rows)


def _more(count: int) -> str:
    rest = count - _SHOWN
    return f'<div class="cy-note">以上是前 {_SHOWN} 条，另有 {rest} 条同样处理。</div>' if rest > 0 else ""


def _step(snap: Snapshot, step: Step) -> Iterable[tuple[Any, ...]]:
    name = changes.title_of(snap, step.layer, step.record_id)
    label = f"{LAYERS[step.layer].label} {name}"
    if step.version is None:
        back = bool(step.after.get("withdrawn"))
        values = {
            key: jsonable(value)
            for key, value in step.after.items()
            if key not in ("withdrawn", "corrects_id")
        }
        said = "；".join(f"{one} {value}" for one, value in changes.contents(snap, step.layer, values)[:4])
        yield (label, "整条", said, "撤回，不再计入" if back else "恢复为此前的内容")
        return
    if step.after == {"archived": True}:
        yield (label, "整条", "在用", "归档，不再显示")
        return
    if step.after == {"archived": False}:
        yield (label, "整条", "已归档", "重新显示")
        return
    before, after = (
        {key: jsonable(value) for key, value in side.items()} for side in (step.before, step.after)
    )
    for place, (field, old, new) in enumerate(changes.updates(snap, step.layer, before, after)):
        yield ("" if place else label, field, old, (f"<b>{text(new)}</b>",))


def _conflicts(snap: Snapshot, conflicts: tuple[Conflict, ...]) -> str:
    kinds = {one.kind for one in conflicts}
    why = "".join(f"<li><b>{kind.label}</b>：{kind.meaning}。</li>" for kind in Obstacle if kind in kinds)
    rows = [_conflict(snap, one) for one in conflicts[:_SHOWN]]
    headings = ("记录", "字段", "那次保存写下的", "现在", "为什么不动")
    return (
        f'<div class="cy-clash"><b>{len(conflicts)} 处不动</b><ul>{why}</ul></div>'
        + table(headings, rows)
        + _more(len(conflicts))
    )


def _conflict(snap: Snapshot, one: Conflict) -> tuple[Any, ...]:
    label = f"{LAYERS[one.layer].label} {changes.title_of(snap, one.layer, one.record_id)}"
    who = f"{one.kind.label}：{one.author}，修订 {one.revision}" if one.revision else one.kind.label
    if one.column is None:
        return (label, "整条", DASH, counted(one.needed_by) if one.needed_by else DASH, who)
    field = LAYERS[one.layer].labels[one.column]
    values = (
        changes.value_text(snap, one.layer, one.column, jsonable(value)) for value in (one.saved, one.now)
    )
    return (label, field, *values, who)
