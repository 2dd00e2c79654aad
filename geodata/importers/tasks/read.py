"""Task `read`: a file of any format → the rows of a sheet, or features with raw coordinates. Runs in the child process.

Modules of formats are imported when they are needed: a small spreadsheet must not wait for GDAL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.importers.formats import CSV, FGB, GEOJSON, GPKG, KML, SHP, XLS, XLSX, ZIP
from geodata.importers.tasks.intake import copy_in

if TYPE_CHECKING:
    from geodata.importers.reading.contents import Contents, Grid


def run(folder: Path, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Header and lines, as the contract of `geodata.importers.files` tells."""
    copy, kind, digest = copy_in(Path(request["path"]), folder, request["limits"]["file_bytes"])
    kind, found = _contents(copy, kind, folder, request)
    facts = {"format": kind, "sha256": digest}
    from geodata.importers.reading.contents import Grid

    return _grid_lines(found, facts) if isinstance(found, Grid) else _feature_lines(found, facts, request)


def _contents(copy: Path, kind: str, folder: Path, request: dict[str, Any]) -> tuple[str, Contents | Grid]:
    if kind == ZIP:
        return _from_archive(copy, folder, request)
    most = {"most_rows": request["limits"]["rows"]}
    layer, encoding, vertices = request["layer"], request["encoding"], request["limits"]["vertices"]
    if kind == CSV:
        from geodata.importers.reading import delimited

        return kind, delimited.read(copy, encoding=encoding, **most)
    if kind == XLS:
        from geodata.importers.reading import workbook

        return kind, workbook.read_xls(copy, layer=layer, **most)
    if kind in (GPKG, FGB):
        from geodata.importers.reading import layers

        return kind, layers.read(copy, layer=layer, kind=kind, **most)
    if kind == GEOJSON:
        from geodata.importers.reading import geojson

        return kind, geojson.read(copy, encoding=encoding, most_vertices=vertices, **most)
    if kind == KML:
        from geodata.importers.reading import kml

        return kind, kml.read(copy, encoding=encoding, most_vertices=vertices, **most)
    from geodata.importers.reading import dxf

    return kind, dxf.read(copy, layer=layer, encoding=encoding, **most)


def _from_archive(copy: Path, folder: Path, request: dict[str, Any]) -> tuple[str, Contents | Grid]:
    from geodata.importers.reading import archive

    layer, most = request["layer"], {"most_rows": request["limits"]["rows"]}
    with archive.opened(copy) as members:
        kind = members.format()
        if kind == XLSX:
            from geodata.importers.reading import workbook

            return kind, workbook.read_xlsx(members, layer=layer, **most)
        if kind == SHP:
            from geodata.importers.reading import shapefile

            return kind, shapefile.read(members, folder, layer=layer, encoding=request["encoding"], **most)
        from geodata.importers.reading import kml

        vertices = request["limits"]["vertices"]
        return kind, kml.read_kmz(members, layer=layer, most_vertices=vertices, **most)


def _grid_lines(grid: Grid, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        **facts,
        "shape": "grid",
        "layers": grid.layers,
        "layer": grid.layer,
        "crs": None,
        "default_crs": None,
        "encoding": grid.encoding,
        "rows": len(grid.rows),
        "notes": grid.notes,
        "merged": grid.merged,
    }
    for number, cells, hidden in grid.rows:
        yield {"row": number, "cells": cells, "hidden": hidden}


def _feature_lines(
    contents: Contents, facts: dict[str, Any], request: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    from geodata.importers.geometry import check_all_raw
    from geodata.importers.tasks.boundaries import lines

    check_all_raw(contents.features, request["limits"]["vertices"])
    yield {
        **facts,
        "shape": "features",
        "layers": contents.layers,
        "layer": contents.layer,
        "crs": contents.crs,
        "default_crs": contents.default_crs,
        "encoding": contents.encoding,
        "rows": len(contents.features),
        "notes": contents.notes,
        "columns": contents.columns,
    }
    for number, line in enumerate(lines(contents.features), start=1):
        yield {"row": number, **line}
