"""Closed lists of the product: stored code, label that people read, one-line meaning, in display order.

A stored value is a stable lower-case code (works types keep their official letter-number codes).
Labels and meanings are Chinese because people read them. A test holds `docs/glossary.md` to this module.
Sources: national works classes after 国办发〔2020〕23号; counting states after the national statistical
survey on old-estate renovation; zone classes after the relics protection law.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A code with the label people read and a one-line meaning."""

    label: str
    meaning: str

    def __new__(cls, code: str, label: str = "", meaning: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label or code
        member.meaning = meaning
        return member

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Map each code to its label, in display order."""
        return {member.value: member.label for member in cls}


class DataStatus(Term):
    OFFICIAL = "official", "官方", "主管部门提供或核定"
    REPORTED = "reported", "报道", "公开报道或上报口述，未经主管部门核定"
    SYNTHETIC = "synthetic", "演示数据", "为演示编造，不是事实"


class BoundaryStatus(Term):
    OFFICIAL = "official", "法定", "由主管部门公布或核定的界线"
    SURVEYED = "surveyed", "实测", "测绘成果，未经核定公布"
    SCHEMATIC = "schematic", "示意", "描绘而成，不作划界依据"
    SYNTHETIC = "synthetic", "演示", "为演示编造的界线"
    UNCERTAIN = "uncertain", "位置不确定", "只知大致位置，以不确定圆表示，没有边界"
    MISSING = "missing", "无边界", "尚未落图"


class BoundaryReview(Term):
    PENDING = "pending", "待复核", "描绘或改动过，还没有第二个人看过"
    CONFIRMED = "confirmed", "已复核", "由描绘人以外的人核对无误"
    RETURNED = "returned", "退回修改", "复核人认为有误，写明原因"


class Stage(Term):
    SURVEY = "survey", "摸排", "逐院登记底数"
    CHECKUP = "checkup", "体检", "查清病害与短板"
    CONSULTATION = "consultation", "征求意见", "向居民征求改什么、怎么改"
    DESIGN = "design", "方案设计", "编制改造方案"
    REVIEW = "review", "居民审议", "初审、再议、三审定稿"
    HERITAGE_PRECHECK = "heritage_precheck", "文物预检", "核对工程与文物区划的关系"
    NOTICE = "notice", "公示", "在社区、楼院公示方案"
    APPROVAL = "approval", "审批", "立项与联合审查"
    TENDER = "tender", "招标", "确定施工、监理单位"
    CONSTRUCTION = "construction", "施工", "改造内容实质性施工"
    ACCEPTANCE = "acceptance", "验收", "竣工验收"
    HANDOVER = "handover", "移交", "移交物业与管线单位"
    OPERATION = "operation", "长效管理", "交付后的日常管理"


class Interruption(Term):
    SUSPENDED = "suspended", "停工", "已开工后停止施工"
    RESUMED = "resumed", "复工", "停工后恢复施工"
    REMOVED = "removed", "调出", "经批准移出计划，须有文号"


class StageClass(Term):
    """What the stage theme colours: five grouped steps, two interruptions, and the absence of a record."""

    PREPARATION = "preparation", "前期", "摸排、体检、征求意见、设计、审议"
    PERMITTING = "permitting", "审批", "文物预检、公示、审批、招标"
    CONSTRUCTION = "construction", "施工", "正在施工"
    ACCEPTANCE = "acceptance", "验收", "施工完成、验收或移交"
    OPERATION = "operation", "长效", "已进入长效管理"
    SUSPENDED = "suspended", "停工", "已开工后停止施工"
    REMOVED = "removed", "调出", "经批准移出计划"
    UNKNOWN = "unknown", "暂无记录", "没有阶段或进度记录，不等于未开工"


STAGE_CLASS: dict[Stage, StageClass] = {
    Stage.SURVEY: StageClass.PREPARATION,
    Stage.CHECKUP: StageClass.PREPARATION,
    Stage.CONSULTATION: StageClass.PREPARATION,
    Stage.DESIGN: StageClass.PREPARATION,
    Stage.REVIEW: StageClass.PREPARATION,
    Stage.HERITAGE_PRECHECK: StageClass.PERMITTING,
    Stage.NOTICE: StageClass.PERMITTING,
    Stage.APPROVAL: StageClass.PERMITTING,
    Stage.TENDER: StageClass.PERMITTING,
    Stage.CONSTRUCTION: StageClass.CONSTRUCTION,
    Stage.ACCEPTANCE: StageClass.ACCEPTANCE,
    Stage.HANDOVER: StageClass.ACCEPTANCE,
    Stage.OPERATION: StageClass.OPERATION,
}


class ReportingStatus(Term):
    NOT_STARTED = "not_started", "未开工", "有计划或前期记录，没有任何改造内容实质性施工"
    STARTED = "started", "已开工", "任一改造内容实质性施工"
    COMPLETED = "completed", "完工", "计划内容全部施工完成"
    ACCEPTED = "accepted", "已验收", "通过竣工验收"
    HANDED_OVER = "handed_over", "已移交", "已移交物业与管线单位"
    SUSPENDED = "suspended", "停工", "已开工后停止施工，仍计入已开工"
    REMOVED = "removed", "调出", "经批准移出计划，不计入总数"
    UNKNOWN = "unknown", "暂无数据来源", "没有任何进展记录，不等于未开工"


class Light(Term):
    COMPLETED = "completed", "已完工", "全部内容完工、验收或移交"
    ON_TRACK = "on_track", "正常推进", "偏差在 5 个百分点以内且未临期"
    AT_RISK = "at_risk", "预警", "轻度滞后、临期或开工逾期 1-7 天"
    DELAYED = "delayed", "严重滞后", "超期、停工或偏差大于 10 个百分点"
    NOT_STARTED = "not_started", "未到开工", "计划开工日期未到"
    HERITAGE_HOLD = "heritage_hold", "涉文物待批", "有工程项的文物手续未办结，叠加紫色描边"
    REMOVED = "removed", "调出", "经批准移出计划"
    UNKNOWN = "unknown", "无法判断", "缺计划日期或进展记录，不作判断"


class Theme(Term):
    STAGE = "stage", "改造阶段", "按流程阶段着色，单色由浅到深，不表示快慢"
    WARNING = "warning", "进度预警", "按计划与实际之差着色"
    STAGE_LOCAL = "stage_local", "阶段（红黄绿惯例）", "红=未开工 黄=在施 绿=完工；是阶段，不是预警"


class ZoneClass(Term):
    SITE_BODY = "site_body", "遗址本体", "城墙、宫殿区等本体"
    PROTECTION = "protection", "保护范围", "经公布的保护范围（本体以外部分）"
    CONTROL = "control", "建设控制地带", "经公布的建设控制地带"
    BURIAL = "burial", "地下文物埋藏区", "可能埋藏文物的区域"
    BLOCK_CORE = "block_core", "历史文化街区核心保护范围", "街区核心保护范围"
    BLOCK_CONTROL = "block_control", "历史文化街区建设控制地带", "街区建设控制地带"
    CITY = "city", "历史文化名城保护规划范围", "名城保护规划范围"


class LineKind(Term):
    SURVIVING_WALL = "surviving_wall", "残存城垣", "现存可见的城垣段"
    CIRCUIT = "circuit", "城垣走向（示意）", "内城垣全线走向，示意，非测绘"
    OTHER = "other", "城内横向墙段（不计入）", "不属于内城垣一周"


class RoadClass(Term):
    EXPRESS = "express", "快速路", ""
    PRIMARY = "primary", "主干路", ""
    SECONDARY = "secondary", "次干路", ""
    LOCAL = "local", "支路", ""


class Approx(Term):
    EXACT = "exact", "确数", "确切的数"
    ABOUT = "about", "约", "约数"
    UNDER = "under", "近", "略少于"
    OVER = "over", "余", "多于"


class DatePrecision(Term):
    DAY = "day", "日", "精确到日"
    TEN_DAYS = "ten_days", "旬", "上旬 1-10、中旬 11-20、下旬 21-月末"
    MONTH = "month", "月", "精确到月"
    QUARTER = "quarter", "季", "精确到季度"
    YEAR = "year", "年", "精确到年"
    UNKNOWN = "unknown", "日期不详", "来源没有给出日期"


class WorkCategory(Term):
    BASIC = "basic", "基础类", "满足安全需要和基本生活需求"
    IMPROVE = "improve", "完善类", "满足生活便利和改善型需求"
    UPGRADE = "upgrade", "提升类", "丰富社区服务供给"
    LOCAL = "local", "本地扩展", "国家分类没有的本地内容"


class LocalCategory(Term):
    BUILDING = "building", "住宅本体", "楼体、屋面、门窗"
    INFRASTRUCTURE = "infrastructure", "基础设施", "管线、道路、消防"
    ENVIRONMENT = "environment", "环境提升", "绿化、停车、公共空间"
    SERVICES = "services", "服务设施", "养老、物业、便民"


class WorkType(Term):
    """Standard works types: code, label, unit of quantity; national class by letter, local class by table."""

    B01 = "B01", "供水", "m"
    B02 = "B02", "排水（雨污分流）", "m"
    B03 = "B03", "供电", "m"
    B04 = "B04", "弱电", "m"
    B05 = "B05", "道路", "m²"
    B06 = "B06", "供气", "m"
    B07 = "B07", "供热", "m"
    B08 = "B08", "消防", "处"
    B09 = "B09", "安防", "套"
    B10 = "B10", "生活垃圾分类", "处"
    B11 = "B11", "移动通信", "处"
    B12 = "B12", "光纤入户", "户"
    B13 = "B13", "架空线规整（入地）", "m"
    B14 = "B14", "屋面维修（防水）", "m²"
    B15 = "B15", "外墙维修（楼体修缮）", "m²"
    B16 = "B16", "楼梯等公共部位维修", "个"
    I01 = "I01", "拆除违法建设", "m²"
    I02 = "I02", "绿化", "m²"
    I03 = "I03", "照明", "盏"
    I04 = "I04", "适老设施", "处"
    I05 = "I05", "无障碍设施", "处"
    I06 = "I06", "停车库（场）", "个"
    I07 = "I07", "电动自行车充电设施", "个"
    I08 = "I08", "汽车充电设施", "个"
    I09 = "I09", "智能快件箱", "组"
    I10 = "I10", "智能信箱", "组"
    I11 = "I11", "文化休闲设施", "处"
    I12 = "I12", "体育健身设施", "处"
    I13 = "I13", "物业用房", "m²"
    I14 = "I14", "建筑节能改造（墙体保温）", "m²"
    I15 = "I15", "加装电梯", "部"
    U01 = "U01", "社区综合服务设施", "处"
    U02 = "U02", "卫生服务设施", "处"
    U03 = "U03", "教育设施", "处"
    U04 = "U04", "智能感知设施", "套"
    U05 = "U05", "养老设施", "m²"
    U06 = "U06", "托育设施", "处"
    U07 = "U07", "助餐设施", "处"
    U08 = "U08", "家政保洁", "处"
    U09 = "U09", "便民市场", "处"
    U10 = "U10", "便利店", "处"
    U11 = "U11", "邮政快递末端服务站", "处"
    L01 = "L01", "楼体亮化", "栋"
    L02 = "L02", "空调移机", "台"
    L03 = "L03", "防盗窗规整", "樘"
    L04 = "L04", "围墙拆改", "m"
    L05 = "L05", "沿街门店业态整合", "间"
    L06 = "L06", "口袋公园", "m²"

    @property
    def unit(self) -> str:
        """Unit of the quantity of this works type."""
        return self.meaning

    @property
    def category(self) -> WorkCategory:
        """National class, from the letter of the code."""
        return {
            "B": WorkCategory.BASIC,
            "I": WorkCategory.IMPROVE,
            "U": WorkCategory.UPGRADE,
            "L": WorkCategory.LOCAL,
        }[self.value[0]]

    @property
    def local_category(self) -> LocalCategory:
        """Class in the local four-way classification (住宅本体 / 基础设施 / 环境提升 / 服务设施)."""
        return _LOCAL_CATEGORY[self.value]


_LOCAL_CATEGORY: dict[str, LocalCategory] = {
    **dict.fromkeys(
        ["B14", "B15", "B16", "I14", "I15", "L01", "L02", "L03"],
        LocalCategory.BUILDING,
    ),
    **dict.fromkeys(
        ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B11", "B12", "B13", "U04"],
        LocalCategory.INFRASTRUCTURE,
    ),
    **dict.fromkeys(
        ["B10", "I01", "I02", "I03", "I06", "I07", "I08", "I11", "I12", "L04", "L05", "L06"],
        LocalCategory.ENVIRONMENT,
    ),
    **dict.fromkeys(
        ["I04", "I05", "I09", "I10", "I13", *(f"U{n:02d}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11))],
        LocalCategory.SERVICES,
    ),
}


class Ownership(Term):
    REFORM = "reform", "房改房", ""
    WORK_UNIT = "work_unit", "单位自管", ""
    COMMODITY = "commodity", "商品房", ""
    HANDED_OVER_UTILITIES = "handed_over_utilities", "三供一业", ""
    OTHER = "other", "其他", ""


class FundSource(Term):
    CENTRAL = "central", "中央补助", ""
    PROVINCIAL = "provincial", "省级补助", ""
    MUNICIPAL = "municipal", "市级补助", ""
    DISTRICT = "district", "区级资金", ""
    SPECIAL_BOND = "special_bond", "专项债", ""
    UTILITY = "utility", "专业经营单位出资", ""
    RESIDENT = "resident", "居民出资", ""
    SOCIAL = "social", "社会资本", ""


class PartyRole(Term):
    CLIENT = "client", "建设单位", ""
    CONTRACTOR = "contractor", "施工单位", ""
    DESIGNER = "designer", "设计单位", ""
    SUPERVISOR = "supervisor", "监理单位", ""
    PROPERTY_MANAGER = "property_manager", "物业服务", ""


class PermitKind(Term):
    HERITAGE_CONSENT = "heritage_consent", "文物部门意见", "工程方案的文物部门意见"
    ARCHAEOLOGY = "archaeology", "考古调查勘探", "动土前的考古调查勘探结论"
    PLANNING = "planning", "规划许可", ""


class PermitStatus(Term):
    REQUIRED = "required", "待报", "需要办理，尚未报送"
    SUBMITTED = "submitted", "已报待批", "已报送，尚无结论"
    GRANTED = "granted", "已办结", "已取得书面结论"
    REFUSED = "refused", "未同意", "书面不同意"


class AreaKind(Term):
    PILOT = "pilot", "示范片区", ""
    PROJECT = "project", "项目范围", ""


class Datum(Term):
    CGCS2000 = "cgcs2000", "CGCS2000", "2000国家大地坐标系"
    WGS84 = "wgs84", "WGS-84", "与 CGCS2000 相差厘米级，作图视同"
    GCJ02 = "gcj02", "GCJ-02", "高德、腾讯等底图所用的加偏坐标"
    BD09 = "bd09", "BD-09", "百度底图所用的加偏坐标"


class CoordinateForm(Term):
    AUTO = "auto", "自动识别", "逐行按数值判断，判断不了的写明行号"
    LON_LAT = "lon_lat", "经度 纬度", "十进制度，经度在前"
    LAT_LON = "lat_lon", "纬度 经度", "十进制度，纬度在前"
    DMS = "dms", "度分秒", "如 113°40′30.5″ 34°45′10.2″"
    METRES = "metres", "平面坐标（米）", "CGCS2000 三度带，中央经线 114°"
    WKT = "wkt", "WKT 文本", "POLYGON、MULTIPOLYGON 或 POINT，单位为度"
    GEOJSON = "geojson", "GeoJSON 文本", "几何或要素，单位为度"


class DataFormat(Term):
    XLSX = "xlsx", "Excel 工作簿", "栏名与模板相同，改后可以再导入；不含边界"
    GPKG = "gpkg", "GeoPackage", "QGIS 等直接打开，含边界，可以再导入"
    SHP = "shp", "Shapefile", "多数制图软件都认；栏名最多十个字节，对照写在说明里"
    GEOJSON = "geojson", "GeoJSON", "文本，含边界，可以再导入"
    KML = "kml", "KML", "手机与三维地球软件，只有 WGS-84 经纬度"
    DXF = "dxf", "DXF", "CAD 图纸，单位为米，按界线性质分层"
    CSV = "csv", "CSV", "文本表格，不含边界"


class Coordinates(Term):
    EPSG_4490 = "epsg4490", "CGCS2000 经纬度", "库中的坐标，单位为度"
    EPSG_4326 = "epsg4326", "WGS-84 经纬度", "与 CGCS2000 相差厘米级，数值相同"
    EPSG_4547 = "epsg4547", "CGCS2000 三度带，无带号", "中央经线 114°，横坐标加 500 千米，单位为米"
    EPSG_4526 = "epsg4526", "CGCS2000 三度带，带号 38", "中央经线 114°，横坐标前有带号 38，单位为米"
    GCJ02 = "gcj02", "GCJ-02 偏移坐标", "高德、腾讯等底图所用，比实地偏数百米，不可量算"
    BD09 = "bd09", "BD-09 偏移坐标", "百度底图所用，比实地偏数百米，不可量算"


class AuditAction(Term):
    INSERT = "insert", "新增", ""
    UPDATE = "update", "修改", ""
    ARCHIVE = "archive", "归档", ""
    IMPORT = "import", "导入", ""
    RESTORE = "restore", "恢复", "把旧值或归档的记录找回来，写成新的一次修改"


class Obstacle(Term):
    CHANGED = "changed", "后来又改过", "库里的值已不是那次保存写下的，撤销会盖掉后来的修改，所以不动"
    BOUND = (
        "bound",
        "与改过的值连在一起",
        "它和后来改过的值只能一起恢复，单独恢复会拼出谁也没写过的内容，所以也不动",
    )
    NEEDED = "needed", "有记录依赖它", "后来有记录指向它，归档会把那些记录一起藏起来，所以不动"
    CORRECTED = "corrected", "后来已更正或撤回", "已有另一条记录更正或撤回它，所以不动"


class Severity(Term):
    ERROR = "error", "错误", "该行没有入库"
    WARNING = "warning", "提示", "已入库，请核对"
    REPAIRED = "repaired", "已修复", "已按说明修复后入库"


class FindingSeverity(Term):
    """How bad a finding of the quality watch is."""

    ERROR = "error", "错误", "数据自相矛盾或不可能，须改正"
    WARNING = "warning", "疑点", "很可能有误，请核对"
    NOTICE = "notice", "提示", "资料不全，或因界线为示意而不能断定"


class FindingStanding(Term):
    """What people have said to a finding."""

    OPEN = "open", "待处理", "还没有人处理或认可"
    CHANGED = "changed", "认可后有变", "曾被认可，但情况与认可时不同，重新列出"
    ACCEPTED = "accepted", "已认可", "有人核对过并写明理由，情况没有变"


class QualityMark(Term):
    """What the quality map says of a compound: its worst finding."""

    ERROR = "error", "有错误", "至少有一条错误待处理"
    WARNING = "warning", "有疑点", "没有错误，至少有一条疑点待处理"
    NOTICE = "notice", "有提示", "只有提示待处理"
    ACCEPTED = "accepted", "都已认可", "查出的都有人认可并写明理由"
    CLEAR = "clear", "未查出", "所查的规则没有查出问题，不等于没有问题"


class DataKeeper(Term):
    """Who can put a finding right."""

    STREET = "street", "街道办事处", "掌握楼院实情、填报进度的人"
    OFFICE = "office", "区改造办", "使用本系统的业务人员，登记底数与计划"
    MAPPER = "mapper", "落图人员", "描绘和复核边界的人"
    ADMINISTRATOR = "administrator", "系统管理员", "维护街道、社区等底表的人"


class SheetKind(Term):
    SNAPSHOT = "snapshot", "专题图", "所选范围、筛选、日期与主题的一张图"
    WALL = "wall", "作战挂图", "状态、灯号、分包领导、滞后清单与倒排工期的大幅挂图"
    BEFORE_AFTER = "before_after", "前后对比", "同一范围两个日期并排"
    STRATEGY = "strategy", "一区一策", "一个楼院的档案单页"
    SITE_NOTICE = "site_notice", "公示牌", "一个楼院工地上的公示：参建单位、内容、日期与二维码"
    PUBLIC_NOTICE = "public_notice", "公示件", "开工前公示的工程内容与计划日期"

    @property
    def of_one_compound(self) -> bool:
        """Whether the sheet is about one compound."""
        return self in (SheetKind.STRATEGY, SheetKind.SITE_NOTICE, SheetKind.PUBLIC_NOTICE)


class Paper(Term):
    A4 = "a4", "A4", "210 × 297 mm"
    A3 = "a3", "A3", "297 × 420 mm"
    A2 = "a2", "A2", "420 × 594 mm"
    A1 = "a1", "A1", "594 × 841 mm"
    A0 = "a0", "A0", "841 × 1189 mm"
    SLIDE = "slide", "16:9 幻灯片", "254 × 142.875 mm，只有横向"


class Orientation(Term):
    LANDSCAPE = "landscape", "横向", "宽大于高"
    PORTRAIT = "portrait", "纵向", "高大于宽"


class Audience(Term):
    INTERNAL = "internal", "内部版", "全要素，盖内部章，不得转发"
    PUBLIC = "public", "公开版", "须有审图号或写明免审理由；没有人名、户级数据、地下文物与管线，坐标抹粗"


class Classification(Term):
    PUBLIC = "public", "公开", "可以向社会公开"
    INTERNAL = "internal", "内部资料", "只在工作中使用"
    WORK_SECRET = "work_secret", "工作秘密", "按工作秘密管理，不得外传"


class SheetFormat(Term):
    PDF = "pdf", "PDF", "矢量，打印与归档"
    PNG = "png", "PNG", "图片，96 至 600 dpi"
    SVG = "svg", "SVG", "矢量，可再编辑"
    PPTX = "pptx", "PowerPoint", "每图一页，标题与备注可编辑"
    DOCX = "docx", "Word", "图与说明放进文档"
    HTML = "html", "单文件网页", "不联网也能打开的地图"
    ZIP = "zip", "压缩包", "图册的每一页一个文件"


class Labelling(Term):
    NAMES = "names", "楼院名称", "能放下的楼院都写名称，选中与滞后的优先"
    STREETS = "streets", "只写街道", "只写街道、道路与城垣"
    NONE = "none", "不写", "没有注记"


class SheetBlock(Term):
    STREETS = "streets", "街道进度表", "各街道的小区、楼院、户数与开工占比"
    COMPOSITION = "composition", "构成图", "按主题各类楼院的数目"
    DELAYED = "delayed", "滞后清单", "严重滞后的楼院、原因与分包领导"
    COMPOUNDS = "compounds", "楼院清单", "图上楼院的编号、名称、阶段与进度"


class AtlasBy(Term):
    COMPOUND = "compound", "逐楼院", "一个楼院一页"
    STREET = "street", "逐街道", "一个街道一页"
    AREA = "area", "逐片区", "一个片区一页"
    REPORT = "report", "街道—楼院—工程", "按街道分章，楼院分节，列出工程项"
