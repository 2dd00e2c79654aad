"""Cached reads: with `map_data`, `compound_data`, `progress_data` and `briefing_data` the only place where pages get
rows from the store.

Everything is kept by (epoch, layer, last revision that changed it) as shared objects that nobody may change (see
`ui.shelves`). Analysis is called here only to keep its result.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely

from analysis import estates, heritage, progress, status
from analysis import filters as filtering
from analysis.definitions import Definition, definitions
from analysis.filters import Filters, matches
from analysis.shares import by_share_started
from geodata.crs import to_metric
from geodata.errors import BadValue, StoreError
from geodata.schema import LAYERS
from geodata.settings import Settings
from geodata.store import Condition, LayerCount, Snapshot, Store
from geodata.vocabulary import DataStatus
from ui import shelves

__all__ = ["Definition", "Filters", "by_share_started", "definitions"]

T = TypeVar("T")
ZONE = ZoneInfo("Asia/Shanghai")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Settings of this process."""
    return Settings()


_store_lock = threading.Lock()
_open: list[Store] = []


def store() -> Store:
    """The open store of this process; raises a StoreError fit for people."""
    with _store_lock:
        if _open and not _open[0].in_place:
            _open.pop().close()
        if not _open:
            _open.append(Store.open(settings().database_url))
        return _open[0]


_shown: ContextVar[Snapshot | None] = ContextVar("shown", default=None)


def snapshot() -> Snapshot:
    """What the store holds now; asked once per rerun."""
    try:
        now = store().snapshot()
    except StoreError:
        forget()
        raise
    if _shown.get() is None:
        _shown.set(now)
    return now


def begin_page() -> None:
    """Forget what the former rerun showed."""
    _shown.set(None)


def shown() -> Snapshot | None:
    """The snapshot that this rerun's page asked for first; None when the store did not answer."""
    return _shown.get()


def condition() -> Condition:
    """Whether saves work now; asked once per rerun, since the disk fills and empties beside us."""
    return store().condition(warn_below=settings().low_space_mb * 2**20)


def forget() -> None:
    """Close the store, so that the next read opens it anew (after it was moved, replaced or repaired)."""
    with _store_lock:
        while _open:
            _open.pop().close()


@lru_cache(maxsize=1)
def rule() -> status.CountingRule:
    """Counting rule of this deployment: defaults, changed by the administrator's `[counting]` table."""
    try:
        return status.CountingRule(**settings().counting)
    except TypeError as error:
        raise BadValue(f"配置 [counting] 里有不认识的项：{error}") from error


def today(snap: Snapshot) -> date:
    """The business date: setting, else the date kept with the demo data, else today in Shanghai."""
    if settings().business_date:
        return settings().business_date
    kept = snap.settings.get("business_date")
    return date.fromisoformat(kept) if kept else datetime.now(ZONE).date()


def is_rehearsal(snap: Snapshot) -> bool:
    """Whether the business date is fixed instead of the calendar's; then the page says 按现行法规试算."""
    return bool(settings().business_date or snap.settings.get("business_date"))


def frame(snap: Snapshot, layer: str) -> pd.DataFrame:
    """All rows of a layer at this snapshot, shared: never change it."""
    return shelves.frames.get(shelves.key(snap, layer), lambda: store().frame(layer))


def counts(snap: Snapshot) -> dict[str, LayerCount]:
    """Rows of every layer at this snapshot."""
    return shelves.results.get(("counts", snap.epoch, snap.revision), lambda: store().counts())


def every(snap: Snapshot, layer: str) -> pd.DataFrame:
    """A layer with its archived rows; nothing is ever archived in an append-only one."""
    if LAYERS[layer].append_only:
        return frame(snap, layer)
    if archived(snap, layer).empty:
        return frame(snap, layer)
    return shelves.frames.get(
        ("every", *shelves.key(snap, layer)), lambda: store().frame(layer, archived=True)
    )


def archived(snap: Snapshot, layer: str) -> pd.DataFrame:
    """The archived rows of a versioned layer alone."""
    return shelves.frames.get(("archived", *shelves.key(snap, layer)), lambda: store().archived(layer))


def stored(layer: str, record_id: str) -> dict[str, Any] | None:
    """One row as it is stored now, past every cache: what a form starts from."""
    return store().row(layer, record_id)


def metric(snap: Snapshot, layer: str) -> gpd.GeoDataFrame:
    """A layer in the measuring CRS (EPSG:4547), shared."""
    return shelves.frames.get(("metric", *shelves.key(snap, layer)), lambda: to_metric(frame(snap, layer)))


def tree(snap: Snapshot, layer: str) -> shapely.STRtree:
    """Index of a layer's shapes in degrees, in the order of its frame; rows without shape are never found."""
    make = lambda: shapely.STRtree(frame(snap, layer).geometry.to_numpy())  # noqa: E731
    return shelves.results.get(("tree", *shelves.key(snap, layer)), make)


def names(snap: Snapshot, layer: str) -> dict[str, str]:
    """Name of each record of a layer, in order."""
    return frame(snap, layer)["name"].to_dict()


def has_synthetic(snap: Snapshot) -> bool:
    """Whether anything in the register is invented (then the page says 演示数据)."""
    make = lambda: any(  # noqa: E731
        (frame(snap, layer)["data_status"] == DataStatus.SYNTHETIC).any()
        for layer in ("compound", "work_item", "heritage_zone")
    )
    return shelves.results.get(
        ("synthetic", *shelves.key(snap, "compound", "work_item", "heritage_zone")), make
    )


def first_day(snap: Snapshot) -> date | None:
    """Day of the earliest stage event or report; None when there is none."""

    def make() -> date | None:
        days = pd.concat(
            [frame(snap, "stage_event")["occurred_from"], frame(snap, "progress_report")["reported_on"]]
        )
        return days.min().date() if days.notna().any() else None

    return shelves.results.get(("first", *shelves.key(snap, "stage_event", "progress_report")), make)


PROGRESS = ("compound", "work_item", "progress_report", "stage_event", "permit")


def index(snap: Snapshot) -> status.ProgressIndex:
    """The prepared progress index of this snapshot."""
    make = lambda: status.ProgressIndex.build(*(frame(snap, layer) for layer in PROGRESS))  # noqa: E731
    return shelves.results.get(("index", *shelves.key(snap, *PROGRESS)), make)


def states(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """State of every compound as of a day."""
    make = lambda: index(snap).states(as_of=as_of, rule=rule())  # noqa: E731
    return shelves.days.get(("states", as_of, *shelves.key(snap, *PROGRESS)), make)


def item_states(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """State of every works item as of a day."""
    make = lambda: index(snap).item_states(as_of=as_of, rule=rule())  # noqa: E731
    return shelves.days.get(("item_states", as_of, *shelves.key(snap, *PROGRESS)), make)


def estate_states(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """State of every estate as of a day."""

    def make() -> pd.DataFrame:
        return estates.estate_states(
            frame(snap, "estate"), frame(snap, "compound"), states(snap, as_of), rule=rule()
        )

    return shelves.days.get(("estates", as_of, *shelves.key(snap, "estate", *PROGRESS)), make)


_GROUPS = {"street": "street_office", "area": "renewal_area", "programme": None}
ZONES = ("heritage_zone", "reference_area")
TABLES = ("street_office", "renewal_area", "estate", "plan_target", *PROGRESS)


def progress_table(
    snap: Snapshot, as_of: date, by: progress.Key = "street", filters: Filters | None = None
) -> pd.DataFrame:
    """Progress per street office, area or programme as of a day; of what passes the filters alone when given.

    An annual plan is for all estates of a street, so that a filtered table has no plan figures.
    """
    filters = filters if filters and filters.count else None
    make = lambda: _progress_table(snap, as_of, by, filters)  # noqa: E731
    return shelves.results.get(("table", by, as_of, filters, *shelves.key(snap, *TABLES, *ZONES)), make)


def _progress_table(snap: Snapshot, as_of: date, by: progress.Key, filters: Filters | None) -> pd.DataFrame:
    compounds, listed = frame(snap, "compound"), frame(snap, "estate")
    if filters is not None:
        compounds = compounds[visible(snap, as_of, filters).to_numpy()]
        listed = listed[listed.index.isin(compounds["estate_id"])]
    groups = _GROUPS[by]
    return progress.progress_by(
        by,
        groups=frame(snap, groups) if groups else None,
        estates=listed,
        compounds=compounds,
        states=states(snap, as_of),
        estate_states=estate_states(snap, as_of),
        targets=frame(snap, "plan_target") if filters is None and by == "street" else None,
        year=as_of.year,
    )


def total(snap: Snapshot, as_of: date, filters: Filters) -> pd.Series:
    """The sum of the progress table per street of what passes the filters."""
    make = lambda: progress.totals(progress_table(snap, as_of, "street", filters))  # noqa: E731
    return shelves.results.get(("total", as_of, filters, *shelves.key(snap, *TABLES, *ZONES)), make)


def visible(snap: Snapshot, as_of: date, filters: Filters) -> pd.Series:
    """Whether each compound passes the filters as of a day (see `analysis.filters.matches`)."""
    compounds = frame(snap, "compound")

    def make() -> pd.Series:
        return matches(
            compounds,
            filters=filters,
            states=states(snap, as_of),
            estates=frame(snap, "estate"),
            works=works_of(snap),
            zones=zones_of(snap),
            haystack=haystack(snap) if filters.text else None,
        )

    return shelves.results.get(
        ("visible", as_of, filters, *shelves.key(snap, "estate", *PROGRESS, *ZONES)), make
    )


def works_of(snap: Snapshot) -> pd.Series:
    """Set of works types of each compound."""
    items = frame(snap, "work_item")
    make = lambda: filtering.sets_by(items["compound_id"], items["type_code"])  # noqa: E731
    return shelves.results.get(("works", *shelves.key(snap, "work_item")), make)


def zones_of(snap: Snapshot) -> pd.Series:
    """Set of heritage zones and reference areas that each compound's boundary touches."""

    def make() -> pd.Series:
        pairs = pd.concat(
            [
                heritage.touched(metric(snap, "compound"), metric(snap, layer))
                for layer in ("heritage_zone", "reference_area")
            ]
        )
        return filtering.sets_by(pairs["compound_id"], pairs["area_id"])

    return shelves.results.get(
        ("zones", *shelves.key(snap, "compound", "heritage_zone", "reference_area")), make
    )


def haystack(snap: Snapshot) -> pd.Series:
    """What a search for compounds looks through (see `analysis.filters.searchable`)."""
    make = lambda: filtering.searchable(frame(snap, "compound"))  # noqa: E731
    return shelves.results.get(("haystack", *shelves.key(snap, "compound")), make)


def kept(snap: Snapshot, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """A finished piece of a page, kept until anything is saved; `key` names the piece and what it is about."""
    return shelves.pieces.get((*key, snap.epoch, snap.revision), make)


def kept_frame(key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """A frame that never changes once read (a former state), kept among the layers; `key` holds the epoch."""
    return shelves.frames.get(key, make)
