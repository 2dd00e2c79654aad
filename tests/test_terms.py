"""Words of ledgers for closed lists: what means one term is read as it, what may mean several is asked back."""

from __future__ import annotations

from itertools import chain

import pytest

from geodata.importers.cells import read_cell
from geodata.importers.closed_lists import may_mean, term_of
from geodata.importers.issues import Problem
from geodata.kinds import KINDS
from geodata.kinds.terms import words_of

LISTS = {
    column.terms: column
    for kind in KINDS.values()
    for column in kind.columns
    if column.terms and any(words_of(term) for term in column.terms)
}


@pytest.mark.parametrize("terms", LISTS, ids=[one.name for one in LISTS.values()])
def test_every_word_of_a_list_means_its_own_term_alone(terms: tuple) -> None:
    words = list(chain.from_iterable(words_of(term) for term in terms))
    assert len(words) == len(set(words))
    for term in terms:
        for word in (*words_of(term), term.label, f" {term.label}"):
            assert term_of(word, terms)[0] is term, word
            assert may_mean(word, terms) == (), word


@pytest.mark.parametrize(
    ("kind", "column", "text", "code"),
    [
        ("stage_event", "stage", "开工", "construction"),
        ("stage_event", "stage", "竣工验收", "acceptance"),
        ("work_item", "type_code", "屋面防水", "B14"),
        ("work_item", "type_code", "屋顶防水工程", "B14"),
        ("work_item", "type_code", "外墙保温", "I14"),
        ("work_item", "type_code", "排水管网更新", "B02"),
        ("work_item", "type_code", "小游园", "L06"),
        ("funding", "fund_source", "中央", "central"),
        ("funding", "fund_source", "区级配套", "district"),
        ("party", "role", "监理", "supervisor"),
        ("heritage_zone", "zone_class", "建控地带", "control"),
    ],
)
def test_words_of_real_ledgers_are_read_and_said(kind: str, column: str, text: str, code: str) -> None:
    cell = read_cell(KINDS[kind].column(column), text)
    assert (cell.value, [problem for problem, _ in cell.doubts]) == (code, [Problem.TERM_NORMALISED])


@pytest.mark.parametrize(
    ("kind", "column", "text", "named", "unnamed"),
    [
        ("work_item", "type_code", "防水", ("屋面维修（防水）", "外墙维修（楼体修缮）"), "供水"),
        ("work_item", "type_code", "线路改造", ("供电", "弱电", "架空线规整（入地）"), "绿化"),
        ("work_item", "type_code", "充电桩", ("电动自行车充电设施", "汽车充电设施"), "绿化"),
        ("stage_event", "stage", "完工", ("施工", "验收"), "摸排"),
        ("funding", "fund_source", "以奖代补", ("中央补助", "市级补助"), "专项债"),
    ],
)
def test_a_word_that_may_mean_several_terms_is_refused_with_those_terms(
    kind: str, column: str, text: str, named: tuple[str, ...], unnamed: str
) -> None:
    cell = read_cell(KINDS[kind].column(column), text)
    assert cell.value is None
    ((problem, message),) = cell.doubts
    assert problem is Problem.NOT_IN_LIST
    assert all(label in message for label in named)
    assert "、" + unnamed not in message
    assert "请写明是哪一种" in message
