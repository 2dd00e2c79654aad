"""The guarded child, forked from a process that has its libraries loaded: thousands of files in seconds.

The same `child.main` runs under the same limits; only the start of Python and of the libraries is saved.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geodata.importers import sandbox
from geodata.importers.sandbox import Answer, Limits

LIMITS = Limits(memory_bytes=2**30, cpu_s=10, wall_s=10)
_CODE, _COMPLAINT = "code", "complaint"
_PRELOADED = ["tests.forked_reader", "geodata.importers.child", "geodata.importers.reading.workbook"]


def ask_all(
    requests: Sequence[tuple[Path, dict[str, Any]]], *, driver: str | None = None, network: bool = False
) -> None:
    """Answer the request for each folder, one after the other; `driver` is loaded beforehand.

    `network` leaves the children their network: then only the list of drivers keeps a file from reaching out.
    """
    for folder, request in requests:
        folder.mkdir(exist_ok=True)
        sandbox.put_request(folder, request, limits=LIMITS)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    worker = context.Process(target=_serve, args=([folder for folder, _ in requests], driver, network))
    worker.start()
    worker.join()
    assert worker.exitcode == 0, "the parent of the children died"


def answer(folder: Path) -> Answer:
    """The answer left in a folder, by the rules of the sandbox. A traceback of ours fails the test."""
    code = int((folder / _CODE).read_text())
    complaint = (folder / _COMPLAINT).read_text() if (folder / _COMPLAINT).exists() else ""
    assert code <= 0, complaint
    return sandbox.answer_of(folder, None if code == -signal.SIGALRM else code, complaint, limits=LIMITS)


def _serve(folders: list[Path], driver: str | None, network: bool) -> None:
    from geodata.importers import child, geometry, source_crs  # noqa: F401
    from geodata.importers.tasks import boundaries, read  # noqa: F401

    if driver:
        from geodata.importers.reading import gdal

        gdal.import_pyogrio(driver)
        import pyogrio.raw  # noqa: F401
    if network:
        child._leave_network = lambda: False
    os.environ.update(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO", PROJ_NETWORK="OFF")
    for folder in folders:
        process = os.fork()
        if not process:
            _answer_one(folder)
        _, status = os.waitpid(process, 0)
        (folder / _CODE).write_text(str(os.waitstatus_to_exitcode(status)))


def _answer_one(folder: Path) -> None:
    from geodata.importers import child

    code = 1
    try:
        signal.alarm(LIMITS.wall_s)
        with contextlib.chdir(folder), (folder / "stderr").open("w") as quiet:
            os.dup2(quiet.fileno(), 2)
            child.main(folder)
        code = 0
    except BaseException:
        (folder / _COMPLAINT).write_text(traceback.format_exc(), errors="replace")
    finally:
        os._exit(code)
