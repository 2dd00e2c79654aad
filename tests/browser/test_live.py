"""What somebody else saved shows without a reload, and what happens to the page meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from geodata.store import Store
from tests.browser.running import App, in_map, map_frame

pytestmark = pytest.mark.browser

Start = Callable[..., App]
COMPOUND = "410104002-C12"


def save(app: App, author: str = "李工", **changes: Any) -> int:
    """Another process changes facts of the compound; returns the revision."""
    with closing(Store.open(app.database)) as store:
        row = store.row("compound", COMPOUND)
        assert row
        with store.commit(author=author, reason="另一处保存") as commit:
            commit.update("compound", COMPOUND, changes, version=row["version"])
        return commit.revision


def stop_works(app: App) -> None:
    """Another process records that the works stand still, which changes the compound's colour."""
    with closing(Store.open(app.database)) as store, store.commit(author="李工", reason="现场停工") as commit:
        event = {"compound_id": COMPOUND, "stage": "suspended", "occurred_precision": "unknown"}
        event |= {
            "recorded_on": date(2026, 11, 24),
            "recorded_by": "李工",
            "source": "现场",
            "data_status": "reported",
        }
        commit.insert("stage_event", event)


def colour(page: Page) -> str:
    """How the map draws the compound."""
    return str(
        in_map(page, "id => JSON.stringify(chengyuan.symbolOf(chengyuan.compoundPlace(id)))", COMPOUND)
    )


def test_another_persons_save_changes_map_and_figures_without_reload_or_remount(
    own_app: Start, page: Page
) -> None:
    app = own_app()
    page.goto(app.url)
    map_frame(page)
    expect(page.get_by_text("街道开工占比").first).to_be_visible()
    page.evaluate("() => { window.sameDocument = true; }")
    before, frames = colour(page), len(page.watch.frames)  # type: ignore[attr-defined]
    name = "演示·改了名的院"
    revision = save(app, name=name)
    stop_works(app)
    expect(page.locator(".live .note")).to_contain_text("李工 刚保存了修订")
    expect(page.locator(".cy-stand")).to_contain_text(f"修订 {revision + 1}")
    page.wait_for_function(
        "name => document.querySelector('iframe').contentWindow.chengyuan.compounds.names.includes(name)",
        arg=name,
    )
    assert colour(page) != before
    assert page.evaluate("() => window.sameDocument")
    assert len(page.watch.frames) == frames  # type: ignore[attr-defined]


def test_nobody_is_told_of_a_save_of_their_own(own_app: Start, page: Page) -> None:
    app = own_app()
    page.context.add_cookies([{"name": "chengyuan_author", "value": quote("李工"), "url": app.url}])
    page.goto(f"{app.url}/worklist")
    expect(page.get_by_text("没有边界").first).to_be_visible()
    revision = save(app, note="自己在另一个窗口改的")
    expect(page.locator(".cy-stand")).to_contain_text(f"修订 {revision}")
    expect(page.locator(".live .note")).to_be_hidden()
    save(app, author="王工", note="别人改的")
    expect(page.locator(".live .note")).to_contain_text("王工 刚保存了修订")


def test_an_idle_page_sends_nothing_over_the_socket(app: App, page: Page) -> None:
    page.goto(app.url)
    map_frame(page)
    expect(page.get_by_text("街道开工占比").first).to_be_visible()
    with page.expect_response("**/revision"):
        pass
    sent = page.watch.sent  # type: ignore[attr-defined]
    for _ in range(3):
        with page.expect_response(lambda answer: answer.url.endswith("/revision") and answer.status == 304):
            pass
    assert page.watch.sent == sent  # type: ignore[attr-defined]


def test_a_newer_program_asks_for_a_reload_and_the_page_stays_as_it_is(app: App, page: Page) -> None:
    def newer(route: Route) -> None:
        answer = route.fetch(headers={})
        told = {**answer.json(), "app": "another"}
        route.fulfill(status=200, content_type="application/json", body=json.dumps(told))

    page.goto(app.url)
    map_frame(page)
    reload = page.locator(".live .reload")
    expect(reload).to_be_hidden()
    page.route("**/revision", newer)
    expect(reload).to_contain_text("程序已更新，请刷新页面")
    page.evaluate("() => { window.sameDocument = true; }")
    reload.get_by_role("button", name="刷新").click()
    page.unroute("**/revision")
    page.wait_for_function("() => !window.sameDocument")
    expect(reload).to_be_hidden()


def test_a_database_that_was_away_is_said_and_the_page_comes_back_by_itself(
    own_app: Start, page: Page
) -> None:
    app = own_app()
    database, elsewhere = app.folder / "renewal.gpkg", app.folder / "elsewhere.gpkg"
    page.goto(f"{app.url}/worklist")
    places = page.locator(".st-key-worklist")
    expect(places).to_be_visible()
    away = page.locator(".live .away")
    database.rename(elsewhere)
    expect(away).to_contain_text("数据库暂时不能使用")
    expect(places).to_be_visible()
    page.reload()
    expect(page.locator(".cy-fault")).to_contain_text("没有找到数据库")
    expect(away).to_be_hidden()
    elsewhere.rename(database)
    expect(places).to_be_visible()
    expect(page.locator(".cy-fault")).to_be_hidden()
