"""What a printed map shows: frames in metres with what is needed to draw and name them, and what came out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from cartography.print.lettering import Written
from geodata.vocabulary import Labelling, Theme


@dataclass(frozen=True, eq=False)
class MapContent:
    """What may be drawn, before it is cut to a frame.

    `layers`: stored layer name -> rows in EPSG:4547 (only what shall be drawn; see `web_map.LAYER_LABELS` for the
    names). `compound` rows without boundary but with `position_lon`, `position_lat` are drawn as circles of
    `position_uncertainty_m`. With `as_points` every compound is a mark at its (coarsened) position instead.
    `codes`: the theme's value of each compound, `hold`: whether a heritage matter waits; index as `layers["compound"]`.
    `selected`: ids that are outlined. `important`: ids whose names are placed first, in order. `named_areas` is the
    layer whose areas have their names written across them. `bare`: areas have no status marks, so that their names
    (the numbers of an index map) have the room.
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    theme: Theme
    codes: pd.Series
    hold: pd.Series
    labelling: Labelling = Labelling.NAMES
    selected: tuple[str, ...] = ()
    important: tuple[str, ...] = ()
    as_points: bool = False
    named_areas: str = "street_office"
    bare: bool = False


@dataclass(eq=False)
class Shown:
    """What really is on the map after it was cut to its frame; the legend is made of this alone.

    `codes`: compounds per theme value; `kinds`: for other layers the kinds drawn (`wall` -> LineKind values,
    `zone` -> ZoneClass values, `road` -> RoadClass values; `street`, `area`, `district`, `reference` -> "1", and
    `street` -> "outside" for those outside the totals).
    `uncertain`: compounds for which a circle is drawn (several may share one). `outside`: compounds with a place, but outside the frame; `nowhere`: compounds that
    should be shown and have neither boundary nor position.
    `records`: stored layer name -> ids of the rows of which a part lies in the frame (sources, boundary statuses and
    the mark of invented data follow from them). `named`, `unnamed`: ids of compounds whose name is written, and of those
    whose name found no room; one whose name stands in an enlargement is in neither.
    """

    codes: Counter[str] = field(default_factory=Counter)
    hold: int = 0
    uncertain: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    outside: int = 0
    nowhere: int = 0
    selected: int = 0
    records: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A map frame as SVG in millimetres, what is on it, and the texts that found room."""

    svg: str
    shown: Shown
    names: tuple[Written, ...] = ()
