"""The child process: `python -m geodata.importers.child FOLDER` answers the request in that folder.

It gives up the network, sets its limits, copies the file under a name of ours, and only then lets a parser see it.
Never import this module in a process that opens the store: it loads GDAL, which brings a second SQLite library.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import BadFile, BadValue
from geodata.importers.formats import GPKG, sniff
from geodata.importers.sandbox import MARKER, REQUEST, RESULT

if TYPE_CHECKING:
    from geodata.importers.geometry import Feature

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_CHUNK = 2**20


def main(folder: Path) -> None:
    """Answer the request of a folder; whatever is refused is an answer too."""
    _leave_network()
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8", errors="surrogatepass"))
    limits = request["limits"]
    _limit(limits)
    try:
        lines: Iterable[dict[str, Any]] = {"read": _read, "write": _write}[request["task"]](folder, request)
    except (BadFile, BadValue) as error:
        lines = [{"refused": [type(error).__name__, str(error)]}]
    except MemoryError:
        most = limits["memory_bytes"] // 2**20
        lines = [{"refused": ["BadFile", f"文件太大，读取时超过 {most} MB 内存；请分成几个文件。"]}]
    with (folder / RESULT).open("w", encoding="utf-8", errors="surrogatepass") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _leave_network() -> bool:
    """Move to an empty network of our own where the system lets us: the driver list is the lock, this the second.

    Tells whether it did.
    """
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    if unshare is None:
        return False
    return unshare(_CLONE_NEWNET) == 0 or unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def _limit(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"]))
    most = 4 * limits["file_bytes"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _spend_at_most(seconds: int) -> None:
    """Let the system stop us after that much more processor time (never beyond the limit of the whole run)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soon = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(soon, hard), hard))


def _write(folder: Path, request: dict[str, Any]) -> Iterable[dict[str, Any]]:
    from geodata.importers import writing

    return writing.write(folder, request)


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────


def _read(folder: Path, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    limits = request["limits"]
    copy, kind, digest = _copy_in(Path(request["path"]), folder, limits["file_bytes"])
    from geodata.importers import geometry, reading, source_crs

    options = {"most_rows": limits["rows"]}
    if kind == GPKG:
        contents = reading.read_gpkg(copy, layer=request["layer"], **options)
    else:
        contents = reading.read_geojson(copy, most_vertices=limits["vertices"], **options)
    source = source_crs.resolve(
        in_file=contents.crs,
        by_default=contents.default_crs,
        declared=request["crs"],
        datum=request["datum"],
    )

    def on_repair(at: int) -> None:
        (folder / MARKER).write_text(f"repair {at}", encoding="utf-8")
        _spend_at_most(limits["repair_cpu_s"])

    geometry.check_boundaries(
        contents.features,
        source,
        near=request["near"],
        most_vertices=limits["vertices"],
        skip=set(request["skip"]),
        on_repair=on_repair,
    )
    (folder / MARKER).unlink(missing_ok=True)
    overlaps = _overlaps(folder, contents.features, request)
    header = {
        "format": kind,
        "layer": contents.layer,
        "columns": contents.columns,
        "crs": source.name,
        "encoding": contents.encoding,
        "sha256": digest,
        "rows": len(contents.features),
        "notes": [*contents.notes, *source.notes],
        "overlaps": overlaps,
    }
    return iter([header, *map(_line, contents.features)])


def _copy_in(path: Path, folder: Path, most: int) -> tuple[Path, str, str]:
    """Copy a regular file of bounded size under a name of ours; gives copy, format by content and SHA-256."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadFile(f"文件 {path} 打不开：{error.strerror}") from error
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        raise BadFile(f"{path} 不是普通文件。")
    if facts.st_size > most:
        raise BadFile(f"文件有 {facts.st_size / 2**20:.0f} MB，最多 {most // 2**20} MB；请分成几个文件。")
    with os.fdopen(handle, "rb") as file:
        kind = sniff(file.read(64))
        file.seek(0)
        copy = folder / ("input.gpkg" if kind == GPKG else "input.geojson")
        digest = hashlib.sha256()
        with copy.open("wb") as target:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
    if kind == GPKG:
        _require_closed(path)
    return copy, kind, digest.hexdigest()


def _require_closed(path: Path) -> None:
    """Refuse a GeoPackage whose last changes still stand in a log beside it: the copy would lack them."""
    for suffix in ("-wal", "-journal"):
        log = Path(f"{path}{suffix}")
        if log.exists() and log.stat().st_size:
            raise BadFile(
                f"{path.name} 还在别的程序（如 QGIS）中打开，旁边有未合并的 {log.name}。请关闭那个程序后再装入。"
            )


def _overlaps(
    folder: Path, features: list[Feature], request: dict[str, Any]
) -> list[tuple[int, int, float]] | None:
    """Overlapping pairs; None when an earlier try did not end."""
    import numpy as np
    import shapely

    from geodata.importers import geometry

    if not request["overlaps"]:
        return None
    (folder / MARKER).write_text("overlaps", encoding="utf-8")
    _spend_at_most(request["limits"]["cpu_s"] // 2)
    neighbours = np.asarray(shapely.from_wkb(np.array(request["neighbours"], dtype=object)), dtype=object)
    found = geometry.overlaps(features, neighbours)
    (folder / MARKER).unlink(missing_ok=True)
    return found


def _line(feature: Feature) -> dict[str, Any]:
    import shapely

    wkb = None if feature.boundary is None else shapely.to_wkb(feature.boundary, hex=True, byte_order=1)
    return {"values": feature.values, "wkb": wkb, "notes": feature.notes, "problem": feature.problem}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
