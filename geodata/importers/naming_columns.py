"""Which column of a kind a heading means: exactly, as learned, or because it is similar; with its unit.

Similar headings are only offered where nothing turns their sense around: 计划 and 实际, 建筑 and 占地 never meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from geodata.importers.grid import Label
from geodata.kinds import KINDS, Column, Holds, Kind, units
from geodata.kinds.headings import every, field_of, folded

Learned = Mapping[tuple[str, str], str]
"""(code of the kind, folded heading) → column or `Spread.field`; empty for a heading that is left out."""

SIMILAR, PREFIX, BELOW = 0.8, 0.8, 0.95
_CUT_BYTES = 8  # whole characters within the ten bytes of a Shapefile's names
_NUMBERS = (Holds.INTEGER, Holds.NUMBER, Holds.QUANTITY)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]$")
_MARKS = "*※★ "
_LEADING = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)]\s*(?=\D)")
_TURNING = (
    *(
        "计划",
        "拟",
        "预计",
        "实际",
        "已",
        "未",
        "累计",
        "本月",
        "本年",
        "本期",
        "占地",
        "原",
        "是否",
        "有无",
        "率",
        "人口",
    ),
    *(
        "开工",
        "完工",
        "竣工",
        "验收",
        "开始",
        "结束",
        "起",
        "止",
        "经度",
        "纬度",
        "到位",
        "支付",
        "单元",
        "最早",
        "最晚",
        "精度",
    ),
)
_SPOILING = ("完成", "实际", "累计", "未", "剩余", "结余", "率", "比例")  # 完成投资 is not what was planned
_SHEET_UNIT = re.compile(r"单位:([^:\s,;()]+)")


@dataclass(frozen=True, slots=True)
class Match:
    """What a heading means: column or `Spread.field`, how surely, and how that was found."""

    field: str
    confidence: float
    how: str


def match(kind: Kind, label: Label, learned: Learned, *, cut: bool = False) -> Match | None:
    """The column that a heading means in a kind; None for an unknown one. `cut`: names may be cut off at their end."""
    remembered = learned.get((kind.code, folded(label.text)))
    if remembered is not None:
        return Match(remembered, 1.0, "learned")
    return (
        exact(kind, label) or _prefix(kind, label, cut) or _similar(kind, bare(label.own), bare(label.group))
    )


def spellings(label: Label) -> frozenset[str]:
    """Folded texts under which a heading may be known: whole, alone, without brackets, with the one above."""
    own, group = bare(label.own), bare(label.group)
    return frozenset(
        folded(text) for text in (label.text, label.own, own, label.group + label.own, group + own)
    )


@cache
def known(kind: Kind) -> frozenset[str]:
    """Folded headings that a kind knows, also those of wide ledgers, whatever stands above them."""
    wide = frozenset(folded(alias) for spread in kind.spreads for alias in spread.aliases)
    return every(kind) | frozenset(_bare_fields(kind)) | wide


@cache
def exact(kind: Kind, label: Label) -> Match | None:
    """The column that a heading names, with or without what stands in brackets and the merged heading above."""
    for text in (label.text, label.group + label.own, bare(label.group) + bare(label.own)):
        found = field_of(kind, text) or _bare_fields(kind).get(folded(bare(text)))
        if found:
            return Match(found, 1.0, "exact")
    spread = _spread(kind, label)
    if spread:
        return Match(spread, BELOW if label.group else 1.0, "position" if label.group else "exact")
    if label.group and not _turns(label.group):
        found = field_of(kind, label.own) or _bare_fields(kind).get(folded(bare(label.own)))
        return Match(found, BELOW, "position") if found else None
    return None


def _spread(kind: Kind, label: Label) -> str | None:
    """The field of a wide ledger that a heading means, below the group that it needs."""
    group = folded(label.group)
    if any(word in group for word in _SPOILING):
        return None
    texts = {folded(label.own), folded(bare(label.own))}
    for spread in kind.spreads:
        below = any(folded(word) in group if word else not group for word in spread.under)
        if below and any(folded(alias) in texts for alias in spread.aliases):
            return spread.field
    return None


@cache
def _bare_fields(kind: Kind) -> dict[str, str]:
    """Headings without their brackets, where they still mean one column only."""
    found: dict[str, set[str]] = {}
    for column in kind.columns:
        for heading in (column.label, *column.aliases):
            found.setdefault(folded(bare(heading)), set()).add(column.name)
    return {heading: next(iter(names)) for heading, names in found.items() if len(names) == 1 and heading}


def bare(heading: str) -> str:
    """A heading without marks and numbering, and without what stands in brackets at its end."""
    text = _LEADING.sub("", unicodedata.normalize("NFKC", heading).strip(_MARKS))
    return _BRACKETS.sub("", text).strip() or text


def unit_of(column: Column, label: Label, sheet: Sequence[str] = ()) -> str:
    """The unit that a heading, the merged one above it, or the sheet (单位：万元) states for a column of numbers."""
    if column.holds not in _NUMBERS:
        return ""
    for text in (label.own, label.group):
        found = _BRACKETS.search(unicodedata.normalize("NFKC", text).strip(_MARKS))
        inside = found[1].removeprefix("单位").strip(":") if found else ""
        if inside and all(folded(part) in _known_units() for part in re.split("[/或、]", inside)):
            return next((written for written, _ in column.units if folded(written) == folded(inside)), inside)
    own = [unit for unit in sheet if any(folded(unit) == folded(written) for written, _ in column.units)]
    return own[0] if len(own) == 1 else ""


def sheet_units(text: str) -> tuple[str, ...]:
    """The units that a title line states for the whole sheet (单位：万元、㎡)."""
    found = [
        part
        for one in _SHEET_UNIT.findall(unicodedata.normalize("NFKC", text))
        for part in re.split("[/或、]", one)
    ]
    return tuple(one for one in found if folded(one) in _known_units())


@cache
def _known_units() -> frozenset[str]:
    written = {one for kind in KINDS.values() for column in kind.columns for one, _ in column.units}
    return frozenset(
        folded(one) for one in written | set(units.QUANTITIES) | {"亩", "处", "个", "台", "盏", "部"}
    )


# ── Similar headings ──────────────────────────────────────────────────────────────────────────────────────────


def _prefix(kind: Kind, label: Label, cut: bool) -> Match | None:
    """The one column whose heading begins so: Shapefiles cut names off after ten bytes."""
    text = folded(label.text)
    if not cut or len(text.encode()) < _CUT_BYTES:
        return None
    found = {
        column.name
        for column in kind.columns
        for heading in (column.name, column.label, *column.aliases)
        if folded(heading).startswith(text)
    }
    return Match(found.pop(), PREFIX, "similar") if len(found) == 1 else None


@cache
def _similar(kind: Kind, own: str, group: str) -> Match | None:
    """The column with the most similar heading; None when none is near, or two are equally so."""
    text = folded(own)
    best: dict[str, float] = {}
    for column in kind.columns:
        for heading in (column.label, *column.aliases):
            near = _nearness(text, folded(bare(heading)), _turns(group))
            best[column.name] = max(best.get(column.name, 0), near)
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < SIMILAR or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    return Match(ranked[0][0], round(ranked[0][1] * 0.9, 2), "similar")


def _nearness(text: str, heading: str, group: frozenset[str]) -> float:
    if len(text) < 3 or len(heading) < 3 or _turns(text) | group != _turns(heading):
        return 0
    if 2 * len(set(text) & set(heading)) / (len(text) + len(heading)) < SIMILAR / 2:
        return 0
    return SequenceMatcher(None, text, heading, autojunk=False).ratio()


@cache
def _turns(text: str) -> frozenset[str]:
    return frozenset(word for word in _TURNING if word in text)
