"""The process that inspects and accepts: `python -m geodata.importers.job FOLDER inspect|accept|report`.

It alone holds the rows of a file; the page reads windows of what it leaves in the folder. A file named `cancel`
there stops it, and taking `save.json` away keeps it from writing, until it has moved that file itself. Exit codes: 0 answered (a refusal is an answer), 3 trouble with the database (`failed.json` says
which), 4 cancelled.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import BadValue, ChengyuanError, StaleRow
from geodata.importers.asked import Asked
from geodata.importers.inspection import CHANGES
from geodata.importers.workspace import (
    ACCEPTED,
    ASKED,
    CANCEL,
    FAILED,
    PROGRESS,
    SAVE,
    UPLOAD,
    WRITING,
    write_whole,
    written,
)

if TYPE_CHECKING:
    from geodata.importers.inspecting import Outcome
    from geodata.store import Store

ANSWERED, TROUBLE, CANCELLED = 0, 3, 4
REPORT = "report.xlsx"


class _Cancelled(Exception):
    """Somebody asked to stop."""


def main(words: list[str] | None = None) -> int:
    """Do one task in a folder; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m geodata.importers.job")
    parser.add_argument("folder", type=Path)
    parser.add_argument("task", choices=("inspect", "accept", "report"))
    parser.add_argument("--database")
    given = parser.parse_args(words)
    (given.folder / FAILED).unlink(missing_ok=True)
    try:
        if given.task == "report":
            from geodata.importers.report import report_of_folder

            report_of_folder(given.folder, given.folder / REPORT)
            return ANSWERED
        return _with_store(given.folder, given.task, given.database)
    except _Cancelled:
        return CANCELLED
    except (ChengyuanError, OSError) as error:
        _leave(given.folder / FAILED, {"message": str(error)})
        return TROUBLE


def _with_store(folder: Path, task: str, database: str | None) -> int:
    from geodata.settings import Settings
    from geodata.store import Store

    _progress(folder, 0, 1, "打开数据库")
    settings = Settings()
    with closing(Store.open(database or settings.database_url)) as store:
        today = _today(store, settings.business_date)
        asked = Asked.read((folder / ASKED).read_text(encoding="utf-8"))
        if task == "inspect":
            _inspect(folder, store, asked, today)
        else:
            _accept(folder, store, asked, today)
    return ANSWERED


def _today(store: Store, chosen: date | None) -> date:
    """The business date, as pages and commands have it."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    kept = store.settings().get("business_date")
    return chosen or (date.fromisoformat(kept) if kept else datetime.now(ZoneInfo("Asia/Shanghai")).date())


def _inspect(folder: Path, store: Store, asked: Asked, today: date) -> Outcome:
    from geodata.importers.inspecting import STEPS, inspect
    from geodata.importers.told import write_outcome

    def told(done: int, total: int, what: str) -> None:
        _progress(folder, done, total, what)

    outcome = inspect(store, folder / UPLOAD, asked, today=today, on_progress=told)
    write_outcome(folder, outcome)
    told(STEPS, STEPS, "完成")
    return outcome


def _accept(folder: Path, store: Store, asked: Asked, today: date) -> None:
    from geodata.importers.accepting import CHANGED, accept

    (folder / ACCEPTED).unlink(missing_ok=True)
    if (revision := written(store, folder.name)) is not None:  # by a process that died before it could say so
        _leave(folder / ACCEPTED, {"revision": revision, "message": "已写入"})
        return
    save = json.loads((folder / SAVE).read_text(encoding="utf-8"))
    before = _digest(folder / CHANGES)
    outcome = _inspect(folder, store, asked, today)
    answer: dict[str, Any] = {"revision": None}
    if _digest(folder / CHANGES) != before:
        _leave(folder / ACCEPTED, {**answer, "stale": True, "message": CHANGED})
        return
    _begin_writing(folder)
    try:
        author, reason = str(save.get("author") or ""), save.get("reason") or None
        answer["revision"] = accept(
            store, outcome, author=author, reason=reason, today=today, workspace=folder.name
        )
        answer["message"] = "已写入" if answer["revision"] else "没有要写入的内容"
        answer["counts"] = json.loads(outcome.inspection.text())["counts"]
    except StaleRow as error:
        answer |= {"stale": True, "message": str(error)}
    except BadValue as error:
        answer["refused"] = str(error)
    _leave(folder / ACCEPTED, answer)


def _begin_writing(folder: Path) -> None:
    """From here on nobody can stop it; who took the order back before has stopped it."""
    try:
        os.replace(folder / SAVE, folder / WRITING)
    except FileNotFoundError:
        raise _Cancelled from None
    _leave(folder / PROGRESS, {"done": 1, "total": 1, "what": "写入数据库"})


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _progress(folder: Path, done: int, total: int, what: str) -> None:
    """Tell how far it is, and stop where somebody asked for it."""
    if (folder / CANCEL).exists():
        raise _Cancelled
    _leave(folder / PROGRESS, {"done": done, "total": total, "what": what})


def _leave(path: Path, answer: dict[str, Any]) -> None:
    write_whole(path, json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
