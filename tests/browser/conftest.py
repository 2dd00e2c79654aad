"""Fixtures of the browser tests: one app on demo data, one Chromium, a fresh page per test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.running import CHROMIUM_ARGUMENTS, App, Watch, start_app, stop_app
from tests.ensure_chromium import find_chromium, skip_allowed

expect.set_options(timeout=20_000)

_KEPT_BY_PAGES = "local_storage,session_storage,indexeddb,websql,service_workers,cache_storage,file_systems"


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
def playwright() -> Iterator[Playwright]:
    """What drives the browsers."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium."""
    executable = find_chromium()
    if executable is None:
        if skip_allowed():
            pytest.skip("no Chromium, and ALLOW_SKIP names it")
        pytest.fail("没有找到 Chromium：请运行 make setup-dev，或用环境变量 CHROMIUM 指明。")
    return str(executable)


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A second, empty browser for tests of two people."""
    other = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
    yield other
    other.close()


@pytest.fixture(scope="session")
def profile(
    playwright: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """The browser of one person, who has compiled the app's scripts before: a quarter less work for every page."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=chromium,
        args=CHROMIUM_ARGUMENTS,
        viewport={"width": 1440, "height": 900},
        locale="zh-CN",
    )
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A fresh page at 1440×900 that remembers nothing; ends with no script error and no outside request."""
    fresh = profile.new_page()
    watch = Watch()
    watch.attach(fresh)
    fresh.watch = watch  # type: ignore[attr-defined]
    fresh.set_default_timeout(20_000)
    yield fresh
    _forget(profile)
    assert watch.outside == [], "the browser asked another host"
    assert watch.errors == [], "a script failed in the browser"


def _forget(profile: BrowserContext) -> None:
    """Close the pages of a test, and all that they and their app left in the browser but its cache."""
    blank, *used = profile.pages
    origins = {"/".join(one.url.split("/")[:3]) for one in used if one.url.startswith("http")}
    for one in used:
        one.close()
    profile.clear_cookies()
    profile.clear_permissions()
    session = profile.new_cdp_session(blank)
    for origin in origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": _KEPT_BY_PAGES})
    session.detach()
