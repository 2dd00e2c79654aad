"""Telephone numbers in texts that go out to everybody: told when they come in, left out when they go out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from geodata.exporters import export_register
from geodata.importers.asked import Asked
from geodata.importers.inspecting import Outcome, inspect
from geodata.importers.issues import Problem
from geodata.personal import has_telephone, masked
from geodata.store import Store
from tests.small_store import SOURCED

WRITTEN = "施工队张三 13812345678，夜间施工先通知"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("张三 13812345678", "〔人名、电话略〕"),
        ("联系人王建国（电话：138 1234 5678）", "联系人〔人名、电话略〕）"),
        ("项目部 0371-66667777", "项目部 〔电话略〕"),
        ("李四，手机１３８－１２３４－５６７８；王五 +86 13912345678", "〔人名、电话略〕；〔人名、电话略〕"),
    ],
)
def test_a_number_goes_with_the_name_right_before_it(text: str, left: str) -> None:
    assert has_telephone(text)
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "管改〔2026〕13号",
        "410104001001",
        "预算 13812345678.5 元",
        "a13812345678",
        "1.13812345678",
    ],
)
def test_dates_numbers_of_documents_and_codes_are_no_telephones(text: str) -> None:
    assert masked(text) == text


def look(store: Store, path: Path, kind: str = "party") -> Outcome:
    """Inspect a file."""
    return inspect(store, path, Asked(kind=kind), today=date(2026, 11, 24))


def test_a_telephone_in_a_column_that_is_not_for_persons_is_told(small_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "parties.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["楼院名称", "单位类别", "单位名称", "联系人及电话"])
        sheet.write_row(1, 0, ["演示·西大街-01院", "施工单位", "张三 13812345678", "李四 13912345678"])
    told = [one for one in look(small_store, path).verdict.issues if one.issue is Problem.PERSONAL_DATA]
    assert [(one.row, one.field) for one in told] == [(2, "organisation")]
    assert "13812345678" not in told[0].value + told[0].message


def test_what_is_left_out_of_an_export_is_no_change_when_it_comes_back(
    small_store: Store, tmp_path: Path
) -> None:
    with small_store.commit(author="张三", reason="备注") as save:
        save.update("compound", "C1", {"note": WRITTEN, "leader": "赵六"}, version=1)
    path = tmp_path / "out.csv"
    export_register(small_store, path, chinese=True)
    text = path.read_text(encoding="utf-8-sig")
    assert "施工队〔人名、电话略〕，夜间施工先通知" in text
    assert not {"13812345678", "赵六"} & {*text.replace(",", " ").replace("，", " ").split()}
    back = look(small_store, path, "compound")
    assert [one.stored.id for one in back.verdict.accepted if one.stored and one.values] == []
    assert back.verdict.rejected == []
    path.write_text(text.replace("夜间施工先通知", "已通知"), encoding="utf-8-sig")
    changed = look(small_store, path, "compound").verdict
    assert [one.field for one in changed.issues if one.issue is Problem.PERSONAL_DATA] == ["note"]
    export_register(small_store, tmp_path / "all.csv", chinese=True, personal=True)
    assert WRITTEN in (tmp_path / "all.csv").read_text(encoding="utf-8-sig")


def test_a_name_that_gives_away_a_telephone_goes_out_as_its_number(
    small_store: Store, tmp_path: Path
) -> None:
    with small_store.commit(author="张三", reason="小区") as save:
        name = {"name": "张三 13812345678", "street_code": "S1", **SOURCED}
        save.insert("estate", {"id": "E9", **name})
        save.update("compound", "C1", {"estate_id": "E9"}, version=1)
    export_register(small_store, tmp_path / "out.csv", chinese=True)
    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "13812345678" not in text
    assert "E9" in text
