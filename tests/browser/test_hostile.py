"""What stands in the store is shown as itself: no text of a person ever runs in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from tests.browser.running import App, in_map, map_frame

pytestmark = pytest.mark.browser

NAMES = {
    "410104002-C12": "<img src=x onerror=window.hit=1>院",
    "410104002-C13": "${window.hit=1}`院`</script><script>window.hit=1</script>",
    "410104002-C14": "引号\"'院\n第二行 {{ 7*7 }} $x^2$ **粗**",
}


@pytest.fixture(scope="module")
def hostile(shared_app: App) -> App:
    """The app on demo data with three hostile names."""
    running = shared_app
    store = Store.open(running.database)
    with store.commit(author="测试", reason="<b>原因</b>") as commit:
        for record_id, name in NAMES.items():
            version = store.row("compound", record_id)["version"]  # type: ignore[index]
            commit.update("compound", record_id, {"name": name}, version=version)
    store.close()
    return running


def ran(page: Page) -> bool:
    """Whether any hostile script ran, in the page or in the map's frame."""
    return any(frame.evaluate("() => window.hit === 1") for frame in page.frames)


@pytest.mark.parametrize("record_id", NAMES)
def test_a_hostile_name_is_shown_as_itself_on_map_card_and_dossier(
    hostile: App, page: Page, record_id: str
) -> None:
    page.goto(f"{hostile.url}/?compound={record_id}")
    expect(page.locator(".cy-title")).to_contain_text(NAMES[record_id].splitlines()[0])
    in_map(page, "id => chengyuan.openTip(chengyuan.compoundPlace(id))", record_id)
    tip = map_frame(page).locator(".cy-tip strong")
    expect(tip).to_contain_text(NAMES[record_id].splitlines()[0])
    assert in_map(page, "() => document.querySelectorAll('.cy-tip img, .cy-tip script').length") == 0
    page.goto(f"{hostile.url}/dossier?compound={record_id}")
    expect(page.get_by_text(NAMES[record_id].splitlines()[0], exact=False).first).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
    assert not ran(page)


def test_a_hostile_name_is_shown_as_itself_in_the_drawing_editor(hostile: App, page: Page) -> None:
    first, other = list(NAMES)[:2]
    page.goto(f"{hostile.url}/drawing?compound={first}")
    page.locator(f".editor[data-ready='{first}']").wait_for()
    page.get_by_text("坐标：输入、粘贴、列出").click()
    store = Store.open(hostile.database)
    shape = store.row("compound", other)["geometry"]  # type: ignore[index]
    store.close()
    page.get_by_label("坐标文本").fill(shape.wkt)
    page.get_by_role("button", name="识别并采用").click()
    expect(page.locator(".checks")).to_contain_text(NAMES[other])
    assert page.locator("img[src='x']").count() == 0
    assert not ran(page)


def test_hostile_names_do_no_harm_in_lists(hostile: App, page: Page) -> None:
    for path in ("progress?street=410104002", "briefing?rotate=0&scene=street&street=410104002"):
        page.goto(f"{hostile.url}/{path}")
        page.get_by_text("西大街", exact=False).first.wait_for()
        assert not ran(page)
        assert page.locator("img[src='x']").count() == 0
