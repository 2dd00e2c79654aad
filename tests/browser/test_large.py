"""Thousands of compounds behave on the map as a hundred do: one renderer, the same filters, themes, days and clicks."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench._app import make_database
from cartography.packed import pack
from geodata.store import Store
from tests.browser.running import App, compound_point, in_map, map_frame, start_app, stop_app
from tests.small_store import FIRST_SQUARE, RING_SQUARE
from tests.test_layers import frame

pytestmark = pytest.mark.browser

COMPOUNDS = 2_000
STREET = "410104012"
ONE = f"{STREET}-X00005"
DRAWN = "() => new Promise(done => chengyuan.whenDrawn(() => done(chengyuan.picture)))"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a large register; tests that use it must leave the data as it is."""
    folder = tmp_path_factory.mktemp("large")
    make_database(folder, COMPOUNDS, items=1)
    running = start_app(folder)
    yield running
    stop_app(running)


@pytest.fixture
def overview(large: App, page: Page) -> Page:
    """The overview with the first added compound in the middle."""
    page.goto(large.url)
    map_frame(page)
    look_at(page, 16)
    return page


def look_at(page: Page, zoom: float, compound_id: str = ONE) -> None:
    """Put a compound in the middle of the view and wait until it is drawn."""
    in_map(
        page,
        """([id, zoom]) => void map.setView(chengyuan.compoundLatLng(chengyuan.compoundPlace(id)), zoom, {animate: false})""",
        [compound_id, zoom],
    )
    in_map(page, DRAWN)


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until something holds in the map: a push comes a moment after the page."""
    map_frame(page)
    inside = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
    inside.wait_for_function(condition, arg=argument)


def shown(page: Page, compound_id: str, yes: bool) -> None:
    """Wait until a compound passes the filters, or does not."""
    condition = "([id, yes]) => chengyuan.isShown(chengyuan.compoundPlace(id)) === yes"
    until(page, condition, [compound_id, yes])


def counted(page: Page) -> int:
    """How many compounds pass the filters, as the map holds them."""
    return len(str(in_map(page, "() => chengyuan.coded.text")).replace(".", ""))


def colour_at(page: Page, compound_id: str) -> list[int]:
    """Red, green, blue, alpha of the standing picture at a compound's inner point."""
    return in_map(
        page,
        """id => new Promise(done => chengyuan.whenDrawn(() => {
            const canvas = [...document.querySelectorAll('canvas.cy-compounds')].find(c => c.style.visibility !== 'hidden');
            const at = map.latLngToContainerPoint(chengyuan.compoundLatLng(chengyuan.compoundPlace(id)));
            const box = canvas.getBoundingClientRect(), own = document.getElementById('map_div').getBoundingClientRect();
            const pixel = canvas.getContext('2d').getImageData(at.x + own.x - box.x, at.y + own.y - box.y, 1, 1);
            done([...pixel.data]); }))""",
        compound_id,
    )  # type: ignore[return-value]


def test_every_drawable_compound_has_its_code(overview: Page, large: App) -> None:
    store = Store.open(large.database)
    compounds = store.frame("compound")
    store.close()
    placed = compounds.geometry.notna() | compounds["position_lon"].notna()
    assert counted(overview) == placed.sum()
    assert in_map(overview, "() => chengyuan.compounds.count") == placed.sum()


def test_a_click_opens_the_card_and_a_pointer_over_it_tells_its_name(overview: Page) -> None:
    point = compound_point(overview, ONE)
    overview.mouse.move(*point)
    expect(map_frame(overview).locator(".cy-tip strong")).to_contain_text("测00005院")
    overview.mouse.click(*point)
    expect(overview.locator(".cy-title")).to_contain_text("测00005院")
    assert in_map(overview, "() => chengyuan.state.push.selected") == ONE


def test_a_filter_empties_the_picture_of_what_it_hides_and_of_its_clicks(overview: Page) -> None:
    assert colour_at(overview, ONE)[3] > 0
    search = overview.get_by_placeholder(
        "搜索小区、楼院、曾用名"
    )  # unlike a street, a search leaves the view alone
    search.fill("西大街")
    search.press("Enter")
    shown(overview, ONE, False)
    assert colour_at(overview, ONE)[3] == 0
    overview.mouse.move(*compound_point(overview, ONE))
    assert (
        in_map(
            overview, "id => chengyuan.compoundAt(chengyuan.compoundLatLng(chengyuan.compoundPlace(id)))", ONE
        )
        == -1
    )
    overview.get_by_text("清除筛选").click()
    shown(overview, ONE, True)
    assert colour_at(overview, ONE)[3] > 0


def test_another_theme_and_another_day_recolour_what_is_drawn(overview: Page, large: App) -> None:
    stage = colour_at(overview, ONE)
    overview.get_by_text("进度预警", exact=True).first.click()
    until(overview, "() => chengyuan.coded.palette === chengyuan.grounds.light.palettes.warning")
    assert colour_at(overview, ONE) != stage
    now = in_map(overview, "() => chengyuan.coded.text")
    overview.goto(f"{large.url}/?date=2025-06-30")
    assert in_map(overview, "() => chengyuan.coded.text") != now


def test_from_afar_streets_stand_for_their_compounds(overview: Page) -> None:
    look_at(overview, 12)
    assert in_map(overview, "() => chengyuan.picture.areas") == 0
    look_at(overview, 14.25)
    assert in_map(overview, "() => chengyuan.picture.areas") > 100


def test_search_says_what_it_leaves_out(large: App, page: Page) -> None:
    page.goto(f"{large.url}/dossier")
    page.get_by_label("楼院", exact=True).fill("测")
    page.get_by_label("楼院", exact=True).press("Enter")
    expect(page.get_by_text(re.compile(r"先列 30 个，还有 1,8\d\d 个"))).to_be_visible()
    page.get_by_label("楼院", exact=True).fill("测00005")
    page.get_by_label("楼院", exact=True).press("Enter")
    page.locator(f'[data-compound="{ONE}"]').click()
    page.wait_for_url(re.compile(ONE))


SPILLED = """() => [...document.querySelectorAll('.figure .value, .figure .label, .rank > span, .finding')]
    .filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.innerText)"""


@pytest.mark.parametrize("scene", ["district", "street"])
def test_the_briefings_long_figures_stay_in_their_cells(large: App, page: Page, scene: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{large.url}/briefing?scene={scene}&rotate=0")
    expect(page.locator(".figure")).to_have_count(6)
    page.evaluate("() => document.fonts.ready.then(() => 1)")
    assert page.evaluate(SPILLED) == []


def test_a_street_of_many_compounds_is_shown_in_shapes_and_not_in_marks_that_hide_one_another(
    large: App, page: Page
) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{large.url}/briefing?scene=street&rotate=0")
    map_frame(page)
    in_map(page, "() => new Promise(done => { chengyuan.map.setZoom(12.5, {animate: false}); done(); })")
    drawn = in_map(page, DRAWN)
    marked = in_map(page, "() => chengyuan.coded.marked.reduce((sum, one) => sum + one, 0)")
    assert marked > 300
    assert drawn["areas"] == marked


def test_the_push_of_a_large_register_travels_deflated_and_the_frame_stays(overview: Page) -> None:
    watch = overview.watch  # type: ignore[attr-defined]
    frames = len(watch.frames)
    pictures = in_map(overview, "() => chengyuan.picture.number")
    overview.locator(f'button[data-street="{STREET}"]').click()
    until(overview, "before => chengyuan.picture.number > before", pictures)
    assert len(watch.frames) == frames


def test_the_former_picture_stands_until_the_next_is_finished(overview: Page) -> None:
    visible = "() => [...document.querySelectorAll('canvas.cy-compounds')].filter(c => c.style.visibility !== 'hidden').length"
    assert in_map(overview, visible) == 1
    in_map(overview, "() => { chengyuan.drawCompounds(); chengyuan.drawCompounds(); }")
    assert in_map(overview, visible) == 1
    in_map(overview, DRAWN)
    assert in_map(overview, visible) == 1


def test_a_hole_is_not_the_compound_and_an_edge_nearly_is(overview: Page) -> None:
    packed = base64.b64encode(pack(frame(geometry=[RING_SQUARE, FIRST_SQUARE]))).decode()
    found = in_map(
        overview,
        """text => { const c = chengyuan.unpack(Uint8Array.from(atob(text), x => x.charCodeAt(0)).buffer);
            const metre = 256 / 360 / 91000, at = (lon, lat) => { const p = map.project([lat, lon], 0);
                return chengyuan.hit(c, p.x, p.y, metre, () => true); };
            return [at(113.6802, 34.7512), at(113.6805, 34.7515), at(113.6805, 34.7505), at(113.6799, 34.7505),
                at(113.679996, 34.7505)]; }""",
        packed,
    )
    assert found == [0, -1, 1, -1, 1]


def test_codes_of_another_revision_are_never_drawn_on_these_shapes(overview: Page) -> None:
    before = in_map(overview, "() => chengyuan.coded.text")
    said = in_map(
        overview,
        """() => { try { chengyuan.setCodes(chengyuan.state.push, "0123"); return ""; } catch (error) { return error.message; } }""",
    )
    assert "do not fit" in str(said)
    assert in_map(overview, "() => chengyuan.coded.text") == before


def test_a_save_by_someone_else_brings_new_shapes_with_their_own_codes(tmp_path: Path, page: Page) -> None:
    make_database(tmp_path, 400, items=1)
    app = start_app(tmp_path)
    try:
        page.goto(app.url)
        before = in_map(page, "() => chengyuan.compounds.count")
        store = Store.open(app.database)
        with closing(store), store.commit(author="李工", reason="新登记") as commit:
            commit.insert(
                "compound",
                {
                    "id": "new",
                    "name": "演示·新院",
                    "street_code": STREET,
                    "boundary_status": "synthetic",
                    "data_status": "synthetic",
                    "source": "测试",
                    "geometry": FIRST_SQUARE,
                },
            )
        page.reload()
        assert in_map(page, "() => chengyuan.compounds.count") == before + 1
        assert in_map(page, "() => chengyuan.coded.text.length === chengyuan.compounds.count")
        assert in_map(page, "() => chengyuan.compoundPlace('new')") == before
    finally:
        stop_app(app)
