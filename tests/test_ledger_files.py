"""Ledgers as files: every kind goes out and comes back unchanged; what a file says of itself, and what it must not hold."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import ezdxf
import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from typer.testing import CliRunner

import manage
from geodata.errors import BadFile, BadValue
from geodata.exporters import Request, at_one_revision, export, file_name, job, write_template
from geodata.exporters.coordinates import allowed
from geodata.exporters.gis_files import lost_in_shapefile
from geodata.exporters.ledger import Ledger, layers_of, ledger
from geodata.exporters.template import LISTS_SHEET, NOTES_SHEET
from geodata.importers.asked import AUTO, Asked
from geodata.importers.inspecting import Outcome, inspect
from geodata.importers.issues import Problem
from geodata.kinds import KINDS, Kind, headings
from geodata.kinds.kind import EXAMPLE
from geodata.kinds.short import short_names
from geodata.store import Store
from geodata.store.engine import file_url
from geodata.vocabulary import Coordinates, DataFormat
from tests import child
from tests.shown_store import deployed
from tests.small_store import SOURCED, compound, recorded
from ui import data_files

TODAY = date(2026, 11, 24)
FORMULAS = (
    "=1+1",
    "'=1",
    "+1",
    "-院",
    "@sum",
    '=HYPERLINK("http://a.invalid","x")',
    "＝1",
    "\t=1",
    "http://a.invalid",
)
PERSON, PHONE = "欧阳测试", "13800138000"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def demo_store(demo_file: Path) -> Iterator[Store]:
    """The demo data, only read here."""
    with closing(Store.open(file_url(demo_file))) as store:
        yield store


@pytest.fixture
def odd_store(small_store: Store) -> Store:
    """Texts that a spreadsheet would run, persons, dates that are not exact, a report that was corrected."""
    with small_store.commit(author="张三") as save:
        save.insert_many(
            "compound", [compound(id=f"T{at}", name=text, note=text) for at, text in enumerate(FORMULAS)]
        )
        save.insert(
            "compound",
            compound(id="P", name="人名院", leader=PERSON, note="长" * 200, floor_area_m2=10000 / 3),
        )
        save.insert(
            "party",
            {
                "id": "U1",
                "compound_id": "P",
                "role": "client",
                "organisation": "某局",
                "contact": PHONE,
                **SOURCED,
            },
        )
        span = {
            "occurred_from": date(2026, 11, 21),
            "occurred_to": date(2026, 11, 30),
            "occurred_precision": "ten_days",
        }
        save.insert(
            "stage_event", recorded(id="V2", compound_id="C1", stage="acceptance", corrects_id="V1", **span)
        )
        save.insert("stage_event", recorded(id="V3", compound_id="C2", stage="design"))
        save.insert(
            "stage_event",
            recorded(id="V4", compound_id="C2", stage="design", corrects_id="V3", withdrawn=True),
        )
    return small_store


def asked(*kinds: str, form: DataFormat = DataFormat.XLSX, **more: Any) -> Request:
    """A request with the usual coordinates of its format."""
    given = {"coordinates": allowed(form)[0], **more}
    return Request(kinds or tuple(KINDS), form, TODAY, **given)


def read(store: Store, kind: Kind, **more: Any) -> Ledger:
    frames, _ = at_one_revision(store, ["work_item", *layers_of(kind)])
    return ledger(kind, frames, **more)


def taken_out(store: Store, tmp_path: Path, request: Request) -> dict[str, bytes]:
    """The files of an export by name."""
    target = tmp_path / "all.zip"
    export(store, request, target, force=True)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# ── Round trip ────────────────────────────────────────────────────────────────────────────────────────────────


def inspected(store: Store, path: Path, kind: str = AUTO) -> Outcome:
    """What an import finds in a file; every row must be accepted and nothing may be left to answer."""
    found = inspect(store, path, Asked(file_name=path.name, kind=kind), today=TODAY)
    summary = found.inspection
    assert (summary.refused, summary.asks, summary.counts.rejected, summary.counts.errors) == ("", (), 0, 0)
    return found


def written(store: Store, tmp_path: Path, request: Request) -> Path:
    """One ledger as one file."""
    zipped = request.form is DataFormat.SHP
    target = tmp_path / f"x.{'zip' if zipped else request.form.value}"
    export(store, request, target)
    return target


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_goes_out_as_a_workbook_and_in_without_a_difference(
    kind: Kind, demo_store: Store, tmp_path: Path
) -> None:
    found = inspected(demo_store, written(demo_store, tmp_path, asked(kind.code, personal=True)))
    counts = found.inspection.counts
    rows = read(demo_store, kind).rows
    assert rows
    assert (found.inspection.kind, counts.unchanged, counts.new, counts.changed, counts.missing) == (
        kind.code,
        rows,
        0,
        0,
        0,
    )
    fields = {heading.field for heading in found.inspection.headings}
    assert {column.name for column in kind.columns} <= fields


@pytest.mark.parametrize(
    ("code", "form"),
    [
        *(("compound", form) for form in DataFormat if form not in (DataFormat.XLSX, DataFormat.DXF)),
        ("heritage_line", DataFormat.SHP),
    ],
)
def test_boundaries_and_values_come_back_from_every_format_that_holds_them(
    code: str, form: DataFormat, demo_store: Store, tmp_path: Path
) -> None:
    found = inspected(demo_store, written(demo_store, tmp_path, asked(code, form=form, personal=True)), code)
    counts = found.inspection.counts
    assert (counts.unchanged, counts.new, counts.changed) == (counts.rows, 0, 0)
    stored = demo_store.frame(code)["geometry"]
    if form is DataFormat.CSV:
        return
    for line in found.lines:
        former = stored[line.values["id"]]
        assert (line.boundary is None) == (former is None)
        if former is not None:
            assert shapely.hausdorff_distance(line.boundary, former) < 1e-9


@pytest.mark.parametrize("coordinates", [Coordinates.EPSG_4526, Coordinates.BD09])
def test_other_coordinates_are_recognised_and_come_back_within_a_millimetre(
    coordinates: Coordinates, demo_store: Store, tmp_path: Path
) -> None:
    request = asked("compound", form=DataFormat.GEOJSON, coordinates=coordinates)
    found = inspected(demo_store, written(demo_store, tmp_path, request))
    assert found.inspection.counts.changed == 0
    stored = demo_store.frame("compound")["geometry"]
    drawn = [line for line in found.lines if line.boundary is not None]
    assert len(drawn) == 135
    assert all(shapely.hausdorff_distance(one.boundary, stored[one.values["id"]]) < 1e-8 for one in drawn)


def test_a_drawing_is_known_again_by_its_names(demo_store: Store, tmp_path: Path) -> None:
    found = inspected(
        demo_store, written(demo_store, tmp_path, asked("compound", form=DataFormat.DXF)), "compound"
    )
    assert (found.inspection.counts.unchanged, found.inspection.counts.rows) == (135, 135)
    assert not [one.message for one in found.verdict.issues if one.issue is Problem.UNKNOWN_COLUMN]


@pytest.mark.parametrize("code", ["compound", "heritage_zone", "street_office"])
def test_a_drawing_of_ours_says_itself_which_kind_it_is(code: str, demo_store: Store, tmp_path: Path) -> None:
    path = written(demo_store, tmp_path, asked(code, form=DataFormat.DXF))
    found = inspect(demo_store, path, Asked(file_name=path.name, kind=AUTO), today=TODAY)
    assert found.inspection.kind == code
    assert "kind" not in found.inspection.asks


@pytest.mark.parametrize("form", [DataFormat.XLSX, DataFormat.CSV])
@pytest.mark.parametrize("code", ["compound", "party", "stage_event"])
def test_odd_texts_dates_that_are_not_exact_and_corrections_come_back_too(
    code: str, form: DataFormat, odd_store: Store, tmp_path: Path
) -> None:
    out = read(odd_store, KINDS[code], personal=True)
    if code == "stage_event":
        assert out.values["id"] == ["V2"]
        assert out.values["occurred"] == ["2026年11月下旬"]
    found = inspected(odd_store, written(odd_store, tmp_path, asked(code, form=form, personal=True)), code)
    assert [one.record_id for one in found.verdict.accepted if one.is_new or one.values] == []
    if code == "compound" and form is DataFormat.XLSX:
        areas = [line.values["floor_area_m2"] for line in found.lines if line.values["id"] == "P"]
        assert areas == [10000 / 3]
        assert float(f"{areas[0]:.16G}") != areas[0]  # it needs all its digits


def test_a_name_that_means_two_is_written_as_its_id(odd_store: Store) -> None:
    with odd_store.commit(author="张三") as save:
        save.insert("estate", {"id": "E2", "name": "演示小区", "street_code": "S1", **SOURCED})
    out = read(odd_store, KINDS["compound"])
    assert set(out.values["estate_id"]) == {"E1", None}
    assert set(out.values["street_code"]) == {"西大街街道"}


# ── What files hold ───────────────────────────────────────────────────────────────────────────────────────────


def sheets_of(content: bytes) -> dict[str, ElementTree.Element]:
    """Sheets of a workbook by their part's name."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {
            name: ElementTree.fromstring(book.read(name))
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet")
        }


def test_no_cell_of_any_workbook_or_table_is_a_formula_or_a_link(odd_store: Store, tmp_path: Path) -> None:
    files = taken_out(odd_store, tmp_path, asked())
    write_template(odd_store, "work_item", tmp_path / "t.xlsx")
    books = [content for name, content in files.items() if name.endswith(".xlsx")]
    assert len(books) == len(KINDS)
    for content in [*books, (tmp_path / "t.xlsx").read_bytes()]:
        for sheet in sheets_of(content).values():
            assert [*sheet.iter(f"{SHEET}f"), *sheet.iter(f"{SHEET}hyperlink")] == []
    said = "".join(sheets_of(files["楼院登记表.xlsx"])["xl/worksheets/sheet1.xml"].itertext())
    assert all(text in said for text in FORMULAS if not text.startswith("\t"))
    table = taken_out(odd_store, tmp_path, asked("compound", form=DataFormat.CSV))["楼院登记表.csv"]
    cells = [cell for row in csv.reader(io.StringIO(table.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝", "\t"))]
    assert "'=1+1" in cells


@pytest.mark.parametrize("form", DataFormat)
def test_persons_go_out_only_when_asked_for(form: DataFormat, odd_store: Store, tmp_path: Path) -> None:
    request = asked("compound", "party", form=form)
    assert not found_in(taken_out(odd_store, tmp_path, request), PERSON, PHONE)
    if form in (DataFormat.XLSX, DataFormat.GPKG, DataFormat.KML):
        whole = asked("compound", "party", form=form, personal=True)
        assert found_in(taken_out(odd_store, tmp_path, whole), PERSON, PHONE) == {PERSON, PHONE}


def found_in(files: dict[str, bytes], *words: str) -> set[str]:
    """Which words stand in any file, workbooks opened."""
    texts = list(files.values())
    for content in files.values():
        if content.startswith(b"PK"):
            texts += ["".join(one.itertext()).encode() for one in sheets_of(content).values()]
    return {word for word in words if any(word.encode() in text for text in texts)}


def test_the_readme_says_source_revision_day_place_filters_and_what_is_invented(
    odd_store: Store, tmp_path: Path
) -> None:
    request = asked(
        "compound", form=DataFormat.SHP, filters="街道：西大街街道", coordinates=Coordinates.GCJ02
    )
    files = taken_out(odd_store, tmp_path, request)
    told = files["说明.txt"].decode("utf-8-sig")
    for words in (
        "修订 4",
        "2026-11-24",
        "街道：西大街街道",
        "行数：14；其中 14 行是演示数据",
        "GCJ-02 偏移坐标",
        "声明坐标基准为 gcj02",
        "没有导出，",
        f"{short_names(KINDS['compound'].columns)['boundary_status']}：界线性质",
        "测试（14 行）",
        "内部资料",
        "有 1 个格子的文字超过 254 字节",
    ):
        assert words in told, words
    assert file_name(request) == "楼院登记表_20261124_shp_GCJ02偏移坐标.zip"
    assert "楼院登记表_GCJ02偏移坐标.shp" in files
    assert "楼院登记表_GCJ02偏移坐标.prj" not in files


# ── Coordinates ───────────────────────────────────────────────────────────────────────────────────────────────


def corner(store: Store, tmp_path: Path, coordinates: Coordinates) -> tuple[float, float]:
    """South-west corner of the first square."""
    files = taken_out(store, tmp_path, asked("compound", form=DataFormat.GEOJSON, coordinates=coordinates))
    (content,) = (content for name, content in files.items() if name.endswith(".geojson"))
    document = json.loads(content)
    named = document.get("crs", {}).get("properties", {}).get("name", "")
    metric = coordinates in (Coordinates.EPSG_4547, Coordinates.EPSG_4526)
    assert named == (f"urn:ogc:def:crs:EPSG::{coordinates.value[4:]}" if metric else "")
    west, south, *_ = shape(document["features"][0]["geometry"]).bounds
    return west, south


def test_coordinates_are_those_that_were_asked_for(small_store: Store, tmp_path: Path) -> None:
    found = {one: corner(small_store, tmp_path, one) for one in Coordinates}
    assert found[Coordinates.EPSG_4490] == found[Coordinates.EPSG_4326] == (113.68, 34.75)
    east, north = found[Coordinates.EPSG_4547]
    assert 470_000 < east < 472_000
    assert 3_845_000 < north < 3_848_000
    assert found[Coordinates.EPSG_4526] == pytest.approx((east + 38_000_000, north), abs=1e-6)
    for one, shift in ((Coordinates.GCJ02, (0.0061, -0.0012)), (Coordinates.BD09, (0.0126, 0.0047))):
        moved = np.subtract(found[one], (113.68, 34.75))
        assert moved == pytest.approx(shift, abs=6e-4), one


def test_positions_move_with_the_datum_as_boundaries_do(small_store: Store) -> None:
    out = read(small_store, KINDS["compound"])
    moved = out.in_coordinates(Coordinates.GCJ02)
    at = out.values["id"].index("C3")
    assert (out.values["position_lon"][at], out.values["position_lat"][at]) == (113.69, 34.76)
    assert moved.values["position_lon"][at] == pytest.approx(113.6961, abs=5e-4)
    assert out.in_coordinates(Coordinates.EPSG_4547).values["position_lon"][at] == 113.69


@pytest.mark.parametrize(
    ("form", "wrong"),
    [(DataFormat.KML, "epsg4547"), (DataFormat.DXF, "gcj02"), (DataFormat.XLSX, "epsg4526")],
)
def test_a_format_refuses_coordinates_that_it_cannot_hold(form: DataFormat, wrong: str) -> None:
    with pytest.raises(BadValue, match=allowed(form)[0].label):
        asked(form=form, coordinates=Coordinates(wrong))


# ── Formats ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_short_field_names_fit_are_told_apart_and_are_read_back(kind: Kind) -> None:
    short = short_names(kind.columns)
    assert len(set(short.values())) == len(kind.columns)
    assert all(re.fullmatch(r"[a-z0-9_]{1,10}", one) for one in short.values())
    assert {name: headings.field_of(kind, one) for name, one in short.items()} == {
        name: name for name in short
    }


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_shapefile_holds_text_in_its_encoding_and_rows_without_boundary_last(
    encoding: str, odd_store: Store, tmp_path: Path
) -> None:
    files = taken_out(odd_store, tmp_path, asked("compound", form=DataFormat.SHP, encoding=encoding))
    for name, content in files.items():
        (tmp_path / name.replace("楼院登记表", "x")).write_bytes(content)
    assert files["楼院登记表.cpg"].decode().strip() in (encoding, "CP936")
    told = child.run(
        """
        import json, sys
        import pyogrio.raw
        meta, _, wkb, columns = pyogrio.raw.read(sys.argv[1])
        rows = dict(zip(meta["fields"], (list(column) for column in columns)))
        print(json.dumps([meta["crs"], [blob is None for blob in wkb], rows["name"], rows["watermark"], rows["note"][-1]]))
        """,
        tmp_path / "x.shp",
    )
    crs, missing, names, marks, note = json.loads(told)
    assert crs == "EPSG:4490"
    assert missing == sorted(missing)
    assert set(names) >= {"演示·西大街-01院", "=1+1", "人名院"}
    assert set(marks) == {"演示数据"}
    assert set(note) == {"长"}
    assert len(note.encode(encoding)) in range(250, 255)
    assert lost_in_shapefile(read(odd_store, KINDS["compound"]), encoding)[0] == 1


def test_a_geopackage_of_an_offset_datum_names_no_coordinate_system(
    small_store: Store, tmp_path: Path
) -> None:
    for coordinates, named in ((Coordinates.GCJ02, "None"), (Coordinates.EPSG_4526, "EPSG:4526")):
        request = asked("compound", form=DataFormat.GPKG, coordinates=coordinates)
        export(small_store, request, tmp_path / "x.gpkg", force=True)
        told = child.run(
            "import sys, pyogrio; i = pyogrio.read_info(sys.argv[1]); print(i['crs'], i['features'], *i['fields'][:2])",
            tmp_path / "x.gpkg",
        )
        assert told == f"{named} 4 编号 楼院名称"
    assert "偏移" not in (tmp_path / "x_说明.txt").read_text(encoding="utf-8-sig")


def test_a_kml_holds_every_text_as_text(odd_store: Store, tmp_path: Path) -> None:
    bad = "</name><script>alert(1)</script>&\x01"
    with odd_store.commit(author="张三") as save:
        save.update("compound", "C1", {"name": bad}, version=odd_store.row("compound", "C1")["version"])
    content = taken_out(odd_store, tmp_path, asked("compound", form=DataFormat.KML))["楼院登记表.kml"]
    root = ElementTree.fromstring(content)
    space = "{http://www.opengis.net/kml/2.2}"
    first = next(root.iter(f"{space}Placemark"))
    assert first.findtext(f"{space}name") == bad.removesuffix("\x01")
    data = {one.get("name"): one.findtext(f"{space}value") for one in first.iter(f"{space}Data")}
    assert (data["街道"], data["户数"], data["演示标记"]) == ("西大街街道", "120", "演示数据")
    assert list(root.iter("script")) == []
    second = list(root.iter(f"{space}Placemark"))[1]
    assert len(list(second.iter(f"{space}innerBoundaryIs"))) == 1
    assert next(first.iter(f"{space}coordinates")).text.count("113.68,34.75") == 2


def test_a_drawing_has_closed_lines_in_metres_on_layers_by_status_and_names_as_text(
    odd_store: Store, tmp_path: Path
) -> None:
    export(odd_store, asked("compound", form=DataFormat.DXF), tmp_path / "x.dxf")
    drawing = ezdxf.readfile(tmp_path / "x.dxf")
    lines = drawing.modelspace().query("LWPOLYLINE")
    assert len(lines) == 3  # a square, a ring, its hole
    assert all(line.closed and line.dxf.layer == "楼院登记表-演示" for line in lines)
    x, y = lines[0].get_points("xy")[0]
    assert 470_000 < x < 472_000
    assert 3_845_000 < y < 3_848_000
    assert drawing.units == 6
    texts = [(one.dxf.text, one.dxf.layer) for one in drawing.modelspace().query("TEXT")]
    assert texts == [
        ("演示·西大街-01院", "楼院登记表-名称"),
        ("演示·西大街-02院", "楼院登记表-名称"),
        ("演示数据", "楼院登记表-演示标记"),
        ("演示数据", "楼院登记表-演示标记"),
    ]
    assert ("编号=C1") in [tag.value for tag in lines[0].get_xdata("CHENGYUAN")]


# ── Where it is written ───────────────────────────────────────────────────────────────────────────────────────


def test_a_file_of_several_kinds_is_a_zip_and_nothing_is_replaced_unasked(
    small_store: Store, tmp_path: Path
) -> None:
    with pytest.raises(BadFile, match=r"\.zip"):
        export(small_store, asked("compound", "party"), tmp_path / "x.xlsx")
    export(small_store, asked("compound"), tmp_path / "x.xlsx")
    export(small_store, asked("compound", form=DataFormat.CSV), tmp_path / "y.csv")
    names = {one.name for one in tmp_path.iterdir()}
    assert names >= {"x.xlsx", "y.csv", "y_说明.txt"}
    assert "x_说明.txt" not in names  # its second sheet says it
    with pytest.raises(BadFile, match="已存在"):
        export(small_store, asked("compound"), tmp_path / "x.xlsx")
    with pytest.raises(BadFile, match="正在使用的数据库"):
        export(small_store, asked("compound", form=DataFormat.GPKG), small_store.path, force=True)
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".chengyuan")]


def test_only_what_belongs_to_the_shown_compounds_goes_out(small_store: Store, tmp_path: Path) -> None:
    request = asked("compound", "work_item", "progress_report", "street_office", compounds=("C2",))
    written = export(small_store, request, tmp_path / "x.zip")
    assert written.rows == {"compound": 1, "work_item": 1, "progress_report": 0, "street_office": 1}
    assert Request.of(json.loads(json.dumps(request.values()))) == request


@pytest.mark.parametrize("wrong", [{"kinds": ()}, {"kinds": ("house",)}, {"encoding": "ascii"}])
def test_what_cannot_be_asked_is_said(wrong: dict[str, Any]) -> None:
    usual = {
        "kinds": ("compound",),
        "form": DataFormat.SHP,
        "day": TODAY,
        "coordinates": Coordinates.EPSG_4490,
    }
    with pytest.raises(BadValue, match="可用"):
        Request(**{**usual, **wrong})


# ── Templates ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["compound", "progress_report"])
def test_a_template_has_our_headings_an_example_lists_and_notes(
    code: str, small_store: Store, tmp_path: Path
) -> None:
    kind = KINDS[code]
    write_template(small_store, code, tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        strings = [
            one.findtext(f"{SHEET}t") for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        listed = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        sheets = [(one.get("name"), one.get("state")) for one in listed]
        notes = book.read("xl/comments1.xml").decode()
    assert sheets == [(kind.label, None), (NOTES_SHEET, None), (LISTS_SHEET, "hidden")]
    assert strings[: len(kind.columns)] == [column.label for column in kind.columns]
    assert strings[len(kind.columns)] == EXAMPLE
    sheet = sheets_of((tmp_path / "t.xlsx").read_bytes())["xl/worksheets/sheet1.xml"]
    rules = {
        one.get("sqref").rstrip("0123456789").split("2:")[0]: one
        for one in sheet.iter(f"{SHEET}dataValidation")
    }
    assert len(rules) == len(kind.columns)
    choosing = [one for one in rules.values() if one.get("type") == "list"]
    assert len(choosing) >= 3
    assert all(one.findtext(f"{SHEET}formula1").startswith(f"{LISTS_SHEET}!") for one in choosing)
    assert "必填" in notes
    assert "西大街街道" in strings or code != "compound"


def test_a_template_is_written_only_for_a_kind_and_as_a_workbook(small_store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="compound"):
        write_template(small_store, "house", tmp_path / "t.xlsx")
    with pytest.raises(BadFile, match="xlsx"):
        write_template(small_store, "compound", tmp_path / "t.xls")


# ── On the command line and on a page ─────────────────────────────────────────────────────────────────────────


def run(store: Store, *words: str | Path) -> Any:
    return CliRunner().invoke(manage.app, ["--database", str(store.path), *map(str, words)])


def test_the_command_takes_kinds_street_format_and_coordinates(odd_store: Store, tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    words = (
        "--kind",
        "compound",
        "--kind",
        "party",
        "--format",
        "shp",
        "--crs",
        "EPSG:4526",
        "--street",
        "西大街",
    )
    done = run(odd_store, "export", target, *words)
    assert done.exit_code == 0, done.output
    assert "CGCS2000 三度带，带号 38" in done.stderr
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
    assert names >= {
        "说明.txt",
        "楼院登记表_EPSG4526.shp",
        "楼院登记表_EPSG4526.prj",
        "参建单位表_EPSG4526.xlsx",
    }
    for wrong in (
        ("--kind", "house"),
        ("--crs", "EPSG:3857"),
        ("--street", "没有"),
        ("--crs", "EPSG:4490", "--datum", "gcj02"),
    ):
        done = run(odd_store, "export", tmp_path / "y.gpkg", *wrong)
        assert done.exit_code == 2, wrong
        assert not (tmp_path / "y.gpkg").exists()


def test_the_command_leaves_persons_out_of_the_register_too(odd_store: Store, tmp_path: Path) -> None:
    for name, more, there in (
        ("a.csv", (), False),
        ("b.csv", ("--personal",), True),
        ("t.xlsx", None, False),
    ):
        words = (
            ("template", "compound", tmp_path / name) if more is None else ("export", tmp_path / name, *more)
        )
        assert run(odd_store, *words).exit_code == 0
        assert (PERSON.encode() in (tmp_path / name).read_bytes()) is there


def test_a_page_gets_its_file_from_a_process_of_its_own_or_the_reason(
    small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with deployed(small_store, tmp_path, monkeypatch):
        made = data_files.exported(asked("compound", "party"))
        assert set(zipfile.ZipFile(io.BytesIO(made)).namelist()) == {
            "说明.txt",
            "楼院登记表.xlsx",
            "参建单位表.xlsx",
        }
        (tmp_path / "renewal.gpkg").rename(tmp_path / "gone.gpkg")
        told = data_files.exported(asked("compound"))
    (sheet,) = sheets_of(told).values()
    assert sheet is not None
    assert b"renewal.gpkg" in zipfile.ZipFile(io.BytesIO(told)).read("xl/sharedStrings.xml")
    with zipfile.ZipFile(io.BytesIO(data_files.refusal("x.zip", "没有找到数据库"))) as archive:
        assert "没有导出任何数据" in archive.read("没有导出.txt").decode("utf-8-sig")


def test_the_process_of_a_page_makes_templates_too(
    small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with deployed(small_store, tmp_path, monkeypatch):
        (tmp_path / job.ASKED).write_text(json.dumps({"template": "party"}))
        job.main(tmp_path)
        assert sheets_of((tmp_path / job.MADE).read_bytes())
        assert not (tmp_path / job.REFUSED).exists()
