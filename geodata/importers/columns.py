"""The documented columns of a register of compounds: one table for reading, writing and `docs/register-format.md`.

Names are those of the table `compound`; Chinese headings are accepted too. Ranges are what a register may say, not
what the store could hold.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Double, Integer

from geodata import vocabulary as v
from geodata.schema import BOOKKEEPING_COLUMNS, LAYERS, REVIEW_COLUMNS

LAYER = LAYERS["compound"]

NAME_CHARACTERS = 200
TEXT_CHARACTERS = 2000
ID_CHARACTERS = 64
FIRST_YEAR = 1900

# What other columns are called in files; they are known and not read.
IGNORED = (
    BOOKKEEPING_COLUMNS - {"archived"} | REVIEW_COLUMNS | {"watermark", "ogc_fid", "objectid", "演示标记"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """One column: kind (`text`, `integer`, `number`), the range it may have, and from where on it is improbable."""

    name: str
    label: str
    kind: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    least: float = 0
    most: float = 0
    improbable_over: float = float("inf")
    most_characters: int = TEXT_CHARACTERS
    multiline: bool = False
    terms: tuple[v.Term, ...] = ()
    refers_to: str | None = None


_ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("楼院编号", "统一编号"),
    "name": ("名称", "楼院"),
    "aliases": ("别名",),
    "street_code": ("街道名称", "街道代码", "街道编码", "所属街道", "街道办事处"),
    "community_code": ("社区名称", "社区代码", "社区编码", "所属社区"),
    "estate_id": ("小区", "小区名称", "小区编号"),
    "renewal_area_id": ("片区名称", "片区编号", "所属片区"),
    "address": ("详细地址", "门牌地址"),
    "built_year": ("建成年代", "建成时间", "建造年份"),
    "ownership": ("产权", "产权类型"),
    "buildings": ("楼栋", "栋数", "楼栋数量"),
    "households": ("总户数", "居民户数"),
    "floor_area_m2": ("建筑面积", "总建筑面积", "建筑面积（平方米）"),
    "structure": ("结构", "建筑结构"),
    "storeys": ("楼层数", "地上层数"),
    "property_manager": ("物业", "物业公司", "物业服务企业"),
    "leader": ("包保领导", "分包责任人"),
    "position_lon": ("经度",),
    "position_lat": ("纬度",),
    "position_uncertainty_m": ("位置误差（m）", "位置不确定度"),
    "boundary_status": ("边界性质",),
    "data_status": ("资料性质",),
    "source": ("来源", "资料来源"),
    "note": ("说明",),
}

_RANGES: dict[str, tuple[float, float, float]] = {
    "built_year": (FIRST_YEAR, 9999, float("inf")),
    "buildings": (0, 1000, 100),
    "households": (0, 100_000, 10_000),
    "floor_area_m2": (0, 10_000_000, 1_000_000),
    "storeys": (1, 150, 40),
    "position_lon": (-180, 180, float("inf")),
    "position_lat": (-90, 90, float("inf")),
    "position_uncertainty_m": (0, 50_000, 10_000),
}

_REQUIRED = ("name", "street_code")
_CHARACTERS = {"name": NAME_CHARACTERS, "id": ID_CHARACTERS}


def _field(name: str) -> Field:
    column = LAYER.table.columns[name]
    whole, real = isinstance(column.type, Integer), isinstance(column.type, Double)
    least, most, improbable = _RANGES.get(name, (0, 0, float("inf")))
    parent = next((key.column.table.name for key in column.foreign_keys), None)
    return Field(
        name=name,
        label=LAYER.labels[name],
        kind="integer" if whole else "number" if real else "text",
        aliases=_ALIASES.get(name, ()),
        required=name in _REQUIRED,
        least=least,
        most=most,
        improbable_over=improbable,
        most_characters=_CHARACTERS.get(name, TEXT_CHARACTERS),
        multiline=name == "note",
        terms=LAYER.vocabulary.get(name, ()),
        refers_to=parent,
    )


FIELDS: dict[str, Field] = {
    name: _field(name)
    for name in LAYER.labels
    if name not in BOOKKEEPING_COLUMNS | REVIEW_COLUMNS and name != "geometry"
}


def _folded(heading: str) -> str:
    """A heading without the differences that people do not see: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split())


_BY_HEADING: dict[str, str] = {
    _folded(heading): field.name
    for field in FIELDS.values()
    for heading in (field.name, field.label, *field.aliases)
}
_IGNORED_HEADINGS = frozenset(
    _folded(heading) for name in IGNORED for heading in (name, LAYER.labels.get(name, name))
)
ARCHIVED_HEADINGS = frozenset(_folded(heading) for heading in ("archived", LAYER.labels["archived"]))


def field_of(heading: str) -> str | None:
    """Column that a heading of a file means; None for an unknown one."""
    return _BY_HEADING.get(_folded(heading))


def is_ignored(heading: str) -> bool:
    """Whether a heading is known and not read."""
    return _folded(heading) in _IGNORED_HEADINGS


def is_archived_mark(heading: str) -> bool:
    """Whether a heading marks archived rows (in a copy of our own database)."""
    return _folded(heading) in ARCHIVED_HEADINGS
