"""Words of closed lists as they are written in ledgers: 施工中, 雨污分流, √."""

from __future__ import annotations

import re
from functools import cache

from geodata.kinds.headings import folded
from geodata.kinds.terms import several, words_of
from geodata.vocabulary import Term

_YES = frozenset(("是", "有", "y", "yes", "true", "t", "1", "√", "✓", "对"))
_NO = frozenset(("否", "无", "没有", "不是", "n", "no", "false", "f", "0", "×", "x", "✗"))
_PLACEHOLDERS = frozenset(
    ["/", "\\", "-", "--", "—", "——", "–", "一", "*", "?", "不详", "未知", "不明", "暂无", "待定", "未定"]
)
_ENDING = re.compile(r"(阶段|工程|改造|中)$")


def term_of(text: str, terms: tuple[Term, ...]) -> tuple[Term | None, bool]:
    """The term that a text means, and whether it is just its code or label; None when it may mean several, or none."""
    wanted = text.casefold()
    for term in terms:
        if wanted in (term.value.casefold(), term.label.casefold()):
            return term, True
    if may_mean(text, terms):
        return None, False
    return _spellings(terms).get(_bare(text)), False


def may_mean(text: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms that an ambiguous word may mean (防水: roof or wall); none for any other word."""
    return several(_bare(text), terms)


def yes_or_no(text: str) -> bool | None:
    """What a text answers; None when it is neither."""
    word = folded(text)
    return word in _YES if word in _YES or word in _NO else None


def is_placeholder(text: str) -> bool:
    """Whether a text says that nothing is given. 无 and 0 are no such texts: they may be answers."""
    return folded(text) in _PLACEHOLDERS


@cache
def _spellings(terms: tuple[Term, ...]) -> dict[str, Term]:
    """Other spellings that mean one term only: without brackets, what stands in brackets, what ledgers call it."""
    found: dict[str, Term | None] = {}
    for term in terms:
        outside, _, inside = folded(term.label).partition("(")
        also = {_bare(word) for word in words_of(term)}
        for text in also | {outside, inside.rstrip(")"), _bare(term.label)} - {""}:
            found[text] = term if text not in found else None
    return {text: term for text, term in found.items() if term is not None}


def _bare(text: str) -> str:
    """A word without width, spaces and the endings that add nothing."""
    return _ENDING.sub("", folded(text)) or folded(text)
