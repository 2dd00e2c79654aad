"""What a planner does on the overview map, in a real browser."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from tests.browser.running import App, compound_point, in_map, map_frame

pytestmark = pytest.mark.browser

COMPOUND = "410104002-C12"
STREET = "410104001"


def query(page: Page) -> dict[str, str]:
    """The page's query parameters."""
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def codes(page: Page) -> str:
    """Status codes as the map holds them."""
    return str(in_map(page, "() => chengyuan.coded.text"))


@pytest.fixture
def overview(app: App, page: Page) -> Page:
    """The overview, drawn."""
    page.goto(app.url)
    map_frame(page)
    expect(page.get_by_text("街道开工占比", exact=False).first).to_be_visible()
    return page


def test_the_first_view_shows_the_old_town_with_everything_above_the_fold(overview: Page) -> None:
    assert in_map(overview, "() => map.getBounds().contains([34.7494, 113.6700])")
    assert 14 < in_map(overview, "() => map.getZoom()") < 17
    for label in ("街道开工占比", "需要处理", "残存城垣", "截至"):
        box = overview.get_by_text(label).first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 900
    assert overview.evaluate("() => document.documentElement.scrollHeight <= innerHeight + 1")


def test_the_bar_fits_a_small_screen(overview: Page) -> None:
    overview.set_viewport_size({"width": 1280, "height": 720})
    box = overview.locator(".st-key-bar-end").bounding_box()
    assert box
    assert box["x"] + box["width"] <= 1280
    last = overview.get_by_role("link", name="系统状态").bounding_box()
    assert last
    assert last["x"] + last["width"] <= box["x"]


def test_every_compound_with_a_place_is_drawn_and_the_others_are_counted(overview: Page, app: App) -> None:
    compounds = Store.open(app.database).frame("compound")
    placed = compounds.geometry.notna() | compounds["position_lon"].notna()
    assert len(codes(overview)) == placed.sum()
    expect(overview.get_by_text(f"{(~placed).sum()} 个楼院无边界", exact=False)).to_be_visible()


def test_synthetic_data_is_marked(overview: Page) -> None:
    assert overview.get_by_text("演示数据", exact=True).count() >= 2


def test_wall_and_zones_are_drawn_with_their_own_names(overview: Page) -> None:
    kinds = in_map(
        overview, "() => [...new Set(chengyuan.items.wall.map(i => i.feature.properties.kind))].sort()"
    )
    assert kinds == ["circuit", "other", "surviving_wall"]
    names = in_map(overview, "() => chengyuan.items.zones.map(i => i.feature.properties.name)")
    assert all("假想区划" in name for name in names)
    strips = in_map(overview, "() => chengyuan.items.reference.map(i => i.feature.properties.name)")
    assert not any("保护范围" in name for name in strips)


def test_a_click_on_a_compound_opens_its_card_and_highlights_it(overview: Page) -> None:
    overview.mouse.click(*compound_point(overview, COMPOUND))
    expect(overview.get_by_text("返回街道排名")).to_be_visible()
    expect(overview.locator(".cy-title")).to_contain_text("西大街-12院")
    expect(overview.get_by_text("不是到遗址", exact=False)).to_be_visible()
    assert in_map(overview, "() => chengyuan.state.push.selected") == COMPOUND
    assert query(overview)["compound"] == COMPOUND


def test_the_card_leads_to_the_dossier(overview: Page) -> None:
    overview.mouse.click(*compound_point(overview, COMPOUND))
    overview.get_by_role("link", name="打开档案").click()
    overview.wait_for_url(re.compile(r"/dossier\?.*compound=" + COMPOUND))


def test_a_ranked_bar_filters_and_zooms_and_a_second_click_undoes_it(overview: Page) -> None:
    whole = codes(overview)
    bar = overview.locator(f'button[data-street="{STREET}"]')
    bar.click()
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    assert query(overview)["street"] == STREET
    shown = codes(overview)
    assert 0 < len(shown.replace(".", "")) < len(whole.replace(".", ""))
    bar.click()
    expect(overview.get_by_text("清除筛选")).to_be_hidden()
    assert codes(overview) == whole


def test_a_click_on_a_street_from_afar_zooms_to_it_and_filters(overview: Page) -> None:
    in_map(overview, "() => void map.setZoom(12, {animate: false})")
    x, y = in_map(
        overview,
        """code => { const s = chengyuan.items.streets.find(i => i.feature.properties.id === code).feature.properties;
            map.setView([s.lat, s.lon], 12, {animate: false}); const p = map.latLngToContainerPoint([s.lat, s.lon]);
            return [p.x, p.y]; }""",
        "410104009",
    )
    box = overview.locator("iframe").first.bounding_box()
    assert box
    overview.mouse.click(box["x"] + x, box["y"] + y)
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    assert query(overview)["street"] == "410104009"
    assert in_map(overview, "() => map.getZoom()") > 12


@pytest.mark.parametrize(
    ("label", "option"),
    [("街道", "东大街街道"), ("进展", "停工"), ("工程类型", "B05 道路"), ("文物区划", "墙侧20米（示意）")],
)
def test_each_filter_changes_map_figures_and_url_together(overview: Page, label: str, option: str) -> None:
    before = codes(overview).replace(".", "")
    overview.get_by_role("button", name="筛选").click()
    overview.get_by_label(label, exact=True).click()
    overview.get_by_role("option", name=option, exact=True).click()
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    after = codes(overview).replace(".", "")
    assert 0 < len(after) < len(before)
    shown = re.search(r"显示 (\d+) / 160", overview.get_by_text(re.compile(r"显示 \d+")).inner_text())
    assert shown
    assert int(shown[1]) >= len(after)


def test_a_filter_outlives_its_list_and_whatever_is_changed_next(overview: Page) -> None:
    opener = overview.locator("[data-testid=stPopoverButton]", has_text="筛选")
    opener.click()
    overview.get_by_label("街道", exact=True).click()
    overview.get_by_role("option", name="东大街街道", exact=True).click()
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    overview.keyboard.press("Escape")  # the list of options, then the popover
    overview.keyboard.press("Escape")
    expect(opener).to_have_attribute("aria-expanded", "false")
    for theme in ("进度预警", "改造阶段"):
        overview.get_by_text(theme, exact=True).first.click()
        expect(overview.locator(".cy-legend-title")).to_contain_text(theme)
        assert query(overview)["street"] == "410104005"
    opener.click()
    expect(overview.locator("[data-testid=stMultiSelect]").first).to_contain_text("东大街街道")


def test_text_search_finds_by_name_and_says_how_many(overview: Page) -> None:
    search = overview.get_by_placeholder("搜索小区、楼院、曾用名")
    search.fill("东关南里")
    search.press("Enter")
    expect(overview.get_by_text("显示 5 / 160", exact=False)).to_be_visible()
    assert len(codes(overview).replace(".", "")) == 5


def test_a_copied_link_reopens_the_same_picture(overview: Page, app: App) -> None:
    overview.locator(f'button[data-street="{STREET}"]').click()
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    overview.get_by_text("进度预警", exact=True).first.click()
    expect(overview.locator(".cy-legend-title")).to_contain_text("进度预警")
    in_map(overview, "() => void map.setView([34.7530, 113.6690], 16.5, {animate: false})")
    overview.wait_for_url(re.compile("view=34.753"))
    link, before = overview.url, codes(overview)
    again = overview.context.new_page()
    again.goto(link)
    map_frame(again)
    expect(again.locator(".cy-legend-title")).to_contain_text("进度预警")
    assert codes(again) == before
    view = in_map(again, "() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()]")
    assert view == pytest.approx([34.7530, 113.6690, 16.5], abs=1e-4)


def test_back_takes_the_last_filter_off(overview: Page) -> None:
    overview.locator(f'button[data-street="{STREET}"]').click()
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    overview.go_back()
    expect(overview.get_by_text("清除筛选")).to_be_hidden()


def test_the_state_of_a_past_day_differs_and_says_so(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?date=2025-06-30")
    past = codes(page)
    expect(page.get_by_text("属性与边界按现有记录")).to_be_visible()
    page.goto(app.url)
    assert codes(page) != past


def test_an_invented_address_is_dropped_without_harm(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?street=<script>&date=never&theme=x&compound=%27;--&view=a,b")
    map_frame(page)
    expect(page.get_by_text("清除筛选")).to_be_hidden()
    assert "street" not in query(page)


def test_filters_and_clicks_never_remount_the_map_and_stay_small(overview: Page) -> None:
    watch = overview.watch  # type: ignore[attr-defined]
    frames = len(watch.frames)
    before = watch.received_bytes
    overview.locator(f'button[data-street="{STREET}"]').click()
    expect(overview.get_by_text("清除筛选")).to_be_visible()
    overview.get_by_text("修订", exact=False).first.wait_for()
    assert watch.received_bytes - before <= 15 * 1024
    overview.get_by_text("进度预警", exact=True).first.click()
    expect(overview.locator(".cy-legend-title")).to_contain_text("进度预警")
    assert len(watch.frames) == frames


def test_moving_the_map_costs_no_rerun(overview: Page) -> None:
    watch = overview.watch  # type: ignore[attr-defined]
    sent = watch.sent
    for step in range(10):
        in_map(overview, "() => void map.panBy([40, 25], {animate: false})")
        in_map(
            overview,
            "up => void map.setZoom(map.getZoom() + (up ? 0.5 : -0.5), {animate: false})",
            step % 2 == 0,
        )
    overview.wait_for_url(re.compile("view="))
    assert watch.sent == sent


def test_measured_distance_and_area_agree_with_the_ellipsoid(overview: Page) -> None:
    length, area = in_map(
        overview,
        """() => { const a = L.latLng(34.75, 113.67), b = L.latLng(34.75, 113.68), c = L.latLng(34.76, 113.68);
            return [chengyuan.pathLength([a, b, c]), chengyuan.ringArea([a, b, c])]; }""",
    )
    from pyproj import Geod

    geod = Geod(ellps="GRS80")
    expected_length = geod.line_length([113.67, 113.68, 113.68], [34.75, 34.75, 34.76])
    expected_area = abs(geod.polygon_area_perimeter([113.67, 113.68, 113.68], [34.75, 34.75, 34.76])[0])
    assert length == pytest.approx(expected_length, rel=1e-4)
    assert area == pytest.approx(expected_area, rel=5e-4)


def test_a_person_measures_with_the_mouse_and_escape_ends_it(overview: Page) -> None:
    frame = map_frame(overview)
    frame.get_by_role("button", name="量距离").click()
    frame.locator("#map_div").click(position={"x": 420, "y": 250})
    frame.locator("#map_div").click(position={"x": 560, "y": 250})
    expect(frame.locator(".cy-measure")).to_contain_text("距离")
    overview.keyboard.press("Escape")
    frame.locator("body").press("Escape")
    expect(frame.locator(".cy-measure")).to_be_hidden()
    assert "compound" not in query(overview)


def test_far_away_streets_carry_a_choropleth_and_near_boundaries_show(overview: Page) -> None:
    fills = "() => new Set(chengyuan.items.streets.map(i => i.layer.options.fillColor + i.layer.options.fillOpacity)).size"
    areas = "() => new Promise(done => chengyuan.whenDrawn(() => done(chengyuan.picture.areas)))"
    in_map(overview, "() => void map.setZoom(12, {animate: false})")
    assert in_map(overview, fills) > 2
    assert in_map(overview, areas) == 0
    in_map(overview, "() => void map.setZoom(15, {animate: false})")
    assert in_map(overview, areas) > 100


def test_layers_can_be_switched_off_and_the_link_keeps_it(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?off=zones~wall")
    assert not in_map(page, "() => map.hasLayer(chengyuan.items.wall[0].layer)")
    assert in_map(page, "() => map.hasLayer(chengyuan.items.roads[0].layer)")


def test_definitions_are_one_click_away(overview: Page) -> None:
    overview.get_by_role("button", name="口径说明").click()
    expect(overview.locator(".cy-definition").first).to_contain_text("取自")
