"""What somebody asked for as one file: a ledger with its readme beside it, or all of it in a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np

from geodata.errors import BadFile, BadValue
from geodata.exporters import gis_files, text_files, workbook
from geodata.exporters.coordinates import allowed, is_offset
from geodata.exporters.ledger import Ledger, Spelling, layers_of, ledger
from geodata.exporters.placing import put_in_place, require_free, workshop_for
from geodata.exporters.readme import Facts, readme, remark
from geodata.exporters.selecting import at_one_revision, belonging
from geodata.kinds import KINDS
from geodata.store import Store
from geodata.vocabulary import Coordinates, DataFormat

ENCODINGS = ("UTF-8", "GBK")
README = "说明.txt"

ONLY_WITH_GEOMETRY = (DataFormat.SHP, DataFormat.KML, DataFormat.DXF)
"""Formats that do not hold a ledger without any boundary: it goes out as a workbook."""

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """Which kinds (codes of KINDS), as what, and of what the rows are.

    `compounds` are the ids that the filters show (None: everything), `streets` narrows layers that know no compound.
    `filters` says in words what was chosen. Names and telephones of persons need `personal`. `encoding` is for the
    text of Shapefiles. `day` is the business date.
    Raises BadValue for what cannot be had.
    """

    kinds: tuple[str, ...]
    form: DataFormat
    day: date
    coordinates: Coordinates
    compounds: tuple[str, ...] | None = None
    streets: tuple[str, ...] = ()
    filters: str = ""
    personal: bool = False
    encoding: str = "UTF-8"
    spelling: Spelling = Spelling.LABELS

    def __post_init__(self) -> None:
        unknown = [one for one in self.kinds if one not in KINDS]
        if unknown or not self.kinds:
            told = f"没有“{'、'.join(unknown)}”这种台账" if unknown else "没有选择台账"
            raise BadValue(f"{told}；可用：{'、'.join(KINDS)}。")
        if self.coordinates not in allowed(self.form):
            labels = "、".join(one.label for one in allowed(self.form))
            raise BadValue(f"{self.form.label} 不能用“{self.coordinates.label}”；可用：{labels}。")
        if self.encoding not in ENCODINGS:
            raise BadValue(f"文字编码“{self.encoding}”不能用；可用：{'、'.join(ENCODINGS)}。")

    def values(self) -> dict[str, Any]:
        """As plain values for JSON."""
        every = {name: getattr(self, name) for name in self.__slots__}
        return every | {
            "day": self.day.isoformat(),
            "form": self.form.value,
            "coordinates": self.coordinates.value,
        }

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """From such values."""
        chosen = values["compounds"]
        return cls(
            **values
            | {
                "kinds": tuple(values["kinds"]),
                "form": DataFormat(values["form"]),
                "day": date.fromisoformat(values["day"]),
                "coordinates": Coordinates(values["coordinates"]),
                "compounds": None if chosen is None else tuple(chosen),
                "streets": tuple(values["streets"]),
                "spelling": Spelling(values["spelling"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows by kind, how many are invented, at which revision."""

    rows: dict[str, int]
    synthetic: int
    revision: int


def export(store: Store, request: Request, target: Path, *, force: bool = False) -> Written:
    """Write what was asked to `target`: a `.zip` with everything, else one ledger and its readme beside it.

    Files appear whole or not at all. Raises BadFile when the target exists (unless `force`), is in use or is the
    database, and when what was asked does not fit into one file.
    """
    zipped = target.suffix.lower() == ".zip"
    if not zipped and (len(request.kinds) > 1 or request.form is DataFormat.SHP):
        raise BadFile("几种台账，或 Shapefile，要写成一个 .zip 压缩包；请把目标文件的后缀改为 .zip。")
    beside = None if zipped or is_alone(request) else target.with_name(f"{target.stem}_{README}")
    for one in filter(None, [target, beside]):
        require_free(one, store, force=force)
    ledgers, facts = _read(store, request)
    with workshop_for(target) as workshop:
        made = [(one, _write(one, request, facts, workshop)) for one in ledgers]
        text = workshop / README
        text.write_text(_told(made, facts), encoding="utf-8-sig", newline="\r\n")
        if zipped:
            files = [path for _, paths in made for path in paths]
            put_in_place(_zip([text, *files], workshop / "whole.zip"), target)
        else:
            put_in_place(made[0][1][0], target)
            if beside is not None:
                put_in_place(text, beside)
    rows = {one.kind.code: one.rows for one in ledgers}
    return Written(rows, sum(one.synthetic for one in ledgers), facts.revision)


def file_name(request: Request) -> str:
    """The name under which people get it: what it is, its day, its coordinates when they are not those of the store."""
    kinds = KINDS[request.kinds[0]].label if len(request.kinds) == 1 else f"{len(request.kinds)}种台账"
    form = "" if is_alone(request) else request.form.value
    parts = [kinds, request.day.strftime("%Y%m%d"), form, _mark(request)]
    return "_".join(filter(None, parts)) + (f".{request.form}" if is_alone(request) else ".zip")


def is_alone(request: Request) -> bool:
    """Whether one file says everything itself: a workbook has its readme as a sheet, and goes back in as it is."""
    return len(request.kinds) == 1 and request.form is DataFormat.XLSX


def _mark(request: Request) -> str:
    """Coordinates as a part of names; nothing for those of the store."""
    if is_offset(request.coordinates):
        return f"{request.coordinates.value.upper()}偏移坐标"
    usual = request.coordinates is allowed(request.form)[0]
    return "" if usual else request.coordinates.value.upper()


def _read(store: Store, request: Request) -> tuple[list[Ledger], Facts]:
    kinds = [KINDS[code] for code in request.kinds]
    layers = list(dict.fromkeys(["work_item", *(layer for one in kinds for layer in layers_of(one))]))
    frames, revision = at_one_revision(store, layers)
    chosen: Mapping[str, set[str]] = {}
    if request.compounds is not None:
        chosen = belonging(frames, request.compounds, request.streets)
    found = [
        ledger(
            kind,
            frames,
            ids=chosen.get(kind.layer),
            personal=request.personal,
            spelling=request.spelling,
        ).in_coordinates(request.coordinates)
        for kind in kinds
    ]
    facts = Facts(
        revision=revision,
        day=request.day,
        form=request.form,
        coordinates=request.coordinates,
        encoding=request.encoding,
        filters=request.filters,
        personal=request.personal,
    )
    return found, facts


def _write(found: Ledger, request: Request, facts: Facts, workshop: Path) -> list[Path]:
    """The files of one ledger, the first of them the one that people open."""
    said = remark(found, facts)
    form = request.form
    if form in ONLY_WITH_GEOMETRY and not found.drawn.any():
        form = DataFormat.XLSX
    name = "_".join(filter(None, [found.kind.label, _mark(request)]))
    target = workshop / f"{name}.{form.value}"
    if form is DataFormat.XLSX:
        about = readme([(target.name, found)], facts)
        workbook.write(found, target, about=about, title=said)
    elif form is DataFormat.CSV:
        text_files.write_csv(found, target)
    elif form is DataFormat.GEOJSON:
        text_files.write_geojson(found, target, coordinates=request.coordinates, remark=said)
    elif form is DataFormat.KML:
        text_files.write_kml(found, target, remark=said)
    elif form is DataFormat.DXF:
        from geodata.exporters import drawing  # only here: a quarter of a second that others need not wait

        drawing.write(found, target, remark=said)
    else:
        return _through_gdal(found, request, said, target)
    return [target]


def _through_gdal(found: Ledger, request: Request, said: str, target: Path) -> list[Path]:
    with workshop_for(target) as folder:
        if request.form is DataFormat.GPKG:
            made = gis_files.write_gpkg(found, folder, coordinates=request.coordinates, remark=said)
            return [made.replace(target)]
        first_drawn = found.in_order(
            np.argsort(~found.drawn, kind="stable")
        )  # else its extent begins at 0, 0
        parts = gis_files.write_shapefile(
            first_drawn, folder, coordinates=request.coordinates, remark=said, encoding=request.encoding
        )
        moved = [part.replace(target.with_suffix(part.suffix)) for part in parts]
    return sorted(moved, key=lambda path: path.suffix != ".shp")


def _told(made: list[tuple[Ledger, list[Path]]], facts: Facts) -> str:
    return readme([(paths[0].name, one) for one, paths in made], facts)


def _zip(files: list[Path], target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.name, date_time=_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(entry, "w") as copy:
                while chunk := source.read(2**20):
                    copy.write(chunk)
    return target
