"""Health: what a proxy and a monitor are told, and that every answer can be found in the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from geodata import upkeep
from geodata.backups import backup_name
from geodata.store import Store
from geodata.store.engine import sqlite
from tests.test_backup import spoil
from ui import data, health, middleware, routes, system


@pytest.fixture
def client(
    small_store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A client of the routes on the small store, whose disk has room enough."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOW_SPACE_MB", "0")
    start_anew()
    app = Starlette(routes=routes.routes(), middleware=[Middleware(middleware.RequestId)])
    with TestClient(app) as client:
        yield client
    start_anew()


def start_anew() -> None:
    """As in a process that has just begun."""
    data.settings.cache_clear()
    data.forget()
    health.forget()


def ready(client: TestClient, address: str = "/readyz") -> tuple[int, dict[str, Any]]:
    """Status and content of a fresh answer."""
    health.forget()
    answer = client.get(address)
    return answer.status_code, answer.json()


def back_up(*, hours_ago: float) -> None:
    """A scheduled backup made so many hours ago."""
    place = system.place()
    upkeep.back_up(place, now=datetime.now(UTC) - timedelta(hours=hours_ago), scheduled=True)


# ---- ready ------------------------------------------------------------------------------------------------


def test_a_store_with_a_fresh_backup_is_ready(client: TestClient) -> None:
    back_up(hours_ago=1)
    status, told = ready(client)
    assert (status, told["status"], told["revision"]) == (200, "ready", 3)
    assert {name: check["ok"] for name, check in told["checks"].items()} == dict.fromkeys(
        ("store", "schema", "writable", "disk", "backup"), True
    )
    assert 0.9 < told["checks"]["backup"]["age_hours"] < 1.1


def test_never_backed_up_is_not_well(client: TestClient) -> None:
    status, told = ready(client)
    assert (status, told["status"]) == (200, "degraded")
    assert told["checks"]["backup"] == {"ok": False, "age_hours": None, "limit_hours": 50.0}


@pytest.mark.parametrize(("hours", "ok"), [(49, True), (51, False)])
def test_a_backup_is_too_old_after_two_days_and_two_hours(client: TestClient, hours: int, ok: bool) -> None:
    back_up(hours_ago=hours)
    assert ready(client)[1]["checks"]["backup"]["ok"] is ok


def test_a_backup_of_the_future_does_not_hide_that_there_was_none_since(client: TestClient) -> None:
    back_up(hours_ago=51)
    back_up(hours_ago=-10_000)
    told = ready(client)[1]["checks"]["backup"]
    assert told["ok"] is False
    assert 50.9 < told["age_hours"] < 51.1


def test_a_copy_kept_before_an_upgrade_is_no_backup_of_the_present(client: TestClient) -> None:
    folder = system.place().folder
    folder.mkdir()
    for name in ("renewal-before-0001-upgrade.gpkg", "renewal-before-restore-20261125-000000.gpkg"):
        (folder / name).write_text("copy")
    assert ready(client)[1]["checks"]["backup"]["age_hours"] is None


def test_little_room_is_degraded_and_a_strict_monitor_gets_503(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(hours_ago=1)
    monkeypatch.setenv("LOW_SPACE_MB", str(2**40))
    data.settings.cache_clear()
    assert (ready(client)[0], ready(client)[1]["status"]) == (200, "degraded")
    assert ready(client, "/readyz?strict")[0] == 503


def test_a_store_that_takes_no_saves_is_degraded(
    client: TestClient, small_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geodata.store.room.is_writable", lambda path: False)
    status, told = ready(client)
    assert (status, told["status"], told["checks"]["writable"]["ok"]) == (200, "degraded", False)


def test_a_missing_store_is_unavailable_and_nothing_about_it_is_claimed(
    client: TestClient, small_store: Store, tmp_path: Path
) -> None:
    small_store.close()
    for part in tmp_path.glob("renewal.gpkg*"):
        part.unlink()
    status, told = ready(client)
    assert (status, told["status"], told["revision"]) == (503, "unavailable", None)
    assert told["checks"]["store"] == {"ok": False, "error": "StoreMissing"}
    assert told["checks"]["schema"]["ok"] is None
    assert told["checks"]["writable"]["ok"] is None


def test_a_store_that_is_silent_does_not_keep_the_next_who_asks_waiting(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE_S", 0.01)
    with health._lock:  # another question hangs in the store
        status, told = ready(client)
    assert (status, told["status"], told["revision"]) == (503, "unavailable", None)
    assert told["checks"]["store"] == {"ok": False, "error": "NoAnswer"}
    assert ready(client)[0] == 200


@pytest.mark.parametrize("version", ["9999", "0001"])
def test_a_store_of_another_version_answers_and_cannot_be_used(
    client: TestClient, small_store: Store, version: str
) -> None:
    assert small_store.path
    spoil(small_store.path, f"UPDATE alembic_version SET version_num = '{version}'")
    data.forget()
    status, told = ready(client)
    assert (status, told["status"]) == (503, "unavailable")
    assert (told["checks"]["store"]["ok"], told["checks"]["schema"]["ok"]) == (True, False)


def test_the_answer_holds_no_path_no_name_and_no_secret(client: TestClient, tmp_path: Path) -> None:
    text = json.dumps(ready(client)[1], ensure_ascii=False)
    for word in (str(tmp_path), "renewal", "sqlite", "张三"):
        assert word not in text


def test_an_answer_is_kept_for_a_second_so_that_asking_costs_nothing(client: TestClient) -> None:
    first = ready(client)[1]
    back_up(hours_ago=1)
    assert client.get("/readyz").json() == first
    assert client.get("/readyz").headers["cache-control"] == "no-store"


def test_the_process_is_healthy_while_somebody_holds_or_broke_the_store(
    client: TestClient, small_store: Store
) -> None:
    other = sqlite.connect(small_store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert client.get("/healthz").json() == {"status": "ok"}
    other.close()
    small_store.close()
    assert small_store.path
    small_store.path.write_bytes(b"letter" * 1000)
    assert client.get("/healthz").status_code == 200


# ---- references -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/healthz", "/nothing", "/assets/map/core.js"])
def test_every_answer_has_a_reference_of_its_own(client: TestClient, address: str) -> None:
    first, second = (client.get(address).headers["x-request-id"] for _ in range(2))
    assert first != second
    assert len(first) == 16


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("proxy-0123.45_6", True),
        ("short", False),
        ("a" * 65, False),
        ('"><script>alert(1)</script>', False),
        ("abcdefgh\tijkl", False),
    ],
)
def test_a_reference_from_a_proxy_is_kept_only_when_it_is_well_formed(
    client: TestClient, given: str, kept: bool
) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept


def test_the_log_names_the_route_and_the_reference_and_not_the_address(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="chengyuan.access"):
        client.get("/layers/compound/3/cgcs2000/abcd/0123456789?q=张三")
    (record,) = caplog.records
    assert (record.__dict__["route"], record.__dict__["status"]) == ("layers", 403)
    assert "0123456789" not in str(record.__dict__)
    assert "张三" not in str(record.__dict__)


def test_backup_names_sort_by_time() -> None:
    noon = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    assert backup_name(Path("renewal.gpkg"), noon, scheduled=True) == "renewal-scheduled-20261125-123000.gpkg"
