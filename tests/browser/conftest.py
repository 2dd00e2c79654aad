"""A real server on demo data and a real Chromium, shared by all browser tests of a run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from geodata.installing import create_demo
from tests.ensure_chromium import find_chromium, skip_allowed

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class App:
    """A running app: its address, its data folder and its process."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def follow(self) -> None:
        """Wait until the server names its address (or ends), then read on in a thread so that it never blocks."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if "URL:" in line:
                break
        else:
            self.process.wait()
        self.reader = threading.Thread(target=self._read_on, daemon=True)
        self.reader.start()

    def _read_on(self) -> None:
        with self.process.stdout as output:  # type: ignore[union-attr]
            self.said.extend(output)

    @property
    def database(self) -> str:
        """URL of its database."""
        return f"sqlite:///{self.folder / 'renewal.gpkg'}"


def start_app(folder: Path, **environment: str) -> App:
    """Start the app on `folder/renewal.gpkg` and wait until it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder / 'renewal.gpkg'}",
            "DATA_DIR": str(folder),
            "CHENGYUAN_CONFIG": str(folder / "config.toml"),
            "PYTHONUNBUFFERED": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    app = App(f"http://localhost:{port}", folder, process)
    app.follow()
    if process.poll() is not None:
        stop_app(app)
        raise RuntimeError("".join(app.said)[-3000:])
    return app


def stop_app(app: App) -> None:
    """End the app by its own process."""
    app.process.terminate()
    try:
        app.process.wait(20)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait(20)
    if app.reader:
        app.reader.join(20)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with demo data, made once."""
    path = tmp_path_factory.mktemp("demo") / "renewal.gpkg"
    create_demo(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def app(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on demo data; tests that use it must leave the data as it is."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copy(demo_file, folder / "renewal.gpkg")
    running = start_app(folder)
    yield running
    stop_app(running)


@pytest.fixture
def own_app(demo_file: Path, tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Starts apps on a copy of the demo data that a test may change; ends them afterwards."""
    started: list[App] = []

    def start(*, copy: bool = True, **environment: str) -> App:
        if copy:
            shutil.copy(demo_file, tmp_path / "renewal.gpkg")
        started.append(start_app(tmp_path, **environment))
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


@dataclass
class Watch:
    """What a page did behind the scenes."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    sent: int = 0
    received_bytes: int = 0

    def attach(self, page: Page) -> None:
        """Start watching requests, script errors, frames and the socket."""
        page.on("request", lambda request: self._request(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("frameattached", lambda frame: self.frames.append(frame.url))
        page.on("websocket", self._socket)

    def _request(self, url: str) -> None:
        if not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:", "about:")):
            self.outside.append(url)

    def _socket(self, socket) -> None:  # type: ignore[no-untyped-def]
        socket.on("framesent", lambda _: setattr(self, "sent", self.sent + 1))
        socket.on("framereceived", lambda data: setattr(self, "received_bytes", self.received_bytes + len(data)))


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


def map_frame(page: Page) -> FrameLocator:
    """The map's frame, once it has drawn."""
    frame = page.frame_locator("iframe").first
    frame.locator("body[data-ready]").wait_for()
    return frame


def in_map(page: Page, expression: str, argument: object = None) -> object:
    """Evaluate an expression inside the map's frame."""
    map_frame(page)
    inside = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
    return inside.evaluate(expression, argument)


def compound_point(page: Page, compound_id: str) -> tuple[float, float]:
    """Where on the page a compound is drawn (CSS pixels)."""
    x, y = in_map(
        page,
        """id => { const item = chengyuan.items.compounds.find(item => item.id === id);
            const p = item.feature.properties; const at = map.latLngToContainerPoint([p.lat, p.lon]);
            return [at.x, at.y]; }""",
        compound_id,
    )  # type: ignore[misc]
    box = page.locator("iframe").first.bounding_box()
    assert box
    return box["x"] + x, box["y"] + y


def settled(page: Page) -> None:
    """Wait until the script has finished running."""
    expect(page.locator("[data-testid='stApp']")).to_have_attribute("data-test-script-state", "notRunning")
