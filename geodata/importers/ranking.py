"""Which kind of ledger a file is: by how much of its headings is known to one kind alone."""

from __future__ import annotations

from collections.abc import Iterable

from geodata.importers.file_sheet import FileSheet
from geodata.importers.naming_columns import Learned, match
from geodata.kinds import KINDS, Kind
from geodata.kinds.headings import folded
from geodata.schema import LAYERS

_SURE = 0.6
_TELLING = 3
_INCOMPLETE, _ONLY_BY_ID, _WITHOUT_PLACE, _SAID_IN_TITLE = 0.3, 0.6, 0.7, 1.5


def rank(sheet: FileSheet, learned: Learned) -> tuple[tuple[str, float], ...]:
    """Kinds by how much of the headings is theirs alone, with their share; without those that know none."""
    drawn = _drawn_by_us(sheet)
    if drawn is not None:
        return ((drawn.code, 1.0),)
    matches = {
        code: [match(kind, label, learned, cut=sheet.cut) if label.text else None for label in sheet.labels]
        for code, kind in KINDS.items()
    }
    claims = [sum(1 for of in matches.values() if of[at]) for at in range(len(sheet.labels))]
    scores = {
        code: sum(one.confidence / claims[at] for at, one in enumerate(of) if one and one.field)
        * _fitness(KINDS[code], sheet, {one.field for one in of if one})
        for code, of in matches.items()
    }
    total = sum(scores.values())
    ranked = sorted(
        ((code, score / total) for code, score in scores.items() if score > 0), key=lambda item: -item[1]
    )
    return tuple((code, round(share, 3)) for code, share in ranked)


def _drawn_by_us(sheet: FileSheet) -> Kind | None:
    """The kind after which all layers of a drawing are named, as our exports name them; its headings tell nothing."""
    for kind in KINDS.values():
        if sheet.drawn_on and all(f"{name}-".startswith(f"{kind.label}-") for name in sheet.drawn_on):
            return kind
    return None


def _fitness(kind: Kind, sheet: FileSheet, fields: set[str]) -> float:
    fitness = _INCOMPLETE if lacking(kind, fields) else _ONLY_BY_ID if lacking(kind, fields - {"id"}) else 1.0
    if sheet.grid is None and kind.geometry is None:
        fitness *= _WITHOUT_PLACE
    words = {kind.label, kind.label.removesuffix("表"), LAYERS[kind.layer].label}
    words = {word for word in words if len(word) >= _TELLING}  # 小区 and 社区 stand in every title
    told = folded(sheet.title)
    return fitness * (
        _SAID_IN_TITLE if sheet.name == kind.layer or any(word in told for word in words) else 1.0
    )


def certain(kinds: tuple[tuple[str, float], ...]) -> Kind | None:
    """The first kind, unless the second comes near."""
    if not kinds:
        return None
    second = kinds[1][1] if len(kinds) > 1 else 0
    return KINDS[kinds[0][0]] if kinds[0][1] >= _SURE * (kinds[0][1] + second) else None


def lacking(kind: Kind, fields: Iterable[str]) -> list[str]:
    """Labels of required columns that no heading means, unless rows may be recognised by their id."""
    given = _given(kind, fields)
    return (
        [] if "id" in given else [one.label for one in kind.columns if one.required and one.name not in given]
    )


def nameless(kind: Kind, fields: Iterable[str]) -> bool:
    """Whether no heading tells which record a row is: neither id nor name, nor all that the key requires."""
    given = _given(kind, fields)
    required = {one.name for one in kind.columns if one.required and one.name in kind.key}
    return not {"id", "name"} & given and not required <= given


def _given(kind: Kind, fields: Iterable[str]) -> set[str]:
    """Columns that headings mean, with those that a wide ledger or another column stands for."""
    names = set(fields)
    given = {name.partition("@")[0] for name in names}
    for spread in kind.spreads:
        if spread.field in names:
            given |= {name for name, _ in spread.sets}
    return given | {
        column.via for column in kind.columns if column.via and not column.narrows and column.name in given
    }
