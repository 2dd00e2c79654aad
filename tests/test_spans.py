"""Spans of compounds reckoned back from their finish, delays with since when, moves between two days, the core."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from analysis import history
from analysis.cores import core
from analysis.spans import delays, spans
from geodata.crs import METRIC_CRS
from geodata.errors import WrongCrs
from geodata.vocabulary import DatePrecision
from tests.small_register import TODAY, Register, around


def spans_of(register: Register, as_of: date = TODAY) -> pd.DataFrame:
    layers = {name: register.frame(layer) for name, layer in LAYERS.items()}
    index = register.frame("compound").index
    return spans(index, **layers, states=register.states(as_of), as_of=as_of)


LAYERS = {"items": "work_item", "reports": "progress_report", "events": "stage_event"}


def day(value: pd.Timestamp) -> str:
    return value.date().isoformat()


class TestSpans:
    def test_the_plan_runs_from_the_item_that_may_begin_first_to_the_one_that_may_end_last(self) -> None:
        register = Register().compound("c")
        register.item("a", start="2026-05-01", finish="2026-10-31")
        register.item("b", start="2026-03-01", finish="2026-06-30")
        row = spans_of(register).loc["c"]
        assert (day(row["planned_start_from"]), day(row["planned_finish_to"])) == ("2026-03-01", "2026-10-31")

    def test_a_fuzzy_date_stays_as_fuzzy_as_the_item_gives_it(self) -> None:
        last = around("2026-11-25", DatePrecision.TEN_DAYS)
        row = spans_of(Register().compound("c").item("a", start="2026-03-01", finish=last)).loc["c"]
        assert (row["planned_finish_precision"], day(row["planned_finish_from"])) == (
            "ten_days",
            "2026-11-21",
        )
        assert row["days_left"] == 6  # the last possible day, 30 November

    def test_a_compound_without_planned_dates_has_no_span_and_no_days_left(self) -> None:
        row = spans_of(Register().compound("c").item("a").item("b", finish="2026-12-01")).loc["c"]
        assert (row["items"], row["undated"]) == (2, 2)
        bare = spans_of(Register().compound("c").item("a")).loc["c"]
        assert pd.isna(bare["planned_finish_to"])
        assert bare["days_left"] is pd.NA

    def test_works_began_when_construction_was_recorded_no_more_exact_than_that(self) -> None:
        register = (
            Register()
            .compound("c")
            .item("a", start="2026-03-01", finish="2026-12-31")
            .report("a", "2026-05-10", 30)
        )
        register.event("construction", around("2026-04-15", DatePrecision.MONTH))
        row = spans_of(register).loc["c"]
        assert (row["actual_start_precision"], day(row["actual_start_to"])) == ("month", "2026-04-30")
        assert day(row["actual_until"]) == "2026-05-10"

    def test_without_a_record_of_construction_the_first_report_above_zero_begins_the_span(self) -> None:
        register = (
            Register().compound("c").item("a").report("a", "2026-05-01", 0).report("a", "2026-05-10", 30)
        )
        row = spans_of(register).loc["c"]
        assert day(row["actual_start_from"]) == "2026-05-10"

    def test_a_corrected_report_and_a_later_one_do_not_count(self) -> None:
        register = Register().compound("c").item("a").report("a", "2026-05-10", 30, code="r")
        register.report("a", "2026-06-10", 30, corrects="r").report("a", "2026-12-01", 90)
        row = spans_of(register).loc["c"]
        assert (day(row["actual_start_from"]), day(row["actual_until"])) == ("2026-06-10", "2026-06-10")

    def test_what_is_finished_ends_when_its_last_item_reached_the_whole_and_has_no_days_left(self) -> None:
        register = Register().compound("c").item("a", finish="2026-12-31").item("b", finish="2026-12-31")
        register.report("a", "2026-05-10", 100).report("b", "2026-07-10", 100).report("a", "2026-09-01", 100)
        row = spans_of(register).loc["c"]
        assert day(row["actual_until"]) == "2026-07-10"
        assert row["days_left"] is pd.NA


class TestDelays:
    def delays(self, register: Register) -> pd.DataFrame:
        items = register.index().item_states(as_of=TODAY)
        return delays(register.states(), items, register.frame("work_item"), as_of=TODAY)

    def test_a_delay_begins_the_day_after_the_last_possible_planned_day(self) -> None:
        last = around("2026-11-05", DatePrecision.TEN_DAYS)
        register = (
            Register().compound("c").item("a", start="2026-03-01", finish=last).report("a", "2026-11-01", 50)
        )
        row = self.delays(register).loc["c"]
        assert (day(row["since"]), row["days"]) == ("2026-11-11", 14)
        assert "已超期 14 天" in row["light_reason"]

    def test_a_stop_counts_from_its_day_and_a_lag_has_no_day_at_all(self) -> None:
        register = Register().compound("stopped").compound("lags")
        register.item("a", "stopped", start="2026-03-01", finish="2026-12-31").report("a", "2026-10-01", 50)
        register.event("construction", "2026-03-01", compound="stopped").event(
            "suspended", "2026-11-14", compound="stopped"
        )
        register.item("b", "lags", start="2026-01-01", finish="2026-12-31").report("b", "2026-11-20", 20)
        table = self.delays(register)
        assert table.loc["stopped", "days"] == 10
        assert table.loc["lags", "days"] is pd.NA
        assert list(table.index) == ["stopped", "lags"]

    def test_what_is_in_time_is_not_listed(self) -> None:
        register = (
            Register()
            .compound("c")
            .item("a", start="2026-03-01", finish="2027-12-31")
            .report("a", "2026-11-20", 60)
        )
        assert self.delays(register).empty


def test_moves_count_every_change_once_and_keep_what_was_not_there() -> None:
    before = pd.DataFrame({"light": ["on_track", "on_track", "unknown"]}, index=["a", "b", "gone"])
    after = pd.DataFrame({"light": ["delayed", "on_track", "unknown"]}, index=["a", "b", "new"])
    moved = history.movers(before, after, column="light")
    assert set(moved.index) == {"a", "gone", "new"}
    counted = history.moves(moved)
    assert counted["count"].sum() == 3
    assert set(zip(counted["before"], counted["after"], strict=True)) == {
        ("on_track", "delayed"),
        ("unknown", ""),
        ("", "unknown"),
    }


class TestCore:
    def test_far_compounds_do_not_widen_the_core(self) -> None:
        near = [box(n * 100, 0, n * 100 + 50, 50) for n in range(12)]
        far = [box(50_000, 0, 50_050, 50)]
        west, _, east, _ = core(gpd.GeoDataFrame(geometry=near + far, crs=METRIC_CRS)) or (0, 0, 0, 0)
        assert west >= 0
        assert east <= 1150

    def test_a_handful_of_compounds_has_none(self) -> None:
        assert core(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1), None], crs=METRIC_CRS)) is None

    def test_degrees_are_refused(self) -> None:
        with pytest.raises(WrongCrs):
            core(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4490"))
