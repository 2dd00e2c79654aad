"""Names and places: what is surely the same, what is only alike, and what is never taken for one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from shapely.geometry import box

from geodata.importers.inspection import Decision
from geodata.importers.matching import LEAST_SCORE, Entry, Names, Places, differs_in_spelling
from geodata.importers.naming import listed, numbers, plain, plain_in

WAYS = (
    "１号院",
    "1号院",
    "一号院",
    "1號院",
    "1号楼院",
    "1# 院",
    "（1号院）",
    "第一号院",
    "01号院",
    " 1 号 院 ",
)


@pytest.mark.parametrize("way", WAYS)
def test_ways_of_writing_one_name_are_one(way: str) -> None:
    assert plain(f"砖牌坊街{way}") == plain("砖牌坊街1号院")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("磚牌坊街1號院", "砖牌坊街1号院"),
        ("東關南里二十三号院", "东关南里23号院"),
        ("一〇二号", "102号"),
        ("一百零五号楼", "105号楼"),
        ("ＡＢＣ小区", "abc小区"),
        ("演示·西大街-01院", "演示西大街-1院"),
    ],
)
def test_old_forms_and_written_numbers_are_read(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1号院", "11号院"),
        ("1-2号院", "12号院"),
        ("二七路1号院", "一七路1号院"),
        ("东大街1号院", "西大街1号院"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_offices_go_without_the_endings_that_people_leave_out() -> None:
    assert plain_in("street_office", "西大街街道办事处") == plain_in("street_office", "西大街") == "西大街"
    assert plain_in("compound", "西大街街道") == "西大街街道"


def test_a_cell_may_hold_several_former_names() -> None:
    assert listed("老粮店院、一厂家属院；") == ("老粮店院", "一厂家属院")
    assert listed(None) == ()


REGISTER = (
    Entry("C1", "砖牌坊街1号院", "S1", ("老粮店院",), "西大街"),
    Entry("C2", "砖牌坊街2号院", "S1", (), "西大街"),
    Entry("C3", "平等街7号院", "S1", (), "西大街"),
    Entry("C4", "砖牌坊街1号院", "S2", (), "东大街"),
    Entry("C5", "和平里小区", "S2", (), "东大街"),
)
NAMES = Names("compound", REGISTER)


def test_an_equal_name_in_its_street_office_is_sure() -> None:
    assert NAMES.exact("磚牌坊街一號院", "S1") == ("C1",)
    assert NAMES.exact("老粮店院", "S1") == ("C1",)
    assert NAMES.exact("砖牌坊街1号院") == ("C1", "C4")


def test_street_and_road_mixed_up_is_only_a_choice() -> None:
    assert NAMES.exact("平等路7号院", "S1") == ()
    (choice,) = NAMES.near("平等路7号院", "S1")
    assert (choice.record_id, choice.label, choice.score) == ("C3", "平等街7号院（西大街）", 0.95)


def test_the_same_name_in_another_street_office_is_only_a_choice() -> None:
    assert [one.record_id for one in NAMES.near("和平里小区", "S1")] == ["C5"]
    assert "另一街道" in NAMES.near("和平里小区", "S1")[0].why


def test_another_number_is_never_offered() -> None:
    assert NAMES.near("砖牌坊街3号院", "S1") == ()
    assert "C2" not in {one.record_id for one in NAMES.near("砖牌坊街1号大院", "S1")}


@pytest.mark.property
@given(name=some.text(max_size=20))
def test_the_plain_form_of_a_plain_form_is_itself(name: str) -> None:
    assert plain(plain(name)) == plain(name)


PIECES = some.lists(
    some.sampled_from([*"东西南北街路院里号0123456789一二十", "家属院", "小区"]), min_size=1, max_size=8
)


@pytest.mark.property
@given(stored=some.lists(PIECES.map("".join), max_size=6), name=PIECES.map("".join))
def test_what_is_offered_has_the_same_numbers_and_what_is_sure_has_the_same_name(
    stored: list[str], name: str
) -> None:
    names = Names("compound", [Entry(f"C{at}", text, "S1") for at, text in enumerate(stored)])
    for found in names.exact(name, "S1"):
        assert plain(stored[int(found[1:])]) == plain(name)
    for choice in names.near(name, "S1"):
        assert numbers(plain(stored[int(choice.record_id[1:])])) == numbers(plain(name))
        assert LEAST_SCORE <= choice.score <= 1
    assert set(names.exact(name, "S1")) <= {f"C{at}" for at in range(len(stored))}


def test_a_boundary_offers_what_shares_a_good_part_of_its_area() -> None:
    places = Places(["C1", "C2"], ["甲", "乙"], [box(0, 0, 10, 10), box(10, 0, 20, 10)])
    assert [(one.record_id, one.score) for one in places.near(box(0, 0, 10, 8))] == [("C1", 0.8)]
    assert places.near(box(30, 30, 40, 40)) == ()
    assert places.near(box(9, 0, 11, 10)) == ()


@pytest.mark.parametrize(
    ("name", "street", "alike"),
    [
        ("砖牌坊路1号院", "S1", True),
        ("砖牌坊路1号院", None, False),
        ("砖牌坊路1号院", "S3", False),
        ("平等街大7号院", "S1", False),
    ],
)
def test_only_a_lone_candidate_in_the_named_street_office_differs_in_spelling_alone(
    name: str, street: str | None, alike: bool
) -> None:
    question = Decision("match", "2", 2, name, NAMES.near(name, street))
    assert differs_in_spelling(question) is alike


def test_namesakes_do_not_differ_in_spelling() -> None:
    same = Decision("match", "2", 2, "砖牌坊街1号院", NAMES.choices(("C1", "C4"), "同名"))
    assert not differs_in_spelling(same)
