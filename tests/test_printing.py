"""Printing beside the app: one worker, bounded waiting, the newest revision, and what happens when it breaks down."""

from __future__ import annotations

import json
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import geodata.store
from cartography.print.typeset import TEMPLATES
from geodata.errors import BadValue, StoreMissing
from geodata.settings import Settings
from geodata.store import Store
from geodata.vocabulary import SheetFormat
from sheets import register, setup
from tests import child
from tests.shown_store import deployed
from tests.small_store import SOURCED, compound
from ui import data, print_worker, printing
from ui.print_worker import Overtaken, PrintTrouble, PrintWorker

CHOSEN = setup.checked({"as_of": "2026-11-24", "paper": "a4"})
FAKE = """
    import os, sys, time
    from sheets import pipe

    def answer(message, **head):
        pipe.send(sys.stdout.buffer, {**head, "number": message[0]["number"]})

    while (message := pipe.receive(sys.stdin.buffer)) is not None:
"""

WHEN_THE_GATE_OPENS = """
open(sys.argv[1] + ".reached", "w").close()
while not os.path.exists(sys.argv[1]): time.sleep(0.01)
"""
HOLD_THE_WRITE_LOCK = """
    import sys
    from geodata.store import Store

    store = Store.open(sys.argv[1])
    with store.commit(author="王工") as save:
        print("ready", flush=True)
        sys.stdin.readline()
    store.close()
"""


def work(item: str, owner: str) -> dict[str, Any]:
    return {"id": item, "compound_id": owner, "type_code": "B14", **SOURCED}


@pytest.fixture(autouse=True)
def _settings(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with deployed(small_store, tmp_path, monkeypatch):
        yield
        printing.close()


Faking = Callable[..., PrintWorker]


@pytest.fixture
def faking(small_store: Store) -> Iterator[Faking]:
    """Makes print workers whose process does what a piece of Python says with each `message`."""
    made: list[PrintWorker] = []

    def make(code: str, *arguments: object, patience_s: float = 30, idle_s: float = 600) -> PrintWorker:
        body = textwrap.dedent(FAKE) + textwrap.indent(textwrap.dedent(code), "    ")
        command = [sys.executable, "-c", body, *map(str, arguments)]
        made.append(
            PrintWorker(
                database=small_store.url, patience_s=patience_s, idle_s=idle_s, command=lambda: command
            )
        )
        return made[-1]

    yield make
    for worker in made:
        worker.close()


@pytest.mark.both_stores
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


@pytest.mark.both_stores
def test_the_register_is_of_one_revision_whatever_is_saved_while_it_is_read(
    small_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = small_store.snapshot().revision
    read = geodata.store.layer_frame

    def and_somebody_saves(*arguments: Any, **more: Any) -> pd.DataFrame:
        frame = read(*arguments, **more)
        if arguments[1].name == "compound":
            with closing(Store.open(small_store.url)) as other, other.commit(author="李工") as save:
                save.insert("compound", compound(id="CP-9", name="新院"))
                save.insert("work_item", work("W9", "CP-9"))
        return frame

    monkeypatch.setattr(geodata.store, "layer_frame", and_somebody_saves)
    made = register.read(small_store, Settings(), today=date(2026, 11, 24))
    monkeypatch.undo()
    assert made.revision == before
    assert "W9" not in made.frames["work_item"].index  # read after the save
    later = register.renewed(made, small_store, Settings(), today=date(2026, 11, 24))
    assert later.revision == before + 1
    assert "W9" in later.frames["work_item"].index
    assert register.renewed(later, small_store, Settings(), today=date(2026, 11, 24)) is later


def test_after_a_save_only_what_it_changed_is_read_again(small_store: Store) -> None:
    day = date(2026, 11, 24)
    made = register.read(small_store, Settings(), today=day)
    with small_store.commit(author="王工") as save:
        save.insert("compound", compound(id="CP-9", name="新院"))
    later = register.renewed(made, small_store, Settings(), today=day)
    afresh = register.read(small_store, Settings(), today=day)
    assert (later.mark, later.saved) == (afresh.mark, afresh.saved)
    for layer in register.LAYERS:
        pd.testing.assert_frame_equal(later.frames[layer], afresh.frames[layer])
        assert (later.frames[layer] is made.frames[layer]) is (layer != "compound")


def test_looking_at_many_days_does_not_fill_the_memory(small_store: Store) -> None:
    made = register.read(small_store, Settings(), today=date(2026, 11, 24))
    days = [date(2026, 11, day) for day in range(1, 25)]
    first = made.states(days[0])
    weights = []
    for day in days:
        assert made.states(day) is made.states(day)
        weights.append(sum(len(frame) for frame in made.keep("states", dict).values()))
    assert 0 < weights[-1] == weights[len(days) // 2]
    pd.testing.assert_frame_equal(made.states(days[0]), first)


def test_a_preview_goes_on_while_somebody_holds_the_write_lock(small_store: Store) -> None:
    with child.running(HOLD_THE_WRITE_LOCK, small_store.url):
        assert printing.preview(CHOSEN, width_px=300).png


def test_a_preview_does_not_wait_behind_a_file(
    faking: Faking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = tmp_path / "gate"
    first = faking(f"{WHEN_THE_GATE_OPENS.strip()}\nanswer(message, name='a.pdf', mime='', bodies=[])", gate)
    seen = {"width": 297, "height": 210, "scale": 5000, "notices": [], "pages": 1, "revision": 7}
    spare = faking(f"pipe.send(sys.stdout.buffer, {{**{seen!r}, 'number': message[0]['number']}}, [b'png'])")
    monkeypatch.setitem(printing._workers, "first", first)
    monkeypatch.setitem(printing._workers, "spare", spare)
    making = threading.Thread(target=lambda: first.ask({"do": "make"}, long=True))
    making.start()
    while not Path(f"{gate}.reached").exists():
        assert making.is_alive()
    assert printing.preview(CHOSEN).revision == 7
    assert making.is_alive()
    gate.touch()
    making.join()
    assert not first.is_taken
    assert printing._free() is first


def test_a_worker_that_is_killed_is_replaced_and_nobody_notices() -> None:
    first = printing.preview(CHOSEN, width_px=300)
    process = printing._workers["first"]._process
    assert process
    process.kill()
    process.wait()
    assert printing.preview(CHOSEN, width_px=300) == first
    assert printing._workers["first"]._process is not process


def test_two_persons_at_once_both_get_their_own_sheet() -> None:
    papers = ["a4", "a3"] * 3
    found: dict[int, printing.Preview] = {}

    def ask(place: int) -> None:
        found[place] = printing.preview(
            CHOSEN.changed(paper=papers[place]), session=f"s{place}", width_px=200
        )

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [found[place].width_mm for place in range(6)] == [297, 420] * 3


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"audience": "public", "classification": "public"}, "审图号"),
        ({"template": "nowhere.typ"}, "没有模板 nowhere.typ"),
    ],
)
def test_a_refusal_reaches_the_page_as_its_message(values: dict[str, str], says: str) -> None:
    with pytest.raises(BadValue, match=says):
        printing.preview(CHOSEN.changed(**values))


def test_an_error_in_the_office_template_names_the_file_and_the_worker_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    source = (TEMPLATES / "snapshot.typ").read_text(encoding="utf-8")
    (tmp_path / "own" / "office.typ").write_text(source + "\n#undefined-thing()\n", encoding="utf-8")
    monkeypatch.setenv("PRINT", json.dumps({"templates": str(tmp_path / "own")}))
    data.settings.cache_clear()
    with pytest.raises(BadValue, match=r"office\.typ"):
        printing.preview(CHOSEN.changed(template="office.typ"), width_px=300)
    process = printing._workers["first"]._process
    assert printing.preview(CHOSEN, width_px=300).png
    assert printing._workers["first"]._process is process


def test_a_database_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.gpkg'}")
    data.settings.cache_clear()
    with pytest.raises(StoreMissing, match=r"none\.gpkg"):
        printing.preview(CHOSEN)


# ---- the line and the process -------------------------------------------------------------------------------------


def test_a_worker_that_hangs_is_stopped_and_the_next_request_has_a_fresh_one(faking: Faking) -> None:
    worker = faking(
        """
        if message[0]["do"] == "hang":
            sys.stdin.buffer.read()
        answer(message, good=True)
        """,
        patience_s=1.5,
    )
    assert worker.ask({"do": "go"})[0]["good"]
    with pytest.raises(PrintTrouble, match="超过 2 秒没有完成"):
        worker.ask({"do": "hang"})
    assert worker.ask({"do": "go"})[0]["good"]


def test_a_worker_that_dies_over_a_request_says_so_and_is_not_asked_for_ever(faking: Faking) -> None:
    worker = faking("if message[0]['do'] == 'die': sys.exit(3)\nanswer(message, good=True)")
    with pytest.raises(PrintTrouble, match="意外结束"):
        worker.ask({"do": "die"})
    assert worker.ask({"do": "go"})[0]["good"]


def test_half_an_answer_is_none(faking: Faking) -> None:
    worker = faking(
        """
        sys.stdout.buffer.write(b"\\0\\0\\0\\x20{half")
        sys.stdout.buffer.flush()
        sys.exit(0)
        """
    )
    with pytest.raises(PrintTrouble, match="意外结束"):
        worker.ask({"do": "go"})


def test_an_error_of_the_program_is_told_without_its_words(faking: Faking) -> None:
    worker = faking("answer(message, error='', kind='KeyError', at='x.py:1')")
    with pytest.raises(PrintTrouble, match="出图程序出错（KeyError）"):
        worker.ask({"do": "go"})


def test_the_newest_preview_of_a_session_takes_the_place_of_an_older_waiting_one(
    faking: Faking, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    worker = faking(f"{WHEN_THE_GATE_OPENS}\nanswer(message, what=message[0]['do'])", gate)
    answers: dict[str, Any] = {}

    def ask(what: str, session: str) -> threading.Thread:
        def run() -> None:
            try:
                answers[what] = worker.ask({"do": what}, session=session)[0]["what"]
            except Overtaken as error:
                answers[what] = error

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    threads = [ask("first", "a")]
    child.until(lambda: len(worker._line) == 1)
    for what, session in (("older", "a"), ("other", "b")):
        threads.append(ask(what, session))
        child.until(lambda: len(worker._line) == len(threads))
    threads.append(ask("newest", "a"))
    child.until(lambda: "older" in answers)
    assert isinstance(answers["older"], Overtaken)
    gate.touch()
    for thread in threads:
        thread.join(60)
    assert {what: told for what, told in answers.items() if what != "older"} == {
        "first": "first",
        "other": "other",
        "newest": "newest",
    }


def test_who_waits_too_long_for_a_turn_is_told(faking: Faking, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    worker = faking(f"{WHEN_THE_GATE_OPENS}\nanswer(message)", gate)
    thread = threading.Thread(target=worker.ask, args=({"do": "long"},))
    thread.start()
    child.until((tmp_path / "gate.reached").exists)
    worker._patience_s = 0.01
    with pytest.raises(PrintTrouble, match="没有轮到"):
        worker.ask({"do": "short"})
    gate.touch()
    thread.join(60)


def test_a_line_that_is_too_long_takes_nobody_more(
    faking: Faking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_worker, "_MOST_IN_LINE", 2)
    gate = tmp_path / "gate"
    worker = faking(f"{WHEN_THE_GATE_OPENS}\nanswer(message)", gate)
    threads = [threading.Thread(target=worker.ask, args=({"do": "go"},)) for _ in range(2)]
    for thread in threads:
        thread.start()
    child.until(lambda: len(worker._line) == 2)
    with pytest.raises(PrintTrouble, match="人太多"):
        worker.ask({"do": "one more"})
    gate.touch()
    for thread in threads:
        thread.join(60)
    worker.ask({"do": "now"})


def test_an_unused_worker_ends_and_the_next_request_starts_another(faking: Faking) -> None:
    worker = faking("answer(message)", idle_s=0.01)
    worker.ask({"do": "go"})
    child.until(lambda: worker._process is None)
    worker.ask({"do": "go"})


def test_the_worker_ends_with_the_app() -> None:
    printing.preview(CHOSEN, width_px=200)
    process = printing._workers["first"]._process
    assert process
    printing.close()
    assert process.returncode == 0
    assert printing._workers == {}


def test_a_large_picture_is_a_job_of_its_own() -> None:
    assert printing.is_heavy(CHOSEN.changed(paper="a0", dpi=300), SheetFormat.PNG)
    assert not printing.is_heavy(CHOSEN.changed(paper="a0", dpi=300), SheetFormat.PDF)
    assert not printing.is_heavy(CHOSEN.changed(dpi=300), SheetFormat.PNG)
