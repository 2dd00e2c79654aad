"""Compounds ticked by hand for a sheet or an atlas: found by a search on the server, whatever the size of the register."""

from __future__ import annotations

import streamlit as st

from geodata.store import Snapshot
from ui import compound_data, data, places, snapshot_state, state
from ui.places import Place
from ui.snapshot_state import widget

_WANTED = "sheet_tick"
_MOST_FOUND, _MOST_SHOWN, _MOST = 20, 40, 2000


def show(snap: Snapshot, chosen: state.PageState, ticked: tuple[str, ...]) -> None:
    """A search whose rows tick, the way to tick all that was found, and what is ticked, whose rows untick."""
    wanted = st.text_input("找楼院", key=_WANTED, placeholder="名称、曾用名、地址、街道或小区，回车查找")
    if wanted.strip():
        _found(snap, chosen, compound_data.search(snap, wanted).index.difference(ticked, sort=False))
    if ticked:
        shown = ticked[:_MOST_SHOWN]
        left = f"，列出前 {len(shown)} 个" if len(ticked) > len(shown) else ""
        group = ("已勾选", f"{len(ticked)} 个{left}；点一行去掉", _places(snap, shown))
        places.show([group], key="ticked", params=chosen.shared, on_click=_untick, page="snapshots")
        st.button(
            "全部去掉", key="untick-all", on_click=snapshot_state.put, kwargs={"only": ()}, type="tertiary"
        )
    else:
        st.html('<div class="cy-note">没有勾选：筛选所及的楼院都在图上。勾选以后只有勾选的。</div>')


def _found(snap: Snapshot, chosen: state.PageState, found: list[str]) -> None:
    if not len(found):
        st.html('<div class="cy-note">没有找到还没勾选的楼院。</div>')
        return
    left = f"，先列 {_MOST_FOUND} 个" if len(found) > _MOST_FOUND else ""
    group = ("找到", f"{len(found)} 个{left}；点一行勾选", _places(snap, tuple(found[:_MOST_FOUND])))
    places.show(
        [group], key="tickable", params=chosen.shared, on_click=lambda one: tick([one]), page="snapshots"
    )
    st.button(f"{len(found)} 个全部勾选", key="tick-all", on_click=tick, args=(list(found),), type="tertiary")


def _places(snap: Snapshot, ids: tuple[str, ...]) -> list[Place]:
    rows, streets = data.frame(snap, "compound").loc[list(ids)], data.names(snap, "street_office")
    return [
        Place(str(one), name, (streets.get(street, ""),))
        for one, name, street in zip(rows.index, rows["name"], rows["street_code"], strict=True)
    ]


def tick(ids: list[str]) -> None:
    """Callback: add compounds to what is ticked."""
    before = tuple(st.session_state.get(widget("only"), ()))
    snapshot_state.put(only=(*before, *(one for one in ids if one not in before))[:_MOST])


def _untick(compound_id: str) -> None:
    before = tuple(st.session_state.get(widget("only"), ()))
    snapshot_state.put(only=tuple(one for one in before if one != compound_id))


def told(chosen: state.PageState, ticked: tuple[str, ...]) -> str:
    """What narrows the register, in words."""
    count = chosen.filters.count
    parts = [f"{count} 项筛选"] * bool(count) + [f"勾选 {len(ticked)} 个楼院"] * bool(ticked)
    return " · ".join(parts) or "全部登记楼院"
