"""A sick database shows a clear Chinese message on every page, loses nothing and never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from geodata.store.engine import sqlite
from tests.browser.running import App, free_port, start_app, stop_app

pytestmark = pytest.mark.browser

Start = Callable[..., App]


def shows(page: Page, url: str, *words: str) -> None:
    """The page shows one fault box with these words and no trace of Python."""
    page.goto(url)
    fault = page.locator(".cy-fault")
    expect(fault).to_be_visible()
    for word in words:
        expect(fault).to_contain_text(word)
    assert "Traceback" not in page.inner_text("body")
    assert "Error" not in fault.inner_text()


@pytest.fixture(scope="module")
def without_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app over an empty folder; no test puts anything into it."""
    running = start_app(tmp_path_factory.mktemp("empty"))
    yield running
    stop_app(running)


@pytest.mark.parametrize(
    "path", ["", "progress", "dossier", "worklist", "drawing", "quality", "history", "snapshots", "briefing"]
)
def test_a_missing_database_is_named_on_every_page_with_what_to_do(
    without_database: App, page: Page, path: str
) -> None:
    shows(page, f"{without_database.url}/{path}", "没有找到数据库", "manage.py init")


def test_a_file_that_is_no_database_is_named_and_left_alone(
    own_app: Start, page: Page, tmp_path: Path
) -> None:
    victim = tmp_path / "renewal.gpkg"
    victim.write_text("this is a letter, not a database" * 100)
    running = own_app(copy=False)
    shows(page, running.url, "不是本产品的数据库")
    assert victim.read_text().startswith("this is a letter")


def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    own_app: Start, page: Page, demo_file: Path, tmp_path: Path
) -> None:
    shutil.copy(demo_file, tmp_path / "renewal.gpkg")
    connection = sqlite.connect(tmp_path / "renewal.gpkg")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    running = own_app(copy=False)
    shows(page, running.url, "更新版本", "升级程序")


def test_the_page_recovers_when_the_database_comes_back(
    own_app: Start, page: Page, demo_file: Path, tmp_path: Path
) -> None:
    running = own_app(copy=False)
    shows(page, running.url, "没有找到数据库")
    shutil.copy(demo_file, tmp_path / "renewal.gpkg")
    page.reload()
    expect(page.get_by_text("街道开工占比").first).to_be_visible()


def test_a_database_that_is_taken_away_while_the_app_runs_is_named(
    own_app: Start, page: Page, tmp_path: Path
) -> None:
    running = own_app()
    page.goto(running.url)
    expect(page.get_by_text("街道开工占比").first).to_be_visible()
    for left in tmp_path.glob("renewal.gpkg*"):
        left.unlink()
    shows(page, running.url, "没有找到数据库")
    assert not (tmp_path / "renewal.gpkg").exists()


def test_a_save_while_another_program_writes_is_refused_and_works_afterwards(
    own_app: Start, page: Page
) -> None:
    running = own_app()
    page.goto(f"{running.url}/dossier?compound=410104002-C12")
    page.get_by_role("button", name="编辑", exact=True).click()
    page.get_by_label("操作人姓名").fill("王工")
    page.get_by_role("button", name="记住").click()
    page.get_by_label("户数", exact=True).fill("71")
    page.get_by_label("修改原因（必填）").fill("核对")
    other = sqlite.connect(running.folder / "renewal.gpkg", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("正被另一个程序写入", exact=False).first).to_be_visible()
    expect(page.get_by_label("户数", exact=True)).to_have_value("71")
    other.execute("ROLLBACK")
    other.close()
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("71 户").first).to_be_visible()


def test_a_search_in_an_empty_register_finds_nothing_and_does_no_harm(
    own_app: Start, page: Page, tmp_path: Path
) -> None:
    Store.create(f"sqlite:///{tmp_path / 'renewal.gpkg'}").close()
    running = own_app(copy=False)
    page.goto(f"{running.url}/?q=院")
    expect(page.get_by_text("显示 0 / 0", exact=False)).to_be_visible()
    expect(page.locator(".cy-fault")).to_be_hidden()


def test_a_port_that_is_taken_is_said_in_plain_words(app: App) -> None:
    port = app.url.rsplit(":", 1)[1]
    answer = subprocess.run(
        ["make", "--no-print-directory", "port-free", f"PORT={port}"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert answer.returncode == 2
    assert f"端口 {port} 已被占用" in answer.stderr
    assert f"PORT={int(port) + 1}" in answer.stderr


def test_the_app_also_runs_under_an_asgi_server(demo_file: Path, tmp_path: Path) -> None:
    port = free_port()
    code = (
        "import app, sys; from starlette.testclient import TestClient\n"
        "with TestClient(app.app) as client:\n"
        "    print(client.get('/healthz').json()['status'])"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{demo_file}",
            "DATA_DIR": str(tmp_path),
            "PORT": str(port),
        },
    )
    assert answer.stdout.strip().endswith("ok"), answer.stderr[-2000:]
