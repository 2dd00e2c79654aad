"""When two names are the same or nearly so: width, spaces, punctuation and ways of writing numbers do not count."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TENS = re.compile(r"(\d?)十(\d?)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")
_SEPARATORS = re.compile(r"[、，,;；/|\n]+")


@lru_cache(maxsize=200_000)
def plain(name: str) -> str:
    """A name without width, case, spaces and punctuation, with numbers in digits (`１号院`, `一号院` → `1号院`)."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_DIGITS)
    text = _TENS.sub(lambda found: f"{found[1] or 1}{found[2] or 0}", text)
    return _NOT_LETTERS.sub("", text)


def aliases(text: object) -> list[str]:
    """The former names that a cell lists."""
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()] if isinstance(text, str) else []


def similarity(one: str, other: str) -> float:
    """How alike two names are, 0..1, the same either way round; with other numbers they name other places (0)."""
    first, second = sorted((plain(one), plain(other)))
    if _NUMBER.findall(first) != _NUMBER.findall(second):
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio() if first and second else 0.0
