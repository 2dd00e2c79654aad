"""The briefing on a wall: full screen at both sizes, rotating on one map that is never mounted again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import App, in_map, map_frame

pytestmark = pytest.mark.browser

SIZES = [(1920, 1080), (3840, 2160)]
STREET = "410104002"


@pytest.fixture
def briefing(app: App, page: Page) -> Callable[..., Page]:
    """Opens the briefing at a size with query parameters, drawn."""

    def opened(width: int = 1920, height: int = 1080, **asked: object) -> Page:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{app.url}/briefing?" + "&".join(f"{key}={value}" for key, value in asked.items()))
        map_frame(page)
        return page

    return opened


def sentence(page: Page) -> str:
    """The finding in the header."""
    return page.locator(".finding p").inner_text()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("scene", ["district", "street"])
def test_a_scene_fills_the_screen_without_chrome_or_scroll(
    briefing: Callable[..., Page], width: int, height: int, scene: str
) -> None:
    page = briefing(width, height, scene=scene, rotate=0)
    assert page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    ) == [
        width,
        height,
    ]
    expect(page.locator(".st-key-bar, [data-testid=stHeader]:visible")).to_have_count(0)
    frame = page.locator("iframe").bounding_box()
    assert frame
    assert frame["width"] == pytest.approx(0.6 * width, abs=1)
    for part in page.locator(".rank, .street > div, .figure, .standing, .legend > span:visible").all():
        box = part.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    expect(page.locator(".figure")).to_have_count(6)
    expect(page.get_by_text("演示数据", exact=True)).to_be_visible()


def test_everything_grows_with_the_screen(briefing: Callable[..., Page]) -> None:
    def measured(width: int, height: int) -> list[float]:
        page = briefing(width, height, rotate=0)
        text = page.locator(".finding p").evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        return [
            text,
            float(str(in_map(page, "() => chengyuan.scale()"))),
            float(str(in_map(page, "() => chengyuan.zoom()"))),
        ]

    small, large = measured(*SIZES[0]), measured(*SIZES[1])
    assert large[:2] == pytest.approx([2 * value for value in small[:2]])
    assert large[2] == pytest.approx(small[2])


def test_the_rotation_never_mounts_the_map_again(briefing: Callable[..., Page]) -> None:
    page = briefing(seconds=2)
    page.locator("iframe").evaluate(
        "node => { node.kept = true; window.loads = 0; node.addEventListener('load', () => window.loads++); }"
    )
    seen, nodes = [sentence(page)], []
    for _ in range(8):
        following = page.wait_for_function(
            "before => { const now = document.querySelector('.finding p')?.innerText; return now !== before && now; }",
            arg=seen[-1],
        )
        seen.append(following.json_value())
        nodes.append(in_map(page, "() => document.querySelectorAll('*').length"))
    of_district = ["，全区" in text for text in seen]
    assert all(one != other for one, other in pairwise(of_district))
    assert len(set(seen)) >= 5
    assert page.evaluate("() => window.loads") == 0
    assert page.locator("iframe").evaluate("node => node.kept")
    assert max(nodes[4:]) <= max(nodes[:4])


def test_the_street_scene_zooms_to_its_compounds_and_dims_the_others(briefing: Callable[..., Page]) -> None:
    page = briefing(scene="street", street=STREET, rotate=0)
    assert "西大街街道" in sentence(page)
    every = "chengyuan.compounds.ids.map((id, i) => i)"
    marked = f"{every}.filter(i => chengyuan.marked(i) && !chengyuan.isUncertain(chengyuan.compounds, i))"
    assert in_map(page, f"() => {marked}.length > 30")
    assert in_map(page, f"() => {marked}.every(i => map.getBounds().contains(chengyuan.compoundBounds(i)))")
    assert in_map(page, f"() => {every}.some(i => !chengyuan.marked(i))")


def test_the_keyboard_steps_and_pauses(briefing: Callable[..., Page]) -> None:
    page = briefing(seconds=60)
    page.keyboard.press("Space")
    expect(page.get_by_text("已暂停")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".finding p")).not_to_contain_text("全区")
    first = sentence(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".finding p")).not_to_contain_text(first.split("\n")[0])
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".finding p")).to_contain_text("全区")
