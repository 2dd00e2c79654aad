"""Values that carry their own honesty: fuzzy dates and approximate quantities."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from geodata.errors import BadValue
from geodata.vocabulary import Approx, DatePrecision

_TEN_DAYS = {1: "上旬", 11: "中旬", 21: "下旬"}


@dataclass(frozen=True, slots=True)
class FuzzyDate:
    """A span of days within which something happened or will happen.

    `first` and `last` are the first and last possible day (both included); both are None when the source
    gives no date (`DatePrecision.UNKNOWN`). A ten-day period is 1-10, 11-20 or 21 to the end of the month.
    """

    first: date | None
    last: date | None
    precision: DatePrecision

    def __post_init__(self) -> None:
        unknown = self.precision is DatePrecision.UNKNOWN
        if unknown != (self.first is None) or unknown != (self.last is None):
            raise BadValue("日期不详时不能有起止日，其他精度必须有起止日")
        if self.first and self.last and self.last < self.first:
            raise BadValue(f"日期的止日 {self.last} 早于起日 {self.first}")
        if self.precision is DatePrecision.DAY and self.first != self.last:
            raise BadValue(f"精确到日的日期不能从 {self.first} 到 {self.last}")

    @classmethod
    def day(cls, value: date) -> FuzzyDate:
        """An exact day."""
        return cls(value, value, DatePrecision.DAY)

    @classmethod
    def around(cls, value: date, precision: DatePrecision) -> FuzzyDate:
        """The span of the given precision that holds `value`."""
        last_of_month = calendar.monthrange(value.year, value.month)[1]
        if precision is DatePrecision.DAY:
            return cls.day(value)
        if precision is DatePrecision.TEN_DAYS:
            first = 1 if value.day <= 10 else 11 if value.day <= 20 else 21
            last = {1: 10, 11: 20, 21: last_of_month}[first]
            return cls(value.replace(day=first), value.replace(day=last), precision)
        if precision is DatePrecision.MONTH:
            return cls(value.replace(day=1), value.replace(day=last_of_month), precision)
        if precision is DatePrecision.QUARTER:
            month = 3 * ((value.month - 1) // 3) + 1
            end = calendar.monthrange(value.year, month + 2)[1]
            return cls(date(value.year, month, 1), date(value.year, month + 2, end), precision)
        if precision is DatePrecision.YEAR:
            return cls(date(value.year, 1, 1), date(value.year, 12, 31), precision)
        return cls(None, None, DatePrecision.UNKNOWN)

    @property
    def is_fuzzy(self) -> bool:
        """Whether more than one day is possible, or none is known."""
        return self.first is None or self.first != self.last

    def text(self) -> str:
        """The date as people write it, no more exact than it is known."""
        if self.first is None:
            return DatePrecision.UNKNOWN.label
        year, month = self.first.year, self.first.month
        return {
            DatePrecision.DAY: self.first.isoformat(),
            DatePrecision.TEN_DAYS: f"{year}年{month}月{_TEN_DAYS.get(self.first.day, '')}",
            DatePrecision.MONTH: f"{year}年{month}月",
            DatePrecision.QUARTER: f"{year}年第{(month + 2) // 3}季度",
            DatePrecision.YEAR: f"{year}年",
        }[self.precision]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the source gives it: exact, about, just under or more than."""

    value: float
    unit: str
    approx: Approx = Approx.EXACT

    def text(self) -> str:
        """`近800 m²`, `300余条`, `150份`: the qualifier stays with the number."""
        number = (f"{self.value:,}" if self.value >= 10_000 else f"{self.value}").removesuffix(".0")
        unit = f" {self.unit}" if self.unit[:1].isascii() and self.unit[:1].isalpha() else self.unit
        if self.approx is Approx.OVER:
            return f"{number}{self.approx.label}{unit}"
        qualifier = "" if self.approx is Approx.EXACT else self.approx.label
        return f"{qualifier}{number}{unit}"
