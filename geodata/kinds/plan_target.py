"""Plan targets (年度计划): how many estates and households of a street office a year's plan covers."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.kind import Kind

_LAYER = "plan_target"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="plan_target",
    label="年度计划表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "计划编号"),
        declaring.year(_LAYER, "year", "计划年度", "年份", "年度批次", required=True, example="2026"),
        _column(
            "street_code",
            "街道名称",
            "街道代码",
            "所属街道",
            "街道（乡镇）",
            "街道办事处",
            required=True,
            example="西大街街道",
        ),
        _column(
            "estates",
            "小区数",
            "计划改造小区数",
            "计划任务数（个）",
            "计划小区",
            units=units.ESTATES,
            most=10_000,
            improbable_over=500,
            example="12",
        ),
        _column(
            "households",
            "户数",
            "计划改造户数",
            "涉及户数",
            "涉及居民户数",
            unit="户",
            units=units.HOUSEHOLDS,
            most=1_000_000,
            improbable_over=100_000,
            example="2350",
        ),
        _column("document_no", "文号", "计划文件", example="管城改〔2026〕3号"),
        *declaring.provenance(_LAYER),
    ),
    key=("year", "street_code"),
    hint="一行一个街道一个年度",
    defaults=declaring.DEFAULTS,
)
