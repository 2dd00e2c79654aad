"""Flipping single bits of a database file and checking it: `python -m tests.flipping FILE FLIPS SEED`.

It runs in a process of its own, since a library may not survive a broken page. The file is a closed copy that
nobody else uses. Prints as JSON how many flips were made of which kind and which of them nothing told.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

from geodata.errors import StoreError
from geodata.store import Store
from geodata.store.engine import file_url
from tests.pages import used_bytes


def flip(file: Path, flips: int, seed: int) -> dict[str, object]:
    """Flip that many bits, one at a time, spread evenly over everything that has its own pages."""
    chance, missed, made = random.Random(seed), [], Counter[str]()
    groups = used_bytes(file)
    store = Store.open(file_url(file))
    assert store.check() == []
    handle = os.open(file, os.O_RDWR)
    names = sorted(groups)
    for number in range(flips):
        name = names[number % len(names)]
        at, bit = chance.choice(groups[name]), 1 << chance.randrange(8)
        store.close()
        before = os.pread(handle, 1, at)
        os.pwrite(handle, bytes([before[0] ^ bit]), at)
        made[name] += 1
        if not is_found(store):
            missed.append([name, at, bit])
        store.close()
        os.pwrite(handle, before, at)
    assert store.check() == []
    store.close()
    return {"made": made, "missed": missed}


def is_found(store: Store) -> bool:
    """Whether opening or checking tells that something is wrong."""
    try:
        return bool(store.check())
    except StoreError:
        return True


if __name__ == "__main__":
    print(json.dumps(flip(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
