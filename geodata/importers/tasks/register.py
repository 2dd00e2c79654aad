"""Task `register`: a GeoPackage or GeoJSON read, converted and checked in one go. Runs in the child process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geodata.importers import source_crs
from geodata.importers.formats import GPKG, require_register
from geodata.importers.reading import geojson, layers
from geodata.importers.tasks import boundaries
from geodata.importers.tasks.intake import copy_in


def run(folder: Path, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Header with columns, system and overlaps; a line a row."""
    limits = request["limits"]
    copy, kind, digest = copy_in(Path(request["path"]), folder, limits["file_bytes"])
    require_register(kind)
    if kind == GPKG:
        contents = layers.read(copy, layer=request["layer"], most_rows=limits["rows"], strict=True)
    else:
        contents = geojson.read(copy, most_rows=limits["rows"], most_vertices=limits["vertices"])
    source = source_crs.resolve(
        in_file=contents.crs,
        by_default=contents.default_crs,
        declared=request["crs"],
        datum=request["datum"],
    )
    header = {
        "format": kind,
        "layer": contents.layer,
        "columns": contents.columns,
        "crs": source.name,
        "encoding": contents.encoding,
        "sha256": digest,
        "rows": len(contents.features),
        "notes": [*contents.notes, *source.notes],
        "overlaps": boundaries.check(folder, contents.features, source, request),
    }
    return iter([header, *boundaries.lines(contents.features)])
