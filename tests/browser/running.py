"""Running the real app and driving a real Chromium: shared by browser tests and the bench."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import FrameLocator, Page

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


def start_app(folder: Path, *, port: int | None = None, **environment: str) -> App:
    """Start the app on `folder/renewal.gpkg` (at a free port unless told) and wait until it answers."""
    port = port or free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            f"--server.port={port}",
            "--server.headless=true",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder / 'renewal.gpkg'}",
            "DATA_DIR": str(folder),
            "CHENGYUAN_CONFIG": str(folder / "config.toml"),
            "BACKUP": '{"enabled": false}',  # no backup in the middle of a test or a measurement
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
        socket.on(
            "framereceived", lambda data: setattr(self, "received_bytes", self.received_bytes + len(data))
        )


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
        """id => { const at = map.latLngToContainerPoint(chengyuan.compoundLatLng(chengyuan.compoundPlace(id)));
            return [at.x, at.y]; }""",
        compound_id,
    )  # type: ignore[misc]
    box = page.locator("iframe").first.bounding_box()
    assert box
    return box["x"] + x, box["y"] + y
