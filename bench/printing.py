"""A sheet of a thousand compounds: how long it takes us, QGIS's print layout and matplotlib, and a very large one.

QGIS (Debian's `qgis`) and matplotlib (`requirements-bench.txt`) are only compared with: without them their rows are
left out and a line says so. All draw the same things: layers, patterns, marks, names with halos, an inset, a table.
"""

from __future__ import annotations

import importlib.util
import io
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Page, expect, sync_playwright
from shapely import affinity

from bench._app import DAY, register
from bench._ensure_qgis import SYSTEM_PYTHON, has_qgis
from bench.rows import Row
from cartography import symbology as s
from cartography.print import template
from cartography.print.content import MapContent
from cartography.print.paper import Frame
from cartography.print.typeset import FONT_FILES, FONTS
from cartography.symbology import Pattern, Shape
from geodata.crs import METRIC_CRS, STORED_CRS
from geodata.settings import Settings
from geodata.store import Store
from geodata.vocabulary import LineKind, RoadClass, SheetFormat, ZoneClass
from sheets import compose, fields, mapping, setup
from sheets import register as registers
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet, finish
from tests.browser.running import CHROMIUM_ARGUMENTS, ROOT, start_app, stop_app
from tests.ensure_chromium import find_chromium

COMPOUNDS, NAMED, MANY = 1_000, 300, 10_000
_ROUNDS, _DPI = 5, 300
_CENTRE = (475_000.0, 3_845_000.0)
_COLUMNS, _CELL_M = 40, 150.0
_TITLE = "管城回族区老旧小区改造阶段图"
_LINES_OF_TEXT = ["街道 小区 楼院 户数 已开工", *(f"街道{one} 146 146 24,601 80%" for one in range(14))]
_LINES = ("basemap_line", "heritage_line")
_NAMED_PT = {"compound": 6.0, "street_office": 9.0}
_SYMBOLS = {
    "district": s.DISTRICT, "street_office": s.STREET, "basemap_line": s.ROADS[RoadClass.PRIMARY],
    "reference_area": s.REFERENCE, "heritage_zone": s.ZONES[ZoneClass.PROTECTION], "renewal_area": s.AREA,
    "heritage_line": s.WALL[LineKind.SURVIVING_WALL],
}  # fmt: skip
_HATCHES = {Pattern.HATCH: "////", Pattern.BACKHATCH: "\\\\\\\\", Pattern.CROSS: "xxxx", Pattern.DOTS: "..."}
_MARKS = dict(zip(Shape, itertools.cycle(("circle", "square", "triangle", "cross"))))


def run() -> list[Row]:
    """The sheet and its pictures, the comparisons, the large sheet, and the preview in a browser."""
    folder = register(COMPOUNDS, 4)
    known = spread(_read(folder))
    return [*_ours(known), *_compared(known, folder), *_large(), *_preview()]


def _read(folder: Path) -> Register:
    store = Store.open(f"sqlite:///{folder / 'renewal.gpkg'}")
    try:
        return registers.read(store, Settings(), today=DAY)
    finally:
        store.close()


def spread(known: Register) -> Register:
    """The same register with its compounds as blocks on a loose grid of an A3 map, the first 300 with a name.

    A real district is crowded in its old town, so that a sheet of a thousand writes fewer names than are asked for
    here.
    """
    frame = known.frames["compound"].iloc[:COMPOUNDS].copy()
    number = np.arange(len(frame))
    side = np.random.default_rng(4).uniform(70, 110, (len(frame), 2))
    x = _CENTRE[0] + (number % _COLUMNS - _COLUMNS / 2) * _CELL_M
    y = _CENTRE[1] + (number // _COLUMNS - len(frame) / _COLUMNS / 2) * _CELL_M
    boxes = shapely.box(x, y, x + side[:, 0], y + side[:, 1])
    turned = [affinity.rotate(box, angle) for box, angle in zip(boxes, number % 17 - 8, strict=True)]
    frame["geometry"] = gpd.GeoSeries(turned, index=frame.index, crs=METRIC_CRS).to_crs(STORED_CRS)
    frame["name"] = [f"{one // 3 + 1}号院" if one % 3 == 0 and one < 3 * NAMED else "" for one in number]
    return Register(
        {**known.frames, "compound": frame}, known.revision, known.saved_at, known.business_date, known.office
    )


def _asked(day: date, **values: Any) -> Setup:
    return setup.checked({"as_of": day, "paper": "a3", **values})


def _days() -> Callable[[], date]:
    """A new day at each call: nothing of a former sheet can be used again, the typesetter keeps what it has seen."""
    counted = itertools.count(1)
    return lambda: DAY - timedelta(days=next(counted))


def _median(act: Callable[[], object]) -> float:
    """Seconds of an act, the median of five after one to warm up."""
    act()
    spent = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def _ours(known: Register) -> list[Row]:
    day = _days()

    def made(form: SheetFormat) -> Sheet:
        sheet = compose.compose(_asked(day()), known)
        finish(sheet, form, dpi=_DPI)
        return sheet

    written = _named(compose.compose(_asked(DAY), known))
    title = f"A3, {COMPOUNDS:,} compounds"
    return [
        Row(f"{title}: names written", written, ""),
        Row(f"{title}: PDF", _median(lambda: made(SheetFormat.PDF)), "s", 0.5),
        Row(f"{title}: PNG at {_DPI} dpi", _median(lambda: made(SheetFormat.PNG)), "s", 1.5),
        Row(f"{title}: SVG", _median(lambda: made(SheetFormat.SVG)), "s"),
    ]


def _named(sheet: Sheet) -> float:
    """Names of compounds that stand on the map."""
    drawn = sheet.files["map.svg"].decode()
    return float(sum(f">{one + 1}号院<" in drawn for one in range(NAMED)))


def _compared(known: Register, folder: Path) -> list[Row]:
    """The same content by others, each timed as fairly as it can be."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        content, frame = _scene(known)
        _write(content, frame, place)
        return [*_qgis(known, place, folder), *_matplotlib(known, content, frame)]


def _scene(known: Register) -> tuple[MapContent, Frame]:
    asked = _asked(DAY)
    lay = template.layout(
        fields.found(asked, known, "snapshot.typ"), asked.paper, asked.orientation, ticks=False
    )
    content = mapping.content(asked, known)
    return content, mapping.frame(asked, content, known, width=lay.map_width, height=lay.map_height)


def _write(content: MapContent, frame: Frame, place: Path) -> None:
    """The layers as QGIS reads them, and how they look."""
    layers: dict[str, Any] = {}
    for layer, drawn in _drawn_layers(content):
        drawn[["name", "code", "geometry"]].to_parquet(place / f"{layer}.parquet")
        layers[layer] = _look(
            _SYMBOLS.get(layer, s.STREET), line=layer in _LINES, named_pt=_NAMED_PT.get(layer)
        )
    layers["compound"]["codes"] = {
        str(code): _look(one, mark=_MARKS[one.shape]) for code, one in s.symbols(content.theme).items()
    }
    scene = {
        "layers": layers, "box": frame.box, "width": frame.width, "height": frame.height, "dpi": _DPI,
        "whole": _drawn_layers(content)[0][1].total_bounds.tolist(), "title": _TITLE, "lines": _LINES_OF_TEXT,
        "fonts": [str(FONTS / file) for file in FONT_FILES.values()],
    }  # fmt: skip
    (place / "scene.json").write_text(json.dumps(scene), encoding="utf-8")
    convert = (
        "import sys, pathlib, geopandas as g\n"
        "for one in pathlib.Path(sys.argv[1]).glob('*.parquet'):\n"
        "    g.read_parquet(one).to_file(one.with_suffix('.gpkg'))"
    )
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", convert, str(place)], check=True
    )  # GDAL stays out of here


def _drawn_layers(content: MapContent) -> list[tuple[str, gpd.GeoDataFrame]]:
    """What has a geometry, from bottom to top, with a name (may be empty) and the theme's code of compounds."""
    found = []
    for layer, rows in content.layers.items():
        drawn = rows[rows.geometry.notna()]
        codes = content.codes.reindex(drawn.index).astype(str) if layer == "compound" else ""
        if len(drawn):
            found.append((layer, drawn.assign(code=codes, name=drawn.get("name", ""))))
    return found


def _look(
    symbol: s.Symbol, *, line: bool = False, named_pt: float | None = None, mark: str = ""
) -> dict[str, Any]:
    return {
        "line": line, "fill": symbol.fill[:7], "stroke": symbol.stroke, "named_pt": named_pt, "mark": mark,
        "hatched": symbol.pattern in _HATCHES, "hollow": symbol.opacity == 0,
    }  # fmt: skip


def _process(command: list[str], target: Path) -> float:
    def act() -> None:
        target.unlink(missing_ok=True)
        quiet = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        subprocess.run(command, check=True, env=quiet, cwd=ROOT, capture_output=True)
        if not target.stat().st_size:
            raise RuntimeError(f"{target} is empty")

    return _median(act)


def _qgis(known: Register, place: Path, folder: Path) -> list[Row]:
    """QGIS as a whole process, which is how one makes a sheet with it without a window; ours as the app makes it."""
    if not has_qgis():
        print("QGIS is not installed: its rows are left out")
        return []
    rows, day = [], _days()
    for form in (SheetFormat.PDF, SheetFormat.PNG):
        target = place / f"sheet.{form.value}"
        sheet = [SYSTEM_PYTHON, str(ROOT / "bench" / "_qgis_sheet.py"), str(place), str(target)]
        theirs = _process(sheet, target)
        ours = _median(lambda form=form: finish(compose.compose(_asked(day()), known), form, dpi=_DPI))
        command = ["manage.py", "--database", f"sqlite:///{folder / 'renewal.gpkg'}", "snapshot", str(target)]
        cold = _process([sys.executable, *command, "--as-of", DAY.isoformat(), "--dpi", str(_DPI)], target)
        rows += [
            Row(f"A3 {form.label}: QGIS's print layout, whole process", theirs, "s"),
            Row(f"A3 {form.label}: ours against it", ours / theirs, "", 0.5),
            Row(f"A3 {form.label}: manage.py snapshot, whole process", cold, "s"),
        ]
    return rows


def _matplotlib(known: Register, content: MapContent, frame: Frame) -> list[Row]:
    if importlib.util.find_spec("matplotlib") is None:
        print("matplotlib is not installed: its rows are left out")
        return []
    day, rows = _days(), []
    for form in (SheetFormat.PDF, SheetFormat.PNG):
        theirs = _median(lambda form=form: _plotted(content, frame, form))
        ours = _median(lambda form=form: finish(compose.compose(_asked(day()), known), form, dpi=_DPI))
        rows += [
            Row(f"A3 {form.label}: matplotlib", theirs, "s"),
            Row(f"A3 {form.label}: against matplotlib", ours / theirs, "", 0.2),
        ]
    return rows


def _plotted(content: MapContent, frame: Frame, form: SheetFormat) -> bytes:
    """The same sheet as one would plot it: layers with patterns, marks, names with halos, legend, inset, table."""
    from matplotlib import font_manager, patheffects, pyplot

    family = font_manager.FontProperties(fname=str(FONTS / FONT_FILES[400]))
    halo = [patheffects.withStroke(linewidth=1.2, foreground=s.LIGHT.halo)]
    figure = pyplot.figure(figsize=(420 / 25.4, 297 / 25.4))
    axes, small = figure.add_axes((0.03, 0.1, 0.75, 0.8)), figure.add_axes((0.8, 0.1, 0.12, 0.12))
    for layer, rows in _drawn_layers(content):
        look = _SYMBOLS.get(layer)
        if layer == "compound":
            _plot_compounds(axes, rows, content)
        elif layer in _LINES:
            rows.plot(ax=axes, color=look.stroke, linewidth=2)
            rows.plot(ax=axes, color=look.fill, linewidth=1.4)
        else:
            hatch, fill = _HATCHES.get(look.pattern), look.fill if look.opacity else "none"
            rows.plot(ax=axes, facecolor=fill, edgecolor=look.stroke, linewidth=0.6, hatch=hatch)
        if layer in ("district", "street_office"):
            rows.plot(ax=small, facecolor=s.LIGHT.panel, edgecolor=s.LIGHT.rule, linewidth=0.4)
        for name, point in zip(rows["name"], rows.geometry.representative_point(), strict=True):
            if name and layer in _NAMED_PT:
                axes.text(
                    point.x, point.y, name, fontproperties=family, fontsize=_NAMED_PT[layer], ha="center",
                    path_effects=halo, clip_on=True,
                )  # fmt: skip
    west, south, east, north = frame.box
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), prop=family)
    axes.set_title(_TITLE, fontproperties=family, fontsize=20)
    for line, text in enumerate(_LINES_OF_TEXT):
        figure.text(0.8, 0.55 - line * 0.015, text, fontproperties=family, fontsize=6)
    for one in range(12):
        place = 0.1 + one % 3 * 0.25, 0.2 + one // 3 * 0.2
        figure.text(*place, "演示数据", fontproperties=family, fontsize=28, alpha=0.3, rotation=26)
    written = io.BytesIO()
    figure.savefig(written, format=form.value, dpi=_DPI)
    pyplot.close(figure)
    return written.getvalue()


def _plot_compounds(axes: Any, rows: gpd.GeoDataFrame, content: MapContent) -> None:
    centres = rows.geometry.representative_point()
    for code, symbol in s.symbols(content.theme).items():
        here = (rows["code"] == str(code)).to_numpy()
        if not here.any():
            continue
        rows[here].plot(
            ax=axes, facecolor=symbol.fill[:7], edgecolor=symbol.stroke, linewidth=0.4,
            hatch=_HATCHES.get(symbol.pattern), label=code.label,
        )  # fmt: skip
        mark = {"circle": "o", "square": "s", "triangle": "^", "cross": "x"}[_MARKS[symbol.shape]]
        axes.scatter(centres[here].x, centres[here].y, s=22, color=s.LIGHT.halo)
        axes.scatter(
            centres[here].x, centres[here].y, s=10, color=symbol.stroke, marker=mark, label=code.label
        )


def _large() -> list[Row]:
    known, day = _read(register(MANY, 4)), _days()
    title = f"A0, {MANY:,} compounds"
    made = _median(lambda: finish(compose.compose(_asked(day(), paper="a0"), known), SheetFormat.PDF))
    return [Row(f"{title}: PDF", made, "s", 5)]


def _preview() -> list[Row]:
    """A change on the page 出图 until its picture is the new one."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        shutil.copy(register(COMPOUNDS, 4) / "renewal.gpkg", name)
        app = start_app(Path(name))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(f"{app.url}/snapshots")
            _drawn(page)
            spent = [_changed(page, title) for title in "一二三四五六"]
        finally:
            browser.close()
            stop_app(app)
    return [Row(f"{COMPOUNDS:,} compounds: preview after a change", statistics.median(spent[1:]), "s", 1)]


def _drawn(page: Page) -> None:
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    page.locator(".sheet[data-state=ready]").wait_for()


def _changed(page: Page, title: str) -> float:
    shown = page.locator(".sheet img")
    before = shown.get_attribute("src") or ""
    field = page.get_by_label("标题", exact=True)
    field.fill(f"专题图{title}")
    start = time.perf_counter()
    field.press("Tab")
    expect(shown).not_to_have_attribute("src", before)
    _drawn(page)
    return time.perf_counter() - start
