"""Running a piece of Python in another process: a foreign program, a second writer, another user."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def run(code: str, *arguments: object) -> str:
    """What the child prints; any warning, traceback or word on stderr fails the test."""
    done = subprocess.run(
        _command(code, arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@contextmanager
def running(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A child that has printed its first line (`ready`) and ends when its stdin is closed."""
    child = subprocess.Popen(
        _command(code, arguments), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin
    assert child.stdout
    try:
        assert child.stdout.readline().strip() == "ready"
        yield child
    finally:
        child.stdin.close()
        child.wait(timeout=60)
        child.stdout.close()


def _command(code: str, arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *map(str, arguments)]


def until(reached: Callable[[], Any], *, seconds: float = 60) -> None:
    """Look again and again until something is so that other processes bring about; fails after a while."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not reached():
        assert time.monotonic() < end, "it never came to be"
        pause.wait(0.05)
