"""Closed lists: unique codes and labels, meanings where a label alone could mislead, and the glossary in step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geodata import schema
from geodata import vocabulary as v

GLOSSARY = (Path(__file__).parent.parent / "docs" / "glossary.md").read_text(encoding="utf-8")
LISTS = [
    item
    for item in vars(v).values()
    if isinstance(item, type) and issubclass(item, v.Term) and item is not v.Term
]
SELF_EXPLAINING = {v.RoadClass, v.Ownership, v.FundSource, v.PartyRole, v.AreaKind, v.AuditAction}
ROW = re.compile(r"^\| `?(.*?)`? \| `?(.*?)`? \| ?(.*?) ?\|$", re.MULTILINE)


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(title)} ·.*?$(.*?)(?=^#|\Z)", GLOSSARY, re.MULTILINE | re.DOTALL)
    assert found, f"docs/glossary.md has no section {title}"
    return found.group(1)


def rows(text: str) -> list[tuple[str, ...]]:
    """Rows of the table in a section, without its head."""
    return ROW.findall(text)[1:]


@pytest.mark.parametrize("terms", LISTS)
def test_codes_are_plain_and_labels_unique(terms: type[v.Term]) -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*|[BIUL]\d\d", term.value) for term in terms)
    labels = list(terms.labels().values())
    assert len(set(labels)) == len(labels)
    assert all(label.strip() == label != "" for label in labels)


@pytest.mark.parametrize("terms", LISTS)
def test_labels_are_chinese_words_never_the_code(terms: type[v.Term]) -> None:
    latin = {"CGCS2000", "WGS-84", "GCJ-02", "BD-09", "PDF", "PNG", "SVG", "PowerPoint", "Word"}
    latin |= {"GeoPackage", "Shapefile", "GeoJSON", "KML", "DXF", "CSV"}
    latin |= {"A4", "A3", "A2", "A1", "A0"}
    assert all(re.search("[一-鿿]", term.label) or term.label in latin for term in terms)


@pytest.mark.parametrize("terms", [terms for terms in LISTS if terms not in SELF_EXPLAINING])
def test_a_list_that_needs_it_says_what_each_term_means(terms: type[v.Term]) -> None:
    assert [term.value for term in terms if not term.meaning and term is not v.PermitKind.PLANNING] == []


def test_a_term_is_its_code() -> None:
    assert v.Stage("survey") is v.Stage.SURVEY
    assert f"{v.Stage.SURVEY}" == "survey"
    assert v.Stage.labels()["survey"] == "摸排"


def test_every_stage_has_its_class() -> None:
    assert list(v.STAGE_CLASS) == list(v.Stage)
    assert {v.StageClass.SUSPENDED, v.StageClass.REMOVED, v.StageClass.UNKNOWN}.isdisjoint(
        v.STAGE_CLASS.values()
    )


@pytest.mark.parametrize("theme", [v.StageClass, v.ReportingStatus, v.Light])
def test_whatever_is_coloured_has_a_term_for_no_record(theme: type[v.Term]) -> None:
    assert "unknown" in theme.labels()


@pytest.mark.parametrize("work", list(v.WorkType))
def test_every_works_type_has_a_unit_and_both_classes(work: v.WorkType) -> None:
    assert work.unit
    assert work.category in v.WorkCategory
    assert work.local_category in v.LocalCategory


def test_works_types_stand_in_the_order_of_their_codes() -> None:
    codes = [work.value for work in v.WorkType]
    assert codes == sorted(codes, key=lambda code: ("BIUL".index(code[0]), code))
    assert len(v._LOCAL_CATEGORY) == len(codes)


def test_every_closed_column_of_the_store_names_existing_columns() -> None:
    for layer in schema.LAYERS.values():
        assert set(layer.vocabulary) <= set(layer.table.columns.keys())
        assert all(layer.labels[column.name] for column in layer.table.columns)


def test_labels_of_columns_are_unique_within_a_layer() -> None:
    for layer in schema.LAYERS.values():
        assert len(set(layer.labels.values())) == len(layer.labels)


# ---- glossary ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terms", LISTS)
def test_the_glossary_lists_each_term_in_order(terms: type[v.Term]) -> None:
    expected = [(term.value, term.label, term.meaning) for term in terms]
    assert rows(section(terms.__name__)) == expected


def test_the_glossary_has_no_lists_that_do_not_exist() -> None:
    headings = re.findall(r"^### (\w+) ·", GLOSSARY, re.MULTILINE)
    assert headings == [terms.__name__ for terms in LISTS]


def test_every_name_of_the_field_terms_exists() -> None:
    table = rows(section("行业用语"))
    assert len(table) > 40
    assert [name for _, name, _ in table if not exists(name)] == []


def exists(name: str) -> bool:
    """Whether a layer, a column of one, a closed list or one of its members has this name."""
    first, _, second = name.partition(".")
    if first in schema.LAYERS:
        return not second or second in schema.LAYERS[first].table.columns
    terms = getattr(v, first, None)
    return terms in LISTS and (not second or hasattr(terms, second))
