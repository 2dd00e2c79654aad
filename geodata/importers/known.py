"""What the store knows already, as far as a register refers to it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import BadValue
from geodata.importers.columns import FIELDS
from geodata.importers.issues import Problem, shown
from geodata.schema import LAYERS
from geodata.store import Store

_ENDINGS = (
    "街道办事处",
    "街道办",
    "办事处",
    "街道",
    "社区居民委员会",
    "社区居委会",
    "居民委员会",
    "居委会",
    "村委会",
    "社区",
)
_PARENTS = ("street_office", "community", "estate", "renewal_area")


@dataclass(frozen=True, slots=True)
class Stored:
    """A compound as the store has it: values of the register's columns (None: empty), boundary, row version."""

    values: dict[str, Any]
    boundary: BaseGeometry | None
    version: int
    archived: bool

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.values["name"])


@dataclass(frozen=True, slots=True)
class Known:
    """Parents by id and by name, compounds by id, and the extent (degrees) of the district."""

    compounds: dict[str, Stored]
    parents: dict[str, pd.DataFrame]
    by_name: dict[str, dict[str, list[str]]]
    by_street_and_name: dict[tuple[str | None, str], set[str]]
    extent: tuple[float, float, float, float]

    @classmethod
    def read(cls, store: Store) -> Known:
        """Read it from the store. Raises BadValue when there are no street offices or no extent yet."""
        frames = store.frames([*_PARENTS, "district", "compound"])
        if frames["street_office"].empty:
            raise BadValue(
                "数据库里还没有街道，登记表的每一行都对不上。请先建立带参考图层的数据库：python manage.py init --reference。"
            )
        every = store.frame("compound", archived=True)
        compounds = _compounds(every, frames["compound"].index)
        return cls(
            compounds=compounds,
            parents={layer: frames[layer] for layer in _PARENTS},
            by_name={layer: _names(frames[layer]) for layer in _PARENTS},
            by_street_and_name=_by_street_and_name(compounds),
            extent=_extent(frames),
        )

    def resolve(self, layer: str, text: str, *, street: str | None) -> tuple[str | None, Problem | None, str]:
        """The id that a code or a name means, or the problem and its message.

        A name that stands for several is narrowed down to the given street office.
        """
        label = LAYERS[layer].label
        if text in self.parents[layer].index:
            return text, None, ""
        found = self.by_name[layer].get(plain_name(text), [])
        if len(found) > 1 and street is not None and layer in ("community", "estate"):
            found = [one for one in found if self.parents[layer].at[one, "street_code"] == street] or found
        if len(found) == 1:
            return found[0], None, ""
        if found:
            ids = "、".join(found[:3])
            return None, Problem.AMBIGUOUS_REFERENCE, f"{label}“{shown(text)}”不止一个（{ids}），请填编号"
        hint = self._hint(layer)
        return None, Problem.UNKNOWN_REFERENCE, f"库中没有{label}“{shown(text)}”；{hint}"

    def _hint(self, layer: str) -> str:
        if layer == "estate":
            return "请改正名称或编号，或留空；要按文件中的名称新建小区，请加 --create-estates"
        if layer != "street_office":
            return "请改正名称或编号；确属新增的，先请管理员登记；不清楚就留空"
        names = "、".join(self.parents[layer]["name"])
        return f"可填：{names}（或其代码）"


def _compounds(frame: pd.DataFrame, active: pd.Index) -> dict[str, Stored]:
    columns = {name: plain_values(frame[name]) for name in FIELDS if name != "id"}
    versions = frame["version"].tolist()
    boundaries = frame["geometry"].to_numpy()
    live = frame.index.isin(active)
    return {
        record_id: Stored(
            values={"id": record_id} | {name: values[at] for name, values in columns.items()},
            boundary=boundaries[at],
            version=int(versions[at]),
            archived=not live[at],
        )
        for at, record_id in enumerate(frame.index)
    }


def _by_street_and_name(compounds: dict[str, Stored]) -> dict[tuple[str | None, str], set[str]]:
    ids: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for record_id, stored in compounds.items():
        if not stored.archived:
            ids[stored.values["street_code"], folded(stored.name)].add(record_id)
    return dict(ids)


def plain_values(column: pd.Series) -> list[Any]:
    """Plain Python values, None for missing."""
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def _names(frame: pd.DataFrame) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for record_id, name in frame["name"].items():
        names[plain_name(name)].append(str(record_id))
    return dict(names)


def folded(name: str) -> str:
    """A name without the differences that people do not see: width of characters and spaces."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def plain_name(name: str) -> str:
    """A name without the endings that people leave out (西大街街道办事处, 西大街街道, 西大街 are one)."""
    text = folded(name)
    for ending in _ENDINGS:
        if text.endswith(ending) and text != ending:
            return text.removesuffix(ending)
    return text


def _extent(frames: dict[str, pd.DataFrame]) -> tuple[float, float, float, float]:
    for layer in ("district", "street_office"):
        boundaries = frames[layer]["geometry"].dropna().to_numpy()
        if len(boundaries):
            west, south, east, north = shapely.total_bounds(np.asarray(boundaries, dtype=object))
            return float(west), float(south), float(east), float(north)
    raise BadValue("数据库里没有区界，也没有街道界线，无法判断坐标是否在本区。请先装入区划图层。")
