"""Status as of a day for a very large register: 10,000 compounds, 16 works items each, 4 reports per item."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from analysis.estates import estate_states
from analysis.progress import progress_by, s_curve
from analysis.status import ProgressIndex
from bench.rows import Row
from geodata.vocabulary import Stage, WorkType

COMPOUNDS, ITEMS_EACH, REPORTS_EACH, COMPOUNDS_PER_ESTATE = 10_000, 16, 4, 4
AS_OF = date(2026, 11, 24)
_DAY0 = np.datetime64("2025-01-01", "s")
_SEED = 20261124


def run() -> list[Row]:
    """Seconds (median of 7) of each measurement, and the size they were taken at."""
    frames = register()
    compounds, estates = frames[0], _estates()
    index = ProgressIndex.build(*frames)
    of_estates = estate_states(estates, compounds, index.states(as_of=AS_OF))
    half = int(frames[2]["revision"].max()) // 2
    states = index.states(as_of=AS_OF)
    return [
        Row("as_of: compounds", float(len(compounds)), "rows"),
        Row("as_of: reports", float(len(frames[2])), "rows"),
        Row("as_of: prepare once per revision", _median(lambda: ProgressIndex.build(*frames)), "s"),
        Row("as_of: status of all compounds", _median(lambda: index.states(as_of=AS_OF)), "s", 0.15),
        Row("as_of: the same, known at", _median(lambda: index.states(as_of=AS_OF, known_at=half)), "s"),
        Row("as_of: estates", _median(lambda: estate_states(estates, compounds, states)), "s"),
        Row(
            "as_of: progress table by programme",
            _median(
                lambda: progress_by(
                    "programme",
                    estates=estates,
                    compounds=compounds,
                    states=states,
                    estate_states=of_estates,
                )
            ),
            "s",
        ),
        Row("as_of: S-curve of all", _median(lambda: s_curve(index, as_of=AS_OF)), "s"),
    ]


def register() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Compounds, work items, reports, events and permits of an invented register, the same on every run."""
    rng = np.random.default_rng(_SEED)
    compounds = _compounds()
    items = _work_items(rng)
    return compounds, items, _reports(rng, items), _events(rng), _permits(rng, items)


def _median(action: Callable[[], object], times: int = 7) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _ids(prefix: str, n: int) -> pd.Index:
    return pd.Index(np.char.mod(f"{prefix}%07d", np.arange(n)), dtype="str", name="id")


def _texts(values: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")


def _days(offset: np.ndarray) -> np.ndarray:
    return _DAY0 + offset.astype("timedelta64[D]")


def _compounds() -> pd.DataFrame:
    ids = _ids("c", COMPOUNDS)
    estate = _ids("e", COMPOUNDS // COMPOUNDS_PER_ESTATE).to_numpy().repeat(COMPOUNDS_PER_ESTATE)
    households = pd.array(np.arange(COMPOUNDS) % 300 + 20, dtype="Int64")
    return pd.DataFrame({"estate_id": _texts(estate), "households": households}, index=ids)


def _estates() -> pd.DataFrame:
    n = COMPOUNDS // COMPOUNDS_PER_ESTATE
    programme = _texts(np.char.mod("计划%d", np.arange(n) % 5))
    batch = pd.array(np.full(n, AS_OF.year), dtype="Int64")
    return pd.DataFrame({"programme": programme, "batch_year": batch}, index=_ids("e", n))


def _work_items(rng: np.random.Generator) -> pd.DataFrame:
    n = COMPOUNDS * ITEMS_EACH
    start = rng.integers(0, 700, n)
    finish = start + rng.integers(300, 600, n)
    types = np.array([code.value for code in WorkType])
    return pd.DataFrame(
        {
            "compound_id": _texts(_ids("c", COMPOUNDS).to_numpy().repeat(ITEMS_EACH)),
            "type_code": _texts(types[np.arange(n) % len(types)]),
            "budget_cny": rng.integers(1, 200, n) * 1e4,
            "planned_start_from": _days(start),
            "planned_start_to": _days(start + 9),
            "planned_start_precision": _texts(np.full(n, "ten_days")),
            "planned_finish_from": _days(finish),
            "planned_finish_to": _days(finish),
            "planned_finish_precision": _texts(np.full(n, "day")),
        },
        index=_ids("w", n),
    )


def _reports(rng: np.random.Generator, items: pd.DataFrame) -> pd.DataFrame:
    n = len(items) * REPORTS_EACH
    start, finish = (items[f"planned_{end}_from"].to_numpy()[:, None] for end in ("start", "finish"))
    day = np.sort(rng.integers(0, 700, (len(items), REPORTS_EACH)), axis=1)
    share = (_days(day) - start) / (finish - start) + rng.normal(0, 0.05, day.shape)
    progress = np.maximum.accumulate(np.clip(share * 100, 0, 100).round(), axis=1)
    return pd.DataFrame(
        {
            "work_item_id": _texts(items.index.to_numpy().repeat(REPORTS_EACH)),
            "reported_on": _days(day.ravel()),
            "progress_pct": progress.ravel(),
            "corrects_id": pd.array([np.nan] * n, dtype="str"),
            "revision": pd.array(np.arange(n) // 1000 + 1, dtype="Int64"),
        },
        index=_ids("r", n),
    ).iloc[rng.permutation(n)]


def _events(rng: np.random.Generator) -> pd.DataFrame:
    each = 3
    n = COMPOUNDS * each
    before = [stage.value for stage in Stage][: list(Stage).index(Stage.ACCEPTANCE)]
    codes = np.array([*before, *before, "suspended", "resumed"])
    day = _days(np.sort(rng.integers(0, 700, (COMPOUNDS, each)), axis=1).ravel())
    return pd.DataFrame(
        {
            "compound_id": _texts(_ids("c", COMPOUNDS).to_numpy().repeat(each)),
            "stage": _texts(codes[rng.integers(0, len(codes), n)]),
            "occurred_from": day,
            "occurred_to": day,
            "occurred_precision": _texts(np.full(n, "day")),
            "recorded_on": day,
            "corrects_id": pd.array([np.nan] * n, dtype="str"),
            "revision": pd.array(np.arange(n) // 100 + 1, dtype="Int64"),
        },
        index=_ids("s", n),
    )


def _permits(rng: np.random.Generator, items: pd.DataFrame) -> pd.DataFrame:
    chosen = items.index[rng.integers(0, len(items), 500)]
    n = len(chosen)
    return pd.DataFrame(
        {
            "work_item_id": _texts(chosen.to_numpy()),
            "kind": _texts(np.full(n, "archaeology")),
            "status": _texts(np.array(["submitted", "granted"])[np.arange(n) % 2]),
            "decided_on": np.full(n, np.datetime64("NaT", "s")),
        },
        index=_ids("p", n),
    )
