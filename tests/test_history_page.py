"""The page of changes without a browser: what it says of saves, records, plans and two days."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from shapely import Polygon, box

from cartography import outline
from cartography import symbology as s
from geodata.store import Archive, Restore, Store, Undo
from sheets import setup
from tests.shown_store import shown
from tests.small_store import AUTHOR, report
from ui import (
    changes,
    chooser,
    compound_data,
    data,
    history_compare,
    history_record,
    history_state,
    past,
    taking_back,
)
from ui.history_state import Choices

TODAY = date(2026, 11, 24)


@pytest.fixture
def opened(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The small store as the pages see it; what a test saves is of later days: +1 day per save."""
    with shown(small_store, tmp_path, monkeypatch, business_date=TODAY):
        yield small_store


def change(store: Store, record_id: str = "C1", *, days: int = 1, author: str = "李四", **values: Any) -> int:
    """Change a compound some days from now; the revision."""
    store.clock = lambda: datetime.now(UTC) + timedelta(days=days)
    row = store.row("compound", record_id)
    assert row
    with store.commit(author=author, reason="核对") as save:
        save.update("compound", record_id, values, version=row["version"])
    return save.revision


def of_save(revision: int) -> str:
    """What the page says of one save."""
    snap = data.snapshot()
    return changes.of_save(snap, past.changes(snap, revision), past.touched(snap, (revision,)))


def preview(request: Undo | Restore | Archive) -> str:
    snap = data.snapshot()
    return taking_back.preview(snap, past.plan(snap, request))


# ---- search -----------------------------------------------------------------------------------------------


def test_a_search_finds_archived_compounds_last_and_marks_them_only_when_asked(opened: Store) -> None:
    change(opened, "C1", archived=True)
    snap = data.snapshot()
    assert list(compound_data.search(snap, "西大街").index) == ["C2", "C3", "C4"]
    found = compound_data.search(snap, "西大街", archived_too=True)
    assert list(found.index) == ["C2", "C3", "C4", "C1"]
    cells = [place.cells[0] for place in chooser._places(snap, found)]
    assert cells == ["西大街街道"] * 3 + ["西大街街道（已归档）"]
    assert list(compound_data.search(snap, "01院", archived_too=True).index) == ["C1"]


# ---- picture ----------------------------------------------------------------------------------------------


def svg(before: Any, after: Any) -> str:
    address = outline.change(before, after)
    assert address.startswith("data:image/svg+xml,")
    return unquote(address)


def test_the_former_boundary_is_dashed_and_the_new_one_is_solid() -> None:
    drawn = svg(box(0, 0, 100, 50), box(0, 0, 120, 50))
    assert drawn.count("stroke-dasharray") == 1
    assert drawn.count(f'stroke="{s.LIGHT.accent}"') == 1
    assert "20 m" in drawn or "50 m" in drawn


def test_a_boundary_that_came_or_went_has_one_outline() -> None:
    assert "stroke-dasharray" not in svg(None, box(0, 0, 10, 10))
    assert f'stroke="{s.LIGHT.accent}"' not in svg(box(0, 0, 10, 10), None)


def test_a_hole_stays_a_hole_and_nothing_at_all_is_an_empty_frame() -> None:
    ring = Polygon(box(0, 0, 30, 30).exterior.coords, holes=[box(10, 10, 20, 20).exterior.coords])
    assert svg(None, ring).split('fill="none"')[0].count("M") >= 2
    assert "<path" not in svg(None, None)


# ---- what changed -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("opened")
class TestWords:
    def test_a_save_names_record_field_former_and_new_value(self, opened: Store) -> None:
        said = of_save(change(opened, households=77, boundary_status="surveyed"))
        for word in ("演示·西大街-01院", "户数", "<s>120</s>", "<b>77</b>", "实测", "1 条"):
            assert word in said
        assert "surveyed" not in said

    def test_a_moved_boundary_has_its_picture(self, opened: Store) -> None:
        said = of_save(change(opened, geometry=box(113.68, 34.75, 113.682, 34.751)))
        assert 'class="cy-outline"' in said

    def test_a_report_is_named_by_its_compound_and_works_item(self, opened: Store) -> None:
        with opened.commit(author=AUTHOR) as save:
            save.insert("progress_report", report("W1", "2026-11-20", 60))
        assert "演示·西大街-01院 · 排水" in of_save(save.revision)

    def test_taking_back_and_bringing_back_are_called_so(self, opened: Store) -> None:
        opened.carry_out(opened.plan(Undo(3)), author="李四", reason="错", on=TODAY)
        assert "撤回进度填报" in of_save(4)
        opened.carry_out(opened.plan(Archive("compound", "C4")), author="李四", reason="重", on=TODAY)
        assert "归档楼院" in of_save(5)
        opened.carry_out(
            opened.plan(Archive("compound", "C4", back=True)), author="李四", reason="否", on=TODAY
        )
        assert "取消归档楼院" in of_save(6)

    def test_stored_text_is_never_markup(self, opened: Store) -> None:
        said = of_save(change(opened, name="<script>x</script>"))
        assert "<script" not in said

    def test_each_former_value_of_a_record_has_the_way_back(self, opened: Store) -> None:
        revision = change(opened, households=77)
        snap = data.snapshot()
        fields = past.fields(snap, "C1")
        rows = [row for _, _, rows in history_record._groups(snap, fields) for row in rows if row.action]
        assert [cell[1] for cell in rows[0].cells] == ["户数", "120", "77"]
        asked = history_record._request(fields, rows[0].id)
        assert asked == Restore("compound", "C1", revision - 1, ("households",))


# ---- previews ---------------------------------------------------------------------------------------------


class TestPreview:
    def test_it_says_what_will_be_written_and_what_stays_and_who_changed_it(self, opened: Store) -> None:
        revision = change(opened, households=77, note="错")
        change(opened, author="王五", households=78)
        said = preview(Undo(revision))
        for word in ("将写入 1 条记录", "1 处不动", "备注", "后来又改过：王五，修订 5", "77", "78"):
            assert word in said

    def test_archiving_says_what_is_hidden_with_it(self, opened: Store) -> None:
        assert "工程项 1 条、进度填报 1 条、阶段记录 1 条" in preview(Archive("compound", "C1"))

    def test_a_value_that_is_already_there_leaves_nothing_to_do(self, opened: Store) -> None:
        assert "什么都不用改" in preview(Restore("compound", "C1", 3, ("households",)))

    def test_an_added_row_that_is_needed_says_by_what(self, opened: Store) -> None:
        said = preview(Undo(2))
        assert "进度填报 1 条" in said
        assert "有记录依赖它" in said


# ---- two days ---------------------------------------------------------------------------------------------


def moments(days: int) -> tuple[past.Moment, past.Moment]:
    """Today of the clock, and some days later, as the page compares them."""
    snap = data.snapshot()
    today = datetime.now(data.ZONE).date()
    return past.moment(snap, today), past.moment(snap, today + timedelta(days=days))


class TestTwoDays:
    def test_differences_are_told_with_labels_by_street(self, opened: Store) -> None:
        change(
            opened, days=2, households=77, ownership="reform", geometry=box(113.68, 34.75, 113.682, 34.751)
        )
        before, after = moments(2)
        snap = data.snapshot()
        lines = history_compare.lines_of(snap, "compound", past.compare(snap, "compound", before, after))
        assert {line[0] for line in lines} == {"西大街街道"}
        told = {line[3]: line[4:] for line in lines}
        assert told["户数"] == ("120", "77")
        assert told["产权性质"] == ("空", "房改房")
        assert "不重合" in told["边界"][1]

    def test_archived_records_are_gone_and_the_figures_say_it_is_a_correction(self, opened: Store) -> None:
        opened.clock = lambda: datetime.now(UTC) + timedelta(days=2)
        opened.carry_out(opened.plan(Archive("compound", "C4")), author="李四", reason="重", on=TODAY)
        before, after = moments(2)
        snap = data.snapshot()
        assert past.compare(snap, "compound", before, after).removed == ("C4",)
        figures = past.figures(snap, before, after).sum()
        assert figures.to_dict() == {"believed": 4, "late": -1, "corrected": 3, "happened": 0, "now": 3}

    def test_a_day_before_the_first_save_has_no_figures(self, opened: Store) -> None:
        snap = data.snapshot()
        before = past.moment(snap, date(2020, 1, 1))
        assert before.revision == 0
        said = history_compare._figures(snap, before, moments(1)[1])
        assert "—" in said

    def test_the_download_says_between_which_states_it_stands(self, opened: Store) -> None:
        change(opened, days=2, households=77, note="=1+1")
        before, after = moments(2)
        snap = data.snapshot()
        lines = history_compare.lines_of(snap, "compound", past.compare(snap, "compound", before, after))
        content = history_compare.csv_bytes(snap, lines, before, after).decode("utf-8-sig")
        rows = {row["字段"]: row for row in csv.DictReader(io.StringIO(content))}
        assert (rows["户数"]["前一天修订"], rows["户数"]["后一天修订"]) == ("3", "4")
        assert rows["户数"]["演示标记"] == "演示数据"
        assert rows["备注"]["后一天"] == "'=1+1"


# ---- finding saves ----------------------------------------------------------------------------------------


class TestFinding:
    def test_a_name_finds_the_saves_of_the_compound_and_of_what_belongs_to_it(self, opened: Store) -> None:
        snap = data.snapshot()
        assert list(past.saves(snap, past.Wanted(text="西大街-01院"))["number"]) == [3, 2, 1]
        assert list(past.saves(snap, past.Wanted(text="西大街-04院"))["number"]) == [1]

    def test_days_are_those_of_beijing(self, opened: Store) -> None:
        opened.clock = lambda: datetime(2027, 1, 1, 16, 30, tzinfo=UTC)
        with opened.commit(author="李四") as save:
            save.update("compound", "C1", {"households": 1}, version=1)
        snap, day = data.snapshot(), date(2027, 1, 2)
        assert list(past.saves(snap, past.Wanted(first=day, last=day))["number"]) == [4]
        assert past.days(snap, past.Wanted()).index[0] == day


CHOICES = Choices(authors=["张三"], compounds=["C1"], newest=4)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("tab", "record", "record"),
        ("tab", "<b>", "days"),
        ("who", "张三", "张三"),
        ("who", "别人", None),
        ("layer", "compound", "compound"),
        ("layer", "audit", None),
        ("save", "4", 4),
        ("save", "5", 0),
        ("save", "-1", 0),
        ("save", "٤", 0),
        ("page", "99999999999999999999", 0),
        ("since", "2026-11-24", TODAY),
        ("since", "heute", None),
        ("record", "C1", "C1"),
        ("record", "C2", None),
        ("find", "x" * 200, "x" * 80),
    ],
)
def test_values_of_the_address_are_checked(key: str, text: str, value: Any) -> None:
    assert history_state._parsed(key, text, CHOICES) == value


def test_a_stored_set_up_of_a_sheet_reads_in_words(small_store: Store) -> None:
    kept = setup.checked({"as_of": "2026-11-24", "title": "例会图", "scale": 5000, "compounds": ("C1",)})
    words = changes.value_text(small_store.snapshot(), "print_preset", "setup", kept.text())
    assert words.startswith("专题图 · A3 · 横向 · 改造阶段 · 1:5,000 · ")
    assert "例会图" in words
    assert "勾选 1 个楼院" in words
    assert "读不了" in changes.value_text(small_store.snapshot(), "print_preset", "setup", "{}")
