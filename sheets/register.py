"""One revision of the store as sheets need it: every layer, read together, and what follows from it as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import pandas as pd

from analysis import dossier, estates, filters, heritage, progress
from analysis.rules import CountingRule
from analysis.status import ProgressIndex
from geodata.crs import to_metric
from geodata.settings import Settings
from geodata.store import Snapshot, Store

LAYERS = (
    "district", "street_office", "community", "renewal_area", "estate", "compound", "work_item", "progress_report",
    "stage_event", "permit", "heritage_site", "heritage_zone", "heritage_line", "reference_area", "basemap_line",
    "plan_target", "funding", "party", "reported_fact",
)  # fmt: skip
_MOST_DAYS = 8
PROGRESS = ("compound", "work_item", "progress_report", "stage_event", "permit")


@dataclass(eq=False)
class Register:
    """Frames of one revision (geometry EPSG:4490, index `id`); results are kept, so a register is made once.

    `business_date` is what "today" means to this database; `office` are the settings of the deployment; `mark` is
    `Store.mark` of this revision, `today` the calendar's day when it was read, `saved` the last revision that changed
    each layer. A register with less in it (see
    `sheets.audience`) names the `whole` one, which answers what passes the filters and nothing else.
    """

    frames: dict[str, pd.DataFrame]
    revision: int
    saved_at: datetime | None
    business_date: date
    office: Settings
    mark: tuple[str, int] = ("", 0)
    today: date | None = None
    saved: Mapping[str, int] = field(default_factory=dict)
    whole: Register | None = None
    _kept: dict[Any, Any] = field(default_factory=dict)

    def keep(self, key: Any, make: Any) -> Any:
        """A result, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def metric(self, layer: str) -> gpd.GeoDataFrame:
        """A layer in EPSG:4547 (metres)."""
        return self.keep(("metric", layer), lambda: to_metric(self.frames[layer]))

    @property
    def rule(self) -> CountingRule:
        """Counting rule of the deployment."""
        return CountingRule(**self.office.counting)

    def rows_of(self, layer: str, compound_id: str) -> pd.DataFrame:
        """Rows of a layer that belong to one compound, in order of entry."""
        frame = self.frames.__getitem__
        places = lambda name: self.keep(("places", name), lambda: dossier.places(name, frame(name)))  # noqa: E731
        return dossier.owned(layer, compound_id, frame=frame, places=places)

    def index(self) -> ProgressIndex:
        """The prepared progress index."""
        return self.keep("index", lambda: ProgressIndex.build(*(self.frames[name] for name in PROGRESS)))

    def states(self, as_of: date) -> pd.DataFrame:
        """State of every compound as of a day (see `analysis.status`); those of a few days are kept."""
        kept: dict[date, pd.DataFrame] = self.keep("states", dict)
        if as_of not in kept:
            if len(kept) >= _MOST_DAYS:
                del kept[next(iter(kept))]
            kept[as_of] = self.index().states(as_of=as_of, rule=self.rule)
        return kept[as_of]

    def visible(self, as_of: date, chosen: filters.Filters) -> pd.Series:
        """Whether each compound passes the filters as of a day."""
        if self.whole is not None:
            return self.whole.visible(as_of, chosen)
        return filters.matches(
            self.frames["compound"],
            filters=chosen,
            states=self.states(as_of),
            estates=self.frames["estate"],
            works=self.keep(
                "works",
                lambda: filters.sets_by(*(self.frames["work_item"][c] for c in ("compound_id", "type_code"))),
            ),
            zones=self.keep("zones", self._zones),
        )

    def _zones(self) -> pd.Series:
        areas = (self.metric(layer) for layer in ("heritage_zone", "reference_area"))
        pairs = pd.concat([heritage.touched(self.metric("compound"), area) for area in areas])
        return filters.sets_by(pairs["compound_id"], pairs["area_id"])

    def progress(self, as_of: date, by: progress.Key, visible: pd.Series) -> pd.DataFrame:
        """The progress table of what is visible, per street office, area or programme."""
        groups = {"street": "street_office", "area": "renewal_area"}.get(by)
        states, whole = self.states(as_of), bool(visible.all())
        compounds = self.frames["compound"][visible.to_numpy()]
        listed = self.frames["estate"]
        if not whole:
            listed = listed[listed.index.isin(compounds["estate_id"])]
        return progress.progress_by(
            by,
            groups=self.frames[groups] if groups else None,
            estates=listed,
            compounds=compounds,
            states=states,
            estate_states=estates.estate_states(
                self.frames["estate"], self.frames["compound"], states, rule=self.rule
            ),
            targets=self.frames["plan_target"] if whole and by == "street" else None,
            year=as_of.year,
        )


def read(store: Store, office: Settings, *, today: date) -> Register:
    """The register as it is now, all layers of one revision; `today` where neither settings nor data fix the day."""
    now, frames = store.frames_now(list(LAYERS))
    return _register(now, frames, office, today)


def renewed(former: Register | None, store: Store, office: Settings, *, today: date) -> Register:
    """The register as it is now; `former` itself when nothing was saved since and the day is the same.

    Layers that no save has changed since `former` are taken from it.
    """
    if former is None:
        return read(store, office, today=today)
    if former.mark == store.mark() and former.today == today:
        return former
    known, seen = former.saved, store.layer_revisions()
    changed = [layer for layer in LAYERS if seen.get(layer) != known.get(layer)]
    now, fresh = store.frames_now(changed)
    same = all(now.layers.get(layer) == known.get(layer) for layer in LAYERS if layer not in changed)
    if now.epoch != former.mark[0] or not same:  # another database, or somebody saved between the two looks
        return read(store, office, today=today)
    return _register(now, {layer: fresh.get(layer, former.frames[layer]) for layer in LAYERS}, office, today)


def _register(now: Snapshot, frames: dict[str, pd.DataFrame], office: Settings, today: date) -> Register:
    kept = now.settings.get("business_date")
    day = office.business_date or (date.fromisoformat(kept) if kept else today)
    return Register(
        frames, now.revision, now.newest.at if now.newest else None, day, office, mark=(now.epoch, now.revision),
        today=today, saved=now.layers,
    )  # fmt: skip
