"""Which scheduled backups are kept: the newest few, then one per day, week and month."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Retention:
    """How many backups are kept: the `last` ones, and the newest one of so many days, weeks and months."""

    last: int
    daily: int
    weekly: int
    monthly: int

    @property
    def most(self) -> int:
        """More than so many are never kept."""
        return max(self.last, 1) + self.daily + self.weekly + self.monthly


def kept(made: Collection[datetime], rule: Retention) -> set[datetime]:
    """The times of the backups to keep, of those made at `made`; the newest is always among them.

    A period without a backup takes no place: after a holiday, older days are kept instead.
    """
    newest_first = sorted(set(made), reverse=True)
    chosen = set(newest_first[: max(rule.last, 1)])
    periods: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
        (rule.daily, lambda at: at.date()),
        (rule.weekly, lambda at: at.isocalendar()[:2]),
        (rule.monthly, lambda at: (at.year, at.month)),
    )
    for places, period in periods:
        newest_of: dict[Any, datetime] = {}
        for at in newest_first:
            newest_of.setdefault(period(at), at)
        chosen.update(list(newest_of.values())[:places])
    return chosen
