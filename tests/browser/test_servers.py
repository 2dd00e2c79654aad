"""One PostGIS: two app processes behind a proxy with sticky sessions; the server stopped and started under the app."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from geodata.moving import move
from geodata.store import Store
from geodata.store.engine import file_url
from tests.browser.running import App, map_frame
from tests.conftest import Templates
from tests.postgres import Cluster
from tests.proxy import cookie_of, proxy

pytestmark = [pytest.mark.browser, pytest.mark.postgis]

Start = Callable[..., App]
DOSSIER = "dossier?compound=410104002-C12"


@pytest.fixture(scope="module")
def demo_database(templates: Templates, demo_file: Path) -> str:
    """Name of a database on the server that holds the demo data, moved there from its file."""
    name = templates.cluster.create(template=templates.bare)
    move(file_url(demo_file), templates.cluster.url(name))
    return name


@pytest.fixture
def demo_url(demo_database: str, cluster: Cluster) -> Iterator[str]:
    """URL of a copy of the demo data that a test may change."""
    name = cluster.create(template=demo_database)
    yield cluster.url(name, password="geheim")
    cluster.drop(name)


def port_of(app: App) -> int:
    return int(app.url.rsplit(":", 1)[1])


def save_households(page: Page, number: int) -> None:
    """Correct the number of households as a person does."""
    page.get_by_role("button", name="编辑", exact=True).click()
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_label("户数", exact=True).fill(str(number))
    page.get_by_label("修改原因（必填）").fill("核对")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text(f"{number} 户").first).to_be_visible()


def follow(page: Page) -> tuple[set[str], set[str]]:
    """Ports of the processes that answer a page, and the layer addresses it fetches, growing as it works."""
    ports: set[str] = set()
    layers: set[str] = set()

    def note(response) -> None:  # type: ignore[no-untyped-def]
        if process := response.headers.get("x-process"):
            ports.add(process.rsplit(":", 1)[1])
        if "/layers/" in response.url:
            layers.add(response.url)

    page.on("response", note)
    return ports, layers


def test_two_processes_behind_a_proxy_are_one_office_and_one_may_end(
    own_app: Start, demo_url: str, page: Page, browser: Browser, tmp_path: Path
) -> None:
    first, second = (own_app(copy=False, DATABASE_URL=demo_url) for _ in range(2))
    with proxy(tmp_path, (port_of(first), port_of(second))) as address:
        other = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        for context, app in ((page.context, first), (other, second)):
            cookie = cookie_of(address, port_of(app))
            context.add_cookies([{"name": "chengyuan_route", "value": cookie, "url": address}])
        colleague = other.new_page()
        mine, layers = follow(page)
        theirs, _ = follow(colleague)
        colleague.goto(f"{address}/{DOSSIER}")
        expect(colleague.get_by_role("button", name="编辑", exact=True)).to_be_visible()
        page.goto(address)
        map_frame(page)
        page.goto(f"{address}/{DOSSIER}")
        save_households(page, 71)
        expect(colleague.get_by_text("71 户").first).to_be_visible()
        assert (mine, theirs) == ({str(port_of(first))}, {str(port_of(second))})
        other.close()
        first.process.terminate()
        first.process.wait(20)
        page.goto(f"{address}/{DOSSIER}")
        expect(page.get_by_text("71 户").first).to_be_visible()
        assert str(port_of(second)) in mine
    assert layers
    with httpx.Client(timeout=60) as client:
        for layer in layers:
            elsewhere = re.sub(r"^http://[^/]+", second.url, layer)
            assert client.get(elsewhere).status_code in (200, 410)  # signed by one, known to the other
            forged = elsewhere[:-1] + ("0" if elsewhere[-1] != "0" else "1")
            assert client.get(forged).status_code == 403
    with closing(Store.open(demo_url)) as store:
        assert store.check() == []


def test_a_server_that_stops_is_named_on_the_page_and_work_goes_on_when_it_is_back(
    own_app: Start, demo_url: str, page: Page, cluster: Cluster
) -> None:
    running = own_app(copy=False, DATABASE_URL=demo_url)
    page.goto(f"{running.url}/{DOSSIER}")
    expect(page.get_by_role("button", name="编辑", exact=True)).to_be_visible()
    cluster.stop()
    try:
        expect(
            page.get_by_text("数据库暂时不能使用", exact=False)
        ).to_be_visible()  # on the page that is open
        page.goto(f"{running.url}/{DOSSIER}")
        fault = page.locator(".cy-fault")
        expect(fault).to_contain_text("连不上（拒绝连接）")
        assert "geheim" not in page.content()
        with httpx.Client(timeout=60) as client:
            assert client.get(f"{running.url}/healthz").status_code == 200
            assert client.get(f"{running.url}/readyz").status_code == 503
    finally:
        cluster.start()
    save_households(page, 72)  # without a reload
    with httpx.Client(timeout=60) as client:
        assert client.get(f"{running.url}/readyz").status_code == 200
    assert "geheim" not in "".join(running.said)
