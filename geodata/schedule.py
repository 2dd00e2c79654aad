"""When the next scheduled backup is due."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def due_since(now: datetime, *, daily_at: time, every_hours: float | None) -> datetime:
    """The latest moment up to `now` by which a backup should have been made.

    With `every_hours`, so many hours ago; else the latest `daily_at` in the zone of `now`.
    """
    if every_hours is not None:
        return now - timedelta(hours=every_hours)
    today = now.replace(hour=daily_at.hour, minute=daily_at.minute, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def is_due(now: datetime, last: datetime | None, *, daily_at: time, every_hours: float | None) -> bool:
    """Whether a scheduled backup is due: none was made since the latest such moment."""
    return last is None or last < due_since(now, daily_at=daily_at, every_hours=every_hours)
