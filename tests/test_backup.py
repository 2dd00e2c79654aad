"""Backup and restore: a consistent copy while people save, never over a file, and back again whole."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from geodata.errors import BadFile, ChengyuanError, StoreDamaged, StoreError, StoreLocked, StoreNewer
from geodata.store import Store, backup, engine
from geodata.store.engine import file_url, sqlite
from tests import child
from tests.small_store import AUTHOR, compound
from tests.test_store_file import HOLD_LOCK

KEEP_SAVING = """
    import select, sys
    from geodata.store import Store
    store, number = Store.open(sys.argv[1]), 1
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        with store.commit(author="甲") as save:
            number = save.update("compound", "C1", {"note": str(number) * 2000}, version=number)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def spoil(path: Path, statement: str) -> None:
    """Change a database as no program of ours would."""
    with closing(sqlite.connect(path)) as connection:
        connection.create_function("chengyuan_writer", 0, lambda: 1)
        connection.execute(statement)
        connection.commit()


def test_a_backup_taken_while_another_process_saves_opens_and_checks(
    small_store: Store, tmp_path: Path
) -> None:
    with child.running(KEEP_SAVING, small_store.url):
        for number in range(3):
            small_store.backup(tmp_path / f"copy{number}.gpkg")
    for number in range(3):
        with closing(Store.open(file_url(tmp_path / f"copy{number}.gpkg"))) as copy:
            assert copy.check() == []
            assert len(copy.frame("compound")) == 4


def test_a_backup_reports_its_progress_to_the_end(small_store: Store, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    small_store.backup(tmp_path / "copy.gpkg", on_progress=lambda done, total: seen.append((done, total)))
    assert seen
    assert seen[-1][0] == seen[-1][1]


def test_a_backup_never_overwrites(small_store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.gpkg").write_text("mine")
    with pytest.raises(BadFile, match="已存在"):
        small_store.backup(tmp_path / "copy.gpkg")
    assert (tmp_path / "copy.gpkg").read_text() == "mine"


def test_a_backup_does_not_overwrite_a_file_that_appears_meanwhile(
    small_store: Store, tmp_path: Path
) -> None:
    target = tmp_path / "copy.gpkg"
    with pytest.raises(BadFile, match="已存在"):
        small_store.backup(target, on_progress=lambda done, total: target.write_text("mine") and None)
    assert target.read_text() == "mine"
    assert "partial" not in str(names(tmp_path))


def test_a_backup_goes_into_a_new_folder_and_leaves_no_half_files(small_store: Store, tmp_path: Path) -> None:
    small_store.backup(tmp_path / "a" / "b" / "copy.gpkg")
    assert names(tmp_path / "a" / "b") == ["copy.gpkg"]


def test_a_backup_that_cannot_be_written_says_so(small_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ChengyuanError, match="不能"):
        small_store.backup(tmp_path / "file" / "copy.gpkg")


def test_a_backup_that_breaks_off_leaves_nothing(
    small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(path: Path, *, shown: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_verify", break_off)
    with pytest.raises(StoreError, match="磁盘空间"):
        small_store.backup(tmp_path / "copies" / "copy.gpkg")
    assert names(tmp_path / "copies") == []


def test_restoring_brings_the_content_back(small_store: Store, tmp_path: Path) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    with small_store.commit(author=AUTHOR) as save:
        save.insert("compound", compound(id="C9"))
    before = small_store.snapshot()
    small_store.restore(tmp_path / "copy.gpkg")
    assert list(small_store.frame("compound").index) == ["C1", "C2", "C3", "C4"]
    assert small_store.snapshot().epoch != before.epoch
    assert small_store.check() == []
    assert names(tmp_path)[0] == "copy.gpkg"


def test_a_restore_removes_what_killed_restores_left_a_day_ago_and_nothing_else(
    small_store: Store, tmp_path: Path
) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    left = [f"renewal.gpkg.restore-0123abcd{rest}" for rest in ("", "-wal", ".89abcdef.partial")]
    mine = ["renewal.gpkg.restore-notes", "other.gpkg.restore-0123abcd", "renewal.gpkg.restore-89abcdef"]
    for name in (*left, *mine):
        (tmp_path / name).touch()
    for name in (*left, *mine[:2]):
        os.utime(tmp_path / name, (0, 0))
    small_store.restore(tmp_path / "copy.gpkg")
    assert not set(names(tmp_path)) & set(left)
    assert set(names(tmp_path)) >= set(mine)


def test_what_was_restored_can_be_saved_on(small_store: Store, tmp_path: Path) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    small_store.restore(tmp_path / "copy.gpkg")
    with small_store.commit(author=AUTHOR) as save:
        save.insert("compound", compound(id="C9"))
    assert small_store.snapshot().revision == 4
    assert small_store.check() == []


def test_restoring_waits_for_nobody_for_ever(
    small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    with child.running(HOLD_LOCK, small_store.path), pytest.raises(StoreLocked):
        small_store.restore(tmp_path / "copy.gpkg")
    assert len(small_store.frame("compound")) == 4
    assert "restore" not in str(names(tmp_path))


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", StoreNewer),
        ("DROP TABLE revision", StoreDamaged),
    ],
)
def test_a_backup_of_no_use_is_refused_and_the_content_stays(
    small_store: Store, tmp_path: Path, statement: str, error: type[StoreError]
) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    spoil(tmp_path / "copy.gpkg", statement)
    with pytest.raises(error):
        small_store.restore(tmp_path / "copy.gpkg")
    assert len(small_store.frame("compound")) == 4


def test_restoring_from_a_missing_file_says_so_and_makes_none(small_store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="没有文件"):
        small_store.restore(tmp_path / "nothing.gpkg")
    assert not (tmp_path / "nothing.gpkg").exists()


def test_restoring_from_a_file_that_is_no_database_is_refused(small_store: Store, tmp_path: Path) -> None:
    (tmp_path / "letter.gpkg").write_bytes(b"Dear Sir or Madam " * 300)
    with pytest.raises(StoreDamaged):
        small_store.restore(tmp_path / "letter.gpkg")
    assert len(small_store.frame("compound")) == 4
