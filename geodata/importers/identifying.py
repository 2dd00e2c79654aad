"""Which stored record a row is: by what a person decided, by id, by name or key, by place; a doubt becomes a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.importers.asked import NAMED, NEW
from geodata.importers.inspection import Choice
from geodata.importers.issues import Problem, shown
from geodata.importers.known import Stored
from geodata.importers.matching import LEAST_SCORE, likeness
from geodata.importers.naming import listed, plain_in

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
    if chosen is not None and chosen.startswith(NAMED):
        return _given_a_name(row, chosen.removeprefix(NAMED).strip())
    if chosen is not None:
        return _decided(row, chosen)
    if not row.terms.asking:
        return by_id if record_id is not None or "name" not in row.kind.key else _by_name(row)
    if by_id is not None:
        return by_id if _agrees(row, by_id) else None
    if record_id is not None:
        _ask_for_namesake(row, record_id)
        return None
    return _by_name(row) if "name" in row.kind.key else _by_key(row)


def _decided(row: RowReader, chosen: str) -> Stored | None:
    stored = row.known.records.get(chosen)
    if stored is None or stored.archived:
        row.note(Problem.NEEDS_DECISION, f"选定的记录“{shown(chosen)}”已不在库中，请重新选择", value=chosen)
        return None
    return _named(row, stored, learn=True)


def _given_a_name(row: RowReader, name: str) -> Stored | None:
    """A person names the row's record: a new one, unless one of just that name is stored."""
    names, street = row.known.names(row.layer.name), row.values.get("street_code")
    found = _fitting(row, names.exact(name, street)) if name else []
    row.values["name"] = row.known.records[found[0]].name if len(found) == 1 else name or None
    if len(found) > 1:
        _ask(row, names.choices(found, "同名"), "同名的不止一个")
    return row.known.records[found[0]] if len(found) == 1 else None


def _named(row: RowReader, stored: Stored, *, learn: bool = False) -> Stored:
    """A row that was found by its name renames nothing: the name only says which record is meant."""
    given = row.values.get("name")
    if given is not None and "name" in row.kind.key and given != stored.name:
        if plain_in(row.layer.name, given) != plain_in(row.layer.name, stored.name):
            text = f"名称“{shown(given)}”对上库中的“{shown(stored.name)}”，不改名；要改名请填编号"
            row.note(Problem.KEPT_NAME, text, field="name", value=given)
        row.values["name"] = stored.name
    if given is not None and learn and _is_worth_learning(row, given, stored):
        row.learned[row.layer.name, given] = stored.id
    return stored


def _is_worth_learning(row: RowReader, given: str, stored: Stored) -> bool:
    """A name that records have stands for them; one learned otherwise is put right."""
    if "name" not in row.kind.key:
        return False
    learned = _learned(row, given)
    if learned is not None:
        return learned != stored.id
    return not row.known.names(row.layer.name).exact(given)


# ── By id ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _agrees(row: RowReader, stored: Stored) -> bool:
    """Whether the row may be the record of its id. A name of another record is a question, a strange one is told."""
    given = row.values.get("name")
    if not given or "name" not in row.kind.key or "name" in row.refused:
        return True
    names, layer = row.known.names(row.layer.name), row.layer.name
    called = (stored.name, *listed(stored.values.get("aliases")))
    if max(likeness(layer, given, one) for one in called) >= LEAST_SCORE:
        return True
    others = _fitting(row, names.exact(given))
    if others:
        _ask(row, names.choices([stored.id, *others], "编号或名称"), f"编号“{stored.id}”与名称说的不是同一个")
        return False
    text = f"编号“{stored.id}”在库中是“{shown(stored.name)}”，名称相差很大；装入即改名，请核对编号是否填错"
    row.note(Problem.CONTRADICTION, text, field="name", value=given)
    return True


def _ask_for_namesake(row: RowReader, record_id: str) -> None:
    """An id that is not stored beside the name or key of a record that is: the id is another's, or a record is new."""
    given = row.values.get("name")
    if "name" not in row.kind.key:
        found = [row.known.records[one] for one in _same_key(row)]
        if found:
            _ask(row, _choices(row, found), f"库中没有编号“{shown(record_id)}”，而有同样的{row.layer.label}")
        return
    if not given or {"name", *row.kind.key} & row.refused:
        return
    names = row.known.names(row.layer.name)
    ids = _fitting(row, names.exact(given, row.values.get("street_code")))
    if ids:
        _ask(row, names.choices(ids, "同名"), f"库中没有编号“{shown(record_id)}”，而有同名的")


# ── By name ───────────────────────────────────────────────────────────────────────────────────────────────────


def _by_name(row: RowReader) -> Stored | None:
    given = row.values.get("name")
    if not given or {"name", *row.kind.key} & row.refused:
        return None if given else _nameless(row)
    if not row.terms.asking:
        _require_not_stored(row, given)
        return None
    names, street = row.known.names(row.layer.name), row.values.get("street_code")
    found = _fitting(row, names.exact(given, street))
    learned = _learned(row, given)
    if learned is not None and learned not in found and _fitting(row, (learned,)):
        if found:
            _ask(
                row, names.choices([*found, learned], "同名，或以前认定"), "现有同名的，而以前认定的是另一个"
            )
            return None
        found = [learned]
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


def _learned(row: RowReader, name: str) -> str | None:
    """The standing record that a person once chose for a name."""
    found = row.known.learned_names.get((row.layer.name, plain_in(row.layer.name, name)))
    stored = row.known.records.get(found or "")
    return found if stored is not None and not stored.archived else None


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


def _nameless(row: RowReader) -> Stored | None:
    """A shape alone: what lies there, else a person says whose it is."""
    stored = _by_place(row)
    has_shape = row.line.boundary is not None or row.line.unplaced
    if stored is None and row.terms.asking and has_shape and ("match", row.line.key) not in row.decisions:
        told = f"第 {row.line.row} 行（没有名称）"
        row.ask("match", row.line.key, told, ())
        text = "这个图形没有编号和名称，不能断定是库中哪一条；请选定，或为它起名新增"
        row.note(Problem.NEEDS_DECISION, text, field="name")
    return stored


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
    found = [row.known.records[one] for one in _same_key(row)]
    if row.layer.append_only:
        found += [one for one in _overlapping(row) if one not in found]
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
    _ask(row, _choices(row, found), "库中同一时间同一事已有不同的记录，选它则更正，选“新增”则另记一条")
    return None


def _same_key(row: RowReader) -> list[str]:
    """Standing records that hold the row's key; empty where it lacks a part that it needs."""
    key = row.kind.key
    values = tuple(_value(row, name) for name in key)
    needed = {one for column in row.kind.columns if column.required for one in column.stored}
    lacking = any(value is None and name in needed for name, value in zip(key, values, strict=True))
    return [] if not key or row.refused or lacking else row.known.by_key(key, values)


def _overlapping(row: RowReader) -> list[Stored]:
    """Records of the same key but for a fuzzy date, whose span has days in common with the row's: one event, told
    more or less exactly. A date that nobody knows may be any.
    """
    date = next((one.removesuffix("_from") for one in row.kind.key if one.endswith("_from")), None)
    if date is None or row.refused:
        return []
    rest = tuple(one for one in row.kind.key if one != f"{date}_from")
    values = tuple(row.values.get(one) for one in rest)
    if None in values:
        return []
    same = (row.known.records[one] for one in row.known.by_key(rest, values))
    return [one for one in same if _meet(row.values, one.values, date)]


def _meet(one: dict[str, Any], other: dict[str, Any], date: str) -> bool:
    first, last = f"{date}_from", f"{date}_to"
    ends = (one.get(first), other.get(last)), (other.get(first), one.get(last))
    return all(begin is None or end is None or begin <= end for begin, end in ends)


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
