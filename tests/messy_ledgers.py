"""Three ledgers as offices really send them, invented from end to end: as a workbook and as the lines a reader gives.

`REGISTER` is a register of compounds, `WORKS` a list of works items, `MONEY` a wide ledger of funding. Their streets
and compounds are parameters, so that they fit the register of any test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

PERCENT = "0%"


@dataclass(frozen=True)
class Ledger:
    """A sheet: rows of cells (from row 1), merged ranges (row, column to row, column; from 1), hidden rows.

    `records` are the rows that are records, `percent` the columns (from 1) in percent format.
    """

    sheet: str
    rows: Sequence[Sequence[Any]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden: Sequence[int] = ()
    records: Sequence[int] = ()
    percent: Sequence[int] = ()
    columns: dict[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> Path:
        """The workbook."""
        book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(self.sheet)
        percent = book.add_format({"num_format": PERCENT})
        for row, cells in enumerate(self.rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day))
                elif column + 1 in self.percent and isinstance(cell, float):
                    sheet.write_number(row, column, cell, percent)
                elif cell is not None:
                    sheet.write(row, column, cell)
        for top, left, bottom, right in self.merged:
            sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, self.rows[top - 1][left - 1])
        for row in self.hidden:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        book.close()
        return path

    def header(self) -> dict[str, Any]:
        """What a reader says of the file before its lines."""
        return {
            "format": "xlsx",
            "shape": "grid",
            "layers": [self.sheet],
            "layer": self.sheet,
            "rows": len(self.rows),
            "merged": [list(one) for one in self.merged],
        }

    def lines(self) -> list[dict[str, Any]]:
        """The rows as a reader gives them."""
        return [
            {"row": number, "cells": list(_trimmed(cells)), "hidden": number in self.hidden}
            for number, cells in enumerate(self.rows, start=1)
        ]


def _trimmed(cells: Sequence[Any]) -> Iterator[Any]:
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    for cell in cells[:end]:
        yield {"date": cell.isoformat()} if isinstance(cell, date) else cell


def register(first: str = "西大街街道", second: str = "东大街街道") -> Ledger:
    """A register of compounds: two title rows, two rows of headings, streets merged down, subtotals, total, footnotes."""
    none = [None] * 13
    rows: list[Sequence[Any]] = [
        ["管城区老旧小区改造楼院底数台账", *none[1:]],
        ["填报单位：某办", *none[2:9], "2025年12月", *none[10:]],
        [
            "序号",
            "街道（乡镇）",
            "小区（楼院）名称",
            "详细地址",
            "建成年份",
            "基本情况",
            None,
            None,
            None,
            "产权性质（房改房/单位自管/商品房/三供一业）",
            "包联领导",
            "占地面积",
            "备注",
        ],
        [
            None,
            None,
            None,
            None,
            None,
            "楼栋数（栋）",
            "总户数",
            "建筑面积（万㎡）",
            "层数",
            None,
            None,
            None,
            None,
        ],
        [1, first, "演示·纺织 １号院", "某路 1 号", 1987, 4, "约300", 1.52, 6, "房改房", "张某", 900, None],
        [
            2,
            None,
            "演示·纺织 2 号院",
            "某路 2 号",
            "1990年",
            "3栋",
            "120余户",
            0.57,
            "6层",
            "单位自管",
            "张某",
            None,
            "临街",
        ],
        [
            3,
            None,
            "演示·粮食局院",
            "某路 5 号",
            "1995",
            2,
            "近80户",
            "6800㎡",
            5,
            "三供一业",
            None,
            None,
            None,
        ],
        ["小计", None, None, None, None, 9, 500, 2.77, None, None, None, None, None],
        [
            4,
            second,
            "演示·药厂院",
            "某街 8 号",
            date(1988, 6, 1),
            6,
            "三百二十",
            2.1,
            7,
            "商品房",
            "李某",
            None,
            None,
        ],
        [5, None, "演示·旧名册院", "某街 9 号", 1985, 1, 40, 0.2, 4, "房改房", None, None, "已拆，隐藏"],
        [
            6,
            None,
            "演示·铁路院",
            "某街 10 号",
            1992,
            "1、2",
            "80-100",
            "约1.2",
            6,
            "单位自管",
            "李某",
            None,
            None,
        ],
        ["合  计", None, None, None, None, 17, 940, 6.3, None, None, None, None, None],
        [7, *none[1:]],
        none,
        ["注：1. 户数以社区上报为准；2. 建筑面积含公摊。", *none[1:]],
        ["填表人：某某", None, None, None, "审核人：某某", *none[5:]],
    ]
    merged = [
        (1, 1, 1, 13),
        (3, 1, 4, 1),
        (3, 2, 4, 2),
        (3, 3, 4, 3),
        (3, 4, 4, 4),
        (3, 5, 4, 5),
        (3, 6, 3, 9),
        (3, 10, 4, 10),
        (3, 11, 4, 11),
        (3, 12, 4, 12),
        (3, 13, 4, 13),
        (5, 2, 7, 2),
        (8, 1, 8, 5),
        (9, 2, 11, 2),
        (12, 1, 12, 5),
        (15, 1, 15, 13),
    ]
    columns = {
        "小区（楼院）名称": "name",
        "街道（乡镇）": "street_code",
        "基本情况/建筑面积（万㎡）": "floor_area_m2",
        "基本情况/总户数": "households",
        "产权性质（房改房/单位自管/商品房/三供一业）": "ownership",
        "包联领导": "leader",
        "占地面积": "",
    }
    return Ledger("底数台账", rows, merged, hidden=(10,), records=(5, 6, 7, 9, 11), columns=columns)


def works(first: str = "演示·纺织 1号院", second: str = "演示·药厂院") -> Ledger:
    """Works items: a sheet unit, approximate quantities with units, dates in all forms, headings again on page two."""
    none = [None] * 10
    heading = [
        "序号",
        "改造楼院",
        "改造内容",
        "工程量（约）",
        "投资额",
        "计划开工",
        "计划完工",
        "动土深度",
        "备注",
        "联系电话",
    ]
    rows: list[Sequence[Any]] = [
        ["2026年老旧小区改造工程清单", *none[1:]],
        [*none[:8], "单位：万元", None],
        heading,
        [1, first, "屋面维修", "约3200㎡", 48.5, "2026.4.10", "2026年9月下旬", None, None, None],
        [2, first, "雨污分流", "1.2km", "120余万元", "4月上旬", "年底", "1.5米", "与热力同沟", None],
        [3, first, "照明", "10余盏", 2, 46143, "2026年第三季度", None, None, None],
        ["小计", None, None, None, 170.5, *none[5:]],
        heading,
        [4, second, "加装电梯", 2, 90, date(2026, 5, 6), "2026年底前", None, None, None],
        [5, second, "绿化", "800多平方米", 6.57, "2026-05", "待定", "/", None, None],
        [6, second, "停车库（场）", "近50个", "几万", "5月", "2026.13.1", None, None, None],
        ["总计", None, None, None, 267.07, *none[5:]],
        ["备注：工程量以施工图为准", *none[1:]],
    ]
    columns = {
        "改造楼院": "compound_id",
        "改造内容": "type_code",
        "工程量（约）": "quantity",
        "投资额": "budget_cny",
        "动土深度": "excavation_depth_m",
        "联系电话": "",
    }
    return Ledger("清单", rows, [(1, 1, 1, 10)], records=(4, 5, 6, 9, 10, 11), columns=columns)


def money(first: str = "演示·纺织 1号院", second: str = "演示·药厂院") -> Ledger:
    """Funding with a column for each source below merged headings; numbered beyond its last entry."""
    none = [None] * 11
    rows: list[Sequence[Any]] = [
        ["资金台账", *none[1:]],
        [
            "序号",
            "楼院名称",
            "总投资（万元）",
            None,
            None,
            None,
            None,
            "到位资金（元）",
            None,
            "支付比例",
            "备注",
        ],
        [None, None, "中央", "省", "市", "区", "居民", "中央", "区级配套", None, None],
        [1, first, 120, 30.5, None, "约40", "2千元", 1_000_000, None, 0.65, None],
        [2, second, 80, None, None, 20, None, None, "15万元", 0.4, "一期"],
        ["一、以下为 2025 年结转", *none[1:]],
        [3, "演示·铁路院", None, None, 12, None, None, None, None, 1.0, None],
        [None, "合计", 200, 30.5, 12, 60, None, 1_000_000, 150_000, None, None],
        [4, *none[1:]],
        [5, *none[1:]],
    ]
    merged = [
        (2, 1, 3, 1),
        (2, 2, 3, 2),
        (2, 3, 2, 7),
        (2, 8, 2, 9),
        (2, 10, 3, 10),
        (2, 11, 3, 11),
        (6, 1, 6, 11),
    ]
    columns = {
        "楼院名称": "compound_id",
        "总投资（万元）/中央": "planned_cny@central",
        "总投资（万元）/区": "planned_cny@district",
        "到位资金（元）/区级配套": "arrived_cny@district",
        "支付比例": "",
    }
    return Ledger("资金", rows, merged, records=(4, 5, 7), percent=(10,), columns=columns)


LEDGERS = {"compound": register, "work_item": works, "funding": money}
