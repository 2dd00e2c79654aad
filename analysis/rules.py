"""Thresholds of counting and warning, with their defaults and where those come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geodata.errors import BadValue


class EstateCompletion(StrEnum):
    """When an estate (小区) counts as completed."""

    ALL_ITEMS = "all_items"
    ALL_COMPOUNDS_ACCEPTED = "all_compounds_accepted"


@dataclass(frozen=True, slots=True)
class CountingRule:
    """What counts as started and completed, and when a light turns yellow or red.

    Counting after the states reported upward (reference §2.4: 小区内任一改造内容实质性施工 is 已开工,
    计划内容全部 施工完成 is 完工); warning thresholds are the proposed defaults of reference §5.2.

    start_threshold_pct      an item is substantively started above this progress (per cent)
    late_start_yellow_days   R1: planned start missed by 1..n days is yellow, by more is red
    risk_pp, delay_pp        R2: behind plan by risk_pp..delay_pp percentage points is yellow, by more is red
    due_soon_days, due_soon_pct   R3: due within that many days and below that progress is yellow
    estate_completed_when    whether an estate needs all works finished, or all its compounds accepted as well
    """

    start_threshold_pct: float = 0.0
    late_start_yellow_days: int = 7
    risk_pp: float = 5.0
    delay_pp: float = 10.0
    due_soon_days: int = 15
    due_soon_pct: float = 90.0
    estate_completed_when: EstateCompletion = EstateCompletion.ALL_ITEMS

    def __post_init__(self) -> None:
        if not 0 <= self.start_threshold_pct < 100:
            raise BadValue(f"开工门槛 {self.start_threshold_pct}% 不在 0 与 100 之间")
        if not 0 <= self.risk_pp <= self.delay_pp:
            raise BadValue(f"黄色偏差 {self.risk_pp} 须不小于 0 且不大于红色偏差 {self.delay_pp}（百分点）")
        if self.late_start_yellow_days < 0 or self.due_soon_days < 0:
            raise BadValue("预警天数不能为负数")
