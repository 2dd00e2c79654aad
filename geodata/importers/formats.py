"""The formats that are read, told by content. Free of heavy imports: it runs before any parser is loaded."""

from __future__ import annotations

from geodata.errors import BadFile

GPKG, GEOJSON = "GPKG", "GeoJSON"

_SQLITE = b"SQLite format 3\x00"


def sniff(head: bytes) -> str:
    """Format by content, never by name. Raises BadFile for anything but GeoPackage and GeoJSON."""
    if not head:
        raise BadFile("文件是空的（0 字节）。")
    if head.startswith(_SQLITE):
        return GPKG
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"{":
        return GEOJSON
    found = {b"<": "XML（如 KML、GML、VRT）", b"P": "压缩包或 Excel 文件", b"[": "JSON 数组"}.get(
        start, "其他格式"
    )
    raise BadFile(
        f"文件内容不是 GeoPackage，也不是 GeoJSON（看起来是{found}）。请另存为这两种格式之一后再装入。"
    )
