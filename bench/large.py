"""A city's worth of compounds: what a person waits for at 50,000, and the same map by `geopandas.explore()`.

For the comparison matplotlib and mapclassify are needed (`pip install -r requirements-bench.txt`); without them its
rows are left out and a line says so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
from playwright.sync_api import Browser, Page, expect, sync_playwright

from analysis.status import ProgressIndex
from bench._app import DAY, open_three_times, register, seconds, settle, titled
from bench.rows import Row
from geodata.store import Store
from tests.browser.running import (
    CHROMIUM_ARGUMENTS,
    ROOT,
    App,
    Watch,
    compound_point,
    free_port,
    in_map,
    map_frame,
    start_app,
    stop_app,
)
from tests.ensure_chromium import find_chromium

COMPOUNDS, ITEMS = 50_000, 4
_ROUNDS = 5
_STREETS = ("410104012", "410104008")
_DENSE = "[34.70, 113.75]"
_PATIENCE_MS = 180_000

_APPLIED = """text => new Promise(done => { const look = () => chengyuan.state.text !== text
    ? chengyuan.whenDrawn(() => requestAnimationFrame(() => done(1))) : setTimeout(look, 5); look(); })"""
_ZOOMED = """zoom => new Promise(done => {
    let last = performance.now(), longest = 0, running = true;
    const beat = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now;
        if (running) setTimeout(beat, 0); };
    beat();
    const start = performance.now();
    map.once('moveend', () => chengyuan.whenDrawn(() => requestAnimationFrame(() => {
        running = false; done([performance.now() - start, longest]); })));
    map.setZoom(zoom); })"""
# At every frame: is the picture that stands empty where compounds should be?
_WATCH_BLANK = """() => { window.blank = 0; window.looked = 0;
    const probe = document.createElement('canvas'); probe.width = probe.height = 24;
    const ctx = probe.getContext('2d', { willReadFrequently: true });
    const look = () => { const shown = [...document.querySelectorAll('canvas.cy-compounds')]
        .find(canvas => canvas.style.visibility !== 'hidden');
        ctx.clearRect(0, 0, 24, 24);
        if (shown) ctx.drawImage(shown, 0, 0, 24, 24);
        const some = ctx.getImageData(0, 0, 24, 24).data.some(value => value);
        window.looked += 1; window.blank += some ? 0 : 1;
        window.watching = requestAnimationFrame(look); };
    look(); }"""


def run() -> list[Row]:
    """Measure the app, then the comparison, one after the other in one browser process."""
    folder = register(COMPOUNDS, ITEMS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        rows, first, filtered = _ours(browser, folder)
        rows += _explore(browser, folder, first, filtered)
        browser.close()
    return titled(f"{COMPOUNDS:,} compounds", rows)


def _ours(browser: Browser, folder: Path) -> tuple[list[Row], float, float]:
    app = start_app(folder)
    try:
        _warm(browser, app)
        page, watch, first = open_three_times(browser, app)
        settle(page)
        filtering = _filtering(page, watch)
        rows = [
            Row("first drawing in a fresh browser", first, "s", 6),
            *filtering,
            *_zooming(page),
            *_choosing(page),
        ]
        page.context.close()
        return rows, first, filtering[0].value
    finally:
        stop_app(app)


def _warm(browser: Browser, app: App) -> None:
    """Open every page once; the first one waits for the register to be read."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(app.url)
    map_frame(page)
    page.goto(f"{app.url}/dossier?compound={_STREETS[1]}-X00001")  # waits for what is read in the background
    page.get_by_text("工程", exact=False).first.wait_for()
    map_frame(page)
    settle(page)
    page.context.close()


def _until_drawn(page: Page, act: Callable[[], object]) -> float:
    before = in_map(page, "() => chengyuan.state.text")
    spent = seconds(act, lambda: in_map(page, _APPLIED, before))
    settle(page)
    return spent


def _filtering(page: Page, watch: Watch) -> list[Row]:
    """Clicks on ranked bars, with the view in the middle of the densest part, until the map has drawn."""
    in_map(page, f"() => void map.setView({_DENSE}, 14.25, {{animate: false}})")
    frames, times, sizes = len(watch.frames), [], []
    in_map(page, "() => chengyuan.whenDrawn(() => 0)")
    for turn in range(_ROUNDS + 1):
        # The first click zooms to its street; the second takes the filter off again, and so on.
        bar = page.locator(f'button[data-street="{_STREETS[turn // 2 % 2]}"]')
        start = watch.received_bytes
        times.append(_until_drawn(page, bar.click))
        sizes.append((watch.received_bytes - start) / 1024)
    return [
        Row("filter until the map has drawn it", statistics.median(times), "s", 1),
        Row("filter over the socket, uncompressed", max(sizes), "KB", 60),
        Row("frames mounted anew by filters", len(watch.frames) - frames, "", 0),
    ]


def _zooming(page: Page) -> list[Row]:
    """Animated half steps near and far; then some more with the picture looked at in every frame, which is slow."""
    rows: list[Row] = []
    standstills = []
    for name, zooms in {"near": (15.0, 15.5), "all in view": (14.0, 14.5), "far": (12.0, 12.5)}.items():
        in_map(page, f"zoom => void map.setView({_DENSE}, zoom, {{animate: false}})", zooms[0])
        in_map(page, "() => new Promise(done => chengyuan.whenDrawn(() => done(1)))")
        steps = [_step(page, zooms, turn) for turn in range(_ROUNDS + 1)]
        rows.append(
            Row(f"zoom step, {name}", statistics.median(spent for spent, _ in steps) / 1000, "s", 1.5)
        )
        standstills.append(statistics.median(block for _, block in steps))
        if name != "far":
            in_map(page, _WATCH_BLANK)
            for turn in range(_ROUNDS):
                _step(page, zooms, turn)
            in_map(page, "() => cancelAnimationFrame(window.watching)")
            rows.append(Row(f"blank pictures during zoom, {name}", _number(page, "() => blank"), "", 0))
    return [*rows, Row("longest standstill within a zoom step", max(standstills), "ms", 100)]


def _step(page: Page, zooms: tuple[float, float], turn: int) -> list[float]:
    """Milliseconds of one zoom step, and of the longest time the browser stood still in it."""
    return in_map(page, _ZOOMED, zooms[(turn + 1) % 2])  # type: ignore[return-value]


def _number(page: Page, expression: str) -> float:
    return float(in_map(page, expression))  # type: ignore[arg-type]


def _choosing(page: Page) -> list[Row]:
    in_map(page, f"() => void map.setView({_DENSE}, 16, {{animate: false}})")
    slider = page.get_by_role("slider", name="截至日期")
    slider.focus()
    dates = [_until_drawn(page, lambda: slider.press("ArrowLeft")) for _ in range(3)]
    themes = [
        _until_drawn(page, page.get_by_text(name, exact=True).first.click)
        for name in ("进度预警", "红黄绿", "改造阶段")
    ]
    shown = in_map(
        page,
        """() => { const i = [...chengyuan.inView(0)].find(i => { const p = map.latLngToContainerPoint(chengyuan.compoundLatLng(i));
            return p.x > 500 && p.x < 700 && p.y > 300 && p.y < 500; }); return chengyuan.compounds.ids[i]; }""",
    )
    point = compound_point(page, str(shown))
    card = seconds(
        lambda: page.mouse.click(*point), lambda: expect(page.locator(".cy-title")).to_be_visible()
    )
    return [
        Row("another day until the map has drawn it", statistics.median(dates), "s", 1.5),
        Row("another theme until the map has drawn it", statistics.median(themes), "s", 1),
        Row("click on a compound until its card", card, "s", 1),
    ]


# ---- the comparison -----------------------------------------------------------------------------------------


def _explore(browser: Browser, folder: Path, first: float, filtered: float) -> list[Row]:
    if any(importlib.util.find_spec(name) is None for name in ("matplotlib", "mapclassify")):
        print("explore() left out: pip install -r requirements-bench.txt")
        return []
    with tempfile.TemporaryDirectory() as place:
        _page_folder(Path(place), folder)
        port = free_port()
        process = _serve(Path(place), port)
        try:
            theirs, narrowed = _explored(browser, f"http://localhost:{port}")
        finally:
            process.terminate()
            process.wait(20)
    return [
        Row("geopandas.explore() in a page, first drawing", theirs, "s"),
        Row("geopandas.explore() in a page, filter", narrowed, "s"),
        Row("first drawing against explore()", first / theirs, "", 0.3),
        Row("filter against explore()", filtered / narrowed, "", 0.3),
    ]


def _page_folder(place: Path, folder: Path) -> None:
    """The page, its data and its browser files, the same rows as in the register."""
    store = Store.open(f"sqlite:///{folder / 'renewal.gpkg'}")
    layers = ("compound", "work_item", "progress_report", "stage_event", "permit")
    frames = [store.frame(layer) for layer in layers]
    names = store.frame("street_office")["name"]
    store.close()
    compounds = frames[0]
    states = ProgressIndex.build(*frames).states(as_of=DAY)
    table = gpd.GeoDataFrame(
        {
            "name": compounds["name"],
            "street": compounds["street_code"].map(names),
            "status": states["status"],
        },
        geometry=compounds.geometry,
    )
    table[table.geometry.notna()].to_parquet(place / "compounds.parquet")
    shutil.copy(ROOT / "bench" / "_explore_page.py", place / "page.py")
    for name in ("leaflet", "jquery"):
        shutil.copytree(ROOT / "static" / "vendor" / name, place / "static" / name)


def _serve(place: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", "page.py", f"--server.port={port}"]
    options = [
        "--server.headless=true",
        "--server.enableStaticServing=true",
        "--browser.gatherUsageStats=false",
    ]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [*command, *options, "--", "compounds.parquet"],
        cwd=place,
        env={**os.environ},
        stdout=quiet,
        stderr=quiet,
    )


def _explored(browser: Browser, url: str) -> tuple[float, float]:
    """First drawing in a fresh browser on a warmed server, and a filter by street; medians of 2."""
    firsts, narrowed = [], []
    for turn in range(3):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(_PATIENCE_MS)
        _reach(page, url)
        ready = page.frame_locator("iframe").locator("body[data-ready]")
        spent = seconds(lambda page=page: page.goto(url), ready.wait_for)
        rows = ready.get_attribute("data-ready")
        if turn:  # the first one warmed the server
            firsts.append(spent)
            fewer = page.frame_locator("iframe").locator(f"body[data-ready]:not([data-ready='{rows}'])")
            narrowed.append(seconds(page.get_by_text("南曹街道").first.click, fewer.wait_for))
        page.context.close()
    return statistics.median(firsts), statistics.median(narrowed)


def _reach(page: Page, url: str) -> None:
    """Wait until the server answers."""
    for _ in range(100):
        try:
            if page.request.get(f"{url}/_stcore/health").ok:
                return
        except Exception:  # not there yet
            page.wait_for_timeout(200)
    raise RuntimeError(f"{url} does not answer")
