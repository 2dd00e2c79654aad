"""Three messy ledgers all the way: workbook, inspection, save, and the same file again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geodata.importers.accepting import accept
from geodata.importers.asked import Asked
from geodata.importers.inspecting import Outcome, inspect
from geodata.importers.issues import Problem
from geodata.store import Store
from tests.messy_ledgers import Ledger, money, register, works

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workbooks lie."""
    return tmp_path_factory.mktemp("messy")


def look(store: Store, folder: Path, name: str, ledger: Ledger) -> Outcome:
    """Inspect a ledger as a workbook of that name."""
    path = folder / f"{name}.xlsx"
    return inspect(
        store, path if path.exists() else ledger.write(path), Asked(file_name=path.name), today=TODAY
    )


def test_messy_ledgers_are_taken_in_and_change_nothing_the_second_time(
    small_store: Store, folder: Path
) -> None:
    ledgers = {"登记": register("西大街", "西大街街道"), "工程": works(), "资金": money()}
    expected = {"登记": (5, 4, 1), "工程": (6, 5, 1), "资金": (7, 6, 1)}
    for name, ledger in ledgers.items():
        found = look(small_store, folder, name, ledger)
        counts = found.inspection.counts
        assert (counts.rows, counts.new, counts.rejected) == expected[name], name
        assert accept(small_store, found, author="张三", today=TODAY) is not None
    for name, ledger in ledgers.items():
        counts = look(small_store, folder, name, ledger).inspection.counts
        assert (counts.unchanged, counts.new, counts.changed) == (expected[name][1], 0, 0), name
    compounds = small_store.frame("compound").set_index("name")
    row = compounds.loc["演示·纺织 2 号院"]
    assert (row["street_code"], row["floor_area_m2"], row["households"]) == ("S1", 5700, 120)
    assert row["note"] == "临街；户数120余户（文件原文）"
    works_items = small_store.frame("work_item")
    (roof,) = works_items[works_items["quantity"] == 3200].to_dict("records")
    assert (roof["approx"], roof["unit"], roof["budget_cny"]) == ("about", "m²", 485_000)
    assert str(roof["planned_finish_to"].date()) == "2026-09-30"
    assert small_store.check() == []


def test_what_is_wrong_in_a_messy_ledger_is_told_by_row_and_field(small_store: Store, folder: Path) -> None:
    found = look(small_store, folder, "登记", register("西大街", "西大街街道"))
    wrong = {(one.row, one.field) for one in found.verdict.issues if one.issue is Problem.NOT_A_NUMBER}
    assert wrong == {(11, "buildings"), (11, "households")}
