"""A form that was not saved survives what happens to a page; what it holds is never saved or dropped by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from geodata.store import Store
from tests.browser.running import App, start_app, stop_app
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

COMPOUND = "410104002-C12"
OTHER = "410104002-C11"


def edit(app: App, page: Page, compound: str, *, author: str = "王工") -> None:
    """Open the editing band of a compound; the name is asked only once per browser."""
    page.goto(f"{app.url}/dossier?compound={compound}")
    page.get_by_role("button", name="编辑", exact=True).click()
    households = page.get_by_label("户数", exact=True)
    name = page.get_by_label("操作人姓名")
    expect(households.or_(name)).to_be_visible()
    if name.is_visible():
        name.fill(author)
        page.get_by_role("button", name="记住").click()
    expect(households).to_be_visible()


def note(page: Page) -> Locator:
    """What says that a draft came back."""
    return page.locator(".cy-draft")


def kept(page: Page) -> dict[str, dict[str, object]]:
    """Typed fields of the drafts that the browser keeps, by form."""
    raw = page.evaluate(
        "() => Object.entries(localStorage).filter(([key]) => key.startsWith('chengyuan.draft|'))"
    )
    return {key.rsplit("|", 1)[1]: json.loads(value)["fields"] for key, value in raw}


def save(app: App, compound: str, author: str = "李工", **changes: object) -> None:
    """Somebody else saves facts of a compound."""
    with closing(Store.open(app.database)) as store:
        row = store.row("compound", compound)
        assert row
        with store.commit(author=author, reason="另一处保存") as commit:
            commit.update("compound", compound, changes, version=row["version"])


def stored(app: App, compound: str, column: str) -> object:
    """A field of a compound as it is stored now."""
    with closing(Store.open(app.database)) as store:
        row = store.row("compound", compound)
    assert row
    return row[column]


def test_typed_facts_survive_a_page_switch_and_a_reload_until_saved(shared_app: App, page: Page) -> None:
    edit(shared_app, page, COMPOUND)
    page.get_by_label("户数", exact=True).fill("77")  # not committed: the field keeps the focus
    page.get_by_label("产权性质").click()
    page.get_by_role("option", name="商品房").click()
    page.get_by_label("修改原因（必填）").press_sequentially("入户")
    page.get_by_role("link", name="街道进度").click()
    assert set(kept(page)) == {"facts"}
    page.wait_for_url("**/progress*")
    expect(page.get_by_label("户数", exact=True)).to_be_hidden()
    page.go_back()
    expect(note(page)).to_contain_text("未保存的填写")
    expect(page.get_by_label("户数", exact=True)).to_have_value("77")
    page.reload()
    expect(note(page)).to_contain_text("未保存的填写")
    expect(page.get_by_label("户数", exact=True)).to_have_value("77")
    expect(page.get_by_label("产权性质")).to_have_value("商品房")
    expect(page.get_by_label("修改原因（必填）")).to_have_value("入户")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("已保存为修订", exact=False)).to_be_visible()
    assert (stored(shared_app, COMPOUND, "households"), stored(shared_app, COMPOUND, "ownership")) == (
        77,
        "commodity",
    )
    expect(note(page)).to_be_hidden()
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('chengyuan.draft|'))")


def test_a_form_typed_before_the_server_was_killed_is_back_after_it_restarted(
    own_app: Callable[..., App], page: Page
) -> None:
    app = own_app()
    edit(app, page, COMPOUND)
    page.get_by_role("tab", name="填报进度").click()
    page.get_by_label("工程项", exact=True).click()
    page.get_by_role("option").nth(1).click()
    item = page.get_by_label("工程项", exact=True).input_value()
    page.get_by_label("形象进度（%）").fill("61.5")
    page.get_by_label("填报原因（必填）").fill("周报")
    page.get_by_role("tab", name="更正底数").click()
    page.get_by_label("分包领导").fill("赵六")  # never left the field
    app.process.kill()
    expect(page.locator(".live .away")).to_contain_text("连接中断，正在重连…")
    expect(page.get_by_text("Is Streamlit still running", exact=False)).to_be_hidden()
    again = start_app(app.folder, port=int(app.url.rsplit(":", 1)[1]))
    try:
        expect(note(page).locator("visible=true")).to_contain_text("未保存的填写")
        expect(page.locator(".live .away")).to_be_hidden()
        expect(page.get_by_label("分包领导")).to_have_value("赵六")
        page.get_by_role("tab", name="填报进度").click()
        expect(page.get_by_label("工程项", exact=True)).to_have_value(item)
        expect(page.get_by_label("形象进度（%）")).to_have_value("61.5")
        expect(page.get_by_label("填报原因（必填）")).to_have_value("周报")
        expect(page.get_by_label("操作人姓名")).to_be_hidden()
    finally:
        stop_app(again)


def test_a_cut_wire_is_said_and_the_form_goes_on_when_it_is_mended(shared_app: App, page: Page) -> None:
    with closing(Wire(int(shared_app.url.rsplit(":", 1)[1]))) as wire:
        edit(App(f"http://localhost:{wire.port}", shared_app.folder, shared_app.process), page, OTHER)
        page.get_by_label("物业服务").fill("新物业")
        page.get_by_label("修改原因（必填）").fill("核对")
        wire.cut()
        away = page.locator(".live .away")
        expect(away).to_contain_text("连接中断，正在重连…")
        wire.mend()
        expect(away).to_be_hidden()
        expect(page.get_by_label("物业服务")).to_have_value("新物业")
        page.get_by_role("button", name="保存更正").click()
        expect(page.get_by_text("已保存为修订", exact=False)).to_be_visible()
    assert stored(shared_app, OTHER, "property_manager") == "新物业"


def test_a_discarded_draft_is_gone_for_good_and_the_form_shows_what_is_stored(
    shared_app: App, page: Page
) -> None:
    edit(shared_app, page, OTHER)
    households = page.get_by_label("户数", exact=True)
    before = households.input_value()
    households.fill("999")
    page.reload()
    expect(households).to_have_value("999")
    page.get_by_role("button", name="丢弃").click()
    expect(households.first).to_have_value(before)  # the former form goes when the new one stands
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('chengyuan.draft|'))")
    page.reload()
    expect(page.get_by_role("button", name="编辑", exact=True)).to_be_visible()
    expect(note(page)).to_be_hidden()


def test_a_record_saved_by_another_while_typed_is_told_at_once_then_chosen_field_by_field(
    shared_app: App, page: Page
) -> None:
    edit(shared_app, page, OTHER)
    leader = page.get_by_label("分包领导")
    leader.fill("我填的")
    page.get_by_label("楼栋数").press_sequentially("9")
    save(shared_app, OTHER, households=66, leader="李工填的")
    told = page.locator(".st-key-facts-overtaken")
    expect(told).to_contain_text("李工")
    expect(told).to_contain_text("李工填的")
    expect(told).to_contain_text("66")
    expect(leader).to_have_value("我填的")
    page.reload()  # the draft goes on from the version it was typed on
    expect(told).to_contain_text("李工填的")
    expect(leader).to_have_value("我填的")
    page.get_by_label("修改原因（必填）").fill("核对")
    page.get_by_role("button", name="保存更正").click()
    row = page.locator(".st-key-clash-leader")
    expect(row).to_contain_text("我填的")
    expect(row).to_contain_text("李工填的")
    assert stored(shared_app, OTHER, "leader") == "李工填的"
    row.get_by_text("用我的").click()
    page.get_by_role("button", name="按所选保存").click()
    expect(page.get_by_text("已保存为修订", exact=False)).to_be_visible()
    assert (stored(shared_app, OTHER, "leader"), stored(shared_app, OTHER, "households")) == ("我填的", 66)


def test_two_people_reporting_the_same_day_the_second_is_told_and_may_correct(
    shared_app: App, page: Page, browser: Browser
) -> None:
    edit(shared_app, page, COMPOUND)
    page.get_by_role("tab", name="填报进度").click()
    page.get_by_label("形象进度（%）").fill("97")
    page.get_by_label("填报原因（必填）").fill("周报")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    other = context.new_page()
    edit(shared_app, other, COMPOUND, author="李工")
    other.get_by_role("tab", name="填报进度").click()
    other.get_by_label("形象进度（%）").fill("96")
    other.get_by_label("填报原因（必填）").fill("周报")
    other.get_by_role("button", name="保存填报").click()
    expect(other.get_by_text("已保存为修订", exact=False)).to_be_visible()
    context.close()
    expect(page.get_by_text("今天已有填报", exact=False)).to_be_visible()
    page.get_by_role("button", name="保存填报").click()
    expect(page.locator(".cy-faults")).to_contain_text("李工 已填报同一工程项")
    expect(page.locator(".cy-faults")).to_contain_text("库里 96%，您填 97%")
    page.get_by_label("更正哪一条（填错时选）").locator("visible=true").click()
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="保存填报").click()
    expect(page.get_by_text("已保存为修订", exact=False)).to_be_visible()


def test_a_hostile_draft_is_shown_as_text_and_fills_nothing(shared_app: App, page: Page) -> None:
    page.goto(f"{shared_app.url}/dossier?compound={COMPOUND}")
    expect(page.get_by_text("工程项与工期").first).to_be_visible()
    page.evaluate(
        """compound => { const key = 'chengyuan.draft|dossier|' + compound + '|';
            const draft = fields => JSON.stringify({at: Date.now(), epoch: 'x', version: 1e9, fields});
            localStorage.setItem('chengyuan_author', '<img src=x onerror=hacked()>');
            localStorage.setItem(key + 'facts', draft({street_code: '<img src=x onerror=hacked()>', households: '1e999',
              name: '<script>hacked()</script>', geometry: 'POINT(0 0)', nobody: true}));
            localStorage.setItem(key + '../../etc', draft({x: 'y'}));
            localStorage.setItem(key + 'report', '{not json'); }""",
        COMPOUND,
    )
    page.context.add_cookies(
        [{"name": "chengyuan_author", "value": "%E7%8E%8B%E5%B7%A5", "url": shared_app.url}]
    )
    page.reload()
    expect(note(page)).to_contain_text("<img src=x onerror=hacked()>")
    expect(page.get_by_label("楼院名称（必填）")).to_have_value("<script>hacked()</script>")
    expect(page.get_by_label("街道（必填）")).to_have_value(re.compile("街道"))
    assert stored(shared_app, COMPOUND, "name") != "<script>hacked()</script>"
