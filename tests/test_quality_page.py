"""The quality page without a browser: what is stored when a finding is accepted, and what two people do at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import manage
from geodata.exporters.simple_table import table_bytes
from geodata.store import Snapshot, Store
from tests.shown_store import shown
from ui import data, quality_data, quality_one, quality_state

TODAY = date(2026, 11, 24)
KEY = "missing_facts:C1"


@pytest.fixture
def pages(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A small store as the pages see it."""
    monkeypatch.setattr("streamlit.session_state", {"author": "王五"})
    with shown(small_store, tmp_path, monkeypatch, business_date=TODAY) as store:
        yield store


def now() -> Snapshot:
    """What the store holds now, as a new rerun sees it."""
    data.begin_page()
    return data.snapshot()


def finding(snap: Snapshot, key: str = KEY) -> pd.Series:
    found = quality_data.findings(snap)
    return found[found["key"] == key].iloc[0]


def accept(snap: Snapshot, reason: str = "核对过", author: str = "王五") -> bool:
    return quality_one.accept(snap, finding(snap), reason=reason, author=author)


def change(**values: Any) -> None:
    snap = now()
    with data.store().commit(author="张三") as save:
        version = int(data.frame(snap, "compound").at["C1", "version"])
        save.update("compound", "C1", values, version=version)


def test_an_accepted_finding_keeps_author_reason_and_what_it_was(pages: Store) -> None:
    assert accept(now())
    row = finding(now())
    assert (row["standing"], row["reason"], row["then"]) == (
        "accepted",
        "核对过",
        "缺楼栋数、建筑面积、建成年份",
    )
    saved = pages.audit(layer="accepted_finding").iloc[0]
    assert (saved["author"], saved["reason"]) == ("王五", "认可“缺关键信息”：核对过")


def test_a_changed_finding_is_listed_again_and_accepting_it_anew_changes_the_same_answer(
    pages: Store,
) -> None:
    assert accept(now())
    change(buildings=2)
    assert finding(now())["standing"] == "changed"
    assert accept(now(), reason="再核对过")
    row = finding(now())
    assert (row["standing"], row["reason"]) == ("accepted", "再核对过")
    assert len(pages.frame("accepted_finding")) == 1


def test_two_people_who_accept_the_same_finding_store_one_answer(pages: Store) -> None:
    both = now()
    assert accept(both, author="王五")
    assert not accept(both, author="赵六")
    assert quality_one.st.session_state["quality_said"] == (
        "没有再存一次：别人刚刚认可了同一条，理由见下。",
        False,
    )
    assert len(pages.frame("accepted_finding")) == 1


def test_an_answer_that_somebody_changed_meanwhile_is_not_overwritten(pages: Store) -> None:
    assert accept(now())
    change(buildings=2)
    seen = now()
    change(buildings=None, built_year=1990)
    assert accept(now(), reason="别人先答")
    assert not accept(seen, reason="我的理由")
    assert set(pages.frame("accepted_finding")["reason"]) == {"别人先答"}


def test_a_withdrawn_acceptance_is_archived_and_can_be_given_again(pages: Store) -> None:
    assert accept(now())
    snap = now()
    quality_one._withdraw(snap, finding(snap))
    assert finding(now())["standing"] == "open"
    assert accept(now(), reason="想过了")
    assert finding(now())["reason"] == "想过了"


def test_the_list_leaves_out_what_was_accepted_unless_asked(pages: Store) -> None:
    assert accept(now())
    found = quality_data.findings(now())
    asked = {"view": "findings", "rule": None, "severity": None, "street": None, "keeper": None}
    rest = {"measure": "boundary", "leaf": 1, "finding": None}
    sizes = {
        standing: len(quality_state.Asked(**asked, standing=standing, **rest).listed(found))
        for standing in quality_state.STANDINGS
    }
    assert sizes["accepted"] == 1
    assert sizes["todo"] + sizes["accepted"] == sizes["all"] == len(found)


def test_the_mark_of_a_compound_is_its_worst_open_finding(pages: Store) -> None:
    found = quality_data.findings(now())
    marks = quality_data.marks(found, pd.Index(["C1", "C3", "none"]))
    assert marks.tolist() == ["notice", "warning", "clear"]


def test_a_table_for_excel_holds_text_that_is_never_run(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    path = tmp_path / "a.xlsx"
    path.write_bytes(table_bytes({"情况": ["=1+1", "两院重叠"]}, title="数据质量"))
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("数据质量")
    assert sheet.to_python() == [["情况"], ["=1+1"], ["两院重叠"]]
    assert b"<f>" not in path.read_bytes()


def test_the_command_ends_with_one_while_an_error_is_open_and_lists_it(
    small_store: Store, tmp_path: Path
) -> None:
    path, table = str(small_store.path), tmp_path / "findings.csv"
    words = ["--database", path, "quality", "--csv", str(table)]
    done = CliRunner().invoke(manage.app, words)
    assert done.exit_code == 0
    assert "没有检查" in done.output
    with small_store.commit(author="张三") as save:
        save.update("compound", "C4", {"built_year": 2099}, version=1)
    assert CliRunner().invoke(manage.app, words).exit_code == 1
    assert "建成年份不可能,错误,C4" in table.read_text(encoding="utf-8-sig")
