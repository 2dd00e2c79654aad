"""The quality watch over a very large register: 100,000 compounds, most with a neighbour, and as many works items."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analysis.quality import accepting, checking
from analysis.status import ProgressIndex
from bench.as_of import AS_OF
from bench.rows import Row
from geodata.crs import METRIC_CRS

COMPOUNDS = 100_000
_PITCH_M, _SEED = 60.0, 20261124


def run() -> list[Row]:
    """Seconds of all rules over 100,000 compounds (the better of 2), and what they found."""
    frames = register()
    progress = ("compound", "work_item", "progress_report", "stage_event", "permit")
    index = ProgressIndex.build(*(frames[layer] for layer in progress))
    known = {"states": index.states(as_of=AS_OF), "item_states": index.item_states(as_of=AS_OF)}

    def check() -> checking.Report:
        layer = frames.__getitem__
        return checking.check(layer, layer, records=index.records, today=AS_OF, **known)

    spent, reports = zip(*(_timed(check) for _ in range(2)), strict=True)
    found = reports[0].findings
    answering, _ = _timed(lambda: accepting.judged(found, frames["accepted_finding"]))
    return [
        Row("quality: compounds", float(COMPOUNDS), "rows"),
        Row("quality: findings", float(len(found)), "rows"),
        Row("quality: all rules", min(spent), "s", 5),
        Row("quality: answers joined to the findings", answering, "s"),
    ]


def _timed(work):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def register() -> dict[str, pd.DataFrame]:
    """An invented register, the same on every run: rectangles on a grid, one in ten reaching over its neighbour."""
    rng = np.random.default_rng(_SEED)
    side = int(np.ceil(np.sqrt(COMPOUNDS)))
    place = np.arange(COMPOUNDS)
    x, y = 450_000 + place % side * _PITCH_M, 3_840_000 + place // side * _PITCH_M
    wide = rng.choice(
        [_PITCH_M - 12, _PITCH_M - 1, _PITCH_M, _PITCH_M + 3], COMPOUNDS, p=[0.6, 0.1, 0.2, 0.1]
    )
    shapes = shapely.box(x, y, x + wide, y + _PITCH_M - 10)
    streets = 16
    code = pd.array(np.char.mod("S%d", place * streets // COMPOUNDS), dtype="str")
    compounds = gpd.GeoDataFrame(
        {
            "name": pd.array(np.char.mod("建设路%d号院", place % 40_000), dtype="str"),
            "aliases": pd.array([None] * COMPOUNDS, dtype="str"),
            "street_code": code,
            "community_code": code,
            "estate_id": pd.array([None] * COMPOUNDS, dtype="str"),
            "built_year": pd.array(rng.integers(1960, 2030, COMPOUNDS), dtype="Int64"),
            "households": pd.array(rng.integers(0, 300, COMPOUNDS), dtype="Int64"),
            "buildings": pd.array(rng.integers(1, 9, COMPOUNDS), dtype="Int64"),
            "floor_area_m2": rng.integers(500, 30_000, COMPOUNDS).astype(float),
            "storeys": pd.array(rng.integers(1, 9, COMPOUNDS), dtype="Int64"),
            "position_lon": np.nan,
            "position_lat": np.nan,
            "position_uncertainty_m": np.nan,
            "data_status": "synthetic",
        },
        geometry=shapes,
        crs=METRIC_CRS,
        index=_ids("c", COMPOUNDS),
    )
    offices = _offices(streets, side)
    whole = gpd.GeoDataFrame(
        {"name": ["区"], "boundary_status": ["schematic"]}, geometry=[offices.union_all()], crs=METRIC_CRS
    )
    return {
        "compound": compounds,
        "street_office": offices,
        "district": whole,
        "community": offices.assign(street_code=offices.index)[["name", "street_code"]],
        "estate": pd.DataFrame({"name": [], "street_code": []}, dtype="str"),
        **_works(rng),
    }


def _ids(letter: str, count: int) -> pd.Index:
    return pd.Index(np.char.mod(f"{letter}%06d", np.arange(count)), dtype="str", name="id")


def _offices(streets: int, side: int) -> gpd.GeoDataFrame:
    """Street offices as broad strips of the grid, with a border of many corners."""
    deep = side * _PITCH_M / streets
    strips = [
        shapely.box(449_990, 3_839_990 + deep * at, 450_000 + side * _PITCH_M, 3_839_990 + deep * (at + 1))
        for at in range(streets)
    ]
    return gpd.GeoDataFrame(
        {
            "name": [f"第{at}街道" for at in range(streets)],
            "boundary_status": "schematic",
        },
        geometry=shapely.segmentize(np.array(strips), 50),
        crs=METRIC_CRS,
        index=pd.Index([f"S{at}" for at in range(streets)], dtype="str", name="id"),
    )


def _works(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """One works item, three reports and one line of money per compound."""
    count = COMPOUNDS
    owner = pd.array(_ids("c", count).to_numpy(), dtype="str")
    day = np.datetime64("2026-01-01", "s")
    start = day + rng.integers(0, 100, count).astype("timedelta64[D]")
    finish = start + rng.integers(-2, 300, count).astype("timedelta64[D]")
    items = pd.DataFrame(
        {
            "compound_id": owner,
            "type_code": "B02",
            "budget_cny": rng.integers(1, 200, count) * 1e4,
            "planned_start_from": start,
            "planned_start_to": start,
            "planned_start_precision": "day",
            "planned_finish_from": finish,
            "planned_finish_to": finish,
            "planned_finish_precision": "day",
        },
        index=_ids("w", count),
    )
    each = 3
    reports = pd.DataFrame(
        {
            "work_item_id": pd.array(items.index.to_numpy().repeat(each), dtype="str"),
            "reported_on": np.tile(day + np.array([100, 200, 300], dtype="timedelta64[D]"), count),
            "progress_pct": np.tile([20.0, 50.0, 90.0], count) + rng.choice([0, 0, 0, 40], count * each),
            "paid_cny": rng.integers(1, 100, count * each) * 1e4,
            "corrects_id": pd.array([None] * count * each, dtype="str"),
            "revision": pd.array(np.arange(count * each) // 1000 + 1, dtype="Int64"),
        },
        index=_ids("r", count * each),
    )
    events = pd.DataFrame(
        {
            "compound_id": owner,
            "stage": "construction",
            "occurred_from": start,
            "occurred_to": start,
            "occurred_precision": "day",
            "recorded_on": start,
            "corrects_id": pd.array([None] * count, dtype="str"),
            "revision": pd.array(np.arange(count) // 1000 + 1, dtype="Int64"),
        },
        index=_ids("s", count),
    )
    money = pd.DataFrame(
        {"compound_id": owner, "planned_cny": 1e6, "arrived_cny": 8e5, "paid_cny": rng.random(count) * 9e5},
        index=_ids("f", count),
    )
    nothing = {name: pd.array([], dtype="str") for name in ("work_item_id", "kind", "status")}
    permits = pd.DataFrame({**nothing, "decided_on": np.array([], dtype="datetime64[s]")})
    answers = {name: pd.array([], dtype="str") for name in ("rule", "subject", "content", "reason")}
    return {
        "work_item": items,
        "progress_report": reports,
        "stage_event": events,
        "funding": money,
        "permit": permits,
        "accepted_finding": pd.DataFrame(answers, index=pd.Index([], dtype="str", name="id")),
    }
