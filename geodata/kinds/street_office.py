"""Street offices (街道办事处) with their boundaries."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Default, Kind

_LAYER = "street_office"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="street_office",
    label="街道界线",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "街道代码", "街道编码", "代码", "行政区划代码", hint="九位统计用区划代码"),
        _column(
            "name",
            "街道名称",
            "街道",
            "街道办事处",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="西大街街道",
        ),
        _column(
            "in_totals",
            "是否计入合计",
            "计入合计",
            example="是",
            hint="开发区托管等不计入本区的填“否”；没有给出的记“是”",
        ),
        declaring.boundary_status(_LAYER),
        *declaring.provenance(_LAYER),
    ),
    key=("name",),
    geometry="MultiPolygon",
    hint="一个要素一个街道办事处",
    defaults=(*declaring.DEFAULTS, declaring.BOUNDARY_DEFAULT, Default("in_totals", "记“是”", True)),
)
