"""Routes that make sheets: only what a page signed is made, and every refusal is a sentence for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geodata.store import Store
from geodata.vocabulary import Audience, Labelling, Paper
from sheets.setup import Setup
from tests.shown_store import deployed
from ui import printing, sheet_routes

SETUP = Setup(as_of=date(2026, 11, 24), paper=Paper.A4, labelling=Labelling.NONE)


@pytest.fixture
def client(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of the routes on the small store."""
    with deployed(small_store, tmp_path / "keys", monkeypatch):
        with TestClient(Starlette(routes=sheet_routes.routes())) as client:
            yield client
        printing.close()


def body(chosen: Setup = SETUP, **changed: object) -> str:
    """What a page sends for a set-up."""
    text = chosen.text()
    return json.dumps({"setup": text, "mark": sheet_routes.sign(text), "page": "a", **changed})


def test_a_signed_set_up_gives_picture_size_and_scale(client: TestClient) -> None:
    told = client.post("/sheets/preview", content=body()).json()
    assert (told["width"], told["height"], told["revision"], told["pages"]) == (297, 210, 3, 1)
    assert told["scale"] == 8000
    assert told["png"].startswith("iVBOR")


def test_a_file_comes_with_its_name(client: TestClient) -> None:
    answer = client.post("/sheets/pdf", content=body(SETUP.changed(title="周例会")))
    assert answer.content.startswith(b"%PDF")
    assert "周例会" in unquote(answer.headers["content-disposition"])
    assert answer.headers["cache-control"] == "no-store"


def test_a_very_large_picture_is_made_in_the_background_only(client: TestClient) -> None:
    answer = client.post("/sheets/png", content=body(SETUP.changed(paper=Paper.A0, dpi=300)))
    assert answer.status_code == 422
    assert "图册与后台" in answer.json()["message"]


@pytest.mark.parametrize("days", [0, 1])
def test_a_page_of_today_or_yesterday_may_ask(client: TestClient, days: int) -> None:
    text = SETUP.text()
    mark = sheet_routes.sign(text, day=datetime.now(UTC) - timedelta(days=days))
    assert client.post("/sheets/preview", content=body(mark=mark)).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"mark": ""},
        {"mark": "密钥"},
        {"mark": sheet_routes.__name__},
        {"setup": SETUP.changed(audience=Audience.PUBLIC, exemption="x").text()},
    ],
)
def test_what_no_page_signed_is_refused(client: TestClient, changed: dict[str, str]) -> None:
    answer = client.post("/sheets/pdf", content=body(**changed))
    assert answer.status_code == 403
    assert "刷新页面" in answer.json()["message"]


def test_an_old_page_is_refused(client: TestClient) -> None:
    mark = sheet_routes.sign(SETUP.text(), day=datetime.now(UTC) - timedelta(days=2))
    assert client.post("/sheets/pdf", content=body(mark=mark)).status_code == 403


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"setup": 1, "mark": "", "page": ""}', "x" * 300_000])
def test_what_is_no_question_is_refused(client: TestClient, content: str) -> None:
    assert client.post("/sheets/pdf", content=content).status_code == 400


@pytest.mark.parametrize("form", ["exe", "zip/..", "PDF"])
def test_an_unknown_form_is_refused(client: TestClient, form: str) -> None:
    assert client.post(f"/sheets/{form}", content=body()).status_code in (400, 404)


def test_a_public_sheet_without_grounds_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/sheets/preview", content=body(SETUP.changed(audience=Audience.PUBLIC)))
    assert answer.status_code == 422
    assert "审图号" in answer.json()["message"]
