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

from cartography import packed
from geodata.store import Store
from geodata.vocabulary import Datum
from tests.packed import unpack
from ui import data, middleware, pulse, routes

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
    monkeypatch.setattr(pulse, "latest", type(pulse.latest)())

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
    answer = client.get(address("street_office"))
    assert answer.headers["content-type"] == "application/geo+json"
    ids = [feature["properties"]["id"] for feature in json.loads(answer.content)["features"]]
    assert ids == list(small_store.frame("street_office").index)


def test_compounds_come_packed_in_register_order(client: TestClient, small_store: Store) -> None:
    answer = client.get(address())
    assert answer.headers["content-type"] == packed.MEDIA_TYPE
    frame = small_store.frame("compound")
    drawn = frame.geometry.notna() | frame["position_lon"].notna()
    assert [one.id for one in unpack(answer.content)] == list(frame.index[drawn])


def test_a_layer_is_kept_by_the_browser_and_answered_304(client: TestClient) -> None:
    first = client.get(address())
    assert "immutable" in first.headers["cache-control"]
    assert client.get(address(), headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_yesterdays_address_still_works_and_an_older_one_does_not(client: TestClient) -> None:
    assert client.get(address(day=NOW - timedelta(days=1))).status_code == 200
    assert client.get(address(day=NOW - timedelta(days=2))).status_code == 403


def changed(address: str, **parts: str) -> str:
    """A layer address with some of its parts replaced."""
    names = ("layer", "revision", "datum", "epoch", "token")
    own = dict(zip(names, address.removeprefix("/layers/").split("/"), strict=True))
    return "/layers/" + "/".join({**own, **parts}.values())


@pytest.mark.parametrize(
    "change",
    [
        {"layer": "street_office"},
        {"layer": "audit"},
        {"datum": "gcj02"},
        {"revision": "2"},
        {"revision": "-1"},
        {"epoch": "0"},
        {"epoch": "deadbeef"},
        {"token": "0" * 20},
        {"token": "%E5%9F%8E"},
        {"token": "%ff%00"},
        {"token": "x" * 5000},
    ],
    ids=str,
)
def test_a_forged_or_foreign_token_is_refused(client: TestClient, change: dict[str, str]) -> None:
    assert client.get(changed(address(), **change)).status_code == 403


@pytest.mark.parametrize("length", [1, 19])
def test_a_token_that_was_cut_off_or_goes_on_is_refused(client: TestClient, length: int) -> None:
    good = address()
    assert client.get(good[: length - 20]).status_code == 403
    assert client.get(good + "0").status_code == 403


def test_the_token_of_another_installation_is_refused(client: TestClient, tmp_path: Path) -> None:
    good = address()
    (tmp_path / "keys" / "layer.key").write_text("ab" * 32)
    assert client.get(good).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"revision": "three"}, 400),
        ({"revision": "9" * 5000}, 400),
        ({"datum": "mars"}, 400),
        ({"datum": "%00"}, 400),
        ({"token": ""}, 404),
        ({"epoch": "..%2f..%2fetc"}, 404),
    ],
    ids=str,
)
def test_an_address_of_another_form_is_an_error_of_the_asker(
    client: TestClient, change: dict[str, str], status: int
) -> None:
    assert client.get(changed(address(), **change)).status_code == status


def test_a_damaged_key_is_said_and_nothing_is_served(client: TestClient, tmp_path: Path) -> None:
    good = address()
    (tmp_path / "keys" / "layer.key").write_text("cut off")
    answer = client.get(good)
    assert answer.status_code == 503
    assert "签名密钥" in answer.json()["message"]


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
    here, there = (
        unpack(client.get(address(datum=datum)).content)[0].spot[0] for datum in (Datum.CGCS2000, Datum.GCJ02)
    )
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


# ---- what pages poll ----------------------------------------------------------------------------------------


def test_the_poll_names_the_newest_revision_and_an_unchanged_one_costs_no_body(
    client: TestClient, small_store: Store
) -> None:
    first = client.get("/revision")
    epoch, revision = small_store.mark()
    assert first.json() == {"epoch": epoch, "revision": revision, "app": pulse.app_mark()}
    assert first.headers["cache-control"] == "no-store"
    again = client.get("/revision", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_poll_sees_what_another_process_saved(client: TestClient, small_store: Store) -> None:
    before = client.get("/revision")
    compound = small_store.frame("compound").iloc[0]
    with small_store.commit(author="李工") as save:
        save.update("compound", compound.name, {"leader": "赵六"}, version=int(compound["version"]))
    pulse.latest.at = 0.0
    after = client.get("/revision", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["revision"] == before.json()["revision"] + 1


def test_the_poll_says_that_the_store_is_away_and_names_nobody(client: TestClient, tmp_path: Path) -> None:
    assert set(client.get("/revision").json()) == {"epoch", "revision", "app"}
    (tmp_path / "renewal.gpkg").rename(tmp_path / "elsewhere.gpkg")
    pulse.latest.at = 0.0
    answer = client.get("/revision")
    assert answer.status_code == 503
    assert "没有找到数据库" in answer.json()["message"]


def test_many_pages_asking_at_once_cost_one_query(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = Store.mark
    monkeypatch.setattr(Store, "mark", lambda self: asked.append(1) or real(self))
    pulse.latest.at = 0.0
    for _ in range(20):
        client.get("/revision")
    assert len(asked) <= 2  # the answer is kept for half a second


def test_a_new_schema_or_new_browser_files_change_the_programs_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = {pulse.app_mark()}
    for name in ("newest_version", "asset_version"):
        monkeypatch.setattr(pulse, name, lambda: "9999")
        pulse.app_mark.cache_clear()
        marks.add(pulse.app_mark())
        monkeypatch.undo()
    pulse.app_mark.cache_clear()
    assert len(marks) == 3
