"""The progress page's table, CSV and list of compounds, on a small store and on a register by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.progress import totals
from analysis.standing import standing
from geodata.store import Store
from tests.shown_store import shown
from tests.small_register import TODAY, Register
from tests.test_progress import done, table_of, two_streets
from ui import data, members, progress_data, progress_table
from ui.progress_data import Scope

HOSTILE = "<img src=x onerror=alert(1)>\"'\n=1+1"


def markup(register: Register, unit: str = "estates", codes: tuple[str, ...] = ()) -> str:
    table = table_of(register).reset_index(drop=True)
    scope = Scope(by="street", unit=unit, as_of=TODAY, codes=codes)  # type: ignore[arg-type]
    return progress_table.markup(standing(table, totals(table), key="street", unit=scope.unit), scope)


class TestTable:
    def test_totals_stand_below_the_groups_and_above_what_they_leave_out(self) -> None:
        text = markup(two_streets().street("S9", in_totals=False))
        assert text.index("S2街道") < text.index("合计") < text.index("S9街道（不计入合计）")

    def test_a_missing_rate_is_a_dash_with_its_reason_below(self) -> None:
        text = markup(two_streets().target("S1", estates=4, households=100))
        assert 'title="无年度计划">—<sup>②</sup>' in text
        assert "—② 无年度计划" in text.split("cy-note")[1]

    def test_reasons_are_numbered_once_each(self) -> None:
        text = markup(two_streets())
        assert text.count("—① 无年度计划") == 1

    def test_households_without_any_number_are_a_dash_not_zero(self) -> None:
        register = Register().street("S1").estate("e").compound("a", estate="e", households=None)
        assert "这些楼院都没有户数" in markup(register)

    def test_the_chosen_group_is_marked(self) -> None:
        assert markup(two_streets(), codes=("S2",)).count("class='on'") == 1

    def test_a_name_is_shown_as_it_is(self) -> None:
        register = two_streets()
        register.rows["street_office"][0]["name"] = HOSTILE
        text = markup(register)
        assert "<img" not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text

    def test_more_reasons_than_signs_are_numbered_on(self) -> None:
        notes = progress_table._Notes()
        assert [notes.sign(str(number)) for number in range(21)][-1] == "(21)"


@pytest.fixture
def opened(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The small store as the pages see it, with empty caches and a fixed business date."""
    with shown(small_store, tmp_path, monkeypatch, business_date=TODAY):
        yield small_store


def downloaded(as_of: date = TODAY) -> list[dict[str, str]]:
    """The CSV of the page, by heading."""
    scope = Scope(by="street", unit="estates", as_of=as_of)
    content = progress_table.csv_bytes(data.snapshot(), scope)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.usefixtures("opened")
class TestCsv:
    def test_every_row_says_what_it_stands_on(self) -> None:
        for row in downloaded():
            assert row["截至日期"] == TODAY.isoformat()
            assert row["修订号"] == str(data.snapshot().revision)
            assert row["演示标记"] == "演示数据"

    def test_the_total_is_the_last_row_within_totals(self) -> None:
        assert [row["名称"] for row in downloaded()] == ["西大街街道", "合计"]

    def test_a_missing_rate_is_empty_with_its_reason_beside_it(self) -> None:
        row = downloaded()[0]
        assert row["开工率（小区）（%）"] == ""
        assert row["开工率（小区）无值原因"] == "无年度计划"

    def test_counts_are_numbers(self) -> None:
        assert downloaded()[0]["小区（个）"] == "1"

    def test_a_name_that_a_spreadsheet_would_run_gets_an_apostrophe(
        self, opened: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        frame = opened.frame("street_office")
        frame["name"] = "=cmd()"
        real = data.frame
        monkeypatch.setattr(
            data, "frame", lambda snap, layer: frame if layer == "street_office" else real(snap, layer)
        )
        assert downloaded()[0]["名称"] == "'=cmd()"


@pytest.mark.usefixtures("opened")
class TestScope:
    def test_the_members_of_a_street_are_its_compounds(self) -> None:
        scope = Scope(by="street", unit="estates", as_of=TODAY, codes=("S1",))
        assert set(progress_data.members(data.snapshot(), scope)["street_code"]) == {"S1"}

    def test_one_chosen_group_is_its_own_row_and_none_is_the_total(self) -> None:
        snap, scope = data.snapshot(), Scope(by="street", unit="estates", as_of=TODAY)
        assert progress_data.whole(snap, scope)["name"] == "合计"
        assert progress_data.whole(snap, Scope("street", "estates", TODAY, ("S1",)))["name"] == "西大街街道"
        assert progress_data.whole(snap, Scope("street", "estates", TODAY, ("nowhere",)))["name"] == "合计"


class TestMembers:
    def test_late_compounds_come_first_and_missing_stays_missing(self) -> None:
        register = Register().street("S1")
        register.compound("a", households=None).compound("b").compound("c")
        register.item("b-w", "b", start="2026-01-01", finish="2026-06-01").report("b-w", "2026-03-01", 40)
        done(register, "c", 100)
        compounds = register.frame("compound").assign(name=["甲", "乙", "丙"])
        listed = members.rows(compounds, register.states())
        assert listed[0][1] == "乙"
        assert listed[0][3] == "delayed"
        unknown = next(row for row in listed if row[1] == "甲")
        assert (unknown[5], unknown[7]) == (None, None)

    def test_no_compound_is_an_empty_list(self) -> None:
        register = Register().street("S1")
        assert (
            members.rows(register.frame("compound").assign(name=pd.Series(dtype=str)), register.states())
            == []
        )
