"""Logs: rotating JSON lines with reference ids, no personal data."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler

from geodata.settings import Settings

_FIELDS = ("reference", "revision")


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, reference, trace."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Send the product's log to `<data_dir>/logs/chengyuan.log`; to the console when that cannot be written."""
    logger = logging.getLogger("chengyuan")
    if logger.handlers:
        return
    folder = settings.data_dir / "logs"
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "chengyuan.log", maxBytes=5_000_000, backupCount=5, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(settings.log_level)
