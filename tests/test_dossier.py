"""The dossier: time drawn as fuzzy as it is known, what each block says, and how a correction is saved."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from cartography import timeline
from cartography.timeline import Axis, Span
from geodata.errors import StoreReadOnly
from geodata.honesty import FuzzyDate
from geodata.store import Snapshot, Store, engine
from geodata.vocabulary import DatePrecision, StageClass
from geodata.wording import fuzzy
from tests.shown_store import shown
from tests.small_store import DRAWN, RING_SQUARE, SOURCED, day, recorded, report
from ui import (
    case,
    changes,
    compound_data,
    data,
    dossier_figures,
    dossier_map,
    facts_form,
    record_forms,
    records,
    saving,
    worklist,
)
from ui import timeline as strips
from ui.case import Case
from ui.facts_form import Draft

TODAY = date(2026, 11, 24)
HOSTILE = "<script>alert(1)</script>${alert(2)} \"'\n第二行"
YEAR = Axis(date(2026, 1, 1), date(2026, 12, 31))


def exact(iso: str) -> FuzzyDate:
    return FuzzyDate.day(date.fromisoformat(iso))


def around(iso: str, precision: DatePrecision) -> FuzzyDate:
    return FuzzyDate.around(date.fromisoformat(iso), precision)


NO_DATE = FuzzyDate(None, None, DatePrecision.UNKNOWN)


class TestAxis:
    def test_it_holds_whole_months_and_at_least_half_a_year(self) -> None:
        axis = timeline.axis_of([None], as_of=TODAY)
        assert axis.first == date(2026, 11, 1)
        assert axis.last == date(2027, 5, 31)

    def test_the_last_day_of_a_span_is_inside_it(self) -> None:
        assert YEAR.span(date(2026, 1, 1), date(2026, 12, 31)) == Span(0, 100)
        assert YEAR.span(TODAY, TODAY).width == pytest.approx(100 / 365)

    @given(st.dates(date(2020, 1, 1), date(2032, 1, 1)), st.dates(date(2020, 1, 1), date(2032, 1, 1)))
    def test_an_earlier_day_never_lies_further_right(self, one: date, other: date) -> None:
        early, late = sorted((one, other))
        assert 0 <= YEAR.at(early) <= YEAR.at(late) <= 100

    @pytest.mark.parametrize("years", [1, 2, 5, 9])
    def test_ticks_stay_few_and_january_bears_the_year(self, years: int) -> None:
        marks = timeline.ticks(Axis(date(2020, 1, 1), date(2020 + years, 6, 30)))
        assert 0 < len(marks) <= 9
        assert sum(tick.is_year for tick in marks) >= 1
        assert all(tick.is_year == tick.label.endswith("年") for tick in marks)


class TestBar:
    def test_exact_dates_give_a_bar_without_blurred_ends(self) -> None:
        bar = timeline.bar(exact("2026-03-01"), exact("2026-06-30"), YEAR)
        assert bar
        assert bar.begins is bar.ends is None
        assert bar.core == YEAR.span(date(2026, 3, 1), date(2026, 6, 30))

    def test_a_blurred_end_runs_over_every_possible_day(self) -> None:
        bar = timeline.bar(exact("2026-03-01"), around("2026-11-25", DatePrecision.TEN_DAYS), YEAR)
        assert bar
        assert bar.ends == YEAR.span(date(2026, 11, 21), date(2026, 11, 30))
        assert bar.core
        assert bar.core.right == pytest.approx(bar.ends.left)

    def test_two_dates_of_one_quarter_leave_no_day_certain(self) -> None:
        quarter = around("2026-05-01", DatePrecision.QUARTER)
        bar = timeline.bar(quarter, quarter, YEAR)
        assert bar
        assert bar.core is None
        assert bar.begins
        assert bar.ends
        assert bar.begins.right == pytest.approx(bar.ends.left)

    def test_an_unknown_finish_stays_open(self) -> None:
        bar = timeline.bar(exact("2026-03-01"), NO_DATE, YEAR)
        assert bar
        assert bar.open_end
        assert not bar.open_start

    def test_without_any_date_there_is_no_bar(self) -> None:
        assert timeline.bar(NO_DATE, NO_DATE, YEAR) is None

    @given(st.data())
    def test_pieces_never_overlap_and_cover_all_possible_days(self, draw: st.DataObject) -> None:
        days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
        known = st.sampled_from([term for term in DatePrecision if term is not DatePrecision.UNKNOWN])
        start, finish = sorted(
            (FuzzyDate.around(draw.draw(days), draw.draw(known)) for _ in range(2)),
            key=lambda value: (value.first, value.last),
        )
        bar = timeline.bar(start, finish, YEAR)
        assert bar
        pieces = [piece for piece in (bar.begins, bar.core, bar.ends) if piece]
        assert start.first
        assert finish.last
        assert pieces[0].left == pytest.approx(YEAR.at(start.first))
        assert pieces[-1].right == pytest.approx(YEAR.span(finish.last, finish.last).right)
        for former, following in itertools.pairwise(pieces):
            assert former.right == pytest.approx(following.left)


class TestLane:
    def test_each_stage_lasts_until_the_next_may_have_begun(self) -> None:
        first, second = timeline.lane(
            [("design", exact("2026-02-01")), ("construction", around("2026-05-01", DatePrecision.MONTH))],
            YEAR,
            until=TODAY,
        )
        assert first.certain == YEAR.span(date(2026, 2, 1), date(2026, 4, 30))
        assert second.blur == YEAR.span(date(2026, 5, 1), date(2026, 5, 31))
        assert second.certain == YEAR.span(date(2026, 6, 1), TODAY)
        assert second.former is StageClass.PREPARATION

    def test_works_go_on_after_a_stop(self) -> None:
        codes = ("construction", "suspended", "resumed")
        segments = timeline.lane([(code, exact("2026-05-01")) for code in codes], YEAR, until=TODAY)
        assert [segment.group for segment in segments] == [
            StageClass.CONSTRUCTION,
            StageClass.SUSPENDED,
            StageClass.CONSTRUCTION,
        ]

    def test_a_stage_without_date_is_not_drawn(self) -> None:
        assert timeline.lane([("construction", NO_DATE)], YEAR, until=TODAY) == []

    def test_the_curve_is_a_picture_without_text(self) -> None:
        picture = timeline.curve([(TODAY, 50.0)], [(TODAY, 40.0)], YEAR, as_of=TODAY)
        assert picture.startswith("<img ")
        assert "text" not in picture


# ---- on a real store ------------------------------------------------------------------------------------------


@pytest.fixture
def pages(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The small store as the pages see it, with empty caches and a fixed business date."""
    with shown(small_store, tmp_path, monkeypatch, business_date=TODAY):
        yield small_store


def snapshot() -> Snapshot:
    return data.snapshot()


def load(compound: str = "C1", as_of: date = TODAY) -> Case:
    return case.load(snapshot(), compound, as_of)


def add(store: Store, layer: str, **values: Any) -> None:
    """One more row, in a save of its own."""
    with store.commit(author="张三", reason="补录") as save:
        save.insert(layer, values)


def change(store: Store, author: str = "李四", **values: Any) -> None:
    """Somebody else's save of compound C1."""
    row = store.row("compound", "C1")
    assert row
    with store.commit(author=author, reason="另一人") as save:
        save.update("compound", "C1", values, version=row["version"])


class TestWhatIsSaid:
    def test_an_unknown_fact_says_so_and_is_never_zero(self, pages: Store) -> None:
        said = records.facts(load("C4"))
        assert said.count("暂无数据来源") >= 8
        assert ">0 " not in said

    def test_every_block_names_source_and_data_status(self, pages: Store) -> None:
        assert "来源：测试" in records.facts(load())
        assert "演示数据" in records.facts(load())
        assert "演示数据" in records.progress(load())

    def test_the_distance_to_the_wall_says_what_it_is_not(self, pages: Store) -> None:
        assert records.wall(load()) == "没有城垣线数据，无法量算"
        wall = LineString([(113.6821, 34.749), (113.6821, 34.753)])
        add(pages, "heritage_site", id="H", name="郑州商城遗址", **SOURCED)
        add(pages, "heritage_line", site_id="H", kind="surviving_wall", geometry=wall, **DRAWN)
        said = records.wall(load())
        assert said.startswith("约 101 m")
        assert "不是到遗址的距离：遗址约 25 km²" in said
        assert records.wall(load("C3")) == "没有边界，无法量算"

    def test_a_quote_keeps_its_qualifier_and_its_caveat(self, pages: Store) -> None:
        fact = {"subject": "拆除违建面积", "quantity": 800.0, "unit": "平方米", "approx": "under"}
        add(
            pages,
            "reported_fact",
            compound_id="C1",
            quoted="近800平方米违建",
            caveat="略少于",
            **fact,
            **SOURCED,
        )
        said = records.quotes(load())
        assert "“近800平方米违建”" in said
        assert "近800平方米" in said
        assert "读数须知：略少于" in said
        assert "报道原文" in said

    def test_there_is_no_share_without_a_plan(self, pages: Store) -> None:
        add(pages, "funding", compound_id="C1", fund_source="district", arrived_cny=5e4, **SOURCED)
        said = records.funding(load())
        assert "5.0 万元" in said
        assert "%" not in said

    def test_a_total_with_an_unknown_part_is_unknown(self, pages: Store) -> None:
        add(pages, "funding", compound_id="C1", fund_source="district", planned_cny=5e4, **SOURCED)
        add(pages, "funding", compound_id="C1", fund_source="resident", **SOURCED)
        total = records.funding(load()).split("合计")[1]
        assert "万元" not in total

    def test_a_corrected_report_is_struck_through(self, pages: Store) -> None:
        add(pages, "progress_report", **report("W1", "2026-11-12", 30, corrects_id="R1"))
        said = records.progress(load())
        assert '<s title="已被更正">40%</s>' in said
        assert "更正 2026-11-10 填报的 40%" in said

    def test_a_date_that_nobody_knows_is_not_made_up(self, pages: Store) -> None:
        add(
            pages,
            "stage_event",
            **recorded(compound_id="C2", stage="construction", occurred_precision="unknown"),
        )
        assert case.since_text(load("C2")) == "开始日期不详，2026-11-20 登记"
        assert "日期不详：施工" in strips.chart(load("C2"), "national")

    def test_items_stand_in_both_classifications(self, pages: Store) -> None:
        assert "基础类" in strips.chart(load(), "national")
        assert "基础设施" in strips.chart(load(), "local")

    def test_nothing_completed_is_said_of_items_nobody_reported_on(self, pages: Store) -> None:
        assert '<div class="n">—<small>/1 项' in dossier_figures.figures(load("C2"))

    def test_a_past_day_leaves_out_what_came_later_and_says_so(self, pages: Store) -> None:
        past = load(as_of=date(2026, 11, 1))
        assert past.reports.empty
        assert past.later >= 1
        assert "按现有记录" in dossier_figures.title(past)

    def test_a_compound_without_place_has_no_view(self, pages: Store) -> None:
        rows = data.frame(snapshot(), "compound")
        assert dossier_map.around(rows.loc["C4"]) is None
        view = dossier_map.around(rows.loc["C3"])
        assert view
        (south, west), (north, east) = view
        assert south < 34.76 < north
        assert west < 113.69 < east

    @pytest.mark.parametrize(
        "block", [records.facts, dossier_figures.title, lambda now: strips.chart(now, "local")]
    )
    def test_hostile_text_is_shown_as_itself(self, pages: Store, block: Any) -> None:
        change(pages, **dict.fromkeys(("name", "aliases", "address", "leader", "source", "note"), HOSTILE))
        add(pages, "work_item", compound_id="C1", type_code="B01", name=HOSTILE, **SOURCED)
        said = block(load())
        assert "<script" not in said
        assert "&lt;script&gt;" in said


class TestChanges:
    def test_a_change_shows_who_when_why_and_both_values(self, pages: Store) -> None:
        change(pages, ownership="reform", households=90)
        said = changes.listing(snapshot(), compound_data.history(snapshot(), "C1"))
        assert "李四" in said
        assert "修订 4，原因：另一人" in said
        assert "<i>户数</i><s>120</s> → <b>90</b>" in said
        assert "<i>产权性质</i><s>空</s> → <b>房改房</b>" in said

    def test_the_time_is_that_of_shanghai(self, pages: Store) -> None:
        history = compound_data.history(snapshot(), "C1").head(1)
        history = history.assign(at=[pd.Timestamp("2026-11-23T20:30:00", tz="UTC").to_pydatetime()])
        assert "2026-11-24 04:30" in changes.listing(snapshot(), history)

    def test_a_boundary_is_told_by_its_area(self, pages: Store) -> None:
        change(pages, geometry=RING_SQUARE)
        said = changes.listing(snapshot(), compound_data.history(snapshot(), "C1"))
        assert "<i>边界已修改</i><s>面积 10,1" in said
        assert "0106" not in said

    def test_reports_events_and_works_of_the_compound_are_among_them(self, pages: Store) -> None:
        layers = set(compound_data.history(snapshot(), "C1")["layer"])
        assert layers == {"compound", "work_item", "stage_event", "progress_report"}

    def test_what_a_save_added_in_bulk_stands_as_one_line(self, pages: Store) -> None:
        with pages.commit(author="张三", reason="批量") as save:
            save.insert_many("progress_report", [report("W1", f"2026-11-1{n}", 50 + n) for n in range(5)])
        said = changes.listing(snapshot(), compound_data.history(snapshot(), "C1"))
        assert "新增进度填报 5 条" in said
        assert said.count("数据来源") < 8

    def test_hostile_authors_and_values_are_shown_as_themselves(self, pages: Store) -> None:
        change(pages, author=HOSTILE, name=HOSTILE)
        assert "<script" not in changes.listing(snapshot(), compound_data.history(snapshot(), "C1"))


def opened() -> Draft:
    """A form that was just opened on C1."""
    row = data.stored("compound", "C1")
    assert row
    return Draft("C1", 1, row, row["version"])


def typed(now: Draft, **values: Any) -> dict[str, Any]:
    """What the form holds: the row as it was opened, with some fields typed over."""
    return {column: now.opened.get(column) for column in facts_form.COLUMNS} | values


def faults_of(**values: Any) -> str:
    now = opened()
    found = facts_form.faults(snapshot(), typed(now, **values), has_boundary=True, today=TODAY)
    return "\n".join(fault.text() for fault in found)


class TestCorrectingFacts:
    def test_only_what_differs_is_saved(self, pages: Store) -> None:
        now = opened()
        assert saving.changes("compound", now.opened, typed(now, households=121)) == {"households": 121}
        assert saving.changes("compound", now.opened, typed(now, households=None)) == {"households": None}

    def test_the_new_value_stands_with_author_and_reason(self, pages: Store) -> None:
        outcome = facts_form.write(opened(), {"households": 121}, reason="入户核对", author="王五")
        assert outcome.revision == 4
        last = pages.audit(layer="compound", record_ids=["C1"]).iloc[0]
        assert (last["author"], last["reason"], last["before"]) == ("王五", "入户核对", {"households": 120})
        assert load().row["households"] == 121

    def test_an_invented_compound_stays_invented(self, pages: Store) -> None:
        facts_form.write(opened(), {"households": 121}, reason="核对", author="王五")
        assert load().row["data_status"] == "synthetic"

    def test_all_faults_are_named_at_once_with_value_and_remedy(self, pages: Store) -> None:
        said = faults_of(name=" ", households=-5, built_year=1700, position_lon=113.7)
        assert "楼院名称（空）：必须填写" in said or "楼院名称“ ”" in said
        assert "户数“-5”：不能小于 0；请改正，不知道的请留空" in said
        assert "建成年份“1700”：应在 1900 到 2026 之间" in said
        assert "位置纬度（空）：经度、纬度要么都填" in said

    def test_facts_as_they_are_have_no_fault(self, pages: Store) -> None:
        assert faults_of() == ""

    def test_a_boundary_and_its_status_must_agree(self, pages: Store) -> None:
        assert "该楼院已有边界" in faults_of(boundary_status="missing")
        found = facts_form.faults(snapshot(), typed(opened()), has_boundary=False, today=TODAY)
        assert "没有边界" in found[0].text()

    def test_an_estate_of_another_street_is_refused(self, pages: Store) -> None:
        add(
            pages,
            "street_office",
            id="S2",
            name="东大街街道",
            in_totals=True,
            boundary_status="synthetic",
            **SOURCED,
        )
        assert "所属小区“演示小区”：不属于所选街道" in faults_of(street_code="S2")


class TestSomebodyWasFaster:
    def clash(self, pages: Store, **mine: Any) -> Draft:
        """A form opened before somebody else saved households 99 and a leader."""
        now = opened()
        change(pages, households=99, leader="分包领导A")
        outcome = facts_form.write(now, mine, reason="核对", author="王五")
        assert outcome.stale
        assert not outcome.saved
        return now

    def test_nothing_is_saved_and_every_difference_is_shown(self, pages: Store) -> None:
        now = self.clash(pages, households=121, address="演示路1号")
        shown = {clash.column: (clash.opened, clash.mine, clash.theirs) for clash in now.clashes}
        assert shown == {
            "address": (None, "演示路1号", None),
            "households": (120, 121, 99),
            "leader": (None, None, "分包领导A"),
        }
        assert load().row["households"] == 99

    def test_a_field_that_both_changed_must_be_chosen(self, pages: Store) -> None:
        now = self.clash(pages, households=121)
        assert [clash.column for clash in now.clashes if clash.both] == ["households"]
        outcome = facts_form.settle(
            now, {"households": None, "leader": "theirs"}, reason="核对", author="王五"
        )
        assert "户数（空）：两边的值不同" in outcome.faults[0].text()

    def test_the_choice_is_saved_and_the_rest_stays_theirs(self, pages: Store) -> None:
        now = self.clash(pages, households=121)
        outcome = facts_form.settle(
            now, {"households": "mine", "leader": "theirs"}, reason="核对", author="王五"
        )
        assert outcome.saved
        assert (load().row["households"], load().row["leader"]) == (121, "分包领导A")

    def test_a_third_save_in_between_asks_again(self, pages: Store) -> None:
        now = self.clash(pages, households=121)
        change(pages, households=77)
        outcome = facts_form.settle(
            now, {"households": "mine", "leader": "theirs"}, reason="核对", author="王五"
        )
        assert outcome.stale
        assert {clash.column: clash.theirs for clash in now.clashes}["households"] == 77

    def test_the_same_values_from_somebody_else_are_no_save_of_mine(self, pages: Store) -> None:
        now = opened()
        change(pages, households=121)
        outcome = facts_form.write(now, {"households": 121}, reason="核对", author="王五")
        assert outcome.closed
        assert not outcome.saved
        assert snapshot().revision == 4

    def test_keeping_theirs_altogether_saves_nothing(self, pages: Store) -> None:
        now = self.clash(pages, households=121)
        outcome = facts_form.settle(
            now, {"households": "theirs", "leader": "theirs"}, reason="核对", author="王五"
        )
        assert outcome.closed
        assert snapshot().revision == 4


class TestTheStoreRefuses:
    def test_a_locked_store_answers_with_a_message(
        self, pages: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
        now = opened()
        data.forget()
        with pages.commit(author="张三") as save:
            save.insert("estate", {"name": "占用", "street_code": "S1", **SOURCED})
            outcome = facts_form.write(now, {"households": 1}, reason="核对", author="王五")
        assert "正被另一个程序写入" in outcome.message
        assert not outcome.saved

    def test_a_read_only_store_answers_with_a_message(self) -> None:
        class ReadOnly:
            def commit(self, **_: Any) -> Any:
                raise StoreReadOnly("数据库只能读取；没有保存任何内容。")

        outcome = saving.attempt(ReadOnly(), author="王五", reason="核对", work=lambda _: None)  # type: ignore[arg-type]
        assert outcome.message == "数据库只能读取；没有保存任何内容。"


def typed_report(**values: Any) -> dict[str, Any]:
    given = {
        "work_item_id": "W1",
        "reported_on": TODAY,
        "progress_pct": 60.0,
        "paid_cny": None,
        "corrects_id": None,
    }
    return {**given, "data_status": "official", "source": "本人填报", "note": None, **values}


def save_report(*, went_back: bool = False, reason: str = "周报", **values: Any) -> saving.Outcome:
    return record_forms.save_report(
        load(), typed_report(**values), went_back=went_back, reason=reason, author="王五"
    )


class TestReporting:
    def test_a_report_is_added_and_shows_at_once(self, pages: Store) -> None:
        assert save_report().saved
        newest = load().reports.iloc[-1]
        assert (newest["progress_pct"], newest["recorded_by"], newest["data_status"]) == (
            60,
            "王五",
            "official",
        )
        assert load().items.loc["W1", "progress_pct"] == 60

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"reported_on": date(2026, 11, 25)}, "填报日期“2026-11-25”：晚于业务日期 2026-11-24"),
            ({"progress_pct": 101.0}, "形象进度（%）“101.0”：应在 0 到 100 之间"),
            ({"progress_pct": None}, "形象进度（%）（空）：必须填写"),
            ({"paid_cny": -1.0}, "累计支付（元）“-1.0”：不能小于 0"),
            ({"source": " "}, "数据来源（空）：必须填写"),
            ({"reason": " "}, "原因（空）：必须填写"),
            ({"progress_pct": 10.0}, "低于 2026-11-10 填报的 40%"),
        ],
    )
    def test_a_wrong_value_is_named_and_nothing_is_saved(self, pages: Store, values: Any, said: str) -> None:
        outcome = save_report(**values)
        assert said in "\n".join(fault.text() for fault in outcome.faults)
        assert snapshot().revision == 3

    def test_a_lower_value_is_a_correction_or_a_real_loss(self, pages: Store) -> None:
        assert save_report(progress_pct=30.0, corrects_id="R1", reported_on=date(2026, 11, 10)).saved
        assert load().corrected == {"R1": load().reports.index[-1]}
        assert save_report(progress_pct=20.0, went_back=True).saved

    def test_the_same_day_is_reported_once_and_then_only_corrected(self, pages: Store) -> None:
        assert save_report(progress_pct=60.0).saved
        second = save_report(progress_pct=70.0)
        assert "王五 已填报同一工程项 2026-11-24 的进度：库里 60%，您填 70%" in second.message
        first = load().reports.index[-1]
        assert save_report(progress_pct=70.0, corrects_id=first).saved
        assert load().items.loc["W1", "progress_pct"] == 70

    def test_a_second_correction_of_the_same_row_is_told_of_the_first(self, pages: Store) -> None:
        assert save_report(progress_pct=30.0, corrects_id="R1").saved
        assert "所选的那一条已被 王五 更正" in save_report(progress_pct=35.0, corrects_id="R1").message
        assert snapshot().revision == 4


def save_stage(*, precision: str = "day", on: date | None = TODAY, **values: Any) -> saving.Outcome:
    given = {"compound_id": "C1", "stage": "acceptance", "evidence": None, "corrects_id": None}
    row = {**given, "data_status": "official", "source": "本人填报", "note": None, **values}
    return record_forms.save_stage(load(), row, precision=precision, day=on, reason="登记", author="王五")


class TestStages:
    def test_a_fuzzy_date_is_stored_as_the_span_it_is(self, pages: Store) -> None:
        assert save_stage(precision="ten_days").saved
        newest = load().events
        newest = newest[newest["stage"] == "acceptance"].iloc[0]
        assert fuzzy(newest, "occurred") == around("2026-11-24", DatePrecision.TEN_DAYS)

    def test_the_same_stage_on_the_same_day_is_recorded_once(self, pages: Store) -> None:
        assert save_stage().saved
        assert "王五 已登记同一阶段" in save_stage().message
        assert save_stage(on=date(2026, 11, 20)).saved

    def test_an_unknown_date_needs_no_day(self, pages: Store) -> None:
        assert save_stage(precision="unknown", on=None).saved

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"stage": None}, "阶段（空）：必须选择"),
            ({"on": None}, "发生日期（空）：请选期内任一天"),
            ({"on": date(2026, 12, 5)}, "晚于业务日期"),
            ({"stage": "removed"}, "调出须有批准文号"),
            ({"stage": "resumed"}, "没有未复工的停工记录"),
        ],
    )
    def test_a_wrong_event_is_named_and_nothing_is_saved(self, pages: Store, values: Any, said: str) -> None:
        outcome = save_stage(**values)
        assert said in "\n".join(fault.text() for fault in outcome.faults)
        assert snapshot().revision == 3

    def test_a_removal_with_its_document_number_is_accepted(self, pages: Store) -> None:
        assert save_stage(stage="removed", evidence="改办〔2026〕3号").saved
        assert load().now["status"] == "removed"

    def test_works_resume_after_a_stop(self, pages: Store) -> None:
        assert save_stage(stage="suspended", on=date(2026, 11, 20)).saved
        assert "已在停工中" in save_stage(stage="suspended").faults[0].text()
        assert save_stage(stage="resumed").saved
        assert case.since_text(load()).endswith("2026-11-24 复工")


class TestWithoutBoundary:
    def test_none_is_silently_absent(self, pages: Store) -> None:
        listed = worklist.without_boundary(snapshot())
        assert set(listed.index) == {"C3", "C4"}

    def test_an_uncertain_position_says_so(self, pages: Store) -> None:
        listed = worklist.without_boundary(snapshot())
        assert worklist.position(listed.loc["C3"]) == "位置不确定 ±200 m"
        assert worklist.position(listed.loc["C4"]) == "没有位置"

    def test_the_counts_per_street_add_up(self, pages: Store) -> None:
        counts = worklist._counts(snapshot(), worklist.without_boundary(snapshot()), ())
        cells = counts.split("合计")[1]
        assert [part.split("<")[0] for part in cells.split("class=num>")[1:]] == ["2", "1", "1", "4"]


def test_dates_of_a_plan_are_drawn_for_the_items_of_the_store(pages: Store) -> None:
    add(
        pages, "work_item", compound_id="C1", type_code="B05", **SOURCED, **day("planned_start", "2026-04-01")
    )
    said = strips.chart(load(), "national")
    assert "plan open" in said
    assert "计划完工日期不详" in said
