"""What a planner reads on the progress page, in a real browser; the command line prints the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import App

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def progress(app: App, page: Page) -> Page:
    """The progress page, drawn."""
    page.goto(f"{app.url}/progress")
    expect(page.get_by_text("街道排名").first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    return page


def printed(app: App, *options: str) -> list[dict[str, object]]:
    """What `manage.py progress` prints for the same store."""
    answer = subprocess.run(
        [sys.executable, "manage.py", "--database", str(app.folder / "renewal.gpkg"), "progress", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    return json.loads(answer.stdout)["rows"]


def test_the_page_and_the_command_line_say_the_same(progress: Page, app: App) -> None:
    rows = printed(app, "--by", "street", "--as-of", "2026-11-24", "--format", "json")
    table = progress.locator("table").last
    for row in rows:
        line = table.locator("tr", has_text=str(row["name"])).first
        expect(line).to_contain_text(str(row["estates"]))
        expect(line).to_contain_text(str(row["estates_started"]))


def test_estates_and_households_stand_side_by_side(progress: Page) -> None:
    expect(progress.get_by_text("小区（个）").first).to_be_attached()
    expect(progress.get_by_text("户数（户）").first).to_be_attached()


def test_a_street_without_plan_has_a_dash_and_a_reason_not_a_rate(progress: Page) -> None:
    assert "无年度计划" in progress.locator("[data-testid='stMain']").inner_text()


def test_definitions_open_beside_the_figures(progress: Page) -> None:
    button = progress.get_by_role("button", name=re.compile("口径")).first
    button.click()
    expect(progress.locator(".cy-definition").last).to_contain_text("取自")


def test_a_street_in_the_address_is_chosen_and_leads_to_the_map_and_back(app: App, page: Page) -> None:
    page.goto(f"{app.url}/progress?street=410104002")
    link = page.get_by_role("link", name=re.compile("地图"))
    expect(link.first).to_be_visible()
    link.first.click()
    page.wait_for_url(re.compile("street=410104002"))
    expect(page.get_by_text("清除筛选")).to_be_visible()
    page.get_by_role("link", name="街道进度").click()
    page.wait_for_url(re.compile(r"/progress\?.*street=410104002"))


def test_a_clicked_bar_chooses_its_street(progress: Page) -> None:
    plot = progress.locator(".js-plotly-plot").first
    box = plot.bounding_box()
    assert box
    progress.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
    progress.wait_for_url(re.compile("street=4101040"))


def test_a_past_day_is_kept_in_the_address_and_changes_the_figures(app: App, page: Page) -> None:
    page.goto(f"{app.url}/progress?date=2025-12-31")
    expect(page.get_by_text("2025-12-31").first).to_be_visible()
    expect(page.get_by_text("街道排名").first).to_be_visible()
    assert "date=2025-12-31" in page.url


def test_the_table_can_be_downloaded_with_its_marks(progress: Page, tmp_path: Path) -> None:
    with progress.expect_download() as caught:
        progress.get_by_role("button", name=re.compile("CSV")).click()
    target = tmp_path / "progress.csv"
    caught.value.save_as(target)
    text = target.read_text(encoding="utf-8-sig")
    assert "演示数据" in text
    assert "2026-11-24" in text
    assert "西大街街道" in text
