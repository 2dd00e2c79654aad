"""What a person does to take data out: kinds, filters, format, coordinates; persons only with a second word."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.running import App

pytestmark = pytest.mark.browser


def choose(page: Page, key: str, option: str, *, then: str) -> None:
    """Choose an option and wait for the name of the file that it leads to: the page is drawn anew meanwhile."""
    page.locator(f'[class*="st-key-export-{key}"]').get_by_role("combobox").click()
    page.get_by_role("option", name=option).click()
    expect(page.get_by_text(then)).to_be_visible()


def downloaded(page: Page, button: Locator, folder: Path) -> Path:
    """The file that a button brings, under the name that people see."""
    with page.expect_download(timeout=60_000) as brought:
        button.click()
    target = folder / brought.value.suggested_filename
    brought.value.save_as(target)
    return target


def test_what_the_filters_show_is_taken_out_in_the_coordinates_that_are_asked_for(
    app: App, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{app.url}/imports?tab=give&street=410104001")
    scope = page.get_by_role("radiogroup", name="范围")
    expect(scope).to_contain_text("筛选出的 12 个楼院")
    page.locator(".st-key-export-kinds").get_by_role("button", name="参建单位表").click()
    told = page.locator(".cy-table")
    expect(told).to_contain_text("参建单位表")
    take = page.get_by_role("button", name="导出并下载")

    choose(page, "form", "Shapefile", then="2种台账_20261124_shp")
    choose(page, "coordinates", "GCJ-02", then="2种台账_20261124_shp_GCJ02偏移坐标.zip")
    expect(told).to_contain_text("没有，写成 Excel")
    with zipfile.ZipFile(downloaded(page, take, tmp_path)) as archive:
        names, readme = archive.namelist(), archive.read("说明.txt").decode("utf-8-sig")
    assert {"楼院登记表_GCJ02偏移坐标.shp", "参建单位表_GCJ02偏移坐标.xlsx"} <= set(names)
    assert "范围：街道：北下街街道；截至 2026-11-24" in readme
    assert "人名与电话：没有导出" in readme

    page.get_by_text("连同人名与电话").click()
    expect(page.get_by_text("不含人名与电话")).to_be_visible()  # not before it is confirmed
    page.get_by_text("我确认：文件只在内部使用").click()
    expect(page.get_by_text("含人名与电话，只限内部使用")).to_be_visible()

    page.locator(".st-key-export-kinds").get_by_role("button", name="楼院登记表").click()
    choose(page, "form", "Excel", then="参建单位表_20261124.xlsx")
    assert downloaded(page, take, tmp_path).read_bytes().startswith(b"PK")


def test_a_template_is_taken_from_its_tab(app: App, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app.url}/imports?tab=templates")
    made = downloaded(page, page.get_by_role("button", name="下载模板"), tmp_path)
    assert made.name == "楼院登记表模板.xlsx"
    with zipfile.ZipFile(made) as book:
        assert "西大街街道" in book.read("xl/sharedStrings.xml").decode()
