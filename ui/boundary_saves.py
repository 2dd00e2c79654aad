"""Saving what was drawn: one compound, with the one it was split for and those merged into it, as one revision.

What the editor asks for comes from a browser: every part is checked before anything is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely import Geometry, Point

from geodata import schema
from geodata.errors import BadValue
from geodata.schema import REVIEW_COLUMNS
from geodata.store import Commit, Snapshot
from geodata.vocabulary import BoundaryReview, BoundaryStatus
from ui import changes, data, ground, saving
from ui.html import missing

_WITHOUT = (BoundaryStatus.MISSING, BoundaryStatus.UNCERTAIN)
_INHERITED = (
    "street_code",
    "community_code",
    "estate_id",
    "renewal_area_id",
    "ownership",
    "data_status",
    "source",
)
_MOST_UNCERTAIN_M = 5_000
_ROUNDED_DEG = 1e-9

Answer = dict[str, Any]


@dataclass(slots=True)
class Wish:
    """What a person wants to save for one compound, after checking; `faults` says what is wrong with it."""

    compound_id: str
    version: int = 0
    shape: Geometry | None = None
    point: Point | None = None
    status: str = ""
    uncertainty: float | None = None
    reason: str = ""
    given: Geometry | None = None
    given_to: tuple[str, str] | None = None
    absorbed: list[tuple[str, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def touches_others(self) -> bool:
        """Whether other compounds change with this one; such a save is never tried twice."""
        return self.given is not None or bool(self.absorbed)

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the compound as they are to be."""
        wanted: dict[str, Any] = {
            "geometry": self.shape,
            "boundary_status": self.status,
            "position_uncertainty_m": self.uncertainty,
        }
        if self.point is not None:
            wanted |= {"position_lon": self.point.x, "position_lat": self.point.y}
        return wanted


def save(snap: Snapshot, compound_id: str, ask: Mapping[str, Any], author: str) -> Answer:
    """Save what the editor sent; the answer says saved, what is to be put right, or who was faster."""
    wish = _wish(snap, compound_id, ask)
    wish.faults += _unnamed(author)
    if wish.faults:
        return {"kind": "faults", "faults": wish.faults}
    stored = data.stored("compound", compound_id)
    if stored and wish.touches_others and stored["version"] != wish.version:
        return stale(stored, wish.version)
    outcome = saving.attempt(
        data.store(), author=author, reason=wish.reason, work=lambda commit: _write(snap, commit, wish)
    )
    if outcome.saved:
        return _saved(compound_id, outcome.revision)
    stored = data.stored("compound", compound_id)
    if outcome.stale and stored is not None and stored["version"] != wish.version:
        return stale(stored, wish.version)
    return {"kind": "faults", "faults": [outcome.message]}


def _unnamed(author: str) -> list[str]:
    return [] if author else ["操作人姓名没有填写：每次改动都会记下操作人"]


def _saved(compound_id: str, revision: int | None) -> Answer:
    last = data.store().audit(layer="compound", record_ids=[compound_id]).iloc[0]
    return {"kind": "saved" if last["revision"] == revision else "nothing", "revision": revision}


# ---- what is wanted -------------------------------------------------------------------------------------------


def _wish(snap: Snapshot, compound_id: str, ask: Mapping[str, Any]) -> Wish:
    wish = Wish(compound_id)
    version = ask.get("version")
    wish.version = version if isinstance(version, int) else 0
    wish.reason = str(ask.get("reason") or "").strip()[:500]
    wish.status = str(ask.get("status") or "")
    try:
        wish.shape = _shape(snap, compound_id, ask.get("shape"))
        wish.point = None if ask.get("point") is None else ground.received(ask["point"], kinds=("Point",))
        wish.uncertainty = _radius(ask.get("uncertainty"))
        _read_split(snap, wish, ask.get("split"))
        _read_absorbed(snap, wish, ask.get("absorb"))
    except BadValue as error:
        wish.faults.append(str(error))
    wish.faults += _faults(snap, wish)
    return wish


def _shape(snap: Snapshot, compound_id: str, value: Any) -> Geometry | None:
    """The shape that was sent; the stored one when only the way through the browser rounded it."""
    if value is None:
        return None
    shape, row = ground.received(value), data.frame(snap, "compound").loc[compound_id]
    stored = row["geometry"]
    unmoved = not missing(stored) and shape.equals_exact(stored, _ROUNDED_DEG)
    return stored if unmoved else shape


def _radius(value: Any) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(f"位置不确定度应为数字，得到“{value}”")
    if not 0 < value <= _MOST_UNCERTAIN_M:
        raise BadValue(f"位置不确定度应在 0 到 {_MOST_UNCERTAIN_M:,} m 之间，得到 {value:g}；不知道请留空")
    return float(value)


def _read_split(snap: Snapshot, wish: Wish, part: Any) -> None:
    """The part that goes elsewhere: to a compound without boundary of the same street, or to a new one."""
    if not isinstance(part, Mapping):
        return
    wish.given = ground.received(part.get("shape"))
    name = str(part.get("name") or "").strip()[:120]
    target = part.get("to")
    if target:
        if target not in takers(snap, wish.compound_id):
            raise BadValue("分出的一块要给的楼院已有边界或不在本街道，请重新选择")
        wish.given_to = ("id", str(target))
    elif name:
        wish.given_to = ("name", name)
    else:
        raise BadValue("分出的一块还没有归属：请选择一个无边界的楼院，或填写新楼院的名称")


def _read_absorbed(snap: Snapshot, wish: Wish, listed: Any) -> None:
    rows = data.frame(snap, "compound")
    for item in listed if isinstance(listed, list) else []:
        code, version = (item.get("id"), item.get("version")) if isinstance(item, Mapping) else (None, None)
        if code not in rows.index or code == wish.compound_id or not isinstance(version, int):
            raise BadValue("要并入的邻院已不在库中，请重新载入")
        wish.absorbed.append((str(code), version))


def takers(snap: Snapshot, compound_id: str) -> dict[str, str]:
    """Compounds of the same street office without boundary: who may take the other part of a split."""
    rows = data.frame(snap, "compound")
    if compound_id not in rows.index:
        return {}
    here = rows[(rows["street_code"] == rows.at[compound_id, "street_code"]) & rows.geometry.isna()]
    return here[here.index != compound_id]["name"].to_dict()


def _faults(snap: Snapshot, wish: Wish) -> list[str]:
    found = [] if wish.reason else ["修改原因没有填写：请写明依据（如现场踏勘、测绘成果名称）"]
    if wish.status not in BoundaryStatus.labels():
        found.append("界线性质没有选择")
    elif (wish.status in _WITHOUT) != (wish.shape is None):
        label = BoundaryStatus(wish.status).label
        found.append(
            f"界线性质“{label}”与描绘不符：有边界时应选法定、实测、示意或演示，没有边界时应选无边界或位置不确定"
        )
    if wish.shape is not None:
        found += ground.faults(snap, wish.shape)
    if wish.given is not None:
        found += [f"分出的一块：{text}" for text in ground.faults(snap, wish.given)]
    if wish.status == BoundaryStatus.UNCERTAIN:
        found += _unplaced(snap, wish)
    return found


def _unplaced(snap: Snapshot, wish: Wish) -> list[str]:
    found = []
    if wish.point is None and not wish.faults:
        found.append("位置不确定：请在图上点出大致位置")
    if wish.uncertainty is None and not wish.faults:
        found.append("位置不确定：请填写不确定度（m），即真实位置最多偏离多远")
    if wish.point is not None and not ground.is_near(snap, wish.point):
        found.append("位置不在本区 50 公里内，请检查坐标")
    return found


# ---- writing --------------------------------------------------------------------------------------------------


def _write(snap: Snapshot, commit: Commit, wish: Wish) -> None:
    commit.update("compound", wish.compound_id, wish.changes, version=wish.version)
    if wish.given is not None and wish.given_to is not None:
        _give(snap, commit, wish)
    for code, version in wish.absorbed:
        emptied = {"geometry": None, "boundary_status": BoundaryStatus.MISSING.value}
        version = commit.update("compound", code, emptied, version=version)
        if not ground.holdings(snap, code):
            commit.archive("compound", code, version=version)


def _give(snap: Snapshot, commit: Commit, wish: Wish) -> None:
    assert wish.given_to
    kind, target = wish.given_to
    rows = data.frame(snap, "compound")
    if kind == "id":
        version = int(rows.at[target, "version"])
    else:
        own = rows.loc[wish.compound_id]
        facts = {name: own[name] for name in _INHERITED if not missing(own[name])}
        facts |= {"name": target, "boundary_status": BoundaryStatus.MISSING.value}
        target, version = commit.insert("compound", facts), 1
    commit.update(
        "compound", target, {"geometry": wish.given, "boundary_status": wish.status}, version=version
    )


# ---- somebody was faster --------------------------------------------------------------------------------------


def stale(stored: Mapping[str, Any], version: int) -> Answer:
    """What is stored now, who saved it and what they changed since `version`: nothing is merged in silence."""
    snap = data.snapshot()
    history = data.store().audit(layer="compound", record_ids=[stored["id"]])
    later = history.head(max(1, stored["version"] - version))
    last = later.iloc[0]
    columns = dict.fromkeys(column for after in later["after"] for column in after)
    told = [column for column in columns if column not in REVIEW_COLUMNS and column != "geometry"]
    return {
        "kind": "stale",
        "now": facts(stored),
        "who": last["author"],
        "when": f"{last['at'].astimezone(data.ZONE):%m-%d %H:%M}",
        "moved": "geometry" in columns,
        "changed": [
            f"{schema.label('compound', column)}：{changes.value_text(snap, 'compound', column, stored.get(column))}"
            for column in told
        ],
    }


def facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the editor starts from: version, shape or point, status, uncertainty, who drew and who reviewed."""
    placed = not missing(row["position_lon"]) and not missing(row["position_lat"])
    shape = None if missing(row["geometry"]) else row["geometry"]
    review = row["boundary_review"]
    day = lambda column: "" if missing(row[column]) else str(row[column])[:10]  # noqa: E731
    return {
        "version": int(row["version"]),
        "shape": ground.sent(shape),
        "point": ground.sent(Point(row["position_lon"], row["position_lat"])) if placed else None,
        "status": row["boundary_status"],
        "uncertainty": None
        if missing(row["position_uncertainty_m"])
        else float(row["position_uncertainty_m"]),
        "review": "" if missing(review) else BoundaryReview(review).value,
        "reviewText": review_text(row),
        "drawnBy": "" if missing(row["boundary_drawn_by"]) else str(row["boundary_drawn_by"]),
        "drawnOn": day("boundary_drawn_on"),
    }


def review_text(row: Mapping[str, Any]) -> str:
    """Who drew a boundary and who looked at it, in one sentence; unknown reads as unknown, never as confirmed."""
    if missing(row["geometry"]):
        return "没有边界"
    drawn = (
        "描绘人不详"
        if missing(row["boundary_drawn_by"])
        else f"{row['boundary_drawn_by']} 于 {str(row['boundary_drawn_on'])[:10]} 描绘"
    )
    if missing(row["boundary_review"]):
        return f"{drawn}；没有复核记录"
    state = BoundaryReview(row["boundary_review"]).label
    if missing(row["boundary_reviewed_by"]):
        return f"{drawn}；{state}"
    return f"{drawn}；{state}（{row['boundary_reviewed_by']}，{str(row['boundary_reviewed_on'])[:10]}）"


# ---- review ---------------------------------------------------------------------------------------------------


def review(compound_id: str, ask: Mapping[str, Any], author: str) -> Answer:
    """Confirm or return a boundary; returning needs a reason. The store refuses one's own drawing."""
    outcome, version = ask.get("outcome"), ask.get("version")
    reason = str(ask.get("reason") or "").strip()[:500]
    if outcome not in (BoundaryReview.CONFIRMED, BoundaryReview.RETURNED) or not isinstance(version, int):
        return {"kind": "faults", "faults": ["没有选择确认或退回"]}
    found = _unnamed(author)
    if outcome == BoundaryReview.RETURNED and not reason:
        found.append("退回时请写明哪里有误")
    if found:
        return {"kind": "faults", "faults": found}
    result = saving.attempt(
        data.store(),
        author=author,
        reason=reason or "复核边界",
        work=lambda commit: commit.update(
            "compound", compound_id, {"boundary_review": outcome}, version=version
        ),
    )
    if result.saved:
        return _saved(compound_id, result.revision)
    stored = data.stored("compound", compound_id)
    if result.stale and stored is not None:
        return stale(stored, version)
    return {"kind": "faults", "faults": [result.message]}
