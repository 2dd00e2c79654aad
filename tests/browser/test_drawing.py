"""Drawing boundaries with a real mouse: draw, reshape, undo, cut, split, merge, paste, clash, review, draft."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from geodata.crs import STORED_CRS, to_metric
from geodata.store import Store
from geodata.vocabulary import DataStatus
from tests.browser import running
from tests.browser.running import App, start_app, stop_app

pytestmark = pytest.mark.browser

SHAPED = "410104002-C12"


@pytest.fixture(scope="module")
def app(shared_app: App) -> App:
    """Each test draws another compound."""
    return shared_app


# ---- what tests do ----------------------------------------------------------------------------------------


def row(app: App, compound: str) -> dict[str, Any]:
    with closing(Store.open(app.database)) as store:
        found = store.row("compound", compound)
    assert found
    return found


def area_m2(shape: BaseGeometry) -> float:
    import geopandas as gpd

    return float(to_metric(gpd.GeoDataFrame(geometry=[shape], crs=STORED_CRS)).area.iloc[0])


def drawn_elsewhere(app: App, compound: str, shift: float, author: str = "李工") -> None:
    """Somebody else moves the boundary of a compound."""
    now = row(app, compound)
    with closing(Store.open(app.database)) as store, store.commit(author=author, reason="另有来源") as save:
        moved = affinity.translate(now["geometry"], shift, 0)
        save.update("compound", compound, {"geometry": moved}, version=now["version"])


def bounded(app: App, number: int) -> str:
    """The id of one of the demo's drawn compounds that no other test uses."""
    with closing(Store.open(app.database)) as store:
        rows = store.frame("compound")
    return str(rows.index[rows.geometry.notna() & (rows["street_code"] == "410104002")][number])


def open_editor(app: App, page: Page, compound: str, query: str = "") -> None:
    page.goto(f"{app.url}/drawing?compound={compound}{query}")
    expect(page.locator(f".editor[data-ready='{compound}']")).to_be_visible()


def measured(page: Page, *, other_than: float | None = None) -> float:
    """The area that Python measured, once it has; after a change, another one than before.

    The figure reads 约 while only the browser has measured it, and a change may come between looking and reading.
    """
    figure, wanted = page.locator(".size .figure b").first, re.compile(r"^[\d,.]+ m²$")
    while True:
        if other_than is not None:
            expect(figure).not_to_have_text(f"{other_than:,.0f} m²")
        expect(figure).to_have_text(wanted)
        text = figure.inner_text()
        if wanted.match(text):
            area = float(text.removesuffix(" m²").replace(",", ""))
            if area != other_than:
                return area


def tool(page: Page, name: str) -> None:
    page.locator(".tools").get_by_role("button", name=name).click()


def click(page: Page, *points: tuple[float, float]) -> None:
    for x, y in points:
        page.mouse.move(x, y, steps=2)
        page.mouse.click(x, y)


def drag_first_corner(page: Page, across: float, up: float) -> None:
    corner = page.locator(".marker-icon:not(.marker-icon-middle)").first
    box = corner.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y + up, steps=5)
    page.mouse.up()


def sign(page: Page, author: str = "王工", reason: str = "现场踏勘") -> None:
    page.get_by_label("修改原因（必填）").fill(reason)
    page.get_by_label("操作人姓名（必填）").fill(author)


def save(page: Page) -> None:
    page.locator(".saving").get_by_role("button", name="保存").click()


# ---- drawing ----------------------------------------------------------------------------------------------


def test_a_compound_of_the_worklist_is_drawn_by_mouse_and_stored(app: App, page: Page) -> None:
    page.goto(f"{app.url}/worklist")
    first = page.locator(".places .row").first
    compound = first.get_attribute("data-compound")
    assert compound
    before = row(app, compound)
    first.click()
    expect(page.locator(f".editor[data-ready='{compound}']")).to_be_visible()
    expect(page.get_by_text("无边界第 1 个", exact=False)).to_be_visible()
    expect(page.locator(".cy-title .cy-tag").nth(1)).to_have_text(DataStatus(before["data_status"]).label)
    tool(page, "画面")
    click(page, (520, 420), (620, 440), (560, 540))
    expect(page.locator(".stage .live")).to_contain_text("约")
    page.keyboard.press("Enter")
    shown = measured(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("修改原因没有填写")
    sign(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    now = row(app, compound)
    assert area_m2(now["geometry"]) == pytest.approx(shown, abs=0.6)
    assert (now["version"], now["boundary_status"]) == (before["version"] + 1, "schematic")
    assert (now["boundary_review"], now["boundary_drawn_by"]) == ("pending", "王工")
    with closing(Store.open(app.database)) as store:
        change = store.audit(record_ids=[compound]).iloc[0]
    assert (change["author"], change["reason"], change["before"]["geometry"]) == ("王工", "现场踏勘", None)


def test_a_corner_is_moved_undone_and_redone(app: App, page: Page) -> None:
    open_editor(app, page, SHAPED)
    before = measured(page)
    tool(page, "改顶点")
    drag_first_corner(page, -15, -60)
    after = measured(page, other_than=before)
    assert after > before
    page.keyboard.press("Control+z")
    expect(page.locator(".size .figure b").first).to_have_text(f"{before:,.0f} m²")
    page.keyboard.press("Control+y")
    expect(page.locator(".size .figure b").first).to_have_text(f"{after:,.0f} m²")
    sign(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    assert area_m2(row(app, SHAPED)["geometry"]) == pytest.approx(after, abs=0.6)


def test_a_hole_is_cut_and_filled_again(app: App, page: Page) -> None:
    open_editor(app, page, bounded(app, 20))
    before = measured(page)
    tool(page, "挖洞")
    box = page.locator(".map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    click(page, (x - 20, y - 20), (x + 20, y - 20), (x, y + 20))
    page.keyboard.press("Enter")
    expect(page.locator(".size small")).to_contain_text("1 洞")
    cut = measured(page, other_than=before)
    assert cut < before
    tool(page, "删块或洞")
    click(page, (x, y))
    expect(page.locator(".size small")).to_contain_text("0 洞")
    assert measured(page, other_than=cut) == before


def test_corners_snap_to_the_metric_grid_and_the_last_one_can_be_taken_back(app: App, page: Page) -> None:
    open_editor(app, page, bounded(app, 21))
    measured(page)
    box = page.locator(".map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tool(page, "删块或洞")
    click(page, (x, y))
    expect(page.locator(".checks")).to_contain_text("将被删除")
    page.get_by_label("邻院", exact=True).uncheck()
    page.get_by_label("道路", exact=True).uncheck()
    page.get_by_label("网格").select_option("5")
    tool(page, "画面")
    click(page, (x - 150, y - 100), (x + 150, y - 100), (x + 200, y + 250))
    page.keyboard.press("Control+z")
    click(page, (x, y + 150))
    page.keyboard.press("Enter")
    measured(page)
    page.get_by_text("坐标：输入、粘贴、列出").click()
    page.get_by_label("写法").select_option("metres")
    page.get_by_role("button", name="列出当前坐标").click()
    expect(page.get_by_label("坐标文本")).not_to_have_value("")
    numbers = [float(word) for word in page.get_by_label("坐标文本").input_value().split()]
    assert len(numbers) == 6
    assert numbers == pytest.approx([round(number / 5) * 5 for number in numbers], abs=0.001)


def test_a_hole_beside_the_boundary_is_refused_and_said(app: App, page: Page) -> None:
    open_editor(app, page, SHAPED)
    measured(page)
    tool(page, "挖洞")
    click(page, (760, 180), (800, 180), (790, 150))
    page.keyboard.press("Enter")
    expect(page.locator(".stage .status")).to_contain_text("没有落在边界里")


def test_a_shape_that_crosses_itself_has_no_area(app: App, page: Page) -> None:
    open_editor(app, page, SHAPED)
    measured(page)
    tool(page, "画面")
    click(page, (150, 700), (300, 840), (300, 700), (150, 840))
    page.keyboard.press("Enter")
    expect(page.locator(".checks")).to_contain_text("自相交")
    expect(page.locator(".size .figure b")).to_have_text(["—", "—"])
    expect(page.locator(".size small")).to_contain_text("无从量算")


def test_a_split_gives_one_part_to_a_new_compound_in_one_save(app: App, page: Page) -> None:
    compound = bounded(app, 22)
    whole = area_m2(row(app, compound)["geometry"])
    open_editor(app, page, compound)
    measured(page)
    tool(page, "分割")
    box = page.locator(".map").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    click(page, (box["x"] + 120, middle), (box["x"] + box["width"] - 20, middle + 20))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="按此分割").click()
    page.get_by_label("新楼院名称").fill("演示·新分出的院")
    sign(page, reason="现场核对为两个院")
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    with closing(Store.open(app.database)) as store:
        rows = store.frame("compound")
        revision = store.audit(record_ids=[compound]).iloc[0]["revision"]
    new = rows[rows["name"] == "演示·新分出的院"].iloc[0]
    kept = rows.loc[compound]
    assert area_m2(kept["geometry"]) + area_m2(new["geometry"]) == pytest.approx(whole, abs=0.01)
    assert (new["street_code"], new["estate_id"]) == (kept["street_code"], kept["estate_id"])
    assert (new["revision"], new["boundary_review"]) == (revision, "pending")


def test_a_touching_neighbour_is_merged_and_keeps_its_record(app: App, page: Page) -> None:
    compound, other = bounded(app, 24), bounded(app, 26)
    mine = row(app, compound)["geometry"]
    with closing(Store.open(app.database)) as store, store.commit(author="李工") as saving:
        west, _, east, _ = mine.bounds
        beside = affinity.translate(mine, east - west, 0).union(mine.envelope.buffer(1e-6)).difference(mine)
        largest = max(getattr(beside, "geoms", [beside]), key=lambda part: part.area)
        saving.update("compound", other, {"geometry": largest}, version=row(app, other)["version"])
    open_editor(app, page, compound)
    before = measured(page)
    tool(page, "并入邻院")
    page.mouse.wheel(0, 400)
    point = page.evaluate(
        """([lon, lat]) => { const root = [...document.querySelectorAll("*")].find(
            (node) => node.shadowRoot && node.shadowRoot.querySelector(".editor")).shadowRoot;
            const map = root.querySelector(".editor").editor.map, box = map.getContainer().getBoundingClientRect();
            const at = map.latLngToContainerPoint([lat, lon]); return [box.left + at.x, box.top + at.y]; }""",
        list(largest.representative_point().coords[0]),
    )
    click(page, tuple(point))
    expect(page.locator(".card.merge")).to_contain_text("变为无边界")
    assert measured(page, other_than=before) > before
    sign(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    emptied = row(app, other)
    assert emptied["geometry"] is None
    assert (emptied["boundary_status"], emptied["archived"]) == ("missing", False)


# ---- coordinates and warnings -----------------------------------------------------------------------------


def test_pasted_coordinates_are_checked_by_line_and_overlap_and_street_are_told(app: App, page: Page) -> None:
    compound = bounded(app, 28)
    with closing(Store.open(app.database)) as store:
        street = store.frame("street_office").at["410104002", "geometry"]
    neighbour = row(app, bounded(app, 29))
    _, south, east, _ = street.bounds
    lon, lat = neighbour["geometry"].representative_point().coords[0]
    open_editor(app, page, compound)
    page.get_by_text("坐标：输入、粘贴、列出").click()
    box = page.get_by_label("坐标文本")
    box.fill(f"{lon} {lat}\n第二点\n{east + 0.001} {lat}\n{lon} {south - 0.001}")
    page.get_by_role("button", name="识别并采用").click()
    expect(page.locator(".parsed")).to_contain_text("第 2 行“第二点”")
    box.fill(f"{lon} {lat}\n{east + 0.001} {lat}\n{lon} {south - 0.001}")
    page.get_by_role("button", name="识别并采用").click()
    expect(page.locator(".parsed")).to_contain_text("已采用 3 个点")
    expect(page.locator(".checks")).to_contain_text(f"与“{neighbour['name']}”重叠")
    expect(page.locator(".checks")).to_contain_text("超出西大街街道")
    expect(page.locator(".checks")).to_contain_text("仅供参考")
    expect(page.locator(".leaflet-faults-pane path").first).to_be_attached()
    page.get_by_role("button", name="列出当前坐标").click()
    expect(box).to_have_value(
        f"{lon:.9f} {lat:.9f}\n{east + 0.001:.9f} {lat:.9f}\n{lon:.9f} {south - 0.001:.9f}"
    )


def test_only_a_position_with_its_uncertainty_may_be_stored(app: App, page: Page) -> None:
    with closing(Store.open(app.database)) as store:
        rows = store.frame("compound")
    compound = str(rows.index[rows.geometry.isna() & rows["position_lon"].isna()][-1])
    open_editor(app, page, compound)
    tool(page, "标位置")
    click(page, (500, 450))
    expect(page.get_by_label("界线性质")).to_have_value("uncertain")
    sign(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("不确定度")
    page.get_by_label("位置不确定度（m）").fill("150")
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    now = row(app, compound)
    assert (now["geometry"], now["boundary_status"], now["position_uncertainty_m"]) == (
        None,
        "uncertain",
        150,
    )
    assert 113 < now["position_lon"] < 114


# ---- others -----------------------------------------------------------------------------------------------


def test_a_stale_save_shows_both_boundaries_and_overwrites_only_when_chosen(app: App, page: Page) -> None:
    compound = bounded(app, 30)
    open_editor(app, page, compound)
    before = measured(page)
    tool(page, "改顶点")
    drag_first_corner(page, 0, -50)
    mine = measured(page, other_than=before)
    sign(page)
    drawn_elsewhere(app, compound, 0.0001)
    theirs = row(app, compound)
    save(page)
    expect(page.locator(".card.clash")).to_contain_text("李工")
    expect(page.locator(".leaflet-former-pane path")).to_have_count(1)
    assert row(app, compound)["version"] == theirs["version"]
    page.get_by_role("button", name="用我的").click()
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    now = row(app, compound)
    assert now["version"] == theirs["version"] + 1
    assert area_m2(now["geometry"]) == pytest.approx(mine, abs=0.6)


def test_another_person_confirms_and_the_drawer_cannot(app: App, page: Page) -> None:
    compound = bounded(app, 32)
    drawn_elsewhere(app, compound, 0.00002, author="王工")
    open_editor(app, page, compound, "&task=review")
    expect(page.locator(".leaflet-former-pane path")).to_have_count(1)
    page.get_by_label("操作人姓名（必填）").fill("王工")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.locator(".answer")).to_contain_text("不能复核自己的描绘")
    page.get_by_role("button", name="换人").click()
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.locator(".answer")).to_contain_text(
        "操作人姓名没有填写"
    )  # nobody saves under the former name
    page.get_by_label("操作人姓名（必填）").fill("李工")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.locator(".answer")).to_contain_text("已确认")
    now = row(app, compound)
    assert (now["boundary_review"], now["boundary_reviewed_by"]) == ("confirmed", "李工")
    page.goto(f"{app.url}/dossier?compound={compound}")
    expect(page.get_by_text("已复核（李工", exact=False)).to_be_attached()


def test_a_boundary_that_was_sent_back_leads_the_queue_with_what_is_wrong(app: App, page: Page) -> None:
    compound = bounded(app, 33)
    drawn_elsewhere(app, compound, 0.00002, author="王工")
    open_editor(app, page, compound, "&task=review")
    expect(page.locator(".card.review")).to_contain_text("依据：另有来源")
    page.get_by_label("操作人姓名（必填）").fill("李工")
    page.get_by_label("意见（退回时必填）").fill("东侧少了一栋")
    page.get_by_role("button", name="退回修改").click()
    expect(page.locator(".answer")).to_contain_text("已退回")
    page.goto(f"{app.url}/drawing")
    first = page.locator(".places .row").first
    expect(page.locator(".places")).to_contain_text("退回修改")
    expect(first).to_have_attribute("data-compound", compound)
    first.click()
    expect(page.locator(".card.returned")).to_contain_text("意见：东侧少了一栋")


def test_an_unsaved_drawing_survives_a_reload_and_a_page_switch(app: App, page: Page) -> None:
    compound = bounded(app, 34)
    open_editor(app, page, compound)
    before = measured(page)
    tool(page, "改顶点")
    drag_first_corner(page, 0, -70)
    drawn = measured(page, other_than=before)
    page.get_by_label("修改原因（必填）").fill("还没写完")
    page.get_by_role("link", name="一张图").click()
    page.wait_for_url(f"{app.url}/*")
    open_editor(app, page, compound)
    page.get_by_role("button", name="恢复未保存的描绘").click()
    assert measured(page, other_than=before) == drawn
    expect(page.get_by_label("修改原因（必填）")).to_have_value("还没写完")
    page.reload()
    page.get_by_role("button", name="丢弃").click()
    expect(page.locator(".card.draft")).to_have_count(0)
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('chengyuan.drawing'))") == []
    )


def test_a_draft_survives_a_restored_database_and_is_held_against_it(app: App, page: Page) -> None:
    compound = bounded(app, 35)
    open_editor(app, page, compound)
    before = measured(page)
    tool(page, "改顶点")
    drag_first_corner(page, 0, -70)
    drawn = measured(page, other_than=before)
    with closing(Store.open(app.database)) as store:
        store.put_setting("epoch", "0123456789ab")  # as a restore does
    page.reload()
    expect(page.locator(".card.draft")).to_contain_text("恢复过备份")
    page.get_by_role("button", name="恢复未保存的描绘").click()
    assert measured(page, other_than=before) == drawn
    page.reload()
    page.get_by_role("button", name="恢复未保存的描绘").click()
    sign(page)
    save(page)
    expect(page.locator(".card.clash")).to_be_visible()
    page.get_by_role("button", name="用我的").click()
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('chengyuan.drawing'))") == []
    )


def test_a_save_in_one_tab_leaves_the_draft_of_another(app: App, page: Page) -> None:
    compound = bounded(app, 37)
    other = page.context.new_page()
    for tab, up in ((page, -70), (other, -40)):
        tab.bring_to_front()
        open_editor(app, tab, compound)
        before = measured(tab)
        tool(tab, "改顶点")
        drag_first_corner(tab, 0, up)
        drawn = measured(tab, other_than=before)
    page.bring_to_front()
    sign(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    other.bring_to_front()
    other.reload()  # as after a crash of that tab
    stored = measured(other)  # what the first tab saved
    other.get_by_role("button", name="恢复未保存的描绘").click()
    assert measured(other, other_than=stored) == drawn
    other.get_by_label("修改原因（必填）").fill("另一页")
    save(other)
    expect(other.locator(".card.clash")).to_be_visible()


def test_a_draft_that_is_not_ours_is_passed_over(app: App, page: Page) -> None:
    compound = bounded(app, 36)
    with closing(Store.open(app.database)) as store:
        epoch = store.snapshot().epoch
    for broken in (
        "{",
        "[]",
        json.dumps({"version": 1, "at": 1, "shape": {"type": "MultiPolygon", "coordinates": [[[["x", 1]]]]}}),
    ):
        page.goto(f"{app.url}/healthz")
        page.evaluate(
            "([key, text]) => localStorage.setItem(key, text)",
            [f"chengyuan.drawing.{epoch}.{compound}.1", broken],
        )
        open_editor(app, page, compound)
        measured(page)
        expect(page.locator(".card.draft")).to_have_count(0)


def test_a_drawing_goes_on_through_a_restart_of_the_server(
    app: App, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    compound = bounded(app, 38)
    open_editor(app, page, compound)
    before = measured(page)
    tool(page, "改顶点")
    stop_app(app)
    drag_first_corner(page, 0, -70)
    expect(page.locator(".size small")).to_contain_text("正在")
    monkeypatch.setattr(running, "free_port", lambda: int(app.url.rsplit(":", 1)[1]))
    again = start_app(app.folder)
    app.process, app.reader = again.process, again.reader
    after = measured(page, other_than=before)
    sign(page)
    save(page)
    expect(page.locator(".answer")).to_contain_text("已保存为修订")
    assert area_m2(row(app, compound)["geometry"]) == pytest.approx(after, abs=0.6)
