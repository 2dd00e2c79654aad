"""Cached reads for the map: layers as they travel to the browser, what is drawn, and where the view begins."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import numpy as np

from cartography import layers as map_layers
from cartography import packed
from geodata.store import Snapshot
from geodata.vocabulary import BoundaryStatus, DataStatus, Datum, ZoneClass
from ui import data, shelves

GROUND = (
    "district",
    "street_office",
    "basemap_line",
    "reference_area",
    "heritage_zone",
    "renewal_area",
    "heritage_line",
)
DRAWN = (*GROUND, "compound")


def layer_body(snap: Snapshot, layer: str, datum: Datum) -> bytes:
    """A layer for the map's data route, gzipped: compounds packed, everything else GeoJSON."""

    def make() -> bytes:
        rows = data.frame(snap, layer)
        if layer == "compound":
            return gzip.compress(packed.pack(rows, datum=datum), 4)
        return gzip.compress(map_layers.geojson(layer, rows, datum=datum).encode(), 6)

    return shelves.texts.get((datum, *shelves.key(snap, layer)), make)


def drawn(snap: Snapshot) -> np.ndarray:
    """Places in the register of the compounds that the map can draw, in drawing order."""
    rows = data.frame(snap, "compound")
    make = lambda: rows.index.get_indexer(map_layers.drawable(rows).index)  # noqa: E731
    return shelves.results.get(("drawn", *shelves.key(snap, "compound")), make)


def zone_kinds(snap: Snapshot) -> dict[ZoneClass, str]:
    """Classes of the stored heritage zones with what the legend says of them, boundary status included.

    A class whose zones are all invented is never called by its legal name alone.
    """
    zones = data.frame(snap, "heritage_zone")
    labels = {}
    for kind in ZoneClass:
        found = zones[zones["zone_class"] == kind]
        if len(found):
            states = "、".join(BoundaryStatus(code).label for code in found["boundary_status"].unique())
            invented = (found["data_status"] == DataStatus.SYNTHETIC).all()
            labels[kind] = f"假想区划（{kind.label}类）" if invented else f"{kind.label}（{states}）"
    return labels


@dataclass(frozen=True, slots=True)
class Extents:
    """Corners of the whole district and of the first view, as Leaflet wants them."""

    district: list[list[float]]
    home: list[list[float]]


def extents(snap: Snapshot) -> Extents:
    """Full extent (district) and first view (the old town inside the wall circuit)."""

    def make() -> Extents:
        wall = data.frame(snap, "heritage_line")
        drawn = (
            map_layers.extent(data.frame(snap, layer)) for layer in ("district", "street_office", "compound")
        )
        whole = next((extent for extent in drawn if extent), _NOTHING_YET)
        district = data.frame(snap, "district")
        old_town = wall[wall["kind"] == "circuit"].clip(
            district.geometry.union_all() if len(district) else _box(whole)
        )
        return Extents(whole, map_layers.extent(old_town) or whole)

    return shelves.results.get(
        ("extents", *shelves.key(snap, "district", "heritage_line", "street_office")), make
    )


_NOTHING_YET = [[34.62, 113.60], [34.82, 113.95]]  # around Zhengzhou, for a store without any geometry


def _box(extent: list[list[float]]) -> tuple[float, float, float, float]:
    (south, west), (north, east) = extent
    return west, south, east, north
