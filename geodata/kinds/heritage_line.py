"""The wall (城垣): surviving segments and the circuit, as lines."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.heritage_zone import SITE_NAMES
from geodata.kinds.kind import Kind

_LAYER = "heritage_line"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="heritage_line",
    label="城垣表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "线段编号", "城垣编号"),
        _column("site_id", *SITE_NAMES, required=True, example="郑州商代遗址"),
        _column("kind", "类别", "城垣类型", required=True, example="残存城垣"),
        _column(
            "name",
            "段名",
            "城垣名称",
            "墙段名称",
            most_characters=declaring.NAME_CHARACTERS,
            example="东城墙北段",
        ),
        _column("side", "方向", "墙面", most_characters=20, example="东"),
        _column(
            "published_length_m",
            "公布长度",
            "长度",
            "长度（米）",
            unit="m",
            units=units.METRES,
            most=100_000,
            improbable_over=20_000,
        ),
        declaring.boundary_status(_LAYER),
        *declaring.provenance(_LAYER),
    ),
    key=("site_id", "kind", "name"),
    geometry="MultiLineString",
    hint="一个要素一段城垣",
    defaults=(*declaring.DEFAULTS, declaring.BOUNDARY_DEFAULT),
)
