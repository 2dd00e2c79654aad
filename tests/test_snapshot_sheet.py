"""The snapshot: everything a sheet must carry, true to scale, the same bytes, and no character that cannot be printed."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely
from PIL import Image
from shapely import affinity

from cartography import symbology as s
from cartography.print import glyphs, legend
from cartography.print.glyphs import MissingGlyph
from cartography.print.paper import size_mm
from cartography.print.typeset import FONT_FILES, FONTS, TEMPLATES, BadTemplate, typeset
from geodata.crs import METRIC_CRS, STORED_CRS
from geodata.errors import BadValue
from geodata.settings import Settings
from geodata.vocabulary import Light, Orientation, Paper, SheetBlock, SheetFormat
from sheets import compose, mapping
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet, finish
from tests.printed import looks_apart, said
from tests.registers import HOSTILE, TODAY

WEST = "410104002"
PUBLIC = {"audience": "public", "classification": "public", "review_number": "豫S〔2026〕01号"}
DOCS = Path(__file__).parents[1] / "docs" / "templates.md"
X, Y = 473_000.0, 3_846_000.0


def sheet(content: Register, **chosen: Any) -> Sheet:
    given = {"as_of": TODAY, "paper": Paper.A4, "filters": {"streets": (WEST,)}, "labelling": "none"}
    return compose.compose(Setup.model_validate(given | chosen), content)


def changed(content: Register, layer: str, **columns: Any) -> Register:
    """The register with other values in some columns of a layer."""
    frames = {**content.frames, layer: content.frames[layer].assign(**columns)}
    return replace(content, frames=frames, _kept={})


def block(made: Sheet, title: str) -> dict[str, Any]:
    return next(one for one in made.data["blocks"] if title in one["title"])


# ---- what a sheet says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", Paper)
def test_every_paper_carries_what_a_sheet_must(demo: Register, paper: Paper) -> None:
    made = sheet(
        demo, paper=paper, scale=5000, unit="测试单位", notes="只作测试", link="https://map.example/?v=1"
    )
    words = said(made)
    for wanted in (
        "管城回族区西大街街道老旧小区改造阶段图", "截至2026-11-24", f"修订{demo.revision}", "1:5000", "北", "演示数据",
        "2000国家大地坐标系", "资料来源", "OpenStreetMap", "不作划界依据", "测试单位", "内部资料", "第1/1页", "扫码看同一视图",
        "map.example",
    ):  # fmt: skip
        assert wanted in words, f"{wanted} is missing"
    for group in made.data["legend"]:
        assert all(entry["label"].replace(" ", "") in words for entry in group["entries"])


def test_a_portrait_sheet_has_its_legend_and_blocks_below_the_map(demo: Register) -> None:
    made = sheet(demo, orientation="portrait", blocks=tuple(SheetBlock), notes="只作测试")
    words = said(made)
    for wanted in ("各街道进展", "改造阶段构成", "严重滞后的楼院", "图上楼院", "说明", "个未列出"):
        assert wanted in words


def test_the_legend_holds_what_lies_in_the_frame_and_nothing_else(demo: Register) -> None:
    made = sheet(demo, off=("zones", "wall", "roads", "areas", "reference"))
    groups = {group["title"]: group["entries"] for group in made.data["legend"]}
    assert set(groups) == {"改造阶段", "界线与道路"}
    counted = sum(
        int(one["count"])
        for one in groups["改造阶段"]
        if "hold" not in one["file"] and "uncertain" not in one["file"]
    )
    assert counted == int((demo.frames["compound"]["street_code"] == WEST).sum())


def test_the_legend_names_the_outline_of_what_is_selected_and_streets_outside_the_totals(
    demo: Register,
) -> None:
    drawn = demo.frames["compound"]["geometry"].notna() & (demo.frames["compound"]["street_code"] == WEST)
    outside = demo.frames["street_office"].index != WEST
    content = changed(demo, "street_office", in_totals=~outside)
    made = sheet(content, selected=drawn[drawn].index[0], scale=20_000)
    lines = {one["label"]: one["count"] for group in made.data["legend"] for one in group["entries"]}
    assert lines["选中的楼院"] == "1"
    assert "不计入合计的街道" in lines
    public = sheet(demo, selected=drawn[drawn].index[0], **PUBLIC)  # points have no outline
    assert "选中的楼院" not in said(public)


def test_the_legend_names_boundaries_that_are_not_certain(demo: Register) -> None:
    def outlines(content: Register, **chosen: Any) -> list[str]:
        entries = [one for group in sheet(content, **chosen).data["legend"] for one in group["entries"]]
        return [one["label"] for one in entries if one["label"].startswith("楼院界")]

    assert outlines(demo) == ["楼院界（演示）"]
    status = demo.frames["compound"]["boundary_status"]
    mixed = status.where(status.index != status[status == "synthetic"].index[0], "schematic")
    surveyed = status.where(status != "synthetic", "surveyed")
    assert outlines(changed(demo, "compound", boundary_status=mixed), filters={}) == [
        "楼院界（示意）",
        "楼院界（演示）",
    ]
    assert outlines(changed(demo, "compound", boundary_status=surveyed)) == []
    assert outlines(demo, **PUBLIC) == []


@pytest.mark.parametrize("length", [30, 400])
def test_a_code_is_large_enough_to_be_read_by_a_telephone(demo: Register, length: int) -> None:
    made = sheet(demo, link="https://map.example/?" + "x" * length, blocks=())
    pixels = np.asarray(Image.open(io.BytesIO(finish(made, SheetFormat.PNG, dpi=100)[0])).convert("L"))
    bare = replace(made, data=made.data | {"qr": None})
    without = np.asarray(Image.open(io.BytesIO(finish(bare, SheetFormat.PNG, dpi=100)[0])).convert("L"))
    page, modules = made.data["page"], made.data["qr"]["modules"]
    left = int((page["width"] - page["margin"] - page["side"]) * 100 / 25.4)
    other = (pixels != without)[int(pixels.shape[0] * 0.6) : int(pixels.shape[0] * 0.93), left:]
    across = np.flatnonzero(other[:, : int(32 * 100 / 25.4)].sum(axis=0) > 10)
    assert (across[-1] - across[0]) * 25.4 / 100 / modules > 0.3


def test_a_picture_too_large_for_a_server_is_refused_with_what_to_do(demo: Register) -> None:
    with pytest.raises(BadValue, match=r"请用 401 dpi 以下，或存成 PDF"):
        finish(sheet(demo, paper=Paper.A0), SheetFormat.PNG, dpi=600)


def test_title_and_subtitle_say_what_is_shown_and_yield_to_written_ones(demo: Register) -> None:
    made = sheet(demo, theme="warning", filters={"works": ("B01",), "text": "院", "years": ("2025",)}).data
    assert made["title"] == "管城回族区老旧小区改造进度预警图"
    for wanted in ("截至 2026-11-24", "批次：2025 年", "文字：“院”", "改造内容："):
        assert wanted in made["subtitle"]
    written = sheet(demo, title="例会图", subtitle="第三次").data
    assert (written["title"], written["subtitle"]) == ("例会图", "第三次")


def test_no_cross_of_the_grid_lies_on_an_enlargement(demo: Register) -> None:
    made = sheet(demo, filters={}, blocks=())
    part, page = made.data["map"]["detail"], made.data["page"]
    without = replace(made, data=made.data | {"map": made.data["map"] | {"ticks": {"x": [], "y": []}}})
    left, top = (
        page["margin"] + page["tick"] + part["x"],
        page["margin"] + page["head"] + page["tick"] + part["y"],
    )
    mm = 96 / 25.4
    box = (left + 1, top + 1, left + part["width"] - 1, top + part["height"] - 1)
    shown, bare = (
        Image.open(io.BytesIO(finish(one, SheetFormat.PNG, dpi=96)[0]))
        .convert("L")
        .crop([at * mm for at in box])
        for one in (made, without)
    )
    assert np.array_equal(np.asarray(shown), np.asarray(bare))


def test_a_scale_without_a_view_shows_where_most_compounds_lie(demo: Register) -> None:
    made = sheet(demo, filters={}, scale=5000, blocks=())
    assert made.data["map"]["scale"] == 5000
    shown = int(re.findall(r"图上 (\d+) 个楼院", made.data["subtitle"])[0])
    assert shown > 40  # the middle of the district has one


def test_the_table_of_streets_says_who_is_not_counted(demo: Register) -> None:
    whole = sheet(demo, filters={}, blocks=("streets", "composition"))
    removed = (demo.states(TODAY)["status"] == "removed").sum()
    table = block(whole, "各街道进展")
    assert f"已调出的 {removed} 个楼院未计" in table["note"]
    assert "≥ ：另有小区暂无记录" in table["note"]
    unknown = {row[0] for row in table["rows"] if row[4].startswith("≥")}
    assert 0 < len(unknown) < len(table["rows"])
    assert table["totals"][0][4].startswith("≥")


def test_what_is_meant_and_cannot_be_seen_is_told(demo: Register) -> None:
    far = {"lon": 113.9, "lat": 34.6, "width_m": 500, "height_m": 500}
    made = sheet(demo, filters={}, view=far)
    known = len(demo.frames["compound"])
    said_numbers = [int(re.findall(r"\d+", notice)[0]) for notice in made.notices]
    assert sum(said_numbers) == known
    assert "图上 0 个楼院" in made.data["subtitle"]
    assert "在图外" in made.data["subtitle"]
    assert finish(made, SheetFormat.PDF)


def test_one_place_that_is_far_off_does_not_empty_the_map(demo: Register) -> None:
    shapes = demo.frames["compound"].geometry.copy()
    drawn = shapes[shapes.notna()]
    shapes[drawn.index[0]] = affinity.translate(drawn.iloc[0], xoff=4.0)
    made = sheet(changed(demo, "compound", geometry=shapes), filters={})
    assert made.notices[0] == "有 1 个楼院在图框外"
    assert made.data["map"]["scale"] < 200_000
    assert int(re.findall(r"图上 ([\d,]+) 个", made.data["subtitle"])[0]) > 100


def test_a_map_of_the_whole_district_shows_its_crowded_part_again(demo: Register) -> None:
    made = sheet(demo, paper=Paper.A3, filters={}, labelling="names", blocks=())
    whole, part = made.data["map"], made.data["map"]["detail"]
    assert part["scale"] <= 0.6 * whole["scale"]
    assert "在图外" not in made.data["subtitle"]
    left, _top, right, bottom = part["source"]
    assert right <= part["x"] or part["x"] + part["width"] <= left or bottom <= part["y"]
    words = said(made)
    assert "局部放大" in words
    assert part["scale_text"].replace(" ", "") in words
    alone = sheet(demo, paper=Paper.A3, filters={}, labelling="names", blocks=(), inset=False)
    assert alone.data["map"]["detail"] is None
    written = (int(re.findall(r"\d+", one.notices[-1])[0]) for one in (alone, made))
    assert next(written) > next(written)


def test_a_scale_or_a_view_that_was_chosen_is_not_enlarged(demo: Register) -> None:
    view = {"lon": 113.68, "lat": 34.74, "width_m": 20_000, "height_m": 20_000}
    for chosen in ({"scale": 50_000}, {"view": view}):
        assert sheet(demo, filters={}, **chosen).data["map"]["detail"] is None


@pytest.mark.parametrize(("paper", "orientation"), [("a4", "portrait"), ("slide", "landscape")])
def test_texts_as_long_as_can_be_push_off_nothing_that_a_sheet_must_carry(
    demo: Register, paper: str, orientation: str
) -> None:
    limits = {"title": 120, "subtitle": 200, "notes": 2000, "unit": 120, "exemption": 200}
    typed = {name: ("长文字" * 700)[:most] for name, most in limits.items()}
    made = sheet(
        demo, paper=paper, orientation=orientation, filters={}, blocks=tuple(SheetBlock), inset=False, **typed,
        audience="public", classification="public", review_number="豫S〔2026〕01号",
    )  # fmt: skip
    words = said(made)
    for wanted in (
        "截至2026-11-24", f"修订{demo.revision}", "2000国家大地坐标系", "豫S〔2026〕01号", "第1/1页", "公开", "演示数据",
        "不作划界依据", "北", "放不下，未印",
    ):  # fmt: skip
        assert wanted in words, f"{wanted} is missing"


def test_sources_that_find_no_room_are_counted_and_those_that_must_be_named_come_first(
    demo: Register,
) -> None:
    sources = [f"来源汇编第{number}号" * 3 for number in range(len(demo.frames["compound"]))]
    sources[-1] = "来源© 某某"
    made = sheet(changed(demo, "compound", source=sources), filters={})
    words = said(made)
    for wanted in ("OpenStreetMapcontributors", "来源©某某", f"等{len(made.data['sources'])}项"):
        assert wanted in words
    assert "长…" in said(replace(made, data=made.data | {"sources": ["长" * 3000]}))


def test_a_slide_has_a_large_map_and_room_for_its_table(demo: Register) -> None:
    made = sheet(demo, paper=Paper.SLIDE, filters={}, blocks=("streets",), link="http://intranet/?street=1")
    assert made.data["map"]["height"] > made.data["page"]["height"] * 0.65
    words = said(made)
    assert "未列出" not in words
    assert all(row[0] in words for row in block(made, "各街道进展")["rows"])
    assert "扫码看同一视图" in words


def test_an_inset_that_finds_no_room_is_told(demo: Register) -> None:
    crowded = sheet(demo, paper=Paper.SLIDE, labelling="none")
    assert crowded.data["inset"]
    assert "位置图在本图幅放不下，未印" in said(crowded)


def test_filters_that_leave_nothing_still_give_a_sheet(demo: Register) -> None:
    made = sheet(demo, filters={"text": "没有这样的楼院"}, blocks=tuple(SheetBlock))
    assert "图上 0 个楼院" in made.data["subtitle"]
    assert {one["kind"] for one in made.data["blocks"]} == {"texts"}
    assert "没有符合筛选条件的楼院" in said(made)


def test_a_public_sheet_has_neither_ticks_nor_leaders_nor_stamp(demo: Register) -> None:
    inside = sheet(demo, theme="warning", blocks=("delayed",))
    outside = sheet(demo, theme="warning", blocks=("delayed",), **PUBLIC)
    heads = [[column["label"] for column in block(one, "滞后")["columns"]] for one in (inside, outside)]
    assert ("分包领导" in heads[0], "分包领导" in heads[1]) == (True, False)
    words = said(outside)
    assert "审图号：豫S〔2026〕01号" in words
    assert "ticks" not in outside.data["map"]
    assert outside.data["stamp"] is None
    assert not set(demo.frames["compound"]["leader"].dropna()) & set(re.findall(r"分包领导\w", words))


def test_leaders_are_left_out_when_the_register_knows_none(demo: Register) -> None:
    nobody = changed(demo, "compound", leader=None)
    labels = [column["label"] for column in block(sheet(nobody, blocks=("delayed",)), "滞后")["columns"]]
    assert labels == ["楼院", "原因", "天数"]


def test_unknown_households_and_progress_are_a_dash_never_zero(demo: Register) -> None:
    bare = changed(
        demo, "compound", households=pd.array([pd.NA] * len(demo.frames["compound"]), dtype="Int64")
    )
    made = sheet(bare, blocks=("streets", "compounds"))
    assert [row[3] for row in block(made, "街道")["rows"]] == ["—"]
    states = demo.states(TODAY)["progress_pct"]
    for key, _name, _stage, done in block(made, "图上楼院")["rows"]:
        assert (done == "—") == bool(np.isnan(states[key]))


def test_the_mark_of_invented_data_shows_only_with_such_data(demo: Register) -> None:
    assert sheet(demo).data["watermark"] == "演示数据"
    assert sheet(real(demo)).data["watermark"] is None


def real(content: Register) -> Register:
    """The register as if nothing in it were invented."""
    frames = {
        layer: frame.assign(data_status="official") if "data_status" in frame else frame
        for layer, frame in content.frames.items()
    }
    return replace(content, frames=frames, _kept={})


def test_the_inset_stands_only_where_the_map_is_a_part_of_the_district(demo: Register) -> None:
    assert sheet(demo, scale=5000).data["inset"]
    assert sheet(demo, scale=5000, inset=False).data["inset"] is None
    assert sheet(demo, scale=200_000).data["inset"] is None


# ---- true to scale, the same bytes ----------------------------------------------------------------------------


def moved(content: Register) -> tuple[Register, tuple[str, str]]:
    """A register with two finished compounds whose centres lie 500 m apart, and their ids."""
    states = content.states(TODAY)
    first, second = states.index[states["light"] == Light.COMPLETED][:2]
    shapes = [shapely.box(X + east - 30, Y - 30, X + east + 30, Y + 30) for east in (-250, 250)]
    places = gpd.GeoSeries(shapes, index=[first, second], crs=METRIC_CRS).to_crs(STORED_CRS)
    rows = content.frames["compound"].copy()
    for key in (first, second):
        rows.loc[key, "geometry"] = places[key]
    return replace(
        real(content),
        frames={**real(content).frames, "compound": rows.assign(data_status="official")},
        _kept={},
    ), (first, second)


def _greenness(colour: str) -> int:
    """How much more green than red a colour holds: grey writing has none."""
    return int(colour[3:5], 16) - int(colour[1:3], 16)


@pytest.mark.parametrize(
    ("paper", "orientation", "scale", "dpi"),
    [
        ("a4", "landscape", 5000, 200), ("a3", "portrait", 10_000, 200), ("a2", "landscape", 4000, 96),
        ("a1", "portrait", 3000, 72), ("a0", "landscape", 1500, 36), ("slide", "landscape", 6000, 200),
    ],
)  # fmt: skip
def test_500_metres_measure_what_the_scale_says(
    demo: Register, paper: str, orientation: str, scale: int, dpi: int
) -> None:
    content, both = moved(demo)
    made = sheet(
        content, paper=paper, orientation=orientation, scale=scale, theme="warning", filters={}, compounds=both, blocks=(),
        off=("zones", "wall", "roads", "areas", "reference", "hold"), inset=False,
    )  # fmt: skip
    picture = Image.open(io.BytesIO(finish(made, SheetFormat.PNG, dpi=dpi)[0])).convert("RGB")
    width, height = size_mm(Paper(paper), Orientation(orientation))
    assert picture.size == pytest.approx((width / 25.4 * dpi, height / 25.4 * dpi), abs=1)
    page, per_mm = made.data["page"], dpi / 25.4
    left, top = (
        (page["margin"] + page["tick"]) * per_mm,
        (page["margin"] + page["head"] + page["tick"]) * per_mm,
    )
    right, bottom = left + made.data["map"]["width"] * per_mm, top + made.data["map"]["height"] * per_mm
    seen = np.asarray(picture.crop((int(left), int(top), int(right), int(bottom))), dtype=int)
    green = np.abs(seen[..., 1] - seen[..., 0] - _greenness(s.WARNING[Light.COMPLETED].fill)) < 25
    xs = np.nonzero(green)[1]
    middle = (xs.min() + xs.max()) / 2
    measured_mm = (xs[xs > middle].mean() - xs[xs < middle].mean()) / per_mm
    assert measured_mm * scale / 1000 == pytest.approx(500, rel=0.005)


def test_the_scale_bar_measures_what_it_says(demo: Register) -> None:
    for scale in (1000, 5000, 20_000):
        bar = sheet(demo, scale=scale).data["scale_bar"]
        assert bar["mm"] * scale / 1000 == pytest.approx(bar["metres"])


def test_the_same_set_up_of_the_same_revision_gives_the_same_bytes(demo: Register, again: Register) -> None:
    chosen = {"blocks": tuple(SheetBlock), "labelling": "names", "link": "https://map.example/?v=1"}
    first, second = (sheet(one, **chosen) for one in (demo, again))
    for form in (SheetFormat.PDF, SheetFormat.SVG):
        assert finish(first, form) == finish(second, form)


# ---- texts that people typed ----------------------------------------------------------------------------------


def test_hostile_texts_print_as_themselves(demo: Register) -> None:
    key = demo.frames["compound"].index[demo.frames["compound"]["street_code"] == WEST][0]
    names = demo.frames["compound"]["name"].copy()
    names[key] = HOSTILE
    made = sheet(
        changed(demo, "compound", name=names), paper=Paper.A2, title=HOSTILE, subtitle=HOSTILE, notes=HOSTILE, unit=HOSTILE,
        blocks=("compounds",),
    )  # fmt: skip
    assert said(made).count("".join(HOSTILE.split())) >= 4


def test_a_character_without_glyph_is_named_with_its_text(demo: Register) -> None:
    with pytest.raises(MissingGlyph, match=r"“𠮷”（U\+20BB7）.*“𠮷祥里例会图”"):
        finish(sheet(demo, title="𠮷祥里例会图"), SheetFormat.PDF)


def test_a_character_without_glyph_on_the_map_is_found_too() -> None:
    fonts = tuple(FONTS / file for file in FONT_FILES.values())
    glyphs.check(
        {"title": "一切都好\n\u200b"},
        {"map.svg": "<svg><text x='1'>堌垌&amp;院</text></svg>".encode()},
        fonts,
    )
    with pytest.raises(MissingGlyph, match=r"U\+20BB7"):
        glyphs.check({}, {"map.svg": "<svg><text x='1'>东&#134071;院</text></svg>".encode()}, fonts)


def test_a_control_character_is_named_and_what_leaves_no_trace_is_let_through(tmp_path: Path) -> None:
    page = tmp_path / "page.typ"
    page.write_text('#set text(font: "Noto Sans SC")\n#json("data.json").said', encoding="utf-8")

    def printed(said_so: str) -> list[bytes]:
        return typeset(page, {"said": said_so}, {}, form="png", ppi=72)

    unseen = "\xad\u034f\u061c\u180e\u200b\u200d\u200f\u202a\u2066\u2069\u2060\ufe00\ufe0f\ufeff\U000e0100\U000e01ef"
    assert printed(f"甲{unseen}乙") == printed("甲乙")
    assert printed("甲\u2028乙") == printed("甲\n乙")
    for character in "\x00\x07\x1b\x7f\x9f\u0604\ufff9":
        with pytest.raises(MissingGlyph, match=f"U\\+{ord(character):04X}"):
            printed(f"甲{character}乙")


# ---- templates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("  #undefined-thing()", r"office\.typ 第 3 行第 4 列有错：没有名为“undefined-thing”的变量或函数"),
        ("#d.nothing", r"第 3 行第 4 列有错：没有字段“nothing”，可用的字段见 docs/templates\.md"),
        ("#head((:))", r"第 3 行第 2 列有错（出错处在 lib\.typ 第 \d+ 行）：没有字段“page”"),
        ("#text(", r"第 3 行第 \d+ 列有错：括号没有收尾"),
        ('#image("none.png")', r"第 3 行第 \d+ 列有错：没有文件“none\.png”"),
    ],
)
def test_an_error_in_a_template_is_told_with_file_line_and_column(
    tmp_path: Path, line: str, says: str
) -> None:
    office = tmp_path / "office.typ"
    office.write_text(f'#import "lib.typ": *\n#let d = (a: 1)\n{line}\n', encoding="utf-8")
    with pytest.raises(BadTemplate, match=says):
        typeset(office, {}, {}, form="pdf")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("#text(size: 3)[甲]", "这里应是长度，写的却是整数；长度要带单位，如 3pt"),
        ('#text(fill: "red")[甲]', "这里应是颜色、渐变、图案，写的却是文字"),
        ('#text(weight: "fat")[甲]', "这里只能写整数、"),
        ('#(1 + "甲")', r"整数与文字不能相加；整数要先写成 str\(…\)"),
        ("#let x = ", "这里缺少表达式"),
        ("#(1, 2).at(5)", r"要取第 5 项（从 0 数起），而列表只有 2 项"),
        ("#none.name", "none没有字段可取（上一级可能是空的）"),
        ('#import "lib.typ": nothing', "引入的文件里没有这个名字"),
        ("#{ 1 2 }", "一行里有两句：请分行，或用分号隔开"),
        ("#3a", "数后面的“a”不是单位"),
        ("甲@乙", r"没有标签 <乙>；@ 在文字里要写成 \\@"),
        ("#calc.sqrt(-1)", "排版程序的原文是：cannot take square root of negative number"),
    ],
)
def test_the_commonest_mistakes_are_told_in_chinese_and_a_rare_one_as_it_is(
    tmp_path: Path, line: str, says: str
) -> None:
    office = tmp_path / "office.typ"
    office.write_text(f"第一行\n{line}\n", encoding="utf-8")
    with pytest.raises(BadTemplate, match=f"office\\.typ 第 2 行第 \\d+ 列有错：{says}"):
        typeset(office, {}, {}, form="pdf")


def test_a_font_that_we_lack_is_told_with_its_line_and_ours_is_used(tmp_path: Path) -> None:
    office, heard = tmp_path / "office.typ", []
    office.write_text('第一行\n#text(font: "仿宋")[甲] #text(font: "Noto Sans SC")[乙]\n', encoding="utf-8")
    made = typeset(office, {}, {}, form="pdf", on_warning=heard.append)
    assert "甲" in "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made[0])).pages)
    (said_so,) = heard
    assert said_so.startswith("模板 office.typ 第 2 行第 13 列要留意：没有字体“仿宋”，改用本系统的字体")


def test_no_template_of_ours_is_doubtful(demo: Register) -> None:
    heard: list[str] = []
    finish(sheet(demo), SheetFormat.SVG, on_warning=heard.append)
    assert heard == []


# ---- SVG ------------------------------------------------------------------------------------------------------


def test_a_page_as_svg_needs_no_font_and_no_other_file_and_looks_as_it_is_printed(
    demo: Register, tmp_path: Path
) -> None:
    made = sheet(demo, labelling="names", filters={}, blocks=["composition"])
    assert b"<text" in made.files["map.svg"]
    (page,) = finish(made, SheetFormat.SVG)
    for gone in (b"<text", b"<image", b"data:"):
        assert gone not in page
    names = re.findall(rb'\bid="([^"]+)"', page)
    assert len(names) == len(set(names)) > 100
    named = {*re.findall(rb'href="#([^"]+)"', page), *re.findall(rb"url\(#([^)]+)\)", page)}
    assert named <= set(names)
    assert not re.search(rb'="#[0-9a-f]{8}"', page)
    again = tmp_path / "again.typ"
    again.write_text('#set page(width: 297mm, height: 210mm, margin: 0mm)\n#image("page.svg", width: 100%)\n')
    drawn = [
        finish(made, SheetFormat.PNG, dpi=96)[0],
        typeset(again, {}, {"page.svg": page}, form="png", ppi=96)[0],
    ]
    assert looks_apart(*(Image.open(io.BytesIO(one)).convert("L") for one in drawn)) < 0.002


def test_a_transparent_colour_is_written_for_every_program(tmp_path: Path) -> None:
    office = tmp_path / "office.typ"
    office.write_text("#rect(fill: gradient.linear(black, black.transparentize(80%)))\n", encoding="utf-8")
    (page,) = typeset(office, {}, {}, form="svg")
    assert not re.search(rb'="#[0-9a-f]{8}"', page)
    assert b' stop-opacity="0.2"' in page


def test_the_template_of_the_office_comes_first(demo: Register, tmp_path: Path) -> None:
    source = (TEMPLATES / "snapshot.typ").read_text(encoding="utf-8")
    (tmp_path / "snapshot.typ").write_text(source + "\n#place(bottom)[本局专用]\n", encoding="utf-8")
    office = Settings.model_validate({"print": {"templates": str(tmp_path)}})
    assert "本局专用" in said(sheet(replace(demo, office=office, _kept={})))


def test_the_documented_fields_are_those_of_the_data(demo: Register) -> None:
    made = sheet(demo, link="https://map.example/?v=1", blocks=tuple(SheetBlock), scale=5000).data
    table = DOCS.read_text(encoding="utf-8").split("## Fields\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    told = {name: row[2] for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert set(told) == set(made)
    for field in ("page", "map", "scale_bar", "inset", "qr", "ink"):
        assert set(made[field]) <= set(re.findall(r"`(\w+)`", told[field])), field


def test_the_legend_of_an_empty_map_has_no_group(demo: Register) -> None:
    chosen = Setup.model_validate({"as_of": TODAY, "filters": {"text": "没有这样的楼院"}})
    content = mapping.content(chosen, demo)
    assert legend.build(content, legend.Shown()) == ([], {})


@pytest.mark.parametrize(
    "line",
    [
        '#read("README.md")',
        '#read("/README.md")',
        '#image("static/css/app.css")',
        '#import "@preview/cetz:0.2.0"',
        '#import "@" + "preview/cetz:0.2.0"',
        '#let p = "@preview/cetz:0.2.0"; #import p',
        '#let a = "甲 // "; #import "@preview/cetz:0.2.0"',
        '#import "甲".replace("甲", "@preview/cetz:0.2.0")',
        '#import "\\u{40}preview/cetz:0.2.0"',
        '#eval("1 + 1")',
        '#include "README.md"',
    ],
)
def test_a_template_reads_nothing_but_its_own_parts_and_calls_nobody(tmp_path: Path, line: str) -> None:
    office = tmp_path / "office.typ"
    office.write_text(f'#import "lib.typ": *\n{line}\n', encoding="utf-8")
    with pytest.raises(BadTemplate, match=r"office\.typ") as refused:
        typeset(office, {}, {}, form="pdf")
    assert "/tmp/" not in str(refused.value)
    assert "download" not in str(refused.value)
