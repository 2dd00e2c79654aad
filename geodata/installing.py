"""Filling a database whole: with the demo district, or with the content of a backup."""

from __future__ import annotations

import inspect
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from geodata.errors import BadFile, BadValue, StoreDamaged, StoreMissing
from geodata.rehearsal import require_restorable
from geodata.store import Store
from geodata.store.backup import copy_database
from geodata.store.engine import database_path, file_url
from geodata.upkeep import Place
from geodata.vocabulary import BoundaryStatus, DataStatus

AUTHOR = "演示数据生成器"
OnProgress = Callable[[int, int, str], None]
Rows = dict[str, list[dict[str, Any]]]

_INSTALLING, _INSTALLED = "installing", "1"

REFERENCE_AUTHOR = "参考图层装入"
REFERENCE_LAYERS = (
    "district",
    "street_office",
    "community",
    "renewal_area",
    "heritage_site",
    "heritage_zone",
    "heritage_line",
    "reference_area",
    "basemap_line",
)

_REFERENCE_REASON = "装入行政区划、道路与城垣等参考图层"
_SAVES: dict[str, tuple[str, ...]] = {
    _REFERENCE_REASON: REFERENCE_LAYERS,
    "装入演示小区与楼院": ("estate", "compound", "reported_fact"),
    "装入演示年度计划、资金与参建单位": ("plan_target", "funding", "party"),
    "装入演示工程项与许可": ("work_item", "permit"),
    "装入演示阶段记录与进度填报": ("stage_event", "progress_report"),
}


def has_rows(store: Store) -> bool:
    """Whether anything was ever saved in this store."""
    return store.revision() is not None


def is_half_installed(store: Store) -> bool:
    """Whether an installation of demo data was interrupted in this store."""
    return store.settings().get("demo") == _INSTALLING


def create_demo(
    url: str, *, business_date: date | None = None, on_progress: OnProgress | None = None
) -> None:
    """Make the database with demo data where there is none yet: readers see all of it or nothing.

    A file is built beside its place and put there in one step; when another process was faster, its file stays.
    Raises BadValue when the store holds rows of its own, and members of StoreError.
    """
    path = database_path(url)
    if path is None or path.exists():
        _fill(url, business_date=business_date, on_progress=on_progress)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        _fill(file_url(workshop / path.name), business_date=business_date, on_progress=on_progress)
        _put_in_place(workshop / path.name, path)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _fill(url: str, *, business_date: date | None, on_progress: OnProgress | None) -> None:
    store = Store.create(url)
    try:
        install_demo(store, business_date=business_date, on_progress=on_progress)
    finally:
        store.close()


def _put_in_place(made: Path, path: Path) -> None:
    """Move a closed database to its place without ever replacing one that is there."""
    try:
        os.link(made, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not path.exists():
            made.rename(path)


def install_demo(
    store: Store, *, business_date: date | None = None, on_progress: OnProgress | None = None
) -> None:
    """Write the demo district into an empty store, with its business date (ISO) and the mark `demo` = "1".

    `on_progress` gets done rows, all rows and what is being written. Interrupted, it is taken up again by the next
    call: saves that are complete are left alone. Raises BadValue when the store holds rows of its own.
    """
    if has_rows(store) and not is_half_installed(store):
        raise BadValue(
            "数据库里已有数据，没有装入演示数据。请换一个空的数据库（--database），或直接使用现有数据。"
        )
    from geodata import demo  # takes a moment; only this door needs it

    report = on_progress or (lambda done, total, what: None)
    report(0, 0, "生成演示数据")
    usual: date = inspect.signature(demo.build).parameters["business_date"].default
    day = _business_date(store, business_date or usual)
    rows = demo.build(business_date=day)
    _write(store, rows, report)
    store.put_setting("demo", _INSTALLED)
    report(_count(rows), _count(rows), "演示数据已装入")


def install_reference(store: Store) -> None:
    """Write the district's published reference layers into an empty store: none of the invented rows.

    A register can be loaded onto it. Raises BadValue when the store holds rows already.
    """
    if has_rows(store):
        raise BadValue("数据库里已有数据，没有装入参考图层。")
    from geodata import demo

    rows = demo.build()
    with store.commit(author=REFERENCE_AUTHOR, reason=_REFERENCE_REASON) as commit:
        for layer in REFERENCE_LAYERS:
            real = [
                _without_invented_line(row)
                for row in rows[layer]
                if row["data_status"] != DataStatus.SYNTHETIC
            ]
            commit.insert_many(layer, real)


def _without_invented_line(row: dict[str, Any]) -> dict[str, Any]:
    """A published thing whose extent was never published keeps its name and loses the line that the demo invents."""
    if row.get("boundary_status") != BoundaryStatus.SYNTHETIC:
        return row
    return {**row, "geometry": None, "boundary_status": BoundaryStatus.MISSING.value, "note": None}


def _business_date(store: Store, wanted: date) -> date:
    """The day an interrupted installation began with, else the wanted one, which is noted with the mark."""
    if is_half_installed(store):
        return date.fromisoformat(store.settings()["business_date"])
    store.put_setting("business_date", wanted.isoformat())
    store.put_setting("demo", _INSTALLING)
    return wanted


def _count(rows: Rows) -> int:
    return sum(len(part) for part in rows.values())


def _write(store: Store, rows: Rows, report: OnProgress) -> None:
    done, total = 0, _count(rows)
    present = store.layer_revisions()
    for reason, tables in _saves(rows):
        report(done, total, reason)
        if not any(table in present for table in tables):
            with store.commit(author=AUTHOR, reason=reason) as commit:
                for table in tables:
                    commit.insert_many(table, rows[table])
        done += sum(len(rows[table]) for table in tables)


def _saves(rows: Rows) -> Iterator[tuple[str, list[str]]]:
    """Reason and tables of each save; a table that no save names comes last, in the order of the build."""
    named = {table for tables in _SAVES.values() for table in tables}
    groups = {**_SAVES, "装入其他演示数据": tuple(table for table in rows if table not in named)}
    for reason, tables in groups.items():
        filled = [table for table in tables if rows.get(table)]
        if filled:
            yield reason, filled


def restore_backup(
    place: Place, source: Path, *, now: datetime, on_progress: OnProgress | None = None
) -> Path | None:
    """Replace the whole content of a database by that of a backup, and upgrade it when the backup is older.

    What was there is kept first: as a backup, or, when it is too damaged to be copied, as the moved file itself;
    gives its path, None when there was nothing. The setting `epoch` changes, since revision numbers now mean other
    rows. Raises BadFile when source and database are one file, StoreDamaged and StoreNewer for the source.
    """
    path = database_path(place.url)
    if path and path.exists() and source.samefile(path):
        raise BadFile(f"{source} 就是正在使用的数据库，不能用它恢复自己。")
    require_restorable(source)
    report = on_progress or (lambda done, total, what: None)
    kept = _keep_file(path, place, now) if path else _keep_server(place, now)
    with closing(Store.create(place.url)) as store:
        store.restore(source, on_progress=lambda done, total: report(done, total, "恢复"))
    return kept


def _keep_file(path: Path, place: Place, now: datetime) -> Path | None:
    if not path.exists():
        return None
    target = _before_restore(place, now)
    try:
        copy_database(path, target)
    except StoreDamaged:
        return _move_aside(path, place.folder / f"{path.stem}-damaged-{now:%Y%m%d-%H%M%S}.gpkg")
    return target


def _keep_server(place: Place, now: datetime) -> Path | None:
    target = _before_restore(place, now)
    try:
        with closing(Store.open(place.url)) as store:
            store.backup(target)
    except StoreMissing:
        return None
    except StoreDamaged as error:
        raise StoreDamaged(
            f"服务器上现有的内容有损坏，不能先备份，没有恢复（{error}）。"
            "请管理员用 pg_dump 留存这个库，另建一个空库，再恢复到那里。"
        ) from error
    return target


def _before_restore(place: Place, now: datetime) -> Path:
    return place.folder / f"{place.database.stem}-before-restore-{now:%Y%m%d-%H%M%S}.gpkg"


def _move_aside(path: Path, target: Path) -> Path:
    """Move a damaged database with its log files, so that nothing of it is lost."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(target.with_name(target.name + suffix))
    return target
