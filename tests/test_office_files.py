"""Slides, documents and the map in one file: what people can still edit, what is kept, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pptx
import pytest
from docx.oxml.ns import qn
from pptx.enum.shapes import MSO_SHAPE_TYPE

from cartography.web_file import safe_json
from cartography.web_map import look
from geodata.errors import BadFile, BadValue
from geodata.store import Store
from geodata.vocabulary import SheetFormat, SheetKind
from sheets import document, figure, files, package, slides, web_page
from sheets.register import Register
from sheets.setup import Setup
from tests.packed import unpack
from tests.registers import TODAY, register_of
from tests.small_store import AUTHOR

HOSTILE = '</script><script>window.hit=1</script> ${hit} {{ 7*7 }} {% x %} <!-- #eval("1") " \' & 院\u2028'
PUBLIC = {"audience": "public", "classification": "public", "exemption": "示意图"}
Write = Callable[[Setup, Register], bytes]
WRITERS = [slides.write, document.write, web_page.write]


@pytest.fixture(scope="module")
def small(made: Path) -> Register:
    """The register of the small store."""
    return register_of(made / "small.gpkg")


@pytest.fixture
def hostile(small_store: Store) -> Register:
    """The same with hostile names of a compound and its street office."""
    with small_store.commit(author=AUTHOR, reason="改名") as save:
        for layer, record in (("compound", "C1"), ("street_office", "S1")):
            version = small_store.row(layer, record)["version"]  # type: ignore[index]
            save.update(layer, record, {"name": HOSTILE}, version=version)
    return register_of(small_store)


def setup(**chosen: Any) -> Setup:
    return Setup(**{"as_of": TODAY, "dpi": 96, "title": "西大街片区", **chosen})


def deck_of(content: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(content))


def texts_of(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def paragraphs(content: bytes) -> list[str]:
    return [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]


def map_of(slide: Any) -> Any:
    return next(shape for shape in slide.shapes if shape.name == "地图")


def data_of(content: bytes) -> dict[str, Any]:
    found = re.findall(r'<script type="application/json" id="cy-file">(.*?)</script>', content.decode(), re.S)
    assert len(found) == 1
    return json.loads(found[0])


# ---- slides -----------------------------------------------------------------------------------------------


def test_a_slide_has_title_source_legend_and_notes_as_texts(small: Register) -> None:
    deck = deck_of(slides.write(setup(notes="会后更新", link="http://intranet/?a=1"), small))
    (slide,) = deck.slides
    assert slide.shapes.title.text == "西大街片区"
    assert "截至 2026-11-24" in texts_of(slide)
    assert "改造阶段" in texts_of(slide)
    assert "暂无记录" in texts_of(slide)
    notes = slide.notes_slide.notes_text_frame.text
    for said in (
        "截至 2026-11-24",
        "修订 3",
        "资料来源：测试",
        "会后更新",
        "http://intranet/?a=1",
        "不作划界依据",
    ):
        assert said in notes


@pytest.mark.parametrize(
    ("write", "opener"),
    [(slides.write, deck_of), (document.write, lambda one: docx.Document(io.BytesIO(one)))],
)
def test_a_file_says_its_title_and_neither_a_person_nor_a_program(
    small: Register, write: Write, opener: Callable[[bytes], Any]
) -> None:
    kept = opener(write(setup(), small)).core_properties
    assert kept.title == "西大街片区"
    assert {kept.author, kept.last_modified_by, kept.comments, kept.keywords, kept.subject} == {""}


def test_classification_and_invented_data_stay_visible_on_the_slide(small: Register) -> None:
    (slide,) = deck_of(slides.write(setup(), small)).slides
    assert "内部资料　演示数据" in texts_of(slide)


def test_the_map_of_a_slide_is_one_sharp_picture_with_words_for_those_who_cannot_see_it(
    small: Register,
) -> None:
    deck = deck_of(slides.write(setup(dpi=300), small))
    assert (deck.slide_width, deck.slide_height) == (pptx.util.Mm(338.667), pptx.util.Mm(190.5))
    shape = map_of(deck.slides[0])
    assert shape.shape_type is MSO_SHAPE_TYPE.PICTURE
    assert shape.image.size[0] / (shape.width / 914_400) > 200  # dots per inch as shown
    assert "西大街片区" in shape._element.nvPicPr.cNvPr.get("descr")
    assert shape.width / shape.height == pytest.approx(shape.image.size[0] / shape.image.size[1], rel=0.01)


def test_nothing_on_a_slide_lies_outside_it_or_over_the_map(small: Register) -> None:
    deck = deck_of(slides.write(setup(title="很长的标题" * 20), small))
    shown = map_of(deck.slides[0])
    for shape in deck.slides[0].shapes:
        assert shape.left >= 0
        assert shape.left + shape.width <= deck.slide_width
        assert shape.top + shape.height <= deck.slide_height
        apart = shape.left >= shown.left + shown.width or shape.top >= shown.top + shown.height
        assert shape.name == "地图" or apart or shape.top + shape.height <= shown.top


def test_a_deck_names_chinese_fonts_and_packs_none(small: Register) -> None:
    with zipfile.ZipFile(io.BytesIO(slides.write(setup(), small))) as deck:
        theme = deck.read("ppt/theme/theme1.xml").decode()
        assert not [name for name in deck.namelist() if "font" in name]
    assert set(re.findall(r'<a:ea typeface="([^"]*)"', theme)) == {"微软雅黑"}


def test_several_maps_are_several_slides(small: Register) -> None:
    deck = deck_of(slides.write([setup(), setup(title="二", theme="warning")], small))
    assert [slide.shapes.title.text for slide in deck.slides] == ["西大街片区", "二"]


def test_the_tables_of_a_map_stand_in_the_notes_of_its_slide(small: Register) -> None:
    (slide,) = deck_of(slides.write(setup(blocks=("streets",)), small)).slides
    notes = slide.notes_slide.notes_text_frame.text.splitlines()
    (head,) = [number for number, line in enumerate(notes) if line.startswith("各街道进展")]
    assert notes[head + 1].split("\t")[:3] == ["街道", "小区", "楼院"]
    assert notes[head + 2].startswith("西大街")


def office_deck() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "区里的模板", "原有内容"
    slide.notes_slide.notes_text_frame.text = "原有备注"
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def test_appending_keeps_the_slides_size_and_layouts_that_are_there(small: Register) -> None:
    before = deck_of(office_deck())
    deck = deck_of(slides.append(office_deck(), setup(), small))
    first, added = deck.slides
    assert (first.placeholders[1].text, first.notes_slide.notes_text_frame.text) == ("原有内容", "原有备注")
    assert added.shapes.title.text == "西大街片区"
    assert len(added.placeholders) == 1  # no empty box that asks to be filled
    assert (deck.slide_width, len(deck.slide_layouts)) == (before.slide_width, len(before.slide_layouts))


# ---- documents --------------------------------------------------------------------------------------------


def test_a_document_has_the_margins_of_official_papers_and_the_map_fills_their_width(small: Register) -> None:
    made = docx.Document(io.BytesIO(document.write(setup(), small)))
    (section,) = made.sections
    assert [round(one.mm) for one in (section.top_margin, section.left_margin, section.right_margin)] == [
        37,
        28,
        26,
    ]
    picture = made.inline_shapes[0]
    assert picture.width.mm == pytest.approx(156, abs=0.2)
    assert "西大街片区" in picture._inline.docPr.get("descr")


def test_a_document_says_title_caption_scale_and_facts(small: Register) -> None:
    said = paragraphs(document.write(setup(notes="会后更新"), small))
    assert said[0] == "西大街片区"
    assert any(re.fullmatch(r"图　西大街片区（1:[\d ]+）", one) for one in said)
    for one in ("截至 2026-11-24，修订 3", "资料来源：测试", "说明：会后更新"):
        assert any(text.startswith(one) for text in said)


def test_every_page_of_a_document_shows_the_classification_and_a_number(small: Register) -> None:
    (section,) = docx.Document(io.BytesIO(document.write(setup(), small))).sections
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text == "内部资料　演示数据"
    for footer in (section.footer, section.even_page_footer):
        assert footer.paragraphs[0]._p.findall(qn("w:fldSimple"))[0].get(qn("w:instr")) == "PAGE"


def test_a_document_names_chinese_fonts_with_another_for_computers_that_lack_them(small: Register) -> None:
    with zipfile.ZipFile(io.BytesIO(document.write(setup(), small))) as content:
        styles, table = (content.read(f"word/{name}.xml").decode() for name in ("styles", "fontTable"))
    assert 'w:eastAsia="仿宋_GB2312"' in styles
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in table


def test_a_block_becomes_a_table_whose_head_is_repeated(
    small: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = {
        "kind": "table",
        "title": "街道进度",
        "columns": [{"label": "街道", "align": "left"}, {"label": "楼院", "align": "right"}],
        "rows": [["西大街街道", "4"]] * 60,
        "note": "按楼院计",
    }
    monkeypatch.setattr(figure.Figure, "blocks", [block])
    made = docx.Document(io.BytesIO(document.write(setup(), small)))
    table = made.tables[-1]
    assert [cell.text for cell in table.rows[0].cells] == ["街道", "楼院"]
    assert len(table.rows) == 61
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert "按楼院计" in [one.text for one in made.paragraphs]


def test_the_columns_of_a_documents_table_are_as_wide_as_the_block_asks(
    small: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [
        {"label": "楼院", "align": "left", "share": 4},
        {"label": "原因", "align": "left", "share": 8},
        {"label": "天数", "align": "right"},
    ]
    block = {
        "kind": "table",
        "title": "滞后",
        "columns": columns,
        "rows": [["甲", "停工", "3"]],
        "note": None,
    }
    monkeypatch.setattr(figure.Figure, "blocks", [block])
    table = docx.Document(io.BytesIO(document.write(setup(), small))).tables[-1]
    name, reason, days = (column.width for column in table.columns)
    assert reason == pytest.approx(2 * name, rel=0.01)
    assert days < name


def test_appending_to_a_document_keeps_its_text_and_counts_figures_on(small: Register) -> None:
    given = docx.Document()
    given.add_paragraph("原有文字")
    out = io.BytesIO()
    given.save(out)
    once = document.append(out.getvalue(), setup(), small)
    twice = document.append(once, setup(title="二"), small)
    said = paragraphs(twice)
    assert said[0] == "原有文字"
    assert "内部资料　演示数据" in said
    body = docx.Document(io.BytesIO(twice)).element.body
    fields = [one for one in body.iter(qn("w:fldSimple")) if "SEQ" in one.get(qn("w:instr"))]
    assert ["".join(text.text for text in one.iter(qn("w:t"))) for one in fields] == ["1", "2"]


# ---- both, and the single file ----------------------------------------------------------------------------


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__module__)
def test_same_setup_and_revision_give_the_same_bytes(write: Write, small: Register, made: Path) -> None:
    assert write(setup(), small) == write(setup(), register_of(made / "small.gpkg"))


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__module__)
def test_a_public_file_needs_its_grounds(write: Write, small: Register) -> None:
    with pytest.raises(BadValue, match="审图号"):
        write(setup(audience="public", classification="public"), small)


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__module__)
def test_hostile_titles_and_names_are_texts(write: Write, hostile: Register) -> None:
    made = write(setup(title=HOSTILE[:100], subtitle="控制符\x0b与"), hostile)
    if write is web_page.write:
        assert HOSTILE in [one.name for one in compounds(data_of(made))]
        assert made.decode().count("</script>") == 3
        assert "window.hit" not in re.sub(
            r'<script type="application/json".*?</script>', "", made.decode(), flags=re.S
        ).replace(html_title(made), "")
        return
    said = texts_of(deck_of(made).slides[0]) if write is slides.write else "\n".join(paragraphs(made))
    assert HOSTILE[:60] in said
    assert "控制符\ufffd与" in said


def html_title(content: bytes) -> str:
    found = re.search(r"<title>.*?</title>", content.decode(), re.S)
    assert found
    assert "<script" not in found[0]
    return found[0]


@pytest.mark.parametrize("kind", [SheetKind.SITE_NOTICE, SheetKind.STRATEGY])
@pytest.mark.parametrize("write", [slides.write, document.write], ids=lambda one: one.__module__)
def test_other_kinds_come_as_pictures_of_their_pages(kind: SheetKind, write: Write, small: Register) -> None:
    made = write(setup(kind=kind, selected="C1", paper="a4", orientation="portrait"), small)
    if write is slides.write:
        assert "西大街片区" in deck_of(made).slides[0].shapes.title.text
        assert map_of(deck_of(made).slides[0]).height > map_of(deck_of(made).slides[0]).width
    else:
        assert len(docx.Document(io.BytesIO(made)).inline_shapes) >= 1
        assert "西大街片区" in paragraphs(made)[0]


# ---- foreign files ----------------------------------------------------------------------------------------


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def without(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({one: archive.read(one) for one in archive.namelist() if one != name})


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "0 字节"),
    "no archive": (b"%PDF-1.7 no archive at all", "不是 PowerPoint"),
    "cut": (office_deck()[:9000], "不是 PowerPoint|读不了"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "加了密码"),
    "bomb": (zipped({"[Content_Types].xml": b"x", "ppt/a.xml": bytes(30_000_000)}), "压缩炸弹"),
    "no types": (zipped({"a.txt": b"text"}), "读不了"),
    "part lost": (without(office_deck(), "ppt/presentation.xml"), "读不了"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_or_hostile_deck_is_refused_with_a_reason(name: str, small: Register) -> None:
    content, message = BROKEN[name]
    with pytest.raises(BadFile, match=message):
        slides.append(content, setup(), small)


def test_a_document_is_no_deck_and_a_deck_no_document(small: Register) -> None:
    with pytest.raises(BadFile, match="不是 PowerPoint"):
        slides.append(document.write(setup(), small), setup(), small)
    with pytest.raises(BadFile, match="不是 Word"):
        document.append(office_deck(), setup(), small)


def test_too_many_entries_are_refused(small: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_ENTRIES", 3)
    with pytest.raises(BadFile, match="条目"):
        slides.append(office_deck(), setup(), small)


# ---- the single file --------------------------------------------------------------------------------------


def compounds(data: dict[str, Any]) -> list[Any]:
    return unpack(base64.b64decode(data["layers"]["compound"]))


def test_the_file_holds_what_passes_and_nothing_else(small: Register) -> None:
    data = data_of(web_page.write(setup(compounds=("C2",)), small))
    assert [one.id for one in compounds(data)] == ["C2"]
    assert "01院" not in json.dumps(data, ensure_ascii=False)
    assert data["stamps"] == ["内部资料", "演示数据"]
    assert data["watermark"] == "演示数据"


def test_a_public_file_has_only_rounded_places(small: Register) -> None:
    data = data_of(web_page.write(setup(**PUBLIC), small))
    found = compounds(data)
    assert {one.id for one in found} == {"C1", "C2", "C3"}
    assert all(one.rings == [] for one in found)
    assert all(round(value, 4) == pytest.approx(value, abs=1e-9) for one in found for value in one.spot)
    assert data["coarse"] is True


def test_the_file_may_reach_nothing_and_runs_only_its_own_scripts(small: Register) -> None:
    page = web_page.write(setup(), small).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert "connect-src" not in policy[1]
    markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.S)
    assert "cy-file-legend" in markup
    assert not re.search(r"\b(?:src|href|style|on\w+)=", markup)


def test_safe_json_reads_back_and_holds_no_markup() -> None:
    text = safe_json({"name": HOSTILE, "look": look()})
    assert json.loads(text) == {"name": HOSTILE, "look": json.loads(json.dumps(look()))}
    assert not set("<>&\u2028") & set(text)


def test_the_demo_as_one_file_is_small_enough_for_a_letter(demo: Register) -> None:
    assert len(web_page.write(setup(), demo)) < 500_000  # 0.38 MB now; the limit of mail is 2


def test_an_added_sheet_keeps_the_name_of_its_file_and_no_other_kind_takes_one(small: Register) -> None:
    made = files.added(setup(), small, SheetFormat.PPTX, office_deck(), name="../周会?.pptx")
    assert made.name == ".._周会_已加图.pptx".lstrip("._")
    assert len(deck_of(made.content).slides) == 2
    with pytest.raises(BadValue, match="只能加到"):
        files.added(setup(), small, SheetFormat.PNG, b"", name="a.png")


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__module__)
@pytest.mark.parametrize(
    "chosen", [{}, {"off": ("compounds", "roads", "wall", "zones")}], ids=["empty", "off"]
)
def test_a_store_without_anything_gives_a_map_without_anything(
    write: Write, chosen: dict[str, Any], store: Store
) -> None:
    assert write(setup(**chosen), register_of(store))


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__module__)
def test_a_compound_without_place_alone_gives_a_map_without_it(write: Write, small: Register) -> None:
    assert write(setup(compounds=("C4",)), small)
