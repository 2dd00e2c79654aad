"""Rules of the demo district: what is real stays as published; what is invented says so and looks real."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Boolean, Date, Double, Integer, Text

from analysis.status import ProgressIndex
from geodata import crs, demo
from geodata.errors import BadValue
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS
from geodata.vocabulary import Interruption, Light, Stage, StageClass

BUSINESS_DATE = date(2026, 11, 24)
WEST, EAST, JINDAI, SHANGDU = "410104002", "410104005", "410104012", "410104570"
KEEP_FROM_ROAD_M = {"express": 20.0, "primary": 15.0, "secondary": 10.0, "local": 6.0}
PYTHON_TYPE = {Text: str, Integer: int, Double: (int, float), Date: date, Boolean: bool}
# Digests of the personal names in the report, so that the names themselves stand nowhere.
NAME_DIGESTS = {
    "5707a53b24a578a1",
    "66a48f5a2e1542ae",
    "8483c5fde5bf31f3",
    "be412fa41103b175",
    "e53788247ef525f6",
    "f68284fddae04c3e",
}


@cache
def rows(seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    return demo.build(business_date=BUSINESS_DATE, seed=seed)


@cache
def metric(table: str, seed: int = 1) -> gpd.GeoDataFrame:
    drawn = [row for row in rows(seed)[table] if row.get("geometry") is not None]
    return crs.to_metric(gpd.GeoDataFrame(drawn, geometry="geometry", crs=crs.STORED_CRS)).set_index("id")


@cache
def states(day: date = BUSINESS_DATE) -> pd.DataFrame:
    tables = ("compound", "work_item", "progress_report", "stage_event", "permit")
    return ProgressIndex.build(*(frame(table) for table in tables)).states(as_of=day)


def frame(table: str) -> pd.DataFrame:
    columns = [column.name for column in LAYERS[table].table.columns]
    listed = pd.DataFrame(rows()[table], columns=columns)
    return listed.assign(revision=1, archived=False).set_index("id")


def named(table: str, **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in rows()[table] if all(row.get(key) == value for key, value in wanted.items())]


def reported_compounds() -> set[str]:
    return {row["id"] for row in named("compound", data_status="reported")}


def texts(tables: dict[str, list[dict[str, Any]]]) -> set[str]:
    return {
        value
        for listed in tables.values()
        for row in listed
        for value in row.values()
        if isinstance(value, str)
    }


# --- the tables as a whole


def test_parents_come_before_children():
    order = list(rows())
    assert order == list(demo.TABLES)
    for table in order:
        for key in LAYERS[table].table.foreign_keys:
            assert order.index(key.column.table.name) < order.index(table)


@pytest.mark.parametrize("table", demo.TABLES)
def test_every_reference_names_a_row_that_exists(table):
    for column in LAYERS[table].table.columns:
        for key in column.foreign_keys:
            known = {row["id"] for row in rows()[key.column.table.name]}
            used = {row.get(column.name) for row in rows()[table]} - {None}
            assert used <= known


@pytest.mark.parametrize("table", demo.TABLES)
def test_rows_hold_declared_columns_of_the_declared_type_and_no_bookkeeping(table):
    columns = {column.name: column for column in LAYERS[table].table.columns}
    for row in rows()[table]:
        assert set(row) <= set(columns) - BOOKKEEPING_COLUMNS
        for name, value in row.items():
            kind = PYTHON_TYPE.get(type(columns[name].type))
            assert value is None or kind is None or isinstance(value, kind), (name, value)


@pytest.mark.parametrize("table", demo.TABLES)
def test_what_must_be_filled_is_filled(table):
    for column in LAYERS[table].table.columns:
        if not column.nullable and column.default is None and column.name not in BOOKKEEPING_COLUMNS:
            assert all(row.get(column.name) is not None for row in rows()[table]), column.name


@pytest.mark.parametrize("table", demo.TABLES)
def test_every_coded_value_is_in_its_closed_list(table):
    for column, terms in LAYERS[table].vocabulary.items():
        used = {row.get(column) for row in rows()[table]} - {None}
        assert used <= {term.value for term in terms}, column


@pytest.mark.parametrize("table", demo.TABLES)
def test_an_id_stands_for_one_row_only(table):
    assert max(Counter(row["id"] for row in rows()[table]).values()) == 1


def test_the_same_seed_gives_the_same_rows_and_another_seed_does_not():
    assert demo.build(business_date=BUSINESS_DATE, seed=1) == rows()
    assert demo.build(business_date=BUSINESS_DATE, seed=2)["compound"] != rows()["compound"]


@pytest.mark.parametrize("business_date", [BUSINESS_DATE, date(2026, 12, 31), date(2027, 3, 1)])
def test_nothing_is_recorded_after_the_business_date(business_date):
    tables = demo.build(business_date=business_date)
    dated = ("reported_on", "recorded_on", "occurred_from", "occurred_to", "submitted_on", "decided_on")
    for table in ("progress_report", "stage_event", "permit"):
        days = [row[name] for row in tables[table] for name in dated if row.get(name)]
        assert max(days) <= business_date


def test_no_person_of_the_report_appears():
    assert all("记者" not in text and "通讯员" not in text for text in texts(rows()))
    windows = {
        text[start : start + size] for text in texts(rows()) for size in (2, 3) for start in range(len(text))
    }
    assert not {hashlib.sha256(window.encode()).hexdigest()[:16] for window in windows} & NAME_DIGESTS


# --- counts that the specification names


def test_the_west_street_office_has_47_estates_of_which_one_is_really_named():
    estates = named("estate", street_code=WEST)
    assert len(estates) == 47
    assert [row["name"] for row in estates if row["data_status"] == "reported"] == ["砖牌坊街1号院"]
    assert len(named("compound", street_code=WEST)) == 50


def test_fourteen_offices_are_drawn_and_thirteen_count():
    outside = [row["id"] for row in rows()["street_office"] if not row["in_totals"]]
    assert len(rows()["street_office"]) == 14
    assert outside == [SHANGDU]


def test_every_office_in_the_totals_has_compounds_and_the_one_outside_has_none():
    used = {row["street_code"] for row in rows()["compound"]}
    assert used == {row["id"] for row in rows()["street_office"] if row["in_totals"]}
    assert len(rows()["compound"]) == 160


def test_every_estate_has_a_compound_and_compounds_share_the_office_of_their_estate():
    office = {row["id"]: row["street_code"] for row in rows()["estate"]}
    within = [row for row in rows()["compound"] if row["estate_id"] is not None]
    assert {row["estate_id"] for row in within} == set(office)
    assert all(row["street_code"] == office[row["estate_id"]] for row in within)


def test_the_six_courtyards_by_the_wall_are_courtyards_and_no_estates():
    alone = [row["name"] for row in rows()["compound"] if row["estate_id"] is None]
    assert len(alone) == 6
    assert all(name.startswith("东关") for name in alone)
    assert not any(row["name"].startswith("东关") for row in rows()["estate"])


def test_communities_keep_their_code_and_lose_the_committee():
    listed = {row["id"]: row for row in rows()["community"]}
    assert len(listed) == 155
    assert listed["410104001001"]["name"] == "新华社区"
    assert listed["410104010207"]["name"] == "小刘村"
    assert listed["410104202002"]["street_code"] == "410104013"
    assert "南关街街道" in listed["410104003001"]["note"]


# --- what is really named


def test_six_courtyards_by_the_east_wall_are_known_to_200_m_and_have_no_boundary():
    east = [row for row in named("compound", street_code=EAST) if row["data_status"] == "reported"]
    assert len(east) == 6
    assert {row["position_uncertainty_m"] for row in east} == {200.0}
    assert all(row.get("geometry") is None and row["boundary_status"] == "uncertain" for row in east)


def test_the_teachers_courtyard_is_in_jindai_and_its_place_is_a_guess():
    (teachers,) = named("compound", name="南曹教师家属院")
    assert teachers["street_code"] == JINDAI
    assert teachers["built_year"] == 1999
    assert teachers["position_uncertainty_m"] == 2500.0
    assert "11月下旬" in teachers["note"]
    assert "未注明年份" in teachers["note"]


@pytest.mark.parametrize("table", ["funding", "party"])
def test_a_really_named_courtyard_has_no_invented_money_or_partner(table):
    assert not {row["compound_id"] for row in rows()[table]} & reported_compounds()


def test_a_really_named_courtyard_has_no_invented_fact():
    unknown = ("households", "buildings", "floor_area_m2", "storeys", "leader", "property_manager")
    for row in named("compound", data_status="reported"):
        assert all(row.get(column) is None for column in unknown)


def test_a_really_named_courtyard_has_no_progress_no_delay_and_no_permit():
    items = {row["id"] for row in rows()["work_item"] if row["compound_id"] in reported_compounds()}
    assert not {row["work_item_id"] for row in rows()["progress_report"]} & items
    assert not {row["work_item_id"] for row in rows()["permit"]} & items
    assert set(states().loc[sorted(reported_compounds()), "light"]) == {Light.UNKNOWN}


def test_works_at_the_east_wall_are_those_reported_without_quantity_date_or_money():
    items = [row for row in rows()["work_item"] if row["data_status"] == "reported"]
    phases = {row["type_code"]: row["phase"] for row in items}
    assert len(items) == 36
    assert phases == {"L01": 1, "L02": 2, "L03": 2, "B15": 2, "B02": 2, "I14": 2}
    empty = ("quantity", "budget_cny", "planned_start_from", "planned_finish_to")
    assert all(row.get(column) is None for row in items for column in empty)


def test_the_only_reported_event_has_no_date():
    (event,) = named("stage_event", data_status="reported")
    assert event["stage"] == Stage.CONSTRUCTION
    assert event["occurred_precision"] == "unknown"
    assert event.get("occurred_from") is None
    assert event["recorded_on"] == BUSINESS_DATE


def test_a_really_named_area_holds_no_invented_compound():
    real = {row["id"] for row in named("renewal_area", data_status="reported")}
    members = {row["id"] for row in rows()["compound"] if row.get("renewal_area_id") in real}
    assert members == reported_compounds() - {"410104012-R01"}


def test_a_community_that_the_report_names_holds_no_invented_compound():
    real = {"平等街社区", "南学街社区", "东关南里社区"}
    codes = {row["id"] for row in rows()["community"] if row["name"] in real}
    assert len(codes) == 3
    assert not codes & {row.get("community_code") for row in rows()["compound"]}


@pytest.mark.parametrize(
    ("subject", "quantity", "approx"),
    [
        ("涉及改造的老旧小区", 47, "exact"),
        ("拆除违建面积", 800, "under"),
        ("收集意见建议", 300, "over"),
        ("养老服务中心临街场所", 700, "exact"),
        ("问卷征询内容", 16, "exact"),
        ("发放调查问卷", 150, "exact"),
        ("已解决问题", 15, "exact"),
        ("楼院板凳会议", 3, "exact"),
        ("提升改造楼院", 6, "exact"),
        ("预计完工", None, "exact"),
    ],
)
def test_facts_stand_as_printed(subject, quantity, approx):
    (fact,) = named("reported_fact", subject=subject)
    assert (fact["quantity"], fact["approx"]) == (quantity, approx)
    assert fact["data_status"] == "reported"
    assert fact["quoted"]


def test_facts_without_a_total_say_so():
    for subject in ("发放调查问卷", "已解决问题", "收集意见建议", "预计完工"):
        (fact,) = named("reported_fact", subject=subject)
        assert fact["caveat"]


# --- what is invented says so


def test_an_invented_name_begins_with_the_word_for_demo():
    for table in ("estate", "compound", "renewal_area"):
        for row in named(table, data_status="synthetic"):
            assert row["name"].startswith("演示·")
            assert row["source"] == "演示数据生成器"


def test_what_hangs_on_an_invented_compound_is_invented():
    invented = {row["id"] for row in named("compound", data_status="synthetic")}
    for table in ("work_item", "stage_event", "funding", "party"):
        assert all(
            row["data_status"] == "synthetic" for row in rows()[table] if row["compound_id"] in invented
        )
    for table in ("progress_report", "permit", "plan_target"):
        assert all(row["data_status"] == "synthetic" for row in rows()[table])


def test_invented_people_are_letters():
    leaders = {row.get("leader") for row in rows()["compound"]} - {None}
    assert all(leader.startswith("分包领导") and len(leader) == 5 for leader in leaders)
    assert {row["contact"] for row in rows()["party"]} == {None, "演示联系人"}
    assert all(row["organisation"].startswith("演示") for row in rows()["party"])


def test_invented_zones_have_no_authority_no_document_and_no_height():
    for row in rows()["heritage_zone"]:
        assert row["name"].startswith("假想区划")
        assert row["boundary_status"] == row["data_status"] == "synthetic"
        assert all(row.get(column) is None for column in ("promulgated_by", "document_no", "height_limit_m"))
        assert "编造" in row["note"]


def test_the_strip_beside_the_wall_is_never_called_a_protection_scope():
    names = [row["name"] for row in rows()["reference_area"]]
    assert names == ["墙侧20米（示意）", "城垣全线墙侧20米（示意）", "郑州商城内城（示意）"]
    assert all("保护范围" not in str(value) for row in rows()["reference_area"] for value in row.values())


def test_one_mapped_way_is_not_part_of_the_wall():
    assert [row["id"] for row in named("heritage_line", kind="other")] == ["osm-1371162280"]
    assert len(named("heritage_line", kind="surviving_wall")) == 14
    assert [row["published_length_m"] for row in named("heritage_line", kind="circuit")] == [
        1870,
        1690,
        1700,
        1700,
    ]
    assert all("OpenStreetMap" in row["source"] for row in rows()["heritage_line"])


def test_one_office_has_no_target_so_that_its_rate_is_missing():
    streets = {row["street_code"] for row in rows()["plan_target"]}
    assert len(streets) == 12
    assert all(row["document_no"].startswith("演示计划") for row in rows()["plan_target"])


# --- shapes


@pytest.mark.parametrize("seed", [1, 7])
def test_courtyards_have_the_size_and_shape_of_courtyards(seed):
    shapes = metric("compound", seed)
    old_town = shapes["street_code"] <= "410104007"
    longest = shapes.geometry.apply(lambda shape: max(_sides(shape)))
    assert shapes.geometry.is_valid.all()
    assert shapes.geometry.apply(lambda shape: min(_sides(shape))).min() >= 24.5
    assert longest[old_town].max() <= 95
    assert longest.max() <= 150
    assert shapes.geometry.apply(lambda shape: len(shape.geoms[0].exterior.coords) - 1).between(4, 8).all()


@pytest.mark.parametrize("seed", [1, 7])
def test_courtyards_keep_clear_of_road_wall_and_each_other(seed):
    shapes = list(metric("compound", seed).geometry)
    for road_class, roads in metric("basemap_line").groupby("road_class"):
        assert shapely.distance(shapes, roads.union_all()).min() >= KEEP_FROM_ROAD_M[str(road_class)]
    assert shapely.distance(shapes, _wall()).min() >= 6.0
    _, gaps = shapely.STRtree(shapes).query_nearest(shapes, exclusive=True, return_distance=True)
    assert gaps.min() >= 2.0


@pytest.mark.parametrize("seed", [1, 7])
def test_a_courtyard_lies_wholly_in_its_own_office(seed):
    offices = metric("street_office").geometry
    for row in metric("compound", seed).itertuples():
        assert offices[row.street_code].buffer(-1.0).contains(row.geometry)


def test_where_no_road_is_mapped_there_is_no_boundary():
    roads = metric("basemap_line").union_all()
    assert metric("compound").distance(roads).max() <= 250
    missing = named("compound", boundary_status="missing")
    assert {row["street_code"] for row in missing} >= {"410104010", "410104013"}
    assert all(row.get("geometry") is None and row.get("position_lon") is None for row in missing)


def test_courtyards_follow_the_street():
    roads = metric("basemap_line").geometry
    turned = [_angle_to_street(shape, roads) for shape in metric("compound").geometry]
    assert np.mean(np.array(turned) < 12.0) > 0.85


def test_some_courtyards_stand_in_the_strip_beside_the_wall():
    strip = metric("reference_area").geometry["wall-20m"]
    assert metric("compound").intersects(strip).sum() >= 5


def test_areas_have_the_size_of_areas():
    hectares = metric("renewal_area").area / 1e4
    assert 6 <= hectares["area-pingdengjie"] <= 9
    assert hectares.drop("area-pingdengjie").between(1.5, 9).all()


def _sides(shape: shapely.Geometry) -> tuple[float, float]:
    corners = np.asarray(shapely.minimum_rotated_rectangle(shape).exterior.coords)
    return tuple(np.hypot(*np.diff(corners[:3], axis=0).T))


def _wall() -> shapely.Geometry:
    lines = metric("heritage_line").geometry
    filled = [shapely.Polygon(part) for line in lines for part in line.geoms if part.is_ring]
    return shapely.union_all([*lines, *filled])


def _angle_to_street(shape: shapely.Geometry, roads: gpd.GeoSeries) -> float:
    """Degrees between the longest wall and the street, taken modulo a right angle."""
    corners = np.asarray(shape.geoms[0].exterior.coords)
    runs = np.diff(corners, axis=0)
    wall = runs[np.argmax(np.hypot(*runs.T))]
    road = roads.loc[roads.distance(shape).idxmin()].geoms[0]
    segments = [shapely.LineString(pair) for pair in pairwise(road.coords)]
    street = np.diff(np.asarray(min(segments, key=shape.distance).coords), axis=0)[0]
    turn = np.degrees(np.arctan2(wall[1], wall[0]) - np.arctan2(street[1], street[0])) % 90
    return float(min(turn, 90 - turn))


# --- stories


def test_every_light_occurs_on_the_business_date():
    assert set(states()["light"]) == set(Light) - {Light.HERITAGE_HOLD}
    assert states()["heritage_hold"].sum() >= 5


def test_every_stage_class_occurs_in_plausible_shares():
    share = states()["stage_class"].value_counts(normalize=True)
    assert set(share.index) == set(StageClass)
    assert 0.3 <= share[StageClass.CONSTRUCTION] <= 0.45
    assert 0.05 <= share[StageClass.OPERATION] <= 0.15
    assert 0.1 <= share[StageClass.PREPARATION] <= 0.2


@pytest.mark.parametrize(
    ("story", "light"),
    [
        ("按期推进", {Light.ON_TRACK}),
        ("轻度滞后", {Light.AT_RISK}),
        ("临近完工期限", {Light.AT_RISK}),
        ("计划开工日已过，尚未开工", {Light.AT_RISK}),
        ("严重滞后", {Light.DELAYED}),
        ("停工未复", {Light.DELAYED}),
        ("停工后复工", {Light.ON_TRACK, Light.AT_RISK, Light.DELAYED}),
        ("刚完工，待验收", {Light.COMPLETED}),
        ("按期完工，已进入长效管理", {Light.COMPLETED}),
        ("前期中", {Light.NOT_STARTED}),
        ("审批中", {Light.NOT_STARTED}),
        ("经批准调出计划", {Light.REMOVED}),
        ("在施，缺计划日期", {Light.UNKNOWN}),
        ("没有任何进展记录", {Light.UNKNOWN}),
    ],
)
def test_a_story_shows_the_light_it_is_told_for(story, light):
    told = [row["id"] for row in named("compound", note=f"演示情节：{story}")]
    assert told
    assert set(states().loc[told, "light"]) <= light


def test_the_removed_compound_has_a_document_number():
    (event,) = named("stage_event", stage=Interruption.REMOVED)
    assert event["evidence"] == "演示改办〔2026〕第03号"


def test_no_compound_contradicts_itself():
    assert not states()["contradiction"].any()


def test_two_years_are_told():
    days = [row["occurred_from"] for row in rows()["stage_event"] if row.get("occurred_from")]
    assert 600 <= (BUSINESS_DATE - min(days)).days <= 760
    assert set(states(date(2025, 11, 24))["light"]) >= {Light.ON_TRACK, Light.NOT_STARTED, Light.UNKNOWN}


def test_stages_follow_the_order_of_the_process():
    order = {stage.value: place for place, stage in enumerate(Stage)}
    for compound, events in frame("stage_event").query("data_status == 'synthetic'").groupby("compound_id"):
        stages = events[events["stage"].isin(order)]
        assert stages["stage"].map(order).is_monotonic_increasing, compound
        assert all(first <= second for first, second in pairwise(stages["occurred_to"])), compound


def test_reports_rise_between_nought_and_a_hundred_once_corrected():
    reports = frame("progress_report")
    standing = reports[~reports.index.isin(reports["corrects_id"].dropna())]
    assert standing["progress_pct"].between(0, 100).all()
    for item, listed in standing.sort_values("reported_on").groupby("work_item_id"):
        assert listed["progress_pct"].is_monotonic_increasing, item
        assert listed["reported_on"].is_unique, item


def test_a_correction_names_an_earlier_row_of_the_same_item():
    seen: dict[str, dict[str, Any]] = {}
    corrections = 0
    for row in rows()["progress_report"]:
        if row.get("corrects_id"):
            corrections += 1
            assert seen[row["corrects_id"]]["work_item_id"] == row["work_item_id"]
        seen[row["id"]] = row
    assert corrections >= 3


def test_each_invented_compound_has_three_to_nine_works_or_no_record_at_all():
    counts = Counter(row["compound_id"] for row in named("work_item", data_status="synthetic"))
    silent = {row["id"] for row in named("compound", note="演示情节：没有任何进展记录")}
    invented = {row["id"] for row in named("compound", data_status="synthetic")}
    assert set(counts) == invented - silent
    assert set(counts.values()) <= set(range(3, 10))
    assert not silent & {row["compound_id"] for row in rows()["stage_event"]}


def test_planned_dates_come_in_every_precision():
    used = {row.get("planned_start_precision") for row in rows()["work_item"]}
    assert used >= {"day", "ten_days", "month", "quarter", "unknown", None}


def test_some_values_are_unknown_on_purpose():
    for column in ("households", "built_year", "property_manager", "floor_area_m2", "leader"):
        values = [row[column] for row in named("compound", data_status="synthetic")]
        assert None in values
        assert sum(value is not None for value in values) > len(values) / 3


def test_no_more_is_paid_than_arrived_and_no_more_arrived_than_planned():
    for row in rows()["funding"]:
        if row["arrived_cny"] is not None:
            assert 0 <= row["paid_cny"] <= row["arrived_cny"] <= row["planned_cny"]


def test_heritage_papers_are_asked_for_inside_invented_zones_only():
    zones = metric("heritage_zone").union_all()
    inside = set(metric("compound").index[metric("compound").intersects(zones)])
    owner = {row["id"]: row["compound_id"] for row in rows()["work_item"]}
    assert {owner[row["work_item_id"]] for row in rows()["permit"]} <= inside


# --- enlarging


def test_enlarging_reaches_the_wanted_number_and_leaves_its_argument_alone():
    before = {table: len(listed) for table, listed in rows().items()}
    large = demo.enlarge(rows(), compounds=600)
    assert len(large["compound"]) == 600
    assert {table: len(listed) for table, listed in rows().items()} == before
    assert list(large) == list(rows())


def test_added_compounds_have_sixteen_works_each_and_say_that_they_are_invented():
    large = demo.enlarge(rows(), compounds=200)
    added = {row["id"] for row in large["compound"]} - {row["id"] for row in rows()["compound"]}
    counts = Counter(row["compound_id"] for row in large["work_item"] if row["compound_id"] in added)
    assert set(counts.values()) == {16}
    assert len(counts) == 40
    assert all(row["data_status"] == "synthetic" for row in large["compound"] if row["id"] in added)
    assert max(row["reported_on"] for row in large["progress_report"]) <= BUSINESS_DATE


def test_enlarging_is_the_same_every_time():
    assert demo.enlarge(rows(), compounds=300) == demo.enlarge(rows(), compounds=300)


@pytest.mark.parametrize("wanted", [10, 10_000_000])
def test_a_number_that_cannot_be_is_refused(wanted):
    with pytest.raises(BadValue):
        demo.enlarge(rows(), compounds=wanted)
