"""A clerk brings files in: understood, checked, compared, taken in with a reason, and taken back as a whole."""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import shapely.geometry
from playwright.sync_api import Locator, Page, expect

from geodata.store import Store
from geodata.vocabulary import Datum
from tests import drawn_files, messy_ledgers
from tests.browser.running import App

pytestmark = pytest.mark.browser

STEPS = ("选择文件", "核对识别", "查看问题", "确认改动")


@pytest.fixture(scope="module")
def app(shared_app: App) -> App:
    """Each test brings in another file, of other compounds."""
    return shared_app


@pytest.fixture(scope="module")
def compounds(app: App) -> gpd.GeoDataFrame:
    """Compounds with a boundary of one part, with the name of their street office."""
    with closing(Store.open(app.database)) as store:
        rows, streets = store.frame("compound"), store.frame("street_office")["name"]
    rows = rows[rows.geometry.notna()]
    rows = rows[rows.geometry.map(lambda shape: len(shapely.get_parts(shape)) == 1)]
    return rows.assign(street=rows["street_code"].map(streets))


def named(rows: gpd.GeoDataFrame, shapes: gpd.GeoSeries) -> list[tuple[str, shapely.Polygon]]:
    return [(name, shapely.get_parts(shape)[0]) for name, shape in zip(rows["name"], shapes, strict=True)]


def bring(app: App, page: Page, path: Path) -> None:
    """Choose a file and wait until it was looked at."""
    choose(app, page, path)
    expect(page.locator(".step", has_text="核对识别")).to_be_visible()


def choose(app: App, page: Page, path: Path) -> None:
    page.goto(f"{app.url}/imports")
    page.locator(".upload[data-ready]").wait_for()
    page.locator("input.choose").set_input_files(path)


def card_of(page: Page, code: str) -> Locator:
    """What speaks for one hypothesis."""
    return page.locator(f".st-key-imports-datum-{code}")


def go_to(page: Page, title: str) -> None:
    page.locator(".step", has_text=title).click()
    expect(page.locator(".step[aria-current=step]")).to_contain_text(title)


def take_in(page: Page, reason: str) -> None:
    """Give a name when asked, the reason, and confirm."""
    go_to(page, "确认改动")
    page.get_by_label("装入原因（必填）").or_(page.get_by_label("操作人姓名")).wait_for()
    if page.get_by_label("操作人姓名").is_visible():
        page.get_by_label("操作人姓名").fill("王工")
        page.get_by_role("button", name="记住").click()
    page.get_by_label("装入原因（必填）").fill(reason)
    page.get_by_role("button", name="确认装入").click()
    expect(page.get_by_role("status").filter(has_text="已装入，记为修订")).to_be_visible()


def waiting(app: App) -> list[str]:
    """Files that wait on the server."""
    folder = app.folder / "imports"
    return [one.name for one in folder.iterdir()] if folder.exists() else []


def rows_of(app: App, layer: str) -> int:
    with closing(Store.open(app.database)) as store:
        return len(store.frame(layer))


def test_a_messy_register_is_understood_checked_taken_in_and_taken_back_as_a_whole(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    streets = list(dict.fromkeys(compounds["street"]))
    before = rows_of(app, "compound")
    bring(app, page, messy_ledgers.register(*streets[:2]).write(tmp_path / "<b>底册.xlsx"))
    columns = page.locator(".picks .row")
    expect(columns.filter(has_text="建筑面积（万㎡）").locator("select")).to_have_value("floor_area_m2")
    expect(page.locator(".cy-skipped")).to_contain_text("小计")
    expect(page.locator(".cy-facts dd").first).to_have_text("<b>底册.xlsx")

    page.get_by_role("button", name="下一步：查看问题").click()
    fault = page.locator(".ledger .row", has_text="80-100")
    expect(fault).to_contain_text("11（G11）")
    expect(fault).to_contain_text("只填一个数")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载问题表（Excel）").click()
    with zipfile.ZipFile(download.value.path()) as report:
        comments = [report.read(name).decode() for name in report.namelist() if "comments" in name]
    assert any("只填一个数" in comment for comment in comments)

    take_in(page, "街道 11 月报送")
    batch = page.locator(".ledger .row", has_text="街道 11 月报送")
    for told in ("王工", "<b>底册.xlsx", "楼院登记表", "新增 4", "不装入 1"):
        expect(batch).to_contain_text(told)
    assert rows_of(app, "compound") == before + 4

    batch.get_by_role("button", name="撤销整批").click()
    expect(page.locator(".cy-preview")).to_contain_text("归档")
    page.get_by_label("撤销原因（必填）").fill("交错了文件")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_role("status").filter(has_text="已撤销修订")).to_be_visible()
    expect(batch.get_by_role("button")).to_have_count(0)
    assert rows_of(app, "compound") == before


def test_a_column_that_a_person_names_is_taken_as_said(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    names = list(compounds["name"])
    bring(app, page, messy_ledgers.works(names[0], names[1]).write(tmp_path / "工程.xlsx"))
    expect(page.locator(".step", has_text="核对识别")).to_contain_text("工程台账")
    depth = page.locator(".picks .row", has_text="动土深度")
    depth.locator("select").select_option("")
    page.get_by_role("button", name="按改动重新识别（1 栏）").click()
    expect(depth.locator("select")).to_have_value("")
    expect(depth).to_contain_text("您选的")
    page.reload()
    expect(depth.locator("select")).to_have_value("")
    before = rows_of(app, "work_item")
    expect(page.locator(".step", has_text="确认改动")).to_contain_text("新增")
    told = page.locator(".step", has_text="确认改动").inner_text()
    new = re.search(r"新增 (\d+)", told)
    assert new
    assert int(new[1])
    take_in(page, "工程清单")
    assert rows_of(app, "work_item") == before + int(new[1])


def test_a_wide_ledger_of_money_becomes_one_row_for_each_source(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    names = list(compounds["name"])
    bring(app, page, messy_ledgers.money(names[0], names[1]).write(tmp_path / "资金.xlsx"))
    expect(page.locator(".step", has_text="核对识别")).to_contain_text("资金台账")
    go_to(page, "确认改动")
    expect(page.locator(".ledger .head", has_text="中央补助").first).to_be_visible()


def test_a_gbk_shapefile_in_gcj02_is_recognised_and_nothing_is_taken_until_a_person_says_so(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    rows = compounds.head(20)
    ledger = gpd.GeoDataFrame(
        {"名称": rows["name"], "街道": rows["street"], "户数": 777}, geometry=rows.geometry, crs=rows.crs
    )
    bring(app, page, drawn_files.shapefile(ledger, tmp_path, datum=Datum.GCJ02))
    expect(page.get_by_role("alert")).to_contain_text("坐标基准没有定，什么都不会装入")
    card = card_of(page, "gcj02")
    expect(card.locator("img")).to_be_visible()
    expect(card).to_contain_text("相差 0.0 m")
    go_to(page, "确认改动")
    expect(page.get_by_role("button", name="还要先选定坐标基准")).to_be_visible()
    expect(page.get_by_role("button", name="确认装入")).to_have_count(0)
    go_to(page, "核对识别")
    card.get_by_role("button", name="就用这个").click()
    expect(card.get_by_role("button", name="已选定")).to_be_visible()

    go_to(page, "查看问题")
    expect(page.locator(".preview[data-ready]")).to_be_visible()
    go_to(page, "确认改动")
    change = page.locator(".ledger .row", has_text="777").first
    expect(change).to_contain_text("户数")
    take_in(page, "高德底图上描的边界")
    with closing(Store.open(app.database)) as store:
        stored = store.frame("compound").loc[rows.index]
    assert (stored["households"] == 777).all()
    moved = shapely.distance(
        shapely.centroid(stored.geometry.to_numpy()), shapely.centroid(rows.geometry.to_numpy())
    )
    assert moved.max() < 1e-6  # a degree: a tenth of a metre


def test_a_drawing_in_gauss_krueger_with_its_zone_number_is_recognised(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    rows = compounds.iloc[20:35]
    bring(app, page, drawn_files.drawing(named(rows, rows.geometry.to_crs(4526)), tmp_path / "总平面.dxf"))
    page.locator(".ledger .row", has_text="楼院登记表").click()
    expect(page.locator(".step", has_text="核对识别")).to_contain_text("带")
    expect(card_of(page, "gk3-38")).to_contain_text("判断为此")


def test_a_kmz_of_a_telephone_is_compared_with_what_is_stored(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    rows = compounds.iloc[35:45]
    bring(app, page, drawn_files.kmz(named(rows, rows.geometry), tmp_path / "手机标绘.kmz"))
    page.locator(".ledger .row", has_text="楼院登记表").click()
    expect(card_of(page, "cgcs2000")).to_contain_text("判断为此")
    go_to(page, "查看问题")
    expect(page.locator(".preview[data-ready]")).to_be_visible()


def test_coordinates_that_nothing_speaks_for_are_asked_for(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    lone = shapely.affinity.translate(compounds.geometry.iloc[3], 0.012, -0.02)
    ledger = gpd.GeoDataFrame({"编号": ["x"]}, geometry=[lone], crs=compounds.crs)
    bring(app, page, drawn_files.shapefile(ledger, tmp_path, datum=Datum.CGCS2000, says=""))
    page.locator(".ledger .row", has_text="楼院登记表").click()
    expect(page.get_by_role("alert").filter(has_text="坐标基准没有定")).to_be_visible()
    assert page.get_by_role("button", name="就用这个").count() >= 2


def test_an_upload_that_is_cancelled_leaves_nothing(app: App, page: Page, tmp_path: Path) -> None:
    before = waiting(app)
    (tmp_path / "大.gpkg").write_bytes(bytes(30 * 2**20))
    page.goto(f"{app.url}/imports")
    page.locator(".upload[data-ready]").wait_for()
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2**20}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.locator("input.choose").set_input_files(tmp_path / "大.gpkg")
    page.get_by_role("button", name="取消上传").click()
    expect(page.locator(".said")).to_have_text("已取消上传，没有留下文件")
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    expect(page.locator(".pick")).to_be_visible()
    for _ in range(100):
        if waiting(app) == before:
            break
        page.wait_for_timeout(100)
    assert waiting(app) == before


def test_a_hostile_file_gets_a_plain_answer_and_the_next_page_opens_meanwhile(
    app: App, page: Page, tmp_path: Path
) -> None:
    entity = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    path = tmp_path / "笑.kml"
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l0 "ha">{entity}]><kml>&l11;</kml>')
    other = page.context.new_page()
    other.goto(f"{app.url}/worklist")
    choose(app, page, path)
    other.get_by_role("link", name="街道进度").click()
    expect(other.get_by_text("街道进度").first).to_be_visible()
    refusal = page.get_by_role("alert").filter(has_text="没有装入")
    expect(refusal).to_contain_text("笑.kml")
    assert re.search(r"[\u4e00-\u9fff]{6}", refusal.locator("li").inner_text())
    page.get_by_role("button", name="放弃这个文件").click()
    expect(page.get_by_role("button", name="选择文件", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{app.url}/imports")


def test_names_that_are_only_alike_wait_for_a_person_and_the_rest_is_unchanged(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    rows = compounds.iloc[50:53]
    like = [rows["name"].iloc[0], *(name.replace("街", "路") for name in rows["name"].iloc[1:])]
    lines = [f"{name},{street},888" for name, street in zip(like, rows["street"], strict=True)]
    (tmp_path / "存疑.csv").write_text("\n".join(["楼院名称,街道,户数", *lines]), encoding="gb18030")
    bring(app, page, tmp_path / "存疑.csv")
    expect(page.locator(".step", has_text="查看问题")).to_contain_text("待确认 2")
    go_to(page, "确认改动")
    expect(page.get_by_role("button", name="确认装入")).to_have_count(0)
    page.get_by_role("button", name="还要先认定存疑的名称和行").click()
    choices = page.locator(".picks .row select")
    choices.nth(0).select_option(rows.index[1])
    choices.nth(1).select_option("skip")
    page.get_by_role("button", name="按认定重新核对（2）").click()
    expect(page.locator(".step", has_text="确认改动")).to_contain_text("改动 2")
    take_in(page, "电话核对过")
    with closing(Store.open(app.database)) as store:
        stored = store.frame("compound").loc[rows.index]
    assert list(stored["households"] == 888) == [True, True, False]
    assert list(stored["name"]) == list(rows["name"])


def test_a_shape_without_a_name_is_given_to_a_record_that_a_person_looks_up(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    before = rows_of(app, "compound")
    lone = shapely.affinity.translate(compounds.geometry.iloc[0], 0.012, -0.02)
    drawn = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(lone)}
    (tmp_path / "标绘.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [drawn]}))
    bring(app, page, tmp_path / "标绘.geojson")
    page.locator(".ledger .row", has_text="楼院登记表").click()
    card_of(page, "cgcs2000").get_by_role("button", name="就用这个").click()
    go_to(page, "查看问题")
    search = page.get_by_role("combobox", name="第 1 行（没有名称）是哪一条？")
    search.fill("新开院")
    search.press("Enter")
    page.get_by_role("button", name="按认定重新核对（1）").click()
    expect(page.locator(".step", has_text="确认改动")).to_contain_text("新增 1")
    background = page.locator(".preview .map").evaluate("one => getComputedStyle(one).backgroundColor")
    paper = page.locator(".preview").evaluate(
        "one => { one.style.background = 'var(--cy-paper)'; return getComputedStyle(one).backgroundColor; }"
    )
    assert background == paper
    take_in(page, "现场标绘")
    assert rows_of(app, "compound") == before + 1


def test_a_ledger_without_boundaries_shows_no_map_and_says_that_they_stay(
    app: App, page: Page, compounds: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    row = compounds.iloc[60]
    (tmp_path / "户数.csv").write_text(
        f"楼院名称,街道,户数\n{row['name']},{row['street']},999", encoding="utf-8"
    )
    bring(app, page, tmp_path / "户数.csv")
    for step in ("查看问题", "确认改动"):
        go_to(page, step)
        expect(page.get_by_text("文件没有边界，库中边界不变。")).to_be_visible()
        expect(page.locator(".preview")).to_have_count(0)
