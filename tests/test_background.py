"""The schedule in the app: one process keeps it, a due backup is begun, a failing one not again and again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from geodata import upkeep
from geodata.jobs import JobKind, JobState
from geodata.store import Store
from tests import child
from tests.shown_store import deployed
from tests.test_upkeep import RUN_A_JOB
from ui import background, data, system
from ui.background import Schedule

KEEP_THE_SCHEDULE = """
    import sys
    from datetime import datetime
    from ui import data
    from ui.background import Schedule

    begun = []
    schedule = Schedule(begun.append)
    schedule.look(datetime.now(data.ZONE))
    print("ready" if begun else "idle", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def _settings(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    plan = '{"daily_at": "12:30"}'
    with deployed(small_store, tmp_path, monkeypatch, LOW_SPACE_MB="0", BACKUP=plan):
        yield


@pytest.fixture
def begun() -> list[JobKind]:
    """What a schedule began."""
    return []


@pytest.fixture
def schedule(begun: list[JobKind]) -> Iterator[Schedule]:
    """A schedule that notes what it begins."""
    made = Schedule(begun.append)
    yield made
    made.stop()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=data.ZONE)


def test_a_due_backup_is_begun_once_and_not_again_before_the_next_time(
    schedule: Schedule, begun: list[JobKind]
) -> None:
    schedule.look(at("2026-11-24 12:29"))
    assert begun == [JobKind.SCHEDULED_BACKUP]  # there was none at all
    upkeep.back_up(system.place(), now=at("2026-11-24 12:30"), scheduled=True)
    for moment in ("2026-11-24 12:31", "2026-11-24 23:59", "2026-11-25 12:29"):
        schedule.look(at(moment))
    assert len(begun) == 1
    schedule.look(at("2026-11-25 12:30"))
    assert len(begun) == 2


def test_a_clock_that_was_ahead_and_is_set_back_makes_one_backup_and_not_one_after_the_other(
    schedule: Schedule, begun: list[JobKind]
) -> None:
    upkeep.back_up(system.place(), now=at("2027-11-24 12:31"), scheduled=True)
    schedule.look(at("2026-11-24 12:32"))
    assert begun == [JobKind.SCHEDULED_BACKUP]
    upkeep.back_up(system.place(), now=at("2026-11-24 12:32"), scheduled=True)
    schedule.look(at("2026-11-24 12:50"))
    assert len(begun) == 1
    assert system.next_backup(system.backups(), at("2026-11-24 12:50")) == at("2026-11-25 12:30")


def test_a_backup_by_hand_does_not_take_the_scheduled_ones_place(
    schedule: Schedule, begun: list[JobKind]
) -> None:
    upkeep.back_up(system.place(), now=at("2026-11-24 12:31"))
    schedule.look(at("2026-11-24 12:32"))
    assert begun == [JobKind.SCHEDULED_BACKUP]


def test_a_failing_backup_is_tried_again_only_after_a_while(schedule: Schedule, begun: list[JobKind]) -> None:
    file = system.database_file()
    assert file
    content = file.read_bytes()
    file.write_bytes(b"letter" * 1000)
    with pytest.raises(Exception, match="不是本产品的数据库"):
        upkeep.back_up(system.place(), now=datetime.now(data.ZONE), scheduled=True)
    file.write_bytes(content)
    (job,) = system.jobs()
    assert job.state is JobState.FAILED
    schedule.look(job.started_at.astimezone(data.ZONE) + timedelta(minutes=14))
    assert begun == []
    schedule.look(job.started_at.astimezone(data.ZONE) + timedelta(minutes=16))
    assert begun == [JobKind.SCHEDULED_BACKUP]


def test_of_two_processes_one_keeps_the_schedule_and_the_other_takes_over_when_it_dies(
    schedule: Schedule, begun: list[JobKind]
) -> None:
    now = datetime.now(data.ZONE)
    with child.running(KEEP_THE_SCHEDULE) as other:
        schedule.look(now)
        assert begun == []
        other.send_signal(signal.SIGKILL)
        other.wait(20)
        schedule.look(now)
    assert begun == [JobKind.SCHEDULED_BACKUP]


def test_the_schedule_goes_on_after_a_failure_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks, enough = iter([True, False]), threading.Event()

    def begin(kind: JobKind) -> None:
        if next(looks, False):
            raise OSError("no")
        enough.set()

    monkeypatch.setattr(background, "_FIRST_LOOK_S", 0)
    monkeypatch.setattr(background, "_PAUSE_S", 0.01)
    made = Schedule(begin)
    thread = threading.Thread(target=made.run)
    thread.start()
    assert enough.wait(20)
    made.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["schedule failed"]


def test_a_schedule_that_is_off_begins_nothing(
    schedule: Schedule, begun: list[JobKind], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKUP", '{"enabled": false}')
    data.settings.cache_clear()
    schedule.look(datetime.now(data.ZONE))
    assert begun == []
    assert system.next_backup([], datetime.now(data.ZONE)) is None


def test_a_job_runs_in_a_process_of_its_own_and_leaves_its_record() -> None:
    background.start(JobKind.SCHEDULED_BACKUP)
    background.start(JobKind.SCHEDULED_BACKUP)  # already under way
    background._children[JobKind.SCHEDULED_BACKUP].wait(60)
    (job,) = system.jobs()
    assert (job.kind, job.state) == (JobKind.SCHEDULED_BACKUP, JobState.DONE)
    (made,) = system.backups()
    assert system.last_backup([made]) == made
    assert not background.is_starting(JobKind.SCHEDULED_BACKUP)


def test_a_job_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with child.running(RUN_A_JOB, tmp_path / "jobs"):
        background.start(JobKind.CHECK)
        thread = next(one for one in threading.enumerate() if one.name == "job-check")
        thread.join(60)
    assert "另一个任务" in background.refusal(JobKind.CHECK)
    assert [job.kind for job in system.jobs()] == [JobKind.CHECK]


@pytest.mark.parametrize(("plan", "hours"), [('{"daily_at": "12:30"}', 24), ('{"every_hours": 6}', 6)])
def test_the_next_backup_is_foretold(plan: str, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP", plan)
    data.settings.cache_clear()
    now = datetime.now(data.ZONE)
    upkeep.back_up(system.place(), now=now, scheduled=True)
    (made,) = system.backups()
    due = system.next_backup([made], now)
    assert due
    assert system.next_backup([], now) == now
    assert now < due <= now + timedelta(hours=hours)
