"""The register of compounds (楼院登记表); `docs/register-format.md` describes it, held by a test."""

from __future__ import annotations

from functools import partial

from geodata.kinds import declaring, units
from geodata.kinds.kind import Column, Kind

_LAYER = "compound"
_column = partial(declaring.column, _LAYER)

_PLACE: tuple[Column, ...] = (
    declaring.number(_LAYER, "楼院编号", "统一编号"),
    _column(
        "name",
        "名称",
        "楼院",
        "小区（楼院）名称",
        "楼院（小区）名称",
        "院落名称",
        required=True,
        most_characters=declaring.NAME_CHARACTERS,
        example="西大街 12 号院",
    ),
    _column("aliases", "别名", "俗称", example="老纺织院", hint="多个名称用顿号隔开"),
    _column(
        "street_code",
        *declaring.STREET_NAMES,
        required=True,
        example="西大街街道",
    ),
    _column("community_code", "社区名称", "社区代码", "社区编码", "所属社区", "社区（村）"),
    _column("estate_id", "小区", "小区名称", "小区编号"),
    _column("renewal_area_id", "片区名称", "片区编号", "所属片区"),
    _column("address", "详细地址", "门牌地址", "坐落", example="西大街 12 号"),
)

_BUILDINGS: tuple[Column, ...] = (
    declaring.year(_LAYER, "built_year", "建成年代", "建成时间", "建造年份", example="1987"),
    _column("ownership", "产权", "产权类型", example="房改房"),
    _column(
        "buildings",
        "楼栋",
        "栋数",
        "楼栋数量",
        "楼幢数",
        unit="栋",
        units=units.BUILDINGS,
        most=1000,
        improbable_over=100,
        example="4",
    ),
    _column(
        "households",
        "总户数",
        "居民户数",
        unit="户",
        units=units.HOUSEHOLDS,
        most=100_000,
        improbable_over=10_000,
        example="186",
    ),
    _column(
        "floor_area_m2",
        "建筑面积",
        "总建筑面积",
        "建筑面积（平方米）",
        unit="m²",
        units=units.SQUARE_METRES,
        most=10_000_000,
        improbable_over=1_000_000,
        example="15200",
        hint="单位为平方米；写“万㎡”的按栏名或单元格里的单位换算",
    ),
    _column("structure", "结构", "建筑结构", example="砖混"),
    _column(
        "storeys",
        "楼层数",
        "地上层数",
        unit="层",
        units=units.STOREYS,
        least=1,
        most=150,
        improbable_over=40,
        example="6",
    ),
    _column("property_manager", "物业", "物业公司", "物业服务企业"),
    _column("leader", "包保领导", "分包责任人", "包联领导", personal=True),
)

_POSITION: tuple[Column, ...] = (
    _column("position_lon", "经度", unit="°", units=units.DEGREES, hint="十进制度"),
    _column("position_lat", "纬度", unit="°", units=units.DEGREES, hint="十进制度"),
    _column(
        "position_uncertainty_m",
        "位置误差（m）",
        "位置不确定度",
        unit="m",
        units=units.METRES,
        most=50_000,
        improbable_over=10_000,
    ),
    declaring.boundary_status(_LAYER),
)

KIND = Kind(
    code="compound",
    label="楼院登记表",
    layer=_LAYER,
    columns=(*_PLACE, *_BUILDINGS, *_POSITION, *declaring.provenance(_LAYER)),
    key=("street_code", "name"),
    geometry="MultiPolygon",
    hint="一行一个楼院；边界可以在同一个图形文件里，也可以另行导入",
    defaults=(*declaring.DEFAULTS, declaring.BOUNDARY_DEFAULT),
)
