"""Funding (资金): what a source was to give for a compound, what arrived, and what was paid from it."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Kind, Spread
from geodata.kinds.work_item import COMPOUND_NAMES
from geodata.vocabulary import FundSource

_LAYER = "funding"
_column = partial(declaring.column, _LAYER)

_SOURCES: dict[FundSource, tuple[str, ...]] = {
    FundSource.CENTRAL: ("中央", "中央补助", "中央资金", "中央预算内投资"),
    FundSource.PROVINCIAL: ("省", "省级", "省级补助", "省级资金"),
    FundSource.MUNICIPAL: ("市", "市级", "市级补助", "市级奖补", "市级资金"),
    FundSource.DISTRICT: ("区", "区级", "区级资金", "区级配套"),
    FundSource.SPECIAL_BOND: ("专项债", "专项债券"),
    FundSource.UTILITY: ("专业单位", "专业经营单位", "专业经营单位出资", "管线单位"),
    FundSource.RESIDENT: ("居民", "居民出资", "居民自筹"),
    FundSource.SOCIAL: ("社会资本", "社会力量"),
}
_SHORT = ("中央", "省", "市", "区", "居民", "专业单位")  # says nothing without a heading above
_PLANNED = ("总投资", "计划", "投资", "资金来源", "资金筹措", "资金构成")
_AMOUNTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "planned_cny": ("计划（元）", _PLANNED),
    "arrived_cny": ("到位（元）", ("到位",)),
    "paid_cny": ("支付（元）", ("支付", "拨付")),
}


def _spreads() -> tuple[Spread, ...]:
    """For each amount and source the headings below a group; a full name of a source alone is a planned amount."""
    found = []
    for column, (label, words) in _AMOUNTS.items():
        for source, names in _SOURCES.items():
            sets = (("fund_source", source.value),)
            told = f"{label}·{source.label}"
            found.append(Spread(source.value, told, column, sets, names, words))
            if column == "planned_cny":
                alone = tuple(name for name in names if name not in _SHORT)
                found.append(Spread(source.value, told, column, sets, alone))
    return tuple(found)


KIND = Kind(
    code="funding",
    label="资金台账",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "资金编号"),
        declaring.street_of_compound(),
        _column("compound_id", *COMPOUND_NAMES, required=True, example="西大街 12 号院"),
        _column("fund_source", "来源类别", "资金类别", "资金渠道", required=True, example="中央补助"),
        declaring.money(
            _LAYER, "planned_cny", "计划金额", "计划资金", "计划投资", "安排金额", example="1200000"
        ),
        declaring.money(_LAYER, "arrived_cny", "到位资金", "到位金额", "已到位", example="800000"),
        declaring.money(_LAYER, "paid_cny", "支付金额", "已支付", "拨付金额", "已拨付", example="500000"),
        *declaring.provenance(_LAYER),
    ),
    key=("compound_id", "fund_source"),
    hint="一行一个楼院一个来源；也认得来源分栏的宽表（总投资下分中央、省、市、区……）",
    defaults=declaring.DEFAULTS,
    spreads=_spreads(),
)
