"""Basemaps that an administrator adds: local tiles with a declared datum."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from geodata.store.engine import sqlite
from tests.browser.running import App, in_map, map_frame

pytestmark = pytest.mark.browser

LON, LAT = 113.671, 34.750


def tile_at(zoom: int) -> tuple[int, int]:
    """Tile (x, y counted from the north) over the old town."""
    n = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * n
    return int((LON + 180) / 360 * n), int(y)


def make_mbtiles(path: Path) -> None:
    """A small MBTiles file with one grey picture for every tile around the old town."""
    picture = io.BytesIO()
    Image.new("RGB", (256, 256), (120, 120, 120)).save(picture, "PNG")
    with closing(sqlite.connect(path)) as connection:
        connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        connection.execute(
            "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
        )
        for zoom in range(13, 18):
            x, y = tile_at(zoom)
            rows = [
                (zoom, x + dx, 2**zoom - 1 - (y + dy), picture.getvalue())
                for dx in range(-6, 7)
                for dy in range(-6, 7)
            ]
            connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        connection.commit()


@pytest.fixture
def with_tiles(own_app: Callable[..., App], tmp_path: Path) -> App:
    """The app with one local basemap in GCJ-02."""
    make_mbtiles(tmp_path / "image.mbtiles")
    (tmp_path / "config.toml").write_text(
        f'[[basemaps]]\nid = "image"\nname = "影像"\nkind = "mbtiles"\nlocation = "{tmp_path / "image.mbtiles"}"\n'
        'datum = "gcj02"\nattribution = "测试"\n',
        encoding="utf-8",
    )
    return own_app()


def test_local_tiles_are_drawn_and_our_layers_follow_their_datum(with_tiles: App, page: Page) -> None:
    page.goto(with_tiles.url)
    plain = in_map(page, "() => chengyuan.items.streets[0].feature.properties.lon")
    page.goto(f"{with_tiles.url}/?basemap=image")
    frame = map_frame(page)
    expect(frame.locator("img.leaflet-tile-loaded").first).to_be_visible()
    shifted = in_map(page, "() => chengyuan.items.streets[0].feature.properties.lon")
    assert 0.003 < shifted - plain < 0.01
    frame.locator("#map_div").hover()
    expect(frame.locator(".cy-coordinates")).to_contain_text("GCJ-02")


def test_an_unknown_basemap_in_the_address_is_dropped(with_tiles: App, page: Page) -> None:
    page.goto(f"{with_tiles.url}/?basemap=../../etc")
    assert map_frame(page).locator("img.leaflet-tile").count() == 0
