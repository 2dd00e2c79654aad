"""The register of compounds alone as a file, format by its ending: what `load` reads back without a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import BadFile
from geodata.exporters import gis_files, text_files
from geodata.exporters.ledger import Ledger, Spelling, layers_of, ledger
from geodata.exporters.placing import put_in_place, require_free, workshop_for
from geodata.exporters.selecting import at_one_revision
from geodata.kinds import KINDS
from geodata.store import Store
from geodata.vocabulary import Coordinates, DataStatus

_STORED = Coordinates.EPSG_4490


@dataclass(frozen=True, slots=True)
class Register:
    """What was written: how many rows, how many of them invented, at which revision."""

    rows: int
    synthetic: int
    revision: int

    @property
    def remark(self) -> str:
        """What must be said of the whole file."""
        mark = DataStatus.SYNTHETIC
        invented = f"含 {self.synthetic} 行{mark.label}（{mark.meaning}）" if self.synthetic else ""
        return "；".join(filter(None, [f"城垣楼院登记表，修订 {self.revision}，CGCS2000", invented]))


def export_register(
    store: Store, target: Path, *, force: bool = False, chinese: bool = False, personal: bool = False
) -> Register:
    """Write the register to `target`, format by its ending (.gpkg, .geojson, .csv); gives what was written.

    `chinese` writes Chinese headings, and labels instead of codes; without `personal` the columns that name persons
    are left out. The file appears whole or not at all.
    Raises BadFile for another ending, for a file that exists (unless `force`) or is in use, and for the database.
    """
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise BadFile(f"不能导出为“{target.suffix or target.name}”；可用 {'、'.join(_WRITERS)}。")
    require_free(target, store, force=force)
    kind = KINDS["compound"]
    frames, revision = at_one_revision(store, layers_of(kind))
    spelling = Spelling.LABELS if chinese else Spelling.CODES
    found = ledger(kind, frames, personal=personal, spelling=spelling)
    written = Register(found.rows, found.synthetic, revision)
    with workshop_for(target) as workshop:
        put_in_place(write(found, written.remark, workshop), target)
    return written


def _gpkg(found: Ledger, remark: str, workshop: Path) -> Path:
    return gis_files.write_gpkg(found, workshop, coordinates=_STORED, remark=remark)


def _geojson(found: Ledger, remark: str, workshop: Path) -> Path:
    made = workshop / "output.geojson"
    text_files.write_geojson(found, made, coordinates=_STORED, remark=remark)
    return made


def _csv(found: Ledger, _remark: str, workshop: Path) -> Path:
    made = workshop / "output.csv"
    text_files.write_csv(found, made)
    return made


_WRITERS: dict[str, Callable[[Ledger, str, Path], Path]] = {
    ".gpkg": _gpkg,
    ".geojson": _geojson,
    ".json": _geojson,
    ".csv": _csv,
}
