"""What ledgers call the terms of closed lists: other words that mean one term only, and words that may mean several."""

from __future__ import annotations

from geodata.vocabulary import FundSource, Ownership, PartyRole, Stage, Term, WorkType, ZoneClass
from geodata.vocabulary import Interruption as Halt

# fmt: off
_WORDS: dict[Term, str] = {
    Stage.SURVEY: "摸底 摸底调查 摸底排查 调查摸底 摸排登记",
    Stage.CHECKUP: "小区体检 房屋体检 楼院体检 先体检",
    Stage.CONSULTATION: "意见征集 征求居民意见 征询意见 意见征询 居民意见征集",
    Stage.DESIGN: "设计 方案编制 改造方案设计",
    Stage.REVIEW: "三审 三审定稿 初审 再议 居民三审",
    Stage.HERITAGE_PRECHECK: "文物预审 涉文物预检",
    Stage.NOTICE: "公示公告 方案公示 公示期",
    Stage.APPROVAL: "立项 立项批复 联合审查 立项审批",
    Stage.TENDER: "招投标 招标投标 中标",
    Stage.CONSTRUCTION: "开工 已开工 实际开工 在建 在施 进场施工",
    Stage.ACCEPTANCE: "竣工验收 已验收 联合验收",
    Stage.HANDOVER: "已移交 移交物业 管线移交",
    Stage.OPERATION: "长效 长效管护 后期管理",
    Halt.SUSPENDED: "停建 暂停施工 已停工",
    Halt.RESUMED: "恢复施工 已复工",
    Halt.REMOVED: "取消调出 移出计划 调出计划 已调出",
    WorkType.B01: "给水 自来水 供水管网 供水管道 供水管线 给水管网",
    WorkType.B02: "雨污水分流 排水管网 排水管网更新 排水管道 雨污水管网 雨污水堵塞 下水管网",
    WorkType.B03: "强电 供电线路 电力 供电设施",
    WorkType.B04: "弱电线路 弱电管线",
    WorkType.B05: "道路硬化 路面硬化 道路整修 道路修缮 小区道路 白改黑",
    WorkType.B06: "燃气 天然气 燃气管网 供气管网 燃气管道",
    WorkType.B07: "供暖 暖气 热力 供热管网 集中供热 集中供暖",
    WorkType.B08: "消防设施 消防通道",
    WorkType.B09: "安防设施 安防监控 门禁系统",
    WorkType.B10: "垃圾分类 垃圾分类设施",
    WorkType.B11: "通信基站 移动通信设施",
    WorkType.B12: "光纤 光纤到户",
    WorkType.B13: "架空线 架空线入地 线缆入地 飞线整治 飞线入地 上改下",
    WorkType.B14: "屋面防水 屋顶防水 楼顶防水 屋顶维修 屋面修缮 楼顶漏水",
    WorkType.B15: "外墙修缮 外墙粉刷 外墙脱落 外立面 外立面整治 外立面修缮",
    WorkType.B16: "楼梯 楼梯间 楼道 楼道修缮 楼道粉刷 楼道整治 公共部位维修 楼梯维修",
    WorkType.I01: "拆违 违建 拆除违建 违建拆除 拆除违章建筑 违章拆除 违法建设拆除",
    WorkType.I02: "小区绿化 绿化提升 绿地",
    WorkType.I03: "路灯 公共照明 照明设施",
    WorkType.I04: "适老化 适老",
    WorkType.I05: "无障碍 无障碍坡道 无障碍通道",
    WorkType.I06: "停车 停车位 停车场 停车库 立体车库 停车设施 车位",
    WorkType.I07: "电动自行车充电 电动自行车充电桩 电动自行车充电站",
    WorkType.I08: "汽车充电 汽车充电桩 新能源汽车充电桩 电动汽车充电桩",
    WorkType.I09: "快递柜 智能快递柜 快件箱",
    WorkType.I10: "信报箱 智能信报箱 信箱",
    WorkType.I11: "文化休闲 休闲设施 休闲场地 文化设施",
    WorkType.I12: "体育健身 健身设施 健身器材 健身场地 体育设施",
    WorkType.I13: "物业管理用房 物业办公用房",
    WorkType.I14: "外墙保温 外墙外保温 墙体节能保温 节能 建筑节能 节能保温",
    WorkType.I15: "电梯 加梯 电梯加装 既有住宅加装电梯",
    WorkType.U01: "社区服务中心 社区综合服务中心 社区综合服务",
    WorkType.U02: "卫生服务 卫生服务站 社区卫生服务站 公共卫生设施",
    WorkType.U03: "教育 幼儿园",
    WorkType.U04: "智能感知 周界防护",
    WorkType.U05: "养老 养老服务 养老服务中心 养老服务设施 助浴",
    WorkType.U06: "托育 托育服务",
    WorkType.U07: "助餐 助餐服务 社区食堂",
    WorkType.U08: "家政 家政服务",
    WorkType.U09: "菜市场 农贸市场",
    WorkType.U11: "邮政快递 快递驿站 快递服务站 邮政快递末端综合服务站",
    WorkType.L01: "楼体灯光 楼宇亮化",
    WorkType.L02: "空调移位 空调外机移位 空调外机移机",
    WorkType.L03: "防盗窗 防盗网 防盗窗拆除 防盗网规整",
    WorkType.L04: "围墙 围墙拆除",
    WorkType.L05: "门店整合 沿街门店 沿街门店整合 沿街门店业态整合提升",
    WorkType.L06: "小游园 街边小游园 街角游园 游园",
    Ownership.REFORM: "房改",
    Ownership.WORK_UNIT: "自管房 单位自管房 单位产",
    Ownership.COMMODITY: "商品 商品住宅",
    Ownership.HANDED_OVER_UTILITIES: "三供一业移交",
    FundSource.CENTRAL: "中央 中央资金 中央财政 中央补助资金 中央预算内 中央预算内投资",
    FundSource.PROVINCIAL: "省 省级 省补助 省补 省级资金 省财政 省级奖补",
    FundSource.MUNICIPAL: "市 市级 市补助 市补 市级资金 市财政 市级奖补",
    FundSource.DISTRICT: "区 区级 区补助 区财政 区级财政 区级配套 区配套",
    FundSource.SPECIAL_BOND: "专项债券 地方政府专项债 地方政府专项债券",
    FundSource.UTILITY: "专业单位 专营单位 专业经营单位 专业单位出资 管线单位",
    FundSource.RESIDENT: "居民 居民自筹 居民筹资 业主出资 维修资金 住宅专项维修资金 公积金",
    FundSource.SOCIAL: "社会 社会投资 社会资金",
    PartyRole.CLIENT: "业主单位 建设方 甲方",
    PartyRole.CONTRACTOR: "施工 施工方 施工企业 总承包单位 中标单位",
    PartyRole.DESIGNER: "设计 设计方 设计院",
    PartyRole.SUPERVISOR: "监理 监理方 监理公司 监理企业",
    PartyRole.PROPERTY_MANAGER: "物业 物业公司 物业企业 物业服务企业",
    ZoneClass.SITE_BODY: "本体 文物本体",
    ZoneClass.CONTROL: "建控地带 建控带 建控",
    ZoneClass.BURIAL: "埋藏区 地下埋藏区",
}

_SEVERAL: dict[str, tuple[Term, ...]] = {
    "防水": (WorkType.B14, WorkType.B15),
    "外墙": (WorkType.B15, WorkType.I14),
    "保温": (WorkType.B14, WorkType.I14),
    "维修": (WorkType.B14, WorkType.B15, WorkType.B16),
    "线路": (WorkType.B03, WorkType.B04, WorkType.B13),
    "管网": (WorkType.B01, WorkType.B02, WorkType.B06, WorkType.B07),
    "管线": (WorkType.B01, WorkType.B02, WorkType.B06, WorkType.B07, WorkType.B13),
    "亮化": (WorkType.I03, WorkType.L01),
    "道路整修亮化": (WorkType.B05, WorkType.I03),
    "监控": (WorkType.B09, WorkType.U04),
    "充电桩": (WorkType.I07, WorkType.I08),
    "充电设施": (WorkType.I07, WorkType.I08),
    "电动车充电桩": (WorkType.I07, WorkType.I08),
    "活动场地": (WorkType.I11, WorkType.I12),
    "通信": (WorkType.B04, WorkType.B11, WorkType.B12),
    "审议": (Stage.REVIEW, Stage.APPROVAL),
    "审查": (Stage.REVIEW, Stage.APPROVAL),
    "完工": (Stage.CONSTRUCTION, Stage.ACCEPTANCE),
    "竣工": (Stage.CONSTRUCTION, Stage.ACCEPTANCE),
    "补助": (FundSource.CENTRAL, FundSource.PROVINCIAL, FundSource.MUNICIPAL, FundSource.DISTRICT),
    "以奖代补": (FundSource.CENTRAL, FundSource.PROVINCIAL, FundSource.MUNICIPAL),
    "财政": (FundSource.CENTRAL, FundSource.PROVINCIAL, FundSource.MUNICIPAL, FundSource.DISTRICT),
}
# fmt: on


def words_of(term: Term) -> tuple[str, ...]:
    """Other words for a term."""
    return _ALSO.get((type(term), term.value), ())


def several(word: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms of a list that an ambiguous word may mean; none when it is not known to be one."""
    listed = {(type(one), one.value) for one in terms}
    return tuple(one for one in _SEVERAL.get(word, ()) if (type(one), one.value) in listed)


_ALSO = {(type(term), term.value): tuple(words.split()) for term, words in _WORDS.items()}
