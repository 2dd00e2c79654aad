"""Files that wait to be taken in: ids nobody guesses, names that never become paths, no half file, an end of keeping."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import BadFile, BadValue
from geodata.importers import workspace as w
from geodata.importers.asked import Asked
from geodata.importers.workspace import Workspaces, plain_name, write_whole

MIB = 2**20


def spaces(folder: Path, **changed: Any) -> Workspaces:
    """Workspaces in a folder, generous unless told."""
    return Workspaces(
        **{
            "folder": folder / "imports",
            "keep_days": 7,
            "keep_bytes": 50 * MIB,
            "most_bytes": 10 * MIB,
            "least_free_bytes": 0,
            **changed,
        }
    )


async def parts(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def at_once(work: Any, *arguments: Any) -> Any:
    return work(*arguments)


def finished(work: Coroutine[Any, Any, str]) -> str:
    """What it gives; in a thread of its own, since a browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def take(place: Workspaces, *pieces: bytes, name: str = "底册.xlsx") -> str:
    """A file that arrives in these pieces."""
    return finished(place.receive(parts(*pieces), name, in_thread=at_once))


def left(place: Workspaces) -> list[str]:
    """What stands in the folder."""
    return sorted(os.listdir(place.folder)) if place.folder.exists() else []


def test_a_file_that_arrives_in_parts_waits_whole_beside_its_name(tmp_path: Path) -> None:
    place = spaces(tmp_path)
    folder = place.at(take(place, b"one", b"two"))
    assert folder is not None
    assert (folder / w.UPLOAD).read_bytes() == b"onetwo"
    assert Asked.read((folder / w.ASKED).read_text()).file_name == "底册.xlsx"
    assert folder.stat().st_mode & 0o077 == 0


def test_two_files_never_share_an_id(tmp_path: Path) -> None:
    place = spaces(tmp_path)
    ids = {take(place, b"x") for _ in range(20)}
    assert len(ids) == 20
    assert all(len(one) == 32 for one in ids)


@pytest.mark.parametrize(
    "given", ["", "..", "../x", "a" * 31, "A" * 32, "a" * 32, "/etc/passwd", "a" * 32 + "/.."]
)
def test_what_is_no_id_of_ours_is_no_place(tmp_path: Path, given: str) -> None:
    place = spaces(tmp_path)
    take(place, b"x")
    assert place.at(given) is None
    place.remove(given)
    assert len(left(place)) == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\台账\\底册.xls", "底册.xls"),
        ("a\x00b\n\u202ec.csv", "abc.csv"),
        ("///", "未命名"),
        ("长" * 300 + ".xlsx", "长" * 115 + ".xlsx"),
    ],
)
def test_a_name_is_text_and_never_a_path(given: str, shown: str) -> None:
    assert plain_name(given) == shown


def test_an_empty_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    place = spaces(tmp_path)
    with pytest.raises(BadValue, match="0 字节"):
        take(place)
    assert left(place) == []


def test_a_file_that_is_too_large_is_refused_as_it_arrives_and_leaves_nothing(tmp_path: Path) -> None:
    place = spaces(tmp_path, most_bytes=3 * MIB)
    seen = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            seen.append(1)
            yield bytes(MIB)

    with pytest.raises(BadValue, match="超过 3 MB"):
        finished(place.receive(endless(), "x", in_thread=at_once))
    assert len(seen) == 4
    assert left(place) == []


def test_a_sender_who_goes_away_leaves_nothing(tmp_path: Path) -> None:
    place = spaces(tmp_path)

    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError(errno.ECONNRESET, "gone")

    with pytest.raises(BadFile):
        finished(place.receive(broken(), "x", in_thread=at_once))
    assert left(place) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    place = spaces(tmp_path)

    async def full(work: Any, *arguments: Any) -> Any:
        if arguments and isinstance(arguments[0], bytes):
            raise OSError(errno.ENOSPC, "full")
        return work(*arguments)

    with pytest.raises(BadFile, match="磁盘空间不够"):
        finished(place.receive(parts(b"x"), "x", in_thread=full))
    assert left(place) == []


def test_nothing_is_taken_that_leaves_too_little_room_for_saves(tmp_path: Path) -> None:
    place = spaces(tmp_path, least_free_bytes=2**60)
    with pytest.raises(BadFile, match="磁盘空间不够"):
        take(place, b"x")
    assert left(place) == []


def test_what_nobody_touched_for_days_is_removed_and_a_foreign_folder_stays(tmp_path: Path) -> None:
    place = spaces(tmp_path, keep_days=2)
    old, young = take(place, b"x"), take(place, b"y")
    (place.folder / "mine").mkdir()
    long_ago = time.time() - 3 * 86_400
    os.utime(place.folder / old, (long_ago, long_ago))
    place.sweep()
    assert left(place) == sorted([young, "mine"])


def test_the_oldest_go_first_when_all_together_hold_too_much(tmp_path: Path) -> None:
    place = spaces(tmp_path, keep_bytes=3 * MIB)
    ids = []
    for age in (3, 2, 1):
        ids.append(take(place, bytes(MIB)))
        then = time.time() - age * 60
        os.utime(place.folder / ids[-1], (then, then))
    place.sweep()
    assert left(place) == sorted(ids[1:])  # what was asked counts too


def test_a_text_is_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", "one")
    write_whole(tmp_path / "a.json", "two")
    assert (tmp_path / "a.json").read_text() == "two"
    assert os.listdir(tmp_path) == ["a.json"]
