"""Dates as people write them in ledgers, with the precision that they have: 2020.11.3 · 11月下旬 · 2020年底 · 44138.

Rules for words: 上旬, 中旬, 下旬 are ten days; 月初, 月中, 月底 are read as these; 年底 is December, 年初 the first
quarter; 上半年 and 下半年 keep their six months at the precision of a year; 不详 is a date that is not known. A month
or a ten-day period without year takes the year that its sheet states, else it is refused. 2020.1 as a number is
refused: it may be January, or October that lost its zero. `written` gives a text that reads back as the same span.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from geodata.honesty import FuzzyDate
from geodata.importers.quantities import MOST_CHARACTERS, read_numeral
from geodata.vocabulary import DatePrecision

FIRST_YEAR, LAST_YEAR = 1900, 2100
_MAYBE_OCTOBER = re.compile(r"\d{4}\.1")
_EPOCH = date(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119; smaller numbers are years, or no dates at all
UNKNOWN = FuzzyDate(None, None, DatePrecision.UNKNOWN)

UNREADABLE = "不是日期；可写 2020-11-03、2020年11月、2020年11月下旬、2020年第三季度、2020年底，不知道就留空"
NO_YEAR = "没有写年份，表名和栏名里也没有；请写成如 2020年11月下旬"
NO_SUCH_DAY = "没有这一天"
RANGE = "写的是一段时间或几个日期，请只填一个"
LOST_ZERO = "可能是 1 月，也可能是丢了 0 的 10 月；请写成 2020-01 或 2020-10"
SHORT_YEAR = "年份只有两位，或月日先后不明；请写成 2020-11-03"
AFTER = "只说在某时之后，没有止日；请填一个日期，或留空并写入备注"
MIDDLE = "“年中”没有公认的起止；请写到季度或月"


@dataclass(frozen=True, slots=True)
class When:
    """A date as read: `plain` when it was written as YYYY-MM-DD or as a date; `loose` when its words say more or
    less than the span that is kept (约, 前, 上半年).
    """

    date: FuzzyDate
    plain: bool = False
    loose: bool = False


def read_date(raw: Any, *, year: int | None = None) -> When | str:
    """The date that a cell gives, or why it gives none. `year` completes a date without one."""
    if isinstance(raw, Mapping):
        raw = raw.get("date")
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return When(FuzzyDate.day(raw), plain=True)
    if isinstance(raw, bool) or raw is None:
        return UNREADABLE
    if isinstance(raw, int | float):
        return _of_number(float(raw))
    return _of_text(str(raw), year)


def _of_number(number: float) -> When | str:
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return When(FuzzyDate.day(_EPOCH + timedelta(days=int(number))))
    if number.is_integer():
        return _of_text(str(int(number)), None)
    text = f"{number:.6g}"
    if _MAYBE_OCTOBER.fullmatch(text):
        return LOST_ZERO
    return _of_text(text, None) if re.fullmatch(r"\d{4}\.\d{1,2}", text) else UNREADABLE


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────

_YEAR = r"(?P<year>\d{4})"
_MONTH = r"(?P<month>\d{1,2})"
_CLOCK = r"(?:[T ]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_TENTH = r"(?P<tenth>上旬|中旬|下旬|初|中|底|末)"
_TENTHS = {"上旬": 1, "初": 1, "中旬": 11, "中": 11, "下旬": 21, "底": 21, "末": 21}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_LEAD = re.compile(r"^(大约|约|预计|计划|拟|于)+")
_BEFORE = re.compile(r"(之前|以前|前)$")
_SPAN = re.compile(r"\d.*(?:~|至|到|—|–|、|;).*\d|\d{4}\D\d{1,2}\D\d{1,2}日?-\d")
_NUMERAL = re.compile(r"[一二三四五六七八九十]+(?=[月日号])")
_CHINESE_YEAR = re.compile(r"[〇零一二三四五六七八九]{4}(?=年)")
_OTHER_ORDER = re.compile(r"\d{1,2}([-./])\d{1,2}\1(\d{4}|\d{2})|\d{2}[-./年]\d{1,2}[-./月]\d{1,2}日?")


def _of_text(text: str, year: int | None) -> When | str:
    if len(text) > MOST_CHARACTERS:
        return UNREADABLE
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"不详|日期不详|未知|不明", plain):
        return When(UNKNOWN)
    squeezed = _arabic("".join(plain.split())) if not re.search(r"\d\s+\d+:", plain) else plain
    loose = bool(_LEAD.search(squeezed) or _BEFORE.search(squeezed))
    squeezed = _BEFORE.sub("", _LEAD.sub("", squeezed))
    for form, make in _FORMS:
        found = form.fullmatch(squeezed)
        if found:
            return _made(found, make, year, plain=text == plain == squeezed and form is _ISO, loose=loose)
    return _why_not(squeezed)


def _made(
    found: re.Match[str],
    make: Callable[[int, re.Match[str]], FuzzyDate],
    year: int | None,
    *,
    plain: bool,
    loose: bool,
) -> When | str:
    given = found.groupdict().get("year")
    stated = int(given) if given else year
    if stated is None:
        return NO_YEAR
    if not FIRST_YEAR <= stated <= LAST_YEAR:
        return UNREADABLE
    try:
        span = make(stated, found)
    except ValueError:
        return NO_SUCH_DAY
    half = "half" in found.groupdict()
    loose = loose or half or bool(_MAYBE_OCTOBER.fullmatch(found[0]))
    return When(span, plain=plain and not loose, loose=loose)


def _why_not(text: str) -> str:
    if re.search(r"(之后|以后|后)$", text):
        return AFTER
    if text.endswith("年中"):
        return MIDDLE
    if _OTHER_ORDER.fullmatch(text):
        return SHORT_YEAR
    return RANGE if _SPAN.search(text) else UNREADABLE


def _arabic(text: str) -> str:
    """Years written digit by digit, months and days written as numerals, in Arabic digits."""
    text = _CHINESE_YEAR.sub(
        lambda found: "".join(str("零一二三四五六七八九".index(one.replace("〇", "零"))) for one in found[0]),
        text,
    )
    return _NUMERAL.sub(lambda found: str(read_numeral(found[0]) or found[0]), text)


def _day(year: int, found: re.Match[str]) -> FuzzyDate:
    return FuzzyDate.day(date(year, int(found["month"]), int(found["day"])))


def _part(precision: DatePrecision) -> Callable[[int, re.Match[str]], FuzzyDate]:
    def make(year: int, found: re.Match[str]) -> FuzzyDate:
        groups = found.groupdict()
        day = _TENTHS.get(groups.get("tenth") or "", 1)
        return FuzzyDate.around(date(year, int(groups.get("month") or 1), day), precision)

    return make


def _quarter(year: int, found: re.Match[str]) -> FuzzyDate:
    which = _QUARTERS.get(found["quarter"]) or int(found["quarter"])
    return FuzzyDate.around(date(year, 3 * which - 2, 1), DatePrecision.QUARTER)


def _half(year: int, found: re.Match[str]) -> FuzzyDate:
    months = (1, 6) if found["half"] == "上" else (7, 12)
    last = calendar.monthrange(year, months[1])[1]
    return FuzzyDate(date(year, months[0], 1), date(year, months[1], last), DatePrecision.YEAR)


def _span(year: int, found: re.Match[str]) -> FuzzyDate:
    first, last = (date.fromisoformat(found[part]) for part in ("first", "last"))
    if first > last:
        raise ValueError("ends before it begins")
    precision = next(one for one in DatePrecision if one.label == found["precision"])
    return FuzzyDate(first, last, precision)


def written(span: FuzzyDate) -> str:
    """A span as text that `read_date` reads back as the same span; 日期不详 for a date that is not known."""
    if span.first is None or span.last is None:
        return UNKNOWN.text()
    if span == FuzzyDate.around(span.first, span.precision):
        return span.text()
    return f"{span.first}至{span.last}({span.precision.label})"


def _edge(year: int, found: re.Match[str]) -> FuzzyDate:
    if found["edge"] == "初":
        return FuzzyDate.around(date(year, 1, 1), DatePrecision.QUARTER)
    return FuzzyDate.around(date(year, 12, 1), DatePrecision.MONTH)


_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_FORMS: tuple[tuple[re.Pattern[str], Callable[[int, re.Match[str]], FuzzyDate]], ...] = tuple(
    (re.compile(form) if isinstance(form, str) else form, make)
    for form, make in (
        (_ISO, _day),
        (rf"{_YEAR}([-./]){_MONTH}\2(?P<day>\d{{1,2}}){_CLOCK}", _day),
        (rf"{_YEAR}年{_MONTH}月(?P<day>\d{{1,2}})[日号]?{_CLOCK}", _day),
        (r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})", _day),
        (rf"(?:{_YEAR}年)?{_MONTH}月(?P<day>\d{{1,2}})[日号]", _day),
        (rf"{_YEAR}[-./]{_MONTH}月?", _part(DatePrecision.MONTH)),
        (rf"(?:{_YEAR}年)?{_MONTH}月份?", _part(DatePrecision.MONTH)),
        (rf"{_YEAR}[-./]{_MONTH}月?{_TENTH}", _part(DatePrecision.TEN_DAYS)),
        (rf"(?:{_YEAR}年)?{_MONTH}月份?{_TENTH}", _part(DatePrecision.TEN_DAYS)),
        (rf"(?:{_YEAR}年)?第?(?P<quarter>[一二三四1-4])季度?", _quarter),
        (rf"{_YEAR}年?[-./]?[Qq](?P<quarter>[1-4])", _quarter),
        (rf"(?:{_YEAR}年)?(?P<half>[上下])半年", _half),
        (rf"(?:{_YEAR})?年(?P<edge>[初底末])", _edge),
        (rf"{_YEAR}(?:年度?)?", _part(DatePrecision.YEAR)),
        (
            r"(?P<first>(?P<year>\d{4})-\d\d-\d\d)至(?P<last>\d{4}-\d\d-\d\d)\((?P<precision>[旬月季年])\)",
            _span,
        ),
    )
)
