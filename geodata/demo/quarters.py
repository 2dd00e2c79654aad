"""Where invented compounds stand: a few quarters per street office, each filled from its centre outward."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Point

from geodata.demo import ground, parcels
from geodata.demo.reference import metric

REACH_M = 330.0
OTHER_USE_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Quarter:
    """A cluster of compounds: centre (lon, lat), and how many."""

    lon: float
    lat: float
    count: int


@dataclass(frozen=True, slots=True)
class Office:
    """What is invented in one street office: quarters on mapped streets, and compounds without boundary."""

    code: str
    grain: parcels.Grain
    quarters: tuple[Quarter, ...]
    unmapped: int = 0

    @property
    def count(self) -> int:
        """Number of invented compounds."""
        return sum(quarter.count for quarter in self.quarters) + self.unmapped


OFFICES: tuple[Office, ...] = (
    Office(
        "410104001",
        parcels.OLD_TOWN,
        (Quarter(113.6728, 34.7533, 7), Quarter(113.6663, 34.7537, 5)),
    ),
    Office(
        "410104002",
        parcels.OLD_TOWN,
        (
            Quarter(113.6690, 34.7503, 18),
            Quarter(113.6656, 34.7500, 9),
            Quarter(113.6682, 34.7482, 10),
            Quarter(113.6666, 34.7516, 7),
            Quarter(113.6641, 34.7514, 5),
        ),
    ),
    Office(
        "410104003",
        parcels.OLD_TOWN,
        (Quarter(113.6697, 34.7455, 7), Quarter(113.6665, 34.7421, 4)),
    ),
    Office(
        "410104004",
        parcels.OLD_TOWN,
        (Quarter(113.6872, 34.7531, 6), Quarter(113.6910, 34.7491, 6)),
    ),
    Office(
        "410104005",
        parcels.OLD_TOWN,
        (Quarter(113.6830, 34.7470, 4), Quarter(113.6846, 34.7510, 2), Quarter(113.6730, 34.7501, 4)),
    ),
    Office(
        "410104006",
        parcels.OLD_TOWN,
        (Quarter(113.6890, 34.7452, 8), Quarter(113.6925, 34.7391, 5)),
    ),
    Office(
        "410104007",
        parcels.OLD_TOWN,
        (Quarter(113.6729, 34.7362, 7), Quarter(113.6810, 34.7413, 6)),
    ),
    Office("410104008", parcels.OUTER, (Quarter(113.6748, 34.7280, 3), Quarter(113.6800, 34.7225, 3)), 2),
    Office("410104009", parcels.OUTER, (Quarter(113.6880, 34.7226, 4),), 2),
    Office("410104010", parcels.OUTER, (), 5),
    Office("410104011", parcels.OUTER, (Quarter(113.7480, 34.6767, 2),), 2),
    Office("410104012", parcels.OUTER, (Quarter(113.7108, 34.7095, 3),), 2),
    Office("410104013", parcels.OUTER, (), 4),
)


@cache
def boundaries(street_code: str, seed: int) -> tuple[shapely.Polygon | None, ...]:
    """Boundaries (EPSG:4547) of the invented compounds of an office by quarter; None where unmapped."""
    office = next(item for item in OFFICES if item.code == street_code)
    rng = np.random.default_rng([seed, int(street_code)])
    centres = metric(Point(quarter.lon, quarter.lat) for quarter in office.quarters)
    free = _candidates(office, centres, rng)
    chosen: list[shapely.Polygon | None] = []
    for quarter, centre in zip(office.quarters, centres, strict=True):
        free.sort(key=partial(_remoteness, centre))
        chosen += free[: quarter.count]
        free = free[quarter.count :]
    return (*chosen, *[None] * office.unmapped)


def _candidates(office: Office, centres: list[Point], rng: np.random.Generator) -> list[shapely.Polygon]:
    """Courtyards around the centres, less those that serve another use (school, workshop, office)."""
    if not centres:
        return []
    near = MultiPoint(centres)
    plots = [
        plot
        for block in ground.blocks(office.code)
        for plot in parcels.courtyards(block, office.grain, near=near, within_m=REACH_M, rng=rng)
    ]
    return [plot for plot in plots if rng.random() >= OTHER_USE_SHARE]


def _remoteness(centre: Point, plot: shapely.Polygon) -> float:
    """Distance from the centre, with a preference for plots on the street."""
    return plot.centroid.distance(centre) + 0.7 * ground.road_distance(plot)
