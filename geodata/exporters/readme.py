"""What goes with every export: where it comes from, how current it is, in which coordinates, and what is not in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geodata.exporters.coordinates import authority, is_metric, is_offset
from geodata.exporters.gis_files import lost_in_shapefile
from geodata.exporters.ledger import WATERMARK, WATERMARK_LABEL, Ledger
from geodata.kinds import Holds
from geodata.kinds.short import short_names
from geodata.version import VERSION
from geodata.vocabulary import Coordinates, DataFormat, DataStatus

_MOST_SOURCES = 12
_LICENCES = (
    (
        "OpenStreetMap",
        "© OpenStreetMap 贡献者，开放数据库许可（ODbL）1.0；转发时须保留这一句，派生几何同一许可",
    ),
    ("天地图", "国家地理信息公共服务平台（天地图），按其服务条款使用"),
    ("DataV", "DataV.GeoAtlas 行政边界：广为流传，没有书面授权，只作示意，应以法定界线替换"),
)
_HOLDS = {
    Holds.TEXT: "文字",
    Holds.INTEGER: "整数",
    Holds.NUMBER: "数字",
    Holds.QUANTITY: "数字",
    Holds.YES_NO: "是或否",
    Holds.TERM: "列表",
    Holds.DATE: "日期",
    Holds.FUZZY_DATE: "日期，可以只到旬、月、季、年",
    Holds.REFERENCE: "名称，不唯一的为编号",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a whole export."""

    revision: int
    day: date
    form: DataFormat
    coordinates: Coordinates
    encoding: str
    filters: str
    personal: bool


def remark(ledger: Ledger, facts: Facts) -> str:
    """The same in one line, for files that can hold it themselves."""
    invented = (
        f"含 {ledger.synthetic} 行{DataStatus.SYNTHETIC.label}（{DataStatus.SYNTHETIC.meaning}）"
        if ledger.synthetic
        else ""
    )
    place = "" if ledger.boundaries is None else said_coordinates(facts.coordinates)
    parts = [f"城垣{ledger.kind.label}，修订 {facts.revision}，{facts.day.isoformat()}", place, invented]
    return "；".join(filter(None, parts))


def said_coordinates(coordinates: Coordinates) -> str:
    """Label with the code that other programs know."""
    name = authority(coordinates)
    return f"{coordinates.label}（{name}）" if name else coordinates.label


def readme(ledgers: Sequence[tuple[str, Ledger]], facts: Facts) -> str:
    """The whole text; `ledgers` are file name and rows."""
    blocks = [
        ["城垣 · 导出数据说明", f"由城垣 {VERSION} 生成"],
        _general(ledgers, facts),
        _place(facts, ledgers),
        *(_of(name, ledger, facts) for name, ledger in ledgers),
        _licences([ledger for _, ledger in ledgers]),
        _back(facts),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _general(ledgers: Sequence[tuple[str, Ledger]], facts: Facts) -> list[str]:
    rows = sum(ledger.rows for _, ledger in ledgers)
    invented = sum(ledger.synthetic for _, ledger in ledgers)
    marked = f"其中 {invented} 行是{DataStatus.SYNTHETIC.label}（{DataStatus.SYNTHETIC.meaning}），逐行标明"
    return [
        "【总述】",
        f"来源：城垣数据库，修订 {facts.revision}",
        f"业务日期：{facts.day.isoformat()}",
        f"范围：{facts.filters or '全部，没有筛选'}",
        f"格式：{facts.form.label}",
        f"行数：{rows}；{marked if invented else '没有演示数据'}",
        f"人名与电话：{'含有，只限内部使用，不得转发' if facts.personal else '没有导出，文字栏里的电话连同紧挨着的人名写成“〔电话略〕”；别处写到的人名不在此列，请自行核对'}",
        "密级：内部资料，只在工作中使用；对外提供或公开出版前，须按规定审批、送审",
    ]


def _place(facts: Facts, ledgers: Sequence[tuple[str, Ledger]]) -> list[str]:
    lines = ["【坐标】", f"{said_coordinates(facts.coordinates)}：{facts.coordinates.meaning}"]
    if is_offset(facts.coordinates):
        lines += [
            "文件不写坐标系代号，因为这种坐标没有代号；文件名、本说明和文件内的文字写明它是偏移坐标。",
            "叠加到高德、腾讯或百度底图上才对得上；量距离、求面积、判断文物区划，一律用 CGCS2000 的文件。",
            f"再导入时须声明坐标基准为 {facts.coordinates.value}。",
        ]
    if is_metric(facts.coordinates):
        lines.append("横坐标（东）在前，纵坐标（北）在后。“位置经度、位置纬度”两栏仍是度。")
    if facts.form in (DataFormat.XLSX, DataFormat.CSV) or all(one.boundaries is None for _, one in ledgers):
        lines.append("本文件不含边界；“位置经度、位置纬度”两栏（如有）按上述坐标。")
    return lines


def _of(name: str, ledger: Ledger, facts: Facts) -> list[str]:
    lines = [f"【{ledger.kind.label}】{name}", f"{ledger.rows} 行"]
    if ledger.synthetic:
        lines[-1] += f"，其中{DataStatus.SYNTHETIC.label} {ledger.synthetic} 行"
    if ledger.boundaries is not None:
        drawn = sum(one is not None for one in ledger.boundaries)
        behind = "（排在后面）" if name.endswith(".shp") and drawn < ledger.rows else ""
        lines[-1] += f"；有几何 {drawn} 行，没有 {ledger.rows - drawn} 行{behind}"
    shape = facts.form is DataFormat.SHP and name.endswith(".shp")
    short = short_names(ledger.columns) if shape else {}
    if shape:
        lines.append(f"文字编码：{facts.encoding}；栏名最多十个字节，对照如下")
        cut, lacking = lost_in_shapefile(ledger, facts.encoding)
        if cut:
            lines.append(f"有 {cut} 个格子的文字超过 254 字节，Shapefile 装不下，已截断；全文请导出其他格式")
        if lacking:
            lines.append(f"有 {lacking} 个格子含 {facts.encoding} 没有的字，写成了问号；请改用 UTF-8")
    for column in ledger.columns:
        field = short.get(column.name, ledger.heading(column))
        told = "" if field == column.label else f"{column.label}；"
        unit = f"，单位 {column.unit}" if column.unit and column.unit not in column.label else ""
        lines.append(f"  {field}：{told}{_HOLDS[column.holds]}{unit}")
    if name.endswith((".shp", ".gpkg", ".geojson", ".kml", ".csv")):
        mark = WATERMARK if short or ledger.spelling == "codes" else WATERMARK_LABEL
        lines.append(f"  {mark}：编造的行写“{DataStatus.SYNTHETIC.label}”")
    return [*lines, *_sources(ledger)]


def _sources(ledger: Ledger) -> list[str]:
    found = Counter(ledger.sources)
    if not found:
        return []
    told = [f"  {source}（{rows} 行）" for source, rows in found.most_common(_MOST_SOURCES)]
    more = len(found) - _MOST_SOURCES
    return ["数据来源：", *told, *([f"  另有 {more} 种，见“数据来源”栏"] if more > 0 else [])]


def _licences(ledgers: Sequence[Ledger]) -> list[str]:
    said = {source for one in ledgers if one.boundaries is not None for source in one.sources}
    found = [text for word, text in _LICENCES if any(word.lower() in source.lower() for source in said)]
    return ["【几何的许可】", *found] if found else []


def _back(facts: Facts) -> list[str]:
    if facts.form is DataFormat.DXF:
        return ["【再导入】", "图纸里只有边界和名称；其余各栏请用 Excel 或 GeoPackage。"]
    return [
        "【再导入】",
        "改好后在“导入”页再交回：编号不要改动，没有改的行不会有任何变化；删去一行不会删掉库里的记录。",
    ]
