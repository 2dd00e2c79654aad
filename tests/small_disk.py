"""A small disk that a test can fill up: a real one, mounted in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A new folder on a disk of its own. Without the right to mount it, the test fails unless ALLOW_SKIP names tmpfs."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "chengyuan-test", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        if "tmpfs" in [word.strip() for word in os.environ.get("ALLOW_SKIP", "").split(",")]:
            pytest.skip("no disk can be mounted, and ALLOW_SKIP names tmpfs")
        pytest.fail("不能挂载测试用的小磁盘（需要管理员权限）；要跳过请用 ALLOW_SKIP=tmpfs make test。")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_up(folder: Path, *, leave: int) -> Path:
    """Take all room but `leave` bytes; the file that takes it."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(folder).free - leave))
    return filler
