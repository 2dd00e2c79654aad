"""Numbers as people write them in ledgers: 1,200 · ３２０ · 3.2万㎡ · 约800平方米 · 10余次 · 三百二十 · 65%.

Nothing is guessed: a range, a list, an unfinished numeral (三百二) and a vague word (几十) are refused with a reason.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from geodata.vocabulary import Approx

_BEFORE = {
    **dict.fromkeys(("约为", "大约", "大概", "约", "≈", "~"), Approx.ABOUT),
    **dict.fromkeys(("将近", "接近", "近", "不足", "不到"), Approx.UNDER),
    **dict.fromkeys(("超过", "超", "逾", "多于"), Approx.OVER),
}
_AFTER = {
    **dict.fromkeys(("余", "多", "+", "以上"), Approx.OVER),
    **dict.fromkeys(("来", "左右", "上下", "许"), Approx.ABOUT),
}
_SCALES = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_NUMERALS = "零〇一二两三四五六七八九十百千万"
_ALONE = {"百": 100, "千": 1000, "万": 10_000}  # 百余户
_DASH = "一"  # a dash more often than a number, when it stands alone
_FORM = re.compile(
    rf"(?P<before>{'|'.join(_BEFORE)})?"
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
    rf"|[{_NUMERALS}]+)"
    r"(?P<scale>[万亿])?(?P<more>[余多来+])?"
    r"(?P<unit>(?:[^\d\s.,+-]|(?<=m)2)*?)"
    r"(?P<after>左右|上下|以上|许|余|多)?",
    re.ASCII,
)
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_SEVERAL = re.compile(r"\d\s*(?:-|~|—|–|至|到|、|/|;|或|\s)+\s*(?:约|近)?\d")
_VAGUE = re.compile(r"[几数若干]|上[百千万]")

MOST_CHARACTERS = 60
"""Longer texts are no numbers or dates; patterns are not tried on them."""

RANGE = "写的是一个范围或几个数，请只填一个数"
VAGUE = "不是确定的数，请填数字，或留空并写入备注"
UNREADABLE = "不是数字；可以带“约”“余”“近”和单位，不知道就留空"
CONTRADICTION = "同时写了“近”和“余”，不知道是多是少"


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written: value with 万 and 亿 worked in, how exact, the unit behind it, and its own scale.

    `plain` is False when anything but an ordinary number was written; `scaled` when it has 万 or 亿 of its own.
    """

    value: float
    approx: Approx
    unit: str
    plain: bool
    scaled: bool


def read_number(text: str) -> Written | str:
    """The number that a text gives, or why it gives none."""
    if len(text) > MOST_CHARACTERS:
        return UNREADABLE
    plain = unicodedata.normalize("NFKC", text).replace("¥", "")
    if _SEVERAL.search(plain):
        return RANGE
    plain = "".join(plain.split())
    found = _FORM.fullmatch(plain)
    if not found or plain == _DASH:
        return VAGUE if _VAGUE.search(plain) else UNREADABLE
    value = _value(found["number"], alone=found["more"] is not None)
    if value is None:
        return VAGUE if any(one in _NUMERALS for one in found["number"]) else UNREADABLE
    approx = _approx(found["before"], found["more"] or found["after"])
    if approx is None:
        return CONTRADICTION
    unit, scale = found["unit"], found["scale"]
    if scale is None and unit[:1] in _SCALES:
        unit, scale = unit[1:], unit[0]
    number = value * _SCALES[scale] if scale else value
    ordinary = bool(_PLAIN.fullmatch(text.strip()))
    return Written(float(number), approx, unit, ordinary, scale is not None)


def times(value: float, factor: float) -> float:
    """A decimal number times a factor, without the noise of binary fractions (0.57 万 is 5,700)."""
    return float(Decimal(repr(value)) * Decimal(repr(factor)))


def _approx(before: str | None, after: str | None) -> Approx | None:
    """How exact a number is; None for contradictory words. 约…余 is the weaker of the two, about."""
    first = _BEFORE[before] if before else None
    second = _AFTER[after] if after else None
    if first is None or second is None or first is second:
        return first or second or Approx.EXACT
    return Approx.ABOUT if Approx.ABOUT in (first, second) else None


def _value(text: str, *, alone: bool) -> Decimal | None:
    if text[-1] in _NUMERALS:
        number = _ALONE[text] if alone and text in _ALONE else read_numeral(text)
        return None if number is None else Decimal(number)
    return Decimal(text.replace(",", ""))


# ── Chinese numerals ──────────────────────────────────────────────────────────────────────────────────────────

_DIGITS = "零一二三四五六七八九"
_PLACES = {"十": 10, "百": 100, "千": 1000}
_TEN_THOUSAND = 10_000


def read_numeral(text: str) -> int | None:
    """A number below 100 million in Chinese numerals, complete and in usual form; None otherwise (三百二, 三五十)."""
    usual = text.replace("〇", "零").replace("两", "二")
    total = section = digit = 0
    for one in usual:
        if one in _DIGITS:
            digit = _DIGITS.index(one)
        elif one in _PLACES:
            section += (digit or 1) * _PLACES[one]
            digit = 0
        else:
            total = (total + section + digit) * _TEN_THOUSAND
            section = digit = 0
    number = total + section + digit
    usual = usual.removeprefix("一") if usual.startswith("一十") else usual
    return number if number < _TEN_THOUSAND**2 and numeral(number) == usual else None


def numeral(number: int) -> str:
    """A number below 100 million in Chinese numerals, as it is read aloud."""
    high, low = divmod(number, _TEN_THOUSAND)
    told = _section(high) + "万" if high else ""
    told += "零" * bool(high and 0 < low < 1000) + _section(low)
    told = told.removeprefix("一") if told.startswith("一十") else told
    return told or _DIGITS[0]


def _section(part: int) -> str:
    told = ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = part // place % 10
        if digit:
            told += "零" * bool(told and part // place // 10 % 10 == 0) + _DIGITS[digit] + name
    return told
