"""Logs: rotating JSON lines with references, never personal data.

A line says what happened, where and under which reference; it never says what people typed, stored or looked for.
So a trace holds places and kinds of errors without their messages, and an error of ours shows its message only where
that is made of paths and numbers.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from filelock import FileLock

from geodata.errors import StoreFull, StoreLocked, StoreMissing, StoreNewer, StoreReadOnly
from geodata.settings import Settings

_FIELDS = (
    *("request", "session", "reference", "page", "revision"),
    *("route", "status", "ms", "error", "job", "code"),
)
_SPEAKING = (StoreMissing, StoreLocked, StoreReadOnly, StoreFull, StoreNewer)
_about: ContextVar[dict[str, Any] | None] = ContextVar("log_about", default=None)


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Every line written inside carries these fields."""
    token = _about.set({**(_about.get() or {}), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def note(**fields: Any) -> None:
    """Add fields to the lines that follow in the innermost `about`."""
    _about.set({**(_about.get() or {}), **fields})


def said(error: BaseException) -> str:
    """An error for the log: its kind, and its message where that cannot hold anybody's data."""
    kind = type(error).__name__
    if isinstance(error, _SPEAKING):
        return f"{kind}: {error}"
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror}"
    return f"{kind} from {type(error.__cause__).__name__}" if error.__cause__ else kind


def _trace(error: BaseException) -> str:
    """Places and kinds of an error and of those it came from; the oldest first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    told = f"{_trace(before)}\n" if before else ""
    return f"{told}{''.join(traceback.format_tb(error.__traceback__))}{said(error)}"


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, fields, trace."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **(_about.get() or {}),
        }
        line.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[1]:
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class SharedFile(RotatingFileHandler):
    """A rotating file that several processes write: who finds it rotated by another goes on in the new one."""

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_moved():
            self._reopen()
        super().emit(record)

    def doRollover(self) -> None:
        with FileLock(f"{self.baseFilename}.lock", timeout=5, fallback_to_soft=False):
            if self._is_moved():
                self._reopen()
            else:
                super().doRollover()

    def _is_moved(self) -> bool:
        if self.stream is None:
            return False
        with suppress(OSError):
            return not os.path.samestat(os.fstat(self.stream.fileno()), os.stat(self.baseFilename))
        return True

    def _reopen(self) -> None:
        self.stream.close()
        self.stream = self._open()


def configure(settings: Settings) -> None:
    """Send the product's log to `<data_dir>/logs/chengyuan.log`; to the console when that cannot be written."""
    logger = logging.getLogger("chengyuan")
    if logger.handlers:
        return
    handler: logging.Handler
    try:
        folder(settings).mkdir(parents=True, exist_ok=True)
        handler = SharedFile(
            folder(settings) / "chengyuan.log",
            maxBytes=settings.log_max_bytes,
            backupCount=settings.log_files,
            encoding="utf-8",
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(settings.log_level)


def folder(settings: Settings) -> Path:
    """Where the log files are."""
    return settings.data_dir / "logs"
