"""Heritage zones (文物区划): protection and control zones with the document that promulgated them."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.kind import Kind

_LAYER = "heritage_zone"
_column = partial(declaring.column, _LAYER)

SITE_NAMES = ("文保单位", "文物保护单位名称", "遗址名称", "文物名称")

KIND = Kind(
    code="heritage_zone",
    label="文物区划表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "区划编号"),
        _column("site_id", *SITE_NAMES, required=True, example="郑州商代遗址"),
        _column("zone_class", "区划类型", "类别", "保护区划", "区划", required=True, example="保护范围"),
        _column(
            "name",
            "区划名称",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="保护范围（东城墙段）",
        ),
        _column("promulgated_by", "批准机关", "发布机关", example="河南省人民政府"),
        _column("document_no", "文号", "批准文号", "公布文件", example="豫政〔2006〕某号"),
        _column("effective_from", "公布日期", "生效日期", "起始日期", example="2006-01-01"),
        _column("effective_to", "废止日期", "截止日期"),
        declaring.boundary_status(_LAYER),
        _column("height_limit_m", "限高", "建筑限高", "建筑高度限制", unit="m", units=units.METRES, most=500),
        _column("layer_version", "版本号", "数据版本"),
        *declaring.provenance(_LAYER),
    ),
    key=("site_id", "zone_class", "name"),
    geometry="MultiPolygon",
    hint="一个要素一个区划；公布机关、文号、施行日期照公布文件填写，没有核定的界线性质不要填“法定”",
    defaults=(*declaring.DEFAULTS, declaring.BOUNDARY_DEFAULT),
)
