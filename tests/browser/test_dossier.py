"""What a planner reads and corrects on the dossier, in a real browser on a real store."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from geodata.store import Store
from tests.browser.running import App, compound_point, in_map, map_frame

pytestmark = pytest.mark.browser

COMPOUND = "410104002-C12"
REAL = "东关南里"


def dossier(app: App, page: Page, compound: str = COMPOUND) -> None:
    """Open a dossier and wait for its works."""
    page.goto(f"{app.url}/dossier?compound={compound}")
    expect(page.get_by_text("工程项与工期").first).to_be_visible()


def edit(app: App, page: Page, tab: str) -> Locator:
    """Open the edit panel at one of its tabs, giving a name on the way; returns the form."""
    dossier(app, page)
    page.get_by_role("button", name="编辑", exact=True).click()
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_role("tab", name=tab).click()
    form = (
        page.get_by_role("tabpanel")
        .filter(has=page.locator("[data-testid='stForm']"))
        .locator("visible=true")
    )
    expect(form.first).to_be_visible()
    return form.first


def stored(app: App, column: str) -> object:
    """A field of the compound as the store holds it now."""
    store = Store.open(app.database)
    row = store.row("compound", COMPOUND)
    store.close()
    assert row
    return row[column]


def test_one_page_tells_everything_with_source_and_data_status(app: App, page: Page) -> None:
    dossier(app, page)
    for heading in ("工程项与工期", "进度填报", "基本情况", "资金", "参建单位", "变更记录"):
        expect(page.get_by_text(heading, exact=False).first).to_be_attached()
    expect(page.get_by_text("来源：", exact=False).first).to_be_visible()
    expect(page.get_by_text("不是到遗址", exact=False).first).to_be_attached()


def test_works_stand_in_both_classifications(app: App, page: Page) -> None:
    dossier(app, page)
    expect(page.get_by_text("基础类").first).to_be_visible()
    page.get_by_text("本地四类", exact=True).click()
    expect(page.get_by_text("住宅本体").first).to_be_visible()


def test_the_small_map_shows_neighbours_and_a_click_opens_theirs(app: App, page: Page) -> None:
    dossier(app, page)
    map_frame(page)
    neighbour = "410104002-C11"
    page.mouse.click(*compound_point(page, neighbour))
    page.wait_for_url(f"**compound={neighbour}*")
    expect(page.get_by_text("西大街-11院").first).to_be_visible()


def test_a_really_named_courtyard_has_no_invented_progress(app: App, page: Page) -> None:
    store = Store.open(app.database)
    compounds = store.frame("compound")
    store.close()
    real = compounds.index[compounds["name"].str.startswith(REAL)][0]
    dossier(app, page, real)
    expect(page.get_by_text("暂无数据来源").first).to_be_visible()
    expect(page.get_by_text("商城东城垣", exact=False).first).to_be_attached()
    assert in_map(page, "id => chengyuan.isUncertain(chengyuan.compounds, chengyuan.compoundPlace(id))", real)


def test_an_unknown_compound_leads_to_the_chooser(app: App, page: Page) -> None:
    page.goto(f"{app.url}/dossier?compound=nobody")
    expect(page.get_by_text("nobody", exact=False).first).to_be_visible()


def test_a_correction_is_stored_with_author_reason_and_former_value(shared_app: App, page: Page) -> None:
    before = stored(shared_app, "households")
    form = edit(shared_app, page, "更正底数")
    form.get_by_label("户数", exact=True).fill("77")
    form.get_by_label("修改原因（必填）").fill("入户核对")
    form.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("77 户").first).to_be_visible()
    assert stored(shared_app, "households") == 77
    store = Store.open(shared_app.database)
    change = store.audit(record_ids=[COMPOUND]).iloc[0]
    store.close()
    assert (change["author"], change["reason"]) == ("王工", "入户核对")
    assert change["before"] == {"households": before}
    assert change["after"] == {"households": 77}
    expect(page.get_by_text("入户核对").first).to_be_attached()


def test_a_correction_without_reason_is_refused_and_nothing_typed_is_lost(
    shared_app: App, page: Page
) -> None:
    before = stored(shared_app, "households")
    form = edit(shared_app, page, "更正底数")
    form.get_by_label("户数", exact=True).fill("88")
    form.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("修改原因", exact=False).filter(has_text="填").first).to_be_visible()
    expect(form.get_by_label("户数", exact=True)).to_have_value("88")
    assert stored(shared_app, "households") == before


def test_a_save_over_someone_elses_shows_both_values_and_overwrites_nothing(
    shared_app: App, page: Page
) -> None:
    form = edit(shared_app, page, "更正底数")
    form.get_by_label("户数", exact=True).fill("55")
    form.get_by_label("修改原因（必填）").fill("我的核对")
    store = Store.open(shared_app.database)
    with store.commit(author="李工", reason="先到") as commit:
        commit.update("compound", COMPOUND, {"households": 66}, version=int(stored(shared_app, "version")))  # type: ignore[call-overload]
    store.close()
    form.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("66", exact=False).first).to_be_visible()
    expect(page.get_by_text("55", exact=False).first).to_be_visible()
    assert stored(shared_app, "households") == 66


def test_a_progress_report_is_appended_and_shows_at_once(shared_app: App, page: Page) -> None:
    store = Store.open(shared_app.database)
    saved, count = store.snapshot().revision, len(store.frame("progress_report"))
    form = edit(shared_app, page, "填报进度")
    form.get_by_label("形象进度（%）").fill("96")
    form.get_by_label("填报原因（必填）").fill("周报")
    form.get_by_role("button", name="保存", exact=False).click()
    expect(page.get_by_text(f"修订 {saved + 1}", exact=False).first).to_be_visible()
    reports = store.frame("progress_report")
    store.close()
    assert len(reports) == count + 1
    assert reports.iloc[-1]["progress_pct"] == 96
    assert reports.iloc[-1]["recorded_by"] == "王工"


def test_a_stage_event_with_a_fuzzy_date_is_stored_as_fuzzy(shared_app: App, page: Page) -> None:
    store = Store.open(shared_app.database)
    saved = store.snapshot().revision
    form = edit(shared_app, page, "登记阶段")
    form.get_by_label("阶段", exact=True).click()
    page.get_by_role("option", name="停工").click()
    form.get_by_label("日期精度").click()
    page.get_by_role("option", name="旬").click()
    form.get_by_role("spinbutton", name="year, 发生日期").click()
    page.keyboard.type("20261115")
    form.get_by_label("登记原因（必填）").fill("现场通知")
    form.get_by_role("button", name="保存", exact=False).click()
    expect(page.get_by_role("status").filter(has_text=f"已保存为修订 {saved + 1}")).to_be_visible()
    expect(page.locator(".cy-tag", has_text="停工")).to_be_visible()
    events = store.frame("stage_event")
    store.close()
    last = events.iloc[-1]
    assert (last["stage"], last["occurred_precision"]) == ("suspended", "ten_days")
    assert [str(last[f"occurred_{end}"].date()) for end in ("from", "to")] == ["2026-11-11", "2026-11-20"]


def test_every_compound_without_boundary_is_on_the_worklist(app: App, page: Page) -> None:
    store = Store.open(app.database)
    compounds = store.frame("compound")
    store.close()
    lacking = compounds[compounds.geometry.isna()]
    page.goto(f"{app.url}/worklist")
    expect(page.get_by_text(str(len(lacking)), exact=False).first).to_be_visible()
    body = page.locator("[data-testid='stMain']")
    for name in lacking["name"]:
        expect(body).to_contain_text(name)
