"""Progress per street office, programme and area: counts, rates and reasons, totals, ranking, S-curve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.progress import BUCKETS, Key, definitions, headline, progress_by, ranked, s_curve, totals
from analysis.rates import RATES
from analysis.rules import CountingRule, EstateCompletion
from analysis.status import estate_states
from geodata.errors import BadValue
from geodata.vocabulary import ReportingStatus
from tests.small_register import TODAY, Register

UNITS = ("estates", "compounds", "households")


def table_of(register: Register, key: Key = "street", *, as_of: date = TODAY, **options: Any) -> pd.DataFrame:
    """The progress table of a register, indexed by code."""
    layer = {"street": "street_office", "area": "renewal_area"}.get(key)
    estates, compounds, states = register.frame("estate"), register.frame("compound"), register.states(as_of)
    return progress_by(
        key,
        groups=register.frame(layer) if layer else None,
        estates=estates,
        compounds=compounds,
        states=states,
        estate_states=estate_states(estates, compounds, states),
        targets=register.frame("plan_target"),
        **{"year": 2026, **options},
    ).set_index("code", drop=False)


def done(register: Register, compound: str, progress: float, day: str = "2026-05-01") -> Register:
    """Give the compound one works item with one report."""
    return register.item(f"{compound}-w", compound).report(f"{compound}-w", day, progress)


def two_streets() -> Register:
    """S1: estates e (a started, b not) and f (c completed); S2: estate g (d without any record)."""
    register = Register().street("S1").street("S2").estate("e").estate("f").estate("g", street="S2")
    register.compound("a", estate="e", households=10).compound("b", estate="e", households=20)
    register.compound("c", estate="f", households=40).compound("d", estate="g", street="S2", households=80)
    return done(done(done(register, "a", 30), "b", 0), "c", 100)


class TestCounts:
    def test_three_units_are_counted_side_by_side(self) -> None:
        row = table_of(two_streets()).loc["S1"]
        assert row[["estates", "compounds", "households"]].tolist() == [2, 3, 70]
        assert row[["estates_started", "compounds_started", "households_started"]].tolist() == [2, 2, 70]
        assert row[["estates_completed", "compounds_completed", "households_completed"]].tolist() == [
            1,
            1,
            40,
        ]
        assert row[["estates_not_started", "compounds_not_started", "households_not_started"]].tolist() == [
            0,
            1,
            0,
        ]

    def test_no_record_is_counted_as_unknown_never_as_not_started(self) -> None:
        row = table_of(two_streets()).loc["S2"]
        assert row[["estates_unknown", "compounds_unknown", "households_unknown"]].tolist() == [1, 1, 80]
        assert row[["estates_not_started", "compounds_not_started", "households_not_started"]].tolist() == [
            0,
            0,
            0,
        ]

    def test_suspended_still_counts_as_started(self) -> None:
        register = two_streets().event("suspended", "2026-06-01", compound="a")
        row = table_of(register).loc["S1"]
        assert row[["estates_suspended", "estates_under_way", "estates_started"]].tolist() == [1, 1, 2]

    def test_removed_is_shown_and_left_out_of_every_total(self) -> None:
        register = two_streets().event("removed", "2026-06-01", compound="c")
        row = table_of(register).loc["S1"]
        assert row[["estates", "compounds", "households"]].tolist() == [1, 2, 30]
        assert row[["estates_removed", "compounds_removed", "households_removed"]].tolist() == [1, 1, 40]
        assert row["estates_completed"] == 0

    def test_households_of_a_removed_compound_leave_its_estate(self) -> None:
        row = table_of(two_streets().event("removed", "2026-06-01", compound="b")).loc["S1"]
        assert row[["households", "households_removed", "households_started"]].tolist() == [50, 20, 50]

    def test_missing_households_are_counted_apart_and_never_read_as_zero(self) -> None:
        register = Register().street("S1").estate("e").estate("f")
        register.compound("a", estate="e", households=None).compound("b", estate="f", households=None)
        row = table_of(done(register, "a", 10)).loc["S1"]
        assert row["households_missing"] == 2
        assert pd.isna(row["households"])
        assert pd.isna(row["households_started"])
        assert row["households_completed"] == 0

    def test_a_compound_without_estate_adds_its_households_by_its_own_status(self) -> None:
        register = done(Register().street("S1").compound("a", households=30), "a", 100)
        row = table_of(register).loc["S1"]
        assert row[["estates", "compounds", "households_completed"]].tolist() == [0, 1, 30]

    def test_lights_and_heritage_holds_are_counted_without_the_removed(self) -> None:
        register = two_streets().event("suspended", "2026-06-01", compound="a")
        register.permit("a-w", "archaeology", "submitted").permit("c-w", "archaeology", "required")
        row = table_of(register.event("removed", "2026-06-01", compound="c")).loc["S1"]
        assert row[["compounds_delayed", "estates_delayed", "heritage_hold"]].tolist() == [1, 1, 1]

    def test_an_empty_register_gives_a_row_of_zeros_per_street(self) -> None:
        table = table_of(Register().street("S1"))
        assert table.loc["S1", [f"{unit}_{bucket}" for unit in UNITS for bucket in BUCKETS]].eq(0).all()
        assert table["share_started_estates_reason"].tolist() == ["无登记小区"]
        assert table_of(Register()).empty


class TestGroups:
    def test_a_street_outside_totals_is_shown_but_neither_summed_nor_ranked(self) -> None:
        register = two_streets().street("S3", in_totals=False).estate("h", street="S3")
        register.compound("x", estate="h", street="S3")
        table = table_of(done(register, "x", 100).target("S3", estates=1))
        assert table.loc["S3", "start_rate_estates"] == 1
        assert pd.isna(table.loc["S3", "rank"])
        assert totals(table)["estates"] == 3

    def test_programmes_come_by_name_and_what_has_none_stands_last(self) -> None:
        register = two_streets().estate("h", programme="二批").estate("k", programme=None)
        table = table_of(
            register.compound("x", estate="h").compound("y", estate="k").compound("z"), "programme"
        )
        assert table["code"].tolist() == ["三项工程", "二批", ""]
        assert table.loc["", ["name", "estates", "compounds"]].tolist() == ["未列入改造计划", 1, 2]
        assert pd.isna(table.loc["", "rank"])

    def test_an_estate_lies_in_the_area_of_most_of_its_compounds(self) -> None:
        register = Register().area("P").area("Q").estate("e").estate("f")
        for name, area in (("a", "P"), ("b", "Q"), ("c", "Q")):
            register.compound(name, estate="e", area=area)
        table = table_of(register.compound("d", estate="f"), "area")
        assert table["estates"].tolist() == [0, 1, 1]
        assert table["compounds"].tolist() == [1, 2, 1]
        assert table["name"].tolist()[-1] == "未划入片区"

    def test_groups_must_be_given_for_streets_and_an_unknown_key_is_refused(self) -> None:
        register = two_streets()
        frames = (register.frame("estate"), register.frame("compound"), register.states(), register.estates())
        parts = dict(zip(("estates", "compounds", "states", "estate_states"), frames, strict=True))
        with pytest.raises(BadValue, match="groups"):
            progress_by("street", **parts)
        with pytest.raises(BadValue, match="colour"):
            progress_by("colour", **parts)  # type: ignore[arg-type]

    def test_a_filtered_register_is_counted_with_the_states_of_the_whole(self) -> None:
        register = two_streets()
        table = progress_by(
            "street",
            groups=register.frame("street_office"),
            estates=register.frame("estate").iloc[:1],
            compounds=register.frame("compound").iloc[:2],
            states=register.states(),
            estate_states=register.estates(),
        )
        assert table["estates"].tolist() == [1, 0]


class TestRates:
    def test_rates_are_those_of_the_years_batch_against_the_plan(self) -> None:
        register = (
            two_streets().target("S1", estates=4, households=140).target("S2", estates=1, households=80)
        )
        row = table_of(register).loc["S1"]
        assert row[["start_rate_estates", "start_rate_households"]].tolist() == [0.5, 0.5]
        assert row[["completion_rate_estates", "completion_rate_households"]].tolist() == [0.25, 40 / 140]
        assert row["document_no"] == "管改〔2026〕1号"
        assert row["start_rate_estates_reason"] == ""

    def test_an_estate_of_another_batch_does_not_count_against_this_plan(self) -> None:
        register = two_streets().estate("old", batch=2024).compound("x", estate="old")
        row = table_of(done(register, "x", 100).target("S1", estates=4)).loc["S1"]
        assert row[["estates_completed", "batch_estates_completed"]].tolist() == [2, 1]
        assert row["completion_rate_estates"] == 0.25

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            (None, "无年度计划"),
            ({"estates": None}, "年度计划未列小区数"),
            ({"estates": 0}, "计划数为 0"),
            ({"estates": 4, "year": 2025}, "无年度计划"),
        ],
    )
    def test_without_a_denominator_there_is_no_rate(self, target: dict[str, Any] | None, reason: str) -> None:
        register = two_streets() if target is None else two_streets().target("S1", **target)
        row = table_of(register).loc["S1"]
        assert np.isnan(row["start_rate_estates"])
        assert row["start_rate_estates_reason"] == reason

    def test_without_a_year_or_by_programme_there_is_no_plan(self) -> None:
        register = two_streets().target("S1", estates=4)
        assert table_of(register, year=None)["start_rate_estates_reason"].eq("未选年度").all()
        assert table_of(register, "programme")["plan_reason"].eq("年度计划只按街道下达").all()

    def test_a_started_compound_without_households_leaves_no_household_rate(self) -> None:
        register = two_streets().estate("h").compound("x", estate="h", households=None)
        row = table_of(done(register, "x", 10).target("S1", estates=4, households=140)).loc["S1"]
        assert row["start_rate_households_reason"] == "户数不全（1 个楼院无户数）"
        assert np.isnan(row["share_started_households"])
        assert row["completion_rate_households"] == 40 / 140

    def test_a_started_estate_without_batch_leaves_no_rate(self) -> None:
        register = two_streets().estate("h", batch=None).compound("x", estate="h")
        row = table_of(done(register, "x", 10).target("S1", estates=4)).loc["S1"]
        assert row["start_rate_estates_reason"] == "1 个小区缺年度批次"
        assert row["completion_rate_estates"] == 0.25

    def test_shares_are_of_the_register(self) -> None:
        row = table_of(two_streets()).loc["S1"]
        assert row[["share_started_estates", "share_completed_estates"]].tolist() == [1, 0.5]
        assert row["share_completed_households"] == 40 / 70

    def test_nothing_known_is_no_share_of_zero(self) -> None:
        row = table_of(two_streets()).loc["S2"]
        assert np.isnan(row["share_started_estates"])
        assert row["share_started_estates_reason"] == "全部暂无记录"

    def test_the_total_rate_is_recomputed_not_averaged(self) -> None:
        register = two_streets().target("S1", estates=2, households=70).target("S2", estates=8, households=80)
        total = totals(table_of(register))
        assert total["start_rate_estates"] == 0.2
        assert (total["name"], total["document_no"]) == ("合计", "管改〔2026〕1号")

    def test_one_street_without_plan_leaves_no_total_rate(self) -> None:
        total = totals(table_of(two_streets().target("S1", estates=2)))
        assert pd.isna(total["plan_estates"])
        assert total["start_rate_estates_reason"] == "1 个分组无年度计划"
        assert totals(table_of(two_streets()))["start_rate_estates_reason"] == "无年度计划"


class TestProgress:
    def planned(self) -> Register:
        """S1 with two compounds of one item each, budgets 3 and 1, half of the plan gone."""
        register = Register().street("S1").compound("a").compound("b")
        for name, budget, progress in (("a", 3, 60), ("b", 1, 20)):
            register.item(f"{name}-w", name, start="2026-10-25", finish="2026-12-24", budget=budget)
            register.report(f"{name}-w", "2026-11-01", progress)
        return register

    def test_progress_of_a_street_weighs_compounds_by_their_budget(self) -> None:
        row = table_of(self.planned()).loc["S1"]
        assert row[["progress_pct", "planned_pct", "deviation_pp"]].tolist() == [50, 50, 0]
        assert (row["progress_basis"], row["compounds_measured"]) == ("budget", 2)

    def test_one_compound_without_budget_makes_all_compounds_weigh_the_same(self) -> None:
        register = done(self.planned().compound("c"), "c", 100)
        row = table_of(register).loc["S1"]
        assert row[["progress_pct", "progress_basis"]].tolist() == [60, "equal"]

    def test_removed_compounds_do_not_weigh(self) -> None:
        row = table_of(self.planned().event("removed", "2026-11-02", compound="a")).loc["S1"]
        assert row[["progress_pct", "deviation_pp", "deviation_weight"]].tolist() == [20, -30, 1]

    def test_nothing_known_is_no_progress(self) -> None:
        row = table_of(Register().street("S1").compound("a")).loc["S1"]
        assert np.isnan(row["progress_pct"])
        assert row["progress_basis"] == ""

    def test_the_total_is_weighed_again(self) -> None:
        register = self.planned().street("S2").compound("c", street="S2")
        register.item("c-w", "c", budget=4).report("c-w", "2026-11-01", 100)
        assert totals(table_of(register))["progress_pct"] == 75


class TestRanking:
    def test_equals_share_a_rank_and_missing_has_none(self) -> None:
        register = Register()
        for number, started in enumerate([2, 1, 1, 0]):
            register.street(f"S{number}").target(f"S{number}", estates=2)
            for n in range(started):
                name = f"{number}{n}"
                done(
                    register.estate(name, street=f"S{number}").compound(f"c{name}", estate=name),
                    f"c{name}",
                    10,
                )
        table = table_of(register.street("S9"))
        assert table["rank"].tolist() == [1, 2, 2, 4, pd.NA]

    def test_any_column_can_rank_and_no_other(self) -> None:
        table = table_of(two_streets(), rank_by="estates_completed")
        assert table["rank"].tolist() == [1, 2]
        assert ranked(table, by="households")["rank"].tolist() == [2, 1]
        with pytest.raises(BadValue, match="beauty"):
            ranked(table, by="beauty")


class TestSCurve:
    def half_done(self) -> Register:
        """One item planned over 100 days from 2026-10-05 (50 are gone): 20 % after 25 days, 40 % after 45."""
        register = Register().compound("c").item("w", start="2026-10-05", finish="2027-01-13")
        return register.report("w", "2026-10-30", 20).report("w", "2026-11-19", 40)

    def test_plan_runs_through_and_actual_ends_on_the_day(self) -> None:
        curve = s_curve(self.half_done().index(), as_of=TODAY, step_days=25)
        assert curve["date"].dt.strftime("%m-%d").tolist() == ["10-05", "10-30", "11-24", "12-19", "01-13"]
        assert curve["planned_pct"].tolist() == [0, 25, 50, 75, 100]
        assert curve["actual_pct"].tolist()[:3] == [0, 20, 40]
        assert curve["actual_pct"].isna().tolist() == [False, False, False, True, True]

    def test_basis_and_what_is_drawn_are_said(self) -> None:
        register = self.half_done().item("undated").compound("gone").item("x", "gone", start="2026-01-01")
        register.event("removed", "2026-06-01", compound="gone")
        attrs = s_curve(register.index(), as_of=TODAY).attrs
        assert attrs == {"weight_basis": "equal", "items": 2, "items_drawn": 1}

    def test_both_lines_are_of_the_same_items(self) -> None:
        register = self.half_done().item("silent", start="2026-01-01", finish="2026-06-01")
        curve = s_curve(register.index(), as_of=TODAY, step_days=50)
        assert curve.set_index("date").loc["2026-11-24"].tolist() == [50, 40]

    def test_without_any_known_progress_only_the_plan_is_drawn(self) -> None:
        register = Register().compound("c").item("w", start="2026-10-05", finish="2027-01-13")
        curve = s_curve(register.index(), as_of=TODAY)
        assert curve["actual_pct"].isna().all()
        assert curve["planned_pct"].iloc[-1] == 100

    def test_some_compounds_only(self) -> None:
        register = done(self.half_done().compound("d"), "d", 100)
        curve = s_curve(register.index(), as_of=TODAY, compounds=["d"])
        assert curve.empty
        assert curve.columns.tolist() == ["date", "planned_pct", "actual_pct"]

    def test_what_was_not_known_is_not_drawn(self) -> None:
        curve = s_curve(self.half_done().index(), as_of=TODAY, known_at=1, step_days=50)
        assert curve["actual_pct"].max() == 20

    def test_a_step_below_a_day_is_refused(self) -> None:
        with pytest.raises(BadValue):
            s_curve(self.half_done().index(), as_of=TODAY, step_days=0)


class TestHeadline:
    def test_six_figures_with_their_change_in_a_week(self) -> None:
        register = done(two_streets(), "d", 100, day="2026-11-20").permit("d-w", "archaeology", "required")
        now, before = (totals(table_of(register, as_of=TODAY - timedelta(days=days))) for days in (0, 7))
        figures = headline(now, before)
        assert [figure.code for figure in figures] == [
            "estates_started",
            "compounds_started",
            "households_started",
            "estates_completed",
            "compounds_delayed",
            "heritage_hold",
        ]
        assert [(figure.value, figure.of, figure.change) for figure in figures] == [
            (3, 3, 1),
            (3, 4, 1),
            (150, 150, 80),
            (2, 3, 1),
            (0, None, 0),
            (1, None, 0),
        ]

    def test_missing_households_stand_beside_the_figure(self) -> None:
        row = totals(table_of(two_streets().compound("x", households=None)))
        assert headline(row, row)[2].caveat == "另有 1 个楼院没有户数，未计入"

    def test_no_known_households_is_no_figure(self) -> None:
        register = done(Register().street("S1").compound("a", households=None), "a", 10)
        row = totals(table_of(register))
        figure = headline(row, row)[2]
        assert (figure.value, figure.of, figure.change) == (None, None, None)


class TestDefinitions:
    def test_every_definition_is_of_a_column_and_complete(self) -> None:
        table = table_of(two_streets())
        for definition in definitions():
            assert definition.code in table.columns
            assert all(
                (definition.label, definition.unit, definition.formula, definition.scope, definition.source)
            )

    def test_every_figure_shown_has_one_definition(self) -> None:
        codes = [definition.code for definition in definitions()]
        row = totals(table_of(two_streets()))
        shown = [figure.code for figure in headline(row, row)]
        shown += [f"{unit}_{bucket}" for unit in UNITS for bucket in BUCKETS]
        shown += [f"{rate}_{unit}" for rate in RATES for unit in ("estates", "households")]
        assert set(shown) <= set(codes)
        assert len(codes) == len(set(codes))

    def test_thresholds_in_the_text_are_those_of_the_rule(self) -> None:
        rule = CountingRule(delay_pp=12, estate_completed_when=EstateCompletion.ALL_COMPOUNDS_ACCEPTED)
        text = {definition.code: definition.formula for definition in definitions(rule)}
        assert "12 个百分点" in text["compounds_delayed"]
        assert text["estates_completed"].startswith("所有未调出楼院均已验收或已移交")

    def test_every_status_is_in_a_bucket(self) -> None:
        assert {status for bucket in BUCKETS.values() for status in bucket} == set(ReportingStatus)


# --- laws ---------------------------------------------------------------------------------------------


def law(test: Callable[..., None]) -> Callable[..., None]:
    """A property test without time limit per example, and with fewer of them: each is a whole table."""
    fewer = settings(deadline=None, max_examples=max(settings().max_examples // 4, 1))
    return pytest.mark.property(fewer(test))


@st.composite
def districts(draw: st.DrawFn) -> Register:
    """Up to 4 streets (some outside totals, some without plan), estates over them, compounds in any state."""
    register = Register()
    streets = [f"S{n}" for n in range(draw(st.integers(1, 4)))]
    some = st.none() | st.integers(0, 5)
    for street in streets:
        register.street(street, in_totals=draw(st.booleans())).area(f"P{street}")
        if draw(st.booleans()):
            register.target(street, estates=draw(some), households=draw(some))
    estates: list[str | None] = [None]
    for n in range(draw(st.integers(0, 4))):
        batch = draw(st.sampled_from([None, 2025, 2026]))
        programme = draw(st.sampled_from([None, "甲", "乙"]))
        register.estate(f"e{n}", street=draw(st.sampled_from(streets)), batch=batch, programme=programme)
        estates.append(f"e{n}")
    for n in range(draw(st.integers(0, 6))):
        area = draw(st.none() | st.sampled_from([f"P{street}" for street in streets]))
        estate, street = draw(st.sampled_from(estates)), draw(st.sampled_from(streets))
        register.compound(f"c{n}", estate=estate, street=street, area=area, households=draw(some))
        progress = draw(st.sampled_from([None, 0, 50, 100]))
        if progress is not None:
            done(register, f"c{n}", progress)
        if draw(st.booleans()):
            event = draw(st.sampled_from(["design", "suspended", "removed", "acceptance"]))
            register.event(event, "2026-06-01", compound=f"c{n}")
    return register


KEYS = st.sampled_from(["street", "programme", "area"])


@law
@given(districts(), KEYS)
def test_totals_are_the_sum_of_their_parts(register: Register, key: Key) -> None:
    table = table_of(register, key)
    total, parts = totals(table), table[table["in_totals"]]
    for column in [*UNITS, *(f"{unit}_{bucket}" for unit in UNITS for bucket in BUCKETS)]:
        expected = parts[column].sum()
        assert total[column] == expected if not pd.isna(total[column]) else expected == 0
    assert total.index.tolist() == table.columns.tolist()


@law
@given(districts(), KEYS)
def test_buckets_make_up_the_whole(register: Register, key: Key) -> None:
    table = table_of(register, key)
    for unit in UNITS:
        part = {bucket: table[f"{unit}_{bucket}"].astype("Int64").fillna(0) for bucket in BUCKETS}
        whole = table[unit].astype("Int64").fillna(0)
        assert (part["not_started"] + part["started"] + part["unknown"]).tolist() == whole.tolist()
        assert (part["under_way"] + part["completed"]).tolist() == part["started"].tolist()
        assert (part["accepted"] <= part["completed"]).all()


@law
@given(districts(), KEYS)
def test_every_unit_is_counted_in_exactly_one_group(register: Register, key: Key) -> None:
    table = table_of(register, key)
    assert (table["estates"] + table["estates_removed"]).sum() == len(register.rows["estate"])
    assert (table["compounds"] + table["compounds_removed"]).sum() == len(register.rows["compound"])


@law
@given(districts(), KEYS)
def test_a_rate_or_a_reason_never_both_and_never_from_nothing(register: Register, key: Key) -> None:
    table = table_of(register, key)
    rows = [*(row for _, row in table.iterrows()), totals(table)]
    for row in rows:
        for rate, (_, against) in RATES.items():
            for unit in ("estates", "households"):
                value, reason = row[f"{rate}_{unit}"], row[f"{rate}_{unit}_reason"]
                assert np.isnan(value) == bool(reason)
                whole = row[f"plan_{unit}"] if against == "plan" else row[unit]
                if pd.isna(whole) or whole == 0:
                    assert np.isnan(value)


@law
@given(districts(), st.randoms(use_true_random=False))
def test_ranking_does_not_depend_on_the_order_of_rows(register: Register, dice: Any) -> None:
    before = table_of(register)["rank"]
    for layer in ("street_office", "estate", "compound", "work_item"):
        dice.shuffle(register.rows[layer])
    after = table_of(register)["rank"]
    assert after.loc[before.index].tolist() == before.tolist()


@law
@given(districts(), KEYS)
def test_the_same_district_has_the_same_totals_however_it_is_grouped(register: Register, key: Key) -> None:
    for street in register.rows["street_office"]:
        street["in_totals"] = True
    by_street, other = totals(table_of(register)), totals(table_of(register, key))
    for column in [f"{unit}_{bucket}" for unit in UNITS for bucket in BUCKETS]:
        one, two = by_street[column], other[column]
        assert (0 if pd.isna(one) else one) == (0 if pd.isna(two) else two)


@law
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 100)), max_size=6), st.integers(1, 30))
def test_the_last_actual_point_is_the_weighted_progress(reports: list[tuple[int, int]], step: int) -> None:
    register = Register().compound("c")
    for n in range(3):
        register.item(f"w{n}", start="2026-09-01", finish="2026-12-31", budget=n + 1)
    for n, (day, progress) in enumerate(reports):
        register.report(f"w{n % 3}", (date(2026, 8, 20) + timedelta(days=day)).isoformat(), progress)
    curve = s_curve(register.index(), as_of=TODAY, step_days=step)
    actual, state = curve["actual_pct"].dropna(), register.state()
    if state["items_known"]:
        assert actual.iloc[-1] == pytest.approx(state["progress_pct"])
    else:
        assert actual.empty
    assert curve["planned_pct"].is_monotonic_increasing
