"""Renewal areas (片区): pilot areas and the extents of projects."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Kind

_LAYER = "renewal_area"
_column = partial(declaring.column, _LAYER)

KIND = Kind(
    code="renewal_area",
    label="片区表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "片区编号"),
        _column(
            "name",
            "片区名称",
            "片区",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="西大街示范片区",
        ),
        _column("kind", "片区类型", "类别", required=True, example="示范片区"),
        _column("is_pilot", "是否示范", "示范", required=True, example="是"),
        _column("street_code", "街道名称", "街道代码", "所属街道", example="西大街街道"),
        declaring.boundary_status(_LAYER),
        *declaring.provenance(_LAYER),
    ),
    key=("name",),
    geometry="MultiPolygon",
    hint="一个要素一个片区",
    defaults=(*declaring.DEFAULTS, declaring.BOUNDARY_DEFAULT),
)
