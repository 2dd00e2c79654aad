"""What the store knows already, as far as a ledger of one kind refers to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import BadValue
from geodata.importers.controls import CONTROL_LAYERS
from geodata.importers.inspection import Choice
from geodata.importers.issues import Problem, shown
from geodata.importers.matching import Entry, Names, Places
from geodata.importers.naming import listed, plain_in
from geodata.kinds.kind import Kind
from geodata.personal import masked
from geodata.schema import LAYERS
from geodata.store import Store
from geodata.store.revisions import Snapshot

NO_STREETS = "数据库里还没有街道，登记表的每一行都对不上。请先建立带参考图层的数据库：python manage.py init --reference。"
SAME_DEGREES = 1e-9  # a tenth of a millimetre: less is the noise of a conversion, not a change
_PLACES = ("position_lon", "position_lat")
_ALWAYS = ("district", "street_office", "compound", "column_alias", "name_alias")
_OF_STREETS = ("compound", "estate", "community")
_PLACES_OF_STREETS = ("street_office",)


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the store has it: values of its columns (None: empty), boundary, row version.

    A record of an append-only layer has version 0; `archived` then says that it was corrected or withdrawn.
    """

    values: dict[str, Any]
    boundary: BaseGeometry | None
    version: int
    archived: bool

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.values["id"])

    @property
    def name(self) -> str:
        """Its name; its id where the layer has no names."""
        return str(self.values.get("name") or self.values["id"])

    def says(self, name: str, value: Any) -> bool:
        """Whether a column holds this value, but for noise; a number that nobody called approximate is exact,
        and a text out of which an export left telephone numbers is the stored one.
        """
        stored = self.values.get(name)
        if name == "approx":
            return (stored or "exact") == (value or "exact")
        if name in _PLACES and stored is not None and value is not None:
            return bool(abs(stored - value) < SAME_DEGREES)
        same = bool(stored == value)
        return same or (isinstance(value, str) and isinstance(stored, str) and value == masked(stored))


@dataclass(frozen=True, slots=True)
class Known:
    """Records of the kind's layer by id, other layers by id and name, the extent (degrees) of the district."""

    kind: Kind
    records: dict[str, Stored]
    frames: dict[str, pd.DataFrame]
    extent: tuple[float, float, float, float]
    snapshot: Snapshot
    learned_names: dict[tuple[str, str], str]
    _names: dict[str, Names] = field(default_factory=dict)
    _keys: dict[tuple[str, ...], dict[tuple[Any, ...], list[str]]] = field(default_factory=dict)
    _places: list[Places] = field(default_factory=list)
    _streets: dict[str, dict[Any, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, kind: Kind) -> Known:
        """Read it from the store. Raises BadValue when there are no street offices or no extent yet."""
        parents = {column.refers_to for column in kind.columns if column.refers_to}
        controls = CONTROL_LAYERS if kind.geometry else ()
        layers = sorted({*_ALWAYS, *controls, *parents, kind.layer})
        snapshot, frames = store.frames_now(layers)
        if frames["street_office"].empty and kind.layer not in _PLACES_OF_STREETS:
            raise BadValue(NO_STREETS)
        layer = LAYERS[kind.layer]
        every = frames[kind.layer] if layer.append_only else store.frame(kind.layer, archived=True)
        live = _standing(every) if layer.append_only else every.index.isin(frames[kind.layer].index)
        return cls(
            kind=kind,
            records=_records(every, live),
            frames=frames,
            extent=_extent(frames),
            snapshot=snapshot,
            learned_names={
                (where, plain_in(where, text)): one
                for (where, text), one in _learned(frames["name_alias"], "layer", "name", "record").items()
            },
        )

    @property
    def live(self) -> dict[str, Stored]:
        """The records that stand."""
        return {record_id: one for record_id, one in self.records.items() if not one.archived}

    @property
    def versioned(self) -> bool:
        """Whether records are changed in place; else rows are only added."""
        return not LAYERS[self.kind.layer].append_only

    def drawn(self) -> dict[str, str]:
        """Standing boundaries by id, as hexadecimal WKB."""
        return {
            record_id: str(shapely.to_wkb(one.boundary, hex=True, byte_order=1))
            for record_id, one in self.records.items()
            if one.boundary is not None and not one.archived
        }

    def names(self, layer: str) -> Names:
        """The names of a layer."""
        if layer not in self._names:
            self._names[layer] = Names(layer, _entries(self.frames[layer], self.frames["street_office"]))
        return self._names[layer]

    def by_key(self, columns: tuple[str, ...], values: tuple[Any, ...]) -> list[str]:
        """Ids of the standing records that hold these values in these columns."""
        if columns not in self._keys:
            ids: dict[tuple[Any, ...], list[str]] = defaultdict(list)
            for record_id, one in self.records.items():
                if not one.archived:
                    ids[tuple(one.values.get(name) for name in columns)].append(record_id)
            self._keys[columns] = dict(ids)
        return self._keys[columns].get(values, [])

    def places(self) -> Places:
        """The standing boundaries of the kind's layer."""
        if not self._places:
            drawn = [one for one in self.records.values() if one.boundary is not None and not one.archived]
            parts = [one.id for one in drawn], [one.name for one in drawn], [one.boundary for one in drawn]
            self._places.append(Places(*parts))
        return self._places[0]

    def holding(self, layer: str, wanted: dict[str, Any]) -> list[str]:
        """Ids of the records of another layer that hold these values."""
        columns = tuple(sorted(wanted))
        if (layer, *columns) not in self._keys:
            frame = self.frames[layer]
            ids: dict[tuple[Any, ...], list[str]] = defaultdict(list)
            parts = zip(*(plain_values(frame[name]) for name in columns), strict=True)
            for record_id, values in zip(frame.index, parts, strict=True):
                ids[values].append(str(record_id))
            self._keys[layer, *columns] = dict(ids)
        return self._keys[layer, *columns].get(tuple(wanted[name] for name in columns), [])

    def told(self, layer: str, column: str, value: Any) -> str:
        """A stored value as people read it: labels for codes, names for ids, numbers as they are written."""
        if isinstance(value, float):
            return f"{value:.15g}"
        terms = {str(term): term.label for term in LAYERS[layer].vocabulary.get(column, ())}
        if str(value) in terms:
            return terms[str(value)]
        keys = LAYERS[layer].table.columns[column].foreign_keys
        return self.label(next(iter(keys)).column.table.name, value) if keys else str(value)

    def describe(self, layer: str, record_id: str) -> str:
        """A record in a few words, also of a layer whose rows have no names."""
        frame = self.frames[layer]
        if "name" in frame and not pd.isna(frame.at[record_id, "name"]):
            return str(frame.at[record_id, "name"])
        keys = [name for name in ("compound_id", "type_code", "phase") if name in frame]
        return "、".join(self.told(layer, name, frame.at[record_id, name]) for name in keys) or record_id

    def label(self, layer: str, record_id: Any) -> str:
        """What people call a record: its name, else its id."""
        frame = self.frames.get(layer)
        if frame is None or record_id not in frame.index or "name" not in frame:
            return str(record_id)
        name = frame.at[record_id, "name"]
        return str(record_id) if pd.isna(name) else str(name)

    def resolve(
        self, layer: str, text: str, *, street: str | None, said: dict[str, str]
    ) -> tuple[str | None, Problem | None, str, tuple[Choice, ...]]:
        """The id that a code or a name means; or the problem, its message, and what a person may choose from.

        `said` maps `layer/text` to ids that the person chose. A name that records have goes before one that was
        learned. The given street office narrows both down; a compound that lies in another one is a question.
        """
        frame, label, names = self.frames[layer], LAYERS[layer].label, self.names(layer)
        chosen = said.get(f"{layer}/{text}")
        if text in frame.index and (chosen == text or self._lies_in(layer, text, street)):
            return text, None, "", ()
        found = names.exact(text) or ((text,) if text in frame.index else ())
        here = tuple(one for one in found if self._lies_in(layer, one, street))
        learned = self.learned_names.get((layer, plain_in(layer, text)))
        if learned not in frame.index or not self._lies_in(layer, str(learned), street):
            learned = None
        sure = here if layer == "compound" else here or found
        if len(sure) == 1 and learned in (None, sure[0]):
            return sure[0], None, "", ()
        for record_id in (chosen, None if found else learned):
            if record_id is not None and record_id in frame.index:
                return record_id, None, "", ()
        if sure:
            several = tuple(dict.fromkeys((*sure[:5], *((learned,) if learned else ()))))
            why = "同名" if learned is None else "同名，或以前认定"
            message = f"{label}“{shown(text)}”不止一个（{'、'.join(several[:3])}），请填编号，或在下面选定"
            return None, Problem.AMBIGUOUS_REFERENCE, message, names.choices(several, why)
        if found:
            message = f"{label}“{shown(text)}”在库中属于另一街道，与这一行的街道不符；请改正其中之一"
            return None, Problem.AMBIGUOUS_REFERENCE, message, names.choices(found[:5], "在另一街道")
        message = f"库中没有{label}“{shown(text)}”；{self._hint(layer)}"
        return None, Problem.UNKNOWN_REFERENCE, message, names.near(text)

    def _lies_in(self, layer: str, record_id: str, street: str | None) -> bool:
        """Whether a record is of a street office; of a layer without, and where no office is known, yes."""
        if layer not in _OF_STREETS or street is None:
            return True
        of = self._streets.setdefault(layer, dict(self.frames[layer]["street_code"].items()))
        own = of.get(record_id)
        return own == street or bool(pd.isna(own))

    def _hint(self, layer: str) -> str:
        if layer == "estate":
            return "请改正名称或编号，或留空；要按文件中的名称新建小区，请加 --create-estates"
        if layer != "street_office":
            return "请改正名称或编号；确属新增的，先请管理员登记；不清楚就留空"
        names = "、".join(self.frames[layer]["name"])
        return f"可填：{names}（或其代码）"


def headings_learned(store: Store) -> dict[tuple[str, str], str]:
    """What people settled about headings: (kind, heading) → column."""
    return _learned(store.frame("column_alias"), "kind", "heading", "field")


def _standing(frame: pd.DataFrame) -> np.ndarray:
    """Which rows of an append-only layer are neither corrected nor only take another one back."""
    corrected = frame.index.isin(frame["corrects_id"].dropna())
    return np.asarray(~corrected & ~frame["withdrawn"].eq(True).to_numpy(), dtype=bool)


def _records(frame: pd.DataFrame, live: Iterable[Any]) -> dict[str, Stored]:
    hidden = ("geometry", "version", "revision")
    columns = {str(name): plain_values(frame[name]) for name in frame.columns if name not in hidden}
    versions = frame["version"].tolist() if "version" in frame else [0] * len(frame)
    boundaries = frame["geometry"].to_numpy() if "geometry" in frame else [None] * len(frame)
    names = list(columns)
    return {
        record_id: Stored(
            values={"id": record_id, **dict(zip(names, values, strict=True))},
            boundary=boundaries[at],
            version=int(versions[at]),
            archived=not stands,
        )
        for at, (record_id, stands, *values) in enumerate(
            zip(frame.index, live, *columns.values(), strict=True)
        )
    }


def plain_values(column: pd.Series) -> list[Any]:
    """Plain Python values, None for missing, days as dates."""
    if column.dtype.kind == "M":
        return [None if pd.isna(value) else value.date() for value in column]
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def _entries(frame: pd.DataFrame, streets_now: pd.DataFrame) -> list[Entry]:
    if "name" not in frame:
        return []
    called = {str(one): str(name) for one, name in streets_now["name"].items()}
    ids = [str(one) for one in frame.index]
    nothing = [None] * len(ids)
    streets = plain_values(frame["street_code"]) if "street_code" in frame else nothing
    aliases = plain_values(frame["aliases"]) if "aliases" in frame else nothing
    parts = zip(ids, plain_values(frame["name"]), streets, aliases, strict=True)
    return [
        Entry(one, name, street, listed(also), called.get(str(street), ""))
        for one, name, street, also in parts
        if name
    ]


def _learned(frame: pd.DataFrame, group: str, text: str, meaning: str) -> dict[tuple[str, str], str]:
    """What people settled earlier; a later word counts more."""
    parts = zip(*(plain_values(frame[name]) for name in (group, text, meaning)), strict=True)
    return {(one, said): means for one, said, means in parts}


def _extent(frames: dict[str, pd.DataFrame]) -> tuple[float, float, float, float]:
    for layer in ("district", "street_office"):
        boundaries = frames[layer]["geometry"].dropna().to_numpy()
        if len(boundaries):
            west, south, east, north = shapely.total_bounds(np.asarray(boundaries, dtype=object))
            return float(west), float(south), float(east), float(north)
    raise BadValue("数据库里没有区界，也没有街道界线，无法判断坐标是否在本区。请先装入区划图层。")
