"""Many more invented compounds on a plain grid, to measure speed with; they do not try to look real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

import numpy as np
import shapely

from geodata.demo import ground
from geodata.demo.records import SYNTHETIC
from geodata.demo.reference import degrees, multi_polygon
from geodata.demo.zones import GENERATOR
from geodata.errors import BadValue
from geodata.vocabulary import BoundaryStatus, DatePrecision, Stage, WorkType

Row = dict[str, Any]
Rows = dict[str, list[Row]]

ITEMS_PER_COMPOUND = 16
_GRIDS_M = (105.0, 75.0, 56.0)  # the widest grid on which all find room
_OUTLINE = np.array([(0, 0), (1, 0), (1, 0.7), (0.65, 0.7), (0.65, 1), (0.2, 1), (0, 0.8), (0, 0)])
_STREETS = ("410104008", "410104009", "410104010", "410104011", "410104012", "410104013")
_TYPES = [kind.value for kind in WorkType][:ITEMS_PER_COMPOUND]
_DAY = DatePrecision.DAY.value


def enlarge(rows: Rows, *, compounds: int, items: int = ITEMS_PER_COMPOUND, seed: int = 2) -> Rows:
    """The same tables with invented compounds added until there are `compounds`; `rows` stays untouched.

    Every added compound has an estate, `items` works items, up to two reports per item and three stage events.
    Raises BadValue when there are more compounds already, or the district has no room for so many.
    """
    missing = compounds - len(rows["compound"])
    if missing < 0:
        raise BadValue(f"已有 {len(rows['compound'])} 个楼院，不能再“增加”到 {compounds} 个")
    rng = np.random.default_rng([seed, 99])
    business_date = max(row["reported_on"] for row in rows["progress_report"])
    added: Rows = {"estate": [], "compound": [], "work_item": [], "progress_report": [], "stage_event": []}
    for number, (street, outline) in enumerate(_plots(missing), start=1):
        _add(added, number, street, outline, business_date, items, rng)
    return {table: [*listed, *added.get(table, [])] for table, listed in rows.items()}


def _plots(count: int) -> list[tuple[str, shapely.MultiPolygon]]:
    """`count` outlines (lon/lat), taken from the offices in turn."""
    for grid_m in _GRIDS_M:
        cells = {street: _cells(street, grid_m) for street in _STREETS}
        room = sum(len(outlines) for outlines in cells.values())
        if count <= room:
            break
    else:
        raise BadValue(f"全区网格只放得下 {room} 个测试楼院，要求 {count} 个")
    taken = list(islice(_in_turn(cells), count))
    outlines = degrees(outline for _, outline in taken)
    return [(street, multi_polygon(outline)) for (street, _), outline in zip(taken, outlines, strict=True)]


def _cells(street: str, grid_m: float) -> list[shapely.Polygon]:
    """Outlines on a grid, wholly inside a street office (EPSG:4547)."""
    office = ground.street_polygons()[street]
    west, south, east, north = office.bounds
    x, y = (
        axis.ravel() for axis in np.meshgrid(np.arange(west, east, grid_m), np.arange(south, north, grid_m))
    )
    side = grid_m * (2 / 3 + (np.arange(x.size) % 7) / 21)
    corners = np.stack([x, y], axis=-1)[:, None, :] + side[:, None, None] * _OUTLINE
    outlines = shapely.polygons(corners)
    shapely.prepare(office)
    return list(outlines[shapely.contains(office, outlines)])


def _in_turn(cells: dict[str, list[shapely.Polygon]]) -> Iterator[tuple[str, shapely.Polygon]]:
    """Outlines of the offices, one of each at a time, until all are used."""
    queues = {street: iter(squares) for street, squares in cells.items()}
    for street in cycle(_STREETS):
        square = next(queues[street], None) if street in queues else None
        if square is not None:
            yield street, square
        else:
            queues.pop(street, None)
            if not queues:
                return


def _add(
    added: Rows,
    number: int,
    street: str,
    outline: shapely.MultiPolygon,
    business_date: date,
    items: int,
    rng: np.random.Generator,
) -> None:
    """Add one compound with everything that hangs on it."""
    key = f"{street}-X{number:05d}"
    name = f"演示·{ground.street_names()[street]}-测{number:05d}"
    added["estate"].append({"id": f"{key}-E", "name": f"{name}小区", "street_code": street, **SYNTHETIC})
    added["compound"].append(
        {
            "id": key,
            "name": f"{name}院",
            "street_code": street,
            "estate_id": f"{key}-E",
            "built_year": int(1975 + number % 26),
            "buildings": 2 + number % 9,
            "households": 60 + number % 240,
            "boundary_status": BoundaryStatus.SYNTHETIC.value,
            **SYNTHETIC,
            "note": "测速用",
            "geometry": outline,
        }
    )
    begin = business_date - timedelta(days=int(rng.integers(-120, 500)))
    added["stage_event"] += _events(key, begin, business_date)
    progress = np.round(rng.uniform(5, 100, size=(items, 2)))
    for place in range(items):
        item = f"{key}-W{place + 1:02d}"
        added["work_item"].append(_item(item, key, place, begin))
        added["progress_report"] += _reports(item, begin, business_date, progress[place])


def _item(item: str, key: str, place: int, begin: date) -> Row:
    start, finish = begin + timedelta(days=4 * place), begin + timedelta(days=120 + 6 * place)
    return {
        "id": item,
        "compound_id": key,
        "type_code": _TYPES[place],
        "phase": 1 + place // 8,
        "quantity": 100.0 + place,
        "unit": WorkType(_TYPES[place]).unit,
        "approx": "exact",
        "budget_cny": 50_000.0 * (1 + place % 5),
        "planned_start_from": start,
        "planned_start_to": start,
        "planned_start_precision": _DAY,
        "planned_finish_from": finish,
        "planned_finish_to": finish,
        "planned_finish_precision": _DAY,
        **SYNTHETIC,
    }


def _events(key: str, begin: date, business_date: date) -> list[Row]:
    """Survey, notice and start of works, as far as they have happened."""
    planned = ((Stage.SURVEY, 200), (Stage.NOTICE, 60), (Stage.CONSTRUCTION, 0))
    happened = [(stage, begin - timedelta(days=ahead)) for stage, ahead in planned]
    return [
        {
            "id": f"{key}-S{place}",
            "compound_id": key,
            "stage": stage.value,
            "occurred_from": day,
            "occurred_to": day,
            "occurred_precision": _DAY,
            **SYNTHETIC,
            "recorded_on": day,
            "recorded_by": GENERATOR,
        }
        for place, (stage, day) in enumerate(happened, start=1)
        if day <= business_date
    ]


def _reports(item: str, begin: date, business_date: date, progress: np.ndarray) -> list[Row]:
    """Two rising reports, as far as their day has come."""
    low, high = sorted(float(value) for value in progress)
    planned = ((begin + timedelta(days=30), low), (begin + timedelta(days=75), high))
    return [
        {
            "id": f"{item}-R{place}",
            "work_item_id": item,
            "reported_on": day,
            "progress_pct": value,
            **SYNTHETIC,
            "recorded_on": day,
            "recorded_by": GENERATOR,
        }
        for place, (day, value) in enumerate(planned, start=1)
        if day <= business_date
    ]
