"""The six figures of the briefing, with their change against an earlier day."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Figure:
    """One large figure: `value` of `of` (None: no whole), `change` since the earlier day; None is unknown.

    `caveat` is a short Chinese sentence that must stand beside the figure, or empty.
    """

    code: str
    label: str
    unit: str
    value: int | None
    of: int | None
    change: int | None
    caveat: str = ""


_FIGURES: tuple[tuple[str, str, str, str | None], ...] = (
    ("estates_started", "已开工小区", "个", "estates"),
    ("compounds_started", "已开工楼院", "个", "compounds"),
    ("households_started", "已开工户数", "户", "households"),
    ("estates_completed", "完工小区", "个", "estates"),
    ("compounds_delayed", "严重滞后楼院", "个", None),
    ("heritage_hold", "涉文物待批楼院", "个", None),
)


def headline(now: pd.Series, before: pd.Series) -> list[Figure]:
    """Six figures from two `totals` (or two rows of one group), `before` usually seven days earlier.

    Both must come from the same rows of compounds and estates, so that a change is a change of state.
    """
    return [
        Figure(
            code=code,
            label=label,
            unit=unit,
            value=_value(code, now),
            of=_whole(now[whole]) if whole else None,
            change=None if _value(code, now) is None else _change(now[code], before[code]),
            caveat=_caveat(code, now),
        )
        for code, label, unit, whole in _FIGURES
    ]


def _value(code: str, now: pd.Series) -> int | None:
    """The figure, unless nobody knows: without any record or any warning light a count of 0 would be invented."""
    unit = code.split("_", 1)[0]
    whole, unknown = {
        "compounds_delayed": ("compounds", "compounds_unjudged"),
        "heritage_hold": ("compounds", "compounds_unknown"),
    }.get(code, (unit, f"{unit}_unknown"))
    blind = _whole(now[whole]) is not None and _whole(now[whole]) == _whole(now[unknown])
    return None if blind else _whole(now[code])


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


def _change(now: object, before: object) -> int | None:
    first, second = _whole(before), _whole(now)
    return None if first is None or second is None else second - first


def _caveat(code: str, now: pd.Series) -> str:
    missing = int(now["households_missing"])
    if code.startswith("households") and missing:
        return f"另有 {missing} 个楼院没有户数，未计入"
    return ""
