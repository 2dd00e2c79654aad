"""Communities (社区) and the street offices they belong to; the store keeps no boundary of them."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Kind

_LAYER = "community"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="community",
    label="社区表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "社区代码", "社区编码", "代码", "行政区划代码", hint="十二位统计用区划代码"),
        _column(
            "name",
            "社区名称",
            "社区",
            "社区居委会",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="北大街社区",
        ),
        _column(
            "street_code",
            "街道名称",
            "街道代码",
            "所属街道",
            "街道办事处",
            required=True,
            example="西大街街道",
        ),
        *declaring.provenance(_LAYER),
    ),
    key=("street_code", "name"),
    hint="一行一个社区；文件里的社区界线用来核对，不存边界",
    defaults=declaring.DEFAULTS,
)
