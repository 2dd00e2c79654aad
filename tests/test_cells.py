"""Cells of ledgers: numbers and dates in every written form, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from geodata.honesty import FuzzyDate
from geodata.importers.cells import Cell, Measured, read_cell, read_column, with_remarks
from geodata.importers.dates import LOST_ZERO, NO_YEAR, When, read_date, written
from geodata.importers.issues import Problem, Severity, severity
from geodata.importers.quantities import Written, numeral, read_number, read_numeral
from geodata.kinds import KINDS
from geodata.kinds.units import SHARE
from geodata.vocabulary import Approx, DatePrecision


def cell(kind: str, name: str, raw: Any, **more: Any) -> Cell:
    """Read one cell of a kind."""
    return read_cell(KINDS[kind].column(name), raw, **more)


def problems(read: Cell) -> list[Problem]:
    """What was told of a cell."""
    return [problem for problem, _ in read.doubts]


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "value", "approx", "unit"),
    [
        ("1,200", 1200, "exact", ""),
        ("３２０", 320, "exact", ""),
        ("3.2万㎡", 32_000, "exact", "m2"),
        ("约800平方米", 800, "about", "平方米"),
        ("10余次", 10, "over", "次"),
        ("800多", 800, "over", ""),
        ("近500户", 500, "under", "户"),
        ("不足五十户", 50, "under", "户"),
        ("百余户", 100, "over", "户"),
        ("三百二十", 320, "exact", ""),
        ("两千零五栋", 2005, "exact", "栋"),
        ("300余万元", 3_000_000, "over", "元"),
        ("约300余户", 300, "about", "户"),
        ("1.2 万 m² 左右", 12_000, "about", "m2"),
        ("65％", 65, "exact", "%"),
        ("300+", 300, "over", ""),
    ],
)
def test_numbers_are_read_with_their_unit_and_how_exact_they_are(
    text: str, value: float, approx: str, unit: str
) -> None:
    read = read_number(text)
    assert isinstance(read, Written)
    assert (read.value, read.approx, read.unit) == (value, approx, unit)


@pytest.mark.parametrize(
    "text",
    [
        "300-400",
        "80~100",
        "1、2",
        "12 345",
        "几十",
        "数百",
        "三百二",
        "三五十",
        "近300余",
        "很多",
        "1,20",
        "2020.11.3",
        "上百",
    ],
)
def test_what_may_mean_several_numbers_is_refused_with_a_reason(text: str) -> None:
    read = cell("compound", "households", text)
    assert (read.value, read.ok, problems(read)) == (None, False, [Problem.NOT_A_NUMBER])
    assert text in read.doubts[0][1]


@pytest.mark.property
@given(number=some.integers(0, 9_999_999))
def test_a_number_reads_back_the_same_in_every_form(number: int) -> None:
    forms = [str(number), f"{number:,}", f"{number}户", f"约{number}", f"{number}余户", f" {number} "]
    forms += ["".join(chr(ord(one) + 0xFEE0) for one in str(number)), f"{numeral(number)}户"]
    for form in forms:
        read = read_number(form)
        assert isinstance(read, Written), form
        assert read.value == number
    assert read_numeral(numeral(number)) == number


@pytest.mark.property
@given(hundredths=some.integers(0, 100_000_00))
def test_ten_thousands_are_exact_decimals(hundredths: int) -> None:
    area = hundredths / 100
    for raw in (f"{area:.2f}万㎡", Measured(area, "万㎡"), Measured(f"{area:.2f}", "万平方米")):
        read = read_cell(KINDS["compound"].column("floor_area_m2"), raw)
        assert read.value in (hundredths * 100, None)
        assert (read.value is None) == (hundredths * 100 > 10_000_000)


def test_a_unit_in_the_cell_goes_before_that_of_the_heading() -> None:
    assert cell("compound", "floor_area_m2", Measured("6800㎡", "万㎡")).value == 6800
    assert cell("work_item", "budget_cny", Measured("48万", "万元")).value == 480_000
    assert cell("work_item", "budget_cny", Measured("48", "万元")).value == 480_000


@pytest.mark.parametrize(
    ("name", "raw"), [("floor_area_m2", "3万元"), ("households", "30栋"), ("storeys", "6米")]
)
def test_a_unit_of_something_else_is_refused(name: str, raw: str) -> None:
    assert problems(cell("compound", name, raw)) == [Problem.UNKNOWN_UNIT]


def test_an_approximate_number_never_passes_for_an_exact_one() -> None:
    read = read_column(KINDS["compound"].column("households"), "约300")
    assert (read.values, read.remark) == ({"households": 300}, "户数约300（文件原文）")
    assert [problem for problem, _ in read.doubts] == [Problem.APPROXIMATE]
    works = read_column(KINDS["work_item"].column("quantity"), "800多平方米")
    assert (works.values, works.remark) == ({"quantity": 800, "approx": "over", "unit": "m²"}, "")


def test_lengths_and_areas_of_works_are_kept_in_one_unit_and_others_as_written() -> None:
    assert cell("work_item", "quantity", "1.2km").unit == "m"
    assert cell("work_item", "quantity", "1.2km").value == 1200
    assert (cell("work_item", "quantity", "10盏").value, cell("work_item", "quantity", "10盏").unit) == (
        10,
        "盏",
    )
    plain = read_column(KINDS["work_item"].column("quantity"), 3200)
    assert plain.values == {"quantity": 3200}


def test_a_remark_is_added_to_a_note_once() -> None:
    first = with_remarks("临街", ["户数约300（文件原文）", ""])
    assert first == "临街；户数约300（文件原文）"
    assert with_remarks(first, ["户数约300（文件原文）"]) == first
    assert with_remarks(None, ["", ""]) is None


def test_percentages_are_read_as_written_and_doubtful_ones_told() -> None:
    assert cell("progress_report", "progress_pct", "65%").value == 65
    assert cell("progress_report", "progress_pct", Measured(0.65, SHARE)).value == 65
    small = cell("progress_report", "progress_pct", 0.65)
    assert (small.value, problems(small)) == (0.65, [Problem.IMPROBABLE])
    assert problems(cell("progress_report", "progress_pct", "165%")) == [Problem.OUT_OF_RANGE]


@pytest.mark.parametrize("raw", ["/", "—", "一", "不详", "暂无", "待定", "－"])
def test_a_sign_for_nothing_is_empty_and_told_never_zero(raw: str) -> None:
    read = cell("compound", "households", raw)
    assert (read.value, read.ok, problems(read)) == (None, True, [Problem.PLACEHOLDER])


def test_an_error_of_a_formula_is_named() -> None:
    read = cell("compound", "households", {"formula_error": "#REF!"})
    assert (read.ok, problems(read)) == (False, [Problem.FORMULA_ERROR])
    assert "#REF!" in read.doubts[0][1]


def test_a_formula_without_saved_result_refuses_a_number_and_leaves_a_text_empty() -> None:
    number = cell("work_item", "budget_cny", {"formula_error": ""})
    assert (number.value, number.ok, problems(number)) == (None, False, [Problem.FORMULA_ERROR])
    text = cell("compound", "note", {"formula_error": ""})
    assert (text.value, text.ok, problems(text)) == (None, True, [Problem.FORMULA_WITHOUT_VALUE])


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1987", 1987),
        ("1987年", 1987),
        ("1987年6月", 1987),
        ({"date": "1987-06-01"}, 1987),
        ("约1987年", 1987),
    ],
)
def test_a_year_of_building_is_taken_from_a_date(raw: Any, value: int) -> None:
    assert cell("compound", "built_year", raw).value == value


@pytest.mark.parametrize("raw", ["80年代", "1985-1990", "八十年代"])
def test_a_decade_is_no_year(raw: str) -> None:
    assert problems(cell("compound", "built_year", raw)) == [Problem.NOT_A_NUMBER]


# ── Closed lists ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "name", "raw", "value"),
    [
        ("work_item", "type_code", "雨污分流", "B02"),
        ("work_item", "type_code", "屋面维修", "B14"),
        ("stage_event", "stage", "施工中", "construction"),
        ("stage_event", "stage", "验收阶段", "acceptance"),
    ],
)
def test_a_word_that_can_mean_one_term_only_is_taken_and_told(
    kind: str, name: str, raw: str, value: str
) -> None:
    read = cell(kind, name, raw)
    assert (read.value, problems(read)) == (value, [Problem.TERM_NORMALISED])


def test_a_word_of_no_term_is_refused_with_the_list() -> None:
    read = cell("work_item", "type_code", "管网")
    assert problems(read) == [Problem.NOT_IN_LIST]
    assert "排水（雨污分流）" in read.doubts[0][1]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("否", False), (1.0, True), ("√", True), ("无", False), (False, False), ("", None)],
)
def test_yes_and_no_in_all_forms(raw: Any, value: bool | None) -> None:
    assert cell("street_office", "in_totals", raw).value is value


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("raw", "first", "last", "precision"),
    [
        ("2020.11.3", "2020-11-03", "2020-11-03", "day"),
        ("2020/11/3", "2020-11-03", "2020-11-03", "day"),
        ("2020年11月3日", "2020-11-03", "2020-11-03", "day"),
        ("二〇二〇年十一月三日", "2020-11-03", "2020-11-03", "day"),
        ("２０２０．１１．３", "2020-11-03", "2020-11-03", "day"),
        ("20201103", "2020-11-03", "2020-11-03", "day"),
        ("2020-11-03 08:30:00", "2020-11-03", "2020-11-03", "day"),
        (44138, "2020-11-03", "2020-11-03", "day"),
        (44138.25, "2020-11-03", "2020-11-03", "day"),
        ({"date": "2020-11-03"}, "2020-11-03", "2020-11-03", "day"),
        ({"date": "2020-11-03", "time": "08:30:00"}, "2020-11-03", "2020-11-03", "day"),
        ("2020年11月下旬", "2020-11-21", "2020-11-30", "ten_days"),
        ("2020.2下旬", "2020-02-21", "2020-02-29", "ten_days"),
        ("2020年11月底", "2020-11-21", "2020-11-30", "ten_days"),
        ("2020-11", "2020-11-01", "2020-11-30", "month"),
        (2020.11, "2020-11-01", "2020-11-30", "month"),
        ("2020年底", "2020-12-01", "2020-12-31", "month"),
        ("2020年初", "2020-01-01", "2020-03-31", "quarter"),
        ("2020年第三季度", "2020-07-01", "2020-09-30", "quarter"),
        ("2020Q3", "2020-07-01", "2020-09-30", "quarter"),
        ("2020年上半年", "2020-01-01", "2020-06-30", "year"),
        (2020, "2020-01-01", "2020-12-31", "year"),
        ("2020年", "2020-01-01", "2020-12-31", "year"),
    ],
)
def test_dates_are_read_no_more_exactly_than_they_are_written(
    raw: Any, first: str, last: str, precision: str
) -> None:
    read = read_column(KINDS["stage_event"].column("occurred"), raw)
    assert {name: str(value) for name, value in read.values.items()} == {
        "occurred_from": first,
        "occurred_to": last,
        "occurred_precision": precision,
    }


@pytest.mark.parametrize("raw", ["11月下旬", "年底", "11月3日", "第三季度", "十一月三日"])
def test_a_date_without_year_takes_that_of_its_sheet_or_is_refused(raw: str) -> None:
    assert read_date(raw) == NO_YEAR
    read = read_date(raw, year=2021)
    assert isinstance(read, When)
    assert read.date.first is not None
    assert read.date.first.year == 2021


@pytest.mark.parametrize(
    "raw",
    [
        "3/11/2020",
        "20.11.3",
        "2020.2.30",
        "2020.13.1",
        "2020.11.3-2020.11.10",
        "2020年中",
        "2020年6月以后",
        "春节后",
        12,
        0.5,
        True,
        "1850-01-01",
    ],
)
def test_a_date_that_may_mean_several_is_refused_with_a_reason(raw: Any) -> None:
    read = cell("stage_event", "occurred", raw)
    assert (read.ok, problems(read)) == (False, [Problem.NOT_A_DATE])


def test_january_and_an_october_that_lost_its_zero_are_told_apart() -> None:
    assert read_date(2020.1) == LOST_ZERO
    typed = cell("stage_event", "occurred", "2020.1")
    assert (typed.value, problems(typed)) == (
        FuzzyDate.around(date(2020, 1, 1), DatePrecision.MONTH),
        [Problem.APPROXIMATE],
    )


def test_a_deadline_is_kept_with_its_words() -> None:
    read = cell("work_item", "planned_finish", "2026年底前")
    assert read.value == FuzzyDate.around(date(2026, 12, 1), DatePrecision.MONTH)
    assert (problems(read), read.remark) == ([Problem.APPROXIMATE], "计划完工2026年底前（文件原文）")


def test_a_day_is_asked_for_where_only_a_day_will_do() -> None:
    assert problems(cell("progress_report", "reported_on", "2026年6月")) == [Problem.NOT_A_DAY]
    assert cell("progress_report", "reported_on", "2026.6.15").value == date(2026, 6, 15)


def test_an_unknown_date_is_recorded_as_unknown() -> None:
    read = read_column(KINDS["stage_event"].column("occurred"), "不详")
    assert read.values == {"occurred_from": None, "occurred_to": None, "occurred_precision": "unknown"}


DAYS = some.dates(date(1955, 1, 1), date(2099, 12, 31))
FORMS = ("{y}.{m}.{d}", "{y}-{m:02}-{d:02}", "{y}年{m}月{d}日", "{y}/{m}/{d}", "{y}{m:02}{d:02}")
COARSE = ("{y}年{m}月", "{y}.{m:02}", "{y}年{m}月{t}", "{y}年第{q}季度", "{y}年{h}半年", "{y}年", "{y}")


@pytest.mark.property
@given(day=DAYS)
def test_every_form_of_a_day_holds_that_day(day: date) -> None:
    tenth = "上旬" if day.day <= 10 else "中旬" if day.day <= 20 else "下旬"
    parts = {"y": day.year, "m": day.month, "d": day.day, "t": tenth}
    parts |= {"q": (day.month + 2) // 3, "h": "上" if day.month <= 6 else "下"}
    for form in FORMS:
        read = read_date(form.format(**parts))
        assert isinstance(read, When)
        assert read.date == FuzzyDate.day(day)
    for form in COARSE:
        text = form.format(**parts)
        read = read_date(text)
        assert isinstance(read, When), text
        assert read.date.first is not None
        assert read.date.last is not None
        assert read.date.first <= day <= read.date.last
    serial = (day - date(1899, 12, 30)).days
    assert read_date(serial) == When(FuzzyDate.day(day))


@pytest.mark.property
@given(day=DAYS, length=some.integers(0, 400), precision=some.sampled_from(list(DatePrecision)))
def test_a_span_that_is_written_reads_back_as_it_was(
    day: date, length: int, precision: DatePrecision
) -> None:
    spans = [FuzzyDate.around(day, precision)]
    if precision not in (DatePrecision.UNKNOWN, DatePrecision.DAY):
        spans.append(FuzzyDate(day, day + timedelta(days=length), precision))
    for span in spans:
        read = read_date(written(span))
        assert isinstance(read, When)
        assert read.date == span


# ── All of it ─────────────────────────────────────────────────────────────────────────────────────────────────

ANYTHING = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(),
    some.text(max_size=12),
    some.text("约近余多万亿千百十一二三0123456789.,-年月日旬底初中季度半㎡元%/ ", max_size=10),
    some.dictionaries(
        some.sampled_from(["date", "time", "formula_error", "x"]), some.text(max_size=10), max_size=2
    ),
    some.lists(some.integers(), max_size=2),
)


@pytest.mark.property
@given(
    raw=ANYTHING,
    unit=some.sampled_from(["", "万㎡", "万元", "㎡/万㎡", SHARE]),
    year=some.sampled_from([None, 2026]),
)
def test_no_cell_breaks_reading_and_every_change_is_told(raw: Any, unit: str, year: int | None) -> None:
    for kind in KINDS.values():
        for column in kind.columns:
            read = read_column(column, Measured(raw, unit) if unit else raw, year=year)
            refused = any(severity(problem) is Severity.ERROR for problem, _ in read.doubts)
            assert refused != read.ok
            assert set(read.values) <= {*column.stored, column.name, "approx", "unit"}
            if isinstance(raw, str) and column.plain != "text" and raw.strip() and not read.doubts:
                assert str(raw).strip().isascii()


@pytest.mark.parametrize(
    "text", ["1" * 32_000, "约" * 32_000, "1" + "余" * 32_000, "1至" * 16_000, "一" * 32_000]
)
def test_a_cell_full_of_nonsense_is_refused_at_once(text: str) -> None:
    assert problems(cell("compound", "households", text)) == [Problem.NOT_A_NUMBER]
    assert problems(cell("stage_event", "occurred", text)) == [Problem.NOT_A_DATE]


def test_a_quantity_says_how_exact_it_is() -> None:
    assert cell("work_item", "quantity", "近50个").approx is Approx.UNDER
