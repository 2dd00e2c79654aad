"""A store small enough to draw on paper: squares of 0.001° whose corners are round numbers of degrees.

34.752 ┌───────┐
       │  C2   │  C2 has a hole in the middle; C3 has a position within 200 m and no boundary;
34.751 ├───────┤  C4 has neither.
       │  C1   │
34.750 └───────┘
    113.680  113.681
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from shapely import Polygon, box

from geodata.store import Store
from geodata.vocabulary import DatePrecision

AUTHOR = "张三"
SOURCED = {"data_status": "synthetic", "source": "测试"}
DRAWN = {**SOURCED, "boundary_status": "synthetic"}
FIRST_SQUARE = box(113.680, 34.750, 113.681, 34.751)
RING_SQUARE = Polygon(
    box(113.680, 34.751, 113.681, 34.752).exterior.coords,
    holes=[box(113.6804, 34.7514, 113.6806, 34.7516).exterior.coords],
)

STREET: dict[str, Any] = {"id": "S1", "name": "西大街街道", "in_totals": True, **DRAWN}
ESTATE: dict[str, Any] = {"id": "E1", "name": "演示小区", "street_code": "S1", **SOURCED}
COMPOUNDS: list[dict[str, Any]] = [
    {"id": "C1", "name": "演示·西大街-01院", "households": 120, "geometry": FIRST_SQUARE},
    {"id": "C2", "name": "演示·西大街-02院", "households": 80, "geometry": RING_SQUARE},
    {"id": "C3", "name": "演示·西大街-03院", "position_lon": 113.69, "position_lat": 34.76},
    {"id": "C4", "name": "演示·西大街-04院"},
]
ITEMS: list[dict[str, Any]] = [
    {"id": "W1", "compound_id": "C1", "type_code": "B02", "quantity": 350.5, "unit": "m"},
    {"id": "W2", "compound_id": "C2", "type_code": "B14", "budget_cny": 200000.0},
]


def compound(**facts: Any) -> dict[str, Any]:
    """A compound of street office S1 with everything that is required."""
    return {"name": "演示院", "street_code": "S1", **DRAWN, **facts}


def recorded(on: str = "2026-11-20", **facts: Any) -> dict[str, Any]:
    """A row of an append-only layer with everything that is required."""
    return {**SOURCED, "recorded_on": date.fromisoformat(on), "recorded_by": AUTHOR, **facts}


def day(name: str, iso: str) -> dict[str, Any]:
    """The three columns of an exact day."""
    value = date.fromisoformat(iso)
    return {f"{name}_from": value, f"{name}_to": value, f"{name}_precision": DatePrecision.DAY.value}


def report(item: str, on: str, percent: float, **facts: Any) -> dict[str, Any]:
    """A progress report."""
    return recorded(on, work_item_id=item, reported_on=date.fromisoformat(on), progress_pct=percent, **facts)


def file_of(store: Store) -> Path:
    """The database file of a store that has one."""
    assert store.path
    return store.path


def fill(store: Store) -> None:
    """Three saves: the register (1), the works (2), what happened (3)."""
    with store.commit(author=AUTHOR, reason="登记底数") as save:
        save.insert("street_office", {**STREET, "geometry": box(113.67, 34.74, 113.70, 34.77)})
        save.insert("estate", ESTATE)
        save.insert_many("compound", [compound(estate_id="E1", **facts) for facts in COMPOUNDS])
        save.update("compound", "C3", {"position_uncertainty_m": 200}, version=1)
    with store.commit(author=AUTHOR, reason="登记工程") as save:
        plan = {**day("planned_start", "2026-03-01"), **day("planned_finish", "2026-10-31")}
        save.insert_many("work_item", [{**facts, **SOURCED, **plan} for facts in ITEMS])
    with store.commit(author=AUTHOR, reason="十一月填报") as save:
        save.insert("stage_event", recorded(id="V1", compound_id="C1", stage="construction"))
        save.insert("progress_report", report("W1", "2026-11-10", 40, id="R1"))
