"""Progress reports (进度填报): how far a works item is on a day, and what was paid by then."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.kind import Kind
from geodata.kinds.work_item import COMPOUND_NAMES, PHASE_NAMES, TYPE_NAMES

_LAYER = "progress_report"
_column = partial(declaring.column, _LAYER)
_via = partial(declaring.column, "work_item", via="work_item_id")

KIND = Kind(
    code="progress_report",
    label="进度填报表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "填报编号"),
        _column(
            "work_item_id",
            "工程编号",
            "工程项编号",
            required=True,
            hint="填工程编号；不知道的留空，由楼院、工程类型、分期查找",
        ),
        declaring.street_of_compound(),
        _via("compound_id", *COMPOUND_NAMES, example="西大街 12 号院", hint="没有工程编号时必填"),
        _via("type_code", *TYPE_NAMES, example="屋面维修（防水）", hint="没有工程编号时必填"),
        _via(
            "phase",
            *PHASE_NAMES,
            units=(("期", 1),),
            least=1,
            most=99,
            example="1",
            hint="没有给出的按第 1 期",
        ),
        _column(
            "reported_on",
            "填报时间",
            "日期",
            "报送日期",
            "统计日期",
            "截止日期",
            required=True,
            example="2026-06-15",
        ),
        _column(
            "progress_pct",
            "形象进度",
            "进度",
            "进度（%）",
            "完成比例",
            "完成率",
            unit="%",
            units=units.PERCENT,
            required=True,
            example="65",
            hint="填 0 到 100；单元格为百分数格式的，按显示的百分数读",
        ),
        declaring.money(
            _LAYER, "paid_cny", "累计支付", "累计支付金额", "已支付", "支付金额", example="310000"
        ),
        *declaring.provenance(_LAYER),
    ),
    key=("work_item_id", "reported_on"),
    hint="一行一次填报；只增不改，填错的更正为新的一行",
    defaults=(*declaring.DEFAULTS, *declaring.APPEND_DEFAULTS),
)
