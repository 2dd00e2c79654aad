"""Parties (参建单位): who builds, designs and supervises in a compound."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Kind, Spread
from geodata.kinds.work_item import COMPOUND_NAMES
from geodata.vocabulary import PartyRole

_LAYER = "party"
_column = partial(declaring.column, _LAYER)

_WIDE: dict[PartyRole, tuple[str, ...]] = {
    PartyRole.CLIENT: ("建设单位", "业主单位"),
    PartyRole.CONTRACTOR: ("施工单位", "施工企业", "中标单位"),
    PartyRole.DESIGNER: ("设计单位",),
    PartyRole.SUPERVISOR: ("监理单位", "监理企业"),
    PartyRole.PROPERTY_MANAGER: ("物业服务企业", "物业公司"),
}

KIND = Kind(
    code="party",
    label="参建单位表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "参建编号"),
        declaring.street_of_compound(),
        _column("compound_id", *COMPOUND_NAMES, required=True, example="西大街 12 号院"),
        _column("role", "单位类别", "参建角色", "单位类型", required=True, example="施工单位"),
        _column(
            "organisation",
            "单位名称",
            "企业名称",
            "参建单位",
            required=True,
            most_characters=declaring.NAME_CHARACTERS,
            example="某某建设有限公司",
        ),
        _column("contact", "联系方式", "联系人及电话", "联系电话", "项目负责人", personal=True),
        *declaring.provenance(_LAYER),
    ),
    key=("compound_id", "role", "organisation"),
    hint="一行一个单位；也认得每个角色一栏的宽表（设计单位、施工单位、监理单位）",
    defaults=declaring.DEFAULTS,
    spreads=tuple(
        Spread(role.value, f"单位·{role.label}", "organisation", (("role", role.value),), names)
        for role, names in _WIDE.items()
    ),
)
