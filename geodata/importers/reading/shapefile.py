"""Shapefiles in a zip. The text of a .dbf is read as bytes and decoded here: what its .cpg claims is only a claim."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from geodata.errors import BadFile
from geodata.importers.formats import LABELS, SHP
from geodata.importers.issues import Problem, shown
from geodata.importers.reading import gdal, texts
from geodata.importers.reading.archive import Archive
from geodata.importers.reading.contents import (
    Contents,
    Note,
    distinct,
    other_layers,
    repeated_columns,
    require_rows,
    wanted_layer,
)
from geodata.importers.reading.layers import from_wkb, plain, plain_cells

_BYTES = "ISO-8859-1"  # GDAL hands every byte on as one character
_PARTS = (".shp", ".shx", ".dbf", ".prj")
_MISSING = {
    ".shx": "没有 .shx（索引），已由 .shp 重建",
    ".dbf": "没有 .dbf（属性表），只有边界，没有任何一栏",
    ".prj": "没有 .prj，文件没有说明坐标系",
}
_CPG = {"65001": texts.UTF8, "UTF8": texts.UTF8, "936": "GBK", "CP936": "GBK", "54936": texts.GB18030}


def read(
    archive: Archive, folder: Path, *, layer: str | None, encoding: str | None, most_rows: int
) -> Contents:
    """Features of one Shapefile of an archive (the first one, unless asked for by name). Raises BadFile."""
    found = [name for name in archive.members if name.lower().endswith(".shp")]
    stems = dict(zip(distinct(PurePosixPath(_stem(name)).name for name in found), found, strict=True))
    names = list(stems)
    name = wanted_layer(names, layer) if layer else names[0]
    parts = _unpack(archive, stems[name], folder)
    contents = _read(folder / "input.shp", parts, encoding, most_rows)
    contents.layer, contents.layers = name, names
    missing = [(Problem.PART_MISSING, part, told) for part, told in _MISSING.items() if part not in parts]
    contents.notes[:0] = missing if layer else [*missing, *other_layers(names, name)]
    return contents


def _stem(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")).with_suffix(""))


def _unpack(archive: Archive, shp: str, folder: Path) -> dict[str, bytes]:
    """The parts beside one .shp, written under names of ours; `.cpg` is kept from GDAL."""
    found = {}
    for name in archive.members:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in (*_PARTS, ".cpg") and _stem(name).lower() == _stem(shp).lower():
            found[suffix] = archive.read(name)
            if suffix != ".cpg":
                (folder / f"input{suffix}").write_bytes(found[suffix])
    return found


def _read(path: Path, parts: dict[str, bytes], encoding: str | None, most_rows: int) -> Contents:
    pyogrio = gdal.import_pyogrio(gdal.DRIVERS[SHP])
    from pyogrio.raw import read as read_raw

    pyogrio.set_gdal_config_options(
        {"SHAPE_RESTORE_SHX": ".shx" not in parts, "GDAL_DISABLE_READDIR_ON_OPEN": False}
    )
    with gdal.damage_told(LABELS[SHP]):
        count = pyogrio.read_info(path, force_feature_count=True, encoding=_BYTES)["features"]
        require_rows(count, most_rows)
        meta, _, wkb, columns = read_raw(path, encoding=_BYTES)
    raw_names = [name.encode("latin-1") for name in meta["fields"]]
    cells = [plain_cells(column) for column in columns]
    name, notes = _encoding(raw_names, cells, parts, encoding)
    given = [texts.read_cell(one, name, strict=False) for one in raw_names]
    own = list(distinct(given))
    rows = [
        dict(zip(own, (_text(cell, name) for cell in row), strict=True)) for row in zip(*cells, strict=True)
    ]
    wkb = [None] * count if wkb is None else wkb
    if len(wkb) != count or (own and len(rows) != count):
        raise BadFile(f"Shapefile 已损坏：应有 {count} 行，只读出 {len(wkb)} 行。")
    notes += repeated_columns(given, own)
    return Contents(from_wkb(wkb, rows), own, meta["crs"], None, "", name, notes)


def _text(cell: Any, name: str) -> Any:
    return (
        texts.read_cell(cell.encode("latin-1"), name, strict=False) if isinstance(cell, str) else plain(cell)
    )


def _encoding(
    names: list[bytes], cells: list[list[Any]], parts: dict[str, bytes], said: str | None
) -> tuple[str, list[Note]]:
    """The encoding that all text reads in: as the person says, else guessed; how sure, with an example."""
    if said:
        texts.codec(said)
        return said.strip().upper(), []
    values = (cell.encode("latin-1") for column in cells for cell in column if isinstance(cell, str))
    name, example = texts.guess([*names, *values])
    claimed = _claimed(parts.get(".cpg", b""))
    if not example or (claimed and texts.CODECS[claimed] == texts.CODECS[name]):
        return name, []
    why = f"而 .cpg 写的是 {claimed}" if claimed else "文件没有写明编码"
    text = f"文字按 {name} 读取（例如“{shown(example)}”），{why}；请核对中文是否正确"
    return name, [(Problem.ENCODING_GUESSED, name, text)]


def _claimed(cpg: bytes) -> str | None:
    word = re.sub(r"[^A-Z0-9]", "", cpg.decode("ascii", "ignore").upper())
    word = word.removeprefix("WINDOWS").removeprefix("ANSI").removeprefix("MS")
    known = {re.sub(r"[^A-Z0-9]", "", name): name for name in texts.CODECS} | _CPG
    return known.get(word)
