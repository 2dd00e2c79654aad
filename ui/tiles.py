"""Local basemap tiles (MBTiles, raster PMTiles) that an administrator configured."""

from __future__ import annotations

import struct
import threading
import zlib
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import TileType

from geodata.settings import Basemap
from geodata.store.engine import sqlite
from ui import data

_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
_lock = threading.Lock()

Tile = tuple[bytes, str, str | None]


def _clear_picture() -> bytes:
    """A transparent PNG of one pixel (PNG specification: signature, IHDR, IDAT, IEND)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"\0" + bytes(4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


NOTHING_HERE: Tile = (_clear_picture(), "image/png", None)


def configured() -> dict[str, Basemap]:
    """Basemaps by id."""
    return {basemap.id: basemap for basemap in data.settings().basemaps}


def template(basemap: Basemap) -> str:
    """URL template of a basemap's tiles as the map frame asks for them."""
    return f"../../basemap/{basemap.id}/{{z}}/{{x}}/{{y}}" if basemap.is_local else basemap.location


def is_readable(basemap_id: str) -> bool:
    """Whether the local file of a basemap is there; then a missing tile only means that it ends here."""
    basemap = configured().get(basemap_id)
    return basemap is not None and basemap.is_local and Path(basemap.location).is_file()


def read(basemap_id: str, z: int, x: int, y: int) -> Tile | None:
    """One tile as (bytes, media type, content encoding); None when there is no such basemap or tile."""
    basemap = configured().get(basemap_id)
    if basemap is None or not is_readable(basemap_id):
        return None
    body = _from_mbtiles(basemap, z, x, y) if basemap.kind == "mbtiles" else _from_pmtiles(basemap, z, x, y)
    if not body:
        return None
    kind = next((kind for magic, kind in _MAGIC.items() if body.startswith(magic)), None)
    return (body, kind, None) if kind else None


def _from_mbtiles(basemap: Basemap, z: int, x: int, y: int) -> bytes | None:
    """MBTiles 1.3 counts rows from the south."""
    address = f"file:{Path(basemap.location).absolute()}?mode=ro"
    with closing(sqlite.connect(address, uri=True)) as connection:
        row = connection.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?",
            (z, x, 2**z - 1 - y),
        ).fetchone()
    return bytes(row[0]) if row else None


@lru_cache(maxsize=4)
def _pmtiles(location: str) -> Reader:
    return Reader(MmapSource(open(location, "rb")))


def _from_pmtiles(basemap: Basemap, z: int, x: int, y: int) -> bytes | None:
    if not 0 <= z <= 26 or not (0 <= x < 2**z and 0 <= y < 2**z):
        return None
    with _lock:
        reader = _pmtiles(basemap.location)
        if reader.header()["tile_type"] == TileType.MVT:
            return None
        return reader.get(z, x, y)
