"""Hostile files, made here: what each is, and a word of the answer that people get (None: it is read)."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests import made_files as made
from tests.made_files import ring

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file and what is said of it."""

    content: bytes
    told: str | None


# ── Files that point elsewhere ────────────────────────────────────────────────────────────────────────────────


def pointing(secret: str, port: int, parts: dict[str, bytes]) -> dict[str, Hostile]:
    """Files that would have a careless reader open `secret` (a path) or call this machine at `port`."""
    address = f"http://127.0.0.1:{port}/"
    vrt = (
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
        f'<OGRVRTLayer name="y"><SrcDataSource>/vsicurl/{address}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    ).encode()
    wfs = f"<OGRWFSDataSource><URL>{address}wfs</URL></OGRWFSDataSource>".encode()
    entity = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y SYSTEM "{address}">]>'
    book = made.unzipped(made.xlsx())
    external = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()
    sheet = book["xl/worksheets/sheet1.xml"]
    link = f'<Relationships><Relationship Id="r1" Target="{address}a.xlsx" TargetMode="External"/></Relationships>'
    prefix, rest = sheet.split(b"?>", 1)
    return {
        "vrt": Hostile(vrt, "VRT"),
        "vrt after a mark": Hostile(b"\xef\xbb\xbf \n" + vrt, "VRT"),
        "wfs": Hostile(wfs, "WFS"),
        "vrt in a kmz": Hostile(made.zipped({"doc.kml": vrt}), "VRT"),
        "vrt in a shapefile": Hostile(made.zipped({"a.shp": vrt, "a.dbf": vrt}), "读不了"),
        "vrt as prj and cpg": Hostile(made.shapefile(parts, prj=vrt, cpg=vrt), None),
        "vrt in geojson": Hostile(vrt.replace(b"<", b"{", 1), "JSON"),
        "vrt in a workbook": Hostile(made.zipped(book | {"xl/worksheets/sheet1.xml": vrt}), None),
        "path as content": Hostile(secret.encode(), None),
        "address as content": Hostile(f"{address}a.geojson".encode(), None),
        "virtual path as content": Hostile(f"/vsicurl/{address}a.gpkg".encode(), None),
        "entity in kml": Hostile(made.kml(head=entity, inside="<Placemark><name>&x;&y;</name></Placemark>"), "DOCTYPE"),
        "entity in utf-16 kml": Hostile(made.kml(head=entity).decode().encode("utf-16"), "DOCTYPE"),
        "entity in a workbook": Hostile(
            made.zipped(book | {"xl/worksheets/sheet1.xml": prefix + b"?>" + external + rest}), "DOCTYPE"
        ),
        "entity in a workbook's texts": Hostile(
            made.zipped(book | {"xl/sharedStrings.xml": external + b"<sst/>"}), "DOCTYPE"
        ),
        "link in kml": Hostile(
            made.kml(inside=f"<NetworkLink><Link><href>{address}</href></Link></NetworkLink>"), None
        ),
        "link in a workbook": Hostile(
            made.zipped(book | {"xl/externalLinks/_rels/externalLink1.xml.rels": link.encode()}), None
        ),
        "reference in a drawing": Hostile(made.dxf().replace(b"LWPOLYLINE", b"XREF", 1), None),
        "path in geojson": Hostile(json.dumps({"type": "FeatureCollection", "features": secret}).encode(), "FeatureCollection"),
        "view in a geopackage": Hostile(
            parts["view.gpkg"].replace(str(made.VIEW_PORT).encode(), str(port).encode()), "读不了"
        ),
    }  # fmt: skip


# ── Files that are too much ───────────────────────────────────────────────────────────────────────────────────


def exhausting(parts: dict[str, bytes]) -> dict[str, Hostile]:
    """Bombs, depth, noise."""
    laughs = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10 if k else "ha"}">' for k in range(10))
    bomb = f"<!DOCTYPE kml [{laughs}]>"
    book = made.unzipped(made.xlsx())
    sheet = book["xl/worksheets/sheet1.xml"]
    blank = sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * (30 * _MB))
    noise = random.Random(5)
    ragged = [[113.69 + noise.random() / 1000, 34.75 + noise.random() / 1000] for _ in range(100_000)]
    star = [[113.69 + noise.random() / 1000, 34.75 + noise.random() / 1000] for _ in range(500)]
    deep = b"<x>" * 200_000
    return {
        "zip bomb by ratio": Hostile(made.zipped({"a.shp": bytes(30 * _MB)}), "压缩炸弹"),
        "zip bomb by size": Hostile(sized({"a.shp": b"x", "a.dbf": b"y"}, 150 * _MB), "最多 200 MB"),
        "zip that lies": Hostile(sized({"a.shp": bytes(2000)}, 10), "已损坏"),
        "zip of many entries": Hostile(made.zipped({f"{k}.shp": b"" for k in range(2_001)}), "2,001 个文件"),
        "zip in a zip": Hostile(made.zipped({"a.zip": made.zipped({"a.shp": b""})}), "还有压缩包"),
        "xlsx bomb": Hostile(made.zipped(book | {"xl/worksheets/sheet1.xml": blank}), "压缩炸弹"),
        "xlsx of one far cell": Hostile(
            made.zipped(book | {"xl/worksheets/sheet1.xml": sheet.replace(b'r="A4"', b'r="XFD1048576"')}), "中止"
        ),
        "billion laughs in kml": Hostile(made.kml(head=bomb, inside="<name>&l9;</name>"), "DOCTYPE"),
        "billion laughs in xlsx": Hostile(
            made.zipped(book | {"xl/workbook.xml": bomb.encode() + book["xl/workbook.xml"]}), "DOCTYPE"
        ),
        "deep kml": Hostile(made.kml(inside=deep.decode()), "嵌套超过"),
        "deep json": Hostile(b'{"type":"FeatureCollection","features":' + b"[" * 200_000, "嵌套过深"),
        "deep coordinates": Hostile(nested_coordinates(), "嵌套过深"),
        "noise of 100,000 vertices": Hostile(polygon(ragged), None),
        "noise that crosses itself": Hostile(polygon(star), None),
        "cell of a million characters": Hostile(b"a,b\n" + b"x" * 2_000_000, "CSV"),
        "row of a million columns": Hostile(b"," * 1_000_000, "没有任何内容|栏"),
    }  # fmt: skip


def nested_coordinates() -> bytes:
    """A geometry of 200,000 nested arrays."""
    coordinates = "[" * 200_000 + "1" + "]" * 200_000
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon",'
        f'"coordinates":{coordinates}}}}}]}}'
    ).encode()


def polygon(positions: Any) -> bytes:
    """One compound with this ring."""
    text = json.dumps([*positions, positions[0]])
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"甲"},"geometry":'
        f'{{"type":"Polygon","coordinates":[{text}]}}}}]}}'
    ).encode()


def sized(members: dict[str, bytes], size: int) -> bytes:
    """A zip whose directory claims another unpacked size for every member."""
    raw = bytearray(made.zipped(members, compress=False))
    for head, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = raw.find(head)
        while at >= 0:
            raw[at + place : at + place + 4] = struct.pack("<I", size)
            if size > len(raw):
                raw[at + place - 4 : at + place] = struct.pack("<I", size // 10)
            at = raw.find(head, at + 4)
    return bytes(raw)


# ── Files that are strange ────────────────────────────────────────────────────────────────────────────────────


def strange(parts: dict[str, bytes]) -> dict[str, Hostile]:
    """Names, links, numbers, duplicates, macros, formulas."""
    book = made.unzipped(made.xlsx())
    sheet = book["xl/worksheets/sheet1.xml"]
    formula = sheet.replace(
        b"<f>B4+1</f><v>13</v>", b"<f>WEBSERVICE(&quot;http://127.0.0.1:9/&quot;)</f><v></v>"
    )
    antimeridian = [[179.9, 34.75], [-179.9, 34.75], [-179.9, 34.76], [179.9, 34.76]]
    return {
        "nothing": Hostile(b"", "0 字节"),
        "blank": Hostile(b" \n \n", "没有任何内容"),
        "zeros": Hostile(bytes(5000), "不是认识的格式"),
        "slip": Hostile(made.zipped({"../../a.shp": parts["gbk.shp"]}), "指向包外"),
        "slip by a backslash": Hostile(made.zipped({"..\\a.shp": parts["gbk.shp"]}), "指向包外"),
        "slip to the root": Hostile(made.zipped({"/etc/a.shp": parts["gbk.shp"]}), "指向包外"),
        "symlink": Hostile(special("a.shp", stat.S_IFLNK, b"/etc/passwd"), "链接或管道"),
        "fifo": Hostile(special("a.shp", stat.S_IFIFO, b""), "链接或管道"),
        "encrypted": Hostile(encrypted(made.shapefile(parts)), "密码"),
        "names in gbk": Hostile(gbk_names(made.shapefile(parts)), None),
        "shapefile of shp alone": Hostile(made.shapefile(parts, without=("shx", "dbf", "prj", "cpg")), None),
        "not a number": Hostile(made.geojson().replace(b"34.751", b"NaN"), None),
        "infinite": Hostile(made.geojson().replace(b"34.751", b"Infinity"), None),
        "1e300": Hostile(made.geojson().replace(b"34.751", b"1e300"), None),
        "1e999 in kml": Hostile(made.kml().replace(b"34.751", b"1e999"), None),
        "antimeridian": Hostile(polygon(antimeridian), None),
        "key twice": Hostile(made.geojson().replace("户数".encode(), "楼院名称".encode()), None),
        "columns twice": Hostile("名称,名称\n甲,乙\n".encode(), None),
        "column twice in a shapefile": Hostile(made.shapefile(parts, dbf=dbf_twice()), None),
        "macros": Hostile(made.zipped(book | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), None),
        "formula without a value": Hostile(made.zipped(book | {"xl/worksheets/sheet1.xml": formula}), None),
        "formulas as text": Hostile("名称,户数\n=cmd|'/c calc'!A1,@SUM(1)\n".encode(), None),
        "password": Hostile(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        "web page": Hostile(b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        "picture": Hostile(b"\x89PNG\r\n\x1a\n" + bytes(99), "图片"),
        "dwg": Hostile(b"AC1032" + bytes(99), "DXF"),
        "binary dxf": Hostile(b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(99), "ASCII"),
        "no geometry": Hostile(made.geojson({"type": "Feature", "properties": {}, "geometry": None}), None),
        "broken features": Hostile(made.geojson({"type": 3}, {}, {"type": "Feature", "properties": [1]}), None),
        "ring in a ring": Hostile(polygon([*ring(), *ring(size=0.0005)]), None),
    }  # fmt: skip


def special(name: str, kind: int, content: bytes) -> bytes:
    """A zip with a member that is no plain file."""
    made_zip = io.BytesIO()
    with zipfile.ZipFile(made_zip, "w") as file:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (kind | 0o777) << 16
        file.writestr(entry, content)
    return made_zip.getvalue()


def encrypted(raw: bytes) -> bytes:
    """The same zip, its directory saying that it has a password."""
    changed = bytearray(raw)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 8] |= 1
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def gbk_names(raw: bytes) -> bytes:
    """The same zip as programs in China write it: names in GBK, nothing said."""
    members = made.unzipped(raw)
    stands_for = {f"{k}".ljust(len(name.encode("gbk")), "_"): name for k, name in enumerate(members)}
    changed = made.zipped({plain: members[name] for plain, name in stands_for.items()})
    for plain, name in stands_for.items():
        changed = changed.replace(plain.encode(), name.encode("gbk"))
    return changed


def dbf_twice() -> bytes:
    """A table of two rows with two columns of one name."""
    field = struct.pack("<11sc4xBB14x", b"NAME", b"C", 4, 0)
    head = struct.pack("<4BIHH20x", 3, 126, 11, 25, 2, 32 + 2 * 32 + 1, 9)
    return head + field * 2 + b"\r" + b" aaaabbbb" * 2 + b"\x1a"


# ── Damaged files ─────────────────────────────────────────────────────────────────────────────────────────────


def bases(parts: dict[str, bytes]) -> dict[str, tuple[str | None, Callable[[random.Random], bytes]]]:
    """By name: the driver that its reader needs, and a maker of damaged ones, from a source of chance."""
    shp = made.unzipped(made.shapefile(parts))
    plain = {
        "gpkg": ("GPKG", parts["a.gpkg"]),
        "fgb": ("FlatGeobuf", parts["a.fgb"]),
        "dxf": ("DXF", made.dxf()),
        "geojson": (None, made.geojson()),
        "kml": (None, made.kml()),
        "csv": (None, made.csv(encoding="gb18030")),
        "xls": (None, made.xls()),
        "xlsx as a whole": (None, made.xlsx()),
        "shapefile as a whole": ("ESRI Shapefile", made.shapefile(parts)),
    }
    inside = {
        "xlsx": (None, made.unzipped(made.xlsx())),
        "shapefile": ("ESRI Shapefile", shp),
        "kmz": (None, {"doc.kml": made.kml()}),
    }
    return {
        **{
            name: (driver, lambda chance, raw=raw: damaged(raw, chance))
            for name, (driver, raw) in plain.items()
        },
        **{
            name: (driver, lambda chance, members=members: _one_damaged(members, chance))
            for name, (driver, members) in inside.items()
        },
    }


def _one_damaged(members: dict[str, bytes], chance: random.Random) -> bytes:
    name = chance.choice([name for name, content in members.items() if content])
    return made.zipped(members | {name: damaged(members[name], chance)})


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """A file cut short, with flipped bits, or with a stretch overwritten, repeated or taken out."""
    how = chance.randrange(6)
    at = chance.randrange(len(raw))
    if how == 0:
        return raw[:at]
    if how == 1:
        changed = bytearray(raw)
        for place in _places(chance, len(raw)):
            changed[place] ^= 1 << chance.randrange(8)
        return bytes(changed)
    length = min(chance.choice((1, 2, 4, 8, 64)), len(raw) - at)
    if how == 2:
        return raw[:at] + chance.choice((b"\0", b"\xff", b"\x7f")) * length + raw[at + length :]
    if how == 3:
        return raw[:at] + chance.randbytes(length) + raw[at + length :]
    if how == 4:
        return raw[: at + length] + raw[at:]
    return raw[:at] + raw[at + length :]


def _places(chance: random.Random, length: int) -> Iterator[int]:
    return (chance.randrange(length) for _ in range(chance.randrange(1, 9)))
