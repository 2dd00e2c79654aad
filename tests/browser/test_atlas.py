"""An atlas on the page 出图: told what it takes, made beside the page, cancelled without a trace, downloaded when done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.running import App

pytestmark = pytest.mark.browser

ONE = "410104002-R01"
MADE_MS = 90_000


def opened(app: App, page: Page, query: str) -> None:
    """The tab of atlases on A4 upright."""
    page.goto(f"{app.url}/snapshots?paper=a4&side=portrait{query}")
    page.locator(".sheet[data-state=ready]").wait_for()
    page.get_by_role("radio", name="图册与后台", exact=True).click()
    expect(page.get_by_role("button", name="开始制作")).to_be_enabled()


def line(page: Page, title: str) -> Locator:
    """What the list says about a file of that title."""
    return page.locator("[class*=st-key-exportline-]", has_text=title)


def test_a_cancelled_atlas_offers_no_file_and_a_small_one_is_downloaded(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "&title=全区图册")
    expect(page.get_by_text("取自“图件”：A4 纵向，每页适合图幅")).to_be_visible()
    page.get_by_role("button", name="开始制作").click()
    going = line(page, "全区图册")
    expect(going.get_by_role("progressbar")).to_be_visible()
    going.get_by_role("button", name="取消").click()
    expect(going.get_by_text("已取消")).to_be_visible()
    expect(going.get_by_role("link")).to_have_count(0)
    opened(shared_app, page, f"&title=一院图册&only={ONE}")
    page.get_by_role("button", name="开始制作").click()
    link = line(page, "一院图册").get_by_role("link", name="下载")
    link.wait_for(timeout=MADE_MS)
    with page.expect_download() as download:
        link.click()
    book = PdfReader(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert "一院图册" in book.pages[0].extract_text()
    assert [path.name for path in (shared_app.folder / "exports").iterdir() if ".partial" in path.name] == []


def test_what_an_atlas_does_not_take_is_said(shared_app: App, page: Page) -> None:
    opened(shared_app, page, f"&only={ONE}")
    expect(page.get_by_text("楼院页是一区一策，没有附表和插图")).to_be_visible()
    page.get_by_role("radio", name="压缩包", exact=True).click()
    expect(page.get_by_text("压缩包没有封面、目录和索引图")).to_be_visible()
