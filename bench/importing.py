"""Reading 100,000 rows of 20 columns: a GeoPackage against pyogrio's default, a workbook against openpyxl.

Each is read in a process of its own, as the guarded child reads it; the whole way (child started, rows handed over)
is told beside it. Ratios are of medians that are taken in turns.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from bench.rows import Row
from geodata.importers.files import read_file
from tests.browser.running import ROOT

ROWS, _COLUMNS, _ROUNDS = 100_000, 20, 3

_WRITE = """
import numpy as np, shapely
from pyogrio.raw import write
n = int(sys.argv[2])
at = np.arange(n)
west, south = 113.6 + at % 400 * 0.0005, 34.7 + at // 400 * 0.0004
shapes = shapely.to_wkb(shapely.box(west, south, west + 0.0004, south + 0.0003))
texts = [np.array([f"名称{(one * 7 + k) % 9773}号院" for one in range(n)], dtype=object) for k in range(8)]
numbers = [at % 3000 + k for k in range(6)] + [at * k / 7 for k in range(6)]
write(sys.argv[1], shapes, texts + numbers, [f"栏{k}" for k in range(20)], driver="GPKG", geometry_type="Polygon",
      crs="EPSG:4490")
"""
_PYOGRIO = """
import pyogrio
def act():
    assert len(pyogrio.read_dataframe(sys.argv[1])) == 100_000
"""
_COLUMNS_OF_OURS = """
from geodata.importers.reading import gdal, layers
gdal.import_pyogrio("GPKG", arrow=True)
import pyarrow, pyogrio.raw
def act():
    _, _, wkb, columns = layers.columns_by_arrow(Path(sys.argv[1]), "rows")
    assert (len(wkb), len(columns)) == (100_000, 20)
"""
_OPENPYXL = """
import openpyxl
def act():
    sheet = openpyxl.load_workbook(sys.argv[1], read_only=True).worksheets[0]
    assert sum(1 for row in sheet.iter_rows(values_only=True)) == 100_001
"""
_SHEET_OF_OURS = """
import gc
gc.disable()
from geodata.importers.reading import archive, workbook
def act():
    with archive.opened(Path(sys.argv[1])) as members:
        grid = workbook.read_xlsx(members, layer=None, most_rows=100_000)
    assert len(grid.rows) == 100_001
"""
_PARSER_ALONE = """
import python_calamine
def act():
    sheet = python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0)
    assert sum(1 for row in sheet.iter_rows()) == 100_001
"""


def run() -> list[Row]:
    """Both comparisons, and the whole way of each."""
    with tempfile.TemporaryDirectory() as folder:
        layer, book = Path(folder) / "rows.gpkg", Path(folder) / "rows.xlsx"
        _run(_WRITE, layer, ROWS)
        _write_book(book)
        return [*_layer(layer), *_book(book)]


def _layer(path: Path) -> list[Row]:
    theirs, ours = _in_turns([_PYOGRIO, _COLUMNS_OF_OURS], path)
    title = f"GeoPackage, {ROWS:,} × {_COLUMNS}"
    return [
        Row(f"{title}: pyogrio.read_dataframe", theirs, "s"),
        Row(f"{title}: columns and geometries in the child", ours, "s"),
        Row(f"{title}: ours against it", ours / theirs, "", 0.4),
        Row(f"{title}: whole way, rows with raw coordinates", _whole(path), "s"),
    ]


def _book(path: Path) -> list[Row]:
    title = f"xlsx, {ROWS:,} × {_COLUMNS}"
    if importlib.util.find_spec("openpyxl") is None:
        print("openpyxl is not installed: its rows are left out")
        return [Row(f"{title}: whole way", _whole(path), "s")]
    theirs, ours, parser = _in_turns([_OPENPYXL, _SHEET_OF_OURS, _PARSER_ALONE], path)
    return [
        Row(f"{title}: openpyxl, read-only", theirs, "s"),
        Row(f"{title}: rows of the sheet in the child, archive checked", ours, "s"),
        Row(f"{title}: ours against it", ours / theirs, "", 0.1),
        Row(f"{title}: the parser alone against it", parser / theirs, ""),
        Row(f"{title}: whole way, rows of cells", _whole(path), "s"),
    ]


def _in_turns(ways: list[str], path: Path) -> list[float]:
    """Seconds of each way, the median of rounds in which every way has its turn."""
    timed = "\nimport time\nact()\nstart = time.perf_counter()\nact()\nprint(time.perf_counter() - start)"
    spent = [[float(_run(way + timed, path)) for way in ways] for _ in range(_ROUNDS)]
    return [statistics.median(one) for one in zip(*spent, strict=True)]


def _run(code: str, *arguments: object) -> str:
    head = "import sys, warnings\nfrom pathlib import Path\nwarnings.simplefilter('ignore')\n"
    command = [sys.executable, "-c", head + code, *map(str, arguments)]
    return subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout


def _whole(path: Path) -> float:
    spent = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        assert len(read_file(path).lines) >= ROWS
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def _write_book(path: Path) -> None:
    """A ledger: eight columns of text, three of dates, nine of numbers."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": False}) as book:
        sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [f"栏{k}" for k in range(_COLUMNS)])
        for row in range(1, ROWS + 1):
            for k in range(_COLUMNS):
                if k < 8:
                    sheet.write_string(row, k, f"名称{(row * 7 + k) % 9773}号院")
                elif k < 11:
                    sheet.write_number(row, k, 40_000 + (row + k) % 5_000, day)
                else:
                    sheet.write_number(row, k, row % 3_000 if k < 16 else round(row * k / 7, 2))
