"""What changed, on frames small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from analysis import history
from geodata.crs import METRIC_CRS
from geodata.errors import NoCrs
from geodata.vocabulary import ReportingStatus

SHANGHAI = ZoneInfo("Asia/Shanghai")


def saves(*rows: tuple[int, str, str]) -> pd.DataFrame:
    """Saves of (number, UTC time, author)."""
    times = [datetime.fromisoformat(at).replace(tzinfo=UTC) for _, at, _ in rows]
    return pd.DataFrame({"number": [row[0] for row in rows], "at": times, "author": [row[2] for row in rows]})


def layer(rows: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """A layer without geometry, typed as the store does."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["name", "households", "version"])
    frame["name"] = frame["name"].astype("str")
    return frame.astype({"households": "Int64", "version": "Int64"}).rename_axis("id")


def squares(**sides: float | None) -> gpd.GeoDataFrame:
    """A layer of squares with these sides in metres, one corner at the same place; None has no boundary."""
    shapes = [None if side is None else box(0, 0, side, side) for side in sides.values()]
    return gpd.GeoDataFrame({"geometry": shapes}, index=pd.Index(sides, name="id"), crs=METRIC_CRS)


def states(**status: str) -> pd.DataFrame:
    return pd.DataFrame({"status": pd.Series(status, dtype="str")})


def test_a_save_belongs_to_the_day_of_beijing_time() -> None:
    days = history.per_day(
        saves(
            (3, "2026-11-24T16:30", "李四"), (2, "2026-11-24T15:59", "张三"), (1, "2026-11-24T01:00", "张三")
        ),
        SHANGHAI,
    )
    assert list(days.index) == [date(2026, 11, 25), date(2026, 11, 24)]
    assert list(days["saves"]) == [1, 2]
    assert list(days["authors"]) == [(("李四", 1),), (("张三", 2),)]


def test_without_saves_there_are_no_days() -> None:
    assert history.per_day(saves(), SHANGHAI).empty


def test_what_was_known_by_a_day_ends_with_its_last_second() -> None:
    listed = saves((2, "2026-11-24T16:00", "张三"), (1, "2026-11-24T15:59", "张三"))
    assert history.known_by(listed, date(2026, 11, 24), SHANGHAI) == 1
    assert history.known_by(listed, date(2026, 11, 25), SHANGHAI) == 2
    assert history.known_by(listed, date(2026, 11, 23), SHANGHAI) == 0


def test_each_changed_field_is_a_row() -> None:
    entry = {"seq": 1, "revision": 2, "at": None, "author": "张三", "reason": None, "action": "update"}
    entry |= {"layer": "compound", "record_id": "C1"}
    audit = pd.DataFrame([{**entry, "before": {"households": 1}, "after": {"households": 2, "note": "改"}}])
    rows = history.fields_of(audit)
    assert rows[["field", "before", "after"]].astype(object).where(
        lambda f: f.notna(), None
    ).values.tolist() == [
        ["households", 1, 2],
        ["note", None, "改"],
    ]


def test_added_removed_and_changed_records_are_told_apart() -> None:
    before = layer({"A": {"name": "甲", "households": 1, "version": 1}, "B": {"name": "乙", "version": 1}})
    after = layer({"A": {"name": "甲", "households": None, "version": 2}, "C": {"name": "丙", "version": 1}})
    found = history.compare(before, after)
    assert (found.added, found.removed) == (("C",), ("B",))
    assert found.changed.to_dict("records") == [
        {"record_id": "A", "field": "households", "before": 1, "after": None}
    ]
    assert found.touched == {"A", "B", "C"}


@given(
    st.dictionaries(
        st.sampled_from("ABCD"), st.fixed_dictionaries({"households": st.none() | st.integers(0, 2)})
    )
)
def test_a_state_never_differs_from_itself_and_an_empty_one_lacks_all(rows: dict[str, Any]) -> None:
    frame = layer({key: {"name": key, **values} for key, values in rows.items()})
    assert history.compare(frame, frame).touched == set()
    assert set(history.compare(frame.iloc[:0], frame).added) == set(rows)
    assert set(history.compare(frame, frame.iloc[:0]).removed) == set(rows)


def test_a_moved_boundary_is_measured_before_after_and_apart() -> None:
    found = history.compare(
        squares(A=10, B=10, C=None, D=None, E=2), squares(A=10, B=20, C=10, D=None, E=None)
    )
    assert found.moved.to_dict("index") == {
        "B": {"before_m2": 100, "after_m2": 400, "differing_m2": 300},
        "C": {"before_m2": pytest.approx(float("nan"), nan_ok=True), "after_m2": 100, "differing_m2": 100},
        "E": {"before_m2": 4, "after_m2": pytest.approx(float("nan"), nan_ok=True), "differing_m2": 4},
    }
    assert found.changed.empty


def test_boundaries_are_not_measured_in_degrees() -> None:
    frame = squares(A=10).set_crs(None, allow_override=True)
    with pytest.raises(NoCrs):
        history.compare(frame, frame)


def test_what_was_corrected_and_what_happened_add_up_to_the_later_figure() -> None:
    table = history.figures(
        states(A="unknown", B="unknown"),
        states(A="started", B="unknown"),
        states(A="completed", B="started", C="unknown"),
    )
    assert table.loc["started"].to_list() == [0, 1, 1, 0, 1]
    assert table.loc["unknown"].to_list() == [2, -1, 1, 0, 1]
    assert table.loc["completed"].to_list() == [0, 0, 0, 1, 1]
    assert (table["believed"] + table["late"] + table["happened"] == table["now"]).all()
    assert list(table.index) == [term.value for term in ReportingStatus]


def test_a_day_before_the_first_record_has_no_figures_and_not_zero() -> None:
    table = history.figures(None, states(A="started"), states(A="started"))
    assert table["believed"].isna().all()
    assert table["late"].isna().all()
    assert table["corrected"].sum() == 1


def test_compounds_that_moved_on_are_listed_with_both_states() -> None:
    moved = history.movers(
        states(A="unknown", B="started", C="started"), states(A="started", B="started", D="unknown")
    )
    assert moved.to_dict("index") == {
        "A": {"before": "unknown", "after": "started"},
        "D": {"before": None, "after": "unknown"},
        "C": {"before": "started", "after": None},
    }
