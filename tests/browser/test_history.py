"""What a person does on the page of changes: see, restore, undo, archive, compare; nothing is ever lost."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from tests.browser.running import App

pytestmark = pytest.mark.browser


def save(app: App, compound: str, *, author: str, reason: str, days_later: int = 0, **values: Any) -> int:
    """Change the compound as somebody else would, some days from now; the revision."""
    with closing(Store.open(app.database)) as store:
        store.clock = lambda: datetime.now(UTC) + timedelta(days=days_later)
        row = store.row("compound", compound)
        assert row
        with store.commit(author=author, reason=reason) as commit:
            commit.update("compound", compound, values, version=row["version"])
        return commit.revision


def stored(app: App, compound: str) -> dict[str, Any]:
    """The compound as it is stored now."""
    with closing(Store.open(app.database)) as store:
        row = store.row("compound", compound)
    assert row
    return row


def history(app: App, compound: str) -> list[tuple[str, str, str]]:
    """Author, action and reason of every change of the compound, newest first."""
    with closing(Store.open(app.database)) as store:
        rows = store.audit(layer="compound", record_ids=[compound])
    return list(rows[["author", "action", "reason"]].itertuples(index=False, name=None))


def confirm(page: Page, kind: str, reason: str) -> None:
    """Give a name when asked, then the reason, and confirm."""
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_label(f"{kind}原因（必填）").fill(reason)
    page.get_by_role("button", name=f"确认{kind}").click()


def test_a_former_value_comes_back_as_a_new_save_and_all_of_history_stays(
    shared_app: App, page: Page
) -> None:
    app, compound = shared_app, "410104002-C12"
    before = stored(app, compound)["households"]
    revision = save(app, compound, author="李工", reason="入户核对", households=77)
    page.goto(f"{app.url}/dossier?compound={compound}")
    page.get_by_role("link", name="查看全部变更").click()
    change = page.locator(".row", has_text="77").filter(has_text="户数").first
    expect(page.get_by_text("入户核对").first).to_be_visible()
    change.get_by_role("button", name="恢复此值").click()
    expect(page.locator(".cy-preview")).to_contain_text("户数")
    assert stored(app, compound)["households"] == 77
    confirm(page, "恢复", "核对有误")
    expect(page.get_by_role("status").filter(has_text="记为修订 ")).to_be_visible()
    assert stored(app, compound)["households"] == before
    assert history(app, compound)[:2] == [
        ("王工", "restore", f"恢复修订 {revision - 1} 时的值：核对有误"),
        ("李工", "update", "入户核对"),
    ]


def test_a_whole_save_is_undone_after_a_preview_and_the_save_stays_in_the_list(
    shared_app: App, page: Page
) -> None:
    app, compound = shared_app, "410104002-C13"
    revision = save(app, compound, author="李工", reason="填错了楼院", households=77, note="错")
    page.goto(f"{app.url}/history")
    expect(page.locator(".cy-change").first).to_contain_text("77")
    page.get_by_role("button", name="撤销这次保存").click()
    expect(page.locator(".cy-preview tbody tr")).to_have_count(2)
    confirm(page, "撤销", "不是这个院")
    expect(
        page.get_by_role("status").filter(has_text=f"已撤销修订 {revision}，记为修订 {revision + 1}")
    ).to_be_visible()
    assert stored(app, compound)["households"] != 77
    for told in ("填错了楼院", f"撤销修订 {revision}：不是这个院"):
        expect(page.locator(".row", has_text=told)).to_be_visible()


def test_what_was_changed_since_is_named_and_stays_unless_the_person_gives_up(
    shared_app: App, page: Page
) -> None:
    app, compound = shared_app, "410104002-C15"
    note = stored(app, compound)["note"]
    revision = save(app, compound, author="李工", reason="核对", households=77, note="错")
    save(app, compound, author="赵工", reason="再核对", households=78)
    page.goto(f"{app.url}/history?save={revision}")
    page.get_by_role("button", name="撤销这次保存").click()
    preview = page.locator(".cy-preview")
    expect(preview).to_contain_text(f"后来又改过：赵工，修订 {revision + 1}")
    for value in ("77", "78"):
        expect(preview.get_by_role("cell", name=value, exact=True)).to_be_visible()
    confirm(page, "撤销", "备注不对")
    expect(page.get_by_role("alert").filter(has_text="还没有确认")).to_be_visible()
    assert stored(app, compound)["note"] == "错"
    page.get_by_text("有 1 处不动，只处理其余部分").click()
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_role("status").filter(has_text=f"记为修订 {revision + 2}")).to_be_visible()
    assert (stored(app, compound)["households"], stored(app, compound)["note"]) == (78, note)


def test_an_archived_compound_leaves_map_and_figures_and_comes_back_whole(
    shared_app: App, page: Page
) -> None:
    app, compound = shared_app, "410104002-C16"
    before = stored(app, compound)
    page.goto(app.url)
    expect(page.get_by_text("159 个楼院")).to_be_visible()
    page.goto(f"{app.url}/dossier?compound={compound}")
    page.get_by_role("button", name="编辑", exact=True).click()
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_role("tab", name="归档").click()
    expect(page.get_by_text("一起不再显示").locator("visible=true")).to_contain_text("工程项")
    page.get_by_label("归档原因（必填）").fill("重复登记")
    page.get_by_role("button", name="确认归档").click()
    expect(page.get_by_role("status").filter(has_text="已归档")).to_be_visible()
    page.goto(app.url)
    expect(page.get_by_text("158 个楼院")).to_be_visible()
    page.goto(f"{app.url}/history?tab=archived")
    page.locator(".row", has_text=before["name"]).get_by_role("button", name="恢复").click()
    page.get_by_label("取消归档原因（必填）").fill("不是重复")
    page.get_by_role("button", name="确认取消归档").click()
    expect(page.get_by_role("status").filter(has_text="已取消归档")).to_be_visible()
    page.goto(app.url)
    expect(page.get_by_text("159 个楼院")).to_be_visible()
    after = stored(app, compound)
    same = set(before) - {"version", "revision", "row_hash"}
    assert {key: after[key] for key in same} == {key: before[key] for key in same}


def test_two_days_are_compared_and_the_differences_downloaded(shared_app: App, page: Page) -> None:
    app, compound = shared_app, "410104002-C17"
    save(app, compound, author="李工", reason="核对", days_later=2, households=77)
    day = datetime.now(UTC) + timedelta(hours=8)
    first, last = (f"{day + timedelta(days=days):%Y-%m-%d}" for days in (0, 2))
    page.goto(f"{app.url}/history?tab=compare&day1={first}&day2={last}")
    row = page.locator("tr", has_text="西大街-17院").filter(has_text="户数")
    expect(row).to_contain_text("77")
    expect(page.locator(".cy-section", has_text="楼院的差别")).to_contain_text("修改 ")
    expect(page.locator("tr", has_text="合计").first).to_contain_text("160")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("街道,记录,编号,字段,前一天,后一天")
    assert f"{compound},户数" in text


def test_filters_stand_in_the_address_and_a_copied_link_shows_the_same(shared_app: App, page: Page) -> None:
    app, compound = shared_app, "410104002-C18"
    save(app, compound, author="李工", reason="上门问过", households=77)
    page.goto(f"{app.url}/history")
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    expect(page.get_by_role("button", name="撤销这次保存")).to_be_visible()
    page.get_by_placeholder("名称、操作人或原因").fill("上门")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 天，1 次保存")).to_be_visible()
    page.wait_for_url("**find=*")
    page.goto(page.url)
    expect(page.get_by_text("1 天，1 次保存")).to_be_visible()
    expect(page.get_by_placeholder("名称、操作人或原因")).to_have_value("上门")


def test_an_address_that_names_nothing_known_shows_the_newest_save(app: App, page: Page) -> None:
    page.goto(f"{app.url}/history?tab=x&who=<b>&layer=audit&save=99999&page=-1&since=never&record=nobody")
    expect(page.get_by_text("修订 5", exact=False).first).to_be_visible()
    expect(page.locator(".cy-fault")).to_be_hidden()
