"""The briefing: its sentence says only what the figures say, its scenes come worst first, its markup is harmless."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis.finding import Finding, district_finding, street_finding, worst_first
from analysis.progress import Figure, headline, progress_by, s_curve, totals
from analysis.shares import by_share_started
from cartography import sparkline
from tests.small_register import TODAY, Register, frame_of
from ui import briefing, briefing_parts

HOSTILE = '<script>alert("1")</script>'


def late(register: Register, compound: str, street: str) -> Register:
    """A compound with an estate of its own, long overdue."""
    register.estate(f"{compound}-e", street=street).compound(compound, estate=f"{compound}-e", street=street)
    item = f"{compound}-w"
    return register.item(item, compound, start="2026-01-01", finish="2026-06-01").report(
        item, "2026-05-01", 40
    )


def idle(register: Register, compound: str, street: str = "S1") -> Register:
    """A compound with an estate of its own and nothing on record."""
    return register.estate(f"{compound}-e", street=street).compound(
        compound, estate=f"{compound}-e", street=street
    )


def streets(*late_counts: int) -> Register:
    """Street offices S1, S2 … with so many late compounds each."""
    register = Register()
    for number, count in enumerate(late_counts, 1):
        register.street(f"S{number}")
        for place in range(count):
            late(register, f"c{number}{place}", f"S{number}")
    return register


def table_of(register: Register, as_of: date = TODAY) -> pd.DataFrame:
    """Progress per street office."""
    return progress_by(
        "street",
        groups=register.frame("street_office"),
        estates=register.frame("estate"),
        compounds=register.frame("compound"),
        states=register.states(as_of),
        estate_states=register.estates(as_of),
    )


def district(register: Register, as_of: date = TODAY) -> Finding:
    """The finding of the whole district."""
    return district_finding(
        table_of(register, as_of), register.states(as_of), as_of=as_of, today=TODAY, place="全区"
    )


def street(register: Register, code: str = "S1") -> Finding:
    """The finding of one street office."""
    there = (register.frame("compound")["street_code"] == code).to_numpy()
    row = table_of(register).set_index("code", drop=False).loc[code]
    return street_finding(row, register.states()[there], as_of=TODAY, today=TODAY)


# ---- the sentence -----------------------------------------------------------------------------------------


def test_the_sentence_counts_and_names_where_most_of_the_late_are() -> None:
    assert district(streets(3, 1, 1)).sentence == (
        "截至11月24日，全区 5 个小区已开工 5 个、尚无完工记录；5 个楼院严重滞后，其中 3 个在S1"
    )


@pytest.mark.parametrize(
    ("counts", "where"),
    [
        ((2,), "都在S1"),
        ((1, 0, 3, 1), "其中 3 个在S3"),
        ((2, 2, 1, 1), "其中 4 个在S1、S2"),
        ((1, 1), "分布在 2 个街道"),
        ((2, 1, 1, 1), "分布在 4 个街道"),
        ((1, 1, 1, 1, 1), "分布在 5 个街道"),
    ],
)
def test_streets_with_equal_counts_are_named_together_or_not_at_all(
    counts: tuple[int, ...], where: str
) -> None:
    assert district(streets(*counts)).phrases[-1].text.endswith(f"，{where}")


def test_only_the_clause_on_the_late_calls_for_action() -> None:
    assert [phrase.alarm for phrase in district(streets(1)).phrases] == [False, True]
    calm = (
        Register()
        .street("S1")
        .estate("e")
        .compound("c", estate="e")
        .item("w", start="2027-01-01", finish="2027-06-01")
    )
    assert [phrase.alarm for phrase in district(calm).phrases] == [False, False]


def test_without_any_record_nothing_is_said_of_started_or_late() -> None:
    finding = district(idle(Register().street("S1"), "c"))
    assert finding.sentence == "截至11月24日，全区 1 个小区都没有进展记录"
    assert finding.unknown == ("1 个小区没有进展记录，不等于未开工", "1 个楼院缺计划或记录，快慢无法判断")


def test_what_is_unknown_stands_beside_the_sentence() -> None:
    finding = district(idle(streets(1), "x"))
    assert "2 个小区已开工 1 个" in finding.sentence
    assert finding.unknown[0] == "1 个小区没有进展记录，不等于未开工"


def test_an_empty_register_is_said_to_be_empty() -> None:
    assert district(Register().street("S1")).sentence == "截至11月24日，全区没有登记的小区"


def test_a_street_outside_totals_is_not_counted() -> None:
    register = late(streets(1).street("S9", in_totals=False), "x", "S9")
    assert "全区 1 个小区" in district(register).sentence


def test_a_day_of_another_year_names_its_year() -> None:
    assert district(streets(1), date(2025, 12, 1)).sentence.startswith("截至2025年12月1日，")


def test_a_street_says_in_which_way_its_compounds_are_late() -> None:
    register = streets(2)
    assert street(register).phrases[-1].text == "2 个楼院严重滞后（均为超期）"
    register.event("construction", "2026-02-01", compound="c10").event(
        "suspended", "2026-07-01", compound="c10"
    )
    assert set(street(register).phrases[-1].text.split("（")[1].rstrip("）").split("、")) == {
        "超期 1",
        "停工 1",
    }


# ---- scenes -----------------------------------------------------------------------------------------------


def test_streets_come_by_share_of_late_compounds() -> None:
    register = late(streets(1, 2), "y", "S1")
    fine = (
        register.estate("f")
        .compound("z", estate="f", street="S2")
        .item("zw", "z")
        .report("zw", "2026-05-01", 100)
    )
    assert worst_first(table_of(fine)) == ["S1", "S2"]


def test_a_street_without_any_record_has_no_share_and_comes_last() -> None:
    register = idle(Register().street("S1").street("S2"), "c", "S1")
    register.estate("e", street="S2").compound("d", estate="e", street="S2").item("w", "d").report(
        "w", "2026-05-01", 100
    )
    assert worst_first(table_of(register)) == ["S2", "S1"]


def test_the_district_comes_before_each_street() -> None:
    assert [scene.street for scene in briefing.scenes(["a", "b"])] == [None, "a", None, "b"]
    assert [scene.street for scene in briefing.scenes(["a", "b"], "b")] == [None, "b"]
    assert briefing.scenes([]) == [briefing.Scene()]


def test_an_unknown_street_in_the_address_is_ignored() -> None:
    assert briefing.scenes(["a"], HOSTILE) == briefing.scenes(["a"])


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("", 20), ("5", 5), ("0", 1), ("99999", 3600), ("-3", 20), ("²", 20), ("9" * 5000, 3600)],
)
def test_the_pace_is_bounded(given: str, seconds: int) -> None:
    assert briefing.read({"seconds": given}).seconds == seconds


def test_the_address_may_hold_the_rotation_on_a_street() -> None:
    wanted = briefing.read({"scene": "street", "street": "a", "rotate": "0"})
    assert (wanted.scene, wanted.street, wanted.rotate) == ("street", "a", False)
    assert briefing.read({"scene": HOSTILE}).scene == "district"


@pytest.mark.parametrize(
    ("given", "day"),
    [
        (None, TODAY),
        ("2026-13-99", TODAY),
        ("2026-03-01", date(2026, 3, 1)),
        ("1999-01-01", date(2026, 1, 1)),
    ],
)
def test_the_day_is_held_between_the_first_record_and_today(given: str | None, day: date) -> None:
    assert briefing._day(given, date(2026, 1, 1), TODAY) == day


# ---- figures, ranking, lists ------------------------------------------------------------------------------


def test_six_figures_show_their_change_within_seven_days() -> None:
    register = streets(1).report("c10-w", "2026-11-20", 100)
    now, before = (totals(table_of(register, day)) for day in (TODAY, date(2026, 11, 17)))
    markup = briefing_parts.figures(headline(now, before))
    assert markup.count('class="figure') == 7
    assert "较 7 天前 <b>+1</b>" in markup
    assert "较 7 天前 <b>−1</b>" in markup


def test_an_unknown_figure_is_a_dash_never_a_zero() -> None:
    unknown = Figure("households_started", "已开工户数", "户", None, 0, None)
    markup = briefing_parts.figures([unknown, Figure("estates_started", "已开工小区", "个", 0, 3, 0)])
    assert ">0<" not in markup
    assert markup.count("暂无数据来源") == 2


def test_red_stands_only_where_someone_must_act() -> None:
    calm = Figure("compounds_delayed", "严重滞后楼院", "个", 0, None, 0)
    assert "alarm" not in briefing_parts.figures([calm])
    assert "alarm" in briefing_parts.figures([replace(calm, value=2)])
    assert "alarm" not in briefing_parts.figures([replace(calm, code="estates_started", value=2)])


def test_a_ranked_share_is_of_compounds_with_a_record() -> None:
    rows = by_share_started(table_of(idle(streets(1), "x")))
    assert rows[["known", "share"]].iloc[0].tolist() == [1, 1.0]


def test_a_street_without_any_record_gets_no_rate() -> None:
    table = table_of(idle(Register().street("S1"), "c"))
    assert by_share_started(table)["share"].isna().all()
    markup = briefing_parts.ranking(table)
    assert "%" not in markup
    assert '<span class="share">—</span>' in markup


def test_a_share_of_households_needs_every_number_of_households() -> None:
    register = (
        streets(1)
        .estate("e")
        .compound("c", estate="e", households=None)
        .item("w")
        .report("w", "2026-05-01", 50)
    )
    table = table_of(register)
    assert by_share_started(table)["households_share"].isna().all()
    assert "track households none" in briefing_parts.ranking(table)
    assert by_share_started(table_of(idle(streets(1), "x")))["households_share"].tolist() == [1.0]


def test_stored_names_stay_text() -> None:
    register = late(Register().street("S1"), "c", "S1")
    compounds = register.frame("compound").assign(name=HOSTILE)
    table = table_of(register).assign(name=HOSTILE)
    markup = briefing_parts.actions(compounds, register.states()) + briefing_parts.ranking(table)
    markup += briefing_parts.heading(
        street_finding(table.iloc[0], register.states(), as_of=TODAY, today=TODAY), HOSTILE
    )
    assert "<script" not in markup
    assert markup.count("&lt;script&gt;") == 4


def test_seriously_late_compounds_are_listed_before_those_at_risk() -> None:
    register = late(Register().street("S1"), "z", "S1")
    register.estate("e").compound("a", estate="e").item("aw", "a", start="2026-11-20", finish="2027-06-01")
    listed = briefing_parts.listed(register.frame("compound"), register.states())
    assert listed["light"].tolist() == ["delayed", "at_risk"]
    assert listed.index.tolist() == ["z", "a"]


def test_what_does_not_fit_is_counted() -> None:
    register = streets(5)
    markup = briefing_parts.actions(register.frame("compound"), register.states())
    assert markup.count('class="action ') == 3
    assert "严重滞后 5 个" in markup
    assert "列出 3 个" in markup


def test_the_parts_of_the_bar_are_the_compounds_in_the_plan() -> None:
    register = idle(streets(2), "x").event("removed", "2026-06-01", compound="c11")
    markup = briefing_parts.distribution(register.states())
    assert "共 2 个楼院，另调出 1 个" in markup
    shares = [float(part.split("%")[0]) for part in markup.split("width:")[1:]]
    assert sum(shares) == pytest.approx(100, abs=0.01)


def test_a_street_without_compounds_is_written_out() -> None:
    empty = Register().street("S1")
    curve = s_curve(empty.index(), as_of=TODAY)
    markup = briefing_parts.street(empty.frame("compound"), empty.states(), curve, TODAY)
    assert "没有登记的楼院" in markup
    assert "没有可画的工程项" in markup


# ---- legend and curve -------------------------------------------------------------------------------------


def test_invented_zones_never_bear_a_legal_name() -> None:
    zones = [{"id": "a", "zone_class": "protection", "data_status": "synthetic"}]
    markup = briefing_parts.legend(frame_of("heritage_zone", zones), 0)
    assert "假想区划" in markup
    assert "保护范围" not in markup
    real = frame_of("heritage_zone", [{**zones[0], "data_status": "official"}])
    assert "保护范围" in briefing_parts.legend(real, 0)


def test_compounds_that_cannot_be_drawn_are_counted_on_the_map() -> None:
    none = frame_of("heritage_zone", [])
    assert "3 个楼院无边界" in briefing_parts.legend(none, 3)
    assert "无边界" not in briefing_parts.legend(none, 0)


def test_synthetic_data_is_marked() -> None:
    assert "演示数据" in briefing_parts.standing(True, TODAY, 5, rehearsal=True)
    assert "演示数据" not in briefing_parts.standing(False, TODAY, 5, rehearsal=False)


def test_only_a_fixed_business_date_is_called_a_rehearsal() -> None:
    assert "按现行法规试算" in briefing_parts.standing(False, TODAY, 5, rehearsal=True)
    assert "按现行法规试算" not in briefing_parts.standing(False, TODAY, 5, rehearsal=False)


def test_the_curve_ends_at_its_last_report_and_marks_today() -> None:
    points = s_curve(streets(1).index(), as_of=date(2026, 5, 20))
    drawn = briefing_parts.shape(points, date(2026, 5, 20))
    assert drawn.actual[-1] == (drawn.today, 40.0)
    assert drawn.planned[-1][0] == 1
    assert drawn.planned[-1][1] == 100


def test_a_curve_with_gaps_says_what_it_leaves_out() -> None:
    register = streets(1).item("bare", "c10")
    markup = briefing_parts.curve(s_curve(register.index(), as_of=TODAY), TODAY, height=76)
    assert "按 2 项中的 1 项，其余缺计划或填报" in markup


@pytest.mark.parametrize(
    "curve",
    [
        sparkline.Curve([], []),
        sparkline.Curve([(0, 0), (1, 100)], [], 0.5),
        sparkline.Curve([(0, 0), (1, 100)], [(0, -5), (0.5, 140)], 0.5),
    ],
)
@pytest.mark.parametrize("dark", [False, True])
def test_a_curve_is_valid_svg_without_text(curve: sparkline.Curve, dark: bool) -> None:
    markup = sparkline.picture(curve, dark=dark)
    address = markup.split('src="data:image/svg+xml,')[1].split('"')[0]
    picture = ElementTree.fromstring(unquote(address))
    assert picture.tag.endswith("svg")
    assert picture.find("{http://www.w3.org/2000/svg}text") is None


def test_a_curve_stays_within_its_picture() -> None:
    assert sparkline._place((0.5, 140.0), 100, 50) == (50.0, 2.0)
    assert sparkline._place((0.0, -10.0), 100, 50) == (0.0, 48.0)
