"""出图方案: a whole set-up kept under a name: apply, save, bring up to date, rename, archive; with author and time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from geodata.errors import BadValue
from geodata.store import Commit, Snapshot
from geodata.vocabulary import DataStatus
from sheets import setup as setups
from sheets.setup import Setup
from ui import authors, data, saving, shell, snapshot_state, state
from ui.html import text
from ui.moments import moment

_LAYER = "print_preset"
_MOST_NAME = 60
_SHOWN = 60
_NEW = "preset_name"
_SAID = "preset_said"


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset: its name, set-up as JSON, version, and who saved it last."""

    id: str
    name: str
    setup: str
    version: int
    author: str
    at: datetime | None


def presets(snap: Snapshot) -> list[Preset]:
    """All presets, by name."""
    return data.kept(snap, ("presets",), lambda: _read(snap))


def _read(snap: Snapshot) -> list[Preset]:
    rows = data.frame(snap, _LAYER)
    if rows.empty:
        return []
    saved = data.store().audit(layer=_LAYER).drop_duplicates("record_id").set_index("record_id")
    made = [
        Preset(
            str(one),
            row["name"],
            row["setup"],
            int(row["version"]),
            saved.at[one, "author"],
            saved.at[one, "at"],
        )
        for one, row in rows.iterrows()
    ]
    return sorted(made, key=lambda preset: preset.name)


def show(snap: Snapshot, options: state.Choices, setup: Setup, templates: dict[str, str]) -> None:
    """The list with what can be done to each, below it the form that keeps what stands on the page."""
    known = presets(snap)
    _note()
    st.html(
        f'<div class="cy-head">出图方案<small>{len(known)} 个，大家共用</small></div>'
        '<div class="cy-note">方案记下图件、纸张、范围、筛选、主题、图层和文字；日期不随方案，总是页面上的那一天；图册的分页和文件名也不随方案。</div>'
    )
    for preset in known[:_SHOWN]:
        _line(preset, options, setup, templates)
    if len(known) > _SHOWN:
        st.html(
            f'<div class="cy-note">只列前 {_SHOWN} 个，还有 {len(known) - _SHOWN} 个：请归档不用的。</div>'
        )
    if not known:
        st.html('<div class="cy-empty">还没有方案。把现在的设置起个名字存下来，下次一点就用。</div>')
    st.html('<div class="cy-head">保存现在的设置<small></small></div>')
    if shell.author() is None:
        return
    with st.form("preset-new", border=False, enter_to_submit=True):
        st.text_input("方案名称", key=_NEW, max_chars=_MOST_NAME, placeholder="例如：周例会 A3 预警图")
        st.form_submit_button("存为方案", type="primary", on_click=_create, args=(setup, known))


def _note() -> None:
    """What became of the last action; said once."""
    with st.container(key="preset-said"):
        said, good = st.session_state.pop(_SAID, ("", True))
        if said:
            kind, role = ("cy-saved", "status") if good else ("cy-clash", "alert")
            st.html(f'<div class="{kind}" role="{role}">{text(said)}</div>')


def _tell(said: str, *, good: bool = True) -> None:
    st.session_state[_SAID] = (said, good)


# ---- one preset ---------------------------------------------------------------------------------------------------


def _line(preset: Preset, options: state.Choices, setup: Setup, templates: dict[str, str]) -> None:
    with st.container(key=f"presetline-{preset.id}", horizontal=True):
        st.html(
            f'<div class="cy-preset"><b>{text(preset.name)}</b><small>{text(_about(preset))}<br>'
            f"{text(preset.author)} · {text(moment(preset.at)[:16])}</small></div>"
        )
        st.button("套用", key=f"preset-{preset.id}-apply", on_click=_apply, args=(preset, options, templates))
        more = st.popover("更多", on_change="rerun", key=f"preset-{preset.id}-more")
        if more.open:
            with more:
                _more(preset, setup)
        else:
            st.session_state.pop(_opened(preset), None)


def _about(preset: Preset) -> str:
    try:
        setup = setups.read(preset.setup)
    except BadValue:
        return "由别的版本保存，读不了"
    scale = f"1 : {setup.scale:,}".replace(",", " ") if setup.scale else "适合图幅"
    return f"{setup.kind.label} · {setup.paper.label} {setup.orientation.label} · {scale} · {setup.audience.label}"


def _opened(preset: Preset) -> str:
    return f"preset_opened_{preset.id}"


def _more(preset: Preset, setup: Setup) -> None:
    """Rename, bring up to date, archive: on the version that was there when the person opened this."""
    version = st.session_state.setdefault(_opened(preset), preset.version)
    if shell.author(preset.id) is None:
        return
    name = f"preset_{preset.id}_name"
    st.session_state.setdefault(name, preset.name)
    st.text_input("改名", key=name, max_chars=_MOST_NAME)
    with st.container(horizontal=True):
        st.button("改名", key=f"{name}-save", on_click=_rename, args=(preset, version))
        st.button("用现在的设置更新", key=f"{name}-update", on_click=_update, args=(preset, version, setup))
        st.button("归档", key=f"{name}-archive", on_click=_archive, args=(preset, version))


# ---- callbacks ----------------------------------------------------------------------------------------------------


def _create(setup: Setup, known: list[Preset]) -> None:
    name = st.session_state.get(_NEW, "").strip()
    if _is_free(name, known):
        row = {"name": name, "setup": _kept(setup), "data_status": DataStatus.OFFICIAL, "source": "本人保存"}
        if _save("保存出图方案", lambda save: save.insert(_LAYER, row), f"已存为方案“{name}”。"):
            st.session_state[_NEW] = ""


def _rename(preset: Preset, version: int) -> None:
    name = st.session_state.get(f"preset_{preset.id}_name", "").strip()
    others = [one for one in presets(data.snapshot()) if one.id != preset.id]
    if _is_free(name, others):
        _change(preset, version, {"name": name}, "出图方案改名", f"方案“{preset.name}”已改名为“{name}”。")


def _update(preset: Preset, version: int, setup: Setup) -> None:
    said = f"方案“{preset.name}”已换成现在的设置。"
    _change(preset, version, {"setup": _kept(setup)}, "更新出图方案", said)


def _archive(preset: Preset, version: int) -> None:
    said = f"方案“{preset.name}”已归档；可以在“变更记录”里取回。"
    work = lambda save: save.archive(_LAYER, preset.id, version=version)  # noqa: E731
    _save("归档出图方案", work, said, preset)


def _change(preset: Preset, version: int, values: dict[str, Any], reason: str, said: str) -> None:
    work = lambda save: save.update(_LAYER, preset.id, values, version=version)  # noqa: E731
    _save(reason, work, said, preset)


def _is_free(name: str, others: list[Preset]) -> bool:
    """Whether a preset may have this name; says why not."""
    if not name:
        _tell("没有存：请先写方案名称。", good=False)
        return False
    taken = next((one for one in others if one.name.casefold() == name.casefold()), None)
    if taken:
        _tell(
            f"没有存：已有方案“{taken.name}”（{taken.author} 保存）；请换个名称，或更新那一个。", good=False
        )
    return taken is None


def _save(reason: str, work: Callable[[Commit], object], said: str, preset: Preset | None = None) -> bool:
    outcome = saving.attempt(data.store(), author=authors.known() or "", reason=reason, work=work)
    if preset is not None:  # whoever was told of the other save may go on from it
        st.session_state.pop(_opened(preset), None)
    good = outcome.saved
    _tell(said if good else outcome.message, good=good)
    return good


def _kept(setup: Setup) -> str:
    """A set-up without what belongs to the moment: the address of the page."""
    return setup.changed(link="").text()


def _apply(preset: Preset, options: state.Choices, templates: dict[str, str]) -> None:
    """Bring the page to a preset; what is no longer in the register or among the templates is named."""
    try:
        setup = setups.read(preset.setup)
    except BadValue as error:
        _tell(f"方案“{preset.name}”读不了：{error}", good=False)
        return
    gone = state.fill(setup.filters, setup.theme, setup.off, setup.selected, options)
    lost = [one for one in setup.compounds if one not in options.compounds]
    gone += [f"勾选的楼院 {one}" for one in lost]
    if setup.template and setup.template not in templates:
        gone.append(f"模板 {setup.template}")
        setup = setup.changed(template="")
    left = tuple(one for one in setup.compounds if one not in lost)
    snapshot_state.fill(setup.changed(compounds=left))
    said = f"已套用方案“{preset.name}”。"
    _tell(said + (f"方案里有的现在没有了，已略去：{'、'.join(gone)}。" if gone else ""), good=not gone)
