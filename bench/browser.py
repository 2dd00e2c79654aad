"""What a person waits for, in a fresh headless Chromium on a warmed server, at 160 and 600 compounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench._app import open_overview, open_three_times, register, seconds, settle, titled
from bench.rows import Row
from tests.browser.running import CHROMIUM_ARGUMENTS, App, Watch, in_map, map_frame, start_app, stop_app
from tests.ensure_chromium import find_chromium

_ITEMS = 16
_ROUNDS = 5
_STREET = "410104001"


def run() -> list[Row]:
    """Measure both sizes in one browser process."""
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        for compounds in (160, 600):
            rows += _size(browser, compounds)
        browser.close()
    return rows


def _size(browser: Browser, compounds: int) -> list[Row]:
    app = start_app(register(compounds, _ITEMS))
    try:
        open_overview(browser, app)[0].context.close()  # warms the server
        return titled(f"{compounds} compounds", _measure(browser, app))
    finally:
        stop_app(app)


def _measure(browser: Browser, app: App) -> list[Row]:
    page, watch, first = open_three_times(browser, app)
    expect(page.get_by_text("街道开工占比").first).to_be_visible()
    rows = [Row("first map in a fresh browser", first, "s", 4)]
    rows += _filtering(page, watch)
    rows += _moving(page, watch)
    rows += _switching(page)
    page.context.close()
    return rows


def _filtering(page: Page, watch: Watch) -> list[Row]:
    """A click on a ranked bar until the map shows it; bytes over the socket (before compression)."""
    bar = page.locator(f'button[data-street="{_STREET}"]')
    frames, times, sizes = len(watch.frames), [], []
    for _ in range(_ROUNDS):
        before = in_map(page, "() => chengyuan.state.text")
        start = watch.received_bytes
        shown = "text => new Promise(done => { const look = () => chengyuan.state.text !== text ? done(1) : setTimeout(look, 5); look(); })"
        times.append(seconds(bar.click, lambda shown=shown, before=before: in_map(page, shown, before)))
        settle(page)
        sizes.append((watch.received_bytes - start) / 1024)
    return [
        Row("filter change until the map shows it", statistics.median(times), "s", 0.45),
        Row("filter change over the socket, uncompressed", max(sizes), "KB", 15),
        Row("frames mounted anew by filter changes", len(watch.frames) - frames, "", 0),
    ]


def _moving(page: Page, watch: Watch) -> list[Row]:
    sent = watch.sent
    for step in range(20):
        in_map(page, "() => void map.panBy([30, 20], {animate: false})")
        in_map(page, "n => void map.setZoom(map.getZoom() + (n % 2 ? -0.5 : 0.5), {animate: false})", step)
    return [Row("messages to the server by 20 pans and zooms", watch.sent - sent, "", 0)]


def _switching(page: Page) -> list[Row]:
    """Page switches through the bar, from a settled page until the new page's own content is there."""
    arrivals: dict[str, tuple[str, Callable[[], object], float]] = {
        "无边界 (list)": ("无边界", lambda: page.get_by_text("没有边界", exact=False).first.wait_for(), 0.5),
        "街道进度 (first block of charts)": (
            "街道进度",
            lambda: page.get_by_text("街道排名").first.wait_for(),
            0.5,
        ),
        "一张图, map drawn": ("一张图", lambda: map_frame(page), 1.0),
    }
    times: dict[str, list[float]] = {name: [] for name in arrivals}
    for _ in range(_ROUNDS):
        for name, (link, arrived, _limit) in arrivals.items():
            times[name].append(seconds(page.get_by_role("link", name=link).click, arrived))
            settle(page)
            page.wait_for_load_state("networkidle")
    return [
        Row(f"page switch to {name}", statistics.median(times[name]), "s", limit)
        for name, (_link, _arrived, limit) in arrivals.items()
    ]
