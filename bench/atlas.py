"""An atlas of 200 compounds as one PDF, in a process of its own: seconds, the most memory it took, and its size."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench._app import DAY, register
from bench.rows import Row

COMPOUNDS, ITEMS = 200, 6
_LIMIT_S, _LIMIT_MB = 60.0, 600.0

_MAKE = """
import json, resource, sys, time
import pikepdf
from contextlib import closing
from datetime import date
from pathlib import Path
from geodata.settings import Settings
from geodata.store import Store
from sheets import atlas, atlas_setup, register
began = time.perf_counter()
day, target = date.fromisoformat(sys.argv[2]), Path(sys.argv[3])
with closing(Store.open(sys.argv[1])) as store:
    content = register.read(store, Settings(), today=day)
setup = {"as_of": day, "paper": "a4", "orientation": "portrait"}
asked = atlas_setup.checked({"setup": setup})
atlas.export(asked, content, target, on_progress=lambda done, total, text: None)
taken = time.perf_counter() - began
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
with pikepdf.open(target) as book:
    print(json.dumps([taken, most, target.stat().st_size / 2**20, len(book.pages)]))
"""


def run() -> list[Row]:
    """Seconds from opening the database to the finished file; peak resident memory of the process."""
    url = f"sqlite:///{register(COMPOUNDS, ITEMS) / 'renewal.gpkg'}"
    with tempfile.TemporaryDirectory(prefix="chengyuan-bench-") as folder:
        words = [sys.executable, "-c", _MAKE, url, DAY.isoformat(), str(Path(folder) / "atlas.pdf")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    taken, most, size, pages = json.loads(done.stdout)
    return [
        Row(f"atlas: pages of {COMPOUNDS} compounds", pages, "pages"),
        Row("atlas: one PDF with cover, contents and index maps", taken, "s", _LIMIT_S),
        Row("atlas: peak memory of its process", most, "MB", _LIMIT_MB),
        Row("atlas: size of the file", size, "MB"),
    ]
