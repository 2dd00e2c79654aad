"""Status, lights and stages of compounds and works items: the counting rules, as examples and as laws."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rules import CountingRule, EstateCompletion
from analysis.status import ProgressIndex, estate_states
from geodata.errors import BadValue
from geodata.vocabulary import DatePrecision, Light, ReportingStatus, Stage, StageClass
from tests.small_register import TODAY, Register, around, frame_of


def one() -> Register:
    """One compound `c` without anything else."""
    return Register().compound("c")


def underway(progress: float = 50, **dates: object) -> Register:
    """One compound with one item `w`, planned for 2026 (90 % of it gone), reported once."""
    plan = {"start": "2026-01-01", "finish": "2027-01-01", **dates}
    return one().item("w", **plan).report("w", "2026-11-01", progress)  # type: ignore[arg-type]


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


class TestUnknown:
    def test_a_compound_without_any_record_is_unknown_not_not_started(self) -> None:
        state = one().state()
        assert (state["status"], state["stage_class"], state["light"]) == ("unknown", "unknown", "unknown")
        assert pd.isna(state["progress_pct"])
        assert state["light_reason"] == "没有进展记录，不作判断"

    def test_items_without_dates_reports_or_events_leave_the_compound_unknown(self) -> None:
        state = one().item("w").state()
        assert state["status"] == ReportingStatus.UNKNOWN
        assert (state["items"], state["items_known"]) == (1, 0)

    def test_a_planned_date_is_evidence_of_not_started(self) -> None:
        state = one().item("w", start="2027-03-01", finish="2027-06-01").state()
        assert (state["status"], state["stage_class"]) == ("not_started", "unknown")

    def test_a_preparing_stage_is_evidence_of_not_started(self) -> None:
        state = one().item("w").event("design", "2026-05-01").state()
        assert (state["status"], state["stage_class"], state["progress_pct"]) == (
            "not_started",
            "preparation",
            0,
        )

    def test_a_report_of_zero_is_evidence_of_not_started(self) -> None:
        assert one().item("w").report("w", "2026-05-01", 0).state()["status"] == ReportingStatus.NOT_STARTED

    def test_an_event_counts_on_its_day_and_is_no_evidence_before(self) -> None:
        assert one().event("design", "2026-11-25").state()["status"] == ReportingStatus.UNKNOWN
        assert one().event("design", "2026-11-24").state()["status"] == ReportingStatus.NOT_STARTED

    def test_a_preparing_stage_says_nothing_of_other_items_once_works_have_begun(self) -> None:
        state = underway(40).item("silent").event("design", "2026-05-01").state()
        assert (state["progress_pct"], state["items_known"]) == (40, 1)

    def test_on_the_planned_start_day_an_item_without_report_is_no_longer_zero(self) -> None:
        assert pd.isna(one().item("w", start=days_ago(0), finish="2027-06-01").state()["progress_pct"])

    def test_an_item_without_report_after_its_planned_start_is_left_out_of_the_mean(self) -> None:
        register = underway(40).item("silent", start="2026-02-01", finish="2027-02-01")
        state = register.state()
        assert (state["progress_pct"], state["items_known"], state["items"]) == (40, 1, 2)
        assert register.item_state("silent")["state"] == ReportingStatus.UNKNOWN

    def test_an_item_whose_planned_start_lies_ahead_counts_zero(self) -> None:
        state = underway(40).item("later", start="2027-02-01", finish="2027-04-01").state()
        assert (state["progress_pct"], state["items_known"]) == (20, 2)


class TestStatus:
    def test_any_item_above_the_threshold_starts_the_compound(self) -> None:
        state = underway(5).item("v").state()
        assert (state["status"], state["stage_class"]) == ("started", "construction")

    def test_the_start_threshold_can_be_raised(self) -> None:
        rule = CountingRule(start_threshold_pct=5)
        assert underway(5).state(rule=rule)["status"] == ReportingStatus.NOT_STARTED
        assert underway(5.1).state(rule=rule)["status"] == ReportingStatus.STARTED

    def test_a_construction_event_starts_the_compound_without_any_report(self) -> None:
        assert one().event("construction", "2026-05-01").state()["status"] == ReportingStatus.STARTED

    def test_completed_needs_every_item_at_100(self) -> None:
        register = underway(100).event("construction", "2026-02-01")
        assert register.state()["status"] == ReportingStatus.COMPLETED
        assert register.state()["stage_class"] == StageClass.ACCEPTANCE
        assert register.item("v").state()["status"] == ReportingStatus.STARTED

    def test_acceptance_counts_only_when_no_item_is_known_to_be_unfinished(self) -> None:
        accepted = underway(100).item("never-reported").event("acceptance", "2026-11-10").state()
        early = underway(95).event("acceptance", "2026-11-10").state()
        assert (accepted["status"], accepted["contradiction"]) == ("accepted", False)
        assert (early["status"], early["contradiction"]) == ("started", True)

    def test_an_acceptance_alone_is_enough_when_no_works_are_registered(self) -> None:
        assert one().event("acceptance", "2021-06-01").state()["status"] == ReportingStatus.ACCEPTED

    @pytest.mark.parametrize(
        ("stage", "shown"), [("handover", StageClass.ACCEPTANCE), ("operation", StageClass.OPERATION)]
    )
    def test_handover_and_operation_are_handed_over(self, stage: str, shown: StageClass) -> None:
        state = underway(100).event(stage, "2026-11-10").state()
        assert (state["status"], state["stage_class"]) == ("handed_over", shown)

    def test_a_suspension_lasts_until_a_resumption_is_recorded(self) -> None:
        register = underway().event("suspended", "2026-06-01").event("resumed", "2026-08-01")
        seen = [register.state(as_of=date(2026, month, 15))["status"] for month in (5, 6, 8)]
        assert seen == ["not_started", "suspended", "started"]

    def test_a_suspension_outranks_a_later_acceptance(self) -> None:
        register = underway(100).event("suspended", "2026-06-01").event("acceptance", "2026-07-01")
        assert register.state()["status"] == ReportingStatus.SUSPENDED

    def test_of_interruptions_on_one_day_the_later_entered_wins(self) -> None:
        register = underway().event("resumed", "2026-06-01").event("suspended", "2026-06-01")
        assert register.state()["status"] == ReportingStatus.SUSPENDED

    def test_removal_outranks_everything_and_only_a_correction_takes_it_back(self) -> None:
        register = underway().event("removed", "2026-06-01", code="gone").event("resumed", "2026-07-01")
        removed = register.state()
        assert (removed["status"], removed["light"], removed["since"]) == (
            "removed",
            "removed",
            pd.Timestamp("2026-06-01"),
        )
        register.event("suspended", "2026-06-01", corrects="gone").event("resumed", "2026-07-02")
        assert register.state()["status"] == ReportingStatus.STARTED

    def test_removal_counts_from_the_first_record_of_it(self) -> None:
        register = one().event("removed", "2026-06-01").event("removed", "2026-07-01")
        assert register.state()["since"] == pd.Timestamp("2026-06-01")

    def test_since_is_the_day_of_the_record_behind_the_stage(self) -> None:
        register = underway().event("construction", "2026-02-03")
        assert register.state()["since"] == pd.Timestamp("2026-02-03")
        assert register.event("suspended", "2026-09-01").state()["since"] == pd.Timestamp("2026-09-01")

    def test_a_stage_that_no_list_knows_is_refused_by_name(self) -> None:
        with pytest.raises(BadValue, match="demolished"):
            one().event("demolished", "2026-01-01").index()

    def test_rows_of_archived_compounds_and_items_are_left_out(self) -> None:
        register = underway().item("x", "gone").report("nowhere", "2026-01-01", 100)
        register.event("removed", "2026-01-01", compound="gone").permit("nowhere", "archaeology", "required")
        assert register.states().index.tolist() == ["c"]
        assert register.index().item_states(as_of=TODAY).index.tolist() == ["w"]


class TestStage:
    def test_of_stages_on_one_day_the_later_stage_wins(self) -> None:
        register = one().event("approval", "2026-05-01").event("design", "2026-05-01")
        assert register.state()["stage"] == Stage.APPROVAL

    def test_the_latest_stage_is_shown_even_when_it_goes_back(self) -> None:
        register = one().event("notice", "2026-05-01").event("design", "2026-06-01")
        assert register.state()["stage_class"] == StageClass.PREPARATION

    @pytest.mark.parametrize(
        ("recorded", "counts_from"),
        [("2026-09-01", "2026-10-01"), ("2026-10-12", "2026-10-12"), ("2026-12-24", "2026-10-31")],
        ids=["known before it began", "known within it", "known afterwards"],
    )
    def test_a_fuzzy_event_counts_from_when_it_was_known_within_its_span(
        self, recorded: str, counts_from: str
    ) -> None:
        month = around("2026-10-15", DatePrecision.MONTH)
        register = one().event("design", month, recorded=recorded)
        assert register.state()["since"] == pd.Timestamp(counts_from)

    def test_an_event_without_date_counts_from_its_entry(self) -> None:
        register = one().event("design", None, recorded="2026-10-12")
        assert register.state()["since"] == pd.Timestamp("2026-10-12")


class TestProgress:
    def test_the_latest_report_up_to_the_day_counts_whatever_the_order_of_entry(self) -> None:
        register = one().item("w").report("w", "2026-06-01", 60).report("w", "2026-03-01", 30)
        seen = [register.state(as_of=date(2026, month, 15))["progress_pct"] for month in (3, 6)]
        assert seen == [30, 60]

    def test_of_reports_on_one_day_the_later_entered_counts(self) -> None:
        register = one().item("w").report("w", "2026-06-01", 60).report("w", "2026-06-01", 55)
        assert register.state()["progress_pct"] == 55

    def test_a_corrected_report_no_longer_counts_even_if_it_is_later(self) -> None:
        register = one().item("w").report("w", "2026-06-01", 90, code="typo")
        register.report("w", "2026-05-30", 9, corrects="typo")
        state = register.state()
        assert (state["progress_pct"], state["last_reported_on"]) == (9, pd.Timestamp("2026-05-30"))

    def test_a_correction_of_a_correction_does_not_bring_the_first_back(self) -> None:
        register = one().item("w").report("w", "2026-06-03", 10, code="a")
        register.report("w", "2026-06-02", 20, code="b", corrects="a").report(
            "w", "2026-06-01", 30, corrects="b"
        )
        assert register.state()["progress_pct"] == 30

    def test_before_the_correction_was_known_the_first_report_stands(self) -> None:
        register = one().item("w").report("w", "2026-06-01", 90, code="typo")
        register.report("w", "2026-05-31", 9, corrects="typo")
        assert [register.state(known_at=known)["progress_pct"] for known in (1, 2)] == [90, 9]
        assert register.state(known_at=0)["status"] == ReportingStatus.UNKNOWN

    def test_weights_are_budgets_when_every_item_has_one(self) -> None:
        register = one().item("a", budget=300).item("b", budget=100)
        register.report("a", "2026-06-01", 100).report("b", "2026-06-01", 0)
        state = register.state()
        assert (state["progress_pct"], state["weight_basis"], state["budget_cny"]) == (75, "budget", 400)

    def test_one_item_without_budget_makes_all_weigh_the_same(self) -> None:
        register = one().item("a", budget=300).item("b")
        register.report("a", "2026-06-01", 100).report("b", "2026-06-01", 0)
        state = register.state()
        assert (state["progress_pct"], state["weight_basis"]) == (50, "equal")
        assert pd.isna(state["budget_cny"])

    def test_plan_is_linear_from_first_start_day_to_last_finish_day(self) -> None:
        register = underway(10, start="2026-11-14", finish="2026-12-04")
        state = register.state()
        assert (state["planned_pct"], state["deviation_pp"]) == (50, -40)

    @pytest.mark.parametrize("missing", ["start", "finish"])
    def test_without_both_dates_there_is_no_plan_and_no_deviation(self, missing: str) -> None:
        state = underway(10, **{missing: None}).state()
        assert pd.isna(state["planned_pct"])
        assert pd.isna(state["deviation_pp"])

    def test_a_plan_that_ends_before_it_begins_is_no_plan(self) -> None:
        assert pd.isna(underway(10, start="2027-02-01", finish="2027-01-01").state()["planned_pct"])

    def test_a_plan_of_one_day_is_done_on_that_day(self) -> None:
        register = one().item("w", start="2026-11-24", finish="2026-11-24").report("w", "2026-11-01", 10)
        assert register.state()["planned_pct"] == 100
        assert register.state(as_of=date(2026, 11, 23))["planned_pct"] == 0

    def test_an_item_that_may_still_begin_on_time_is_not_behind(self) -> None:
        november = around("2026-11-15", DatePrecision.MONTH)
        register = (
            underway(90).item("late", start=november, finish="2026-12-10").report("late", "2026-11-02", 0)
        )
        assert register.item_state("late")["planned_pct"] == 0
        assert register.state()["deviation_pp"] > -5
        assert register.state(as_of=date(2026, 12, 1))["deviation_pp"] < -10


class TestLight:
    def test_finish_missed_by_a_day_is_red_and_the_day_itself_is_not(self) -> None:
        assert underway(99, finish=TODAY.isoformat()).state()["light_rule"] != "R4"
        state = underway(99, finish=days_ago(1)).state()
        assert (state["light"], state["light_rule"]) == ("delayed", "R4")
        assert state["light_reason"] == "供水：计划 2026-11-23 完工，已超期 1 天"

    def test_a_fuzzy_finish_is_late_only_after_its_last_day_and_is_named_no_more_exactly(self) -> None:
        late_october = around("2026-10-25", DatePrecision.TEN_DAYS)
        register = one().item("w", start="2026-01-01", finish=late_october).report("w", "2026-10-30", 96)
        assert register.state(as_of=date(2026, 10, 31))["light"] == Light.ON_TRACK
        state = register.state()
        assert state["light_reason"] == "供水：计划 2026年10月下旬 完工，已超期 24 天"

    def test_the_sentence_names_the_worst_item_and_how_many_share_the_fault(self) -> None:
        register = underway(99, finish=days_ago(3))
        register.item("x", works="B14", finish=days_ago(30)).report("x", "2026-05-01", 80)
        state = register.state()
        assert state["light_reason"] == "屋面维修（防水）：计划 2026-10-25 完工，已超期 30 天（共 2 项）"
        assert state["items_overdue"] == 2

    @pytest.mark.parametrize(
        ("days", "light"), [(0, "not_started"), (1, "at_risk"), (7, "at_risk"), (8, "delayed")]
    )
    def test_start_missed_by_a_week_is_yellow_and_by_more_red(self, days: int, light: str) -> None:
        state = one().item("w", start=days_ago(days), finish="2027-06-01").state()
        assert (state["status"], state["light"]) == ("not_started", light)

    def test_a_compound_not_started_is_judged_by_its_start_not_by_the_plan_curve(self) -> None:
        november = around("2026-11-15", DatePrecision.MONTH)
        register = one().event("tender", "2026-10-01").item("w", start=november, finish="2027-01-10")
        state = register.state(as_of=date(2026, 12, 2))
        assert (state["light"], state["light_rule"]) == ("at_risk", "R1")
        assert state["deviation_pp"] < -10

    def test_start_missed_says_that_there_is_no_record_of_a_start(self) -> None:
        state = one().item("w", start="2026-11-20", finish="2027-06-01").state()
        assert state["light_reason"] == "供水：计划 2026-11-20 开工，已逾期 4 天，无开工记录"

    @pytest.mark.parametrize(
        ("progress", "light", "rule"),
        [
            (54.9, "on_track", ""),
            (45.1, "on_track", ""),
            (45, "at_risk", "R2"),
            (40, "at_risk", "R2"),
            (39.9, "delayed", "R2"),
        ],
    )
    def test_behind_plan_by_5_to_10_points_is_yellow_and_by_more_red(
        self, progress: float, light: str, rule: str
    ) -> None:
        half_gone = underway(progress, start="2026-10-25", finish="2026-12-24").state()
        assert (half_gone["planned_pct"], half_gone["light"], half_gone["light_rule"]) == (50, light, rule)

    def test_due_within_15_days_below_90_is_yellow(self) -> None:
        soon, later = days_ago(-15), days_ago(-16)
        state = underway(89.96, finish=soon, start="2026-11-01").state()
        assert (state["light"], state["light_rule"]) == ("at_risk", "R3")
        assert state["light_reason"] == "供水：计划 2026-12-09 完工，还剩 15 天，进度 89.9%"
        assert underway(90, finish=soon, start="2026-11-01").state()["light"] == Light.ON_TRACK
        assert underway(89, finish=later, start="2026-11-01").state()["light"] == Light.ON_TRACK

    def test_an_item_that_has_not_yet_to_begin_is_not_due_soon(self) -> None:
        state = one().item("w", start="2026-11-30", finish="2026-12-05").state()
        assert state["light"] == Light.NOT_STARTED

    def test_suspended_is_red_and_says_since_when(self) -> None:
        state = underway().event("suspended", "2026-09-01").state()
        assert (state["light"], state["light_reason"]) == ("delayed", "停工（自 2026-09-01）")

    def test_finished_is_finished_even_after_its_day(self) -> None:
        assert underway(100, finish=days_ago(30)).state()["light"] == Light.COMPLETED

    def test_no_planned_date_is_no_judgement(self) -> None:
        state = one().item("w").report("w", "2026-05-01", 40).state()
        assert (state["light"], state["light_reason"]) == ("unknown", "缺计划日期，不作判断")

    def test_started_without_any_report_is_no_judgement(self) -> None:
        state = (
            one()
            .item("w", start="2026-05-01", finish="2027-05-01")
            .event("construction", "2026-05-02")
            .state()
        )
        assert (state["light"], state["light_reason"]) == ("unknown", "没有进度填报，不作判断")

    def test_a_silent_item_past_its_finish_never_lets_the_compound_read_as_on_track(self) -> None:
        state = underway(90).item("silent", start="2026-01-01", finish=days_ago(5)).state()
        assert state["light"] == Light.UNKNOWN
        assert state["light_reason"] == "供水：计划 2026-11-19 完工，已过 5 天而没有填报，不作判断"

    def test_not_yet_due_says_when(self) -> None:
        state = (
            one().item("w", start=around("2026-12-05", DatePrecision.TEN_DAYS), finish="2027-03-01").state()
        )
        assert (state["light"], state["light_reason"]) == (
            "not_started",
            "供水：计划 2026年12月上旬 开工，尚未逾期",
        )

    def test_thresholds_are_those_of_the_rule(self) -> None:
        register = underway(45, start="2026-10-25", finish="2026-12-24")
        assert register.state(rule=CountingRule(risk_pp=6))["light"] == Light.ON_TRACK
        assert register.state(rule=CountingRule(risk_pp=1, delay_pp=4))["light"] == Light.DELAYED

    def test_a_rule_that_contradicts_itself_is_refused(self) -> None:
        with pytest.raises(BadValue):
            CountingRule(risk_pp=20)
        with pytest.raises(BadValue):
            CountingRule(start_threshold_pct=100)

    def test_heritage_hold_is_never_the_light_itself(self) -> None:
        state = underway(90).permit("w", "archaeology", "submitted").state()
        assert (state["heritage_hold"], state["light"]) == (True, "on_track")


class TestHeritageHold:
    @pytest.mark.parametrize(
        ("kind", "status", "held"),
        [
            ("heritage_consent", "required", True),
            ("archaeology", "refused", True),
            ("archaeology", "granted", False),
            ("planning", "required", False),
        ],
    )
    def test_only_heritage_matters_not_granted_hold(self, kind: str, status: str, held: bool) -> None:
        assert bool(underway().permit("w", kind, status).state()["heritage_hold"]) is held

    def test_a_grant_holds_until_the_day_it_was_given(self) -> None:
        register = underway().permit("w", "archaeology", "granted", decided="2026-10-01")
        held = [register.state(as_of=day)["heritage_hold"] for day in (date(2026, 9, 30), date(2026, 10, 1))]
        assert held == [True, False]


class TestItems:
    def test_each_item_has_its_own_state_and_light(self) -> None:
        register = (
            underway(100).item("x", start="2026-01-01", finish=days_ago(2)).report("x", "2026-11-01", 80)
        )
        done, late = register.item_state("w"), register.item_state("x")
        assert (done["state"], done["light"]) == ("completed", "completed")
        assert (late["state"], late["light"], late["overdue_days"]) == ("started", "delayed", 2)
        assert late["light_reason"] == "计划 2026-11-22 完工，已超期 2 天"

    def test_items_of_one_compound_only(self) -> None:
        register = underway().compound("d").item("x", "d")
        assert register.index().item_states("d", as_of=TODAY).index.tolist() == ["x"]
        assert register.index().item_states("nowhere", as_of=TODAY).empty

    def test_an_unfinished_item_of_a_suspended_compound_is_red(self) -> None:
        register = underway(100).item("x").report("x", "2026-11-01", 80).event("suspended", "2026-11-02")
        assert [register.item_state(item)["light"] for item in ("w", "x")] == ["completed", "delayed"]

    def test_an_item_nobody_dated_or_reported_is_unknown(self) -> None:
        state = underway().item("x").item_state("x")
        assert (state["state"], state["light"]) == ("unknown", "unknown")
        assert pd.isna(state["last_reported_on"])


class TestEstates:
    def estate(self, **progress: float | None) -> Register:
        """One estate `e` whose compounds each have one item with one report (None: no record at all)."""
        register = Register().estate("e")
        for name, value in progress.items():
            register.compound(name, estate="e").item(f"{name}-w", name)
            if value is not None:
                register.report(f"{name}-w", "2026-05-01", value)
        return register

    @pytest.mark.parametrize(
        ("progress", "status"),
        [
            ({"a": 10, "b": 0}, "started"),
            ({"a": 100, "b": 0}, "started"),
            ({"a": 100, "b": 100}, "completed"),
            ({"a": 0, "b": 0}, "not_started"),
            ({"a": 0, "b": None}, "unknown"),
            ({"a": 10, "b": None}, "started"),
            ({"a": 100, "b": None}, "started"),
            ({}, "unknown"),
        ],
    )
    def test_started_by_any_completed_by_all(self, progress: dict[str, float | None], status: str) -> None:
        assert self.estate(**progress).estates()["status"].tolist() == [status]

    def test_an_estate_is_as_far_as_its_slowest_compound(self) -> None:
        register = self.estate(a=100, b=100).event("handover", "2026-06-01", compound="a")
        assert register.estates()["status"].tolist() == ["completed"]
        assert register.event("acceptance", "2026-06-01", compound="b").estates()["status"].tolist() == [
            "accepted"
        ]

    def test_completion_can_ask_for_acceptance(self) -> None:
        rule = CountingRule(estate_completed_when=EstateCompletion.ALL_COMPOUNDS_ACCEPTED)
        register = self.estate(a=100)
        assert register.estates(rule=rule)["status"].tolist() == ["started"]
        accepted = register.event("acceptance", "2026-06-01", compound="a")
        assert accepted.estates(rule=rule)["status"].tolist() == ["accepted"]

    def test_suspended_only_while_no_other_compound_is_under_way(self) -> None:
        register = self.estate(a=30, b=30).event("suspended", "2026-06-01", compound="a")
        assert register.estates()["status"].tolist() == ["started"]
        assert register.event("suspended", "2026-06-02", compound="b").estates()["status"].tolist() == [
            "suspended"
        ]

    def test_removed_compounds_do_not_speak_for_their_estate(self) -> None:
        register = self.estate(a=100, b=0).event("removed", "2026-06-01", compound="b")
        row = register.estates().loc["e"]
        assert (row["status"], row["compounds"], row["compounds_removed"], row["households"]) == (
            "completed",
            1,
            1,
            100,
        )

    def test_an_estate_is_removed_when_all_its_compounds_are(self) -> None:
        row = self.estate(a=10).event("removed", "2026-06-01", compound="a").estates().loc["e"]
        assert (row["status"], row["light"], row["compounds"], row["households"]) == (
            "removed",
            "removed",
            0,
            100,
        )

    def test_missing_households_are_counted_not_summed_as_zero(self) -> None:
        register = Register().estate("e").estate("f")
        register.compound("a", estate="e", households=40).compound("b", estate="e", households=None)
        register.compound("c", estate="f", households=None)
        estates = register.estates()
        assert estates["households"].tolist() == [40, pd.NA]
        assert estates["households_missing"].tolist() == [1, 1]

    def test_the_worst_light_of_its_compounds_is_the_light_of_the_estate(self) -> None:
        register = self.estate(a=100, b=30).event("suspended", "2026-06-01", compound="b")
        assert register.estates()["light"].tolist() == ["delayed"]
        assert self.estate(a=100, b=30).estates()["light"].tolist() == ["unknown"]
        assert self.estate(a=100).estates()["light"].tolist() == ["completed"]

    def test_a_compound_without_state_is_refused(self) -> None:
        register = self.estate(a=10)
        states = register.states().iloc[:0]
        with pytest.raises(BadValue, match="楼院 a 没有状态"):
            estate_states(register.frame("estate"), register.frame("compound"), states)


class TestShape:
    def test_empty_frames_give_empty_states_with_the_same_columns(self) -> None:
        empty, full = Register(), underway()
        assert empty.states().empty
        assert empty.states().dtypes.equals(full.states().dtypes)
        assert empty.index().item_states(as_of=TODAY).empty
        assert empty.estates().empty

    def test_rows_keep_the_order_of_the_register(self) -> None:
        register = Register().compound("z").compound("a").compound("m")
        assert register.states().index.tolist() == ["z", "a", "m"]
        assert register.states().index.name == "id"

    def test_arguments_are_left_as_they_were(self) -> None:
        register = underway().event("design", "2026-01-01").permit("w", "archaeology", "required")
        layers = ("compound", "work_item", "progress_report", "stage_event", "permit")
        frames = [register.frame(layer) for layer in layers]
        before = [frame.copy(deep=True) for frame in frames]
        ProgressIndex.build(*frames).states(as_of=TODAY)
        for frame, copy in zip(frames, before, strict=True):
            pd.testing.assert_frame_equal(frame, copy)

    def test_the_index_cannot_be_changed(self) -> None:
        records = underway().index().records
        for part in (records.reports, records.stages, records.items, records.permits):
            arrays = [getattr(part, field.name) for field in dataclasses.fields(part)]
            assert not any(array.flags.writeable for array in arrays if isinstance(array, np.ndarray))

    def test_every_code_is_of_its_closed_list(self) -> None:
        states = underway(20).compound("d").event("removed", "2026-01-01", compound="d").states()
        for column, terms in (("status", ReportingStatus), ("stage_class", StageClass), ("light", Light)):
            assert set(states[column]) <= {term.value for term in terms}

    def test_a_works_type_that_no_list_knows_is_named_by_its_code(self) -> None:
        register = one().item("w", works="Z99", finish=days_ago(1)).report("w", "2026-11-01", 10)
        assert register.state()["light_reason"].startswith("Z99：")


# --- laws ---------------------------------------------------------------------------------------------

DAY0 = date(2026, 1, 1)
SPAN = 60


def law(test: Callable[..., None]) -> Callable[..., None]:
    """A property test without time limit per example, and with fewer of them: each is a whole register."""
    fewer = settings(deadline=None, max_examples=max(settings().max_examples // 2, 1))
    return pytest.mark.property(fewer(test))


@st.composite
def registers(draw: st.DrawFn, *, monotone: bool = False, planned: bool = True) -> Register:
    """Up to 3 compounds with items, reports and events within 60 days; `monotone`: progress never falls."""
    register = Register()
    day = st.integers(0, SPAN)
    for c in range(draw(st.integers(1, 3))):
        register.compound(f"c{c}")
        for w in range(draw(st.integers(0, 3))):
            name = f"c{c}-w{w}"
            start = draw(st.none() | day) if planned else None
            finish = None if start is None else start + draw(st.integers(0, 30))
            budget = draw(st.none() | st.integers(1, 9))
            register.item(name, f"c{c}", start=_iso(start), finish=_iso(finish), budget=budget)
            steps = draw(st.lists(st.tuples(day, st.sampled_from([0, 10, 50, 90, 100])), max_size=4))
            if monotone:
                steps = list(zip(sorted(d for d, _ in steps), sorted(p for _, p in steps), strict=True))
            for reported, progress in steps:
                earlier = [
                    row["id"] for row in register.rows["progress_report"] if row["work_item_id"] == name
                ]
                wrong = None if monotone or not earlier else draw(st.none() | st.sampled_from(earlier))
                register.report(name, _iso(reported) or "", progress, corrects=wrong)
        stages = [stage.value for stage in Stage]
        for happened in draw(st.lists(day, max_size=3)):
            codes = stages if monotone else [*stages, "suspended", "resumed", "removed"]
            register.event(draw(st.sampled_from(codes)), _iso(happened), compound=f"c{c}")
    return register


def _iso(offset: int | None) -> str | None:
    return None if offset is None else (DAY0 + timedelta(days=offset)).isoformat()


def _at(offset: int) -> date:
    return DAY0 + timedelta(days=offset)


@law
@given(registers(monotone=True), st.integers(0, SPAN), st.integers(0, SPAN))
def test_a_later_day_never_takes_back_a_start_or_a_completion(register: Register, one: int, two: int) -> None:
    """As long as progress only rises, nothing is corrected or interrupted, and records do not contradict."""
    done = ["completed", "accepted", "handed_over"]
    first, later = (register.states(_at(offset)) for offset in sorted((one, two)))
    consistent = ~(later["contradiction"] | first["contradiction"])
    for reached in (done, ["started", *done]):
        assert not (first["status"].isin(reached) & ~later["status"].isin(reached) & consistent).any()


@law
@given(registers(), st.integers(0, SPAN), st.data())
def test_unknown_never_becomes_not_started_when_rows_are_removed(
    register: Register, offset: int, data: st.DataObject
) -> None:
    for row in register.rows["progress_report"]:
        row["corrects_id"] = None  # to remove a correction is to bring another row back
    before = register.states(_at(offset))["status"]
    for layer in ("progress_report", "stage_event"):
        rows = register.rows[layer]
        register.rows[layer] = [row for row in rows if data.draw(st.booleans())]
    after = register.states(_at(offset))["status"]
    assert (after[before == "unknown"] == "unknown").all()


@law
@given(registers(), st.integers(0, SPAN), st.integers(0, 20))
def test_what_a_revision_did_not_know_changes_nothing(register: Register, offset: int, known: int) -> None:
    asked = register.states(_at(offset), known_at=known)
    for layer in ("progress_report", "stage_event"):
        register.rows[layer] = [row for row in register.rows[layer] if row["revision"] <= known]
    pd.testing.assert_frame_equal(asked, register.states(_at(offset)))


@law
@given(registers(), st.integers(0, SPAN), st.integers(0, 100), st.data())
def test_a_correction_changes_its_own_item_only(
    register: Register, offset: int, progress: int, data: st.DataObject
) -> None:
    reports = register.rows["progress_report"]
    if not reports:
        return
    wrong = data.draw(st.sampled_from(reports))
    columns = ["progress_pct", "last_reported_on"]
    before = register.index().item_states(as_of=_at(offset))[columns]
    register.report(wrong["work_item_id"], wrong["reported_on"].isoformat(), progress, corrects=wrong["id"])
    after = register.index().item_states(as_of=_at(offset))[columns]
    others = before.index != wrong["work_item_id"]
    pd.testing.assert_series_equal(after["last_reported_on"][others], before["last_reported_on"][others])
    # Without reports an item of the same compound may turn from 0 to unknown: whether works began has changed.
    neighbour = before.index.str.startswith(wrong["work_item_id"].split("-")[0])
    untouched = others & (before["last_reported_on"].notna() | ~neighbour)
    pd.testing.assert_frame_equal(after[untouched], before[untouched])


@law
@given(registers(), st.integers(0, SPAN))
def test_progress_lies_between_its_items_and_deviation_is_actual_less_plan(
    register: Register, offset: int
) -> None:
    states = register.states(_at(offset))
    items = register.index().item_states(as_of=_at(offset))
    for compound, state in states.iterrows():
        known = items[items["compound_id"] == compound]["progress_pct"].dropna()
        assert len(known) == state["items_known"]
        if len(known):
            assert known.min() - 1e-9 <= state["progress_pct"] <= known.max() + 1e-9
        else:
            assert pd.isna(state["progress_pct"])
    dated = items.groupby("compound_id")["planned_pct"].count().reindex(states.index, fill_value=0)
    whole = (dated == states["items"]) & (states["items_known"] > 0)
    gap = (states["progress_pct"] - states["planned_pct"] - states["deviation_pp"])[whole]
    assert (gap.abs() < 1e-6).all()


@law
@given(registers(), st.integers(0, SPAN))
def test_every_light_has_a_reason_and_matches_its_status(register: Register, offset: int) -> None:
    states = register.states(_at(offset))
    assert (states["light_reason"].str.len() > 0).all()
    assert not states["light_reason"].str.contains("nan|None|[{}]").any()
    assert ((states["status"] == "unknown") <= (states["light"] == "unknown")).all()
    assert ((states["light"] == "not_started") <= (states["status"] == "not_started")).all()
    assert (states["light"] != "heritage_hold").all()


@law
@given(registers(), st.integers(0, SPAN), st.randoms())
def test_the_order_of_compounds_and_items_does_not_matter(
    register: Register, offset: int, shuffle: Callable[..., None]
) -> None:
    before = register.states(_at(offset)).drop(columns="light_reason")
    for layer in ("compound", "work_item"):
        shuffle.shuffle(register.rows[layer])  # type: ignore[attr-defined]
    after = register.states(_at(offset)).drop(columns="light_reason").loc[before.index]
    pd.testing.assert_frame_equal(after, before)


def test_frames_of_the_test_register_have_the_columns_of_the_store() -> None:
    assert {"reported_on", "corrects_id", "revision"} <= set(frame_of("progress_report", []).columns)
