"""Every format is read as it stands: values, types, encodings, raw coordinates; what is left out is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely

from geodata.errors import BadFile, BadValue
from geodata.importers.boundaries import place
from geodata.importers.files import FileRead, read_file
from geodata.importers.issues import Problem
from tests import child
from tests import made_files as made
from tests.made_files import NAMES, SIZE, SOUTH, WEST

NEAR = (113.6, 34.7, 113.8, 34.8)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What only GDAL writes."""
    return made.through_gdal(tmp_path_factory.mktemp("parts"))


def read(folder: Path, content: bytes, **options: Any) -> FileRead:
    """Read a file whose name says nothing; the law of every reading holds."""
    path = folder / "上传"
    path.write_bytes(content)
    found = read_file(path, **options)
    assert found.header["rows"] == len(found.lines)
    rows = [line["row"] for line in found.lines]
    assert rows == list(range(1, len(rows) + 1))
    return found


def problems(found: FileRead) -> set[str]:
    """Kinds of notes on the whole file."""
    return {problem for problem, _, _ in found.header["notes"]}


def cells(found: FileRead) -> list[list[Any]]:
    """The cells of a grid, row by row."""
    return [line["cells"] for line in found.lines]


def test_a_workbook_is_read_cell_by_cell_with_types_merges_errors_and_hidden_rows(tmp_path: Path) -> None:
    found = read(tmp_path, made.xlsx())
    assert (found.header["format"], found.header["shape"]) == ("xlsx", "grid")
    assert found.header["merged"] == [[1, 1, 1, 3]]
    assert cells(found) == [
        ["老旧小区改造台账"],
        [],
        ["楼院名称", "户数", "开工日期", "备注"],
        [NAMES[0], 12, {"date": "2020-11-03"}, {"formula_error": "#DIV/0!"}],
        [NAMES[1], 3.5, None, 13],
    ]
    assert [line["hidden"] for line in found.lines] == [False] * 4 + [True]
    assert type(found.lines[3]["cells"][1]) is int


def test_a_formula_without_result_is_told_cell_by_cell_and_an_empty_text_is_a_result(tmp_path: Path) -> None:
    book = made.io.BytesIO()
    with made.xlsxwriter.Workbook(book, {"in_memory": True}) as written:
        sheet = written.add_worksheet("台账")
        sheet.write_row("A1", ["楼院名称", "户数", "备注"])
        sheet.write("A2", NAMES[0])
        for address in ("B2", "C2", "B3"):
            sheet.write_formula(address, "=1+1", None, "")
    members = made.unzipped(book.getvalue())
    name = "xl/worksheets/sheet1.xml"
    sheet_xml = members[name].replace(b'<c r="C2">', b'<c r="C2" t="str">')
    assert sheet_xml != members[name]
    found = read(tmp_path, made.zipped(members | {name: sheet_xml}))
    assert cells(found) == [["楼院名称", "户数", "备注"], [NAMES[0], {"formula_error": ""}]]
    assert [
        value for problem, value, _ in found.header["notes"] if problem == Problem.FORMULA_WITHOUT_VALUE
    ] == ["B2、B3"]


def test_another_sheet_is_read_when_asked_for_and_told_when_not(tmp_path: Path) -> None:
    assert problems(read(tmp_path, made.xlsx())) == {Problem.OTHER_LAYERS}
    asked = read(tmp_path, made.xlsx(), layer="去年")
    assert (asked.header["layer"], cells(asked), problems(asked)) == ("去年", [["去年的台账"]], set())
    with pytest.raises(BadFile, match=r"没有名为“没有的”.*台账.*去年"):
        read(tmp_path, made.xlsx(), layer="没有的")


def test_an_old_workbook_is_read_the_same_way(tmp_path: Path) -> None:
    found = read(tmp_path, made.xls())
    assert (found.header["format"], found.header["merged"]) == ("xls", [[1, 1, 1, 3]])
    assert cells(found)[2:] == [["楼院名称", "户数"], [NAMES[0], 12, {"date": "2020-11-03"}], [NAMES[1], 3.5]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
def test_a_table_is_read_whatever_its_separator_and_encoding(
    encoding: str, told: str, separator: str, tmp_path: Path
) -> None:
    found = read(tmp_path, made.csv(separator, encoding))
    assert cells(found) == [["楼院名称", "户数"], [NAMES[0], "12"], [f"{NAMES[1]}{separator}二期", "3.5"]]
    assert found.header["encoding"] == told
    assert problems(found) == ({Problem.ENCODING_GUESSED} if told == "GB18030" else set())


def test_a_person_may_say_the_encoding_of_a_table_but_not_invent_one(tmp_path: Path) -> None:
    assert read(tmp_path, made.csv(encoding="gb18030"), encoding="GBK").header["notes"] == []
    with pytest.raises(BadFile, match="不能按 UTF-8 读取"):
        read(tmp_path, made.csv(encoding="gb18030"), encoding="UTF-8")
    with pytest.raises(BadValue, match="EBCDIC"):
        read(tmp_path, made.csv(), encoding="EBCDIC")


def squares(found: FileRead) -> list[Any]:
    """The geometries of features, as they stand in the file."""
    return [shapely.from_wkb(line["wkb"]) if line["wkb"] else None for line in found.lines]


def test_features_come_with_their_values_and_raw_coordinates(parts: dict[str, bytes], tmp_path: Path) -> None:
    expected = [
        shapely.box(WEST + 2 * k * SIZE, SOUTH, WEST + (2 * k + 1) * SIZE, SOUTH + SIZE) for k in (0, 1)
    ]
    for content, kind, crs, default in (
        (parts["a.gpkg"], "gpkg", "EPSG:4490", None),
        (parts["a.fgb"], "fgb", "EPSG:4490", None),
        (made.shapefile(parts), "shp", "EPSG:4490", None),
        (made.geojson(), "geojson", None, "EPSG:4326"),
        (made.kml(), "kml", None, "EPSG:4326"),
        (made.zipped({"doc.kml": made.kml()}), "kml", None, "EPSG:4326"),
    ):
        found = read(tmp_path, content)
        header = found.header
        assert (header["format"], header["crs"], header["default_crs"]) == (kind, crs, default)
        values = {tuple(map(str, list(line["values"].values())[:2])) for line in found.lines}
        name, households = zip(*sorted(values), strict=True)
        assert (set(name), set(households) <= {"12", "34"}) == (set(NAMES), True), kind
        shapes = sorted(squares(found), key=lambda shape: shape.bounds)
        assert [
            shape.equals_exact(one, 1e-9, normalize=True) for shape, one in zip(shapes, expected, strict=True)
        ] == [
            True,
            True,
        ]


@pytest.mark.parametrize(
    ("stem", "cpg", "told"),
    [
        ("gbk", b"GBK", None),
        ("gbk", None, "没有写明"),
        ("gbk", b"UTF-8", r"\.cpg 写的是 UTF-8"),
        ("utf8", b"UTF-8", None),
        ("utf8", b"GBK", r"\.cpg 写的是 GBK"),
        ("utf8", b"???", "没有写明"),
    ],
)
def test_the_text_of_a_shapefile_is_right_whatever_its_cpg_claims(
    stem: str, cpg: bytes | None, told: str | None, parts: dict[str, bytes], tmp_path: Path
) -> None:
    content = made.shapefile(parts, stem, without=("cpg",), **({"cpg": cpg} if cpg else {}))
    found = read(tmp_path, content)
    assert [list(line["values"].items()) for line in found.lines] == [
        [("楼院名称"[: 3 if stem == "utf8" else 4], name), ("户数", number)]
        for name, number in zip(NAMES, (12, 34), strict=True)
    ]
    notes = [message for problem, _, message in found.header["notes"] if problem == Problem.ENCODING_GUESSED]
    assert len(notes) == bool(told)
    assert not told or re.search(told, notes[0])


def test_a_shapefile_without_some_of_its_parts_is_read_and_says_so(
    parts: dict[str, bytes], tmp_path: Path
) -> None:
    whole = squares(read(tmp_path, made.shapefile(parts)))
    for part in ("shx", "prj", "dbf"):
        found = read(tmp_path, made.shapefile(parts, without=(part,)))
        assert squares(found) == whole
        assert [value for problem, value, _ in found.header["notes"] if problem == Problem.PART_MISSING] == [
            f".{part}"
        ]
        assert (found.header["crs"] is None) == (part == "prj")
        assert (found.header["columns"] == []) == (part == "dbf")


@pytest.mark.parametrize(("encoding", "told"), [("utf8", "UTF-8"), ("gbk", "GB18030")])
def test_closed_lines_and_hatches_of_a_drawing_are_areas_named_by_the_text_inside(
    encoding: str, told: str, tmp_path: Path
) -> None:
    found = read(tmp_path, made.dxf(encoding))
    header = found.header
    assert (header["format"], header["crs"], header["encoding"]) == ("dxf", None, told)
    assert [
        (line["values"]["layer"], line["values"]["name"], line["values"]["texts"]) for line in found.lines
    ] == [("小区红线", NAMES[0], f"{NAMES[0]}；12户"), ("小区红线", None, None), ("图块", NAMES[1], None)]
    assert [round(shape.area) for shape in squares(found)] == [2000, 2000, 100]
    left, texts = (message for problem, _, message in header["notes"] if problem == Problem.NOT_READ)
    assert f"{NAMES[0]}；12户" in texts
    assert "1 条线" in left
    assert "1 个重复画的" in left
    assert len(read(tmp_path, made.dxf(encoding), layer="图块").lines) == 1


@pytest.mark.parametrize("scale", [1.0, 1e-5], ids=["metres", "degrees"])
def test_only_what_is_drawn_twice_is_dropped_in_metres_and_in_degrees_alike(
    scale: float, tmp_path: Path
) -> None:
    drawing = ezdxf.new()
    space = drawing.modelspace()
    for at in range(5):
        west = (10 + 6 * at) * scale
        corners = [(west, 0), (west + 4 * scale, 0), (west + 4 * scale, 4 * scale), (west, 4 * scale)]
        for _ in range(2 if at == 0 else 1):
            space.add_lwpolyline(corners, close=True)
        space.add_text(f"院{at + 1}", height=scale / 2).set_placement((west + scale, scale))
    drawing.saveas(tmp_path / "drawn.dxf")
    found = read(tmp_path, (tmp_path / "drawn.dxf").read_bytes())
    assert [line["values"]["name"] for line in found.lines] == [f"院{at}" for at in range(1, 6)]
    assert [value for problem, value, _ in found.header["notes"] if problem == Problem.NOT_READ] == [
        "1 个重复画的"
    ]


def test_a_kml_keeps_extended_data_and_folders_and_follows_no_link(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/</href></Link></NetworkLink>"
    found = read(tmp_path, made.kml(inside=link, encoding="GB2312"))
    assert found.lines[0]["values"] == {"name": NAMES[0], "户数": "12", "folder": "老旧小区"}
    assert problems(found) == {Problem.LINKS_NOT_FOLLOWED}


def test_raw_coordinates_become_degrees_by_what_file_or_detective_say(tmp_path: Path) -> None:
    found = read(tmp_path, made.geojson())
    raw = [line["wkb"] for line in found.lines]
    plain = place(raw, near=NEAR, default_crs=found.header["default_crs"], neighbours=[raw[0]])
    assert [one.boundary.bounds for one in plain.places] == [shape.bounds for shape in squares(found)]
    assert [(one, other) for one, other, _ in plain.overlaps or ()] == [(0, 2)]
    shifted = place([*raw, None], near=NEAR, hypothesis="gcj02")
    assert shifted.crs.startswith("GCJ-02")
    assert 400 < (squares(found)[0].centroid.distance(shifted.places[0].boundary.centroid) * 100_000) < 800
    assert (shifted.places[2].boundary, shifted.places[2].problem) == (None, False)
    with pytest.raises(BadFile, match="没有说明坐标系"):
        place(raw, near=NEAR)
    lines = place(raw, near=NEAR, default_crs="EPSG:4326", lines=True)
    assert {one.notes[0][0] for one in lines.places} == {Problem.NOT_POLYGON}


def test_a_large_layer_is_read_by_columns_into_the_same_values(
    parts: dict[str, bytes], tmp_path: Path
) -> None:
    told = child.run(
        """
        import sys, warnings
        from pathlib import Path
        import numpy as np
        from geodata.importers.reading import gdal, layers
        pyogrio = gdal.import_pyogrio("GPKG", arrow=True)
        from pyogrio.raw import write
        columns = [
            np.array(["甲", None], dtype=object), np.array([1, 2]), np.array([1.5, np.nan]),
            np.array([True, False]), np.array(["2020-11-03", "NaT"], dtype="datetime64[D]"),
            np.array(["2020-11-03T01:02:03", "NaT"], dtype="datetime64[ms]"),
        ]
        warnings.simplefilter("ignore")
        path = Path(sys.argv[1])
        write(path, np.array([bytes.fromhex("0101000000" + "00" * 16), None], dtype=object), columns,
              list("abcdef"), driver="GPKG", geometry_type="Unknown", crs="EPSG:4490")
        one, other = layers._columns(path, path.stem), layers.columns_by_arrow(path, path.stem)
        print(one[1] == other[1], list(one[2]) == list(other[2]), one[3] == other[3], one[3])
        """,
        tmp_path / "a.gpkg",
    )
    assert told.startswith("True True True"), told
