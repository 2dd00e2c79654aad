"""The process behind the import page: how it goes, how it ends, what is told when it does not end well."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geodata.errors import BadFile
from geodata.importers import workspace as w
from geodata.store import Store
from tests.shown_store import shown
from tests.test_workspace import take
from ui import import_jobs

PATIENCE_S = 20


@pytest.fixture
def place(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[w.Workspaces]:
    """Workspaces of a deployment, and no job of another test."""
    with shown(small_store, tmp_path / "data", monkeypatch, low_space_mb=0):
        monkeypatch.setattr(import_jobs, "_jobs", {})
        yield import_jobs.workspaces()
        import_jobs.close()
        until(lambda: all(job.ended for job in import_jobs._jobs.values()))


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets jobs run another program in the place of the real one; `folder` is its workspace."""

    def put(code: str) -> None:
        head = "import sys, pathlib, time; folder = pathlib.Path(sys.argv[1]); "
        monkeypatch.setattr(
            import_jobs, "_command", lambda folder, kind: [sys.executable, "-c", head + code, str(folder)]
        )

    return put


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def arrived(place: w.Workspaces) -> str:
    return take(place, b"rows")


def ended(workspace: str) -> import_jobs.Going:
    until(lambda: not import_jobs.going(workspace).running)
    return import_jobs.going(workspace)


def test_a_job_that_ends_well_says_nothing(place: w.Workspaces, does: Callable[[str], None]) -> None:
    does("pass")
    workspace = arrived(place)
    import_jobs.start(workspace, "inspect")
    assert ended(workspace).trouble == ""


def test_progress_is_what_the_process_last_wrote(place: w.Workspaces, does: Callable[[str], None]) -> None:
    does(
        """(folder / "progress.json").write_text('{"done": 3, "total": 6, "what": "对照"}'); time.sleep(60)"""
    )
    workspace = arrived(place)
    import_jobs.start(workspace, "inspect")
    until(lambda: import_jobs.going(workspace).done == 3)
    now = import_jobs.going(workspace)
    assert (now.running, now.waiting, now.total, now.what) == (True, False, 6, "对照")


def test_a_process_that_dies_is_told_with_a_reference_and_the_file_stays(
    place: w.Workspaces, does: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    does("raise SystemExit('secret words')")
    workspace = arrived(place)
    import_jobs.start(workspace, "inspect")
    trouble = ended(workspace).trouble
    assert "什么都没有写入" in trouble
    assert "secret" not in trouble
    reference = trouble.rsplit(" ", 1)[1].rstrip("。")
    assert [line.reference for line in caplog.records if line.msg == "import job failed"] == [reference]  # type: ignore[attr-defined]
    assert place.at(workspace) is not None


def test_trouble_with_the_store_is_told_in_its_own_words(
    place: w.Workspaces, does: Callable[[str], None]
) -> None:
    does("""(folder / "failed.json").write_text('{"message": "数据库被锁住"}'); raise SystemExit(3)""")
    workspace = arrived(place)
    import_jobs.start(workspace, "inspect")
    assert ended(workspace).trouble == "数据库被锁住"


def test_a_file_that_is_given_up_while_it_is_read_leaves_no_process_and_no_trace(
    place: w.Workspaces, does: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "_PATIENCE_S", 0.1)
    does("(folder / 'begun').touch(); time.sleep(600)")
    workspace = arrived(place)
    import_jobs.start(workspace, "inspect")
    until(lambda: (place.folder / workspace / "begun").exists())
    child = import_jobs._jobs[workspace].child
    assert child is not None
    import_jobs.drop(workspace)
    until(lambda: not (place.folder / workspace).exists())
    assert child.poll() is not None
    assert not import_jobs.going(workspace).running


def test_a_third_file_waits_for_its_turn_and_can_be_given_up(
    place: w.Workspaces, does: Callable[[str], None]
) -> None:
    does("time.sleep(600)")
    first, second, third = (arrived(place) for _ in range(3))
    for workspace in (first, second):
        import_jobs.start(workspace, "inspect")
        until(lambda workspace=workspace: not import_jobs.going(workspace).waiting)
    import_jobs.start(third, "inspect")
    assert import_jobs.going(third).waiting
    import_jobs.drop(third)
    until(lambda: not (place.folder / third).exists())
    assert import_jobs.going(first).running


def test_a_file_that_is_gone_is_said(place: w.Workspaces) -> None:
    with pytest.raises(BadFile, match="保留规则"):
        import_jobs.asked("a" * 32)
    with pytest.raises(BadFile, match="保留规则"):
        import_jobs.report("a" * 32)
    import_jobs.start("a" * 32, "inspect")
    assert not import_jobs.going("a" * 32).running


WRITES = "(folder / 'save.json').replace(folder / 'writing.json'); "


def taken_in(store: Store, workspace: str) -> int:
    """Revision of a batch as the process of that workspace writes it."""
    with store.commit(author="李四", reason="台账") as save:
        save.update("compound", "C2", {"households": 99}, version=1)
        understood = json.dumps({"workspace": workspace})
        save.note_import(
            file_name="台账.xlsx",
            sha256="0" * 64,
            layer="compound",
            accepted=1,
            rejected=0,
            source_crs=None,
            issues="{}",
            understood=understood,
        )
        return save.revision


def test_what_is_being_written_cannot_be_given_up(place: w.Workspaces, does: Callable[[str], None]) -> None:
    does(WRITES + "[time.sleep(0.02) for _ in iter(lambda: (folder / 'go').exists(), True)]")
    workspace = arrived(place)
    import_jobs.accept(workspace, author="李四", reason="台账")
    until(lambda: import_jobs.going(workspace).writing)
    assert not import_jobs.drop(workspace)
    (place.folder / workspace / "go").touch()
    assert ended(workspace).trouble == ""
    assert place.at(workspace) is not None


def test_an_order_to_write_that_nobody_has_begun_is_taken_back(
    place: w.Workspaces, does: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "_PATIENCE_S", 0.1)
    does("time.sleep(600)")
    workspace = arrived(place)
    import_jobs.accept(workspace, author="李四", reason="台账")
    assert not import_jobs.going(workspace).writing
    assert import_jobs.drop(workspace)
    until(lambda: not (place.folder / workspace).exists())


def test_what_was_written_by_a_process_that_died_is_told_with_its_revision(
    place: w.Workspaces, small_store: Store, does: Callable[[str], None]
) -> None:
    does(WRITES + "raise SystemExit(9)")
    workspace, other = arrived(place), arrived(place)
    revision = taken_in(small_store, workspace)
    for one in (workspace, other):
        import_jobs.accept(one, author="李四", reason="台账")
    assert f"已经写入，记为修订 {revision}" in ended(workspace).trouble
    assert import_jobs.taken(workspace) == {"revision": revision}
    assert not import_jobs.drop(workspace)
    assert "什么都没有写入" in ended(other).trouble
    assert import_jobs.taken(other) == {}
    assert import_jobs.drop(other)
