"""Which stored record a row is: by what a person decided, by id, by name or key, by place; a doubt becomes a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.importers.asked import NEW
from geodata.importers.inspection import Choice
from geodata.importers.issues import Problem, shown
from geodata.importers.known import Stored
from geodata.importers.naming import plain_in

if TYPE_CHECKING:
    from geodata.importers.rows import RowReader

_CERTAIN = 1.0
_THE_SAME_PLACE = 0.995
_SHARE_OF_NAMED = 0.5  # of a row that has a name of its own; one without goes by its place alone


def identify(row: RowReader, by_id: Stored | None, record_id: str | None) -> Stored | None:
    """The stored record that a row is; None for a new one, and for one that waits (then there is an issue)."""
    chosen = row.terms.matches.get(row.line.key)
    if chosen == NEW:
        return None
    if chosen is not None:
        return _decided(row, chosen)
    if by_id is not None or record_id is not None:
        return by_id
    if "name" in row.kind.key:
        return _by_name(row)
    return _by_key(row) if row.terms.asking else None


def _decided(row: RowReader, chosen: str) -> Stored | None:
    stored = row.known.records.get(chosen)
    if stored is None or stored.archived:
        row.note(Problem.NEEDS_DECISION, f"选定的记录“{shown(chosen)}”已不在库中，请重新选择", value=chosen)
        return None
    return _named(row, stored, learn=True)


def _named(row: RowReader, stored: Stored, *, learn: bool = False) -> Stored:
    """A row that was found by its name renames nothing: the name only says which record is meant."""
    given = row.values.get("name")
    if given is not None and "name" in row.kind.key and given != stored.name:
        if plain_in(row.layer.name, given) != plain_in(row.layer.name, stored.name):
            text = f"名称“{shown(given)}”对上库中的“{shown(stored.name)}”，不改名；要改名请填编号"
            row.note(Problem.KEPT_NAME, text, field="name", value=given)
            if learn:
                row.learned[row.layer.name, given] = stored.id
        row.values["name"] = stored.name
    return stored


# ── By name ───────────────────────────────────────────────────────────────────────────────────────────────────


def _by_name(row: RowReader) -> Stored | None:
    given = row.values.get("name")
    if not given or {"name", *row.kind.key} & row.refused:
        return _by_place(row) if not given else None
    if not row.terms.asking:
        _require_not_stored(row, given)
        return None
    names, street = row.known.names(row.layer.name), row.values.get("street_code")
    found = _fitting(row, names.exact(given, street))
    learned = row.known.learned_names.get((row.layer.name, plain_in(row.layer.name, given)))
    if not found and learned is not None:
        found = _fitting(row, (learned,))
    if len(found) == 1:
        return _named(row, row.known.records[found[0]])
    if found:
        _ask(row, names.choices(found, "同名"), "同名的不止一个")
        return None
    near = tuple(one for one in names.near(given, street) if _fitting(row, (one.record_id,), street=False))
    if near:
        _ask(row, near, "库中有名称相近的")
        return None
    return _by_place(row, least=_SHARE_OF_NAMED)


def _fitting(row: RowReader, ids: tuple[str, ...], *, street: bool = True) -> list[str]:
    """Those of the records that hold what else the row's key says."""
    wanted = {
        name: row.values[name]
        for name in row.kind.key
        if name != "name" and (street or name != "street_code") and row.values.get(name) is not None
    }
    records = row.known.records
    return [
        one
        for one in ids
        if one in records
        and not records[one].archived
        and all(records[one].values.get(name) == value for name, value in wanted.items())
    ]


def _require_not_stored(row: RowReader, name: str) -> None:
    """Without questions a row has to say by its id that it is a stored record."""
    names, street = row.known.names(row.layer.name), row.values.get("street_code")
    for record_id in _fitting(row, names.exact(name, street)) if street else ():
        text = f"没有编号，而库中同一街道已有“{shown(name)}”（编号 {record_id}）；要更新它请填这个编号，确是另一处请改名"
        row.note(Problem.ALREADY_STORED, text, field="id", value=name)
        return


# ── By place ──────────────────────────────────────────────────────────────────────────────────────────────────


def _by_place(row: RowReader, *, least: float = 0.0) -> Stored | None:
    boundary = row.line.boundary
    if not row.terms.asking or boundary is None or boundary.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    near = tuple(
        one
        for one in row.known.places().near(boundary)
        if one.score >= least and _fitting(row, (one.record_id,), street=False)
    )
    if not row.values.get("name") and near and near[0].score >= _THE_SAME_PLACE:
        stored = row.known.records[near[0].record_id]
        text = f"没有编号和名称，边界与库中“{shown(stored.name)}”相同，当作同一处，请核对"
        row.note(Problem.FOUND_BY_PLACE, text, field="geometry", value=stored.name)
        return stored
    if near:
        _ask(row, near, "边界与库中的重合")
    return None


# ── By key ────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_key(row: RowReader) -> Stored | None:
    """A row of a layer whose records have no names of their own."""
    key = row.kind.key
    values = tuple(_value(row, name) for name in key)
    needed = {one for column in row.kind.columns if column.required for one in column.stored}
    lacking = any(value is None and name in needed for name, value in zip(key, values, strict=True))
    if not key or row.refused or lacking:
        return None
    found = [row.known.records[one] for one in row.known.by_key(key, values)]
    if not found:
        return None
    if not row.layer.append_only:
        if len(found) == 1:
            return found[0]
        _ask(row, _choices(row, found), "库中同样的不止一条")
        return None
    equal = [one for one in found if _says_the_same(row, one)]
    if equal:
        return equal[0]
    _ask(row, _choices(row, found), "库中同一天同一事已有不同的记录，选它则更正，选“新增”则另记一条")
    return None


def _value(row: RowReader, name: str) -> Any:
    given = row.values.get(name)
    if given is None:
        return next((one.value for one in row.kind.defaults if one.name == name), None)
    return given


def _says_the_same(row: RowReader, stored: Stored) -> bool:
    return all(value is None or stored.says(name, value) for name, value in row.values.items())


def _choices(row: RowReader, found: list[Stored]) -> tuple[Choice, ...]:
    return tuple(Choice(one.id, _told(row, one), _CERTAIN, "同一对象") for one in found)


def _told(row: RowReader, stored: Stored) -> str:
    """A record without name in a few words: what a ledger of its kind says of it."""
    given = ((name, stored.values.get(name)) for one in row.kind.columns for name in one.stored)
    parts = [
        row.known.told(row.layer.name, name, value)
        for name, value in given
        if value is not None and name not in ("id", "data_status", "source", "note")
    ]
    return "，".join(dict.fromkeys(parts))


def _ask(row: RowReader, choices: tuple[Choice, ...], why: str) -> None:
    told = row.values.get("name") or f"第 {row.line.row} 行"
    row.ask("match", row.line.key, str(told), choices)
    names = "、".join(f"“{shown(one.label)}”" for one in choices[:3])
    text = f"{why}：{names}；不能断定是哪一条，请在“待确认”中选定"
    row.note(Problem.NEEDS_DECISION, text, field="name" if row.values.get("name") else "", value=told)
