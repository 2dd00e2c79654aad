"""Stage events (阶段记录): when a compound reached a stage, was stopped, resumed, or left the programme."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring
from geodata.kinds.kind import Kind, Spread
from geodata.kinds.work_item import COMPOUND_NAMES
from geodata.vocabulary import Interruption, Stage

_LAYER = "stage_event"
_column = partial(declaring.column, _LAYER)

_WIDE: dict[Stage | Interruption, tuple[str, ...]] = {
    Stage.SURVEY: ("摸排时间", "摸底时间", "摸排日期"),
    Stage.CHECKUP: ("体检时间", "体检日期"),
    Stage.CONSULTATION: ("征求意见时间", "征求意见日期"),
    Stage.DESIGN: ("方案设计时间", "设计完成时间"),
    Stage.REVIEW: ("居民审议时间", "三审时间"),
    Stage.HERITAGE_PRECHECK: ("文物预检时间", "文物预检日期"),
    Stage.NOTICE: ("公示时间", "公示日期", "公示开始"),
    Stage.APPROVAL: ("审批时间", "立项时间", "立项批复时间"),
    Stage.TENDER: ("中标时间", "招标时间", "中标日期"),
    Stage.CONSTRUCTION: ("实际开工", "实际开工时间", "实际开工日期", "开工日期", "开工时间"),
    Stage.ACCEPTANCE: ("验收日期", "验收时间", "竣工验收日期", "竣工验收时间"),
    Stage.HANDOVER: ("移交日期", "移交时间"),
    Interruption.SUSPENDED: ("停工日期", "停工时间"),
    Interruption.RESUMED: ("复工日期", "复工时间"),
}

KIND = Kind(
    code="stage_event",
    label="阶段记录表",
    layer=_LAYER,
    columns=(
        declaring.number(_LAYER, "记录编号"),
        declaring.street_of_compound(),
        _column("compound_id", *COMPOUND_NAMES, required=True, example="西大街 12 号院"),
        _column("stage", "改造阶段", "环节", "流程阶段", "当前阶段", required=True, example="施工"),
        _column(
            "occurred",
            "日期",
            "时间",
            "完成日期",
            "进入日期",
            "发生时间",
            example="2026年3月上旬",
            hint="只知道旬、月、季、年的照实写",
        ),
        _column("evidence", "依据", "依据文号", "文号", "依据文件", example="管城改〔2026〕8号"),
        *declaring.provenance(_LAYER),
    ),
    key=("compound_id", "stage", "occurred_from"),
    hint="一行一个阶段；也认得每个阶段一栏的宽表（实际开工、验收日期……）",
    defaults=(*declaring.DEFAULTS, *declaring.APPEND_DEFAULTS),
    spreads=tuple(
        Spread(stage.value, f"发生日期·{stage.label}", "occurred", (("stage", stage.value),), names)
        for stage, names in _WIDE.items()
    ),
)
