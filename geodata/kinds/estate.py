"""Estates (小区) that the programme counts; a compound belongs to one."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Kind

_LAYER = "estate"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="estate",
    label="小区表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "小区编号"),
        _column(
            "name",
            "小区",
            "名称",
            "小区（楼院）名称",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="西大街 12 号小区",
        ),
        _column(
            "street_code",
            "街道名称",
            "街道代码",
            "所属街道",
            "街道（乡镇）",
            required=True,
            example="西大街街道",
        ),
        _column("community_code", "社区名称", "社区代码", "所属社区"),
        _column("programme", "改造批次", "所属计划", "项目名称", example="2026 年老旧小区改造计划"),
        declaring.year(_LAYER, "batch_year", "计划年度", "批次", "年度", example="2026"),
        *declaring.provenance(_LAYER),
    ),
    key=("street_code", "name"),
    hint="一行一个小区",
    defaults=declaring.DEFAULTS,
)
