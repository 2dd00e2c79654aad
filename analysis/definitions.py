"""The text behind each figure: what is counted, in which unit, from which rows, by which rule."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.rules import CountingRule, EstateCompletion


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure explained: `code` is its column in the tables of `analysis`, `scope` what is left out."""

    code: str
    label: str
    unit: str
    formula: str
    scope: str
    source: str


_REGISTER = "不含批准调出的，不含不计入全区合计的街道；截至所选日期"
_BATCH = (
    "只计年度批次等于该年度的小区，已剔除批准调出；"
    "没有年度计划、户数不全或缺年度批次时不出率，显示“—”并注明原因"
)
_REPORTS = "进度填报、阶段记录（已被更正的不计）"
_HOUSEHOLDS = "楼院表“户数”（没有户数的楼院不计，另列个数）与小区状态"
_NATIONAL = "年度计划表及其文号；口径同全国通报：计划任务数、开工数、开工率，小区与户数双口径"
_FINISHED = "全部工程项填报到 100%，或已验收、已移交"
_ESTATE_FINISHED = {
    EstateCompletion.ALL_ITEMS: f"所有未调出楼院均{_FINISHED}",
    EstateCompletion.ALL_COMPOUNDS_ACCEPTED: "所有未调出楼院均已验收或已移交",
}


def definitions(rule: CountingRule | None = None) -> list[Definition]:
    """Every figure that the pages show, in table order, with the thresholds of `rule` in the text."""
    rule = rule or CountingRule()
    return [*_registered(), *_buckets(rule), *_rates(), *_progress(), *_lights(rule)]


def _registered() -> list[Definition]:
    return [
        Definition("estates", "小区", "个", "小区（统计计数单位）个数", _REGISTER, "小区表"),
        Definition("compounds", "楼院", "个", "楼院（工作单位）个数", _REGISTER, "楼院表"),
        Definition("households", "户数", "户", "有户数的楼院户数之和", _REGISTER, "楼院表“户数”"),
        Definition("households_missing", "无户数楼院", "个", "没有户数的楼院个数", _REGISTER, "楼院表“户数”"),
    ]


def _buckets(rule: CountingRule) -> list[Definition]:
    """Each status bucket in the three units: label, how an estate and how a compound comes to be in it."""
    begun = f"任一工程项形象进度大于 {rule.start_threshold_pct:g}%，或有施工及以后阶段、停复工记录"
    texts: dict[str, tuple[str, str, str]] = {
        "not_started": (
            "未开工",
            "所有未调出楼院均未开工",
            "有计划日期、前期阶段记录或 0% 填报，而没有开工；没有任何记录的另计为暂无数据来源",
        ),
        "started": (
            "已开工",
            f"任一楼院已开工（{begun}）；累计口径，含停工、完工、验收、移交",
            f"{begun}；累计口径，含停工、完工、验收、移交",
        ),
        "under_way": ("在施", "已开工而未完工，含停工", "已开工而未完工，含停工"),
        "completed": (
            "完工",
            f"{_ESTATE_FINISHED[rule.estate_completed_when]}；累计口径，含验收、移交",
            f"{_FINISHED}；累计口径，含验收、移交",
        ),
        "accepted": (
            "已验收",
            "所有未调出楼院均已验收；累计口径，含移交",
            "有验收记录且没有未到 100% 的工程项，或已移交、已进入长效管理；累计口径",
        ),
        "suspended": (
            "停工",
            "有楼院停工，而没有其他楼院在施；仍计入已开工",
            "最近一次停复工记录为停工；仍计入已开工",
        ),
        "removed": ("调出", "所有楼院均经批准调出；不计入总数", "有调出记录（须有文号）；不计入总数"),
        "unknown": (
            "暂无数据来源",
            "没有开工记录，且有楼院暂无数据来源；不等于未开工",
            "没有计划日期、阶段记录和进度填报；不等于未开工",
        ),
    }
    return [one for bucket, text in texts.items() for one in _bucket(bucket, *text)]


def _bucket(bucket: str, label: str, of_estate: str, of_compound: str) -> list[Definition]:
    of_households = f"{label}小区的全部户数；不属于任何小区的楼院按楼院自身状态；调出楼院的户数另计"
    scope = "不含不计入全区合计的街道；截至所选日期" if bucket == "removed" else _REGISTER
    return [
        Definition(f"estates_{bucket}", f"{label}小区", "个", of_estate, scope, _REPORTS),
        Definition(f"compounds_{bucket}", f"{label}楼院", "个", of_compound, scope, _REPORTS),
        Definition(f"households_{bucket}", f"{label}户数", "户", of_households, scope, _HOUSEHOLDS),
    ]


def _rates() -> list[Definition]:
    units = (("estates", "小区数", "小区"), ("households", "户数", "户"))
    of_plan = [
        Definition(
            f"{code}_{unit}",
            f"{label}（{short}）",
            "%",
            f"本年度批次{bucket}小区的{name} ÷ 年度计划{name}",
            _BATCH,
            _NATIONAL,
        )
        for code, label, bucket in (("start_rate", "开工率", "已开工"), ("completion_rate", "完工率", "完工"))
        for unit, name, short in units
    ]
    of_register = [
        Definition(
            f"{code}_{unit}",
            f"{bucket}占登记数（{short}）",
            "%",
            f"{bucket}小区的{name} ÷ 登记{name}；不是对年度计划的比率",
            f"{_REGISTER}；户数不全时不出户数占比",
            "小区表、楼院表",
        )
        for code, bucket in (("share_started", "已开工"), ("share_completed", "完工"))
        for unit, name, short in units
    ]
    return [*of_plan, *of_register]


def _progress() -> list[Definition]:
    return [
        Definition(
            "progress_pct",
            "加权形象进度",
            "%",
            "Σ(工程项进度×权重) ÷ Σ权重；全部工程项都有预算时以预算为权重，否则等权",
            "只计进度已知的工程项：取最近一次填报；"
            "没有填报而计划开工日未到、或阶段仍在施工前的按 0，其余未知不计",
            "进度填报、工程项“预算”；领域资料 §5.1 第 4 项",
        ),
        Definition(
            "planned_pct",
            "计划形象进度",
            "%",
            "每个工程项自计划开工最早日到计划完工最晚日线性推进，再按同一权重平均",
            "只计有计划起止日且进度已知的工程项；尚在计划开工期内且未开工的按 0 计",
            "工程项计划日期",
        ),
        Definition(
            "deviation_pp",
            "进度偏差",
            "个百分点",
            "实际形象进度 − 计划形象进度，负数为滞后",
            "只计既有计划起止日又有进度的工程项",
            "领域资料 §5.1 第 5 项",
        ),
    ]


def _lights(rule: CountingRule) -> list[Definition]:
    delayed = (
        f"停工；或任一工程项完工超期（R4）；或开工逾期超过 {rule.late_start_yellow_days} 天（R1）；"
        f"或滞后大于 {rule.delay_pp:g} 个百分点（R2）"
    )
    at_risk = (
        f"开工逾期 1-{rule.late_start_yellow_days} 天（R1）；"
        f"或滞后 {rule.risk_pp:g}-{rule.delay_pp:g} 个百分点（R2）；"
        f"或距计划完工不超过 {rule.due_soon_days} 天而进度不足 {rule.due_soon_pct:g}%（R3）；"
        "已列严重滞后的不重复计"
    )
    scope = f"{_REGISTER}；计划日期为旬、月的，过了最后一天才算逾期；缺计划日期或填报的不作判断"
    source = "领域资料 §5.2 预警规则 R1-R4（建议默认值，可配置）"
    hold = "任一工程项的文物部门意见或考古调查勘探待报、已报待批、未同意，或在所选日期之后才办结"
    return [
        Definition("estates_delayed", "严重滞后小区", "个", f"任一未调出楼院{delayed}", scope, source),
        Definition("compounds_delayed", "严重滞后楼院", "个", delayed, scope, source),
        Definition("estates_at_risk", "预警小区", "个", f"任一未调出楼院{at_risk}", scope, source),
        Definition("compounds_at_risk", "预警楼院", "个", at_risk, scope, source),
        Definition("heritage_hold", "涉文物待批楼院", "个", hold, _REGISTER, "许可与文物手续表"),
    ]
