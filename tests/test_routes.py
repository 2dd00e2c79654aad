"""Routes beside the pages: who gets a layer, how it may be kept, what every answer carries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from geodata.store import Store
from geodata.vocabulary import Datum
from ui import data, middleware, routes

NOW = datetime.now(UTC)


@pytest.fixture
def client(
    small_store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A client of the routes on the small store."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "keys"))
    data.settings.cache_clear()
    data.forget()

    async def page(_request: object) -> HTMLResponse:
        return HTMLResponse('<html lang="en"><head><title>Streamlit</title></head><body></body></html>')

    app = Starlette(
        routes=[*routes.routes(), Route("/", page), Route("/dossier", page)],
        middleware=[
            Middleware(middleware.SecurityHeaders, policy=middleware.content_security_policy()),
            Middleware(middleware.PageHead, title="城垣"),
        ],
    )
    with TestClient(app) as client:
        yield client
    data.forget()
    data.settings.cache_clear()


def address(layer: str = "compound", *, day: datetime = NOW, datum: Datum = Datum.CGCS2000) -> str:
    """A signed layer address of the current store."""
    snap = data.snapshot()
    revision = snap.layers.get(layer, 0)
    token = routes.sign(layer, revision, snap.epoch, datum, day=day)
    return f"/layers/{layer}/{revision}/{datum.value}/{snap.epoch}/{token}"


def test_a_signed_layer_is_geojson_in_register_order(client: TestClient, small_store: Store) -> None:
    answer = client.get(address())
    assert answer.headers["content-type"] == "application/geo+json"
    ids = [feature["properties"]["id"] for feature in json.loads(answer.content)["features"]]
    frame = small_store.frame("compound")
    assert ids == list(frame.index[frame.geometry.notna() | frame["position_lon"].notna()])


def test_a_layer_is_kept_by_the_browser_and_answered_304(client: TestClient) -> None:
    first = client.get(address())
    assert "immutable" in first.headers["cache-control"]
    assert client.get(address(), headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_yesterdays_address_still_works_and_an_older_one_does_not(client: TestClient) -> None:
    assert client.get(address(day=NOW - timedelta(days=1))).status_code == 200
    assert client.get(address(day=NOW - timedelta(days=2))).status_code == 403


@pytest.mark.parametrize("change", ["token", "layer", "datum"])
def test_a_forged_or_foreign_token_is_refused(client: TestClient, change: str) -> None:
    good = address()
    forged = {
        "token": good[:-4] + "0000",
        "layer": good.replace("/compound/", "/street_office/"),
        "datum": good.replace("cgcs2000", "gcj02"),
    }[change]
    assert client.get(forged).status_code == 403


def test_a_table_that_is_not_drawn_is_never_served(client: TestClient) -> None:
    assert client.get(address("party")).status_code == 403


def test_an_outdated_revision_is_gone_not_wrong(client: TestClient, small_store: Store) -> None:
    old = address()
    record = small_store.frame("compound").index[0]
    with small_store.commit(author="a", reason="b") as commit:
        commit.update("compound", record, {"note": "新"}, version=1)
    assert client.get(old).status_code == 410
    assert client.get(address()).status_code == 200


def test_a_gcj02_basemap_gets_shifted_layers(client: TestClient) -> None:
    here = client.get(address()).json()["features"][0]["properties"]["lon"]
    there = client.get(address(datum=Datum.GCJ02)).json()["features"][0]["properties"]["lon"]
    assert 0.003 < there - here < 0.01


@pytest.mark.parametrize("path", ["/", "/healthz", "/assets/theme.css", "/assets/map/bundle.js", "/nothing"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http:" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_only_configured_tile_hosts_join_the_policy() -> None:
    policy = middleware.content_security_policy(["http://tiles.example/{z}/{x}/{y}.png"])
    assert "img-src 'self' data: blob: http://tiles.example;" in policy
    assert "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:;" in policy


@pytest.mark.parametrize("path", ["/", "/dossier"])
def test_the_page_is_chinese_and_styled_before_its_first_paint(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert '<html lang="zh-CN">' in page
    assert "<title>城垣</title>" in page
    assert page.index("assets/css/app.css") < page.index("</head>")


def test_a_versioned_file_may_be_kept_and_an_unversioned_one_is_checked(client: TestClient) -> None:
    assert "immutable" in client.get("/assets/map/core.js?v=abc").headers["cache-control"]
    assert client.get("/assets/map/core.js").headers["cache-control"] == "no-cache"
