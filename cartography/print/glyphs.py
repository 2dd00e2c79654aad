"""Every character of a sheet is looked up in our fonts before it is set: a sheet never prints an empty box."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from geodata.errors import BadValue

_TEXT = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_UNSEEN = re.compile(
    "[\t-\r\x85\u2028\u2029\xad\u034f\u061c\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
"""Ends of lines, and what leaves no trace whatever the font; any other control character would print a box."""

_LONGEST = 30


class MissingGlyph(BadValue):
    """A text holds a character that our fonts cannot print; the message names both."""


def check(data: Mapping[str, Any], files: Mapping[str, bytes], fonts: tuple[Path, ...]) -> None:
    """Look up every character of the texts in `data` and of the texts on the SVG pictures in `files`.

    A character must be in each of `fonts`: a text may be set in any of them. Raises MissingGlyph.
    """
    known = _known(fonts)
    for text in (*_texts(data), *_lettering(files)):
        if not known.issuperset(text):
            for character in text:
                if character not in known and not _UNSEEN.match(character):
                    raise MissingGlyph(_told(character, text))


@lru_cache(maxsize=2)
def _known(fonts: tuple[Path, ...]) -> frozenset[str]:
    """Characters that all of the fonts can print."""
    maps: list[set[int]] = []
    for file in fonts:
        with TTFont(file, lazy=True) as font:
            maps.append(set(font.getBestCmap()))
    return frozenset(map(chr, set.intersection(*maps)))


def _texts(value: Any) -> Iterator[str]:
    """All texts in nested values; names of fields are ours."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _lettering(files: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in files.items():
        if name.endswith(".svg"):
            for found in _TEXT.findall(content.decode("utf-8")):
                yield html.unescape(_TAG.sub("", found))


def _told(character: str, text: str) -> str:
    at = text.index(character)
    start = max(0, at - _LONGEST // 2)
    near = "".join(filter(str.isprintable, text[start : start + _LONGEST]))
    where = ("…" if start else "") + near + ("…" if start + _LONGEST < len(text) else "")
    if not character.isprintable():
        return f"文字“{where}”里有看不见的控制字符（U+{ord(character):04X}），印出来会是空框，所以没有出图；请把它删掉。"
    return (
        f"字符“{character}”（U+{ord(character):04X}）不在出图字体里，印出来会是空框，所以没有出图；它在文字“{where}”里。"
        "请换一个写法，或用同音、同义的字代替。"
    )
