"""`python -m tests.browser.screenshots`: takes the README's pictures from the real app on demo data."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from shapely.affinity import scale

from geodata.installing import create_demo
from geodata.settings import Settings
from geodata.store import Store
from geodata.upkeep import back_up, check, place_of
from geodata.vocabulary import Datum
from tests.browser.running import CHROMIUM_ARGUMENTS, ROOT, App, map_frame, start_app, stop_app
from tests.drawn_files import shapefile
from tests.ensure_chromium import find_chromium

TARGET = ROOT / "docs" / "images"
DESK, WALL, WALL_4K = (1440, 900), (1920, 1080), (3840, 2160)

PICTURES: dict[str, tuple[str, tuple[int, int], bool]] = {
    "overview": ("", DESK, True),
    "overview-card": ("?compound=410104002-C12&view=34.74930,113.66900,16.75", DESK, True),
    "overview-warning": ("?theme=warning&view=34.74930,113.66750,16.25", DESK, True),
    "overview-district": ("?view=34.70500,113.74500,11.75", DESK, True),
    "progress": ("progress", DESK, False),
    "dossier": ("dossier?compound=410104002-C12", DESK, True),
    "worklist": ("worklist", DESK, False),
    "quality": ("quality", DESK, True),
    "imports": ("imports", DESK, False),
    "drawing": ("drawing?compound=410104002-C21", DESK, False),
    "system": ("system", DESK, False),
    "history": ("history?tab=record&record=410104002-C12", DESK, False),
    "snapshots": ("snapshots?theme=warning&extent=113.6680,34.7482,1250,900", DESK, False),
    "briefing-1080p": ("briefing?rotate=0&scene=district", WALL, True),
    "briefing-street-1080p": ("briefing?rotate=0&scene=street&street=410104002", WALL, True),
    "briefing-4k": ("briefing?rotate=0&scene=district", WALL_4K, True),
}


EDITS: list[tuple[str, str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
    ("王工", "入户核对", lambda row: {"households": 41, "property_manager": "街道托管"}),
    ("李工", "按现场围墙修正边界", lambda row: {"geometry": scale(row["geometry"], 1.15, 0.92)}),
]


def take(browser: Browser, app: App, name: str) -> None:
    """One picture, once the page has stopped working and all fonts are there."""
    address, (width, height), has_map = PICTURES[name]
    page = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
    page.goto(f"{app.url}/{address}")
    if has_map:
        map_frame(page)
    if name == "drawing":
        _reshape(page)
    if name == "imports":
        _bring(page, app)
    if name == "snapshots":
        page.locator(".sheet[data-state=ready]").wait_for()
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready")
    page.screenshot(path=TARGET / f"{name}.png")
    page.context.close()


def _reshape(page: Page) -> None:
    """Drag a corner over the neighbour, so that the picture shows what the editor says of it."""
    page.locator(".editor[data-ready]").wait_for()
    page.get_by_role("button", name="改顶点").click()
    corner = page.locator(".marker-icon:not(.marker-icon-middle)").first.bounding_box()
    assert corner
    x, y = corner["x"] + 6, corner["y"] + 6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 130, y + 150, steps=8)
    page.mouse.up()
    page.locator(".checks:not(.waiting) .bad").first.wait_for()


def _bring(page: Page, app: App) -> None:
    """Bring boundaries in that were drawn on a shifted map, so that the picture shows how that is found out."""
    with closing(Store.open(app.database)) as store:
        rows, streets = store.frame("compound"), store.frame("street_office")["name"]
    rows = rows[rows.geometry.notna()].head(30)
    ledger = rows[["name", "households", "geometry"]].assign(street=rows["street_code"].map(streets))
    ledger = ledger.rename(columns={"name": "名称", "households": "户数", "street": "街道"})
    path = shapefile(ledger, app.folder, datum=Datum.GCJ02)
    page.locator(".upload[data-ready]").wait_for()
    page.locator("input.choose").set_input_files(path)
    page.locator(".cy-datum").first.wait_for()


def _look_after(folder: Path) -> None:
    """A backup and a check, as an administrator makes them."""
    url = f"sqlite:///{folder}/renewal.gpkg"
    place = place_of(Settings(database_url=url, data_dir=folder), url)
    back_up(place, now=datetime.now(UTC), scheduled=True)
    check(place)


def edit(url: str) -> None:
    """Two saves by hand, so that the page of changes has something to show."""
    with closing(Store.open(url)) as store:
        for author, reason, make in EDITS:
            row = store.row("compound", "410104002-C12")
            assert row
            with store.commit(author=author, reason=reason) as save:
                save.update("compound", row["id"], make(row), version=row["version"])


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chengyuan-") as folder:
        create_demo(f"sqlite:///{folder}/renewal.gpkg")
        edit(f"sqlite:///{folder}/renewal.gpkg")
        _look_after(Path(folder))
        app = start_app(Path(folder), BACKUP="{}")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
                for name in PICTURES:
                    take(browser, app, name)
                browser.close()
        finally:
            stop_app(app)


if __name__ == "__main__":
    main()
