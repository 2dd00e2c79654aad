"""Protected sites (文物保护单位) that zones and walls belong to."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.kind import Kind

_LAYER = "heritage_site"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="heritage_site",
    label="文物保护单位表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "文物编号"),
        _column(
            "name",
            "文物名称",
            "文保单位",
            "单位名称",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="郑州商代遗址",
        ),
        _column("level", "保护级别", "文物级别", example="全国重点文物保护单位"),
        _column("document_no", "公布批次", "公布文号", "批次", example="第一批"),
        _column(
            "published_area_km2",
            "公布面积",
            "面积（km²）",
            unit="km²",
            units=units.SQUARE_KILOMETRES,
            most=1000,
            improbable_over=100,
        ),
        *declaring.provenance(_LAYER),
    ),
    key=("name",),
    hint="一行一处",
    defaults=declaring.DEFAULTS,
)
