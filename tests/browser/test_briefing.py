"""The briefing on a wall: full screen, no chrome, no scroll, rotating without a flash."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import App, Watch, in_map, map_frame

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(1920, 1080), (3840, 2160)], ids=["1080p", "4K"])
def screen(browser: Browser, request: pytest.FixtureRequest) -> Page:  # type: ignore[misc]
    """A page of the size of a briefing screen, watched like every other."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    watch = Watch()
    watch.attach(page)
    page.watch = watch  # type: ignore[attr-defined]
    yield page
    context.close()
    assert watch.outside == []
    assert watch.errors == []


@pytest.mark.parametrize("scene", ["scene=district", "scene=street&street=410104002"])
def test_a_scene_fills_the_screen_without_chrome_or_scroll(app: App, screen: Page, scene: str) -> None:
    screen.goto(f"{app.url}/briefing?rotate=0&{scene}")
    map_frame(screen)
    expect(screen.get_by_text("演示数据").first).to_be_visible()
    expect(screen.locator(".st-key-bar")).to_have_count(0)
    assert screen.evaluate(
        "() => document.documentElement.scrollHeight <= innerHeight + 1 && document.documentElement.scrollWidth <= innerWidth + 1"
    )
    size = screen.viewport_size
    assert size
    box = screen.locator("iframe").first.bounding_box()
    assert box
    assert 0.5 <= box["width"] / size["width"] <= 0.68


def test_nothing_that_matters_is_cut_off(app: App, screen: Page) -> None:
    screen.goto(f"{app.url}/briefing?rotate=0&scene=district")
    map_frame(screen)
    size = screen.viewport_size
    assert size
    for text in ("已开工小区", "严重滞后楼院", "涉文物待批", "街道开工占比"):
        box = screen.get_by_text(text, exact=False).first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= size["height"]
        assert box["x"] + box["width"] <= size["width"]


def test_the_header_is_a_sentence_with_the_finding(app: App, page: Page) -> None:
    page.goto(f"{app.url}/briefing?rotate=0&scene=district")
    expect(page.get_by_text(re.compile(r"截至11月24日，全区 \d+ 个小区")).first).to_be_visible()


def test_rotation_changes_the_scene_and_keeps_the_map_frame(app: App, page: Page) -> None:
    page.goto(f"{app.url}/briefing?seconds=2")
    map_frame(page)
    frames = len(page.watch.frames)  # type: ignore[attr-defined]
    first = in_map(page, "() => chengyuan.state.text")
    changed = "text => new Promise(done => { const look = () => chengyuan.state.text !== text ? done(true) : setTimeout(look, 20); look(); })"
    assert in_map(page, changed, first)
    second = in_map(page, "() => chengyuan.state.text")
    assert in_map(page, changed, second)
    assert len(page.watch.frames) == frames  # type: ignore[attr-defined]
