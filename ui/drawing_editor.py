"""The drawing editor: one browser component that stays, what it is told, and the questions it asks.

The shape lives in the browser, with its undo stack and its draft. Each question carries a number; its answer comes
back with the next drawing of this fragment, and the rest of the page is drawn anew only after a save.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import shapely
import streamlit as st
from shapely import Geometry, Point

from cartography import editor_bundle
from cartography.layers import extent
from geodata.crs import METRIC_PROJECTION
from geodata.errors import BadValue
from geodata.store import Snapshot
from geodata.vocabulary import BoundaryReview, BoundaryStatus, CoordinateForm, Datum
from ui import authors, boundary_saves, data, ground, map_data, routes
from ui.components import component
from ui.html import missing

_KEY = "drawing-editor"
_ASKED = "drawing_asked"
_ANSWER = "drawing_answer"
_BOX = "drawing_box"
_UNPLACED_M = 60
_MOST_BOX_DEG = 0.05

_component = component(
    "drawing",
    f'<link rel="stylesheet" href="assets/drawing/bundle.css?v={editor_bundle.version()}">'
    '<div class="editor" role="application" aria-label="边界编辑器"></div>',
)


@st.fragment
def show(compound_id: str, *, reviewing: bool) -> None:
    """The editor for one compound, or the comparison of its former and its new boundary for review."""
    snap = data.snapshot()
    if compound_id not in data.frame(snap, "compound").index:
        st.rerun()
    if _answered(snap, compound_id):
        st.rerun()  # heading, queue and every figure show the new state
    _component(
        key=_KEY,
        data=_told(snap, compound_id, reviewing=reviewing),
        on_ask_change=_keep,
    )


def _answered(snap: Snapshot, compound_id: str) -> bool:
    """Answer the last question, once; True when it saved something.

    The question stays until it is answered: a rerun may be cut short by the next one.
    """
    asked, kept = st.session_state.get(_ASKED), st.session_state.get(_ANSWER)
    if not isinstance(asked, Mapping) or (kept and kept["serial"] == _serial(asked)):
        return False
    answer = _answer(snap, compound_id, asked)
    st.session_state[_ANSWER] = answer
    return answer.get("kind") == "saved"


def _serial(asked: Mapping[str, Any]) -> str:
    return str(asked.get("serial"))[:40]


def _keep() -> None:
    st.session_state[_ASKED] = getattr(st.session_state.get(_KEY), "ask", None) or st.session_state.get(
        _ASKED
    )


# ---- what the editor is told ----------------------------------------------------------------------------------


def _told(snap: Snapshot, compound_id: str, *, reviewing: bool) -> dict[str, Any]:
    row = data.frame(snap, "compound").loc[compound_id]
    box = _box(snap, compound_id, row)
    answer = st.session_state.get(_ANSWER)
    return {
        "id": compound_id,
        "name": row["name"],
        "street": data.names(snap, "street_office").get(row["street_code"], "街道不详"),
        "epoch": snap.epoch,
        "facts": boundary_saves.facts(row),
        "former": _former(compound_id) if reviewing else None,
        "said": _said(compound_id, row),
        "reviewing": reviewing,
        "home": _home(snap, compound_id, row),
        "box": list(box),
        "neighbours": ground.neighbours(snap, compound_id, box),
        "takers": sorted(boundary_saves.takers(snap, compound_id).items()),
        "layers": {
            layer: f"{layer}/{routes.layer_url(snap, layer, Datum.CGCS2000)}" for layer in map_data.GROUND
        },
        "author": authors.known() or "",
        "writable": data.condition().writable,
        "answer": answer if answer and answer.get("compound") == compound_id else None,
        **_constants(),
    }


def _constants() -> dict[str, Any]:
    return {
        "bundle": editor_bundle.version(),
        "projection": METRIC_PROJECTION,
        "statuses": [[term.value, term.label, term.meaning] for term in BoundaryStatus],
        "reviews": BoundaryReview.labels(),
        "forms": list(CoordinateForm.labels().items()),
        "datums": list(Datum.labels().items()),
    }


def _home(snap: Snapshot, compound_id: str, row: Mapping[str, Any]) -> list[list[float]]:
    """First view: the boundary, else the circle of uncertainty, else the street office, else the district."""
    shape = _known(row)
    if shape is not None:
        west, south, east, north = ground.padded(shape.bounds, _reach(row))
        return [[south, west], [north, east]]
    street = ground.street_of(snap, compound_id)
    found = None if street is None else extent(data.frame(snap, "street_office").loc[[street.name]])
    return found or map_data.extents(snap).home


def _known(row: Mapping[str, Any]) -> Geometry | None:
    if not missing(row["geometry"]):
        return row["geometry"]
    if missing(row["position_lon"]) or missing(row["position_lat"]):
        return None
    return Point(row["position_lon"], row["position_lat"])


def _reach(row: Mapping[str, Any]) -> float:
    if not missing(row["geometry"]):
        return _UNPLACED_M
    radius = row["position_uncertainty_m"]
    return 2.0 * _UNPLACED_M if missing(radius) else float(radius) * 1.1


def _box(snap: Snapshot, compound_id: str, row: Mapping[str, Any]) -> ground.Box:
    """Where neighbours are told of: around the last view that the editor reported, else around the compound."""
    kept = st.session_state.get(_BOX)
    if kept and kept[0] == compound_id:
        return kept[1]
    shape = _known(row)
    if shape is None:
        (south, west), (north, east) = _home(snap, compound_id, row)
        return ground.padded(((west + east) / 2, (south + north) / 2) * 2)
    return ground.padded(shape.bounds)


def _former(compound_id: str) -> dict[str, Any] | None:
    """The boundary before the changes that wait for review; None when there was none.

    Several changes in a row wait together: the first of them is the one that made the review start anew.
    """
    history = data.store().audit(layer="compound", record_ids=[compound_id])
    former = None
    for after, before in zip(history["after"], history["before"], strict=True):
        if "geometry" in after:
            former = before.get("geometry")
            if "boundary_review" in after:
                break
    return ground.sent(shapely.from_wkb(former)) if former else None


def _said(compound_id: str, row: Mapping[str, Any]) -> str:
    """The reason given with the last drawing or review of a boundary; empty when none was or nothing is open."""
    if row["boundary_review"] not in (BoundaryReview.PENDING, BoundaryReview.RETURNED):
        return ""
    history = data.store().audit(layer="compound", record_ids=[compound_id])
    reasons = (
        reason
        for after, reason in zip(history["after"], history["reason"], strict=True)
        if not {"geometry", "boundary_status", "boundary_review"}.isdisjoint(after)
    )
    said = next(reasons, None)
    return "" if missing(said) else str(said)


# ---- questions ------------------------------------------------------------------------------------------------


def _answer(snap: Snapshot, compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one question, with its number; a fault of the question is an answer too."""
    serial, kind = _serial(asked), asked.get("kind")
    if asked.get("compound") != compound_id:
        return {"serial": serial, "compound": asked.get("compound"), "kind": "gone"}
    try:
        answer = _QUESTIONS.get(str(kind), _unknown)(snap, compound_id, asked)
    except BadValue as error:
        answer = {"kind": "faults", "faults": [str(error)]}
    return {"kind": kind, **answer, "serial": serial, "compound": compound_id, "asked": kind}


def _unknown(_snap: Snapshot, _compound_id: str, _asked: Mapping[str, Any]) -> dict[str, Any]:
    raise BadValue("浏览器送来的请求不认识；请刷新页面")


def _check(snap: Snapshot, compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    listed = asked.get("absorbed")
    absorbed = frozenset(str(code) for code in listed) if isinstance(listed, list) else frozenset()
    return {"check": ground.check(snap, compound_id, ground.received(asked.get("shape")), absorbed)}


def _split(_snap: Snapshot, _compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    line = ground.received(asked.get("line"), kinds=("LineString",))
    return {"parts": ground.split(ground.received(asked.get("shape")), line)}


def _cut(_snap: Snapshot, _compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"shape": ground.cut(ground.received(asked.get("shape")), ground.received(asked.get("hole")))}


def _merge(snap: Snapshot, _compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    shape = None if asked.get("shape") is None else ground.received(asked["shape"])
    return ground.merge(snap, shape, str(asked.get("neighbour")))


def _parse(_snap: Snapshot, _compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return ground.parse(str(asked.get("text") or ""), *_form_and_datum(asked))


def _write(_snap: Snapshot, _compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    shape = ground.received(asked.get("shape"), kinds=("Point", "Polygon", "MultiPolygon"))
    return {"text": ground.written(shape, *_form_and_datum(asked))}


def _form_and_datum(asked: Mapping[str, Any]) -> tuple[str, str]:
    form, datum = str(asked.get("form")), str(asked.get("datum"))
    if form not in CoordinateForm.labels() or datum not in Datum.labels():
        raise BadValue("坐标写法或基准没有选择")
    return form, datum


def _view(_snap: Snapshot, compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Neighbours around another place: the view that the person moved to."""
    box = asked.get("box")
    numbers = isinstance(box, list) and len(box) == 4 and all(isinstance(value, int | float) for value in box)
    if numbers and box[0] < box[2] <= box[0] + _MOST_BOX_DEG and box[1] < box[3] <= box[1] + _MOST_BOX_DEG:
        st.session_state[_BOX] = (compound_id, ground.padded(tuple(box)))
    return {}


def _save(snap: Snapshot, compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return boundary_saves.save(snap, compound_id, asked, _author(asked))


def _review(_snap: Snapshot, compound_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return boundary_saves.review(compound_id, asked, _author(asked))


def _author(asked: Mapping[str, Any]) -> str:
    """The name that the editor asked for, empty when it is none; the known one only where it did not ask.

    Whoever said that somebody else sits there, and gave no name, must not save under the former one's.
    """
    if asked.get("author") is None:
        return authors.known() or ""
    given = authors.valid(str(asked["author"]))
    if given:
        authors.remember(given)
    return given or ""


_QUESTIONS: dict[str, Callable[[Snapshot, str, Mapping[str, Any]], dict[str, Any]]] = {
    "check": _check,
    "split": _split,
    "cut": _cut,
    "merge": _merge,
    "parse": _parse,
    "write": _write,
    "view": _view,
    "save": _save,
    "review": _review,
}
