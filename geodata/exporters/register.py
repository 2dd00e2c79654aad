"""The register as a file: GeoPackage, GeoJSON or CSV with the documented columns.

What is exported as GeoPackage or GeoJSON and loaded again changes nothing. Every row carries its data status and
source; a row of invented values carries the words 演示数据 in the column `watermark`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from shapely.geometry import mapping

from geodata.crs import STORED_CRS
from geodata.errors import BadFile
from geodata.importers.columns import FIELDS
from geodata.importers.known import plain_values
from geodata.importers.sandbox import Limits, ask
from geodata.store import Store
from geodata.vocabulary import DataStatus

WATERMARK = "watermark"
_WATERMARK_LABEL = "演示标记"
_MARK = DataStatus.SYNTHETIC.label
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LOGS = ("-wal", "-journal", "-shm")


@dataclass(frozen=True, slots=True)
class Register:
    """All compounds in order of entry: plain values by column (None: empty), boundaries, and at which revision."""

    columns: dict[str, list[Any]]
    boundaries: list[Any]
    streets: dict[str, str]
    revision: int

    @property
    def rows(self) -> int:
        """Number of compounds."""
        return len(self.boundaries)

    @property
    def synthetic(self) -> int:
        """How many of them are invented."""
        return sum(status == DataStatus.SYNTHETIC for status in self.columns["data_status"])

    @property
    def remark(self) -> str:
        """What must be said of the whole file."""
        invented = (
            f"含 {self.synthetic} 行{_MARK}（{DataStatus.SYNTHETIC.meaning}）" if self.synthetic else ""
        )
        return "；".join(filter(None, [f"城垣楼院登记表，修订 {self.revision}，CGCS2000", invented]))


def at_one_revision(store: Store, layers: list[str]) -> tuple[dict[str, pd.DataFrame], int]:
    """Layers and the number of the save that they show: read again when somebody saved in between."""
    while True:
        before = store.snapshot().revision
        frames = store.frames(layers)
        if store.snapshot().revision == before:
            return frames, before


def read_register(store: Store) -> Register:
    """The register as it is now."""
    frames, revision = at_one_revision(store, ["compound", "street_office"])
    frame = frames["compound"]
    columns: dict[str, list[Any]] = {"id": [str(one) for one in frame.index]}
    columns |= {name: plain_values(frame[name]) for name in FIELDS if name != "id"}
    columns[WATERMARK] = [_MARK if one == DataStatus.SYNTHETIC else None for one in columns["data_status"]]
    streets = {str(code): str(name) for code, name in frames["street_office"]["name"].items()}
    return Register(columns, list(frame["geometry"]), streets, revision)


def export_register(store: Store, target: Path, *, force: bool = False, chinese: bool = False) -> Register:
    """Write the register to `target`, format by its ending (.gpkg, .geojson, .csv); gives what was written.

    `chinese` writes Chinese headings, and labels instead of codes. The file appears whole or not at all.
    Raises BadFile for another ending, for a file that exists (unless `force`) or is in use, and for the database.
    """
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise BadFile(f"不能导出为“{target.suffix or target.name}”；可用 {'、'.join(_WRITERS)}。")
    _require_free(target, store, force)
    register = read_register(store)
    target.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".chengyuan-", dir=target.parent))
    try:
        made = write(register, _labelled(register) if chinese else register.columns, workshop)
        made.chmod(0o644)
        os.replace(made, target)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return register


def _require_free(target: Path, store: Store, force: bool) -> None:
    """Refuse to replace a file unasked, the database ever, and a GeoPackage that another program has open."""
    own = [store.path, *(Path(f"{store.path}{suffix}") for suffix in _LOGS)] if store.path else []
    if any(_is_same_place(target, one) for one in own if one is not None):
        raise BadFile(f"{target} 是正在使用的数据库，不能导出到它上面。")
    if target.exists() and not force:
        raise BadFile(f"文件 {target} 已存在，没有覆盖；要覆盖请加 --force，或换一个文件名。")
    if target.is_dir():
        raise BadFile(f"{target} 是文件夹，请给出文件名。")
    for suffix in _LOGS:
        if Path(f"{target}{suffix}").exists():
            raise BadFile(f"{target} 正在别的程序（如 QGIS）中打开；请关闭后再导出，或换一个文件名。")


def _is_same_place(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _labelled(register: Register) -> dict[str, list[Any]]:
    """Columns under Chinese headings, with labels for codes and the name of the street office."""
    labelled = {}
    for name, values in register.columns.items():
        heading = FIELDS[name].label if name in FIELDS else _WATERMARK_LABEL
        terms = FIELDS[name].terms if name in FIELDS else ()
        said = {term.value: term.label for term in terms} if terms else {}
        if name == "street_code":
            said = register.streets
        labelled[heading] = [said.get(value, value) for value in values]
    return labelled


# ── Formats ───────────────────────────────────────────────────────────────────────────────────────────────────


def _write_gpkg(register: Register, columns: dict[str, list[Any]], workshop: Path) -> Path:
    """In a child process: GDAL must not be in the process that holds the store."""
    kinds = [*(field.plain for field in FIELDS.values()), "text"]
    boundaries = [None if one is None else shapely.to_wkb(one, hex=True) for one in register.boundaries]
    request = {
        "task": "write",
        "columns": [
            [name, kind, values] for (name, values), kind in zip(columns.items(), kinds, strict=True)
        ],
        "wkb": boundaries,
        "layer": "compound",
        "title": "楼院（compound）",
        "description": register.remark,
        "crs": STORED_CRS,
    }
    ask(workshop, request, limits=Limits())
    return workshop / "output.gpkg"


def _write_geojson(register: Register, columns: dict[str, list[Any]], workshop: Path) -> Path:
    """RFC 7946: longitude and latitude, outer rings counter-clockwise, exact numbers, one feature a line."""
    names = list(columns)
    features = [
        {
            "type": "Feature",
            "id": record_id,
            "properties": dict(zip(names, values, strict=True)),
            "geometry": None if boundary is None else mapping(shapely.orient_polygons(boundary)),
        }
        for record_id, boundary, *values in zip(
            register.columns["id"], register.boundaries, *columns.values(), strict=True
        )
    ]
    head = {"type": "FeatureCollection", "name": "compound", "description": register.remark}
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, allow_nan=False) for one in features)
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    return _written(workshop / "output.geojson", f'{opening}, "features": [\n{lines}\n]}}\n'.encode())


def _write_csv(register: Register, columns: dict[str, list[Any]], workshop: Path) -> Path:
    """UTF-8 with byte order mark, so that Excel reads it; boundaries are left out."""
    return _written(workshop / "output.csv", csv_text(columns).encode("utf-8-sig"))


def csv_text(columns: dict[str, list[Any]]) -> str:
    """A table as CSV; a text cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(name) for name in columns])
    writer.writerows([_harmless(value) for value in row] for row in zip(*columns.values(), strict=True))
    return text.getvalue()


def _harmless(value: Any) -> Any:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _written(path: Path, content: bytes) -> Path:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path


_WRITERS: dict[str, Callable[[Register, dict[str, list[Any]], Path], Path]] = {
    ".gpkg": _write_gpkg,
    ".geojson": _write_geojson,
    ".json": _write_geojson,
    ".csv": _write_csv,
}
