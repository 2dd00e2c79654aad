"""Printing beside the app: one worker, bounded waiting, the newest revision, and what happens when it breaks down."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geodata.store import Store
from geodata.vocabulary import SheetFormat
from sheets import setup
from tests.small_store import compound
from ui import data, printing
from ui.print_worker import PrintWorker

CHOSEN = setup.checked({"as_of": "2026-11-24", "paper": "a4"})
FAKE = """
    import sys
    from sheets import pipe

    def answer(message, **head):
        pipe.send(sys.stdout.buffer, {**head, "number": message[0]["number"]})

    while (message := pipe.receive(sys.stdin.buffer)) is not None:
"""


@pytest.fixture(autouse=True)
def _settings(
    small_store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHENGYUAN_CONFIG", str(tmp_path / "none.toml"))
    data.settings.cache_clear()
    yield
    printing.close()
    data.forget()
    data.settings.cache_clear()


Faking = Callable[..., PrintWorker]


@pytest.fixture
def faking(url: str) -> Iterator[Faking]:
    """Makes print workers whose process does what a piece of Python says with each `message`."""
    made: list[PrintWorker] = []

    def make(code: str, *arguments: object, patience_s: float = 30, idle_s: float = 600) -> PrintWorker:
        body = textwrap.dedent(FAKE) + textwrap.indent(textwrap.dedent(code), "    ")
        command = [sys.executable, "-c", body, *map(str, arguments)]
        made.append(PrintWorker(database=url, patience_s=patience_s, idle_s=idle_s, command=lambda: command))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def test_a_preview_and_a_file_show_the_newest_revision(small_store: Store) -> None:
    first = printing.preview(CHOSEN, width_px=300)
    assert first.png.startswith(b"\x89PNG")
    assert (first.width_mm, first.height_mm, first.pages) == (297, 210, 1)
    assert first.scale
    before = first.revision
    with small_store.commit(author="王工") as save:
        save.insert("compound", compound(id="CP-9", name="新院"))
    assert printing.preview(CHOSEN, width_px=300).revision == before + 1
    assert printing.make(CHOSEN, SheetFormat.PDF).content.startswith(b"%PDF")
