"""Tables of the store, declared once for GeoPackage and PostGIS.

Three kinds of table:

* *versioned*: people correct rows; `version` gives optimistic locking, `revision` is the commit that last
  changed the row, `archived` hides it, `row_hash` is the hash of its content.
* *append-only*: rows are only added (the database refuses UPDATE and DELETE); a correction is a new row whose
  `corrects_id` names the one it replaces, and with `withdrawn` takes it back without putting anything in its
  place; `revision` is the commit that added it.
* *book-keeping*: revision, layer_revision, audit, import_batch, setting.

Every table has `fid` (GeoPackage needs an integer key) and, but for book-keeping, a stable text `id`.
Geometry is EPSG:4490, x = longitude. Units stand in the column names; money is yuan (CNY).
A date that is not exact takes three columns: `<name>_from`, `<name>_to`, `<name>_precision`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from geodata import vocabulary as v
from geodata.columns import UtcDateTime, geometry

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@dataclass(frozen=True, slots=True)
class Layer:
    """What the product knows of a table beside its columns.

    `vocabulary` maps a column to the terms of its closed list, `labels` each column to what people read.
    """

    table: Table
    label: str
    kind: str
    geometry: str | None
    vocabulary: dict[str, tuple[v.Term, ...]]
    labels: dict[str, str]

    @property
    def name(self) -> str:
        """Table and layer name."""
        return self.table.name

    @property
    def append_only(self) -> bool:
        """Whether rows are only ever added."""
        return self.kind == "append"


LAYERS: dict[str, Layer] = {}

BOOKKEEPING_COLUMNS = frozenset({"fid", "version", "revision", "archived", "row_hash"})

# Written by drawing and reviewing a boundary, never by an import.
REVIEW_COLUMNS = frozenset(
    {
        "boundary_drawn_by",
        "boundary_drawn_on",
        "boundary_review",
        "boundary_reviewed_by",
        "boundary_reviewed_on",
    }
)

# Smallest and largest value of a number column; every other one starts at zero and has no end.
LIMITS: dict[str, tuple[float, float]] = {
    "progress_pct": (0, 100),
    "position_lon": (-180, 180),
    "position_lat": (-90, 90),
}


def fuzzy(name: str, label: str) -> list[tuple[Column[Any], str]]:
    """The three columns of a fuzzy date, with their labels."""
    return [
        (Column(f"{name}_from", Date), f"{label}（最早）"),
        (Column(f"{name}_to", Date), f"{label}（最晚）"),
        (Column(f"{name}_precision", Text), f"{label}精度"),
    ]


def _layer(
    name: str,
    label: str,
    columns: list[tuple[Column[Any], str]],
    *,
    kind: str = "versioned",
    geom: str | None = None,
    vocabulary: Mapping[str, Iterable[v.Term]] | None = None,
) -> Table:
    """Declare a table with the columns that all of its kind share, and register it as a layer."""
    shared: list[tuple[Column[Any], str]] = [
        (Column("data_status", Text, nullable=False), "数据性质"),
        (Column("source", Text, nullable=False), "数据来源"),
        (Column("note", Text), "备注"),
    ]
    if geom:
        shared.append((Column("geometry", geometry(geom)), "边界"))
    if kind == "append":
        shared += [
            (Column("recorded_on", Date, nullable=False), "登记日期"),
            (Column("recorded_by", Text, nullable=False), "登记人"),
            (Column("corrects_id", Text), "更正的记录"),
            (Column("withdrawn", Boolean), "撤回"),
        ]
    else:
        shared += [
            (Column("version", Integer, nullable=False, default=1), "版本"),
            (Column("archived", Boolean, nullable=False, default=False), "已归档"),
        ]
    every: list[tuple[Column[Any], str]] = [
        (Column("fid", Integer, primary_key=True, autoincrement=True), "序号"),
        (Column("id", Text, nullable=False, unique=True), "编号"),
        *columns,
        *shared,
        (Column("revision", Integer, nullable=False), "修订号"),
        (Column("row_hash", Text, nullable=False), "行校验值"),
    ]
    table = Table(name, metadata, *(column for column, _ in every), sqlite_autoincrement=True)
    LAYERS[name] = Layer(
        table=table,
        label=label,
        kind=kind,
        geometry=geom,
        vocabulary={"data_status": tuple(v.DataStatus)}
        | {column: tuple(terms) for column, terms in (vocabulary or {}).items()},
        labels={column.name: text for column, text in every},
    )
    return table


def _ref(target: str) -> ForeignKey:
    return ForeignKey(f"{target}.id")


district = _layer(
    "district",
    "区界",
    [
        (Column("name", Text, nullable=False), "名称"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
    ],
    geom="MultiPolygon",
    vocabulary={"boundary_status": v.BoundaryStatus},
)

street_office = _layer(
    "street_office",
    "街道办事处",
    [
        (Column("name", Text, nullable=False), "名称"),
        (Column("in_totals", Boolean, nullable=False), "计入全区合计"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
    ],
    geom="MultiPolygon",
    vocabulary={"boundary_status": v.BoundaryStatus},
)

community = _layer(
    "community",
    "社区",
    [
        (Column("name", Text, nullable=False), "名称"),
        (Column("street_code", Text, _ref("street_office"), nullable=False), "街道"),
    ],
)

renewal_area = _layer(
    "renewal_area",
    "片区",
    [
        (Column("name", Text, nullable=False), "名称"),
        (Column("kind", Text, nullable=False), "类型"),
        (Column("is_pilot", Boolean, nullable=False), "示范片区"),
        (Column("street_code", Text, _ref("street_office")), "街道"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
    ],
    geom="MultiPolygon",
    vocabulary={"kind": v.AreaKind, "boundary_status": v.BoundaryStatus},
)

estate = _layer(
    "estate",
    "小区",
    [
        (Column("name", Text, nullable=False), "小区名称"),
        (Column("street_code", Text, _ref("street_office"), nullable=False), "街道"),
        (Column("community_code", Text, _ref("community")), "社区"),
        (Column("programme", Text), "改造计划"),
        (Column("batch_year", Integer), "年度批次"),
    ],
)

compound = _layer(
    "compound",
    "楼院",
    [
        (Column("name", Text, nullable=False), "楼院名称"),
        (Column("aliases", Text), "曾用名"),
        (Column("street_code", Text, _ref("street_office"), nullable=False), "街道"),
        (Column("community_code", Text, _ref("community")), "社区"),
        (Column("estate_id", Text, _ref("estate")), "所属小区"),
        (Column("renewal_area_id", Text, _ref("renewal_area")), "片区"),
        (Column("address", Text), "地址"),
        (Column("built_year", Integer), "建成年份"),
        (Column("ownership", Text), "产权性质"),
        (Column("buildings", Integer), "楼栋数"),
        (Column("households", Integer), "户数"),
        (Column("floor_area_m2", Double), "建筑面积（m²）"),
        (Column("structure", Text), "结构类型"),
        (Column("storeys", Integer), "层数"),
        (Column("property_manager", Text), "物业服务"),
        (Column("leader", Text), "分包领导"),
        (Column("position_lon", Double), "位置经度"),
        (Column("position_lat", Double), "位置纬度"),
        (Column("position_uncertainty_m", Double), "位置不确定度（m）"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
        (Column("boundary_drawn_by", Text), "描绘人"),
        (Column("boundary_drawn_on", Date), "描绘日期"),
        (Column("boundary_review", Text), "边界复核"),
        (Column("boundary_reviewed_by", Text), "复核人"),
        (Column("boundary_reviewed_on", Date), "复核日期"),
    ],
    geom="MultiPolygon",
    vocabulary={
        "ownership": v.Ownership,
        "boundary_status": v.BoundaryStatus,
        "boundary_review": v.BoundaryReview,
    },
)

work_item = _layer(
    "work_item",
    "工程项",
    [
        (Column("compound_id", Text, _ref("compound"), nullable=False), "楼院"),
        (Column("type_code", Text, nullable=False), "工程类型"),
        (Column("name", Text), "工程名称"),
        (Column("phase", Integer, nullable=False, default=1), "分期"),
        (Column("quantity", Double), "工程量"),
        (Column("unit", Text), "单位"),
        (Column("approx", Text), "约数"),
        (Column("budget_cny", Double), "预算（元）"),
        *fuzzy("planned_start", "计划开工"),
        *fuzzy("planned_finish", "计划完工"),
        (Column("excavation_depth_m", Double), "开挖深度（m）"),
    ],
    geom="MultiPolygon",
    vocabulary={
        "type_code": v.WorkType,
        "approx": v.Approx,
        "planned_start_precision": v.DatePrecision,
        "planned_finish_precision": v.DatePrecision,
    },
)

progress_report = _layer(
    "progress_report",
    "进度填报",
    [
        (Column("work_item_id", Text, _ref("work_item"), nullable=False), "工程项"),
        (Column("reported_on", Date, nullable=False), "填报日期"),
        (Column("progress_pct", Double, nullable=False), "形象进度（%）"),
        (Column("paid_cny", Double), "累计支付（元）"),
    ],
    kind="append",
)

stage_event = _layer(
    "stage_event",
    "阶段记录",
    [
        (Column("compound_id", Text, _ref("compound"), nullable=False), "楼院"),
        (Column("stage", Text, nullable=False), "阶段"),
        *fuzzy("occurred", "发生日期"),
        (Column("evidence", Text), "依据（文号等）"),
    ],
    kind="append",
    vocabulary={"stage": [*v.Stage, *v.Interruption], "occurred_precision": v.DatePrecision},
)

permit = _layer(
    "permit",
    "许可与文物手续",
    [
        (Column("work_item_id", Text, _ref("work_item"), nullable=False), "工程项"),
        (Column("kind", Text, nullable=False), "种类"),
        (Column("status", Text, nullable=False), "状态"),
        (Column("document_no", Text), "文号"),
        (Column("submitted_on", Date), "报送日期"),
        (Column("decided_on", Date), "办结日期"),
    ],
    vocabulary={"kind": v.PermitKind, "status": v.PermitStatus},
)

heritage_site = _layer(
    "heritage_site",
    "文物保护单位",
    [
        (Column("name", Text, nullable=False), "名称"),
        (Column("level", Text), "级别"),
        (Column("document_no", Text), "公布批次或编号"),
        (Column("published_area_km2", Double), "公布面积（km²）"),
    ],
)

heritage_zone = _layer(
    "heritage_zone",
    "文物区划",
    [
        (Column("site_id", Text, _ref("heritage_site"), nullable=False), "文物保护单位"),
        (Column("zone_class", Text, nullable=False), "区划类别"),
        (Column("name", Text, nullable=False), "名称"),
        (Column("promulgated_by", Text), "公布机关"),
        (Column("document_no", Text), "公布文号"),
        (Column("effective_from", Date), "施行日期"),
        (Column("effective_to", Date), "失效日期"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
        (Column("height_limit_m", Double), "限高（m）"),
        (Column("layer_version", Text), "图层版本"),
    ],
    geom="MultiPolygon",
    vocabulary={"zone_class": v.ZoneClass, "boundary_status": v.BoundaryStatus},
)

heritage_line = _layer(
    "heritage_line",
    "城垣",
    [
        (Column("site_id", Text, _ref("heritage_site"), nullable=False), "文物保护单位"),
        (Column("kind", Text, nullable=False), "类型"),
        (Column("name", Text), "名称"),
        (Column("side", Text), "方位"),
        (Column("published_length_m", Double), "公布长度（m）"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
    ],
    geom="MultiLineString",
    vocabulary={"kind": v.LineKind, "boundary_status": v.BoundaryStatus},
)

reference_area = _layer(
    "reference_area",
    "参考范围",
    [
        (Column("name", Text, nullable=False), "名称"),
        (Column("basis", Text), "依据"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
    ],
    geom="MultiPolygon",
    vocabulary={"boundary_status": v.BoundaryStatus},
)

basemap_line = _layer(
    "basemap_line",
    "道路",
    [
        (Column("name", Text), "名称"),
        (Column("road_class", Text, nullable=False), "等级"),
        (Column("boundary_status", Text, nullable=False), "界线性质"),
    ],
    geom="MultiLineString",
    vocabulary={"road_class": v.RoadClass, "boundary_status": v.BoundaryStatus},
)

plan_target = _layer(
    "plan_target",
    "年度计划",
    [
        (Column("year", Integer, nullable=False), "年度"),
        (Column("street_code", Text, _ref("street_office"), nullable=False), "街道"),
        (Column("estates", Integer), "计划小区数"),
        (Column("households", Integer), "计划户数"),
        (Column("document_no", Text), "计划文号"),
    ],
)

funding = _layer(
    "funding",
    "资金",
    [
        (Column("compound_id", Text, _ref("compound"), nullable=False), "楼院"),
        (Column("fund_source", Text, nullable=False), "资金来源"),
        (Column("planned_cny", Double), "计划（元）"),
        (Column("arrived_cny", Double), "到位（元）"),
        (Column("paid_cny", Double), "支付（元）"),
    ],
    vocabulary={"fund_source": v.FundSource},
)

party = _layer(
    "party",
    "参建单位",
    [
        (Column("compound_id", Text, _ref("compound"), nullable=False), "楼院"),
        (Column("role", Text, nullable=False), "角色"),
        (Column("organisation", Text, nullable=False), "单位"),
        (Column("contact", Text), "联系人"),
    ],
    vocabulary={"role": v.PartyRole},
)

reported_fact = _layer(
    "reported_fact",
    "报道事实",
    [
        (Column("street_code", Text, _ref("street_office")), "街道"),
        (Column("compound_id", Text, _ref("compound")), "楼院"),
        (Column("subject", Text, nullable=False), "事项"),
        (Column("quantity", Double), "数量"),
        (Column("unit", Text), "单位"),
        (Column("approx", Text, nullable=False), "约数"),
        (Column("quoted", Text, nullable=False), "原文"),
        (Column("caveat", Text), "读数须知"),
    ],
    vocabulary={"approx": v.Approx},
)

print_preset = _layer(
    "print_preset",
    "出图方案",
    [
        (Column("name", Text, nullable=False), "方案名称"),
        (Column("setup", Text, nullable=False), "方案内容"),
    ],
)

column_alias = _layer(
    "column_alias",
    "栏名记忆",
    [
        (Column("kind", Text, nullable=False), "台账种类"),
        (Column("heading", Text, nullable=False), "文件栏名"),
        (Column("field", Text, nullable=False), "对应栏"),
    ],
)

name_alias = _layer(
    "name_alias",
    "名称记忆",
    [
        (Column("layer", Text, nullable=False), "图层"),
        (Column("name", Text, nullable=False), "文件中的名称"),
        (Column("record", Text, nullable=False), "对应编号"),
    ],
)

accepted_finding = _layer(
    "accepted_finding",
    "认可的质量问题",
    [
        (Column("rule", Text, nullable=False), "规则"),
        (Column("subject", Text, nullable=False), "记录"),
        (Column("content", Text, nullable=False), "当时的情况"),
        (Column("reason", Text, nullable=False), "认可的理由"),
    ],
)

revision = Table(
    "revision",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text),
)

layer_revision = Table(
    "layer_revision",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, ForeignKey("revision.number"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("reason", Text),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

import_batch = Table(
    "import_batch",
    metadata,
    Column("fid", Integer, primary_key=True, autoincrement=True),
    Column("revision", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("source_crs", Text),
    Column("issues", Text),
    Column("understood", Text),
    Column("row_hash", Text, nullable=False),
    sqlite_autoincrement=True,
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("row_hash", Text, nullable=False),
)

Index(None, audit.c.layer, audit.c.record_id)
Index(None, audit.c.revision)
Index(None, compound.c.street_code)
Index(None, work_item.c.compound_id)
Index(None, progress_report.c.work_item_id)
Index(None, stage_event.c.compound_id)
Index(None, permit.c.work_item_id)
UniqueConstraint(plan_target.c.year, plan_target.c.street_code)


def append_only_tables() -> list[Table]:
    """Tables that refuse UPDATE and DELETE."""
    return [layer.table for layer in LAYERS.values() if layer.append_only] + [audit, revision]


def label(layer: str, column: str) -> str:
    """What people read for a column; the column's own name when it has none."""
    return LAYERS[layer].labels.get(column, column) if layer in LAYERS else column
