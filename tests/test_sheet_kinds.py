"""Wall map, comparison, strategy and notices: what each says, what it leaves blank, and what it never makes up."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import BadValue
from geodata.store import Store
from geodata.store.engine import file_url
from geodata.vocabulary import Light, Paper, SheetFormat, SheetKind
from geodata.wording import NO_ZONE, WALL_CAUTION
from sheets import case, comparison, compose, wall_parts
from sheets.notices import BLANK_PERIOD
from sheets.register import Register
from sheets.setup import Setup, default_paper
from sheets.sheet import Sheet, finish
from tests.printed import differs, pages, said, smallest_mm
from tests.registers import HOSTILE, TODAY, register_of
from tests.small_store import AUTHOR, SOURCED, day

FULL, COURTYARD, BARE = "410104002-C44", "410104005-R01", "410104012-R01"
LATE = "410104009-C04"
PUBLIC = {"audience": "public", "classification": "public", "exemption": "不含地图"}
OF_ONE = [kind for kind in SheetKind if kind.of_one_compound]
KINDS = [kind for kind in SheetKind if kind is not SheetKind.SNAPSHOT]
DOCS = Path(__file__).parents[1] / "docs" / "templates.md"
RARE = "堌垌畈垚犇淼圪塔坵甪里"
LONG = "郑州市管城回族区西大街街道办事处平等街示范片区老旧小区改造提升工程第一标段东里路南侧原第二砂轮厂职工家属院甲乙丙丁号楼院"

NAMES = {"C1": HOSTILE, "C2": LONG, "C3": RARE}


def setup(kind: SheetKind, **chosen: Any) -> Setup:
    paper, side = default_paper(kind)
    if kind is SheetKind.WALL:
        paper = Paper.A3  # the same sheet as A0, typeset sooner
    given = {
        "kind": kind,
        "paper": paper,
        "orientation": side,
        "as_of": TODAY,
        "compare_with": date(2026, 9, 1),
    }
    return Setup(**given | ({"selected": FULL} if kind.of_one_compound else {}) | chosen)


def sheet(register: Register, kind: SheetKind, **chosen: Any) -> Sheet:
    return compose.compose(setup(kind, **chosen), register)


@pytest.fixture
def own(small_store: Store) -> Iterator[Store]:
    """A small store to write into."""
    return small_store


@pytest.fixture(scope="module")
def named(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """The small register with names that are hostile, long, or of rare characters."""
    file = tmp_path_factory.mktemp("named") / "renewal.gpkg"
    shutil.copyfile(made / "small.gpkg", file)
    with closing(Store.open(file_url(file))) as store:
        for code, name in NAMES.items():
            version = int(store.frame("compound").loc[code, "version"])
            with store.commit(author=AUTHOR, reason="改名") as save:
                save.update("compound", code, {"name": name}, version=version)
        yield register_of(store)


def with_items(store: Store, count: int) -> None:
    plan = {**day("planned_start", "2026-03-01"), **day("planned_finish", "2026-10-31")}
    rows = [
        {"id": f"N{n}", "compound_id": "C1", "type_code": "B01", "name": f"第{n}项工程", **SOURCED, **plan}
        for n in range(count)
    ]
    with store.commit(author=AUTHOR, reason="登记工程") as save:
        save.insert_many("work_item", rows)


# ---- every kind -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_carries_what_a_sheet_must(demo: Register, kind: SheetKind) -> None:
    made = said(sheet(demo, kind, unit="测试编制单位", notes="只作测试"))
    revision = f"修订{demo.revision}"
    for wanted in (
        "截至2026-11-24",
        revision,
        "测试编制单位",
        "演示数据",
        "内部资料",
        "资料来源",
        "仅供工作参考",
    ):
        assert wanted in made


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_documented(demo: Register, kind: SheetKind) -> None:
    told = set(re.findall(r"`([\w-]+)`", DOCS.read_text(encoding="utf-8")))
    data = {
        **sheet(demo, kind).data,
        "ink": None,
        "lights": None,
    }  # their keys are names of colours and codes
    assert set(fields_of(data)) - told == set()


def fields_of(value: Any) -> Iterator[str]:
    """Names of all fields within nested values."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from fields_of(one)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_set_up_of_the_same_register_gives_the_same_bytes(
    demo: Register, again: Register, kind: SheetKind
) -> None:
    first, second = (finish(sheet(one, kind), SheetFormat.PDF) for one in (demo, again))
    assert first == second


@pytest.mark.parametrize("kind", OF_ONE)
@pytest.mark.parametrize(
    ("selected", "word"), [(None, "先在地图或清单里选中一个楼院"), ("没有这个", "没有楼院“没有这个”")]
)
def test_a_sheet_of_one_compound_is_refused_without_it(
    demo: Register, kind: SheetKind, selected: str | None, word: str
) -> None:
    with pytest.raises(BadValue, match=word):
        sheet(demo, kind, selected=selected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_prints_as_itself(named: Register, kind: SheetKind) -> None:
    for code, name in NAMES.items():
        made = said(sheet(named, kind, selected=code if kind.of_one_compound else None))
        assert "eval(1)" not in made
        if not kind.of_one_compound:
            break
        assert "".join(name.split()) in made


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_without_a_compound_or_without_a_match_still_prints_or_says_why(
    demo: Register, kind: SheetKind
) -> None:
    made = said(sheet(demo, kind, filters={"text": "没有这样的名字"}))
    assert "截至2026-11-24" in made


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_looks_as_it_did(demo: Register, kind: SheetKind) -> None:
    assert differs(sheet(demo, kind, labelling="none"), kind.value, dpi=36) < 0.03


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_public_sheet_holds_back_is_not_called_unknown(demo: Register, kind: SheetKind) -> None:
    compounds = demo.frames["compound"].drop(columns="leader")
    parties = demo.frames["party"].drop(columns="contact")
    held = replace(demo, frames={**demo.frames, "compound": compounds, "party": parties}, _kept={})
    made = said(sheet(held, kind, **PUBLIC))
    assert "分包领导V" not in made
    if kind in (SheetKind.WALL, SheetKind.STRATEGY):
        assert "不公开" in made
    assert "免审理由：不含地图" in made


@pytest.mark.parametrize("kind", KINDS)
def test_an_internal_sheet_is_stamped_above_its_foot(demo: Register, kind: SheetKind) -> None:
    assert pages(sheet(demo, kind))[0].count("内部资料") == 2  # the stamp and the foot


def test_a_public_strategy_calls_no_dimension_unknown_and_marks_no_heritage_matter(demo: Register) -> None:
    made = sheet(demo, SheetKind.STRATEGY, **PUBLIC)
    assert {one["value"] for one in made.data["dimensions"]} == {"不公开"}
    words = said(made)
    assert "考古手续不公开" in words
    assert Light.HERITAGE_HOLD.label not in words


def test_a_strategy_of_nine_items_finds_room_on_one_page(demo: Register) -> None:
    assert len(pages(sheet(demo, SheetKind.STRATEGY, selected="410104002-C25"))) == 1


def test_a_comparison_on_a_slide_has_high_maps_its_whole_legend_and_all_sources(demo: Register) -> None:
    made = sheet(demo, SheetKind.BEFORE_AFTER, paper="slide")
    assert made.data["map"]["height"] > made.data["page"]["height"] / 2
    assert "ticks" not in made.data["map"]
    words = said(made)
    told = [entry["label"] for group in made.data["legend"] for entry in group["entries"]]
    for one in (*told, *made.data["sources"]):
        assert "".join(one.split()) in words


# ---- wall map -------------------------------------------------------------------------------------------------


class TestWall:
    def test_it_names_lights_streets_leaders_delays_and_days_left(self, demo: Register) -> None:
        made = said(sheet(demo, SheetKind.WALL))
        for wanted in (
            "滞后清单",
            "倒排工期",
            "分包领导V",
            "已超期85天",
            "超24天",
            "各街道与分包领导",
            "涉文物待批",
        ):
            assert wanted in made

    def test_upright_its_schedule_fills_what_the_delays_leave_free(self, demo: Register) -> None:
        made = sheet(demo, SheetKind.WALL, orientation="portrait")
        words = said(made)
        assert "倒排工期（续）" in words
        rows = [one["name"].removeprefix("演示·") for one in made.data["gantt"]["rows"]]
        (left,) = re.findall(r"另有(\d+)个未列出", words)
        listed = made.data["gantt"]["total"] - int(left)
        assert listed > 40
        assert all(name in words for name in rows[:listed])

    def test_its_big_figures_are_those_of_the_register(self, demo: Register) -> None:
        figures = wall_parts.content(setup(SheetKind.WALL), demo)["figures"]
        shown = {one["light"]: one["value"] for one in figures if one["light"]}
        counts = demo.states(TODAY)["light"].value_counts()
        assert shown["delayed"] == str(counts[Light.DELAYED])
        assert shown["unknown"] == str(counts[Light.UNKNOWN])

    def test_with_another_day_each_light_says_how_it_moved(self, demo: Register) -> None:
        figures = wall_parts.content(setup(SheetKind.WALL), demo)["figures"]
        notes = {one["light"]: one["note"] for one in figures if one["light"]}
        assert (notes["delayed"], notes["unknown"]) == ("较 09-01 +6", "较 09-01 不变")
        alone = wall_parts.content(setup(SheetKind.WALL, compare_with=None), demo)["figures"]
        assert {one["note"] for one in alone if one["light"] == "delayed"} == {""}

    def test_where_nothing_can_be_judged_no_light_shows_a_zero(self, store: Store) -> None:
        with store.commit(author=AUTHOR, reason="登记") as save:
            save.insert(
                "street_office",
                {
                    "id": "S1",
                    "name": "西大街街道",
                    "in_totals": True,
                    "boundary_status": "missing",
                    **SOURCED,
                },
            )
            save.insert(
                "compound",
                {"id": "C1", "name": "某院", "street_code": "S1", "boundary_status": "missing", **SOURCED},
            )
        figures = wall_parts.content(setup(SheetKind.WALL), register_of(store))["figures"]
        shown = {one["light"]: one["value"] for one in figures if one["light"]}
        assert shown["unknown"] == "1"
        assert {shown["delayed"], shown["at_risk"], shown["completed"]} == {"—"}
        assert "户数不详" in figures[0]["note"]

    def test_a_fuzzy_finish_is_written_and_drawn_as_fuzzy(self, demo: Register) -> None:
        rows = {one["name"]: one for one in wall_parts.content(setup(SheetKind.WALL), demo)["gantt"]["rows"]}
        late = rows["演示·南曹-03院"]
        assert late["finish"] == "2026年10月下旬"
        assert "ends" in [piece["kind"] for piece in late["pieces"]]

    def test_a_missing_plan_is_named_and_nothing_is_drawn_for_it(self, demo: Register) -> None:
        undated = [
            one for one in wall_parts.content(setup(SheetKind.WALL), demo)["gantt"]["rows"] if not one["days"]
        ]
        bare = [one for one in undated if one["finish"] == "缺计划完工日期"]
        assert all(piece["kind"] not in ("plan", "ends") for one in bare for piece in one["pieces"])

    def test_what_finds_no_room_is_counted(self, demo: Register) -> None:
        content = wall_parts.content(setup(SheetKind.WALL), demo)["gantt"]
        assert content["total"] > len(content["rows"])
        assert "个未列出" in said(sheet(demo, SheetKind.WALL, paper="a3"))

    def test_a_public_one_has_no_count_of_heritage_matters_that_would_be_too_small(
        self, demo: Register
    ) -> None:
        made = sheet(demo, SheetKind.WALL, paper="a3", **PUBLIC)
        assert "heritage_hold" not in [one["light"] for one in made.data["figures"]]
        assert Light.HERITAGE_HOLD.label not in said(made)

    def test_the_caption_names_what_is_not_on_the_map(self, demo: Register) -> None:
        compounds = demo.frames["compound"]
        lost = int((compounds.geometry.isna() & compounds["position_lon"].isna()).sum())
        assert sheet(demo, SheetKind.WALL).data["caption"] == f"所选 160 个楼院（{lost} 个没有位置）"

    def test_small_paper_is_refused_with_what_to_do(self, demo: Register) -> None:
        with pytest.raises(BadValue, match="请选 A3 或更大的纸"):
            sheet(demo, SheetKind.WALL, paper="a4")

    @pytest.mark.parametrize(("paper", "least"), [("a0", 3.0), ("a3", 1.8)])
    def test_the_smallest_text_can_be_read(self, demo: Register, paper: str, least: float) -> None:
        assert smallest_mm(sheet(demo, SheetKind.WALL, paper=paper)) * 0.92 >= least - 0.01


# ---- comparison -----------------------------------------------------------------------------------------------


class TestComparison:
    def test_it_counts_both_days_and_lists_who_moved(self, demo: Register) -> None:
        made = said(sheet(demo, SheetKind.BEFORE_AFTER, theme="warning"))
        for wanted in (
            "2026-09-01",
            "2026-11-24",
            "按现有记录推算",
            "28个改变了进度预警",
            "演示·北下街-05院",
        ):
            assert wanted in made

    def test_counts_of_both_days_differ_by_the_moves(self, demo: Register) -> None:
        told = comparison.content(setup(SheetKind.BEFORE_AFTER, theme="warning"), demo)
        for row in told["counts"]:
            came = sum(move["count"] for move in told["moves"] if move["to"] == row["code"])
            went = sum(move["count"] for move in told["moves"] if move["from"] == row["code"])
            assert row["after"] - row["before"] == came - went

    def test_the_earlier_day_is_the_left_one_whichever_was_chosen_first(self, demo: Register) -> None:
        turned = setup(SheetKind.BEFORE_AFTER, as_of=date(2026, 9, 1), compare_with=TODAY)
        assert comparison.days(turned) == (date(2026, 9, 1), TODAY)

    @pytest.mark.parametrize("other", [None, TODAY])
    def test_two_days_are_needed(self, demo: Register, other: date | None) -> None:
        with pytest.raises(BadValue, match="日期"):
            sheet(demo, SheetKind.BEFORE_AFTER, compare_with=other)

    def test_what_is_unknown_on_both_days_has_not_moved(self, demo: Register) -> None:
        told = comparison.content(setup(SheetKind.BEFORE_AFTER, theme="warning"), demo)
        assert not [move for move in told["moves"] if move["from"] == move["to"]]
        assert [row["before"] for row in told["counts"] if row["code"] == "unknown"] == [11]


# ---- strategy -------------------------------------------------------------------------------------------------


class TestStrategy:
    def test_it_holds_the_dossier(self, demo: Register) -> None:
        made = said(sheet(demo, SheetKind.STRATEGY))
        for wanted in (
            "约570m²",
            "2026-03-05→2026-09-22",
            "排水（雨污分流）",
            "演示施工单位甲",
            "中央补助",
            "演示文物函",
            "摸底五维",
        ):
            assert wanted in made

    def test_a_distance_to_the_wall_goes_with_its_caution(self, demo: Register) -> None:
        facts = {one["label"]: one["value"] for one in sheet(demo, SheetKind.STRATEGY).data["facts"]}
        assert facts["距残存城垣"].endswith(WALL_CAUTION)

    def test_a_compound_that_touches_no_zone_is_not_called_free(self, demo: Register) -> None:
        free = [
            key
            for key in demo.visible(TODAY, setup(SheetKind.WALL).filters).index
            if key.startswith("410104011-C0")
        ]
        told = {case.zones(case.load(setup(SheetKind.STRATEGY, selected=key), demo)) for key in free}
        assert told <= {NO_ZONE, "没有边界，无法判断"}

    def test_what_is_not_recorded_says_so_and_is_never_zero(self, demo: Register) -> None:
        made = sheet(demo, SheetKind.STRATEGY, selected=BARE)
        assert [one["value"] for one in made.data["figures"]] == ["—", "施工", "—", "—"]
        assert "不编造工程项" in said(made)
        assert {one["value"] for one in made.data["dimensions"]} == {"暂无记录"}

    def test_a_place_that_is_only_roughly_known_gets_no_answer_about_zones(self, demo: Register) -> None:
        facts = {
            one["label"]: one["value"]
            for one in sheet(demo, SheetKind.STRATEGY, selected=COURTYARD).data["facts"]
        }
        assert facts["文物区划"] == "没有边界，无法判断"
        assert "位置不确定" in facts["边界"]

    def test_a_share_is_never_made_from_a_missing_plan_or_arrival(self, demo: Register) -> None:
        rows = sheet(demo, SheetKind.STRATEGY, selected=demo.frames["compound"].index[-1]).data["funding"]
        assert all(row[4] == "—" for row in rows if "不详" in row[1:4])

    def test_a_fact_recorded_for_a_dimension_stands_in_it(self, own: Store) -> None:
        fact = {
            "id": "F1",
            "compound_id": "C1",
            "subject": "历史：厂区沿革",
            "quoted": "原为砂轮厂家属院",
            "approx": "exact",
            **SOURCED,
        }
        with own.commit(author=AUTHOR, reason="摸底") as save:
            save.insert("reported_fact", fact)
        told = {
            one["label"]: one["value"]
            for one in sheet(register_of(own), SheetKind.STRATEGY, selected="C1").data["dimensions"]
        }
        assert (told["历史"], told["人文"]) == ("原为砂轮厂家属院", "暂无记录")

    def test_it_says_when_there_is_no_place_at_all(self, own: Store) -> None:
        assert "还没有落图" in said(sheet(register_of(own), SheetKind.STRATEGY, selected="C4"))

    def test_two_hundred_items_run_on_to_further_pages(self, own: Store) -> None:
        with_items(own, 200)
        made = pages(sheet(register_of(own), SheetKind.STRATEGY, selected="C1"))
        assert len(made) > 3
        assert all(f"第{n}项工程" in "".join(made) for n in (0, 99, 199))
        assert f"第{len(made)}/{len(made)}页" in made[-1]


# ---- notices --------------------------------------------------------------------------------------------------


class TestNotices:
    @pytest.mark.parametrize("kind", [SheetKind.SITE_NOTICE, SheetKind.PUBLIC_NOTICE])
    def test_a_notice_names_parties_works_and_dates_and_no_stored_person(
        self, demo: Register, kind: SheetKind
    ) -> None:
        made = said(sheet(demo, kind, contact="0371-66000000", **PUBLIC))
        for wanted in ("演示施工单位甲", "演示监理单位丙", "约180樘", "2026-03-05", "0371-66000000"):
            assert wanted in made
        assert "演示联系人" not in made
        assert "分包领导" not in made

    @pytest.mark.parametrize("kind", [SheetKind.SITE_NOTICE, SheetKind.PUBLIC_NOTICE])
    def test_what_is_not_known_is_left_blank_or_open(self, demo: Register, kind: SheetKind) -> None:
        made = said(sheet(demo, kind, selected=COURTYARD))
        assert "待定" in made
        assert "暂无记录" in made
        assert "____" in made

    def test_how_much_pipe_is_laid_is_held_back_not_open(self, demo: Register) -> None:
        told = {
            one["name"]: one["quantity"]
            for one in sheet(demo, SheetKind.PUBLIC_NOTICE, **PUBLIC).data["works"]
        }
        assert (told["排水（雨污分流）"], told["防盗窗规整"]) == ("不公开", "约180 樘")

    def test_a_fuzzy_plan_stays_fuzzy(self, demo: Register) -> None:
        made = sheet(demo, SheetKind.SITE_NOTICE, selected="410104006-C01")
        assert (made.data["start"], made.data["finish"]) == ("2027年第2季度", "2027年第4季度")

    def test_the_period_is_blank_until_somebody_gives_it(self, demo: Register) -> None:
        given = "公示期：2026年11月25日至2026年12月1日"
        assert sheet(demo, SheetKind.PUBLIC_NOTICE).data["period"] == BLANK_PERIOD
        told = sheet(demo, SheetKind.PUBLIC_NOTICE, notes=f"{given}\n请注意出行安全").data
        assert (told["period"], told["notes"]) == (given, ["请注意出行安全"])

    def test_no_works_are_said_to_be_none(self, own: Store) -> None:
        for kind in (SheetKind.SITE_NOTICE, SheetKind.PUBLIC_NOTICE):
            assert "还没有登记工程项" in said(sheet(register_of(own), kind, selected="C4"))

    def test_a_poster_says_how_many_works_it_leaves_out_and_the_notice_lists_all(self, own: Store) -> None:
        with_items(own, 199)
        site, notice = (
            said(sheet(register_of(own), kind, selected="C1"))
            for kind in (SheetKind.SITE_NOTICE, SheetKind.PUBLIC_NOTICE)
        )
        listed = sum(f"第{n}项工程" in site for n in range(199))
        assert "共200项" in site
        assert f"另有{200 - listed - 1}项未列" in site or f"另有{200 - listed}项未列" in site
        assert all(f"第{n}项工程" in notice for n in range(199))
