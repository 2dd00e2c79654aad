"""Which stored record a name or a place in a file means. Pure: entries in, ids or choices out; nothing is decided.

An equal plain name, alone of its kind in its street office, is sure. Everything else is a choice for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.importers.inspection import Choice, Decision
from geodata.importers.naming import loose, numbers, plain_in

LEAST_SCORE = 0.8
MOST_CHOICES = 5
_ELSEWHERE, _LOOSE, _PART = 0.9, 0.95, 0.88
_LEAST_SHARE = 0.3
_LEAST_PART = 3
_SPELLING, _NO_STREET = "只差“路、街、巷”或“院”的写法", "；文件没有写街道"


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored record as names go: its id, what it is called and was called, its street office and that one's name."""

    id: str
    name: str
    group: str | None = None
    aliases: tuple[str, ...] = ()
    where: str = ""

    @property
    def label(self) -> str:
        """Name and street office."""
        return f"{self.name}（{self.where}）" if self.where else self.name


class Names:
    """The names of one layer."""

    def __init__(self, layer: str, entries: Iterable[Entry]) -> None:
        self.layer = layer
        self._entries: dict[str, Entry] = {}
        self._ids: dict[str, dict[str, None]] = defaultdict(dict)
        self._by_numbers: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for entry in entries:
            self._entries[entry.id] = entry
            for name in (entry.name, *entry.aliases):
                text = plain_in(layer, name)
                if text and entry.id not in self._ids[text]:
                    self._ids[text][entry.id] = None
                    self._by_numbers[numbers(text)].append((text, entry.id))
        self._near: dict[tuple[str, str | None], tuple[Choice, ...]] = {}

    def exact(self, name: str, group: str | None = None) -> tuple[str, ...]:
        """Ids of that name or former name, in a street office where one is given."""
        found = self._ids.get(plain_in(self.layer, name), {})
        return tuple(one for one in found if group is None or self._entries[one].group in (group, None))

    def near(self, name: str, group: str | None = None) -> tuple[Choice, ...]:
        """What it may mean, likeliest first: the same name in another street office, or one that is much alike."""
        key = (plain_in(self.layer, name), group)
        if key not in self._near:
            self._near[key] = self._search(*key)
        return self._near[key]

    def choices(self, ids: Iterable[str], why: str, score: float = 1.0) -> tuple[Choice, ...]:
        """These records as choices."""
        return tuple(Choice(one, self._entries[one].label, score, why) for one in ids)

    def _search(self, text: str, group: str | None) -> tuple[Choice, ...]:
        best: dict[str, tuple[float, str]] = {}
        for other, record_id in self._by_numbers.get(numbers(text), ()) if text else ():
            score, why = _alike(text, other)
            if group is not None and self._entries[record_id].group not in (group, None):
                if score < 1:
                    continue
                score, why = _ELSEWHERE, "同名，在另一街道"
            if group is None and self._entries[record_id].group is not None:
                why += _NO_STREET
            if score >= LEAST_SCORE and score > best.get(record_id, (0.0, ""))[0]:
                best[record_id] = (score, why)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_CHOICES]
        return tuple(
            Choice(one, self._entries[one].label, round(score, 2), why) for one, (score, why) in ranked
        )


def likeness(layer: str, one: str, other: str) -> float:
    """How much two names of a layer are alike, 0 to 1; 0 where their numbers differ."""
    first, second = plain_in(layer, one), plain_in(layer, other)
    return _alike(first, second)[0] if numbers(first) == numbers(second) else 0.0


def differs_in_spelling(decision: Decision) -> bool:
    """Whether one candidate alone differs from the text only in its spelling, in the street office that the row names."""
    sure = [one for one in decision.choices if one.score >= _LOOSE]
    return len(sure) == 1 and sure[0] == decision.choices[0] and sure[0].why == _SPELLING


def _alike(one: str, other: str) -> tuple[float, str]:
    from rapidfuzz import fuzz

    if one == other:
        return 1.0, "名称相同"
    if loose(one) == loose(other):
        return _LOOSE, _SPELLING
    short, long = sorted((one, other), key=len)
    if len(short) >= _LEAST_PART and short in long:
        return _PART, "一个名称包含另一个"
    return fuzz.ratio(one, other) / 100, "名称相近"


class Places:
    """The stored boundaries of one layer."""

    def __init__(self, ids: Sequence[str], names: Sequence[str], boundaries: Sequence[Any]) -> None:
        self._ids, self._names = ids, names
        self._boundaries = np.empty(len(boundaries), dtype=object)
        self._boundaries[:] = boundaries
        self._tree = shapely.STRtree(self._boundaries)

    def near(self, boundary: BaseGeometry) -> tuple[Choice, ...]:
        """Records whose boundary shares a good part of the area (share of both together), largest share first."""
        at = self._tree.query(boundary)
        if not len(at) or boundary.area == 0:
            return ()
        common = shapely.area(shapely.intersection(self._boundaries[at], boundary))
        share = common / (shapely.area(self._boundaries[at]) + boundary.area - common)
        order = np.argsort(-share, kind="stable")[:MOST_CHOICES]
        return tuple(
            Choice(
                self._ids[at[i]], self._names[at[i]], round(float(share[i]), 2), f"边界重合 {share[i]:.0%}"
            )
            for i in order
            if share[i] >= _LEAST_SHARE
        )
