"""Backups and checks as jobs: verified row by row, on record, one at a time, nothing half made."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geodata import jobs, upkeep
from geodata.errors import StoreDamaged, StoreError, StoreLocked
from geodata.jobs import JobKind, Jobs, JobState, Result
from geodata.settings import Settings
from geodata.store import Store
from geodata.store.engine import file_url
from geodata.upkeep import Place
from tests import child
from tests.test_backup import names, spoil
from tests.test_cli import FINE, USAGE, run

NOW = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)

RUN_A_JOB = """
    import sys
    from pathlib import Path
    from geodata.jobs import JobKind, Jobs, Result

    def work(advance):
        advance(1, 2, "复制")
        print("ready", flush=True)
        sys.stdin.readline()
        return Result("好")

    Jobs(Path(sys.argv[1])).run(JobKind.CHECK, work)
"""
BACK_UP_AND_STOP_BEFORE_THE_END = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from geodata import upkeep
    from geodata.settings import Settings
    from geodata.store import backup

    def stop(partial, target):
        print("ready", flush=True)
        sys.stdin.readline()

    backup._place = stop
    settings = Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]))
    upkeep.back_up(upkeep.place_of(settings, sys.argv[1]), now=datetime.now(UTC), scheduled=True)
"""


@pytest.fixture
def place(small_store: Store, tmp_path: Path) -> Place:
    """The small store with its backups and jobs."""
    settings = Settings(database_url=small_store.url, data_dir=tmp_path, low_space_mb=0)
    return upkeep.place_of(settings, small_store.url)


def recorded(place: Place) -> list[jobs.Job]:
    assert place.jobs
    return place.jobs.recorded()


# ---- backups ----------------------------------------------------------------------------------------------


@pytest.mark.both_stores
def test_a_backup_is_a_job_on_record(place: Place) -> None:
    made = upkeep.back_up(place, now=NOW)
    assert made.name == f"{place.database.stem}-20261125-123000.gpkg"
    (job,) = recorded(place)
    assert (job.kind, job.state) == (JobKind.BACKUP, JobState.DONE)
    assert "逐行校验通过" in job.message
    with closing(Store.open(file_url(made))) as copy:
        assert copy.check() == []


def test_scheduled_backups_are_thinned_out_and_others_stay(place: Place) -> None:
    kept = upkeep.back_up(place, now=NOW - timedelta(days=400))
    for day in range(12):
        upkeep.back_up(place, now=NOW + timedelta(days=day), scheduled=True, thorough=False)
    scheduled = [name for name in names(place.folder) if "scheduled" in name]
    assert kept.exists()
    assert f"renewal-scheduled-{NOW + timedelta(days=11):%Y%m%d}-123000.gpkg" in scheduled
    assert 7 <= len(scheduled) < 12
    assert any("删除较早的定时备份 1 份" in job.message for job in recorded(place))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compound SET households = 121 WHERE id = 'C1'",
        "DROP TRIGGER append_only_revision_update; UPDATE revision SET author = '李四' WHERE number = 2",
        "DROP TRIGGER append_only_audit_update; UPDATE audit SET author = '李四' WHERE seq = 2",
    ],
    ids=["row", "save", "audit"],
)
def test_a_copy_whose_rows_are_not_as_saved_is_no_backup(
    place: Place, statement: str, small_store: Store
) -> None:
    small_store.close()
    for part in statement.split(";"):
        spoil(place.database, part)
    with pytest.raises(StoreDamaged, match=r"没有通过校验.*check.*--quick"):
        upkeep.back_up(place, now=NOW, scheduled=True)
    assert names(place.folder) == []
    (job,) = recorded(place)
    assert job.state is JobState.FAILED
    assert "没有留下备份" in job.message


def test_a_damaged_database_can_still_be_copied_as_it_is(place: Place) -> None:
    spoil(place.database, "UPDATE compound SET households = 121 WHERE id = 'C1'")
    made = upkeep.back_up(place, now=NOW, thorough=False)
    assert "完整性检查通过" in recorded(place)[0].message
    with closing(Store.open(file_url(made))) as copy:
        assert copy.check() != []


def test_a_failed_backup_takes_no_good_one_with_it(place: Place) -> None:
    good = upkeep.back_up(place, now=NOW, scheduled=True)
    spoil(place.database, "UPDATE compound SET households = 121 WHERE id = 'C1'")
    for day in (1, 8, 40):
        with pytest.raises(StoreDamaged):
            upkeep.back_up(place, now=NOW + timedelta(days=day), scheduled=True)
    assert names(place.folder) == [good.name]


def test_a_backup_leaves_the_room_that_saves_need(place: Place) -> None:
    free = shutil.disk_usage(place.database.parent).free
    crowded = Place(place.url, place.folder, place.retention, free, place.jobs)
    with pytest.raises(StoreError, match="磁盘空间不够"):
        upkeep.back_up(crowded, now=NOW)
    assert names(place.folder) == []


def test_a_killed_backup_reads_as_interrupted_and_the_next_one_clears_its_remains(place: Place) -> None:
    arguments = (place.url, place.database.parent)
    with child.running(BACK_UP_AND_STOP_BEFORE_THE_END, *arguments) as killed:
        killed.send_signal(signal.SIGKILL)
    assert any("partial" in name for name in names(place.folder))
    assert recorded(place)[0].state is JobState.INTERRUPTED
    made = upkeep.back_up(place, now=NOW)
    assert names(place.folder) == [made.name]
    assert [job.state for job in recorded(place)] == [JobState.DONE, JobState.INTERRUPTED]


def test_the_command_for_cron_names_its_backup_itself(small_store: Store, tmp_path: Path) -> None:
    assert small_store.path
    done = run(small_store.path, "backup", "--scheduled")
    assert done.exit_code == FINE
    assert "renewal-scheduled-" in done.stdout
    assert run(small_store.path, "backup", tmp_path / "x.gpkg", "--scheduled").exit_code == USAGE
    assert names(tmp_path / "backups") == [Path(done.stdout.strip()).name]


def test_another_database_leaves_the_records_of_the_configured_one_alone(
    small_store: Store, tmp_path: Path
) -> None:
    settings = Settings(database_url="sqlite:///elsewhere.gpkg", data_dir=tmp_path / "data")
    assert upkeep.check(upkeep.place_of(settings, small_store.url)) == []
    assert not (tmp_path / "data").exists()


def test_one_database_written_in_two_ways_is_still_the_configured_one(
    small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(database_url="sqlite:///renewal.gpkg", data_dir=tmp_path / "data")
    upkeep.check(upkeep.place_of(settings, small_store.url))
    assert [job.kind for job in Jobs(tmp_path / "data" / "jobs").recorded()] == [JobKind.CHECK]


# ---- checks -----------------------------------------------------------------------------------------------


def test_a_check_keeps_its_findings_on_record(place: Place) -> None:
    spoil(place.database, "UPDATE compound SET households = 121 WHERE id = 'C1'")
    found = upkeep.check(place)
    (job,) = recorded(place)
    assert job.state is JobState.FINDINGS
    assert job.findings == [[one.check, one.where, one.message, one.remedy] for one in found]
    assert job.findings[0][1] == "楼院 C1"


def test_a_check_of_a_database_that_cannot_be_opened_failed_and_says_why(place: Place) -> None:
    place.database.write_bytes(b"letter" * 1000)
    with pytest.raises(StoreDamaged):
        upkeep.check(place)
    (job,) = recorded(place)
    assert job.state is JobState.FAILED
    assert "不是本产品的数据库" in job.message


# ---- jobs -------------------------------------------------------------------------------------------------


def test_a_running_job_is_seen_by_other_processes_and_keeps_them_out(tmp_path: Path) -> None:
    mine = Jobs(tmp_path)
    with child.running(RUN_A_JOB, tmp_path) as other:
        (job,) = mine.recorded()
        assert (job.state, job.step, job.done, job.total) == (JobState.RUNNING, "复制", 1, 2)
        with pytest.raises(StoreLocked, match="另一个任务"):
            mine.run(JobKind.CHECK, lambda advance: Result("好"), wait_s=0)
    assert other.returncode == 0
    assert mine.recorded()[0].state is JobState.DONE


def test_the_lock_of_a_killed_job_is_free_at_once(tmp_path: Path) -> None:
    mine = Jobs(tmp_path)
    with child.running(RUN_A_JOB, tmp_path) as killed:
        os.kill(killed.pid, signal.SIGKILL)
    assert mine.recorded()[0].state is JobState.INTERRUPTED
    assert mine.run(JobKind.CHECK, lambda advance: Result("好"), wait_s=0).message == "好"


def test_old_records_go_and_the_last_of_each_kind_and_end_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_KEPT", 3)
    mine = Jobs(tmp_path)
    mine.run(JobKind.BACKUP, lambda advance: Result("第一次"))
    for number in range(9):
        mine.run(JobKind.CHECK, lambda advance, number=number: Result(str(number)))  # type: ignore[misc]
    assert [job.message for job in mine.recorded()] == ["8", "7", "6", "5", "第一次"]


@pytest.mark.parametrize("text", ["", "{}", '{"id": 1}', "[]", "null", '{"kind": "format_disk"}'])
def test_a_record_that_says_nothing_is_passed_over(tmp_path: Path, text: str) -> None:
    Jobs(tmp_path).run(JobKind.CHECK, lambda advance: Result("好"))
    (tmp_path / "20261125-000000-000000-aaaa.json").write_text(text)
    assert [job.message for job in Jobs(tmp_path).recorded()] == ["好"]


def test_a_job_runs_though_its_record_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        (tmp_path / "jobs").mkdir()
    assert Jobs(tmp_path / "jobs").run(JobKind.CHECK, lambda advance: Result("好")).message == "好"
