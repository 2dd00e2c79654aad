"""Taking files in: from the file to the table of its faults, checks of 100,000 rows, and the memory of the app.

Wall time needs a quiet machine; CPU seconds stand beside it.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import xlsxwriter

from bench._app import DAY, register
from bench.rows import Row
from geodata.importers.asked import Asked
from geodata.importers.known import Known
from geodata.importers.lines import Line, Terms
from geodata.importers.rows import check_rows
from geodata.kinds import KINDS
from geodata.store import Store
from geodata.vocabulary import WorkType
from tests.browser.running import ROOT

COMPOUNDS, LEDGER, LARGE, LONG = 600, 600, 100_000, 20_000
_ROUNDS = 3
_HEADINGS = ["序号", "楼院名称", "改造内容", "期次", "工程量", "预算（万元）", "计划开工", "计划完工", "备注"]

_AS_THE_APP = """
import asyncio, json, sys, time
from pathlib import Path
from ui import import_jobs, import_rows
def size():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024
async def now(work, *given):
    return work(*given)
async def parts(path):
    with open(path, "rb") as file:
        while part := file.read(2**16):
            yield part
def take(path):
    places = import_jobs.workspaces()
    place = asyncio.run(places.receive(parts(path), Path(path).name, in_thread=now))
    import_jobs.start(place, "inspect")
    while import_jobs.going(place).running:
        time.sleep(0.05)
    folder = places.at(place)
    found = import_rows.inspection(folder)
    assert found is not None and not found.refused, import_jobs.going(place)
    for name in ("issues.jsonl", "changes.jsonl", "missing.jsonl"):
        import_rows.window(folder / name, import_rows.Wanted(), 0)
        import_rows.tally(folder / name, "state")
    return found.counts.rows
sizes = []
for path in sys.argv[1:]:
    rows = take(path)
    sizes.append([rows, size()])
print(json.dumps(sizes))
"""


def run() -> list[Row]:
    """All three, on a demo register of 600 compounds."""
    database = register(COMPOUNDS, 4) / "renewal.gpkg"
    with closing(Store.open(f"sqlite:///{database}")) as store:
        names = store.frame("compound")["name"].tolist()
        checks = _checks(store, names)
    with tempfile.TemporaryDirectory(prefix="chengyuan-bench-") as text:
        folder = Path(text)
        return [*_dropped(folder, database, names), *checks, *_memory(folder, database, names)]


# ── From the file to its faults ───────────────────────────────────────────────────────────────────────────────


def _dropped(folder: Path, database: Path, names: list[str]) -> list[Row]:
    """A works ledger with a title, totals and faults: the process of the page from its start to its answer."""
    place = folder / "ws"
    place.mkdir()
    (place / "asked.json").write_text(Asked(file_name="工程台账.xlsx").text(), encoding="utf-8")
    with xlsxwriter.Workbook(str(place / "upload")) as book:
        sheet = book.add_worksheet("台账")
        sheet.merge_range(0, 0, 0, len(_HEADINGS) - 1, "2026 年老旧小区改造工程台账")
        for at, row in enumerate([_HEADINGS, *(_row(at, names) for at in range(LEDGER))], start=1):
            sheet.write_row(at, 0, row)
    words = [sys.executable, "-m", "geodata.importers.job", str(place), "inspect", "--database"]
    spent = [_timed(lambda: _job([*words, f"sqlite:///{database}"])) for _ in range(_ROUNDS)]
    counts = json.loads((place / "inspection.json").read_text(encoding="utf-8"))["counts"]
    assert counts["rows"] == LEDGER
    title = f"ledger of {LEDGER} rows, file to table of faults"
    return [
        Row(title, statistics.median(wall for wall, _ in spent), "s", 3),
        Row(f"{title}: CPU", statistics.median(cpu for _, cpu in spent), "s"),
    ]


def _row(at: int, names: list[str]) -> list[object]:
    """A row of the ledger; one in ten has something to say about."""
    kinds = list(WorkType)
    one = kinds[at // len(names) % len(kinds)]
    phase = at // len(names) // len(kinds) + 2
    amount = f"约{at % 900 + 10}{one.unit}" if at % 10 == 0 else at % 900 + 10
    return [
        at + 1,
        names[at % len(names)],
        one.label,
        phase,
        amount,
        at % 90 + 1,
        "2026.4.10",
        "2026年9月下旬",
        "",
    ]


def _job(words: list[str]) -> None:
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True)


# ── Checks of many rows ───────────────────────────────────────────────────────────────────────────────────────


def _checks(store: Store, names: list[str]) -> list[Row]:
    columns = (
        "compound_id",
        "type_code",
        "phase",
        "quantity",
        "budget_cny",
        "planned_start",
        "planned_finish",
    )
    lines = [
        Line(at, dict(zip(columns, _row(at, names)[1:8], strict=True)), part="") for at in range(2, LARGE + 2)
    ]

    def check() -> None:
        known = Known.read(store, KINDS["work_item"])
        verdict = check_rows(lines, known, Terms(DAY, "bench", asking=True))
        assert len(verdict.accepted) == LARGE

    wall, cpu = min(_timed(check) for _ in range(2))
    title = f"checks of {LARGE:,} rows of works"
    return [Row(title, wall, "s", 5), Row(f"{title}: CPU", cpu, "s")]


# ── Memory ────────────────────────────────────────────────────────────────────────────────────────────────────


def _memory(folder: Path, database: Path, names: list[str]) -> list[Row]:
    """Resident memory of a process that does what the app does with a file, after small ones and after a long one."""
    small, large = folder / "small.csv", folder / "large.csv"
    for path, count in ((small, LEDGER), (large, LONG)):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_HEADINGS, *(_row(at, names) for at in range(count))])
    data = {"DATABASE_URL": f"sqlite:///{database}", "DATA_DIR": str(folder), "CHENGYUAN_CONFIG": "none.toml"}
    words = [sys.executable, "-W", "ignore", "-c", _AS_THE_APP, *map(str, (small, small, large))]
    done = subprocess.run(
        words, check=True, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **data}
    )
    (_, before), (rows, after) = json.loads(done.stdout)[1:]
    assert rows == LONG
    title = f"memory of the app, {LEDGER} and then {LONG:,} rows"
    return [Row(f"{title}: before", before, "MB"), Row(f"{title}: growth", after - before, "MB", 10)]


def _timed(act: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds, those of ended children among them."""
    start, before = time.perf_counter(), _cpu()
    act()
    return time.perf_counter() - start, _cpu() - before


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
