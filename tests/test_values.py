"""What a save accepts: closed lists, types, ranges, geometry; what it refuses names the field and the value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geodata.errors import BadValue
from geodata.store import Store
from geodata.vocabulary import Ownership
from tests.small_store import AUTHOR, ITEMS, SOURCED, compound, recorded, report

HOSTILE = [
    "<script>alert(1)</script>",
    "${alert(1)}",
    "引'号\"双\\",
    "换\n行\t",
    "=SUM(A1)",
    "‮翻转‬",
    "𠮷野",
    "' OR 1=1 --",
]


def insert(store: Store, layer: str = "compound", **facts: Any) -> str:
    row = compound(**facts) if layer == "compound" else facts
    with store.commit(author=AUTHOR) as save:
        return save.insert(layer, row)


def refuse(store: Store, message: str, layer: str = "compound", **facts: Any) -> None:
    """The save is refused with a message, and nothing of it stays."""
    before = store.snapshot().revision
    with pytest.raises(BadValue, match=message):
        insert(store, layer, **facts)
    assert store.snapshot().revision == before


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_kept_as_it_is(small_store: Store, text: str) -> None:
    row = small_store.row("compound", insert(small_store, name=text, note=text))
    assert row
    assert (row["name"], row["note"]) == (text, text)
    assert small_store.check() == []


@pytest.mark.parametrize(
    ("facts", "column", "stored"),
    [
        ({"households": 12.0}, "households", 12),
        ({"households": np.int64(12)}, "households", 12),
        ({"households": pd.NA}, "households", None),
        ({"floor_area_m2": 12}, "floor_area_m2", 12.0),
        ({"floor_area_m2": np.float32(0.5)}, "floor_area_m2", 0.5),
        ({"floor_area_m2": float("nan")}, "floor_area_m2", None),
        ({"address": ""}, "address", None),
        ({"ownership": Ownership.REFORM}, "ownership", "reform"),
        ({"position_lon": -113.5}, "position_lon", -113.5),
    ],
)
def test_a_value_is_stored_in_one_form(
    small_store: Store, facts: dict[str, Any], column: str, stored: Any
) -> None:
    row = small_store.row("compound", insert(small_store, **facts))
    assert row
    assert row[column] == stored
    assert type(row[column]) is type(stored)
    assert small_store.check() == []


@pytest.mark.parametrize("day", [date(2026, 11, 20), datetime(2026, 11, 20), pd.Timestamp("2026-11-20")])
def test_a_day_may_come_as_midnight(small_store: Store, day: Any) -> None:
    row = {**report("W1", "2026-11-20", 50, id="R9"), "reported_on": day}
    insert(small_store, "progress_report", **row)
    stored = small_store.row("progress_report", "R9")
    assert stored
    assert type(stored["reported_on"]) is date
    assert small_store.check() == []


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"households": "一百"}, "户数应为数字"),
        ({"households": 1.5}, "户数应为整数"),
        ({"households": True}, "户数应为数字"),
        ({"households": -1}, "户数应在 0"),
        ({"households": 2**70}, "户数应在 0"),
        ({"floor_area_m2": float("inf")}, "建筑面积（m²）应为数字"),
        ({"position_lon": 181}, "位置经度应在 -180"),
        ({"address": 5}, "地址应为文字"),
        ({"address": "a\0b"}, "不能保存的字符"),
        ({"address": "\ud800"}, "不能保存的字符"),
        ({"archived": "maybe"}, "已归档应为是或否"),
        ({"boundary_status": "guessed"}, "界线性质的值“guessed”不在列表内；可用：official（法定）"),
        ({"data_status": "true"}, "数据性质的值"),
        ({"colour": "red"}, "没有字段“colour”"),
        ({"version": 7}, "没有字段“version”"),
        ({"row_hash": "0"}, "没有字段“row_hash”"),
        ({"name": None}, "缺少必填项“楼院名称”"),
        ({"source": ""}, "缺少必填项“数据来源”"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    small_store: Store, facts: dict[str, Any], message: str
) -> None:
    refuse(small_store, message, **facts)


@pytest.mark.parametrize("stage", ["survey", "operation", "suspended", "removed"])
def test_a_stage_event_is_a_stage_or_an_interruption(small_store: Store, stage: str) -> None:
    insert(small_store, "stage_event", **recorded(compound_id="C1", stage=stage))
    refuse(small_store, "阶段的值", "stage_event", **recorded(compound_id="C1", stage="lunch"))


@pytest.mark.parametrize("percent", [-1, 100.5])
def test_progress_lies_between_nothing_and_all(small_store: Store, percent: float) -> None:
    refuse(
        small_store,
        "形象进度（%）应在 0 到 100 之间",
        "progress_report",
        **report("W1", "2026-11-20", percent),
    )


@pytest.mark.parametrize("moment", [datetime(2026, 11, 20, 9, tzinfo=UTC), "2026-11-20", 20261120])
def test_a_day_is_neither_a_time_nor_a_text(small_store: Store, moment: Any) -> None:
    row = {**report("W1", "2026-11-20", 50), "reported_on": moment}
    refuse(small_store, "填报日期应为日期", "progress_report", **row)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"planned_start_from": date(2026, 3, 1)}, "计划开工精度没有填写"),
        ({"planned_start_precision": "day"}, "必须有起止日"),
        (
            {
                "planned_start_from": date(2026, 3, 9),
                "planned_start_to": date(2026, 3, 1),
                "planned_start_precision": "month",
            },
            "早于起日",
        ),
    ],
)
def test_a_fuzzy_date_must_make_sense(small_store: Store, plan: dict[str, Any], message: str) -> None:
    refuse(small_store, message, "work_item", **{**ITEMS[0], **SOURCED, **plan, "id": "W9"})


def test_a_single_polygon_becomes_a_multipolygon_in_two_dimensions(small_store: Store) -> None:
    tall = Polygon([(113.68, 34.75, 5), (113.69, 34.75, 5), (113.69, 34.76, 5)])
    row = small_store.row("compound", insert(small_store, geometry=tall))
    assert row
    assert row["geometry"].wkt.startswith("MULTIPOLYGON (((")


@pytest.mark.parametrize("empty", [Polygon(), MultiPolygon()])
def test_an_empty_boundary_stays_empty_and_out_of_the_index(small_store: Store, empty: Any) -> None:
    row = small_store.row("compound", insert(small_store, geometry=empty))
    assert row
    assert row["geometry"].is_empty
    assert small_store.check() == []


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (Point(113.68, 34.75), "应为 MultiPolygon，得到 Point"),
        (LineString([(0, 0), (1, 1)]), "得到 LineString"),
        (GeometryCollection([box(0, 0, 1, 1)]), "得到 GeometryCollection"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", "得到 str"),
        (Polygon([(0, 0), (float("inf"), 0), (1, 1)]), "无穷大"),
    ],
)
def test_a_boundary_of_another_kind_is_refused(small_store: Store, shape: Any, message: str) -> None:
    refuse(small_store, message, geometry=shape)


def test_an_unknown_layer_is_refused_with_those_that_exist(small_store: Store) -> None:
    with pytest.raises(BadValue, match="可用：district"), small_store.commit(author=AUTHOR) as save:
        save.insert("compounds", {})
