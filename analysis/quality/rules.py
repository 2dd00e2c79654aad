"""The one table of rules of the quality watch: what is looked at, how bad it is, who puts it right and how."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.vocabulary import DataKeeper, FindingSeverity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `severity` is the usual one (a finding may be milder, and says why); `layer` holds the record meant.

    `meaning` says what is looked for, `remedy` what to do, `source` why this is asked.
    """

    code: str
    label: str
    severity: FindingSeverity
    keeper: DataKeeper
    layer: str
    meaning: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the rules draw their lines; metres, m², days, degrees, shares 0..1."""

    least_overlap_m2: float = 0.1
    sliver_width_m: float = 0.5
    duplicate_share: float = 0.5
    same_place_share: float = 0.9
    similar_name: float = 0.6
    gap_m: float = 2.0
    gap_length_m: float = 5.0
    outside_m2: float = 1.0
    outside_m: float = 0.5
    mostly_outside: float = 0.5
    crumb_m2: float = 10.0
    most_vertices: int = 2000
    dense_vertices: int = 200
    dense_spacing_m: float = 0.3
    spike_degrees: float = 5.0
    spike_leg_m: float = 2.0
    first_year: int = 1900
    most_storeys: int = 60
    area_per_household_m2: tuple[float, float] = (10.0, 400.0)
    stale_days: int = 30


_E, _W, _N = FindingSeverity.ERROR, FindingSeverity.WARNING, FindingSeverity.NOTICE
_STREET, _OFFICE, _MAPPER = DataKeeper.STREET, DataKeeper.OFFICE, DataKeeper.MAPPER
_OWN = "本系统核对规则"
_STANDARD = "GB/T 24356 测绘成果质量检查与验收"
_LEDGER = "台账勾稽关系"

# fmt: off
RULES: tuple[Rule, ...] = (
    # Boundaries by themselves.
    Rule("invalid", "边界自相交", _E, _MAPPER, "compound", "边界线自己交叉，或环重叠，面积无意义", "在落图页移开交叉的顶点，或采用给出的修复", _STANDARD),
    Rule("spike", "边界有尖刺", _W, _MAPPER, "compound", "两条长边之间夹角小于 5°，多为误点或坐标抄错", "在落图页删去尖角的顶点", _STANDARD),
    Rule("crumb", "边界有碎块", _W, _MAPPER, "compound", "有面积不到 10 m² 的块，多为误画", "在落图页删去碎块，或画大", _STANDARD),
    Rule("multipart", "边界分成几块", _N, _MAPPER, "compound", "一个楼院的边界不相连", "核对是否确为飞地；不是的，拆成几个楼院或合为一块", _OWN),
    Rule("vertices", "边界顶点过多", _N, _MAPPER, "compound", "顶点超过 2,000 个，或平均每 0.3 m 就有一个", "在落图页简化，或换用未经加密的测绘成果", _OWN),
    # Boundaries against each other.
    Rule("duplicate_place", "疑似同一楼院", _E, _OFFICE, "compound", "两个楼院的边界几乎相同，或大半重叠而名称相近", "核对后归档其中一个；确为两个的，改正边界", _OWN),
    Rule("overlap", "边界重叠", _E, _MAPPER, "compound", "两个楼院的边界重叠", "现场核对界线后在落图页改正其中一个；落图时可用“裁掉重叠”", _STANDARD),
    Rule("sliver", "边界有重叠窄条", _W, _MAPPER, "compound", "两个楼院沿共同边重叠成平均不到 0.5 m 宽的窄条", "在落图页把两院的共同边吸附到一起", _STANDARD),
    Rule("gap", "相邻边界间有窄缝", _N, _MAPPER, "compound", "两个楼院相距不到 2 m，并排 5 m 以上，多为没有吸附", "确为同一道墙的，在落图页吸附；确有夹道的，认可并写明", _OWN),
    # Boundaries against the street offices and the district.
    Rule("outside_street", "超出所属街道", _W, _OFFICE, "compound", "边界有一部分在登记的街道以外", "核对登记的街道与边界；街道界线为示意时只作参考", _OWN),
    Rule("position_outside", "位置不在所属街道", _W, _OFFICE, "compound", "没有边界，大致位置连同不确定范围都在登记的街道以外", "核对登记的街道与位置；街道界线为示意时只作参考", _OWN),
    Rule("outside_district", "超出本区", _W, _OFFICE, "compound", "边界有一部分在区界以外", "核对坐标基准与边界；区界为示意时只作参考", _OWN),
    # Who is who.
    Rule("duplicate_name", "同街道重名", _W, _OFFICE, "compound", "同一街道有名称相同（不计全半角、空格、数字写法）的楼院", "核对是否重复登记；不是的，把名称写全", _OWN),
    Rule("two_streets", "分属两个街道", _E, _OFFICE, "compound", "楼院登记的街道与所属社区或小区的街道不同", "核对后改正楼院的街道，或所属社区、小区", _LEDGER),
    # Values.
    Rule("built_year", "建成年份不可能", _E, _STREET, "compound", "建成年份在将来，或早于 1900 年", "按房产档案改正", _OWN),
    Rule("no_households", "有楼栋而户数为 0", _E, _STREET, "compound", "楼栋数大于 0，户数却填 0；不知道应留空", "核对户数；不知道的留空，不填 0", _LEDGER),
    Rule("no_buildings", "有户数而楼栋为 0", _E, _STREET, "compound", "户数大于 0，楼栋数却填 0；不知道应留空", "核对楼栋数；不知道的留空，不填 0", _LEDGER),
    Rule("storeys", "层数不可能", _E, _STREET, "compound", "层数为 0 或超过 60", "核对层数", _OWN),
    Rule("household_area", "户均面积异常", _W, _STREET, "compound", "建筑面积 ÷ 户数不在 10–400 m² 之间，多为单位（㎡、万㎡）或户数有误", "核对建筑面积的单位与户数", _OWN),
    Rule("floor_area", "建筑面积超出边界", _W, _OFFICE, "compound", "建筑面积大于边界面积 × 层数，放不下", "核对建筑面积、层数与边界", _OWN),
    # Contradictions between records.
    Rule("accepted_unfinished", "已验收而工程未完", _E, _STREET, "compound", "已有验收或移交记录，仍有工程项低于 100%", "补报进度，或更正阶段记录", _LEDGER),
    Rule("finish_before_start", "计划完工早于开工", _E, _OFFICE, "work_item", "计划完工的最晚日期早于计划开工的最早日期", "改正计划日期", _LEDGER),
    Rule("progress_fell", "进度倒退", _E, _STREET, "work_item", "后一次填报的进度低于前一次，且没有更正前一次", "填错的用“更正”改正那一条；确实返工的，认可并写明", _LEDGER),
    Rule("progress_after_stop", "停工或调出后仍有进度", _E, _STREET, "compound", "停工后进度仍在增加，或调出后仍有填报", "登记复工，或更正填报、更正停工与调出的记录", _LEDGER),
    Rule("dated_ahead", "日期在将来", _E, _STREET, "compound", "填报或阶段记录的日期晚于业务日期", "更正日期", _LEDGER),
    Rule("funding_excess", "资金超出", _E, _OFFICE, "funding", "到位或支付大于计划，或支付大于到位", "核对资金台账的单位（元、万元）与数值", _LEDGER),
    Rule("paid_over_budget", "支付超过预算", _W, _OFFICE, "work_item", "累计支付大于该工程项的预算", "核对预算与支付的单位；有变更的补登预算", _LEDGER),
    # What gets old, what is lacking.
    Rule("stale", "久未填报", _W, _STREET, "compound", "已开工未完工，有在施工程 30 天以上没有填报；情况不明，不算正常", "按现场填报进度；停工的登记停工", _OWN),
    Rule("missing_boundary", "没有边界", _W, _MAPPER, "compound", "没有边界，不能量算、核对文物区划", "落图：描绘边界，或先标大致位置", _OWN),
    Rule("missing_facts", "缺关键信息", _N, _STREET, "compound", "户数、楼栋数、建筑面积、建成年份有空缺", "按摸排表补填；不知道的留空，不填 0", _OWN),
    Rule("missing_plan", "缺计划日期", _N, _OFFICE, "compound", "有工程项没有计划开工或完工日期，快慢无法判断", "补填计划日期", _OWN),
)
# fmt: on

BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
