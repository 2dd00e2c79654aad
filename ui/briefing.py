"""Full-screen briefing: the district and one street office in turn, on one map that stays.

The browser's pacer asks for the next scene; only the fragment runs, so nothing is built anew. Each turn reads the
store again: a screen that hangs on a wall all day shows what was saved a minute ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from cartography import layers, map_state, web_map
from geodata.store import Snapshot
from geodata.vocabulary import Light, ReportingStatus, Theme
from ui import briefing_data, data, map_data, map_view, shell
from ui import briefing_parts as parts
from ui.components import component

_SECONDS = 20
_SCALE = 1.4  # of the map's lines and texts at 1920 x 1080, for reading from afar
_SWITCHES = frozenset({"compounds", "hold", "wall", "zones", "reference", "roads", "symbols"})
_STEPS = {"next": 1, "previous": -1, "next_street": 2, "previous_street": -2}
_CORNER = (230, 52)  # of the map, under the note on compounds without boundary
_MARGIN = 0.06  # of the first view, on each side
_AT = "briefing_at"

_pacer = component(
    "pacer",
    '<div class="pacer"><div class="note"></div><div class="track"><div class="line"></div></div></div>',
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; street and day are text that `_plan` holds against what exists."""

    scene: str
    street: str | None
    rotate: bool
    seconds: int
    day: str | None


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen: the district (`street` None) or one street office."""

    street: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One moment of the rotation: what is shown now, and what comes next."""

    snap: Snapshot
    as_of: date
    now: Scene
    then: Scene


def asked() -> Asked:
    """Read the address; nothing of it is trusted beyond closed lists and bounds."""
    return read(st.query_params.to_dict())


def read(params: Mapping[str, str]) -> Asked:
    """`scene=district|street`, `street=CODE`, `rotate=0` holds, `seconds=N` (1-3600), `date=YYYY-MM-DD`."""
    seconds = params.get("seconds", "")[:9]
    return Asked(
        scene="street" if params.get("scene") == "street" else "district",
        street=params.get("street"),
        rotate=params.get("rotate") != "0",
        seconds=min(max(int(seconds), 1), 3600) if seconds.isascii() and seconds.isdigit() else _SECONDS,
        day=params.get("date"),
    )


def scenes(order: Sequence[str], only: str | None = None) -> list[Scene]:
    """The round: the district before each street office in the given order, or before the only one asked for."""
    streets = [only] if only in order else list(order)
    return [scene for street in streets for scene in (Scene(), Scene(street))] or [Scene()]


def show(wanted: Asked) -> None:
    """The whole page."""
    st.session_state.setdefault(_AT, 1 if wanted.scene == "street" else 0)
    with st.container(key="briefing"):
        _turn(wanted)


@st.fragment
def _turn(wanted: Asked) -> None:
    """One scene; the pacer stands first, so that a fault of one turn does not end the rotation."""
    turn = None
    with shell.boundary():
        turn = _plan(wanted)
    with st.container(key="pacer"):
        _pace(wanted, turn)
    if turn is not None:
        with shell.boundary():
            _draw(turn)


def _plan(wanted: Asked) -> Turn:
    snap = data.snapshot()
    as_of = _day(wanted.day, data.first_day(snap), data.today(snap))
    order = briefing_data.worst_first(snap, as_of)
    round_ = scenes(order, wanted.street)
    at = st.session_state[_AT] % len(round_)
    return Turn(snap, as_of, round_[at], round_[(at + 1) % len(round_)])


def _day(text: str | None, first: date | None, last: date) -> date:
    try:
        chosen = date.fromisoformat(text or "")
    except ValueError:
        return last
    return min(max(chosen, first or last), last)


def _pace(wanted: Asked, turn: Turn | None) -> None:
    def stepped() -> None:
        step = getattr(st.session_state.get("pace"), "step", None)
        st.session_state[_AT] += _STEPS.get(str(step), 0)

    note = "" if turn is None or not wanted.rotate else f"下一幕：{_name(turn, turn.then)}"
    _pacer(
        key="pace",
        data={
            "serial": st.session_state[_AT],
            "seconds": wanted.seconds,
            "rotate": wanted.rotate,
            "note": note,
        },
        on_step_change=stepped,
    )


def _name(turn: Turn, scene: Scene) -> str:
    if scene.street is None:
        return "全区"
    return data.names(turn.snap, "street_office").get(scene.street, scene.street).removesuffix("街道")


def _draw(turn: Turn) -> None:
    snap, as_of, street = turn.snap, turn.as_of, turn.now.street
    states = data.states(snap, as_of)
    with st.container(key="briefing-head"):
        st.html(parts.heading(briefing_data.finding_of(snap, as_of, street), data.settings().district_name))
    map_view.show(*_map(turn, states), key="briefing", height=800, on_click=lambda _kind, _record: None)
    with st.container(key="briefing-side"):
        st.html(parts.figures(briefing_data.figures(snap, as_of, street)))
        st.html(_district_side(turn) if street is None else _street_side(turn, states))
    with st.container(key="briefing-foot"):
        st.html(parts.legend(data.frame(snap, "heritage_zone"), _unplaced(turn, states)))
        st.html(
            parts.standing(data.has_synthetic(snap), as_of, snap.revision, rehearsal=data.is_rehearsal(snap))
        )


def _district_side(turn: Turn) -> str:
    return parts.ranking(data.progress_table(turn.snap, turn.as_of))


def _street_side(turn: Turn, states: pd.DataFrame) -> str:
    snap, as_of, street = turn.snap, turn.as_of, turn.now.street or ""
    there = briefing_data.in_street(snap, street).to_numpy()
    compounds = data.frame(snap, "compound")[there]
    return parts.street(compounds, states[there], briefing_data.street_curve(snap, as_of, street), as_of)


def _map(turn: Turn, states: pd.DataFrame) -> tuple[object, map_state.MapState]:
    """The base, the same in every turn, and what this turn changes."""
    snap, street = turn.snap, turn.now.street
    extents = map_data.extents(snap)
    chart = web_map.base_map(
        home=_roomier(extents.home),
        district=extents.district,
        controls=False,
        url_view=False,
        fit_screen=_SCALE,
        corner=_CORNER,
    )
    drawn = map_data.drawn(snap)
    late = (states["light"] == Light.DELAYED).iloc[drawn]
    there = briefing_data.in_street(snap, street).iloc[drawn] if street else late[:0]
    state = map_state.MapState(
        layer_urls=map_view.urls(snap),
        theme=Theme.STAGE,
        codes=map_view.codes(snap, Theme.STAGE, turn.as_of),
        streets=map_view.street_marks(snap, data.progress_table(snap, turn.as_of)),
        switches=_SWITCHES,
        focus=("marked", street, _serial()) if street else ("home", "", _serial()),
        dark=True,
        alarm=_flags(late),
        marked=_flags(there),
        highlight=street,
    )
    return chart, state


def _unplaced(turn: Turn, states: pd.DataFrame) -> int:
    """How many compounds in the plan the scene cannot draw: they have neither boundary nor position."""
    in_plan = states["status"] != ReportingStatus.REMOVED.value
    there = briefing_data.in_street(turn.snap, turn.now.street).to_numpy() & in_plan
    return int(there.sum() - there.loc[layers.drawable(data.frame(turn.snap, "compound")).index].sum())


def _roomier(extent: list[list[float]]) -> list[list[float]]:
    """The extent with a margin, so that what lies along its edge is seen whole."""
    (south, west), (north, east) = extent
    up, across = (north - south) * _MARGIN, (east - west) * _MARGIN
    return [[south - up, west - across], [north + up, east + across]]


def _serial() -> int:
    return int(st.session_state[_AT])


def _flags(values: pd.Series) -> str:
    """One character per compound."""
    return "".join("1" if value else "0" for value in values)
