"""Files of every format that is read, made by the tests themselves: two compounds, or what is asked for."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import ezdxf
import xlsxwriter
import xlwt

from tests import child

NAMES = ("东大街1号院", "联通小区")
WEST, SOUTH, SIZE = 113.69, 34.75, 0.001

VIEW_PORT = 55555
_WRITE = """
    import shutil, sqlite3, sys, warnings
    import numpy as np, shapely
    from pyogrio.raw import write
    warnings.simplefilter("ignore")
    west, south, size = map(float, sys.argv[2:5])
    shapes = [shapely.box(west + k * 2 * size, south, west + (k * 2 + 1) * size, south + size) for k in range(2)]
    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    columns = [np.array(sys.argv[5:7], dtype=object), np.array([12, 34])]
    for name, driver, options in (
        ("a.gpkg", "GPKG", {}), ("a.fgb", "FlatGeobuf", {}),
        ("gbk.shp", "ESRI Shapefile", {"encoding": "GBK"}), ("utf8.shp", "ESRI Shapefile", {"encoding": "UTF-8"}),
    ):
        write(f"{sys.argv[1]}/{name}", wkb, columns, ["楼院名称", "户数"], driver=driver, crs="EPSG:4490",
              geometry_type="Polygon", **options)
    shutil.copy(f"{sys.argv[1]}/a.gpkg", f"{sys.argv[1]}/view.gpkg")
    with sqlite3.connect(f"{sys.argv[1]}/view.gpkg") as database:
        database.create_function("ST_IsEmpty", 1, lambda blob: False)
        for number, call in enumerate((
            "gdal_get_pixel_value('/vsicurl/http://127.0.0.1:%s/a.tif', 1, 'pixel', 0, 0)" % sys.argv[7],
            "readfile('/etc/passwd')",
        )):
            database.execute(f"CREATE VIEW v{number} AS SELECT 1 AS fid, {call} AS name")
            database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)",
                             (f"v{number}", "attributes", f"v{number}"))
        database.execute("DELETE FROM gpkg_contents WHERE table_name = 'a'")
"""


def through_gdal(folder: Path) -> dict[str, bytes]:
    """Parts that only GDAL writes, made by another process: a.gpkg, a.fgb, gbk.shp, gbk.dbf, utf8.shp …

    The layers of view.gpkg are views that call functions which may read files or reach 127.0.0.1:`VIEW_PORT`.
    """
    child.run(_WRITE, folder, WEST, SOUTH, SIZE, *NAMES, VIEW_PORT)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def zipped(members: dict[str, bytes], *, compress: bool = True) -> bytes:
    """A zip of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def unzipped(raw: bytes) -> dict[str, bytes]:
    """The members of a zip."""
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def shapefile(
    parts: dict[str, bytes], stem: str = "gbk", *, without: tuple[str, ...] = (), **other: bytes
) -> bytes:
    """A zip of a Shapefile in a folder; `cpg` and the like replace a part."""
    members = {
        f"目录/楼院.{suffix}": parts[f"{stem}.{suffix}"]
        for suffix in ("shp", "shx", "dbf", "prj", "cpg")
        if suffix not in without and f"{stem}.{suffix}" in parts
    }
    return zipped(members | {f"目录/楼院.{suffix}": content for suffix, content in other.items()})


def xlsx() -> bytes:
    """A ledger with a merged title, an empty row, a date, an error, a hidden row, a formula, a second sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range("A1:C1", "老旧小区改造台账")
        sheet.write_row("A3", ["楼院名称", "户数", "开工日期", "备注"])
        sheet.write_row("A4", [NAMES[0], 12])
        sheet.write_datetime("C4", date(2020, 11, 3), day)
        sheet.write_formula("D4", "=1/0", None, "#DIV/0!")
        sheet.write_row("A5", [NAMES[1], 3.5])
        sheet.write_formula("D5", "=B4+1", None, 13)
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.write_blank("XFD90000", None, day)
        book.add_worksheet("去年").write("A1", "去年的台账")
    return made.getvalue()


def xls() -> bytes:
    """The same in the old format."""
    book, made = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("台账")
    sheet.write_merge(0, 0, 0, 2, "老旧小区改造台账")
    for row, cells in enumerate((("楼院名称", "户数"), (NAMES[0], 12), (NAMES[1], 3.5)), start=2):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.write(3, 2, date(2020, 11, 3), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    book.save(made)
    return made.getvalue()


def csv(separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A table of two columns."""
    rows = (("楼院名称", "户数"), (NAMES[0], "12"), (f'"{NAMES[1]}{separator}二期"', "3.5"))
    return "".join(separator.join(row) + "\r\n" for row in rows).encode(encoding)


def ring(west: float = WEST, south: float = SOUTH, size: float = SIZE) -> list[list[float]]:
    """The corners of a square, closed."""
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def geojson(*features: dict[str, Any]) -> bytes:
    """A collection of these features, or of two compounds."""
    known = features or tuple(
        {
            "type": "Feature",
            "properties": {"楼院名称": name, "户数": 12},
            "geometry": {"type": "Polygon", "coordinates": [ring(WEST + 2 * k * SIZE)]},
        }
        for k, name in enumerate(NAMES)
    )
    return json.dumps({"type": "FeatureCollection", "features": known}, ensure_ascii=False).encode()


def kml(*, head: str = "", inside: str = "", encoding: str = "UTF-8") -> bytes:
    """Two placemarks of polygons with extended data; `head` before the root, `inside` after the placemarks."""
    marks = "".join(
        f'<Placemark><name>{name}</name><ExtendedData><Data name="户数"><value>12</value></Data></ExtendedData>'
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{x},{y},0" for x, y in ring(WEST + 2 * k * SIZE))
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for k, name in enumerate(NAMES)
    )
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<Folder><name>老旧小区</name>{marks}{inside}</Folder></Document></kml>"
    )
    return text.encode(encoding)


def dxf(encoding: str = "utf8", origin: tuple[float, float] = (38_476_000.0, 3_847_000.0)) -> bytes:
    """A drawing: closed lines, one closed by its end, a hatch over the first, texts, a block, a road."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawing = ezdxf.new("R2010" if encoding == "utf8" else "R2000")
        drawing.encoding = encoding
        space = drawing.modelspace()
        x, y = origin
        square = [(x, y), (x + 50, y), (x + 50, y + 40), (x, y + 40)]
        space.add_lwpolyline(square, close=True, dxfattribs={"layer": "小区红线"})
        space.add_hatch(dxfattribs={"layer": "小区红线"}).paths.add_polyline_path(square, is_closed=True)
        space.add_text(NAMES[0]).set_placement((x + 20, y + 20))
        space.add_mtext("{\\fSimSun|b0;12户}").set_location((x + 20, y + 10))
        space.add_lwpolyline(
            [(a + 100, b) for a, b in [*square, square[0]]], dxfattribs={"layer": "小区红线"}
        )
        block = drawing.blocks.new("院")
        block.add_lwpolyline([(0, 0), (10, 0), (10, 10), (0, 10)], close=True)
        block.add_attdef("NAME", (5, 5))
        space.add_blockref("院", (x + 200, y), dxfattribs={"layer": "图块"}).add_auto_attribs(
            {"NAME": NAMES[1]}
        )
        space.add_line((x, y), (x + 1000, y + 1000), dxfattribs={"layer": "道路"})
        drawing.layout("Layout1").add_lwpolyline(square, close=True)
        made = io.StringIO()
        drawing.write(made)
    return made.getvalue().encode("utf-8" if encoding == "utf8" else encoding)
