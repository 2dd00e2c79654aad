"""What a person does on the quality page: filter, see a finding on the map, accept it with a reason, have it back."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from tests.browser.running import App, in_map, map_frame

pytestmark = pytest.mark.browser

COMPOUND, NAME = "410104001-C07", "演示·北下街-07院"


def change(app: App, compound: str, **values: Any) -> None:
    """Change a compound as somebody else would."""
    with closing(Store.open(app.database)) as store:
        row = store.row("compound", compound)
        assert row
        with store.commit(author="李工", reason="补登记") as save:
            save.update("compound", compound, values, version=row["version"])


def answers(app: App) -> list[tuple[str, str, str]]:
    """Rule, subject and reason of the acceptances that stand."""
    with closing(Store.open(app.database)) as store:
        rows = store.frame("accepted_finding")
    return list(rows[["rule", "subject", "reason"]].itertuples(index=False, name=None))


def test_a_finding_is_accepted_with_a_reason_and_comes_back_when_it_changes(
    shared_app: App, page: Page
) -> None:
    app = shared_app
    page.goto(f"{app.url}/quality")
    count = page.locator(".st-key-quality-count .cy-head")
    expect(count).to_contain_text("62 条")
    page.get_by_role("combobox", name="规则").click()
    page.get_by_role("option", name="缺关键信息（29）").click()
    expect(count).to_contain_text("29 条")
    page.locator(".row", has_text=NAME).click()
    expect(page.locator(".quality-what")).to_contain_text("缺户数")
    map_frame(page)
    assert (
        in_map(
            page, "() => new Promise(done => chengyuan.whenDrawn(() => done(chengyuan.state.push.selected)))"
        )
        == COMPOUND
    )
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_role("button", name="认可并写明理由").click()
    expect(page.get_by_role("alert").filter(has_text="请写明理由")).to_be_visible()
    assert answers(app) == []
    page.get_by_label("认可的理由").fill("整院待拆，户数由征收办核定")
    page.get_by_role("button", name="认可并写明理由").click()
    expect(page.locator(".st-key-quality-one .cy-quote")).to_contain_text("整院待拆")
    expect(count).to_contain_text("28 条")
    expect(page.locator(".row", has_text=NAME)).to_have_count(0)
    assert answers(app) == [("missing_facts", COMPOUND, "整院待拆，户数由征收办核定")]
    change(app, COMPOUND, built_year=None)
    page.reload()
    row = page.locator(".row", has_text=NAME)
    expect(row).to_contain_text("缺户数、建成年份")
    expect(row).to_contain_text("认可后有变")
    expect(page.locator(".st-key-quality-one .cy-quote")).to_contain_text("当时：缺户数")


def test_an_acceptance_is_withdrawn_and_the_finding_is_open_again(shared_app: App, page: Page) -> None:
    app = shared_app
    with closing(Store.open(app.database)) as store, store.commit(author="王工", reason="认可") as save:
        given = {"rule": "missing_boundary", "subject": "410104005-R01", "reason": "测绘在途"}
        content = "没有边界，只知大致位置（±200 m）"
        save.insert(
            "accepted_finding", {**given, "content": content, "data_status": "official", "source": "本人核对"}
        )
    page.goto(f"{app.url}/quality?standing=accepted&finding=missing_boundary:410104005-R01")
    expect(page.locator(".st-key-quality-one .cy-quote")).to_contain_text("测绘在途")
    page.get_by_label("操作人姓名").fill("李工")
    page.get_by_role("button", name="记住").click()
    page.get_by_role("button", name="撤回认可").click()
    expect(page.get_by_role("status").filter(has_text="已撤回认可")).to_be_visible()
    assert "missing_boundary" not in [rule for rule, _, _ in answers(app)]


def test_a_finding_leads_to_its_record_on_the_map(shared_app: App, page: Page) -> None:
    page.goto(f"{shared_app.url}/quality?rule=missing_facts&finding=missing_facts:410104002-C05")
    page.get_by_role("link", name="在一张图上看").click()
    page.wait_for_url("**/?compound=410104002-C05**")
    expect(page.locator(".cy-title").first).to_contain_text("西大街-05院")


def test_completeness_is_hatched_and_a_street_leads_to_its_findings(shared_app: App, page: Page) -> None:
    page.goto(f"{shared_app.url}/quality?view=completeness")
    expect(page.locator(".cy-table tr", has_text="十八里河街道")).to_contain_text("0.0%　0/5")
    expect(page.locator(".cy-table tr", has_text="商都路街道")).to_contain_text("—")
    map_frame(page)
    assert in_map(page, "() => chengyuan.state.push.coverage") == "有边界"
    x, y = in_map(
        page,
        """() => { const item = chengyuan.items.streets.find(one => one.feature.properties.id === '410104010');
        const p = map.latLngToContainerPoint([item.feature.properties.lat, item.feature.properties.lon]); return [p.x, p.y + 30]; }""",
    )  # type: ignore[misc]
    box = page.locator("iframe").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator(".row", has_text="演示·十八里河-01院").first).to_be_visible()
    assert "street=410104010" in page.url


def test_the_rules_say_how_much_was_looked_at_and_the_bar_keeps_its_width(
    shared_app: App, page: Page
) -> None:
    page.goto(f"{shared_app.url}/quality?view=rules")
    row = page.locator(".cy-table tr", has_text="超出所属街道")
    expect(row).to_contain_text("135")
    expect(row).to_contain_text("街道界线为示意")
    search = page.locator(".st-key-bar-end input").bounding_box()
    assert search
    assert search["x"] + search["width"] <= 1440
