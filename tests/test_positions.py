"""Positions in columns of a ledger: in which coordinates they are is found out, asked or said, never passed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
from shapely import box

from geodata.importers.asked import Asked
from geodata.importers.inspecting import Outcome, inspect
from geodata.importers.issues import Problem
from geodata.importers.readings import reading
from geodata.store import Store
from tests.small_store import compound

HEADINGS = ["楼院名称", "所属街道", "经度", "纬度", "位置误差（m）"]
SPOTS = [(113.6802 + n * 0.003, 34.7503 + n % 3 * 0.003) for n in range(5)]


@pytest.fixture
def drawn(small_store: Store) -> Store:
    """The small store with five compounds whose boundaries are known."""
    with small_store.commit(author="张三", reason="落图") as save:
        for n, (lon, lat) in enumerate(SPOTS):
            shape = box(lon - 0.0003, lat - 0.0003, lon + 0.0003, lat + 0.0003)
            save.insert("compound", compound(id=f"D{n}", name=f"安和里{n}号院", geometry=shape))
    return small_store


def look(store: Store, path: Path, rows: list[list[Any]], **asked: Any) -> Outcome:
    """Inspect a register with positions."""
    with xlsxwriter.Workbook(path / "register.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADINGS, *rows]):
            sheet.write_row(at, 0, row)
    said = Asked(kind="compound", **asked)
    return inspect(store, path / "register.xlsx", said, today=date(2026, 11, 24))


def rows_in(code: str, *, street: str = "西大街", count: int = 5) -> list[list[Any]]:
    """The five compounds with their positions as a map in some coordinates shows them."""
    raw = reading(code).raw(np.array(SPOTS)).tolist()
    return [[f"安和里{n}号院", street, *at, 20] for n, at in enumerate(raw[:count])]


@pytest.mark.parametrize("code", ["cgcs2000", "gcj02", "bd09"])
def test_positions_are_told_by_the_stored_compounds_that_their_rows_name(
    code: str, drawn: Store, tmp_path: Path
) -> None:
    outcome = look(drawn, tmp_path, rows_in(code))
    assert (outcome.inspection.verdict, "coordinates" in outcome.inspection.asks) == (code, False)
    shifted = [one for one in outcome.verdict.issues if one.issue is Problem.DATUM_SHIFTED]
    assert [("5 行" in one.message, one.field) for one in shifted] == [(True, "position_lon")] * (
        code != "cgcs2000"
    )
    taken = [(one.values["position_lon"], one.values["position_lat"]) for one in outcome.verdict.accepted]
    assert np.abs(np.array(taken) - SPOTS).max() < 1e-7


def test_positions_that_the_evidence_leaves_open_wait_for_a_person(drawn: Store, tmp_path: Path) -> None:
    """One named compound cannot tell a shifted map from a position that is 500 m wrong."""
    rows = [*rows_in("gcj02", count=1), ["安和里1号院", "西大街", None, None, None]]
    outcome = look(drawn, tmp_path, rows)
    assert outcome.inspection.verdict == "undecided"
    assert "coordinates" in outcome.inspection.asks
    assert {"cgcs2000", "gcj02"} <= {one.code for one in outcome.inspection.evidence if one.near}
    waiting = [(one.row, one.field) for one in outcome.verdict.issues if one.issue is Problem.NEEDS_DECISION]
    assert waiting == [(2, "position_lon")]
    assert [one.row for one in outcome.verdict.accepted] == [3]
    chosen = look(drawn, tmp_path, rows, hypothesis="gcj02")
    assert (len(chosen.verdict.accepted), chosen.inspection.asks) == (2, ())
    assert chosen.verdict.accepted[0].values["position_lon"] == pytest.approx(SPOTS[0][0], abs=1e-7)


def test_positions_that_are_stored_just_so_ask_nothing(drawn: Store, tmp_path: Path) -> None:
    outcome = look(drawn, tmp_path, [["演示·西大街-03院", "西大街", 113.69, 34.76, 200]])
    assert (outcome.inspection.verdict, outcome.inspection.asks) == ("", ())
    assert not outcome.verdict.accepted[0].values


def test_positions_with_nothing_to_compare_are_said_to_be_taken_as_they_stand(
    small_store: Store, tmp_path: Path
) -> None:
    """A street office without a border tells nothing of a position."""
    with small_store.commit(author="张三", reason="新设街道") as save:
        facts = {"name": "新设街道", "in_totals": True, "boundary_status": "missing"}
        save.insert("street_office", {"id": "S2", "data_status": "synthetic", "source": "测试", **facts})
    outcome = look(small_store, tmp_path, rows_in("cgcs2000", street="新设街道", count=1))
    assert (outcome.inspection.verdict, outcome.inspection.asks) == ("", ())
    said = [one for one in outcome.verdict.issues if one.field == "position_lon"]
    assert [one.issue for one in said] == [Problem.DEFAULT_USED]
    assert "没有可比对" in said[0].message
