"""Shelves of finished results: bounded, shared by all sessions, so that nobody may change what lies on them.

A copy per rerun would cost three times a rerun. Keys hold the epoch and the last revision that changed each layer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from geodata.store import Snapshot

T = TypeVar("T")


class Shelf:
    """A bounded store of results by key; computes each key once, even when two sessions ask together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._busy: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            mine = self._busy.setdefault(key, threading.Lock())
        with mine:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            value = make()
            with self._lock:
                self._kept[key] = value
                self._busy.pop(key, None)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return value


frames = Shelf(60)
results = Shelf(120)
days = Shelf(16)  # whole registers as of a day: large
texts = Shelf(40)
pieces = Shelf(120)


def key(snap: Snapshot, *layers: str) -> tuple[Hashable, ...]:
    """Epoch, and each layer with the last revision that changed it: equal as long as these layers stand still."""
    return (snap.epoch, *((layer, snap.layers.get(layer, 0)) for layer in layers))
