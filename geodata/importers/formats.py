"""The formats that are read, told by content. Free of heavy imports: it runs before any parser is loaded."""

from __future__ import annotations

import re

from geodata.errors import BadFile

XLSX, XLS, CSV, GPKG, GEOJSON = "xlsx", "xls", "csv", "gpkg", "geojson"
SHP, KML, DXF, FGB = "shp", "kml", "dxf", "fgb"
ZIP = "zip"

LABELS = {
    XLSX: "Excel（xlsx）",
    XLS: "Excel 97–2003（xls）",
    CSV: "CSV",
    GPKG: "GeoPackage",
    GEOJSON: "GeoJSON",
    SHP: "Shapefile（zip）",
    KML: "KML/KMZ",
    DXF: "DXF",
    FGB: "FlatGeobuf",
}
GRIDS = frozenset((XLSX, XLS, CSV))
REGISTERS = frozenset((GPKG, GEOJSON))
HEAD_BYTES = 4096
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet runs when a text of a CSV begins with it; an apostrophe in front keeps it a text."""

_READ = "能读的有：Excel（xlsx、xls）、CSV、GeoPackage、Shapefile（打成 zip）、GeoJSON、KML/KMZ、DXF、FlatGeobuf。"
_STARTS = (
    (b"SQLite format 3\x00", GPKG),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", XLS),
    (b"fgb\x03fgb", FGB),
)
_OTHERS = (
    (b"AutoCAD Binary DXF", "二进制 DXF，请在 CAD 中另存为 ASCII 的 DXF"),
    (b"AC10", "DWG 图，请在 CAD 中另存为 DXF"),
    (b"%PDF", "PDF，请取得原来的表格或图"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"Rar!", "RAR 压缩包，请解开后改用 zip"),
    (b"7z\xbc\xaf", "7z 压缩包，请解开后改用 zip"),
    (b"\x1f\x8b", "gzip 压缩包，请先解开"),
    (b"\x00\x00\x27\x0a", "单独的 .shp；请把 .shp、.shx、.dbf、.prj 一起打成一个 zip"),
)
_DXF = re.compile(rb"\s*(?:999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n\s*SECTION\b")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def sniff(head: bytes) -> str:
    """Format by the first `HEAD_BYTES`, never by name; `zip` still has to be looked into, any other text is CSV.

    Raises BadFile for what is empty, or is none of the formats.
    """
    if not head:
        raise BadFile("文件是空的（0 字节）。")
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    for start, told in _OTHERS:
        if head.startswith(start):
            raise BadFile(f"这个文件是{told}。{_READ}")
    return _text_format(head)


def _text_format(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            head = head.removeprefix(bom).decode(encoding, "replace").encode()
            break
    if _DXF.match(head):
        return DXF
    start = head.lstrip()[:1]
    if start in (b"{", b"["):
        return GEOJSON
    if start == b"<":
        return KML
    if b"\0" in head:
        raise BadFile(f"文件内容不是认识的格式。{_READ}")
    return CSV


def require_register(found: str) -> None:
    """Refuse what is neither GeoPackage nor GeoJSON: for the command that reads a register in one go."""
    if found in REGISTERS:
        return
    told = {KML: "XML（如 KML、GML、VRT）", ZIP: "压缩包或 Excel 文件", XLS: "Excel 文件"}.get(
        found, "其他格式"
    )
    raise BadFile(
        f"文件内容不是 GeoPackage，也不是 GeoJSON（看起来是{told}）。请另存为这两种格式之一后再装入。"
    )
