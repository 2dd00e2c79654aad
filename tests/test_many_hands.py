"""Many hands on one database: nothing is lost, every conflict is told, numbers have no gaps; on both stores."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from geodata import schema
from geodata.store import Store
from tests import child

pytestmark = pytest.mark.both_stores

PROCESSES, THREADS, EDITS = 2, 4, 100
WRITERS = PROCESSES * THREADS

# Every writer reads the same row before anybody saves, so that all but one of them meet a conflict at once;
# afterwards they take turns on four rows.
COUNT_UP = """
    import json, sys, threading
    from geodata.errors import StaleRow, StoreLocked
    from geodata.store import Store
    url, process, threads, edits = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    told = {"conflicts": 0, "fair": 0, "locked": 0}
    def write(store, number, row):
        name, done = f"writer {number}", 0
        while done < edits:
            households = (row["households"] or 0) + 1
            try:
                with store.commit(author=name) as save:
                    save.update(
                        "compound", row["id"], {"households": households, "note": name}, version=row["version"]
                    )
                done += 1
            except StaleRow as error:
                fair = error.mine["note"] == name and error.theirs["note"] not in (name, None)
                with lock:
                    told["conflicts"] += 1
                    told["fair"] += fair
            except StoreLocked:
                with lock:
                    told["locked"] += 1
            row = store.row("compound", f"C{(number + done) % 4 + 1}" if done else "C1")
    lock, stores = threading.Lock(), [Store.open(url) for _ in range(threads)]
    hands = [
        threading.Thread(target=write, args=(store, process * threads + number, store.row("compound", "C1")))
        for number, store in enumerate(stores)
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    print(json.dumps(told), flush=True)
"""


def counted_up(store: Store, edits: int) -> list[dict[str, int]]:
    """Let all writers loose on one row at the same moment; what each process tells of its conflicts."""
    with ExitStack() as stack:
        hands = [
            stack.enter_context(child.running(COUNT_UP, store.url, name, THREADS, edits))
            for name in range(PROCESSES)
        ]
        for hand in hands:
            assert hand.stdin
            hand.stdin.write("go\n")
            hand.stdin.flush()
        return [json.loads(hand.stdout.readline()) for hand in hands if hand.stdout]


def totals(store: Store) -> tuple[int, int]:
    """Sum of households and of versions of all compounds."""
    frame = store.frame("compound")
    return int(frame["households"].sum()), int(frame["version"].sum())


def test_eight_writers_with_a_hundred_edits_each_lose_nothing(small_store: Store) -> None:
    lose_nothing(small_store, EDITS)


@pytest.mark.soak
def test_eight_writers_with_a_thousand_edits_each_lose_nothing(
    small_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    told = lose_nothing(small_store, 1000)
    with capsys.disabled():
        conflicts, seconds = sum(one["conflicts"] for one in told), time.monotonic() - began
        print(f"\n8 × 1000 edits: 0 lost, {conflicts} conflicts told, {seconds:.0f} s")


def lose_nothing(small_store: Store, edits_each: int) -> list[dict[str, int]]:
    """Let all writers save that often, and account for every edit; what they told."""
    (households, versions), wanted = totals(small_store), WRITERS * edits_each
    told = counted_up(small_store, edits_each)
    assert totals(small_store) == (households + wanted, versions + wanted)
    conflicts = sum(one["conflicts"] for one in told)
    assert conflicts >= WRITERS - 1
    assert sum(one["fair"] for one in told) == conflicts  # both values were told each time
    edits = small_store.audit(layer="compound").query("revision > 3")
    assert sorted(edits["author"].value_counts()) == [edits_each] * WRITERS
    assert list(edits["revision"]) == list(range(3 + wanted, 3, -1))
    for change in edits.itertuples():
        assert change.after["households"] == (change.before["households"] or 0) + 1
    with small_store._reading() as connection:
        numbers = connection.scalars(
            select(schema.revision.c.number).order_by(schema.revision.c.number)
        ).all()
    assert list(numbers) == list(range(1, 3 + wanted + 1))
    assert small_store.check() == []
    return told
