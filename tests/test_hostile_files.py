"""Hostile files: each gets an answer in plain words within its limits; nothing else is opened, nothing is lost."""

from __future__ import annotations

import json
import os
import random
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from geodata.errors import BadFile
from geodata.importers.sandbox import Answer
from tests import forked_reader, hostile_files
from tests import made_files as made
from tests.hostile_files import Hostile

SECRET = "绝密的楼院"
NEAR = (113.6, 34.7, 113.8, 34.8)
MUTANTS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 1_000
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What only GDAL writes."""
    return made.through_gdal(tmp_path_factory.mktemp("parts"))


def read_all(folder: Path, files: dict[str, bytes], **options: Any) -> dict[str, Answer | str]:
    """The answer to each file, or the message of its refusal; then its geometries are placed, in the same way."""
    requests = []
    for number, content in enumerate(files.values()):
        path = folder / f"{number}.upload"
        path.write_bytes(content)
        request = {"task": "read", "path": str(path), "layer": None, "encoding": None}
        requests.append((folder / str(number), request))
    forked_reader.ask_all(requests, **options)
    told = {name: answered(folder / str(number)) for number, name in enumerate(files)}
    place_all(folder, [one for one in told.values() if isinstance(one, Answer)])
    return told


def answered(folder: Path) -> Answer | str:
    """A lawful answer, or a refusal in Chinese without any of our or GDAL's machinery."""
    try:
        found = forked_reader.answer(folder)
    except BadFile as refusal:
        message = str(refusal)
    else:
        require_lawful(found)
        return found
    assert CHINESE.search(message), message
    assert not re.search(r"Traceback|/tmp/|[a-z]+ [a-z]+ [a-z]+", message), message
    return message


def require_lawful(found: Answer) -> None:
    """No row is lost, each is one of ours, and a rejected geometry says why."""
    assert found.stopped_at is None
    assert found.header["rows"] == len(found.lines)
    rows = [line["row"] for line in found.lines]
    assert rows == sorted(set(rows))
    for line in found.lines:
        assert line.keys() >= (
            {"values", "wkb"} if found.header["shape"] == "features" else {"cells", "hidden"}
        )
        assert not line.get("problem") or (line["wkb"] is None and line["notes"])


def place_all(folder: Path, found: list[Answer]) -> None:
    """Every row is accepted or rejected: it has a sound place, had none, or is told why it has none."""
    raw = [line["wkb"] for one in found if one.header["shape"] == "features" for line in one.lines]
    request = {"task": "boundaries", "hypothesis": "cgcs2000", "near": NEAR, "neighbours": [], "skip": []}
    forked_reader.ask_all([(folder / "placed", {**request, "wkb": raw, "overlaps": False})])
    told = forked_reader.answer(folder / "placed")
    assert told.stopped_at is None
    assert len(told.lines) == len(raw)
    for line, blob in zip(told.lines, raw, strict=True):
        assert (line["wkb"] is None) == (blob is None or line["problem"])
        assert not line["problem"] or line["notes"]
        if line["wkb"] is not None:
            shape = shapely.from_wkb(line["wkb"])
            assert shape.is_valid
            assert 113 < shape.bounds[0] <= shape.bounds[2] < 115


def check(told: dict[str, Answer | str], expected: dict[str, Hostile]) -> None:
    """Each file got the answer that it should."""
    for name, one in expected.items():
        answer = told[name]
        if one.told is None:
            assert isinstance(answer, Answer), (name, answer)
        else:
            assert isinstance(answer, str), name
            assert re.search(one.told, answer), (name, answer)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server of this machine that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_a_file_that_points_elsewhere_leaks_no_byte_and_calls_nobody(
    listener: socket.socket, parts: dict[str, bytes], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.geojson"
    secret.write_bytes(made.geojson({"type": "Feature", "properties": {"name": SECRET}, "geometry": None}))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    files = hostile_files.pointing(str(secret), address, parts)
    told = read_all(tmp_path, {name: one.content for name, one in files.items()}, network=True)
    check(told, files)
    everything = "".join(
        one if isinstance(one, str) else json.dumps([one.header, one.lines], ensure_ascii=False)
        for one in told.values()
    )
    assert SECRET not in everything
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_file_that_is_too_much_is_refused_within_its_limits(
    parts: dict[str, bytes], tmp_path: Path
) -> None:
    files = hostile_files.exhausting(parts)
    check(read_all(tmp_path, {name: one.content for name, one in files.items()}), files)


def test_a_strange_file_is_read_as_it_stands_or_refused_in_plain_words(
    parts: dict[str, bytes], tmp_path: Path
) -> None:
    files = hostile_files.strange(parts)
    told = read_all(tmp_path, {name: one.content for name, one in files.items()})
    check(told, files)

    def notes(name: str) -> set[str]:
        answer = told[name]
        assert isinstance(answer, Answer), (name, answer)
        return {note[0] for note in answer.header["notes"]} | {
            note[0] for line in answer.lines for note in line.get("notes", ())
        }

    assert "macros_left_out" in notes("macros")
    assert "formula_without_value" in notes("formula without a value")
    for name in ("not a number", "infinite", "1e300", "1e999 in kml"):
        assert "not_finite" in notes(name), name
    assert "duplicate_column" in notes("column twice in a shapefile")
    twice = told["key twice"]
    assert isinstance(twice, Answer)
    assert list(twice.lines[0]["values"]) == ["楼院名称", "楼院名称 (2)"]
    named = told["names in gbk"]
    assert isinstance(named, Answer)
    assert named.header["layers"] == ["楼院"]


@pytest.mark.property
@pytest.mark.parametrize("name", ["gpkg", "fgb", "dxf", "geojson", "kml", "csv", "xls", "xlsx as a whole",
                                  "shapefile as a whole", "xlsx", "shapefile", "kmz"])  # fmt: skip
def test_a_damaged_file_of_any_format_is_read_row_by_row_or_refused(
    name: str, parts: dict[str, bytes], tmp_path: Path
) -> None:
    known = hostile_files.bases(parts)
    driver, maker = known[name]
    count = -(-MUTANTS // len(known))
    files = {f"{name} {seed}": maker(random.Random(f"{name} {seed}")) for seed in range(count)}
    told = read_all(tmp_path, files, driver=driver)
    assert len(told) == count
    assert any(isinstance(one, Answer) for one in told.values())
