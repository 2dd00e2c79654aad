"""What was found in a file from people: a table of issues, never an exception.

Every row of a file ends as accepted or rejected; an issue of severity `error` is why a row was rejected, `repaired`
says what was changed before it was accepted, `warning` asks somebody to look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from geodata.vocabulary import Severity, Term

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_CHARACTERS = 40


class Fixer(Term):
    SUPPLIER = "supplier", "填报单位", "交来这份文件的人，改文件后重新装入"
    OFFICE = "office", "本部门", "使用本系统的业务人员，核对或补录"
    ADMINISTRATOR = "administrator", "系统管理员", "维护街道、社区等底表的人"


class Problem(Term):
    """Kinds of issues. Error kinds reject the row; see `docs/register-format.md`."""

    BROKEN_FEATURE = "broken_feature", "要素不完整", "不是一个 GeoJSON 要素"
    BAD_TEXT = "bad_text", "文字不可用", "含不能保存的字符，或不是文字"
    TOO_LONG = "too_long", "文字过长", "超过该栏的最大字数"
    FORMULA_ERROR = "formula_error", "公式出错", "单元格里是公式的错误值，或公式没有保存结果，没有内容"
    NOT_A_NUMBER = "not_a_number", "不是数字", "应填一个数；范围、几个数和“几十”之类不猜"
    UNKNOWN_UNIT = "unknown_unit", "单位不明", "写的单位不属于该栏，或栏名写了几种单位"
    NOT_A_DATE = "not_a_date", "不是日期", "应填一个日期；没有年份、月日不明和一段时间不猜"
    NOT_A_DAY = "not_a_day", "日期不到日", "该栏须具体到日"
    NOT_WHOLE = "not_whole", "不是整数", "应填整数"
    OUT_OF_RANGE = "out_of_range", "超出范围", "数值或年份超出允许范围"
    NOT_IN_LIST = "not_in_list", "不在列表内", "不是规定的代码或名称"
    UNKNOWN_REFERENCE = "unknown_reference", "查无此项", "街道、社区、小区或片区在库中没有"
    AMBIGUOUS_REFERENCE = "ambiguous_reference", "名称不唯一", "同名不止一个，须填编号"
    MISSING_REQUIRED = "missing_required", "缺必填项", "必填栏为空"
    INCOMPLETE_POSITION = "incomplete_position", "位置不完整", "经度、纬度须同时填写"
    DUPLICATE_ID = "duplicate_id", "编号重复", "文件内同一编号出现多次"
    ALREADY_STORED = "already_stored", "疑似已在库", "没有编号，而同街道已有同名楼院"
    ARCHIVED = "archived", "已归档", "该编号的楼院已归档"
    NOT_POLYGON = "not_polygon", "不是面", "边界须是面或多面"
    BAD_GEOMETRY = "bad_geometry", "几何读不了", "边界的坐标结构不对"
    NOT_FINITE = "not_finite", "坐标不是有限数", "坐标为空、无穷或非数字"
    TOO_FAR = "too_far", "远离本区", "转换后在本区 50 公里以外"
    TOO_MANY_VERTICES = "too_many_vertices", "顶点过多", "一个要素超过 50,000 个顶点"
    INVALID_GEOMETRY = "invalid_geometry", "边界无效", "自相交等，且无法可靠修复"
    BOUNDARY_MISMATCH = "boundary_mismatch", "界线性质不符", "界线性质与有无边界不一致"
    DUPLICATE_KEY = "duplicate_key", "同一条重复", "文件内同一条记录出现多次"
    NEEDS_DECISION = "needs_decision", "待确认", "不能断定是库中哪一条，或坐标系未定，须由人确认"
    LEFT_OUT = "left_out", "选择不装入", "在导入页或命令中选择了不装入"
    REVERSED_DATES = "reversed_dates", "日期先后颠倒", "完工早于开工，或失效早于施行"
    FUTURE_DATE = "future_date", "日期在未来", "已发生的事，日期却在业务日期之后"
    GEOMETRY_REPAIRED = "geometry_repaired", "边界已修复", "自相交等，修复后面积变化不超过 5%"
    RING_CLOSED = "ring_closed", "环已闭合", "首尾点不同，已补上首点"
    HEIGHT_DROPPED = "height_dropped", "高程已去掉", "坐标带高程，只存平面"
    TEXT_CLEANED = "text_cleaned", "文字已整理", "换行、控制字符或首尾空白已整理"
    NUMBER_NORMALISED = "number_normalised", "数字已整理", "全角、千分位、中文数字和所带单位已转为普通数字"
    UNIT_CONVERTED = "unit_converted", "单位已换算", "万㎡、万元等已换算为该栏的单位"
    DATE_NORMALISED = "date_normalised", "日期已整理", "各种写法和表格软件的序列号已转为日期，保留原有精度"
    TERM_NORMALISED = "term_normalised", "用词已对应", "与列表的写法略有不同，已对应到列表"
    PLACEHOLDER = "placeholder", "占位符作空", "“/”“—”“暂无”等按没有填写处理"
    FILLED_DOWN = "filled_down", "合并格已下填", "合并的单元格，其值填到它所盖的每一行"
    ENCODING_GUESSED = "encoding_guessed", "编码已推断", "文件不是 UTF-8，按推断的编码读取"
    DATUM_SHIFTED = "datum_shifted", "已纠偏", "按声明的坐标基准转换"
    CRS_DECLARED = "crs_declared", "坐标系以声明为准", "命令中声明的坐标系与文件不同"
    CRS_IN_GEOJSON = "crs_in_geojson", "GeoJSON 自带坐标系", "文件写了坐标系，按它转换"
    APPROXIMATE = "approximate", "约数", "数或日期带“约”“余”“近”“前”等；没有约数栏的，原文写入备注"
    SIMILAR_COLUMN = "similar_column", "栏名相近", "栏名与规定的不同而相近，请核对对应关系"
    MERGED_NUMBER = "merged_number", "合并的数", "合并在几行上的数说的是这几行合起来的，没有装入"
    ROWS_SKIPPED = "rows_skipped", "跳过的行", "标题、合计、小计、脚注、空行和隐藏行不是记录"
    UNKNOWN_COLUMN = "unknown_column", "不认识的栏", "没有装入，请改名或忽略"
    IGNORED_COLUMN = "ignored_column", "不装入的栏", "由系统自己管理或只供阅读"
    DEFAULT_USED = "default_used", "用了默认值", "文件没有给出，按最保守的值登记"
    NO_BOUNDARY = "no_boundary", "无边界", "没有边界，进入“无边界”清单"
    BOUNDARY_KEPT = "boundary_kept", "保留原边界", "文件没有边界，库中边界不变"
    EMPTY_KEPT = "empty_kept", "空格不清空", "文件中为空的格，库中原值保留"
    CLEARED = "cleared", "将清空", "文件中该栏为空，库中原有值被清空"
    DUPLICATE_NAME = "duplicate_name", "同名", "同一街道有同名楼院"
    IMPROBABLE = "improbable", "数值可疑", "数值少见，请核对"
    FALLS_BACK = "falls_back", "数值倒退", "累计的进度或支付小于此前填报的"
    OVER_PLAN = "over_plan", "超出计划", "到位、支付或进度超出计划、到位数或上限"
    OTHER_UNIT = "other_unit", "单位不同", "与该工程类型的常用单位不同"
    CONTRADICTION = "contradiction", "互相矛盾", "同一行的两栏对不上，请核对"
    KEPT_NAME = "kept_name", "保留库中名称", "按名称对上的行不改名，文件中的写法可记为别名"
    FOUND_BY_PLACE = "found_by_place", "按位置补填", "文件没有给出，按边界所在位置填写"
    OVERLAP = "overlap", "与邻院重叠", "两个楼院的边界重叠"
    PERSONAL_DATA = "personal_data", "含电话号码", "不是人名电话的栏里写了电话号码，导出时略去"
    OTHER_LAYERS = "other_layers", "其他图层", "文件里还有别的图层或工作表，没有读"
    DUPLICATE_COLUMN = "duplicate_column", "栏名重复", "同名的栏，后一栏加了序号"
    FORMULA_WITHOUT_VALUE = "formula_without_value", "公式没有结果", "公式没有保存结果，不知道它的值"
    MACROS_LEFT_OUT = "macros_left_out", "宏没有运行", "工作簿带有宏，只读单元格的值"
    LINKS_NOT_FOLLOWED = "links_not_followed", "外部链接没有打开", "引用了别的文件或网址，没有打开"
    PART_MISSING = "part_missing", "缺附属文件", "Shapefile 缺 .dbf、.shx 或 .prj"
    NOT_READ = "not_read", "没有读的图元", "不是面也不是文字的图元，没有读"
    NOT_CHECKED = "not_checked", "没有检查", "这项检查没有做完"


_REPAIRS = frozenset(
    (
        Problem.GEOMETRY_REPAIRED,
        Problem.RING_CLOSED,
        Problem.HEIGHT_DROPPED,
        Problem.TEXT_CLEANED,
        Problem.NUMBER_NORMALISED,
        Problem.UNIT_CONVERTED,
        Problem.DATE_NORMALISED,
        Problem.TERM_NORMALISED,
        Problem.PLACEHOLDER,
        Problem.FILLED_DOWN,
        Problem.ENCODING_GUESSED,
        Problem.DATUM_SHIFTED,
    )
)
_ERRORS = frozenset(list(Problem)[: list(Problem).index(Problem.GEOMETRY_REPAIRED)])
_FIXERS = {
    Problem.UNKNOWN_REFERENCE: Fixer.OFFICE,
    Problem.ALREADY_STORED: Fixer.OFFICE,
    Problem.ARCHIVED: Fixer.OFFICE,
    Problem.DUPLICATE_NAME: Fixer.OFFICE,
    Problem.OVERLAP: Fixer.OFFICE,
    Problem.NEEDS_DECISION: Fixer.OFFICE,
    Problem.LEFT_OUT: Fixer.OFFICE,
    Problem.KEPT_NAME: Fixer.OFFICE,
    Problem.FOUND_BY_PLACE: Fixer.OFFICE,
    Problem.NO_BOUNDARY: Fixer.OFFICE,
    Problem.NOT_CHECKED: Fixer.ADMINISTRATOR,
}


_LEFT_OR_GUESSED = frozenset(
    (
        Problem.UNKNOWN_COLUMN,
        Problem.SIMILAR_COLUMN,
        Problem.DEFAULT_USED,
        Problem.FORMULA_WITHOUT_VALUE,
        Problem.LINKS_NOT_FOLLOWED,
        Problem.PART_MISSING,
        Problem.OTHER_LAYERS,
        Problem.NOT_READ,
        Problem.NOT_CHECKED,
    )
)


def needs_look(one: Issue) -> bool:
    """Whether somebody must look at an issue: of a row unless repaired; of the whole file when something was not
    taken, not checked, or guessed.
    """
    if one.row is not None:
        return one.severity is not Severity.REPAIRED
    return one.issue in _LEFT_OR_GUESSED or (one.issue is Problem.IGNORED_COLUMN and one.field == "geometry")


def severity(problem: Problem) -> Severity:
    """Whether a problem rejects the row, was repaired, or asks for a look. Each kind has exactly one answer."""
    if problem in _ERRORS:
        return Severity.ERROR
    return Severity.REPAIRED if problem in _REPAIRS else Severity.WARNING


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: row (1 = first in the file, None = the file as a whole), field, kind, value, message."""

    row: int | None
    field: str
    issue: Problem
    value: str
    message: str
    severity: Severity
    who_fixes: Fixer = Fixer.SUPPLIER


def issue(
    problem: Problem, message: str, *, row: int | None = None, field: str = "", value: Any = ""
) -> Issue:
    """An issue whose message begins with its row; severity and who fixes it follow from the kind."""
    text = f"第 {row} 行：{message}" if row else message
    fixer = _FIXERS.get(problem, Fixer.SUPPLIER)
    return Issue(row, field, problem, shown(value), text, severity(problem), fixer)


def shown(value: Any) -> str:
    """A value as it may stand in a message: control characters visible, long text cut, never empty."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str).strip('"')
    visible = "".join(character if character.isprintable() else _escaped(character) for character in text)
    return visible if len(visible) <= _SHOWN_CHARACTERS else visible[: _SHOWN_CHARACTERS - 1] + "…"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def issues_frame(issues: Iterable[Issue]) -> pd.DataFrame:
    """Issues as a table in the order of rows (those of the whole file first); codes as text, `row` Int64."""
    import pandas as pd

    ordered = sorted(issues, key=lambda item: (item.row or 0, item.severity != Severity.ERROR))
    columns = [field.name for field in fields(Issue)]
    frame = pd.DataFrame([asdict(item) for item in ordered], columns=columns)
    frame["row"] = frame["row"].astype("Int64")
    for name in ("field", "issue", "value", "message", "severity", "who_fixes"):
        frame[name] = pd.Series([str(item) for item in frame[name]], dtype="str")
    return frame
