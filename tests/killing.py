"""Killing processes in the middle of their work, again and again: `python -m tests.killing JOB URL ROUNDS SEED`.

One supervisor forks a worker per round (the geo libraries are loaded once) and ends it with SIGKILL at a random
moment. The supervisor itself never opens the database: each worker first verifies what its predecessors left,
then works on and says what was acknowledged. The last line printed tells what happened, as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from shapely import box
from sqlalchemy import Connection, func
from sqlalchemy import select as query

from geodata import schema
from geodata.schema import LAYERS
from geodata.store import Store, rtree
from geodata.store.engine import file_url
from geodata.store.hashing import chain_hash, row_hash
from tests.small_store import file_of, fill, report

FIRST = 3  # revision of the small store
FULL_CHECK_EVERY = 50
Say = Callable[[str], None]


@dataclass
class Told:
    """What workers said before they were killed, and what the next one found."""

    rounds: int = 0
    acknowledged: int = FIRST
    begun: int = FIRST
    copied: int = 0
    killed_at_work: int = 0
    killed_while_opening: int = 0
    kept_unacknowledged: int = 0


def saves(url: str, told: Told, say: Say) -> None:
    """Verify what was acknowledged, then save without end."""
    with closing(Store.open(url)) as store:
        number = verified(store, told)
        if told.rounds % FULL_CHECK_EVERY == 0:
            assert store.check() == []
        say(f"found {number}")
        while True:
            number += 1
            say(f"begun {number}")
            save(store, number)
            say(f"acknowledged {number}")


def save(store: Store, number: int) -> None:
    """The save that becomes this revision: a row with its boundary, and an added row."""
    with store.commit(author="甲", reason=f"第 {number} 次") as commit:
        commit.update(
            "compound", "C1", {"households": number, "geometry": shape(number)}, version=number - FIRST
        )
        commit.insert("progress_report", report("W1", "2026-11-20", number % 101, id=f"K{number}"))


def shape(number: int):  # type: ignore[no-untyped-def]
    """Another boundary at each revision."""
    return box(113.680, 34.750, 113.681 + number * 1e-6, 34.751)


def verified(store: Store, told: Told) -> int:
    """Newest revision; every acknowledged save is there and the newest one is there as a whole."""
    newest = store.snapshot()
    number = newest.revision
    assert told.acknowledged <= number <= told.begun, (told, number)
    if number == FIRST:
        return number
    row = store.row("compound", "C1")
    assert row
    assert (row["households"], row["version"], row["revision"]) == (number, number - FIRST + 1, number)
    assert row["row_hash"] == row_hash(row)
    assert row["geometry"].bounds == shape(number).bounds
    assert {newest.layers[name] for name in ("compound", "progress_report")} == {number}
    with store._reading() as connection:
        _rows_agree(connection, number)
        assert not rtree.faulty_rows(connection, LAYERS["compound"])
        assert not rtree.has_faulty_extent(connection, LAYERS["compound"])
    return number


def _rows_agree(connection: Connection, number: int) -> None:
    reports, audit = schema.progress_report, schema.audit
    assert connection.scalar(query(func.count()).where(reports.c.id.like("K%"))) == number - FIRST
    assert connection.scalar(query(func.max(reports.c.revision))) == number
    assert connection.scalar(query(func.count()).where(audit.c.revision > FIRST)) == 2 * (number - FIRST)
    last = connection.execute(query(audit).order_by(audit.c.seq.desc()).limit(3)).mappings().all()
    assert [row["revision"] for row in last[:2]] == [number, number]
    for row, before in pairwise(last):
        assert row["prev_hash"] == before["hash"]
        assert row["hash"] == chain_hash(before["hash"], dict(row))


def backups(url: str, told: Told, say: Say) -> None:
    """Verify every copy that has its name: it is the whole revision of that number; then save and copy."""
    with closing(Store.open(url)) as store:
        number, folder = verified(store, told), file_of(store).parent / "copies"
        assert told.copied == 0 or (folder / f"{told.copied}.gpkg").exists()
        for path in folder.glob("*.gpkg"):
            with closing(Store.open(file_url(path))) as copy:
                assert copy.snapshot().revision == int(path.stem)
                assert copy.check() == []
            if int(path.stem) != told.copied:
                path.unlink()
        say(f"found {number}")
        while True:
            number += 1
            say(f"begun {number}")
            save(store, number)
            say(f"acknowledged {number}")
            store.backup(folder / f"{number}.gpkg")
            say(f"copied {number}")


def restores(url: str, told: Told, say: Say) -> None:
    """Verify that the content is that of one backup or of the other; then restore them in turn."""
    with closing(Store.open(url)) as store:
        number = store.snapshot().revision
        assert number in (told.acknowledged, told.begun)
        assert store.check() == []
        say(f"found {number}")
        while True:
            number = FIRST + 1 if number == FIRST else FIRST
            say(f"begun {number}")
            store.restore(file_of(store).parent / f"{number}.gpkg")
            say(f"acknowledged {number}")


JOBS: dict[str, Callable[[str, Told, Say], None]] = {
    "saves": saves,
    "backups": backups,
    "restores": restores,
}


# A worker is killed within so many seconds: of its fork, or of its first, second or third time of saying a word.
# Words, not time alone, set the pace, so that a slow machine sees as many saves and copies as a fast one.
OPENING = 0.03
WITHIN = {"saves": 0.03, "backups": 0.1, "restores": 0.3}
WORDS = {"saves": ("begun",), "backups": ("begun", "acknowledged"), "restores": ("begun",)}
MOST_WORDS = 3
PATIENCE = 60.0


@dataclass(frozen=True)
class Moment:
    """When a worker is killed: so many seconds after it said a word for the n-th time (0: after its fork)."""

    word: str
    times: int
    delay: float


def moment(job: str, chance: random.Random) -> Moment:
    """A random moment, one in ten while the database is being opened."""
    if chance.random() < 0.1:
        return Moment("", 0, chance.uniform(0, OPENING))
    word = chance.choice(WORDS[job])
    return Moment(word, chance.randint(1, MOST_WORDS), WITHIN[job] * chance.random() ** 2)


def run(job: str, url: str, rounds: int, seed: int) -> Told:
    """Kill a worker `rounds` times, then let one more verify what they left."""
    chance, told = random.Random(seed), Told()
    _warm()
    while told.rounds < rounds:
        _round(job, url, told, moment(job, chance))
    _round(job, url, told, Moment("found", 1, 0.0))
    return told


def _warm() -> None:
    """Load what workers would load late, on another database that is closed before the first fork."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Store.create(file_url(Path(folder) / "warm.gpkg"))) as store,
    ):
        fill(store)
        save(store, FIRST + 1)
        verified(store, Told(acknowledged=FIRST + 1, begun=FIRST + 1))
        assert store.check() == []
    gc.collect()
    gc.freeze()


def _round(job: str, url: str, told: Told, when: Moment) -> None:
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(reading)
        _work(job, url, told, lambda line: os.write(writing, f"{line}\n".encode()) and None)
    os.close(writing)
    lines = _said(reading, when)
    time.sleep(when.delay)
    os.kill(worker, signal.SIGKILL)
    while part := os.read(reading, 65536):
        lines += part
    os.close(reading)
    _, status = os.waitpid(worker, 0)
    assert os.WIFSIGNALED(status), f"a worker ended by itself in round {told.rounds}"
    _note(told, lines.decode().splitlines())


def _said(reading: int, when: Moment) -> bytes:
    """What a worker says until the word has come so many times, or it says nothing more."""
    lines = b""
    while lines.count(when.word.encode()) < when.times and select.select([reading], [], [], PATIENCE)[0]:
        if not (part := os.read(reading, 4096)):
            break
        lines += part
    return lines


def _work(job: str, url: str, told: Told, say: Say) -> None:
    try:
        JOBS[job](url, told, say)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def _note(told: Told, lines: list[str]) -> None:
    told.rounds += 1
    told.killed_while_opening += not lines
    for line in lines:
        word, number = line.split()
        if word == "found":
            told.kept_unacknowledged += told.acknowledged != int(number)
            told.acknowledged = told.begun = int(number)
        else:
            setattr(told, word, int(number))
    told.killed_at_work += bool(lines) and told.begun != told.acknowledged


if __name__ == "__main__":
    began = time.monotonic()
    outcome = run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps({**asdict(outcome), "seconds": round(time.monotonic() - began, 1)}))
