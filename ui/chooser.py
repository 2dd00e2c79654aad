"""The dossier page without a compound: a search, those opened before, those that someone must act on."""

from __future__ import annotations

import streamlit as st

from geodata.store import Snapshot
from ui import attention, data, places, records, shell, state
from ui.html import missing
from ui.places import Place

_RECENT = "dossier_recent"
_MOST_RECENT = 8


def show(snap: Snapshot, options: state.Choices, chosen: state.PageState, unknown: str | None) -> None:
    """The page without a compound: a search, those opened before, those that someone must act on."""
    with st.container(key="dossier-choose"):
        st.html(_INTRODUCTION)
        if unknown:
            message = f"没有编号为“{unknown}”的楼院，可能已归档，或链接有误。请在下面重新选择。"
            shell.fault(message, title="找不到这个楼院")
        if not options.compounds:
            st.html(
                records.empty("库里还没有楼院。请运行 python manage.py demo（演示数据）或 load（装入台账）。")
            )
            return
        looking, urgent = st.columns([2, 3], gap="large")
        with looking:
            search(snap)
            _listed(_recent(snap), chosen, key="recent")
        with urgent:
            _listed(_urgent(snap, chosen), chosen, key="urgent")


_INTRODUCTION = '<div class="cy-title">小区档案<small>一区一策：一个楼院一页。搜索或选择楼院，也可以在一张图上点选。</small></div>'


def search(snap: Snapshot) -> None:
    """The search box: name, former names, street or estate; what is chosen goes into the page's state."""
    labels = _labels(snap)
    st.selectbox(
        "楼院",
        list(labels),
        index=None,
        format_func=lambda code: labels.get(code, code),
        key=state.widget("compound"),
        placeholder="名称、曾用名、街道或小区",
    )


def _labels(snap: Snapshot) -> dict[str, str]:
    """What the search looks through: name, former names, street, estate."""
    rows = data.frame(snap, "compound")
    streets, estates = data.names(snap, "street_office"), data.names(snap, "estate")
    columns = (rows[name] for name in ("name", "aliases", "street_code", "estate_id"))
    labels = {}
    for code, name, aliases, street, estate in zip(rows.index, *columns, strict=True):
        belongs = estates.get(estate)
        parts = (
            name,
            None if missing(aliases) else f"曾用名 {aliases}",
            streets.get(street),
            belongs if belongs != name else None,
        )
        labels[code] = " · ".join(str(part) for part in parts if part)
    return labels


def _listed(group: places.Group, chosen: state.PageState, *, key: str) -> None:
    if group[2]:
        opened = lambda compound_id: state.put("compound", compound_id)  # noqa: E731
        places.show([group], key=key, params=chosen.shared, on_click=opened)


def _recent(snap: Snapshot) -> places.Group:
    rows, streets = data.frame(snap, "compound"), data.names(snap, "street_office")
    known = [code for code in st.session_state.get(_RECENT, []) if code in rows.index]
    listed = [
        Place(code, rows.at[code, "name"], (streets.get(rows.at[code, "street_code"], ""),)) for code in known
    ]
    return "本次打开过", "", listed


def _urgent(snap: Snapshot, chosen: state.PageState) -> places.Group:
    late = attention.red(data.frame(snap, "compound"), data.states(snap, chosen.as_of))
    listed = [Place(str(row.Index), row.name, (row.why,), alarm=True) for row in late.itertuples()]
    return "需要处理", f"严重滞后 {len(listed)} 个楼院，按程度排列", listed


def remember(compound_id: str) -> None:
    """Note that this session opened a dossier."""
    before = [code for code in st.session_state.get(_RECENT, []) if code != compound_id]
    st.session_state[_RECENT] = [compound_id, *before][:_MOST_RECENT]
