"""GDAL with the drivers that a format needs and no other. Only ever loaded in the child process."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geodata.errors import BadFile
from geodata.importers.formats import DXF, FGB, GPKG, SHP

DRIVERS = {GPKG: "GPKG", SHP: "ESRI Shapefile", DXF: "DXF", FGB: "FlatGeobuf"}
"""Driver by format; GeoJSON, KML and tables are read without GDAL."""

# fmt: off
_KNOWN_DRIVERS = frozenset([  # of GDAL 3.12 as pyogrio carries it; others are found when they turn up
    "MEM", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG", "ESRI Shapefile",
    "MapInfo File", "LVBAG", "S57", "DGN", "OGR_VRT", "CSV", "GML", "GPX", "LIBKML", "KML", "GeoJSON",
    "GeoJSONSeq", "ESRIJSON", "TopoJSON", "OGR_GMT", "GPKG", "SQLite", "WAsP", "OpenFileGDB", "DXF",
    "FlatGeobuf", "GeoRSS", "VFK", "PGDUMP", "OSM", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO",
    "Idrisi", "ODS", "XLSX", "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML",
    "PLSCENES", "CSW", "VDV", "MVT", "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector",
    "ADBC", "AVCBin", "AVCE00", "AIVector", "HTTP",
])
# fmt: on
_NOT_NEEDED = ("geopandas", "pandas", "pyarrow")


def import_pyogrio(*allowed: str, arrow: bool = False) -> Any:
    """pyogrio with only the allowed drivers; with `arrow` it can hand over whole columns, and starts slower.

    GDAL reads the list when it is loaded; a driver that this list does not know restarts the process with it.
    """
    skipped = os.environ.get("GDAL_SKIP") or ",".join(sorted(_KNOWN_DRIVERS - set(allowed)))
    os.environ["GDAL_SKIP"] = skipped
    for name in _NOT_NEEDED[: -1 if arrow else None]:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None makes its import fail; saves 0.7 s
    import pyogrio

    extra = set(pyogrio.list_drivers()) - set(allowed)
    if extra and extra <= set(skipped.split(",")):
        raise BadFile(f"不能关闭 GDAL 的这些格式：{'、'.join(sorted(extra))}")
    if extra:
        os.environ["GDAL_SKIP"] = ",".join([skipped, *sorted(extra)])
        os.execv(sys.executable, sys.orig_argv)
    return pyogrio


@contextmanager
def damage_told(what: str) -> Iterator[None]:
    """What GDAL cannot read becomes BadFile; what it remarks on a file's layout is kept quiet."""
    import pyogrio

    known = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except known as error:
            raise BadFile(f"{what} 读不了，多半已损坏或没有下载完；请用原来的软件打开后另存。") from error
