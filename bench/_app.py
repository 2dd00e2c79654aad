"""What the benches of the browser share: registers of any size made once per run, a page that watches itself."""

from __future__ import annotations

import atexit
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.rows import Row
from geodata.demo import build, enlarge
from geodata.store import Store
from tests.browser.running import App, Watch, map_frame

DAY = date(2026, 11, 24)


@cache
def register(compounds: int, items: int) -> Path:
    """A folder with a database of that many compounds, made once per run and removed at its end."""
    folder = tempfile.TemporaryDirectory(prefix="chengyuan-bench-")
    atexit.register(folder.cleanup)
    make_database(Path(folder.name), compounds, items=items)
    return Path(folder.name)


def make_database(folder: Path, compounds: int, *, items: int = 16) -> None:
    """A database of so many invented compounds with `items` works items each in `folder/renewal.gpkg`."""
    rows = build(business_date=DAY)
    if compounds > len(rows["compound"]):
        rows = enlarge(rows, compounds=compounds, items=items)
    store = Store.create(f"sqlite:///{folder / 'renewal.gpkg'}")
    with store.commit(author="bench", reason="rows to measure") as commit:
        for layer, part in rows.items():
            commit.insert_many(layer, part)
    store.put_setting("business_date", DAY.isoformat())
    store.close()


def open_overview(browser: Browser, app: App) -> tuple[Page, Watch, float]:
    """A fresh browser context on the overview; seconds until the map has drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    watch = Watch()
    watch.attach(page)
    start = time.perf_counter()
    page.goto(app.url)
    map_frame(page)
    return page, watch, time.perf_counter() - start


def open_three_times(browser: Browser, app: App) -> tuple[Page, Watch, float]:
    """The overview in three fresh browsers: the last page, its watch, and the median of the seconds it took."""
    firsts = []
    for _ in range(3):
        page, watch, first = open_overview(browser, app)
        firsts.append(first)
        if len(firsts) < 3:
            page.context.close()
    return page, watch, statistics.median(firsts)


def seconds(act: Callable[[], object], arrived: Callable[[], object]) -> float:
    """Seconds from an act until what it brings is there."""
    start = time.perf_counter()
    act()
    arrived()
    return time.perf_counter() - start


def settle(page: Page) -> None:
    """Wait until the script of the page has ended."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()


def titled(prefix: str, rows: list[Row]) -> list[Row]:
    """The same rows with a prefix before their names."""
    return [Row(f"{prefix}: {row.name}", row.value, row.unit, row.limit) for row in rows]
