"""Names without the differences that people do not see: width, case, spaces, brackets, old forms, written numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from geodata.vocabulary import DataStatus

_NUMERALS = "〇零一二两三四五六七八九十百"
_DIGITS = {character: value for value, characters in enumerate(("〇零", "一", "二两", *"三四五六七八九")) for character in characters}  # fmt: skip
_COUNTED = re.compile(rf"第?([{_NUMERALS}]+)(?=号|院|栋|幢|楼|单元|区|期|组|排|里|条|马路)")
_UNSEEN = re.compile(r"[\s()\[\]{}〔〕【】《》“”\"'‘’·•・.,、。_]+")
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[-~—–―至·•・.、,/](?=\d)")
_DASHES = re.compile(r"(?<!\d)[-~—–―]+|[-~—–―]+(?!\d)")
_LISTED = re.compile(r"[、,，;；|\n]+")
_ENDINGS = (
    *("街道办事处", "街道办", "办事处", "街道"),
    *("社区居民委员会", "社区居委会", "居民委员会", "居委会", "村委会", "社区"),
)
_OFFICES = ("street_office", "community")
_MARK = f"({DataStatus.SYNTHETIC.label})"  # stands behind invented names in drawings that we give out


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """The form in which two ways of writing one name are equal (１号院, 1号院, 一号院, 1號院, 1号楼院, 1# 院)."""
    text = _simplified(unicodedata.normalize("NFKC", name).casefold())
    text = text.replace(_MARK, "")
    text = _BETWEEN_NUMBERS.sub("-", text.replace("#", "号"))
    text = _DASHES.sub("", _UNSEEN.sub("", text))
    text = _COUNTED.sub(lambda found: str(_number(found[1])), text)
    text = re.sub(r"(?<!\d)0+(?=\d)", "", text)
    return text.replace("号楼院", "号院").replace("号号", "号")


def plain_in(layer: str, name: str) -> str:
    """The plain form of a name in a layer: street offices and communities also without the endings of offices."""
    text = plain(name)
    if layer in _OFFICES:
        for ending in _ENDINGS:
            if text.endswith(ending) and text != ending:
                return text.removesuffix(ending)
    return text


def listed(names: str | None) -> tuple[str, ...]:
    """The single names of a cell that holds several (曾用名)."""
    return tuple(name for name in _LISTED.split(names or "") if name.strip())


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a plain name in order: names with different ones are never the same place."""
    return tuple(re.findall(r"\d+", text))


@lru_cache(maxsize=100_000)
def loose(text: str) -> str:
    """A plain name without the words that people mix up: 路 and 街, kinds of yards. Equal ones are only alike."""
    text = re.sub(r"大街|大道|马路|[街路巷道]", "路", text)
    return re.sub(r"(家属楼院|家属院|家属楼|生活区|小区|大院|楼院|庭院)$|院$", "院", text)


def _number(text: str) -> int:
    """A number written in characters: 二十三, 一〇二 (digit by digit), 一百零五."""
    if not set(text) & {"十", "百"}:
        return int("".join(str(_DIGITS[character]) for character in text))
    total, digit = 0, None
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            continue
        total += (1 if digit is None else digit) * (10 if character == "十" else 100)
        digit = None
    return total + (digit or 0)


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else str(_converter().convert(text))
