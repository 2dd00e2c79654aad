"""A save on a file and on a server, and a reader beside somebody who saves without a pause."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import shapely

from bench._app import make_database
from bench.rows import Row
from geodata.moving import move
from geodata.store import Store
from geodata.store.engine import file_url
from tests.ensure_postgres import find_postgres
from tests.postgres import Cluster

_COMPOUNDS = 600
_SAVES, _READS = 200, 60
_LIMIT_MS = 50.0
Values = dict[str, Any]

_SAVE_ON = """
import sys
from bench.saving import _another_figure, _save
from geodata.store import Store
store, number = Store.open(sys.argv[1]), 0
while True:
    _save(store, sys.argv[2], _another_figure)
    number += 1
    if number == 1:
        print("ready", flush=True)
"""


def run() -> list[Row]:
    """Milliseconds of one save (median and 95th percentile of 200), and of a read, alone and beside saves."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        make_database(folder, _COMPOUNDS)
        places = {"file": file_url(folder / "renewal.gpkg")}
        if find_postgres():
            cluster = Cluster(durable=True)
            stack.callback(cluster.remove)
            places["PostGIS"] = cluster.url(cluster.create())
            move(places["file"], places["PostGIS"])
        return [row for kind, url in places.items() for row in _measured(kind, url)]


def _measured(kind: str, url: str) -> Iterator[Row]:
    with closing(Store.open(url)) as store:
        drawn = store.frame("compound").dropna(subset=["geometry"]).index[0]
        facts = _times(_SAVES, lambda: _save(store, drawn, _another_figure))
        shapes = _times(_SAVES, lambda: _save(store, drawn, _another_shape))
        alone = _times(_READS, store.snapshot)
        with _saving(url, drawn):
            beside = _times(_READS, store.snapshot)
    yield Row(f"saving: one fact, {kind}, median", statistics.median(facts), "ms", _LIMIT_MS)
    yield Row(f"saving: one fact, {kind}, p95", _p95(facts), "ms", _LIMIT_MS)
    yield Row(f"saving: one boundary, {kind}, median", statistics.median(shapes), "ms", _LIMIT_MS)
    yield Row(f"saving: one boundary, {kind}, p95", _p95(shapes), "ms", _LIMIT_MS)
    yield Row(f"saving: what a rerun asks first, {kind}, alone", statistics.median(alone), "ms")
    yield Row(f"saving: the same beside saves without a pause, {kind}", statistics.median(beside), "ms")


def _times(count: int, action: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _save(store: Store, record_id: str, change: Callable[[Values], Values]) -> None:
    """What a form does: read a row, change it, write it back."""
    row = store.row("compound", record_id)
    assert row
    with store.commit(author="测量", reason="测量") as save:
        save.update("compound", record_id, change(row), version=row["version"])


def _another_figure(row: Values) -> Values:
    return {"households": (row["households"] or 0) % 5000 + 1}


def _another_shape(row: Values) -> Values:
    return {"geometry": shapely.transform(row["geometry"], lambda corners: corners + 1e-7)}


@contextmanager
def _saving(url: str, record_id: str) -> Iterator[None]:
    """Somebody else, in a process of their own, who saves without a pause."""
    other = subprocess.Popen([sys.executable, "-c", _SAVE_ON, url, record_id], stdout=subprocess.PIPE)
    try:
        assert other.stdout
        assert other.stdout.readline() == b"ready\n"
        yield
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
