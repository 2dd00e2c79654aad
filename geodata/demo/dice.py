"""Chance that repeats: one numpy generator per thing, from the seed and the thing's own numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from geodata.honesty import FuzzyDate
from geodata.vocabulary import DatePrecision

T = TypeVar("T")


class Dice:
    """Draws plain Python values from a generator that is fixed by its numbers."""

    def __init__(self, *numbers: int) -> None:
        self.rng = np.random.default_rng(list(numbers))

    def chance(self, share: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < share)

    def real(self, low: float, high: float) -> float:
        """A real number between low and high."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options."""
        share = None if weights is None else np.asarray(weights) / np.sum(weights)
        return options[int(self.rng.choice(len(options), p=share))]

    def order(self, count: int) -> list[int]:
        """The numbers 0..count-1, shuffled."""
        return [int(number) for number in self.rng.permutation(count)]


def days(count: float) -> timedelta:
    """So many whole days."""
    return timedelta(days=round(count))


def fuzzy_columns(name: str, value: FuzzyDate) -> dict[str, date | str | None]:
    """The three columns of a fuzzy date."""
    return {
        f"{name}_from": value.first,
        f"{name}_to": value.last,
        f"{name}_precision": value.precision.value,
    }


def around(day: date, precision: DatePrecision) -> FuzzyDate:
    """The span of a precision that holds a day."""
    return FuzzyDate.around(day, precision)
