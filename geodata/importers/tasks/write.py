"""Task `write`: a GeoPackage or a Shapefile from columns and WKB. Runs in the child process: GDAL does the work."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.importers.reading import gdal

GPKG, SHAPEFILE = "GPKG", "ESRI Shapefile"


def run(folder: Path, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the layer of a request to its `file` in the folder, flushed to disk; answers the number of rows.

    `columns` are name, kind (`text`, `integer`, `number`, `date`) and values; `wkb` is None for a table without
    geometry; `crs` None leaves it undefined; `encoding` is for the text of a Shapefile.
    """
    driver = request["driver"]
    gdal.import_pyogrio(driver)
    from pyogrio.raw import write as write_layer

    data, masks = zip(*(_column(kind, values) for _, kind, values in request["columns"]), strict=True)
    wkb = request["wkb"]
    geometry = None if wkb is None else shapely.to_wkb(shapely.from_wkb(np.array(wkb, dtype=object)))
    target = folder / request["file"]
    described = {"IDENTIFIER": request["title"], "DESCRIPTION": request["description"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the caller counts itself what a Shapefile cannot hold
        write_layer(
            target,
            geometry,
            list(data),
            [name for name, _, _ in request["columns"]],
            field_mask=list(masks),
            layer=request["layer"],
            driver=driver,
            geometry_type=None if wkb is None else request["geometry_type"],
            crs=request["crs"],
            encoding=request["encoding"] if driver == SHAPEFILE else None,
            layer_metadata=described if driver == GPKG else None,
        )
    for path in folder.glob(f"{target.stem}.*"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    return [{"rows": len(request["columns"][0][2])}]


def _column(kind: str, values: list[Any]) -> tuple[Any, Any]:
    """Values of one column as an array, and which of them are missing (None for text, which says so itself)."""
    if kind == "text":
        return np.array(values, dtype=object), None
    missing = np.array([value is None for value in values], dtype=bool)
    if kind == "date":
        return np.array(values, dtype="datetime64[D]"), missing
    filled = [0 if value is None else value for value in values]
    return np.array(filled, dtype=np.int64 if kind == "integer" else np.float64), missing
