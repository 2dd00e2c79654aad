"""The map in one file, opened by a double click: drawn without any request, and no text in it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sheets import web_page
from sheets.register import Register
from sheets.setup import Setup
from tests.registers import TODAY, register_of

pytestmark = pytest.mark.browser

SHOWN, HOSTILE_ONE = "410104002-C44", "410104002-C12"
HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>${window.hit=1}{{7*7}}\"'院"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(demo_file: Path) -> Register:
    """The demo register, with one name that tries to run."""
    read = register_of(demo_file)
    read.frames["compound"].loc[HOSTILE_ONE, "name"] = HOSTILE
    return read


@pytest.fixture
def opened(browser: Browser, demo: Register, tmp_path: Path) -> Iterator[Open]:
    """Opens the file of a set-up from the disk, without a network; ends with no request, error or warning."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", offline=True)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    file = tmp_path / "地图 一.html"

    def show(**chosen: Any) -> Page:
        file.write_bytes(web_page.write(Setup(as_of=TODAY, **chosen), demo))
        page.goto(file.as_uri())
        page.locator("body[data-ready]").wait_for()
        return page

    yield show
    assert asked == [file.as_uri()]
    assert complaints == []
    assert page.evaluate("window.hit") is None
    context.close()


def hover(page: Page, record: str) -> None:
    """Bring the view to a compound and the pointer over it."""
    page.evaluate(
        "id => chengyuan.map.setView(chengyuan.compoundLatLng(chengyuan.compoundPlace(id)), 17, { animate: false })",
        record,
    )
    box = page.locator(".folium-map").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2 + 1)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_the_file_shows_map_title_legend_facts_and_marks(opened: Open) -> None:
    page = opened(title="西大街片区", notes="会后更新")
    expect(page.get_by_role("heading", name="西大街片区")).to_be_visible()
    assert page.evaluate("chengyuan.picture.areas") > 20
    legend = page.locator("#cy-file-legend")
    expect(legend.get_by_role("heading").first).to_have_text("改造阶段")
    expect(legend.locator("li", has_text="施工")).to_contain_text("49")
    assert legend.locator("img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")
    expect(page.locator("#cy-file-stamps")).to_contain_text("演示数据")
    expect(page.locator("#cy-file-watermark")).to_contain_text("演示数据")
    for said in ("截至 2026-11-24", "修订", "资料来源", "会后更新"):
        expect(page.locator("#cy-file-facts")).to_contain_text(said)


def test_pointing_shows_a_compound_and_a_click_keeps_it(opened: Open) -> None:
    page = opened()
    hover(page, SHOWN)
    expect(page.locator(".cy-tip strong")).to_have_text("演示·西大街-44院")
    box = page.locator(".folium-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("id => chengyuan.state.push.selected === id", arg=SHOWN)


def test_zooming_and_switching_layers_work_in_the_file(opened: Open) -> None:
    page = opened()
    before = page.evaluate("chengyuan.map.getZoom()")
    page.get_by_role("button", name="放大").click()
    page.wait_for_function("before => chengyuan.map.getZoom() > before", arg=before)
    page.get_by_label("楼院").uncheck()
    page.wait_for_function("chengyuan.picture.areas === 0 && chengyuan.picture.circles === 0")


def test_a_hostile_name_is_text_in_the_file(opened: Open) -> None:
    page = opened(title=HOSTILE[:120])
    expect(page.get_by_role("heading").first).to_have_text(HOSTILE[:120])
    hover(page, HOSTILE_ONE)
    expect(page.locator(".cy-tip strong")).to_have_text(HOSTILE)
    assert page.locator("img[src='x']").count() == 0


def test_a_public_file_shows_no_exact_place(opened: Open) -> None:
    page = opened(audience="public", classification="public", exemption="示意图", title="公开图")
    assert page.evaluate("chengyuan.picture.areas") == 0
    assert page.evaluate("chengyuan.picture.circles") > 20
    expect(page.locator(".cy-coordinates")).to_have_count(0)
    hover(page, SHOWN)
    expect(page.locator(".cy-tip")).to_contain_text("位置为概略点（公开版）")
