"""What an accepted file says beside its neighbours: records of one name, boundaries that overlap. Warnings only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.importers.known import Known
from geodata.importers.lines import Change
from geodata.importers.naming import plain

_MOST_NAMED = 3


def same_names(accepted: list[Change], known: Known) -> list[Issue]:
    """Warn of two compounds (or estates) of one name in one street office, when this file brings one of them in."""
    if not {"name", "street_code"} <= set(known.kind.key):
        return []
    holders: dict[tuple[str | None, str], dict[str, None]] = defaultdict(dict)
    for record_id, stored in sorted(known.records.items()):
        if not stored.archived:
            holders[_key(stored.values)][record_id] = None
    for change in accepted:
        if change.stored is not None:
            holders[_key(change.stored.values)].pop(str(change.record_id), None)
    for change in accepted:
        holders[_key_now(change)][_who(change)] = None
    found = []
    for change in accepted:
        same, name = holders[_key_now(change)], change.now("name")
        if len(same) > 1 and (change.is_new or {"name", "street_code"} & change.values.keys()):
            some = "、".join(islice((one for one in same if one != _who(change)), _MOST_NAMED))
            text = f"同一街道还有 {len(same) - 1} 处同名的“{shown(name)}”（{some}），请核对是否同一处"
            found.append(issue(Problem.DUPLICATE_NAME, text, row=change.row, field="name", value=name))
    return found


def _who(change: Change) -> str:
    return change.record_id or f"第 {change.row} 行"


def _key(values: dict[str, Any]) -> tuple[str | None, str]:
    return values["street_code"], plain(values["name"])


def _key_now(change: Change) -> tuple[str | None, str]:
    return change.now("street_code"), plain(change.now("name") or "")


def overlap_issues(
    pairs: Iterable[tuple[int, int, float]],
    changes: dict[int, Change],
    neighbours: list[str],
    rows: int,
    known: Known,
) -> list[Issue]:
    """Warnings for pairs of the child's overlap check: positions of rows (from 0), then of stored neighbours.

    `changes` are the accepted ones by position. Only pairs in which this file brings a new or changed boundary are
    told; a stored boundary that the file replaces is not a neighbour.
    """
    replaced = {change.record_id for change in changes.values() if change.boundary is not None}
    found = []
    for one, other, area_m2 in pairs:
        mine = changes.get(one)
        theirs = changes.get(other) if other < rows else None
        stored_id = neighbours[other - rows] if other >= rows else None
        if mine is None or (other < rows and theirs is None):
            continue
        if stored_id is not None and (stored_id == mine.record_id or stored_id in replaced):
            continue
        told = mine if mine.boundary is not None else theirs
        if told is None or told.boundary is None:
            continue
        rest = theirs if told is mine else mine
        name = known.records[stored_id].name if stored_id is not None else rest.now("name") if rest else ""
        text = f"边界与“{shown(name)}”重叠 {area_m2:,.0f} m²，请核对哪一条边界是对的"
        found.append(issue(Problem.OVERLAP, text, row=told.row, field="geometry", value=f"{area_m2:.0f} m²"))
    return found
