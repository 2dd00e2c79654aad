"""An atlas has a part for everything that was chosen, numbered, bookmarked and linked, and nothing by half."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader
from typer.testing import CliRunner, Result

import manage
from geodata.errors import BadFile, BadValue
from geodata.settings import Settings
from geodata.store import Store
from sheets import atlas, atlas_front, atlas_parts, atlas_setup, files, register
from sheets.register import Register
from tests import small_disk

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def content(demo_file: Path) -> Register:
    store = Store.open(f"sqlite:///{demo_file}")
    try:
        return register.read(store, Settings(), today=DAY)
    finally:
        store.close()


def asked(content: Register, number: int = 2, **values: Any) -> atlas_setup.Atlas:
    """An atlas of the first compounds on A4."""
    ids = tuple(str(one) for one in content.frames["compound"].index[:number])
    setup = {"as_of": DAY, "compounds": ids, "paper": "a4", "orientation": "portrait"} | values.pop(
        "setup", {}
    )
    return atlas_setup.checked({"setup": setup, **values})


def quiet(done: int, total: int, text: str) -> None:
    """Progress that nobody reads."""


def made(wanted: atlas_setup.Atlas, content: Register, path: Path) -> PdfReader:
    atlas.export(wanted, content, path, on_progress=quiet)
    return PdfReader(path)


def text(page: PageObject) -> str:
    """What a page says, without white space."""
    return "".join(page.extract_text().split())


def bookmarks(book: PdfReader, items: list[Any] | None = None) -> dict[str, Any]:
    """Title → page and what is below it."""
    found: dict[str, Any] = {}
    for item in book.outline if items is None else items:
        if isinstance(item, list):
            found[next(reversed(found))][1].update(bookmarks(book, item))
        else:
            found[str(item.title)] = (book.get_destination_page_number(item), {})
    return found


def linked(book: PdfReader, page: int) -> list[int]:
    """Pages (from 0) to which the links of a page lead, in order."""
    places = {one.indirect_reference.idnum: number for number, one in enumerate(book.pages)}  # type: ignore[union-attr]
    links = (one.get_object() for one in book.pages[page].get("/Annots", ()))
    return [places[link["/Dest"][0].idnum] for link in links]


def test_every_compound_has_number_page_bookmark_and_link_and_the_bytes_are_the_same(
    content: Register, tmp_path: Path
) -> None:
    wanted = asked(content, setup={"title": "十一月图册", "unit": "区旧改办"})
    book = made(wanted, content, tmp_path / "a.pdf")
    made(wanted, content, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    names = list(content.frames["compound"]["name"][:2])
    marks = {title: page for title, (page, _) in bookmarks(book).items()}
    assert list(marks) == ["封面", "目录", "索引图", f"1　{names[0]}", f"2　{names[1]}"]
    pages = [marks[f"{number}　{name}"] for number, name in enumerate(names, 1)]
    for page, name in zip(pages, names, strict=True):
        assert "".join(name.split()) in text(book.pages[page])
    assert set(linked(book, marks["目录"])) == set(linked(book, marks["索引图"])) == set(pages)
    cover = text(book.pages[0])
    for words in ("十一月图册", "区旧改办", "2026-11-24", f"修订{content.revision}", "内部资料", "演示数据"):
        assert words in cover
    total = len(book.pages)
    for number, page in enumerate(book.pages[1:], 2):
        assert f"第{number}/{total}页" in text(page)
    assert f"/{total}页" not in cover


def test_a_report_nests_compounds_below_streets_and_works_below_compounds(
    content: Register, tmp_path: Path
) -> None:
    rows = content.frames["compound"]
    code = rows["street_code"].iloc[0]
    names = rows[rows["street_code"] == code].sort_index()["name"][:2]
    wanted = asked(content, by="report", setup={"compounds": tuple(names.index)})
    book = made(wanted, content, tmp_path / "a.pdf")
    street = content.frames["street_office"]["name"][code]
    page, compounds = bookmarks(book)[f"一、{street}"]
    assert street in text(book.pages[page])
    assert list(compounds) == [f"{number}　{name}" for number, name in enumerate(names, 1)]
    for first, below in compounds.values():
        listed = below["工程项与工期"][0]
        assert listed >= first
        assert "工程项与工期" in text(book.pages[listed])


def test_numbers_without_room_or_place_are_told(content: Register) -> None:
    rows = content.frames["compound"]
    same = rows.assign(geometry=rows.geometry.dropna().iloc[0])
    lost = sorted(same.index[:60])[1]
    same.loc[lost, ["geometry", "position_lon", "position_lat"]] = None
    crowd = replace(content, frames={**content.frames, "compound": same}, _kept={})
    wanted = asked(crowd, 60)
    chosen = atlas_parts.parts(wanted, crowd)
    data = atlas_front.compose_front(wanted, crowd, chosen).data
    assert data["nowhere"] == "2"
    told, written = (
        data["crowded"].split("、"),
        {chosen[link["part"]].number for m in data["index"] for link in m["links"]},
    )
    assert written
    assert {*told, *written, "2"} == {part.number for part in chosen}
    assert not written & {*told}


def test_what_finds_no_room_on_the_whole_is_enlarged(content: Register) -> None:
    wanted = asked(content, 160)
    front = atlas_front.compose_front(wanted, content, atlas_parts.parts(wanted, content)).data
    scales = [one["map"]["scale"] for one in front["index"]]
    assert len(scales) > 1
    assert max(scales[1:]) < scales[0]
    assert len(front["index"][0]["frames"]) == len(scales) - 1


@pytest.mark.parametrize("by", ["street", "area"])
def test_streets_and_areas_stand_on_the_index_map_by_number_and_name(content: Register, by: str) -> None:
    rows = content.frames["compound"]
    ids = tuple(rows.index[rows["renewal_area_id"].notna()])
    wanted = asked(content, by=by, setup={"compounds": ids})
    chosen = atlas_parts.parts(wanted, content)
    front = atlas_front.compose_front(wanted, content, chosen).data
    linked_parts = {link["part"] for one in front["index"] for link in one["links"]}
    told = {*(front["crowded"] or "").split("、"), *(front["nowhere"] or "").split("、")}
    assert linked_parts
    assert linked_parts == {place for place, part in enumerate(chosen) if part.number not in told}


def test_a_compound_without_boundary_says_so_where_the_map_would_be(
    content: Register, tmp_path: Path
) -> None:
    rows = content.frames["compound"]
    bare = rows.index[rows.geometry.isna() & rows["position_lon"].isna()][0]
    book = made(asked(content, setup={"compounds": (bare,)}), content, tmp_path / "a.pdf")
    assert "没有边界，也没有位置" in text(book.pages[-1])
    assert "没有边界也没有位置、画不出来的号码：1" in "".join(text(page) for page in book.pages)


def test_every_part_leads_to_its_own_view(content: Register) -> None:
    wanted = asked(content, by="report", setup={"link": "http://office/map/?street=410104002"})
    street, compound = atlas_parts.parts(wanted, content)[:2]
    assert street.setup.link == f"http://office/map/?street={street.id}&date=2026-11-24&theme=stage"
    assert compound.setup.link == f"http://office/map/dossier?compound={compound.id}&date=2026-11-24"


def test_a_public_atlas_names_no_person_and_needs_a_review_number(content: Register, tmp_path: Path) -> None:
    public = {"audience": "public", "classification": "public"}
    with pytest.raises(BadValue, match="审图号"):
        made(asked(content, setup=public), content, tmp_path / "a.pdf")
    rows = content.frames["compound"].copy()
    rows["leader"] = rows["contact"] = "欧阳某某"
    known = replace(content, frames={**content.frames, "compound": rows}, _kept={})
    internal = made(asked(known, 3, by="report"), known, tmp_path / "a.pdf")
    assert "欧阳某某" in "".join(text(page) for page in internal.pages)
    given = public | {"review_number": "豫S〔2026年〕01-023号"}
    book = made(asked(known, 3, by="report", setup=given), known, tmp_path / "b.pdf")
    words = "".join(text(page) for page in book.pages)
    assert "欧阳某某" not in words
    assert "豫S〔2026年〕01-023号" in text(book.pages[0])


def test_a_zip_holds_a_file_for_each_page_and_numbers_equal_names(content: Register, tmp_path: Path) -> None:
    wanted = asked(content, form="zip", page_form="pdf", pattern="页")
    atlas.export(wanted, content, tmp_path / "a.zip", on_progress=quiet)
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == ["页.pdf", "页_2.pdf"]


def test_an_empty_choice_is_refused(content: Register, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="一页也没有"):
        made(asked(content, ids=("none",)), content, tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())


def test_a_part_that_cannot_be_printed_is_named(content: Register, tmp_path: Path) -> None:
    rows = content.frames["compound"].copy()
    rows.loc[rows.index[1], "name"] = "罕见字\U0002ffff院"
    strange = replace(content, frames={**content.frames, "compound": rows}, _kept={})
    with pytest.raises(BadValue, match="U\\+2FFFF"):
        made(asked(strange), strange, tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["pdf", "zip"])
def test_a_cancelled_atlas_leaves_no_file_and_no_folder(content: Register, tmp_path: Path, form: str) -> None:
    def cancel(done: int, total: int, text: str) -> None:
        if done == 10:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        atlas.export(asked(content, 12, form=form), content, tmp_path / "a", on_progress=cancel)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_and_nothing_stays(content: Register, tmp_path: Path) -> None:
    with small_disk.mounted(tmp_path / "disk", megabytes=1) as disk:
        small_disk.fill_up(disk, leave=60_000)
        with pytest.raises(BadFile, match="磁盘空间不够"), files.placed(disk / "a.pdf") as fresh:
            atlas.export(asked(content), content, fresh, on_progress=quiet)
        assert [path.name for path in disk.iterdir()] == ["filler"]


def test_an_atlas_by_area_says_how_many_compounds_lie_in_none(content: Register, tmp_path: Path) -> None:
    rows = content.frames["compound"]
    area = rows["renewal_area_id"]
    chosen = [*rows.index[area.notna()][:1], *rows.index[area.isna()][:3]]
    wanted = asked(content, by="area", setup={"compounds": chosen})
    result = atlas.export(wanted, content, tmp_path / "a.pdf", on_progress=quiet)
    assert "另有 3 个楼院不在任何片区" in result.message
    assert "另有3个楼院不在任何片区" in text(PdfReader(tmp_path / "a.pdf").pages[1])


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (13, "十三"), (20, "二十"), (99, "九十九"), (100, "100")]
)
def test_chapters_are_numbered_in_chinese(number: int, words: str) -> None:
    assert atlas_parts.chinese(number) == words


# ---- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def command(demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`manage.py atlas OUT` about one compound, with further options."""
    monkeypatch.setenv("CHENGYUAN_CONFIG", str(tmp_path / "none.toml"))
    shutil.copy(demo_file, tmp_path / "renewal.gpkg")

    def run(out: str, *words: str) -> Result:
        options = ["--database", f"sqlite:///{tmp_path / 'renewal.gpkg'}", "atlas", str(tmp_path / out)]
        return CliRunner().invoke(manage.app, [*options, "--compound", "演示·北下街-01院", *words])

    return run


def test_the_command_writes_a_pdf_on_the_paper_asked_for_twice_the_same(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    for name in ("a.pdf", "b.pdf"):
        done = command(
            name, "--sheet", "A3", "--orientation", "landscape", "--title", "一院一册", "--scale", "2000"
        )
        assert done.exit_code == 0, done.output
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    book = PdfReader(tmp_path / "a.pdf")
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in book.pages} == {(1191, 842)}
    assert "一院一册" in text(book.pages[0])
    assert "1:2000" in text(book.pages[-1])


def test_compound_pages_are_a4_upright_unless_told_otherwise(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    assert command("a.pdf").exit_code == 0
    assert {
        tuple(round(float(side)) for side in page.mediabox[2:])
        for page in PdfReader(tmp_path / "a.pdf").pages
    } == {(595, 842)}


def test_the_command_writes_a_zip_with_names_as_asked_twice_the_same(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    words = ("--page-form", "png", "--dpi", "96", "--pattern", "{street}_{number:02}")
    for name in ("a.zip", "b.zip"):
        done = command(name, *words)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == ["北下街街道_01.png"]


@pytest.mark.parametrize(
    ("out", "words", "says"),
    [
        ("a.pdf", ("--block", "streets"), "--block 在这本图册里不起作用：楼院页没有附表"),
        ("a.pdf", ("--dpi", "96"), "--dpi 在这本图册里不起作用：只有压缩包里的 PNG"),
        ("a.pdf", ("--pattern", "{name}"), "--pattern 在这本图册里不起作用：只有压缩包"),
        ("a.pdf", ("--page-form", "png"), "--page-form 在这本图册里不起作用"),
        ("a.zip", ("--title", "题"), "--title 在这本图册里不起作用：标题印在封面上"),
        ("a.zip", ("--theme", "warning"), "--theme 在这本图册里不起作用：主题只用于索引图"),
        ("a.pdf", ("--by", "report", "--template", "x.typ"), "模板"),
        ("a.pdf", ("--by", "city"), "compound"),
        ("a.png", (), "可用：.pdf .zip"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused_with_the_reason(
    command: Callable[..., Result], tmp_path: Path, out: str, words: tuple[str, ...], says: str
) -> None:
    done = command(out, *words)
    assert done.exit_code == 2
    assert says in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["renewal.gpkg"]
