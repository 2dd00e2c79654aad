"""A full disk: what was acknowledged is kept, reading goes on, saves are refused plainly until there is room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from geodata.errors import StoreError, StoreFull
from geodata.store import Store, disk
from geodata.store.engine import file_url, sqlite, translate
from tests import child
from tests.small_disk import fill_up, mounted
from tests.small_store import AUTHOR

MIB = 2**20


@pytest.fixture
def small_disk(tmp_path: Path, made: Path) -> Iterator[Path]:
    """A disk of 16 MB with a small database on it."""
    with mounted(tmp_path / "disk", megabytes=16) as folder:
        shutil.copyfile(made / "small.gpkg", folder / "renewal.gpkg")
        yield folder


def save(store: Store, length: int, version: int) -> None:
    """A save whose row and audit are each about `length` bytes long."""
    with store.commit(author=AUTHOR) as commit:
        commit.update("compound", "C1", {"note": f"{version}" + "宽" * (length // 3)}, version=version)


def save_until_full(store: Store) -> int:
    """Save again and again; the version of the last acknowledged save."""
    version = 1
    while True:
        try:
            save(store, 200_000, version)
        except StoreFull:
            return version
        version += 1


def test_acknowledged_saves_are_kept_and_saves_work_again_when_there_is_room(small_disk: Path) -> None:
    with closing(Store.open(file_url(small_disk / "renewal.gpkg"))) as store:
        filler = fill_up(small_disk, leave=6 * MIB)
        saved = save_until_full(store)
        assert saved > 2
        assert not store.condition().writable
        assert "磁盘已满" in store.condition().reason
        assert store.row("compound", "C1")["version"] == saved  # type: ignore[index]
        assert store.snapshot().revision == 3 + saved - 1
        with pytest.raises(StoreFull, match="没有保存任何内容"):
            save(store, 10, saved)
        assert store.check() == []
        filler.unlink()
        assert store.condition().writable
        save(store, 10, saved)
        assert store.check() == []


def test_a_save_that_runs_out_of_room_half_way_leaves_nothing(small_disk: Path) -> None:
    with closing(Store.open(file_url(small_disk / "renewal.gpkg"))) as store:
        filler = fill_up(small_disk, leave=disk.NEEDED_BYTES + MIB)
        with pytest.raises(StoreFull, match="腾出磁盘空间"):
            save(store, 8 * MIB, 1)
        assert (store.snapshot().revision, store.row("compound", "C1")["version"]) == (3, 1)  # type: ignore[index]
        assert store.check() == []
        filler.unlink()
        save(store, MIB, 1)
    with closing(Store.open(file_url(small_disk / "renewal.gpkg"))) as again:
        assert again.snapshot().revision == 4
        assert again.check() == []


def test_reading_goes_on_while_the_disk_is_full(small_disk: Path) -> None:
    with closing(Store.open(file_url(small_disk / "renewal.gpkg"))) as store:
        fill_up(small_disk, leave=0)
        assert len(store.frame("compound")) == 4
        assert not store.condition().writable


def test_a_backup_onto_a_full_disk_says_so_and_leaves_no_half_file(
    small_store: Store, small_disk: Path
) -> None:
    fill_up(small_disk, leave=100_000)
    with pytest.raises(StoreFull, match="没有写成"):
        small_store.backup(small_disk / "copy.gpkg")
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "renewal.gpkg"]


def test_too_little_room_is_said_before_saves_stop(small_disk: Path) -> None:
    with closing(Store.open(file_url(small_disk / "renewal.gpkg"))) as store:
        assert store.condition(warn_below=MIB).warning == ""
        fill_up(small_disk, leave=6 * MIB)
        now = store.condition(warn_below=8 * MIB)
        assert now.writable
        assert "还剩 6 MB（低于 8 MB）" in now.warning


LIMITED = """
    import resource, sys
    from geodata.errors import StoreFull
    from geodata.store import Store
    store = Store.open(sys.argv[1])
    def save(version, length):
        with store.commit(author="甲") as commit:
            return commit.update("compound", "C1", {"note": "x" * length}, version=version)
    version = save(1, 10)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * 2**20, resource.RLIM_INFINITY))
    try:
        while True:
            version = save(version, 200_000 + version)
    except StoreFull as error:
        print("磁盘已满" in str(error), store.condition().writable, end=" ")
    print(store.row("compound", "C1")["version"] == version, len(store.check()), end=" ")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(store.condition().writable, save(version, 10) == version + 1)
"""


def test_a_quota_counts_as_a_full_disk_although_the_disk_has_room(small_store: Store) -> None:
    assert child.run(LIMITED, small_store.url) == "True False True 0 True True"


def test_a_disk_that_fails_with_room_left_is_not_called_full(small_store: Store) -> None:
    said = translate(sqlite.OperationalError("disk I/O error"), small_store.path)
    assert type(said) is StoreError
    assert "磁盘读写出错" in str(said)
