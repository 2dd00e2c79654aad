"""Taking changes back as new changes: what exactly would be written, and what stands in the way.

A plan is only read, never guessed: the page shows it, and `carry_out` writes it when it still holds.

* A row that the save added to a versioned layer is archived, unless it changed since or other rows need it.
* A field that it changed gets its former value, unless the stored value is no longer what the save wrote.
  Fields that only make sense together (the three parts of a fuzzy date; a boundary with its status and its
  review) go back together or not at all.
* A row that it added to an append-only layer is withdrawn by a new row; one that corrected another row is
  corrected by the content of that other row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from geodata import schema
from geodata.errors import BadValue, NotFound, StaleRow
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS, REVIEW_COLUMNS, Layer
from geodata.store.commit import Commit
from geodata.store.dependants import Key, hidden_with, needing
from geodata.store.history import record_at, stepped_back
from geodata.store.plans import Archive, Conflict, Plan, Request, Step, Undo
from geodata.store.values import same
from geodata.vocabulary import AuditAction, Obstacle

_audit = schema.audit.c
_HIDDEN = (BOOKKEEPING_COLUMNS - {"archived"}) | {"id"}


def plan(connection: Connection, request: Request) -> Plan:
    """What a request would write now. Raises NotFound for a revision or record that is not there."""
    if isinstance(request, Undo):
        return _undo(connection, request)
    if request.layer not in LAYERS or LAYERS[request.layer].append_only:
        raise BadValue(f"“{request.layer}”不是可以恢复或归档的图层")
    layer = LAYERS[request.layer]
    now = _stored(connection, layer, request.record_id)
    if isinstance(request, Archive):
        step = _step(layer, now, {"archived": not request.back})
        found = {} if request.back else hidden_with(connection, layer.name, request.record_id)
        return Plan(request, tuple(step), hidden=found)
    former = record_at(connection, layer, request.record_id, request.revision)
    wanted = request.fields or tuple(set(former) - _HIDDEN)
    together = {name for column in wanted for name in _together(layer, column)}
    return Plan(request, tuple(_step(layer, now, {name: former[name] for name in together})))


def carry_out(commit: Commit, wanted: Plan, *, on: date, despite_conflicts: bool) -> None:
    """Write a plan that was shown before; `on` is the day on which rows are withdrawn.

    Raises StaleRow when the plan no longer holds, BadValue when there is nothing to write or when it has
    conflicts that nobody accepted.
    """
    if plan(commit.connection, wanted.request) != wanted:
        raise StaleRow(
            "预览之后又有人保存过，预览已经不准。没有写入任何内容，请重新预览。", mine={}, theirs={}
        )
    if not wanted.steps:
        raise BadValue("没有可以写入的内容：相关的值已经是要恢复的值，或者都有冲突。")
    if wanted.conflicts and not despite_conflicts:
        raise BadValue(f"有 {len(wanted.conflicts)} 处冲突，没有写入任何内容；请先确认只处理其余部分。")
    added: dict[str, list[dict[str, Any]]] = {}
    for step in wanted.steps:
        if step.version is None:
            who = {"recorded_on": on, "recorded_by": commit.author} if step.after.get("withdrawn") else {}
            added.setdefault(step.layer, []).append({**step.after, **who})
        elif step.after == {"archived": True}:
            commit.archive(step.layer, step.record_id, version=step.version)
        else:
            commit.restore(step.layer, step.record_id, dict(step.after), version=step.version)
    for layer, rows in added.items():
        commit.insert_many(layer, rows, action=AuditAction.RESTORE)


def _stored(connection: Connection, layer: Layer, record_id: str) -> dict[str, Any]:
    query = select(layer.table).where(layer.table.c.id == record_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"没有编号为“{record_id}”的{layer.label}")
    return dict(row)


def _step(layer: Layer, now: dict[str, Any], wanted: Mapping[str, Any]) -> Iterator[Step]:
    """The update that gives a row these values; none when it has them."""
    order = [column.name for column in layer.table.columns if column.name in wanted]
    after = {name: wanted[name] for name in order if not same(now[name], wanted[name])}
    if after:
        before = {name: now[name] for name in after}
        yield Step(layer.name, now["id"], before, after, now["version"])


def _together(layer: Layer, column: str) -> frozenset[str]:
    """Columns that go back with this one."""
    stem = column.rpartition("_")[0]
    names = {one.name for one in layer.table.columns}
    if f"{stem}_precision" in names:
        return frozenset({f"{stem}_from", f"{stem}_to", f"{stem}_precision"})
    if column == "geometry" or column == "boundary_status" or column in REVIEW_COLUMNS:
        return frozenset(({"geometry", "boundary_status"} | REVIEW_COLUMNS) & names)
    if column.startswith("position_"):
        return frozenset({"position_lon", "position_lat", "position_uncertainty_m"} & names)
    return frozenset({column})


# ---- a whole save ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Touched:
    """A versioned row that the save touched: before it (None: not there), right after it, and now.

    `since` are the later changes, newest first: revision, author, former values.
    """

    layer: Layer
    former: dict[str, Any] | None
    then: dict[str, Any]
    now: dict[str, Any]
    since: list[tuple[int, str, dict[str, Any]]]

    @property
    def key(self) -> Key:
        """Layer and id."""
        return self.layer.name, self.now["id"]

    def changed_since(self, column: str | None = None) -> tuple[int | None, str | None]:
        """Who last changed it (or one column of it) after the save."""
        for revision, author, before in self.since:
            if column is None or column in before:
                return revision, author
        return None, None


def _undo(connection: Connection, request: Undo) -> Plan:
    known = connection.scalar(
        select(schema.revision.c.number).where(schema.revision.c.number == request.revision)
    )
    if known is None:
        raise NotFound(f"没有修订 {request.revision}")
    steps: list[Step] = []
    conflicts: list[Conflict] = []
    added: list[_Touched] = []
    for name in connection.scalars(
        select(_audit.layer).where(_audit.revision == request.revision).distinct().order_by(_audit.layer)
    ):
        layer = LAYERS[name]
        if layer.append_only:
            _take_back(connection, layer, request.revision, steps, conflicts)
            continue
        for row in _touched(connection, layer, request.revision):
            if row.former is None:
                added.append(row)
            else:
                _give_back(row, steps, conflicts)
    _hide(connection, request.revision, added, steps, conflicts)
    return Plan(request, tuple(steps), tuple(conflicts))


def _touched(connection: Connection, layer: Layer, revision: int) -> Iterator[_Touched]:
    """Every row of a versioned layer that the save touched, in order of entry."""
    ids = select(_audit.record_id).where(_audit.revision == revision, _audit.layer == layer.name)
    columns = (_audit.record_id, _audit.revision, _audit.author, _audit.before)
    query = (
        select(*columns)
        .where(_audit.layer == layer.name, _audit.revision >= revision, _audit.record_id.in_(ids))
        .order_by(_audit.seq.desc())
    )
    later: dict[str, list[tuple[int, str, dict[str, Any] | None]]] = {}
    for record_id, number, author, before in connection.execute(query):
        entry = (number, author, None if before is None else json.loads(before))
        later.setdefault(record_id, []).append(entry)
    table = layer.table
    for found in connection.execute(
        select(table).where(table.c.id.in_(ids)).order_by(table.c.fid)
    ).mappings():
        now, entries = dict(found), later[found["id"]]
        since = [(number, author, before or {}) for number, author, before in entries if number > revision]
        then = stepped_back(layer, now, [before for _, _, before in since])
        assert then is not None
        former = stepped_back(layer, now, [before for _, _, before in entries])
        yield _Touched(layer, former, then, now, since)


def _give_back(row: _Touched, steps: list[Step], conflicts: list[Conflict]) -> None:
    """Former values of the fields that the save changed, group by group."""
    assert row.former is not None
    layer = row.layer
    wanted: dict[str, Any] = {}
    for group in _groups(layer):
        changed = [name for name in group if not same(row.former[name], row.then[name])]
        if not changed or all(same(row.former[name], row.now[name]) for name in changed):
            continue
        moved = [name for name in group if not same(row.then[name], row.now[name])]
        wanted |= {} if moved else {name: row.former[name] for name in changed}
        conflicts += [_field_conflict(row, name) for name in moved]
        conflicts += [_bound(row, name, moved[0]) for name in changed if moved and name not in moved]
    steps += _step(layer, row.now, wanted)


def _groups(layer: Layer) -> list[list[str]]:
    """Columns of content in order, those that belong together in one group."""
    groups: dict[frozenset[str], list[str]] = {}
    for column in layer.table.columns:
        if column.name not in _HIDDEN:
            groups.setdefault(_together(layer, column.name), []).append(column.name)
    return list(groups.values())


def _field_conflict(row: _Touched, column: str) -> Conflict:
    who = row.changed_since(column)
    return Conflict(Obstacle.CHANGED, *row.key, column, row.then[column], row.now[column], *who)


def _bound(row: _Touched, column: str, by: str) -> Conflict:
    """A field that would go back, were it not for another of its group."""
    who = row.changed_since(by)
    return Conflict(Obstacle.BOUND, *row.key, column, row.then[column], row.now[column], *who)


def _hide(
    connection: Connection, revision: int, added: list[_Touched], steps: list[Step], conflicts: list[Conflict]
) -> None:
    """Archive what the save added, unless it changed since or something that stays needs it."""
    going: dict[Key, _Touched] = {}
    for row in added:
        moved = [name for name in row.then if name not in _HIDDEN and not same(row.then[name], row.now[name])]
        if row.now["archived"]:
            continue
        if moved:
            conflicts += [_field_conflict(row, name) for name in moved]
        else:
            going[row.key] = row
    withdrawn = {(step.layer, step.after["corrects_id"]) for step in steps if step.version is None}
    needs = needing(connection, revision, {layer for layer, _ in going}, withdrawn)
    while stuck := {
        key: by for key in going if (by := [one for one in needs.get(key, ()) if one not in going])
    }:
        for key, by in stuck.items():
            conflicts.append(_needed(going.pop(key), by))
    for row in going.values():
        steps += _step(row.layer, row.now, {"archived": True})


def _needed(row: _Touched, by: list[Key]) -> Conflict:
    counts: dict[str, int] = {}
    for layer, _ in by:
        counts[layer] = counts.get(layer, 0) + 1
    return Conflict(Obstacle.NEEDED, *row.key, needed_by=counts)


# ---- append-only rows ----------------------------------------------------------------------------------------


def _take_back(
    connection: Connection, layer: Layer, revision: int, steps: list[Step], conflicts: list[Conflict]
) -> None:
    """A new row for each one that the save added: it takes it back, or puts back what that one had replaced."""
    table = layer.table
    added = {row["id"]: dict(row) for row in _rows(connection, layer, table.c.revision == revision)}
    ids = select(table.c.id).where(table.c.revision == revision)
    followers = {
        row["corrects_id"]: dict(row) for row in _rows(connection, layer, table.c.corrects_id.in_(ids))
    }
    for record_id, row in added.items():
        follower = followers.get(record_id)
        if follower is None:
            content = _replaced(connection, layer, row, added) or {**row, "withdrawn": True}
            after = {
                name: value for name, value in content.items() if name not in _HIDDEN and value is not None
            }
            steps.append(Step(layer.name, record_id, {}, {**after, "corrects_id": record_id}))
        elif follower["revision"] != revision:
            who = (follower["revision"], _author(connection, follower["revision"]))
            conflicts.append(Conflict(Obstacle.CORRECTED, layer.name, record_id, None, None, None, *who))


def _rows(connection: Connection, layer: Layer, condition: Any) -> Sequence[RowMapping]:
    query = select(layer.table).where(condition).order_by(layer.table.c.fid)
    return connection.execute(query).mappings().all()


def _replaced(
    connection: Connection, layer: Layer, row: dict[str, Any], added: Mapping[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """What stood before a correction: the row it corrects, of an earlier save; None when it was the first."""
    table, named = layer.table, row["corrects_id"]
    while named in added:
        named = added[named]["corrects_id"]
    found = None if named is None else next(iter(_rows(connection, layer, table.c.id == named)), None)
    return None if found is None else {"withdrawn": None, **found}


def _author(connection: Connection, revision: int) -> str | None:
    query = select(schema.revision.c.author).where(schema.revision.c.number == revision)
    return connection.scalar(query)
