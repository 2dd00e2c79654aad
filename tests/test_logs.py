"""The log: JSON lines with references, rotated, holding nothing that people typed or stored."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import StaleRow, StoreMissing
from geodata.settings import Settings
from tests import child
from ui import logs, shell

Lines = Callable[[], list[dict[str, Any]]]
SECRET = "张三·演示小区"

WRITE_LINES = """
    import logging, sys
    from pathlib import Path
    from geodata.settings import Settings
    from ui import logs

    logs.configure(Settings(data_dir=Path(sys.argv[1]), log_max_bytes=int(sys.argv[3]), log_files=50))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(200):
        logging.getLogger("chengyuan").warning("%s %s", sys.argv[2], number)
"""


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """The product's logger as it is before the app configures it."""
    logger = logging.getLogger("chengyuan")
    handlers, level = logger.handlers[:], logger.level
    logger.handlers.clear()
    yield logger
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.fixture
def lines(log: logging.Logger, tmp_path: Path) -> Lines:
    """Configures the log with small files and reads it back, the oldest line first."""
    logs.configure(Settings(data_dir=tmp_path, log_max_bytes=2000, log_files=3, log_level="DEBUG"))
    return lambda: [json.loads(line) for path in files(tmp_path) for line in path.read_text().splitlines()]


def files(folder: Path) -> list[Path]:
    """Log files, the oldest first."""
    found = [path for path in (folder / "logs").iterdir() if not path.name.endswith(".lock")]
    return sorted(found, key=lambda path: (len(path.name), path.name), reverse=True)


def fail(error: Exception) -> None:
    raise error


def test_a_line_carries_what_its_surroundings_said(log: logging.Logger, lines: Lines) -> None:
    with logs.about(request="abc", page="overview"):
        logs.note(revision=7)
        log.warning("inside", extra={"ms": 12})
    log.warning("outside")
    inside, outside = lines()
    assert inside.items() >= {"request": "abc", "page": "overview", "revision": 7, "ms": 12}.items()
    assert "request" not in outside
    assert outside["level"] == "WARNING"
    assert outside["at"].endswith("+00:00")


@pytest.mark.parametrize(
    "error",
    [
        KeyError(SECRET),
        ValueError(f"could not convert {SECRET}"),
        StaleRow(f"楼院“{SECRET}”已被别人保存", mine={}, theirs={}),
    ],
)
def test_a_trace_says_where_and_what_kind_and_never_the_message(
    log: logging.Logger, lines: Lines, error: Exception
) -> None:
    try:
        try:
            fail(error)
        except Exception as first:
            raise RuntimeError(SECRET) from first
    except RuntimeError:
        log.exception("page failed", extra={"reference": "0123"})
    (line,) = lines()
    assert SECRET not in json.dumps(line, ensure_ascii=False)
    assert type(error).__name__ in line["trace"]
    assert "in fail" in line["trace"]
    assert line["trace"].endswith(f"RuntimeError from {type(error).__name__}")
    assert line["reference"] == "0123"


def test_an_error_made_of_paths_alone_may_speak() -> None:
    assert logs.said(StoreMissing("没有找到数据库 data/renewal.gpkg。")).endswith("data/renewal.gpkg。")
    assert logs.said(OSError(28, "No space left on device", SECRET)) == "OSError: No space left on device"
    assert logs.said(KeyError(SECRET)) == "KeyError"


@pytest.mark.parametrize(("slow_ms", "level"), [(-1, "WARNING"), (60_000, "DEBUG")])
def test_a_slow_rerun_is_a_warning_with_page_and_reference(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, slow_ms: int, level: str
) -> None:
    monkeypatch.setattr(shell, "SLOW_MS", slow_ms)
    with shell.boundary("progress"):
        logs.note(revision=7)
    (line,) = lines()
    assert (line["level"], line["message"], line["page"], line["revision"]) == (level, "rerun", "progress", 7)
    assert len(line["reference"]) == 8
    assert line["ms"] >= 0


def test_the_log_is_rotated_and_the_oldest_lines_go(
    log: logging.Logger, lines: Lines, tmp_path: Path
) -> None:
    for number in range(300):
        log.warning("line %d", number)
    kept = lines()
    assert [path.name for path in files(tmp_path)] == [
        "chengyuan.log.3",
        "chengyuan.log.2",
        "chengyuan.log.1",
        "chengyuan.log",
    ]
    assert all(path.stat().st_size <= 2000 for path in files(tmp_path))
    numbers = [int(line["message"].split()[1]) for line in kept]
    assert numbers == list(range(numbers[0], 300))


def test_two_processes_that_share_a_log_lose_no_line(tmp_path: Path) -> None:
    with (
        child.running(WRITE_LINES, tmp_path, "one", 3000) as one,
        child.running(WRITE_LINES, tmp_path, "two", 3000) as two,
    ):
        for process in (one, two):
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
    texts = [
        json.loads(line)["message"] for path in files(tmp_path) for line in path.read_text().splitlines()
    ]
    assert len(files(tmp_path)) > 5
    assert sorted(texts) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(200))


def test_without_a_place_to_write_the_log_goes_to_the_console(log: logging.Logger, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    logs.configure(Settings(data_dir=tmp_path))
    (handler,) = log.handlers
    assert type(handler) is logging.StreamHandler
