"""A sheet is added to a deck that the person has: taken away with both, or refused with a reason."""

from __future__ import annotations

import io
from pathlib import Path

import pptx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import App

pytestmark = pytest.mark.browser


def office_deck() -> bytes:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "原有"
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def test_a_sheet_is_added_to_a_deck_and_a_broken_one_is_refused(app: App, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app.url}/snapshots")
    page.get_by_text("加到已有的 PowerPoint 或 Word").click()
    chooser, add = (
        page.locator(".st-key-append-file input[type=file]"),
        page.get_by_role("button", name="把这张图加在最后"),
    )
    chooser.set_input_files({"name": "周会.pptx", "mimeType": "application/zip", "buffer": office_deck()})
    add.click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载 周会_已加图.pptx").click()
    taken.value.save_as(tmp_path / "taken.pptx")
    titles = [slide.shapes.title.text for slide in pptx.Presentation(str(tmp_path / "taken.pptx")).slides]
    assert titles[0] == "原有"
    assert len(titles) == 2
    chooser.set_input_files({"name": "坏.pptx", "mimeType": "application/zip", "buffer": b"%PDF-1.7"})
    expect(page.get_by_text("坏.pptx")).to_be_visible()
    add.click()
    expect(page.get_by_text("没有加进去")).to_be_visible()
    expect(page.get_by_text("文件内容不是 PowerPoint", exact=False)).to_be_visible()
