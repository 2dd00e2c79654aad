"""Fixtures of the browser tests: one app on demo data, one Chromium, a fresh page per test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.running import CHROMIUM_ARGUMENTS, App, Watch, start_app, stop_app
from tests.ensure_chromium import find_chromium, skip_allowed

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def app(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on demo data; tests that use it must leave the data as it is."""
    yield from _running(demo_file, tmp_path_factory.mktemp("app"))


@pytest.fixture(scope="module")
def shared_app(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a copy of the demo data that the tests of one file change, each another compound."""
    yield from _running(demo_file, tmp_path_factory.mktemp("shared"))


def _running(demo_file: Path, folder: Path) -> Iterator[App]:
    shutil.copy(demo_file, folder / "renewal.gpkg")
    running = start_app(folder)
    yield running
    stop_app(running)


@pytest.fixture
def own_app(demo_file: Path, tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Starts apps on a copy of the demo data that a test may change; ends them afterwards."""
    started: list[App] = []

    def start(*, copy: bool = True, port: int | None = None, **environment: str) -> App:
        if copy:
            shutil.copy(demo_file, tmp_path / "renewal.gpkg")
        started.append(start_app(tmp_path, port=port, **environment))
        return started[-1]

    yield start
    for running in started:
        stop_app(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; each test gets its own context."""
    executable = find_chromium()
    if executable is None:
        if skip_allowed():
            pytest.skip("no Chromium, and ALLOW_SKIP names it")
        pytest.fail("没有找到 Chromium：请运行 make setup-dev，或用环境变量 CHROMIUM 指明。")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(executable), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page at 1440×900 in its own context; ends with no script error and no outside request."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    fresh = context.new_page()
    watch = Watch()
    watch.attach(fresh)
    fresh.watch = watch  # type: ignore[attr-defined]
    fresh.set_default_timeout(20_000)
    yield fresh
    context.close()
    assert watch.outside == [], "the browser asked another host"
    assert watch.errors == [], "a script failed in the browser"
