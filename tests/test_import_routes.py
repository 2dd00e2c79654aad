"""Routes of the import page: only our own page sends files, only what it signed is given out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geodata.importers.asked import Asked
from geodata.importers.inspection import PREVIEW
from geodata.importers.workspace import ASKED, UPLOAD
from geodata.store import Store
from tests.shown_store import deployed
from ui import import_jobs, import_routes

OURS = {"X-Chengyuan": "upload", "X-File-Name": quote("底册.xlsx")}
SESSION = "5" * 32


@pytest.fixture
def client(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of the routes, on a deployment that takes 1 MB."""
    small = '{"most_mb": 1}'
    with (
        deployed(small_store, tmp_path / "data", monkeypatch, IMPORTS=small, LOW_SPACE_MB="0"),
        TestClient(Starlette(routes=import_routes.routes())) as client,
    ):
        yield client


def address(session: str = SESSION, *, day: datetime | None = None) -> str:
    return f"/uploads/{session}/{import_routes.sign(f'upload|{session}', day=day)}"


def waiting(client: TestClient) -> str:
    """The workspace of a file that arrived."""
    return str(client.post(address(), content=b"rows", headers=OURS).json()["workspace"])


def test_a_file_from_our_page_waits_in_a_workspace(client: TestClient) -> None:
    folder = import_jobs.workspaces().at(waiting(client))
    assert folder is not None
    assert (folder / UPLOAD).read_bytes() == b"rows"
    assert Asked.read((folder / ASKED).read_text()).file_name == "底册.xlsx"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Chengyuan": "other"},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
        {**OURS, "Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_site_cannot_send_a_file(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post(address(), content=b"rows", headers=headers).status_code == 403
    assert not import_jobs.workspaces().folder.exists()


def test_a_page_of_the_day_before_yesterday_cannot_send_a_file(client: TestClient) -> None:
    now = datetime.now(UTC)
    old, fresh = (address(day=now - timedelta(days=days)) for days in (2, 1))
    assert client.post(old, content=b"rows", headers=OURS).status_code == 403
    assert client.post(fresh, content=b"rows", headers=OURS).status_code == 200


def test_the_address_of_one_session_does_not_serve_another(client: TestClient) -> None:
    token = address().rsplit("/", 1)[1]
    assert client.post(f"/uploads/{'6' * 32}/{token}", content=b"x", headers=OURS).status_code == 403


@pytest.mark.parametrize("told", [True, False], ids=["announced", "in parts"])
def test_a_file_that_is_too_large_is_refused_in_words(client: TestClient, told: bool) -> None:
    body = bytes(2**20 + 1)
    content = body if told else iter([body[:1000], body[1000:]])
    answer = client.post(address(), content=content, headers=OURS)
    assert answer.status_code == 413
    assert "超过 1 MB" in answer.json()["message"]


def test_an_empty_file_is_refused_in_words(client: TestClient) -> None:
    answer = client.post(address(), content=b"", headers=OURS)
    assert answer.status_code == 413
    assert "0 字节" in answer.json()["message"]


def test_a_preview_is_given_for_its_own_signature_only(client: TestClient) -> None:
    workspace = waiting(client)
    folder = import_jobs.workspaces().at(workspace)
    assert folder is not None
    (folder / PREVIEW).write_text('{"type":"FeatureCollection","features":[]}')
    good = f"/{import_routes.map_address(workspace)}"
    answer = client.get(good)
    assert answer.json()["features"] == []
    assert answer.headers["cache-control"] == "no-store"
    assert client.get(good.replace("preview", "report")).status_code == 403
    assert client.get(good.replace("preview", "upload")).status_code == 403
    assert client.get(good[:-1] + ("0" if good[-1] != "0" else "1")).status_code == 403


def test_what_is_gone_is_said(client: TestClient) -> None:
    workspace = waiting(client)
    import_jobs.workspaces().remove(workspace)
    answer = client.get(f"/{import_routes.map_address(workspace)}")
    assert answer.status_code == 404
    assert "保留规则" in answer.json()["message"]


def test_a_signed_path_is_still_no_path(client: TestClient) -> None:
    for given in ("..", "%2e%2e", "a" * 32):
        assert client.get(
            f"/uploads/preview/{given}/{import_routes.sign(f'preview|{given}')}"
        ).status_code in (403, 404)
