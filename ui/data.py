"""Cached reads: the only place where pages get rows from the store.

Everything is kept by (epoch, layer, last revision that changed it) as shared objects that nobody may change:
a copy per rerun would cost three times a rerun. Analysis is called here only to keep its result.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analysis import estates, finding, heritage, progress, status
from analysis import filters as filtering
from analysis.definitions import Definition, definitions
from analysis.filters import Filters, matches
from analysis.s_curve import s_curve
from analysis.shares import by_share_started
from analysis.standing import Standing, Unit, standing
from cartography import layers as map_layers
from cartography import packed
from geodata.crs import to_metric
from geodata.errors import BadValue, StoreError
from geodata.schema import LAYERS
from geodata.settings import Settings
from geodata.store import Condition, LayerCount, Snapshot, Store
from geodata.vocabulary import BoundaryStatus, DataStatus, Datum, ZoneClass

__all__ = ["Definition", "Filters", "Standing", "Unit", "by_share_started", "definitions"]

ZONE = ZoneInfo("Asia/Shanghai")
T = TypeVar("T")

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


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Settings of this process."""
    return Settings()


class _Shelf:
    """A bounded store of results by key; computes each key once, even when two sessions ask together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._busy: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            mine = self._busy.setdefault(key, threading.Lock())
        with mine:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            value = make()
            with self._lock:
                self._kept[key] = value
                self._busy.pop(key, None)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return value


_frames = _Shelf(60)
_results = _Shelf(120)
_days = _Shelf(16)  # whole registers as of a day: large
_texts = _Shelf(40)
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


def _key(snap: Snapshot, *layers: str) -> tuple[Hashable, ...]:
    return (snap.epoch, *((layer, snap.layers.get(layer, 0)) for layer in layers))


def frame(snap: Snapshot, layer: str) -> pd.DataFrame:
    """All rows of a layer at this snapshot, shared: never change it."""
    return _frames.get(_key(snap, layer), lambda: store().frame(layer))


def counts(snap: Snapshot) -> dict[str, LayerCount]:
    """Rows of every layer at this snapshot."""
    return _results.get(("counts", snap.epoch, snap.revision), lambda: store().counts())


def metric(snap: Snapshot, layer: str) -> gpd.GeoDataFrame:
    """A layer in the measuring CRS (EPSG:4547), shared."""
    return _frames.get(("metric", *_key(snap, layer)), lambda: to_metric(frame(snap, layer)))


def tree(snap: Snapshot, layer: str) -> shapely.STRtree:
    """Index of a layer's shapes in degrees, in the order of its frame; rows without shape are never found."""
    make = lambda: shapely.STRtree(frame(snap, layer).geometry.to_numpy())  # noqa: E731
    return _results.get(("tree", *_key(snap, layer)), make)


def layer_body(snap: Snapshot, layer: str, datum: Datum) -> bytes:
    """A layer for the map's data route, gzipped: compounds packed, everything else GeoJSON."""

    def make() -> bytes:
        rows = frame(snap, layer)
        if layer == "compound":
            return gzip.compress(packed.pack(rows, datum=datum), 4)
        return gzip.compress(map_layers.geojson(layer, rows, datum=datum).encode(), 6)

    return _texts.get((datum, *_key(snap, layer)), make)


PROGRESS = ("compound", "work_item", "progress_report", "stage_event", "permit")


def index(snap: Snapshot) -> status.ProgressIndex:
    """The prepared progress index of this snapshot."""
    make = lambda: status.ProgressIndex.build(*(frame(snap, layer) for layer in PROGRESS))  # noqa: E731
    return _results.get(("index", *_key(snap, *PROGRESS)), make)


def states(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """State of every compound as of a day."""
    make = lambda: index(snap).states(as_of=as_of, rule=rule())  # noqa: E731
    return _days.get(("states", as_of, *_key(snap, *PROGRESS)), make)


def estate_states(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """State of every estate as of a day."""

    def make() -> pd.DataFrame:
        return estates.estate_states(
            frame(snap, "estate"), frame(snap, "compound"), states(snap, as_of), rule=rule()
        )

    return _days.get(("estates", as_of, *_key(snap, "estate", *PROGRESS)), make)


_GROUPS = {"street": "street_office", "area": "renewal_area", "programme": None}


_TABLES = ("street_office", "renewal_area", "estate", "plan_target", *PROGRESS)


def progress_table(
    snap: Snapshot, as_of: date, by: progress.Key = "street", filters: Filters | None = None
) -> pd.DataFrame:
    """Progress per street office, area or programme as of a day; of what passes the filters alone when given.

    An annual plan is for all estates of a street, so that a filtered table has no plan figures.
    """
    filters = filters if filters and filters.count else None
    make = lambda: _progress_table(snap, as_of, by, filters)  # noqa: E731
    return _results.get(("table", by, as_of, filters, *_key(snap, *_TABLES, *_ZONES)), make)


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
    return _results.get(("total", as_of, filters, *_key(snap, *_TABLES, *_ZONES)), make)


_ZONES = ("heritage_zone", "reference_area")


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

    return _results.get(("visible", as_of, filters, *_key(snap, "estate", *PROGRESS, *_ZONES)), make)


def haystack(snap: Snapshot) -> pd.Series:
    """What a search for compounds looks through (see `analysis.filters.searchable`)."""
    make = lambda: filtering.searchable(frame(snap, "compound"))  # noqa: E731
    return _results.get(("haystack", *_key(snap, "compound")), make)


def search(snap: Snapshot, words: str, *, archived_too: bool = False) -> pd.DataFrame:
    """Compounds whose name, former names, address, street office, estate or id hold every word; rows of the register.

    Archived ones, when asked for, come last.
    """
    rows = frame(snap, "compound")
    key = _key(snap, "compound", "street_office", "estate")
    labels = _results.get(("search", *key), lambda: _told(snap, rows, haystack(snap)))
    found = rows[filtering.contains(labels, words).to_numpy()]
    gone = archived(snap, "compound") if archived_too else rows.iloc[:0]
    if gone.empty:
        return found
    labels = _results.get(("search archived", *key), lambda: _told(snap, gone, filtering.searchable(gone)))
    return pd.concat([found, gone[filtering.contains(labels, words).to_numpy()]])


def _told(snap: Snapshot, rows: pd.DataFrame, texts: pd.Series) -> pd.Series:
    """What `texts` says of compounds, with their street office, estate and id."""
    homes = (("street_code", "street_office"), ("estate_id", "estate"))
    parts = [rows[column].map(frame(snap, layer)["name"]) for column, layer in homes]
    more = (part.fillna("").astype("str").str.casefold() for part in (*parts, rows.index.to_series()))
    return texts.str.cat(list(more), sep="\n")


def drawn(snap: Snapshot) -> np.ndarray:
    """Places in the register of the compounds that the map can draw, in drawing order."""
    rows = frame(snap, "compound")
    make = lambda: rows.index.get_indexer(map_layers.drawable(rows).index)  # noqa: E731
    return _results.get(("drawn", *_key(snap, "compound")), make)


def first_day(snap: Snapshot) -> date | None:
    """Day of the earliest stage event or report; None when there is none."""

    def make() -> date | None:
        days = pd.concat(
            [frame(snap, "stage_event")["occurred_from"], frame(snap, "progress_report")["reported_on"]]
        )
        return days.min().date() if days.notna().any() else None

    return _results.get(("first", *_key(snap, "stage_event", "progress_report")), make)


def works_of(snap: Snapshot) -> pd.Series:
    """Set of works types of each compound."""
    items = frame(snap, "work_item")
    make = lambda: filtering.sets_by(items["compound_id"], items["type_code"])  # noqa: E731
    return _results.get(("works", *_key(snap, "work_item")), make)


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

    return _results.get(("zones", *_key(snap, "compound", "heritage_zone", "reference_area")), make)


def zone_kinds(snap: Snapshot) -> dict[ZoneClass, str]:
    """Classes of the stored heritage zones with what the legend says of them, boundary status included.

    A class whose zones are all invented is never called by its legal name alone.
    """
    zones = frame(snap, "heritage_zone")
    labels = {}
    for kind in ZoneClass:
        found = zones[zones["zone_class"] == kind]
        if len(found):
            states = "、".join(BoundaryStatus(code).label for code in found["boundary_status"].unique())
            invented = (found["data_status"] == DataStatus.SYNTHETIC).all()
            labels[kind] = f"假想区划（{kind.label}类）" if invented else f"{kind.label}（{states}）"
    return labels


def wall_distances(snap: Snapshot) -> pd.Series:
    """Metres from each compound to the nearest surviving wall line (schematic)."""

    def make() -> pd.Series:
        wall = metric(snap, "heritage_line")
        return heritage.wall_distance(metric(snap, "compound"), wall[wall["kind"] == "surviving_wall"])

    return _results.get(("wall", *_key(snap, "compound", "heritage_line")), make)


@dataclass(frozen=True, slots=True)
class Extents:
    """Corners of the whole district and of the first view, as Leaflet wants them."""

    district: list[list[float]]
    home: list[list[float]]


_NOTHING_YET = [[34.62, 113.60], [34.82, 113.95]]  # around Zhengzhou, for a store without any geometry


def _box(extent: list[list[float]]) -> tuple[float, float, float, float]:
    (south, west), (north, east) = extent
    return west, south, east, north


def extents(snap: Snapshot) -> Extents:
    """Full extent (district) and first view (the old town inside the wall circuit)."""

    def make() -> Extents:
        wall = frame(snap, "heritage_line")
        drawn = (map_layers.extent(frame(snap, layer)) for layer in ("district", "street_office", "compound"))
        whole = next((extent for extent in drawn if extent), _NOTHING_YET)
        district = frame(snap, "district")
        old_town = wall[wall["kind"] == "circuit"].clip(
            district.geometry.union_all() if len(district) else _box(whole)
        )
        return Extents(whole, map_layers.extent(old_town) or whole)

    return _results.get(("extents", *_key(snap, "district", "heritage_line", "street_office")), make)


def has_synthetic(snap: Snapshot) -> bool:
    """Whether anything in the register is invented (then the page says 演示数据)."""
    make = lambda: any(  # noqa: E731
        (frame(snap, layer)["data_status"] == DataStatus.SYNTHETIC).any()
        for layer in ("compound", "work_item", "heritage_zone")
    )
    return _results.get(("synthetic", *_key(snap, "compound", "work_item", "heritage_zone")), make)


def names(snap: Snapshot, layer: str) -> dict[str, str]:
    """Name of each record of a layer, in order."""
    return frame(snap, layer)["name"].to_dict()


# ---- one compound: dossier and worklist ------------------------------------------------------------------------

_BY_ITEM = ("progress_report", "permit")
_BY_COMPOUND = ("work_item", "stage_event", "funding", "party", "reported_fact")


def item_states(snap: Snapshot, as_of: date) -> pd.DataFrame:
    """State of every works item as of a day."""
    make = lambda: index(snap).item_states(as_of=as_of, rule=rule())  # noqa: E731
    return _days.get(("item_states", as_of, *_key(snap, *PROGRESS)), make)


def curve(snap: Snapshot, as_of: date, compound_id: str) -> pd.DataFrame:
    """Weighted progress of one compound over time; columns of `analysis.s_curve`."""
    make = lambda: s_curve(index(snap), as_of=as_of, compounds=[compound_id])  # noqa: E731
    return _results.get(("curve", as_of, compound_id, *_key(snap, *PROGRESS)), make)


def rows_of(snap: Snapshot, layer: str, compound_id: str, *, archived: bool = False) -> pd.DataFrame:
    """Rows of a layer that belong to one compound, in order of entry."""
    listed = every(snap, layer) if archived else frame(snap, layer)
    places = _places(snap, layer, listed, archived)
    owners = [compound_id]
    if layer in _BY_ITEM:
        owners = list(rows_of(snap, "work_item", compound_id, archived=archived).index)
    found = [places[owner] for owner in owners if owner in places]
    return listed.iloc[np.sort(np.concatenate(found))] if found else listed.iloc[:0]


def _places(snap: Snapshot, layer: str, every: pd.DataFrame, archived: bool) -> dict[str, Any]:
    """Positions of the rows of each owner (works item or compound) of a layer."""
    owner = "work_item_id" if layer in _BY_ITEM else "compound_id"
    make = lambda: every.groupby(owner).indices  # noqa: E731
    return _results.get(("places", archived, *_key(snap, layer)), make)


def every(snap: Snapshot, layer: str) -> pd.DataFrame:
    """A layer with its archived rows; nothing is ever archived in an append-only one."""
    if LAYERS[layer].append_only:
        return frame(snap, layer)
    if archived(snap, layer).empty:
        return frame(snap, layer)
    return _frames.get(("every", *_key(snap, layer)), lambda: store().frame(layer, archived=True))


def archived(snap: Snapshot, layer: str) -> pd.DataFrame:
    """The archived rows of a versioned layer alone."""
    return _frames.get(("archived", *_key(snap, layer)), lambda: store().archived(layer))


def history(snap: Snapshot, compound_id: str) -> pd.DataFrame:
    """Every recorded change of a compound and of what belongs to it, newest first; columns of `Store.audit`."""

    def make() -> pd.DataFrame:
        parts = [store().audit(layer="compound", record_ids=[compound_id])]
        for layer in (*_BY_COMPOUND, *_BY_ITEM):
            ids = list(rows_of(snap, layer, compound_id, archived=True).index)
            if ids:
                parts.append(store().audit(layer=layer, record_ids=ids))
        return pd.concat(parts, ignore_index=True).sort_values("seq", ascending=False, ignore_index=True)

    return _results.get(("history", compound_id, snap.epoch, snap.revision), make)


def warm_dossier(snap: Snapshot) -> None:
    """Read what every dossier needs, so that the first one opens as fast as the next."""
    item_states(snap, today(snap))
    wall_distances(snap)
    for layer in (*_BY_COMPOUND, *_BY_ITEM):
        for archived in (False, True):
            _places(snap, layer, every(snap, layer) if archived else frame(snap, layer), archived)


def belonging(snap: Snapshot, compound_id: str) -> list[str]:
    """Ids of everything that belongs to a compound, archived rows too."""
    return [
        str(one)
        for layer in (*_BY_COMPOUND, *_BY_ITEM)
        for one in rows_of(snap, layer, compound_id, archived=True).index
    ]


def stored(layer: str, record_id: str) -> dict[str, Any] | None:
    """One row as it is stored now, past every cache: what a form starts from."""
    return store().row(layer, record_id)


# ---- page 街道进度 ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """What the progress page is about: a grouping, a counting unit, a day, and the groups chosen (none: all)."""

    by: progress.Key
    unit: Unit
    as_of: date
    codes: tuple[str, ...] = ()

    @property
    def filters(self) -> Filters:
        """The chosen groups as filters of the register."""
        field = {"street": "streets", "area": "areas", "programme": "programmes"}[self.by]
        return Filters(**{field: self.codes})

    @property
    def without_codes(self) -> Scope:
        """The same for all groups."""
        return replace(self, codes=())


def standings(snap: Snapshot, scope: Scope) -> Standing:
    """Progress per group with parts and rates, ranked, and the total of all."""

    def make() -> Standing:
        table = progress_table(snap, scope.as_of, scope.by)
        return standing(table, progress.totals(table), key=scope.by, unit=scope.unit)

    return _results.get(("standings", scope.without_codes, *_key(snap, *_TABLES)), make)


def whole(snap: Snapshot, scope: Scope) -> dict[str, Any]:
    """The chosen groups as one row; the total when none is chosen."""
    every = standings(snap, scope)
    chosen = [row for row in every.groups if row["code"] in scope.codes]
    if len(chosen) < 2:
        return chosen[0] if chosen else every.total

    def make() -> dict[str, Any]:
        table = progress_table(snap, scope.as_of, scope.by)
        table = table[table["code"].isin(scope.codes)]
        return standing(table, progress.totals(table), key=scope.by, unit=scope.unit).total

    return _results.get(("whole", scope, *_key(snap, *_TABLES)), make)


def members(snap: Snapshot, scope: Scope) -> pd.DataFrame:
    """Compounds of the chosen groups; all of streets within totals when none is chosen. Rows of the register."""
    compounds = frame(snap, "compound")
    if not scope.codes:
        outside = frame(snap, "street_office").query("~in_totals").index
        return compounds[~compounds["street_code"].isin(outside)]
    return compounds[visible(snap, scope.as_of, scope.filters)]


def group_curve(snap: Snapshot, scope: Scope) -> pd.DataFrame:
    """Planned and actual progress over time of the chosen groups (see `analysis.s_curve`)."""

    def make() -> pd.DataFrame:
        chosen = list(members(snap, scope).index)
        return progress.s_curve(index(snap), as_of=scope.as_of, compounds=chosen)

    key = (
        "group_curve",
        scope.by,
        scope.codes,
        scope.as_of,
        *_key(snap, "street_office", "estate", *PROGRESS),
    )
    return _results.get(key, make)


# ---- page 汇报屏 ------------------------------------------------------------------------------------------

_WEEK = timedelta(days=7)
Figure = progress.Figure
Finding = finding.Finding


def in_street(snap: Snapshot, street: str | None) -> pd.Series:
    """Which compounds lie in a street office; None: in any that counts for the district."""
    codes = frame(snap, "compound")["street_code"]
    if street is not None:
        return codes == street
    offices = frame(snap, "street_office")
    return ~codes.isin(offices.index[~offices["in_totals"].astype(bool)])


def street_row(snap: Snapshot, as_of: date, street: str) -> pd.Series:
    """Row of one street office in the progress table."""
    return progress_table(snap, as_of).set_index("code", drop=False).loc[street]


def figures(snap: Snapshot, as_of: date, street: str | None = None) -> list[Figure]:
    """Six figures with their change within seven days, of the district or of one street office."""
    now, before = (
        progress.totals(progress_table(snap, day)) if street is None else street_row(snap, day, street)
        for day in (as_of, as_of - _WEEK)
    )
    return progress.headline(now, before)


def finding_of(snap: Snapshot, as_of: date, street: str | None = None) -> Finding:
    """The finding as a sentence, of the district or of one street office."""
    there = states(snap, as_of)[in_street(snap, street).to_numpy()]
    if street is None:
        table = progress_table(snap, as_of)
        return finding.district_finding(table, there, as_of=as_of, today=today(snap), place="全区")
    return finding.street_finding(street_row(snap, as_of, street), there, as_of=as_of, today=today(snap))


def worst_first(snap: Snapshot, as_of: date) -> list[str]:
    """Codes of the street offices that rank, the most in need first."""
    return finding.worst_first(progress_table(snap, as_of))


def street_curve(snap: Snapshot, as_of: date, street: str) -> pd.DataFrame:
    """Planned and actual progress over time of one street office (see `analysis.s_curve`)."""

    def make() -> pd.DataFrame:
        chosen = frame(snap, "compound").index[in_street(snap, street).to_numpy()]
        return progress.s_curve(index(snap), as_of=as_of, compounds=chosen)

    return _results.get(("street_curve", as_of, street, *_key(snap, "street_office", *PROGRESS)), make)


_sheets = _Shelf(120)


def kept(snap: Snapshot, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """A finished piece of a page, kept until anything is saved; `key` names the piece and what it is about."""
    return _sheets.get((*key, snap.epoch, snap.revision), make)


def kept_frame(key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """A frame that never changes once read (a former state), kept among the layers; `key` holds the epoch."""
    return _frames.get(key, make)
