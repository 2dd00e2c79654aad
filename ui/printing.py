"""Printing for pages: previews and single sheets by the print worker; what takes longer goes to `ui.print_jobs`."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geodata.errors import ChengyuanError
from geodata.vocabulary import Paper, SheetFormat
from sheets.files import File
from sheets.setup import Setup
from ui import data
from ui.print_jobs import address, cancel, file_of, jobs, start
from ui.print_worker import Overtaken, PrintTrouble, PrintWorker

__all__ = [
    "File",
    "Overtaken",
    "Preview",
    "PrintTrouble",
    "add",
    "address",
    "cancel",
    "close",
    "file_of",
    "is_heavy",
    "jobs",
    "make",
    "preview",
    "start",
    "warm",
]

_SCREEN_PX = 1600
_HEAVY_PIXELS = 40_000_000  # about an A2 at 300 dpi; more is a job of its own


@dataclass(frozen=True, slots=True)
class Preview:
    """The first page as a picture, the sheet's size in mm, and what the person should know.

    `scale` is the denominator really used, None for a sheet without one map; `pages` how many pages there are.
    """

    png: bytes
    width_mm: float
    height_mm: float
    scale: float | None
    notices: tuple[str, ...]
    revision: int
    pages: int


_SPARE_IDLE_S = 60.0
_lock = threading.Lock()
_workers: dict[str, PrintWorker] = {}


def _worker(name: str = "first") -> PrintWorker:
    """The worker of that name; its process starts with its first request."""
    with _lock:
        if name not in _workers:
            office = data.settings()
            idle = office.print.worker_idle_minutes * 60
            _workers[name] = PrintWorker(
                database=office.database_url,
                patience_s=office.print.patience_s,
                idle_s=idle if name == "first" else min(idle, _SPARE_IDLE_S),
            )
        return _workers[name]


def _free() -> PrintWorker:
    """Who draws a preview: the worker, or a spare one while that makes a file; the spare one's process soon ends."""
    first = _worker()
    return _worker("spare") if first.is_taken else first


def preview(setup: Setup, *, session: str | None = None, width_px: int = _SCREEN_PX) -> Preview:
    """The sheet as a picture for the screen, made of the newest revision.

    A newer preview of the same `session` replaces an older one that still waits (which raises Overtaken).
    Raises ChengyuanError with a message for people.
    """
    told, pages = _free().ask(_request("preview", setup, width_px=width_px), session=session)
    size = (told["width"], told["height"])
    return Preview(pages[0], *size, told["scale"], tuple(told["notices"]), told["revision"], told["pages"])


def make(setup: Setup, form: SheetFormat) -> File:
    """A single sheet as a file, made of the newest revision. Raises ChengyuanError with a message for people."""
    told, bodies = _worker().ask(_request("make", setup, form=form.value), long=True)
    return File(told["name"], told["mime"], bodies[0])


def add(setup: Setup, form: SheetFormat, given: bytes, *, name: str) -> File:
    """The sheet added to a PowerPoint or Word file that somebody has. Raises ChengyuanError with a message for people."""
    told, bodies = _worker().ask(_request("add", setup, form=form.value, name=name), given=[given], long=True)
    return File(told["name"], told["mime"], bodies[0])


def is_heavy(setup: Setup, form: SheetFormat) -> bool:
    """Whether a file is better made in the background (`start`), since everybody else would wait for it."""
    from cartography.print.paper import size_mm

    width, height = size_mm(Paper(setup.paper), setup.orientation)
    return form is SheetFormat.PNG and width * height * (setup.dpi / 25.4) ** 2 > _HEAVY_PIXELS


def warm() -> None:
    """Start the worker in the background, so that the first preview need not wait for it."""

    def ask() -> None:
        with suppress(ChengyuanError):
            _worker().ask({"do": "warm", "today": _today()})

    threading.Thread(target=ask, name="print-warm", daemon=True).start()


def close() -> None:
    """End the workers (with the app)."""
    with _lock:
        while _workers:
            _workers.popitem()[1].close()


def _request(what: str, setup: Setup, **more: Any) -> dict[str, Any]:
    return {"do": what, "setup": setup.model_dump(mode="json"), "today": _today(), **more}


def _today() -> str:
    return datetime.now(data.ZONE).date().isoformat()
