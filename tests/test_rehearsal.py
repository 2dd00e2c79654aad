"""A rehearsed restore tells what would change and changes nothing."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from geodata.errors import BadFile, StoreDamaged, StoreNewer
from geodata.rehearsal import rehearse
from geodata.store import Store
from geodata.store.engine import sqlite
from tests.small_store import AUTHOR, STREET, compound
from tests.test_backup import names, spoil
from tests.test_cli import FINDINGS, FINE, run
from tests.test_upgrade import older  # noqa: F401  (a fixture)


@pytest.fixture
def copy(small_store: Store, tmp_path: Path) -> Path:
    """A backup, after which two more saves were made."""
    path = tmp_path / "kept" / "copy.gpkg"
    small_store.backup(path)
    for number in (8, 9):
        with small_store.commit(author="李四", reason=f"第 {number} 个") as save:
            save.insert("compound", compound(id=f"C{number}"))
    return path


def sums(folder: Path) -> dict[str, str]:
    """Content of every file below a folder, without what SQLite keeps beside an open one."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix == ".gpkg"]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_it_names_the_saves_that_would_be_lost(small_store: Store, copy: Path) -> None:
    done = rehearse(small_store.url, copy)
    assert [(save.number, save.author, save.reason) for save in done.lost] == [
        (4, "李四", "第 8 个"),
        (5, "李四", "第 9 个"),
    ]
    assert done.now
    assert (done.now.counts["compound"].rows, done.then.counts["compound"].rows) == (6, 4)
    assert done.then.last
    assert done.then.last.author == AUTHOR
    assert done.findings == []


def test_it_changes_nothing_and_leaves_nothing(small_store: Store, copy: Path, tmp_path: Path) -> None:
    before, snapshot, there = sums(tmp_path), small_store.snapshot(), names(tmp_path)
    rehearse(small_store.url, copy)
    assert (sums(tmp_path), small_store.snapshot(), names(tmp_path)) == (before, snapshot, there)


def test_a_backup_of_the_present_would_lose_nothing(small_store: Store, tmp_path: Path) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    assert rehearse(small_store.url, tmp_path / "copy.gpkg").lost == []


def test_saves_of_another_line_are_all_lost_though_they_have_the_same_numbers(
    small_store: Store, tmp_path: Path
) -> None:
    small_store.backup(tmp_path / "copy.gpkg")
    spoil(tmp_path / "copy.gpkg", "DROP TRIGGER append_only_revision_update")
    spoil(tmp_path / "copy.gpkg", "UPDATE revision SET reason = '别处' WHERE number = 2")
    done = rehearse(small_store.url, tmp_path / "copy.gpkg")
    assert [save.number for save in done.lost] == [2, 3]
    assert "修订号" in {one.check for one in done.findings}


def test_an_older_backup_is_upgraded_in_the_rehearsal_only(
    small_store: Store,
    older: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    shutil.move(older, old / "kept.gpkg")
    with closing(sqlite.connect(old / "kept.gpkg")) as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    before = sums(old)
    done = rehearse(f"sqlite:///{tmp_path / 'none.gpkg'}", old / "kept.gpkg")
    assert done.upgraded_from == version
    assert (done.now, done.why) == (None, "")
    assert done.findings == []
    assert sums(old) == before


def test_a_present_that_cannot_be_read_is_said_and_does_not_stop_it(small_store: Store, copy: Path) -> None:
    small_store.close()
    assert small_store.path
    small_store.path.write_bytes(b"letter" * 1000)
    done = rehearse(small_store.url, copy)
    assert done.now is None
    assert "不是本产品的数据库" in done.why
    assert done.then.counts["compound"].rows == 4


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", StoreNewer),
        ("DROP TABLE revision", StoreDamaged),
    ],
)
def test_a_backup_of_no_use_is_refused(
    small_store: Store, copy: Path, tmp_path: Path, statement: str, error: type[Exception]
) -> None:
    spoil(copy, statement)
    with pytest.raises(error):
        rehearse(small_store.url, copy)
    with pytest.raises(BadFile):
        rehearse(small_store.url, tmp_path / "nothing.gpkg")
    assert ".rehearsal" not in str(names(tmp_path))


@pytest.mark.parametrize(
    "content", [b"", b"Dear Sir or Madam " * 300, None], ids=["empty", "letter", "cut off"]
)
def test_a_file_that_is_no_backup_is_named_as_it_is_called_by_rehearsal_and_restore(
    small_store: Store, copy: Path, tmp_path: Path, content: bytes | None
) -> None:
    assert small_store.path
    other = tmp_path / "other.gpkg"
    other.write_bytes(copy.read_bytes()[:200_000] if content is None else content)
    for words in (["--dry-run"], ["--yes"]):
        said = run(small_store.path, "restore", other, *words).stderr
        assert f"文件 {other} 不是城垣的备份，或已损坏" in said
        assert "init" not in said
    assert small_store.snapshot().revision == 5


def test_the_backup_of_another_district_and_an_empty_one_are_findings(
    small_store: Store, tmp_path: Path
) -> None:
    other = Store.create(f"sqlite:///{tmp_path / 'other.gpkg'}")
    found = [rehearse(small_store.url, tmp_path / "other.gpkg").findings]
    with other.commit(author="王五", reason="别的区县") as save:
        save.insert("street_office", STREET)
    found.append(rehearse(small_store.url, tmp_path / "other.gpkg").findings)
    other.close()
    assert [[one.check for one in part] for part in found] == [["来历"], ["来历"]]
    assert "空库" in found[0][0].message
    assert "没有一次相同的保存" in found[1][0].message


def test_the_command_prints_both_sides_and_asks_nothing(small_store: Store, copy: Path) -> None:
    assert small_store.path
    done = run(small_store.path, "restore", copy, "--dry-run")
    assert done.exit_code == FINE
    for words in ("恢复后", "恢复会失去以下 2 次保存", "李四", "第 9 个"):
        assert words in done.stdout
    assert "没有改动任何内容" in done.stderr
    assert small_store.snapshot().revision == 5


def test_the_command_ends_with_1_when_the_backup_has_findings(small_store: Store, copy: Path) -> None:
    assert small_store.path
    spoil(copy, "UPDATE compound SET households = 121 WHERE id = 'C1'")
    done = run(small_store.path, "restore", copy, "--dry-run")
    assert done.exit_code == FINDINGS
    assert "楼院 C1" in done.stdout
