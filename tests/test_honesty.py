"""Dates and quantities that say no more than is known."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import BadValue
from geodata.honesty import FuzzyDate, Quantity
from geodata.vocabulary import Approx, DatePrecision

KNOWN = [precision for precision in DatePrecision if precision is not DatePrecision.UNKNOWN]
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [(1, 1, 10), (10, 1, 10), (11, 11, 20), (20, 11, 20), (21, 21, 30), (30, 21, 30)],
)
def test_a_ten_day_period_is_1_to_10_11_to_20_or_21_to_the_end(day: int, first: int, last: int) -> None:
    span = FuzzyDate.around(date(2026, 11, day), DatePrecision.TEN_DAYS)
    assert (span.first, span.last) == (date(2026, 11, first), date(2026, 11, last))


@pytest.mark.parametrize(("year", "end"), [(2026, 28), (2028, 29)])
def test_the_last_ten_days_of_february_end_with_the_month(year: int, end: int) -> None:
    assert FuzzyDate.around(date(year, 2, 25), DatePrecision.TEN_DAYS).last == date(year, 2, end)


@pytest.mark.property
@given(days, st.sampled_from(KNOWN))
def test_a_span_holds_the_day_it_is_around(day: date, precision: DatePrecision) -> None:
    span = FuzzyDate.around(day, precision)
    assert span.first
    assert span.last
    assert span.first <= day <= span.last
    assert span.precision is precision


@pytest.mark.property
@given(days, st.sampled_from(KNOWN))
def test_spans_of_one_precision_lie_side_by_side(day: date, precision: DatePrecision) -> None:
    span = FuzzyDate.around(day, precision)
    assert span.last
    following = FuzzyDate.around(span.last + timedelta(days=1), precision)
    assert following.first == span.last + timedelta(days=1)
    assert FuzzyDate.around(span.last, precision) == span


@pytest.mark.property
@given(days)
def test_a_coarser_span_holds_the_finer_one(day: date) -> None:
    spans = [FuzzyDate.around(day, precision) for precision in KNOWN]
    for fine, coarse in itertools.pairwise(spans):
        assert fine.first
        assert coarse.first
        assert coarse.first <= fine.first
        assert (fine.last or day) <= (coarse.last or day)


@pytest.mark.parametrize(
    ("precision", "text"),
    [
        (DatePrecision.DAY, "2026-11-24"),
        (DatePrecision.TEN_DAYS, "2026年11月下旬"),
        (DatePrecision.MONTH, "2026年11月"),
        (DatePrecision.QUARTER, "2026年第4季度"),
        (DatePrecision.YEAR, "2026年"),
        (DatePrecision.UNKNOWN, "日期不详"),
    ],
)
def test_a_date_is_written_no_more_exactly_than_it_is_known(precision: DatePrecision, text: str) -> None:
    span = FuzzyDate.around(date(2026, 11, 24), precision)
    assert span.text() == text
    assert span.is_fuzzy is (precision is not DatePrecision.DAY)


@pytest.mark.parametrize(
    ("first", "last", "precision"),
    [
        (None, None, DatePrecision.DAY),
        (date(2026, 11, 1), None, DatePrecision.MONTH),
        (None, date(2026, 11, 1), DatePrecision.MONTH),
        (date(2026, 11, 1), date(2026, 11, 1), DatePrecision.UNKNOWN),
        (date(2026, 11, 2), date(2026, 11, 1), DatePrecision.MONTH),
        (date(2026, 11, 1), date(2026, 11, 2), DatePrecision.DAY),
    ],
)
def test_a_date_that_contradicts_itself_is_refused(
    first: date | None, last: date | None, precision: DatePrecision
) -> None:
    with pytest.raises(BadValue):
        FuzzyDate(first, last, precision)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Quantity(150, "份"), "150份"),
        (Quantity(300, "条", Approx.OVER), "300余条"),
        (Quantity(800, "m²", Approx.UNDER), "近800 m²"),
        (Quantity(42, "公顷", Approx.ABOUT), "约42公顷"),
        (Quantity(12345.5, "m"), "12,345.5 m"),
        (Quantity(1234.567, " m"), "1234.567 m"),
        (Quantity(1200000, "元"), "1,200,000元"),
    ],
)
def test_the_qualifier_stays_with_the_number(quantity: Quantity, text: str) -> None:
    assert quantity.text() == text
