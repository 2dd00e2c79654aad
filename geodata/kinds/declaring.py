"""Columns of a kind from the declared tables: what the schema says already is not said again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Date, Double, Integer

from geodata.kinds import units
from geodata.kinds.kind import Column, Default, Holds
from geodata.schema import LAYERS, LIMITS, Layer
from geodata.vocabulary import DataStatus

NAME_CHARACTERS = 200
ID_CHARACTERS = 64
FIRST_YEAR, LAST_YEAR = 1900, 9999

STREET_NAMES = (
    *("街道名称", "街道代码", "街道编码", "所属街道", "街道办事处"),
    *("街道（乡镇）", "乡镇（街道）", "街道办"),
)
"""What ledgers call the column that names the street office."""

_EARLIEST = "（最早）"


def column(layer: str, name: str, *aliases: str, **more: Any) -> Column:
    """A column of a layer: label, contents, closed list, parent and range as the schema has them.

    `more` are fields of `Column` that the schema does not know, or that differ from it.
    """
    of = LAYERS[layer]
    holds = _holds(of, name)
    stored = of.table.columns.get(name)
    least, most = LIMITS.get(name, (0, float("inf")))
    known: dict[str, Any] = {
        "label": of.labels.get(name) or of.labels[f"{name}_from"].removesuffix(_EARLIEST),
        "holds": holds,
        "terms": of.vocabulary.get(name, ()),
        "refers_to": next((key.column.table.name for key in stored.foreign_keys), None)
        if stored is not None
        else None,
        "least": least,
        "most": most,
    }
    return Column(name=name, aliases=aliases, **(known | more))


def _holds(layer: Layer, name: str) -> Holds:
    columns = layer.table.columns
    if name not in columns:
        return Holds.FUZZY_DATE
    if columns[name].foreign_keys:
        return Holds.REFERENCE
    if name in layer.vocabulary:
        return Holds.TERM
    if name == "quantity" and "approx" in columns:
        return Holds.QUANTITY
    kinds = ((Boolean, Holds.YES_NO), (Integer, Holds.INTEGER), (Double, Holds.NUMBER), (Date, Holds.DATE))
    return next((holds for type_, holds in kinds if isinstance(columns[name].type, type_)), Holds.TEXT)


def number(layer: str, *aliases: str, **more: Any) -> Column:
    """The id of a layer's rows, as a ledger gives it."""
    hint = "由系统编的号；更新已有记录时保留，新增的留空"
    return column(layer, "id", *aliases, **({"most_characters": ID_CHARACTERS, "hint": hint} | more))


def money(layer: str, name: str, *aliases: str, **more: Any) -> Column:
    """An amount in yuan; ledgers mostly write it in 万元."""
    hint = "单位为元；写“万元”“亿元”的按栏名或单元格里的单位换算"
    given = {"unit": "元", "units": units.YUAN, "most": 1e11, "improbable_over": 1e9, "hint": hint}
    return column(layer, name, *aliases, **(given | more))


def year(layer: str, name: str, *aliases: str, **more: Any) -> Column:
    """A calendar year."""
    return column(
        layer, name, *aliases, **({"least": FIRST_YEAR, "most": LAST_YEAR, "units": units.YEARS} | more)
    )


def boundary_status(layer: str) -> Column:
    """What the boundary of a row is worth."""
    return column(
        layer, "boundary_status", "边界性质", "边界状态", hint="没有给出的，有边界记“示意”，没有记“无边界”"
    )


def street_of_compound() -> Column:
    """The street office of the compound that a row names: it tells namesakes apart, and is not stored itself."""
    more = {"via": "compound_id", "narrows": True, "example": "西大街街道"}
    hint = "楼院所在的街道，用来区分同名的楼院；与库中不符的要确认"
    return column("compound", "street_code", *STREET_NAMES, **more, hint=hint)


def provenance(layer: str) -> tuple[Column, ...]:
    """What every ledger may say of where a row comes from."""
    return (
        column(layer, "data_status", "资料性质", hint="没有给出的记“报道”"),
        column(layer, "source", "来源", "资料来源", hint="没有给出的记文件名"),
        column(layer, "note", "说明", multiline=True),
    )


DEFAULTS = (
    Default("id", "由系统给出"),
    Default("data_status", f"记“{DataStatus.REPORTED.label}”", DataStatus.REPORTED.value),
    Default("source", "记文件名"),
)
BOUNDARY_DEFAULT = Default("boundary_status", "有边界记“示意”，没有记“无边界”")
APPEND_DEFAULTS = (
    Default("recorded_on", "记导入当天"),
    Default("recorded_by", "记导入人"),
)
