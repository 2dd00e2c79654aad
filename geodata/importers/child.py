"""The child process: `python -m geodata.importers.child FOLDER` answers the request in that folder.

It gives up the network, sets its limits, copies the file under a name of ours, and only then lets a parser see it.
Never import this module in a process that opens the store: it loads GDAL, which brings a second SQLite library.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geodata.errors import BadFile, BadValue
from geodata.importers.sandbox import REQUEST, RESULT

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_TASKS = ("read", "boundaries", "register", "write")


def main(folder: Path) -> None:
    """Answer the request of a folder; whatever is refused is an answer too."""
    gc.disable()  # a short life with millions of values: looking for garbage would take a third of it
    _leave_network()
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8", errors="surrogatepass"))
    _limit(request["limits"])
    try:
        _write(folder, _answer(folder, request))
    except (BadFile, BadValue) as error:
        _refuse(folder, type(error).__name__, str(error))
    except MemoryError:
        most = request["limits"]["memory_bytes"] // 2**20
        _refuse(folder, "BadFile", f"文件太大，读取时超过 {most} MB 内存；请分成几个文件。")
    except Exception as error:
        if request["task"] == "write" or isinstance(
            error, ImportError
        ):  # ours, or no memory for our own modules
            raise
        _refuse(
            folder, "BadFile", f"文件读不了，多半已损坏（{type(error).__name__}）；请用原来的软件打开后另存。"
        )


def _answer(folder: Path, request: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if request["task"] not in _TASKS:
        raise BadValue(request["task"])
    lines: Iterable[dict[str, Any]] = importlib.import_module(
        f"geodata.importers.tasks.{request['task']}"
    ).run(folder, request)
    return lines


def _refuse(folder: Path, kind: str, message: str) -> None:
    _write(folder, [{"refused": [kind, message]}])


def _write(folder: Path, lines: Iterable[dict[str, Any]]) -> None:
    with (folder / RESULT).open("w", encoding="utf-8", errors="surrogatepass") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _leave_network() -> bool:
    """Move to an empty network of our own where the system lets us: the driver list is the lock, this the second.

    Tells whether it did.
    """
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    if unshare is None:
        return False
    return unshare(_CLONE_NEWNET) == 0 or unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def _limit(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"]))
    most = 4 * limits["file_bytes"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
