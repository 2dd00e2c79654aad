"""The quality watch on paper: squares of 10 m, one thing wrong at a time, and laws that hold for any drawing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from analysis.quality import accepting, checking, completeness, naming
from analysis.quality.listing import listing
from analysis.quality.rules import BY_CODE, RULES
from analysis.status import ProgressIndex
from geodata.crs import METRIC_CRS, degrees
from geodata.errors import NoCrs
from geodata.schema import LAYERS
from tests.small_register import TODAY, frame_of, span

EAST, NORTH = 465_000.0, 3_847_000.0
LAYERS_READ = (*checking.LAYERS, "permit", "accepted_finding")
WHOLE = {"households": 10, "buildings": 1, "floor_area_m2": 300.0, "built_year": 1985, "storeys": 6}


def square(x: float = 0, y: float = 0, width: float = 10, height: float = 10) -> Polygon:
    """A rectangle whose lower left corner stands at x, y (metres from a corner of the paper)."""
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


class Paper:
    """Rows in order of entry, shapes in the measuring CRS."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {layer: [] for layer in LAYERS_READ}
        self.shapes: dict[str, list[BaseGeometry | None]] = {layer: [] for layer in LAYERS_READ}

    def add(self, layer: str, code: str, shape: BaseGeometry | None = None, **facts: Any) -> Paper:
        self.rows[layer].append({"id": code, **facts})
        self.shapes[layer].append(shape)
        return self

    def street(self, code: str = "S1", shape: BaseGeometry | None = None, status: str = "official") -> Paper:
        return self.add(
            "street_office", code, shape, name=f"{code}街道", in_totals=True, boundary_status=status
        )

    def compound(self, code: str, shape: BaseGeometry | None = None, **facts: Any) -> Paper:
        given = {"name": f"{code}院", "street_code": "S1", "data_status": "official", **WHOLE, **facts}
        return self.add("compound", code, shape, **given)

    def item(
        self,
        code: str,
        compound: str = "a",
        start: str = "2026-01-01",
        finish: str = "2026-12-31",
        **facts: Any,
    ) -> Paper:
        plan = {**span("planned_start", start), **span("planned_finish", finish)}
        return self.add("work_item", code, compound_id=compound, type_code="B02", **plan, **facts)

    def report(self, item: str, day: str, progress: float, **facts: Any) -> Paper:
        number = len(self.rows["progress_report"]) + 1
        known = {"reported_on": date.fromisoformat(day), "progress_pct": progress, "revision": number}
        code = facts.pop("code", f"r{number}")
        return self.add("progress_report", code, work_item_id=item, **known, **facts)

    def event(self, stage: str, day: str, compound: str = "a") -> Paper:
        number = len(self.rows["stage_event"]) + 1
        dated = {**span("occurred", day), "recorded_on": date.fromisoformat(day), "revision": number}
        return self.add("stage_event", f"e{number}", compound_id=compound, stage=stage, **dated)

    def frame(self, layer: str) -> pd.DataFrame:
        """A layer as the store gives it; with shapes where the layer has any."""
        rows = frame_of(layer, self.rows[layer])
        if LAYERS[layer].geometry is None:
            return rows
        return gpd.GeoDataFrame(rows, geometry=np.array(self.shapes[layer], dtype=object), crs=METRIC_CRS)

    def check(self, today: date = TODAY) -> checking.Report:
        """What the rules find."""
        names = ("compound", "work_item", "progress_report", "stage_event", "permit")
        index = ProgressIndex.build(*(self.frame(layer) for layer in names))
        known = {"states": index.states(as_of=today), "item_states": index.item_states(as_of=today)}
        return checking.check(self.frame, self.frame, records=index.records, today=today, **known)

    def found(self, rule: str) -> list[tuple[str, str]]:
        """Subject and message of what one rule finds."""
        rows = self.check().findings
        rows = rows[rows["rule"] == rule]
        return list(zip(rows["subject"], rows["message"], strict=True))


def one(code: str, report: checking.Report) -> checking.Checked:
    """How much one rule looked at."""
    return next(checked for checked in report.checked if checked.code == code)


# ---- boundaries by themselves -------------------------------------------------------------------------------------


def test_a_plain_square_with_all_its_facts_is_found_by_no_rule() -> None:
    report = Paper().street(shape=square(-5, -5, 30, 30)).compound("a", square()).check()
    assert report.findings.empty
    assert one("invalid", report).checked == 1


def test_a_boundary_that_crosses_itself_is_an_error_and_is_compared_with_nothing() -> None:
    bow = Polygon([(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 10)])
    paper = Paper().compound("a", bow).compound("b", square())
    assert paper.found("invalid") == [("a", "边界线自相交")]
    assert paper.found("overlap") == []
    assert one("overlap", paper.check()).unjudged == "1 个边界自相交，没有参加比较"


def test_a_needle_is_a_spike_and_a_corner_of_a_square_is_none() -> None:
    needle = Polygon(
        [(EAST, NORTH), (EAST + 10, NORTH), (EAST + 10, NORTH + 5), (EAST + 40, NORTH + 5.2), (EAST + 10, NORTH + 5.4),
         (EAST + 10, NORTH + 10), (EAST, NORTH + 10)]
    )  # fmt: skip
    paper = Paper().compound("a", needle).compound("b", square(100))
    assert paper.found("spike") == [("a", "1 处尖角小于 5°")]


def test_parts_and_crumbs_are_counted() -> None:
    paper = Paper().compound("a", MultiPolygon([square(), square(20), square(40, 0, 2, 2)]))
    assert paper.found("multipart") == [("a", "分成 3 块")]
    assert paper.found("crumb") == [("a", "1 块不到 10 m²，最小 4.0 m²")]


def test_a_boundary_with_a_vertex_every_decimetre_has_too_many() -> None:
    paper = Paper().compound("a", square().segmentize(0.1)).compound("b", square(50).segmentize(1))
    assert [subject for subject, _ in paper.found("vertices")] == ["a"]


# ---- two boundaries -----------------------------------------------------------------------------------------------


def test_squares_that_share_an_edge_do_not_overlap_and_leave_no_gap() -> None:
    paper = Paper().compound("a", square()).compound("b", square(10))
    assert [paper.found(rule) for rule in ("overlap", "sliver", "gap", "duplicate_place")] == [[]] * 4


def test_an_overlap_says_how_much_and_of_what() -> None:
    paper = Paper().compound("a", square(), name="东院").compound("b", square(6, 0), name="西苑")
    assert paper.found("overlap") == [("a+b", "与“西苑”重叠 40 m²，占较小一个的 40%")]


def test_a_strip_along_the_common_edge_is_a_sliver() -> None:
    paper = Paper().compound("a", square(), name="东院").compound("b", square(9.8), name="西苑")
    assert paper.found("sliver") == [("a+b", "与“西苑”重叠 2.0 m²，占较小一个的 2%，平均宽 0.20 m")]
    assert paper.found("overlap") == []


@pytest.mark.parametrize(("apart", "found"), [(0.5, True), (1.9, True), (2.5, False)])
def test_neighbours_closer_than_two_metres_leave_a_narrow_gap(apart: float, found: bool) -> None:
    paper = Paper().compound("a", square()).compound("b", square(10 + apart))
    assert [subject for subject, _ in paper.found("gap")] == (["a+b"] if found else [])


def test_corners_that_come_close_are_no_gap() -> None:
    assert Paper().compound("a", square()).compound("b", square(11, 11)).found("gap") == []


def test_the_same_place_is_the_same_compound_whatever_it_is_called() -> None:
    paper = Paper().compound("a", square(), name="东院").compound("b", square(), name="纺机路小区")
    assert [subject for subject, _ in paper.found("duplicate_place")] == ["a+b"]
    assert paper.found("overlap") == []


def test_mostly_the_same_place_is_the_same_compound_only_under_a_similar_name() -> None:
    for name, rule in (("纺机路１号院", "duplicate_place"), ("东风渠家属楼", "overlap")):
        paper = Paper().compound("a", square(), name="纺机路一号院").compound("b", square(3), name=name)
        assert [subject for subject, _ in paper.found(rule)] == ["a+b"]


def test_names_that_differ_in_a_number_name_two_compounds() -> None:
    assert naming.similarity("东关南里1号院", "东关南里8号院") == 0
    assert naming.similarity("东关南里一号院", "东关南里小区1号院") > 0.6


def test_a_former_name_counts_as_a_name() -> None:
    paper = Paper().compound("a", square(), name="东院", aliases="老厂院；二七里")
    assert [
        subject for subject, _ in paper.compound("b", square(3), name="二七里").found("duplicate_place")
    ] == ["a+b"]


# ---- where ---------------------------------------------------------------------------------------------------------


def test_a_part_outside_its_street_is_told_in_metres_and_a_schematic_border_makes_it_milder() -> None:
    for status, severity, said in (("official", "warning", ""), ("schematic", "notice", "（示意界线）")):
        paper = Paper().street(shape=square(0, 0, 8, 10), status=status).compound("a", square())
        (row,) = [row for row in paper.check().findings.to_dict("records") if row["rule"] == "outside_street"]
        assert row["message"] == f"登记在S1街道，20%（20 m²）在界线外，最远 2 m{said}"
        assert row["severity"] == severity


def test_what_lies_in_another_street_names_it() -> None:
    paper = Paper().street(shape=square(100)).street("S2", square()).compound("a", square())
    assert paper.found("outside_street")[0][1].endswith("；实际多在S2街道")


def test_a_circle_that_its_street_does_not_reach_is_found() -> None:
    paper = Paper().street(shape=square(-1000, 0, 10, 10))
    (middle,) = degrees(np.array([square(4, 4, 2, 2).centroid]))
    place = {"position_lon": middle.x, "position_lat": middle.y}
    paper.compound("a", **place, position_uncertainty_m=200.0).compound(
        "b", **place, position_uncertainty_m=2000.0
    )
    assert paper.found("position_outside") == [("a", "登记在S1街道，大致位置（±200 m）在界线外 995 m")]
    report = paper.compound("c", **place).check()
    assert one("position_outside", report).checked == 2
    assert one("position_outside", report).unjudged == "1 个不知道不确定范围，或街道没有界线"


def test_touching_the_border_from_inside_is_not_outside() -> None:
    assert Paper().street(shape=square()).compound("a", square()).found("outside_street") == []


def test_without_borders_nothing_is_checked_and_that_is_said() -> None:
    report = Paper().street().compound("a", square()).check()
    assert one("outside_street", report) == checking.Checked("outside_street", 0, 0, "街道没有界线，无法判断")
    assert one("outside_district", report).unjudged == "没有区界，无法判断"


def test_outside_the_district_is_an_error_when_the_border_is_official() -> None:
    paper = (
        Paper()
        .compound("a", square(50))
        .add("district", "d", square(), name="区", boundary_status="official")
    )
    assert paper.check().findings.set_index("rule").at["outside_district", "severity"] == "error"


# ---- names and values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [("１号院", "一号院"), ("二十三号院", "23号 院"), ("A座", "a座")])
def test_ways_of_writing_do_not_make_a_name_another(one: str, other: str) -> None:
    assert naming.plain(one) == naming.plain(other)


def test_the_same_name_counts_in_one_street_alone() -> None:
    paper = (
        Paper()
        .compound("a", name="１号院")
        .compound("b", name="一号院")
        .compound("c", name="1号院", street_code="S2")
    )
    assert [subject for subject, _ in paper.found("duplicate_name")] == ["a+b"]


VALUES: list[tuple[str, dict[str, Any], str]] = [
    ("built_year", {"built_year": 2099}, "建成年份 2099"),
    ("built_year", {"built_year": 1850}, "建成年份 1850"),
    ("no_households", {"households": 0, "buildings": 2}, "2 栋楼，户数填 0"),
    ("no_buildings", {"households": 8, "buildings": 0}, "8 户，楼栋数填 0"),
    ("storeys", {"storeys": 61}, "61 层"),
    ("storeys", {"storeys": 0}, "0 层"),
    ("household_area", {"floor_area_m2": 50.0}, "建筑面积 50 m²、10 户，户均 5.0 m²"),
    ("floor_area", {"floor_area_m2": 900.0}, "建筑面积 900 m²，边界 100 m² × 6 层"),
]


@pytest.mark.parametrize(("rule", "facts", "said"), VALUES)
def test_an_impossible_value_is_named(rule: str, facts: dict[str, Any], said: str) -> None:
    paper = Paper().compound("a", square(), **facts).compound("b", square(100))
    assert paper.found(rule) == [("a", said)]


def test_what_is_not_known_is_not_judged() -> None:
    nothing = dict.fromkeys(WHOLE)
    report = Paper().compound("a", square(), **nothing).check()
    values = ("built_year", "no_households", "no_buildings", "storeys", "household_area", "floor_area")
    assert [one(rule, report).checked for rule in values] == [0] * 6
    assert list(report.findings["rule"]) == ["missing_facts"]


# ---- contradictions -------------------------------------------------------------------------------------------------


def test_two_streets_are_named_with_the_record_that_says_otherwise() -> None:
    paper = Paper().street().street("S2").add("community", "k", name="东社区", street_code="S2")
    assert paper.compound("a", community_code="k").found("two_streets") == [
        ("a", "登记在S1街道，所属社区“东社区”在S2街道")
    ]


def test_a_plan_that_ends_before_it_begins() -> None:
    paper = Paper().compound("a").item("w", start="2026-05-01", finish="2026-04-01")
    assert paper.found("finish_before_start") == [
        ("w", "排水（雨污分流）：计划 2026-05-01 开工，2026-04-01 完工")
    ]


def test_falling_progress_is_found_unless_the_former_report_was_corrected() -> None:
    paper = Paper().compound("a").item("w").report("w", "2026-03-01", 60, code="wrong")
    paper.report("w", "2026-04-01", 40)
    assert paper.found("progress_fell")[0][1].endswith("2026-03-01 填报 60%，2026-04-01 降为 40%")
    paper.report("w", "2026-03-01", 30, corrects_id="wrong")
    assert paper.found("progress_fell") == []


def test_acceptance_with_works_below_a_hundred_per_cent() -> None:
    paper = (
        Paper().compound("a").item("w").item("v").report("w", "2026-03-01", 90).report("v", "2026-03-01", 100)
    )
    assert paper.event("acceptance", "2026-04-01").found("accepted_unfinished") == [
        ("a", "1 项工程低于 100%（共 2 项）")
    ]


def test_progress_after_a_stop_is_found_until_works_resume() -> None:
    paper = Paper().compound("a").item("w").report("w", "2026-03-01", 30).event("suspended", "2026-04-01")
    assert paper.report("w", "2026-05-01", 30).found("progress_after_stop") == []
    assert paper.report("w", "2026-06-01", 50).found("progress_after_stop") == [
        ("a", "2026-04-01 停工后又有 1 次填报，最近 2026-06-01")
    ]
    assert paper.event("resumed", "2026-05-15").found("progress_after_stop") == []


def test_any_report_after_a_removal_is_found() -> None:
    paper = Paper().compound("a").item("w").event("removed", "2026-04-01").report("w", "2026-05-01", 0)
    assert [subject for subject, _ in paper.found("progress_after_stop")] == ["a"]


def test_a_record_of_tomorrow_is_found() -> None:
    paper = Paper().compound("a").item("w").report("w", "2026-11-25", 5)
    assert paper.found("dated_ahead") == [("a", "1 条记录在将来，最晚的是 2026-11-25 的填报")]


def test_more_money_paid_than_planned_or_arrived() -> None:
    paper = (
        Paper()
        .compound("a")
        .add("funding", "f", compound_id="a", planned_cny=100.0, arrived_cny=50.0, paid_cny=80.0)
    )
    assert paper.found("funding_excess") == [("f", "支付 80 元大于到位 50 元")]
    paper.item("w", budget_cny=10.0).report("w", "2026-03-01", 20, paid_cny=11.0)
    assert paper.found("paid_over_budget") == [("w", "排水（雨污分流）：累计支付 11 元，预算 10 元")]


# ---- old and lacking -------------------------------------------------------------------------------------------------


def test_works_without_a_report_for_thirty_days_are_stale_and_what_is_said_does_not_age() -> None:
    paper = Paper().compound("a", square()).item("w").report("w", "2026-10-01", 30)
    said = "1 项在施工程久未填报，最早的停在 2026-10-01"
    assert paper.found("stale") == [("a", said)]
    assert paper.check(date(2026, 12, 24)).findings.set_index("rule").at["stale", "content"] == said
    paper.item("v").report("v", "2026-11-20", 10)
    assert paper.found("stale") == [("a", said)]
    assert paper.report("w", "2026-11-20", 40).found("stale") == []
    assert one("stale", Paper().compound("a").check()).checked == 0


def test_a_compound_under_way_that_never_reported_is_stale() -> None:
    paper = Paper().compound("a").item("w").event("construction", "2026-11-20")
    assert paper.found("stale") == [("a", "开工后从未填报")]


def test_what_is_lacking_is_listed_by_name() -> None:
    paper = Paper().compound("a", households=None, built_year=None, position_lon=113.6, position_lat=34.7)
    paper.rows["compound"][0]["position_uncertainty_m"] = 200.0
    paper.item("w").add("work_item", "v", compound_id="a", type_code="B02")
    assert paper.found("missing_boundary") == [("a", "没有边界，只知大致位置（±200 m）")]
    assert paper.found("missing_facts") == [("a", "缺户数、建成年份")]
    assert paper.found("missing_plan") == [("a", "1 / 2 项工程没有计划日期")]


def test_an_empty_register_is_checked_by_no_rule() -> None:
    report = Paper().check()
    assert report.findings.empty
    assert report.records == 0
    assert [checked.code for checked in report.checked] == [rule.code for rule in RULES]


def test_shapes_in_degrees_are_refused() -> None:
    paper = Paper().compound("a", square())
    index = ProgressIndex.build(
        *(
            paper.frame(layer)
            for layer in ("compound", "work_item", "progress_report", "stage_event", "permit")
        )
    )
    known = {"states": index.states(as_of=TODAY), "item_states": index.item_states(as_of=TODAY)}
    with pytest.raises(NoCrs):
        checking.check(
            paper.frame,
            lambda layer: paper.frame(layer).set_crs(None, allow_override=True),
            records=index.records,
            today=TODAY,
            **known,
        )


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_it_means_and_what_to_do(rule: Any) -> None:
    assert rule.layer in LAYERS
    assert all((rule.label, rule.meaning, rule.remedy, rule.source))
    assert BY_CODE[rule.code] is rule


# ---- completeness ----------------------------------------------------------------------------------------------------


def test_shares_have_real_denominators_and_none_where_there_is_nothing() -> None:
    paper = (
        Paper()
        .street()
        .street("S2")
        .compound("a", square())
        .compound("b", households=30, data_status="reported")
    )
    table = completeness.completeness(
        paper.item("w").frame("street_office"), paper.frame("compound"), paper.frame("work_item")
    )
    assert completeness.shares(table, "boundary").tolist()[0] == 0.5
    assert completeness.shares(table, "boundary", households=True).tolist()[0] == 0.25
    assert completeness.shares(table, "official").tolist()[0] == 0.5
    assert table.loc["S1", ["plan_have", "plan_of"]].tolist() == [1, 1]
    assert completeness.shares(table, "boundary").isna().tolist() == [False, True]
    assert completeness.whole(table)["compounds"].tolist() == [2]


# ---- laws --------------------------------------------------------------------------------------------------------------

DRAWINGS = st.lists(
    st.tuples(
        *[st.integers(0, 30)] * 2, *[st.integers(4, 20)] * 2, st.sampled_from(["东院", "西院", "１号院"])
    ),
    max_size=6,
)


def drawn(rows: Iterable[tuple[int, int, int, int, str]]) -> Paper:
    """Compounds of one street, in the order given, called by their place in the list."""
    paper = Paper().street(shape=square(0, 0, 35, 35))
    for number, (x, y, width, height, name) in enumerate(rows):
        paper.compound(f"c{number}", square(x, y, width, height), name=name)
    return paper


def facts(report: checking.Report) -> set[tuple[str, ...]]:
    """What was found, in no order."""
    return set(report.findings[["rule", "severity", "subject", "message"]].itertuples(index=False, name=None))


@settings(max_examples=12)
@given(DRAWINGS)
def test_the_order_of_the_rows_changes_nothing(rows: list[Any]) -> None:
    paper = drawn(rows)
    before = facts(paper.check())
    for table in (paper.rows, paper.shapes):
        table["compound"].reverse()
    assert facts(paper.check()) == before


@settings(max_examples=12)
@given(DRAWINGS)
def test_moving_everything_by_a_metre_changes_nothing(rows: list[Any]) -> None:
    paper = drawn(rows)
    before = facts(paper.check())
    for shapes in paper.shapes.values():
        shapes[:] = [one and affinity.translate(one, 1, 1) for one in shapes]
    assert facts(paper.check()) == before


@settings(max_examples=12)
@given(DRAWINGS, st.randoms(use_true_random=False))
def test_accepted_and_open_are_together_all_that_was_found(rows: list[Any], chance: Any) -> None:
    found = drawn(rows).check().findings
    chosen = found[np.array([chance.random() < 0.5 for _ in found.index], dtype=bool)]
    changed = [chance.random() < 0.3 for _ in range(len(chosen))]
    content = chosen["content"].mask(pd.Series(changed, index=chosen.index, dtype=bool), "另一番情况")
    answers = chosen[["rule", "subject"]].assign(content=content, reason="核对过")
    answers.index = pd.Index([f"f{number}" for number in range(len(answers))], dtype="str", name="id")
    judged = accepting.judged(found, answers)
    assert judged[found.columns].equals(found)
    counts = judged["standing"].value_counts()
    assert counts.get("accepted", 0) == len(chosen) - sum(changed)
    assert counts.get("changed", 0) == sum(changed)
    assert counts.sum() == len(found)
    assert accepting.lapsed(found, answers) == 0


def test_what_was_accepted_and_is_no_longer_found_is_counted() -> None:
    answers = frame_of("accepted_finding", [{"id": "f", "rule": "overlap", "subject": "a+b", "content": "…"}])
    assert accepting.lapsed(Paper().compound("a").check().findings, answers) == 1


def test_the_list_for_a_file_has_words_instead_of_codes() -> None:
    paper = Paper().street().compound("a", square(), name="东院").compound("b", square(6, 0), name="西苑")
    found = accepting.judged(paper.check().findings, paper.frame("accepted_finding"))
    table = listing(found, names={"a": "东院", "b": "西苑"}, streets={"S1": "S1街道"})
    row = {heading: column[0] for heading, column in table.items()}
    assert (row["规则"], row["另一楼院"], row["街道"], row["处理"]) == (
        "边界重叠",
        "西苑",
        "S1街道",
        "待处理",
    )
