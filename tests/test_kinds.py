"""Kinds of ledgers: each says what the schema says, and no heading means two things."""

from __future__ import annotations

from collections import defaultdict

import pytest

from geodata.importers.cells import read_column
from geodata.importers.issues import Severity, severity
from geodata.kinds import KINDS, Holds, Kind
from geodata.kinds.headings import folded
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS
from tests import child

EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@EVERY
def test_every_column_fills_columns_of_its_layer(kind: Kind) -> None:
    layer = LAYERS[kind.layer]
    assert kind.geometry == layer.geometry
    for column in kind.columns:
        if column.via is None:
            assert set(column.stored) <= set(layer.labels), column.name
            expected = f"{column.label}（最早）" if column.holds is Holds.FUZZY_DATE else column.label
            assert layer.labels[column.stored[0]] == expected
            assert column.terms == layer.vocabulary.get(column.name, ())
        else:
            parent = kind.column(column.via).refers_to
            assert parent is not None
            assert column.name in LAYERS[parent].labels


@EVERY
def test_what_must_not_be_empty_is_a_required_column_or_has_a_default(kind: Kind) -> None:
    given = {name for column in kind.columns if column.required for name in column.stored}
    defaults = {default.name for default in kind.defaults}
    needed = {
        column.name
        for column in LAYERS[kind.layer].table.columns
        if not column.nullable and column.name not in BOOKKEEPING_COLUMNS
    }
    assert needed - given == defaults & needed
    assert not defaults & given
    assert all(default.said for default in kind.defaults)


@EVERY
def test_no_heading_means_two_columns(kind: Kind) -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for column in kind.columns:
        for heading in (column.name, column.label, *column.aliases):
            meanings[folded(heading)].add(column.name)
    assert {heading: names for heading, names in meanings.items() if len(names) > 1} == {}


@EVERY
def test_no_heading_of_a_wide_ledger_means_two_records(kind: Kind) -> None:
    single = {folded(text) for column in kind.columns for text in (column.label, *column.aliases)}
    meanings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for spread in kind.spreads:
        assert kind.column(spread.field).name == spread.column
        for heading in spread.aliases:
            assert "" not in spread.under or folded(heading) not in single, heading
            for group in spread.under:
                meanings[group, folded(heading)].add(spread.field)
        for name, code in spread.sets:
            assert code in [term.value for term in kind.column(name).terms]
    assert all(len(names) == 1 for names in meanings.values())


@EVERY
def test_the_key_of_a_kind_is_stored(kind: Kind) -> None:
    stored = {name for column in kind.columns for name in column.stored}
    assert kind.key
    assert set(kind.key) <= stored


@EVERY
def test_the_example_row_passes_the_checks_of_its_kind(kind: Kind) -> None:
    for column in kind.columns:
        cell = read_column(column, column.example or None)
        assert cell.ok, column.name
        assert all(severity(problem) is not Severity.ERROR for problem, _ in cell.doubts)
        assert column.example or not column.required or any(one.via == column.name for one in kind.columns)


@EVERY
def test_the_documented_ledgers_are_the_ones_that_are_read(kind: Kind) -> None:
    text = (child.ROOT / "docs" / "ledgers.md").read_text(encoding="utf-8")
    _, found, rest = text.partition(f"## {kind.label} · `{kind.code}`\n")
    section = rest.partition("\n## ")[0]
    assert found
    assert kind.hint in section
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [column.name for column in kind.columns]
    for row, column in zip(rows, kind.columns, strict=True):
        words = [column.label, "、".join(column.aliases)]
        if column.name != "type_code":
            words.append("、".join(term.label for term in column.terms))
        assert all(word in row for word in words), column.name
        assert ("必填" in row) == column.required
    assert all(default.said in section for default in kind.defaults)
    assert all("、".join(spread.aliases) in section for spread in kind.spreads if spread.under == ("",))


@EVERY
def test_persons_are_marked(kind: Kind) -> None:
    personal = {column.name for column in kind.columns if column.personal}
    assert personal == {"leader", "contact"} & {column.name for column in kind.columns}
