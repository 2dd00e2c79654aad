"""Background exports: one after another in order, on record, cancelled without remains, kept for a while."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from filelock import FileLock
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geodata import exports, jobs
from geodata.errors import BadFile, BadValue
from geodata.exports import Exports, exports_of
from geodata.jobs import Advance, Job, JobKind, Jobs, JobState, Result
from geodata.store import Store
from geodata.vocabulary import SheetFormat
from sheets import setup
from tests import small_disk
from tests.child import until
from tests.shown_store import deployed
from ui import data, print_jobs, printing

CHOSEN = setup.checked({"as_of": "2026-11-24", "paper": "a4", "dpi": 96, "title": "例会图"})


@pytest.fixture
def line(tmp_path: Path) -> Exports:
    """Exports in a folder of their own."""
    return Exports(tmp_path / "exports", keep_days=7, keep_bytes=2**30, least_free_bytes=0)


@pytest.fixture
def _settings(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with deployed(small_store, tmp_path, monkeypatch, LOW_SPACE_MB="0"):
        yield
        until(lambda: not print_jobs._children)


def writing(content: bytes = b"%PDF", *, name: str = "图册.pdf"):  # type: ignore[no-untyped-def]
    """Work that writes a small file."""

    def work(advance: Advance, path: Path) -> Result:
        advance(1, 1, "排版")
        path.write_bytes(content)
        return Result("好", file=name)

    return work


def entered(line: Exports, title: str = "图册") -> str:
    return line.enter(JobKind.ATLAS, {}, title=title)


def of(line: Exports, export: str) -> Job:
    return next(job for job in line.recorded() if job.id == export)


def remains(line: Exports, export: str) -> set[str]:
    """What of an export lies in the folder beside its record, its request, its lock and the mark of its cancelling."""
    left = {path.name.removeprefix(export) for path in line.folder.glob(f"{export}*")}
    return left - {".json", ".asked", ".lock", ".cancel"}


# ---- through the app ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_settings")
def test_a_large_picture_is_made_in_the_background_and_taken_by_a_signed_address() -> None:
    export = printing.start(CHOSEN, SheetFormat.PNG, title="例会图", author="王工")
    assert printing.file_of(export) is None
    until(lambda: printing.jobs()[0].state is JobState.DONE)
    job = printing.jobs()[0]
    assert (job.title, job.author, job.message) == ("例会图", "王工", "修订 3")
    client = TestClient(Starlette(routes=print_jobs.routes()))
    answer = client.get("/" + printing.address(export))
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["content-type"] == "image/png"
    assert quote("例会图_20261124_内部资料.png") in answer.headers["content-disposition"]
    other = print_jobs.sign("another")
    old = print_jobs.sign(export, day=datetime.now(UTC) - timedelta(days=2))
    for token in (other, old, "x", "城"):
        assert client.get(f"/sheets/exports/{export}/{token}").status_code == 403
    for path in exports_of(data.settings()).folder.glob("*.made.png"):
        path.unlink()
    gone = client.get("/" + printing.address(export))
    assert gone.status_code == 404
    assert "重新导出" in gone.json()["message"]


@pytest.mark.usefixtures("_settings")
def test_cancelling_ends_the_process_and_the_record_says_so() -> None:
    line = exports_of(data.settings())
    line.folder.mkdir(parents=True)
    with FileLock(line.folder / "running.lock"):  # another export is under way
        export = printing.start(CHOSEN, SheetFormat.PDF, title="图")
        until(lambda: (line.folder / f"{export}.lock").exists())
        assert printing.jobs()[0].state is JobState.WAITING
        Jobs(data.settings().data_dir / "jobs").run(
            JobKind.CHECK, lambda advance: Result("备份不等出图"), wait_s=0
        )
        printing.cancel(export)
        until(lambda: printing.jobs()[0].state is JobState.CANCELLED)
    assert printing.jobs()[0].state.label == "已取消"
    assert remains(line, export) == set()
    assert printing.file_of(export) is None


@pytest.mark.usefixtures("_settings")
def test_an_export_whose_process_is_killed_reads_as_interrupted_and_the_next_one_goes_on() -> None:
    line = exports_of(data.settings())
    line.folder.mkdir(parents=True)
    with FileLock(line.folder / "running.lock"):
        killed = printing.start(CHOSEN, SheetFormat.PDF, title="图")
        until(lambda: (line.folder / f"{killed}.lock").exists())
        print_jobs._children[killed].send_signal(signal.SIGKILL)
        until(lambda: of(line, killed).state is JobState.INTERRUPTED)
    assert "重新导出" in of(line, killed).message
    line.run(entered(line), writing())
    assert line.recorded()[0].state is JobState.DONE


@pytest.mark.usefixtures("_settings")
def test_what_a_sheet_is_refused_for_stands_in_the_record() -> None:
    public = CHOSEN.changed(audience="public", classification="public")
    export = printing.start(public, SheetFormat.PDF, title="图")
    until(lambda: printing.jobs()[0].state is JobState.FAILED)
    assert "审图号" in printing.jobs()[0].message
    assert printing.file_of(export) is None


# ---- the line -----------------------------------------------------------------------------------------------------


def test_exports_run_one_after_another_in_the_order_they_were_asked(line: Exports) -> None:
    names = [entered(line, title) for title in ("一", "二", "三")]
    begun: list[str] = []
    go_on = threading.Event()

    def work(advance: Advance, path: Path) -> Result:
        begun.append(threading.current_thread().name)
        go_on.wait(60)
        return writing()(advance, path)

    threads = [threading.Thread(target=line.run, args=(name, work), name=name) for name in names]
    threads[0].start()
    until(lambda: begun)
    for thread in reversed(threads[1:]):
        thread.start()
    until(lambda: all((line.folder / f"{name}.lock").exists() for name in names))
    assert [job.state for job in line.recorded()] == [JobState.WAITING, JobState.WAITING, JobState.RUNNING]
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert begun == names
    assert {job.state for job in line.recorded()} == {JobState.DONE}


def test_too_many_in_line_are_refused_and_told(line: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exports, "_is_held", lambda *_: True)  # their processes live
    for _ in range(exports.MOST_IN_LINE):
        entered(line)
    with pytest.raises(BadValue, match="12 个导出在排队"):
        entered(line)


def test_an_export_cancelled_at_work_leaves_nothing(line: Exports) -> None:
    export = entered(line)

    def work(advance: Advance, path: Path) -> Result:
        path.write_bytes(b"half")
        line.cancel(export)
        assert of(line, export).step == "正在取消"
        advance(1, 2, "第二页")
        raise AssertionError("not reached")

    line.run(export, work)
    assert of(line, export).state is JobState.CANCELLED
    assert remains(line, export) == set()


def test_an_error_of_the_program_is_said_without_its_words(line: Exports) -> None:
    export = entered(line)

    def work(_advance: Advance, path: Path) -> Result:
        path.write_bytes(b"half")
        raise KeyError("张三")

    with pytest.raises(KeyError):
        line.run(export, work)
    assert of(line, export).message == "程序出错（KeyError）"
    assert remains(line, export) == set()


def test_a_full_disk_ends_an_export_without_remains_and_says_so(tmp_path: Path) -> None:
    with small_disk.mounted(tmp_path / "disk", megabytes=4) as disk:
        line = Exports(disk / "exports", keep_days=7, keep_bytes=2**30, least_free_bytes=0)
        export = entered(line)
        small_disk.fill_up(disk, leave=2**20)
        with pytest.raises(BadFile, match="磁盘空间不够"):
            line.run(export, writing(bytes(2**21)))
        assert of(line, export).state is JobState.FAILED
        assert "磁盘空间不够" in of(line, export).message
        assert remains(line, export) == set()


def test_an_export_never_takes_the_room_that_saves_need(line: Exports) -> None:
    export = entered(line)
    with pytest.raises(BadFile, match="磁盘空间不够"):
        replace(line, least_free_bytes=2**60).run(export, writing())
    with pytest.raises(BadFile, match="磁盘空间不够"):
        entered(replace(line, least_free_bytes=2**60))


# ---- how long they stay -------------------------------------------------------------------------------------------


def test_old_exports_and_those_beyond_the_size_go_but_the_newest_stays(
    line: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_FRESH_S", -1)
    made = [entered(line) for _ in range(4)]
    for export in made:
        line.run(export, writing(bytes(1000)))
    tight = replace(line, keep_bytes=2500)
    tight.remove_surplus()
    assert [job.id for job in line.recorded()] == made[:1:-1]
    assert line.file(made[0]) is None
    assert line.file(made[3]) is not None
    first = of(line, made[2])
    before = first.started_at - timedelta(days=8)
    jobs.write_record(line.folder, replace(first, started_at=before, ended_at=before))
    line.remove_surplus()
    assert [job.id for job in line.recorded()] == [made[3]]
    replace(line, keep_bytes=0).remove_surplus()
    assert line.file(made[3]) is not None
    assert {path.name.split(".")[0] for path in line.folder.iterdir()} == {made[3], "running"}


def test_what_a_dead_process_left_half_written_goes_with_the_next_export(line: Exports) -> None:
    dead = entered(line)
    (line.folder / f"{dead}.partial").write_bytes(b"half")
    (line.folder / f"{dead}.partial.parts").mkdir()
    assert of(line, dead).state is JobState.INTERRUPTED
    line.run(entered(line), writing())
    assert remains(line, dead) == set()
    assert of(line, dead).state is JobState.INTERRUPTED


def test_a_file_and_its_record_come_together(line: Exports) -> None:
    export = entered(line)
    line.run(export, writing(b"whole"))
    found = line.file(export)
    assert found is not None
    assert (found[0].read_bytes(), found[1]) == (b"whole", "图册.pdf")


def test_an_export_cancelled_before_its_process_holds_its_lock_is_cancelled_not_interrupted(
    line: Exports,
) -> None:
    export = entered(line)
    line.cancel(export, {export})
    assert of(line, export).state is JobState.CANCELLED


def test_what_a_killed_export_had_half_done_is_removed_folders_too(line: Exports) -> None:
    export = entered(line)
    parts = line.folder / f"{export}.partial.parts"
    parts.mkdir()
    (parts / "0").write_bytes(b"half")
    line.clear(export)
    assert remains(line, export) == set()
