"""What a person does on the page 出图: any view becomes a sheet in two clicks; nothing that is typed is ever run."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from tests.browser.running import App, in_map, map_frame

pytestmark = pytest.mark.browser

HOSTILE = '<script>alert(1)</script> #panic("x") $x$ *b* _i_ \\ "q" @r `raw`'


def ready(page: Page) -> None:
    """Wait until the sheet shows what the controls say."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    page.locator(".sheet[data-state=ready]").wait_for()


def picture(page: Page) -> str:
    """The sheet as it is shown."""
    return page.locator(".sheet img").get_attribute("src") or ""


def size(page: Page) -> str:
    """What stands above the sheet: paper, size, scale, revision."""
    return page.locator(".sheet .size").inner_text().replace("\n", " ")


def opened(app: App, page: Page, query: str = "") -> Page:
    """The page with its sheet drawn."""
    page.goto(f"{app.url}/snapshots{query}")
    ready(page)
    return page


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """Name and content of the file behind a button."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def text_of(pdf: bytes) -> str:
    """All text of a PDF, without white space."""
    said = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return "".join(said.split())


def fill(page: Page, label: str, value: str) -> None:
    """Type into a field and leave it."""
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Tab")


def redrawn(page: Page, before: str) -> None:
    """Wait until the sheet is another one than before."""
    expect(page.locator(".sheet img")).not_to_have_attribute("src", before)
    ready(page)


def test_two_clicks_make_a_pdf_of_what_the_map_shows(shared_app: App, page: Page) -> None:
    page.goto(f"{shared_app.url}/?theme=warning&off=roads&street=410104002&date=2026-11-01")
    map_frame(page)
    in_map(page, "() => void map.setView([34.7530, 113.6690], 16.5, {animate: false})")
    page.wait_for_url(re.compile("view=34.753"))
    west, south, east, north = (
        float(edge) for edge in str(in_map(page, "() => map.getBounds().toBBoxString()")).split(",")
    )
    page.frame_locator("iframe").first.get_by_role("button", name="导出").click()
    page.wait_for_url(re.compile(r"/snapshots\?.*extent="))
    ready(page)
    query = {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}
    assert {key: query[key] for key in ("theme", "off", "street", "date")} == {
        "theme": "warning",
        "off": "roads",
        "street": "410104002",
        "date": "2026-11-01",
    }
    lon, lat, width_m, height_m = (float(part) for part in query["extent"].split(","))
    assert abs(lon - (west + east) / 2) < 1e-5
    assert abs(lat - (south + north) / 2) < 1e-5
    assert 0 <= width_m - (east - west) * 91_500 < 40  # a degree of longitude here, in metres
    assert 0 <= height_m - (north - south) * 110_930 < 40
    name, pdf = saved(page, "下载 PDF")
    assert name.endswith(".pdf")
    told = text_of(pdf)
    assert "进度预警" in told
    assert "2026-11-01" in told


def scale_of(page: Page) -> str:
    """The scale above the sheet, such as 1:5000."""
    found = re.search(r"1 : ([\d ]+)", size(page))
    assert found
    return "1:" + found[1].replace(" ", "")


def test_the_code_on_the_sheet_leads_back_to_the_same_view(shared_app: App, page: Page) -> None:
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.post_data or "") if "/sheets/" in request.url else None,
    )
    opened(shared_app, page, "?extent=113.669,34.753,900,700&theme=warning&street=410104002&off=roads")
    link = json.loads(json.loads(asked[-1])["setup"])["link"]
    assert link.startswith(f"{shared_app.url}/?")
    page.goto(link)
    map_frame(page)
    expect(page.locator(".cy-legend-title")).to_contain_text("进度预警")
    expect(page.get_by_text("清除筛选")).to_be_visible()
    shown = "([lat, lon, high, wide]) => map.getBounds().contains([[lat - high, lon - wide], [lat + high, lon + wide]])"
    assert in_map(page, shown, [34.753, 113.669, 350 / 110_930, 450 / 91_500])
    assert not in_map(page, shown, [34.753, 113.669, 700 / 110_930, 900 / 91_500])


def test_paper_scale_and_title_change_the_sheet_and_stay_in_the_address(shared_app: App, page: Page) -> None:
    opened(shared_app, page)
    assert "A3 横向" in size(page)
    before, received = picture(page), page.watch.received_bytes  # type: ignore[attr-defined]
    page.get_by_text("A4", exact=True).click()
    redrawn(page, before)
    assert page.watch.received_bytes - received < 20 * 1024  # type: ignore[attr-defined]
    before = picture(page)
    page.get_by_text("纵向", exact=True).click()
    redrawn(page, before)
    expect(page.locator(".sheet .size")).to_contain_text("210 × 297 mm")
    page.get_by_role("combobox", name="比例尺").click()
    page.get_by_role("option", name="1 : 25 000", exact=True).click()
    expect(page.locator(".sheet .size")).to_contain_text("1 : 25 000")
    ready(page)
    before = picture(page)
    fill(page, "标题", "十一月调度会")
    redrawn(page, before)
    page.wait_for_url(re.compile("title="))
    link, shown = page.url, picture(page)
    again = page.context.new_page()
    again.goto(link)
    ready(again)
    assert picture(again) == shown
    again.close()
    assert "十一月调度会" in text_of(saved(page, "下载 PDF")[1])


def test_the_set_up_is_there_again_after_another_page(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "?paper=a4&title=周例会")
    page.get_by_role("link", name="街道进度").click()
    expect(page.get_by_text("街道排名").first).to_be_visible()
    page.get_by_role("link", name="出图").click()
    page.wait_for_url(re.compile("paper=a4"))
    ready(page)
    expect(page.get_by_label("标题", exact=True)).to_have_value("周例会")


def test_the_controls_say_what_the_sheet_shows_after_other_tabs(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "?paper=a4")
    page.get_by_text("公开版", exact=True).click()
    fill(page, "或免审理由", "只有街区示意")
    page.wait_for_url(re.compile("exempt="))
    ready(page)
    address = page.url
    for tab, there in (("图册与后台", "开始制作"), ("方案", "保存现在的设置"), ("图件", "模板与图片")):
        page.get_by_role("radio", name=tab, exact=True).click()
        expect(page.get_by_text(there).first).to_be_visible()
        ready(page)
    assert page.url == address
    expect(page.get_by_label("或免审理由", exact=True)).to_have_value("只有街区示意")
    for chosen in ("A4", "横向", "改造阶段", "公开版"):
        expect(page.get_by_role("radio", name=chosen, exact=True)).to_be_checked()
    for switch in ("插图", "二维码"):
        expect(page.get_by_role("switch", name=switch)).to_be_checked()


def test_a_wall_map_has_its_own_colours_and_tells_how_lights_moved(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "?kind=wall&paper=a3&theme=stage")
    expect(page.get_by_text("作战挂图总按“进度预警”着色")).to_be_visible()
    expect(page.get_by_role("radio", name="改造阶段", exact=True)).to_have_count(0)
    before = picture(page)
    page.get_by_text("写出灯号的增减", exact=True).click()
    page.wait_for_url(re.compile("compare=2026-10-25"))
    redrawn(page, before)
    assert "较10-25" in text_of(saved(page, "下载 PDF")[1])


def test_a_public_sheet_needs_its_number_and_says_so(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "?kind=before_after")
    page.get_by_text("公开版", exact=True).click()
    expect(page.locator(".sheet .refusal")).to_contain_text("审图号")
    number = page.get_by_label("审图号", exact=True)
    expect(number).to_be_focused()
    expect(page.get_by_role("button", name="下载 PDF")).to_be_disabled()
    fill(page, "审图号", "豫S〔2026年〕01-023号")
    ready(page)
    expect(page.get_by_role("button", name="下载 PDF")).to_be_enabled()
    told = text_of(saved(page, "下载 PDF")[1])
    for wanted in ("豫S〔2026年〕01-023号", "前后对比", "2026-11-24", scale_of(page)):
        assert wanted in told


def test_a_preset_brings_everything_back_but_the_day(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "?paper=a2&scale=10000&theme=warning&street=410104002&title=预警周报")
    page.get_by_text("方案", exact=True).click()
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_label("方案名称").fill("周报 <b>A2</b>")
    page.get_by_role("button", name="存为方案").click()
    expect(page.get_by_role("status").filter(has_text="已存为方案")).to_be_visible()
    page.goto(f"{shared_app.url}/snapshots?date=2026-10-01&kind=snapshot")
    ready(page)
    page.get_by_text("方案", exact=True).click()
    line = page.locator("[class*=st-key-presetline-]", has_text="周报 <b>A2</b>")
    expect(line).to_contain_text("王工")
    line.get_by_role("button", name="套用").click()
    expect(page.get_by_role("status").filter(has_text="已套用方案")).to_be_visible()
    ready(page)
    assert "A2" in size(page)
    assert "1 : 10 000" in size(page)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["theme"], query["street"], query["title"]) == (["warning"], ["410104002"], ["预警周报"])
    assert query["date"] == ["2026-10-01"]


def test_a_preset_that_somebody_else_saved_meanwhile_is_not_overwritten_in_silence(
    shared_app: App, page: Page
) -> None:
    with closing(Store.open(shared_app.database)) as store, store.commit(author="李工") as save:
        row = {"name": "月报", "data_status": "official", "source": "本人保存"}
        preset = save.insert("print_preset", {**row, "setup": '{"as_of": "2026-11-24"}'})
    opened(shared_app, page)
    page.get_by_text("方案", exact=True).click()
    line = page.locator(f".st-key-presetline-{preset}")
    line.get_by_role("button", name="更多").click()
    menu = page.get_by_role("dialog")
    menu.get_by_label("操作人姓名").fill("王工")
    menu.get_by_role("button", name="记住").click()
    expect(menu.get_by_role("button", name="归档", exact=True)).to_be_visible()
    with closing(Store.open(shared_app.database)) as store, store.commit(author="李工") as save:
        save.update("print_preset", preset, {"name": "月报（新）"}, version=1)
    expect(line).to_contain_text("月报（新）")
    page.get_by_role("button", name="归档", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="已被别人保存")).to_be_visible()
    with closing(Store.open(shared_app.database)) as store:
        assert store.row("print_preset", preset)["archived"] is False  # type: ignore[index]


def test_the_picture_is_copied_where_the_browser_lets_us_and_said_where_not(
    shared_app: App, page: Page
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(shared_app, page, "?paper=a4&dpi=96")
    page.get_by_role("button", name="复制图片").click()
    expect(page.locator(".sheet .said")).to_contain_text("图片已复制")
    assert page.evaluate(
        """async () => { const blob = await (await navigator.clipboard.read())[0].getType("image/png");
            const picture = await createImageBitmap(blob); return [picture.width, picture.height]; }"""
    ) == pytest.approx([297 / 25.4 * 96, 210 / 25.4 * 96], abs=1)
    page.evaluate("() => { Object.defineProperty(window, 'isSecureContext', { value: false }); }")
    page.get_by_role("button", name="复制图片").click()
    expect(page.get_by_role("alert").filter(has_text="请下载 PNG")).to_be_visible()


def test_what_is_typed_or_stored_prints_as_itself_and_runs_nowhere(shared_app: App, page: Page) -> None:
    compound = "410104002-C12"
    with closing(Store.open(shared_app.database)) as store, store.commit(author="测试") as save:
        row = store.row("compound", compound)
        save.update("compound", compound, {"name": HOSTILE}, version=row["version"])  # type: ignore[index]
    opened(shared_app, page, f"?kind=strategy&compound={compound}")
    expect(page.locator(".cy-sheet-compound")).to_contain_text(HOSTILE)
    assert "".join(HOSTILE.split()) in text_of(saved(page, "下载 PDF")[1])
    before = picture(page)
    fill(page, "标题", f"标题{HOSTILE}")
    redrawn(page, before)
    assert "".join(f"标题{HOSTILE}".split()) in text_of(saved(page, "下载 PDF")[1])
    assert page.locator("script", has_text="alert(1)").count() == 0


def test_a_very_large_picture_is_made_in_the_background(shared_app: App, page: Page) -> None:
    opened(shared_app, page, "?paper=a0&dpi=200&labels=none&title=大图")
    page.get_by_role("button", name="PNG", exact=True).click()
    line = page.locator("[class*=st-key-exportline-]", has_text="大图")
    expect(line.get_by_role("progressbar")).to_be_visible()
    line.get_by_role("link", name="下载").wait_for()
    with page.expect_download() as download:
        line.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename.startswith("大图")
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_an_error_in_a_template_is_told_in_place_of_the_sheet(shared_app: App, page: Page) -> None:
    folder = shared_app.folder / "templates"
    folder.mkdir()
    ours = Path(__file__).parents[2] / "cartography" / "print" / "templates" / "comparison.typ"
    lines = [*ours.read_text(encoding="utf-8").splitlines(), "#nowhere(1)"]
    (folder / "ours.typ").write_text("\n".join(lines), encoding="utf-8")
    page.goto(f"{shared_app.url}/snapshots?kind=before_after&template=ours.typ")
    refusal = page.locator(".sheet .refusal")
    expect(refusal).to_contain_text("ours.typ")
    expect(refusal).to_contain_text("有错")
    expect(page.get_by_role("button", name="下载 PDF")).to_be_disabled()


def test_an_invented_address_is_dropped_without_harm(shared_app: App, page: Page) -> None:
    opened(
        shared_app,
        page,
        "?kind=x&paper=a9&scale=1&extent=a,b&dpi=1e9&only=<b>&template=../../etc/passwd&blocks=zz",
    )
    assert "A3 横向" in size(page)
    assert urlsplit(page.url).query == "blocks=-"
