"""Invented estates and compounds: names that say so, sizes that fit their land, some unknowns on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo import ground, quarters, zones
from geodata.demo.dice import Dice
from geodata.demo.reference import communities, degrees, multi_polygon
from geodata.demo.works import Size
from geodata.vocabulary import BoundaryStatus, DataStatus, Ownership

Row = dict[str, Any]

WEST_OFFICE = "410104002"
PROGRAMME = "三项工程、一项管理"
_NAMED_IN_REPORT = frozenset({"410104002002", "410104002005", "410104005005"})
_SHARED_ESTATES = {"410104001": 1, WEST_OFFICE: 3, "410104004": 2, "410104006": 2, "410104007": 1}
_FLOORS = ((4, 2), (5, 3), (6, 9), (7, 3))
_STRUCTURES = (("砖混", 8), ("框架", 2), ("砖木", 1))
_OWNERSHIP = (
    (Ownership.REFORM, 6),
    (Ownership.WORK_UNIT, 3),
    (Ownership.COMMODITY, 2),
    (Ownership.HANDED_OVER_UTILITIES, 2),
    (Ownership.OTHER, 1),
)
_ALIASES = ("演示·一厂家属院", "演示·二厂家属院", "演示·三公司家属院", "演示·老粮店院")


@dataclass(frozen=True, slots=True)
class Site:
    """One invented compound: office, number, estate, boundary (EPSG:4547), the invented zones it meets."""

    street_code: str
    number: int
    estate_number: int
    boundary: BaseGeometry | None
    quarter: int
    zones: tuple[str, ...]

    @property
    def id(self) -> str:
        """Stable id of the compound."""
        return f"{self.street_code}-C{self.number:02d}"

    @property
    def name(self) -> str:
        """Name that says it is invented."""
        return f"演示·{ground.street_names()[self.street_code]}-{self.number:02d}院"

    @property
    def estate_id(self) -> str:
        """Id of its estate."""
        return f"{self.street_code}-E{self.estate_number:02d}"

    @property
    def leader(self) -> str:
        """One of two invented leaders of the office."""
        first = 2 * [office.code for office in quarters.OFFICES].index(self.street_code)
        return f"分包领导{chr(ord('A') + first + self.number % 2)}"

    def dice(self, seed: int, topic: int) -> Dice:
        """Dice of this compound for a topic."""
        return Dice(seed, int(self.street_code), self.number, topic)


@cache
def sites(seed: int) -> tuple[Site, ...]:
    """All invented compounds, office by office."""
    return tuple(site for office in quarters.OFFICES for site in _sites_of(office, seed))


def _sites_of(office: quarters.Office, seed: int) -> list[Site]:
    quarter_of = [place for place, quarter in enumerate(office.quarters) for _ in range(quarter.count)]
    quarter_of += [-1] * office.unmapped
    borders = quarters.boundaries(office.code, seed)
    estates_of = _estate_numbers(borders, shared=_SHARED_ESTATES.get(office.code, 0))
    return [
        Site(office.code, place + 1, estates_of[place], border, quarter_of[place], _zones_met(border))
        for place, border in enumerate(borders)
    ]


def _estate_numbers(borders: Sequence[BaseGeometry | None], *, shared: int) -> list[int]:
    """Number of the estate of each compound: one each, but `shared` pairs of neighbours have one."""
    drawn = [place for place, border in enumerate(borders) if border is not None]
    near = sorted(
        combinations(drawn, 2), key=lambda pair: shapely.distance(borders[pair[0]], borders[pair[1]])
    )
    second_of: dict[int, int] = {}
    for first, second in near[: 20 * shared]:
        used = {*second_of, *second_of.values()}
        if len(second_of) < shared and first not in used and second not in used:
            second_of[second] = first
    own = [place for place in range(len(borders)) if place not in second_of]
    return [own.index(second_of.get(place, place)) + 1 for place in range(len(borders))]


def _zones_met(boundary: BaseGeometry | None) -> tuple[str, ...]:
    if boundary is None:
        return ()
    return tuple(name for name, (_, shape) in zones.zone_shapes().items() if shape.intersects(boundary))


def size(site: Site, seed: int) -> Size:
    """Households, buildings, floor area and storeys that fit the land (3,000-11,000 m² if unmapped)."""
    dice = site.dice(seed, 1)
    land = dice.real(3000, 11000) if site.boundary is None else site.boundary.area
    storeys = dice.pick([floors for floors, _ in _FLOORS], [weight for _, weight in _FLOORS])
    floor_area = round(land * storeys * dice.real(0.24, 0.36), -1)
    buildings = max(1, round(floor_area / (storeys * dice.real(300, 520))))
    return Size(max(12, round(floor_area / dice.real(60, 84))), buildings, floor_area, storeys)


def estates(seed: int, batch_years: dict[str, int | None]) -> list[Row]:
    """The invented estates; `batch_years` by estate id."""
    first_of = {site.estate_id: site for site in reversed(sites(seed))}
    return [_estate(site, seed, batch_years[key]) for key, site in sorted(first_of.items())]


def _estate(site: Site, seed: int, batch_year: int | None) -> Row:
    yearly = f"演示·{batch_year}年度计划" if batch_year else None
    return {
        "id": site.estate_id,
        "name": f"演示·{ground.street_names()[site.street_code]}-{site.estate_number:02d}小区",
        "street_code": site.street_code,
        "community_code": _community(site, seed),
        "programme": PROGRAMME if site.street_code == WEST_OFFICE else yearly,
        "batch_year": batch_year,
        "data_status": DataStatus.SYNTHETIC.value,
        "source": zones.GENERATOR,
    }


def _community(site: Site, seed: int) -> str:
    """The same community for a whole quarter; one that the report names holds nothing invented."""
    listed = [row["id"] for row in communities() if row["street_code"] == site.street_code]
    listed = [code for code in listed if code not in _NAMED_IN_REPORT]
    return Dice(seed, int(site.street_code), site.quarter + 1, 2).pick(listed)


def compounds(seed: int, notes: dict[str, str]) -> list[Row]:
    """The invented compounds; `notes` by compound id."""
    drawn = [site for site in sites(seed) if site.boundary is not None]
    outlines = degrees(site.boundary for site in drawn if site.boundary is not None)
    borders = {site.id: multi_polygon(outline) for site, outline in zip(drawn, outlines, strict=True)}
    return [_compound(site, seed, borders.get(site.id), notes[site.id]) for site in sites(seed)]


def _compound(site: Site, seed: int, border: BaseGeometry | None, note: str) -> Row:
    measure, dice = size(site, seed), site.dice(seed, 3)
    status = BoundaryStatus.MISSING if border is None else BoundaryStatus.SYNTHETIC
    near = None if site.boundary is None else ground.nearest_road(site.boundary)
    return {
        "id": site.id,
        "name": site.name,
        "aliases": _ALIASES[site.number % 4] if site.number % 13 == 5 else None,
        "street_code": site.street_code,
        "community_code": _community(site, seed),
        "estate_id": site.estate_id,
        "renewal_area_id": _area(site),
        "address": f"演示地址（{near}附近）" if near else None,
        "built_year": _unless(dice.chance(0.05), dice.whole(1975, 2000)),
        "ownership": _unless(dice.chance(0.06), _weighted(_OWNERSHIP, dice).value),
        "buildings": measure.buildings,
        "households": _unless(dice.chance(0.03), measure.households),
        "floor_area_m2": _unless(dice.chance(0.06), measure.floor_area_m2),
        "structure": _unless(dice.chance(0.06), _weighted(_STRUCTURES, dice)),
        "storeys": measure.storeys,
        "property_manager": _unless(dice.chance(0.45), f"演示物业公司{dice.pick('甲乙丙丁')}"),
        "leader": _unless(dice.chance(0.04), site.leader),
        "boundary_status": status.value,
        "data_status": DataStatus.SYNTHETIC.value,
        "source": zones.GENERATOR,
        "note": note,
        "geometry": border,
    }


def _area(site: Site) -> str | None:
    """Invented areas hold the first quarter of their office; really named areas hold no invented compound."""
    areas = {("410104006", 0): zones.FENGHUANG_ID, ("410104003", 0): zones.NANGUAN_ID}
    return areas.get((site.street_code, site.quarter))


def area_boundaries(seed: int) -> dict[str, list[BaseGeometry]]:
    """Boundaries (EPSG:4547) of the compounds of each invented area."""
    grouped: dict[str, list[BaseGeometry]] = {}
    for site in sites(seed):
        area = _area(site)
        if area and site.boundary is not None:
            grouped.setdefault(area, []).append(site.boundary)
    return grouped


def _unless(missing: bool, value: Any) -> Any:
    return None if missing else value


def _weighted(options: tuple[tuple[Any, int], ...], dice: Dice) -> Any:
    return dice.pick([option for option, _ in options], [weight for _, weight in options])
