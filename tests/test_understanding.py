"""What is understood of files: kind, headings, columns, units, and which rows are records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as some

from geodata.importers.asked import Asked
from geodata.importers.cells import Measured, read_column
from geodata.importers.choosing_sheet import understand_file
from geodata.importers.files import read_file
from geodata.importers.grid import MOST_COLUMNS
from geodata.importers.issues import Problem, Severity
from geodata.importers.sandbox import Limits
from geodata.importers.understanding import Understanding, understand
from geodata.kinds import KINDS
from tests.messy_ledgers import LEDGERS, Ledger, money, register, works

EVERY = pytest.mark.parametrize("code", LEDGERS)


def read(ledger: Ledger, **more: Any) -> Understanding:
    """Understand a ledger as its reader gives it."""
    return understand(ledger.header(), ledger.lines(), **more)


def sheet(
    *rows: Sequence[Any], merged: Sequence[tuple[int, int, int, int]] = (), **more: Any
) -> Understanding:
    """Understand a sheet of these rows."""
    return read(Ledger("Sheet1", rows, merged), **more)


def table(
    *columns: str, rows: Sequence[Sequence[Any]] = (), form: str = "geojson", **more: Any
) -> Understanding:
    """Understand features with these columns."""
    header = {"shape": "features", "format": form, "columns": list(columns), "layer": ""}
    lines = [
        {"row": number, "values": dict(zip(columns, row, strict=True))} for number, row in enumerate(rows, 1)
    ]
    return understand(header, lines, **more)


def fields(found: Understanding) -> dict[str, str]:
    """Heading → column."""
    return {one.heading: one.field for one in found.headings}


def problems(found: Understanding) -> set[Problem]:
    """Kinds of the issues of the file."""
    return {one.issue for one in found.issues}


# ── Real ledgers ──────────────────────────────────────────────────────────────────────────────────────────────


@EVERY
def test_a_messy_ledger_is_understood_without_a_question(code: str) -> None:
    ledger = LEDGERS[code]()
    found = read(ledger)
    assert found.kind is KINDS[code]
    assert found.asks == ()
    assert ledger.columns.items() <= fields(found).items()
    assert dict.fromkeys(one.row for one in found.records) == dict.fromkeys(ledger.records)


@EVERY
def test_every_row_of_a_sheet_is_a_record_or_skipped_with_a_reason(code: str) -> None:
    ledger = LEDGERS[code]()
    found = read(ledger)
    records, skipped = {one.row for one in found.records}, {one.row for one in found.skipped}
    assert records | skipped == set(range(1, len(ledger.rows) + 1))
    assert not records & skipped


@EVERY
def test_a_workbook_reads_as_its_lines(code: str, tmp_path: Path) -> None:
    ledger = LEDGERS[code]()
    file = read_file(ledger.write(tmp_path / "台账.xlsx"))
    assert list(file.lines) == ledger.lines()
    assert understand(file.header, file.lines) == read(ledger)


def test_titles_totals_footnotes_hidden_and_numbered_rows_are_told_apart() -> None:
    assert {one.row: one.why for one in read(register()).skipped} == {
        1: "title",
        2: "title",
        3: "heading",
        4: "heading",
        8: "subtotal",
        10: "hidden",
        12: "total",
        13: "blank",
        14: "blank",
        15: "footnote",
        16: "footnote",
    }
    told = [one.message for one in read(register()).issues if one.issue is Problem.ROWS_SKIPPED]
    assert "隐藏 1 行" in told[0]
    assert {one.row: one.why for one in read(works()).skipped}[8] == "heading"
    assert {one.row: one.why for one in read(money()).skipped}[6] == "title"


def test_a_merged_street_fills_down_and_is_told() -> None:
    found = read(register("甲街道", "乙街道"))
    streets = {one.row: one.values["street_code"] for one in found.records}
    assert streets == {5: "甲街道", 6: "甲街道", 7: "甲街道", 9: "乙街道", 11: "乙街道"}
    assert [one.row for one in found.issues if one.issue is Problem.FILLED_DOWN] == [5, 9]
    assert {one.row: one.cells["street_code"] for one in found.records}[7] == "B5"


def test_a_number_merged_over_several_rows_is_given_to_none_of_them() -> None:
    rows = [
        ["楼院名称", "工程类型", "投资（万元）"],
        ["甲院", "照明", 48],
        [None, "绿化", None],
        ["乙院", "照明", 5],
        ["合计", None, 53],
    ]
    found = sheet(*rows, merged=[(2, 1, 3, 1), (2, 3, 3, 3), (4, 3, 5, 3)])
    assert [one.values["compound_id"] for one in found.records] == ["甲院", "甲院", "乙院"]
    assert [one.values["budget_cny"] for one in found.records] == [None, None, Measured(5, "万元")]
    (told,) = [one for one in found.issues if one.issue is Problem.MERGED_NUMBER]
    assert (told.row, told.value) == (2, "48")
    assert "第 2、3 行" in told.message


def test_cells_know_their_place_in_the_sheet() -> None:
    first = read(register()).records[0]
    assert (first.cells["name"], first.cells["note"]) == ("C5", "M5")


def test_the_year_of_a_title_completes_dates_without_one() -> None:
    found = read(works())
    assert found.year == 2026
    start = KINDS["work_item"].column("planned_start")
    (april,) = [one.values["planned_start"] for one in found.records if one.row == 5]
    assert str(read_column(start, april, year=found.year).values["planned_start_from"]) == "2026-04-01"
    assert sheet(["楼院名称", "工程类型"], asked=Asked(file_name="2025年清单.xlsx")).year == 2025
    heading = ["楼院名称", "工程类型"]
    for title, year in (
        ("2024年和2025年", None),
        ("2000年底前建成的老旧小区", None),
        ("据国办发〔2020〕23号", None),
        ("2000年以前建成小区2026年度清单", 2026),
        ("清单（2026年）", 2026),
    ):
        assert sheet([title], heading).year == year, title
    assert sheet(heading, asked=Asked(file_name="清单20260401.xlsx")).year is None


def test_units_of_headings_and_of_the_sheet_apply_to_plain_numbers() -> None:
    area = [one.values["floor_area_m2"] for one in read(register()).records]
    assert area[0] == Measured(1.52, "万m²")
    column = KINDS["compound"].column("floor_area_m2")
    assert [read_column(column, one).values["floor_area_m2"] for one in area[:3]] == [15_200, 5_700, 6_800]
    budget = KINDS["work_item"].column("budget_cny")
    money = [
        read_column(budget, one.values["budget_cny"]).values.get("budget_cny")
        for one in read(works()).records
    ]
    assert money == [485_000, 1_200_000, 20_000, 900_000, 65_700, None]


def test_a_sheet_may_state_several_units_but_one_of_money() -> None:
    heading = ["1.楼院名称", "2.工程类型", "3.投资额"]
    for title, unit in (
        ("单位：万元、米", "万元"),
        ("填报单位：某办　单位：万元", "万元"),
        ("单位：元、万元", "元或万元"),
    ):
        found = sheet([title], heading, ["甲院", "照明", 48])
        assert found.records[0].values["budget_cny"] == Measured(48, unit), title


def test_a_wide_ledger_gives_a_record_for_each_group_that_holds_anything() -> None:
    found = read(money())
    kept = [(one.row, one.part, dict(one.sets)["fund_source"]) for one in found.records]
    assert kept == [
        *((4, code, code) for code in ("central", "provincial", "district", "resident")),
        *((5, code, code) for code in ("central", "district")),
        (7, "municipal", "municipal"),
    ]
    central, district = found.records[0], found.records[2]
    assert (central.values["planned_cny"], central.values["arrived_cny"]) == (
        Measured(120, "万元"),
        1_000_000,
    )
    assert (district.values["planned_cny"], district.cells["planned_cny"]) == (Measured("约40", "万元"), "F4")


# ── Headings ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_similar_heading_is_taken_and_told() -> None:
    found = table("楼院名称", "所属街道", "建筑总面积", "户数", "楼栋数", rows=[["甲", "乙", 1, 2, 3]])
    (area,) = [one for one in found.headings if one.field == "floor_area_m2"]
    assert (area.how, area.confidence < 0.95) == ("similar", True)
    assert Problem.SIMILAR_COLUMN in problems(found)


@pytest.mark.parametrize(
    "heading", ["占地面积", "有无物业", "原产权单位", "60岁以上人口", "计划户数", "区", "单元数"]
)
def test_headings_that_only_look_alike_are_left_out(heading: str) -> None:
    found = table("楼院名称", "所属街道", heading, "楼栋数", "结构类型")
    assert fields(found)[heading] == ""
    assert any(one.field == heading and one.issue is Problem.UNKNOWN_COLUMN for one in found.issues)


def test_what_is_planned_is_never_taken_for_what_was_done() -> None:
    found = table("楼院名称", "工程类型", "工程量", "实际开工时间", "实际完工", asked=Asked(kind="work_item"))
    assert fields(found)["实际开工时间"] == fields(found)["实际完工"] == ""


HEADINGS = (
    "序号 年度批次 计划文号 区 街道（乡镇） 社区 网格 小区（楼院）名称 曾用名 详细地址 四至范围 经度 纬度 坐标系 建成年份"
    " 产权性质（房改房/单位自管/商品房/三供一业） 原产权单位 楼栋数 单元数 总户数 常住人口 60岁以上人口 建筑面积（㎡/万㎡） 占地面积"
    " 结构类型 层数 是否成立党组织 有无物业 物业公司 业委会情况 房屋安全鉴定等级 是否位于文物保护范围/建控地带 主要问题（病害）"
    " 居民意愿（同意户数/率） 征求意见时间 公示起止 改造类型（基础/完善/提升） 主要改造内容 片区名称 示范/标准 项目名称 立项批复文号"
    " 总投资（万元） 中央 省 市 区级 专项债 专业单位 居民 社会资本 到位资金 支付金额 设计单位 施工单位 监理单位 全过程咨询/EPC 中标时间"
    " 合同工期 计划开工 实际开工 形象进度（%） 进度描述 计划完工 实际完工 验收日期 移交日期/接收单位 包联领导/责任人/电话 存在问题 备注"
)
OFFICE = HEADINGS.split()
MEANT = {
    "compound": (
        "street_code community_code name aliases address position_lon position_lat built_year ownership buildings"
        " households floor_area_m2 structure storeys property_manager renewal_area_id note"
    ),
    "stage_event": "street_code compound_id occurred@consultation occurred@tender occurred@construction occurred@acceptance note",
    "party": (
        "street_code compound_id organisation@property_manager organisation@designer organisation@contractor"
        " organisation@supervisor note"
    ),
    "plan_target": "year document_no street_code note",
}


@pytest.mark.parametrize("code", MEANT)
def test_the_headings_of_offices_mean_what_they_say_and_nothing_else(code: str) -> None:
    found = sheet(OFFICE, ["x"] * len(OFFICE), asked=Asked(kind=code))
    assert [one.field for one in found.headings if one.field] == MEANT[code].split()


def test_a_ledger_of_everything_is_a_register_that_names_the_other_kinds() -> None:
    found = sheet(OFFICE, ["x"] * len(OFFICE))
    assert found.kind is KINDS["compound"]
    told = {one.field: one.message for one in found.issues if one.issue is Problem.UNKNOWN_COLUMN}
    assert "参建单位表" in told["施工单位"]
    assert "阶段记录表" in told["实际开工"]
    assert "区级" in told


def test_two_headings_for_one_column_are_a_question_and_neither_is_read() -> None:
    found = sheet(["楼院名称", "街道", "户数", "总户数"], ["甲院", "乙街道", 3, 4])
    assert found.asks == ("columns",)
    assert "households" not in found.records[0].values
    answer = Asked(columns={"户数": "", "总户数": "households"})
    assert sheet(["楼院名称", "街道", "户数", "总户数"], ["甲院", "乙街道", 3, 4], asked=answer).asks == ()


def test_headings_for_one_column_that_say_the_same_or_nothing_are_one() -> None:
    same = table(
        "name",
        "楼院名称",
        "街道",
        rows=[["甲院", "甲院", "乙"], ["丙院", "丙院", "乙"]],
        asked=Asked(kind="compound"),
    )
    assert (same.asks, same.records[1].values["name"]) == ((), "丙院")
    assert Problem.IGNORED_COLUMN in problems(same)
    empty = table(
        "name",
        "楼院名称",
        "街道",
        rows=[[None, "甲院", "乙"], ["", "丙院", "乙"]],
        asked=Asked(kind="compound"),
    )
    assert (empty.asks, fields(empty)) == ((), {"name": "", "楼院名称": "name", "街道": "street_code"})


def test_a_repeated_heading_says_where_it_stands() -> None:
    found = sheet(["楼院名称", "街道", "户数", "备注", "备注"])
    assert [one.heading for one in found.headings][3:] == ["备注（第 4 栏）", "备注（第 5 栏）"]


def test_headings_that_do_not_tell_which_record_a_row_is_are_a_question() -> None:
    said = Asked(kind="compound")
    assert sheet(["户数", "楼栋数", "结构类型"], asked=said).asks == ("columns",)
    assert sheet(["编号", "户数", "楼栋数", "结构类型"], asked=said).asks == ()
    assert table("楼院名称", "图层", asked=said).asks == ()
    assert sheet(["楼院名称", "工程量"], asked=Asked(kind="work_item")).asks == ("columns",)
    assert sheet(["楼院名称", "工程类型"], asked=Asked(kind="work_item")).asks == ()


def test_what_was_learned_and_what_is_said_go_first() -> None:
    learned = {("compound", "楼宇名录"): "name"}
    found = sheet(["楼宇名录", "街道", "户数", "结构类型"], learned=learned)
    assert (found.headings[0].field, found.headings[0].how) == ("name", "learned")
    said = sheet(
        ["楼宇名录", "街道", "户数", "结构类型"],
        learned=learned,
        asked=Asked(columns={"楼宇名录": "address"}),
    )
    assert (said.headings[0].field, said.headings[0].how) == ("address", "said")


def test_a_doubtful_kind_is_a_question() -> None:
    found = sheet(["名称", "街道名称", "备注"], ["甲", "乙", None])
    assert (found.kind, found.asks) == (None, ("kind",))
    assert len(found.kinds) > 1
    assert (
        sheet(["名称", "街道名称", "备注"], ["甲", "乙", None], asked=Asked(kind="estate")).kind
        is KINDS["estate"]
    )


def test_a_sheet_that_is_no_ledger_is_a_question() -> None:
    found = sheet(["会议纪要"], ["参会人员很多"], ["一", "二", "三"])
    assert (found.kind, found.records, found.kinds) == (None, [], ())
    assert sheet().asks == ("kind",)


@pytest.mark.parametrize("code", KINDS)
def test_headings_of_every_kind_are_recognised_as_that_kind(code: str) -> None:
    kind = KINDS[code]
    rows = [[column.label for column in kind.columns], [column.example or None for column in kind.columns]]
    found = read(Ledger(kind.label, rows))
    assert (found.kind, found.asks) == (kind, ())
    assert [one.field for one in found.headings] == [column.name for column in kind.columns]


def test_the_example_row_of_a_template_is_no_record() -> None:
    found = sheet(
        ["编号", "楼院名称", "街道", "户数"], ["示例", "某院", "某街道", 3], [None, "甲院", "乙街道", 4]
    )
    assert [one.row for one in found.records] == [3]
    assert (found.skipped[-1].row, found.skipped[-1].why) == (2, "example")


def test_rows_that_number_the_columns_are_no_records() -> None:
    found = sheet(["楼院名称", "街道", "户数"], ["（1）", "（2）", "（3）"], ["甲院", "乙街道", 4])
    assert [one.row for one in found.records] == [3]


def test_a_workbook_that_begins_with_a_cover_is_read_where_its_ledger_is(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "台账.xlsx")) as book:
        book.add_worksheet("封面").write(0, 0, "某区某年改造资料汇编")
        for name, street in (("甲街", "甲街道"), ("乙街", "乙街道")):
            ledger = book.add_worksheet(name)
            for row, cells in enumerate((["楼院名称", "街道", "户数"], ["某院", street, 3])):
                ledger.write_row(row, 0, cells)
    first = read_file(tmp_path / "台账.xlsx")
    file, found = understand_file(tmp_path / "台账.xlsx", first, Asked(), {}, Limits())
    assert (file.header["layer"], found.kind) == ("甲街", KINDS["compound"])
    assert "“封面”" in next(one.message for one in found.issues if one.issue is Problem.OTHER_LAYERS)
    kept, _ = understand_file(tmp_path / "台账.xlsx", first, Asked(layer="封面"), {}, Limits())
    assert kept is first


def test_headings_of_two_rows_without_merged_cells_are_joined() -> None:
    found = sheet(
        ["楼院名称", "总投资（万元）", None, None, "备注"],
        [None, "中央", "省", "市", None],
        ["甲院", 1, 2, 3, None],
    )
    assert found.heading_rows == (1, 2)
    assert [one.field for one in found.headings] == [
        *("compound_id", "planned_cny@central", "planned_cny@provincial", "planned_cny@municipal", "note")
    ]


@pytest.mark.parametrize("group", ["完成投资（万元）", "资金到位率", "未支付（元）", "累计完成投资"])
def test_a_group_of_something_else_is_no_planned_money(group: str) -> None:
    found = sheet(
        ["楼院名称", group, None], [None, "中央", "省"], ["甲院", 1, 2], asked=Asked(kind="funding")
    )
    assert {one.field for one in found.headings if one.field} <= {"compound_id"}


def test_money_without_a_unit_is_not_read_until_somebody_says_which() -> None:
    rows = (
        ["楼院名称", "工程类型", "工程量", "投资额"],
        ["甲院", "照明", 3, 48],
        ["甲院", "绿化", 3, "48万元"],
    )
    column = KINDS["work_item"].column("budget_cny")
    unsaid = [read_column(column, one.values["budget_cny"]) for one in sheet(*rows).records]
    assert [one.ok for one in unsaid] == [False, True]
    assert "元或万元" in unsaid[0].doubts[0][1]
    for unit, cny in (("元", 48), ("万元", 480_000)):
        said = sheet(*rows, asked=Asked(columns={"投资额": f"budget_cny:{unit}"})).records
        assert read_column(column, said[0].values["budget_cny"]).values["budget_cny"] == cny
        assert read_column(column, said[1].values["budget_cny"]).values["budget_cny"] == 480_000
    ours = table("compound_id", "type_code", "budget_cny", rows=[["C1", "B01", 48]])
    assert ours.records[0].values["budget_cny"] == 48


def test_two_units_in_a_heading_leave_plain_numbers_unread() -> None:
    found = sheet(["楼院名称", "街道", "建筑面积（㎡/万㎡）"], ["甲院", "乙", 1.5], ["丙院", "乙", "800㎡"])
    column = KINDS["compound"].column("floor_area_m2")
    first, second = (read_column(column, one.values["floor_area_m2"]) for one in found.records)
    assert (first.ok, first.doubts[0][0]) == (False, Problem.UNKNOWN_UNIT)
    assert second.values == {"floor_area_m2": 800}


def test_shares_of_one_in_a_column_of_percentages_are_read_as_percent_format_and_told() -> None:
    heading = ["工程编号", "填报日期", "形象进度（%）"]
    found = sheet(heading, ["W1", "2026-06-01", 0.65], ["W2", "2026-06-01", 1.0])
    column = KINDS["progress_report"].column("progress_pct")
    assert [
        read_column(column, one.values["progress_pct"]).values["progress_pct"] for one in found.records
    ] == [65, 100]
    assert Problem.UNIT_CONVERTED in problems(found)
    ours = sheet(["编号", *heading], ["R1", "W1", "2026-06-01", 0.65])
    assert ours.records[0].values["progress_pct"] == 0.65
    mixed = sheet(heading, ["W1", "2026-06-01", 0.65], ["W2", "2026-06-01", 40])
    assert [one.values["progress_pct"] for one in mixed.records] == [0.65, 40]


def test_columns_beyond_the_three_hundredth_are_told_not_read() -> None:
    names = ["楼院名称", "街道", *(f"栏{at}" for at in range(16_000)), "户数"]
    for found in (sheet(names, ["甲院", "乙街道"]), table(*names)):
        assert len(found.headings) == MOST_COLUMNS
        assert any("16003 栏" in one.message for one in found.issues)


# ── Features ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_names_that_a_shapefile_cut_off_are_completed_where_only_one_fits() -> None:
    names = ("楼院名", "street_cod", "floor_area", "position_l", "建筑面")
    found = table(*names, rows=[["甲", "乙", 1, 2, 3]], form="shp", asked=Asked(kind="compound"))
    assert fields(found) == {
        "楼院名": "name",
        "street_cod": "street_code",
        "position_l": "",
        "floor_area": "",
        "建筑面": "",
    }
    assert found.asks == ("columns",)
    assert fields(table("layer", "楼院名", form="shp", asked=Asked(kind="heritage_zone")))["layer"] == ""
    assert fields(table("楼院名", "street_cod", "建筑面", form="shp"))["建筑面"] == "floor_area_m2"
    assert fields(table("楼院名称", "street_cod", "户数", form="geojson"))["street_cod"] == ""


def test_features_become_records_with_their_row() -> None:
    found = table("编号", "楼院名称", "街道", rows=[["A", "甲", "乙"], ["B", "丙", None]])
    assert [(one.row, one.line, one.values["name"]) for one in found.records] == [(1, 0, "甲"), (2, 1, "丙")]


# ── Laws ──────────────────────────────────────────────────────────────────────────────────────────────────────

BODY = some.lists(
    some.one_of(
        some.tuples(some.none(), some.text("院路街", min_size=1, max_size=4), some.integers(1, 9)),
        some.just(("小计", None, 9)),
        some.just(("合计", None, 9)),
        some.just((None, None, None)),
    ),
    min_size=2,
    max_size=10,
)


@pytest.mark.property
@given(body=BODY, cut=some.integers(0, 8), length=some.integers(2, 10))
def test_filling_down_never_crosses_a_total(body: list[tuple[Any, ...]], cut: int, length: int) -> None:
    first = min(cut, len(body) - 2)
    rows = [("街道", "楼院名称", "户数"), *body]
    rows[first + 1] = ("西大街街道", "甲院", 3)
    last = min(first + length, len(body))
    found = sheet(*rows, merged=[(first + 2, 1, last + 1, 1)])
    totals = [one.row for one in found.skipped if one.why in ("total", "subtotal") and one.row > first + 2]
    for one in found.records:
        inside = first + 2 <= one.row <= min([last + 1, *(row - 1 for row in totals)])
        assert one.values["street_code"] == ("西大街街道" if inside else None)


@pytest.mark.property
@given(
    rows=some.lists(
        some.lists(
            some.one_of(some.none(), some.text(max_size=6), some.integers(), some.floats()), max_size=5
        ),
        max_size=8,
    )
)
def test_whatever_a_sheet_holds_no_row_gets_lost(rows: list[list[Any]]) -> None:
    found = sheet(["楼院名称", "街道", "户数", "合计", "备注"], *rows, asked=Asked(kind="compound"))
    ended = [one.row for one in found.records] + [one.row for one in found.skipped]
    assert sorted(ended) == [*range(1, len(rows) + 2)]
    assert all(one.severity is not Severity.ERROR for one in found.issues)
