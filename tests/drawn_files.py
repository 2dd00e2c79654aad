"""Files as designers, surveyors and telephones send them, made of compounds that a register holds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from html import escape
from pathlib import Path

import geopandas as gpd
import shapely

from geodata.crs import to_datum
from geodata.vocabulary import Datum
from tests import child

_WRITE = """
    import sys, json
    import geopandas as gpd
    source, target, encoding, crs = sys.argv[1:]
    rows = gpd.read_file(source, engine="pyogrio").set_crs(crs, allow_override=True)
    rows.to_file(target, driver="ESRI Shapefile", engine="pyogrio", encoding=encoding)
"""


def shapefile(
    rows: gpd.GeoDataFrame, folder: Path, *, datum: Datum, encoding: str = "GBK", says: str = "EPSG:4326"
) -> Path:
    """A zipped Shapefile in degrees of `datum` that says `says` of itself ("" for no .prj), texts in `encoding`."""
    moved = to_datum(rows.geometry.to_numpy(), datum)
    features = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(shape))}
        for values, shape in zip(rows.drop(columns="geometry").to_dict("records"), moved, strict=True)
    ]
    source = folder / "source.json"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))
    child.run(_WRITE, source, folder / "楼院.shp", encoding, says or "EPSG:4326")
    target = folder / "楼院边界.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(folder.glob("楼院.*")):
            if says or part.suffix != ".prj":
                archive.write(part, part.name)
    return target


def drawing(named: Iterable[tuple[str, shapely.Polygon]], target: Path) -> Path:
    """An ASCII DXF: each outline closed, its name as a text inside; coordinates as they are."""
    lines = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1021",
        "0",
        "ENDSEC",
        "0",
        "SECTION",
        "2",
        "ENTITIES",
    ]
    for name, shape in named:
        points = shapely.get_coordinates(shape.exterior)[:-1]
        lines += ["0", "LWPOLYLINE", "8", "楼院", "90", str(len(points)), "70", "1"]
        for x, y in points:
            lines += ["10", f"{x:.3f}", "20", f"{y:.3f}"]
        x, y = shapely.get_coordinates(shape.representative_point())[0]
        lines += ["0", "TEXT", "8", "楼院", "10", f"{x:.3f}", "20", f"{y:.3f}", "40", "5", "1", name]
    target.write_text("\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""]), encoding="utf-8")
    return target


def kmz(named: Iterable[tuple[str, shapely.Polygon]], target: Path) -> Path:
    """A KMZ as a telephone's map program writes it."""
    marks = "".join(
        f"<Placemark><name>{escape(name)}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{x:.7f},{y:.7f},0" for x, y in shapely.get_coordinates(shape.exterior))
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for name, shape in named
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "doc.kml",
            '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
            f"{marks}</Document></kml>",
        )
    return target
