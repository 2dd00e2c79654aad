"""Which scheduled backups stay, and when the next one is due."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.backups import ZONE, BackupKind, backup_name, backups, newest, remove_remains, remove_surplus
from geodata.retention import Retention, kept
from geodata.schedule import is_due

NOON = datetime(2026, 11, 25, 12, 30, tzinfo=ZONE)
WEEK = Retention(last=1, daily=7, weekly=0, monthly=0)

moments = st.lists(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=ZONE)),
    min_size=1,
    max_size=60,
)
rules = st.builds(
    Retention,
    last=st.integers(0, 5),
    daily=st.integers(0, 10),
    weekly=st.integers(0, 6),
    monthly=st.integers(0, 13),
)


def days(count: int) -> list[datetime]:
    """Noon of so many days, ending on 25 November 2026 (a Wednesday)."""
    return [NOON - timedelta(days=number) for number in range(count)]


# ---- what stays -------------------------------------------------------------------------------------------


@pytest.mark.property
@given(moments, rules)
def test_the_newest_always_stays(made: list[datetime], rule: Retention) -> None:
    assert max(made) in kept(made, rule)


@pytest.mark.property
@given(moments, rules)
def test_never_more_stay_than_the_rule_names_and_only_such_as_were_made(
    made: list[datetime], rule: Retention
) -> None:
    stay = kept(made, rule)
    assert len(stay) <= rule.most
    assert stay <= set(made)


@pytest.mark.property
@given(moments, rules, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(made: list[datetime], rule: Retention, chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = [*made, *made[:3]]
    chance.shuffle(shuffled)
    assert kept(shuffled, rule) == kept(made, rule)


@pytest.mark.property
@given(moments, rules)
def test_what_stays_once_stays_when_the_rule_is_asked_again(made: list[datetime], rule: Retention) -> None:
    stay = kept(made, rule)
    assert kept(stay, rule) == stay


def test_one_a_day_stays_and_it_is_the_days_last() -> None:
    twice = [*days(10), *(at - timedelta(hours=4) for at in days(10))]
    assert kept(twice, WEEK) == set(days(7))


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    rule = Retention(last=1, daily=0, weekly=2, monthly=2)
    stay = {at.date().isoformat() for at in kept(days(60), rule)}
    assert stay == {"2026-11-25", "2026-11-22", "2026-10-31"}


def test_days_without_a_backup_take_no_place() -> None:
    made = [NOON - timedelta(days=30 * number) for number in range(9)]
    assert kept(made, WEEK) == set(made[:7])


# ---- in a folder ------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The place of a database; only its name matters here."""
    return tmp_path / "renewal.gpkg"


def lay(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(name)


def test_only_scheduled_backups_are_ever_removed(tmp_path: Path, database: Path) -> None:
    others = [
        "renewal-20200101-000000.gpkg",
        "renewal-before-0001-upgrade.gpkg",
        "renewal-before-0001-upgrade-2.gpkg",
        "renewal-before-restore-20200101-000000.gpkg",
        "renewal-damaged-20200101-000000.gpkg",
        "other-scheduled-20200101-000000.gpkg",
        "notes.gpkg",
    ]
    scheduled = [backup_name(database, at, scheduled=True) for at in days(12)]
    lay(tmp_path, *others, *scheduled)
    removed = remove_surplus(tmp_path, database, WEEK, good=tmp_path / scheduled[0])
    assert sorted(path.name for path in removed) == sorted(scheduled[7:])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, *scheduled[:7]])


def test_the_one_just_made_stays_though_the_clock_was_set_back(tmp_path: Path, database: Path) -> None:
    lay(tmp_path, *(backup_name(database, at, scheduled=True) for at in days(8)))
    past = tmp_path / backup_name(database, NOON - timedelta(days=400), scheduled=True)
    past.write_text("just made")
    remove_surplus(tmp_path, database, WEEK, good=past)
    assert past.exists()
    assert len(list(tmp_path.iterdir())) == 8


def test_each_kind_of_backup_is_known_by_its_name(tmp_path: Path, database: Path) -> None:
    lay(
        tmp_path,
        backup_name(database, NOON, scheduled=True),
        backup_name(database, NOON - timedelta(hours=1), scheduled=False),
        "renewal-before-restore-20261124-000000.gpkg",
        "renewal-before-0001-upgrade-3.gpkg",
        "renewal-99999999-999999.gpkg",
        "renewal.gpkg",
    )
    found = backups(tmp_path, database)
    assert {one.kind for one in found} == {
        BackupKind.SCHEDULED,
        BackupKind.MANUAL,
        BackupKind.BEFORE_RESTORE,
        BackupKind.BEFORE_UPGRADE,
    }
    assert len(found) == 4
    last = newest(found, BackupKind.SCHEDULED, BackupKind.MANUAL, now=NOON)
    assert last
    assert last.made_at == NOON


def test_a_backup_of_the_future_is_not_the_last_one(tmp_path: Path, database: Path) -> None:
    lay(tmp_path, *(backup_name(database, at, scheduled=True) for at in (NOON, NOON + timedelta(days=400))))
    last = newest(backups(tmp_path, database), BackupKind.SCHEDULED, now=NOON + timedelta(hours=1))
    assert last
    assert last.made_at == NOON


def test_a_folder_without_backups_has_no_newest(tmp_path: Path, database: Path) -> None:
    assert newest(backups(tmp_path / "none", database), BackupKind.SCHEDULED, now=NOON) is None


def test_half_copies_of_a_killed_backup_are_removed_and_nothing_else(tmp_path: Path, database: Path) -> None:
    half = f"{backup_name(database, NOON, scheduled=True)}.0123abcd.partial"
    mine = ["renewal-before-restore-20261124-000000.gpkg.0123abcd.partial", "renewal-notes.partial"]
    lay(tmp_path, half, f"{half}-wal", *mine)
    remove_remains(tmp_path, database)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(mine)


# ---- when it is due ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (NOON - timedelta(minutes=1), True),
        (NOON, False),
        (NOON + timedelta(minutes=4), False),
    ],
    ids=["never", "before noon", "at noon", "after noon"],
)
def test_a_daily_backup_is_due_once_its_time_has_passed(last: datetime | None, due: bool) -> None:
    now = NOON + timedelta(minutes=5)
    assert is_due(now, last, daily_at=time(12, 30), every_hours=None) is due


def test_a_machine_that_was_off_makes_up_for_it_before_the_next_time() -> None:
    morning, last = NOON.replace(hour=8), NOON - timedelta(days=2)
    assert is_due(morning, last, daily_at=time(12, 30), every_hours=None)
    assert not is_due(morning, NOON - timedelta(days=1), daily_at=time(12, 30), every_hours=None)


def test_hours_take_the_place_of_the_time_of_day() -> None:
    for hours, due in ((3.9, False), (4.1, True)):
        last = NOON - timedelta(hours=hours)
        assert is_due(NOON, last, daily_at=time(12, 30), every_hours=4) is due
