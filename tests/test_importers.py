"""Registers from people: every fault named, nothing lost, nothing repaired silently, nothing read that was not given."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as some
from pyproj import Transformer
from shapely.geometry import box, mapping

from geodata.crs import wgs84_to_gcj02
from geodata.errors import BadFile, BadValue, StaleRow
from geodata.exporters import csv_text, export_register
from geodata.importers.cells import read_cell
from geodata.importers.columns import FIELDS
from geodata.importers.issues import Fixer, Problem, issues_frame, severity, shown
from geodata.importers.known import Known
from geodata.importers.lines import Terms
from geodata.importers.neighbours import same_names
from geodata.importers.register import Declared, LoadReport, change_lines, load_register
from geodata.importers.rows import check_rows
from geodata.importers.sandbox import Limits
from geodata.importers.sheet import Sheet
from geodata.kinds.compound import KIND
from geodata.store import Store
from geodata.store.engine import file_url
from geodata.vocabulary import Datum, Severity
from tests import child
from tests.small_store import FIRST_SQUARE, fill

TODAY = date(2026, 11, 24)
SIZE = 0.001
HOLED = shapely.Polygon(
    box(113.690, 34.760, 113.691, 34.761).exterior.coords,
    holes=[box(113.6904, 34.7604, 113.6906, 34.7606).exterior.coords],
)
NOTCHED = [[113.69, 34.75], [113.691, 34.75], [113.691, 34.751], [113.69, 34.751], [113.69, 34.7505]]
SPIKE = [*NOTCHED, [113.6899, 34.75049], [113.6899, 34.7505], [113.69, 34.75049], [113.69, 34.75]]
BOW_TIE = [[113.69, 34.75], [113.691, 34.751], [113.691, 34.75], [113.69, 34.751], [113.69, 34.75]]

WRITE_GPKG = """
    import json, sys, warnings
    from pathlib import Path
    import numpy as np, shapely
    from pyogrio.raw import write
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    warnings.simplefilter("ignore")
    write(sys.argv[2], shapely.to_wkb(shapely.from_wkt(np.array(spec["wkt"], dtype=object))),
          [np.array(values, dtype=None if all(isinstance(v, int) for v in values) else object)
           for values in spec["columns"].values()],
          list(spec["columns"]), driver="GPKG", layer=spec.get("layer", "楼院"), geometry_type="Unknown",
          crs=spec["crs"], append=spec.get("append", False))
"""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A filled store for tests that only look (dry runs)."""
    store = Store.create(file_url(tmp_path_factory.mktemp("district") / "renewal.gpkg"))
    fill(store)
    with store.commit(author="张三", reason="第二个街道") as save:
        row = {"id": "S2", "name": "东大街街道", "in_totals": True, "boundary_status": "synthetic"}
        save.insert("street_office", {**row, "data_status": "synthetic", "source": "测试"})
    yield store
    store.close()


def square(west: float = 113.69, south: float = 34.75) -> shapely.Polygon:
    """A square of 0.001° with its south-west corner at a round place."""
    return box(west, south, west + SIZE, south + SIZE)


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    """One GeoJSON feature; a list is the outer ring of a polygon."""
    if isinstance(geometry, list):
        geometry = {"type": "Polygon", "coordinates": [geometry]}
    elif isinstance(geometry, shapely.Geometry):
        geometry = mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(folder: Path, *features: Any, **members: Any) -> Path:
    """Write a FeatureCollection."""
    path = folder / "登记表.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}))
    return path


def gpkg(folder: Path, geometries: list[Any], crs: str | None = "EPSG:4490", **columns: list[Any]) -> Path:
    """Write a GeoPackage, in another process as QGIS would."""
    path, spec = folder / "登记表.gpkg", folder / "spec.json"
    wkt = [None if one is None else shapely.to_wkt(one, rounding_precision=12) for one in geometries]
    spec.write_text(json.dumps({"wkt": wkt, "crs": crs, "columns": columns}), encoding="utf-8")
    child.run(WRITE_GPKG, spec, path)
    return path


def load(store: Store, path: Path, **options: Any) -> LoadReport:
    """Load, and hold the law of every load: accepted + rejected == rows."""
    done = load_register(store, path, **{"author": "李四", "today": TODAY, **options})
    assert done.accepted + done.rejected == done.rows
    rejected = {one.row for one in done.issues if one.severity is Severity.ERROR}
    assert len(rejected) == done.rejected
    return done


def look(store: Store, path: Path, **options: Any) -> LoadReport:
    """Load without writing."""
    return load(store, path, dry_run=True, **options)


def kinds(done: LoadReport, row: int | None = None) -> set[Problem]:
    """Kinds of issues of one row (None: of the file)."""
    return {one.issue for one in done.issues if one.row == row}


# ── What is no register at all ────────────────────────────────────────────────────────────────────────────────

VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
REFUSED = {
    "empty": (b"", "0 字节"),
    "blank": (b"   \n", "不是 GeoPackage"),
    "vrt": (VRT.format("/etc/passwd").encode(), "XML"),
    "spreadsheet": (b"PK\x03\x04" + b"\0" * 60, "Excel"),
    "csv": ("名称,户数\n甲,1\n".encode(), "其他格式"),
    "cut off": (b'{"type": "FeatureCollection", "features": [{"type": "Fea', "截断"),
    "no rows": (b'{"type": "FeatureCollection", "features": []}', "0 个要素"),
    "topojson": (b'{"type": "Topology", "objects": {}}', "Topology"),
    "features no list": (b'{"type": "FeatureCollection", "features": 3}', "FeatureCollection"),
    "nested deep": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "嵌套过深"),
    "not utf-8 nor gbk": (b'{"type": "\xff\xff"}', "编码"),
    "broken geopackage": (b"SQLite format 3\x00" + b"\x10\x00\x02\x02" + b"\xfe" * 4000, "损坏"),
}


@pytest.mark.parametrize(("content", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_register_is_refused_by_its_content(
    content: bytes, told: str, district: Store, tmp_path: Path
) -> None:
    path = tmp_path / "登记表.geojson"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=told):
        look(district, path)


def test_a_vrt_named_geojson_reads_no_other_file(district: Store, tmp_path: Path) -> None:
    secret = geojson(tmp_path, feature(square(), name="别人的楼院", street_code="S1"))
    path = tmp_path / "a.geojson"
    path.write_text(VRT.format(secret), encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        look(district, path)
    assert "别人的楼院" not in str(refused.value)


def test_a_vrt_inside_geojson_text_is_only_text(district: Store, tmp_path: Path) -> None:
    done = look(district, geojson(tmp_path, feature(None, name=VRT.format("/etc/passwd"), street_code="S1")))
    assert done.inserted == 1
    assert "SrcDataSource" in done.changes[0].values["name"]


def test_a_missing_file_a_folder_and_a_pipe_are_refused(district: Store, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.geojson"
    os.mkfifo(pipe)
    for path, told in ((tmp_path / "no.gpkg", "没有找到"), (tmp_path, "普通文件"), (pipe, "普通文件")):
        with pytest.raises(BadFile, match=told):
            look(district, path)


def test_the_live_database_is_refused_under_any_name(district: Store, tmp_path: Path) -> None:
    assert district.path
    other = tmp_path / "另一个名字.gpkg"
    other.symlink_to(district.path)
    for path in (district.path, other):
        with pytest.raises(BadFile, match="正在使用的数据库"):
            look(district, path)


def test_a_file_over_the_limit_is_refused(district: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(square(), name="甲", street_code="S1"))
    with pytest.raises(BadFile, match="最多 0 MB"):
        look(district, path, limits=Limits(file_bytes=100))
    with pytest.raises(BadFile, match="最多装入 0 行"):
        look(district, path, limits=Limits(rows=0))


def test_two_columns_of_one_meaning_are_refused(district: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(None, name="甲", 户数=1, households=2, street_code="S1"))
    with pytest.raises(BadFile, match=r"户数.*households|households.*户数"):
        look(district, path)


def test_a_file_with_neither_name_nor_id_is_refused(district: Store, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="不像楼院登记表"):
        look(district, geojson(tmp_path, feature(None, foo=1)))


def test_without_author_nothing_is_loaded(district: Store, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="操作人"):
        load_register(district, tmp_path / "x.gpkg", author="  ", today=TODAY)


def test_a_store_without_street_offices_says_what_to_do(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="--reference"):
        look(store, geojson(tmp_path, feature(None, name="甲")))


# ── Coordinate systems ────────────────────────────────────────────────────────────────────────────────────────


def metric(geometry: shapely.Polygon) -> shapely.Polygon:
    """The geometry in EPSG:4547."""
    forward = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)
    return shapely.transform(geometry, lambda x, y: forward.transform(x, y), interleaved=False)


@pytest.mark.parametrize(
    ("crs", "convert"),
    [("EPSG:4490", lambda g: g), ("EPSG:4326", lambda g: g), ("EPSG:4547", metric)],
    ids=["4490", "4326", "4547"],
)
def test_a_geopackage_lands_in_the_same_place_from_every_system(
    crs: str, convert: Callable[[Any], Any], district: Store, tmp_path: Path
) -> None:
    path = gpkg(tmp_path, [convert(square())], crs, name=["甲"], street_code=["S1"])
    done = look(district, path)
    assert done.source_crs == crs
    boundary = done.changes[0].boundary
    assert boundary is not None
    assert shapely.hausdorff_distance(boundary, square()) < 1e-9


def test_a_geopackage_without_system_is_refused_and_loads_with_a_declaration(
    district: Store, tmp_path: Path
) -> None:
    path = gpkg(tmp_path, [metric(square())], None, name=["甲"], street_code=["S1"])
    with pytest.raises(BadFile, match=r"--crs EPSG:4547.*--datum gcj02"):
        look(district, path)
    done = look(district, path, declared=Declared(crs="EPSG:4547"))
    assert (done.inserted, done.source_crs) == (1, "EPSG:4547")


def test_an_older_chinese_system_is_not_converted_by_guess(district: Store, tmp_path: Path) -> None:
    path = gpkg(tmp_path, [metric(square())], "EPSG:2436", name=["甲"], street_code=["S1"])
    with pytest.raises(BadValue, match="本地参数"):
        look(district, path)
    done = look(district, path, declared=Declared(crs="EPSG:4547"))
    assert Problem.CRS_DECLARED in kinds(done)


@pytest.mark.parametrize("crs", ["4547", "EPSG:999999", "+proj=utm +zone=49", "/etc/passwd"])
def test_a_declaration_must_be_a_known_epsg_code(crs: str, district: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(square(), name="甲", street_code="S1"))
    with pytest.raises(BadValue, match="EPSG:4547"):
        look(district, path, declared=Declared(crs=crs))


def test_geojson_in_metres_is_refused_and_loads_with_a_declaration(district: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(metric(square()), name="甲", street_code="S1"))
    with pytest.raises(BadFile, match=r"不是经纬度.*--crs EPSG:4547"):
        look(district, path)
    assert look(district, path, declared=Declared(crs="EPSG:4547")).inserted == 1


def test_geojson_that_names_its_system_is_converted_and_says_so(district: Store, tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    path = geojson(tmp_path, feature(metric(square()), name="甲", street_code="S1"), crs=crs)
    done = look(district, path)
    assert Problem.CRS_IN_GEOJSON in kinds(done)
    assert done.rejected == 0
    crs["properties"]["name"] = "urn:ogc:def:crs:OGC:1.3:CRS84"
    done = look(district, geojson(tmp_path, feature(square(), name="甲", street_code="S1"), crs=crs))
    assert done.source_crs == "EPSG:4326"


def test_a_declared_datum_is_undone_for_boundary_and_position(district: Store, tmp_path: Path) -> None:
    lon, lat = wgs84_to_gcj02(*(shapely.get_coordinates(square()).T))
    shifted = shapely.Polygon(zip(lon, lat, strict=True))
    place = {"position_lon": float(lon[0]), "position_lat": float(lat[0])}
    path = geojson(tmp_path, feature(shifted, name="甲", street_code="S1", **place))
    done = look(district, path, declared=Declared(datum=Datum.GCJ02))
    assert Problem.DATUM_SHIFTED in kinds(done)
    change = done.changes[0]
    assert change.boundary is not None
    assert shapely.hausdorff_distance(change.boundary, square()) < 1e-8
    corner = shapely.Point(change.values["position_lon"], change.values["position_lat"])
    assert corner.distance(shapely.Point(shapely.get_coordinates(square())[0])) < 1e-8


# ── Boundaries ────────────────────────────────────────────────────────────────────────────────────────────────

RING_49K = [[113.69 + 1e-9 * n, 34.75 + 1e-9 * (n % 7)] for n in range(50_001)]
BOUNDARIES: dict[str, tuple[Any, Problem | None]] = {
    "plain": (square(), None),
    "holed": (HOLED, None),
    "multipart": (shapely.MultiPolygon([square(), square(113.695)]), None),
    "clockwise": (square().reverse(), None),
    "spike": (SPIKE, Problem.GEOMETRY_REPAIRED),
    "unclosed": (NOTCHED, Problem.RING_CLOSED),
    "height": ([[x, y, 110.0] for x, y in [*NOTCHED, NOTCHED[0]]], Problem.HEIGHT_DROPPED),
    "bow tie": (BOW_TIE, Problem.INVALID_GEOMETRY),
    "flat": (
        [[113.69, 34.75], [113.691, 34.75], [113.692, 34.75], [113.69, 34.75]],
        Problem.INVALID_GEOMETRY,
    ),
    "point": (shapely.Point(113.69, 34.75), Problem.NOT_POLYGON),
    "line": (shapely.LineString([(113.69, 34.75), (113.70, 34.75)]), Problem.NOT_POLYGON),
    "collection": ({"type": "GeometryCollection", "geometries": []}, Problem.NOT_POLYGON),
    "huge": (box(113.69, 34.75, 1e300, 1e300), Problem.NOT_FINITE),
    "infinite": (
        [[float("inf"), 34.75], [113.7, 34.75], [113.7, 34.76], [float("inf"), 34.75]],
        Problem.NOT_FINITE,
    ),
    "swapped": (shapely.transform(square(), lambda xy: xy[:, ::-1]), Problem.TOO_FAR),
    "in Beijing": (square(116.39, 39.90), Problem.TOO_FAR),
    "too many vertices": ([*RING_49K, RING_49K[0]], Problem.TOO_MANY_VERTICES),
    "words": ([["113.69", "34.75"], [1, 2], [3, 4], ["113.69", "34.75"]], Problem.BAD_GEOMETRY),
    "two points": ([[113.69, 34.75], [113.69, 34.75]], Problem.BAD_GEOMETRY),
    "no coordinates": ({"type": "Polygon"}, Problem.BAD_GEOMETRY),
    "a number": (3, Problem.BAD_GEOMETRY),
    "empty": (shapely.Polygon(), None),
}


@pytest.fixture(scope="module")
def boundaries(district: Store, tmp_path_factory: pytest.TempPathFactory) -> LoadReport:
    """One file with every boundary."""
    rows = [feature(one, name=name, street_code="S1") for name, (one, _) in BOUNDARIES.items()]
    return look(district, geojson(tmp_path_factory.mktemp("boundaries"), *rows))


@pytest.mark.parametrize("name", BOUNDARIES)
def test_each_boundary_is_accepted_repaired_or_rejected_by_name(name: str, boundaries: LoadReport) -> None:
    row, expected = list(BOUNDARIES).index(name) + 1, BOUNDARIES[name][1]
    found = kinds(boundaries, row) - {Problem.OVERLAP}
    assert found == ({expected} if expected else set())
    loaded = any(change.row == row for change in boundaries.changes)
    assert loaded == (expected is None or severity(expected) is not Severity.ERROR)


def test_a_repair_keeps_the_area_and_leaves_a_valid_boundary(boundaries: LoadReport) -> None:
    row = list(BOUNDARIES).index("spike") + 1
    (repaired,) = [change.boundary for change in boundaries.changes if change.row == row]
    assert repaired is not None
    assert repaired.is_valid
    assert repaired.area == pytest.approx(SIZE**2, rel=0.05)


def test_holes_and_parts_survive(boundaries: LoadReport) -> None:
    loaded = {change.now("name"): change.boundary for change in boundaries.changes}
    assert len(loaded["holed"].geoms[0].interiors) == 1
    assert len(loaded["multipart"].geoms) == 2
    assert loaded["empty"] is None


def test_an_endless_repair_rejects_its_row_and_spares_the_others(district: Store, tmp_path: Path) -> None:
    noisy = [[113.69 + (n * 7919 % 4001) / 4e6, 34.75 + (n * 104729 % 3989) / 4e6] for n in range(4000)]
    rows = [feature([*noisy, noisy[0]], name="乱线"), feature(square(), name="好院")]
    for row in rows:
        row["properties"]["street_code"] = "S1"
    done = look(district, geojson(tmp_path, *rows), limits=Limits(repair_cpu_s=1))
    assert kinds(done, 1) == {Problem.INVALID_GEOMETRY}
    assert [change.now("name") for change in done.changes] == ["好院"]


def test_overlaps_with_neighbours_in_file_and_store_are_told(district: Store, tmp_path: Path) -> None:
    over_stored = feature(box(113.6805, 34.7500, 113.6815, 34.7510), name="压邻院", street_code="S1")
    one, two = feature(square(), name="甲", street_code="S1"), feature(square(), name="乙", street_code="S1")
    touching = feature(square(113.69 + SIZE), name="贴边", street_code="S1")
    done = look(district, geojson(tmp_path, over_stored, one, two, touching))
    told = [one.message for one in done.issues if one.issue is Problem.OVERLAP]
    assert len(told) == 2
    assert "演示·西大街-01院" in told[0]
    assert "乙" in told[1]
    assert done.rejected == 0


def test_a_row_that_redraws_a_compound_does_not_overlap_its_former_self(
    district: Store, tmp_path: Path
) -> None:
    row = feature(box(113.680, 34.750, 113.6809, 34.751), id="C1")
    assert Problem.OVERLAP not in kinds(look(district, geojson(tmp_path, row)), 1)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────

ROWS: dict[str, tuple[dict[str, Any], Problem | None]] = {
    "about": ({"households": "约300"}, Problem.APPROXIMATE),
    "unit": ({"households": "300户"}, Problem.NUMBER_NORMALISED),
    "word": ({"households": "很多"}, Problem.NOT_A_NUMBER),
    "range": ({"households": "300-400"}, Problem.NOT_A_NUMBER),
    "numeral": ({"households": "三百二十"}, Problem.NUMBER_NORMALISED),
    "area": ({"floor_area_m2": "3.2万㎡"}, Problem.UNIT_CONVERTED),
    "money for area": ({"floor_area_m2": "3.2万元"}, Problem.UNKNOWN_UNIT),
    "negative": ({"households": "-5"}, Problem.OUT_OF_RANGE),
    "half": ({"households": 3.5}, Problem.NOT_WHOLE),
    "yes": ({"households": True}, Problem.NOT_A_NUMBER),
    "nan": ({"households": float("nan")}, None),
    "endless": ({"floor_area_m2": float("inf")}, Problem.NOT_A_NUMBER),
    "full width": ({"households": "３１２"}, Problem.NUMBER_NORMALISED),
    "thousands": ({"households": "1,200"}, Problem.NUMBER_NORMALISED),
    "list in one cell": ({"households": "1、2"}, Problem.NOT_A_NUMBER),
    "future": ({"built_year": 2027}, Problem.OUT_OF_RANGE),
    "past": ({"built_year": "1066"}, Problem.OUT_OF_RANGE),
    "crowded": ({"households": 50_000}, Problem.IMPROBABLE),
    "nested": ({"address": {"a": 1}}, Problem.BAD_TEXT),
    "lone surrogate": ({"address": "\ud800"}, Problem.BAD_TEXT),
    "long": ({"address": "长" * 2001}, Problem.TOO_LONG),
    "ownership": ({"ownership": "房改房"}, None),
    "unknown ownership": ({"ownership": "祖传"}, Problem.NOT_IN_LIST),
    "unknown street": ({"street_code": "月亮街道"}, Problem.UNKNOWN_REFERENCE),
    "unknown estate": ({"estate_id": "某小区"}, Problem.UNKNOWN_REFERENCE),
    "no street": ({"street_code": None}, Problem.MISSING_REQUIRED),
    "half a position": ({"position_lon": 113.69}, Problem.INCOMPLETE_POSITION),
    "far position": ({"position_lon": 34.75, "position_lat": 80}, Problem.TOO_FAR),
    "surveyed without boundary": ({"boundary_status": "实测"}, Problem.BOUNDARY_MISMATCH),
    "repeated": ({"id": "R1"}, Problem.DUPLICATE_ID),
    "repeated again": ({"id": "R1"}, Problem.DUPLICATE_ID),
    "long id": ({"id": "x" * 65}, Problem.TOO_LONG),
    "演示·西大街-01院": ({}, Problem.ALREADY_STORED),
    "marked archived": ({"archived": True}, Problem.ARCHIVED),
}


@pytest.fixture(scope="module")
def values(district: Store, tmp_path_factory: pytest.TempPathFactory) -> LoadReport:
    """One file with every kind of row, and two that are no features."""
    rows = [feature(None, **{"name": name, "street_code": "S1", **row}) for name, (row, _) in ROWS.items()]
    return look(
        district,
        geojson(tmp_path_factory.mktemp("values"), *rows, "text", {"type": "Feature", "properties": 3}),
    )


@pytest.mark.parametrize("name", ROWS)
def test_each_doubtful_value_is_named(name: str, values: LoadReport) -> None:
    row, expected = list(ROWS).index(name) + 1, ROWS[name][1]
    assert kinds(values, row) == ({expected} if expected else set())


def test_all_faults_are_told_at_once(values: LoadReport) -> None:
    expected = sum(1 for _, kind in ROWS.values() if kind and severity(kind) is Severity.ERROR)
    assert values.rejected == expected + 2
    assert kinds(values, len(ROWS) + 1) == kinds(values, len(ROWS) + 2) == {Problem.BROKEN_FEATURE}


def test_an_issue_names_row_field_value_and_remedy(values: LoadReport) -> None:
    frame = values.frame()
    row = list(ROWS).index("word") + 1
    (word,) = frame[frame["row"] == row].to_dict("records")
    assert (word["field"], word["value"], word["severity"]) == ("households", "很多", "error")
    assert word["who_fixes"] == Fixer.SUPPLIER
    assert word["message"].startswith(f"第 {row} 行：户数“很多”不是数字")
    assert "留空" in word["message"]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "${alert(1)}", "a\"'`b", "=1+1", "%s{0}\\n", "砦岐𠮷"]
)
def test_a_hostile_name_stays_the_text_it_is(name: str) -> None:
    assert read_cell(FIELDS["name"], name).value == name


def test_a_line_break_in_a_name_becomes_a_space_and_is_told() -> None:
    cell = read_cell(FIELDS["name"], " 一号院\r\n（东）\x00\t院 ")
    assert cell.value == "一号院 （东） 院"
    assert [problem for problem, _ in cell.doubts] == [Problem.TEXT_CLEANED]


def test_a_note_keeps_its_lines() -> None:
    cell = read_cell(FIELDS["note"], "一\n二")
    assert (cell.value, cell.doubts) == ("一\n二", [])


def test_a_name_of_more_than_200_characters_is_rejected() -> None:
    assert read_cell(FIELDS["name"], "院" * 200).ok
    assert not read_cell(FIELDS["name"], "院" * 201).ok


def test_an_id_that_came_as_a_number_stays_whole() -> None:
    assert read_cell(FIELDS["id"], 410104002.0).value == "410104002"
    assert read_cell(FIELDS["id"], 7).value == "7"


@pytest.mark.parametrize("text", ["S1", "西大街街道", "西大街", "西大街街道办事处", " 西大街 "])
def test_a_street_office_goes_by_code_or_by_name(text: str, district: Store) -> None:
    verdict = check(district, {"name": "甲", "街道": text})
    assert verdict.accepted[0].values["street_code"] == "S1"


def check(store: Store, *rows: dict[str, Any], **terms: Any) -> Any:
    """Check rows without a file."""
    headings = dict.fromkeys(name for row in rows for name in row)
    sheet = Sheet.of(headings)
    lines = [sheet.line(n, row, None, []) for n, row in enumerate(rows, start=1)]
    verdict = check_rows(lines, Known.read(store, KIND), Terms(TODAY, "测试", **terms))
    verdict.issues[:0] = sheet.issues
    return verdict


def test_what_a_number_cannot_hold_is_kept_in_the_note_once(district: Store) -> None:
    (change,) = check(district, {"name": "甲", "street_code": "S1", "户数": "约300", "备注": "待核"}).accepted
    assert (change.values["households"], change.values["note"]) == (300, "待核；户数约300（文件原文）")
    (again,) = check(district, {"id": "C1", "户数": "约300"}).accepted
    assert again.values == {"households": 300, "note": "户数约300（文件原文）"}
    stored = {
        "id": "C1",
        "name": "演示·西大街-01院",
        "street_code": "S1",
        "备注": "户数约300（文件原文）",
        "户数": "约300",
    }
    (same,) = check(district, stored).accepted
    assert same.values["note"] == "户数约300（文件原文）"


def test_unknown_columns_are_listed_and_our_own_are_known(district: Store) -> None:
    found = check(
        district, {"name": "甲", "street_code": "S1", "业主电话": "1", "fid": 3, "version": 1}
    ).issues
    told = {one.field: one.issue for one in found if one.row is None and "COLUMN" in one.issue.name}
    assert told == {
        "业主电话": Problem.UNKNOWN_COLUMN,
        "fid": Problem.IGNORED_COLUMN,
        "version": Problem.IGNORED_COLUMN,
    }


def test_two_compounds_of_one_name_in_one_street_are_told(district: Store, tmp_path: Path) -> None:
    rows = [
        feature(None, id="N1", name="和平院", street_code="S1"),
        feature(None, id="N2", name="和平 院", street_code="S1"),
        feature(None, id="N3", name="和平院", street_code="S2"),
        feature(None, id="N4", name="演示·西大街-01院", street_code="S1"),
        feature(None, id="C2", name="演示·西大街-02院", street_code="S1"),
    ]
    done = look(district, geojson(tmp_path, *rows))
    assert {one.row for one in done.issues if one.issue is Problem.DUPLICATE_NAME} == {1, 2, 4}
    assert done.rejected == 0


def test_many_rows_of_one_name_take_no_quadratic_time(district: Store) -> None:
    rows = [{"id": f"N{n}", "name": "和平院", "street_code": "S1"} for n in range(20_000)]
    found = same_names(check(district, *rows).accepted, Known.read(district, KIND))
    assert len(found) == 20_000


def test_an_id_outside_the_columns_of_geojson_is_listed(district: Store, tmp_path: Path) -> None:
    outside = {**feature(None, name="甲", street_code="S1"), "id": 7}
    both = {**feature(None, name="乙", street_code="S1", 编号="N2"), "id": "N2"}
    done = look(district, geojson(tmp_path, outside, both))
    assert [one.field for one in done.issues if one.issue is Problem.UNKNOWN_COLUMN] == ["feature.id"]


def test_an_estate_is_made_from_its_name_only_when_asked(district: Store) -> None:
    rows = [
        {"name": "甲", "street_code": "S1", "所属小区": "和平小区", "data_status": "演示数据"},
        {"name": "乙", "street_code": "S1", "所属小区": "和平 小区"},
        {"name": "丙", "street_code": "S1", "所属小区": "退回小区", "户数": "很多"},
    ]
    assert len(check(district, *rows).rejected) == 3
    verdict = check(district, *rows, create_estates=True)
    assert [(one["name"], one["data_status"]) for one in verdict.new_estates] == [("和平小区", "synthetic")]
    assert [line.row for line in verdict.rejected] == [3]


ANYTHING = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(),
    some.text(max_size=30),
    some.sampled_from(["S1", "西大街", "C1", "E1", "约300", "\ud800", "official", "示意", 120]),
    some.lists(some.integers(), max_size=2),
)


@pytest.mark.property
@given(rows=some.lists(some.dictionaries(some.sampled_from([*FIELDS]), ANYTHING), min_size=1, max_size=6))
def test_whatever_rows_say_each_is_accepted_or_rejected(district: Store, rows: list[dict[str, Any]]) -> None:
    verdict = check(district, {"id": "C1", "name": "演示·西大街-01院"}, *rows)
    ended = [*verdict.rejected, *verdict.accepted]
    assert sorted(one.row for one in ended) == [*range(1, len(rows) + 2)]
    assert len(issues_frame(verdict.issues)) == len(verdict.issues)


def test_what_is_shown_of_a_value_has_no_control_characters() -> None:
    assert shown("a\x1b[31m\nb" + "x" * 50) == "a\\x1b[31m\\nb" + "x" * 27 + "…"
    assert shown(None) == "null"


def test_every_kind_of_issue_has_one_severity_and_the_errors_reject() -> None:
    errors = [kind for kind in Problem if severity(kind) is Severity.ERROR]
    assert errors == list(Problem)[: len(errors)]
    assert Problem.GEOMETRY_REPAIRED not in errors


# ── Saving ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_new_rows_and_changes_are_one_commit_with_author_and_reason(
    small_store: Store, tmp_path: Path
) -> None:
    before = small_store.snapshot().revision
    rows = [
        feature(square(), id="N1", 楼院名称="新院", 街道="西大街", 户数=88),
        feature(FIRST_SQUARE, id="C1", 户数=121),
        feature(None, id="C2", 户数=80),
        feature(None, id="C3", 户数="很多"),
    ]
    done = load(small_store, geojson(tmp_path, *rows), reason="年度核对")
    assert (done.inserted, done.updated, done.unchanged, done.rejected) == (1, 1, 1, 1)
    newest = small_store.revision()
    assert newest
    assert (newest.number, newest.author, newest.reason) == (before + 1, "李四", "年度核对")
    audit = small_store.audit(layer="compound")
    audit = audit[audit["revision"] == newest.number].set_index("record_id")
    assert audit.loc["C1", "before"] == {"households": 120}
    assert audit.loc["C1", "after"] == {"households": 121}
    assert audit.loc["N1", "action"] == "import"
    assert set(audit.index) == {"C1", "N1"}
    assert small_store.check() == []


def test_the_import_book_keeps_file_hash_counts_and_issues(small_store: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(square(), name="新院", street_code="S1"), feature(None, name="坏院"))
    done = load(small_store, path)
    with small_store._reading() as connection:
        (kept,) = connection.exec_driver_sql("SELECT * FROM import_batch").mappings()
    assert (kept["file_name"], kept["sha256"]) == (path.name, done.sha256)
    assert (kept["accepted"], kept["rejected"], kept["source_crs"]) == (1, 1, "EPSG:4326")
    assert json.loads(kept["issues"])["total"] == len(done.issues)


def test_loading_the_same_file_twice_changes_nothing_the_second_time(
    small_store: Store, tmp_path: Path
) -> None:
    path = geojson(tmp_path, feature(square(), id="N1", name="新院", street_code="S1"))
    assert load(small_store, path).revision
    done = load(small_store, path)
    assert (done.unchanged, done.revision) == (1, None)


def test_a_dry_run_tells_and_writes_nothing(small_store: Store, tmp_path: Path) -> None:
    before = small_store.snapshot()
    done = look(small_store, geojson(tmp_path, feature(None, id="C1", 户数=5, 地址="新街1号")))
    assert [line[1:] for line in change_lines(done)] == [("户数", "120", "5"), ("地址", "", "新街1号")]
    assert small_store.snapshot() == before


def test_columns_that_a_file_lacks_stay_and_empty_cells_are_told(small_store: Store, tmp_path: Path) -> None:
    done = load(small_store, geojson(tmp_path, feature(None, id="C1", households=None, data_status=None)))
    assert kinds(done, 1) == {Problem.CLEARED, Problem.DEFAULT_USED}
    assert kinds(done) >= {Problem.BOUNDARY_KEPT}
    row = small_store.row("compound", "C1")
    assert row
    assert row["households"] is None
    assert row["data_status"] == "synthetic"
    assert row["geometry"] is not None


def test_an_archived_compound_is_not_brought_back(small_store: Store, tmp_path: Path) -> None:
    with small_store.commit(author="张三") as save:
        save.archive("compound", "C4", version=1)
    done = look(small_store, geojson(tmp_path, feature(None, id="C4", households=1)))
    assert kinds(done, 1) == {Problem.ARCHIVED}


def test_a_first_boundary_is_schematic_until_somebody_says_more(small_store: Store, tmp_path: Path) -> None:
    with small_store.commit(author="张三") as save:
        save.update("compound", "C4", {"boundary_status": "missing"}, version=1)
    load(small_store, geojson(tmp_path, feature(square(), id="C4")))
    row = small_store.row("compound", "C4")
    assert row
    assert row["boundary_status"] == "schematic"


def test_a_row_saved_by_somebody_meanwhile_stops_the_whole_load(small_store: Store, tmp_path: Path) -> None:
    path = geojson(
        tmp_path, feature(None, id="C1", households=5), feature(None, name="新院", street_code="S1")
    )
    before = small_store.snapshot().revision

    def interfere(done: int, total: int, what: str) -> None:
        if done == 2:
            with small_store.commit(author="王五") as save:
                save.update("compound", "C1", {"households": 7}, version=1)

    with pytest.raises(StaleRow):
        load(small_store, path, on_progress=interfere)
    assert small_store.snapshot().revision == before + 1
    assert len(small_store.frame("compound")) == 4


# ── GeoPackage ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_geopackage_with_chinese_columns_and_missing_cells_loads(
    small_store: Store, tmp_path: Path
) -> None:
    path = gpkg(
        tmp_path,
        [square(), None, HOLED],
        编号=["G1", "G2", None],
        楼院名称=["甲", "乙", "丙"],
        街道=["西大街"] * 3,
        户数=[312, 4, 5],
    )
    done = load(small_store, path)
    assert (done.inserted, done.rejected) == (3, 0)
    row = small_store.row("compound", "G1")
    assert row
    assert (row["households"], row["name"]) == (312, "甲")


def test_a_geopackage_without_rows_and_one_of_several_layers(district: Store, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="0 个要素"):
        look(district, gpkg(tmp_path, [], name=[]))
    (tmp_path / "登记表.gpkg").unlink()
    path = gpkg(tmp_path, [square()], name=["甲"], street_code=["S1"])
    spec = json.loads((tmp_path / "spec.json").read_text(encoding="utf-8"))
    for layer in ("草图", "道路"):
        (tmp_path / "spec.json").write_text(json.dumps({**spec, "layer": layer, "append": False}))
        child.run(WRITE_GPKG, tmp_path / "spec.json", path)
    assert look(district, path).inserted == 1  # 楼院 is the one that we know
    assert look(district, path, declared=Declared(layer="草图")).inserted == 1
    with pytest.raises(BadFile, match="没有名为“别的”的图层"):
        look(district, path, declared=Declared(layer="别的"))


def test_a_geopackage_still_open_elsewhere_is_refused(district: Store, tmp_path: Path) -> None:
    path = gpkg(tmp_path, [square()], name=["甲"], street_code=["S1"])
    path.with_name(path.name + "-wal").write_bytes(b"not merged yet")
    with pytest.raises(BadFile, match=r"别的程序.*-wal"):
        look(district, path)


def test_text_in_gbk_is_read_and_told(district: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(None, name="城东路院", street_code="S1"))
    path.write_text(json.dumps(json.loads(path.read_text()), ensure_ascii=False), encoding="gb18030")
    done = look(district, path)
    assert done.changes[0].values["name"] == "城东路院"
    assert Problem.ENCODING_GUESSED in kinds(done)


def test_gbk_inside_a_geopackage_is_read_cell_by_cell(district: Store, tmp_path: Path) -> None:
    path = gpkg(tmp_path, [square(), None], name=["甲", "乙"], street_code=["S1", "S1"])
    child.run(
        """
        import sqlite3, sys
        file = sqlite3.connect(sys.argv[1])
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("UPDATE 楼院 SET name = CAST(x'b3c7b6ab' AS TEXT) WHERE name = '甲'")
        file.commit()
        file.close()
        """,
        path,
    )
    done = look(district, path)
    assert [change.now("name") for change in done.changes] == ["城东", "乙"]
    assert Problem.ENCODING_GUESSED in kinds(done)


# ── Round trip ────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = ["=1+1", "-院", "<b>\"'${x}</b>", "@sum", "普通"]


@pytest.fixture
def odd_store(small_store: Store) -> Store:
    """The small store with awkward texts, a note of two lines and a boundary given in odd digits."""
    with small_store.commit(author="张三") as save:
        save.update("compound", "C3", {"boundary_status": "uncertain"}, version=2)
        save.update("compound", "C4", {"boundary_status": "missing"}, version=1)
        for number, text in enumerate(TEXTS):
            row = {
                "id": f"T{number}",
                "name": text,
                "note": "一\n二 ",
                "households": number,
                "floor_area_m2": 0.1 + 0.2,
            }
            shape = box(113.1 / 3 + 75.98, 34.75, 113.1 / 3 + 75.981, 34.751 + 1e-13)
            status = {
                "street_code": "S1",
                "boundary_status": "schematic",
                "data_status": "reported",
                "source": "据报",
            }
            save.insert("compound", {**row, **status, "geometry": shape})
    return small_store


@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
@pytest.mark.parametrize("chinese", [False, True], ids=["codes", "chinese"])
def test_what_is_exported_and_loaded_again_changes_nothing(
    ending: str, chinese: bool, odd_store: Store, tmp_path: Path
) -> None:
    path = tmp_path / f"导出{ending}"
    written = export_register(odd_store, path, chinese=chinese, personal=True)
    done = load(odd_store, path)
    assert (done.rows, done.unchanged, done.revision) == (written.rows, written.rows, None)
    assert {one.severity for one in done.issues} <= {Severity.WARNING}


def test_an_export_fills_an_empty_register_with_the_same_rows(odd_store: Store, tmp_path: Path) -> None:
    export_register(odd_store, tmp_path / "all.gpkg", personal=True)
    other = Store.create(file_url(tmp_path / "other.gpkg"))
    with other.commit(author="张三") as save:
        for layer in ("street_office", "estate"):
            save.insert_many(layer, rows_of(odd_store, layer))
    assert load(other, tmp_path / "all.gpkg").rejected == 0
    mine, theirs = rows_of(odd_store, "compound"), rows_of(other, "compound")
    for one, two in zip(mine, theirs, strict=True):
        one_boundary, two_boundary = one.pop("geometry"), two.pop("geometry")
        assert one_boundary == two_boundary or one_boundary.equals_exact(two_boundary)
        assert {**one, "note": (one["note"] or "").strip()} == {**two, "note": two["note"] or ""}
    other.close()


def rows_of(store: Store, layer: str) -> list[dict[str, Any]]:
    """Rows of a layer without book-keeping."""
    hidden = {"fid", "version", "revision", "archived", "row_hash"}
    rows = (store.row(layer, record_id) or {} for record_id in store.frame(layer).index)
    return [{key: value for key, value in row.items() if key not in hidden} for row in rows]


def test_an_export_marks_invented_rows_in_every_format(odd_store: Store, tmp_path: Path) -> None:
    for ending in (".csv", ".geojson", ".gpkg"):
        assert "演示数据" in export_register(odd_store, tmp_path / f"x{ending}").remark
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["watermark"] for row in rows if row["data_status"] == "synthetic"} == {"演示数据"}
    assert {row["watermark"] for row in rows if row["data_status"] == "reported"} == {""}
    document = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert "演示数据" in document["description"]
    assert document["features"][0]["properties"]["watermark"] == "演示数据"
    listed = child.run(
        """
        import sys, pyogrio
        info = pyogrio.read_info(sys.argv[1])
        print(info["crs"], info["features"], info["layer_name"], "watermark" in info["fields"])
        """,
        tmp_path / "x.gpkg",
    )
    assert listed == "EPSG:4490 9 compound True"


def test_a_spreadsheet_runs_no_cell_of_a_csv(odd_store: Store, tmp_path: Path) -> None:
    export_register(odd_store, tmp_path / "x.csv")
    raw = (tmp_path / "x.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {row["id"]: row["name"] for row in csv.DictReader(file)}
    assert (names["T0"], names["T1"], names["T3"], names["T4"]) == ("'=1+1", "'-院", "'@sum", "普通")
    assert csv_text({"a": [-5, 0.5, None, "\tx", "+1"]}).splitlines() == [
        "a",
        "-5",
        "0.5",
        '""',
        "'\tx",
        "'+1",
    ]


def test_an_export_never_replaces_unasked_and_never_the_database(odd_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(BadFile, match="--force"):
        export_register(odd_store, path)
    assert path.read_text(encoding="utf-8") == "mine"
    export_register(odd_store, path, force=True)
    assert path.read_text(encoding="utf-8").startswith("{")
    assert odd_store.path
    with pytest.raises(BadFile, match="正在使用的数据库"):
        export_register(odd_store, odd_store.path, force=True)
    for name, told in (("x.shp", "不能导出为"), ("x", "不能导出为")):
        with pytest.raises(BadFile, match=told):
            export_register(odd_store, tmp_path / name)
    opened = tmp_path / "open.gpkg"
    opened.with_name("open.gpkg-wal").write_bytes(b"1")
    with pytest.raises(BadFile, match="别的程序"):
        export_register(odd_store, opened, force=True)
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".chengyuan")]


# ── The child ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_process_that_opens_the_store_loads_no_second_sqlite(small_store: Store, tmp_path: Path) -> None:
    source = geojson(tmp_path, feature(square(), name="新院", street_code="S1"))
    database, target = str(small_store.path), tmp_path / "out.gpkg"
    small_store.close()
    told = child.run(
        """
        import sys
        from pathlib import Path
        import manage

        for words in (["load", sys.argv[2], "--author", "李四"], ["export", sys.argv[3]], ["load", sys.argv[3], "--author", "李四"]):
            try:
                manage.app(["--database", sys.argv[1], *words], prog_name="manage.py")
            except SystemExit as end:
                assert end.code == 0, (words, end.code)
        print([name for name in ("pyogrio", "_sqlite3", "fiona", "osgeo") if name in sys.modules])
        """.replace("import manage", "import io, manage; sys.stderr = io.StringIO()"),
        database,
        source,
        target,
    )
    assert told.splitlines()[-1] == "[]"


def test_a_child_that_takes_too_much_is_stopped_and_said(district: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(square(), name="甲", street_code="S1"))
    for limits, told in (
        (Limits(wall_s=0), "超过 0 秒"),
        (Limits(cpu_s=0), "0 秒处理时间"),
        (Limits(memory_bytes=40 * 2**20), "40 MB 内存"),
    ):
        with pytest.raises(BadFile, match=told):
            look(district, path, limits=limits)


def test_the_child_has_one_driver_and_no_network() -> None:
    told = child.run(
        """
        import socket
        from geodata.importers import child
        from geodata.importers.reading import gdal
        with socket.create_server(("127.0.0.1", 0)) as server:
            place = server.getsockname()
            left, reached = child._leave_network(), False
            try:
                socket.create_connection(place, 1).close()
                reached = True
            except OSError:
                pass
        print(sorted(gdal.import_pyogrio("GPKG").list_drivers()), left and reached)
        """
    )
    assert told == "['GPKG'] False"


def test_a_vrt_past_all_other_checks_still_finds_no_driver(tmp_path: Path) -> None:
    secret = geojson(tmp_path, feature(square(), name="别人的楼院"))
    (tmp_path / "input.gpkg").write_text(VRT.format(secret), encoding="utf-8")
    told = child.run(
        """
        import sys
        from pathlib import Path
        from geodata.errors import BadFile
        from geodata.importers.reading import layers
        try:
            print(layers.read(Path(sys.argv[1]), layer=None, most_rows=9))
        except BadFile:
            print("refused")
        """,
        tmp_path / "input.gpkg",
    )
    assert told == "refused"


def test_a_driver_that_our_list_does_not_know_is_switched_off_too() -> None:
    told = child.run(
        """
        import os, sys
        from geodata.importers.reading import gdal
        gdal._KNOWN_DRIVERS = gdal._KNOWN_DRIVERS - {"OGR_VRT", "HTTP"}
        print(sorted(gdal.import_pyogrio("GPKG").list_drivers()))
        """
    )
    assert told == "['GPKG']"


def test_the_documented_columns_are_the_ones_that_are_read() -> None:
    text = (child.ROOT / "docs" / "register-format.md").read_text(encoding="utf-8")
    for field in FIELDS.values():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{field.name}` "))
        for word in (field.label, *field.aliases, *(term.label for term in field.terms)):
            assert word in row, f"{field.name}: {word}"
        if isfinite(field.most):
            assert (
                f"{field.least:g}–{'业务年份' if field.name == 'built_year' else f'{field.most:,.0f}'}" in row
            )
    for kind in Problem:
        assert f"| `{kind.value}` | {kind.label} | {severity(kind).label} |" in text
