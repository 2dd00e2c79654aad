"""Ledgers of every kind against the store: what each row means, what waits for a person, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from shapely.geometry import box

from geodata.errors import StaleRow
from geodata.importers.accepting import accept
from geodata.importers.asked import Asked
from geodata.importers.checks import falling_back
from geodata.importers.inspecting import Outcome, missing
from geodata.importers.inspection import Heading, Inspection
from geodata.importers.issues import Problem, issues_frame
from geodata.importers.known import Known
from geodata.importers.lines import Line, Terms, Verdict
from geodata.importers.rows import check_rows
from geodata.importers.told import change_lines
from geodata.kinds import KINDS, Kind
from geodata.store import Store, Undo
from geodata.store.engine import file_url
from tests.small_store import DRAWN, SOURCED, compound, fill

TODAY = date(2026, 11, 24)
SITE = {"id": "H1", "name": "郑州商代遗址", **SOURCED}


def fill_more(store: Store) -> None:
    """The small store with a record of every kind."""
    fill(store)
    with store.commit(author="张三", reason="其余各类") as save:
        save.insert("community", {"id": "Q1", "name": "平等街社区", "street_code": "S1", **SOURCED})
        save.insert("heritage_site", SITE)
        zone = {"site_id": "H1", "zone_class": "protection", "name": "东城墙段", **DRAWN}
        save.insert("heritage_zone", {"id": "Z1", **zone, "geometry": box(113.68, 34.74, 113.69, 34.76)})
        save.insert(
            "funding",
            {"id": "F1", "compound_id": "C1", "fund_source": "central", "planned_cny": 1e6, **SOURCED},
        )
        save.insert(
            "party",
            {"id": "P1", "compound_id": "C1", "role": "contractor", "organisation": "甲公司", **SOURCED},
        )
        save.insert("plan_target", {"id": "T1", "year": 2026, "street_code": "S1", "estates": 3, **SOURCED})


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with every kind, for tests that only look."""
    with closing(Store.create(file_url(tmp_path_factory.mktemp("ledgers") / "renewal.gpkg"))) as store:
        fill_more(store)
        yield store


def lines_of(*rows: dict[str, Any], **more: Any) -> list[Line]:
    """Rows of a sheet whose headings stand in row 1."""
    return [Line(n, row, **more) for n, row in enumerate(rows, start=2)]


def check(store: Store, kind: str, *rows: dict[str, Any], **terms: Any) -> Verdict:
    """Check rows of a kind without a file."""
    return checked(store, kind, lines_of(*rows), **terms)


def checked(store: Store, kind: str, lines: list[Line], **terms: Any) -> Verdict:
    """Check lines, and hold the law: every one ends as accepted or rejected, a rejected one with an error."""
    known = Known.read(store, KINDS[kind])
    verdict = check_rows(lines, known, Terms(TODAY, "测试", asking=True, **terms))
    assert sorted(one.row for one in [*verdict.accepted, *verdict.rejected]) == sorted(
        one.row for one in lines
    )
    errors = {one.row for one in verdict.issues if one.severity.value == "error"}
    assert errors == {line.row for line in verdict.rejected}
    return verdict


def problems(verdict: Verdict, row: int) -> set[Problem]:
    """Kinds of issues of one row."""
    return {one.issue for one in verdict.issues if one.row == row}


# ── Which record a row is ─────────────────────────────────────────────────────────────────────────────────────

IS_STORED: dict[str, tuple[str, dict[str, Any], str]] = {
    "by id": ("compound", {"id": "C1", "name": "另一个名字"}, "C1"),
    "by name in its street": ("compound", {"name": "演示·西大街－０１院", "street_code": "西大街"}, "C1"),
    "by name alone": ("compound", {"name": "演示·西大街-01院"}, "C1"),
    "works by compound, type and phase": (
        "work_item",
        {"compound_id": "演示·西大街-01院", "type_code": "B02", "phase": 1},
        "W1",
    ),
    "works without a phase are the first": (
        "work_item",
        {"compound_id": "C1", "type_code": "排水（雨污分流）"},
        "W1",
    ),
    "funding by compound and source": ("funding", {"compound_id": "C1", "fund_source": "central"}, "F1"),
    "party by compound, role and firm": (
        "party",
        {"compound_id": "C1", "role": "contractor", "organisation": "甲公司"},
        "P1",
    ),
    "target by year and street": ("plan_target", {"year": 2026, "street_code": "西大街街道"}, "T1"),
    "zone by site, class and name": (
        "heritage_zone",
        {"site_id": "郑州商代遗址", "zone_class": "protection", "name": "东城墙段"},
        "Z1",
    ),
    "street by name": ("street_office", {"name": "西大街街道办事处"}, "S1"),
    "community by name": ("community", {"name": "平等街社区居委会", "street_code": "S1"}, "Q1"),
}


@pytest.mark.parametrize("case", IS_STORED)
def test_a_row_is_the_record_that_it_surely_means(case: str, district: Store) -> None:
    kind, row, wanted = IS_STORED[case]
    (change,) = check(district, kind, row).accepted
    assert change.record_id == wanted
    assert change.stored is not None


def test_a_row_found_by_name_renames_nothing(district: Store) -> None:
    (change,) = check(
        district, "compound", {"name": "演示西大街一院", "street_code": "S1", "households": 5}
    ).accepted
    assert (change.record_id, change.values) == ("C1", {"households": 5})


def test_a_name_that_is_only_alike_waits_for_a_person_and_is_taken_as_decided(district: Store) -> None:
    row = {"name": "演示·西大街-01大院", "street_code": "S1", "households": 130}
    verdict = check(district, "compound", row)
    (decision,) = verdict.decisions
    assert (decision.what, decision.key) == ("match", "2")
    assert [one.record_id for one in decision.choices] == ["C1"]
    assert problems(verdict, 2) == {Problem.NEEDS_DECISION}
    assert verdict.waiting == {"2"}
    as_stored = check(district, "compound", row, matches={"2": "C1"})
    assert (as_stored.accepted[0].record_id, as_stored.accepted[0].values) == ("C1", {"households": 130})
    assert as_stored.learned == {("compound", "演示·西大街-01大院"): "C1"}
    as_new = check(district, "compound", row, matches={"2": "new"})
    assert as_new.accepted[0].stored is None
    left_out = check(district, "compound", row, matches={"2": "skip"})
    assert problems(left_out, 2) == {Problem.LEFT_OUT}


def test_serial_numbers_in_the_column_of_ids_are_no_ids(district: Store) -> None:
    named = ["演示·西大街-02院", "演示·西大街-01院", "新院甲"]
    rows = [
        {"id": at, "name": name, "street_code": "S1", "households": 7} for at, name in enumerate(named, 1)
    ]
    rows.append({"id": 1, "name": "新院乙", "street_code": "S1"})
    verdict = check(district, "compound", *rows)
    assert [one.record_id for one in verdict.accepted] == ["C2", "C1", None, None]
    (told,) = [one for one in verdict.issues if one.row is None and one.field == "id"]
    assert (told.issue, told.value) == (Problem.IGNORED_COLUMN, "4")
    works = {"id": 1, "compound_id": "C1", "type_code": "B02", "quantity": 400}
    assert check(district, "work_item", works).accepted[0].record_id == "W1"


def test_an_unknown_id_beside_the_name_or_key_of_a_stored_record_is_a_question(district: Store) -> None:
    row = {"id": "GC-07", "name": "演示·西大街-01院", "street_code": "S1", "households": 7}
    verdict = check(district, "compound", row)
    assert [one.record_id for one in verdict.decisions[0].choices] == ["C1"]
    assert verdict.waiting == {"2"}
    (as_stored,) = check(district, "compound", row, matches={"2": "C1"}).accepted
    assert (as_stored.record_id, as_stored.values) == ("C1", {"households": 7})
    (as_new,) = check(district, "compound", row, matches={"2": "new"}).accepted
    assert (as_new.stored, as_new.record_id) == (None, "GC-07")
    (own,) = check(district, "compound", {**row, "name": "新院"}).accepted
    assert own.record_id == "GC-07"
    works = {"id": "GC-08", "compound_id": "C1", "type_code": "B02", "quantity": 400}
    assert [one.record_id for one in check(district, "work_item", works).decisions[0].choices] == ["W1"]


def test_an_id_whose_record_is_called_quite_otherwise_is_told_and_one_beside_another_name_is_asked(
    district: Store,
) -> None:
    strange = check(district, "compound", {"id": "C1", "name": "东关南里8号院", "street_code": "S1"})
    assert problems(strange, 2) == {Problem.CONTRADICTION}
    alike = check(district, "compound", {"id": "C1", "name": "演示·西大街-01大院", "street_code": "S1"})
    assert problems(alike, 2) == set()
    row = {"id": "C1", "name": "演示·西大街-02院", "street_code": "S1", "households": 7}
    verdict = check(district, "compound", row)
    assert [one.record_id for one in verdict.decisions[0].choices] == ["C1", "C2"]
    (change,) = check(district, "compound", row, matches={"2": "C1"}).accepted
    assert (change.record_id, change.values) == ("C1", {"households": 7})


def test_a_name_of_a_parent_that_is_only_alike_is_asked_once_for_all_rows(district: Store) -> None:
    rows = [{"compound_id": "演示·西大街-01大院", "type_code": code} for code in ("B01", "B03")]
    verdict = check(district, "work_item", *rows)
    (decision,) = verdict.decisions
    assert (decision.what, decision.key, decision.row) == ("name", "compound/演示·西大街-01大院", 2)
    decided = check(district, "work_item", *rows, names={decision.key: "C1"})
    assert [one.values["compound_id"] for one in decided.accepted] == ["C1", "C1"]
    assert decided.learned == {("compound", "演示·西大街-01大院"): "C1"}


NAMING_A_COMPOUND: dict[str, dict[str, Any]] = {
    "work_item": {"type_code": "B05"},
    "progress_report": {"type_code": "B02", "reported_on": "2026-11-20", "progress_pct": 50},
    "stage_event": {"stage": "acceptance", "occurred": "2026-11-01"},
    "funding": {"fund_source": "municipal"},
    "party": {"role": "designer", "organisation": "乙公司"},
}


@pytest.mark.parametrize("kind", NAMING_A_COMPOUND)
def test_the_street_beside_a_compound_tells_namesakes_apart_and_its_contradiction_is_a_question(
    kind: str, small_store: Store
) -> None:
    name = "演示·西大街-01院"
    with small_store.commit(author="王五") as save:
        save.insert("street_office", {"id": "S2", "name": "东大街街道", "in_totals": True, **DRAWN})
        save.insert("street_office", {"id": "S3", "name": "南关街道", "in_totals": True, **DRAWN})
        save.insert("compound", compound(id="N1", name=name, street_code="S2"))
        save.insert("work_item", {"id": "X1", "compound_id": "N1", "type_code": "B02", **SOURCED})
    row = {"compound_id": name, **NAMING_A_COMPOUND[kind]}
    for street, wanted in (("西大街", ("C1", "W1")), ("东大街街道", ("N1", "X1"))):
        (change,) = check(small_store, kind, {**row, "street_code": street}).accepted
        assert (change.values.get("compound_id") or change.values["work_item_id"]) in wanted
        assert "street_code" not in change.values
    contradicted = check(
        small_store, kind, {**row, "compound_id": "演示·西大街-02院", "street_code": "南关街道"}
    )
    assert contradicted.waiting == {"2"}
    assert [one.record_id for one in contradicted.decisions[0].choices] == ["C2"]
    by_id = check(small_store, kind, {**row, "compound_id": "C1", "street_code": "南关街道"})
    assert by_id.waiting == {"2"}
    assert [one.record_id for one in by_id.decisions[0].choices] == ["C1"]


def test_a_boundary_alone_is_found_by_its_place_but_only_as_a_choice(district: Store) -> None:
    verdict = checked(district, "compound", lines_of({}, boundary=box(113.680, 34.750, 113.681, 34.7509)))
    (decision,) = verdict.decisions
    assert [one.record_id for one in decision.choices] == ["C1"]
    decided = checked(
        district,
        "compound",
        lines_of({}, boundary=box(113.680, 34.750, 113.681, 34.7509)),
        matches={"2": "C1"},
    )
    assert decided.accepted[0].values.keys() == {"geometry"}


def test_a_nameless_boundary_that_is_the_stored_one_is_that_record_and_says_so(district: Store) -> None:
    verdict = checked(district, "compound", lines_of({}, boundary=box(113.680, 34.750, 113.681, 34.751)))
    assert [(one.record_id, one.values) for one in verdict.accepted] == [("C1", {})]
    assert Problem.FOUND_BY_PLACE in problems(verdict, 2)


def test_the_noise_of_a_conversion_is_no_change(district: Store) -> None:
    row = {"id": "C3", "position_lon": 113.69 - 1e-11, "position_lat": 34.76 + 1e-11}
    assert check(district, "compound", row).accepted[0].values == {}


def test_an_empty_cell_says_nothing_unless_it_is_asked_to_clear(district: Store) -> None:
    row = {"id": "C1", "households": None}
    kept = check(district, "compound", row)
    assert kept.accepted[0].values == {}
    assert Problem.EMPTY_KEPT in {one.issue for one in kept.issues if one.row is None}
    cleared = check(district, "compound", row, clear_empty=True)
    assert cleared.accepted[0].values == {"households": None}
    assert problems(cleared, 2) == {Problem.CLEARED}
    plan = {"id": "W1", "planned_start": None}
    assert check(district, "work_item", plan).accepted[0].values == {}
    undated = check(district, "work_item", plan, clear_empty=True)
    assert undated.accepted[0].values.keys() == {
        f"planned_start_{part}" for part in ("from", "to", "precision")
    }


def test_a_new_compound_gets_its_street_from_its_place_and_says_so(district: Store) -> None:
    lines = lines_of({"name": "新院"}, boundary=box(113.695, 34.765, 113.696, 34.766))
    verdict = checked(district, "compound", lines)
    assert verdict.accepted[0].values["street_code"] == "S1"
    assert Problem.FOUND_BY_PLACE in problems(verdict, 2)


def test_attributes_without_boundary_keep_the_stored_one_and_a_boundary_keeps_the_attributes(
    district: Store,
) -> None:
    (facts,) = check(district, "compound", {"name": "演示·西大街-01院", "households": 7}).accepted
    assert facts.values == {"households": 7}
    shape = box(113.680, 34.750, 113.681, 34.7511)
    (drawn,) = checked(district, "compound", lines_of({"name": "演示·西大街-01院"}, boundary=shape)).accepted
    assert drawn.values.keys() == {"geometry"}


def test_rows_that_mean_one_record_are_all_rejected(district: Store) -> None:
    rows = [{"name": "演示·西大街-01院", "households": n} for n in (1, 2)]
    new = [{"name": name, "street_code": "S1"} for name in ("东1号院", "东一号院")]
    verdict = check(district, "compound", *rows, *new)
    assert [problems(verdict, row) for row in (2, 3, 4, 5)] == [{Problem.DUPLICATE_KEY}] * 4


# ── Reports and events ────────────────────────────────────────────────────────────────────────────────────────

REPORT = {"compound_id": "演示·西大街-01院", "type_code": "B02", "reported_on": "2026-11-10"}


def test_a_report_that_is_there_already_is_no_change(district: Store) -> None:
    (change,) = check(district, "progress_report", {**REPORT, "progress_pct": 40}).accepted
    assert (change.record_id, change.values) == ("R1", {})


def test_another_figure_of_the_same_day_waits_and_corrects_as_decided(district: Store) -> None:
    row = {**REPORT, "progress_pct": 45}
    verdict = check(district, "progress_report", row)
    assert [one.record_id for one in verdict.decisions[0].choices] == ["R1"]
    (correction,) = check(district, "progress_report", row, matches={"2": "R1"}).accepted
    assert (correction.record_id, correction.values) == ("R1", {"progress_pct": 45.0})
    (beside,) = check(district, "progress_report", row, matches={"2": "new"}).accepted
    assert beside.stored is None


def test_a_report_names_its_works_by_compound_and_type(district: Store) -> None:
    none = check(district, "progress_report", {**REPORT, "type_code": "B05", "progress_pct": 4})
    assert problems(none, 2) == {Problem.UNKNOWN_REFERENCE}


def test_progress_that_falls_back_is_told_whatever_the_order_of_rows(district: Store) -> None:
    rows = [
        {"work_item_id": "W1", "reported_on": "2026-11-20", "progress_pct": 50},
        {"work_item_id": "W1", "reported_on": "2026-11-18", "progress_pct": 60},
        {"work_item_id": "W1", "reported_on": "2026-11-01", "progress_pct": 30},
        {"work_item_id": "W2", "reported_on": "2026-11-20", "progress_pct": 5},
    ]
    verdict = check(district, "progress_report", *rows)
    found = falling_back(verdict.accepted, Known.read(district, KINDS["progress_report"]))
    assert [(one.row, one.issue) for one in found] == [(2, Problem.FALLS_BACK)]
    assert "60%" in found[0].message


CONTRADICTIONS: dict[str, tuple[str, dict[str, Any], Problem]] = {
    "start after finish": ("work_item", {"compound_id": "C1", "type_code": "B05", "planned_start": "2026-10-01", "planned_finish": "2026-03-01"}, Problem.REVERSED_DATES),
    "another unit": ("work_item", {"compound_id": "C1", "type_code": "B05", "quantity": 5, "unit": "处"}, Problem.OTHER_UNIT),
    "reported in the future": ("progress_report", {"work_item_id": "W1", "reported_on": "2026-12-01", "progress_pct": 50}, Problem.FUTURE_DATE),
    "happened in the future": ("stage_event", {"compound_id": "C1", "stage": "acceptance", "occurred": "2027-01-01"}, Problem.FUTURE_DATE),
    "paid more than planned": ("funding", {"compound_id": "C2", "fund_source": "central", "planned_cny": 10, "paid_cny": 11}, Problem.OVER_PLAN),
    "ended before it began": ("heritage_zone", {"site_id": "H1", "zone_class": "control", "name": "甲", "effective_from": "2026-01-02", "effective_to": "2026-01-01"}, Problem.REVERSED_DATES),
    "households without buildings": ("compound", {"name": "新院", "street_code": "S1", "households": 5, "buildings": 0}, Problem.CONTRADICTION),
    "buildings without households": ("compound", {"id": "C1", "households": 0, "buildings": 5}, Problem.CONTRADICTION),
    "unknown compound": ("funding", {"compound_id": "月亮湾", "fund_source": "central"}, Problem.UNKNOWN_REFERENCE),
    "no type": ("work_item", {"compound_id": "C1"}, Problem.MISSING_REQUIRED),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_what_cannot_be_is_named(case: str, district: Store) -> None:
    kind, row, problem = CONTRADICTIONS[case]
    assert problem in problems(check(district, kind, row), 2)


def test_records_that_the_file_lacks_are_counted_only_where_it_speaks_of_their_street(
    district: Store,
) -> None:
    known = Known.read(district, KINDS["compound"])
    verdict = check(district, "compound", {"id": "C1", "name": "演示·西大街-01院"})
    assert missing(outcome_of(known, verdict)) == ["C2", "C3", "C4"]
    nowhere = check(district, "compound", {"name": "新院", "street_code": "月亮"})
    assert missing(outcome_of(known, nowhere)) == []


# ── The law ───────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = some.sampled_from(
    ["S1", "西大街", "C1", "演示·西大街-01院", "演示·西大街-01大院", "W1", "B02", "central", "H1", "约300", "3.2万㎡", "2026年底",
     "2026-11-10", "施工", "一号院", "\ud800", "=1+1", "", "是"]
)  # fmt: skip
ANYTHING = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-10, 3000),
    some.floats(),
    some.text(max_size=12),
    WORDS,
    WORDS,
    some.builds(lambda text: {"date": text}, some.sampled_from(["2026-11-10", "x", "2099-01-01"])),
    some.lists(some.integers(), max_size=2),
)


@pytest.mark.property
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
@settings(max_examples=settings.default.max_examples // 3)  # for each of fourteen kinds
@given(data=some.data())
def test_whatever_a_ledger_says_each_row_is_accepted_or_rejected(
    kind: Kind, district: Store, data: Any
) -> None:
    known = _known(district, kind)
    names = some.sampled_from([column.name for column in kind.columns])
    rows = data.draw(some.lists(some.dictionaries(names, ANYTHING, max_size=6), max_size=5))
    lines = lines_of(*rows)
    verdict = check_rows(lines, known, Terms(TODAY, "测试", asking=True))
    assert sorted(one.row for one in [*verdict.accepted, *verdict.rejected]) == [one.row for one in lines]
    assert {one.row for one in verdict.rejected} == {
        one.row for one in verdict.issues if one.severity.value == "error"
    }
    assert len(issues_frame(verdict.issues)) == len(verdict.issues)
    told = list(change_lines(outcome_of(known, verdict, lines)))
    assert len(told) == len(lines)


_READ: dict[str, Known] = {}


def _known(store: Store, kind: Kind) -> Known:
    return _READ.setdefault(f"{store.url}/{kind.code}", Known.read(store, kind))


# ── Accepting and undoing ─────────────────────────────────────────────────────────────────────────────────────


def outcome_of(known: Known, verdict: Verdict, lines: list[Line] | None = None, **facts: Any) -> Outcome:
    """An inspection as the whole path makes it."""
    inspection = Inspection("台账.xlsx", sha256="0" * 64, format="xlsx", kind=known.kind.code, **facts)
    return Outcome(inspection, Asked(), known, verdict, lines or [])


def take(
    store: Store, kind: str, lines: list[Line], *, headings: tuple[Heading, ...] = (), **terms: Any
) -> int:
    """Check and accept."""
    known = Known.read(store, KINDS[kind])
    verdict = check_rows(lines, known, Terms(TODAY, "测试", asking=True, **terms))
    assert not verdict.rejected, verdict.issues
    revision = accept(store, outcome_of(known, verdict, headings=headings), author="李四", today=TODAY)
    assert revision
    return revision


@pytest.mark.both_stores
def test_a_batch_undoes_as_a_whole_and_a_later_edit_is_kept_and_named(kind: str, small_store: Store) -> None:
    heading = Heading(0, "院子叫法", (), "name", "楼院名称", 1.0, "said")
    new_shape = box(113.680, 34.750, 113.681, 34.7511)
    lines = [
        Line(2, {"name": "演示·西大街-01大院", "street_code": "S1", "households": 130}, boundary=new_shape),
        Line(3, {"name": "演示·西大街-02院", "households": 81}),
        Line(4, {"name": "新院", "street_code": "S1"}, boundary=box(113.690, 34.760, 113.691, 34.761)),
    ]
    before = small_store.frame("compound")
    revision = take(small_store, "compound", lines, headings=(heading,), matches={"2": "C1"})
    after = small_store.frame("compound")
    assert (after.at["C1", "households"], after.at["C1", "name"]) == (130, "演示·西大街-01院")
    assert after.at["C1", "geometry"].equals(new_shape)
    assert list(small_store.frame("name_alias")["record"]) == ["C1"]
    assert list(small_store.frame("column_alias")["field"]) == ["name"]
    with small_store.commit(author="王五") as save:
        save.update("compound", "C2", {"households": 99}, version=int(after.at["C2", "version"]))
    plan = small_store.plan(Undo(revision))
    assert [(one.record_id, one.column) for one in plan.conflicts] == [("C2", "households")]
    small_store.carry_out(plan, author="李四", reason="导错了", on=TODAY, despite_conflicts=True)
    undone = small_store.frame("compound")
    assert list(undone.index) == list(before.index)
    assert (undone.at["C1", "households"], undone.at["C2", "households"]) == (120, 99)
    assert undone.at["C1", "geometry"].equals(before.at["C1", "geometry"])
    assert small_store.frame("name_alias").empty
    assert small_store.frame("column_alias").empty
    assert small_store.check() == []


@pytest.mark.both_stores
def test_a_batch_of_reports_and_corrections_is_taken_back(kind: str, small_store: Store) -> None:
    lines = lines_of(
        {"work_item_id": "W1", "reported_on": "2026-11-10", "progress_pct": 45},
        {"work_item_id": "W2", "reported_on": "2026-11-12", "progress_pct": 10},
    )
    revision = take(small_store, "progress_report", lines, matches={"2": "R1"})
    rows = small_store.frame("progress_report")
    assert list(rows["corrects_id"].fillna("")) == ["", "R1", ""]
    assert list(rows["recorded_by"]) == ["张三", "李四", "李四"]
    small_store.carry_out(small_store.plan(Undo(revision)), author="李四", reason="导错了", on=TODAY)
    known = Known.read(small_store, KINDS["progress_report"])
    assert [one.values["progress_pct"] for one in known.live.values()] == [40]


def test_a_decided_name_is_known_the_next_time(small_store: Store) -> None:
    row = {"name": "演示·西大街-01大院", "street_code": "S1", "households": 130}
    take(small_store, "compound", lines_of(row), matches={"2": "C1"})
    verdict = check(small_store, "compound", row)
    assert [(one.record_id, one.values) for one in verdict.accepted] == [("C1", {})]


def test_a_name_that_records_have_goes_before_one_that_was_learned_and_a_doubt_is_asked(
    small_store: Store,
) -> None:
    name = "演示·西大街-01大院"
    works = {"compound_id": name, "type_code": "B05"}
    take(
        small_store,
        "compound",
        lines_of({"name": name, "street_code": "S1", "households": 130}),
        matches={"2": "C1"},
    )
    assert check(small_store, "work_item", works).accepted[0].values["compound_id"] == "C1"
    with small_store.commit(author="王五") as save:
        save.insert("street_office", {"id": "S2", "name": "东大街街道", "in_totals": True, **DRAWN})
        save.insert("compound", compound(id="N1", name=name))
    asked = check(small_store, "work_item", works)
    assert [one.record_id for one in asked.decisions[0].choices] == ["N1", "C1"]
    row = {"name": name, "street_code": "S1", "households": 5}
    again = check(small_store, "compound", row)
    assert [one.record_id for one in again.decisions[0].choices] == ["N1", "C1"]
    take(small_store, "compound", lines_of(row), matches={"2": "N1"})
    assert check(small_store, "work_item", works).accepted[0].values["compound_id"] == "N1"


def test_what_a_person_settled_is_kept_also_when_no_record_changes(small_store: Store) -> None:
    row = {"name": "演示·西大街-01大院", "street_code": "S1", "households": 120}
    heading = Heading(1, "院子叫法", (), "name", "楼院名称", 1.0, "said")
    take(small_store, "compound", lines_of(row), headings=(heading,), matches={"2": "C1"})
    assert list(small_store.frame("name_alias")["record"]) == ["C1"]
    known = Known.read(small_store, KINDS["compound"])
    verdict = check_rows(lines_of(row), known, Terms(TODAY, "测试", asking=True, matches={"2": "C1"}))
    outcome = outcome_of(known, verdict, headings=(heading,))
    assert accept(small_store, outcome, author="李四", today=TODAY) is None


def test_an_event_told_more_exactly_corrects_or_stands_beside_as_a_person_says(small_store: Store) -> None:
    event = {"compound_id": "C1", "stage": "acceptance"}
    take(small_store, "stage_event", lines_of({**event, "occurred": "2026年10月下旬"}))
    first = small_store.frame("stage_event").index[-1]
    exact = {**event, "occurred": "2026-10-25"}
    verdict = check(small_store, "stage_event", exact)
    assert [one.record_id for one in verdict.decisions[0].choices] == [first]
    (correction,) = check(small_store, "stage_event", exact, matches={"2": first}).accepted
    assert correction.record_id == first
    (beside,) = check(small_store, "stage_event", exact, matches={"2": "new"}).accepted
    assert beside.stored is None
    (later,) = check(small_store, "stage_event", {**event, "occurred": "2026-11-03"}).accepted
    assert later.stored is None
    (again,) = check(small_store, "stage_event", {**event, "occurred": "2026年10月下旬"}).accepted
    assert (again.record_id, again.values) == (first, {})


def test_a_street_that_its_own_community_or_boundary_contradicts_is_told(small_store: Store) -> None:
    fields = {"in_totals": True, **DRAWN, "geometry": box(113.70, 34.74, 113.71, 34.77)}
    with small_store.commit(author="王五") as save:
        save.insert("street_office", {"id": "S2", "name": "东大街街道", **fields})
        save.insert("community", {"id": "Q1", "name": "平等街社区", "street_code": "S1", **SOURCED})
        save.update("compound", "C4", {"community_code": "Q1"}, version=1)
    moved = [{"id": one, "street_code": "东大街街道"} for one in ("C1", "C4", "C3")]
    verdict = check(small_store, "compound", *moved)
    assert [problems(verdict, row) for row in (2, 3, 4)] == [{Problem.CONTRADICTION}] * 2 + [set()]
    told = {one.row: one.message for one in verdict.issues if one.row}
    assert "边界不在该街道内" in told[2]
    assert "平等街社区" in told[3]


def test_phase_and_unit_that_a_ledger_does_not_give_are_told(district: Store) -> None:
    row = {"compound_id": "C2", "type_code": "B05", "quantity": 5}
    verdict = check(district, "work_item", row)
    assert verdict.accepted[0].values["phase"] == 1
    told = {one.field for one in verdict.issues if one.issue is Problem.DEFAULT_USED}
    assert {"phase", "unit"} <= told


def test_what_somebody_saved_since_the_inspection_stops_it(small_store: Store) -> None:
    known = Known.read(small_store, KINDS["compound"])
    verdict = check(small_store, "compound", {"id": "C1", "households": 5})
    with small_store.commit(author="王五") as save:
        save.update("compound", "C2", {"households": 7}, version=1)
    with pytest.raises(StaleRow, match="又有人保存过"):
        accept(small_store, outcome_of(known, verdict), author="李四", today=TODAY)
    assert small_store.snapshot().revision == known.snapshot.revision + 1


def test_an_import_batch_says_how_the_file_was_understood(small_store: Store, tmp_path: Path) -> None:
    take(small_store, "compound", lines_of({"id": "C1", "name": "演示·西大街-01院", "households": 5}))
    with small_store.commit(author="x") as save:
        from sqlalchemy import text

        (told,) = save.connection.execute(text("SELECT understood FROM import_batch")).scalars()
    assert '"kind": "compound"' in told
