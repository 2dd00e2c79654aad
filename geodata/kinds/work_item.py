"""Works items (工程项): what is built in a compound, how much of it, for how much, and when it is planned."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.kind import Default, Kind

_LAYER = "work_item"
_column = partial(declaring.column, _LAYER)

COMPOUND_NAMES = (
    "楼院名称",
    "楼院编号",
    "小区（楼院）名称",
    "楼院（小区）名称",
    "所属楼院",
    "改造楼院",
    "小区名称",
)
"""What ledgers about compounds call the column that names the compound."""

TYPE_NAMES = ("改造内容", "工程类别", "类型", "工程类型代码", "改造项目")
PHASE_NAMES = ("期次", "工程分期")

KIND = Kind(
    code="work_item",
    label="工程台账",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "工程编号", "工程项编号"),
        declaring.street_of_compound(),
        _column("compound_id", *COMPOUND_NAMES, required=True, example="西大街 12 号院"),
        _column("type_code", *TYPE_NAMES, required=True, example="屋面维修（防水）"),
        _column(
            "name",
            "工程项名称",
            "工程项",
            most_characters=declaring.NAME_CHARACTERS,
            example="1—3 号楼屋面防水",
        ),
        _column(
            "phase",
            *PHASE_NAMES,
            units=(("期", 1),),
            least=1,
            most=99,
            example="1",
            hint="没有给出的记第 1 期",
        ),
        _column(
            "quantity",
            "数量",
            "工程数量",
            "改造数量",
            "工程量（约）",
            most=1e9,
            improbable_over=1e7,
            example="约3200㎡",
            hint="可以写“约”“余”“近”和单位，分别存为约数、数量和单位",
        ),
        _column(
            "unit", "计量单位", "工程量单位", most_characters=20, example="m²", hint="没有给出的按工程类型"
        ),
        _column("approx", "约数标记", "是否约数", hint="确数、约、近、余；工程量里写了的以工程量为准"),
        declaring.money(
            _LAYER, "budget_cny", "预算", "预算金额", "工程预算", "概算", "投资", "投资额", example="480000"
        ),
        _column(
            "planned_start", "计划开工日期", "计划开工时间", "拟开工时间", "开工计划", example="2026-04-10"
        ),
        _column(
            "planned_finish",
            "计划完工日期",
            "计划完工时间",
            "计划竣工",
            "计划竣工时间",
            "完工计划",
            example="2026年9月下旬",
        ),
        _column(
            "excavation_depth_m",
            "开挖深度",
            "动土深度",
            "挖深",
            unit="m",
            units=units.METRES,
            most=100,
            improbable_over=20,
        ),
        *declaring.provenance(_LAYER),
    ),
    key=("compound_id", "type_code", "phase"),
    geometry="MultiPolygon",
    hint="一行一个工程项；同一楼院同一类型分期实施的，分期写 1、2、3",
    defaults=(*declaring.DEFAULTS, Default("phase", "记第 1 期", 1)),
)
