"""Times, ages and sizes as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from ui.data import ZONE
from ui.html import DASH

_UNITS = ("B", "KB", "MB", "GB", "TB")


def moment(at: datetime | None) -> str:
    """A moment in Asia/Shanghai, to the second; a dash for none."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if at else DASH


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in the largest whole unit; says so when the clock puts it into the future."""
    seconds = (now - at).total_seconds()
    if seconds < -60:
        return "时间在将来（时钟被调回？）"
    for unit, length in (("天", 86400), ("小时", 3600), ("分钟", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}前"
    return "刚刚"


def lasting(length: timedelta) -> str:
    """How long something took or lasts, in its two largest units."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "天"), (hours, "小时"), (minutes, "分"), (seconds, "秒")]
    first = next((place for place, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


def size(count: float | None) -> str:
    """A number of bytes with three figures; a dash for an unknown one."""
    if count is None:
        return DASH
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if count >= 100 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError
